"""Files hold what the layers hold: read back by GDAL, in every format and reference system."""

import csv
import hashlib
import io
import json
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, box

from geo.crs import geodesic_area_m2, transform_point
from geo.errors import CRSError, FormatError, GeoError
from geo.plan import Plan, read_plan
from geo.systems import SERVED
from layers.bundle import bundle
from layers.catalog import Layer, catalog, layer, layer_fields, layer_table
from layers.export import cached_export, export_layer
from layers.extract import Extract, extract
from layers.fields import Field, joined_lists, typed
from layers.filters import Filters
from layers.formats.dbase_columns import FIELD_MAP, LONGEST_NAME, short_columns
from layers.formats.dbase_text import LONGEST_TEXT, text_pieces
from layers.formats.geojson import geojson
from layers.formats.listed import FORMATS, formats_of

ROOT = Path(__file__).parents[2]
PLACED = (
    "parks", "allocations", "park_list", "districts", "land", "metro_lines", "metro_stations", "places",
    "subdistricts", "carriers",
)  # fmt: skip
#: Formats and systems asked here; tests/layers/test_round_trip.py asks the others.
KINDS = ("geojson", "gpkg", "shp", "kml", "csv", "xlsx", "parquet", "fgb")
SYSTEMS = ("EPSG:4326", "EPSG:4490", "EPSG:4548", "EPSG:4527", "EPSG:3857")
TABLES = ("fit", "focuses", "park_districts", "sectors", "subsectors", "indicators", "areas", "sources")
HOSTILE = [
    "<script>alert(1)</script>",
    "\"'",
    "a\nb",
    "`",
    "${x}",
    "]]>",
    "&amp;",
    "=1+1",
    "甲,乙;丙；丁",
    "\\",
    "%00",
    "', '",
]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan()


def read_back(content: bytes, format_id: str, folder: Path) -> pd.DataFrame:
    """Read with GDAL; Parquet, which this GDAL lacks, with geopandas and xlsx with openpyxl."""
    if format_id == "parquet":
        return _read_parquet(content)
    if format_id == "xlsx":
        return _read_workbook(content)
    file = folder / f"file{FORMATS[format_id].ending}"
    file.write_bytes(content)
    path = f"/vsizip/{file}" if format_id == "shp" else str(file)
    table = pyogrio.read_dataframe(path, layer=0)
    if format_id == "csv":
        # One leading apostrophe keeps a text from being run as a formula.
        return table.map(lambda cell: cell.removeprefix("'") if isinstance(cell, str) else cell)
    return _whole_texts(table, content) if format_id == "shp" else table


def _read_parquet(content: bytes) -> pd.DataFrame:
    is_placed = b"geo" in (pq.read_schema(io.BytesIO(content)).metadata or {})
    return gpd.read_parquet(io.BytesIO(content)) if is_placed else pd.read_parquet(io.BytesIO(content))


def _read_workbook(content: bytes) -> pd.DataFrame:
    book = openpyxl.load_workbook(io.BytesIO(content))
    titles, *records = book.worksheets[0].iter_rows(values_only=True)
    codes = {row[1]: row[0] for row in list(book["字段"].iter_rows(values_only=True))[1:]}
    return pd.DataFrame(records, columns=[codes[title] for title in titles])


def _whole_texts(table: gpd.GeoDataFrame, content: bytes) -> gpd.GeoDataFrame:
    """Give columns their own names and join the pieces, as the field map says."""
    lines = field_map(content)
    whole = {}
    for code in dict.fromkeys(line["代码 code"] for line in lines):
        shorts = [line["字段 short"] for line in lines if line["代码 code"] == code]
        pieces = table[shorts]
        joined = pieces.fillna("").astype(str).agg("".join, axis=1) if len(shorts) > 1 else pieces[shorts[0]]
        whole[code] = joined
    return gpd.GeoDataFrame(whole, geometry=table.geometry)


