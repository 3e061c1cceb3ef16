"""Polygons from rings as a file writes them, with what is wrong in them kept as marks instead of mended."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

_LEAST_POINTS = 3  # different points that enclose an area
_AT_ONCE = 250_000  # points that are looked at together: their arrays stay small beside the limit of memory


class Mark(NamedTuple):
    """
    Something that is wrong in the geometry as written.

    Parameters
    ----------
    kind
        As of `FeatureFault`.
    zh, en
        What is wrong.
    x, y
        Where, in the file's coordinates; None where nowhere.
    repair
        Code of the repair offered.
    """

    kind: str
    zh: str
    en: str
    x: float | None = None
    y: float | None = None
    repair: str | None = None


class Built(NamedTuple):
    """
    A geometry and its marks.

    Parameters
    ----------
    geometry
        None where nothing can be drawn; lines where rings are not closed.
    marks
        What is wrong.
    """

    geometry: shapely.Geometry | None
    marks: tuple[Mark, ...]


def empty_mark() -> Mark:
    """
    Say that a feature has no geometry.

    Returns
    -------
    mark
        Of kind `empty`.

    Examples
    --------
    >>> empty_mark().kind
    'empty'
    """
    return Mark("empty", "没有图形", "has no geometry")


def points_of(cells: object) -> NDArray[np.float64] | None:
    """
    Coordinates as an array, two or three columns.

    Parameters
    ----------
    cells
        A list of positions, as JSON gives it.

    Returns
    -------
    points
        None where they are no positions of numbers, all of one length; NaN and infinity stay.

    Examples
    --------
    >>> points_of([[1, 2], [3, 4]]).shape, points_of([[1, "b"]]) is None
    ((2, 2), True)
    """
    try:
        points = np.asarray(cells)
    except ValueError:
        return None
    if points.dtype.kind not in "iuf" or points.ndim != 2 or points.shape[1] not in {2, 3, 4}:  # noqa: PLR2004  (a table of lon, lat, height, measure)
        return None
    return points[:, :3].astype("float64")


def built_polygons(polygons: Sequence[Sequence[object]]) -> Built:
    """
    Build a Polygon or MultiPolygon from rings, or lines where a ring is open.

    Parameters
    ----------
    polygons
        Each a list of rings, the outer one first; a ring is a list of positions.

    Returns
    -------
    built
        Marks `non-finite`, `too-few-points` (no geometry then), `unclosed` (all rings as lines then) or `empty`.

    Examples
    --------
    >>> square = [[0, 0], [1, 0], [1, 1], [0, 1]]
    >>> closed, opened = built_polygons([[[*square, [0, 0]]]]), built_polygons([[square]])
    >>> closed.geometry.geom_type, opened.geometry.geom_type, opened.marks[0].kind
    ('Polygon', 'MultiLineString', 'unclosed')
    """
    rings: list[list[NDArray[np.float64]]] = []
    for polygon in polygons:
        known = [points_of(ring) for ring in polygon]
        for points in known:
            bad = _unusable(points)
            if bad:
                return Built(None, (bad,))
        rings.append([points for points in known if points is not None])
    rings = [polygon for polygon in rings if polygon]
    if not rings:
        return Built(None, (empty_mark(),))
    opened = [ring for polygon in rings for ring in polygon if not np.array_equal(ring[0, :2], ring[-1, :2])]
    if opened:
        lines = shapely.multilinestrings([shapely.linestrings(ring[:, :2]) for polygon in rings for ring in polygon])
        return Built(lines, tuple(_unclosed(ring) for ring in opened))
    built = [shapely.Polygon(polygon[0], polygon[1:]) for polygon in rings]
    return Built(built[0] if len(built) == 1 else shapely.MultiPolygon(built), ())


def _unusable(points: NDArray[np.float64] | None) -> Mark | None:
    if points is None:
        return Mark(
            "non-finite", "有的坐标不是数字，或各点维数不同", "a coordinate is no number, or positions differ in length"
        )
    if not np.isfinite(points).all():
        row = int(np.nonzero(~np.isfinite(points).all(axis=1))[0][0])
        return Mark(
            "non-finite",
            f"第 {row + 1} 个点的坐标为空值或无穷大",
            f"position {row + 1} of a ring is NaN or infinite",
        )
    different = len(np.unique(points[:, :2], axis=0))
    if different < _LEAST_POINTS:
        x, y = (float(points[0, 0]), float(points[0, 1])) if len(points) else (None, None)
        return Mark(
            "too-few-points", f"环只有 {different} 个不同的点", f"a ring has only {different} different point(s)", x, y
        )
    return None


def _unclosed(ring: NDArray[np.float64]) -> Mark:
    return Mark(
        "unclosed",
        "环没有闭合：终点与起点不同",
        "a ring is not closed: it does not end on its first point",
        float(ring[-1, 0]),
        float(ring[-1, 1]),
        "close",
    )


def built_from_wkb(content: bytes | None) -> Built:
    """
    Build a geometry from well-known binary, open rings included.

    Parameters
    ----------
    content
        As GDAL or a GeoParquet gives it.

    Returns
    -------
    built
        Lines with the mark `unclosed` where a ring is open; nothing with `broken-geometry` where it cannot be read.

    Examples
    --------
    >>> built_from_wkb(shapely.to_wkb(shapely.box(0, 0, 1, 1))).geometry.area
    1.0
    """
    if content is None:
        return Built(None, (empty_mark(),))
    geometry = shapely.from_wkb(content, on_invalid="ignore")
    if geometry is not None:
        return finite(geometry)
    mended = shapely.from_wkb(content, on_invalid="fix")
    if mended is None or mended.is_empty:
        return Built(None, (Mark("too-few-points", "图形残缺，无法读出", "the geometry is broken and cannot be read"),))
    return _reopened(mended)


def built_from_wkbs(contents: Sequence[bytes | None]) -> list[Built]:
    """
    Build the geometries of a whole layer from well-known binary.

    Parameters
    ----------
    contents
        One a feature, as GDAL or a GeoParquet gives it.

    Returns
    -------
    built
        One a feature, as of `built_from_wkb`.

    Examples
    --------
    >>> square, nowhere = shapely.box(0, 0, 1, 1), shapely.Point(float("nan"), 1)
    >>> built = built_from_wkbs([shapely.to_wkb(square), None, shapely.to_wkb(nowhere)])
    >>> built[0].geometry.area, [mark.kind for one in built for mark in one.marks]
    (1.0, ['empty', 'non-finite'])
    """
    shapes = shapely.from_wkb(np.array(contents, dtype=object), on_invalid="ignore")
    is_plain = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    for rows in batches(shapes):
        points, row = shapely.get_coordinates(shapes[rows], return_index=True)
        is_plain[rows.start + row[~np.isfinite(points).all(axis=1)]] = False
    # What is wrong with the few others is found out one by one.
    return [
        Built(shape, ()) if plain else built_from_wkb(content)
        for shape, plain, content in zip(shapes, is_plain.tolist(), contents, strict=True)
    ]


def batches(shapes: NDArray[np.object_]) -> Iterator[slice]:
    """
    Go through shapes in runs that hold a bounded number of points, so that arrays of them fit into memory.

    Parameters
    ----------
    shapes
        Geometries or None.

    Yields
    ------
    rows
        From 0 to the last, each row once and at least one at a time; none where there are no shapes.

    Examples
    --------
    >>> squares = np.array([shapely.box(0, 0, 1, 1)] * 60_000, dtype=object)
    >>> list(batches(squares))
    [slice(0, 49999, None), slice(49999, 60000, None)]
    """
    run = np.cumsum(shapely.get_num_coordinates(shapes)) // _AT_ONCE
    starts = np.flatnonzero(np.diff(run, prepend=-1))
    for first, last in pairwise([*starts.tolist(), len(shapes)]):
        yield slice(first, last)


def _reopened(mended: shapely.Geometry) -> Built:
    """Lines of a geometry whose rings had to be closed to be read: each without the point that closed it."""
    lines = shapely.get_parts(shapely.boundary(mended))
    corner = shapely.get_coordinates(lines[0])[-2] if len(lines) else np.zeros(2)
    mark = Mark(
        "unclosed",
        "环没有闭合：终点与起点不同",
        "a ring is not closed: it does not end on its first point",
        float(corner[0]),
        float(corner[1]),
        "close",
    )
    return Built(shapely.multilinestrings(lines), (mark,))


def finite(geometry: shapely.Geometry) -> Built:
    """
    Pass a geometry on, unless a coordinate is no number.

    Parameters
    ----------
    geometry
        Any.

    Returns
    -------
    built
        Nothing with the mark `non-finite`, or `empty`; else the geometry.

    Examples
    --------
    >>> finite(shapely.Point(float("nan"), 1)).marks[0].kind, finite(shapely.Point(1, 1)).marks
    ('non-finite', ())
    """
    if geometry.is_empty:
        return Built(None, (empty_mark(),))
    points = shapely.get_coordinates(geometry, include_z=bool(geometry.has_z))
    if np.isfinite(points[:, :2]).all():
        return Built(geometry, ())
    return Built(None, (Mark("non-finite", "坐标为空值或无穷大", "a coordinate is NaN or infinite"),))
