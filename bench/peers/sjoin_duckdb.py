"""The same join in DuckDB, by its spatial extension from PyPI."""

from __future__ import annotations

from pathlib import Path

import duckdb
import duckdb_extension_spatial


def assigned(points: Path, zones: Path, out: Path) -> None:
    """Write the points with `zone_id` (null outside); like any join here, without promising their order."""
    (extension,) = Path(duckdb_extension_spatial.__file__).parent.rglob("spatial.duckdb_extension")
    with duckdb.connect() as database:
        database.load_extension(str(extension))
        database.execute(
            "copy (select p.*, z.zone_id from read_parquet($points) p left join read_parquet($zones) z "
            "on ST_Intersects(p.geometry, z.geometry)) to $out (format parquet)",
            {"points": str(points), "zones": str(zones), "out": str(out)},
        )
