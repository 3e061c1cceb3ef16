"""What is found in a whole layer at once is what is found in each feature alone, corner by corner."""

import math
import re
import struct
import sys
from collections.abc import Callable
from types import FrameType
from unittest import mock

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_series_equal

from geo.intake import FeatureFault, Limits, layer, read_intake, rings
from geo.intake.faults import duplicates, heights, repeated_points, shape_faults, wrong_types
from geo.intake.rings import batches, built_from_wkb, built_from_wkbs
from geo.intake.thin import slivers, spikes, spikes_of, thin_faults
from geo.plan import Plan
from tests.geo.intake import plainly
from tests.geo.intake.corpus import SQUARE, parks, parquet

# A narrow grid of half a metre: its rings fold back, repeat points, cross themselves and are thin all the time.
STEP = 5e-6
CORNER = st.tuples(st.integers(0, 60), st.integers(0, 4)).map(lambda at: (118.1 + at[0] * STEP, 24.6 + at[1] * STEP))
RING = st.lists(CORNER, min_size=3, max_size=7)
POLYGON = st.builds(shapely.Polygon, RING, st.lists(RING, max_size=2))
MULTIPOLYGON = st.lists(POLYGON, min_size=1, max_size=3).map(shapely.MultiPolygon)
DEEP = st.one_of(POLYGON, MULTIPOLYGON).map(lambda shape: shapely.force_3d(shape, 7.0))
# A collection that begins with nothing: GEOS finds no point inside.
HOLLOW = shapely.geometrycollections([shapely.Polygon(), shapely.Point(118.1, 24.6)])
OTHER = st.one_of(
    st.sampled_from([None, shapely.Polygon(), shapely.MultiPolygon(), shapely.Point()]),
    st.just(HOLLOW),
    CORNER.map(shapely.Point),
    RING.map(shapely.LineString),
    POLYGON.map(lambda shape: shapely.GeometryCollection([shape])),
)
ANY = st.one_of(POLYGON, POLYGON, MULTIPOLYGON, DEEP, OTHER)
# Some are drawn again, the other way round, so that layers have duplicates.
LAYER = st.lists(ANY, min_size=1, max_size=8).flatmap(
    lambda shapes: st.lists(st.sampled_from(shapes), max_size=3).map(
        lambda again: [*shapes, *(None if shape is None else shapely.reverse(shape) for shape in again)]
    )
)
# Points at once: each feature by itself, a few together, all.
AT_ONCE = st.sampled_from([1, 20, 250_000])
FAT, NARROW = shapely.box(118.1, 24.6, 118.11, 24.61), shapely.box(118.12, 24.6, 118.120001, 24.61)
TWICE = shapely.Polygon([(118.1, 24.6), (118.1, 24.6), (118.11, 24.6), (118.11, 24.61), (118.11, 24.61)])
NEEDLE = shapely.Polygon([(118.13, 24.6), (118.14, 24.6), (118.14, 24.605), (118.16, 24.605), (118.14, 24.6050001)])
FRAME = FAT.difference(shapely.box(118.100002, 24.600002, 118.109998, 24.609998))
# One of each kind, in places of their parts and rings that no other of them has.
LIKELY = [
    *(FAT, None, NARROW, shapely.reverse(FAT), TWICE, NEEDLE, FRAME, HOLLOW, shapely.Polygon(), shapely.force_3d(FAT)),
    shapely.force_3d(NARROW, 5.0),
    shapely.MultiPolygon([NARROW, NEEDLE, FAT]),
    shapely.MultiPolygon([FAT, NEEDLE.union(NARROW.buffer(0)).convex_hull, NARROW, TWICE]),
    shapely.Polygon(shapely.box(118, 24.5, 118.3, 24.7).exterior, [NARROW.exterior, TWICE.exterior, NEEDLE.exterior]),
    shapely.force_3d(shapely.Point(118.1, 24.6), 1.0),
    shapely.LineString([(118.1, 24.6), (118.1, 24.6), (118.2, 24.6)]),
    shapely.Polygon([(118.1, 24.6), (118.11, 24.61), (118.11, 24.6), (118.1, 24.61)]),
]


