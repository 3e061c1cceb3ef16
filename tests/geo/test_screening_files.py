"""Project files: every way they come, every fault with its place, and the workbooks that go out."""

import csv
import io
import json
import os
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from shapely import Point

from geo.errors import FormatError
from geo.plan import read_plan
from geo.screening import screen_project, screen_projects
from geo.screening.batch import read_projects, template_workbook
from geo.screening.park_facts import park_facts
from geo.screening.projects import COLUMNS, column_of, read_project
from geo.screening.rules import SYNTHETIC_RULES, read_rules
from geo.screening.workbook import screening_workbook
from tests.geo.workbooks import workbook

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "docs" / "samples" / "projects.csv"
BOUNDS = (117.4, 24.1, 118.9, 25.15)
ON = date(2026, 11, 22)
TEXT = "项目名称,产品,用地面积_公顷\n甲,疫苗,4.5\n"


def kinds(cells: dict[str, Any]) -> dict[str, str]:
    _, faults = read_project({"name": "甲", "product": "疫苗"} | cells, file="a.csv", row=2, bounds=BOUNDS)
    return {str(fault.field): fault.kind for fault in faults}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_csv_comes_in_utf_8_with_or_without_mark_and_in_gbk(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "projects.csv"
    file.write_text(TEXT, encoding=encoding)
    (row,), notes = read_projects(file)
    assert row.project == {"name": "甲", "product": "疫苗", "area_ha": 4.5}
    assert not notes


def test_headers_are_chinese_or_english_alike(tmp_path: Path) -> None:
    projects = []
    for headers in ([column.zh for column in COLUMNS], [column.field for column in COLUMNS]):
        file = tmp_path / "projects.csv"
        with file.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([headers, [column.example for column in COLUMNS]])
        (row,), notes = read_projects(file, bounds=BOUNDS)
        assert not row.faults
        assert not notes
        projects.append(row.project)
    assert projects[0] == projects[1]


def test_the_examples_of_the_template_can_be_read() -> None:
    project, faults = read_project({column.field: column.example for column in COLUMNS}, bounds=BOUNDS)
    assert not faults
    assert project["site"] == Point(118.21, 24.67)


def test_an_area_in_mu_is_not_taken_for_hectares(tmp_path: Path) -> None:
    file = tmp_path / "projects.csv"
    file.write_text(TEXT.replace("公顷", "亩"), encoding="utf-8")
    (row,), (note,) = read_projects(file)
    assert "area_ha" not in row.project
    assert (note.kind, note.field) == ("unknown-column", "用地面积_亩")
    assert "用地面积_公顷" in note.reason
    assert column_of("用地面积（公顷）") == column_of("area_ha")


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"name": ""}, {"项目名称": "missing-value"}),
        ({"product": " "}, {"产品": "missing-value"}),
        ({"area_ha": "四公顷"}, {"用地面积_公顷": "not-a-number"}),
        ({"area_ha": "1_000"}, {"用地面积_公顷": "not-a-number"}),
        ({"area_ha": "nan"}, {"用地面积_公顷": "not-a-number"}),
        ({"area_ha": "0"}, {"用地面积_公顷": "out-of-range"}),
        ({"tax_10k": "-1"}, {"税收_万元": "out-of-range"}),
        ({"gbt4754": "9999"}, {"行业代码": "unknown-code"}),
        ({"lon": "118.2"}, {"纬度": "missing-value"}),
        ({"lon": "24.67", "lat": "118.21"}, {"纬度": "wrong-crs"}),
        ({"lon": "610398", "lat": "24.6"}, {"经度": "wrong-crs"}),
        ({"lon": "116.4", "lat": "39.9"}, {"经度": "out-of-range"}),
        ({"datum": "GCJ-02"}, {"坐标基准": "wrong-crs"}),
        ({"datum": "厦门92"}, {"坐标基准": "wrong-crs"}),
        ({"site_wkt": "POINT 118"}, {"地块": "broken-geometry"}),
        ({"site_wkt": "LINESTRING (118 24, 119 25)"}, {"地块": "geometry-type"}),
        ({"site_wkt": "POLYGON ((118 24, 119 25, 119 24, 118 25, 118 24))"}, {"地块": "invalid-geometry"}),
        ({"site_wkt": "POINT (24.67 118.21)"}, {"地块": "wrong-crs"}),
        ({"site_wkt": "POINT (610398 2708778)"}, {"地块": "wrong-crs"}),
        ({"site_wkt": "SRID=3857;POINT (1 1)"}, {"地块": "wrong-crs"}),
        ({"farmland": "大概"}, {"涉及永久基本农田": "not-yes-or-no"}),
        ({"opinions": "自然资源说可以"}, {"部门意见": "broken-opinion"}),
        ({"opinions": "自然资源:同意:2026-02-30"}, {"部门意见": "broken-opinion"}),
        ({"floor_area_m2": "10", "tall_floor_area_m2": "11"}, {"层高超8米建筑面积_平方米": "contradiction"}),
        ({"area_ha": "1", "green_m2": "10001"}, {"绿地面积_平方米": "contradiction"}),
    ],
)
def test_a_cell_that_cannot_be_used_is_a_fault_with_its_column(cells: dict[str, str], expected: dict[str, str]) -> None:
    assert kinds(cells) == expected


