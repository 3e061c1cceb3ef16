"""The scenario page: drawing on the map, edits, what they change, and how a scenario travels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Frame, Page, expect

from geo.plan import Plan, read_plan
from geo.scenario import new_scenario, read_scenario, scenario_text, to_url_text
from geo.scenario.edits import AddAllocation, DraftPark
from tests.browser.atlas import READY, click_part, shown, state, view

OpenPage = Callable[..., Page]
FILM = "path[data-extent='film-base/main']"
WORDS = "增加布局：“海洋高新”列入厦门影视拍摄基地"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan()


def map_frame(page: Page, key: str) -> Frame:
    """Wait until the map with this key has drawn its layers."""
    element = page.wait_for_selector(f".st-key-{key}_frame iframe", timeout=30_000)
    frame = element.content_frame()
    assert frame is not None
    frame.wait_for_function(READY, timeout=30_000)
    return frame


def maps(page: Page) -> tuple[Frame, Frame]:
    """Both maps, before and after, once they have met."""
    found = map_frame(page, "scenario_before"), map_frame(page, "scenario_after")
    page.wait_for_function("window.yuantuSync && window.yuantuSync.scenario.length === 2")
    return found


def point(frame: Frame, across: float, down: float) -> tuple[float, float]:
    """A place on the page, by its share of the map's width and height."""
    box = frame.frame_element().bounding_box()
    assert box is not None
    return box["x"] + box["width"] * across, box["y"] + box["height"] * down


def draw_square(page: Page, frame: Frame) -> None:
    frame.locator(".leaflet-draw-draw-polygon").click()
    for across, down in ((0.5, 0.5), (0.6, 0.5), (0.6, 0.6), (0.5, 0.6), (0.5, 0.5)):
        page.mouse.move(*point(frame, across, down), steps=4)
        page.mouse.click(*point(frame, across, down))
        page.wait_for_timeout(120)
    frame.wait_for_function("!!yuantu.state().site")


def fill(frame: Frame) -> str | None:
    return frame.locator(FILM).get_attribute("fill")


def with_film(plan: Plan) -> str:
    return to_url_text(new_scenario(plan, "海洋影视", [AddAllocation("marine", "film-base")]))


def test_a_polygon_drawn_with_the_mouse_becomes_a_draft_park(page: OpenPage, plan: Plan) -> None:
    opened = page("/scenario")
    before, after = maps(opened)
    draw_square(opened, after)
    assert state(after)["selected"] is None
    opened.get_by_role("tab", name="草拟").click()
    opened.get_by_role("button", name="草拟园区").click()
    after.wait_for_selector("path[data-extent='draft-1/main']", state="attached", timeout=15_000)
    assert shown(after) - shown(before) == {"draft-1/main"}
    assert shown(before) == set(plan.extents["extent_id"])
    expect(opened.locator(".st-key-scenario_edits")).to_contain_text("草拟园区：草拟园区1")
    expect(opened.locator(".yt-stat[data-verdict='none']")).to_contain_text("96 → 101")
    after.wait_for_function("!yuantu.state().site")


def test_a_drawing_replaces_the_last_one_and_can_be_deleted(page: OpenPage) -> None:
    opened = page("/scenario")
    _, after = maps(opened)
    draw_square(opened, after)
    after.locator(".leaflet-draw-draw-marker").click()
    opened.mouse.move(*point(after, 0.4, 0.55), steps=4)
    opened.mouse.click(*point(after, 0.4, 0.55))
    after.wait_for_function("yuantu.state().site && yuantu.state().site.type === 'Point'")
    opened.wait_for_timeout(1500)
    assert after.locator(".yt-site").count() == 1
    assert after.locator(".leaflet-drawn-pane path").count() == 0
    assert state(after)["selected"] is None
    after.locator(".leaflet-draw-edit-remove").click()
    after.locator(".yt-site").click()
    after.locator(".leaflet-draw-actions a", has_text="保存").click()
    after.wait_for_function("!yuantu.state().site")
    opened.wait_for_timeout(1500)
    assert after.locator(".yt-site").count() == 0


def test_a_park_can_still_be_chosen_when_nothing_is_being_drawn(page: OpenPage) -> None:
    opened = page("/scenario")
    before, after = maps(opened)
    click_part(after, "tongan-concentrated/main")
    for frame in (before, after):
        frame.wait_for_function("yuantu.state().selected === 'tongan-concentrated'")


def test_an_added_allocation_changes_the_counts_and_only_the_map_after(page: OpenPage) -> None:
    opened = page("/scenario")
    before, after = maps(opened)
    assert fill(before) == fill(after)
    for label, choice in (("产业", "海洋高新"), ("园区", "厦门影视拍摄基地")):
        opened.get_by_role("combobox", name=label).first.fill(choice)
        opened.get_by_role("option", name=choice).click()
    opened.get_by_role("button", name="增加布局").click()
    expect(opened.locator(".yt-stat[data-verdict='unreflected']")).to_contain_text("1 → 2")
    expect(opened.locator(".st-key-scenario_edits")).to_contain_text(WORDS)
    after.wait_for_function("(yuantu.state().over || {})['film-base/main']")
    assert fill(after) == "url(#yt-creative-marine)"
    assert after.locator("pattern#yt-creative-marine rect").count() == 2
    assert fill(before) not in {None, fill(after)}


