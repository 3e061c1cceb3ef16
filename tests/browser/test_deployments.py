"""The app under another path, with another plan, with settings, and with names that try to break out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.atlas import atlas_frame, click_part, present
from tests.browser.server import running_app
from tests.geo.second_city import write_second_city

OpenPage = Callable[..., Page]
BREAK_OUT = "window.parent.broken=1"
HOSTILE = f"<img src=x onerror={BREAK_OUT}>`${{{BREAK_OUT}}}`'\"</script><script>{BREAK_OUT}</script>"


def test_the_app_runs_whole_below_a_base_path(page: OpenPage, tmp_path: Path) -> None:
    with running_app(tmp_path, options={"server.baseUrlPath": "yuantu"}) as app:
        opened = page("/", app=app)
        frame = atlas_frame(opened)
        assert len(present(frame)) == 41
        click_part(frame, "xinyang/main")
        link = opened.get_by_role("link", name="下载该园区").get_attribute("href")
        assert link == "/yuantu/files/parks.gpkg?park=xinyang"
        answer = opened.request.get(f"{app.url}/files/parks.geojson?park=xinyang")
        assert answer.ok
        assert len(answer.json()["features"]) == 1


def test_a_map_review_number_replaces_internal_use(page: OpenPage, tmp_path: Path) -> None:
    with running_app(tmp_path, settings={"YUANTU_REVIEW_NUMBER": "测试审图号 0001"}) as app:
        frame = atlas_frame(page("/", app=app))
        expect(frame.locator(".yt-notice")).to_have_text("审图号：测试审图号 0001 · 示意范围，非法定边界")


def test_another_city_is_another_folder_and_no_code(page: OpenPage, tmp_path: Path) -> None:
    folder = write_second_city(tmp_path / "second")
    with running_app(tmp_path, settings={"YUANTU_PLAN": str(folder)}) as app:
        opened = page("/", app=app)
        frame = atlas_frame(opened)
        assert len(present(frame)) >= 3
        for path in ("/fit", "/indicators", "/files", "/sources"):
            other = page(path, app=app)
            expect(other.locator(".yt-h1")).to_be_visible(timeout=20_000)
            assert other.locator("[data-testid='stException']").count() == 0


def test_names_with_markup_are_shown_as_they_are_and_run_nowhere(page: OpenPage, tmp_path: Path) -> None:
    folder = write_second_city(tmp_path / "hostile")
    parks = folder / "parks.csv"
    lines = parks.read_text(encoding="utf-8").splitlines()
    header = lines[0].split(",")
    first = lines[1].split(",")
    park_id, name = first[header.index("park_id")], first[header.index("name_en")]
    quoted = '"' + HOSTILE.replace('"', '""') + '"'
    parks.write_text("\n".join([lines[0], lines[1].replace(name, quoted), *lines[2:]]) + "\n", encoding="utf-8")
    with running_app(tmp_path, settings={"YUANTU_PLAN": str(folder)}) as app:
        opened = page(f"/?lang=en&park={park_id}", app=app)
        frame = atlas_frame(opened)
        expect(opened.locator(".st-key-card h3")).to_contain_text("<img src=x onerror")
        frame.locator(f"path[data-park='{park_id}']").first.hover()
        expect(frame.locator(".yt-tip b")).to_contain_text("<img src=x onerror")
        assert opened.evaluate("window.broken") is None
