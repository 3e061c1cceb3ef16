"""The other pages as a district office sees and uses them."""

from __future__ import annotations

import csv
import io
import json
import re
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from geo.fit import fit_table
from geo.lookup import select_fit
from geo.plan import Plan, read_plan
from tests.browser.atlas import atlas_frame, present

OpenPage = Callable[..., Page]
PAGES = {
    "/": "园区列表",
    "/fit": "契合度",
    "/indicators": "规划表1",
    "/files": "下载图层",
    "/intake": "请上传一个边界文件",
    "/releases": "旧版始终可以下载",
    "/sources": "范围依据等级",
}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan()


def fetched(url: str) -> bytes:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=30) as answer:
        content: bytes = answer.read()
    return content


@pytest.mark.parametrize("screen", ["wide", "phone"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_by_its_address_in_chinese(page: OpenPage, path: str, screen: str) -> None:
    opened = page(path, screen=screen)
    expect(opened.get_by_text(PAGES[path]).first).to_be_visible(timeout=20_000)
    assert opened.locator("[data-testid='stException']").count() == 0
    assert opened.evaluate("document.documentElement.scrollWidth") <= opened.viewport_size["width"]  # type: ignore[index]


@pytest.mark.parametrize("path", PAGES)
def test_no_english_sentence_is_left_on_a_chinese_page(page: OpenPage, path: str) -> None:
    opened = page(path)
    expect(opened.get_by_text(PAGES[path]).first).to_be_visible(timeout=20_000)
    opened.wait_for_timeout(1_000)
    text = opened.locator("[data-testid='stMain'], [data-testid='stSidebar']").all_inner_texts()
    runs = re.findall(r"[A-Za-z]{2,}(?:[ ,]+[a-z]{2,}){2,}", "\n".join(text))
    assert not runs, runs


def test_the_matrix_counts_what_the_plan_says(page: OpenPage, plan: Plan) -> None:
    opened = page("/fit?district=海沧区")
    rows = select_fit(plan, fit_table(plan), districts=["海沧区"])
    counts = rows["verdict"].value_counts()
    boxes = opened.locator(".yt-stat")
    expect(boxes).to_have_count(5)
    for text, verdict in (
        ("一致", "aligned"),
        ("专栏未体现", "unreflected"),
        ("布局未列", "focus_only"),
        ("无依据", "none"),
    ):
        expect(boxes.filter(has_text=text).locator("b")).to_have_text(str(counts.get(verdict, 0)))
    frame = atlas_frame(opened)
    extents = plan.extents
    assert present(frame) == set(extents.loc[extents["park_id"].isin(rows["park_id"]), "extent_id"])


def test_a_cell_of_the_matrix_shows_its_citation(page: OpenPage, plan: Plan) -> None:
    opened = page("/fit")
    grid = opened.get_by_test_id("stDataFrame").first
    expect(grid).to_be_visible(timeout=20_000)
    row = list(plan.parks.sort_values("order")["park_id"]).index("torch-xiangan")
    cell = grid.locator(f"[data-testid='glide-cell-3-{row}']")
    expect(cell).to_have_text("● 一致")
    box = grid.bounding_box()
    assert box is not None
    opened.mouse.click(box["x"] + 166 + 2.5 * 98, box["y"] + 31 + 30 * (row + 0.5))
    detail = opened.locator(".yt-box").first
    expect(detail).to_contain_text("火炬（翔安）产业区")
    expect(detail).to_contain_text("第五章“新材料与新能源”第4项；专栏6第4条第5项")
    expect(detail).not_to_contain_text("海洋高新")
    opened.wait_for_url("**park=torch-xiangan*")


def test_the_fit_buttons_give_the_bytes_of_the_stable_address(
    page: OpenPage, server: Any, plan: Plan, tmp_path: Path
) -> None:
    opened = page("/fit?district=翔安区")
    with opened.expect_download() as waiting:
        opened.get_by_role("button", name="下载 CSV").click()
    waiting.value.save_as(tmp_path / "fit.csv")
    content = (tmp_path / "fit.csv").read_bytes()
    assert content == fetched(f"{server.url}/files/fit.csv?district=%E7%BF%94%E5%AE%89%E5%8C%BA")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    wanted = select_fit(plan, fit_table(plan), districts=["翔安区"])
    assert [(row["sector_id"], row["park_id"], row["verdict"]) for row in rows] == list(
        wanted[["sector_id", "park_id", "verdict"]].itertuples(index=False, name=None)
    )


def test_the_files_page_gives_the_bytes_of_the_stable_address(page: OpenPage, server: Any, tmp_path: Path) -> None:
    opened = page("/files")
    expect(opened.get_by_text("yuantu_parks")).to_be_visible(timeout=20_000)
    opened.get_by_role("radio", name="GeoPackage").click()
    button = opened.get_by_role("button", name=re.compile(r"下载 yuantu_parks.*\.gpkg"))
    expect(button).to_be_visible()
    with opened.expect_download() as waiting:
        button.click()
    waiting.value.save_as(tmp_path / "parks.gpkg")
    address = opened.locator("[data-testid='stCode']").inner_text().strip()
    assert address == f"{server.url}/files/parks.gpkg"
    assert (tmp_path / "parks.gpkg").read_bytes() == fetched(address)


def test_the_filter_of_the_map_can_be_downloaded(page: OpenPage, server: Any) -> None:
    opened = page("/files?sector=marine")
    opened.get_by_text("当前筛选（5 个片区）").click()
    expect(opened.get_by_role("button", name=re.compile("下载 .*selection"))).to_be_visible()
    code = opened.locator("[data-testid='stCode']")
    expect(code).to_contain_text("extent=")
    address = code.inner_text().strip()
    found = json.loads(fetched(address))["features"]
    assert {feature["properties"]["park_id"] for feature in found} == {"marine-hitech", "biopharma-port", "shapowei"}
    assert len(found) == 5
    assert address.startswith(server.url)
