"""Allocations find the extents of the parks that they name, and what they do not find is said."""

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from shapely import box

from geo.allocation import DIAGNOSTIC_COLUMNS, focus_terms, join_allocations, join_diagnostics, park_extents
from geo.crs import geodesic_area_m2
from geo.plan import Plan


def diagnosed(plan: Plan, **tables: pd.DataFrame) -> list[tuple[str, str, str]]:
    given_tables = {"allocations": plan.allocations, "parks": plan.parks, "extents": plan.extents} | tables
    found = join_diagnostics(**given_tables)
    assert tuple(found.columns) == DIAGNOSTIC_COLUMNS
    return [tuple(row) for row in found.to_numpy()]


def test_every_allocation_of_xiamen_finds_its_park_and_extent(plan: Plan) -> None:
    joined = join_allocations(plan.allocations, plan.parks, plan.extents)
    assert joined["allocation_id"].tolist() == plan.allocations["allocation_id"].tolist()
    assert joined["park_id"].tolist() == plan.allocations["park_id"].tolist()
    assert joined.geometry.notna().all()
    assert joined.crs == plan.extents.crs


def test_the_id_is_found_by_name_not_copied(plan: Plan) -> None:
    joined = join_allocations(plan.allocations.assign(park_id="elsewhere"), plan.parks, plan.extents)
    assert joined["park_id"].tolist() == plan.allocations["park_id"].tolist()
    named = join_allocations(plan.allocations.drop(columns="park_id"), plan.parks, plan.extents)
    assert named["park_id"].tolist() == plan.allocations["park_id"].tolist()


def test_the_joined_areas_count_overlapping_parts_once(plan: Plan) -> None:
    """The whole of 海沧南部 holds its three named parts."""
    joined = join_allocations(plan.allocations, plan.parks, plan.extents).set_index("allocation_id")
    whole = plan.extents.set_index("extent_id").loc[["haicang-south/whole"]]
    area = geodesic_area_m2(joined.geometry)
    assert joined.loc["it-08", "parts"] == 4
    assert area["it-08"] == pytest.approx(geodesic_area_m2(whole.geometry).iloc[0], rel=1e-6)
    golden = (31, 270_748_920.69, 55_325.4706, 45_750_162.90)
    assert (len(area), area.sum(), area.min(), area.max()) == pytest.approx(golden, rel=1e-6)


def test_a_park_of_two_sectors_has_one_extent(plan: Plan) -> None:
    joined = join_allocations(plan.allocations, plan.parks, plan.extents).set_index("allocation_id")
    assert joined.geometry["it-01"].equals(joined.geometry["materials-energy-05"])


def test_an_allocation_that_names_no_park_is_kept_without_geometry(plan: Plan) -> None:
    changed = plan.allocations.copy()
    changed.loc[2, "park_as_printed"] = "某产业园"
    joined = join_allocations(changed, plan.parks, plan.extents)
    assert len(joined) == 31
    assert joined.loc[2, ["park_id", "park_zh"]].isna().all()
    assert joined.geometry.isna().tolist() == [row == 2 for row in range(31)]
    assert joined["parts"].iloc[2] == 0


def test_a_park_without_an_extent_is_kept_without_geometry(plan: Plan) -> None:
    extents = plan.extents[plan.extents["park_id"] != "torch-park"]
    joined = join_allocations(plan.allocations, plan.parks, extents)
    lost = joined[joined.geometry.isna()]
    assert lost[["park_id", "parts"]].to_numpy().tolist() == [["torch-park", 0]]


@settings(max_examples=30)
@given(order=st.permutations(range(31)))
def test_the_order_of_allocations_changes_nothing_but_the_order(plan: Plan, order: list[int]) -> None:
    joined = join_allocations(plan.allocations.iloc[order], plan.parks, plan.extents)
    usual = join_allocations(plan.allocations, plan.parks, plan.extents)
    assert_geodataframe_equal(joined, usual.iloc[order].reset_index(drop=True))


