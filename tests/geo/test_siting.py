"""A site is inside, outside or undetermined, as well as the extents are known."""

from functools import cache

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon, box
from shapely.affinity import rotate, translate

from geo.errors import CRSError, GeoError
from geo.plan import Plan, read_plan
from geo.siting import park_zones, parks_of_site, part_zones, site_positions, zone_areas_ha

EAST, NORTH = 610_000, 2_708_000  # in the sea off Xiamen island, EPSG:4548
SQUARE = box(EAST, NORTH, EAST + 1000, NORTH + 1000)


@cache
def plan() -> Plan:
    return read_plan()


def extents(*figures: Polygon, accuracy_m: float = 100.0) -> gpd.GeoDataFrame:
    ids = [f"p{number}" for number in range(len(figures))]
    table = {"park_id": ids, "part_id": "main", "position_accuracy_m": accuracy_m}
    return gpd.GeoDataFrame(table, geometry=list(figures), crs="EPSG:4548")


def sites(*figures: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(figures), crs="EPSG:4548")


def positions(figure: object, drawn: gpd.GeoDataFrame) -> list[str]:
    return site_positions(sites(figure), park_zones(drawn))["position"].tolist()


def test_a_point_is_inside_the_core_outside_the_reach_and_undetermined_between() -> None:
    drawn = extents(SQUARE)
    spots = {(500, 500): "inside", (950, 500): "undetermined", (1050, 500): "undetermined", (1150, 500): "outside"}
    for (east, north), expected in spots.items():
        assert positions(Point(EAST + east, NORTH + north), drawn) == [expected]


def test_the_share_of_a_polygon_is_a_range() -> None:
    # 400 m by 100 m, half of it beyond the line: 100 m of 400 m in the core, 300 m in the reach.
    site = box(EAST + 800, NORTH + 400, EAST + 1200, NORTH + 500)
    found = site_positions(sites(site), part_zones(extents(SQUARE))).iloc[0]
    assert found["position"] == "undetermined"
    assert found[["share_min", "share", "share_max"]].tolist() == pytest.approx([0.25, 0.5, 0.75])


def test_two_overlapping_parks_both_answer() -> None:
    drawn = extents(SQUARE, translate(SQUARE, 500, 0))
    assert positions(Point(EAST + 750, NORTH + 500), drawn) == ["inside", "inside"]
    assert positions(Point(EAST + 300, NORTH + 500), drawn) == ["inside", "outside"]


def test_overlapping_parks_of_the_plan_both_answer() -> None:
    zones = park_zones(plan().extents).set_index("park_id")
    overlap = zones.geometry["biopharma-port"].intersection(zones.geometry["xinyang"]).representative_point()
    found = parks_of_site(site_positions(sites(overlap), zones.reset_index()))
    assert {"biopharma-port", "xinyang"} <= set(found["park_id"])


def test_a_site_across_two_parts_of_one_park_is_inside_the_park() -> None:
    drawn = extents(SQUARE, translate(SQUARE, 1000, 0), accuracy_m=0).assign(park_id="one", part_id=["west", "east"])
    site = box(EAST + 900, NORTH + 400, EAST + 1100, NORTH + 500)
    assert positions(site, drawn) == ["inside"]
    assert set(site_positions(sites(site), part_zones(drawn))["position"]) == {"undetermined"}


def test_a_core_that_vanishes_holds_nothing() -> None:
    assert positions(Point(EAST + 500, NORTH + 500), extents(SQUARE, accuracy_m=600)) == ["undetermined"]


def test_sites_may_come_in_degrees() -> None:
    site = sites(Point(EAST + 500, NORTH + 500)).to_crs("EPSG:4326")
    assert site_positions(site, park_zones(extents(SQUARE)))["position"].tolist() == ["inside"]


def test_areas_are_ranges() -> None:
    areas = zone_areas_ha(park_zones(plan().extents))
    assert (areas["area_min_ha"] <= areas["area_ha"]).all()
    assert (areas["area_ha"] <= areas["area_max_ha"]).all()


def test_a_site_without_crs_or_of_another_kind_is_refused() -> None:
    zones = park_zones(extents(SQUARE))
    with pytest.raises(CRSError, match="set_crs"):
        site_positions(gpd.GeoDataFrame(geometry=[Point(0, 0)]), zones)
    with pytest.raises(GeoError, match="a LineString; give a point or a polygon"):
        site_positions(sites(LineString([(0, 0), (1, 1)])), zones)
    with pytest.raises(GeoError, match="Self-intersection"):
        site_positions(sites(Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])), zones)


offsets = st.floats(-3000, 3000)
accuracies = st.floats(0, 800)


@given(east=offsets, north=offsets, accuracy=accuracies)
def test_shrinking_the_accuracy_to_0_leaves_no_point_undetermined_off_the_boundary(east, north, accuracy) -> None:  # noqa: ANN001
    spot = Point(EAST + east, NORTH + north)
    assume(spot.distance(SQUARE.boundary) > 0.01)
    assert positions(spot, extents(SQUARE, accuracy_m=0)) == ["inside" if SQUARE.contains(spot) else "outside"]
    # And what is said at any accuracy is still said when more is known.
    rough = positions(spot, extents(SQUARE, accuracy_m=accuracy))[0]
    assert rough in {"undetermined", *positions(spot, extents(SQUARE, accuracy_m=0))}


@given(east=offsets, north=offsets, width=st.floats(1, 2000), accuracy=accuracies)
def test_shares_are_ordered_and_agree_with_the_word(east, north, width, accuracy) -> None:  # noqa: ANN001
    site = box(EAST + east, NORTH + north, EAST + east + width, NORTH + north + 100)
    found = site_positions(sites(site), part_zones(extents(SQUARE, accuracy_m=accuracy))).iloc[0]
    assert 0 <= found["share_min"] <= found["share"] + 1e-9 <= found["share_max"] + 2e-9 <= 1 + 3e-9
    if found["position"] == "inside":
        assert found["share"] == pytest.approx(1, abs=1e-5)
    if found["position"] == "outside":
        assert found["share"] == pytest.approx(0, abs=1e-5)


@given(east=offsets, north=offsets, turn=st.floats(1, 89), depth=st.floats(10, 2000))
def test_a_line_that_is_shared_in_other_coordinates_is_neither_left_nor_entered(east, north, turn, depth) -> None:  # noqa: ANN001
    line = rotate(box(EAST + east, NORTH + north, EAST + east + depth, NORTH + north + 100), turn, origin=(EAST, NORTH))
    beside = rotate(box(EAST + east - 300, NORTH + north, EAST + east, NORTH + north + 100), turn, origin=(EAST, NORTH))
    found = site_positions(sites(line).to_crs("EPSG:4490"), part_zones(extents(line, beside, accuracy_m=0)))
    assert found["position"].tolist() == ["inside", "outside"]


@given(order=st.permutations(range(41)), lon=st.floats(117.9, 118.4), lat=st.floats(24.43, 24.8))
def test_the_order_of_extents_changes_nothing(order, lon, lat) -> None:  # noqa: ANN001
    site = gpd.GeoDataFrame(geometry=[Point(lon, lat)], crs="EPSG:4326")
    shuffled = site_positions(site, park_zones(plan().extents.iloc[list(order)]))
    pd.testing.assert_frame_equal(shuffled, site_positions(site, park_zones(plan().extents)), check_exact=False)
