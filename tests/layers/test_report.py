"""Reports say what the screening answered, literally, in Chinese, the same way every time and without any network."""

import io
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pypdf
import pytest

from geo.plan import Plan, read_plan
from geo.screening import screen_project, screen_projects
from geo.screening.batch import ProjectRow
from geo.screening.park_facts import park_facts
from geo.screening.projects import read_project
from geo.screening.rules import DEFAULT_RULES, SYNTHETIC_RULES, read_rules
from layers.report import map_notice, report_pages, report_pdf, report_xlsx, rules_stamp
from layers.report_answer import result_word
from layers.report_content import ADVICE, report_content
from layers.report_map import HEIGHT_MM, WIDTH_MM, report_map
from tests.geo.second_city import write_second_city
from tests.layers.report_case import CRITERIA, FAULTY, HOSTILE_TEXTS, WHOLE, hostile

ROOT = Path(__file__).parents[2]
STAMP = rules_stamp("默认规则（default.toml，版本1，2026-11-22）", b"[rules]")
SAID: dict[str, Any] = {"date": date(2026, 11, 22), "rules": STAMP, "notice": map_notice()}
FAULT = "projects.csv，第5行，用地面积_公顷：“四点五”不是数字"
AGAIN = """
import hashlib
from tests.layers.test_report import SAID, WHOLE, FAULTY, read_plan, report_pdf, report_xlsx
for write in (report_pdf, report_xlsx):
    print(hashlib.sha256(write(read_plan(), [WHOLE, FAULTY], **SAID)).hexdigest())
"""


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan()


@pytest.fixture(scope="module")
def whole_pdf(plan: Plan) -> bytes:
    return report_pdf(plan, [WHOLE], **SAID)


