"""Files against the city and against each other: neighbours, curves, sheets, the local system, and a way to stop."""

import io
import sqlite3
import struct
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer
from shapely.affinity import translate

from geo.crs import CGCS2000_CM117
from geo.intake import IntakeError, Surroundings, read_intake, surroundings
from geo.intake.neighbours import neighbour_overlaps
from geo.intake.placefaults import MOST_COMPARED, place_faults
from geo.intake.thin import SLIVER_M
from geo.local import SETTING
from geo.plan import Plan
from tests.geo.intake.corpus import SQUARE, collection, parks, written

#: A plane of the tests' own: nothing of it is Xiamen's.
MADE_UP = (
    "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad "
    "+step +proj=tmerc +lon_0=118.3 +x_0=70000 +y_0=-2600000 +ellps=krass"
)


@pytest.fixture(scope="module")
def around(plan: Plan) -> Surroundings:
    return surroundings(plan)


def one(shape: shapely.Geometry, crs: str = "EPSG:4326") -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"feature": [1]}, geometry=[shape], crs=crs)


def part(around: Surroundings, park: str) -> int:
    return int(around.parts["park_id"].eq(park).to_numpy().argmax())


# Other parks


def test_a_park_drawn_over_another_ones_extent_is_told_with_its_name(around: Surroundings) -> None:
    film = around.parts.iloc[part(around, "film-base")]
    faults = [fault for fault in place_faults(one(film.geometry), ["火炬园"], around) if fault.kind == "overlap"]
    said = [fault for fault in faults if f"“{film['label']}”的现有范围" in fault.reason]
    assert len(said) == 1
    assert "占本要素的 100.0%" in said[0].reason
    assert f"grade {film['grade']}" in said[0].reason_en
    assert film.geometry.covers(shapely.Point(said[0].lon, said[0].lat))


def test_a_park_is_not_told_to_overlap_its_own_extent(around: Surroundings) -> None:
    film = around.parts.iloc[part(around, "film-base")]
    for name in (film["park_zh"], None):
        reasons = [fault.reason for fault in place_faults(one(film.geometry), [name], around)]
        assert not [reason for reason in reasons if f"“{film['label']}”的现有范围" in reason]


def test_an_extent_that_the_file_itself_replaces_is_not_compared(around: Surroundings) -> None:
    film = part(around, "film-base")
    table = one(around.parts.geometry.iloc[film])
    assert neighbour_overlaps(table, {1: "torch-park"}, (), around)
    label = around.parts["label"].iloc[film]
    assert not [f for f in neighbour_overlaps(table, {1: "torch-park"}, {film}, around) if label in f.reason]


def test_an_accuracy_that_explains_an_overlap_is_said(around: Surroundings) -> None:
    film = part(around, "film-base")
    accuracy = float(around.parts["position_accuracy_m"].iloc[film])
    extent = around.parts.geometry.to_crs(CGCS2000_CM117).iloc[film]
    west, south, _, north = extent.bounds
    edge = shapely.box(west - 100, south, west + min(accuracy, 200) / 2, north)
    said = {
        is_sure: [f.reason_en for f in neighbour_overlaps(one(shape, CGCS2000_CM117), {1: "torch-park"}, (), around)]
        for is_sure, shape in ((True, extent.buffer(10)), (False, edge))
    }
    label = repr(around.parts["label"].iloc[film])
    [edge_said] = [reason for reason in said[False] if label in reason]
    assert edge_said.endswith("that accuracy may explain it")
    [whole_said] = [reason for reason in said[True] if label in reason]
    assert whole_said.endswith("within that accuracy") != extent.buffer(-accuracy).is_empty


@settings(max_examples=30)
@given(lon=st.floats(118.0, 118.4), lat=st.floats(24.4, 24.8), side=st.floats(0.001, 0.05))
def test_every_other_park_that_shares_an_area_is_named_and_no_further_one(
    around: Surroundings, lon: float, lat: float, side: float
) -> None:
    square = one(shapely.box(lon, lat, lon + side, lat + side))
    faults = neighbour_overlaps(square, {1: "none of them"}, (), around)
    shape = square.to_crs(CGCS2000_CM117).geometry.iloc[0]
    shared = around.parts.geometry.to_crs(CGCS2000_CM117).intersection(shape)
    # A piece is surely wider than a sliver where a circle of that width fits in, and surely is none without any area.
    surely = around.parts["label"][~shared.buffer(-SLIVER_M).is_empty]
    named = [fault.reason.split("“")[1].split("”")[0] for fault in faults]
    assert set(surely) <= set(named) <= set(around.parts["label"][shared.area > 0])
    assert all(fault.feature == 1 and fault.kind == "overlap" and not fault.is_blocking for fault in faults)


def test_what_is_too_much_to_compare_is_said(around: Surroundings) -> None:
    squares = [translate(SQUARE, 1e-5 * number) for number in range(MOST_COMPARED + 1)]
    table = gpd.GeoDataFrame({"feature": range(1, len(squares) + 1)}, geometry=squares, crs="EPSG:4326")
    [fault] = place_faults(table, [None] * len(table), around)
    assert (fault.feature, fault.kind, fault.is_blocking) == (0, "not-compared", False)
    assert "2001 个面要素" in fault.reason
    few = place_faults(table.iloc[:3], [None] * 3, around)
    assert {fault.kind for fault in few} >= {"overlap"}
    assert "not-compared" not in {fault.kind for fault in few}


# Curves


def curve_polygon(lon: float, lat: float, radius: float) -> bytes:
    """Give a circle as well-known binary: one circular string of two arcs."""
    points = [(radius, 0), (0, radius), (-radius, 0), (0, -radius), (radius, 0)]
    string = struct.pack("<BII", 1, 8, len(points)) + b"".join(struct.pack("<dd", lon + x, lat + y) for x, y in points)
    return struct.pack("<BII", 1, 10, 1) + string


