"""Each gate says 符合, 不符合, 缺数据 or 需论证, with the document and row behind it."""

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pytest
from shapely import Point, box

from geo.plan import read_plan
from geo.screening.declarations import declaration_gate
from geo.screening.gates import ARGUE, FAILS, GATES, MEETS, NO_DATA
from geo.screening.industry_gates import industry_gate, park_industry
from geo.screening.lists import code_match, lists_gate
from geo.screening.matching import match_code, match_project
from geo.screening.opinions import opinions_gate
from geo.screening.park_facts import ParkFacts, Range, park_facts
from geo.screening.park_gates import location_gate, park_room, parks_at, room_gate
from geo.screening.rules import SYNTHETIC_RULES, Rules, read_rules
from geo.screening.thresholds import land_gates, output_gates, score_gate, threshold_gate
from geo.siting import POSITIONS

ON = date(2026, 11, 22)
TORCH, MARINE_EDGE, SEA = Point(118.22537, 24.6581), Point(118.25, 24.565), Point(118.3, 24.5)


@cache
def facts() -> ParkFacts:
    return park_facts(read_plan())


@cache
def rules() -> Rules:
    return read_rules(SYNTHETIC_RULES)


@pytest.mark.parametrize(
    ("project", "result", "row"),
    [
        ({"gbt4754": "2671", "product": "炸药"}, FAILS, "禁止类第1项"),
        ({"gbt4754": "3843", "product": "铅蓄电池"}, FAILS, "淘汰类第1项"),
        ({"gbt4754": "3843", "product": "蓄电池"}, ARGUE, "淘汰类第1项"),
        ({"gbt4754": "3360", "product": "电镀"}, ARGUE, "限制类第1项"),
        ({"gbt4754": "3973", "product": "芯片"}, MEETS, "禁止类第1项"),
        ({"product": "芯片"}, NO_DATA, "禁止类第1项"),
        ({"gbt4754": "3973"}, NO_DATA, "限制类第1项"),
        ({"gbt4754": "26", "product": "涂料"}, NO_DATA, "禁止类第1项"),
        ({"product": "铅蓄电池"}, NO_DATA, "禁止类第1项"),
    ],
)
def test_the_lists(project: dict[str, str], result: str, row: str) -> None:
    gate = lists_gate(project, rules())
    assert gate.result == result
    assert row in gate.cite


def test_what_no_list_speaks_of_is_said_to_be_on_none() -> None:
    value = lists_gate({"gbt4754": "3973", "product": "芯片"}, rules()).value
    assert value == "行业代码3973，产品“芯片”；未列入"
    found = lists_gate({"gbt4754": "3360", "product": "电镀"}, rules()).value
    assert found == "行业代码3360，产品“电镀”；对应限制类：涉及电镀"


def test_a_code_wider_than_a_row_cannot_be_told() -> None:
    assert [code_match(code, ["3843"]) for code in ("3843", "3841", "384", None)] == [True, False, None, None]


@pytest.mark.parametrize(
    ("gate", "project", "result"),
    [
        ("land_use", {"land_use": "工业用地"}, MEETS),
        ("land_use", {"land_use": "新型产业用地"}, ARGUE),
        ("land_use", {"land_use": "从未听说的用地"}, ARGUE),
        ("land_use", {"land_use": "耕地"}, FAILS),
        ("land_use", {}, NO_DATA),
        ("control_lines", {"ecology_line": "否", "farmland": "否"}, MEETS),
        ("control_lines", {"ecology_line": "否"}, NO_DATA),
        ("control_lines", {"ecology_line": "是"}, FAILS),
        ("environment_safety", {"eia_class": "报告书", "major_hazard": "否"}, ARGUE),
        ("environment_safety", {"eia_class": "报告表", "major_hazard": "否"}, MEETS),
    ],
)
def test_declarations(gate: str, project: dict[str, str], result: str) -> None:
    found = declaration_gate(project, rules(), gate)
    assert found.result == result
    assert bool(found.would_change) == (result != MEETS)


FIGURES: dict[str, Any] = {
    "gbt4754": "2761",
    "area_ha": 2.0,
    "investment_10k": 6666.0,
    "output_10k": 2 * 15 * 555.0,
    "tax_10k": 2 * 15 * 22.0,
    "floor_area_m2": 22_000.0,
    "tall_floor_area_m2": 0.0,
    "footprint_m2": 6_600.0,
    "office_land_m2": 1_600.0,
    "green_m2": 4_400.0,
    "rd_10k": 3.0,
    "revenue_10k": 100.0,
}


def test_every_indicator_at_its_threshold_passes() -> None:
    gates = [*land_gates(FIGURES, rules()), *output_gates(FIGURES, rules())]
    passed = [gate.gate for gate in gates if gate.result == MEETS]
    # Tax: 222 万元/公顷 asked, 330 given. Everything else stands exactly on its line.
    assert passed == [gate.gate for gate in gates]
    assert len(land_gates(FIGURES, rules())) == 7


