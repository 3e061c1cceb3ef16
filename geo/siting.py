"""
Where a site lies, given how well each extent is known: inside, outside or undetermined.

No line of an extent is exact. What is left when an extent is shrunk by its accuracy is surely park (its core); what
lies beyond the extent grown by its accuracy is surely not. Between the two nothing is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import CGCS2000_CM117, geodesic_area_m2, require_crs
from geo.errors import GeoError
from geo.extents import grown

if TYPE_CHECKING:
    from collections.abc import Iterable

#: What a site can be to a zone, with words in Chinese and English.
POSITIONS = {
    "inside": ("在范围内", "inside"),
    "undetermined": ("无法判定", "undetermined"),
    "outside": ("在范围外", "outside"),
}
SITE_TYPES = ("Point", "Polygon", "MultiPolygon")
#: A share of a site's area that counts as nothing: what rounding of coordinates leaves along a shared line.
LEAST_SHARE = 1e-6


def part_zones(extents: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    What is surely in each park part, and what may be.

    Parameters
    ----------
    extents
        One row a part: `park_id`, `part_id`, `position_accuracy_m` (metres, 0 or more), polygons in any CRS.

    Returns
    -------
    zones
        The two ids, and in EPSG:4548 the geometry as drawn, `core` (shrunk by the accuracy; may be empty) and
        `reach` (grown by it).

    Raises
    ------
    CRSError
        If the table has no CRS.

    Examples
    --------
    A square of 1 km known to 100 m: its core measures 800 m by 800 m.

    >>> from shapely import box
    >>> part = gpd.GeoDataFrame(
    ...     {"park_id": ["p"], "part_id": ["main"], "position_accuracy_m": [100.0]},
    ...     geometry=[box(610000, 2708000, 611000, 2709000)],
    ...     crs="EPSG:4548",
    ... )
    >>> float(part_zones(part)["core"].area.iloc[0])
    640000.0
    """
    require_crs(extents)
    accuracy = extents["position_accuracy_m"]
    zones = extents[["park_id", "part_id", "geometry"]].to_crs(CGCS2000_CM117)
    return zones.assign(core=grown(extents.geometry, -accuracy), reach=grown(extents.geometry, accuracy))


