"""QML: a style as QGIS keeps it, a renderer of rules."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from xml.etree import ElementTree as ET  # the trees are made here, nothing is parsed

from layers.fields import LIST_SEPARATOR
from layers.styles.rules import MILLIMETRES, OPACITY, Rule, Style, symbol_kind


def qml(style: Style, geometry: str, *, names: Mapping[str, str] | None = None) -> str:
    """
    Write a style for QGIS: a renderer of rules.

    Parameters
    ----------
    style
        As `style_of`.
    geometry
        Type of the layer's geometries, such as `MultiPolygon`.
    names
        Names of columns in the file where they differ, by the layer's.

    Returns
    -------
    text
        QML; lines in millimetres.

    Examples
    --------
    >>> rule = Rule("园区", "Park", "grade", "equals", "A", fill="#FFFFFF")
    >>> "&quot;grade&quot; = 'A'" in qml(((rule,),), "Polygon")
    True
    """
    root = ET.Element("qgis", version="3.34.0", styleCategories="Symbology")
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
    for number, rule in enumerate(rule for group in style for rule in group):
        said = {"filter": _expression(rule, names or {})} if rule.how != "all" else {}
        said |= {"key": _key(f"{number} {rule}"), "symbol": str(number), "label": rule.label_zh}
        ET.SubElement(rules, "rule", said)
        symbol = ET.SubElement(
            symbols, "symbol", name=str(number), type=kind, alpha="1", clip_to_extent="1", force_rhr="0"
        )
        _symbol_layer(symbol, kind, rule)
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
