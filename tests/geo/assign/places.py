"""Zones and points for the tests: squares and irregular polygons at Xiamen's coordinates, and files of them."""

import argparse
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from geo.assign.command import add_assign

PLANE = "EPSG:4548"
LEFT, LOW = 610_000.0, 2_708_000.0
KM = 1000.0


def square(east_km: float, north_km: float, side_km: float = 1.0) -> shapely.Polygon:
    """In EPSG:4548, by its lower left corner."""
    left, low = LEFT + east_km * KM, LOW + north_km * KM
    return shapely.box(left, low, left + side_km * KM, low + side_km * KM)


def at(*places_km: tuple[float, float]) -> np.ndarray:
    return np.array([(LEFT + east * KM, LOW + north * KM) for east, north in places_km])


def zone_table(shapes: dict[str, shapely.Polygon], accuracy_m: object = None) -> gpd.GeoDataFrame:
    columns: dict[str, object] = {"zone_id": list(shapes)}
    if accuracy_m is not None:
        columns["position_accuracy_m"] = accuracy_m
    return gpd.GeoDataFrame(columns, geometry=list(shapes.values()), crs=PLANE)


def write_firms(path: Path, places: np.ndarray, *, crs: str = PLANE, row_group_size: int = 1000) -> Path:
    """Write points with columns of several kinds, some of them missing."""
    count = len(places)
    table = gpd.GeoDataFrame(
        {
            "id": np.arange(count),
            "name": [None if number % 7 == 0 else f"企业{number}" for number in range(count)],
            "sector": [("software", "machinery", "energy")[number % 3] for number in range(count)],
            "jobs": np.arange(count) % 40,
        },
        geometry=gpd.points_from_xy(places[:, 0], places[:, 1]),
        crs=PLANE,
    ).to_crs(crs)
    table.to_parquet(path, row_group_size=row_group_size)
    return path


def answer_of(path: Path) -> list[tuple[object, object]]:
    table = pq.read_table(path, columns=["zone", "certainty"])
    return list(zip(*table.to_pydict().values(), strict=True))


def rows_of(table: pa.Table) -> list[tuple[object, object]]:
    return list(zip(table["zone"].to_pylist(), table["certainty"].to_pylist(), strict=True))


def command(*words: object) -> int:
    """Run the command as its parser would."""
    parser = argparse.ArgumentParser()
    add_assign(parser.add_subparsers(required=True))
    chosen = parser.parse_args(["assign", *map(str, words)])
    code: int = chosen.run(chosen)
    return code
