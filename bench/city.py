"""
A made-up city at Xiamen's coordinates, seeded: streets, parcels along them, enterprises in clusters, zones.

Nothing here is a fact. It imitates what decides the speed of a join: blocks between streets that bend, parcels back to
back along them with unequal fronts, some with courtyards, enterprises on parcels in clusters with heavy tails, and
zones with winding edges. `python -m bench.city points|parcels|zones COUNT -o FILE` writes GeoParquet (OGC:CRS84),
row group by row group, so that memory does not grow with the count.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Longitude and latitude of the lower left and the upper right corner, degrees.
BOUNDS = (118.0, 24.4, 118.4, 24.8)
SEED = 350200
ROW_GROUP = 131_072
#: Land uses of the national classification (code, Chinese name) with their shares.
USES = (
    ("0701", "城镇住宅用地", 0.42), ("1001", "工业用地", 0.22), ("0901", "商业用地", 0.10),
    ("1101", "物流仓储用地", 0.07), ("0802", "科研用地", 0.05), ("0804", "教育用地", 0.05), ("1401", "公园绿地", 0.09),
)  # fmt: skip
SECTORS = (
    "electronics", "machinery", "tourism", "finance", "logistics", "software", "biohealth", "materials", "energy",
    "culture", "trade", "agriculture",
)  # fmt: skip
_INDUSTRIAL = {"1001", "1101", "0802"}
_LOTS = 24  # parcels of a block on average: two rows back to back
_COURTYARD_SHARE = 0.03
_CUT_SHARE = 0.25  # lots with a cut corner
_LEADING_SHARE = 0.5  # enterprises of their cluster's leading sector
_SHARED_SHARE = 0.3  # enterprises that share an address
_CLUSTERS = 600
_M_PER_DEGREE = (101_300.0, 110_770.0)  # along the parallel and the meridian at 24.6 N


@dataclass(frozen=True)
class Streets:
    """
    Corners of the blocks, `across + 1` by `down + 1`, bent and shaken; degrees.

    Parameters
    ----------
    corners
        Array (down + 1, across + 1, 2).
    """

    corners: np.ndarray

    @property
    def blocks(self) -> int:
        """How many there are."""
        return int((self.corners.shape[0] - 1) * (self.corners.shape[1] - 1))

    def place(self, block: np.ndarray, across: np.ndarray, down: np.ndarray) -> np.ndarray:
        """Coordinates of points given by block and position in it (0 to 1 each), by bilinear interpolation."""
        rows, columns = np.divmod(block, self.corners.shape[1] - 1)
        u, v = across[:, None], down[:, None]
        c = self.corners
        low = c[rows, columns] * (1 - u) + c[rows, columns + 1] * u
        high = c[rows + 1, columns] * (1 - u) + c[rows + 1, columns + 1] * u
        return low * (1 - v) + high * v


def streets(blocks: int, seed: int = SEED) -> Streets:
    """
    Lay an irregular network: blocks small in the middle, larger outwards, every street bent.

    Parameters
    ----------
    blocks
        About how many.
    seed
        Of the random numbers.
    """
    draw = np.random.default_rng([seed, 1])
    side = max(2, round(blocks**0.5))
    axes = [_axis(side, draw), _axis(side, draw)]
    u, v = np.meshgrid(axes[0], axes[1])
    edge = np.sin(np.pi * u) * np.sin(np.pi * v)  # 0 on the rim, so that the city stays within its bounds
    bend_u = 0.03 * np.sin(5.1 * np.pi * v + 1.3 * u) + 0.012 * np.sin(13 * np.pi * v + 4 * u)
    bend_v = 0.03 * np.sin(4.3 * np.pi * u + 0.7 * v) + 0.012 * np.sin(11 * np.pi * u + 5 * v)
    shake = draw.uniform(-0.18, 0.18, (2, *u.shape)) / side * edge.clip(0, 1)
    place = np.stack([u + bend_u * edge + shake[0] * 0.8, v + bend_v * edge + shake[1] * 0.8], axis=-1)
    west, south, east, north = BOUNDS
    return Streets(np.array([west, south]) + place.clip(0, 1) * np.array([east - west, north - south]))


def _axis(count: int, draw: np.random.Generator) -> np.ndarray:
    """Cuts from 0 to 1: unequal, and denser in the middle."""
    middle = np.abs(np.linspace(-1, 1, count))
    steps = (0.6 + 0.8 * middle) * draw.lognormal(0, 0.25, count)
    return np.concatenate([[0.0], np.cumsum(steps) / steps.sum()])


def write_parcels(path: Path | str, count: int, seed: int = SEED) -> None:
    """
    Write parcels: `id`, `use` (code), `use_zh`, `sector`, `area_ha`, `far` (floor-area ratio), `built_year`.

    Parameters
    ----------
    path
        GeoParquet file to write.
    count
        How many.
    seed
        Of the random numbers.
    """
    network = streets(-(-count // _LOTS) + 1, seed)
    fields: list[tuple[str, pa.DataType]] = [
        ("id", pa.int64()), ("use", pa.string()), ("use_zh", pa.string()), ("sector", pa.string()),
        ("area_ha", pa.float64()), ("far", pa.float64()), ("built_year", pa.int32()),
    ]  # fmt: skip
    with _writer(path, fields, "Polygon") as writer:
        for start, cells in _lots(network, count, seed):
            writer.write_table(_parcel_table(network, cells, start, seed).cast(writer.schema))


def _lots(network: Streets, count: int, seed: int) -> Iterator[tuple[int, np.ndarray]]:
    """Rectangles of lots inside their blocks, row group by row group: block, left, right, low, high."""
    draw = np.random.default_rng([seed, 2])
    fronts = _lot_counts(network.blocks, count, draw)
    start, kept = 0, np.empty((0, 5))
    for first in range(0, network.blocks, 4096):
        some = fronts[first : first + 4096]
        blocks = np.repeat(np.arange(first, first + len(some)), some)
        kept = np.concatenate([kept, _lots_of(blocks, some, draw)])
        while len(kept) >= ROW_GROUP:
            yield start, kept[:ROW_GROUP]
            start, kept = start + ROW_GROUP, kept[ROW_GROUP:]
    if len(kept):
        yield start, kept


def _lot_counts(blocks: int, count: int, draw: np.random.Generator) -> np.ndarray:
    """Lots of each block, `count` in all."""
    weights = draw.lognormal(0, 0.4, blocks)
    bounds = np.rint(np.cumsum(weights) / weights.sum() * count).astype(np.int64)
    return np.diff(bounds, prepend=0)


def _lots_of(blocks: np.ndarray, counts: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Cut each block in two rows back to back, and each row at unequal fronts; a street's half stays free."""
    order = np.arange(len(blocks)) - np.repeat(np.cumsum(counts) - counts, counts)
    total = np.repeat(counts, counts)
    is_back = order >= (total + 1) // 2
    row = blocks * 2 + is_back
    first = np.r_[True, row[1:] != row[:-1]] if len(row) else np.zeros(0, bool)
    group = np.cumsum(first) - 1
    widths = draw.lognormal(0, 0.5, len(row))
    ends = np.cumsum(widths)
    begins = ends - widths
    base, length = begins[first][group], np.bincount(group, widths)[group]
    left, right = ((begins - base) / length).clip(0, 1), ((ends - base) / length).clip(0, 1)
    middle = np.repeat(draw.uniform(0.4, 0.6, len(counts)), counts)
    alone = total == 1
    low = np.where(is_back, middle, 0.0)
    high = np.where(is_back | alone, 1.0, middle)
    rim = 0.06
    return np.column_stack([blocks, *(rim + (1 - 2 * rim) * side for side in (left, right, low, high))])