def with_a_curve(tmp_path: Path) -> bytes:
    """Give a GeoPackage whose layer may hold anything: a square, and a circle."""
    table = gpd.GeoDataFrame({"名称": ["方", "圆"]}, geometry=[SQUARE, translate(SQUARE, 0.02)], crs="EPSG:4326")
    name = '园区 "2026"'
    [content] = written("GPKG", "a.gpkg", table, layer=name, geometry_type="Unknown", SPATIAL_INDEX="NO").values()
    path = tmp_path / "a.gpkg"
    path.write_bytes(content)
    blob = b"GP\x00\x01" + struct.pack("<i", 4326) + curve_polygon(118.175, 24.725, 0.005)
    with closing(sqlite3.connect(path)) as database:
        database.execute('UPDATE "园区 ""2026""" SET geom = ? WHERE "名称" = ?', (blob, "圆"))
        database.commit()
    return path.read_bytes()


def test_a_curve_in_a_layer_of_any_geometry_is_told_of_its_feature_alone(plan: Plan, tmp_path: Path) -> None:
    intake = read_intake(with_a_curve(tmp_path), name="a.gpkg", plan=plan)
    assert [(fault.feature, fault.kind) for fault in intake.faults] == [(2, "curve")]
    assert intake.table.geometry.iloc[1].area == pytest.approx(3.14159 * 0.005**2, rel=0.01)


# Sheets


def sheets(*names: str) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "说明"
    book.active.append(["本工作簿没有坐标"])
    for name in names:
        sheet = book.create_sheet(name)
        sheet.append(["名称", "WKT"])
        sheet.append([name, SQUARE.wkt])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_of_several_sheets_with_coordinates_one_is_asked_for(plan: Plan) -> None:
    content = sheets("一期", "二期")
    asked = read_intake(content, name="a.xlsx", answers={"crs": "4490"}, plan=plan)
    assert [(q.kind, q.guess, q.choices) for q in asked.questions] == [("layer", "一期", ("一期", "二期"))]
    assert (asked.layer, asked.names) == ("一期", ("一期",))
    taken = read_intake(content, name="a.xlsx", answers={"crs": "4490", "layer": "二期"}, plan=plan)
    assert (taken.questions, taken.layer, taken.names) == ((), "二期", ("二期",))
    alone = read_intake(sheets("一期"), name="a.xlsx", answers={"crs": "4490"}, plan=plan)
    assert (alone.questions, alone.layer) == ((), "a")


# The local system


def local_csv() -> bytes:
    turn = Transformer.from_pipeline(MADE_UP)
    plane = shapely.transform(SQUARE, lambda cells: np.column_stack(turn.transform(cells[:, 0], cells[:, 1])))
    return f'名称,WKT\n某产业园,"{plane.wkt}"\n'.encode()


@pytest.mark.parametrize("name", ["厦门92", "Xiamen92", "xm92"])
def test_the_local_system_is_read_by_the_operators_pipeline(
    name: str, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pipeline.txt").write_text(MADE_UP, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(SETTING, "pipeline.txt")
    asked = read_intake(local_csv(), name="a.csv", plan=plan)
    [question] = asked.questions
    assert (question.kind, question.choices[-1]) == ("crs", "Xiamen92")
    intake = read_intake(local_csv(), name="a.csv", answers={"crs": name}, plan=plan)
    assert (intake.crs, intake.questions, intake.faults) == ("Xiamen92", (), ())
    assert shapely.hausdorff_distance(intake.table.geometry.iloc[0], SQUARE) < 1e-9


@pytest.mark.parametrize(
    ("content", "word"), [(None, "保密"), ("+proj=nonsense secret=42", "无法使用")], ids=["none", "broken"]
)
def test_the_local_system_is_refused_with_the_reason(
    content: str | None, word: str, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    if content is not None:
        (tmp_path / "pipeline.txt").write_text(content, encoding="utf-8")
        monkeypatch.setenv(SETTING, str(tmp_path / "pipeline.txt"))
    with pytest.raises(IntakeError, match=SETTING) as caught:
        read_intake(local_csv(), name="a.csv", answers={"crs": "厦门92"}, plan=plan)
    assert caught.value.kind == "answer"
    assert word in caught.value.zh
    assert "42" not in str(caught.value) + caught.value.zh


# Stopping


class PressedError(Exception):
    """What a page raises when a button ends its run."""


def press() -> bool:
    raise PressedError


@pytest.mark.parametrize(("is_cancelled", "raised"), [(lambda: True, IntakeError), (press, PressedError)])
def test_a_reading_that_is_stopped_ends_its_process_and_leaves_nothing(
    is_cancelled: Callable[[], bool],
    raised: type[Exception],
    plan: Plan,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Watched(subprocess.Popen):
        def __init__(self, *arguments: object, **options: object) -> None:
            super().__init__(*arguments, **options)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Watched)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(raised) as caught:
        read_intake(collection(SQUARE), name="a.geojson", plan=plan, is_cancelled=is_cancelled)
    assert getattr(caught.value, "kind", "cancelled") == "cancelled"
    assert [process.returncode for process in started] == [-9]
    assert list(tmp_path.iterdir()) == []


def test_a_reading_that_nobody_stops_is_asked_and_goes_on(plan: Plan) -> None:
    asked: list[bool] = []

    def is_cancelled() -> bool:
        asked.append(True)
        return False

    [content] = written("GeoJSON", "a.geojson", parks()).values()
    assert len(read_intake(content, name="a.geojson", plan=plan, is_cancelled=is_cancelled).table) == 1
    assert len(asked) > 1
