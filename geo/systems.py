"""
Systems that files are written in, and why others are not.

Systems of the nation and of web maps by name, any further EPSG code that fits the city, the two display datums, and the
city's local system where an operator may.
"""

from __future__ import annotations

import warnings
from functools import lru_cache

import pyproj
from pyproj.exceptions import CRSError as ProjCRSError
from pyproj.transformer import AreaOfInterest, TransformerGroup

from geo.crs import CGCS2000, CGCS2000_CM117, WGS84
from geo.errors import CRSError
from geo.local import is_local_configured, local_transformer

CGCS2000_ZONE39 = "EPSG:4527"
WEB_MERCATOR = "EPSG:3857"
#: The city's local system: written only where an operator has configured it (`geo.local`).
XIAMEN92 = "Xiamen92"
#: Display datums of Chinese web maps, which have no EPSG code (`geo.datum`).
DATUMS = ("GCJ-02", "BD-09")
#: Systems that pages offer, with their names in Chinese and English and the short mark that a file's name carries.
SERVED = {
    WGS84: ("WGS 84 经纬度", "WGS 84 longitude, latitude", "wgs84"),
    CGCS2000: ("CGCS2000 经纬度", "CGCS2000 longitude, latitude", "cgcs2000"),
    CGCS2000_CM117: (
        "CGCS2000 三度带，中央经线 117°（米）",
        "CGCS2000 / 3-degree Gauss-Kruger CM 117E (m)",
        "epsg4548",
    ),
    CGCS2000_ZONE39: (
        "CGCS2000 三度带第 39 带，东坐标带带号（米）",
        "CGCS2000 / 3-degree Gauss-Kruger zone 39 (m)",
        "epsg4527",
    ),
    WEB_MERCATOR: ("Web 墨卡托（网络地图用，不可量面积）", "Web Mercator (m; not for measuring)", "epsg3857"),
    DATUMS[0]: (
        "GCJ-02 经纬度（高德、腾讯地图显示用）",
        "GCJ-02 longitude, latitude (display on Amap, Tencent)",
        "gcj02",
    ),
    DATUMS[1]: ("BD-09 经纬度（百度地图显示用）", "BD-09 longitude, latitude (display on Baidu)", "bd09"),
}
_LOCAL = ("厦门92（按部署方所配参数）", "Xiamen 92 (by the operator's parameters)", "xiamen92")
_SPOKEN = {
    "wgs84": WGS84,
    "cgcs2000": CGCS2000,
    "cgcs2000-117e": CGCS2000_CM117,
    "crs84": WGS84,
    "ogc:crs84": WGS84,
    "gcj02": DATUMS[0],
    "gcj-02": DATUMS[0],
    "火星坐标系": DATUMS[0],
    "bd09": DATUMS[1],
    "bd-09": DATUMS[1],
    "bd09ll": DATUMS[1],
    "百度坐标系": DATUMS[1],
    "xiamen92": XIAMEN92,
    "xm92": XIAMEN92,
    "厦门92": XIAMEN92,
    "厦门92坐标系": XIAMEN92,
}
#: West, south, east, north in degrees.
Bounds = tuple[float, float, float, float]
_PLANE_AXES = 2
#: Datums that are one for this purpose: within decimetres of each other, and EPSG states no shift between them.
_EQUAL_DATUMS = {"World Geodetic System 1984 ensemble", "World Geodetic System 1984", "China 2000"}


def served_crs(text: str, *, around: Bounds | None = None) -> str:
    """
    Code of a coordinate reference system that files are written in.

    Parameters
    ----------
    text
        `EPSG:4548`, `4548`, `WGS84`, `CGCS2000`, `GCJ-02`, `bd09` or the like; case and spaces do not matter.
    around
        Bounds of the city in degrees. With them any EPSG code is served whose area of use holds them; without them
        the keys of `SERVED` alone.

    Returns
    -------
    code
        `EPSG:…`, `GCJ-02`, `BD-09`, or `Xiamen92` where an operator has configured it.

    Raises
    ------
    CRSError
        If the system is not served; the message says why.

    Examples
    --------
    >>> served_crs("4548"), served_crs("wgs84"), served_crs("gcj02")
    ('EPSG:4548', 'EPSG:4326', 'GCJ-02')
    >>> served_crs("EPSG:32650", around=(117.9, 24.4, 118.4, 24.9))
    'EPSG:32650'
    """
    spoken = "".join(text.lower().split())
    code = _SPOKEN.get(spoken) or f"EPSG:{spoken.removeprefix('epsg:')}"
    if code == XIAMEN92:
        local_transformer()
        return code
    if code in SERVED:
        return code
    number = code.removeprefix("EPSG:")
    if around is None or not (number.isascii() and number.isdecimal()):
        msg = f"the coordinate reference system {text!r} is not served; ask for one of {', '.join(SERVED)}"
        raise CRSError(msg)
    return _further_crs(f"EPSG:{int(number)}", around)