def layer_of(shapes: list[shapely.Geometry | None]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"feature": range(1, len(shapes) + 1)}, geometry=gpd.GeoSeries(shapes, crs=4326))


def polygons(table: gpd.GeoDataFrame) -> list[tuple[int, shapely.Geometry]]:
    known = table[
        ~(table.geometry.isna() | table.geometry.is_empty) & table.geom_type.isin(["Polygon", "MultiPolygon"])
    ]
    return list(zip(known["feature"], known.geometry, strict=True))


def places(found: list[FeatureFault]) -> list[tuple[int, float | None, float | None]]:
    return [(fault.feature, fault.lon, fault.lat) for fault in found]


@settings(max_examples=200, deadline=None)
@given(LAYER, AT_ONCE)
@example(LIKELY, 1)
@example(LIKELY, 20)
def test_a_layer_has_the_faults_of_its_features(shapes: list[shapely.Geometry | None], at_once: int) -> None:
    table = layer_of(shapes)
    with mock.patch.object(rings, "_AT_ONCE", at_once):
        whole = [fault for fault in shape_faults(table, {}) if fault.kind != "duplicate"]
    assert whole == [fault for row in range(len(table)) for fault in shape_faults(table.iloc[[row]], {})]


@settings(max_examples=100, deadline=None)
@given(LAYER)
@example(LIKELY)
def test_wrong_types_and_heights_are_named_at_a_point_inside(shapes: list[shapely.Geometry | None]) -> None:
    table = layer_of(shapes)
    known = [(row, shape) for row, shape in enumerate(shapes, start=1) if shape is not None and not shape.is_empty]
    inside = {row: shapely.point_on_surface(shape) for row, shape in known}
    shown = {row: (118.1, 24.6) if point.is_empty else (point.x, point.y) for row, point in inside.items()}
    wrong = [(row, shape.geom_type) for row, shape in known if not shape.geom_type.endswith("Polygon")]
    found = wrong_types(table)
    assert places(found) == [(row, *shown[row]) for row, _ in wrong]
    assert [fault.reason for fault in found] == [f"图形类型是 {kind}，不是面" for _, kind in wrong]
    assert places(heights(table)) == [(row, *shown[row]) for row, shape in known if shape.has_z]


@settings(max_examples=200, deadline=None)
@given(LAYER, AT_ONCE)
@example(LIKELY, 1)
@example(LIKELY, 20)
def test_repeated_points_are_those_that_a_walk_meets(shapes: list[shapely.Geometry | None], at_once: int) -> None:
    table = layer_of(shapes)
    with mock.patch.object(rings, "_AT_ONCE", at_once):
        found = repeated_points(table)
    met = [(feature, plainly.repeated(shape)) for feature, shape in polygons(table)]
    assert places(found) == [(feature, *about[1]) for feature, about in met if about]
    assert [fault.reason for fault in found] == [f"有 {about[0]} 个点与前一点重复" for _, about in met if about]


@settings(max_examples=200, deadline=None)
@given(LAYER, AT_ONCE)
@example(LIKELY, 1)
@example(LIKELY, 20)
def test_spikes_are_those_that_a_walk_meets(shapes: list[shapely.Geometry | None], at_once: int) -> None:
    table = layer_of(shapes)
    with mock.patch.object(rings, "_AT_ONCE", at_once):
        found = spikes(table)
    met = [(feature, shape, plainly.spikes(shape)) for feature, shape in polygons(table)]
    assert [fault.feature for fault in found] == [feature for feature, _, sharp in met if sharp]
    for fault, (_, shape, sharp) in zip(found, (one for one in met if one[2]), strict=True):
        part, ring, number, degrees = sharp[0]
        corners = {(part, ring): points for part, ring, points in plainly.rings(shape)}
        assert (fault.lon, fault.lat) == corners[part, ring][number]
        assert fault.reason == f"有 {len(sharp)} 处尖刺，夹角 {degrees:.2f}°"
    for _, shape, sharp in met:
        alone = spikes_of(plainly.in_metres(shape))
        assert [spike[:3] for spike in alone] == [one[:3] for one in sharp]
        assert [spike.degrees for spike in alone] == pytest.approx([one[3] for one in sharp], abs=1e-9)


