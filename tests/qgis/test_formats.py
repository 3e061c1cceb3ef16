"""QGIS itself opens what leaves: every layer in every format, whole, in its place and with its Chinese."""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from geo.plan import Plan, read_plan
from layers.catalog import layer_table
from layers.export import ExportedFile, export_layer
from layers.extract import extract
from layers.filters import Filters
from layers.formats.delimited import defused
from layers.formats.listed import FORMATS
from layers.styles.rules import label_column
from tests.browser.server import Server, running_app
from tests.qgis.asked import (
    DATUMS,
    DEGREE,
    DRIVERS,
    SILENT,
    SYSTEMS,
    UNTYPED,
    Ask,
    Opened,
    cases,
    names_of,
    placed,
)

ALL = list(cases(read_plan()))


def test_every_format_is_said_to_have_a_driver_or_none() -> None:
    assert set(DRIVERS) == set(FORMATS)


@pytest.mark.parametrize("format_id", DRIVERS)
def test_what_qgis_cannot_open_is_what_its_gdal_has_no_driver_for(opened: Opened, format_id: str) -> None:
    """GeoParquet needs the driver Parquet, PMTiles GDAL 3.8; of a land TXT no GDAL knows anything."""
    is_read = DRIVERS[format_id] in opened.seen.drivers
    answers = [answer for (_, kind, _), answer in opened.answers.items() if kind == format_id]
    assert answers
    assert [bool(answer["layers"]) for answer in answers] == [is_read] * len(answers)
    assert all(found["is_valid"] for answer in answers for found in answer["layers"])


def read_by(opened: Opened, format_id: str) -> bool:
    return DRIVERS[format_id] in opened.seen.drivers


@pytest.mark.parametrize(("layer_id", "format_id", "crs"), ALL)
def test_a_file_opens_whole_and_in_its_place(
    plan: Plan, opened: Opened, layer_id: str, format_id: str, crs: str
) -> None:
    answer, file = opened.answers[layer_id, format_id, crs], opened.files[layer_id, format_id, crs]
    if not read_by(opened, format_id):
        assert answer["layers"] == []
        return
    expected = placed(plan, layer_id)
    column, texts = names_of(plan, layer_id, format_id)
    # QGIS parts a layer whose rows have figures and none, or lines and texts; tables lie beside a drawing.
    parts = [one for one in answer["layers"] if ("SubClasses" if format_id == "dxf" else column) in one["fields"]]
    figured = [one for one in parts if one["figures"]]
    assert not any(one["faults"] for one in parts)
    assert {one["crs"] for one in figured or parts} == {stated_system(format_id, file)}
    rows = [row for one in parts for row in one["rows"]]
    if format_id == "dxf":
        assert_drawn(rows, plan, layer_id)
        return
    if format_id == "pmtiles":
        assert {row[column] for row in rows} == set(texts)
        return
    if format_id in UNTYPED:
        texts = [text for text, is_placed in zip(texts, expected.geometry.notna(), strict=True) if is_placed]
    texts = [defused(text) for text in texts] if format_id == "csv" else texts
    assert Counter(str(row[column]) for row in rows) == Counter(texts)
    if format_id != "xlsx":
        assert sum(one["figures"] for one in parts) == expected.geometry.notna().sum()
    if format_id not in SILENT:
        [place] = [one["bounds"] for one in figured]
        assert place == pytest.approx(expected.total_bounds.tolist(), abs=DEGREE)


def stated_system(format_id: str, file: ExportedFile) -> str | None:
    """System that QGIS finds in a file: the one that was asked for, but where the format cannot say it."""
    if format_id in SILENT:
        return None
    if format_id == "tab" and file.crs != "EPSG:4326":
        # MapInfo knows no CGCS2000: its degrees are WGS 84, and its metres have numbers but no code.
        return "EPSG:4326" if file.crs == "EPSG:4490" else ""
    return file.crs


def assert_drawn(drawn: list[dict[str, Any]], plan: Plan, layer_id: str) -> None:
    """Find in a drawing the figures, and the names as texts, read without QGIS being told anything."""
    expected = placed(plan, layer_id)
    shown = expected[expected.geometry.notna()]
    _, names = names_of(plan, layer_id, "dxf")
    texts = [row["Text"] for row in drawn if row["Layer"] == "名称"]
    is_named = expected.geometry.notna().tolist()
    if label_column(extract(plan, layer_id, Filters(), "EPSG:4326")):
        assert Counter(texts) == Counter(name for name, is_shown in zip(names, is_named, strict=True) if is_shown)
    assert len(texts) == len(shown)
    rings = sum(1 + len(part.interiors) if part.geom_type == "Polygon" else 1 for part in shown.geometry.explode())
    assert len(drawn) - len(texts) == rings