def field_map(content: bytes) -> list[dict[str, str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return list(csv.DictReader(io.StringIO(archive.read(FIELD_MAP).decode("utf-8-sig"))))


def as_text(value: Any) -> str:
    """Cell as every format can tell it: lists joined, whole numbers without a point, nothing as nothing."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return "；".join(value)
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124 - NaN alone differs from itself
        return ""
    if isinstance(value, pd.Timestamp):
        # GDAL takes a text that looks like a date for one.
        return value.date().isoformat()
    if isinstance(value, bool) or str(value).lower() in {"true", "false"}:
        return {"true": "1", "false": "0"}[str(value).lower()]
    try:
        return format(float(value), ".10g")
    except ValueError:
        return str(value)


def assert_same_rows(
    found: pd.DataFrame, expected: pd.DataFrame, fields: tuple[Field, ...], key: tuple[str, ...]
) -> None:
    names = [field.name for field in fields]
    assert set(names) <= set(found.columns)
    texts = [table[names].map(as_text).sort_values(list(key), ignore_index=True) for table in (found, expected)]
    pd.testing.assert_frame_equal(texts[0].astype(object), texts[1].astype(object), check_names=False)


@pytest.mark.parametrize("crs", SYSTEMS[:3])
@pytest.mark.parametrize("format_id", KINDS)
@pytest.mark.parametrize("layer_id", PLACED)
def test_a_layer_reads_back_whole(plan: Plan, layer_id: str, format_id: str, crs: str, tmp_path: Path) -> None:
    file = export_layer(plan, layer_id, format=format_id, crs=crs)
    found = read_back(file.content, format_id, tmp_path)
    chosen, expected = layer(plan, layer_id), gpd.GeoDataFrame(layer_table(plan, layer_id))
    assert len(found) == len(expected)
    assert_same_rows(found, expected, layer_fields(plan, layer_id), chosen.key)
    written = "EPSG:4326" if format_id == "kml" else crs
    assert file.crs == written
    if format_id == "xlsx":
        # The one format that holds no geometry as such, and no text longer than a cell.
        assert found["wkt"].notna().sum() == expected.geometry.notna().sum() - (layer_id == "land")
        return
    if format_id == "csv":
        # CSV cannot say its system: the file's name does.
        assert f"_{SERVED[crs][2]}_" in file.name
        found = found.set_crs(crs)
    assert found.crs.to_epsg() == int(written.removeprefix("EPSG:"))
    assert_same_places(found, expected, chosen)


def assert_same_places(found: pd.DataFrame, expected: gpd.GeoDataFrame, chosen: Layer) -> None:
    """Compare where things lie and how large they are, whatever order the rows have."""
    order = [
        table.assign(key=table[list(chosen.key)].map(as_text).agg("|".join, axis=1)) for table in (found, expected)
    ]
    here, there = (gpd.GeoDataFrame(table.sort_values("key", ignore_index=True)) for table in order)
    assert here["key"].tolist() == there["key"].tolist()
    assert (here.geometry.isna() == there.geometry.isna()).all()
    placed = here.geometry.notna()
    here, there = here[placed], there[placed]
    area, expected_area = geodesic_area_m2(here.geometry), geodesic_area_m2(there.geometry)
    assert area.tolist() == pytest.approx(expected_area.tolist(), rel=1e-6, abs=1e-9)
    if str(chosen.geometry).endswith("Polygon"):
        assert (area > 0).all()
    apart = here.geometry.to_crs("EPSG:4548").hausdorff_distance(there.geometry.to_crs("EPSG:4548"), align=False)
    assert apart.max() < 0.01


@pytest.mark.parametrize("format_id", ["gpkg", "csv", "xlsx", "parquet"])
@pytest.mark.parametrize("layer_id", TABLES)
def test_a_table_without_geometry_reads_back_whole(plan: Plan, layer_id: str, format_id: str, tmp_path: Path) -> None:
    file = export_layer(plan, layer_id, format=format_id)
    found = read_back(file.content, format_id, tmp_path)
    assert_same_rows(found, layer_table(plan, layer_id), layer_fields(plan, layer_id), layer(plan, layer_id).key)
    assert file.crs is None
    assert file.name == f"yuantu_{layer_id}_2026.11.0{FORMATS[format_id].ending}"


def test_the_two_lists_of_layers_are_the_catalogue(plan: Plan) -> None:
    assert sorted([*PLACED, *TABLES]) == sorted(found.id for found in catalog(plan))


@pytest.mark.parametrize("format_id", ["geojson", "shp", "kml", "fgb"])
def test_a_format_of_places_refuses_a_table(plan: Plan, format_id: str) -> None:
    with pytest.raises(
        FormatError, match=f"'fit' has no geometry, and {format_id} holds nothing of that; ask for gpkg"
    ):
        export_layer(plan, "fit", format=format_id)


@pytest.mark.parametrize("format_id", KINDS)
def test_an_empty_selection_is_a_valid_file_without_rows(plan: Plan, format_id: str, tmp_path: Path) -> None:
    file = export_layer(plan, "parks", format=format_id, extent_ids=[])
    found = read_back(file.content, format_id, tmp_path)
    assert len(found) == 0
    assert file.name.endswith(f"_2026.11.0_selection{FORMATS[format_id].ending}")
    # GeoJSON and KML name their columns in each row alone.
    if format_id not in {"geojson", "kml"}:
        assert {field.name for field in layer_fields(plan, "parks")} <= set(found.columns)


# What a file says


@pytest.mark.parametrize("format_id", KINDS)
def test_the_name_says_layer_system_and_version(plan: Plan, format_id: str) -> None:
    file = export_layer(plan, "parks", format=format_id, crs="EPSG:4548", parks=["火炬园"])
    system = "wgs84" if format_id == "kml" else "epsg4548"
    assert file.name == f"yuantu_parks_{system}_2026.11.0_selection{FORMATS[format_id].ending}"
    assert file.name.isascii()


def texts_of(content: bytes) -> bytes:
    """Content with zip files unpacked, since they press the text together."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"\n".join(archive.read(name) for name in archive.namelist())


@pytest.mark.parametrize("format_id", sorted(set(KINDS) - {"parquet"}))
def test_every_file_says_source_licence_date_and_release(plan: Plan, format_id: str) -> None:
    text = texts_of(export_layer(plan, "parks", format=format_id).content)
    for said in ("yuantu-extents", "ODbL-1.0", "2026-11", plan.release):
        assert said.encode() in text
    if format_id != "csv":
        assert "示意范围，非法定边界".encode() in text


def test_parquet_says_what_it_is_in_its_metadata(plan: Plan) -> None:
    schema = pq.read_schema(io.BytesIO(export_layer(plan, "parks", format="parquet").content))
    about = json.loads(schema.metadata[b"yuantu"])
    assert about["Release"] == plan.release
    assert "示意范围，非法定边界" in about["Notice"]
    assert json.loads(schema.metadata[b"geo"])["version"] == "1.1.0"
    assert "covering" in json.loads(schema.metadata[b"geo"])["columns"]["geometry"]


def test_readme_says_fields_sources_selection_and_grades_in_both_languages(plan: Plan) -> None:
    file = export_layer(plan, "parks", format="shp", crs="4548", sectors=["marine"])
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        text = archive.read("README.txt").decode("utf-8-sig")
        assert archive.read("parks.cpg") == b"UTF-8"
        assert "厦门海洋高新产业园".encode() in archive.read("parks.dbf")
    zh, en = text.index("园图 Yuantu: 园区示意范围"), text.index("园图 Yuantu: Indicative park extents")
    assert zh < en
    for said in ("EPSG:4548", "产业 sector: marine", plan.release, "[osm-land, ODbL-1.0]", "pos_acc_m"):
        assert zh < text.index(said) < en < text.rindex(said)
    for said in ("四至或边界道路可考", "位置估计", "evid_zh2  "):
        assert said in text[zh:en]
    for said in ("bounding roads", "not legal boundaries"):
        assert said in text[en:]


# What a format is bound to


def test_geojson_follows_rfc_7946(plan: Plan) -> None:
    collection = json.loads(export_layer(plan, "parks", format="geojson").content)
    assert "crs" not in collection
    for feature in collection["features"]:
        [outer, *_] = feature["geometry"]["coordinates"]
        turns = sum((x1 - x0) * (y1 + y0) for (x0, y0), (x1, y1) in pairwise(outer))
        assert turns < 0, "an exterior ring runs clockwise"
        assert outer[0] == outer[-1]
        assert all(round(value, 7) == value for point in outer for value in point)
        assert all(117 < x < 119 and 24 < y < 25 for x, y in outer)
        assert isinstance(feature["properties"]["sectors_zh"], list)


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4548"])
def test_geojson_of_another_system_says_which(plan: Plan, crs: str) -> None:
    collection = json.loads(export_layer(plan, "parks", format="geojson", crs=crs).content)
    assert collection["crs"]["properties"]["name"] == f"urn:ogc:def:crs:EPSG::{crs[-4:]}"
    assert crs in collection["description"]


def test_geojson_turns_rings_that_run_the_wrong_way(plan: Plan) -> None:
    rows = made_up(plan, ["a"], [MultiPolygon([box(118, 24, 118.1, 24.1).reverse()])])
    [feature] = json.loads(geojson(rows)[0])["features"]
    assert feature["geometry"]["coordinates"][0][0][:3] == [[118.1, 24.0], [118.1, 24.1], [118.0, 24.1]]


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4548"])
def test_kml_stays_in_wgs_84_and_says_so(plan: Plan, crs: str) -> None:
    file = export_layer(plan, "parks", format="kml", crs=crs)
    assert file.content == export_layer(plan, "parks", format="kml").content
    assert file.crs == "EPSG:4326"
    assert "_wgs84_" in file.name
    assert [note.en for note in file.notes] == [
        f"KML is WGS 84 longitude, latitude by its standard, so it is not in {crs} as asked."
    ]
    assert export_layer(plan, "parks", format="kml").notes == ()


def test_kml_names_placemarks_in_chinese(plan: Plan, tmp_path: Path) -> None:
    found = read_back(export_layer(plan, "parks", format="kml").content, "kml", tmp_path)
    assert found["Name"].tolist() == layer_table(plan, "parks")["part_zh"].tolist()


@pytest.mark.parametrize("layer_id", PLACED)
def test_names_of_a_shapefile_are_short_ascii_and_unique(plan: Plan, layer_id: str) -> None:
    content = export_layer(plan, layer_id, format="shp").content
    shorts = [line["字段 short"] for line in field_map(content)]
    assert all(short.isascii() and len(short.encode()) <= LONGEST_NAME for short in shorts)
    assert len({short.lower() for short in shorts}) == len(shorts)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        endings = {Path(name).suffix for name in archive.namelist()}
    assert endings == {".shp", ".shx", ".dbf", ".prj", ".cpg", ".csv", ".txt"}


@pytest.mark.parametrize("layer_id", PLACED)
def test_whole_numbers_of_a_mapinfo_table_have_32_bits(plan: Plan, layer_id: str) -> None:
    """QGIS 3.22 opens no table that has wider ones."""
    with zipfile.ZipFile(io.BytesIO(export_layer(plan, layer_id, format="tab").content)) as archive:
        columns = archive.read(f"{layer_id}.tab").decode().partition("Fields ")[2]
    kinds = {field.kind for field in layer_fields(plan, layer_id)}
    assert "LargeInt" not in columns
    assert ("Integer" in columns) == ("integer" in kinds)


def test_a_geopackage_is_of_a_version_that_older_programs_know(plan: Plan, tmp_path: Path) -> None:
    file = tmp_path / "parks.gpkg"
    file.write_bytes(export_layer(plan, "parks", format="gpkg").content)
    connection = sqlite3.connect(file)
    try:
        assert connection.execute("PRAGMA user_version").fetchone() == (10200,)
    finally:
        connection.close()


def test_nothing_is_cut_in_a_shapefile(plan: Plan, tmp_path: Path) -> None:
    parks = layer_table(plan, "parks")
    texts = ["；".join(cell) for cell in parks["evidence_zh"]]
    assert max(len(text.encode()) for text in texts) > 3 * LONGEST_TEXT
    file = export_layer(plan, "parks", format="shp")
    assert read_back(file.content, "shp", tmp_path)["evidence_zh"].tolist() == texts
    assert any("evidence_zh" in note.en and FIELD_MAP in note.en for note in file.notes)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=900), st.integers(4, LONGEST_TEXT))