@settings(max_examples=200, deadline=None)
@given(LAYER, AT_ONCE)
@example(LIKELY, 1)
@example(LIKELY, 20)
def test_slivers_are_those_that_measuring_each_piece_finds(shapes: list[shapely.Geometry | None], at_once: int) -> None:
    table = layer_of(shapes)
    with mock.patch.object(rings, "_AT_ONCE", at_once):
        found = slivers(table)
        assert thin_faults(table) == [*found, *spikes(table)]
    measured = [(feature, plainly.sliver(shape)) for feature, shape in polygons(table)]
    assert places(found) == [(feature, *about[1]) for feature, about in measured if about]
    for fault, about in zip(found, (about for _, about in measured if about), strict=True):
        assert fault.reason == f"有狭长碎面或碎洞，平均宽度 {about[0]:.1f} 米"
        assert fault.repair == ("drop-slivers" if about[2] else "drop-feature")


@settings(max_examples=200, deadline=None)
@given(LAYER, AT_ONCE)
@example(LIKELY, 1)
@example(LIKELY, 20)
def test_a_duplicate_names_the_first_of_its_shape(shapes: list[shapely.Geometry | None], at_once: int) -> None:
    table = layer_of(shapes)
    with mock.patch.object(rings, "_AT_ONCE", at_once):
        found = duplicates(table)
    known = [(row, shape) for row, shape in enumerate(shapes, start=1) if shape is not None and not shape.is_empty]
    firsts = [(row, next(other for other, one in known if plainly.same_shape(one, shape))) for row, shape in known]
    named = [(fault.feature, int(re.findall(r"\d+", fault.reason)[0])) for fault in found]
    assert named == [(row, first) for row, first in firsts if first != row]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 30), max_size=20), st.integers(1, 50))
def test_batches_take_every_row_once_and_no_more_points_than_needed(counts: list[int], at_once: int) -> None:
    shapes = np.array([shapely.MultiPoint([(0, 0)] * count) if count else None for count in counts], dtype=object)
    with mock.patch.object(rings, "_AT_ONCE", at_once):
        found = list(batches(shapes))
    assert [row for rows in found for row in range(len(shapes))[rows]] == list(range(len(shapes)))
    assert all(len(counts[rows]) > 0 and sum(counts[rows]) < at_once + max(counts) for rows in found if max(counts))


def test_a_ring_left_open_is_named_once_and_before_all_else() -> None:
    deep = shapely.LineString([(118.1, 24.6, 1), (118.11, 24.6, 1), (118.11, 24.61, 1)])
    mark = rings.Mark("unclosed", "", "", 118.11, 24.61, "close")
    found = shape_faults(layer_of([FAT, deep, deep]), {1: (mark,)})
    kinds = [(2, "unclosed"), (2, "z"), (3, "wrong-type"), (3, "z"), (3, "duplicate")]
    assert [(fault.feature, fault.kind) for fault in found] == kinds


def test_an_empty_part_is_no_sliver() -> None:
    whole = shapely.multipolygons([FAT, shapely.Polygon()])
    assert shape_faults(layer_of([whole]), {}) == []
    first = shapely.multipolygons([shapely.Polygon(), NARROW, FAT])
    assert [(fault.kind, fault.repair) for fault in slivers(layer_of([first, whole]))] == [("sliver", "drop-slivers")]
    assert slivers(layer_of([first]))[0].lon == pytest.approx(118.12, abs=1e-5)


def test_a_file_with_an_empty_part_is_read(plan: Plan) -> None:
    content = parquet(parks(shapely.multipolygons([SQUARE, shapely.Polygon()])))
    assert read_intake(content, name="a.parquet", plan=plan).faults == ()


def test_a_layer_in_which_nothing_is_left_has_no_faults() -> None:
    assert shape_faults(layer_of([FAT]).iloc[:0], {}) == []
    assert shape_faults(layer_of([None, shapely.Point(118.1, 24.6)]), {})[0].kind == "wrong-type"


