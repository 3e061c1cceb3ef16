"""QGIS itself opens what leaves: every layer in every format, in its place, with its Chinese and its colours."""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import pytest

from geo.plan import Plan, read_plan
from layers.bundle import bundle, export_all
from layers.catalog import catalog, layer, layer_table
from layers.export import ExportedFile, export_layer
from layers.extract import extract
from layers.filters import Filters
from layers.formats.delimited import defused
from layers.formats.listed import FORMATS, formats_of
from layers.palette import UNLISTED, sector_colours
from layers.styles.rules import extract_style, heading, label_column
from tests.browser.server import Server, running_app
from tests.qgis.conftest import Seen

SYSTEMS = ("EPSG:4326", "EPSG:4490", "EPSG:4548", "EPSG:4527")
DATUMS = ("GCJ-02", "BD-09")
#: The driver of GDAL that reads a format; 国土TXT has none anywhere.
DRIVERS = {
    "geojson": "GeoJSON", "gpkg": "GPKG", "shp": "ESRI Shapefile", "kml": "LIBKML", "csv": "CSV", "xlsx": "XLSX",
    "parquet": "Parquet", "fgb": "FlatGeobuf", "dxf": "DXF", "landtxt": None, "tab": "MapInfo File", "kmz": "LIBKML",
    "geojsonseq": "GeoJSONSeq", "topojson": "TopoJSON", "pmtiles": "PMTiles",
}  # fmt: skip
#: Formats that state no type of figures: QGIS takes the rows that have one, and leaves the others out.
UNTYPED = {"kml", "kmz", "csv"}
#: Formats whose files have no place for a system, or whose driver looks for none: QGIS asks the person.
SILENT = {"csv", "xlsx", "dxf", "topojson"}
DEGREE = 1e-6  # some 0.1 m
Ask = Callable[[list[dict[str, Any]]], Seen]
Case = tuple[str, str, str]


class Opened(NamedTuple):
    """Everything opened in one run of QGIS, and the file that each answer is about."""

    seen: Seen
    files: dict[Case, ExportedFile]
    answers: dict[Case, dict[str, Any]]


def cases(plan: Plan) -> Iterator[Case]:
    """Give each layer with geometry, each format that holds it, and each system that the format can be in."""
    for found in catalog(plan):
        if found.geometry is None:
            continue
        for format_id in formats_of(found):
            systems = SYSTEMS[:1] if FORMATS[format_id].fixed_crs else SYSTEMS
            yield from ((found.id, format_id, system) for system in systems)


ALL = list(cases(read_plan()))


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan()


