"""What a release may hold, and the digest that says what it holds."""

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box, force_3d
from shapely.geometry.base import BaseGeometry

from geo.errors import CRSError
from geo.plan import Plan
from geo.releases import ContentError
from geo.releases.content import checked_extents, content_digest, extents_table, plain_rows
from geo.releases.geopackage import from_blob, to_blob
from tests.languages import is_chinese

BOW_TIE = Polygon([(118.1, 24.5), (118.2, 24.6), (118.2, 24.5), (118.1, 24.6)])
#: One fault a row, each of another kind.
FAULTY: list[tuple[str, Any]] = [
    ("grade", "E"),
    ("part_id", "nowhere"),
    ("method_zh", ""),
    ("evidence_zh", "四至"),
    ("position_accuracy_m", -1),
    ("geometry", Point(118.1, 24.5)),
    ("geometry", BOW_TIE),
    ("geometry", box(610000, 2708000, 611000, 2709000)),
]
RING = st.tuples(st.floats(118.0, 118.3), st.floats(24.4, 24.7), st.floats(0.001, 0.1), st.floats(0.001, 0.1))


def with_cell(plan: Plan, field: str, value: Any) -> gpd.GeoDataFrame:
    table = plan.extents.astype({"position_accuracy_m": object})
    table.at[1, field] = value
    return table


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("grade", "E", "lake/main has the grade 'E': write one of A, B, C, D"),
        ("extent_id", "north/main", "north/main stands twice: keep one row"),
        ("part_id", "nowhere", "lake/main is of the part lake/nowhere, which the plan has not: name one of its parts"),
        ("method_zh", "", "lake/main has no method_zh: say what is known"),
        ("source_id", None, "lake/main has no source_id: say what is known"),
        ("evidence_zh", "四至", "lake/main has no list of lines as evidence_zh: write one line a piece of evidence"),
        ("position_accuracy_m", -1, "lake/main has the accuracy -1.0: write metres, 0 or more"),
        ("position_accuracy_m", float("inf"), "lake/main has the accuracy inf: write metres, 0 or more"),
        ("position_accuracy_m", float("nan"), "lake/main has no position_accuracy_m: say what is known"),
        ("geometry", Point(118.1, 24.5), "lake/main is no polygon: draw its outline"),
        ("geometry", Polygon(), "lake/main is no polygon: draw its outline"),
        ("geometry", None, "lake/main is no polygon: draw its outline"),
        ("geometry", BOW_TIE, "lake/main has a faulty outline (Self-intersection[118.15 24.55]): repair it"),
        (
            "geometry",
            box(610000, 2708000, 611000, 2709000),
            "lake/main lies outside longitude and latitude: state the CRS that its coordinates are in",
        ),
    ],
)
def test_a_fault_is_named_with_its_extent_and_how_to_mend_it(
    yunpu_plan: Plan, field: str, value: Any, fault: str
) -> None:
    with pytest.raises(ContentError) as caught:
        checked_extents(with_cell(yunpu_plan, field, value), yunpu_plan)
    assert [str(found) for found in caught.value.faults] == [fault]


def test_every_fault_is_said_in_chinese_too_and_names_the_same_extent_and_value(plan: Plan) -> None:
    table = plan.extents.astype({"position_accuracy_m": object})
    for row, (field, value) in enumerate(FAULTY):
        table.at[row, field] = value
    with pytest.raises(ContentError) as caught:
        checked_extents(table, plan)
    faults = caught.value.faults
    assert len(faults) == len(FAULTY)
    for fault in faults:
        assert is_chinese(fault.zh), fault
        assert fault.zh.split()[0] == fault.en.split()[0]
        assert f"- {fault.zh}" in caught.value.zh.splitlines()
        assert f"  {fault.en}" in str(caught.value).splitlines()
    said = "\n".join(fault.zh for fault in faults)
    for words in (
        "'E'",
        "/nowhere ",
        "缺少绘制方法（method_zh）",
        "-1.0",
        "证据（evidence_zh）",
        "118.150000, 24.550000",
    ):
        assert words in said