@example("a" * 254 + " b", LONGEST_TEXT)
@example("园" * 84 + "ab 区", LONGEST_TEXT)
@example(" " * 600, LONGEST_TEXT)
def test_pieces_join_to_the_text_and_fit(text: str, longest: int) -> None:
    pieces = text_pieces(text, longest)
    assert "".join(pieces) == text
    assert all(len(piece.encode()) <= longest for piece in pieces)


@given(st.lists(st.from_regex(r"[a-z][a-z_0-9]{0,30}", fullmatch=True), unique=True, max_size=40), st.data())
def test_short_names_are_unique_whatever_the_names(names: list[str], data: st.DataObject) -> None:
    fields = tuple(Field(name, "string", name, name) for name in names)
    pieces = {name: data.draw(st.integers(0, 30)) for name in names}
    shorts = [column.short for column in short_columns(fields, pieces)]
    assert len(shorts) == sum(max(1, pieces[name]) for name in names)
    assert len({short.lower() for short in shorts}) == len(shorts)
    assert all(0 < len(short.encode()) <= LONGEST_NAME for short in shorts)


def test_csv_opens_in_excel_and_has_a_point_inside(plan: Plan) -> None:
    content = export_layer(plan, "parks", format="csv", crs="EPSG:4548").content
    assert content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    figures = gpd.GeoSeries.from_wkt([line["wkt"] for line in lines])
    spots = gpd.GeoSeries([Point(float(line["x"]), float(line["y"])) for line in lines])
    assert figures.contains(spots).all()


