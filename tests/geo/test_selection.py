"""Filters keep the park parts that answer them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.fit import VERDICTS
from geo.plan import Plan
from geo.selection import LISTINGS, Facets, Selection, park_facets, selected_extents

SECTORS = ["it", "biohealth", "materials-energy", "creative", "marine"]
DISTRICTS = ["思明区", "海沧区", "湖里区", "集美区", "同安区", "翔安区"]
TRACKS = ["flexible-electronics", "third-gen-semiconductors", "aerospace", "smart-equipment", "low-carbon"]


def some(values: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), unique=True, max_size=3).map(tuple)


SELECTIONS = st.builds(
    Selection,
    sectors=some(SECTORS),
    tracks=some(TRACKS),
    districts=some(DISTRICTS),
    verdicts=some(list(VERDICTS)),
    listings=some(list(LISTINGS)),
    grades=some(["A", "B", "C", "D"]),
    text=st.sampled_from(["", "火炬", "软件园 集美", "集成电路", "park", "联芯"]),
)


def parks(facets: Facets, **filters: object) -> list[str]:
    found = selected_extents(facets, Selection(**filters))  # type: ignore[arg-type]
    return list(dict.fromkeys(extent.split("/")[0] for extent in found))


def test_an_empty_selection_keeps_every_part_in_the_order_of_parks_and_parts(facets: Facets, plan: Plan) -> None:
    found = selected_extents(facets, Selection())
    assert len(found) == 41
    assert set(found) == set(plan.extents["extent_id"])
    assert parks(facets) == plan.parks.sort_values("order")["park_id"].tolist()
    assert found[3:7] == [
        "software-park/phase-1",
        "software-park/phase-2",
        "software-park/phase-3",
        "software-park/kaiyuan",
    ]


@pytest.mark.parametrize(
    "filters",
    [
        {"sectors": ("it",)},
        {"tracks": ("aerospace",)},
        {"districts": ("思明区",)},
        {"verdicts": ("aligned",)},
        {"listings": ("box",)},
        {"grades": ("B",)},
        {"text": "火炬"},
    ],
)
def test_a_selection_with_any_filter_is_not_empty(filters: dict[str, object]) -> None:
    assert Selection().is_empty
    assert not Selection(**filters).is_empty  # type: ignore[arg-type]


def test_a_sector_keeps_the_parks_that_either_list_names_for_it(facets: Facets) -> None:
    assert parks(facets, sectors=("marine",)) == ["biopharma-port", "shapowei", "marine-hitech"]
    creative = parks(facets, sectors=("creative",))
    assert creative == [
        "software-park",
        "huli-east-innovation",
        "maluan-smart",
        "longshan-creative",
        "film-base",
        "huangcuo-film",
        "shapowei",
        "marine-hitech",
    ]


def test_sectors_are_alternatives(facets: Facets) -> None:
    either = set(parks(facets, sectors=("marine", "creative")))
    assert either == set(parks(facets, sectors=("marine",))) | set(parks(facets, sectors=("creative",)))


def test_a_track_keeps_the_parks_whose_terms_touch_it(facets: Facets) -> None:
    assert parks(facets, tracks=("flexible-electronics",)) == ["torch-xiangan"]
    assert parks(facets, tracks=("aerospace",)) == ["science-city", "aviation-park"]
    assert parks(facets, tracks=("precision-medicine",)) == []


def test_a_district_keeps_the_parks_that_surely_lie_in_it(facets: Facets) -> None:
    assert parks(facets, districts=("湖里区",)) == [
        "torch-park",
        "huli-east-innovation",
        "huli-innovation",
        "wuyuanwan-health",
        "aviation-park",
    ]


def test_a_verdict_keeps_the_parks_that_have_it_with_any_sector(facets: Facets) -> None:
    assert parks(facets, verdicts=("unreflected",)) == ["biopharma-port"]
    assert "shituo-motor" not in parks(facets, verdicts=("aligned", "layout_only", "unreflected", "focus_only"))
    assert len(parks(facets, verdicts=("none",))) == 28


def test_a_verdict_and_a_sector_keep_the_parks_that_have_it_with_that_sector(facets: Facets) -> None:
    assert parks(facets, sectors=("marine",), verdicts=("aligned",)) == ["marine-hitech"]
    assert parks(facets, sectors=("marine",), verdicts=("layout_only",)) == ["shapowei"]
    assert parks(facets, sectors=("it",), verdicts=("unreflected",)) == []


def test_a_listing_keeps_the_parks_that_this_list_names(facets: Facets, plan: Plan) -> None:
    assert set(parks(facets, listings=("layout",))) == set(plan.allocations["park_id"])
    assert parks(facets, sectors=("marine",), listings=("box",)) == ["marine-hitech"]
    assert parks(facets, sectors=("marine",), listings=("layout",)) == ["biopharma-port", "shapowei", "marine-hitech"]
    assert parks(facets, sectors=("it",), listings=("box",), verdicts=("focus_only",)) == [
        "xiangan-digital",
        "xiangan-concentrated",
        "marine-hitech",
        "aviation-park",
    ]


def test_listings_are_alternatives(facets: Facets) -> None:
    both = parks(facets, sectors=("it",), listings=("layout", "box"))
    either = set(parks(facets, sectors=("it",), listings=("layout",))) | set(
        parks(facets, sectors=("it",), listings=("box",))
    )
    assert set(both) == either == set(parks(facets, sectors=("it",)))


def test_a_grade_keeps_parts_not_parks(facets: Facets, plan: Plan) -> None:
    found = selected_extents(facets, Selection(grades=("B",)))
    assert set(found) == set(plan.extents.loc[plan.extents["grade"] == "B", "extent_id"])
    assert len(found) == 5
    assert selected_extents(facets, Selection(grades=("A",))) == []


@pytest.mark.parametrize(
    "text",
    [
        "火炬（翔安）产业区",
        "火炬(翔安)产业区",
        "火炬（ 翔安 ）产业区",
        "火炬　翔安　产业区",
        "翔安火炬园",
        "torch (xiang'an) INDUSTRIAL",
    ],
)
def test_text_finds_a_park_by_any_of_its_names_whatever_brackets_and_spaces(facets: Facets, text: str) -> None:
    assert parks(facets, text=text) == ["torch-xiangan"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("软件园三期", ["software-park/phase-3"]),
        ("龙头山", ["torch-park/main", "torch-park/longtoushan"]),
        ("柔性电子", ["torch-xiangan/main"]),
        ("蓝碳", ["marine-hitech/main"]),
        ("Blue carbon", ["marine-hitech/main"]),
        ("高崎 航空", ["aviation-park/lianhe", "aviation-park/gaoqi"]),
        ("联芯", []),
        ("厦门 柔性电子 蓝碳", []),
    ],
)
def test_text_looks_into_names_aliases_parts_and_focus_terms_and_wants_every_word(
    facets: Facets, text: str, found: list[str]
) -> None:
    assert selected_extents(facets, Selection(text=text)) == found


def test_text_of_spaces_alone_keeps_everything(facets: Facets) -> None:
    assert len(selected_extents(facets, Selection(text=" 　 "))) == 41


def test_text_is_no_pattern(facets: Facets) -> None:
    assert selected_extents(facets, Selection(text=".*")) == []
    assert selected_extents(facets, Selection(text="(")) == selected_extents(facets, Selection(text="（"))


@given(SELECTIONS)
def test_filters_of_different_kinds_must_all_be_met(facets: Facets, selection: Selection) -> None:
    pairs = Selection(sectors=selection.sectors, verdicts=selection.verdicts, listings=selection.listings)
    alone = [
        pairs,
        Selection(tracks=selection.tracks),
        Selection(districts=selection.districts),
        Selection(grades=selection.grades),
        Selection(text=selection.text),
    ]
    expected = set.intersection(*(set(selected_extents(facets, one)) for one in alone))
    assert set(selected_extents(facets, selection)) == expected


@given(SELECTIONS)
def test_a_selection_keeps_the_order_and_repeats_nothing(facets: Facets, selection: Selection) -> None:
    everything = selected_extents(facets, Selection())
    found = selected_extents(facets, selection)
    assert found == [extent for extent in everything if extent in set(found)]


def test_the_order_of_rows_changes_nothing(facets: Facets, reordered: Plan) -> None:
    mixed = park_facets(reordered)
    for selection in (Selection(), Selection(sectors=("it",)), Selection(text="园"), Selection(districts=("翔安区",))):
        assert selected_extents(mixed, selection) == selected_extents(facets, selection)
