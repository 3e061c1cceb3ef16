"""What a park offers a project, criterion by criterion, in numbers that can be checked by hand."""

from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd
import pytest

from geo.errors import GeoError
from geo.plan import read_plan
from geo.screening.candidates import Offer, park_offers, used_weights
from geo.screening.industry_gates import park_industry
from geo.screening.matching import match_project
from geo.screening.park_facts import Distance, ParkFacts, Range, park_facts
from geo.screening.ranking import check_scores, order_flips
from geo.screening.rules import SYNTHETIC_RULES, Rules, read_rules
from geo.screening.weights import parsed_weights, reweighted

PARK, NEAR, FAR = "torch-xiangan", "torch-park", "software-park"


@cache
def facts() -> ParkFacts:
    return park_facts(read_plan())


@cache
def rules() -> Rules:
    return read_rules(SYNTHETIC_RULES)


def with_criteria(*rows: dict[str, Any]) -> Rules:
    ranking = {**rules().content["ranking"], "criteria": list(rows)}
    return Rules(rules().file, {**rules().content, "ranking": ranking}, rules().sha256)


def offered(
    project: dict[str, Any], *, park: str = PARK, about: ParkFacts | None = None, by: Rules | None = None
) -> dict[str, Offer]:
    about = about or facts()
    matches, _ = match_project({"sector": "集成电路"} | project, about.words)
    return park_offers(project, matches, park_industry(matches, park, about), park, about, by or rules())


@pytest.mark.parametrize(
    ("km", "wanted", "ratio"),
    [
        (Range(5.0, 10.0, 20.0), 10.0, Range(0.5, 1.0, 1.0)),
        (Range(5.0, 10.0, 20.0), 4.0, Range(0.2, 0.4, 0.8)),
        (Range(0.0, 0.0, 0.5), 0.25, Range(0.5, 1.0, 1.0)),
    ],
)
def test_a_distance_counts_least_where_it_may_be_farthest(km: Range, wanted: float, ratio: Range) -> None:
    about = replace(facts(), distances={(PARK, "airport"): Distance("高崎机场", km)})
    assert offered({"airport_km": wanted}, about=about)["airport"].ratio == ratio


def test_neighbours_are_the_other_parks_within_the_distance_and_on_its_line() -> None:
    between = {(PARK, PARK): Range(0, 0, 0), (PARK, NEAR): Range(4, 5, 6), (PARK, FAR): Range(5, 6, 7)}
    about = replace(facts(), between_km=between, allotted={"it": (PARK, NEAR, FAR)})
    offer = offered({}, about=about)["neighbours"]
    # Within 5 km: none for sure, one as drawn, both at best; three would be the benchmark.
    assert offer.ratio == Range(0.0, 1 / 3, 2 / 3)
    assert offer.value == f"1个（0至2个）：{facts().short(NEAR)}"


@pytest.mark.parametrize(("wanted", "ratio"), [(66.0, 0.5), (33.0, 1.0), (11.0, 1.0)])
def test_the_offices_figure_of_room_is_exact(wanted: float, ratio: float) -> None:
    assert offered({"area_ha": wanted})["room"].ratio == Range(ratio, ratio, ratio)


@pytest.mark.parametrize(("wanted", "ratio"), [(40.0, Range(0.0, 0.5, 1.0)), (80.0, Range(0.0, 0.25, 0.5))])
def test_without_a_figure_nothing_may_be_left_of_a_parks_extent(wanted: float, ratio: Range) -> None:
    about = replace(facts(), areas_ha={"film-base": Range(10.0, 20.0, 40.0)})
    assert offered({"area_ha": wanted}, park="film-base", about=about)["room"].ratio == ratio


def test_a_criterion_of_the_office_is_a_ratio_to_its_benchmark_either_way_round() -> None:
    row = {"id": "own", "name_zh": "自定", "weight": 10, "benchmark": 11, "document": "room", "row": "第9列"}
    values = {PARK: 22, NEAR: 5.5, FAR: 0}
    less, more = (with_criteria(row | {"better": better, "values": values}) for better in ("less", "more"))
    for by, ratios in ((less, (0.5, 1.0, 1.0)), (more, (1.0, 0.5, 0.0))):
        found = [offered({}, park=park, by=by)["own"].ratio for park in (PARK, NEAR, FAR)]
        assert found == [Range(ratio, ratio, ratio) for ratio in ratios]
    assert offered({}, park="film-base", by=less)["own"].ratio is None


@pytest.mark.parametrize(("closeness", "ratio"), [("subsector", 1.0), ("related", 0.5), (None, 0.0)])
def test_a_term_that_is_only_related_to_the_field_counts_half(closeness: str | None, ratio: float) -> None:
    matches, _ = match_project({"sector": "集成电路"}, facts().words)
    named = {(PARK, match.id): {"closeness": closeness, "terms": ("芯片",)} for match in matches} if closeness else {}
    offer = offered({}, about=replace(facts(), named=named))["field"]
    assert offer.ratio == Range(ratio, ratio, ratio)


def test_a_criterion_without_weight_does_not_count() -> None:
    matches, _ = match_project({"sector": "集成电路"}, facts().words)
    assert set(used_weights({}, matches, rules())) == {"plan", "field", "neighbours", "rent"}
    assert set(used_weights({}, matches, reweighted(rules(), {"plan": 0, "rent": 0}))) == {"field", "neighbours"}


@pytest.mark.parametrize("word", ["plan", "plan=", "plan=-1", "plan=inf", "plan=nan", "=5"])
def test_a_weight_that_is_no_name_and_number_is_refused(word: str) -> None:
    with pytest.raises(GeoError, match=r"write NAME=NUMBER"):
        parsed_weights(["rent=0", word])


def test_every_weight_is_moved_a_fifth_up_and_a_fifth_down() -> None:
    scores = check_scores(pd.DataFrame({"a": [1.0, 0.0], "b": [0.0, 1.0]}), {"a": 1, "b": 1})
    # 1.2 of 2.2, and 0.8 of 1.8.
    moved = {"a+20%": 0.545454545, "a-20%": 0.444444444, "b+20%": 0.454545455, "b-20%": 0.555555556}
    assert scores.iloc[0, 3:].to_dict() == moved


def test_one_nought_does_not_make_all_other_criteria_idle_in_the_product() -> None:
    scores = check_scores(pd.DataFrame({"a": [1.0, 0.0], "b": [0.0, 0.0]}), {"a": 1, "b": 1})
    # The square root of 1 times 0.01, and of 0.01 times 0.01.
    assert scores["weighted_product"].tolist() == [0.1, 0.01]


def test_a_rounding_of_decimals_makes_no_order() -> None:
    scores = check_scores(pd.DataFrame({"a": [0.1 + 0.2, 0.3], "b": [0.3, 0.3]}), {"a": 1, "b": 1})
    assert scores["weighted_sum"].tolist() == [0.3, 0.3]


def test_alternatives_that_are_level_turn_round_for_no_check() -> None:
    level_before = pd.DataFrame({"weighted_sum": [0.5, 0.5], "topsis": [0.2, 0.8]}, index=["p", "q"])
    level_after = pd.DataFrame({"weighted_sum": [0.6, 0.5], "topsis": [0.5, 0.5]}, index=["p", "q"])
    assert order_flips(level_before) == order_flips(level_after) == []
