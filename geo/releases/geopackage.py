"""
What makes the SQLite file a GeoPackage (OGC 12-128r18, version 1.3): geometry blobs and the tables that list tables.

GDAL writes GeoPackages too, but neither keys nor triggers, and not within the transaction of the first release.
"""

from __future__ import annotations

import struct
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

#: Statements that list the store's tables as the standard asks; they run once, after the tables are made.
SKELETON = tuple(Path(__file__).with_name("geopackage.sql").read_text(encoding="utf-8").split(";\n"))[:-1]
_HEADER = struct.Struct("<2sBBi4d")
_LITTLE_ENDIAN_WITH_BOX = 0b0000_0011
#: Length of the box by the code in the header: none, xy, xyz, xym, xyzm.
_BOX_BYTES = (0, 32, 48, 48, 64)
_SRID = 4326


def to_blob(shape: BaseGeometry) -> bytes:
    r"""
    Write a geometry as a GeoPackage has it.

    Parameters
    ----------
    shape
        Not empty; WGS 84 longitude and latitude (degrees).

    Returns
    -------
    blob
        Header with SRID 4326 and bounding box, then WKB; little endian.

    Examples
    --------
    >>> from shapely import Point
    >>> blob = to_blob(Point(118.089, 24.479))
    >>> blob[:4], len(blob)
    (b'GP\x00\x03', 61)
    """
    west, south, east, north = shape.bounds
    head = _HEADER.pack(b"GP", 0, _LITTLE_ENDIAN_WITH_BOX, _SRID, west, east, south, north)
    return head + bytes(shapely.to_wkb(shape, byte_order=1))


def from_blob(blob: bytes) -> BaseGeometry:
    """
    Read a geometry as a GeoPackage has it.

    Parameters
    ----------
    blob
        From `to_blob` or another writer.

    Returns
    -------
    shape
        The geometry, in the system of its table.

    Examples
    --------
    >>> from shapely import Point
    >>> from_blob(to_blob(Point(118.089, 24.479)))
    <POINT (118.089 24.479)>
    """
    return shapely.from_wkb(blob[8 + _BOX_BYTES[blob[3] >> 1 & 0b111] :])
