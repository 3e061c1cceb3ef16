"""What is too thin to be meant: slivers and spikes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import CGCS2000_CM117
from geo.intake.rings import batches
from geo.intake.values import FeatureFault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

#: A part or hole of less mean width (twice area by perimeter) is a sliver, metres.
SLIVER_M = 1.0
#: A corner sharper than this is a spike, degrees; both its sides are longer than `SPIKE_SIDE_M`.
SPIKE_DEGREES = 1.0
SPIKE_SIDE_M = 1.0
#: Types of geometry that enclose an area, as numpy compares them.
POLYGONS = np.array([shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON])


class Spike(NamedTuple):
    """
    A corner that runs out and back.

    Parameters
    ----------
    part, ring, point
        Places in the geometry: of the polygon, of its ring (0 is the outer one) and of the corner.
    degrees
        Its angle.
    """

    part: int
    ring: int
    point: int
    degrees: float


class Rings(NamedTuple):
    """
    All rings of some polygons, with their points in one array.

    Parameters
    ----------
    shape, part, number
        One value a ring: which of the given shapes, which polygon of it, and which ring of that (0 is the outer one).
    points
        Of all rings in their order, two columns; each ring ends on its first point.
    ring
        One value a point: the ring, as a place in `shape`, `part` and `number`.
    """

    shape: NDArray[np.int64]
    part: NDArray[np.int64]
    number: NDArray[np.int64]
    points: NDArray[np.float64]
    ring: NDArray[np.int64]


def shapes_of(table: gpd.GeoDataFrame) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    """
    Give the features that have a geometry.

    Parameters
    ----------
    table
        `feature` and geometry.

    Returns
    -------
    features, shapes
        Their numbers and geometries, none of them missing or empty.

    Examples
    --------
    >>> table = gpd.GeoDataFrame({"feature": [1, 2, 3]}, geometry=[None, shapely.Point(1, 1), shapely.Point()])
    >>> shapes_of(table)[0].tolist()
    [2]
    """
    shapes = table.geometry.to_numpy()
    is_known = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    return table["feature"].to_numpy()[is_known], shapes[is_known]


def polygons_of(table: gpd.GeoDataFrame) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    """
    Give the features that are polygons.

    Parameters
    ----------
    table
        `feature` and geometry.

    Returns
    -------
    features, shapes
        Their numbers and geometries: Polygon or MultiPolygon, not empty.

    Examples
    --------
    >>> table = gpd.GeoDataFrame({"feature": [1, 2]}, geometry=[shapely.Point(1, 1), shapely.box(0, 0, 1, 1)])
    >>> polygons_of(table)[0].tolist()
    [2]
    """
    features, shapes = shapes_of(table)
    is_polygon = np.isin(shapely.get_type_id(shapes), POLYGONS)
    return features[is_polygon], shapes[is_polygon]


def rings_of(shapes: NDArray[np.object_]) -> Rings:
    """
    Take polygons apart into rings.

    Parameters
    ----------
    shapes
        Polygons and MultiPolygons.

    Returns
    -------
    rings
        In the order of the shapes, their polygons, and in these the outer ring first.

    Examples
    --------
    >>> square, hole = shapely.box(0, 0, 9, 9), shapely.box(1, 1, 2, 2)
    >>> rings = rings_of(np.array([square, shapely.MultiPolygon([square.difference(hole), square])]))
    >>> list(zip(rings.shape.tolist(), rings.part.tolist(), rings.number.tolist(), np.bincount(rings.ring).tolist()))
    [(0, 0, 0, 5), (1, 0, 0, 5), (1, 0, 1, 5), (1, 1, 0, 5)]
    """
    polygons, owner = shapely.get_parts(shapes, return_index=True)
    lines, polygon = shapely.get_rings(polygons, return_index=True)
    points, ring = shapely.get_coordinates(lines, return_index=True)
    shape = owner[polygon]
    # All stands in order, so that numbers within a shape and a polygon count on from its first place.
    part = polygon - np.searchsorted(owner, shape)
    number = np.arange(len(lines)) - np.searchsorted(polygon, polygon)
    return Rings(shape, part, number, points, ring)


def mean_width_m(polygon: shapely.Geometry) -> float:
    """
    Twice the area by the perimeter: the width of a long strip.

    Parameters
    ----------
    polygon
        In metres.

    Returns
    -------
    width
        Metres.

    Examples
    --------
    >>> round(mean_width_m(shapely.box(0, 0, 1000, 1)), 2)
    1.0
    """
    return float(_mean_widths_m(np.array([polygon], dtype=object))[0])


def _mean_widths_m(polygons: NDArray[np.object_]) -> NDArray[np.float64]:
    length = shapely.length(polygons)
    twice = 2 * shapely.area(polygons)
    widths: NDArray[np.float64] = np.divide(twice, length, out=np.zeros_like(length), where=length != 0)
    return widths


class _Batch(NamedTuple):
    """Polygons with their numbers, in the table's coordinates and in metres."""

    features: NDArray[np.int64]
    shapes: NDArray[np.object_]
    plane: NDArray[np.object_]


