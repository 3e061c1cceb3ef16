"""Points of a made-up city assigned to zones: beside geopandas, DuckDB and SedonaDB, at 50 million, and by workers."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench import city
from bench.dask_cluster import running_cluster
from bench.measure import Line, seconds
from bench.peers import shares_geopandas, sjoin_dask, sjoin_duckdb, sjoin_geopandas, sjoin_sedonadb
from geo.assign import assign
from geo.assign.answers import assignment
from geo.assign.zones import read_zones

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

POINTS = 1_000_000
ZONES = 3_000
MANY_POINTS = 50_000_000
#: Enough that what no worker shortens weighs little; the parcels fill thirteen row groups, so that two workers can
#: halve them.
CLUSTER_POINTS = 16_000_000
CLUSTER_PARCELS = 1_600_000
PARCELS = 100_000
_SAME_SHARE = 1e-3  # areas in degrees beside areas in metres
_REPEAT = 5
_PARCELS_REPEAT = 2
_CLUSTER_REPEAT = 3
_MOST_MB = 2000

#: Computes for about a second, alone.
_SPIN = "import collections; collections.deque(map(divmod, range(10_000_000), range(1, 10_000_001)), maxlen=0)"
#: Assigns in a process of its own; by argument 4 it kills itself at that share. Prints seconds, peak MB, rows resumed.
_ALONE = """
import os, signal, sys, time
from geo.assign import assign
from geo.assign.answers import assignment
from geo.assign.zones import read_zones
points, zones, out, share = *sys.argv[1:4], float(sys.argv[4])
def killed(done, total):
    if done >= share * total:
        os.kill(os.getpid(), signal.SIGKILL)
start = time.perf_counter()
found = assign(points, zones, out, progress=killed if share else None)
taken = time.perf_counter() - start
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(taken, int(peak.split()[1]) / 1000, found.resumed_rows)
"""


def lines() -> Iterator[Line]:
    """One million beside the peers, points and parcels by workers, fifty million alone."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        zones = folder / "zones.parquet"
        city.write_zones(zones, ZONES)
        yield from _beside_peers(folder, zones)
        yield from _parcels(folder, zones)
        yield from _by_workers(folder, zones)
        yield from _many(folder, zones)


def _beside_peers(folder: Path, zones: Path) -> Iterator[Line]:
    points = folder / "points.parquet"
    city.write_points(points, POINTS)
    ways: dict[str, Callable[[Path], object]] = {
        "ours": lambda out: assign(points, zones, out),
        "geopandas": lambda out: sjoin_geopandas.assigned(points, zones, out),
        "DuckDB": lambda out: sjoin_duckdb.assigned(points, zones, out),
        "SedonaDB": lambda out: sjoin_sedonadb.assigned(points, zones, out),
    }
    found: dict[str, list[float]] = {name: [] for name in ways}
    answers = {}
    for turn in range(_REPEAT + 1):  # the first is not counted
        for name, way in ways.items():
            # Another name each time: nothing prepared for the last run serves this one.
            out = folder / f"{name}-{turn}.parquet"
            taken = seconds(lambda way=way, out=out: way(out))
            if turn:
                found[name].append(taken)
            else:
                answers[name] = _answer(out)
            out.unlink()
    if any(not answer.equals(answers["ours"]) for answer in answers.values()):
        msg = "the ways disagree"
        raise AssertionError(msg)
    ours = found.pop("ours")
    best = min(found, key=lambda name: statistics.median(found[name]))
    for name, peer in found.items():
        yield Line(
            "assign", f"{POINTS:,} points to {ZONES:,} zones".replace(",", " ") + ", file to file", "s", ours, peer,
            f"{name}{', the best of three' if name == best else ''}", most=1.1 if name == best else None,
            note="answers compared and equal; ours writes the rows in their order, and `certainty` too"
            if name == best else "",
        )  # fmt: skip


def _answer(out: Path) -> pa.ChunkedArray:
    """Zones in the order of the ids, as one column of text."""
    table = pq.read_table(out)
    zone = "zone" if "zone" in table.column_names else "zone_id"
    return pa.chunked_array([table.sort_by("id")[zone].cast(pa.string()).combine_chunks()])


def _parcels(folder: Path, zones: Path) -> Iterator[Line]:
    parcels = folder / "parcels.parquet"
    city.write_parcels(parcels, PARCELS)
    outs = {name: folder / f"shares-{name}.parquet" for name in ("ours", "geopandas")}
    found: dict[str, list[float]] = {name: [] for name in outs}
    for _ in range(_PARCELS_REPEAT):
        outs["ours"].unlink(missing_ok=True)
        found["ours"].append(seconds(lambda: assign(parcels, zones, outs["ours"], resume=False)))
        found["geopandas"].append(seconds(lambda: shares_geopandas.assigned(parcels, zones, outs["geopandas"])))
    shares = [pq.read_table(out, columns=["share"])["share"].to_numpy() for out in outs.values()]
    if abs(shares[0] - shares[1]).max() > _SAME_SHARE:
        msg = "the ways disagree"
        raise AssertionError(msg)
    yield Line(
        "assign", f"{PARCELS:,} parcels to {ZONES:,} zones".replace(",", " ") + ", file to file", "s",
        found["ours"], found["geopandas"], "geopandas.overlay, the largest share of each",
        note="shares compared, equal to 0.001",
    )  # fmt: skip


