"""The screening page: one project typed in Chinese, and a spreadsheet with good rows and bad."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Frame, Locator, Page, expect
from pypdf import PdfReader

from geo.screening.rules import SYNTHETIC_RULES
from tests.browser.atlas import atlas_frame, present, state

OpenPage = Callable[..., Page]


def field(page: Page, name: str) -> Locator:
    return page.get_by_role("textbox", name=name, exact=True)


def checked(page: Page, **cells: str) -> Page:
    """Fill the form and ask for the check."""
    for name, value in cells.items():
        field(page, name).fill(value)
    page.get_by_role("button", name="开始核查").click()
    return page


def saved(page: Page, button: str, file: Path) -> bytes:
    with page.expect_download(timeout=60_000) as waiting:
        page.get_by_role("button", name=button, exact=True).click()
    waiting.value.save_as(file)
    return file.read_bytes()


def test_a_project_typed_in_chinese_ends_in_a_ranked_list_a_map_and_a_report(page: OpenPage, tmp_path: Path) -> None:
    opened = checked(
        page("/screening"), 项目名称="碳化硅功率器件项目", 产品="碳化硅功率芯片", **{"用地面积（公顷）": "4.5"}
    )
    first = opened.locator(".yt-candidate").first
    expect(first).to_contain_text("火炬（翔安）产业区", timeout=20_000)
    expect(first).to_contain_text("一致")
    expect(opened.get_by_text("“碳化硅”是第四章第六节“第三代半导体”用语")).to_be_visible()
    frame = atlas_frame(opened)
    ranks = state(frame)["ranks"]
    assert ranks["torch-xiangan"] == 1
    assert {extent.split("/")[0] for extent in present(frame)} == set(ranks)
    expect(frame.locator(".yt-park", has_text="1 火炬（翔安）产业区")).to_be_attached()
    gates = opened.locator("table", has=opened.get_by_text("关口", exact=True)).locator("tr")
    assert gates.filter(has_text="缺数据").count() > 5, "the shipped rules hold no thresholds"
    pdf = saved(opened, "下载 PDF 报告", tmp_path / "report.pdf")
    words = "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(pdf)).pages)
    for wanted in ("碳化硅功率器件项目", "火炬（翔安）产业区", "缺数据", "仅供参考", "4.5"):
        assert wanted in words
    answer = json.loads(saved(opened, "JSON", tmp_path / "answer.json"))[0]
    assert answer["candidates"][0]["park_id"] == "torch-xiangan"
    assert {gate["result"] for gate in answer["gates"]} == {"缺数据"}


def test_a_missing_name_and_a_wrong_number_are_told_by_column(page: OpenPage) -> None:
    opened = checked(page("/screening"), **{"产品": "疫苗", "用地面积（公顷）": "4,5OO"})
    alerts = opened.get_by_test_id("stAlert")
    expect(alerts.filter(has_text="项目名称")).to_be_visible(timeout=20_000)
    expect(alerts.filter(has_text="'4,5OO'不是数字")).to_be_visible()
    assert opened.locator(".yt-candidate").count() == 0


def test_a_site_changes_the_verdict(page: OpenPage) -> None:
    opened = checked(page("/screening"), 项目名称="甲", 产品="动漫游戏")
    row = opened.locator("tr", has=opened.get_by_text("是否在园区内", exact=True))
    expect(row).to_contain_text("未给地块", timeout=20_000)
    checked(opened, 经度="118.1278", 纬度="24.4868")
    expect(row).not_to_contain_text("未给地块")


def test_something_the_plan_does_not_name_offers_the_closest_three(page: OpenPage) -> None:
    opened = checked(page("/screening"), 项目名称="甲", 产品="量子计算")
    offered = opened.locator(".yt-caution", has_text="没有对应的规划用语；最接近的")
    expect(offered).to_be_visible(timeout=20_000)
    assert len(re.findall(r"，\d+%）", offered.inner_text())) == 3
    expect(opened.get_by_text("各园区无从区分")).to_be_visible()
    assert opened.locator(".yt-candidate").count() == 0, "no ranking where nothing tells the parks apart"


def test_a_spreadsheet_with_five_bad_rows_of_twenty_returns_fifteen_verdicts_and_five_reasons(
    page: OpenPage, tmp_path: Path
) -> None:
    good = [
        {"项目名称": f"项目{number}", "产品": product} for number, product in enumerate(["疫苗", "芯片", "石墨烯"] * 5)
    ]
    bad = [
        {"项目名称": "", "产品": "疫苗"},
        {"项目名称": "无产品", "产品": ""},
        {"项目名称": "面积错", "产品": "疫苗", "用地面积_公顷": "很大"},
        {"项目名称": "位置错", "产品": "疫苗", "经度": "24.6", "纬度": "118.2"},
        {"项目名称": "代码错", "产品": "疫苗", "行业代码": "ABCD"},
    ]
    columns = ["项目名称", "产品", "用地面积_公顷", "经度", "纬度", "行业代码"]
    file = tmp_path / "项目.csv"
    with file.open("w", encoding="gb18030", newline="") as handle:
        writer = csv.DictWriter(handle, fieldnames=columns)
        writer.writeheader()
        writer.writerows(row for pair in zip(good, [*bad, *[None] * 10], strict=True) for row in pair if row)
    opened = page("/screening")
    opened.get_by_role("tab", name="批量核查").click()
    opened.locator("[data-testid='stFileUploaderDropzoneInput']").last.set_input_files(file)
    expect(opened.get_by_text("已核查 15 个项目，5 行有问题")).to_be_visible(timeout=30_000)
    reasons = opened.locator(".yt-box", has_text="有问题的行").locator("li")
    expect(reasons).to_have_count(5)
    for row, words in ((3, "项目名称"), (5, "产品"), (7, "很大"), (9, "纬度"), (11, "ABCD")):
        expect(reasons.filter(has_text=f"第 {row} 行")).to_contain_text(words)


def test_rules_of_an_office_are_used_and_made_up_ones_are_called_so(page: OpenPage) -> None:
    opened = page("/screening")
    opened.locator("[data-testid='stFileUploaderDropzoneInput']").first.set_input_files(SYNTHETIC_RULES)
    expect(opened.get_by_text("该规则文件为虚构示例")).to_be_visible(timeout=20_000)
    more = {"固定资产投资（万元）": "1", "用地面积（公顷）": "10"}
    opened.get_by_text("更多信息").click()
    checked(opened, 项目名称="甲", 产品="疫苗", **more)
    row = opened.locator("tr", has=opened.get_by_text("固定资产投资强度", exact=True))
    expect(row).to_contain_text("不符合", timeout=20_000)


@pytest.mark.parametrize("content", ["[rules]\nid = 3\n", "not toml ="])
def test_a_broken_rules_file_is_refused_with_its_place_and_the_shipped_rules_stay(
    page: OpenPage, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(content, encoding="utf-8")
    opened = page("/screening")
    opened.locator("[data-testid='stFileUploaderDropzoneInput']").first.set_input_files(file)
    expect(opened.get_by_text("规则文件未采用，仍用默认规则")).to_be_visible(timeout=20_000)
    expect(opened.get_by_text("默认规则（仅含规划内容）").first).to_be_visible()


def draw_site(opened: Page) -> Frame:
    """Set a point in the middle of 火炬（翔安）产业区 with the map's own tool."""
    frame = atlas_frame(opened)
    frame.locator(".leaflet-draw-draw-marker").click()
    frame.evaluate("yuantu.map.setView([24.655, 118.214], 13, {animate: false})")
    box = frame.frame_element().bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    opened.mouse.move(*middle, steps=4)
    opened.mouse.click(*middle)
    return frame


