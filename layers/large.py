"""A large layer on a map: tiles that the browser fetches as it shows them, coloured there by any column."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from branca.element import MacroElement
from folium.elements import JSCSSMixin
from jinja2 import Template

from layers.assets import own_url, read_manifest

if TYPE_CHECKING:
    from collections.abc import Mapping

    import folium

#: Values of a category, the commonest first: Paul Tol's "muted" scheme, told apart by the colour-blind.
CATEGORY_COLOURS = (
    "#4477AA", "#DDCC77", "#117733", "#CC6677", "#88CCEE", "#882255", "#44AA99", "#999933", "#AA4499",
)  # fmt: skip
#: Classes of a number, the least first: ColorBrewer's YlGnBu.
NUMBER_COLOURS = ("#FFFFCC", "#A1DAB4", "#41B6C4", "#2C7FB8", "#253494")
OTHER = "#B9BEC6"
MISSING = "#E6E4DE"
PLAIN = "#4477AA"
_WORDS = {
    "zh": {
        "overview": "概览：每格取面积最大者，放大后可点选",
        "no_value": "无数据",
        "more": "点击查看全部属性",
    },
    "en": {
        "overview": "Overview: the largest of each cell; zoom in to choose",
        "no_value": "no value",
        "more": "Click for all attributes",
    },
}


@dataclass(frozen=True)
class Swatch:
    """
    One entry of a large layer's legend.

    Parameters
    ----------
    colour
        `#RRGGBB`.
    label
        A value, or a class of numbers; empty for `other` and `missing`, which the page names.
    count
        Features with it; None where that is not counted.
    kind
        `value`, `other`, `missing` or `plain`.
    """

    colour: str
    label: str
    count: int | None = None
    kind: str = "value"


class LargeLayer(JSCSSMixin, MacroElement):
    """
    Start of the script of large layers on a map; which one is shown, `LargeState` says.

    Parameters
    ----------
    base
        Path below which the app is served: "" or such as "/yuantu".
    language
        `zh` or `en`.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "yuantu.large.start({{ this._parent.get_name() }}, {{ this.words|tojson }});"
        "{% endmacro %}"
    )

    def __init__(self, base: str, language: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "LargeLayer"
        self.words = _WORDS[language]
        self.default_js = large_links(base)
        self.default_css: list[tuple[str, str]] = []


class LargeState(MacroElement):
    """
    Which large layer the map shows and how; sent at every change, while map and tiles stay.

    Parameters
    ----------
    state
        As of `large_state`, or `{"url": None}` for none.
    """

    _template = Template("{% macro script(this, kwargs) %}yuantu.large.apply({{ this.state|tojson }});{% endmacro %}")

    def __init__(self, state: dict[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "LargeState"
        self.state = state


def large_links(base: str) -> list[tuple[str, str]]:
    """
    Addresses of the scripts of large layers, in the order in which they need each other.

    Parameters
    ----------
    base
        Path below which the app is served, as for `LargeLayer`.

    Returns
    -------
    links
        Pairs of name and address, each with a mark that changes when the content does.

    Examples
    --------
    >>> [url.split("?")[0] for _, url in large_links("/yuantu")]
    ['/yuantu/assets/protomaps-leaflet/protomaps-leaflet.js', '/yuantu/assets/large.js']
    """
    path = "protomaps-leaflet/protomaps-leaflet.js"
    checksum = next(file["sha256"] for package in read_manifest() for file in package["files"] if file["path"] == path)
    return [
        ("protomaps_leaflet", f"{base.rstrip('/')}/assets/{path}?v={checksum[:8]}"),
        ("yuantu_large", own_url(base, "large.js")),
    ]


def with_state(group: folium.FeatureGroup, state: dict[str, Any]) -> folium.FeatureGroup:
    """
    Add the state of the large layer to the moving part that `st_folium` sends to a standing map.

    Parameters
    ----------
    group
        As of `layers.atlas.atlas_state`.
    state
        As of `large_state`.

    Returns
    -------
    group
        The same.

    Examples
    --------
    >>> from layers.atlas import atlas_state
    >>> len(with_state(atlas_state({"shown": []}), {"url": None})._children)
    2
    """
    LargeState(state).add_to(group)
    return group


def large_state(url: str, about: Mapping[str, Any], style: Mapping[str, Any], attribution: str) -> dict[str, Any]:
    """
    What the browser must know to show a layer.

    Parameters
    ----------
    url
        Address of the PMTiles archive, absolute from the host's root.
    about
        As of `layers.tiles.make_tiles`.
    style
        As of `layer_style`.
    attribution
        Whose data it is, in plain text.

    Returns
    -------
    state
        Plain values; `bounds` as [[lat, lon], [lat, lon]] (Leaflet's order), zooms those of the tiles.

    Examples
    --------
    >>> about = {"whole_from": 13, "zooms": [8, 15], "bounds": [118, 24.4, 118.4, 24.8], "columns": ["id", "use"]}
    >>> large_state("/tiles/a.pmtiles", about, layer_style(None), "Land office")["whole_from"]
    13
    """
    from layers.atlas import leaflet_bounds  # noqa: PLC0415  (the atlas draws without large layers)

    return {
        "url": url,
        "whole_from": about["whole_from"],
        "largest": about["zooms"][1],
        "bounds": leaflet_bounds(about["bounds"]),
        "columns": list(about["columns"]),
        "style": dict(style),
        "attribution": attribution,
    }


def layer_style(trait: Mapping[str, Any] | None, known: Mapping[str, str] | None = None) -> dict[str, Any]:
    """
    Colours by a column.

    Parameters
    ----------
    trait
        One of `traits` of a layer; None for one colour.
    known
        Colours that values have elsewhere, such as those of sectors.

    Returns
    -------
    style
        `by` (column or None), `kind`, `colours` (by value), `breaks` and `ramp` (of a number), `plain`, `other`,
        `missing`.

    Examples
    --------
    >>> style = layer_style({"name": "use", "kind": "category", "values": [["a", 3], ["b", 1]], "breaks": []})
    >>> style["colours"]
    {'a': '#4477AA', 'b': '#DDCC77'}
    >>> layer_style({"name": "far", "kind": "number", "values": [], "breaks": [1.0]})["ramp"]
    ['#FFFFCC', '#253494']
    """
    style: dict[str, Any] = {"by": None, "kind": "plain", "colours": {}, "breaks": [], "ramp": []}
    style |= {"plain": PLAIN, "other": OTHER, "missing": MISSING}
    if trait is None or trait["kind"] == "text":
        return style
    style |= {"by": trait["name"], "kind": trait["kind"]}
    if trait["kind"] == "number":
        classes = len(trait["breaks"]) + 1
        places = [round(step * (len(NUMBER_COLOURS) - 1) / max(1, classes - 1)) for step in range(classes)]
        return style | {"breaks": list(trait["breaks"]), "ramp": [NUMBER_COLOURS[place] for place in places]}
    return style | {"colours": _value_colours([value for value, _ in trait["values"]], known or {})}


def _value_colours(values: list[str], known: Mapping[str, str]) -> dict[str, str]:
    if all(value in known for value in values):
        return {value: known[value] for value in values}
    return dict(zip(values, CATEGORY_COLOURS, strict=False))


def swatches(style: Mapping[str, Any], trait: Mapping[str, Any] | None, count: int) -> list[Swatch]:
    """
    Legend of a style.

    Parameters
    ----------
    style
        As of `layer_style`.
    trait
        The trait it was made of.
    count
        Features of the layer.

    Returns
    -------
    swatches
        Values or classes in order, then other values, then missing ones.

    Examples
    --------
    >>> trait = {"name": "far", "kind": "number", "values": [], "breaks": [1.0], "low": 0.2, "high": 3.5, "missing": 4}
    >>> [(one.label, one.kind) for one in swatches(layer_style(trait), trait, 100)]
    [('0.2 – 1', 'value'), ('1 – 3.5', 'value'), ('', 'missing')]
    """
    if trait is None or style["by"] is None:
        return [Swatch(style["plain"], "", count, "plain")]
    if style["kind"] == "number":
        edges = [trait["low"], *style["breaks"], trait["high"]]
        pairs = pairwise(edges)
        found = [
            Swatch(colour, f"{low:g} – {high:g}") for colour, (low, high) in zip(style["ramp"], pairs, strict=True)
        ]
    else:
        counts = {value: number for value, number in trait["values"]}  # noqa: C416  (JSON has lists for pairs)
        found = [Swatch(colour, value, counts[value]) for value, colour in style["colours"].items()]
        others = sum(number for value, number in counts.items() if value not in style["colours"])
        found += [Swatch(style["other"], "", others, "other")] if others else []
    return found + ([Swatch(style["missing"], "", trait["missing"], "missing")] if trait["missing"] else [])