def _parcel_table(network: Streets, lots: np.ndarray, start: int, seed: int) -> pa.Table:
    draw = np.random.default_rng([seed, 3, start])
    count = len(lots)
    shapes = _lot_polygons(network, lots, draw)
    use = draw.choice(len(USES), count, p=np.array([share for _, _, share in USES]) / sum(u[2] for u in USES))
    codes = np.array([code for code, _, _ in USES], dtype=object)[use]
    sector = np.array(SECTORS, dtype=object)[draw.integers(0, len(SECTORS), count)]
    sector[~np.isin(codes, list(_INDUSTRIAL))] = None
    area = shapely.area(shapes) * _M_PER_DEGREE[0] * _M_PER_DEGREE[1] / 1e4
    return pa.table(
        {
            "id": np.arange(start, start + count),
            "use": pa.array(codes),
            "use_zh": pa.array(np.array([name for _, name, _ in USES], dtype=object)[use]),
            "sector": pa.array(sector, pa.string(), from_pandas=True),
            "area_ha": area.round(4),
            "far": draw.gamma(4, 0.5, count).round(2),
            "built_year": draw.integers(1980, 2026, count).astype(np.int32),
            "geometry": pa.array(shapely.to_wkb(shapes), pa.binary()),
        }
    )


def _lot_polygons(network: Streets, lots: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Five to six corners each: the front bends once, and one corner in four is cut."""
    block, (left, right, low, high) = lots[:, 0].astype(np.int64), lots[:, 1:].T
    wide, deep = right - left, high - low
    knee = draw.uniform(0.3, 0.7, len(lots))
    cut = np.where(draw.random(len(lots)) < _CUT_SHARE, draw.uniform(0.1, 0.3, len(lots)), 0.02)
    dent = draw.uniform(0.01, 0.05, len(lots))
    corners = [
        (left, low), (left + knee * wide, low + dent * deep), (right, low),
        (right, high - cut * deep), (right - cut * wide, high), (left, high), (left, low),
    ]  # fmt: skip
    rings = np.stack([network.place(block, u, v) for u, v in corners], axis=1)
    has_hole = draw.random(len(lots)) < _COURTYARD_SHARE
    size = draw.uniform(0.1, 0.2, len(lots))
    u, v = (left + right) / 2, (low + high) / 2
    yard = [(u - size * wide, v - size * deep), (u - size * wide, v + size * deep), (u + size * wide, v + size * deep),
            (u + size * wide, v - size * deep), (u - size * wide, v - size * deep)]  # fmt: skip
    holes = np.stack([network.place(block[has_hole], a[has_hole], b[has_hole]) for a, b in yard], axis=1)
    outer = shapely.linearrings(rings)
    polygons = shapely.polygons(outer)
    polygons[has_hole] = shapely.polygons(outer[has_hole], holes=shapely.linearrings(holes)[:, None])
    broken = ~shapely.is_valid(polygons)  # slivers at the city's rim
    polygons[broken] = shapely.convex_hull(shapely.make_valid(polygons[broken]))
    return polygons


def write_points(path: Path | str, count: int, seed: int = SEED) -> None:
    """
    Write enterprises on parcels: `id`, `sector`, `employees`; clusters with heavy tails, one in six anywhere.

    Parameters
    ----------
    path
        GeoParquet file to write.
    count
        How many.
    seed
        Of the random numbers.
    """
    network = streets(40_000, seed)
    fields = [("id", pa.int64()), ("sector", pa.string()), ("employees", pa.int32())]
    with _writer(path, fields, "Point") as writer:
        for start in range(0, count, ROW_GROUP):
            table = _point_table(network, start, min(ROW_GROUP, count - start), seed)
            writer.write_table(table.cast(writer.schema))


def _point_table(network: Streets, start: int, count: int, seed: int) -> pa.Table:
    centres = np.random.default_rng([seed, 4])
    weights = centres.pareto(1.1, _CLUSTERS) + 0.05
    middles = centres.normal(0.5, 0.18, (_CLUSTERS, 2)).clip(0.02, 0.98)
    widths, leading = centres.lognormal(-4.2, 0.6, _CLUSTERS), centres.integers(0, len(SECTORS), _CLUSTERS)
    draw = np.random.default_rng([seed, 5, start])
    cluster = draw.choice(_CLUSTERS, count, p=weights / weights.sum())
    place = middles[cluster] + draw.standard_t(2.5, (count, 2)) * widths[cluster, None]
    anywhere = (draw.random(count) < 1 / 6) | (place < 0).any(axis=1) | (place >= 1).any(axis=1)
    place[anywhere] = draw.random((int(anywhere.sum()), 2))
    sector = np.where(draw.random(count) < _LEADING_SHARE, leading[cluster], draw.integers(0, len(SECTORS), count))
    xy = _on_parcels(network, place, draw)
    names = pa.DictionaryArray.from_arrays(pa.array(sector.astype(np.int32)), pa.array(SECTORS)).cast(pa.string())
    employees = np.minimum(draw.lognormal(2.2, 1.3, count).astype(np.int32) + 1, 30_000)
    return pa.table(
        {"id": np.arange(start, start + count), "sector": names, "employees": employees, "geometry": point_wkb(xy)}
    )


def _on_parcels(network: Streets, place: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Move each position (0 to 1 over the city) off the street into its block; three in ten share an address."""
    rows, columns = network.corners.shape[0] - 1, network.corners.shape[1] - 1
    across, down = place[:, 0] * columns, place[:, 1] * rows
    column, row = np.minimum(across.astype(np.int64), columns - 1), np.minimum(down.astype(np.int64), rows - 1)
    u, v = across - column, down - row
    shared = draw.random(len(place)) < _SHARED_SHARE
    u[shared], v[shared] = (np.floor(u[shared] * 6) + 0.5) / 6, (np.floor(v[shared] * 4) + 0.5) / 4
    return network.place(row * columns + column, 0.06 + 0.88 * u, 0.06 + 0.88 * v)


def point_wkb(xy: np.ndarray) -> pa.Array:
    """Well-known binary of points (n, 2), without a loop: 21 bytes each, little-endian."""
    cells = np.zeros(len(xy), dtype=[("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")])
    cells["order"], cells["kind"], cells["x"], cells["y"] = 1, 1, xy[:, 0], xy[:, 1]
    offsets = np.arange(len(xy) + 1, dtype=np.int32) * cells.itemsize
    return pa.Array.from_buffers(pa.binary(), len(xy), [None, pa.py_buffer(offsets), pa.py_buffer(cells)])


def write_zones(path: Path | str, count: int, seed: int = SEED, *, accuracies_m: tuple[float, ...] = ()) -> None:
    """
    Write zones that tile the city but for one in eight left out: `zone_id`, `name`, winding edges of some 80 corners.

    Parameters
    ----------
    path
        GeoParquet file to write.
    count
        How many.
    seed
        Of the random numbers.
    accuracies_m
        When given, `position_accuracy_m` is drawn from these; without, there is no such column.
    """
    network = streets(round(count * 1.14 + 4 * count**0.5) + 9, seed + 1)
    draw = np.random.default_rng([seed, 6])
    polygons = _zone_polygons(network, seed)
    chosen = np.sort(draw.permutation(_apart(polygons))[:count])
    fields: list[tuple[str, pa.DataType]] = [("zone_id", pa.string()), ("name", pa.string())]
    columns: dict[str, Any] = {
        "zone_id": [f"Z{number:06d}" for number in chosen],
        "name": [f"虚构片区{number}" for number in chosen],
    }
    if accuracies_m:
        fields.append(("position_accuracy_m", pa.float64()))
        columns["position_accuracy_m"] = draw.choice(np.array(accuracies_m), count)
    columns["geometry"] = pa.array(shapely.to_wkb(polygons[chosen]), pa.binary())
    with _writer(path, fields, "Polygon") as writer:
        writer.write_table(pa.table(columns).cast(writer.schema))


def _zone_polygons(network: Streets, seed: int, corners: int = 20) -> np.ndarray:
    """Blocks whose edges wind alike on both sides, so that neighbours meet without gap or overlap."""
    corner = network.corners
    draw = np.random.default_rng([seed, 7])
    along = _winding(corner[:, :-1], corner[:, 1:], corners, draw)  # (down + 1, across, corners, 2)
    up = _winding(corner[:-1], corner[1:], corners, draw)  # (down, across + 1, corners, 2)
    row, column = np.divmod(np.arange(network.blocks), corner.shape[1] - 1)
    rings = [along[row, column], up[row, column + 1], along[row + 1, column][:, ::-1], up[row, column][:, ::-1]]
    return shapely.polygons(np.concatenate(rings, axis=1))


def _apart(polygons: np.ndarray) -> np.ndarray:
    """Which are valid and overlap no other: of the few whose winding edges cross, none is kept."""
    valid = np.flatnonzero(shapely.is_valid(polygons))
    pairs = shapely.STRtree(polygons[valid]).query(polygons[valid], predicate="overlaps")
    return np.delete(valid, np.unique(pairs[0]))


def _winding(first: np.ndarray, last: np.ndarray, corners: int, draw: np.random.Generator) -> np.ndarray:
    step = np.linspace(0, 1, corners)[:, None]
    line = first[..., None, :] * (1 - step) + last[..., None, :] * step
    ahead = last - first
    aside = np.stack([-ahead[..., 1], ahead[..., 0]], axis=-1)[..., None, :]
    waves = draw.uniform(-1, 1, (*first.shape[:-1], 4))
    swing = sum(waves[..., k, None] * np.sin((k + 1) * np.pi * step[:, 0]) / (k + 1) for k in range(4))
    return line + aside * (0.05 * np.asarray(swing))[..., None]


def _writer(path: Path | str, fields: list[tuple[str, pa.DataType]], kind: str) -> pq.ParquetWriter:
    west, south, east, north = BOUNDS
    about = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {"geometry": {"encoding": "WKB", "geometry_types": [kind], "bbox": [west, south, east, north]}},
    }
    schema = pa.schema([*fields, ("geometry", pa.binary())], metadata={"geo": json.dumps(about)})
    plain = [name for name, form in fields if pa.types.is_string(form)]
    return pq.ParquetWriter(path, schema, use_dictionary=plain)


def main() -> int:
    """Write one file."""
    parser = argparse.ArgumentParser(prog="python -m bench.city", description="Write a made-up city as GeoParquet.")
    parser.add_argument("what", choices=("points", "parcels", "zones"))
    parser.add_argument("count", type=int)
    parser.add_argument("-o", "--output", required=True, metavar="FILE")
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    write = {"points": write_points, "parcels": write_parcels, "zones": write_zones}[chosen.what]
    write(chosen.output, chosen.count, chosen.seed)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
