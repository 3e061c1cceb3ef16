"""Styles and CAD: QGIS finds its table, renderers have their elements, and texts stand in the drawing."""

import sqlite3
import warnings
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import ezdxf
import pyogrio
import pytest
from ezdxf import recover

from geo.plan import Plan, read_plan
from layers.bundle import export_all
from layers.catalog import catalog, layer_table
from layers.export import export_layer
from layers.extract import extract
from layers.filters import Filters
from layers.formats.delimited import defused
from layers.palette import darker, sector_colours
from layers.styles.qml import extract_qml, qml
from layers.styles.rules import GRADE_DASHES, Rule, drawn, extract_style
from layers.styles.sld import sld

#: The columns that QGIS writes and looks for, in its order.
COLUMNS = [
    "id", "f_table_catalog", "f_table_schema", "f_table_name", "f_geometry_column", "styleName", "styleQML", "styleSLD",
    "useAsDefault", "description", "owner", "ui", "update_time",
]  # fmt: skip


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan()


def styles(content: bytes, folder: Path) -> list[dict[str, Any]]:
    file = folder / "styled.gpkg"
    file.write_bytes(content)
    connection = sqlite3.connect(file)
    connection.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in connection.execute("SELECT * FROM layer_styles")]
    finally:
        connection.close()


def test_a_geopackage_carries_its_style_for_qgis(plan: Plan, tmp_path: Path) -> None:
    [style] = styles(export_layer(plan, "parks", format="gpkg").content, tmp_path)
    assert list(style) == COLUMNS
    assert (style["f_table_name"], style["f_geometry_column"], style["useAsDefault"]) == ("parks", "geom", 1)
    assert pyogrio.read_info(tmp_path / "styled.gpkg", layer="parks")["geometry_name"] == "geom"


def test_one_geopackage_holds_every_layer_styled(plan: Plan, tmp_path: Path) -> None:
    written = styles(export_all(plan).content, tmp_path)
    layers = catalog(plan)
    assert [style["f_table_name"] for style in written] == [found.id for found in layers if found.geometry]
    found = [name for name, _ in pyogrio.list_layers(tmp_path / "styled.gpkg").tolist()]
    assert set(found) == {*(found.id for found in layers), "layer_styles"}
    for one in layers:
        assert pyogrio.read_info(tmp_path / "styled.gpkg", layer=one.id)["features"] == len(layer_table(plan, one.id))


def placed(plan: Plan) -> list[str]:
    return [found.id for found in catalog(plan) if found.geometry]


@pytest.mark.parametrize("layer_id", placed(read_plan()))
def test_a_renderer_names_columns_that_are_there_and_symbols_that_are_drawn(plan: Plan, layer_id: str) -> None:
    rows = extract(plan, layer_id, Filters(), "EPSG:4326")
    style, geometry = extract_style(rows), str(rows.layer.geometry)
    root = ET.fromstring(qml(style, geometry))  # noqa: S314 - our own text
    renderer = root.find("renderer-v2")
    assert renderer is not None
    assert renderer.get("type") == "RuleRenderer"
    rules, symbols = renderer.findall("rules//rule[@symbol]"), renderer.findall("symbols/symbol")
    # Rules of what the others leave stand in a branch with those others alone.
    branches = renderer.findall("rules/rule[rule]")
    assert len(branches) == (len(style) if len(style) > 1 else 0)
    assert [rule.get("symbol") for rule in rules] == [symbol.get("name") for symbol in symbols]
    assert len({rule.get("key") for rule in rules}) == len(rules) > 0
    kind = {"Polygon": "fill", "LineString": "line", "Point": "marker"}[geometry.removeprefix("Multi")]
    assert {symbol.get("type") for symbol in symbols} == {kind}
    assert all(symbol.find("layer/Option/Option") is not None for symbol in symbols)
    names = {rule.column for group in style for rule in group} - {""}
    assert names <= {field.name for field in rows.fields}
    described = ET.fromstring(sld(style, geometry, name=layer_id))  # noqa: S314 - our own text
    space = "{http://www.opengis.net/sld}"
    assert [name.text for name in described.iter(f"{space}Name")] == [layer_id]
    assert len(list(described.iter(f"{space}Rule"))) == len(rules)


