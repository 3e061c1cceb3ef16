"""SLD: a style as map servers and other programs read it."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree as ET  # the trees are made here, nothing is parsed

from layers.fields import LIST_SEPARATOR
from layers.styles.rules import OPACITY, PIXELS, Rule, Style, symbol_kind

_OGC, _SLD = "http://www.opengis.net/ogc", "http://www.opengis.net/sld"


def sld(style: Style, geometry: str, *, name: str, names: Mapping[str, str] | None = None) -> str:
    """
    Write a style as Styled Layer Descriptor 1.0.

    Parameters
    ----------
    style, geometry, names
        As `qml`.
    name
        Name of the layer.

    Returns
    -------
    text
        SLD; lines in pixels, each group a feature type style of its own.

    Examples
    --------
    >>> rule = Rule("园区", "Park", "grade", "equals", "A", fill="#FFFFFF")
    >>> "<PropertyName>grade</PropertyName>" in sld(((rule,),), "Polygon", name="parks").replace("ogc:", "")
    True
    """
    ET.register_namespace("", _SLD)
    ET.register_namespace("ogc", _OGC)
    root = ET.Element(f"{{{_SLD}}}StyledLayerDescriptor", version="1.0.0")
    layer = _child(root, "NamedLayer")
    _child(layer, "Name", name)
    user = _child(layer, "UserStyle")
    for group in style:
        drawn_rows = _child(user, "FeatureTypeStyle")
        for rule in group:
            element = _child(drawn_rows, "Rule")
            _child(element, "Title", f"{rule.label_zh} / {rule.label_en}")
            _filter(element, rule, group, names or {})
            _symbolizer(element, symbol_kind(geometry), rule)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _child(parent: ET.Element, name: str, text: str | None = None, *, space: str = _SLD) -> ET.Element:
    element = ET.SubElement(parent, f"{{{space}}}{name}")
    element.text = text
    return element


def _filter(element: ET.Element, rule: Rule, group: tuple[Rule, ...], names: Mapping[str, str]) -> None:
    if rule.how == "all":
        return
    parent = _child(element, "Filter", space=_OGC)
    if rule.how != "else":
        _condition(parent, rule, names)
        return
    # Spelt out: to QGIS an ElseFilter is no filter at all, and the rule would draw every row.
    parent = _child(parent, "Or", space=_OGC)
    missing = _child(parent, "PropertyIsNull", space=_OGC)
    _child(missing, "PropertyName", names.get(rule.column, rule.column), space=_OGC)
    parent = _child(_child(parent, "Not", space=_OGC), "Or", space=_OGC)
    for other in group:
        if other.how != "else":
            _condition(parent, other, names)


def _condition(parent: ET.Element, rule: Rule, names: Mapping[str, str]) -> None:
    column = names.get(rule.column, rule.column)
    if rule.how == "first":
        parent = _child(parent, "Or", space=_OGC)
    if rule.how in {"first", "equals"}:
        equal = _child(parent, "PropertyIsEqualTo", space=_OGC)
        _child(equal, "PropertyName", column, space=_OGC)
        _child(equal, "Literal", rule.value, space=_OGC)
    if rule.how in {"first", "several"}:
        like = _child(parent, "PropertyIsLike", space=_OGC)
        like.attrib |= {"wildCard": "*", "singleChar": "?", "escape": "\\"}
        _child(like, "PropertyName", column, space=_OGC)
        _child(like, "Literal", f"{rule.value or '*'}{LIST_SEPARATOR}*", space=_OGC)


def _symbolizer(element: ET.Element, kind: str, rule: Rule) -> None:
    names = {"fill": "PolygonSymbolizer", "line": "LineSymbolizer", "marker": "PointSymbolizer"}
    target = _child(element, names[kind])
    if kind == "marker":
        graphic = _child(target, "Graphic")
        target = _child(graphic, "Mark")
        _child(target, "WellKnownName", "circle")
    if rule.fill and kind != "line":
        fill = _child(target, "Fill")
        _parameter(fill, "fill", rule.fill)
        _parameter(fill, "fill-opacity", str(OPACITY if kind == "fill" else 1))
    if rule.line:
        stroke = _child(target, "Stroke")
        _parameter(stroke, "stroke", rule.line)
        _parameter(stroke, "stroke-width", str(PIXELS))
        if rule.dash:
            _parameter(stroke, "stroke-dasharray", " ".join(f"{length * PIXELS:g}" for length in rule.dash))
    if kind == "marker":
        _child(graphic, "Size", "7")


def _parameter(parent: ET.Element, name: str, value: str) -> None:
    _child(parent, "CssParameter", value).set("name", name)
