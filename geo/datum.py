"""
GCJ-02 and BD-09: the shifted coordinates of Chinese web maps, here for display alone.

Amap and Tencent draw in GCJ-02 (in Xiamen some 583 m from WGS 84), Baidu in BD-09 (over 1 km). Neither has an EPSG
code, and both pass every check of a CRS. So a table in one of them has no CRS here (`table.crs` is None), and its name
and metadata say the datum. The formulas are those that circulate in public (for example the project eviltransform by
Googol Lee, https://github.com/googollee/eviltransform); no authority has published them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import WGS84, require_crs
from geo.errors import CRSError
from geo.local import local_transformer
from geo.systems import DATUMS, XIAMEN92

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Degrees = NDArray[np.float64]

Placed = TypeVar("Placed", gpd.GeoDataFrame, gpd.GeoSeries)

GCJ02, BD09 = DATUMS
#: Ellipsoid of Krasovsky 1940: semi-major axis in metres and squared eccentricity, as the formulas have it.
_AXIS_M = 6_378_245.0
_SQUARE = 0.006_693_421_622_965_943_23
#: Box within which GCJ-02 shifts: west, south, east, north.
CHINA = (72.004, 0.8293, 137.8347, 55.8271)
_BAIDU = np.pi * 3000 / 180
#: A thousand-millionth of a degree is a tenth of a millimetre.
_CLOSE = 1e-9
_TURNS = 30


def shift(
    lon: Degrees | float, lat: Degrees | float, *, source: str = "WGS 84", target: str = GCJ02
) -> tuple[Degrees, Degrees]:
    """
    Carry points from one datum to another.

    Parameters
    ----------
    lon, lat
        Degrees.
    source, target
        `WGS 84`, `GCJ-02` or `BD-09`.

    Returns
    -------
    lon, lat
        Degrees. Outside the box of China both datums are WGS 84 itself. There and back is within 1 mm.

    Raises
    ------
    CRSError
        If a datum is not known.

    Examples
    --------
    >>> [round(float(value), 6) for value in shift(118.089, 24.479)]
    [118.093977, 24.476353]
    """
    steps = ["WGS 84", GCJ02, BD09]
    for name in (source, target):
        if name not in steps:
            msg = f"no datum is called {name!r}; there are {', '.join(steps)}"
            raise CRSError(msg)
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    here, there = steps.index(source), steps.index(target)
    formulas = (_gcj02, _bd09)
    while here < there:
        x, y = formulas[here](x, y)
        here += 1
    while here > there:
        here -= 1
        x, y = _inverse(formulas[here], x, y)
    return x, y


def _inside(lon: Degrees, lat: Degrees) -> NDArray[np.bool_]:
    west, south, east, north = CHINA
    inside: NDArray[np.bool_] = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return inside


def _gcj02(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    waves = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    east = waves + 20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi / 3.0 * x)
    east = (east + 150.0 * np.sin(np.pi / 12.0 * x) + 300.0 * np.sin(np.pi / 30.0 * x)) * 2.0 / 3.0
    east += 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    north = waves + 20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi / 3.0 * y)
    north = (north + 160.0 * np.sin(np.pi / 12.0 * y) + 320.0 * np.sin(np.pi / 30.0 * y)) * 2.0 / 3.0
    north += -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    phi = np.radians(lat)
    bulge = 1.0 - _SQUARE * np.sin(phi) ** 2
    meridian_m = _AXIS_M * (1.0 - _SQUARE) / bulge**1.5
    parallel_m = _AXIS_M / np.sqrt(bulge) * np.cos(phi)
    inside = _inside(lon, lat)
    moved_lon = lon + np.degrees(east / parallel_m)
    moved_lat = lat + np.degrees(north / meridian_m)
    return np.where(inside, moved_lon, lon), np.where(inside, moved_lat, lat)


def _bd09(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    radius = np.hypot(lon, lat) + 0.000_02 * np.sin(lat * _BAIDU)
    angle = np.arctan2(lat, lon) + 0.000_003 * np.cos(lon * _BAIDU)
    inside = _inside(lon, lat)
    return (
        np.where(inside, radius * np.cos(angle) + 0.0065, lon),
        np.where(inside, radius * np.sin(angle) + 0.006, lat),
    )


def _inverse(
    formula: Callable[[Degrees, Degrees], tuple[Degrees, Degrees]], lon: Degrees, lat: Degrees
) -> tuple[Degrees, Degrees]:
    """Take off what the formula puts on at the point found so far, until it moves no more."""
    x, y = lon, lat
    for _ in range(_TURNS):
        found_x, found_y = formula(x, y)
        off_x, off_y = found_x - lon, found_y - lat
        x, y = x - off_x, y - off_y
        if np.all((np.abs(off_x) < _CLOSE) & (np.abs(off_y) < _CLOSE) | np.isnan(off_x + off_y)):
            break
    return x, y


def to_datum(table: Placed, datum: str) -> Placed:
    """
    Carry a table into a display datum.

    Parameters
    ----------
    table
        Geometry table or column in any CRS.
    datum
        `GCJ-02` or `BD-09`.

    Returns
    -------
    table
        A copy in degrees of that datum, two-dimensional, with no CRS: say the datum wherever it goes.

    Raises
    ------
    CRSError
        If the table has no CRS or the datum is not known.

    Examples
    --------
    >>> from shapely import Point
    >>> spot = gpd.GeoSeries([Point(118.089, 24.479)], crs="EPSG:4326")
    >>> shifted = to_datum(spot, "GCJ-02")
    >>> shifted.crs is None, round(shifted[0].x, 6)
    (True, 118.093977)
    """
    require_crs(table)
    degrees: Placed = table.to_crs(WGS84)
    return _moved(degrees, None, lambda x, y: shift(x, y, target=datum))


def from_datum(table: Placed, datum: str) -> Placed:
    """
    Carry a table out of a display datum.

    Parameters
    ----------
    table
        Geometry table or column in degrees of the datum; whatever CRS it claims is not believed.
    datum
        `GCJ-02` or `BD-09`.

    Returns
    -------
    table
        A copy in WGS 84 (EPSG:4326), two-dimensional.

    Raises
    ------
    CRSError
        If the datum is not known.

    Examples
    --------
    >>> from shapely import Point
    >>> spot = from_datum(gpd.GeoSeries([Point(118.093977, 24.476353)]), "GCJ-02")
    >>> spot.crs.to_epsg(), round(spot[0].x, 5), round(spot[0].y, 5)
    (4326, 118.089, 24.479)
    """
    return _moved(table, WGS84, lambda x, y: shift(x, y, source=datum, target="WGS 84"))


def in_system(table: gpd.GeoDataFrame, code: str) -> gpd.GeoDataFrame:
    """
    Carry a table into any system that files are written in.

    Parameters
    ----------
    table
        Any CRS.
    code
        As `geo.systems.served_crs` gives it: EPSG code, `GCJ-02`, `BD-09` or `Xiamen92`.

    Returns
    -------
    table
        A copy; one without EPSG code has no CRS.

    Raises
    ------
    CRSError
        If the table has no CRS, or the operator's pipeline for Xiamen 92 is not there.

    Examples
    --------
    >>> from shapely import Point
    >>> spot = gpd.GeoDataFrame(geometry=[Point(118.089, 24.479)], crs="EPSG:4326")
    >>> round(in_system(spot, "EPSG:4527").geometry[0].x, 3)
    39610398.081
    """
    require_crs(table)
    if code in DATUMS:
        return to_datum(table, code)
    if code == XIAMEN92:
        transformer = local_transformer()
        return _moved(table.to_crs(WGS84), None, transformer.transform)
    moved: gpd.GeoDataFrame = table.to_crs(code)
    return moved


def _moved(table: Placed, crs: str | None, move: Callable[[Degrees, Degrees], tuple[Degrees, Degrees]]) -> Placed:
    geometries = table.geometry
    moved = gpd.GeoSeries(
        shapely.transform(geometries.to_numpy(), move, interleaved=False), index=geometries.index, crs=crs
    )
    if isinstance(table, gpd.GeoSeries):
        return moved.rename(table.name)
    # `set_geometry` would keep the system that the table had.
    bare = pd.DataFrame(table.drop(columns=geometries.name)).assign(**{geometries.name: moved})
    return gpd.GeoDataFrame(bare[list(table.columns)], geometry=geometries.name, crs=crs)
