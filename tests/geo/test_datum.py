"""Display datums: where points go, and that they come back."""

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon

from geo.crs import WGS84, geodesic_distance_m
from geo.datum import BD09, GCJ02, from_datum, in_system, shift, to_datum
from geo.errors import CRSError

LONGITUDES = st.floats(118.0, 118.4)
LATITUDES = st.floats(24.4, 24.8)
DATUMS = st.sampled_from([GCJ02, BD09])


def test_the_check_point_falls_where_amap_draws_it() -> None:
    lon, lat = shift(118.089, 24.479)
    assert (float(lon), float(lat)) == pytest.approx((118.093977, 24.476353), abs=5e-7)
    assert geodesic_distance_m(118.089, 24.479, float(lon), float(lat)) == pytest.approx(583, abs=1)


def test_baidu_is_more_than_a_kilometre_away() -> None:
    lon, lat = shift(118.089, 24.479, target=BD09)
    assert 1000 < geodesic_distance_m(118.089, 24.479, float(lon), float(lat)) < 1700


def test_one_step_after_the_other_is_both_at_once() -> None:
    amap = shift(118.089, 24.479)
    twice = shift(*amap, source=GCJ02, target=BD09)
    assert np.allclose(twice, shift(118.089, 24.479, target=BD09), rtol=0, atol=1e-12)


@settings(max_examples=50)
@given(lon=LONGITUDES, lat=LATITUDES, datum=DATUMS)
def test_there_and_back_is_within_a_millimetre(lon: float, lat: float, datum: str) -> None:
    back = shift(*shift(lon, lat, target=datum), source=datum, target="WGS 84")
    assert geodesic_distance_m(lon, lat, float(back[0]), float(back[1])) < 0.001


@settings(max_examples=50)
@given(lon=st.floats(73.0, 136.0), lat=st.floats(4.0, 54.0), datum=DATUMS)
def test_there_and_back_is_within_a_centimetre_anywhere_in_china(lon: float, lat: float, datum: str) -> None:
    back = shift(*shift(lon, lat, target=datum), source=datum, target="WGS 84")
    assert geodesic_distance_m(lon, lat, float(back[0]), float(back[1])) < 0.01


@pytest.mark.parametrize(("lon", "lat"), [(2.35, 48.86), (-74.0, 40.7), (151.2, -33.9), (0.0, 0.0)])
@pytest.mark.parametrize("datum", [GCJ02, BD09])
def test_outside_the_box_of_china_nothing_moves(lon: float, lat: float, datum: str) -> None:
    assert tuple(map(float, shift(lon, lat, target=datum))) == (lon, lat)
    assert tuple(map(float, shift(lon, lat, source=datum, target="WGS 84"))) == (lon, lat)


def test_many_points_move_as_each_alone() -> None:
    lon, lat = np.linspace(118, 118.4, 50), np.linspace(24.4, 24.8, 50)
    together = np.column_stack(shift(lon, lat, target=BD09))
    alone = [tuple(map(float, shift(x, y, target=BD09))) for x, y in zip(lon, lat, strict=True)]
    assert np.allclose(together, alone, rtol=0, atol=1e-12)


@pytest.mark.parametrize("datum", [GCJ02, BD09])
def test_a_table_loses_its_system_and_gets_it_back(datum: str) -> None:
    ring = [(118.0, 24.5), (118.1, 24.5), (118.1, 24.6), (118.0, 24.5)]
    table = gpd.GeoDataFrame(
        {"name": ["面", "线", "无", "空"]},
        geometry=[Polygon(ring), LineString(ring[:2]), None, Polygon()],
        index=[3, 1, 4, 2],
        crs=WGS84,
    )
    shifted = to_datum(table.to_crs("EPSG:4548"), datum)
    assert shifted.crs is None
    assert shifted["name"].tolist() == table["name"].tolist()
    assert shifted.geometry[3].exterior.coords[0][0] > 118.004
    back = from_datum(shifted, datum)
    assert back.crs.to_epsg() == 4326
    assert back.index.tolist() == [3, 1, 4, 2]
    assert back.geometry[3].equals_exact(table.geometry[3], 1e-7)
    assert back.geometry[1].equals_exact(table.geometry[1], 1e-7)
    assert back.geometry[4] is None
    assert back.geometry[2].is_empty


def test_what_a_shifted_table_claims_is_not_believed() -> None:
    spot = gpd.GeoSeries([Point(118.093977, 24.476353)], crs=WGS84, name="spot")
    assert from_datum(spot, GCJ02)[0].equals_exact(Point(118.089, 24.479), 1e-6)


def test_a_height_is_dropped() -> None:
    assert not to_datum(gpd.GeoSeries([Point(118, 24.5, 9)], crs=WGS84), GCJ02)[0].has_z


def test_a_table_without_system_and_an_unknown_datum_are_refused() -> None:
    spot = gpd.GeoSeries([Point(118, 24.5)])
    with pytest.raises(CRSError, match="no coordinate reference system"):
        to_datum(spot, GCJ02)
    with pytest.raises(CRSError, match=r"no datum is called 'GCJ02'; there are WGS 84, GCJ-02, BD-09"):
        from_datum(spot, "GCJ02")


@pytest.mark.parametrize("code", [GCJ02, "EPSG:4548"])
def test_any_system_takes_a_table(code: str) -> None:
    spot = gpd.GeoDataFrame(geometry=[Point(118.089, 24.479)], crs=WGS84)
    assert (in_system(spot, code).crs is None) == (code == GCJ02)