class _Shared(NamedTuple):
    """Seconds of a run by workers: all of it, and what followed the last unit."""

    whole: float
    joining: float


def _by_workers(folder: Path, zones: Path) -> Iterator[Line]:
    files = {"points": folder / "cluster-points.parquet", "parcels": folder / "cluster-parcels.parquet"}
    city.write_points(files["points"], CLUSTER_POINTS)
    city.write_parcels(files["parcels"], CLUSTER_PARCELS)
    found: dict[str, dict[int, list[_Shared]]] = {kind: {} for kind in files}
    dask: list[float] = []
    controls = [_control()]
    for workers in (1, 2):
        with running_cluster(folder, workers) as cluster:
            address = cluster.address
            # By the time they are measured, the workers have loaded their modules.
            _shared(folder / "points.parquet", zones, address)
            for kind, file in files.items():
                found[kind][workers] = [_shared(file, zones, address) for _ in range(_CLUSTER_REPEAT)]
                controls.append(_control())
            if workers > 1:
                out = folder / "dask-geopandas"
                dask.append(seconds(lambda a=address, out=out: sjoin_dask.assigned(files["points"], zones, out, a)))
    told = f"two processes that share nothing gained {min(controls):.2f} to {max(controls):.2f} meanwhile"
    yield _gain("points", CLUSTER_POINTS, zones, found["points"], told)
    yield Line(
        "assign", _by_two("points", CLUSTER_POINTS), "s", [run.whole for run in found["points"][2]], dask,
        "geopandas.sjoin over dask-geopandas' partitions, same workers",
    )  # fmt: skip
    yield _gain("parcels", CLUSTER_PARCELS, zones, found["parcels"], told)


def _shared(file: Path, zones: Path, address: str) -> _Shared:
    # Another name each time: what the workers prepared for the last run does not serve this one.
    out = file.with_name(f"shared-{time.monotonic_ns()}.parquet")
    done: list[float] = []
    start = time.perf_counter()
    assign(file, zones, out, scheduler=address, progress=lambda _rows, _all: done.append(time.perf_counter()))
    end = time.perf_counter()
    out.unlink()
    return _Shared(end - start, end - done[-1])


def _gain(kind: str, count: int, zones: Path, runs: Mapping[int, Sequence[_Shared]], told: str) -> Line:
    """Two workers beside one, with what more workers do not shorten."""
    one, two = ([run.whole for run in runs[workers]] for workers in (1, 2))
    preparing = seconds(lambda: assignment(read_zones(zones), points=count))
    joining = statistics.median(run.joining for run in runs[2])
    return Line(
        "assign", _by_two(kind, count), "s", two, one, "the same, one worker",
        note=f"gain {statistics.median(one) / statistics.median(two):.2f}; more workers do not shorten the "
        f"{preparing:.2f} s in which the client prepares the zones, nor as much in each worker after it, nor the "
        f"{joining:.2f} s in which the parts are joined; scheduler, client and workers share the cores, and {told}",
    )  # fmt: skip


def _control() -> float:
    """What two processes gain over one where nothing hinders them but the machine and its other guests."""

    def spin(processes: int) -> None:
        running = [subprocess.Popen([sys.executable, "-c", _SPIN]) for _ in range(processes)]  # noqa: S603  (own words)
        for process in running:
            process.wait()

    return 2 * seconds(lambda: spin(1)) / seconds(lambda: spin(2))


def _by_two(kind: str, count: int) -> str:
    return f"{count:,} {kind} to {ZONES:,} zones".replace(",", " ") + ", two workers over TCP"


def _many(folder: Path, zones: Path) -> Iterator[Line]:
    points, out = folder / "many.parquet", folder / "many-out.parquet"
    city.write_points(points, MANY_POINTS)
    taken, peak, _ = _alone(points, zones, out, 0)
    rows = pc.sum(pa.array([pq.read_metadata(out).num_rows])).as_py()
    if rows != MANY_POINTS:
        msg = f"{rows} rows were written"
        raise AssertionError(msg)
    out.unlink()
    size = f"{MANY_POINTS:,} points to {ZONES:,} zones".replace(",", " ")
    yield Line("assign", f"{size}, peak memory", "MB", [peak], most=_MOST_MB, note="VmHWM of its own process")
    _alone(points, zones, out, 0.5)
    rest, _, resumed = _alone(points, zones, out, 0)
    yield Line(
        "assign", f"{size}, resumed after a kill half-way", "s", [rest], [taken], "the whole run",
        note=f"{resumed:,.0f} rows had been finished".replace(",", " "),
    )  # fmt: skip


def _alone(points: Path, zones: Path, out: Path, share: float) -> tuple[float, float, float]:
    words = [sys.executable, "-c", _ALONE, str(points), str(zones), str(out), str(share)]
    root = Path(__file__).parents[1]
    done = subprocess.run(words, cwd=root, capture_output=True, text=True, check=not share)  # noqa: S603  (own words)
    if share:
        return 0.0, 0.0, 0.0
    taken, peak, resumed = map(float, done.stdout.split())
    return taken, peak, resumed
