"""QML: a style as QGIS keeps it: a renderer of rules, names on the map, titles of columns."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET  # the trees are made here, nothing is parsed

from layers.fields import LIST_SEPARATOR
from layers.styles.rules import MILLIMETRES, OPACITY, Rule, Style, extract_style, heading, label_column, symbol_kind

if TYPE_CHECKING:
    from layers.extract import Extract


_TEXT = "#1F2937"
_POINTS = 8
_BUFFER_MILLIMETRES = 0.7
#: Where QGIS puts a name: level in an area, along a line, around a point.
_PLACEMENTS = {"fill": "4", "line": "2", "marker": "6"}


def extract_qml(rows: Extract, *, names: Mapping[str, str] | None = None) -> str:
    """
    Style for QGIS of the rows on their way into a file.

    Parameters
    ----------
    rows
        Rows with geometry.
    names
        As `qml`.

    Returns
    -------
    text
        QML.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> from layers.extract import extract
    >>> from layers.filters import Filters
    >>> text = extract_qml(extract(read_plan(), "districts", Filters(), "EPSG:4326"))
    >>> 'fieldName="name_zh"' in text, text.count("<alias ")
    (True, 9)
    """
    titles = {field.name: field.title_zh for field in rows.fields}
    return qml(extract_style(rows), str(rows.layer.geometry), names=names, label=label_column(rows), titles=titles)


def qml(
    style: Style,
    geometry: str,
    *,
    names: Mapping[str, str] | None = None,
    label: str | None = None,
    titles: Mapping[str, str] | None = None,
) -> str:
    """
    Write a style for QGIS: a renderer of rules, labels, aliases of columns.

    Parameters
    ----------
    style
        As `style_of`.
    geometry
        Type of the layer's geometries, such as `MultiPolygon`.
    names
        Names of columns in the file where they differ, by the layer's.
    label
        Column whose text stands on the map; None for no labels.
    titles
        What columns are called for people, by the layer's names; QGIS shows them above its tables.

    Returns
    -------
    text
        QML; lines in millimetres, text in points. Each of several groups is a branch of rules: only within a branch
        does QGIS ask which rows no rule has drawn.

    Examples
    --------
    >>> rule = Rule("园区", "Park", "grade", "equals", "A", fill="#FFFFFF")
    >>> "&quot;grade&quot; = 'A'" in qml(((rule,),), "Polygon")
    True
    """
    root = ET.Element(
        "qgis", version="3.22.0", styleCategories="Symbology|Labeling|Fields", labelsEnabled=str(int(label is not None))
    )
    renderer = ET.SubElement(
        root,
        "renderer-v2",
        type="RuleRenderer",
        symbollevels="0",
        enableorderby="0",
        forceraster="0",
        referencescale="-1",
    )
    rules = ET.SubElement(renderer, "rules", key=_key("root"))
    symbols = ET.SubElement(renderer, "symbols")
    kind = symbol_kind(geometry)
    number = 0
    for group in style:
        title = heading(group)[0]
        branch = rules if len(style) == 1 else ET.SubElement(rules, "rule", key=_key(title), label=title)
        for rule in group:
            said = {"filter": _expression(rule, names or {})} if rule.how != "all" else {}
            said |= {"key": _key(f"{number} {rule}"), "symbol": str(number), "label": rule.label_zh}
            ET.SubElement(branch, "rule", said)
            symbol = ET.SubElement(
                symbols, "symbol", name=str(number), type=kind, alpha="1", clip_to_extent="1", force_rhr="0"
            )
            _symbol_layer(symbol, kind, rule)
            number += 1
    if label is not None:
        _labels(root, kind, (names or {}).get(label, label))
    aliases = ET.SubElement(root, "aliases")
    for index, (column, title) in enumerate((titles or {}).items()):
        ET.SubElement(aliases, "alias", index=str(index), field=(names or {}).get(column, column), name=title)
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ET.tostring(root, encoding="unicode") + "\n"


def _key(text: str) -> str:
    """Give a rule the same identifier every time, which QGIS would draw by lot."""
    return f"{{{uuid.uuid5(uuid.NAMESPACE_URL, text)}}}"


def _expression(rule: Rule, names: Mapping[str, str]) -> str:
    if rule.how == "else":
        return "ELSE"
    column = '"' + names.get(rule.column, rule.column).replace('"', '""') + '"'
    value = rule.value.replace("'", "''")
    if rule.how == "equals":
        return f"{column} = '{value}'"
    if rule.how == "several":
        return f"{column} LIKE '%{LIST_SEPARATOR}%'"
    return f"{column} = '{value}' OR {column} LIKE '{value}{LIST_SEPARATOR}%'"


def _rgba(colour: str | None, opacity: float = 1.0) -> str:
    if colour is None:
        return "0,0,0,0"
    return ",".join([*(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)), str(round(255 * opacity))])


def _symbol_layer(symbol: ET.Element, kind: str, rule: Rule) -> None:
    classes = {"fill": "SimpleFill", "line": "SimpleLine", "marker": "SimpleMarker"}
    layer = ET.SubElement(symbol, "layer", {"class": classes[kind], "enabled": "1", "locked": "0", "pass": "0"})
    pen = (
        "no"
        if rule.line is None
        else "dash"
        if len(rule.dash) and rule.dash[0] > 1
        else "dot"
        if rule.dash
        else "solid"
    )
    if kind == "line":
        said = {
            "line_color": _rgba(rule.line),
            "line_style": pen,
            "line_width": str(MILLIMETRES),
            "line_width_unit": "MM",
        }
    else:
        said = {
            "color": _rgba(rule.fill, OPACITY if kind == "fill" else 1.0),
            "outline_color": _rgba(rule.line),
            "outline_style": pen,
            "outline_width": str(MILLIMETRES),
            "outline_width_unit": "MM",
        }
        own = {"style": "no" if rule.fill is None else "solid"} if kind == "fill" else {"name": "circle", "size": "2"}
        said |= own
    options = ET.SubElement(layer, "Option", type="Map")
    for name, value in said.items():
        ET.SubElement(options, "Option", name=name, type="QString", value=value)


def _labels(root: ET.Element, kind: str, column: str) -> None:
    """Put the column's text on the map, in the person's own font, with a white rim."""
    labeling = ET.SubElement(root, "labeling", type="simple")
    settings = ET.SubElement(labeling, "settings", calloutType="simple")
    text = ET.SubElement(
        settings,
        "text-style",
        fieldName=column,
        isExpression="0",
        fontSize=str(_POINTS),
        fontSizeUnit="Point",
        textColor=_rgba(_TEXT),
        textOpacity="1",
    )
    ET.SubElement(
        text,
        "text-buffer",
        bufferDraw="1",
        bufferSize=str(_BUFFER_MILLIMETRES),
        bufferSizeUnits="MM",
        bufferColor=_rgba("#FFFFFF"),
        bufferOpacity="0.85",
    )
    place = ET.SubElement(settings, "placement", placement=_PLACEMENTS[kind], placementFlags="10")
    if kind == "marker":
        # From the symbol's edge, so that the white rim leaves the symbol whole.
        place.attrib |= {"dist": "0.5", "distUnits": "MM", "offsetType": "1"}
    ET.SubElement(settings, "rendering", drawLabels="1")