def test_all_faults_of_a_row_are_told_at_once() -> None:
    assert kinds({"area_ha": "x", "tax_10k": "y", "gbt4754": "9999"}).keys() == {
        "用地面积_公顷",
        "税收_万元",
        "行业代码",
    }


def test_cells_are_read_as_people_write_them() -> None:
    full_width = "1,000.5".translate({ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789,."})
    cells = {"area_ha": full_width, "farmland": "不涉及", "ecology_line": "TRUE", "opinions": "环保：同意：2026/5/1；"}
    project, faults = read_project({"name": "甲", "product": "疫苗", "tax_10k": "—", "output_10k": 90000.0} | cells)
    assert not faults
    assert (project["area_ha"], project["farmland"], project["ecology_line"]) == (1000.5, "否", "是")
    assert project["opinions"] == (("环保", "同意", date(2026, 5, 1)),)
    assert "tax_10k" not in project
    assert project["output_10k"] == 90000.0


def test_a_site_in_metres_is_carried_to_degrees() -> None:
    project, faults = read_project(
        {"name": "甲", "product": "疫苗", "site_wkt": "SRID=4548;POINT (610398.081 2708778.266)"}, bounds=BOUNDS
    )
    assert not faults
    assert (project["site"].x, project["site"].y) == pytest.approx((118.089, 24.479), abs=1e-8)


def test_a_drawn_site_gives_the_area_that_was_not_stated() -> None:
    wkt = "POLYGON ((118.2 24.5, 118.21 24.5, 118.21 24.51, 118.2 24.51, 118.2 24.5))"
    project, _ = read_project({"name": "甲", "product": "疫苗", "site_wkt": wkt})
    assert project["area_ha"] == pytest.approx(112.3, abs=0.1)
    stated, _ = read_project({"name": "甲", "product": "疫苗", "site_wkt": wkt, "area_ha": "5"})
    assert stated["area_ha"] == 5


def test_good_rows_are_judged_when_others_are_bad(tmp_path: Path) -> None:
    file = tmp_path / "projects.csv"
    file.write_text(
        "项目名称,产品,产业,用地面积_公顷\n甲,疫苗,,4\n,,,x\n\n丙,芯片,养猪,1\n丁,手游,,2\n", encoding="utf-8"
    )
    rows, _ = read_projects(file)
    plan = read_plan()
    answers = screen_projects(rows, park_facts(plan), read_rules(), on=ON)
    assert [(answer["row"], bool(answer["errors"]), bool(answer["candidates"])) for answer in answers] == [
        (2, False, True), (3, True, False), (5, True, False), (6, False, True)
    ]  # fmt: skip
    assert {error["column"] for error in answers[1]["errors"]} == {"项目名称", "产品", "用地面积_公顷"}
    (error,) = answers[2]["errors"]
    assert (error["file"], error["row"], error["column"], error["kind"]) == ("projects.csv", 5, "产业", "unknown-name")
    assert "相近的有" in error["reason"]


def test_xlsx_is_read_with_numbers_and_dates_as_cells(tmp_path: Path) -> None:
    file = tmp_path / "projects.xlsx"
    head = ["项目名称", "行业代码", "用地面积_公顷", "涉及永久基本农田", None]
    day = datetime(2026, 1, 1)  # noqa: DTZ001  (a spreadsheet knows no zones)
    first, second = ["甲", 3973, 4.5, False, None], [day, "0411", "2", "否", None]
    file.write_bytes(workbook(head, first, [None] * 5, second))
    rows, notes = read_projects(file)
    assert not notes
    assert [row.row for row in rows] == [2, 4]
    assert rows[0].project == {"name": "甲", "gbt4754": "3973", "area_ha": 4.5, "farmland": "否"}
    assert rows[1].project["name"] == "2026-01-01"


def test_a_code_that_may_have_lost_its_nought_is_a_fault(tmp_path: Path) -> None:
    file = tmp_path / "projects.xlsx"
    file.write_bytes(workbook(["项目名称", "行业代码"], ["甲", 411]))
    (row,), _ = read_projects(file)
    assert [fault.kind for fault in row.faults] == ["ambiguous-code"]


def test_more_cells_than_columns_are_a_fault(tmp_path: Path) -> None:
    file = tmp_path / "projects.csv"
    file.write_text("项目名称,产品\n甲,疫苗,佐剂\n乙,疫苗,\n", encoding="utf-8")
    rows, _ = read_projects(file)
    assert [[fault.kind for fault in row.faults] for row in rows] == [["extra-cells"], []]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.txt", b"", r"\.csv or \.xlsx"),
        ("a.csv", b"\xff\xff\xff", "neither UTF-8 nor GBK"),
        ("a.csv", b"", "must name the columns"),
        ("a.csv", "项目名称\n甲\n".encode(), "one of “产品”, “行业代码”, “产业”"),
        ("a.csv", "项目名称,产品,product\n".encode(), "stands twice"),
        ("a.csv", '项目名称,产品\n甲,"疫苗'.encode(), "closed quotes"),
        ("a.xlsx", b"PK nonsense", "not an XLSX workbook"),
    ],
)
def test_a_file_that_is_no_table_of_projects_is_refused(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(FormatError, match=says):
        read_projects(file)
    with pytest.raises(FormatError, match="give the path"):
        read_projects(tmp_path / "none.csv")


def test_the_template_filled_with_its_examples_comes_back(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(template_workbook()))
    sheet, notes = book["项目"], book["填写说明"]
    assert [cell.value for cell in sheet[1]] == [column.zh for column in COLUMNS]
    assert sheet.column_dimensions["C"].number_format == "@"
    assert {row[0].value for row in notes.iter_rows(min_row=2)} >= {column.zh for column in COLUMNS}
    for number, column in enumerate(COLUMNS, start=1):
        sheet.cell(row=2, column=number, value=column.example)
    file = tmp_path / "filled.xlsx"
    book.save(file)
    (row,), faults = read_projects(file, bounds=BOUNDS)
    assert not row.faults
    assert not faults


def test_the_workbook_of_answers_has_every_row_and_no_formula() -> None:
    plan = read_plan()
    rows, _ = read_projects(SAMPLES)
    rows[9].project["name"] = "=1+1"
    answers = screen_projects(rows, park_facts(plan), read_rules(SYNTHETIC_RULES), on=ON)
    book = openpyxl.load_workbook(io.BytesIO(screening_workbook(answers)))
    assert book["结论"].max_row == 13
    assert book["关口"].max_row == 1 + sum(len(answer["gates"]) for answer in answers)
    assert book["候选园区"].max_row == 1 + sum(len(answer["candidates"]) for answer in answers)
    assert book["结论"]["B11"].value == "=1+1"
    assert book["结论"]["B11"].data_type == "s"
    assert any("不得用于办件" in str(row[1].value) for row in book["说明"].iter_rows())


def command(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "geo", "screen", *map(str, words)],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip


def test_the_command_prints_one_object_a_project() -> None:
    done = command(SAMPLES, "--json", "--on", "2026-11-22")
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    assert [answer["row"] for answer in answers] == list(range(2, 14))


def test_the_command_writes_a_workbook_and_a_template(tmp_path: Path) -> None:
    assert command(SAMPLES, "--xlsx", "-o", tmp_path / "a.xlsx").returncode == 0
    assert command("--template", "-o", tmp_path / "t.xlsx").returncode == 0
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames[0] == "结论"
    assert openpyxl.load_workbook(tmp_path / "t.xlsx").sheetnames[0] == "项目"


def test_weights_may_be_given_as_words() -> None:
    answers = json.loads(command(SAMPLES, "--weight", "plan=0", "--weight", "field=0").stdout)
    assert set(answers[9]["ranking"]["weights"]) == {"neighbours", "room"}
    assert "权重另定" in answers[0]["rules"]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("none.csv",), 2, "give the path"),
        ((), 2, "give the FILE"),
        ((SAMPLES, "--xlsx"), 2, "-o PATH"),
        ((SAMPLES, "--weight", "plan=much"), 2, "NAME=NUMBER"),
        ((SAMPLES, "--weight", "wind=3"), 2, "no criterion is called wind"),
        ((SAMPLES, "--pdf"), 2, "-o PATH"),
        ((SAMPLES, "--rules", "none.toml"), 1, "missing-file"),
        ((SAMPLES, "--on", "someday"), 2, "invalid"),
    ],
)
def test_the_command_says_what_it_cannot_do(words: tuple[object, ...], code: int, says: str) -> None:
    done = command(*words)
    assert done.returncode == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_the_same_answers_make_the_same_report_by_either_command(tmp_path: Path) -> None:
    made = command(SAMPLES, "--pdf", "--on", "2026-11-22", "-o", tmp_path / "direct.pdf")
    assert made.returncode == 0, made.stderr
    assert command(SAMPLES, "--on", "2026-11-22", "-o", tmp_path / "answers.json").returncode == 0
    again = subprocess.run(
        [sys.executable, "-m", "layers", "report", tmp_path / "answers.json", "--pdf", "-o", tmp_path / "again.pdf"],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert again.returncode == 0, again.stderr
    assert (tmp_path / "direct.pdf").read_bytes() == (tmp_path / "again.pdf").read_bytes()
    assert (tmp_path / "direct.pdf").read_bytes()[:5] == b"%PDF-"


def test_a_dash_is_standard_output_and_no_file(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "geo", "screen", SAMPLES, "-o", "-"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, encoding="utf-8",
        check=False,
    )  # fmt: skip
    assert len(json.loads(done.stdout)) == 12
    assert list(tmp_path.iterdir()) == []


def test_a_batch_answers_as_its_rows_do_one_by_one() -> None:
    facts, rules = park_facts(read_plan()), read_rules(SYNTHETIC_RULES)
    rows, _ = read_projects(SAMPLES)
    together = screen_projects(rows, facts, rules, on=ON)
    assert together == [{"row": row.row} | screen_project(row.project, facts, rules, on=ON) for row in rows]