@pytest.fixture(scope="module")
def opened(plan: Plan, ask: Ask, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    folder = tmp_path_factory.mktemp("files")
    asked = ALL + [("parks", name, datum) for name in DRIVERS if not FORMATS[name].fixed_crs for datum in DATUMS]
    files = {(name, kind, system): export_layer(plan, name, format=kind, crs=system) for name, kind, system in asked}
    questions = []
    for number, file in enumerate(files.values()):
        path = folder / str(number) / file.name
        path.parent.mkdir()
        path.write_bytes(file.content)
        questions.append({"address": str(path)})
    seen = ask(questions)
    return Opened(seen, files, dict(zip(files, seen.answers, strict=True)))


def placed(plan: Plan, layer_id: str) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(layer_table(plan, layer_id))


def names_of(plan: Plan, layer_id: str, format_id: str) -> tuple[str, list[str]]:
    """Give the column of Chinese names as the format calls it, and its texts; numbers for land, which has no names."""
    rows = extract(plan, layer_id, Filters(), "EPSG:4326")
    column = label_column(rows) or rows.layer.key[0]
    titles = {field.name: field.title_zh for field in rows.fields}
    texts = [str(text) for text in rows.table[column]]
    return (titles[column] if format_id == "xlsx" else column), texts


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


# Styles


def legend_of(plan: Plan, layer_id: str) -> list[tuple[str, str | None, str | None]]:
    """Label, fill and line of each rule that draws a layer."""
    return [
        (rule.label_zh, rule.fill, rule.line)
        for group in extract_style(extract(plan, layer_id, Filters(), "EPSG:4326"))
        for rule in group
    ]


def assert_styled(found: dict[str, Any], plan: Plan, layer_id: str) -> None:
    rows = extract(plan, layer_id, Filters(), "EPSG:4326")
    style = extract_style(rows)
    assert found["renderer"] == "RuleRenderer"
    is_line = str(rows.layer.geometry).endswith("LineString")
    expected = legend_of(plan, layer_id)
    assert [rule["label"] for rule in found["rules"]] == [label for label, _, _ in expected]
    for rule, (_, fill, line) in zip(found["rules"], expected, strict=True):
        assert is_line or rule["fill"] == fill
        assert rule["pen"] == "no" if line is None else rule["line"] == line
    assert found["branches"] == ([heading(group)[0] for group in style] if len(style) > 1 else [])
    assert found.get("label") == label_column(rows)
    drawn = [
        sum(number for label, number in found["drawn"].items() if label in {rule.label_zh for rule in group})
        for group in style
    ]
    graded = [group[0].column in {"grade", "worst_grade"} for group in style]
    assert [number for number, is_graded in zip(drawn, graded, strict=True) if not is_graded] == [len(rows.table)]


@pytest.mark.parametrize("crs", SYSTEMS)
def test_a_geopackage_opens_styled_in_sectors_and_grades(plan: Plan, opened: Opened, crs: str) -> None:
    [found] = opened.answers["parks", "gpkg", crs]["layers"]
    assert_styled(found, plan, "parks")
    drawn = found["drawn"]
    table = layer_table(plan, "parks")
    first = Counter(cell[0] if cell else None for cell in table["sector_ids"])
    named = plan.main_sectors.set_index("sector_id")["name_zh"]
    assert {name: drawn[name] for name in named} == {named[key]: first.get(key, 0) for key in named.index}
    assert drawn["仅见于专栏"] == first[None]
    assert {rule["fill"] for rule in found["rules"] if rule["fill"]} == {*sector_colours(plan).values(), UNLISTED}
    pens = {rule["label"][0]: rule["pen"] for rule in found["rules"] if rule["fill"] is None}
    assert pens == {"A": "solid", "B": "solid", "C": "dash", "D": "dot"}


def test_one_geopackage_opens_every_layer_styled_with_chinese_titles(plan: Plan, ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "all.gpkg").write_bytes(export_all(plan).content)
    seen = ask([{"address": str(tmp_path / "all.gpkg")}])
    found = {one["name"]: one for one in seen.answers[0]["layers"]}
    assert set(found) == {one.id for one in catalog(plan)}
    for one in catalog(plan):
        assert found[one.id]["is_valid"]
        assert len(found[one.id]["rows"]) == len(layer_table(plan, one.id))
        if one.geometry:
            assert_styled(found[one.id], plan, one.id)
            titles = {field.name: field.title_zh for field in extract(plan, one.id, Filters(), "EPSG:4326").fields}
            assert found[one.id]["aliases"] == titles
    # A version that QGIS's GDAL does not know would be opened with a warning.
    assert "GeoPackage user_version" not in seen.words


@pytest.mark.parametrize("ending", ["qml", "sld"])
@pytest.mark.parametrize("format_id", ["shp", "fgb"])
def test_styles_of_a_bundle_load_and_draw_every_row(
    plan: Plan, ask: Ask, tmp_path: Path, format_id: str, ending: str
) -> None:
    layers = [found.id for found in catalog(plan) if found.geometry]
    with zipfile.ZipFile(io.BytesIO(bundle(plan, layers, format=format_id, crs="EPSG:4548").content)) as archive:
        archive.extractall(tmp_path)
    asked = [
        {
            "address": str(next(tmp_path.glob(f"yuantu_{name}_epsg4548*"))),
            "styles": [str(tmp_path / "styles" / f"{name}.{ending}")],
        }
        for name in layers
    ]
    for layer_id, answer in zip(layers, ask(asked).answers, strict=True):
        found, expected = answer["layers"][0], legend_of(plan, layer_id)
        assert found["loaded"] == [True]
        if ending == "sld" and len(expected) == 1:
            # One rule for all rows is a single symbol to QGIS.
            assert found["renderer"] == "singleSymbol"
            continue
        assert found["renderer"] == "RuleRenderer"
        labels = [rule["label"].split(" / ")[0] for rule in found["rules"]]
        assert labels == [label for label, _, _ in expected]
        if layer(plan, layer_id).geometry.endswith("Polygon"):
            assert [rule["fill"] for rule in found["rules"]] == [fill for _, fill, _ in expected]
        drawn = {label.split(" / ")[0]: number for label, number in found["drawn"].items()}
        fills = {label for label, fill, _ in expected if fill}
        assert sum(drawn[label] for label in fills) == len(found["rows"])


def test_a_picture_of_the_geopackage_has_the_colours_of_the_palette(
    plan: Plan, opened: Opened, ask: Ask, tmp_path: Path
) -> None:
    path = tmp_path / "parks.gpkg"
    path.write_bytes(opened.files["parks", "gpkg", "EPSG:4548"].content)
    picture = {"file": str(tmp_path / "parks.png"), "width": 1200, "height": 1000}
    [answer] = ask([{"address": str(path), "render": picture}]).answers
    assert (tmp_path / "parks.png").stat().st_size > 10_000
    first = {cell[0] if cell else None for cell in layer_table(plan, "parks")["sector_ids"]}
    palette = sector_colours(plan) | {None: UNLISTED}
    missing = [sector for sector in first if not near(on_white(palette[sector]), answer["colours"])]
    assert missing == []


def on_white(colour: str, opacity: float = 0.62) -> tuple[int, ...]:
    """Colour of a fill that lets white ground through."""
    channels = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return tuple(round(255 - (255 - channel) * opacity) for channel in channels)


def near(colour: tuple[int, ...], found: dict[str, int]) -> bool:
    """Whether a colour, give or take rounding, covers more than a few points."""
    seen = {tuple(int(text[at : at + 2], 16) for at in (1, 3, 5)): number for text, number in found.items()}
    return any(
        number > 20 and max(abs(one - other) for one, other in zip(colour, shade, strict=True)) <= 2
        for shade, number in seen.items()
    )


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