def park_zones(extents: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    What is surely in each park, and what may be: the union over its parts.

    Parameters
    ----------
    extents
        As for `part_zones`.

    Returns
    -------
    zones
        One row a park, ordered by `park_id`; columns as of `part_zones` without `part_id`.

    Raises
    ------
    CRSError
        If the table has no CRS.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> zones = park_zones(read_plan().extents)
    >>> len(zones), bool((zones["core"].area <= zones["reach"].area).all())
    (28, True)
    """
    parts = part_zones(extents)
    rows = [
        (park_id, *(shapely.union_all(group[column].to_numpy()) for column in ("geometry", "core", "reach")))
        for park_id, group in parts.groupby("park_id")
    ]
    zones = pd.DataFrame(rows, columns=["park_id", "geometry", "core", "reach"])
    figures = {column: gpd.GeoSeries(zones[column], crs=CGCS2000_CM117) for column in ("geometry", "core", "reach")}
    return gpd.GeoDataFrame({"park_id": zones["park_id"], **figures}, crs=CGCS2000_CM117)


def site_positions(sites: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> pd.DataFrame:
    """
    Say where each site lies in each zone, and which share of it.

    Parameters
    ----------
    sites
        One row a site with a unique index; points or valid polygons, any CRS.
    zones
        What `part_zones` or `park_zones` returned.

    Returns
    -------
    positions
        One row a site and zone: `site` (its index), the zone's ids, `position` (a key of `POSITIONS`), `share` (of the
        site's area in the zone as drawn), `share_min` (in its core), `share_max` (in its reach), all 0 to 1, measured
        in EPSG:4548, whose scale cancels out; 0 or 1 for a point. A polygon that surely lies partly in and partly out
        is undetermined as a whole; its shares tell. Where zones overlap each answers for itself.

    Raises
    ------
    CRSError
        If the sites have no CRS.
    GeoError
        If a site is neither a point nor a valid polygon.

    Examples
    --------
    Three points east of the middle of a square of 1 km that is known to 100 m: 300 m, 450 m and 700 m away.

    >>> from shapely import Point, box
    >>> part = gpd.GeoDataFrame(
    ...     {"park_id": ["p"], "part_id": ["main"], "position_accuracy_m": [100.0]},
    ...     geometry=[box(610000, 2708000, 611000, 2709000)],
    ...     crs="EPSG:4548",
    ... )
    >>> points = [Point(610500 + east, 2708500) for east in (300, 450, 700)]
    >>> found = site_positions(gpd.GeoDataFrame(geometry=points, crs="EPSG:4548"), part_zones(part))
    >>> found["position"].tolist()
    ['inside', 'undetermined', 'outside']
    """
    require_crs(sites)
    figures = sites.geometry.to_crs(CGCS2000_CM117)
    _require_sites(sites.geometry)
    ids = [column for column in ("park_id", "part_id") if column in zones]
    pairs = pd.DataFrame({"site": figures.index}).merge(zones[ids].reset_index(drop=True), how="cross")
    site = np.repeat(figures.to_numpy(), len(zones))
    columns = {"share": zones.geometry, "share_min": zones["core"], "share_max": zones["reach"]}
    shares = {name: _shares(site, np.tile(column.to_numpy(), len(figures))) for name, column in columns.items()}
    return pairs.assign(position=_words(shares["share_min"], shares["share_max"]), **shares)[
        ["site", *ids, "position", "share", "share_min", "share_max"]
    ]


def _require_sites(geometries: gpd.GeoSeries) -> None:
    for index, figure in geometries.items():
        if figure is None or figure.is_empty or figure.geom_type not in SITE_TYPES:
            said = "nothing" if figure is None or figure.is_empty else f"a {figure.geom_type}"
            msg = f"the site {index!r} is {said}; give a point or a polygon"
            raise GeoError(msg)
        if not figure.is_valid:
            msg = f"the site {index!r} is not valid: {shapely.is_valid_reason(figure)}; mend the ring there"
            raise GeoError(msg)


def _shares(sites: np.ndarray, zones: np.ndarray) -> np.ndarray:
    """Share of each site in the zone beside it; a point counts whole, on the line too."""
    areas = shapely.area(sites)
    near = shapely.intersects(sites, zones)
    shares = near.astype("float64")
    meet = near & (areas > 0)
    shares[meet] = shapely.area(shapely.intersection(sites[meet], zones[meet])) / areas[meet]
    clipped: np.ndarray = np.clip(shares, 0.0, 1.0)
    return clipped


def _words(least: np.ndarray, most: np.ndarray) -> np.ndarray:
    is_inside, is_outside = least >= 1 - LEAST_SHARE, most <= LEAST_SHARE
    return np.where(is_inside, "inside", np.where(is_outside, "outside", "undetermined"))


def zone_areas_ha(zones: gpd.GeoDataFrame) -> pd.DataFrame:
    """
    Area of each zone as a range.

    Parameters
    ----------
    zones
        What `part_zones` or `park_zones` returned.

    Returns
    -------
    areas
        Index as `zones`; `area_ha` (as drawn), `area_min_ha` (of the core), `area_max_ha` (of the reach), geodesic.

    Examples
    --------
    A square of 1 km known to 100 m; in EPSG:4548 it is drawn some 0.03 % too large:

    >>> from shapely import box
    >>> part = gpd.GeoDataFrame(
    ...     {"park_id": ["p"], "part_id": ["main"], "position_accuracy_m": [100.0]},
    ...     geometry=[box(610000, 2708000, 611000, 2709000)],
    ...     crs="EPSG:4548",
    ... )
    >>> zone_areas_ha(part_zones(part)).round(0).iloc[0].tolist()
    [100.0, 64.0, 143.0]
    """
    columns: dict[str, gpd.GeoSeries] = {
        "area_ha": zones.geometry,
        "area_min_ha": zones["core"],
        "area_max_ha": zones["reach"],
    }
    areas = {name: geodesic_area_m2(column).fillna(0.0) / 1e4 for name, column in columns.items()}
    return pd.DataFrame(areas, index=zones.index)


def parks_of_site(positions: pd.DataFrame, wanted: Iterable[str] = ("inside", "undetermined")) -> pd.DataFrame:
    """
    Rows of parks that a site lies in or may lie in, the surest first.

    Parameters
    ----------
    positions
        What `site_positions` returned.
    wanted
        Keys of `POSITIONS`.

    Returns
    -------
    rows
        Sorted by position, then share, then id.

    Examples
    --------
    >>> rows = pd.DataFrame(
    ...     {
    ...         "park_id": ["a", "b"],
    ...         "position": ["undetermined", "inside"],
    ...         "share": [1.0, 1.0],
    ...     }
    ... )
    >>> parks_of_site(rows)["park_id"].tolist()
    ['b', 'a']
    """
    order = {position: number for number, position in enumerate(POSITIONS)}
    asked = set(wanted)
    columns = (positions["position"], positions["share"], positions["park_id"])
    found = sorted(
        (order[position], -share, park, row)
        for row, (position, share, park) in enumerate(zip(*(column.to_list() for column in columns), strict=True))
        if position in asked
    )
    return positions.take([row for *_, row in found]).reset_index(drop=True)