def test_a_workbook_has_three_sheets_headers_and_no_formula(plan: Plan) -> None:
    book = openpyxl.load_workbook(io.BytesIO(export_layer(plan, "parks", format="xlsx").content))
    assert book.sheetnames == ["园区示意范围", "字段", "说明"]
    data = book.worksheets[0]
    assert [cell.value for cell in data[1]][:3] == ["范围代码", "园区代码", "片区代码"]
    assert data.freeze_panes == "A2"
    assert all(4 < data.column_dimensions[letter].width <= 48 for letter in "ABCDE")
    said = {row[1]: row[2] for row in list(book["说明"].iter_rows(values_only=True))[1:]}
    assert said["Release"] == plan.release
    assert "EPSG:4326" in said["Reference system"]


def test_a_figure_too_long_for_a_cell_is_left_out_and_named(plan: Plan) -> None:
    land = layer_table(plan, "land")
    long = [row.land_id for row in land.itertuples() if len(row.geometry.wkt) > 32_767]
    file = export_layer(plan, "land", format="xlsx")
    [note] = file.notes
    assert f"left out in {len(long)} rows: {', '.join(map(str, long))}." in note.en
    book = openpyxl.load_workbook(io.BytesIO(file.content))
    assert str(note) in [row[2] for row in book["说明"].iter_rows(values_only=True)]


