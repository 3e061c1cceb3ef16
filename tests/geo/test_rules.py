"""A rules file is checked as a whole: every fault at once, with its line and place."""

from pathlib import Path

import pytest

from geo.plan import read_plan
from geo.screening.rules import DEFAULT_RULES, SYNTHETIC_RULES, RulesError, check_rules, read_rules

TABLES = ("lists", "declarations", "land_standard", "output_per_mu", "room", "opinions")
GOOD = SYNTHETIC_RULES.read_text(encoding="utf-8")


def damaged(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), start=1) if part in line)


def test_the_shipped_rules_hold_no_list_and_no_threshold() -> None:
    rules = read_rules(DEFAULT_RULES, plan=read_plan())
    assert not rules.is_synthetic
    assert all(rules.rows(table) == () for table in TABLES)
    assert "output_score" not in rules.content


def test_the_example_fills_every_table_and_says_that_it_is_invented() -> None:
    rules = read_rules(SYNTHETIC_RULES, plan=read_plan())
    assert rules.is_synthetic
    assert all(rules.rows(table) for table in TABLES)
    assert rules.content["ranking"]["criteria"]
    assert all("示例" in document["title_zh"] + document["number"] for document in rules.content["documents"].values())
    assert "虚构" in rules.label
    assert rules.cite(rules.rows("land_standard")[0]).startswith("【示例数据，虚构】《示例用地标准》")


def test_every_fault_is_told_at_once_with_its_line() -> None:
    text = damaged("min = 1.1", "minimum = 1.1").replace("max_age_days = 365", "max_age_days = 0", 1)
    text = text.replace('better = "less"', 'better = "fewer"', 1)
    faults = check_rules(text, "office.toml")
    assert {(fault.field, fault.kind) for fault in faults} == {
        ("land_standard[0]", "additionalProperties"),
        ("land_standard[0]", "anyOf"),
        ("opinions[0].max_age_days", "minimum"),
        ("ranking.criteria[0].better", "enum"),
    }
    assert {fault.row for fault in faults} == {
        line_of(text, "[[land_standard]]"),
        line_of(text, "max_age_days = 0"),
        line_of(text, 'better = "fewer"'),
    }
    assert all(fault.file == "office.toml" for fault in faults)


@pytest.mark.parametrize(
    ("old", "new", "field", "kind"),
    [
        ('document = "land"', 'document = "nowhere"', "land_standard[0].document", "unknown-document"),
        ('date = "2020-02-01"', 'date = "2020-02-30"', "documents.land.date", "bad-date"),
        ('indicator = "green_ratio"', 'indicator = "blue_ratio"', "land_standard[7].indicator", "unknown-indicator"),
        ('unit = "万元/公顷"', 'unit = "元"', "land_standard[2].unit", "unknown-unit"),
        ('codes = ["39"]', 'codes = ["99"]', "land_standard[1].codes", "unknown-code"),
        ("min = 1.1", "min = 1.1\nmax = 1.0", "land_standard[0].min", "contradiction"),
        ('accepted = ["否"]', 'accepted = ["否", "是"]', "declarations[1]", "contradiction"),
        ('field = "land_use"', 'field = "land_abuse"', "declarations[0].field", "unknown-field"),
        ('park = "haicang-south"', 'park = "torch-xiangan"', "room[1].park", "duplicate-row"),
        ('park = "haicang-south"', 'park = "nowhere"', "room[1].park", "unknown-park"),
        ("marine-hitech = 15", "nowhere = 15", "ranking.criteria[0].values", "unknown-park"),
        ('id = "rent"', 'id = "plan"', "ranking.criteria[0].id", "duplicate-id"),
        ('indicator = "rd_share"', 'indicator = "rd"', "output_score.items[1]", "unknown-indicator"),
    ],
)
def test_what_no_schema_can_say_is_a_fault_too(old: str, new: str, field: str, kind: str) -> None:
    (fault,) = check_rules(damaged(old, new), plan=read_plan())
    assert (fault.field, fault.kind) == (field, kind)
    assert fault.row is not None


def test_weights_of_nothing_are_a_fault() -> None:
    text = DEFAULT_RULES.read_text(encoding="utf-8")
    for number in ("40 ", "20 ", "10 "):
        text = text.replace(f"= {number}", "= 0 ")
    text = (
        text.replace("airport = 10", "airport = 0")
        .replace("port = 10", "port = 0")
        .replace("station = 10", "station = 0")
    )
    assert [fault.kind for fault in check_rules(text)] == ["contradiction"]


def test_broken_toml_names_its_line() -> None:
    (fault,) = check_rules("[rules]\nid = \n")
    assert (fault.kind, fault.row) == ("not-toml", 2)


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match="missing-file"):
        read_rules(tmp_path / "none.toml")
    file = tmp_path / "gbk.toml"
    file.write_bytes("[rules]\ntitle_zh = '规则'".encode("gbk"))
    with pytest.raises(RulesError, match="save it as UTF-8"):
        read_rules(file)
    file.write_text("[rules]", encoding="utf-8")
    with pytest.raises(RulesError, match=r"has \d+ fault\(s\)") as caught:
        read_rules(file)
    assert len(caught.value.faults) > 1


def test_rules_with_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(GOOD, encoding="utf-8-sig")
    assert read_rules(file).is_synthetic
