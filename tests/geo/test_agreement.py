"""Tables that contradict each other are found side by side."""

from typing import Any

import pytest

from geo.agreement import disagreements
from geo.descriptor import REQUIRED_FIELDS
from geo.plan import Plan

Rows = dict[str, list[dict[str, Any]]]
FILES = {name: f"{name}.csv" for name in [*REQUIRED_FIELDS, "indicators"]} | {"extents": "extents.geojson"}


def sound() -> Rows:
    """Two sectors, a track, two parks: tables that agree."""
    return {
        "sectors": [
            {"sector_id": "it", "kind": "sector"},
            {"sector_id": "marine", "kind": "sector"},
            {"sector_id": "flexible", "kind": "track"},
        ],
        "subsectors": [{"subsector_id": "ai", "sector_id": "it"}],
        "parks": [
            {"park_id": "torch", "name_zh": "火炬（翔安）产业区", "name_en": "Torch", "aliases": "翔安火炬园"}
            | {"in_chapter5": "true", "box6_entry": "1", "districts_zh": "翔安区"},
            {"park_id": "bio", "name_zh": "厦门生物医药港（含孚新工业区）", "short_zh": "厦门生物医药港"}
            | {"in_chapter5": "false", "box6_entry": None},
        ],
        "parts": [{"park_id": "torch", "part_id": "main", "district_zh": "翔安区"}],
        "allocations": [{"sector_id": "it", "park_id": "torch", "park_as_printed": "翔安火炬园"}],
        "focuses": [
            {"focus_id": "t-1", "entry": "1", "park_id": "torch", "park_as_printed": "火炬(翔安)产业区"},
            {"focus_id": "t-2", "entry": "1", "park_id": "torch", "park_as_printed": "火炬（翔安）产业区"},
        ],
        "focus_mappings": [
            {"focus_id": "t-1", "sector_id": "it", "subsector_id": "ai", "closeness": "subsector"},
            {"focus_id": "t-2", "track_id": "flexible", "closeness": "track"},
        ],
        "indicators": [
            {"indicator_id": "platforms", "parent_id": None},
            {"indicator_id": "laboratories", "parent_id": "platforms"},
        ],
        "districts": [{"name_zh": "翔安区"}],
        "extents": [{"park_id": "torch", "part_id": "main"}],
    }


def found(rows: Rows) -> list[tuple[str, int | None, str | None, str]]:
    return [fault[:4] for fault in disagreements(rows, FILES)]


def test_tables_that_agree_have_no_faults() -> None:
    assert found(sound()) == []


def test_tables_that_are_not_there_contradict_nothing() -> None:
    for name in sound():
        assert found({table: rows for table, rows in sound().items() if table != name}) == [], name
    assert found({}) == []


