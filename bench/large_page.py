"""Pages of parcels in Chromium: the first picture, another column's colours, and a parcel's attributes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd

from bench.serve import Wire

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser, Frame, Page


_TIMEOUT_MS = 300_000
_QUIET_MS = 1500
_ASKED = 6
_ZOOM = 16
#: Whether the tiles of the first picture stand, and whether the plain map's canvas has a painted pixel.
OURS_STANDS = """() => [...document.querySelectorAll('iframe')].some(frame => {
  try { return !!frame.contentDocument.body.dataset.large; } catch { return false; } })"""
PLAIN_STANDS = """() => [...document.querySelectorAll('iframe')].some(frame => {
  try { const canvas = frame.contentDocument.querySelector('.leaflet-overlay-pane canvas');
    if (!canvas || !canvas.width) return false;
    const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    for (let i = 3; i < data.length; i += 4) if (data[i]) return true;
  } catch { } return false; })"""
OURS_PANE, PLAIN_PANE = ".leaflet-large-pane", ".leaflet-overlay-pane"
_COLUMN_BOX = "按字段着色"
#: Chooses from the opened list and waits, frame by frame, until all that is painted is painted otherwise; milliseconds.
_RESTYLE = """async ([pane, column]) => {
  const canvases = () => [...document.querySelectorAll('iframe')].flatMap(frame => {
    try { return [...frame.contentDocument.querySelectorAll(`${pane} canvas`)]; } catch { return []; }
  }).filter(canvas => canvas.width);
  const ink = canvas => {  // 0 where nothing is painted
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    return new Uint32Array(pixels.buffer).reduce((sum, pixel) => (Math.imul(sum, 31) + pixel) | 0, 0);
  };
  const before = new Map(canvases().map(canvas => [canvas, ink(canvas)]));
  const isAnew = canvas => { const now = ink(canvas); return now !== 0 && now !== before.get(canvas); };
  const isPainted = () => {
    const wanted = canvases().filter(canvas => before.get(canvas) !== 0);
    return wanted.length > 0 && wanted.every(isAnew);
  };
  const option = [...document.querySelectorAll('[role=option]')].find(one => one.innerText.trim() === column);
  const start = performance.now();
  option.click();
  while (!isPainted()) {
    await new Promise(requestAnimationFrame);
    if (performance.now() - start > 300000) throw new Error('the map was not painted anew');
  }
  return performance.now() - start;
}"""
_CELLS = (
    "() => [...document.querySelectorAll(\"[data-testid='stDataFrame'] [role=gridcell]\")].map(cell => cell.innerText)"
)


class Restyle(NamedTuple):
    """Seconds to the new colours, answers under /tiles/ that came for them, and their bytes."""

    seconds: float
    answers: int
    fetched: float


class Told(NamedTuple):
    """Seconds from the pointer's coming to the tip of a parcel, and from a click to its attributes on the page."""

    hovered: float
    clicked: float


def visits(
    browser: Browser,
    address: str,
    is_there: str,
    count: int,
    then: Callable[[Page, Wire], None] = lambda _page, _wire: None,
    *,
    warming: int = 1,
) -> list[tuple[float, float]]:
    """
    Seconds to the first picture and MB that came, each time as a new visitor.

    Parameters
    ----------
    browser
        In which each visit is a context of its own.
    address
        Of the page.
    is_there
        Script that says whether the picture stands.
    count
        How many are counted.
    then
        What the last visitor does more.
    warming
        Visits before those that count: they warm the server.
    """
    found = []
    for number in range(count + warming):
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        page = context.new_page()
        page.set_default_timeout(_TIMEOUT_MS)
        wire = Wire(page)
        start = time.perf_counter()
        page.goto(address)
        page.wait_for_function(is_there)
        took = time.perf_counter() - start
        page.wait_for_load_state("networkidle")
        found.append((took, wire.megabytes))
        if number == count + warming - 1:
            then(page, wire)
        context.close()
    return found[warming:]


def restyled(page: Page, wire: Wire, pane: str, column: str) -> Restyle:
    """
    Choose another column in the page's list.

    Parameters
    ----------
    page, wire
        With the picture standing.
    pane
        Selector of the pane whose canvases are painted.
    column
        The option's words.
    """
    page.wait_for_timeout(_QUIET_MS)
    box = page.get_by_test_id("stSelectbox").filter(has_text=_COLUMN_BOX)
    box.get_by_role("combobox").click()
    page.get_by_role("option", name=column, exact=True).wait_for()
    answers, fetched = wire.under("/tiles/")
    milliseconds = page.evaluate(_RESTYLE, [pane, column])
    page.wait_for_timeout(_QUIET_MS)
    now = wire.under("/tiles/")
    return Restyle(milliseconds / 1000, now[0] - answers, now[1] - fetched)


def told(page: Page, parcels: Path) -> list[Told]:
    """
    Point at parcels one after another, and click each.

    Parameters
    ----------
    page
        With the picture standing.
    parcels
        The file that is shown; `id` tells its rows apart.

    Returns
    -------
    told
        Of each parcel.
    """
    frame = next(one for one in page.frames if one.evaluate("!!(window.yuantu && window.yuantu.large)"))
    frame.frame_element().scroll_into_view_if_needed()
    return [_told(page, frame, *spot) for spot in _spots(parcels)]


def _spots(parcels: Path) -> list[tuple[int, float, float]]:
    """Ids and inner points (longitude first) of some parcels beside each other in the middle of the file."""
    table = gpd.read_parquet(parcels, columns=["id", "geometry"])
    bounds = table.geometry.bounds
    middle = (bounds["minx"] + bounds["maxx"]) / 2, (bounds["miny"] + bounds["maxy"]) / 2
    far = (middle[0] - middle[0].median()) ** 2 + (middle[1] - middle[1].median()) ** 2
    chosen = table.loc[far.nsmallest(_ASKED).index]
    inner = chosen.geometry.representative_point()
    return list(zip(chosen["id"].tolist(), inner.x.tolist(), inner.y.tolist(), strict=True))


def _told(page: Page, frame: Frame, number: int, x: float, y: float) -> Told:
    frame.evaluate(f"([x, y]) => yuantu.map.setView([y, x], {_ZOOM}, {{animate: false}})", [x, y])
    frame.wait_for_function("([x, y]) => !!yuantu.large.pick(L.latLng(y, x))", arg=[x, y])
    left, top = frame.evaluate(
        "([x, y]) => { const spot = yuantu.map.latLngToContainerPoint([y, x]); return [spot.x, spot.y]; }", [x, y]
    )
    box = frame.frame_element().bounding_box()
    if box is None:
        msg = "the map cannot be seen"
        raise RuntimeError(msg)
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.wait_for_timeout(_QUIET_MS)
    hovered = _seconds_until(
        lambda: page.mouse.move(box["x"] + left, box["y"] + top),
        lambda: frame.wait_for_function(f"document.querySelector('.yt-tip')?.innerText.includes('id {number}')"),
    )
    clicked = _seconds_until(
        lambda: page.mouse.click(box["x"] + left, box["y"] + top),
        lambda: page.wait_for_function(f"() => ({_CELLS})().includes('{number}')"),
    )
    return Told(hovered, clicked)


def _seconds_until(act: Callable[[], object], wait: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    wait()
    return time.perf_counter() - start
