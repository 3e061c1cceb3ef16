"""
Points and parcels assigned to zones: arrays in, columns out.

A point is `inside` a zone when it lies in the zone even if shrunk by its accuracy, `undetermined` when only in the
grown one, `outside` else. Of several zones the surest holds, then the smallest, then the one with the lesser id.
A parcel is `inside` when wholly so, `partly` when surely cut by the edge, `undetermined` when the edge's accuracy
decides, `outside` else; of several zones the one with the largest share as drawn holds, then as for points.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import shapely

from geo.assign.index import Shapes, ZoneIndex, ranked, zone_index

if TYPE_CHECKING:
    from geo.assign.zones import Zones

#: What is said of a row, in Chinese and English.
CERTAINTIES = {
    "inside": ("区内", "inside, whatever the edge's accuracy"),
    "partly": ("部分在区内", "a parcel surely cut by the zone's edge"),
    "undetermined": ("精度不足，无法判定", "too near the edge for its accuracy"),
    "outside": ("区外", "in no zone, whatever the edges' accuracy"),
}
POINT_COLUMNS = ("zone", "certainty")
PARCEL_COLUMNS = (*POINT_COLUMNS, "share", "share_min", "share_max")
_WORDS = pa.array(CERTAINTIES)
_INSIDE, _PARTLY, _UNDETERMINED, _OUTSIDE = range(4)
_LEAST_SHARE = 1e-9  # less is a rounding of edges that only touch


@dataclass(frozen=True)
class Assignment:
    """
    Zones, ready for any number of points.

    Parameters
    ----------
    zones
        The zones.
    index
        The grid over them.
    """

    zones: Zones
    index: ZoneIndex

    @property
    def shapes(self) -> Shapes:
        """The ranked polygons."""
        return self.index.shapes


def assignment(zones: Zones, *, points: int = 1_000_000) -> Assignment:
    """
    Prepare an assignment.

    Parameters
    ----------
    zones
        From `read_zones` or `prepared_zones`.
    points
        How many are to be assigned, about.

    Returns
    -------
    assignment
        For `assign_points` and `assign_parcels`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from geo.assign.zones import prepared_zones
    >>> park = gpd.GeoDataFrame({"zone_id": ["a"]}, geometry=[shapely.box(118, 24.5, 118.1, 24.6)], crs="EPSG:4326")
    >>> assignment(prepared_zones(park)).shapes.sure
    1
    """
    return Assignment(zones, zone_index(ranked(zones), points=points))


def assign_points(places: np.ndarray, to: Assignment, *, all_zones: bool = False) -> pa.Table:
    """
    Assign points.

    Parameters
    ----------
    places
        Coordinates (n, 2) in the zones' system, x first; NaN where a place is unknown.
    to
        The zones.
    all_zones
        Lists of all zones that may hold a point, the surest first, instead of the one.

    Returns
    -------
    columns
        `zone` (null outside) and `certainty`, one row a point; both null where the place is unknown.

    Examples
    --------
    An edge known to 50 m: a point 200 m inside, one on the edge, one 200 m outside, one nowhere.

    >>> import geopandas as gpd
    >>> from geo.assign.zones import prepared_zones
    >>> park = gpd.GeoDataFrame(
    ...     {"zone_id": ["a"], "position_accuracy_m": [50.0]},
    ...     geometry=[shapely.box(610000, 2708000, 611000, 2709000)],
    ...     crs="EPSG:4548",
    ... )
    >>> places = np.array([[610200, 2708500], [610000, 2708500], [609800, 2708500], [np.nan, np.nan]])
    >>> assign_points(places, assignment(prepared_zones(park))).to_pydict()
    {'zone': ['a', 'a', None, None], 'certainty': ['inside', 'undetermined', 'outside', None]}
    """
    known = ~np.isnan(places).any(axis=1)
    if all_zones:
        return _listed(*_all_of_points(places, to.shapes), known, to.zones)
    shapes, rank = to.shapes, to.index.ranks(places)
    zone = np.append(shapes.zone, -1)[rank]
    certainty = np.where(rank < shapes.sure, _INSIDE, np.where(zone < 0, _OUTSIDE, _UNDETERMINED))
    return pa.table({"zone": _zones_of(zone, to.zones), "certainty": _words(certainty, known)})


def assign_parcels(parcels: np.ndarray, to: Assignment, *, all_zones: bool = False) -> pa.Table:
    """
    Assign parcels by their area.

    Parameters
    ----------
    parcels
        Polygons in the zones' system; None or empty where a place is unknown. Invalid ones are mended first.
    to
        The zones.
    all_zones
        Lists of all zones that may hold some of a parcel, the largest share first, instead of the one.

    Returns
    -------
    columns
        `zone`, `certainty` and, of the parcel's area (0 to 1), `share` in the zone as drawn, `share_min` and
        `share_max` in the zone shrunk and grown. Outside, zone is null and the shares are 0. All are null where the
        place is unknown. Areas are plane in the zones' system: of degrees too, ratios within a parcel hold.

    Examples
    --------
    Half of the parcel lies in the park, whose edge is exact:

    >>> import geopandas as gpd
    >>> from geo.assign.zones import prepared_zones
    >>> park = gpd.GeoDataFrame({"zone_id": ["a"]}, geometry=[shapely.box(0, 0, 100, 100)], crs="EPSG:4548")
    >>> found = assign_parcels(np.array([shapely.box(90, 0, 110, 10)]), assignment(prepared_zones(park)))
    >>> found.to_pylist()
    [{'zone': 'a', 'certainty': 'partly', 'share': 0.5, 'share_min': 0.5, 'share_max': 0.5}]
    """
    sound = parcels.copy()
    broken = ~(shapely.is_valid(parcels) | shapely.is_missing(parcels))
    sound[broken] = shapely.make_valid(parcels[broken])
    known = shapely.area(sound) > 0
    row, zone, shares = _shares(sound, to.zones)
    certainty = _parcel_certainty(shares)
    order = np.lexsort((zone, -shares[:, 1], -shares[:, 0], row))
    row, zone, shares, certainty = row[order], zone[order], shares[order], certainty[order]
    names = PARCEL_COLUMNS[2:]
    if all_zones:
        table = _listed(row, zone, certainty, known, to.zones)
        offsets = _offsets(row, known)
        for position, name in enumerate(names):
            table = table.append_column(name, pa.ListArray.from_arrays(offsets, pa.array(shares[:, position])))
        return table
    first = np.flatnonzero(np.r_[True, row[1:] != row[:-1]]) if len(row) else row
    held, said, part = np.full(len(sound), -1), np.full(len(sound), _OUTSIDE), np.zeros((len(sound), 3))
    held[row[first]], said[row[first]], part[row[first]] = zone[first], certainty[first], shares[first]
    columns = {"zone": _zones_of(held, to.zones), "certainty": _words(said, known)}
    return pa.table(columns | {name: pa.array(part[:, k], mask=~known) for k, name in enumerate(names)})


def _all_of_points(places: np.ndarray, shapes: Shapes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row, zone and certainty of every pair; each zone once a point, at its surest."""
    tree = shapely.STRtree(shapes.polygons)
    known = np.flatnonzero(~np.isnan(places).any(axis=1))
    point, rank = tree.query(shapely.points(places[known]))
    point = known[point]
    held = shapely.intersects_xy(shapes.polygons[rank], places[point, 0], places[point, 1])
    point, rank = point[held], rank[held]
    order = np.lexsort((rank, point))
    point, rank = point[order], rank[order]
    zone = shapes.zone[rank]
    _, first = np.unique(np.column_stack([point, zone]), axis=0, return_index=True)
    first.sort()
    certainty = np.where(rank < shapes.sure, _INSIDE, _UNDETERMINED)
    return point[first], zone[first], certainty[first]


