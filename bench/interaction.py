"""A filter change and a first map, seen in Chromium: ours beside the whole map rebuilt at every rerun."""

from __future__ import annotations

import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from streamlit.testing.v1 import AppTest

from bench.measure import Line
from bench.plans import package_with_parts
from bench.serve import ROOT, Running, Wire, app_process, chromium
from geo.plan import DEFAULT_PATH, read_plan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from geo.plan import Plan

_PEER = "bench/peers/plain_app.py"
_EMPTY = "bench/peers/empty_page.py"
_PATHS = {"ours": "path[data-extent]", "peer": "path.part"}
_CHANGES = 9
_VISITS = 5
_SECTOR = "医药健康"

#: Presses a button and waits, frame by frame, until as many shapes stand on the map; milliseconds.
_CHANGE = """async ([selector, name, expected]) => {
  const count = () => Math.max(0, ...[...document.querySelectorAll('iframe')].map(frame => {
    const own = frame.contentWindow.yuantu;  // it may paint on a canvas, where no element can be counted
    try { return own ? own.count() : frame.contentDocument.querySelectorAll(selector).length; }
    catch { return 0; } }));
  const button = [...document.querySelectorAll('button')].find(one => one.innerText.trim() === name);
  const start = performance.now();
  button.click();
  while (count() !== expected) {
    await new Promise(requestAnimationFrame);
    if (performance.now() - start > 60000) throw new Error(`${count()} shapes, expected ${expected}`);
  }
  return performance.now() - start;
}"""
#: Shapes that the fullest map of the page shows, in a frame that can be seen.
_COUNT = """([selector, frames]) => Math.max(0, ...[...document.querySelectorAll(frames)].map(frame => {
  if (getComputedStyle(frame).visibility === 'hidden') { return 0; }
  const own = frame.contentWindow.yuantu;
  try { return own ? own.count() : frame.contentDocument.querySelectorAll(selector).length; }
  catch { return 0; } }))"""
_PAGES_OWN = "iframe[title^='streamlit_folium']"


def lines() -> Iterator[Line]:
    """Sizes of the plan itself and of five thousand parts."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        yield from _at(browser, DEFAULT_PATH, "41 polygons", is_own=True)
        yield from _at(browser, package_with_parts(Path(folder), 5000), "5 000 polygons", is_own=False)
    yield from _script_time()


def _at(browser: Browser, package: Path, size: str, *, is_own: bool) -> Iterator[Line]:
    plan = read_plan(package)
    expected = {"ours": _ours_expected(plan), "peer": _plain_expected(plan)}
    settings = {"YUANTU_PLAN": str(package)}
    with ExitStack() as stack:
        apps = {
            "ours": stack.enter_context(app_process("app.py", settings)),
            "peer": stack.enter_context(app_process(_PEER, settings)),
        }
        total = len(plan.extents)
        for name, app in apps.items():
            _first_map(browser, app, _PATHS[name], total)
        changes = _changes(browser, apps, total, expected)
        yield Line(
            "interaction", f"filter change to changed map, {size}", "s", changes["ours"], changes["peer"],
            "whole folium map rebuilt through st_folium", most=0.25,
        )  # fmt: skip
        firsts: dict[str, list[_Visit]] = {"ours": [], "peer": []}
        for _ in range(_VISITS):
            for name, app in apps.items():
                firsts[name].append(_first_map(browser, app, _PATHS[name], total))
        yield Line(
            "interaction", f"first map for a second visitor, {size}", "s",
            [visit.first for visit in firsts["ours"]], [visit.first for visit in firsts["peer"]],
            "the same, first visit", most=0.6,
            note="ours is the map that opens the visit, seen and used while Streamlit starts; the next line has the "
            "page's own, which then takes its place",
        )  # fmt: skip
        yield Line(
            "interaction", f"the page's own map in its place, {size}", "s",
            [visit.own for visit in firsts["ours"]], [visit.own for visit in firsts["peer"]],
            "the same, first visit",
            note="most of it is Streamlit's own start in the browser, which both share",
        )  # fmt: skip
        empty = 0.0
        if is_own:
            bare = stack.enter_context(app_process(_EMPTY))
            empty = _bare_bytes(browser, bare)
        yield Line(
            "interaction", f"bytes of a first visit, {size}", "MB",
            [visit.megabytes for visit in firsts["ours"]], [visit.megabytes for visit in firsts["peer"]],
            "the same", most=1 / 3,
            note=f"Streamlit's own empty page is {empty:.2f} MB as it serves it, unpacked" if is_own else "",
        )  # fmt: skip


def _ours_expected(plan: Plan) -> int:
    from geo.selection import Selection, park_facets, selected_extents  # noqa: PLC0415  (only here)

    sector = _sector(plan)
    return len(selected_extents(park_facets(plan), Selection(sectors=(sector,))))


def _sector(plan: Plan) -> str:
    sectors = plan.main_sectors
    return str(sectors.loc[sectors["short_zh"] == _SECTOR, "sector_id"].iloc[0])


def _plain_expected(plan: Plan) -> int:
    listed = plan.allocations.loc[plan.allocations["sector_id"] == _sector(plan), "park_id"]
    return int(plan.extents["park_id"].isin(listed).sum())


class _Visit(NamedTuple):
    """Seconds until all shapes stand on any map and on the page's own, and the bytes that came."""

    first: float
    own: float
    megabytes: float


