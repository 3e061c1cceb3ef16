"""The plain way to assign points: read both files, `geopandas.sjoin`, write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd

if TYPE_CHECKING:
    from pathlib import Path


def assigned(points: Path, zones: Path, out: Path) -> None:
    """Write the points with `zone_id` (null outside), in their order."""
    joined = gpd.sjoin(gpd.read_parquet(points), gpd.read_parquet(zones, columns=["zone_id", "geometry"]), how="left")
    joined.drop(columns="index_right").to_parquet(out)