def text_of(pdf: bytes) -> str:
    """Text of all pages without white space: where lines break is the page's business."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return squeezed("".join(page.extract_text() for page in pages))


def squeezed(text: str) -> str:
    return "".join(text.replace("\u200b", "").split())


def cells(book: bytes, sheet: str) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(book))[sheet].iter_rows(values_only=True))


def test_the_pdf_says_in_chinese_what_the_screening_answered(whole_pdf: bytes) -> None:
    text = text_of(whole_pdf)
    gates = [gate[key] for gate in WHOLE["gates"] for key in ("gate", "result", "value", "threshold", "cite")]
    fields = [row[key] for row in WHOLE["subsectors"] for key in ("zh", "why")]
    parks = [row["park_zh"] for row in WHOLE["candidates"]]
    changes = [change for row in WHOLE["candidates"] for change in row["would_change"]]
    for said in [
        WHOLE["name"],
        *gates,
        *fields,
        *parks,
        *changes,
        *CRITERIA,
        WHOLE["ranking"]["says"],
        "按加权积为第3名",
        "厦门影视拍摄基地",
    ]:
        assert said is None or squeezed(said) in text, said


def test_the_pdf_says_where_it_is_from_and_that_it_approves_nothing(plan: Plan, whole_pdf: bytes) -> None:
    text = text_of(whole_pdf)
    for said in (
        plan.release,
        plan.digest,
        STAMP.label,
        STAMP.sha256,
        "2026年11月22日",
        "园图园区示意范围，截至2026-11",
        ADVICE,
    ):
        assert squeezed(said) in text
    for said in ("示意范围，非法定边界", "内部使用", "C级地标推定", "缺少资料，未能判断：1禁止、淘汰类目录"):
        assert said in text


def test_a_review_number_takes_the_place_of_internal_use(plan: Plan) -> None:
    text = text_of(report_pdf(plan, [WHOLE], **SAID | {"notice": map_notice("闽S(2026)1号")}))
    assert "审图号：闽S(2026)1号" in text
    assert "内部使用" not in text


@pytest.mark.parametrize("said", HOSTILE_TEXTS)
def test_hostile_text_is_shown_literally(plan: Plan, said: str) -> None:
    result = hostile(said)
    shown = squeezed(said.replace("\u0007", "□"))
    text = text_of(report_pdf(plan, [result], **SAID))
    # Twice the name, product, field and reason, four cells of the gate, three of the candidate, its change, the error.
    assert text.count(shown) >= 12, text
    rows = cells(report_xlsx(plan, [result], **SAID), "核查")
    assert rows[1][1] == rows[1][3] == rows[1][5] == said.replace("\u0007", "\ufffd")


def test_the_same_answers_give_the_same_bytes_on_another_day_and_in_another_place(plan: Plan) -> None:
    strange = os.environ | {"TZ": "America/New_York", "PYTHONHASHSEED": "7", "LC_ALL": "C", "HOME": "/nonexistent"}
    command = [sys.executable, "-c", AGAIN]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, env=strange)
    here = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout == here.stdout
    assert report_pdf(plan, [WHOLE], **SAID) == report_pdf(plan, [WHOLE], **SAID)
    later = report_pdf(plan, [WHOLE], **SAID | {"date": date(2027, 1, 3)})
    same = text_of(report_pdf(plan, [WHOLE], **SAID))
    assert text_of(later) == same.replace("2026年11月22日", "2027年1月3日")


def test_only_the_embedded_fonts_of_the_package_are_used(whole_pdf: bytes) -> None:
    names, without_file = set(), []
    reader = pypdf.PdfReader(io.BytesIO(whole_pdf))
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            descendant = font.get_object()["/DescendantFonts"][0].get_object()
            names.add(str(descendant["/BaseFont"]).split("+")[-1])
            if "/FontFile3" not in descendant["/FontDescriptor"]:
                without_file.append(descendant["/BaseFont"])
    assert {name.removesuffix("-Identity-H") for name in names} == {"NotoSansSC-Regular", "NotoSerifSC-Regular"}
    assert not without_file


def test_the_template_takes_nothing_from_elsewhere() -> None:
    template = (ROOT / "layers" / "report.typ").read_text(encoding="utf-8")
    assert not any(word in template for word in ("@preview", "@local", "#import", "#include", "eval(", "http"))


def test_many_projects_begin_with_a_summary_and_have_a_section_each(plan: Plan) -> None:
    pdf = report_pdf(plan, [WHOLE, FAULTY, {"name": "第三个"}], **SAID)
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert "汇总（3个项目）" in squeezed(reader.pages[0].extract_text())
    titles = [entry["/Title"] for entry in reader.outline if not isinstance(entry, list)]
    assert titles == ["汇总（3 个项目）", WHOLE["name"], FAULTY["name"], "第三个"]
    assert FAULT in text_of(pdf)


def test_a_hundred_projects_are_one_file(plan: Plan) -> None:
    results = [WHOLE | {"name": f"项目{number}"} for number in range(100)]
    assert len(pypdf.PdfReader(io.BytesIO(report_pdf(plan, results, **SAID))).pages) > 200


def test_the_pdf_is_titled_dated_and_tagged(whole_pdf: bytes) -> None:
    reader = pypdf.PdfReader(io.BytesIO(whole_pdf))
    assert reader.metadata is not None
    assert reader.metadata.title == "项目与园区契合筛查报告"
    assert reader.metadata.creation_date is not None
    assert reader.metadata.creation_date.date() == date(2026, 11, 22)
    assert "/StructTreeRoot" in reader.trailer["/Root"]


def test_an_answer_with_nothing_in_it_is_still_a_report(plan: Plan) -> None:
    text = text_of(report_pdf(plan, [{}], **SAID))
    assert "没有可列的候选园区" in text
    assert len(report_pages(plan, [{}], **SAID)) == 1


def test_points_may_come_as_objects_or_rows(plan: Plan) -> None:
    rows = [{"criterion": "plan", "zh": "规划结论", "points": 40}, {"criterion": "room", "zh": "空间", "points": 2.25}]
    first = {"park_zh": "软件园", "rank": 1, "points": 42.25, "parts_of_points": rows}
    content = report_content(plan, [{"name": "甲", "candidates": [first]}], **SAID)
    project = content["projects"][0]
    assert project["criteria"] == ["规划结论", "空间"]
    assert project["candidates"][0]["parts"] == [40.0, 2.2]
    ranges = first | {"parts_of_points": {"room": {"zh": "空间", "points_min": 3, "points_max": 8}, "port": [2, 2]}}
    project = report_content(plan, [{"name": "甲", "candidates": [ranges]}], **SAID)["projects"][0]
    assert (project["criteria"], project["candidates"][0]["parts"]) == (["空间", "port"], ["3.0–8.0", 2.0])
    assert "3.0–8.0" in text_of(report_pdf(plan, [{"name": "甲", "candidates": [ranges]}], **SAID))
    assert project["candidates"][0]["park_id"] == "software-park"


@pytest.mark.parametrize("result", ["通过", "pass", None, "", 1, True])
def test_an_unknown_result_is_never_a_pass(result: object) -> None:
    assert result_word(result) == "缺数据"


@pytest.mark.parametrize("file", [DEFAULT_RULES, SYNTHETIC_RULES])
def test_answers_of_the_screening_are_reported_whole(plan: Plan, file: Path) -> None:
    rules = read_rules(file, plan=plan)
    stated = {"name": "芯片厂", "product": "碳化硅功率芯片", "gbt4754": "3973", "area_ha": "4.5"}
    project, faults = read_project(stated | {"site_wkt": "POINT (118.25 24.66)", "port_km": "20"})
    assert not faults
    answer = screen_project(project, park_facts(plan), rules, on=SAID["date"])
    result = answer | {"project": project}
    said = SAID | {"rules": rules_stamp(rules.label, file.read_bytes())}
    text = text_of(report_pdf(plan, [result], **said))
    gates = [gate[key] for gate in answer["gates"] for key in ("gate_zh", "value", "threshold", "cite", "would_change")]
    ruled_out = [row["park_zh"] for row in answer["ruled_out"]]
    changes = [change for row in answer["candidates"][:3] for change in row["would_change"]]
    parks = [row["park_zh"] for row in answer["candidates"]]
    for words in [*gates, *ruled_out, *changes, *parks, answer["ranking"]["says"], rules.label]:
        assert squeezed(words) in text, words
    assert ("不得用于办件" in text) == rules.is_synthetic
    assert "项目地块" in text
    book = report_xlsx(plan, [result], **said)
    assert [row[4] for row in cells(book, "核查")[1:]] == [gate["result"] for gate in answer["gates"]]
    assert len(cells(book, "评分明细")) == 1 + sum(len(row["parts_of_points"]) for row in answer["candidates"])


def test_rows_of_a_file_that_were_not_judged_are_reported(plan: Plan) -> None:
    rows = [ProjectRow("a.csv", 2, {"name": "甲", "sector": "养猪"}, ())]
    answers = screen_projects(rows, park_facts(plan), read_rules(), on=SAID["date"])
    assert "a.csv，第2行，产业：" in text_of(report_pdf(plan, answers, **SAID))


def test_the_workbook_holds_every_answer(plan: Plan) -> None:
    book = report_xlsx(plan, [WHOLE, FAULTY], **SAID)
    assert openpyxl.load_workbook(io.BytesIO(book)).sheetnames == [
        "汇总", "核查", "候选园区", "评分明细", "未列入园区", "概况", "未明事项", "依据",
    ]  # fmt: skip
    assert cells(book, "汇总")[1] == (1, WHOLE["name"], "火炬（翔安）产业区", 88.6, 2, 1, 1, 3, None)
    assert cells(book, "汇总")[2][-1] == FAULT
    assert [row[4] for row in cells(book, "核查")[1:]] == [gate["result"] for gate in WHOLE["gates"]]
    header, first, *_ = cells(book, "候选园区")
    assert header[6 : 6 + len(CRITERIA)] == CRITERIA
    assert first[4:12] == (88.6, None, 40, 20, 6.7, 0, 9.5, 12.4)
    assert ("规则摘要（SHA-256）", STAMP.sha256) in cells(book, "依据")


def test_results_in_the_workbook_carry_a_colour_beside_the_word(plan: Plan) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(report_xlsx(plan, [WHOLE], **SAID)))["核查"]
    fills = {sheet.cell(row, 5).value: sheet.cell(row, 5).fill.fgColor.rgb for row in range(2, 9)}
    assert len(set(fills.values())) == len(fills) == 4


def test_a_text_longer_than_a_page_is_cut_and_says_where_it_stands_whole(plan: Plan) -> None:
    text = text_of(report_pdf(plan, [hostile("甲" * 40_000)], **SAID))
    assert text.count("甲甲…（过长，全文见同名XLSX文件）") >= 10
    assert text.count("甲") < 20 * 2_000


def test_a_text_too_long_for_a_cell_says_so(plan: Plan) -> None:
    rows = cells(report_xlsx(plan, [hostile("长" * 40_000)], **SAID), "核查")
    assert len(rows[1][1]) == 32_767
    assert rows[1][1].endswith("…（过长，已截断）")


def test_the_map_is_drawn_of_numbers_and_colours_alone(plan: Plan) -> None:
    drawing = report_map(plan, ("torch-xiangan", "haicang-south", "tongxiang-hitech"), "POINT (118.25 24.66)")
    assert drawing is not None
    root = ET.fromstring(drawing["svg"])  # noqa: S314 - it was made here
    assert {element.tag.split("}")[1] for element in root.iter()} == {"svg", "rect", "path", "circle"}
    assert not any((element.text or "").strip() for element in root.iter())
    dashes = {element.get("stroke-dasharray") for element in root.iter() if element.get("fill-opacity") == "0.32"}
    assert dashes == {"2 1.2", "0.01 1.3"}  # grades C and D
    for label in drawing["labels"]:
        assert 0 < label["x"] < WIDTH_MM
        assert 0 < label["y"] < HEIGHT_MM


def test_the_scale_bar_is_as_long_as_it_says(plan: Plan) -> None:
    drawing = report_map(plan, ("torch-xiangan",))
    assert drawing is not None
    bar = drawing["bar"]
    assert bar["metres"] / bar["mm"] * 1000 == pytest.approx(drawing["scale"], rel=0.03)


def test_another_city_has_reports_too(tmp_path: Path) -> None:
    yunpu = read_plan(write_second_city(tmp_path / "yunpu"))
    result = {"name": "磁材", "candidates": [{"park_zh": "城北园", "rank": 1, "points": 3, "would_change": "补测"}]}
    text = text_of(report_pdf(yunpu, [result], **SAID))
    assert "云浦市产业规划" in text
    assert "城北园（A级，±0米）" in text
    assert "厦门" not in text
