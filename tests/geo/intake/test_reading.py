"""What offices send is read whole: every format, both encodings, systems and datums by answer."""

import io
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo.crs import geodesic_area_m2
from geo.intake import IntakeError, read_intake
from geo.landtxt import write_landtxt
from geo.plan import Plan
from tests.geo.intake.corpus import (
    DXF_SQUARE,
    PLANE,
    SQUARE,
    displayed,
    dxf,
    geopackage,
    kml,
    landtxt,
    parks,
    parquet,
    placemark,
    polyline,
    shapefile,
    written,
    zipped,
)
from tests.geo.workbooks import workbook

NAME = "某产业园"
CORNERS = " ".join(f"{x!r},{y!r}" for x, y in SQUARE.exterior.coords)
TEXT = "0\nTEXT\n8\n注记\n10\n39616900.0\n20\n2736000.0\n40\n50\n1\n某产业园\n"
DEGREES = {"crs": "EPSG:4490"}


def fresh_gdb() -> bytes:
    return zipped(written("OpenFileGDB", "a.gdb", parks(), layer="parks"))


def points_csv() -> bytes:
    rows = [f"{NAME},{x!r},{y!r}" for x, y in SQUARE.exterior.coords]
    return "\n".join(["名称,经度,纬度", *rows]).encode("gb18030")


GOOD: list[tuple[str, Callable[[], bytes], str, dict[str, str]]] = [
    ("parks.zip", shapefile, "shapefile", {}),
    ("parks.geojson", lambda: written("GeoJSON", "a.geojson", parks())["a.geojson"], "geojson", {}),
    ("parks.gpkg", geopackage, "geopackage", {}),
    ("parks.kml", lambda: kml(placemark(CORNERS, NAME)), "kml", {}),
    ("parks.kmz", lambda: zipped({"doc.kml": kml(placemark(CORNERS, NAME))}), "kmz", {}),
    ("packed.zip", lambda: zipped({"a/parks.kmz": zipped({"doc.kml": kml(placemark(CORNERS, NAME))})}), "kmz", {}),
    ("parks.gdb.zip", fresh_gdb, "filegdb", {}),
    ("parks.fgb", lambda: written("FlatGeobuf", "a.fgb", parks())["a.fgb"], "flatgeobuf", {}),
    ("parks.parquet", parquet, "geoparquet", {}),
    ("parks.csv", f'名称,WKT\n{NAME},"{SQUARE.wkt}"\n'.encode, "csv", DEGREES),
    ("corners.csv", points_csv, "csv", DEGREES),
    ("parks.xlsx", lambda: workbook(("名称", "WKT"), (NAME, SQUARE.wkt)), "xlsx", DEGREES),
]


@pytest.mark.parametrize(("name", "make", "kind", "answers"), GOOD, ids=[row[0] for row in GOOD])
def test_a_good_file_of_each_format_is_read_whole(
    name: str, make: Callable[[], bytes], kind: str, answers: dict[str, str], plan: Plan
) -> None:
    intake = read_intake(make(), name=name, answers=answers, plan=plan)
    assert (intake.format, intake.faults, intake.questions) == (kind, (), ())
    assert intake.names == (NAME,)
    assert intake.table.crs.to_epsg() == 4326
    assert shapely.hausdorff_distance(intake.table.geometry.iloc[0], SQUARE) < 1e-9
    assert intake.table["feature"].tolist() == [1]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_dxf_names_its_outline_by_the_text_inside(encoding: str, plan: Plan) -> None:
    head = "AC1021" if encoding == "utf-8" else "AC1015\n9\n$DWGCODEPAGE\n3\nANSI_936"
    content = dxf(polyline(DXF_SQUARE, layer="园区") + TEXT, head=head, encoding=encoding)
    intake = read_intake(content, name="a.dxf", answers={"crs": "4527"}, plan=plan)
    assert (intake.encoding, intake.names) == ("UTF-8" if encoding == "utf-8" else "GB18030", (NAME,))
    assert intake.table["Layer"].tolist() == ["园区"]
    assert shapely.hausdorff_distance(intake.table.to_crs(4527).geometry.iloc[0], PLANE) < 0.001


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
def test_a_landtxt_is_read_with_its_system_and_encoding(encoding: str, plan: Plan) -> None:
    hole = PLANE.difference(PLANE.centroid.buffer(100))
    parcels = gpd.GeoDataFrame({"name": [NAME], "number": ["1"]}, geometry=[hole], crs=4527)
    intake = read_intake(write_landtxt(parcels, encoding=encoding), name="a.txt", plan=plan)
    assert (intake.format, intake.crs, intake.encoding, intake.questions) == ("landtxt", "EPSG:4527", encoding, ())
    assert intake.names == (NAME,)
    assert float(geodesic_area_m2(intake.table.geometry).iloc[0]) == pytest.approx(hole.area, rel=6e-4)


def test_a_broken_landtxt_says_which_line(plan: Plan) -> None:
    content = landtxt("2,1.0,1,甲,面,,,,@", "J1,1,北,东", "J1,1,北,东")
    with pytest.raises(IntakeError, match=r"line 1[01]:") as caught:
        read_intake(content, name="a.txt", plan=plan)
    assert "行" in caught.value.zh


