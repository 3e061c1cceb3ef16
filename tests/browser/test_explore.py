"""The map page as a planner sees and uses it."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from geo.plan import Plan, read_plan
from geo.selection import Selection, filter_values, park_facets, selected_extents
from tests.browser.atlas import atlas_frame, click_part, present, shown, state, view, wait_for_shown

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan()


def test_every_part_of_every_park_is_drawn_over_the_packages_own_base_map(page: OpenPage, plan: Plan) -> None:
    frame = atlas_frame(page("/"))
    assert shown(frame) == set(plan.extents["extent_id"])
    assert frame.locator(".leaflet-land-pane path").count() > 5
    assert frame.locator(".leaflet-metro-pane path").count() == len(plan.metro_lines)
    names = {text.strip() for text in frame.locator(".yt-district span").all_text_contents()}
    assert names == set(plan.districts["name_zh"])
    assert frame.locator("img[src^='http']:not([src*='127.0.0.1'])").count() == 0


def test_grades_and_mixtures_of_sectors_can_be_told_apart(page: OpenPage, plan: Plan) -> None:
    frame = atlas_frame(page("/"))
    dashes = {
        grade: frame.locator(f"path[data-grade='{grade}']").first.get_attribute("stroke-dasharray") for grade in "BCD"
    }
    assert len(set(dashes.values())) == len(dashes)
    fill = frame.locator("path[data-extent='torch-xiangan/main']").get_attribute("fill")
    assert fill == "url(#yt-it-materials-energy)"
    stripes = frame.locator("pattern#yt-it-materials-energy rect")
    colours = [stripes.nth(number).get_attribute("fill") for number in range(stripes.count())]
    wanted = plan.sectors.set_index("sector_id")["colour"]
    assert colours == [wanted["it"], wanted["materials-energy"]]


def test_the_notice_stands_lower_left_and_nothing_covers_it(page: OpenPage) -> None:
    frame = atlas_frame(page("/"))
    notice = frame.locator(".yt-notice")
    expect(notice).to_have_text("内部使用 · 示意范围，非法定边界")
    box, size = notice.bounding_box(), frame.frame_element().bounding_box()
    assert box is not None
    assert size is not None
    assert box["x"] - size["x"] < 60
    assert size["y"] + size["height"] - box["y"] < 90
    on_top = frame.evaluate(
        "() => { const b = document.querySelector('.yt-notice').getBoundingClientRect();"
        " return document.elementFromPoint(b.x + b.width / 2, b.y + b.height / 2).className }"
    )
    assert "yt-notice" in on_top


def test_hovering_a_park_shows_its_name_and_how_well_it_is_known(page: OpenPage) -> None:
    frame = atlas_frame(page("/"))
    frame.locator("path[data-extent='tongan-concentrated/main']").hover()
    expect(frame.locator(".yt-tip")).to_contain_text("同安工业集中区")
    expect(frame.locator(".yt-tip")).to_contain_text("±600 m")


def test_a_click_opens_the_parks_card_with_the_plans_line(page: OpenPage) -> None:
    opened = page("/")
    frame = atlas_frame(opened)
    click_part(frame, "torch-xiangan/main")
    card = opened.locator(".st-key-card")
    expect(card).to_contain_text("火炬（翔安）产业区")
    expect(card).to_contain_text("第五章“新一代信息技术”第5项；专栏6第4条第1、2、3项")
    expect(card).to_contain_text("±700 m")
    expect(card).to_contain_text("鼓锣")
    opened.wait_for_url("**park=torch-xiangan*")
    assert state(frame)["selected"] == "torch-xiangan"


def test_a_click_on_the_sea_deselects(page: OpenPage) -> None:
    opened = page("/?park=torch-xiangan")
    frame = atlas_frame(opened)
    expect(opened.locator(".st-key-card")).to_contain_text("火炬（翔安）产业区")
    frame.evaluate("yuantu.map.fire('click', {latlng: yuantu.map.getCenter()})")
    expect(opened.locator(".st-key-card")).to_contain_text("从地图开始")


def test_a_filter_changes_the_shapes_and_neither_the_map_nor_its_view(page: OpenPage, plan: Plan) -> None:
    opened = page("/")
    frame = atlas_frame(opened)
    frame.evaluate("window.before = yuantu.map; yuantu.map.setView([24.6, 118.1], 12, {animate: false})")
    seen = view(frame)
    opened.get_by_role("button", name="海洋高新").click()
    wanted = selected_extents(park_facets(plan), Selection(sectors=("marine",)))
    wait_for_shown(frame, len(wanted))
    assert present(frame) == set(wanted)
    assert frame.evaluate("window.before === yuantu.map && document.contains(yuantu.map.getContainer())")
    assert view(frame) == seen
    expect(opened.locator(".yt-count")).to_contain_text(f"{len(wanted)}/41")
    opened.get_by_role("button", name="清除筛选").click()
    wait_for_shown(frame, len(plan.extents))
    assert frame.evaluate("window.before === yuantu.map")
    assert view(frame) == seen


def test_sectors_in_the_legend_are_switches(page: OpenPage, plan: Plan) -> None:
    opened = page("/")
    frame = atlas_frame(opened)
    counts = plan.allocations["sector_id"].value_counts()
    for sector in plan.main_sectors["sector_id"]:
        expect(frame.locator(f"button[data-sector='{sector}'] em")).to_have_text(str(counts[sector]))
    frame.locator("button[data-sector='creative']").click()
    wait_for_shown(frame, len(selected_extents(park_facets(plan), Selection(sectors=("creative",)))))
    expect(frame.locator("button[data-sector='creative']")).to_have_attribute("aria-pressed", "true")
    opened.wait_for_url("**sector=creative*")


def test_searching_finds_parks_by_alias_and_by_focus_term(page: OpenPage) -> None:
    opened = page("/")
    frame = atlas_frame(opened)
    search = opened.get_by_label("搜索园区、别名、方向")
    search.fill("翔安火炬园")
    search.press("Enter")
    wait_for_shown(frame, 1)
    assert present(frame) == {"torch-xiangan/main"}
    search.fill("影视后期没有的词")
    search.press("Enter")
    wait_for_shown(frame, 0)
    expect(opened.get_by_text("没有园区同时符合这些条件")).to_be_visible()


def test_table_and_map_are_linked_both_ways(page: OpenPage, plan: Plan) -> None:
    opened = page("/")
    frame = atlas_frame(opened)
    grid = opened.get_by_test_id("stDataFrame").first
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    assert box is not None
    row_height = 31
    opened.mouse.click(box["x"] + 15, box["y"] + row_height * 2.5)
    second = plan.parks.sort_values("order")["park_id"].iloc[1]
    frame.wait_for_function(f"yuantu.state().selected === '{second}'")
    expect(opened.locator(".st-key-card")).to_contain_text("厦门科学城")
    opened.get_by_test_id("stMainBlockContainer").evaluate("element => element.scrollIntoView()")
    click_part(frame, "xinyang/main")
    expect(opened.locator(".st-key-card")).to_contain_text("新阳工业区")
    row = list(plan.parks.sort_values("order")["park_id"]).index("xinyang")
    expect(grid.locator(f"tr[aria-rowindex='{row + 2}']")).to_have_attribute("aria-selected", "true")


def test_a_copied_address_opens_the_same_view(page: OpenPage) -> None:
    opened = page("/")
    frame = atlas_frame(opened)
    opened.get_by_role("button", name="医药健康").click()
    opened.get_by_role("button", name="海沧区").click()
    opened.wait_for_url("**district=*")
    wait_for_shown(frame, 5)
    click_part(frame, "biopharma-port/main")
    opened.wait_for_url("**park=biopharma-port*")
    frame.evaluate("yuantu.map.setView([24.52, 117.97], 12.5, {animate: false})")
    opened.wait_for_url("**#view=*")
    opened.wait_for_timeout(600)
    address = opened.url
    again = page(address[address.index("/", 8) :])
    other = atlas_frame(again)
    wait_for_shown(other, 5)
    assert present(other) == present(frame)
    assert view(other) == pytest.approx(view(frame), abs=1e-4)
    assert state(other)["selected"] == "biopharma-port"
    expect(again.locator(".st-key-card")).to_contain_text("厦门生物医药港")


def test_another_page_and_back_keeps_filters_park_and_view(page: OpenPage) -> None:
    opened = page("/?sector=it&park=torch-park")
    frame = atlas_frame(opened)
    frame.evaluate("yuantu.map.setView([24.51, 118.12], 13, {animate: false})")
    opened.wait_for_url("**#view=*")
    before = present(frame)
    opened.get_by_role("link", name="数据来源").click()
    expect(opened.get_by_text("范围依据等级").first).to_be_visible()
    opened.get_by_role("link", name="地图").click()
    other = atlas_frame(opened)
    wait_for_shown(other, len(before))
    assert present(other) == before
    assert view(other) == pytest.approx([118.12, 24.51, 13], abs=1e-4)
    assert state(other)["selected"] == "torch-park"


@pytest.mark.parametrize("screen", ["wide", "phone"])
def test_no_two_labels_overlap_and_none_is_cut_or_lies_under_a_control(page: OpenPage, screen: str) -> None:
    frame = atlas_frame(page("/?park=xinyang", screen=screen))
    frame.wait_for_timeout(400)
    boxes = frame.evaluate(
        """() => [...document.querySelectorAll('.yt-label')].filter(e => e.style.display !== 'none').map(e => {
             const b = e.firstChild.getBoundingClientRect();
             return [b.left, b.top, b.right, b.bottom, e.innerText] })"""
    )
    assert len(boxes) > 10
    boxes += frame.evaluate(
        """() => [...document.querySelectorAll('.leaflet-control')].map(e => {
             const b = e.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom, e.className] })"""
    )
    width, height = frame.evaluate("[innerWidth, innerHeight]")
    for number, (left, top, right, bottom, name) in enumerate(boxes):
        assert left >= 0, name
        assert top >= 0, name
        assert right <= width, name
        assert bottom <= height, name
        for other in boxes[number + 1 :]:
            is_apart = right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top
            assert is_apart, (name, other[4])


def test_controls_stand_on_the_map(page: OpenPage) -> None:
    frame = atlas_frame(page("/"))
    for control in (
        ".leaflet-control-layers",
        ".leaflet-control-scale",
        ".leaflet-control-zoom",
        ".leaflet-control-measure",
    ):
        expect(frame.locator(control)).to_be_visible()
    expect(frame.locator("a[title='全屏']")).to_be_visible()
    assert frame.locator(".leaflet-control-scale-line").count() == 1, "metric only"
    frame.locator("path[data-extent='tongan-concentrated/main']").hover()
    expect(frame.locator(".leaflet-control-mouseposition")).to_contain_text("118.")


def test_the_first_view_holds_every_part_and_leaves_the_address_alone(page: OpenPage, plan: Plan) -> None:
    for path in ("/", "/fit"):
        opened = page(path)
        frame = atlas_frame(opened)
        frame.wait_for_timeout(1_000)
        west, south, east, north = plan.extents.total_bounds
        corners = f"[[{south}, {west}], [{north}, {east}]]"
        assert frame.evaluate(f"yuantu.map.getBounds().contains({corners})")
        assert "#" not in opened.url


def test_a_layer_can_be_turned_off(page: OpenPage) -> None:
    frame = atlas_frame(page("/"))
    frame.locator(".leaflet-control-layers").hover()
    frame.get_by_text("地铁", exact=True).click()
    assert frame.locator(".leaflet-metro-pane path").count() == 0


def test_the_map_speaks_english_when_asked(page: OpenPage) -> None:
    opened = page("/?lang=en&park=torch-xiangan")
    frame = atlas_frame(opened)
    expect(opened.locator(".st-key-card")).to_contain_text("Chapter 5, New-generation IT, item 5; Box 6, entry 4")
    expect(frame.locator(".yt-legend")).to_contain_text("Marine high technology")
    expect(frame.locator(".yt-notice")).to_have_text("Internal use · Indicative extents, not legal boundaries")


def test_a_phone_shows_map_and_card_without_sideways_scrolling(page: OpenPage) -> None:
    opened = page("/?park=film-base", screen="phone")
    frame = atlas_frame(opened)
    assert len(shown(frame)) == 41
    box = frame.frame_element().bounding_box()
    assert box is not None
    assert box["width"] > 340
    assert box["height"] > 380
    assert opened.evaluate("document.documentElement.scrollWidth") <= 390
    expect(opened.locator(".st-key-card")).to_contain_text("厦门影视拍摄基地")


def test_measuring_gives_hectares_in_chinese_and_chooses_no_park(page: OpenPage) -> None:
    opened = page("/")
    frame = atlas_frame(opened)
    frame.locator(".leaflet-control-measure").hover()
    frame.locator(".leaflet-control-measure .js-start").click()
    for spot in ((700, 500), (800, 500), (800, 600)):
        opened.mouse.click(*spot)
        opened.wait_for_timeout(400)  # two clicks in quick succession would end the measurement
    frame.locator(".leaflet-control-measure .js-finish").click()
    expect(frame.locator(".leaflet-popup-content")).to_contain_text(re.compile(r"[\d,.]+ 公顷"))
    assert state(frame)["selected"] is None


def test_full_screen_fills_the_window_and_comes_back(page: OpenPage) -> None:
    opened = page("/")
    frame = atlas_frame(opened)
    frame.locator("a[title='全屏']").click()
    frame.wait_for_function("!!document.fullscreenElement && innerWidth === 1440")
    assert len(shown(frame)) == 41
    frame.locator("a[title='退出全屏']").click()
    frame.wait_for_function("!document.fullscreenElement && innerWidth < 1000")


def test_a_switch_of_sector_or_district_is_decided_in_the_browser(page: OpenPage) -> None:
    opened = page("/")
    frame = atlas_frame(opened)
    # From here on the page's own socket is silent, so that only the browser can change the map.
    at_once = opened.evaluate(
        """async () => {
             WebSocket.prototype.send = function () {};
             const frame = [...document.querySelectorAll('iframe')].find(one => one.contentWindow.yuantu);
             const all = (root, what) => [...root.querySelectorAll(what)];
             const press = name => all(document, 'button').find(b => b.innerText.trim() === name).click();
             const ids = () => all(frame.contentDocument, 'path[data-extent]').map(p => p.dataset.extent);
             const found = [];
             press('海洋高新'); found.push(ids());
             press('思明区'); found.push(ids());
             press('海洋高新'); found.push(ids());
             press('思明区'); found.push(ids());
             return found; }"""
    )
    plan = read_plan()
    facets = park_facets(plan)
    expected = [
        Selection(sectors=("marine",)), Selection(sectors=("marine",), districts=("思明区",)),
        Selection(districts=("思明区",)), Selection(),
    ]  # fmt: skip
    assert [set(ids) for ids in at_once] == [set(selected_extents(facets, chosen)) for chosen in expected]
    assert frame.evaluate("yuantu.count()") == len(plan.extents)


def test_the_browser_finds_for_any_filters_what_the_page_would(page: OpenPage, plan: Plan) -> None:
    frame = atlas_frame(page("/"))
    facets, values = park_facets(plan), filter_values(plan)
    draw = random.Random(2021)  # noqa: S311  (seeded on purpose)
    for turn in range(300):
        # Each filter alone first, then several at once; a search comes from the page as the ids that it lets through.
        used = [list(values)[turn % 6]] if turn < 24 else [kind for kind in values if draw.random() < 0.4]
        chosen = {
            kind: draw.sample(own, draw.randint(1, min(2, len(own)))) for kind, own in values.items() if kind in used
        }
        text = draw.choice(["", "", "火炬", "集成电路"])
        asked = Selection(**{f"{kind}s": tuple(own) for kind, own in chosen.items()}, text=text)
        rest = selected_extents(facets, Selection(text=text)) if text else None
        found = frame.evaluate("yuantu.passing", {kind: chosen.get(kind, []) for kind in values} | {"rest": rest})
        assert set(found) == set(selected_extents(facets, asked)), asked


def test_every_further_filter_is_decided_in_the_browser_too(page: OpenPage, plan: Plan) -> None:
    opened = page("/")
    frame = atlas_frame(opened)
    opened.get_by_text("更多筛选").click()
    opened.evaluate("WebSocket.prototype.send = function () {}")
    facets = park_facets(plan)
    for name, chosen in (
        ("柔性电子", Selection(tracks=("flexible-electronics",))),
        ("专栏提出", Selection(tracks=("flexible-electronics",), listings=("box",))),
        ("C", Selection(tracks=("flexible-electronics",), listings=("box",), grades=("C",))),
        ("柔性电子", Selection(listings=("box",), grades=("C",))),
        ("一致", Selection(listings=("box",), grades=("C",), verdicts=("aligned",))),
    ):
        opened.get_by_test_id("stSidebar").get_by_role("button", name=name, exact=True).click()
        assert present(frame) == set(selected_extents(facets, chosen)), name


def test_a_search_is_decided_in_the_browser_as_the_page_would(page: OpenPage, plan: Plan) -> None:
    opened = page("/")
    frame = atlas_frame(opened)
    search = opened.get_by_label("搜索园区、别名、方向")
    with opened.expect_response("**/map/search.geojson*"):
        search.focus()
    facets = park_facets(plan)
    for text in ("火炬", "软件园 集美", "ＰＡＲＫ", "火炬 （翔安）", "没有的词", "", "  ", "integrated circuits", "İ"):  # noqa: RUF001  (full-width letters are typed in China)
        wanted = selected_extents(facets, Selection(text=text)) if text.strip() else None
        found = frame.evaluate("text => yuantu.found(text)", text)
        assert (found if found is None else set(found)) == (wanted if wanted is None else set(wanted)), text
    opened.evaluate("WebSocket.prototype.send = function () {}")
    for text in ("软件园", ""):
        search.fill(text)
        search.press("Enter")
        assert present(frame) == set(selected_extents(facets, Selection(text=text)))


def test_further_filters_stay_open_when_the_last_one_is_taken_back(page: OpenPage) -> None:
    opened = page("/")
    frame = atlas_frame(opened)
    opened.get_by_text("更多筛选").click()
    pill = opened.get_by_test_id("stSidebar").get_by_role("button", name="B", exact=True)
    pill.click()
    wait_for_shown(frame, 5)
    opened.wait_for_url("**grade=B*")
    pill.click()
    wait_for_shown(frame, 41)
    opened.wait_for_function("!location.search.includes('grade')")
    expect(pill).to_be_visible()


def test_what_the_browser_decides_is_what_the_page_answers(page: OpenPage) -> None:
    opened = page("/")
    frame = atlas_frame(opened)
    facets = park_facets(read_plan())
    for name, chosen in (
        ("医药健康", Selection(sectors=("biohealth",))),
        ("海沧区", Selection(sectors=("biohealth",), districts=("海沧区",))),
    ):
        opened.get_by_role("button", name=name, exact=True).first.click()
        wanted = set(selected_extents(facets, chosen))
        assert present(frame) == wanted
        frame.wait_for_function(
            "count => (yuantu.state().shown || []).length === count", arg=len(wanted), timeout=10_000
        )
        assert present(frame) == wanted


def test_a_frame_that_loses_and_regains_its_height_still_shows_the_whole_city(page: OpenPage, plan: Plan) -> None:
    frame = atlas_frame(page("/"))
    resize = "height => yuantu.map.getContainer().style.setProperty('height', height, 'important')"
    frame.evaluate(resize, "0px")
    frame.wait_for_function("yuantu.map.getSize().y === 0")
    assert frame.evaluate("yuantu.map.getZoom()") >= 9, "no view is fitted to nothing"
    frame.evaluate(resize, "640px")
    frame.wait_for_function("yuantu.map.getSize().y === 640")
    west, south, east, north = plan.extents.total_bounds
    corners = [[south, west], [north, east]]
    frame.wait_for_function("corners => yuantu.map.getBounds().contains(corners)", arg=corners)
