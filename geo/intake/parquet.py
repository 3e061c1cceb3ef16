"""GeoParquet: its geometry column and plain columns, never anything that would run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
from pyproj.exceptions import CRSError as ProjCRSError

from geo.intake.layer import RawLayer, distinct, raw_layer
from geo.intake.limits import IntakeError
from geo.intake.rings import built_from_wkbs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.intake.source import Source


def read_geoparquet(source: Source) -> RawLayer:
    """
    Read a GeoParquet file with geometry as WKB.

    Parameters
    ----------
    source
        The file.

    Returns
    -------
    raw
        Its features; nested columns are left out. WGS 84 where the metadata name no system, as the format says.

    Raises
    ------
    IntakeError
        If it is broken, has no geometry metadata, or passes a limit.

    Examples
    --------
    >>> import pathlib
    >>> from geo.intake.source import Source
    >>> read_geoparquet(Source(pathlib.Path("none"), "none.parquet", pathlib.Path(".")))
    Traceback (most recent call last):
    geo.intake.limits.IntakeError: the Parquet file cannot be read (...
    """
    try:
        with pq.ParquetFile(source.path) as file:
            source.limits.refuse_above("features", file.metadata.num_rows)
            schema = file.schema_arrow
            source.limits.refuse_above("fields", len(schema.names))
            name, crs = _geometry_column(schema)
            kept = [field.name for field in schema if field.name == name or not pa.types.is_nested(field.type)]
            table = file.read(columns=kept, use_threads=False)
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = str(error).split("\n", maxsplit=1)[0][:120] if not isinstance(error, OSError) else "cut off or missing"
        raise IntakeError(
            "broken",
            f"the Parquet file cannot be read ({reason}); it may be cut off: export it again",
            "Parquet 文件无法读取，可能不完整，请重新导出",
        ) from error
    keys = [key for key in table.column_names if key != name]
    columns = {label: _cells(table[key]) for key, label in zip(keys, distinct(keys), strict=True)}
    shapes = table[name].to_pylist()
    built = built_from_wkbs([shape if isinstance(shape, bytes) else None for shape in shapes])
    return raw_layer(source.stem, columns, built, source.limits, crs=crs, encoding="UTF-8")


def _cells(column: pa.ChunkedArray) -> list[Any] | NDArray[Any]:
    is_plain = pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_boolean(column.type)
    if is_plain and not column.null_count:
        numbers: NDArray[Any] = column.to_numpy()
        return numbers
    return list(column.to_pylist() if is_plain else column.cast(pa.string(), safe=False).to_pylist())


def _geometry_column(schema: pa.Schema) -> tuple[str, str | None]:
    try:
        about = json.loads((schema.metadata or {})[b"geo"])
        name = about["primary_column"]
        column = about["columns"][name]
        is_wkb = str(column["encoding"]).upper() == "WKB" and name in schema.names
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise IntakeError(
            "parquet-metadata",
            "the Parquet file has no GeoParquet metadata, so its geometry is not known; export it as GeoParquet",
            "Parquet 文件没有 GeoParquet 元数据，无法识别图形列，请导出为 GeoParquet",
        ) from error
    if not is_wkb:
        raise IntakeError(
            "parquet-encoding",
            "the GeoParquet's geometry is not WKB; export it with geometry as WKB",
            "GeoParquet 的图形列不是 WKB，请按 WKB 导出",
        )
    crs = column.get("crs", "EPSG:4326")
    if crs is None:
        return name, None
    try:
        return name, str(pyproj.CRS.from_user_input(crs).to_wkt())
    except ProjCRSError:
        return name, None
