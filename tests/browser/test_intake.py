"""From a land office's Shapefile to a published extent, and back: two people, one map, every release at its address."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Frame, Page, expect

from geo.plan import Plan, read_plan
from tests.browser.atlas import READY
from tests.browser.server import Server, running_app
from tests.views.office import EDITOR, PART, PASSWORD, PUBLISHER, accounts_file, survey

OpenPage = Callable[..., Page]
SLOW_MS = 45_000


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run the app for an office of an editor and a publisher, with a data folder of its own."""
    folder = tmp_path_factory.mktemp("office")
    settings = {"YUANTU_DATA": str(folder / "data"), "YUANTU_ACCOUNTS": str(accounts_file(folder))}
    with running_app(folder, settings=settings) as app:
        yield app


@pytest.fixture
def survey_file(plan: Plan, tmp_path: Path) -> Path:
    path = tmp_path / "火炬园红线.zip"
    path.write_bytes(survey(plan.extents))
    return path


def map_frame(page: Page, key: str) -> Frame:
    element = page.wait_for_selector(f".st-key-{key}_frame iframe", timeout=SLOW_MS)
    frame = element.content_frame()
    assert frame is not None
    frame.wait_for_function(READY, timeout=SLOW_MS)
    return frame


def sign_in(page: Page, name: str) -> None:
    account = page.locator(".st-key-account")
    account.get_by_label("姓名").fill(name)
    account.get_by_label("密码", exact=True).fill(PASSWORD)
    account.get_by_role("button", name="登录").click()
    expect(account).to_contain_text(name, timeout=SLOW_MS)


def fill(page: Page, label: str, text: str) -> None:
    page.get_by_label(re.compile(f"^{label}")).fill(text)


def step(page: Page, draft: int, name: str, note: str, told: str) -> None:
    """Write a remark, take one step of a draft, and read what was done."""
    own = page.locator(f".st-key-draft_{draft}")
    own.get_by_label("意见或说明").fill(note)
    own.get_by_role("button", name=name).click()
    expect(page.get_by_test_id("stAlert").filter(has_text=told)).to_be_visible(timeout=SLOW_MS)


def parks(page: Page, app: Server, query: str = "") -> dict[str, dict[str, object]]:
    answer = page.request.get(f"{app.url}/files/parks.geojson{query}")
    assert answer.ok, answer.text()
    return {feature["properties"]["extent_id"]: feature for feature in json.loads(answer.body())["features"]}


def card(page: Page) -> str:
    return page.locator(".yt-card").filter(has_text="范围与精度").inner_text(timeout=SLOW_MS)


def test_a_gbk_shapefile_without_prj_becomes_a_published_extent_and_can_be_taken_back(
    page: OpenPage, office: Server, survey_file: Path
) -> None:
    opened = page("/intake", app=office)
    sign_in(opened, EDITOR)
    opened.locator("input[type=file]").set_input_files(survey_file)
    expect(opened.get_by_text("坐标系是哪一个？")).to_be_visible(timeout=SLOW_MS)
    expect(opened.get_by_text("EPSG:4527", exact=False).first).to_be_visible()
    opened.get_by_role("button", name="确认").click()
    expect(opened.get_by_text("已确认：")).to_be_visible(timeout=SLOW_MS)
    frame = map_frame(opened, "intake_map")
    frame.wait_for_selector("path[data-extent='file/1']", state="attached", timeout=SLOW_MS)
    opened.get_by_role("button", name="采用名称相同的建议").click()
    expect(opened.get_by_role("combobox", name="第 1 个要素 · 火炬园")).to_have_value(
        re.compile("火炬园"), timeout=SLOW_MS
    )
    for label, text in (
        ("来源名称", "批复红线图"), ("使用许可", "内部使用"), ("边界日期", "2026-11"), ("依据，每行一条", "批复文号 1"),
        ("更新原因", "红线批复"),
    ):  # fmt: skip
        fill(opened, label, text)
    opened.get_by_role("button", name="检查草稿").click()
    opened.get_by_role("button", name="存为草稿").click(timeout=SLOW_MS)
    expect(opened.get_by_text("草稿 1 已保存")).to_be_visible(timeout=SLOW_MS)

    opened.get_by_role("link", name="到“版本”页审核").click()
    step(opened, 1, "审核通过", "核对无误", "草稿 1 已审核")
    other = page("/releases", app=office)
    sign_in(other, PUBLISHER)
    step(other, 1, "发布", "发布火炬园红线", "已发布为范围第2版")

    new, old = parks(other, office), parks(other, office, "?release=1")
    assert (new[PART]["properties"]["grade"], old[PART]["properties"]["grade"]) == ("A", "B")
    assert new[PART]["geometry"] != old[PART]["geometry"]

    explored = page("/?park=torch-park", app=office)
    map_frame(explored, "explore_map").wait_for_selector(f"path[data-extent='{PART}']", state="attached")
    assert "约 1.00 km²" in card(explored)
    assert "依据 A" in card(explored)
    assert "范围第2版" in card(explored)
    fit = page("/fit?park=torch-park", app=office)
    detail = fit.locator(".yt-card").filter(has=fit.locator(".yt-grade")).first
    expect(detail).to_contain_text("范围第2版", timeout=SLOW_MS)
    expect(detail).to_contain_text("约 1.00 km²")
    expect(detail.locator(".yt-grade").first).to_have_text("A")

    other.bring_to_front()
    other.get_by_role("combobox", name="选择版本").click()
    other.get_by_role("option", name="范围第1版").click()
    fill(other, "退回第1版的原因", "红线有误")
    other.get_by_role("button", name="退回第1版").click()
    expect(other.get_by_text("已退回：范围第3版")).to_be_visible(timeout=SLOW_MS)
    restored = parks(other, office)
    assert restored[PART]["properties"]["grade"] == "B"
    assert restored[PART]["geometry"] == old[PART]["geometry"]
    assert parks(other, office, "?release=2")[PART]["properties"]["grade"] == "A"
