"""Features of an outside file as the map draws them over the present extents."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from geo.crs import geodesic_area_m2
from layers.served import known_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

_DECIMALS = 6
#: More features than these are not drawn: they are told by their number.
MOST = 500


def file_features(
    table: gpd.GeoDataFrame, names: Sequence[str], *, grade: str = "D", position_accuracy_m: float = 0.0
) -> dict[str, Any]:
    """
    Give a file's features in the properties that the map's parts have.

    Parameters
    ----------
    table
        `feature` (number from 1) and geometry, WGS 84.
    names
        One a row, as read from the file.
    grade
        In whose line style they are drawn.
    position_accuracy_m
        As stated for them, metres; 0 while nothing is stated.

    Returns
    -------
    collection
        GeoJSON, longitude first, of the polygons among the first `MOST` rows; ids `file/1` and so on, which nothing
        else on the map has.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> table = gpd.GeoDataFrame({"feature": [1]}, geometry=[box(118, 24.5, 118.01, 24.51)], crs="EPSG:4326")
    >>> found = file_features(table, ["火炬园"])["features"][0]["properties"]
    >>> found["extent_id"], found["title_zh"], round(found["area_km2"], 2)
    ('file/1', '火炬园', 1.12)
    """
    usable = table.geometry.geom_type.isin(["Polygon", "MultiPolygon"]) & ~table.geometry.is_empty
    named = table[["feature", "geometry"]].assign(title=list(names))[usable].head(MOST)
    areas = geodesic_area_m2(named.geometry) / 1e6
    inner = named.geometry.representative_point()
    rows = zip(named["feature"], named["title"], areas, inner.x, inner.y, strict=True)
    properties = [
        {
            "extent_id": f"file/{feature}",
            "park_id": f"file-{feature}",
            "grade": grade,
            "relation": "whole",
            "sectors": [],
            "area_km2": round(float(area), 4),
            "label_lon": round(lon, _DECIMALS),
            "label_lat": round(lat, _DECIMALS),
        }
        | {f"{stem}_{language}": str(title) for stem in ("label", "title") for language in ("zh", "en")}
        | {
            f"known_{language}": known_words(float(area), grade, position_accuracy_m, language)
            for language in ("zh", "en")
        }
        for feature, title, area, lon, lat in rows
    ]
    geometries = json.loads(named.geometry.force_2d().to_json(drop_id=True))["features"]
    return {
        "type": "FeatureCollection",
        "features": [own | {"properties": said} for own, said in zip(geometries, properties, strict=True)],
    }
