"""Which airport, port or station is nearest to a park, and how far."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

from geo.crs import CGCS2000_CM117, WGS84, geodesic_distance_m, require_crs

NEAREST_COLUMNS = ("park_id", "part_id", "kind", "place_id", "place_zh", "place_en", "distance_m", "accuracy_m")


def nearest_places(extents: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> pd.DataFrame:
    """
    Nearest place of each kind to each park part, measured from the edge of the part.

    Parameters
    ----------
    extents
        One row a part: `park_id`, `part_id`, `position_accuracy_m` (m), polygons in any CRS.
    places
        Points with `place_id`, `name_zh`, `name_en`, `kind`, `position_accuracy_m` (m), any CRS.

    Returns
    -------
    nearest
        `NEAREST_COLUMNS`: geodesic distance in metres as the crow flies (0 inside the part) and the sum of both
        accuracies, by which it may be off.

    Raises
    ------
    CRSError
        If either table has no CRS.

    Examples
    --------
    A station 500 m east of a square:

    >>> from shapely import Point, box
    >>> part = gpd.GeoDataFrame(
    ...     {"park_id": ["p"], "part_id": ["main"], "position_accuracy_m": [200.0]},
    ...     geometry=[box(610000, 2708000, 611000, 2709000)],
    ...     crs="EPSG:4548",
    ... )
    >>> stop = gpd.GeoDataFrame(
    ...     {
    ...         "place_id": ["s"],
    ...         "name_zh": ["站"],
    ...         "name_en": ["Stop"],
    ...         "kind": ["rail"],
    ...         "position_accuracy_m": [50.0],
    ...     },
    ...     geometry=[Point(611500, 2708500)],
    ...     crs="EPSG:4548",
    ... )
    >>> found = nearest_places(part, stop)
    >>> f"{found.distance_m[0]:.0f} m, give or take {found.accuracy_m[0]:.0f} m"
    '500 m, give or take 250 m'
    """
    require_crs(extents)
    require_crs(places)
    parts = extents.to_crs(CGCS2000_CM117)
    points = places.to_crs(CGCS2000_CM117)
    rows = []
    for kind, group in points.groupby("kind", sort=False):
        keep = ["place_id", "name_zh", "name_en", "position_accuracy_m", "geometry"]
        found = parts.sjoin_nearest(group[keep], lsuffix="part", rsuffix="place")
        found = found[~found.index.duplicated()]
        for index, row in found.iterrows():
            place = group.geometry[row["index_place"]]
            distance = _geodesic(parts.geometry[index], place)
            accuracy = row["position_accuracy_m_part"] + row["position_accuracy_m_place"]
            names = _place_names(group, row["index_place"])
            rows.append((row["park_id"], row["part_id"], kind, *names, distance, float(accuracy)))
    return pd.DataFrame(rows, columns=list(NEAREST_COLUMNS))


def _place_names(places: gpd.GeoDataFrame, index: object) -> tuple[str, str, str]:
    place = places.loc[index]
    return place["place_id"], place["name_zh"], place["name_en"]


def _geodesic(part: shapely.Geometry, place: shapely.Geometry) -> float:
    """Metres on the ellipsoid between the two nearest points of the plane."""
    ends = gpd.GeoSeries(
        shapely.points(shapely.get_coordinates(shapely.shortest_line(part, place))), crs=CGCS2000_CM117
    )
    (lon1, lat1), (lon2, lat2) = shapely.get_coordinates(ends.to_crs(WGS84).to_numpy())
    return geodesic_distance_m(lon1, lat1, lon2, lat2)
