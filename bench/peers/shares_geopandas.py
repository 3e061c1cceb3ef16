"""The plain way to assign parcels: `geopandas.overlay`, areas, the largest share of each, write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd

if TYPE_CHECKING:
    from pathlib import Path

_PLANE = "EPSG:4548"


def assigned(parcels: Path, zones: Path, out: Path) -> None:
    """Write the parcels with `zone_id` (null outside) and `share` (0 outside), in their order."""
    table = gpd.read_parquet(parcels)
    plane = table[["id", "geometry"]].to_crs(_PLANE)
    areas = gpd.read_parquet(zones, columns=["zone_id", "geometry"]).to_crs(_PLANE)
    pieces = gpd.overlay(plane, areas, how="intersection")
    whole = plane.set_index("id").area
    shares = pieces.assign(share=pieces.area / whole.loc[pieces["id"]].to_numpy())
    largest = shares.sort_values("share").drop_duplicates("id", keep="last")[["id", "zone_id", "share"]]
    joined = table.merge(largest, on="id", how="left")
    joined.assign(share=joined["share"].fillna(0)).to_parquet(out)
