"""The plain way on a cluster: `geopandas.sjoin` over dask-geopandas' partitions; its own `sjoin` joins inner only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dask_geopandas
import geopandas as gpd
from distributed import Client

if TYPE_CHECKING:
    from pathlib import Path


def assigned(points: Path, zones: Path, out: Path, scheduler: str) -> None:
    """Write the points with `zone_id` (null outside) as a folder of Parquet files."""
    areas = gpd.read_parquet(zones, columns=["zone_id", "geometry"])
    with Client(scheduler):
        table = dask_geopandas.read_parquet(points, split_row_groups=True)
        table.map_partitions(_joined, areas).to_parquet(out)


def _joined(part: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return gpd.sjoin(part, areas, how="left").drop(columns="index_right")