def is_local(text: str) -> bool:
    """
    Whether a text names the city's local system.

    Parameters
    ----------
    text
        As a person writes it.

    Returns
    -------
    local
        True for 厦门92 in any of its spellings, served or not.

    Examples
    --------
    >>> is_local("厦门 92"), is_local("Xiamen92"), is_local("4527")
    (True, True, False)
    """
    return _SPOKEN.get("".join(text.lower().split())) == XIAMEN92


def served_systems() -> dict[str, tuple[str, str, str]]:
    """
    Systems to offer in this deployment.

    Returns
    -------
    systems
        `SERVED`, and Xiamen 92 where an operator has configured it.

    Examples
    --------
    >>> list(served_systems()) == list(SERVED)
    True
    """
    return SERVED | ({XIAMEN92: _LOCAL} if is_local_configured() else {})


def crs_names(code: str) -> tuple[str, str, str]:
    """
    Name of a system in Chinese and English, and its mark in the names of files.

    Parameters
    ----------
    code
        As `served_crs` gives it.

    Returns
    -------
    names
        Chinese, English, mark.

    Raises
    ------
    CRSError
        If PROJ does not know the code.

    Examples
    --------
    >>> crs_names("EPSG:32650")
    ('WGS 84 / UTM zone 50N', 'WGS 84 / UTM zone 50N', 'epsg32650')
    """
    if code == XIAMEN92:
        return _LOCAL
    if code in SERVED:
        return SERVED[code]
    name = _known_crs(code).name
    return name, name, code.lower().replace(":", "")


def in_degrees(code: str) -> bool:
    """
    Whether coordinates of a system are longitude and latitude in degrees.

    Parameters
    ----------
    code
        As `served_crs` gives it.

    Returns
    -------
    degrees
        False where they are metres.

    Raises
    ------
    CRSError
        If PROJ does not know the code.

    Examples
    --------
    >>> in_degrees("GCJ-02"), in_degrees("EPSG:4548")
    (True, False)
    """
    return code in DATUMS or (code != XIAMEN92 and bool(_known_crs(code).is_geographic))


@lru_cache(maxsize=64)
def _known_crs(code: str) -> pyproj.CRS:
    try:
        return pyproj.CRS(code)
    except ProjCRSError as error:
        msg = f"no coordinate reference system has the code {code!r}; look it up at epsg.org"
        raise CRSError(msg) from error


@lru_cache(maxsize=256)
def _further_crs(code: str, around: Bounds) -> str:
    crs = _known_crs(code)
    why = _unfit(crs, around)
    if why:
        msg = f"{code} ({crs.name}) is not served: {why}; ask for one of {', '.join(SERVED)}"
        raise CRSError(msg)
    return code


def _unfit(crs: pyproj.CRS, around: Bounds) -> str:
    """Say why no file is written in a system, or nothing where one may be."""
    if crs.is_deprecated:
        return "EPSG has withdrawn it"
    is_plane = type(crs) in {pyproj.CRS, pyproj.crs.GeographicCRS, pyproj.crs.ProjectedCRS}
    if not is_plane or not (crs.is_geographic or crs.is_projected) or len(crs.axis_info) != _PLANE_AXES:
        return f"it is a {crs.type_name}, and maps need two axes on the ground"
    area = crs.area_of_use
    west, south, east, north = around
    if area is None or not (area.west <= west and east <= area.east and area.south <= south and north <= area.north):
        return f"its area of use ({area.name if area else 'unknown'}) does not hold the city"
    datum = crs.datum.name if crs.datum else ""
    if datum not in _EQUAL_DATUMS and not _has_transformation(crs, around):
        return f"no published transformation leads to its datum ({datum}) here, and a guess may be 100 m off"
    return ""


def _has_transformation(crs: pyproj.CRS, around: Bounds) -> bool:
    with warnings.catch_warnings():
        # PROJ warns of grids that are not installed; what is left decides.
        warnings.simplefilter("ignore")
        group = TransformerGroup(
            WGS84, crs, always_xy=True, area_of_interest=AreaOfInterest(*around), allow_ballpark=False
        )
    return bool(group.transformers)
