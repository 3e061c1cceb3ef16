"""Extents are measured on the ellipsoid and grow by true metres."""

from math import pi

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from shapely import Point, box

from geo.crs import CGCS2000_CM117, WGS84, geodesic_area_m2
from geo.errors import CRSError
from geo.extents import GRADES, grown, measured_extents
from geo.plan import Plan


def square(side: float = 1000.0) -> gpd.GeoSeries:
    return gpd.GeoSeries([box(610000, 2708000, 610000 + side, 2708000 + side)], crs=CGCS2000_CM117)


def test_grades_run_from_surveyed_to_estimated_with_words_in_both_languages() -> None:
    assert list(GRADES) == ["A", "B", "C", "D"]
    assert all(len(words) == 2 and all(words) for words in GRADES.values())


def test_measured_extents_carry_the_names_of_part_and_park(plan: Plan) -> None:
    part = measured_extents(plan).set_index("extent_id").loc["aviation-park/gaoqi"]
    assert part[["part_zh", "part_en", "park_zh", "park_en", "relation", "district_zh"]].tolist() == [
        "高崎片区",
        "Aviation Industrial Park, Gaoqi",
        "航空工业园（莲河、高崎片区）",
        "Aviation Industrial Park (Lianhe, Gaoqi)",
        "area",
        "湖里区",
    ]


def test_measured_areas_are_geodesic_and_in_square_kilometres(plan: Plan) -> None:
    measured = measured_extents(plan).set_index("extent_id")["area_km2"]
    expected = geodesic_area_m2(plan.extents.set_index("extent_id").geometry) / 1e6
    assert measured.sort_index().tolist() == pytest.approx(expected.sort_index().tolist(), rel=1e-12)


def test_extents_drawn_to_a_published_area_have_it(plan: Plan) -> None:
    """Of the parts that say which published area they were drawn to, all come within 5 per cent."""
    extents = measured_extents(plan)
    drawn = extents[extents["area_published_km2"].notna()]
    assert len(drawn) == 14
    assert (drawn["area_km2"] / drawn["area_published_km2"]).between(0.95, 1.05).all()


def test_measured_extents_stand_in_the_order_of_parks_and_parts_whatever_the_files_say(plan: Plan) -> None:
    extents = measured_extents(plan)
    assert extents["park_id"].drop_duplicates().tolist() == plan.parks.sort_values("order")["park_id"].tolist()
    assert extents.loc[extents["park_id"] == "software-park", "part_id"].tolist() == [
        "phase-1",
        "phase-2",
        "phase-3",
        "kaiyuan",
    ]


def test_a_square_grows_by_its_sides_and_rounded_corners() -> None:
    expected = 1000**2 + 4 * 1000 * 100 + pi * 100**2
    assert grown(square(), 100).area.iloc[0] == pytest.approx(expected, rel=1e-3)


def test_a_square_shrinks_by_its_sides_and_keeps_its_corners() -> None:
    assert grown(square(), -100).area.iloc[0] == pytest.approx(800**2)


def test_what_is_smaller_than_its_accuracy_shrinks_to_nothing() -> None:
    assert grown(square(), -501).is_empty.all()


@pytest.mark.parametrize("distance", [0.0, 0.0009, -0.0009])
def test_less_than_a_millimetre_counts_as_exact(distance: float) -> None:
    assert grown(square(), distance).area.iloc[0] == 1e6


def test_each_extent_grows_by_its_own_distance() -> None:
    pair = pd.concat([square(), square()], ignore_index=True)
    areas = grown(gpd.GeoSeries(pair, crs=CGCS2000_CM117), pd.Series([0.0, -100.0])).area
    assert areas.tolist() == pytest.approx([1e6, 640000])


def test_degrees_grow_by_metres() -> None:
    """A point on the island becomes a disc of radius 250 m, true to 0.03 per cent."""
    disc = grown(gpd.GeoSeries([Point(118.089, 24.479)], crs=WGS84), 250)
    assert disc.crs == CGCS2000_CM117
    edge = pd.Series(Point(610398.081, 2708778.266).distance(disc.exterior.iloc[0]))
    assert edge[0] == pytest.approx(250, rel=2e-3)
    assert geodesic_area_m2(disc).iloc[0] == pytest.approx(pi * 250**2, rel=3e-3)


def test_extents_without_a_system_do_not_grow() -> None:
    with pytest.raises(CRSError, match="no coordinate reference system"):
        grown(gpd.GeoSeries([Point(118.089, 24.479)]), 250)


@given(near=st.floats(0, 2000), far=st.floats(0, 2000))
def test_a_wider_growth_holds_a_narrower_one(near: float, far: float) -> None:
    near, far = sorted((near, far))
    inner, outer = grown(square(), near).iloc[0], grown(square(), far).iloc[0]
    assert outer.buffer(0.01).covers(inner)


@given(distance=st.floats(0, 499))
def test_shrinking_undoes_growing_of_a_square(distance: float) -> None:
    back = grown(grown(square(), distance), -distance)
    assert back.area.iloc[0] == pytest.approx(1e6, rel=2e-3)


def test_the_order_of_rows_changes_nothing(plan: Plan) -> None:
    extents = plan.extents.geometry.iloc[:5]
    accuracy = plan.extents["position_accuracy_m"].iloc[:5]
    usual = grown(extents, accuracy).area.rename("area").reset_index()
    turned = grown(extents.iloc[::-1], accuracy.iloc[::-1]).area.rename("area").reset_index()
    assert_frame_equal(turned.sort_values("index", ignore_index=True), usual)