def _first_map(browser: Browser, app: Running, selector: str, expected: int) -> _Visit:
    """Open the app as a new visitor."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    wire = Wire(page)
    start = time.perf_counter()
    page.goto(app.url, wait_until="commit")
    _until(page, selector, expected)
    first = time.perf_counter() - start
    _until(page, selector, expected, frames=_PAGES_OWN)
    own = time.perf_counter() - start
    page.wait_for_load_state("networkidle")
    context.close()
    return _Visit(first, own, wire.megabytes)


def _bare_bytes(browser: Browser, app: Running) -> float:
    page = browser.new_context().new_page()
    wire = Wire(page)
    page.goto(app.url)
    page.get_by_text("空", exact=True).wait_for()
    page.wait_for_load_state("networkidle")
    page.context.close()
    return wire.megabytes


def _until(page: Page, selector: str, expected: int, *, frames: str = "iframe") -> None:
    counted = f"(asked) => ({_COUNT})(asked) === {expected}"
    page.wait_for_function(counted, arg=[selector, frames], timeout=180_000)


def _changes(
    browser: Browser, apps: dict[str, Running], total: int, expected: dict[str, int]
) -> dict[str, list[float]]:
    """Switch one sector on and off again, by turns in both apps; seconds to the changed map."""
    pages: dict[str, Any] = {}
    for name, app in apps.items():
        pages[name] = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        pages[name].goto(app.url)
        _until(pages[name], _PATHS[name], total)
        pages[name].wait_for_timeout(1500)
    found: dict[str, list[float]] = {"ours": [], "peer": []}
    for turn in range(_CHANGES + 1):
        for name, page in pages.items():
            wanted = expected[name] if turn % 2 == 0 else total
            milliseconds = page.evaluate(_CHANGE, [_PATHS[name], _SECTOR, wanted])
            page.wait_for_timeout(1200)
            if turn:
                found[name].append(milliseconds / 1000)
    for page in pages.values():
        page.context.close()
    return found


def _script_time() -> Iterator[Line]:
    """Time of a rerun's script on the server, without a browser."""
    test = AppTest.from_file(str(ROOT / "views" / "main.py"), default_timeout=60).run()
    samples = []
    for turn in range(12):
        pills = next(one for one in test.pills if one.key == "sector")
        pills.set_value(["biohealth"] if turn % 2 == 0 else [])
        start = time.perf_counter()
        test.run()
        samples.append(time.perf_counter() - start)
    yield Line(
        "interaction", "script time of a filter change, 41 polygons", "s", samples[2:], most=0.1,
        note="run by Streamlit's AppTest, whose own work is in it",
    )  # fmt: skip
