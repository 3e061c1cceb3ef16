"""A whole file assigned: units of row groups by threads of this machine, or by the workers of a cluster."""

from __future__ import annotations

import os
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from geo.assign.answers import PARCEL_COLUMNS
from geo.assign.cluster import answered_by_cluster
from geo.assign.parts import Job, assemble, finished, opened_folder, stamp
from geo.assign.places import described_places, open_places
from geo.assign.work import answer_unit, job_assignment
from geo.errors import FormatError, GeoError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pyarrow as pa

_UNIT_ROWS = 131_072
_THREADS = max(2, min(8, os.cpu_count() or 1))


@dataclass(frozen=True)
class Summary:
    """
    What an assignment found.

    Parameters
    ----------
    rows
        Rows of the file.
    counts
        Rows by certainty (with all zones: of each row's first zone), and `unknown` for rows without a place.
    zones
        Number of zones.
    zones_without_accuracy
        How many of them state none, and so counted as exact.
    resumed_rows
        Rows that an earlier run had finished.
    seconds
        How long this run took.
    is_finished
        False when it was cancelled: the output is not there, and the next run goes on from here.
    """

    rows: int
    counts: dict[str, int]
    zones: int
    zones_without_accuracy: int
    resumed_rows: int
    seconds: float
    is_finished: bool = True


def assign(  # noqa: PLR0913  (options are keyword-only)
    points_path: Path | str,
    zones_path: Path | str,
    out_path: Path | str,
    *,
    zone_id: str = "zone_id",
    all_zones: bool = False,
    accuracy_column: str = "position_accuracy_m",
    scheduler: str | None = None,
    progress: Callable[[int, int], None] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
    resume: bool = True,
) -> Summary:
    """
    Assign the points or parcels of a GeoParquet file to zones, and write them with what was found.

    Memory stays bounded: row groups are read, answered and written some at a time. Finished ones are kept in the
    folder `OUT.parts` until the output appears, whole, under its name.

    Parameters
    ----------
    points_path
        GeoParquet of points, or of polygons (parcels), in any system.
    zones_path
        GeoParquet, GeoJSON or GeoPackage of polygons, in any system; places are carried to it, so that edges stay as
        they were drawn.
    out_path
        GeoParquet to write: the rows, columns, order and metadata of the points, and after them `zone`, `certainty`
        (and shares, for parcels) as `assign_points` and `assign_parcels` say.
    zone_id, accuracy_column
        Columns of the zones, as for `read_zones`.
    all_zones
        Lists of all zones that may hold a row, instead of the one.
    scheduler
        Address of a Dask scheduler (`tcp://…`), whose workers see the same files under the same paths; None for this
        machine's threads.
    progress
        Called with the rows done and the rows there are.
    is_cancelled
        Asked between units; what is finished by then is kept.
    resume
        Go on from what an earlier run of the same files and options has finished.

    Returns
    -------
    summary
        Counts; `is_finished` is False when cancelled.

    Raises
    ------
    GeoError
        If a file cannot be read or written, a column is missing, or would stand twice; says which and how to mend it.

    Examples
    --------
    >>> import tempfile, geopandas as gpd, pyarrow.parquet as pq, shapely
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     firms = gpd.GeoDataFrame(geometry=gpd.points_from_xy([118.05, 118.3], [24.55, 24.55]), crs="EPSG:4326")
    ...     firms.to_parquet(f"{folder}/firms.parquet")
    ...     park = gpd.GeoDataFrame({"zone_id": ["a"]}, geometry=[shapely.box(118, 24.5, 118.1, 24.6)], crs="EPSG:4326")
    ...     park.to_file(f"{folder}/parks.gpkg")
    ...     summary = assign(f"{folder}/firms.parquet", f"{folder}/parks.gpkg", f"{folder}/out.parquet")
    ...     pq.read_table(f"{folder}/out.parquet", columns=["zone", "certainty"]).to_pydict()
    {'zone': ['a', None], 'certainty': ['inside', 'outside']}
    >>> summary.counts
    {'inside': 1, 'outside': 1}
    """
    start = time.monotonic()
    job, units = _planned(points_path, zones_path, out_path, zone_id, accuracy_column, all_zones=all_zones)
    zones = job_assignment(job).zones
    opened_folder(job, resume=resume)
    rows = _rows_of(job, units)
    known = {unit: counts for unit in units if (counts := finished(job, unit)) is not None}
    total, done = Counter[str](), 0
    for unit, counts in known.items():
        total.update(counts)
        done += rows[unit]
    resumed = done
    todo = [unit for unit in units if unit not in known]
    if progress is not None:
        progress(done, job.rows)
    for unit, counts in _answered(job, todo, scheduler, is_cancelled or _never):
        total.update(counts)
        done += rows[unit]
        known[unit] = counts
        if progress is not None:
            progress(done, job.rows)
    is_finished = len(known) == len(units)
    if is_finished:
        assemble(job, units)
    return Summary(
        job.rows, {name: total[name] for name in sorted(total)}, len(zones.ids), zones.without_accuracy, resumed,
        time.monotonic() - start, is_finished=is_finished,
    )  # fmt: skip