@pytest.mark.parametrize(
    ("field", "value", "gate"),
    [
        ("floor_area_m2", 21_999.0, "land_standard.floor_area_ratio"),
        ("investment_10k", 6665.0, "land_standard.investment_intensity"),
        ("output_10k", 16_649.0, "output_per_mu.output_density"),
        ("footprint_m2", 6_599.0, "land_standard.building_coefficient"),
        ("office_land_m2", 1_601.0, "land_standard.office_share"),
        ("green_m2", 4_401.0, "land_standard.green_ratio"),
    ],
)
def test_one_step_beyond_its_threshold_fails_alone(field: str, value: float, gate: str) -> None:
    gates = [*land_gates(FIGURES | {field: value}, rules()), *output_gates(FIGURES | {field: value}, rules())]
    assert {found.gate for found in gates if found.result == FAILS} == {gate}


def test_a_row_for_the_code_goes_before_the_row_for_all() -> None:
    chips = FIGURES | {"gbt4754": "3973"}
    gate = threshold_gate(chips, rules(), "land_standard", "floor_area_ratio")
    assert (gate.result, gate.threshold) == (FAILS, "≥1.7（代码39）")
    assert "表1第2行" in gate.cite
    assert "表1第1行" not in gate.cite


def test_storeys_above_8_m_that_nobody_spoke_of_leave_the_ratio_open_only_where_it_matters() -> None:
    unsaid = {field: value for field, value in FIGURES.items() if field != "tall_floor_area_m2"}
    ratios = {22_000.0: MEETS, 20_000.0: NO_DATA, 10_000.0: FAILS}
    for floor_area, result in ratios.items():
        project = unsaid | {"floor_area_m2": floor_area}
        assert threshold_gate(project, rules(), "land_standard", "floor_area_ratio").result == result


def test_the_score_counts_what_there_is_and_no_missing_item_as_zero() -> None:
    assert score_gate(FIGURES, rules()).value.startswith("100.0分")
    assert score_gate(FIGURES | {"tax_10k": 66.0}, rules()).result == FAILS
    lacking = score_gate({field: value for field, value in FIGURES.items() if field != "rd_10k"}, rules())
    assert (lacking.result, lacking.would_change) == (NO_DATA, "补充研发经费_万元")


@pytest.mark.parametrize(
    ("said", "result"),
    [
        ((("自然资源", "同意", ON), ("生态环境", "同意", ON)), MEETS),
        ((("自然资源", "同意", ON),), NO_DATA),
        ((("自然资源", "同意", ON), ("生态环境", "不同意", ON)), FAILS),
        ((("自然资源", "同意", ON), ("生态环境", "不同意", date(2020, 1, 1))), FAILS),
        ((("自然资源", "同意", ON), ("生态环境", "有条件同意", ON)), ARGUE),
        ((("自然资源", "同意", date(2025, 11, 22)), ("生态环境", "同意", ON)), MEETS),
        ((("自然资源", "同意", date(2025, 11, 21)), ("生态环境", "同意", ON)), ARGUE),
        ((("自然资源", "同意", date(2026, 11, 23)), ("生态环境", "同意", ON)), ARGUE),
        ((("自然资源", "同意", ON), ("自然资源", "不同意", date(2026, 1, 1)), ("生态环境", "同意", ON)), MEETS),
    ],
)
def test_opinions_and_their_age(said: tuple[tuple[str, str, date], ...], result: str) -> None:
    assert opinions_gate({"opinions": said}, rules(), on=ON).result == result


def judged(project: dict[str, Any]) -> dict[str, Any]:
    matches, _ = match_project(project, facts().words)
    unmatched = "gbt4754" in project and not any(match.basis == "code" for match in matches)
    return {park: park_industry(matches, park, facts(), is_code_unmatched=unmatched) for park in facts().parks}


@pytest.mark.parametrize(
    ("project", "park", "result", "verdict"),
    [
        ({"sector": "集成电路"}, "torch-xiangan", MEETS, "aligned"),
        ({"sector": "集成电路"}, "torch-park", ARGUE, "layout_only"),
        ({"sector": "海洋高新"}, "biopharma-port", ARGUE, "unreflected"),
        ({"sector": "数字创意"}, "software-park", ARGUE, "focus_only"),
        ({"sector": "集成电路"}, "film-base", FAILS, "none"),
        ({"gbt4754": "3912"}, "torch-xiangan", ARGUE, "aligned"),
        ({"sector": "航空航天"}, "aviation-park", ARGUE, "focus_only"),
        ({"sector": "航空航天"}, "film-base", NO_DATA, None),
        ({"product": "瓦楞纸箱"}, "torch-xiangan", NO_DATA, None),
    ],
)
def test_the_verdict_of_the_plan_becomes_a_result(
    project: dict[str, str], park: str, result: str, verdict: str | None
) -> None:
    found = judged(project)[park]
    assert (found.result, found.verdict) == (result, verdict)


@pytest.mark.parametrize("contradiction", [{"gbt4754": "8730"}, {"gbt4754": "2231"}, {"product": "影视"}])
def test_evidence_that_contradicts_the_stated_sector_needs_argument(contradiction: dict[str, str]) -> None:
    found = judged({"sector": "集成电路"} | contradiction)["torch-xiangan"]
    assert (found.result, found.is_disputed) == (ARGUE, True)