def test_the_map_stands_before_the_check_and_a_site_drawn_there_counts(page: OpenPage) -> None:
    opened = page("/screening")
    assert len(present(atlas_frame(opened))) == 41
    field(opened, "项目名称").fill("甲")
    draw_site(opened)
    expect(opened.get_by_text("按地图上绘制的地块判断")).to_be_visible()
    checked(opened, 产品="碳化硅功率芯片")
    row = opened.locator("tr", has=opened.get_by_text("是否在园区内", exact=True))
    expect(row).to_contain_text("火炬（翔安）产业区")
    expect(field(opened, "项目名称")).to_have_value("甲")


def test_a_site_drawn_on_the_map_changes_the_verdict(page: OpenPage) -> None:
    opened = checked(page("/screening"), 项目名称="甲", 产品="碳化硅功率芯片")
    row = opened.locator("tr", has=opened.get_by_text("是否在园区内", exact=True))
    expect(row).to_contain_text("未给地块", timeout=20_000)
    frame = draw_site(opened)
    expect(row).to_contain_text("火炬（翔安）产业区", timeout=20_000)
    expect(row).not_to_contain_text("未给地块")
    expect(opened.get_by_text("按地图上绘制的地块判断")).to_be_visible()
    assert state(frame)["selected"] is None


def test_a_weight_changed_on_the_page_changes_the_points_and_is_told(page: OpenPage) -> None:
    opened = checked(page("/screening"), 项目名称="甲", 产品="碳化硅功率芯片")
    plan_bar = opened.locator(".yt-fall[data-criterion='plan']").first
    expect(plan_bar).to_be_attached(timeout=20_000)
    before = float(plan_bar.get_attribute("data-points") or "nan")
    opened.get_by_text("准则权重").click()
    weight = opened.get_by_role("spinbutton", name="规划结论")
    weight.fill("0")
    weight.press("Enter")
    expect(opened.get_by_text("权重另定：规划结论=0").first).to_be_visible(timeout=20_000)
    expect(opened.locator(".yt-fall[data-criterion='plan']")).to_have_count(0)
    assert before > 0
    parts = opened.locator(".yt-candidate").first.locator(".yt-fall[data-points]")
    points = [float(part.get_attribute("data-points") or "nan") for part in parts.all()]
    total = opened.locator(".yt-candidate").first.locator(".yt-sum b").inner_text()
    assert sum(points) == pytest.approx(float(total), abs=0.06)


def test_a_batch_can_be_stopped_and_resumed(page: OpenPage, tmp_path: Path) -> None:
    file = tmp_path / "many.csv"
    rows = ["项目名称,产品", *(f"项目{number},疫苗" for number in range(400))]
    file.write_text("\n".join(rows), encoding="utf-8")
    opened = page("/screening")
    opened.get_by_role("tab", name="批量核查").click()
    opened.locator("[data-testid='stFileUploaderDropzoneInput']").last.set_input_files(file)
    opened.get_by_role("button", name="停止").click(timeout=30_000)
    stopped = opened.get_by_text(re.compile(r"已停止：核查了 \d+/400 行"))
    expect(stopped).to_be_visible(timeout=30_000)
    done = int(re.search(r"(\d+)/400", stopped.inner_text())[1])  # type: ignore[index]
    assert done < 400
    opened.get_by_role("button", name="继续核查").click()
    expect(opened.get_by_text("已核查 400 个项目，0 行有问题")).to_be_visible(timeout=60_000)
