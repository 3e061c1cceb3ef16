"""While Streamlit's scripts start, a map like the page's own stands in its place, and leaves it what a person did."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Frame, Page, Route, expect

from tests.browser.atlas import READY, atlas_frame, click_part, shown, state, view
from tests.browser.server import Server, running_app

OpenPage = Callable[..., Page]
ENTRY = "**/static/js/index*.js"
NARROW = {"width": 700, "height": 800}


class Held:
    """Streamlit's first script, held back until it is let go."""

    def __init__(self, page: Page) -> None:
        self.routes: list[Route] = []
        self.is_open = False
        page.route(ENTRY, self.hold)

    def hold(self, route: Route) -> None:
        if self.is_open:
            route.continue_()
        else:
            self.routes.append(route)

    def let_go(self) -> None:
        self.is_open = True
        for route in self.routes:
            route.continue_()


def opening_frame(page: Page) -> Frame:
    """Wait until the map that opens the visit is drawn and seen."""
    expect(page.locator("#yuantu-opening")).to_be_visible()
    frame = next(frame for frame in page.frames if "/map/opening" in frame.url)
    frame.wait_for_function(READY)
    return frame


def opened_and_held(page: OpenPage, server: Server, path: str = "/", screen: str = "wide") -> tuple[Page, Held]:
    opened = page("/health", screen=screen)
    held = Held(opened)
    opened.goto(server.url + path, wait_until="commit")
    return opened, held


def box(page: Page, selector: str) -> list[float]:
    found: list[float] = page.locator(selector).first.evaluate(
        "element => { const box = element.getBoundingClientRect(); return [box.x, box.y, box.width, box.height]; }"
    )
    return found


def test_all_parts_stand_and_answer_before_streamlit_has_started(page: OpenPage, server: Server) -> None:
    opened, _ = opened_and_held(page, server)
    frame = opening_frame(opened)
    assert len(shown(frame)) == 41
    assert opened.locator("[data-testid='stApp']").count() == 0
    frame.locator("path[data-extent='xinyang/main']").first.hover()
    expect(frame.locator(".yt-tip")).to_contain_text("新阳工业区")


@pytest.mark.parametrize("screen", ["wide", "phone", "narrow"])
def test_the_pages_own_map_takes_the_same_place_and_look(page: OpenPage, server: Server, screen: str) -> None:
    opened, held = opened_and_held(page, server, screen="phone" if screen == "phone" else "wide")
    if screen == "narrow":
        opened.set_viewport_size(NARROW)  # type: ignore[arg-type]
    frame = opening_frame(opened)
    before, seen, at = box(opened, "#yuantu-opening"), shown(frame), view(frame)
    held.let_go()
    own = atlas_frame(opened)
    expect(opened.locator("#yuantu-opening")).to_have_count(0)
    after = box(opened, "iframe[title^='streamlit_folium']")
    assert after == pytest.approx(before, abs=1.5)
    assert shown(own) == seen
    assert view(own) == pytest.approx(at, abs=1e-3)
    own.wait_for_timeout(1_000)
    assert "#" not in opened.url, "a view that nobody has moved is not written into the address"


def test_where_a_person_has_moved_to_is_kept(page: OpenPage, server: Server) -> None:
    opened, held = opened_and_held(page, server)
    frame = opening_frame(opened)
    frame.evaluate("yuantu.map.setView([24.52, 118.12], 13, {animate: false})")
    held.let_go()
    own = atlas_frame(opened)
    expect(opened.locator("#yuantu-opening")).to_have_count(0)
    assert view(own) == pytest.approx([118.12, 24.52, 13], abs=1e-3)


def test_a_park_that_was_clicked_is_chosen_on_the_page(page: OpenPage, server: Server) -> None:
    opened, held = opened_and_held(page, server)
    frame = opening_frame(opened)
    click_part(frame, "xinyang/main")
    assert state(frame)["selected"] == "xinyang"
    held.let_go()
    expect(opened.locator(".st-key-card h3")).to_contain_text("新阳")
    opened.wait_for_url("**park=xinyang**")
    assert state(atlas_frame(opened))["selected"] == "xinyang"


LOSE_THE_FIRST = """(() => { let lost = 0; window.lost = () => lost;
  window.addEventListener('message', event => {
    if (event.data && event.data.type === 'streamlit:setComponentValue' && (event.data.value || {}).type === 'select'
        && lost === 0) { lost += 1; event.stopImmediatePropagation(); } }, true); })()"""


def test_a_choice_that_the_starting_page_lost_is_told_again(page: OpenPage, server: Server) -> None:
    opened = page("/health")
    held = Held(opened)
    opened.add_init_script(LOSE_THE_FIRST)
    opened.goto(server.url, wait_until="commit")
    click_part(opening_frame(opened), "xinyang/main")
    held.let_go()
    expect(opened.locator(".st-key-card h3")).to_contain_text("新阳")
    assert opened.evaluate("lost()") == 1


def test_an_address_with_filters_opens_filtered(page: OpenPage, server: Server) -> None:
    opened, held = opened_and_held(page, server, "/?sector=marine&lang=en")
    frame = opening_frame(opened)
    seen = shown(frame)
    assert 0 < len(seen) < 41
    expect(frame.locator(".yt-notice")).to_contain_text("Internal use")
    held.let_go()
    own = atlas_frame(opened)
    expect(opened.locator("#yuantu-opening")).to_have_count(0)
    assert shown(own) == seen


def test_pages_without_the_map_open_without_it(page: OpenPage) -> None:
    opened = page("/fit")
    expect(opened.locator(".yt-h1")).to_be_visible()
    assert opened.locator("#yuantu-opening").count() == 0


def test_a_page_that_cannot_show_the_plan_is_not_covered(page: OpenPage, tmp_path: Path) -> None:
    with running_app(tmp_path, settings={"YUANTU_PLAN": str(tmp_path / "none")}) as app:
        opened = page("/", app=app)
        expect(opened.locator("#yuantu-opening")).to_have_count(0, timeout=30_000)
        expect(opened.locator("[data-testid='stException']")).to_be_visible()