@pytest.mark.parametrize(
    ("site", "location", "industry"),
    [(TORCH, MEETS, MEETS), (MARINE_EDGE, ARGUE, ARGUE), (SEA, FAILS, NO_DATA), (None, NO_DATA, NO_DATA)],
)
def test_a_site_is_judged_with_the_parks_that_it_lies_in(site: Point | None, location: str, industry: str) -> None:
    project: dict[str, Any] = {"sector": "集成电路"} | ({"site": site} if site else {})
    positions = parks_at(project, facts())
    assert location_gate(positions, facts()).result == location
    assert industry_gate(judged(project), positions, facts()).result == industry


def test_an_undetermined_site_never_passes_whatever_the_plan_says() -> None:
    for sector in facts().plan.main_sectors["name_zh"]:
        project = {"sector": sector, "site": MARINE_EDGE, "area_ha": 1.0}
        positions = parks_at(project, facts())
        assert positions is not None
        assert set(positions["position"]) <= {"undetermined", "outside"} <= set(POSITIONS)
        rooms = {park: park_room(project, park, facts(), rules()) for park in facts().parks}
        gates = (
            location_gate(positions, facts()),
            industry_gate(judged(project), positions, facts()),
            room_gate(rooms, judged(project), positions, rules()),
        )
        assert all(gate.result in {ARGUE, NO_DATA} for gate in gates)


def test_room_in_one_park_does_not_make_up_for_the_industry_of_another() -> None:
    zones = facts().zones.set_index("park_id")
    overlap = zones["core"]["biopharma-port"].intersection(zones["core"]["xinyang"])
    site = overlap if not overlap.is_empty else zones["reach"]["biopharma-port"].intersection(zones["reach"]["xinyang"])
    spot = zones["core"].set_crs("EPSG:4548").iloc[:1].set_axis([0])
    spot[0] = site.representative_point()
    project = {"sector": "新材料与新能源", "site": spot.to_crs("EPSG:4326")[0], "area_ha": 3.0}
    positions = parks_at(project, facts())
    rooms = {park: park_room(project, park, facts(), rules()) for park in facts().parks}
    rooms["biopharma-port"] = rooms["xinyang"]._replace(result=MEETS)
    rooms["xinyang"] = rooms["xinyang"]._replace(result=FAILS)
    assert room_gate(rooms, judged(project), positions, rules()).result != MEETS


@pytest.mark.parametrize(
    ("park", "area", "result"),
    [
        ("torch-xiangan", 33.0, MEETS),
        ("haicang-south", 3.0, FAILS),
        ("xinyang", 3.0, NO_DATA),
        ("film-base", 5000.0, ARGUE),
        ("torch-xiangan", None, NO_DATA),
    ],
)
def test_room_left(park: str, area: float | None, result: str) -> None:
    assert park_room({"area_ha": area} if area else {}, park, facts(), rules()).result == result


def test_more_than_a_park_surely_holds_is_unknown_and_more_than_it_may_hold_needs_argument() -> None:
    about = replace(facts(), areas_ha={"xinyang": Range(10.0, 20.0, 40.0)})
    found = {area: park_room({"area_ha": area}, "xinyang", about, rules()).result for area in (15.0, 40.0, 40.1)}
    assert found == {15.0: NO_DATA, 40.0: NO_DATA, 40.1: ARGUE}


def test_outside_all_is_unknown_as_long_as_a_park_has_no_extent() -> None:
    drawn = replace(facts(), zones=facts().zones[facts().zones["park_id"] != "film-base"])
    gate = location_gate(parks_at({"site": SEA}, drawn), drawn)
    assert (gate.result, gate.value) == (NO_DATA, "不在任何园区的示意范围内；另有1个园区没有范围")


def test_without_a_site_the_gate_stays_open_unless_no_park_could_pass() -> None:
    assert industry_gate(judged({"sector": "集成电路"}), None, facts()).result == NO_DATA
    nowhere = {park: found._replace(result=FAILS) for park, found in judged({"sector": "集成电路"}).items()}
    assert industry_gate(nowhere, None, facts()).result == FAILS


def test_a_polygon_partly_in_a_park_is_told_by_shares() -> None:
    lon, lat = 118.236, 24.552
    gate = location_gate(parks_at({"site": box(lon, lat, lon + 0.05, lat + 0.01)}, facts()), facts())
    assert gate.result == ARGUE
    assert "面积的" in gate.value


def test_codes_of_the_crosswalk_are_in_the_list_and_say_that_they_are_not_official() -> None:
    for prefix in {crossing.prefix for crossing in facts().words.crossings}:
        assert all("非官方" in match.why for match in match_code(prefix, facts().words))


def test_the_groups_are_in_the_order_of_the_check() -> None:
    assert list(GATES) == [
        "lists", "industry", "location", "land_use", "control_lines", "land_standard", "output_per_mu",
        "environment_safety", "room", "opinions",
    ]  # fmt: skip