def test_a_geopackage_has_titles_and_the_package_s_date(plan: Plan, tmp_path: Path) -> None:
    file = tmp_path / "parks.gpkg"
    file.write_bytes(export_layer(plan, "parks", format="gpkg").content)
    connection = sqlite3.connect(file)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        dates = connection.execute("SELECT last_change FROM gpkg_contents").fetchall()
        titles = dict(connection.execute("SELECT column_name, title FROM gpkg_data_columns"))
    finally:
        connection.close()
    assert set(dates) == {("2026-11-22T00:00:00.000Z",)}
    assert titles["position_accuracy_m"] == "位置精度（米）"
    assert pyogrio.list_layers(file).tolist() == [["parks", "Polygon"], ["layer_styles", None]]


@pytest.mark.parametrize("format_id", KINDS)
def test_rows_without_geometry_are_counted(plan: Plan, format_id: str) -> None:
    missing = int(gpd.GeoDataFrame(layer_table(plan, "carriers")).geometry.isna().sum())
    notes = [note.en for note in export_layer(plan, "carriers", format=format_id).notes]
    assert f"{missing} rows have no geometry." in notes


# Coordinates


@pytest.mark.parametrize("format_id", sorted(set(KINDS) - {"kml", "xlsx"}))
def test_a_known_point_stands_where_it_should(plan: Plan, format_id: str, tmp_path: Path) -> None:
    rows = made_up(plan, ["点"], [Point(118.089, 24.479)], geometry="Point", crs="EPSG:4548")
    content, _ = FORMATS[format_id].write(rows)
    [point] = gpd.GeoDataFrame(read_back(content, format_id, tmp_path)).geometry
    assert (round(point.x, 3), round(point.y, 3)) == (610398.081, 2708778.266)
    assert transform_point(point.x, point.y, source="EPSG:4548", target="EPSG:4326") == pytest.approx((118.089, 24.479))