def _shares(parcels: np.ndarray, zones: Zones) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row, zone and the three shares of every pair that has any."""
    tree = shapely.STRtree(zones.grown)
    row, zone = tree.query(parcels)
    area = shapely.area(parcels[row])
    row, zone, area = row[area > 0], zone[area > 0], area[area > 0]
    shares = np.zeros((len(row), 3))
    for column, polygons in enumerate((zones.drawn, zones.shrunk, zones.grown)):
        todo = np.ones(len(row), dtype=bool) if column == 0 else ~zones.is_exact[zone]
        shares[~todo, column] = shares[~todo, 0]
        shares[todo, column] = _parts(parcels[row[todo]], polygons[zone[todo]], area[todo])
    shares[shares < _LEAST_SHARE] = 0
    shares[shares > 1 - _LEAST_SHARE] = 1
    shares[:, 1] = np.minimum(shares[:, 1], shares[:, 0])
    shares[:, 2] = np.maximum(shares[:, 2], shares[:, 0])
    some = shares[:, 2] > 0
    return row[some], zone[some], shares[some]


def _parts(parcels: np.ndarray, polygons: np.ndarray, area: np.ndarray) -> np.ndarray:
    """Share of each parcel in its polygon; only those that an edge cuts are intersected."""
    share: np.ndarray = shapely.covers(polygons, parcels).astype("float64")
    cut = np.flatnonzero((share == 0) & shapely.intersects(polygons, parcels))
    share[cut] = shapely.area(shapely.intersection(polygons[cut], parcels[cut])) / area[cut]
    return share


def _parcel_certainty(shares: np.ndarray) -> np.ndarray:
    least, most = shares[:, 1], shares[:, 2]
    is_cut = (least > 0) & (most < 1)
    return np.where(least == 1, _INSIDE, np.where(is_cut, _PARTLY, _UNDETERMINED))


def _zones_of(zone: np.ndarray, zones: Zones) -> pa.Array:
    return zones.ids.take(pa.array(zone, mask=zone < 0))


def _words(certainty: np.ndarray, known: np.ndarray) -> pa.Array:
    return _WORDS.take(pa.array(certainty, mask=~known))


def _listed(row: np.ndarray, zone: np.ndarray, certainty: np.ndarray, known: np.ndarray, zones: Zones) -> pa.Table:
    offsets = _offsets(row, known)
    every = np.ones(len(row), dtype=bool)
    lists = {"zone": _zones_of(zone, zones), "certainty": _words(certainty, every)}
    return pa.table({name: pa.ListArray.from_arrays(offsets, values) for name, values in lists.items()})


def _offsets(row: np.ndarray, known: np.ndarray) -> pa.Array:
    """Where each row's list begins; null where the place is unknown."""
    ends = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(known)))]).astype(np.int32)
    return pa.array(ends, mask=np.append(~known, False))
