"""Large layers in Chromium: tiles are drawn, coloured again without a download, and told at a click."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import pytest
from playwright.sync_api import Frame, Page, expect

from bench.city import write_parcels
from tests.browser.atlas import atlas_frame
from tests.browser.server import Server, running_app

COUNT = 3000
#: Pixels of one colour (within the painting's opacity) on the canvases of the layer.
PIXELS = """colour => [...document.querySelectorAll('.leaflet-large-pane canvas')].reduce((sum, canvas) => {
  if (!canvas.width) return sum;
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  for (let i = 0; i < data.length; i += 4)
    if (data[i + 3] > 150 && colour.every((value, channel) => Math.abs(data[i + channel] - value) < 6)) sum += 1;
  return sum; }, 0)"""
PLAIN = [0x44, 0x77, 0xAA]
SECOND = [0xDD, 0xCC, 0x77]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    """Start the app with one file of its own, made up and seeded."""
    folder = tmp_path_factory.mktemp("large")
    parcels = folder / "parcels.parquet"
    write_parcels(parcels, COUNT, seed=7)
    settings = {"YUANTU_LARGE": f"parcels={parcels}|title=宗地|as_of=2025-06", "YUANTU_DATA": str(folder / "data")}
    with running_app(folder, settings=settings) as app:
        yield app, parcels


@pytest.fixture
def opened(page: Callable[..., Page], office: tuple[Server, Path]) -> tuple[Page, Frame, list[str]]:
    """Open the page and wait until the tiles stand; with every address of tiles asked from now on."""
    shown = page("/large", app=office[0])
    asked: list[str] = []
    shown.context.on("request", lambda request: asked.append(request.url) if ".pmtiles" in request.url else None)
    frame = atlas_frame(shown)
    frame.wait_for_function("!!document.body.dataset.large", timeout=60_000)
    return shown, frame, asked


def choose_column(page: Page, column: str) -> None:
    box = page.get_by_test_id("stSelectbox").filter(has_text="按字段着色")
    box.get_by_role("combobox").click()
    page.get_by_role("option", name=column, exact=True).click()


def test_parcels_are_drawn_where_they_lie(opened: tuple[Page, Frame, list[str]]) -> None:
    page, frame, _ = opened
    frame.wait_for_function(f"({PIXELS})({PLAIN}) > 20000", timeout=60_000)
    assert frame.evaluate(PIXELS, SECOND) == 0
    told = page.get_by_text("来源未说明").first
    expect(told).to_be_visible()
    expect(page.get_by_text("3,000").first).to_be_visible()


def test_every_tile_of_the_first_view_has_its_data_and_is_painted(opened: tuple[Page, Frame, list[str]]) -> None:
    _, frame, _ = opened
    frame.wait_for_function(f"({PIXELS})({PLAIN}) > 20000", timeout=60_000)
    held = frame.evaluate(
        """() => { const layer = Object.values(yuantu.map._layers).find(one => one.rerenderTiles), cache =
             [...layer.views.values()][0].tileCache.cache;
             return Object.values(layer._tiles).filter(tile => tile.current).map(({coords, el}) =>
               [cache.has(`${coords.x >> 1}:${coords.y >> 1}:${coords.z - 1}`), el.width === layer.tileSize]); }"""
    )
    assert len(held) > 4
    assert held == [[True, True]] * len(held)


def test_another_column_colours_the_same_tiles_without_a_request(opened: tuple[Page, Frame, list[str]]) -> None:
    page, frame, asked = opened
    frame.wait_for_function(f"({PIXELS})({PLAIN}) > 20000", timeout=60_000)
    asked.clear()
    choose_column(page, "use")
    frame.wait_for_function("yuantu.large.state().style.by === 'use'", timeout=60_000)
    frame.wait_for_function(f"({PIXELS})({SECOND}) > 500", timeout=60_000)
    assert asked == []


def test_a_click_gives_the_attributes_of_the_file(
    opened: tuple[Page, Frame, list[str]], office: tuple[Server, Path]
) -> None:
    page, frame, _ = opened
    parcels = gpd.read_parquet(office[1])
    row = int(parcels.to_crs(4548).area.to_numpy().argmax())
    inside = parcels.geometry.iloc[row].representative_point()
    frame.evaluate("([x, y]) => yuantu.map.setView([y, x], 15, {animate: false})", [inside.x, inside.y])
    frame.wait_for_function("([x, y]) => !!yuantu.large.pick(L.latLng(y, x))", arg=[inside.x, inside.y])
    spot = frame.evaluate(
        "([x, y]) => { const p = yuantu.map.latLngToContainerPoint([y, x]); return [p.x, p.y]; }", [inside.x, inside.y]
    )
    box = frame.frame_element().bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + spot[0], box["y"] + spot[1])
    frame.wait_for_function("!!document.querySelector('.yt-tip')")
    page.mouse.click(box["x"] + spot[0], box["y"] + spot[1])
    frame.wait_for_function(f"yuantu.large.chosen() === {row}")
    properties = frame.evaluate("([x, y]) => yuantu.large.pick(L.latLng(y, x)).feature.props", [inside.x, inside.y])
    expected = parcels.iloc[row].drop("geometry").dropna().to_dict()
    assert {key: value for key, value in properties.items() if key != "_row"} == expected
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()


def test_every_request_for_tiles_is_a_range(opened: tuple[Page, Frame, list[str]], office: tuple[Server, Path]) -> None:
    page, _, _ = opened
    found = page.request.get(office[0].url + "/tiles/parcels.pmtiles", headers={"Range": "bytes=0-6"})
    assert (found.status, found.body()) == (206, b"PMTiles")
    assert re.fullmatch(r"bytes 0-6/\d+", found.headers["content-range"])
