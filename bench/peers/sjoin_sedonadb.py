"""The same join in SedonaDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sedonadb

if TYPE_CHECKING:
    from pathlib import Path


def assigned(points: Path, zones: Path, out: Path) -> None:
    """Write the points with `zone_id` (null outside); like any join here, without promising their order."""
    engine = sedonadb.connect()
    engine.read_parquet(str(points)).to_view("points", overwrite=True)
    engine.read_parquet(str(zones)).to_view("zones", overwrite=True)
    joined = engine.sql(
        "select p.*, z.zone_id from points p left join zones z on ST_Intersects(p.geometry, z.geometry)"
    )
    joined.to_parquet(str(out), single_file_output=True)
