"""A park is known by whatever name people write."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.names import folded, match_parks, unbracketed
from geo.plan import Plan


def found(plan: Plan, *names: str) -> list[tuple[str | None, str | None]]:
    matches = match_parks(names, plan.parks)
    assert matches["name"].tolist() == list(names)
    return list(zip(matches["park_id"], matches["matched_by"], strict=True))


@pytest.mark.parametrize(
    "written",
    ["火炬（翔安）产业区", "火炬(翔安)产业区", "火炬（翔安） 产业区", "  火炬　（翔安）产业区", "火炬﹙翔安﹚产业区"],
)
def test_width_of_brackets_and_spaces_make_no_difference(plan: Plan, written: str) -> None:
    assert found(plan, written) == [("torch-xiangan", "name")]


def test_case_makes_no_difference(plan: Plan) -> None:
    assert found(plan, "XIAMEN SCIENCE CITY", "xiamen science city") == [("science-city", "English name")] * 2


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("火炬园（含龙头山片区）", "火炬园"),
        ("火炬园(含龙头山片区) ", "火炬园"),
        ("火炬（翔安）产业区", "火炬（翔安）产业区"),
        ("软件园（一期、二期、三期，含开元创新社区）", "软件园"),
        ("园（甲）（乙）", "园（甲）"),
        ("", ""),
    ],
)
def test_only_the_closing_bracket_is_dropped(name: str, plain: str) -> None:
    assert unbracketed(name) == plain


@pytest.mark.parametrize(
    ("written", "park", "by"),
    [
        ("软件园（一期、二期、三期，含开元创新社区）", "software-park", "name"),
        ("软件园", "software-park", "short name"),
        ("软件园（三期）", "software-park", "short name"),
        ("Xiamen Bio-bay", "biopharma-port", "English name"),
        ("海沧生物医药港", "biopharma-port", "alias"),
        ("翔安火炬园", "torch-xiangan", "alias"),
        ("biopharma-port", "biopharma-port", "id"),
        ("莲河片区", None, None),
        ("联芯", None, None),
        ("", None, None),
    ],
)
def test_a_name_leads_to_its_park_and_says_by_what(plan: Plan, written: str, park: str | None, by: str | None) -> None:
    assert found(plan, written) == [(park, by)]


def test_every_name_of_every_park_leads_to_it(plan: Plan) -> None:
    for park in plan.parks.to_dict("records"):
        formal = [park[field] for field in ("park_id", "name_zh", "short_zh", "name_en", "short_en")]
        assert {park_id for park_id, _ in found(plan, *formal, *park["aliases"])} == {park["park_id"]}


def test_the_more_formal_name_wins() -> None:
    parks = pd.DataFrame(
        {
            "park_id": ["old", "new"],
            "name_zh": ["旧园", "新园"],
            "short_zh": ["旧园", "新园"],
            "name_en": ["Old", "New"],
            "short_en": ["Old", "New"],
            "aliases": [("新园",), ("old",)],
        }
    )
    assert match_parks(["新园", "old"], parks)["park_id"].tolist() == ["new", "old"]


def test_a_name_with_a_bracket_of_its_own_comes_before_the_name_without() -> None:
    parks = pd.DataFrame(
        {
            "park_id": ["whole", "east"],
            "name_zh": ["甲园", "甲园（东区）"],
            "short_zh": ["甲园", "甲园（东区）"],
            "name_en": ["A", "A East"],
            "short_en": ["A", "A East"],
            "aliases": [(), ()],
        }
    )
    assert match_parks(["甲园(东区)", "甲园（西区）"], parks)["park_id"].tolist() == ["east", "whole"]


def test_no_names_give_an_empty_table_with_the_columns(plan: Plan) -> None:
    assert match_parks([], plan.parks).columns.tolist() == ["name", "park_id", "matched_by"]