def test_moving_one_map_moves_the_other(page: OpenPage) -> None:
    opened = page("/scenario")
    before, after = maps(opened)
    for mover, other in ((before, after), (after, before)):
        start = view(mover)
        mover.evaluate("yuantu.map.setView([24.61, 118.2], yuantu.map.getZoom() + 0.5, {animate: false})")
        assert view(other) == pytest.approx(view(mover), abs=1e-4)
        opened.mouse.move(*point(mover, 0.5, 0.3))
        opened.mouse.down()
        opened.mouse.move(*point(mover, 0.6, 0.4), steps=6)
        opened.mouse.up()
        opened.wait_for_timeout(600)
        assert view(mover) != pytest.approx(start, abs=1e-3)
        assert view(other) == pytest.approx(view(mover), abs=1e-3)


def test_the_address_opens_the_same_scenario(page: OpenPage, plan: Plan) -> None:
    opened = page(f"/scenario?scenario={with_film(plan)}")
    _, after = maps(opened)
    expect(opened.get_by_label("情景名称")).to_have_value("海洋影视")
    expect(opened.locator(".st-key-scenario_edits")).to_contain_text(WORDS)
    assert fill(after) == "url(#yt-creative-marine)"
    assert f"scenario={with_film(plan)}" in opened.url


def test_a_cut_address_is_told(page: OpenPage, plan: Plan) -> None:
    opened = page(f"/scenario?scenario={with_film(plan)[:-8]}")
    expect(opened.get_by_text("copy the whole address anew")).to_be_visible(timeout=30_000)
    maps(opened)


def test_a_scenario_survives_download_and_upload(page: OpenPage, plan: Plan, tmp_path: Path) -> None:
    opened = page(f"/scenario?scenario={with_film(plan)}")
    maps(opened)
    with opened.expect_download() as download:
        opened.get_by_text("下载情景（JSON）").click()
    file = tmp_path / "scenario.json"
    download.value.save_as(file)
    text = file.read_text(encoding="utf-8")
    assert scenario_text(read_scenario(text)) == text
    other = page("/scenario")
    _, after = maps(other)
    other.locator("input[type=file]").set_input_files(file)
    expect(other.locator(".st-key-scenario_edits")).to_contain_text(WORDS)
    after.wait_for_function("(yuantu.state().over || {})['film-base/main']")
    other.wait_for_url(f"**scenario={with_film(plan)}*")


def test_a_faulty_file_is_refused_with_every_fault_and_the_scenario_stays(
    page: OpenPage, plan: Plan, tmp_path: Path
) -> None:
    opened = page(f"/scenario?scenario={with_film(plan)}")
    maps(opened)
    file = tmp_path / "scenario.json"
    file.write_text(scenario_text(new_scenario(plan, "坏", [AddAllocation("x", "y"), AddAllocation("it", "z")])))
    opened.locator("input[type=file]").set_input_files(file)
    for number in (1, 2):
        fault = opened.get_by_test_id("stAlert").filter(has_text=f"第 {number} 项改动：规划中没有这个产业或园区。")
        expect(fault).to_be_visible()
    expect(opened.locator(".st-key-scenario_edits")).to_contain_text(WORDS)


def test_a_target_is_split_by_the_shares_that_a_person_gives(page: OpenPage) -> None:
    opened = page("/scenario")
    maps(opened)
    opened.get_by_role("tab", name="分摊", exact=True).click()
    opened.get_by_role("button", name="按比例分摊").click()
    expect(opened.locator(".st-key-scenario_edits .yt-edit")).to_have_count(1)
    opened.get_by_role("tab", name="各园区规模", exact=True).click()
    expect(opened.get_by_text("目标在列入的园区之间按面积或按给定比例分摊")).to_be_visible()


def test_a_drafted_park_has_the_halo_of_its_doubt(page: OpenPage, plan: Plan) -> None:
    ring = ((118.05, 24.62), (118.07, 24.62), (118.07, 24.64), (118.05, 24.62))
    draft = DraftPark("draft-1", "草拟园区", (ring,), 500.0)
    opened = page(f"/scenario?scenario={to_url_text(new_scenario(plan, '草拟', [draft]))}")
    _, after = maps(opened)
    after.wait_for_function("'draft-1/main' in yuantu.parts")
    sizes = after.evaluate(
        """() => [yuantu.parts, yuantu.halos].map(own => {
             const b = own['draft-1/main'].getBounds(); return b.getEast() - b.getWest(); })"""
    )
    assert sizes[1] - sizes[0] == pytest.approx(2 * 500 / 101_400, rel=0.05), "500 m on either side at 24.6 N"
