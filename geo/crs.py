"""
Coordinate reference systems of Chinese planning files, and measures on the ellipsoid.

Longitude comes first everywhere (`always_xy`). Areas and lengths are geodesic: in EPSG:4548 areas in Xiamen come out
300 to 525 ppm too large, in EPSG:3857 some 21 % too large.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyproj
import shapely
from pyproj.exceptions import CRSError as ProjCRSError

from geo.errors import CRSError

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

WGS84 = "EPSG:4326"
CGCS2000 = "EPSG:4490"
CGCS2000_CM117 = "EPSG:4548"


@lru_cache(maxsize=32)
def _transformer(source: str, target: str) -> pyproj.Transformer:
    try:
        return pyproj.Transformer.from_crs(source, target, always_xy=True)
    except ProjCRSError as error:
        msg = f"no transformation from {source!r} to {target!r}: {error}; give EPSG codes such as EPSG:4326"
        raise CRSError(msg) from error


def transform_point(x: float, y: float, *, source: str = WGS84, target: str = CGCS2000_CM117) -> tuple[float, float]:
    """
    One point carried from one system to another.

    Parameters
    ----------
    x, y
        Longitude and latitude (degrees) or easting and northing (metres), in this order whatever the system says.
    source, target
        Codes of the two systems.

    Returns
    -------
    x, y
        In the target's units, easting or longitude first.

    Raises
    ------
    CRSError
        If either code is unknown to PROJ.

    Examples
    --------
    A point on Xiamen island in the 3-degree zone of 117 E (false easting 500 000 m):

    >>> [round(value, 3) for value in transform_point(118.089, 24.479)]
    [610398.081, 2708778.266]
    """
    east, north = _transformer(source, target).transform(x, y)
    return float(east), float(north)


def require_crs(table: gpd.GeoDataFrame | gpd.GeoSeries) -> None:
    """
    Refuse a table whose coordinates have no stated system.

    Parameters
    ----------
    table
        Any geometry table or column.

    Raises
    ------
    CRSError
        If `table.crs` is None.

    Examples
    --------
    >>> import geopandas as gpd
    >>> require_crs(gpd.GeoSeries([], crs="EPSG:4326"))
    """
    if table.crs is None:
        msg = "the table has no coordinate reference system; set it with `table.set_crs('EPSG:…')`"
        raise CRSError(msg)


@lru_cache(maxsize=8)
def _ellipsoid(name: str) -> pyproj.Geod:
    return pyproj.CRS(name).get_geod() or pyproj.Geod(ellps="WGS84")


def geodesic_area_m2(geometries: gpd.GeoSeries) -> pd.Series:
    """
    Area of each geometry on the ellipsoid of its own datum.

    Parameters
    ----------
    geometries
        Polygons in any system with a code; lines and points have area 0, empty and missing ones NaN.

    Returns
    -------
    area
        Square metres, indexed as the input. After Karney (2013) by way of pyproj.Geod.

    Raises
    ------
    CRSError
        If the column has no system.

    Examples
    --------
    A cell of 0.01 by 0.01 degree at 24.5 N is 1.0135 km by 1.1077 km:

    >>> import geopandas as gpd
    >>> from shapely import box
    >>> cell = gpd.GeoSeries([box(118.0, 24.5, 118.01, 24.51)], crs="EPSG:4326")
    >>> print(f"{geodesic_area_m2(cell)[0] / 1e6:.3f} km2")
    1.123 km2
    """
    require_crs(geometries)
    geod = _ellipsoid(str(geometries.crs.geodetic_crs.to_wkt()))
    degrees = _degrees(geometries)
    areas = [
        np.nan if geometry is None or geometry.is_empty else abs(geod.geometry_area_perimeter(_oriented(geometry))[0])
        for geometry in degrees
    ]
    return pd.Series(areas, index=geometries.index, name="area_m2", dtype="float64")


def geodesic_length_m(geometries: gpd.GeoSeries) -> pd.Series:
    """
    Length of each line, or perimeter of each polygon, on the ellipsoid of its own datum.

    Parameters
    ----------
    geometries
        Lines or polygons in any system with a code.

    Returns
    -------
    length
        Metres, indexed as the input; NaN for empty and missing ones.

    Raises
    ------
    CRSError
        If the column has no system.

    Examples
    --------
    One hundredth of a degree along the meridian at 24.5 N:

    >>> import geopandas as gpd
    >>> from shapely import LineString
    >>> line = gpd.GeoSeries([LineString([(118, 24.5), (118, 24.51)])], crs="EPSG:4326")
    >>> print(f"{geodesic_length_m(line)[0]:.1f} m")
    1107.7 m
    """
    require_crs(geometries)
    geod = _ellipsoid(str(geometries.crs.geodetic_crs.to_wkt()))
    lengths = [
        np.nan if geometry is None or geometry.is_empty else geod.geometry_length(geometry)
        for geometry in _degrees(geometries)
    ]
    return pd.Series(lengths, index=geometries.index, name="length_m", dtype="float64")


def geodesic_distance_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """
    Shortest way between two points on the WGS 84 ellipsoid.

    Parameters
    ----------
    lon1, lat1, lon2, lat2
        Degrees, WGS 84 or CGCS2000 (equal for this purpose).

    Returns
    -------
    distance
        Metres.

    Examples
    --------
    >>> round(geodesic_distance_m(118.0, 24.5, 118.0, 24.51), 1)
    1107.7
    """
    return float(_ellipsoid(WGS84).inv(lon1, lat1, lon2, lat2)[2])


def _degrees(geometries: gpd.GeoSeries) -> gpd.GeoSeries:
    if geometries.crs.is_geographic:
        return geometries
    return geometries.to_crs(geometries.crs.geodetic_crs)


def _oriented(geometry: BaseGeometry) -> BaseGeometry:
    """Exterior rings one way and holes the other, so that the signed areas of a polygon with holes subtract."""
    return shapely.orient_polygons(geometry) if geometry.geom_type.endswith("Polygon") else geometry
