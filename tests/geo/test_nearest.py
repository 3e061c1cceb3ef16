"""The nearest place of each kind, from the edge of a park, as the crow flies."""

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from shapely import Point, box

from geo.crs import CGCS2000_CM117, WGS84, geodesic_distance_m, transform_point
from geo.errors import CRSError
from geo.nearest import NEAREST_COLUMNS, nearest_places
from geo.plan import Plan
from geo.profile import anchors

PART = gpd.GeoDataFrame(
    {"park_id": ["p"], "part_id": ["main"], "position_accuracy_m": [200.0]},
    geometry=[box(610000, 2708000, 611000, 2709000)],
    crs=CGCS2000_CM117,
)


def stops(*rows: tuple[str, str, float, float]) -> gpd.GeoDataFrame:
    """Places with id, kind, easting and northing, known to 50 m."""
    ids, kinds, eastings, northings = zip(*rows, strict=True)
    names = {"place_id": ids, "name_zh": ids, "name_en": ids, "kind": kinds, "position_accuracy_m": 50.0}
    return gpd.GeoDataFrame(names, geometry=gpd.points_from_xy(eastings, northings), crs=CGCS2000_CM117)


def test_the_nearest_of_each_kind_is_found() -> None:
    places = stops(
        ("far", "rail", 615000, 2708500),
        ("near", "rail", 611500, 2708500),
        ("quay", "port", 608000, 2708500),
    )
    found = nearest_places(PART, places)
    assert tuple(found.columns) == NEAREST_COLUMNS
    assert found[["kind", "place_id"]].to_numpy().tolist() == [["rail", "near"], ["port", "quay"]]
    assert found["distance_m"].tolist() == pytest.approx([500, 2000], rel=3e-4)
    assert found["accuracy_m"].tolist() == [250, 250]


def test_a_place_inside_the_park_is_no_way_off() -> None:
    assert nearest_places(PART, stops(("inside", "metro", 610500, 2708500)))["distance_m"].tolist() == [0.0]


def test_of_two_places_equally_near_one_is_given() -> None:
    places = stops(("east", "rail", 611500, 2708500), ("west", "rail", 609500, 2708500))
    assert len(nearest_places(PART, places)) == 1


def test_places_of_no_kind_give_no_rows() -> None:
    nothing = stops(("east", "rail", 611500, 2708500)).iloc[:0]
    found = nearest_places(PART, nothing)
    assert (len(found), tuple(found.columns)) == (0, NEAREST_COLUMNS)


def test_the_distance_is_the_geodesic_between_the_nearest_points() -> None:
    place = stops(("corner", "rail", 612000, 2710000))
    corner, spot = ((611000, 2709000), (612000, 2710000))
    degrees = [transform_point(*point, source=CGCS2000_CM117, target=WGS84) for point in (corner, spot)]
    assert nearest_places(PART, place)["distance_m"].iloc[0] == pytest.approx(
        geodesic_distance_m(*degrees[0], *degrees[1]), abs=0.01
    )


@given(east=st.floats(600000, 620000), north=st.floats(2700000, 2720000))
def test_the_distance_is_that_of_the_plane_to_its_scale(east: float, north: float) -> None:
    place = stops(("somewhere", "rail", east, north))
    plane = PART.geometry.iloc[0].distance(Point(east, north))
    assert nearest_places(PART, place)["distance_m"].iloc[0] == pytest.approx(plane, rel=3e-4, abs=0.01)


def test_the_system_of_the_tables_makes_no_difference() -> None:
    places = stops(("near", "rail", 611500, 2708500), ("quay", "port", 608000, 2708500))
    degrees = nearest_places(PART.to_crs(WGS84), places.to_crs(WGS84))
    assert_frame_equal(degrees, nearest_places(PART, places), rtol=1e-5, atol=0.01)


@pytest.mark.parametrize("table", [0, 1])
def test_a_table_without_a_system_is_refused(table: int) -> None:
    tables = [PART, stops(("near", "rail", 611500, 2708500))]
    bare = tables[table]
    tables[table] = gpd.GeoDataFrame(bare.drop(columns="geometry"), geometry=list(bare.geometry))
    with pytest.raises(CRSError, match="no coordinate reference system"):
        nearest_places(*tables)


@settings(max_examples=5)
@given(seed=st.integers(0, 100))
def test_the_order_of_rows_changes_nothing(plan: Plan, seed: int) -> None:
    places = anchors(plan)
    usual = nearest_places(plan.extents, places)
    mixed = nearest_places(plan.extents.sample(frac=1, random_state=seed), places.sample(frac=1, random_state=seed))
    key = ["park_id", "part_id", "kind"]
    assert_frame_equal(sorted_by(mixed, key), sorted_by(usual, key))


def sorted_by(table: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    return table.sort_values(key, ignore_index=True)


def test_every_part_of_xiamen_has_one_place_of_each_kind_and_none_is_nearer(plan: Plan) -> None:
    found = nearest_places(plan.extents, anchors(plan))
    assert found.groupby("kind").size().to_dict() == {"airport": 41, "metro": 41, "port": 41, "rail": 41}
    part = plan.extents[plan.extents["extent_id"] == "marine-hitech/main"].to_crs(CGCS2000_CM117).geometry.iloc[0]
    stations = anchors(plan).to_crs(CGCS2000_CM117)
    nearest = stations[stations["kind"] == "metro"].distance(part).min()
    row = found[(found["park_id"] == "marine-hitech") & (found["kind"] == "metro")]
    assert row["distance_m"].iloc[0] == pytest.approx(nearest, rel=1e-3)