def test_what_is_wrong_with_the_whole_table_is_said_in_chinese_too(plan: Plan) -> None:
    for table, words in (
        (plan.extents.iloc[:0], "没有任何范围"),
        (plan.extents.iloc[[0, 0]], f"{plan.extents['extent_id'].iloc[0]} 重复出现"),
        (plan.extents.drop(columns=["grade", "as_of"]), "缺少列 grade、as_of"),
    ):
        with pytest.raises(ContentError, match="mend them and draft again") as caught:
            checked_extents(table, plan)
        [fault] = caught.value.faults
        assert words in fault.zh
        assert is_chinese(fault.zh)


def test_all_faults_are_said_at_once(yunpu_plan: Plan) -> None:
    with pytest.raises(ContentError) as caught:
        checked_extents(yunpu_plan.extents.assign(grade="E", method_en=None), yunpu_plan)
    assert len(caught.value.faults) == 8


def test_no_extent_at_all_is_a_fault(yunpu_plan: Plan) -> None:
    with pytest.raises(ContentError, match="there is no extent at all"):
        checked_extents(yunpu_plan.extents.iloc[:0], yunpu_plan)


def test_extents_without_a_system_are_refused(yunpu_plan: Plan) -> None:
    bare = gpd.GeoDataFrame(
        yunpu_plan.extents.drop(columns="geometry"), geometry=yunpu_plan.extents.geometry.to_numpy()
    )
    with pytest.raises(CRSError):
        checked_extents(bare, yunpu_plan)


def test_columns_of_others_heights_and_another_name_of_the_geometry_fall_away(yunpu_plan: Plan) -> None:
    other = yunpu_plan.extents.assign(area_km2=1.0).rename_geometry("outline")
    other = other.set_geometry(force_3d(other.geometry, 12.0))
    assert_geodataframe_equal(checked_extents(other, yunpu_plan), yunpu_plan.extents)


def test_the_digest_sees_any_cell_and_any_coordinate(yunpu_plan: Plan) -> None:
    extents = yunpu_plan.extents
    digests = {content_digest(extents)}
    digests |= {content_digest(extents.assign(**{name: "x"})) for name in extents.columns if name != "geometry"}
    digests |= {content_digest(extents.set_geometry(extents.translate(1e-9)))}
    assert len(digests) == len(extents.columns) + 1


def test_whole_numbers_and_floats_none_and_nan_lists_and_tuples_are_the_same_to_the_digest(yunpu_plan: Plan) -> None:
    extents = yunpu_plan.extents
    others = extents.assign(
        position_accuracy_m=extents["position_accuracy_m"].astype("int64"),
        area_note_zh=np.nan,
        area_note_en=None,
        evidence_zh=extents["evidence_zh"].map(tuple),
    )
    assert content_digest(others) == content_digest(extents)


@given(cells=st.lists(RING, min_size=1, max_size=5), turn=st.integers(0, 3), order=st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_the_first_point_of_a_ring_changes_the_digest(
    cells: list[tuple[float, float, float, float]], turn: int, order: Any
) -> None:
    shapes = [box(x, y, x + width, y + height) for x, y, width, height in cells]
    corners = [list(shape.exterior.coords)[:-1] for shape in shapes]
    turned = [Polygon(ring[turn:] + ring[:turn]) for ring in corners]
    names = [f"e{number}" for number in range(len(shapes))]
    table = gpd.GeoDataFrame({"extent_id": names}, geometry=shapes, crs="EPSG:4326")
    other = gpd.GeoDataFrame({"extent_id": names}, geometry=turned, crs="EPSG:4326")
    rows = list(range(len(names)))
    order.shuffle(rows)
    assert content_digest(other.iloc[rows]) == content_digest(table)


def test_rows_and_back_give_the_same_table(plan: Plan) -> None:
    assert_geodataframe_equal(extents_table(plain_rows(plan.extents), like=plan.extents), plan.extents)


@given(cells=st.lists(RING, min_size=1, max_size=3))
def test_a_geometry_survives_the_blob_to_the_last_bit(cells: list[tuple[float, float, float, float]]) -> None:
    shape: BaseGeometry = MultiPolygon([box(x, y, x + width, y + height) for x, y, width, height in cells])
    assert from_blob(to_blob(shape)).wkb == shape.wkb
    assert from_blob(b"GP\x00\x01" + bytes(4) + shape.wkb).wkb == shape.wkb
