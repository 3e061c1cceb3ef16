"""Coordinates go where the check points say, and areas are those of the ellipsoid."""

from itertools import pairwise
from math import nan

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Point, Polygon, affinity, box

from geo.crs import (
    CGCS2000,
    CGCS2000_CM117,
    WGS84,
    geodesic_area_m2,
    geodesic_distance_m,
    geodesic_length_m,
    require_crs,
    transform_point,
)
from geo.errors import CRSError
from geo.plan import Plan

# A point on Xiamen island and one in Xiang'an, in degrees and in EPSG:4548.
CHECK_POINTS = [
    ((118.089, 24.479), (610398.081, 2708778.266)),
    ((118.30, 24.62), (631643.293, 2724583.782)),
]
LONGITUDES = st.floats(117.9, 118.4)
LATITUDES = st.floats(24.4, 24.9)
SIDES = st.floats(0.001, 0.05)
SYSTEMS = st.sampled_from([CGCS2000_CM117, CGCS2000, "EPSG:4527", "EPSG:32650", "EPSG:3857"])
HOLE = [(118.02, 24.52), (118.02, 24.54), (118.05, 24.54), (118.05, 24.52)]


def area(*figures: shapely.Geometry | None, crs: str = WGS84) -> list[float]:
    return geodesic_area_m2(gpd.GeoSeries(list(figures), crs=crs)).tolist()


@pytest.mark.parametrize(("degrees", "metres"), CHECK_POINTS)
def test_check_points_fall_on_their_published_coordinates(
    degrees: tuple[float, float], metres: tuple[float, float]
) -> None:
    assert transform_point(*degrees) == pytest.approx(metres, abs=0.001)


@pytest.mark.parametrize(("degrees", "metres"), CHECK_POINTS)
def test_check_points_come_back_as_longitude_then_latitude(
    degrees: tuple[float, float], metres: tuple[float, float]
) -> None:
    assert transform_point(*metres, source=CGCS2000_CM117, target=WGS84) == pytest.approx(degrees, abs=1e-8)


def test_the_zone_prefix_is_the_only_difference_between_4548_and_4527() -> None:
    assert transform_point(118.089, 24.479, target="EPSG:4527") == pytest.approx((39610398.081, 2708778.266), abs=0.001)


def test_an_unknown_code_says_what_to_give() -> None:
    with pytest.raises(CRSError, match=r"no transformation from 'EPSG:4326' to 'EPSG:0'.*give EPSG codes"):
        transform_point(118.0, 24.5, target="EPSG:0")


@pytest.mark.parametrize("measure", [require_crs, geodesic_area_m2, geodesic_length_m])
def test_coordinates_without_a_system_are_refused(measure: object) -> None:
    with pytest.raises(CRSError, match=r"no coordinate reference system; set it with `table\.set_crs"):
        measure(gpd.GeoSeries([box(118.0, 24.5, 118.01, 24.51)]))  # type: ignore[operator]


def test_a_cell_of_the_graticule_has_the_area_of_the_ellipsoid() -> None:
    """0.01 by 0.01 degree: a(1-e²)/(1-e²sin²)^1.5 times a cos/(1-e²sin²)^0.5 at the middle latitude."""
    axis, square, middle = 6378137.0, 0.00669437999014, np.radians(24.505)
    step, bulge = np.radians(0.01), 1 - square * np.sin(np.radians(24.505)) ** 2
    expected = (axis * (1 - square) / bulge**1.5 * step) * (axis * np.cos(middle) / bulge**0.5 * step)
    assert area(box(118.0, 24.5, 118.01, 24.51)) == pytest.approx([expected], rel=1e-6)


def test_areas_in_4548_are_too_large_by_less_than_600_ppm(plan: Plan) -> None:
    plane = plan.extents.to_crs(CGCS2000_CM117).area
    excess = plane / geodesic_area_m2(plan.extents.geometry) - 1
    assert len(excess) == 41
    assert excess.min() > 0
    assert excess.max() < 600e-6


def test_areas_in_web_mercator_would_be_a_fifth_too_large(plan: Plan) -> None:
    plane = plan.extents.to_crs("EPSG:3857").area
    assert (plane / geodesic_area_m2(plan.extents.geometry)).between(1.20, 1.22).all()


def test_holes_subtract() -> None:
    whole = box(118.0, 24.5, 118.1, 24.6)
    ring = Polygon(whole.exterior, [HOLE])
    outer, hole, rest = area(whole, Polygon(HOLE), ring)
    assert 0 < hole < outer
    assert rest == pytest.approx(outer - hole, rel=1e-9)