def test_rows_that_no_sector_draws_are_drawn_once_in_every_style(plan: Plan) -> None:
    rows = extract(plan, "parks", Filters(), "EPSG:4326")
    style = extract_style(rows)
    described = sld(style, "Polygon", name="parks")
    # To QGIS an ElseFilter is no filter: the rule would draw every row.
    assert "ElseFilter" not in described
    spelt = [rule for rule in style[0] if rule.how != "else"]
    root = ET.fromstring(described)  # noqa: S314 - our own text
    negated = root.findall(".//{http://www.opengis.net/ogc}Not//{http://www.opengis.net/ogc}PropertyIsEqualTo")
    assert len(negated) == len(spelt)
    # A solid line below would close the gaps of a dashed one.
    assert all(rule.line is None for rule in style[0])


def test_a_style_for_qgis_names_rows_and_columns_in_chinese(plan: Plan) -> None:
    rows = extract(plan, "parks", Filters(), "EPSG:4326")
    root = ET.fromstring(extract_qml(rows, names={"part_zh": "short"}))  # noqa: S314 - our own text
    assert [text.get("fieldName") for text in root.iter("text-style")] == ["short"]
    titles = {alias.get("field"): alias.get("name") for alias in root.iter("alias")}
    assert titles == {{"part_zh": "short"}.get(field.name, field.name): field.title_zh for field in rows.fields}
    lines = extract_style(extract(plan, "metro_lines", Filters(), "EPSG:4326"))
    assert sorted(rule.label_zh for rule in lines[0]) == ["1号线", "2号线", "3号线"]


def test_sectors_have_the_colours_of_the_palette(plan: Plan) -> None:
    rows = extract(plan, "parks", Filters(), "EPSG:4326")
    text = sld(extract_style(rows), "Polygon", name="parks")
    assert all(f'name="fill">{colour}<' in text for colour in sector_colours(plan).values())
    content = export_layer(plan, "parks", format="kml").content.decode()
    colours = [colour[5:7] + colour[3:5] + colour[1:3] for colour in sector_colours(plan).values()]
    drawn = sum(f"ff{colour.lower()}</color></IconStyle>" in content for colour in colours)
    first = {cell[0] for cell in layer_table(plan, "parks")["sector_ids"] if cell}
    assert drawn == len(first)


@pytest.mark.parametrize("by", ["grade", "sector"])
def test_a_drawing_has_layers_by_what_was_asked_and_names_as_text(plan: Plan, by: str, tmp_path: Path) -> None:
    file = tmp_path / "parks.zip"
    file.write_bytes(export_layer(plan, "parks", format="dxf", crs="EPSG:4548", options={"by": by}).content)
    with zipfile.ZipFile(file) as archive:
        archive.extractall(tmp_path)
    document = ezdxf.readfile(tmp_path / "parks.dxf")
    assert document.dxfversion == "AC1024"
    assert not document.audit().errors
    parks = layer_table(plan, "parks")
    texts = [text.dxf.text for text in document.modelspace().query("TEXT")]
    assert sorted(texts) == sorted(parks["part_zh"])
    used = {line.dxf.layer for line in document.modelspace().query("LWPOLYLINE")} - {"名称"}
    used = {name.removesuffix("_洞") for name in used}
    expected = set(parks["grade"]) if by == "grade" else {cell[0] if cell else "无产业" for cell in parks["sectors_zh"]}
    assert used == expected
    # GDAL goes by the header's code page, which CAD ignores since R2007; where it cannot convert, it says so once and
    # leaves the text as it stands.
    assert pyogrio.read_dataframe(tmp_path / "parks.dxf", ENCODING="UTF-8")["Text"].dropna().tolist() == texts
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Recode from CP65001 to UTF-8", category=RuntimeWarning)
        plainly = pyogrio.read_dataframe(tmp_path / "parks.dxf")
    assert plainly["Text"].dropna().tolist() == texts
    assert set(plainly["Layer"]) == {*used, "名称"}
    recovered, auditor = recover.readfile(tmp_path / "parks.dxf")
    assert not auditor.errors
    assert [text.dxf.text for text in recovered.modelspace().query("TEXT")] == texts


