"""GeoParquet 1.1 with a bounding-box column, and plain Parquet for tables without geometry."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from layers.extract import Extract, Note
    from layers.fields import Field

_ARROW = {
    "string": pa.string(),
    "list": pa.list_(pa.string()),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
}


def geoparquet(rows: Extract) -> tuple[bytes, tuple[Note, ...]]:
    """
    Write Parquet; lists stay lists, a missing geometry stays missing, an empty selection gives no rows.

    Parameters
    ----------
    rows
        Rows in any served system (GeoParquet 1.1, WKB, covering column `bbox`) or without geometry (plain Parquet).

    Returns
    -------
    content, notes
        The file; the key `yuantu` of its metadata holds what it says of itself as JSON.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> from layers.extract import extract
    >>> from layers.filters import Filters
    >>> content, _ = geoparquet(extract(read_plan(), "sectors", Filters(), "EPSG:4326"))
    >>> pq.read_table(io.BytesIO(content)).num_rows
    11
    """
    typed = rows.table.assign(**{field.name: _arrow(rows.table[field.name], field) for field in rows.fields})
    first = io.BytesIO()
    if isinstance(typed, gpd.GeoDataFrame):
        typed.to_parquet(first, index=False, schema_version="1.1.0", write_covering_bbox=True)
    else:
        typed.to_parquet(first, index=False)
    table = pq.read_table(io.BytesIO(first.getvalue()))
    about = {en: text for _, en, text in rows.about}
    # What pandas notes of its types of lists, pandas itself cannot read.
    kept = {key: value for key, value in (table.schema.metadata or {}).items() if key != b"pandas"}
    told = {**kept, b"yuantu": json.dumps(about, ensure_ascii=False).encode()}
    last = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(told), last, compression="zstd")
    return last.getvalue(), ()


def _arrow(column: pd.Series, field: Field) -> pd.Series:
    values = [list(cell) for cell in column] if field.kind == "list" else column
    return pd.Series(values, index=column.index, dtype=pd.ArrowDtype(_ARROW[field.kind]))
