"""Points and parcels against zones: golden cases at edges, and a plain double loop."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.assign import assign_parcels, assign_points, assignment, prepared_zones
from geo.assign.index import Shapes, zone_index
from geo.extents import grown
from tests.geo.assign.places import at, rows_of, square, zone_table

BOUNDS = (118.0, 24.4, 118.4, 24.8)


def test_an_edge_and_a_corner_belong_to_an_exact_zone() -> None:
    to = assignment(prepared_zones(zone_table({"a": square(0, 0)})))
    found = assign_points(at((0, 0.5), (1, 1), (1.000001, 1)), to)
    assert rows_of(found) == [("a", "inside"), ("a", "inside"), (None, "outside")]


def test_the_accuracy_of_an_edge_decides_on_both_of_its_sides() -> None:
    to = assignment(prepared_zones(zone_table({"a": square(0, 0)}, [100.0])))
    found = assign_points(at((0.11, 0.5), (0.09, 0.5), (-0.09, 0.5), (-0.11, 0.5)), to)
    assert rows_of(found) == [("a", "inside"), ("a", "undetermined"), ("a", "undetermined"), (None, "outside")]


def test_a_zone_without_accuracy_counts_as_exact_and_is_counted() -> None:
    zones = prepared_zones(zone_table({"a": square(0, 0), "b": square(2, 0)}, [None, 50.0]))
    found = assign_points(at((0.01, 0.5), (2.01, 0.5)), assignment(zones))
    assert rows_of(found) == [("a", "inside"), ("b", "undetermined")]
    assert zones.without_accuracy == 1


def test_of_several_zones_the_surest_holds_then_the_smallest_then_the_lesser_id() -> None:
    sure_large = {"small": square(0, 0), "large": square(-1, -1, 3)}
    to = assignment(prepared_zones(zone_table(sure_large, [200.0, 0.0])))
    assert rows_of(assign_points(at((0.1, 0.5), (0.5, 0.5)), to)) == [("large", "inside"), ("small", "inside")]
    alike = assignment(prepared_zones(zone_table({"b": square(0, 0), "a": square(0, 0)})))
    assert rows_of(assign_points(at((0.5, 0.5)), alike)) == [("a", "inside")]


def test_all_zones_are_listed_once_each_the_surest_first() -> None:
    zones = prepared_zones(zone_table({"small": square(0, 0), "large": square(-1, -1, 3)}, [200.0, 0.0]))
    found = assign_points(
        np.vstack([at((0.1, 0.5), (0.5, 0.5), (9, 9)), [[np.nan, np.nan]]]), assignment(zones), all_zones=True
    )
    assert found["zone"].to_pylist() == [["large", "small"], ["small", "large"], [], None]
    assert found["certainty"].to_pylist() == [["inside", "undetermined"], ["inside", "inside"], [], None]


def test_a_zone_smaller_than_its_accuracy_is_never_sure() -> None:
    to = assignment(prepared_zones(zone_table({"a": square(0, 0, 0.1)}, [80.0])))
    assert rows_of(assign_points(at((0.05, 0.05)), to)) == [("a", "undetermined")]


def test_no_points_and_no_zones_give_empty_answers() -> None:
    some = assignment(prepared_zones(zone_table({"a": square(0, 0)})))
    none = assignment(prepared_zones(zone_table({"a": square(0, 0)}).iloc[:0]))
    assert rows_of(assign_points(np.zeros((0, 2)), some)) == []
    assert rows_of(assign_points(at((0.5, 0.5)), none)) == [(None, "outside")]
    assert assign_parcels(np.array([square(0, 0)]), none)["certainty"].to_pylist() == ["outside"]


def test_zones_grow_and_shrink_as_the_plans_extents_do() -> None:
    table = zone_table({"a": square(0, 0), "b": square(3, 1)}, [40.0, 120.0])
    zones = prepared_zones(table)
    for sign, shapes in ((-1, zones.shrunk), (1, zones.grown)):
        expected = grown(table.geometry, sign * table["position_accuracy_m"])
        assert shapely.area(shapes) == pytest.approx(expected.area.to_numpy(), rel=1e-9)


def test_far_from_xiamen_an_edge_moves_by_metres_too() -> None:
    west = gpd.GeoSeries([shapely.box(87.50, 43.80, 87.52, 43.82)], crs="EPSG:4490")
    zones = prepared_zones(gpd.GeoDataFrame({"zone_id": [1], "position_accuracy_m": [100.0]}, geometry=west))
    left = shapely.bounds(zones.grown[0])[0]
    moved = gpd.GeoSeries(gpd.points_from_xy([left, 87.50], [43.81, 43.81]), crs="EPSG:4490").to_crs("EPSG:4538")
    assert moved[0].distance(moved[1]) == pytest.approx(100, abs=0.05)


@pytest.mark.parametrize(
    ("parcel", "expected"),
    [
        (square(0.2, 0.2, 0.1), ("a", "inside", 1, 1, 1)),
        (square(-0.1, 0.4, 0.2), ("a", "undetermined", 0.5, 0, 1)),
        (square(-0.5, 0.25, 0.5), ("a", "undetermined", 0, 0, 0.2)),
        (square(-0.5, 0.0, 1.0), ("a", "partly", 0.5, 0.32, 0.6)),
        (square(5, 5), (None, "outside", 0, 0, 0)),
    ],
)
def test_a_parcels_shares_follow_from_its_area(parcel: shapely.Polygon, expected: tuple[object, ...]) -> None:
    to = assignment(prepared_zones(zone_table({"a": square(0, 0)}, [100.0])))
    (row,) = assign_parcels(np.array([parcel]), to).to_pylist()
    assert (row["zone"], row["certainty"]) == expected[:2]
    # The grown square's round corners take a little from the last case's largest share.
    assert [row["share"], row["share_min"], row["share_max"]] == pytest.approx(expected[2:], abs=0.002)


def test_a_parcel_goes_to_the_zone_with_its_largest_share_and_an_edge_alone_is_no_share() -> None:
    to = assignment(prepared_zones(zone_table({"a": square(0, 0), "b": square(1, 0), "c": square(0, 1)})))
    parcel = np.array([square(0.7, 0, 1), square(0.0, 2.0, 0.5), None])
    found = assign_parcels(parcel, to)
    assert found["zone"].to_pylist() == ["b", None, None]
    assert found["share"].to_pylist() == [pytest.approx(0.7), 0, None]
    assert found["certainty"].to_pylist() == ["partly", "outside", None]
    listed = assign_parcels(parcel, to, all_zones=True)
    assert listed["zone"].to_pylist() == [["b", "a"], [], None]
    assert [pytest.approx(share) for share in ([0.7, 0.3], [])] == listed["share"].to_pylist()[:2]


def test_a_parcel_with_a_crossing_edge_is_mended_first() -> None:
    to = assignment(prepared_zones(zone_table({"a": square(-1, -1, 4)})))
    (x, y), (right, high) = at((0, 0))[0], at((1, 1))[0]
    bow = shapely.Polygon([(x, y), (right, high), (right, y), (x, high)])
    assert assign_parcels(np.array([bow]), to)["share"].to_pylist() == [1]


degrees = st.tuples(st.floats(118.0, 118.4), st.floats(24.4, 24.8))


@st.composite
def zones_and_points(draw: st.DrawFn) -> tuple[list[shapely.Polygon], list[float], np.ndarray]:
    """Hulls of a few points, which overlap, share corners and hold their own corners as points."""
    corners = draw(st.lists(st.lists(degrees, min_size=3, max_size=7), min_size=1, max_size=6))
    shapes = [shapely.convex_hull(shapely.MultiPoint(some)) for some in corners]
    shapes = [shape for shape in shapes if shape.geom_type == "Polygon" and shape.area > 1e-6]
    accuracies = draw(st.lists(st.sampled_from([0.0, 30.0, 900.0]), min_size=len(shapes), max_size=len(shapes)))
    places = draw(st.lists(degrees, max_size=40)) + [place for some in corners for place in some]
    return shapes, accuracies, np.array(places, dtype="float64").reshape(-1, 2)


@settings(max_examples=20)
@given(case=zones_and_points(), points=st.sampled_from([1, 10_000, 100_000]))
def test_the_answer_is_that_of_a_plain_double_loop(
    case: tuple[list[shapely.Polygon], list[float], np.ndarray], points: int
) -> None:
    shapes, accuracies, places = case
    table = gpd.GeoDataFrame(
        {"zone_id": [f"z{number}" for number in range(len(shapes))], "position_accuracy_m": accuracies},
        geometry=shapes,
        crs="EPSG:4326",
    )
    zones = prepared_zones(table)
    expected = []
    for place in places:
        point = shapely.Point(place)
        sure = [
            zone for zone, shape in zip(zones.ids.to_pylist(), zones.shrunk, strict=True) if shape.intersects(point)
        ]
        near = [zone for zone, shape in zip(zones.ids.to_pylist(), zones.grown, strict=True) if shape.intersects(point)]
        said = "inside" if sure else "undetermined" if near else "outside"
        expected.append(((sure or near or [None])[0], said))
    assert rows_of(assign_points(places, assignment(zones, points=points))) == expected


@settings(max_examples=15)
@given(case=zones_and_points())
def test_shares_of_parcels_are_ordered_and_listed_ones_add_up_over_a_tiling(
    case: tuple[list[shapely.Polygon], list[float], np.ndarray],
) -> None:
    parcels = np.array(case[0], dtype=object)
    west, south, east, north = BOUNDS
    lon, lat = np.linspace(west, east, 4), np.linspace(south, north, 4)
    tiles = [shapely.box(lon[i], lat[j], lon[i + 1], lat[j + 1]) for i in range(3) for j in range(3)]
    table = gpd.GeoDataFrame({"zone_id": range(9), "position_accuracy_m": 200.0}, geometry=tiles, crs="EPSG:4326")
    to = assignment(prepared_zones(table))
    for row in assign_parcels(parcels, to, all_zones=True).to_pylist():
        assert sum(row["share"]) == pytest.approx(1, abs=1e-6)
        for least, share, most in zip(row["share_min"], row["share"], row["share_max"], strict=True):
            assert 0 <= least <= share <= most <= 1


@settings(max_examples=30)
@given(
    places=st.lists(degrees, min_size=1, max_size=60),
    split=st.integers(1, 6),
    scale=st.sampled_from([4, 40_000, 400_000]),
)
def test_a_grid_of_any_fineness_finds_what_geos_finds(
    places: list[tuple[float, float]], split: int, scale: int
) -> None:
    west, south, east, north = BOUNDS
    lon = np.linspace(west, east, split + 1)
    strips = np.array([shapely.box(lon[i], south, lon[i + 1], north - i * 0.05) for i in range(split)])
    holed = shapely.difference(shapely.box(*BOUNDS), shapely.Point(118.2, 24.6).buffer(0.05))
    polygons = np.append(strips, holed)
    shapely.prepare(polygons)
    index = zone_index(Shapes(polygons, np.arange(split + 1), split + 1), points=scale)
    asked = np.array([*places, *shapely.get_coordinates(polygons)])
    hits = shapely.intersects_xy(polygons[None, :], asked[:, :1], asked[:, 1:])
    expected = np.where(hits.any(axis=1), hits.argmax(axis=1), split + 1)
    assert index.ranks(asked).tolist() == expected.tolist()