def test_parts_of_a_multipolygon_add_up() -> None:
    west, east = box(118.0, 24.5, 118.01, 24.51), box(118.2, 24.5, 118.21, 24.52)
    assert area(MultiPolygon([west, east])) == pytest.approx([sum(area(west, east))], rel=1e-12)


def test_points_and_lines_have_no_area_and_nothing_has_none() -> None:
    assert area(Point(118, 24.5), LineString([(118, 24.5), (118.1, 24.6)])) == [0.0, 0.0]
    assert area(None, Polygon()) == pytest.approx([nan, nan], nan_ok=True)


def test_areas_keep_the_index() -> None:
    cells = gpd.GeoSeries([box(118.0, 24.5, 118.01, 24.51)], index=["cell"], crs=WGS84)
    assert geodesic_area_m2(cells).index.tolist() == ["cell"]
    assert geodesic_length_m(cells).index.tolist() == ["cell"]


@given(west=LONGITUDES, south=LATITUDES, width=SIDES, height=SIDES, system=SYSTEMS)
def test_areas_and_lengths_do_not_depend_on_the_system(
    west: float, south: float, width: float, height: float, system: str
) -> None:
    degrees = gpd.GeoSeries([box(west, south, west + width, south + height)], crs=WGS84)
    plane = degrees.to_crs(system)
    assert geodesic_area_m2(plane)[0] == pytest.approx(geodesic_area_m2(degrees)[0], rel=1e-6)
    assert geodesic_length_m(plane)[0] == pytest.approx(geodesic_length_m(degrees)[0], rel=1e-6)


@given(west=LONGITUDES, south=LATITUDES, width=SIDES, height=SIDES, turns=st.tuples(st.booleans(), st.booleans()))
def test_areas_do_not_depend_on_the_direction_of_rings(
    west: float, south: float, width: float, height: float, turns: tuple[bool, bool]
) -> None:
    outer = box(west, south, west + width, south + height)
    inner = affinity.scale(outer, 0.5, 0.5)
    rings = [list(ring.exterior.coords)[:: -1 if turn else 1] for ring, turn in zip((outer, inner), turns, strict=True)]
    usual, turned = area(Polygon(outer.exterior, [inner.exterior]), Polygon(rings[0], [rings[1]]))
    assert turned == pytest.approx(usual, rel=1e-9)


@given(west=LONGITUDES, south=LATITUDES, width=SIDES, height=SIDES, cut=st.floats(0.1, 0.9))
def test_areas_add_up_along_a_meridian(west: float, south: float, width: float, height: float, cut: float) -> None:
    middle, east, north = west + cut * width, west + width, south + height
    whole, left, right = area(
        box(west, south, east, north), box(west, south, middle, north), box(middle, south, east, north)
    )
    # Edges are geodesics, so halves bulge a little less than the whole.
    assert left + right == pytest.approx(whole, rel=1e-5)


@given(lon1=LONGITUDES, lat1=LATITUDES, lon2=LONGITUDES, lat2=LATITUDES)
def test_distance_is_the_length_of_the_line_whichever_end_comes_first(
    lon1: float, lat1: float, lon2: float, lat2: float
) -> None:
    there, back = geodesic_distance_m(lon1, lat1, lon2, lat2), geodesic_distance_m(lon2, lat2, lon1, lat1)
    line = gpd.GeoSeries([LineString([(lon1, lat1), (lon2, lat2)])], crs=WGS84)
    assert there == pytest.approx(back, abs=1e-6)
    assert geodesic_length_m(line)[0] == pytest.approx(there, abs=1e-6)


def test_distance_between_the_check_points_agrees_with_the_plane_to_its_scale() -> None:
    (start, start_m), (end, end_m) = CHECK_POINTS
    plane = np.hypot(end_m[0] - start_m[0], end_m[1] - start_m[1])
    assert 1 < plane / geodesic_distance_m(*start, *end) < 1.0003


def test_a_perimeter_is_that_of_all_sides() -> None:
    corners = [(118.0, 24.5), (118.01, 24.5), (118.01, 24.51), (118.0, 24.51), (118.0, 24.5)]
    sides = sum(geodesic_distance_m(*here, *there) for here, there in pairwise(corners))
    figures = gpd.GeoSeries([Polygon(corners), Polygon(), None], crs=WGS84)
    assert geodesic_length_m(figures).tolist() == pytest.approx([sides, nan, nan], nan_ok=True)