@pytest.mark.parametrize(
    ("table", "row", "changes", "expected"),
    [
        ("parks", 1, {"aliases": "生物港|翔安火炬园"}, ("parks.csv", 3, "aliases", "shared-name")),
        ("parks", 1, {"short_en": "TORCH"}, ("parks.csv", 3, "aliases", "shared-name")),
        ("allocations", 0, {"park_as_printed": "某园"}, ("allocations.csv", 2, "park_as_printed", "unknown-name")),
        (
            "allocations", 0, {"park_as_printed": "厦门生物医药港"},
            ("allocations.csv", 2, "park_id", "contradicting-name"),
        ),
        ("parks", 0, {"in_chapter5": "false"}, ("parks.csv", 2, "in_chapter5", "contradicting-flag")),
        ("parks", 1, {"in_chapter5": "TRUE"}, ("parks.csv", 3, "in_chapter5", "contradicting-flag")),
        ("parks", 0, {"box6_entry": "2"}, ("parks.csv", 2, "box6_entry", "contradicting-flag")),
        ("parks", 1, {"box6_entry": "2"}, ("parks.csv", 3, "box6_entry", "contradicting-flag")),
        ("allocations", 0, {"sector_id": "flexible"}, ("allocations.csv", 2, "sector_id", "wrong-kind")),
        ("focus_mappings", 1, {"track_id": "marine"}, ("focus_mappings.csv", 3, "track_id", "wrong-kind")),
        (
            "focus_mappings", 0, {"sector_id": None, "subsector_id": None, "closeness": "sector"},
            ("focus_mappings.csv", 2, "sector_id", "contradicting-mapping"),
        ),
        ("focus_mappings", 0, {"track_id": "flexible"}, ("focus_mappings.csv", 2, "track_id", "contradicting-mapping")),
        (
            "focus_mappings", 1, {"sector_id": "it"},
            ("focus_mappings.csv", 3, "sector_id", "contradicting-mapping"),
        ),
        ("focus_mappings", 1, {"closeness": "related"}, ("focus_mappings.csv", 3, "note_zh", "missing-reason")),
        (
            "focus_mappings", 1, {"closeness": "related", "track_id": None, "note_zh": "相近"},
            ("focus_mappings.csv", 3, "sector_id", "contradicting-mapping"),
        ),
        ("focus_mappings", 1, {"focus_id": "t-1"}, ("focuses.csv", 3, "focus_id", "unmapped-term")),
        ("indicators", 1, {"parent_id": "platform"}, ("indicators.csv", 3, "parent_id", "unknown-parent")),
        ("parks", 0, {"districts_zh": "翔安区|翔岸区"}, ("parks.csv", 2, "districts_zh", "unknown-district")),
        ("parts", 0, {"district_zh": "翔岸区"}, ("parts.csv", 2, "district_zh", "unknown-district")),
    ],
)  # fmt: skip
def test_a_contradiction_is_the_one_fault(
    table: str, row: int, changes: dict[str, Any], expected: tuple[str, int, str, str]
) -> None:
    rows = sound()
    rows[table][row].update(changes)
    assert found(rows) == [expected]


def test_a_subsector_of_another_sector_contradicts_its_mapping() -> None:
    rows = sound()
    rows["focus_mappings"][0]["sector_id"] = "marine"
    [fault] = disagreements(rows, FILES)
    assert fault.reason == "'ai' belongs to 'it', the row says 'marine'"


def test_an_allocation_in_two_rows_is_a_fault_of_both() -> None:
    rows = sound()
    rows["allocations"].append(rows["allocations"][0] | {"park_as_printed": "火炬（翔安）产业区"})
    assert found(rows) == [("allocations.csv", row, "park_id", "duplicate-allocation") for row in (2, 3)]


def test_a_part_that_is_drawn_twice_is_a_fault_of_the_second_drawing() -> None:
    rows = sound()
    rows["extents"].append({"park_id": "torch", "part_id": "main"})
    assert found(rows) == [("extents.geojson", 2, "part_id", "duplicate-extent")]


def test_blank_records_are_passed_over_and_counted() -> None:
    rows = sound()
    rows["parks"].insert(0, dict.fromkeys(rows["parks"][0]))
    rows["parks"][1]["in_chapter5"] = "false"
    assert found(rows) == [("parks.csv", 3, "in_chapter5", "contradicting-flag")]


def test_an_outside_term_with_a_reason_agrees() -> None:
    rows = sound()
    rows["focus_mappings"][1] = {"focus_id": "t-2", "closeness": "outside", "note_zh": "不在其列"}
    assert found(rows) == []


def test_a_name_with_a_closing_bracket_may_be_printed_with_or_without_it() -> None:
    rows = sound()
    rows["parks"][1]["in_chapter5"] = "true"
    for printed in ("厦门生物医药港", "厦门生物医药港（含孚新工业区）", "厦门生物医药港(含别的)"):
        rows["allocations"][1:] = [{"sector_id": "marine", "park_id": "bio", "park_as_printed": printed}]
        assert found(rows) == [], printed


def test_no_two_parks_of_xiamen_share_a_name_or_an_id(plan: Plan) -> None:
    """Whatever a person writes, `match_parks` leads to one park only."""
    owners: dict[str, set[str]] = {}
    for park in plan.parks.to_dict("records"):
        formal = [park[field] for field in ("park_id", "name_zh", "short_zh", "name_en", "short_en")]
        for name in (*formal, *park["aliases"]):
            owners.setdefault(name.casefold(), set()).add(park["park_id"])
    assert {name: parks for name, parks in owners.items() if len(parks) > 1} == {}