@settings(max_examples=10)
@given(seed=st.integers(0, 1000))
def test_the_order_of_parks_and_extents_changes_nothing(plan: Plan, seed: int) -> None:
    usual = join_allocations(plan.allocations, plan.parks, plan.extents)
    mixed = join_allocations(
        plan.allocations, plan.parks.sample(frac=1, random_state=seed), plan.extents.sample(frac=1, random_state=seed)
    )
    assert_frame_equal(pd.DataFrame(mixed.drop(columns="geometry")), pd.DataFrame(usual.drop(columns="geometry")))
    assert geodesic_area_m2(mixed.geometry).tolist() == pytest.approx(geodesic_area_m2(usual.geometry).tolist())


def test_parks_keep_the_order_of_their_first_part() -> None:
    parts = gpd.GeoDataFrame(
        {"park_id": ["west", "east", "west"]},
        geometry=[box(118.1, 24.5, 118.11, 24.51), box(118.3, 24.6, 118.31, 24.61), box(118.0, 24.5, 118.01, 24.51)],
        crs="EPSG:4326",
    )
    parks = park_extents(parts)
    assert parks["park_id"].tolist() == ["west", "east"]
    assert parks.geom_type.tolist() == ["MultiPolygon", "Polygon"]


def test_xiamens_join_leaves_nothing_over(plan: Plan) -> None:
    assert diagnosed(plan) == [("alias-used", "厦门生物医药港", "biopharma-port by short name")]


def test_a_row_that_names_no_park_is_diagnosed(plan: Plan) -> None:
    changed = plan.allocations.copy()
    changed.loc[2, "park_as_printed"] = "某产业园"
    assert ("unmatched-row", "某产业园", "no park has this name or alias") in diagnosed(plan, allocations=changed)


def test_a_row_that_stands_twice_is_diagnosed_even_under_another_name(plan: Plan) -> None:
    again = plan.allocations.iloc[[0]].assign(park_as_printed="同翔产业基地")
    found = diagnosed(plan, allocations=pd.concat([plan.allocations, again]))
    assert ("duplicate-row", "同翔产业基地", "it already lists tongxiang-hitech") in found
    assert ("alias-used", "同翔产业基地", "tongxiang-hitech by alias") in found


def test_a_park_of_two_sectors_is_no_duplicate(plan: Plan) -> None:
    assert "duplicate-row" not in {kind for kind, *_ in diagnosed(plan)}
    assert plan.allocations["park_id"].duplicated().sum() == 6


def test_a_park_without_an_extent_is_diagnosed(plan: Plan) -> None:
    extents = plan.extents[plan.extents["park_id"] != "film-base"]
    assert ("park-without-extent", "film-base", "no extent is drawn") in diagnosed(plan, extents=extents)


def test_an_extent_without_a_park_is_diagnosed(plan: Plan) -> None:
    stray = plan.extents.iloc[[0]].assign(park_id="stray")
    found = diagnosed(plan, extents=pd.concat([plan.extents, stray]))
    assert ("extent-without-park", "stray", "no park has this id") in found


def test_focus_terms_stand_in_the_order_of_the_box_with_one_row_a_mapping(plan: Plan) -> None:
    terms = focus_terms(plan)
    assert len(terms) == len(plan.focus_mappings) == 110
    assert terms["focus_id"].nunique() == len(plan.focuses) == 105
    assert terms[["entry", "order", "mapping_order"]].apply(tuple, axis=1).is_monotonic_increasing


def test_a_term_carries_the_names_of_what_it_maps_to(plan: Plan) -> None:
    terms = focus_terms(plan).set_index(["focus_id", "mapping_order"])
    columns = ["park_zh", "sector_zh", "subsector_zh", "track_zh", "closeness"]
    found = terms.loc[["b6-04-2"], columns].astype(object).where(lambda cell: cell.notna(), None)
    assert found.to_numpy().tolist() == [
        ["火炬（翔安）产业区", "新一代信息技术", "集成电路", None, "subsector"],
        ["火炬（翔安）产业区", None, None, "第三代半导体", "related"],
    ]


def test_a_term_without_a_mapping_is_kept(plan: Plan) -> None:
    first = focus_terms(replace(plan, focus_mappings=plan.focus_mappings.iloc[1:])).iloc[0]
    assert (first["focus_id"], first["park_zh"]) == ("b6-01-1", "厦门科学城")
    assert pd.isna(first["sector_id"])
