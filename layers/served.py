"""
Layers that the browser fetches once and keeps: GeoJSON of the base map and of the parks.

The map's script draws them; filters only say which parts are shown, so that no geometry travels twice.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import folium
import geopandas as gpd
import numpy as np
import shapely
from branca.element import MacroElement
from jinja2 import Template

from geo.crs import WGS84
from geo.extents import GRADES, grown, measured_extents
from geo.fit import fit_table
from geo.selection import park_facets

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.plan import Plan

_COARSE_M = 1000.0  # from here on a third digit of an area would pretend too much
_DECIMALS = 5  # about 1 m, far below any accuracy that the package states
#: Some ten metres are enough for an outline that is true to 25.
_COARSE = {"halos": 4}
#: Kinds of places that orient a reader; the others are carriers of innovation.
ANCHORS = frozenset({"airport", "rail", "port", "ferry"})
_LISTED = ("aligned", "layout_only", "unreflected")


class ServedLayer(MacroElement):
    """
    A layer that the browser fetches and the map's script draws.

    Parameters
    ----------
    name
        Which drawing the script uses, a key of `BROWSER_LAYERS`.
    url
        Address of the GeoJSON, absolute from the host's root.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "yuantu.served({{ this._parent.get_name() }}, {{ this.layer_name|tojson }}, {{ this.url|tojson }});"
        "{% endmacro %}"
    )

    def __init__(self, name: str, url: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "ServedLayer"
        self.layer_name = name
        self.url = url


def served_group(name: str, url: str, title: str, *, overlay: bool = True, show: bool = True) -> folium.FeatureGroup:
    """
    Group of one served layer, as the layer control lists it.

    Parameters
    ----------
    name
        A key of `BROWSER_LAYERS`.
    url
        Address of its GeoJSON.
    title
        What the layer control calls it.
    overlay
        Whether it lies over a base map or is one.
    show
        Whether it is on at first.

    Returns
    -------
    group
        To add to a map.

    Examples
    --------
    >>> served_group("land", "/map/land.geojson", "Land").layer_name
    'Land'
    """
    group = folium.FeatureGroup(name=title, overlay=overlay, show=show)
    ServedLayer(name, url).add_to(group)
    return group


def browser_layer(plan: Plan, name: str) -> bytes:
    """
    GeoJSON of one layer for the browser: WGS 84, five decimals (halos four), only the properties that are drawn.

    Parameters
    ----------
    plan
        The plan.
    name
        A key of `BROWSER_LAYERS`.

    Returns
    -------
    geojson
        UTF-8 text of a FeatureCollection.

    Raises
    ------
    KeyError
        If there is no such layer.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> len(json.loads(browser_layer(read_plan(), "parks"))["features"])
    41
    """
    table = BROWSER_LAYERS[name](plan).to_crs(WGS84)
    collection = json.loads(table.to_json(drop_id=True, na="null"))
    for feature in collection["features"]:
        feature["geometry"]["coordinates"] = _rounded(feature["geometry"]["coordinates"], _COARSE.get(name, _DECIMALS))
    collection.pop("crs", None)
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def searched_words(plan: Plan) -> bytes:
    """
    Give the words by which parts are searched, so that a browser can search by itself as `selected_extents` does.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    geojson
        UTF-8 text of a FeatureCollection without geometry: `extent_id` and `text`, as of `geo.names.folded`.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> len(json.loads(searched_words(read_plan()))["features"])
    41
    """
    parts = park_facets(plan).parts[["extent_id", "text"]].to_dict("records")
    features = [{"type": "Feature", "geometry": None, "properties": part} for part in parts]
    collection = {"type": "FeatureCollection", "features": features}
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def _rounded(coordinates: Any, decimals: int) -> Any:  # noqa: ANN401
    if isinstance(coordinates, float | int):
        return round(coordinates, decimals)
    return [_rounded(part, decimals) for part in coordinates]


def _parks(plan: Plan) -> gpd.GeoDataFrame:
    """Park parts with what the map shows of them; a label's point lies inside its part."""
    extents = measured_extents(plan)
    fit = fit_table(plan)
    sectors = fit[fit["verdict"].isin(_LISTED)].groupby("park_id")["sector_id"].agg(list)
    inner = extents.representative_point()
    counts = extents.groupby("park_id")["park_id"].transform("size")
    parts = extents.assign(
        sectors=[sectors.get(park, []) for park in extents["park_id"]],
        label_lon=inner.x.round(_DECIMALS),
        label_lat=inner.y.round(_DECIMALS),
        area_km2=extents["area_km2"].round(3),
    )
    for language in ("zh", "en"):
        short, part, park = (parts[f"{stem}_{language}"] for stem in ("short", "part", "park"))
        parts[f"label_{language}"] = short.where(counts == 1, part)
        joined = park + (" · " if language == "en" else "·") + part
        parts[f"title_{language}"] = park.where((counts == 1) | (part == short), joined)
        parts[f"known_{language}"] = [
            known_words(row.area_km2, row.grade, row.position_accuracy_m, language)
            for row in parts.itertuples(index=False)
        ]
    keep = ["extent_id", "park_id", "grade", "relation", "sectors", "area_km2", "label_lon", "label_lat"]
    words = [f"{stem}_{language}" for stem in ("label", "title", "known") for language in ("zh", "en")]
    return parts[[*keep, *words, "geometry"]]


def area_words(area_km2: float, grade: str, accuracy_m: float) -> str:
    """
    Area with the digits that its grade and accuracy can bear.

    Parameters
    ----------
    area_km2
        Square kilometres.
    grade
        Grade of the extent, the worst of several.
    accuracy_m
        Position accuracy, metres.

    Returns
    -------
    words
        Two significant digits for an estimate or from an accuracy of a kilometre on, three otherwise.

    Examples
    --------
    >>> area_words(45.7496, "C", 1500), area_words(17.2593, "C", 700), area_words(0.0553, "C", 400)
    ('46', '17.3', '0.0553')
    >>> area_words(1.001, "D", 2500)
    '1.0'
    """
    digits = 2 if grade == "D" or accuracy_m >= _COARSE_M else 3
    return f"{area_km2:#.{digits}g}".rstrip(".")


def known_words(area_km2: float, grade: str, accuracy_m: float, language: str) -> str:
    """
    Say in one line how large an extent is and how well that is known.

    Parameters
    ----------
    area_km2
        Square kilometres.
    grade
        Grade of the extent.
    accuracy_m
        Position accuracy, metres.
    language
        `zh` or `en`.

    Returns
    -------
    words
        With the digits that the grade can bear.

    Examples
    --------
    >>> known_words(17.2593, "C", 700, "en")
    'about 17.3 km², grade C, ±700 m'
    """
    size = area_words(area_km2, grade, accuracy_m)
    if language == "zh":
        return f"约 {size} km²，依据 {grade}（{GRADES[grade][0]}），±{accuracy_m:.0f} m"
    return f"about {size} km², grade {grade}, ±{accuracy_m:.0f} m"


def _halos(plan: Plan) -> gpd.GeoDataFrame:
    """Where a part may lie: its extent grown by its accuracy, coarsely outlined."""
    accuracy_m = plan.extents["position_accuracy_m"]
    reach = grown(plan.extents.geometry, accuracy_m)
    # A fortieth of a doubt is no news of it.
    outlines = shapely.simplify(reach.to_numpy(), np.maximum(25.0, accuracy_m.to_numpy(dtype="float64") / 40))
    known = plan.extents[["extent_id", "park_id", "grade"]]
    return gpd.GeoDataFrame(known, geometry=gpd.GeoSeries(outlines, index=known.index, crs=reach.crs))


def _columns(table: str, *columns: str) -> Callable[[Plan], gpd.GeoDataFrame]:
    def pick(plan: Plan) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(plan.table(table)[[*columns, "geometry"]])

    return pick


def _places(kinds: frozenset[str], *, is_among: bool) -> Callable[[Plan], gpd.GeoDataFrame]:
    def pick(plan: Plan) -> gpd.GeoDataFrame:
        places = plan.places[plan.places["kind"].isin(kinds) == is_among]
        return gpd.GeoDataFrame(places[["place_id", "name_zh", "name_en", "kind", "position_accuracy_m", "geometry"]])

    return pick


def _land(plan: Plan) -> gpd.GeoDataFrame:
    """Land outlines thinned to 20 m, which the smallest zoom levels cannot tell from the whole."""
    plane = plan.land[["land_id", "geometry"]].to_crs("EPSG:4548")
    return gpd.GeoDataFrame(plane.assign(geometry=plane.geometry.simplify(20)), crs=plane.crs)


def _subdistricts(plan: Plan) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(plan.subdistricts[["name_zh", "name_en", "geometry"]])


#: What the browser can fetch, by name.
BROWSER_LAYERS: dict[str, Callable[[Plan], gpd.GeoDataFrame]] = {
    "land": _land,
    "districts": _columns("districts", "name_zh", "name_en", "label_lon", "label_lat"),
    "metro_lines": _columns("metro_lines", "name_zh", "name_en", "colour"),
    "metro_stations": _columns("metro_stations", "name_zh", "name_en"),
    "anchors": _places(ANCHORS, is_among=True),
    "carriers": _places(ANCHORS, is_among=False),
    "subdistricts": _subdistricts,
    "halos": _halos,
    "parks": _parks,
}