def test_a_gbk_shapefile_in_4527_without_prj_asks_for_both_and_shows_names(plan: Plan) -> None:
    content = shapefile(parks(PLANE, 4527), encoding="GB18030", drop=(".prj", ".cpg"))
    asked = read_intake(content, name="parks.zip", plan=plan)
    assert [(q.kind, q.guess) for q in asked.questions] == [("encoding", "GB18030"), ("crs", "EPSG:4527")]
    assert NAME in asked.questions[0].preview
    answers = {"encoding": "gbk", "crs": "EPSG:4527"}
    intake = read_intake(content, name="parks.zip", answers=answers, plan=plan)
    assert (intake.questions, intake.encoding, intake.crs, intake.names) == ((), "GB18030", "EPSG:4527", (NAME,))
    assert shapely.hausdorff_distance(intake.table.to_crs(4527).geometry.iloc[0], PLANE) < 1e-6


@pytest.mark.parametrize(("name", "datum", "word"), [("GCJ-02", "gcj02", "高德"), ("BD-09", "bd09", "百度")])
def test_coordinates_of_web_maps_are_suspected_and_taken_back(name: str, datum: str, word: str, plan: Plan) -> None:
    asked = read_intake(displayed(name), name="a.geojson", plan=plan)
    assert [(q.kind, q.guess) for q in asked.questions] == [("datum", datum)]
    assert word in asked.questions[0].why
    names = plan.parks.set_index("park_id")["name_zh"]
    first = plan.extents[plan.extents["park_id"].map(names) == asked.names[0]].geometry.iloc[0]
    taken = read_intake(displayed(name), name="a.geojson", answers={"datum": datum}, plan=plan)
    assert shapely.hausdorff_distance(taken.table.geometry.iloc[0], first) < 1e-7
    kept = read_intake(displayed(name), name="a.geojson", answers={"datum": "wgs84"}, plan=plan)
    assert kept.questions == ()
    assert shapely.hausdorff_distance(kept.table.geometry.iloc[0], first) > 0.003


def test_the_present_extents_themselves_raise_no_question(plan: Plan) -> None:
    table = plan.extents[["extent_id", "geometry"]]
    content = written("GeoJSON", "a.geojson", table)["a.geojson"]
    intake = read_intake(content, name="extents.geojson", plan=plan)
    assert intake.questions == ()
    assert {fault.kind for fault in intake.faults if fault.is_blocking} == set()


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ({"crs": "厦门92"}, "answer"),
        ({"crs": "EPSG:999999"}, "answer"),
        ({"axes": "左"}, "answer"),
        ({"datum": "mars"}, "answer"),
        ({"layer": "none"}, "answer"),
        ({"encoding": "base64"}, "answer"),
        ({"colour": "red"}, "answer"),
    ],
)
def test_an_answer_of_no_use_is_refused(answers: dict[str, str], kind: str, plan: Plan) -> None:
    content = shapefile() if "encoding" in answers else geopackage()
    with pytest.raises(IntakeError) as caught:
        read_intake(content, name="a.zip" if "encoding" in answers else "a.gpkg", answers=answers, plan=plan)
    assert caught.value.kind == kind


@pytest.mark.parametrize("path", ["/vsicurl/http://127.0.0.1:9/a.geojson", "http://127.0.0.1:9/a.geojson", "/vsizip/a"])
def test_an_address_is_never_opened(path: str) -> None:
    with pytest.raises(IntakeError) as caught:
        read_intake(path)
    assert caught.value.kind == "remote"


def test_a_path_that_is_no_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.geojson"):
        with pytest.raises(IntakeError) as caught:
            read_intake(path)
        assert caught.value.kind == "no-file"


def test_names_of_markup_stay_text(plan: Plan) -> None:
    name = "<img src=x onerror=alert(1)>"
    content = written("GeoJSON", "a.geojson", parks(name=name))["a.geojson"]
    intake = read_intake(content, name="a.geojson", plan=plan)
    assert intake.table["名称"].tolist() == [name]


def test_the_answer_holds_the_keys_that_the_command_promises(plan: Plan) -> None:
    answer = read_intake(geopackage(), name="a.gpkg", plan=plan).to_json()
    assert list(answer)[:6] == ["format", "crs", "encoding", "features", "faults", "questions"]
    assert (answer["features"], answer["bytes"]) == (1, len(geopackage()))


def test_a_file_on_disk_and_its_bytes_read_the_same(tmp_path: Path, plan: Plan) -> None:
    path = tmp_path / "园区.csv"
    path.write_bytes(f'名称,WKT\n{NAME},"{SQUARE.wkt}"\n'.encode())
    one, other = read_intake(path, plan=plan), read_intake(path.read_bytes(), name="园区.csv", plan=plan)
    assert one.to_json() == other.to_json()
    assert io.BytesIO(path.read_bytes()).getbuffer().nbytes == one.bytes
