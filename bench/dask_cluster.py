"""A Dask scheduler and workers as processes of their own, over TCP on this machine; the tests start it too."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from distributed import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT = Path(__file__).parents[1]
_PATIENCE_S = 60


@dataclass
class Cluster:
    """
    A running cluster.

    Parameters
    ----------
    address
        Of the scheduler.
    workers
        Their processes.
    """

    address: str
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)


@contextmanager
def running_cluster(folder: Path, workers: int) -> Iterator[Cluster]:
    """
    Start workers of one thread each, and stop all that is still alive at the end.

    Parameters
    ----------
    folder
        For logs and the scheduler's file.
    workers
        How many.

    Yields
    ------
    cluster
        When all workers are there.
    """
    file = folder / f"scheduler-{workers}.json"
    words = ["--host", "tcp://127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
    scheduler = _started("scheduler", words, folder)
    cluster = Cluster("")
    try:
        cluster.address = _address(file, scheduler)
        words = [cluster.address, "--no-nanny", "--nthreads", "1", "--no-dashboard"]
        cluster.workers.extend(_started("worker", words, folder) for _ in range(workers))
        with Client(cluster.address, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=_PATIENCE_S)
        yield cluster
    finally:
        for process in (*cluster.workers, scheduler):
            process.kill()
            process.wait()


def _started(kind: str, words: list[str], folder: Path) -> subprocess.Popen[bytes]:
    # One worker is one core: Arrow would otherwise decode with all of them.
    settings = {**os.environ, "PYTHONPATH": str(_ROOT), "OMP_NUM_THREADS": "1"}
    with (folder / f"{kind}.log").open("ab") as log:
        return subprocess.Popen(  # noqa: S603  (own words)
            [sys.executable, "-m", f"distributed.cli.dask_{kind}", *words],
            cwd=folder, env=settings, stdout=log, stderr=log,
        )  # fmt: skip


def _address(file: Path, scheduler: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + _PATIENCE_S
    while scheduler.poll() is None and time.monotonic() < deadline:
        if file.exists() and (text := file.read_text(encoding="utf-8")).endswith("}"):
            return str(json.loads(text)["address"])
        time.sleep(0.05)
    msg = f"the scheduler did not start; see {file.parent}"
    raise RuntimeError(msg)
