"""A filter change and a first map, seen in Chromium: ours beside the whole map rebuilt at every rerun."""

from __future__ import annotations

import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from streamlit.testing.v1 import AppTest

from bench.filter_changes import PATHS, Pill, bare_change, changes, until_shown
from bench.measure import Line
from bench.plans import package_with_parts
from bench.serve import ROOT, Running, Wire, app_process, chromium
from geo.plan import DEFAULT_PATH, read_plan
from geo.selection import Selection, park_facets, selected_extents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from geo.plan import Plan

_PEER = "bench/peers/plain_app.py"
_EMPTY = "bench/peers/empty_page.py"
_VISITS = 5
_SECTOR = "医药健康"
_GRADE = "C"
#: Stands in the name of one park, and in nothing else that is searched.
_SEARCHED = "软件园"
_BARE_PILL = "甲"
_REBUILT = "whole folium map rebuilt through st_folium"
_PAGES_OWN = "iframe[title^='streamlit_folium']"


def lines() -> Iterator[Line]:
    """Sizes of the plan itself and of five thousand parts."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        yield from _at(browser, DEFAULT_PATH, "41 polygons")
        yield from _at(browser, package_with_parts(Path(folder), 5000), "5 000 polygons")
    yield from _script_time()


def _at(browser: Browser, package: Path, size: str) -> Iterator[Line]:
    plan = read_plan(package)
    total = len(plan.extents)
    settings = {"YUANTU_PLAN": str(package)}
    with ExitStack() as stack:
        apps = {
            "ours": stack.enter_context(app_process("app.py", settings)),
            "peer": stack.enter_context(app_process(_PEER, settings)),
        }
        bare = stack.enter_context(app_process(_EMPTY))
        for name, app in apps.items():
            _first_map(browser, app, PATHS[name], total)
        yield from _filters(browser, apps, plan, size, bare_change(browser, bare, _BARE_PILL))
        yield from _first_visits(browser, apps, total, size, _bare_bytes(browser, bare))


def _filters(browser: Browser, apps: dict[str, Running], plan: Plan, size: str, bare: float) -> Iterator[Line]:
    """Filters that are pressed, and the search: time to the changed map, and bytes."""
    total = len(plan.extents)
    here = (
        "decided in the browser; the server's script runs after it, which in Streamlit's own empty page takes "
        f"{bare:.3f} s from a click until the page knows"
    )
    pills = {
        "sector switch": (_sector_pill(plan), here),
        "grade filter": (_grade_pill(plan), here),
        "search": (_search(plan), f"{here}; its words were fetched when the box was entered, before this"),
    }
    for name, (pill, note) in pills.items():
        found = changes(browser, apps, total, pill)
        ours, peer = found["ours"], found["peer"]
        yield Line(
            "interaction", f"{name} to changed map, {size}", "s", [one.seconds for one in ours],
            [one.seconds for one in peer], _REBUILT, most=0.25, note=note,
        )  # fmt: skip
        yield Line(
            "interaction", f"bytes of a {name}, {size}", "MB", [one.megabytes for one in ours],
            [one.megabytes for one in peer], "the same", note="all that comes by HTTP and the socket until it is quiet",
        )  # fmt: skip


def _sector_pill(plan: Plan) -> Pill:
    sectors = plan.main_sectors
    sector = str(sectors.loc[sectors["short_zh"] == _SECTOR, "sector_id"].iloc[0])
    listed = plan.allocations.loc[plan.allocations["sector_id"] == sector, "park_id"]
    expected = {
        "ours": len(selected_extents(park_facets(plan), Selection(sectors=(sector,)))),
        "peer": int(plan.extents["park_id"].isin(listed).sum()),
    }
    return Pill(_SECTOR, expected)


def _grade_pill(plan: Plan) -> Pill:
    graded = int((plan.extents["grade"] == _GRADE).sum())
    return Pill(_GRADE, {"ours": graded, "peer": graded}, is_among_more=True)


def _search(plan: Plan) -> Pill:
    named = plan.parks.loc[plan.parks["name_zh"].str.contains(_SEARCHED, regex=False), "park_id"]
    expected = {
        "ours": len(selected_extents(park_facets(plan), Selection(text=_SEARCHED))),
        "peer": int(plan.extents["park_id"].isin(named).sum()),
    }
    return Pill(_SEARCHED, expected, is_search=True)


def _first_visits(browser: Browser, apps: dict[str, Running], total: int, size: str, empty: float) -> Iterator[Line]:
    visits: dict[str, list[_Visit]] = {"ours": [], "peer": []}
    for _ in range(_VISITS):
        for name, app in apps.items():
            visits[name].append(_first_map(browser, app, PATHS[name], total))
    ours, peer = visits["ours"], visits["peer"]
    yield Line(
        "interaction", f"first map for a second visitor, {size}", "s", [visit.first for visit in ours],
        [visit.first for visit in peer], "the same, first visit", most=0.6,
        note="ours is the map that opens the visit, seen and used while Streamlit starts; the next line has the "
        "page's own, which then takes its place",
    )  # fmt: skip
    yield Line(
        "interaction", f"the page's own map in its place, {size}", "s", [visit.own for visit in ours],
        [visit.own for visit in peer], "the same, first visit",
        note="most of it is Streamlit's own start in the browser, which both share",
    )  # fmt: skip
    yield Line(
        "interaction", f"bytes of a first visit, {size}", "MB", [visit.megabytes for visit in ours],
        [visit.megabytes for visit in peer], "the same", most=1 / 3,
        note=f"Streamlit's own empty page is {empty:.2f} MB as it serves it, unpacked",
    )  # fmt: skip


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
    until_shown(page, selector, expected)
    first = time.perf_counter() - start
    until_shown(page, selector, expected, frames=_PAGES_OWN)
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