def test_a_text_that_may_run_as_a_formula_gets_an_apostrophe_that_comes_off_again() -> None:
    for text in ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "'x", "''", "甲", "", "1-1"):
        written = defused(text)
        assert written.removeprefix("'") == text
        assert not written.startswith(("=", "+", "-", "@", "\t", "\r"))


def ruled(*rules: Rule) -> tuple[list[tuple[str, str | None]], list[str]]:
    """Give filter and pen of each rule as QGIS reads them, and the dashes of the SLD."""
    root = ET.fromstring(qml((rules,), "Polygon", names={"name_zh": "short"}))  # noqa: S314 - our own text
    filters = [str(rule.get("filter")) for rule in root.findall("renderer-v2/rules/rule")]
    pens = [option.get("value") for option in root.iter("Option") if option.get("name") == "outline_style"]
    described = ET.fromstring(sld((rules,), "Polygon", name="a"))  # noqa: S314 - our own text
    dashes = [str(one.text) for one in described.iter() if one.get("name") == "stroke-dasharray"]
    return list(zip(filters, pens, strict=True)), dashes


def test_a_rule_is_an_expression_whatever_its_value_and_its_column() -> None:
    drawn_rows, _ = ruled(
        Rule("甲", "A", "name_zh", "equals", "O'Neil"),
        Rule("乙", "B", 'a "b"', "equals", "b"),
        Rule("丙", "C", "sector_ids", "first", "it"),
        Rule("丁", "D", "sector_ids", "several"),
        Rule("其他", "others", "sector_ids", "else"),
    )
    assert [said for said, _ in drawn_rows] == [
        "\"short\" = 'O''Neil'",
        '"a ""b""" = \'b\'',
        "\"sector_ids\" = 'it' OR \"sector_ids\" LIKE 'it；%'",
        "\"sector_ids\" LIKE '%；%'",
        "ELSE",
    ]


def test_grades_have_the_lines_of_the_map() -> None:
    rules = [Rule(grade, grade, "grade", "equals", grade, line="#112233", dash=GRADE_DASHES[grade]) for grade in "ABCD"]
    drawn_rows, dashes = ruled(*rules, Rule("无线", "none", "grade", "else"))
    assert [pen for _, pen in drawn_rows] == ["solid", "solid", "dash", "dot", "no"]
    # Dash and gap are 4 and 2, and 1 and 2 widths of 1.8 pixels.
    assert dashes == ["7.2 3.6", "1.8 3.6"]


def test_an_sld_finds_a_first_sector_alone_and_before_others() -> None:
    rule = Rule("信息技术", "IT", "sector_ids", "first", "it", fill="#112233")
    root = ET.fromstring(sld(((rule,),), "Polygon", name="a"))  # noqa: S314 - our own text
    space = "{http://www.opengis.net/ogc}"
    found = {
        one.tag.removeprefix(space): one.findtext(f"{space}Literal") for one in root.iter() if "PropertyIs" in one.tag
    }
    assert found == {"PropertyIsEqualTo": "it", "PropertyIsLike": "it；*"}
    assert [one.tag for one in root.iter() if one.tag.startswith(space)][:2] == [f"{space}Filter", f"{space}Or"]


def test_a_row_without_a_line_of_its_own_is_outlined_in_its_fill_made_darker() -> None:
    style = ((Rule("甲", "A", "sector_id", "equals", "it", fill="#804020"),),)
    assert drawn(style, {"sector_id": "it"}) == ("#804020", darker("#804020"))
    assert darker("#804020") < "#804020"
    assert drawn(style, {"sector_id": "marine"}) == ("#E7ECE9", "#6B7280")
