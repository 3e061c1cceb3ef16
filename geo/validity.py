"""Why a polygon is not valid, and where, in both languages."""

from __future__ import annotations

import re
from typing import NamedTuple

import shapely

_PLACE = re.compile(r"^(.*?)\[(\S+) (\S+)\]$")
#: What GEOS says, in the words of a land office.
_ZH = {
    "Self-intersection": "边界自相交",
    "Ring Self-intersection": "同一个环自相接触或相交",
    "Hole lies outside shell": "洞在外环之外",
    "Nested shells": "一个部分套在另一个部分里",
    "Nested holes": "洞中套洞",
    "Holes are nested": "洞中套洞",
    "Duplicate Rings": "有重复的环",
    "Interior is disconnected": "内部被洞割断",
}


class Invalidity(NamedTuple):
    """
    The first reason why a geometry is not valid.

    Parameters
    ----------
    zh, en
        What is wrong; English as GEOS says it.
    place
        Where, in the geometry's own coordinates, x first; None where GEOS does not say.
    """

    zh: str
    en: str
    place: tuple[float, float] | None


def invalidity(geometry: shapely.Geometry) -> Invalidity | None:
    """
    Say why a geometry is not valid.

    Parameters
    ----------
    geometry
        Any, in any coordinates.

    Returns
    -------
    invalidity
        None where it is valid.

    Examples
    --------
    >>> invalidity(shapely.from_wkt("POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))"))
    Invalidity(zh='边界自相交', en='Self-intersection', place=(1.0, 1.0))
    >>> invalidity(shapely.box(0, 0, 1, 1)) is None
    True
    """
    if geometry.is_valid:
        return None
    reason = str(shapely.is_valid_reason(geometry))
    found = _PLACE.match(reason)
    words = found[1] if found else reason
    place = (float(found[2]), float(found[3])) if found else None
    return Invalidity(_ZH.get(words, "边界自相交或各部分重叠"), words, place)