def _in_metres(table: gpd.GeoDataFrame) -> Iterator[_Batch]:
    features, shapes = polygons_of(table)
    for rows in batches(shapes):
        plane = gpd.GeoSeries(shapes[rows], crs=table.crs).to_crs(CGCS2000_CM117)
        yield _Batch(features[rows], shapes[rows], plane.to_numpy())


def thin_faults(table: gpd.GeoDataFrame) -> list[FeatureFault]:
    """
    Find slivers and spikes, with the features brought to metres once.

    Parameters
    ----------
    table
        `feature` and geometry, in any system.

    Returns
    -------
    faults
        As of `slivers`, then as of `spikes`.

    Examples
    --------
    >>> strip = shapely.box(610000, 2708000, 611000, 2708000.5)
    >>> corners = [(610000, 2708000), (610990, 2708000), (610990, 2708500), (613000, 2708501), (610990, 2708502)]
    >>> shapes = [shapely.Polygon(corners), strip]
    >>> table = gpd.GeoDataFrame({"feature": [1, 2]}, geometry=shapes, crs="EPSG:4548")
    >>> [(fault.feature, fault.kind) for fault in thin_faults(table)]
    [(2, 'sliver'), (1, 'spike')]
    """
    narrow, sharp = [], []
    for batch in _in_metres(table):
        narrow += _slivers_in(batch, table)
        sharp += _spikes_in(batch)
    return [*narrow, *sharp]


def slivers(table: gpd.GeoDataFrame) -> list[FeatureFault]:
    """
    Find parts and holes thinner than `SLIVER_M`.

    Parameters
    ----------
    table
        `feature` and geometry, in any system.

    Returns
    -------
    faults
        Of kind `sliver`, at most one a feature; no repair is offered where nothing else would be left.

    Examples
    --------
    >>> strip = shapely.box(610000, 2708000, 611000, 2708000.5)
    >>> table = gpd.GeoDataFrame({"feature": [1]}, geometry=[strip], crs="EPSG:4548")
    >>> slivers(table)[0].reason_en
    'a part or hole is 0.5 m wide on average'
    """
    return [fault for batch in _in_metres(table) for fault in _slivers_in(batch, table)]


def _slivers_in(batch: _Batch, table: gpd.GeoDataFrame) -> list[FeatureFault]:
    parts, part_owner = shapely.get_parts(batch.plane, return_index=True)
    pieces, owner = _with_holes(parts, part_owner)
    widths = _mean_widths_m(pieces)
    is_thin = widths < SLIVER_M
    is_thin[is_thin] = shapely.is_valid(pieces[is_thin])
    # An empty part has no width and no place: it makes no sliver of a feature without another one.
    is_placed = is_thin & ~shapely.is_empty(pieces)
    rows, first = np.unique(owner[is_placed], return_index=True)
    if not len(rows):
        return []
    least = np.full(len(batch.plane), np.inf)
    np.minimum.at(least, owner[is_thin], widths[is_thin])
    leaves_some = np.isin(rows, part_owner[~is_thin[: len(parts)]])
    corners = shapely.get_point(shapely.get_exterior_ring(pieces[is_placed][first]), 0)
    back = gpd.GeoSeries(shapely.force_2d(corners), crs=CGCS2000_CM117).to_crs(table.crs)
    found = []
    for row, x, y, leaves in zip(rows.tolist(), back.x.tolist(), back.y.tolist(), leaves_some.tolist(), strict=True):
        width = least[row]
        zh, en = f"有狭长碎面或碎洞，平均宽度 {width:.1f} 米", f"a part or hole is {width:.1f} m wide on average"
        repair = "drop-slivers" if leaves else "drop-feature"
        found.append(FeatureFault(int(batch.features[row]), "sliver", zh, en, x, y, repair))
    return found


