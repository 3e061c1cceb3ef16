"""Faults in the shape of features: one function a kind, each on the whole table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geo.intake.thin import rings_of, slivers, spikes
from geo.intake.values import FeatureFault
from geo.validity import invalidity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from geo.intake.rings import Mark

_ROUND = 8  # decimals of a degree within which two geometries are the same: a millimetre


def shape_faults(table: gpd.GeoDataFrame, marks: Mapping[int, tuple[Mark, ...]]) -> list[FeatureFault]:
    """
    Find all faults that a feature has in itself, and duplicates.

    Parameters
    ----------
    table
        `feature` and geometry; WGS 84, or no system: then nothing is measured.
    marks
        What was wrong in the geometry as written, by row; their places in the table's coordinates.

    Returns
    -------
    faults
        By feature.

    Examples
    --------
    >>> bow = shapely.from_wkt("POLYGON ((118 24.5, 118.01 24.51, 118.01 24.5, 118 24.51, 118 24.5))")
    >>> table = gpd.GeoDataFrame({"feature": [1]}, geometry=[bow], crs="EPSG:4326")
    >>> [(fault.kind, round(fault.lon, 3), fault.repair) for fault in shape_faults(table, {})]
    [('self-crossing', 118.005, 'make-valid')]
    """
    found = [
        *_marked(table, marks),
        *wrong_types(table, marks),
        *invalid_rings(table),
        *heights(table),
        *duplicates(table),
    ]
    found += repeated_points(table)
    if table.crs is not None:
        found += [*slivers(table), *spikes(table)]
    return sorted(found, key=lambda fault: fault.feature)


def _marked(table: gpd.GeoDataFrame, marks: Mapping[int, tuple[Mark, ...]]) -> Iterator[FeatureFault]:
    for row, group in marks.items():
        for mark in group:
            yield FeatureFault(
                int(table["feature"].iloc[row]), mark.kind, mark.zh, mark.en, mark.x, mark.y, mark.repair
            )


def _known(table: gpd.GeoDataFrame) -> Iterator[tuple[int, shapely.Geometry]]:
    for feature, geometry in zip(table["feature"], table.geometry, strict=True):
        if geometry is not None and not geometry.is_empty:
            yield int(feature), geometry


def _inside(geometry: shapely.Geometry) -> tuple[float, float]:
    try:
        point = shapely.point_on_surface(geometry)
    except shapely.errors.GEOSException:
        point = geometry.centroid
    if point.is_empty:
        point = shapely.Point(shapely.get_coordinates(geometry)[0])
    return float(point.x), float(point.y)


def wrong_types(table: gpd.GeoDataFrame, marks: Mapping[int, tuple[Mark, ...]] | None = None) -> list[FeatureFault]:
    """
    Find features that are no polygons.

    Parameters
    ----------
    table
        `feature` and geometry.
    marks
        Rows whose rings are open are drawn as lines and not named here again.

    Returns
    -------
    faults
        Of kind `wrong-type`.

    Examples
    --------
    >>> point = gpd.GeoDataFrame({"feature": [1]}, geometry=[shapely.Point(118, 24.5)], crs="EPSG:4326")
    >>> wrong_types(point)[0].reason
    '图形类型是 Point，不是面'
    """
    opened = {
        int(table["feature"].iloc[row])
        for row, group in (marks or {}).items()
        if any(m.kind == "unclosed" for m in group)
    }
    return [
        FeatureFault(
            feature,
            "wrong-type",
            f"图形类型是 {geometry.geom_type}，不是面",
            f"the geometry is a {geometry.geom_type}, no polygon",
            *_inside(geometry),
        )
        for feature, geometry in _known(table)
        if geometry.geom_type not in {"Polygon", "MultiPolygon"} and feature not in opened
    ]


def invalid_rings(table: gpd.GeoDataFrame) -> list[FeatureFault]:
    """
    Find polygons whose rings cross, and holes that lie outside.

    Parameters
    ----------
    table
        `feature` and geometry.

    Returns
    -------
    faults
        Of kind `self-crossing` or `hole-outside`, at most one a feature: GEOS names the first.

    Examples
    --------
    >>> hole = shapely.from_wkt("POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (20 20, 21 20, 21 21, 20 20))")
    >>> table = gpd.GeoDataFrame({"feature": [1]}, geometry=[hole])
    >>> [(fault.kind, fault.lon) for fault in invalid_rings(table)]
    [('hole-outside', 20.0)]
    """
    found = []
    for feature, geometry in _known(table):
        why = invalidity(geometry) if geometry.geom_type.endswith("Polygon") else None
        if why is None:
            continue
        kind = "hole-outside" if "outside" in why.en else "self-crossing"
        place = why.place or _inside(geometry)
        found.append(FeatureFault(feature, kind, why.zh, why.en.lower(), *place, "make-valid"))
    return found


def heights(table: gpd.GeoDataFrame) -> list[FeatureFault]:
    """
    Find features with heights.

    Parameters
    ----------
    table
        `feature` and geometry.

    Returns
    -------
    faults
        Of kind `z`.

    Examples
    --------
    >>> deep = gpd.GeoDataFrame({"feature": [1]}, geometry=[shapely.Point(118, 24.5, 3)])
    >>> heights(deep)[0].repair
    'drop-z'
    """
    return [
        FeatureFault(
            feature, "z", "坐标带高程，范围只用平面坐标", "has heights; extents are flat", *_inside(geometry), "drop-z"
        )
        for feature, geometry in _known(table)
        if geometry.has_z
    ]


def duplicates(table: gpd.GeoDataFrame) -> list[FeatureFault]:
    """
    Find features of the very shape of an earlier one.

    Parameters
    ----------
    table
        `feature` and geometry.

    Returns
    -------
    faults
        Of kind `duplicate`, on the later one.

    Examples
    --------
    >>> twice = gpd.GeoDataFrame({"feature": [1, 2]}, geometry=[shapely.box(0, 0, 1, 1)] * 2)
    >>> [(fault.feature, fault.reason) for fault in duplicates(twice)]
    [(2, '图形与第 1 个要素完全相同')]
    """
    first: dict[bytes, int] = {}
    found = []
    for feature, geometry in _known(table):
        rounded = shapely.normalize(shapely.transform(geometry, lambda cells: np.round(cells, _ROUND)))
        earlier = first.setdefault(shapely.to_wkb(rounded), feature)
        if earlier != feature:
            zh, en = f"图形与第 {earlier} 个要素完全相同", f"has the very shape of feature {earlier}"
            found.append(FeatureFault(feature, "duplicate", zh, en, *_inside(geometry), "drop-feature"))
    return found


def repeated_points(table: gpd.GeoDataFrame) -> list[FeatureFault]:
    """
    Find features with the same point twice in a row.

    Parameters
    ----------
    table
        `feature` and geometry.

    Returns
    -------
    faults
        Of kind `repeated-points`.

    Examples
    --------
    >>> square = shapely.Polygon([(0, 0), (1, 0), (1, 0), (1, 1), (0, 0)])
    >>> repeated_points(gpd.GeoDataFrame({"feature": [1]}, geometry=[square]))[0].reason
    '有 1 个点与前一点重复'
    """
    found = []
    for feature, geometry in _known(table):
        if not geometry.geom_type.endswith("Polygon"):
            continue
        count = 0
        place = (0.0, 0.0)
        for _, _, points in rings_of(geometry):
            same = (points[1:] == points[:-1]).all(axis=1)
            if same.any():
                count += int(same.sum())
                place = (float(points[:-1][same][0, 0]), float(points[:-1][same][0, 1]))
        if count:
            zh, en = f"有 {count} 个点与前一点重复", f"has {count} point(s) equal to the one before"
            found.append(FeatureFault(feature, "repeated-points", zh, en, *place, "drop-repeated"))
    return found