def test_places_are_the_same_when_geos_fails_for_one_of_many(monkeypatch: pytest.MonkeyPatch) -> None:
    table = layer_of([shapely.Point(118.1, 24.6), shapely.LineString([(118.1, 24.6), (118.2, 24.6)]), FAT])
    found = shape_faults(table, {})
    inside = shapely.point_on_surface

    def failing(shapes: object) -> object:
        if isinstance(shapes, np.ndarray) or shapes.geom_type == "Point":  # type: ignore[attr-defined]
            msg = "TopologyException"
            raise shapely.errors.GEOSException(msg)
        return inside(shapes)

    monkeypatch.setattr(shapely, "point_on_surface", failing)
    assert shape_faults(table, {}) == found


def calls_in(work: Callable[[], object]) -> int:
    """How many functions of Python are called, the libraries' own counted."""
    count = 0

    def seen(_: FrameType, event: str, __: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def test_a_layer_is_checked_at_once_and_not_feature_by_feature() -> None:
    tables = [layer_of([shapely.box(x, 24.6, x + 1e-4, 24.6001) for x in np.linspace(118, 118.2, n)]) for n in (9, 999)]
    shape_faults(tables[0], {})
    few, many = (calls_in(lambda table=table: shape_faults(table, {})) for table in tables)
    assert many - few < 99
    # Of the reading one call a feature is left: that which makes its `Built`.
    wkbs = [shapely.to_wkb(table.geometry.to_numpy()) for table in tables]
    few, many = (calls_in(lambda content=content: built_from_wkbs(content)) for content in wkbs)
    assert many - few < 990 + 99


LINE = shapely.to_wkb(shapely.LineString([(1, 1), (2, 7.5), (3, 1)]))
BROKEN = [
    shapely.to_wkb(SQUARE)[:-8] + struct.pack("<d", 9.0),  # a ring that is not closed
    shapely.to_wkb(SQUARE)[:-4],
    b"",
    b"\x01",
    *(LINE.replace(struct.pack("<d", 7.5), struct.pack("<d", y)) for y in (math.nan, math.inf)),
    shapely.to_wkb(shapely.Point(1, 2, 7.5)).replace(struct.pack("<d", 7.5), struct.pack("<d", math.nan)),
]
WKB = st.one_of(ANY.map(lambda shape: None if shape is None else shapely.to_wkb(shape)), st.sampled_from(BROKEN))


@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")
@settings(max_examples=200, deadline=None)
@given(st.lists(WKB, max_size=8), AT_ONCE)
@example([shapely.to_wkb(FAT), *BROKEN, shapely.to_wkb(FAT), None], 1)
def test_a_layer_is_built_as_its_features_are(contents: list[bytes | None], at_once: int) -> None:
    with mock.patch.object(rings, "_AT_ONCE", at_once):
        built = built_from_wkbs(contents)
    alone = [built_from_wkb(content) for content in contents]
    assert [one.marks for one in built] == [one.marks for one in alone]
    shapes, expected = ([shapely.to_wkb(one.geometry) for one in found] for found in (built, alone))
    assert shapes == expected


NUMBERS = [
    np.array([1, -2, 3], dtype="int16"),
    np.array([2**53 + 1, -(2**63), 0], dtype="int64"),
    np.array([2**64 - 1, 1], dtype="uint64"),
    np.array([1.1, math.nan, math.inf], dtype="float32"),
    np.array([0.1, -math.inf, -0.0], dtype="float64"),
    np.array([math.nan, math.inf], dtype="float64"),
    np.array([True, False]),
]


@pytest.mark.parametrize("cells", NUMBERS, ids=lambda cells: str(cells.dtype))
def test_a_column_of_numbers_is_what_its_cells_are(cells: np.ndarray) -> None:
    at_once, alone = layer._column(cells, Limits()), layer._column(list(cells), Limits())
    assert_series_equal(at_once, alone, check_exact=True)
    assert [str(cell) for cell in at_once] == [str(cell) for cell in alone]


def test_texts_stay_texts_and_what_says_nothing_stays_empty() -> None:
    cells = np.array(["园", "", None, "a\ud800", 7, np.str_("b"), pd.NaT, math.nan], dtype=object)
    assert layer._column(cells, Limits()).tolist() == ["园", None, None, "a?", "7", "b", None, None]
