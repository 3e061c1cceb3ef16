"""Downloads of large layers: converting beside `GeoDataFrame.to_file`, and a million parcels from the running app."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
import urllib.request
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd

from bench.measure import Line, seconds
from bench.memory import forget_peak, peak_mb, resident_mb
from bench.peers import plain_write
from bench.serve import ROOT, Running, app_process
from layers.tiles.copies import convert

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_FORMATS = (("fgb", "FlatGeobuf"), ("gpkg", "GPKG"), ("geojsonseq", "GeoJSONSeq"))
_REPEAT = 5
_MOST = 1.3
_WHOLE_REPEAT = 3
#: What the app prepares beside its start is over by then.
_SETTLED_S = 5
_PIECE = 1 << 20
_WRITE_ALONE = "GeoDataFrame.to_file of a frame already read"


def conversions(parcels: Path, folder: Path, count: int) -> Iterator[Line]:
    """
    First downloads: ours reads and writes batch by batch, the plain way only writes what it has read.

    Parameters
    ----------
    parcels
        GeoParquet.
    folder
        To write in.
    count
        How many parcels.

    Yields
    ------
    line
        Of each format.
    """
    table = gpd.read_parquet(parcels)
    for ending, driver in _FORMATS:
        found: dict[str, list[float]] = {"ours": [], "peer": []}
        size = 0
        for _ in range(_REPEAT):
            made, plain = folder / f"ours.{ending}", folder / f"peer.{ending}"
            found["ours"].append(seconds(lambda made=made: convert(parcels, made)))
            found["peer"].append(seconds(lambda plain=plain, driver=driver: plain_write.written(table, plain, driver)))
            size = made.stat().st_size
            made.unlink()
            plain.unlink()
        yield Line(
            "tiles", f"download of {count:,} parcels as {ending}", "s", found["ours"], found["peer"], _WRITE_ALONE,
            most=_MOST, note=f"ours reads the file too; {size / 1e6:.0f} MB, and later downloads send it as it is",
        )  # fmt: skip


class _Download(NamedTuple):
    """Seconds, growth of the server's peak, and bytes that came, in MB."""

    seconds: float
    growth_mb: float
    megabytes: float


def from_the_app(parcels: Path, folder: Path, settings: Mapping[str, str], count: int) -> Iterator[Line]:
    """
    First downloads over HTTP as FlatGeobuf, each from an app just started, beside a process that reads and writes.

    Parameters
    ----------
    parcels
        GeoParquet, the large layer `parcels` of the settings.
    folder
        To write in; the deployment's data folder lies in it.
    settings
        Environment variables of the app.
    count
        How many parcels.

    Yields
    ------
    line
        Memory, then time.
    """
    found = _Found([], [], [])
    for _ in range(_WHOLE_REPEAT):
        for copy in (folder / "data").rglob("*.fgb"):
            copy.unlink()
        with app_process("app.py", dict(settings)) as app:
            time.sleep(_SETTLED_S)
            found.first.append(_downloaded(app))
            found.again.append(_downloaded(app))
        found.plain.append(_plainly(parcels, folder / "plain.fgb"))
    yield from _of_downloads(found, f"download of {count:,} parcels")


class _Found(NamedTuple):
    """First and later downloads, and seconds of reading and writing and growth in MB of the plain way."""

    first: list[_Download]
    again: list[_Download]
    plain: list[tuple[float, float, float]]


def _of_downloads(found: _Found, what: str) -> Iterator[Line]:
    first, again, plain = found
    kept = statistics.median(one.growth_mb for one in again)
    yield Line(
        "tiles", f"memory of a {what}", "MB", [one.growth_mb for one in first], [growth for _, _, growth in plain],
        "a process that reads and writes by GeoDataFrame.to_file",
        note="growth of the server's peak, VmHWM, while it converts and sends "
        f"{first[0].megabytes:.0f} MB of FlatGeobuf; the index of all its features is in it; later downloads: "
        f"{kept:.1f} MB more",
    )  # fmt: skip
    reading = statistics.median(read for read, _, _ in plain)
    yield Line(
        "tiles", f"{what} as fgb, from the running app", "s", [one.seconds for one in first],
        [write for _, write, _ in plain], _WRITE_ALONE, most=_MOST,
        note=f"ours reads, converts and sends by HTTP; reading takes the plain way {reading:.1f} s more; "
        f"a later download: {statistics.median(one.seconds for one in again):.2f} s",
    )  # fmt: skip


def _downloaded(app: Running) -> _Download:
    """Fetch the layer piece by piece, and keep nothing."""
    number = app.process.pid
    forget_peak(number)
    before = resident_mb(number)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    start = time.perf_counter()
    came = 0
    with opener.open(f"{app.url}/files/large/parcels.fgb", timeout=600) as answer:
        while piece := answer.read(_PIECE):
            came += len(piece)
    return _Download(time.perf_counter() - start, peak_mb(number) - before, came / 1e6)


def _plainly(source: Path, target: Path) -> tuple[float, float, float]:
    words = [sys.executable, "-m", "bench.peers.plain_write", str(source), str(target), "FlatGeobuf"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603  (own words)
    target.unlink()
    read, write, growth = map(float, done.stdout.split())
    return read, write, growth
