"""What is too thin to be meant: slivers and spikes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import CGCS2000_CM117
from geo.intake.values import FeatureFault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

#: A part or hole of less mean width (twice area by perimeter) is a sliver, metres.
SLIVER_M = 1.0
#: A corner sharper than this is a spike, degrees; both its sides are longer than `SPIKE_SIDE_M`.
SPIKE_DEGREES = 1.0
SPIKE_SIDE_M = 1.0


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


def rings_of(geometry: shapely.Geometry) -> Iterator[tuple[int, int, NDArray[np.float64]]]:
    """
    Go through the rings of a polygon.

    Parameters
    ----------
    geometry
        Polygon or MultiPolygon.

    Yields
    ------
    part, ring, points
        Number of the polygon, of its ring (0 is the outer one), and its points, two columns.

    Examples
    --------
    >>> [(part, ring, len(points)) for part, ring, points in rings_of(shapely.box(0, 0, 1, 1))]
    [(0, 0, 5)]
    """
    for number, part in enumerate(shapely.get_parts(geometry)):
        for ring, line in enumerate([part.exterior, *part.interiors]):
            yield number, ring, shapely.get_coordinates(line)


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
    length = shapely.length(polygon)
    return float(2 * shapely.area(polygon) / length) if length else 0.0


def _plane(table: gpd.GeoDataFrame) -> list[tuple[int, shapely.Geometry, shapely.Geometry]]:
    """Polygons with their number, in the table's coordinates and in metres."""
    plane = table.geometry.to_crs(CGCS2000_CM117)
    triples = zip(table["feature"], table.geometry, plane, strict=True)
    return [
        (int(n), g, p) for n, g, p in triples if g is not None and not g.is_empty and g.geom_type.endswith("Polygon")
    ]


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
    found = []
    for feature, _, plane in _plane(table):
        parts = list(shapely.get_parts(plane))
        holes = [shapely.Polygon(ring) for part in parts for ring in part.interiors]
        thin = [piece for piece in (*parts, *holes) if mean_width_m(piece) < SLIVER_M and piece.is_valid]
        if thin:
            width = min(mean_width_m(piece) for piece in thin)
            point = shapely.Point(shapely.get_coordinates(thin[0])[0])
            back = gpd.GeoSeries([point], crs=CGCS2000_CM117).to_crs(table.crs).iloc[0]
            leaves_some = any(piece not in thin for piece in parts)
            zh, en = f"有狭长碎面或碎洞，平均宽度 {width:.1f} 米", f"a part or hole is {width:.1f} m wide on average"
            repair = "drop-slivers" if leaves_some else "drop-feature"
            found.append(FeatureFault(feature, "sliver", zh, en, back.x, back.y, repair))
    return found


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
    found = []
    for part, ring, points in rings_of(plane):
        corners = points[:-1]
        back, forth = np.roll(corners, 1, axis=0) - corners, np.roll(corners, -1, axis=0) - corners
        sides = np.minimum(np.hypot(*back.T), np.hypot(*forth.T))
        cross = back[:, 0] * forth[:, 1] - back[:, 1] * forth[:, 0]
        angles = np.degrees(np.abs(np.arctan2(cross, (back * forth).sum(axis=1))))
        sharp = np.nonzero((angles < SPIKE_DEGREES) & (sides > SPIKE_SIDE_M))[0]
        found += [Spike(part, ring, int(point), float(angles[point])) for point in sharp]
    return found


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
    found = []
    for feature, geometry, plane in _plane(table):
        sharp = spikes_of(plane)
        if sharp:
            part = shapely.get_parts(geometry)[sharp[0].part]
            line = [part.exterior, *part.interiors][sharp[0].ring]
            x, y = shapely.get_coordinates(line)[sharp[0].point]
            zh = f"有 {len(sharp)} 处尖刺，夹角 {sharp[0].degrees:.2f}°"
            en = f"has {len(sharp)} spike(s), the first of {sharp[0].degrees:.2f} degrees"
            found.append(FeatureFault(feature, "spike", zh, en, float(x), float(y), "drop-spikes"))
    return found
