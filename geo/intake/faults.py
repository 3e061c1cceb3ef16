"""Faults in the shape of features: one function a kind, each on the whole table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geo.intake.rings import batches
from geo.intake.thin import POLYGONS, polygons_of, rings_of, shapes_of, thin_faults
from geo.intake.values import FeatureFault
from geo.validity import invalidity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

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
        found += thin_faults(table)
    return sorted(found, key=lambda fault: fault.feature)


def _marked(table: gpd.GeoDataFrame, marks: Mapping[int, tuple[Mark, ...]]) -> Iterator[FeatureFault]:
    for row, group in marks.items():
        for mark in group:
            yield FeatureFault(
                int(table["feature"].iloc[row]), mark.kind, mark.zh, mark.en, mark.x, mark.y, mark.repair
            )


def _inside(geometry: shapely.Geometry) -> tuple[float, float]:
    try:
        point = shapely.point_on_surface(geometry)
    except shapely.errors.GEOSException:
        point = geometry.centroid
    if point.is_empty:
        point = shapely.Point(shapely.get_coordinates(geometry)[0])
    return float(point.x), float(point.y)


def _insides(shapes: NDArray[np.object_]) -> list[tuple[float, float]]:
    """Give what `_inside` gives for each shape; one by one only where GEOS fails for some of them."""
    try:
        points = shapely.point_on_surface(shapes)
    except shapely.errors.GEOSException:
        return [_inside(shape) for shape in shapes]
    # In a collection that begins with an empty member GEOS finds none.
    is_lacking = shapely.is_empty(points)
    points[is_lacking] = [shapely.Point(_inside(shape)) for shape in shapes[is_lacking]]
    return list(zip(shapely.get_x(points).tolist(), shapely.get_y(points).tolist(), strict=True))


def _placed(
    features: NDArray[np.int64], shapes: NDArray[np.object_]
) -> Iterator[tuple[int, shapely.Geometry, tuple[float, float]]]:
    """Features with a point inside each."""
    return zip(features.tolist(), shapes, _insides(shapes), strict=True)


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
    features, shapes = shapes_of(table)
    is_wrong = ~np.isin(shapely.get_type_id(shapes), POLYGONS) & ~np.isin(features, list(opened))
    return [
        FeatureFault(
            feature,
            "wrong-type",
            f"图形类型是 {geometry.geom_type}，不是面",
            f"the geometry is a {geometry.geom_type}, no polygon",
            *place,
        )
        for feature, geometry, place in _placed(features[is_wrong], shapes[is_wrong])
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
    features, shapes = polygons_of(table)
    rows = np.flatnonzero(~shapely.is_valid(shapes))
    found = []
    for feature, geometry in zip(features[rows].tolist(), shapes[rows], strict=True):
        why = invalidity(geometry)
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
    features, shapes = shapes_of(table)
    is_deep = shapely.has_z(shapes)
    zh, en = "坐标带高程，范围只用平面坐标", "has heights; extents are flat"
    return [
        FeatureFault(feature, "z", zh, en, *place, "drop-z")
        for feature, _, place in _placed(features[is_deep], shapes[is_deep])
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
    features, shapes = shapes_of(table)
    first: dict[bytes, int] = {}
    earlier = []
    for rows in batches(shapes):
        rounded = shapely.transform(shapes[rows], lambda cells: np.round(cells, _ROUND))
        keys = shapely.to_wkb(shapely.normalize(rounded))
        earlier += [first.setdefault(key, feature) for key, feature in zip(keys, features[rows].tolist(), strict=True)]
    later = np.flatnonzero(np.array(earlier, dtype="int64") != features)
    found = []
    for row, (feature, _, place) in zip(later, _placed(features[later], shapes[later]), strict=True):
        zh, en = f"图形与第 {earlier[row]} 个要素完全相同", f"has the very shape of feature {earlier[row]}"
        found.append(FeatureFault(feature, "duplicate", zh, en, *place, "drop-feature"))
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
    features, shapes = polygons_of(table)
    return [fault for rows in batches(shapes) for fault in _repeated_in(features[rows], shapes[rows])]


def _repeated_in(features: NDArray[np.int64], shapes: NDArray[np.object_]) -> list[FeatureFault]:
    rings = rings_of(shapes)
    is_same = (rings.points[1:] == rings.points[:-1]).all(axis=1) & (rings.ring[1:] == rings.ring[:-1])
    places = np.flatnonzero(is_same)
    ring, first = np.unique(rings.ring[places], return_index=True)
    counts = np.bincount(rings.shape[rings.ring[places]])
    # Shown is the first such point of the last ring that has any: later rings take the place of earlier ones.
    shown = dict(zip(rings.shape[ring].tolist(), rings.points[places[first]].tolist(), strict=True))
    found = []
    for row, (x, y) in shown.items():
        zh, en = f"有 {counts[row]} 个点与前一点重复", f"has {counts[row]} point(s) equal to the one before"
        found.append(FeatureFault(int(features[row]), "repeated-points", zh, en, x, y, "drop-repeated"))
    return found
