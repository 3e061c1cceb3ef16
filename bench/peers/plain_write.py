"""The plain way to hand a layer out: read it whole, `GeoDataFrame.to_file`. A script tells time and memory."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import geopandas as gpd

from bench.memory import forget_peak, peak_mb, resident_mb

if TYPE_CHECKING:
    from pathlib import Path


def written(table: gpd.GeoDataFrame, target: Path | str, driver: str) -> None:
    """Write what has been read."""
    table.to_file(target, driver=driver, engine="pyogrio")


def main() -> None:
    """Read `argv[1]` and write it to `argv[2]` by driver `argv[3]`: seconds of both, and growth of the peak in MB."""
    source, target, driver = sys.argv[1:]
    forget_peak("self")
    before = resident_mb("self")
    start = time.perf_counter()
    table = gpd.read_parquet(source)
    read = time.perf_counter()
    written(table, target, driver)
    print(read - start, time.perf_counter() - read, peak_mb("self") - before)  # noqa: T201  (read by the benchmark)


if __name__ == "__main__":
    main()