def _never() -> bool:
    return False


def _planned(
    points_path: Path | str, zones_path: Path | str, out_path: Path | str, zone_id: str, accuracy_column: str,
    *, all_zones: bool,
) -> tuple[Job, list[tuple[int, ...]]]:  # fmt: skip
    """Check what can be checked before the work, and cut the work into units of row groups."""
    points, zones, out = (Path(path).absolute() for path in (points_path, zones_path, out_path))
    if out in {points, zones}:
        msg = f"{out_path}: the output would replace an input; choose another place with -o"
        raise GeoError(msg)
    if not out.parent.is_dir():
        msg = f"{out_path}: there is no folder {out.parent}; make it, or choose another place with -o"
        raise GeoError(msg)
    with open_places(points) as file:
        places = described_places(file, name=points_path)
        _require_free(file.schema_arrow, points_path)
        sizes = [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)]
    if not zones.exists():
        msg = f"{zones_path}: the zones cannot be read (there is no such file); give GeoParquet, GeoJSON or GeoPackage"
        raise FormatError(msg)
    key = stamp(points, zones)
    return Job(str(points), str(zones), str(out), zone_id, accuracy_column, all_zones, places.rows, key), _units(sizes)


def _require_free(schema: pa.Schema, name: object) -> None:
    if taken := [column for column in PARCEL_COLUMNS if column in schema.names]:
        msg = f"{name}: it has a column {taken[0]!r} already, which the answer adds; rename it in the file"
        raise GeoError(msg)


def _units(sizes: Sequence[int]) -> list[tuple[int, ...]]:
    """Row groups one by one, small ones together."""
    units: list[tuple[int, ...]] = []
    unit: list[int] = []
    rows = 0
    for number, size in enumerate(sizes):
        unit.append(number)
        rows += size
        if rows >= _UNIT_ROWS:
            units.append(tuple(unit))
            unit, rows = [], 0
    if unit or not units:
        units.append(tuple(unit) or (0,))
    return units


def _rows_of(job: Job, units: Sequence[tuple[int, ...]]) -> dict[tuple[int, ...], int]:
    with open_places(job.points) as file:
        about = file.metadata
        count = about.num_row_groups
        return {unit: sum(about.row_group(number).num_rows for number in unit if number < count) for unit in units}


def _answered(
    job: Job, units: Sequence[tuple[int, ...]], scheduler: str | None, is_cancelled: Callable[[], bool]
) -> Iterator[tuple[tuple[int, ...], dict[str, int]]]:
    if scheduler is not None:
        yield from answered_by_cluster(job, units, scheduler, is_cancelled)
        return
    executor = ThreadPoolExecutor(_THREADS)
    try:
        running = {executor.submit(answer_unit, job, unit): unit for unit in units}
        for future in as_completed(running):
            yield running[future], future.result()
            if is_cancelled():
                break
    finally:
        executor.shutdown(cancel_futures=True)
