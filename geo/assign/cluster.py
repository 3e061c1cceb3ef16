"""
The units of an assignment on a Dask cluster.

Every worker reads row groups and writes parts in a folder that all see; only numbers travel. A unit is done anew when
its worker dies, which harms nothing: parts appear whole, or not at all.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from geo.assign.work import answer_unit
from geo.errors import GeoError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from geo.assign.parts import Job

_PATIENCE = "20s"


def answered_by_cluster(
    job: Job, units: Sequence[tuple[int, ...]], scheduler: str, is_cancelled: Callable[[], bool]
) -> Iterator[tuple[tuple[int, ...], dict[str, int]]]:
    """
    Have the workers answer units.

    Parameters
    ----------
    job
        What is done; its files and folder lie under the same paths on every worker.
    units
        Row groups of each.
    scheduler
        Address, `tcp://…`.
    is_cancelled
        Asked after each unit.

    Yields
    ------
    unit, counts
        As they are done.

    Raises
    ------
    GeoError
        If the package `distributed` is not installed, the scheduler does not answer, workers die again and again at
        the same unit, or what they write is not seen here.
    """
    distributed = _distributed()
    with _client(distributed, scheduler) as client:
        running = {client.submit(answer_unit, job, unit, pure=False): unit for unit in units}
        for future in distributed.as_completed(running, loop=client.loop):
            unit = running[future]
            yield unit, _result(distributed, future, job, unit)
            future.release()
            if is_cancelled():
                client.cancel(list(running))
                return


def _distributed() -> Any:  # noqa: ANN401  (a module that need not be there)
    try:
        return importlib.import_module("distributed")
    except ImportError as error:
        msg = "--scheduler needs the package distributed: pip install distributed"
        raise GeoError(msg) from error


def _client(distributed: Any, scheduler: str) -> Any:  # noqa: ANN401  (of that module)
    try:
        return distributed.Client(scheduler, timeout=_PATIENCE, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        msg = f"{scheduler}: no Dask scheduler answers there; start one with `dask scheduler`, and workers beside it"
        raise GeoError(msg) from error


def _result(distributed: Any, future: Any, job: Job, unit: tuple[int, ...]) -> dict[str, int]:  # noqa: ANN401
    try:
        counts: dict[str, int] = future.result()
    except distributed.KilledWorker as error:
        msg = f"row groups {unit[0]} to {unit[-1]}: several workers died at them; give workers more memory"
        raise GeoError(msg) from error
    if not job.part(unit).exists():
        msg = (
            f"{job.folder}: what a worker wrote there is not seen here; put input and output on storage that all share"
        )
        raise GeoError(msg)
    return counts
