"""Every Chinese text of an answer has its English beside it, and no Chinese stands in that but what is quoted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.plan import Plan, read_plan
from geo.screening import screen_projects
from geo.screening.batch import read_projects
from geo.screening.candidates import CRITERIA
from geo.screening.faults import ProjectFileError
from geo.screening.park_facts import ParkFacts, park_facts
from geo.screening.projects import COLUMNS, read_project
from geo.screening.rules import DEFAULT_RULES, SYNTHETIC_RULES, Rules, RulesError, check_rules, read_rules
from geo.screening.weights import reweighted
from tests.geo.second_city import write_second_city
from tests.languages import has_english_sentence

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "docs" / "samples" / "projects.csv"
ON = date(2026, 11, 22)
HAN = re.compile(r"[㐀-鿿　-〿＀-￯]")
QUOTED = re.compile(r"“[^”]*”|(?<!\w)'[^']*'")
#: Keys whose Chinese is what the applicant or the office wrote, a code, or a result with a twin of its own name.
AS_STATED = {"name", "project", "file"}
#: Twins that are not called like their key with `_en`.
TWINS = {"zh": "en", "gate_zh": "gate_en", "group_zh": "group_en", "park_zh": "park_en", "sector_zh": "sector_en"}
BAD = """项目名称,产品,产业,行业代码,用地面积_公顷,经度,纬度,坐标基准,地块,部门意见,涉及永久基本农田,用地面积_亩
甲,疫苗,,,4,,,,,,,3
,,,,x,,,,,,,
丙,芯片,养猪,,0,,,,,,,
戊,手游,,9999,-2,24.67,118.21,GCJ-02,POINT 118,自然资源说可以,大概,
己,量子计算,,2231,1,118.2,,,,自然资源:同意:2026-02-30,,
庚,疫苗,,,,,,,"LINESTRING (118 24, 119 25)",,,
辛,疫苗,,,,,,,SRID=3857;POINT (1 1),,,
壬,疫苗,,,,,,,"POLYGON ((118 24, 119 25, 119 24, 118 25, 118 24))",,,
癸,疫苗,,,,,,,POINT (610398 2708778),,,
子,疫苗,,,,116.4,39.9,,,,,
丑,智能车座舱,,26,3,118.22537,24.6581,,,自然资源:不同意:2026-05-01；生态环境:有条件同意:2024-05-01,是,
寅,集成电路,生物医药与健康,2762,3,118.22537,24.6581,,,自然资源:同意:2027-05-01,否,
辰,氢能,,39,5000,118.25,24.565,,,,,
巳,芯片,,,5,,,,,,,,溢出
"""


@cache
def plan() -> Plan:
    return read_plan()


@cache
def facts() -> ParkFacts:
    return park_facts(plan())


def answered(file: Path, rules: Rules, where: ParkFacts) -> list[dict[str, Any]]:
    rows, _ = read_projects(file, bounds=where.plan.descriptor.get("bounds"))
    return screen_projects(rows, where, rules, on=ON)


def english_only(text: str) -> str:
    """Give what is left of a text without what it quotes; no name of the plan stands in Chinese only."""
    return QUOTED.sub("", text)


def pairs(value: object, place: str = "") -> Iterator[tuple[str, object, object]]:
    """Every text of an answer that has Chinese in it, with what stands under the key of its twin."""
    if isinstance(value, list):
        for item in value:
            yield from pairs(item, place)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in AS_STATED or key.endswith("_en") or key == "en":
                continue
            texts = json.dumps(item, ensure_ascii=False)
            is_rows = isinstance(item, dict) or (isinstance(item, list) and any(isinstance(row, dict) for row in item))
            if is_rows:
                yield from pairs(item, f"{place}.{key}")
            elif HAN.search(texts):
                yield f"{place}.{key}", item, value.get(TWINS.get(key, f"{key}_en"))


def lacking(answers: list[dict[str, Any]]) -> list[tuple[str, object, object]]:
    """Give texts without a twin, with one of another shape, or with one that is not English throughout."""
    found = []
    for place, zh, en in pairs(answers):
        told = json.dumps(en, ensure_ascii=False)
        is_like = type(zh) is type(en) and (isinstance(zh, str) or len(zh) == len(en or ()))  # type: ignore[arg-type]
        if not is_like or not en or HAN.search(english_only(told)):
            found.append((place, zh, en))
    return found


@pytest.mark.parametrize("file", [DEFAULT_RULES, SYNTHETIC_RULES], ids=["default", "synthetic"])
def test_every_text_about_the_samples_has_its_english(file: Path) -> None:
    answers = answered(SAMPLES, read_rules(file, plan=plan()), facts())
    assert len(answers) == 12
    assert len(list(pairs(answers))) > 3000
    assert lacking(answers) == []


def test_every_text_about_rows_good_and_bad_has_its_english(tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(BAD, encoding="utf-8")
    by = reweighted(read_rules(SYNTHETIC_RULES, plan=plan()), {"plan": 60, "rent": 0})
    answers = answered(file, by, facts())
    assert sum(bool(answer["errors"]) for answer in answers) == 10
    assert lacking(answers) == []
    assert "weights of one's own: verdict of the plan=60" in answers[0]["rules_en"]


def test_notes_on_columns_are_told_in_english(tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(BAD, encoding="utf-8")
    _, (note,) = read_projects(file)
    assert note.en == (
        "bad.csv, row 1, “用地面积_亩”: [unknown-column] this column is not read; "
        "is “用地面积_公顷” meant (mind the unit)?"
    )


def test_another_city_is_told_in_english_too(tmp_path: Path) -> None:
    where = park_facts(read_plan(write_second_city(tmp_path / "city")))
    rows, _ = read_projects(SAMPLES)
    answers = screen_projects(rows[1:5], where, read_rules(), on=ON)
    assert lacking(answers) == []


def test_what_an_office_states_in_chinese_only_is_quoted() -> None:
    rules = read_rules(SYNTHETIC_RULES)
    head = {key: text for key, text in rules.content["rules"].items() if key != "title_en"}
    document = {key: text for key, text in rules.content["documents"]["room"].items() if key != "title_en"}
    bare = Rules("a.toml", {**rules.content, "rules": head, "documents": {"room": document}})
    assert bare.said.en == "[example, made up] “示例规则（虚构，仅供测试）” (a.toml, version 1, 2026-11-22)"
    cited = bare.source({"document": "room", "row": "第1行"}).en
    number = document["number"]
    assert cited == f"[example, made up] “示例园区剩余可供地台账” (“{number}”, 2020-05-01), “第1行”"


@pytest.mark.parametrize("column", COLUMNS, ids=[column.field for column in COLUMNS])
def test_every_column_has_an_english_title_note_and_example(column: Any) -> None:
    assert not HAN.search(column.en)
    assert not HAN.search(english_only(column.note_en))
    assert not HAN.search(english_only(column.example_en or column.example))
    assert ("_" in column.zh) == column.en.endswith(")") or column.field in {"employees", "site_wkt"}


def test_the_english_examples_can_be_read_but_for_those_that_are_quoted() -> None:
    examples = {column.field: column.example_en or column.example for column in COLUMNS}
    cells = {field: text.strip("“”") for field, text in examples.items()}
    project, faults = read_project(cells, bounds=plan().descriptor["bounds"])
    assert not faults
    assert (project["farmland"], project["urban_boundary"]) == ("否", "是")


def test_every_criterion_has_both_names() -> None:
    assert all(HAN.search(name.zh) and not HAN.search(name.en) for name in CRITERIA.values())


@settings(max_examples=40, deadline=None)
@given(
    cells=st.fixed_dictionaries(
        {},
        optional={
            column.field: st.text(max_size=12) | st.sampled_from([column.example, "1e999", "-3", "是", "2026-13-01"])
            for column in COLUMNS
        },
    )
)
def test_whatever_is_wrong_with_a_row_is_said_in_both_languages(cells: dict[str, str]) -> None:
    _, faults = read_project(cells, file="a.csv", row=2)
    for fault in faults:
        typed = "".join(cells.values())
        assert HAN.search(fault.reason)
        assert fault.reason_en
        assert HAN.search(typed) or not HAN.search(english_only(fault.reason_en))
        assert fault.field_en in {column.en for column in COLUMNS}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", b""),
        ("a.csv", b"\xff\xff\xff"),
        ("a.csv", "项目名称\n甲\n".encode()),
        ("a.csv", "项目名称,产品,product\n".encode()),
        ("a.csv", '项目名称,产品\n甲,"疫苗'.encode()),
        ("a.xlsx", b"PK nonsense"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_both_languages(tmp_path: Path, name: str, content: bytes) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(ProjectFileError, match="a") as refused:
        read_projects(file)
    assert not HAN.search(english_only(str(refused.value)))
    assert HAN.search(refused.value.zh)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("min = 1.1", "minimum = 1.1"),
        ("max_age_days = 365", "max_age_days = 0"),
        ("max_age_days = 365", 'max_age_days = "long"'),
        ('better = "less"', 'better = "fewer"'),
        ('document = "land"', 'document = "nowhere"'),
        ('date = "2020-02-01"', 'date = "2020-02-30"'),
        ('indicator = "green_ratio"', 'indicator = "blue_ratio"'),
        ('unit = "万元/公顷"', 'unit = "元"'),
        ('codes = ["39"]', 'codes = ["99"]'),
        ('codes = ["39"]', 'codes = ["chips"]'),
        ("min = 1.1", "min = 1.1\nmax = 1.0"),
        ('accepted = ["否"]', 'accepted = ["否", "是"]'),
        ('accepted = ["否"]', "accepted = []"),
        ('field = "land_use"', 'field = "land_abuse"'),
        ('park = "haicang-south"', 'park = "torch-xiangan"'),
        ('park = "haicang-south"', 'park = "nowhere"'),
        ('id = "rent"', 'id = "plan"'),
        ('title_zh = "示例产业目录"', 'title_zh = ""'),
        ("[rules]", "[rules"),
    ],
)
def test_a_fault_of_a_rules_file_is_said_in_chinese_too(old: str, new: str) -> None:
    text = SYNTHETIC_RULES.read_text(encoding="utf-8").replace(old, new, 1)
    faults = check_rules(text, plan=plan())
    assert faults
    for fault in faults:
        assert HAN.search(fault.reason_zh)
        assert not re.search(r"\{[a-z]", fault.reason_zh)
        # What the reader of TOML says itself stays as it says it.
        assert fault.kind == "not-toml" or not has_english_sentence(fault.reason_zh)
    error = RulesError("a/rules.toml", faults)
    assert error.zh.count("\n- ") == len(faults)