# Hostile text


def made_up(
    plan: Plan, names: list[str], figures: list[Any], *, geometry: str = "MultiPolygon", crs: str = "EPSG:4326"
) -> Extract:
    """Build a table of one text and one list that no package would hold."""
    fields = (
        Field("number", "integer", "编号", "Number"),
        Field("name_zh", "string", "名称", "Name"),
        Field("aliases", "list", "别名", "Aliases"),
    )
    columns = {"number": range(len(names)), "name_zh": names, "aliases": [(name, "乙") for name in names]}
    table = gpd.GeoDataFrame(columns, geometry=figures, crs="EPSG:4326").to_crs(crs)
    table = table.assign(**{field.name: typed(table[field.name], field.kind) for field in fields})
    chosen = replace(layer(plan, "parks"), id="made_up", key=("number",), geometry=geometry, filters=())
    return Extract(plan, chosen, fields, table, crs, Filters())


@pytest.mark.parametrize("format_id", KINDS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(
        st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=60)
        | st.sampled_from(HOSTILE),
        min_size=1,
        max_size=6,
    )
)
@example(names=HOSTILE)
def test_hostile_names_pass_through_unharmed(plan: Plan, format_id: str, tmp_path: Path, names: list[str]) -> None:
    # Formats differ on blanks at the ends of a text, and none tells nothing from an empty text: that is documented.
    names = [name.strip() or "无" for name in names]
    figure = MultiPolygon([box(118, 24.4, 118.01, 24.41)])
    rows = made_up(plan, names, [figure] * len(names))
    content, notes = FORMATS[format_id].write(rows)
    found = read_back(content, format_id, tmp_path).assign(number=lambda table: table["number"].astype(int))
    found = found.sort_values("number")
    assert found["name_zh"].tolist() == names
    lists = joined_lists(rows.table, rows.fields)["aliases"].tolist()
    assert [cell if isinstance(cell, str) else "；".join(cell) for cell in found["aliases"]] == lists
    assert notes == () or format_id in {"shp", "csv"}


@pytest.mark.parametrize("format_id", ["kml", "xlsx"])
def test_what_xml_cannot_hold_is_replaced_and_said(plan: Plan, format_id: str, tmp_path: Path) -> None:
    rows = made_up(plan, ["a\x00b\x1fc"], [MultiPolygon([box(118, 24.4, 118.01, 24.41)])])
    content, notes = FORMATS[format_id].write(rows)
    assert read_back(content, format_id, tmp_path)["name_zh"].tolist() == ["a\ufffdb\ufffdc"]
    assert ["U+FFFD" in note.en for note in notes] == [True]