def _with_holes(parts: NDArray[np.object_], owner: NDArray[np.int64]) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Give parts and after them their holes, as polygons, with the place of the feature that each belongs to."""
    rows = np.flatnonzero(shapely.get_num_interior_rings(parts))
    lines, part = shapely.get_rings(parts[rows], return_index=True)
    is_hole = np.diff(part, prepend=-1) == 0
    return (
        np.concatenate([parts, shapely.polygons(lines[is_hole])]),
        np.concatenate([owner, owner[rows][part[is_hole]]]),
    )


def spikes_of(plane: shapely.Geometry) -> list[Spike]:
    """
    Corners of a polygon that run out and back.

    Parameters
    ----------
    plane
        Polygon or MultiPolygon, metres.

    Returns
    -------
    spikes
        Corners sharper than `SPIKE_DEGREES` whose sides are both longer than `SPIKE_SIDE_M`.

    Examples
    --------
    >>> [
    ...     spike.point
    ...     for spike in spikes_of(shapely.Polygon([(0, 0), (99, 0), (99, 50), (300, 50.1), (99, 50.2), (0, 99)]))
    ... ]
    [3]
    """
    rings = rings_of(np.array([plane], dtype=object))
    places, points, degrees = _sharp_corners(rings)
    ring = rings.ring[places]
    found = zip(rings.part[ring].tolist(), rings.number[ring].tolist(), points.tolist(), degrees.tolist(), strict=True)
    return [Spike(*spike) for spike in found]


def _sharp_corners(rings: Rings) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Places among the points, places within their rings, and angles of the corners that are spikes."""
    # The last point of a ring is its first one again.
    place = np.flatnonzero(np.diff(rings.ring, append=-1) == 0)
    corners, ring = rings.points[place], rings.ring[place]
    number = np.arange(len(ring))
    first, last = np.searchsorted(ring, ring), np.searchsorted(ring, ring, side="right") - 1
    back = corners[np.where(number == first, last, number - 1)] - corners
    forth = corners[np.where(number == last, first, number + 1)] - corners
    sides = np.minimum(np.hypot(*back.T), np.hypot(*forth.T))
    cross = back[:, 0] * forth[:, 1] - back[:, 1] * forth[:, 0]
    angles = np.degrees(np.abs(np.arctan2(cross, (back * forth).sum(axis=1))))
    sharp = np.flatnonzero((angles < SPIKE_DEGREES) & (sides > SPIKE_SIDE_M))
    return place[sharp], (number - first)[sharp], angles[sharp]


def spikes(table: gpd.GeoDataFrame) -> list[FeatureFault]:
    """
    Find features with spikes.

    Parameters
    ----------
    table
        `feature` and geometry, in any system.

    Returns
    -------
    faults
        Of kind `spike`, at most one a feature.

    Examples
    --------
    >>> corners = [(610000, 2708000), (610990, 2708000), (610990, 2708500), (613000, 2708501), (610990, 2708502)]
    >>> table = gpd.GeoDataFrame({"feature": [1]}, geometry=[shapely.Polygon(corners)], crs="EPSG:4548")
    >>> spikes(table)[0].reason
    '有 1 处尖刺，夹角 0.06°'
    """
    return [fault for batch in _in_metres(table) for fault in _spikes_in(batch)]


def _spikes_in(batch: _Batch) -> list[FeatureFault]:
    rings = rings_of(batch.plane)
    places, _, degrees = _sharp_corners(rings)
    rows, first, counts = np.unique(rings.shape[rings.ring[places]], return_index=True, return_counts=True)
    # Points stand in the same order in both systems.
    corners = shapely.get_coordinates(batch.shapes)[places[first]]
    found = []
    for row, (x, y), count, angle in zip(rows, corners.tolist(), counts, degrees[first], strict=True):
        zh = f"有 {count} 处尖刺，夹角 {angle:.2f}°"
        en = f"has {count} spike(s), the first of {angle:.2f} degrees"
        found.append(FeatureFault(int(batch.features[row]), "spike", zh, en, x, y, "drop-spikes"))
    return found
