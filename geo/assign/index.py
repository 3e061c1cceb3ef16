"""
Which zone holds each of many points, by a grid over the zones.

A cell that no zone's edge touches lies wholly inside or wholly outside of every zone, so that its points need no test;
the others are tested against the zones whose edge touches their cell, by GEOS's prepared polygons, which are exact.
Cells are found by the same monotone arithmetic for edges and points, so that rounding cannot part the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from geo.assign.zones import Zones

_POINTS_A_CELL = 4
_LEAST_CELLS, _MOST_CELLS = 1 << 10, 1 << 22
_FILL_AT_ONCE = 1 << 20
_MARGIN = 1e-6  # of a cell: edges are cut at cells' size, and a cut may be off by a rounding


@dataclass(frozen=True)
class Shapes:
    """
    Polygons in order of rank: what decides when a point lies in several.

    Parameters
    ----------
    polygons
        First every zone as surely known (shrunk), smallest first; then the grown ones of zones that are not exact.
    zone
        Position of each polygon's zone in the `Zones`.
    sure
        How many of the first polygons are the sure ones.
    """

    polygons: np.ndarray
    zone: np.ndarray
    sure: int


@dataclass(frozen=True)
class ZoneIndex:
    """
    A grid over ranked polygons.

    Parameters
    ----------
    shapes
        The polygons.
    origin, step
        Lower left corner and size of a cell, in the polygons' units.
    columns, rows
        Size of the grid.
    covering
        For each cell the least rank that covers it wholly; `len(shapes.polygons)` where none does.
    starts, touching
        For each cell, where in `touching` the ranks stand whose edge touches it and that would win over `covering`.
    """

    shapes: Shapes
    origin: np.ndarray
    step: np.ndarray
    columns: int
    rows: int
    covering: np.ndarray
    starts: np.ndarray
    touching: np.ndarray

    def ranks(self, places: np.ndarray) -> np.ndarray:
        """
        Least rank of the polygons that hold each point, their edges included.

        Parameters
        ----------
        places
            Coordinates (n, 2) in the zones' system; NaN is nowhere.

        Returns
        -------
        ranks
            `len(shapes.polygons)` where no polygon holds the point.
        """
        cell, within = self._cells(places)
        found: np.ndarray = self.covering[cell]
        found[~within] = len(self.shapes.polygons)
        count = self.starts[cell + 1] - self.starts[cell]
        count[~within] = 0
        mixed = np.flatnonzero(count)
        if len(mixed):
            point = np.repeat(mixed, count[mixed])
            rank = self.touching[_ranges(self.starts[cell[mixed]], count[mixed])]
            held = shapely.intersects_xy(self.shapes.polygons[rank], places[point, 0], places[point, 1])
            # A point's ranks ascend, and of equal positions the last write stays: so the least rank does.
            found[point[held][::-1]] = rank[held][::-1]
        return found

    def _cells(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        with np.errstate(invalid="ignore"):
            column = np.floor((places[:, 0] - self.origin[0]) / self.step[0])
            row = np.floor((places[:, 1] - self.origin[1]) / self.step[1])
            within = (column >= 0) & (column < self.columns) & (row >= 0) & (row < self.rows)
        cell = np.zeros(len(places), dtype=np.int64)
        cell[within] = row[within].astype(np.int64) * self.columns + column[within].astype(np.int64)
        return cell, within


def ranked(zones: Zones) -> Shapes:
    """
    Order the zones' sure and possible polygons by which wins.

    Parameters
    ----------
    zones
        In the order of ties.

    Returns
    -------
    shapes
        Polygons with something left of them, prepared.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from geo.assign.zones import prepared_zones
    >>> square = gpd.GeoDataFrame(
    ...     {"zone_id": ["a"], "position_accuracy_m": [100.0]},
    ...     geometry=[shapely.box(610000, 2708000, 611000, 2709000)],
    ...     crs="EPSG:4548",
    ... )
    >>> shapes = ranked(prepared_zones(square))
    >>> len(shapes.polygons), shapes.sure
    (2, 1)
    """
    sure = np.flatnonzero(~shapely.is_empty(zones.shrunk))
    possible = np.flatnonzero(~zones.is_exact)
    polygons = np.concatenate([zones.shrunk[sure], zones.grown[possible]])
    shapely.prepare(polygons)
    return Shapes(polygons, np.concatenate([sure, possible]), len(sure))


def zone_index(shapes: Shapes, *, points: int) -> ZoneIndex:
    """
    Lay a grid over ranked polygons.

    Parameters
    ----------
    shapes
        The polygons.
    points
        How many are to be found: more of them are worth a finer grid.

    Returns
    -------
    index
        Made once, read by several threads.

    Examples
    --------
    >>> one = Shapes(np.array([shapely.box(0, 0, 10, 10)]), np.array([0]), 1)
    >>> _ = shapely.prepare(one.polygons)
    >>> zone_index(one, points=100).ranks(np.array([[5, 5], [10, 10], [10.001, 10], [np.nan, 0]])).tolist()
    [0, 0, 1, 1]
    """
    none = len(shapes.polygons)
    if not none:
        return ZoneIndex(shapes, np.zeros(2), np.ones(2), 0, 0, np.zeros(1, np.int64), np.zeros(2, np.int64), _NOTHING)
    bounds = shapely.total_bounds(shapes.polygons)
    size = np.maximum(bounds[2:] - bounds[:2], 1e-9)
    cells = min(max(points // _POINTS_A_CELL, _LEAST_CELLS), _MOST_CELLS)
    columns = max(1, min(cells, round((cells * size[0] / size[1]) ** 0.5)))
    rows = max(1, cells // columns)
    step = size * (1 + 4 * _MARGIN) / np.array([columns, rows])
    origin = bounds[:2] - size * _MARGIN
    grid = _Grid(origin, step, columns, rows)
    rank, row, column = grid.edge_cells(shapes.polygons)
    covering = grid.covered(shapes.polygons, rank, row, column)
    cell = row * columns + column
    wins = rank < covering[cell]
    order = np.lexsort((rank[wins], cell[wins]))
    starts = np.concatenate([[0], np.cumsum(np.bincount(cell[wins], minlength=rows * columns))])
    _warm(shapes.polygons)
    return ZoneIndex(shapes, origin, step, columns, rows, covering, starts, rank[wins][order])


_NOTHING = np.zeros(0, dtype=np.int64)


def _warm(polygons: np.ndarray) -> None:
    """Have GEOS build what a prepared polygon looks points up in, before threads share it."""
    middle = shapely.get_coordinates(shapely.point_on_surface(polygons))
    shapely.intersects_xy(polygons, middle[:, 0], middle[:, 1])


@dataclass(frozen=True)
class _Grid:
    origin: np.ndarray
    step: np.ndarray
    columns: int
    rows: int

    def edge_cells(self, polygons: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Rank, row and column of the cells that edges may touch, sorted and each once."""
        lines, owner = shapely.get_parts(shapely.boundary(polygons), return_index=True)
        fine = shapely.segmentize(lines, float(self.step.min()))
        places, line = shapely.get_coordinates(fine, return_index=True)
        joined = line[1:] == line[:-1]
        first, last = places[:-1][joined], places[1:][joined]
        low = self._cell(np.minimum(first, last), -_MARGIN)
        high = self._cell(np.maximum(first, last), _MARGIN)
        keys = self._keys(owner[line[1:][joined]], low, high)
        rest, column = np.divmod(keys, self.columns)
        rank, row = np.divmod(rest, self.rows)
        return rank, row, column

    def _cell(self, places: np.ndarray, margin: float) -> np.ndarray:
        cell = np.floor((places - self.origin) / self.step + margin).astype(np.int64)
        return np.asarray(cell.clip(0, [self.columns - 1, self.rows - 1]))

    def _keys(self, rank: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """Number every cell in the boxes from `low` to `high`."""
        wide, tall = (high - low).max(axis=0) if len(low) else (0, 0)
        found = [_NOTHING]
        for right in range(int(wide) + 1):
            for up in range(int(tall) + 1):
                some = (low[:, 0] + right <= high[:, 0]) & (low[:, 1] + up <= high[:, 1])
                row, column = low[some, 1] + up, low[some, 0] + right
                found.append((rank[some] * self.rows + row) * self.columns + column)
        return np.unique(np.concatenate(found))

    def covered(self, polygons: np.ndarray, rank: np.ndarray, row: np.ndarray, column: np.ndarray) -> np.ndarray:
        """Least rank that covers each cell: between two edge cells of a row all cells are alike, so one is tested."""
        gap = np.flatnonzero((rank[1:] == rank[:-1]) & (row[1:] == row[:-1]) & (column[1:] - column[:-1] > 1))
        middle = self.origin + (np.column_stack([column[gap] + 1, row[gap]]) + 0.5) * self.step
        inside = gap[shapely.intersects_xy(polygons[rank[gap]], middle[:, 0], middle[:, 1])]
        first, count = row[inside] * self.columns + column[inside] + 1, column[inside + 1] - column[inside] - 1
        covering = np.full(self.rows * self.columns, len(polygons), dtype=np.int64)
        # From the highest rank to the least, so that the least is written last.
        pieces = np.cumsum(count[::-1]) // _FILL_AT_ONCE
        for piece in np.unique(pieces):
            some = np.flatnonzero(pieces == piece)
            some = len(count) - 1 - some
            covering[_ranges(first[some], count[some])] = np.repeat(rank[inside][some], count[some])
        return covering


def _ranges(first: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Numbers first, first + 1, … of each range, one range after the other."""
    ends = np.cumsum(count)
    return np.asarray(np.arange(ends[-1] if len(ends) else 0) + np.repeat(first - (ends - count), count))