def test_a_text_that_looks_like_a_formula_stays_a_text(plan: Plan) -> None:
    rows = made_up(plan, ["=1+1"], [MultiPolygon([box(118, 24.4, 118.01, 24.41)])])
    book = openpyxl.load_workbook(io.BytesIO(FORMATS["xlsx"].write(rows)[0]))
    cell = book.worksheets[0]["B2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


# The same question, the same bytes


@pytest.mark.parametrize("format_id", KINDS)
@pytest.mark.parametrize("layer_id", ["parks", "carriers", "sectors"])
def test_the_same_question_gives_the_same_bytes(plan: Plan, layer_id: str, format_id: str) -> None:
    if format_id not in formats_of(layer(plan, layer_id)):
        with pytest.raises(FormatError):
            export_layer(plan, layer_id, format=format_id)
        return
    first = export_layer(plan, layer_id, format=format_id, crs="EPSG:4548")
    # Zip files count two seconds as one.
    time.sleep(2.1)
    assert export_layer(plan, layer_id, format=format_id, crs="EPSG:4548") == first


def test_files_carry_the_time_of_the_package_not_of_the_clock(plan: Plan) -> None:
    early = replace(plan, descriptor={**plan.descriptor, "created": "2001-02-03T04:05:06Z"})
    with zipfile.ZipFile(io.BytesIO(export_layer(early, "parks", format="shp").content)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2001, 2, 3, 4, 5, 6)}
        assert tuple(archive.read("parks.dbf")[1:4]) == (101, 2, 3)
    book = openpyxl.load_workbook(io.BytesIO(export_layer(early, "parks", format="xlsx").content))
    assert {book.properties.created.isoformat(), book.properties.modified.isoformat()} == {"2001-02-03T04:05:06"}
    gpkg = export_layer(early, "parks", format="gpkg").content
    assert b"2001-02-03T04:05:06.000Z" in gpkg
    # How often GDAL commits depends on the clock, and SQLite counts it.
    assert gpkg[24:28] == gpkg[92:96] == bytes([0, 0, 0, 1])


def test_another_process_gives_the_same_bytes(plan: Plan) -> None:
    code = (
        "from geo.plan import read_plan\nfrom layers.export import FORMATS, export_layer\nplan = read_plan()\n"
        "print(*(export_layer(plan, 'parks', format=name).sha256 for name in FORMATS))"
    )
    asked = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert asked.stdout.split() == [export_layer(plan, "parks", format=name).sha256 for name in FORMATS]


def test_remembered_answers_are_the_same_and_bounded(plan: Plan) -> None:
    asked: Callable[..., Any] = cached_export
    one = asked(plan, "parks", format="csv", sectors=["海洋高新"], crs="4548")
    assert asked(plan, "parks", format="CSV", sectors=["marine", "marine"], crs="EPSG:4548") is one
    assert one == export_layer(plan, "parks", format="csv", sectors=["marine"], crs="EPSG:4548")
    assert asked(plan, "parks", format="csv", crs="4548") != one


def test_another_package_is_another_question(plan: Plan) -> None:
    other = replace(plan, digest="0" * 64)
    assert cached_export(other, "sectors", format="csv").content != cached_export(plan, "sectors", format="csv").content


# Wrong questions


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        ({"layer_id": "parks", "format": "dwg"}, FormatError, "no format is called 'dwg'; ask for one of geojson"),
        (
            {"layer_id": "parks", "format": "csv", "crs": "EPSG:4549"},
            CRSError,
            "does not hold the city; ask for one of EPSG:4326",
        ),
        ({"layer_id": "roads", "format": "csv"}, GeoError, "no layer is called 'roads'"),
        ({"layer_id": "land", "format": "csv", "parks": ["torch-park"]}, GeoError, "cannot be filtered by park"),
    ],
)
def test_a_wrong_question_is_answered_with_the_way_out(
    plan: Plan, asked: dict[str, Any], error: type[GeoError], message: str
) -> None:
    with pytest.raises(error, match=message):
        export_layer(plan, asked.pop("layer_id"), **asked)


# Bundles


def test_a_bundle_holds_the_files_and_their_checksums(plan: Plan) -> None:
    file = bundle(plan, ["parks", "fit"], format="geojson", crs="EPSG:4548")
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    parks = export_layer(plan, "parks", format="geojson", crs="EPSG:4548")
    fit = export_layer(plan, "fit", format="csv")
    assert content[parks.name] == parks.content
    assert content[fit.name] == fit.content
    sums = dict(reversed(line.split("  ")) for line in content.pop("SHA256SUMS.txt").decode().splitlines())
    assert sums == {name: hashlib.sha256(data).hexdigest() for name, data in content.items()}
    assert {"styles/parks.qml", "styles/parks.sld", "CITATION.cff"} <= set(content)
    assert "示意范围，非法定边界" in content["README.txt"].decode("utf-8-sig")
    assert bundle(plan, ["parks", "fit"], format="geojson", crs="EPSG:4548") == file


def test_an_extract_of_a_table_has_no_system(plan: Plan) -> None:
    assert extract(plan, "sectors", Filters(), "EPSG:4548").crs is None
