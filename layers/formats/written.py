"""Writing by GDAL, for systems that have no code too."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import pyogrio

if TYPE_CHECKING:
    import io
    from pathlib import Path

    import pandas as pd


def write_by_gdal(table: pd.DataFrame, target: Path | io.BytesIO, **options: Any) -> None:  # noqa: ANN401 - GDAL's own
    """
    Write a table with GDAL.

    Parameters
    ----------
    table
        Rows with or without geometry; without CRS where no code tells their system.
    target
        File or memory.
    **options
        As for `pyogrio.write_dataframe`.

    Examples
    --------
    >>> import io
    >>> import geopandas as gpd
    >>> from shapely import Point
    >>> written = io.BytesIO()
    >>> write_by_gdal(gpd.GeoDataFrame(geometry=[Point(118, 24)]), written, driver="FlatGeobuf", layer="a")
    >>> written.getvalue()[:3]
    b'fgb'
    """
    with warnings.catch_warnings():
        # A display datum has no code on purpose; name and metadata of the file tell it.
        warnings.filterwarnings("ignore", message="'crs' was not provided", category=UserWarning)
        pyogrio.write_dataframe(table, target, **options)