@pytest.mark.parametrize("datum", DATUMS)
@pytest.mark.parametrize("format_id", [name for name in DRIVERS if not FORMATS[name].fixed_crs])
def test_a_display_datum_is_no_system_to_qgis_but_where_the_form_implies_one(
    opened: Opened, format_id: str, datum: str
) -> None:
    answer = opened.answers["parks", format_id, datum]
    if not read_by(opened, format_id):
        assert answer["layers"] == []
        return
    # GeoJSON's `"crs": null` says that none may be assumed; GDAL assumes WGS 84, and the file's name and note say so.
    assert answer["layers"][0]["crs"] in ({"EPSG:4326"} if format_id == "geojson" else {None, ""})


@pytest.mark.parametrize("crs", SYSTEMS)
def test_a_csv_opens_in_its_place_when_the_person_names_the_system(
    plan: Plan, opened: Opened, ask: Ask, tmp_path: Path, crs: str
) -> None:
    file = opened.files["parks", "csv", crs]
    (tmp_path / file.name).write_bytes(file.content)
    settings = f"type=csv&detectTypes=yes&wktField=wkt&crs={crs}&encoding=UTF-8"
    address = f"{(tmp_path / file.name).as_uri()}?{settings}"
    [found] = ask([{"address": address, "provider": "delimitedtext"}]).answers[0]["layers"]
    assert (found["crs"], found["figures"], found["faults"]) == (crs, len(layer_table(plan, "parks")), [])
    assert found["bounds"] == pytest.approx(placed(plan, "parks").total_bounds.tolist(), abs=DEGREE)
    assert found["fields"]["area_km2"] == "double"


def test_a_shapefile_in_gbk_reads_as_one_in_utf_8(plan: Plan, ask: Ask, tmp_path: Path) -> None:
    asked = []
    for kind in ("shp", "tab"):
        file = export_layer(plan, "parks", format=kind, options={"encoding": "GBK"})
        (tmp_path / file.name).write_bytes(file.content)
        asked.append({"address": str(tmp_path / file.name)})
    _, names = names_of(plan, "parks", "shp")
    for answer in ask(asked).answers:
        assert [row["part_zh"] for row in answer["layers"][0]["rows"]] == names


def test_a_drawing_reads_the_same_with_and_without_being_told_its_encoding(
    plan: Plan, ask: Ask, tmp_path: Path
) -> None:
    content = export_layer(plan, "parks", format="dxf", crs="EPSG:4548", options={"by": "sector"}).content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extract("parks.dxf", tmp_path)
        keys = [row["extent_id"] for row in csv.DictReader(io.StringIO(archive.read("parks.csv").decode("utf-8-sig")))]
    path = str(tmp_path / "parks.dxf")
    told = {"address": f"{path}|option:ENCODING=UTF-8", "provider": "ogr"}
    plainly, with_option = ask([{"address": path, "provider": "ogr"}, told]).answers
    shown = [[(row["Layer"], row["Text"]) for row in answer["layers"][0]["rows"]] for answer in (plainly, with_option)]
    assert shown[0] == shown[1]
    names = sorted(text for name, text in shown[0] if name == "名称")
    assert names == sorted(names_of(plan, "parks", "dxf")[1])
    assert len(keys) == len(names)
    sectors = {name for name, _ in shown[0]} - {"名称"}
    assert sectors <= {*plan.main_sectors["name_zh"], "无产业"}
    assert len(sectors) > 1


# By address


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_app(tmp_path_factory.mktemp("server")) as app:
        yield app


@pytest.mark.parametrize("start", ["", "/vsicurl/"])
def test_an_address_of_the_app_opens_as_the_file_does(plan: Plan, ask: Ask, server: Server, start: str) -> None:
    endings = ("geojson", "fgb", "fgb?crs=EPSG:4548")
    asked = [{"address": f"{start}{server.url}/files/parks.{ending}", "provider": "ogr"} for ending in endings]
    table = placed(plan, "parks")
    for answer, crs in zip(ask(asked).answers, ("EPSG:4326", "EPSG:4326", "EPSG:4548"), strict=True):
        [found] = answer["layers"]
        assert (found["is_valid"], found.get("crs")) == (True, crs)
        assert sorted(row["part_zh"] for row in found["rows"]) == sorted(table["part_zh"])
        assert found["bounds"] == pytest.approx(table.total_bounds.tolist(), abs=DEGREE)
