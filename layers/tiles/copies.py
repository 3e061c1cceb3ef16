"""A large file in another format: converted once, batch by batch, so that memory does not grow with the file."""

from __future__ import annotations

import json
import os
import re
from threading import Lock, get_ident
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio

from geo.errors import FormatError
from layers.tiles.features import LargeFileError, UnplacedFileError, is_parquet, parquet_crs
from layers.tiles.kept import tiles_path

if TYPE_CHECKING:
    from pathlib import Path

    from layers.tiles.files import LargeFile

#: Formats that a large file can be asked in: ending, driver of GDAL (None: Arrow), media type.
COPY_FORMATS: dict[str, tuple[str | None, str]] = {
    "fgb": ("FlatGeobuf", "application/vnd.flatgeobuf"),
    "parquet": (None, "application/vnd.apache.parquet"),
    "gpkg": ("GPKG", "application/geopackage+sqlite3"),
    "geojsonseq": ("GeoJSONSeq", "application/geo+json-seq"),
}
_SAME = {".geoparquet": "parquet", ".geojsonl": "geojsonseq", ".geojsons": "geojsonseq"}
_BATCH = 65_536
_locks: dict[Path, Lock] = {}
_guard = Lock()


def copied_file(file: LargeFile, folder: Path, ending: str) -> Path:
    """
    The file in a format: itself where it is in that format, else a copy that is made once and kept.

    Parameters
    ----------
    file
        The file.
    folder
        Data folder of the deployment.
    ending
        A key of `COPY_FORMATS`.

    Returns
    -------
    path
        In the file's own CRS; `geojsonseq` in WGS 84, as RFC 8142 wants.

    Raises
    ------
    FormatError
        If there is no such format.
    LargeFileError
        If there is no such file, or it cannot be converted.
    CRSError
        If it states no CRS.
    """
    if ending not in COPY_FORMATS:
        msg = f"a large layer has no format {ending!r}; ask for {', '.join(COPY_FORMATS)}"
        raise FormatError(msg)
    tiles = tiles_path(file, folder)
    suffix = file.path.suffix.lower()
    if _SAME.get(suffix, suffix.removeprefix(".")) == ending:
        return file.path
    target = folder / "tiles" / f"{tiles.stem}.{ending}"
    with _guard:
        lock = _locks.setdefault(target, Lock())
    with lock:
        if not target.is_file():
            convert(file.path, target)
    return target


def convert(source: Path, target: Path) -> None:
    """
    Write a file in the format of another name's ending.

    Parameters
    ----------
    source
        GeoParquet, FlatGeobuf, GeoPackage or GeoJSON.
    target
        Its ending is a key of `COPY_FORMATS`; nobody ever sees half of it.

    Raises
    ------
    LargeFileError
        If the file cannot be read or written.
    CRSError
        If it states no CRS.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.stem}.{os.getpid()}.{get_ident()}{target.suffix}")
    try:
        if is_parquet(source):
            _from_parquet(source, part)
        else:
            _from_driver(source, part)
        part.replace(target)
    except (OSError, ValueError, RuntimeError, pa.ArrowException) as error:
        ending = target.suffix.removeprefix(".")
        raise LargeFileError(
            f"{source.name} cannot be written as {ending}: {error}",
            f"{source.name} 无法转换为 {ending}：请检查文件是否完整、数据文件夹能否写入",
        ) from error
    finally:
        part.unlink(missing_ok=True)


def _from_parquet(source: Path, target: Path) -> None:
    column, crs, kind = parquet_crs(source)
    # With what it reads ahead kept until the end, memory would grow with the file.
    with pq.ParquetFile(source, pre_buffer=False) as parquet:
        reader = pa.RecordBatchReader.from_batches(parquet.schema_arrow, parquet.iter_batches(_BATCH))
        _write(reader, target, _Shape(source.stem, crs, kind, column))


def _from_driver(source: Path, target: Path) -> None:
    with pyogrio.open_arrow(source, batch_size=_BATCH) as (about, stream):
        if about["crs"] is None:
            raise UnplacedFileError(source.name)
        reader = pa.RecordBatchReader.from_stream(stream)
        column = about["geometry_name"] or "wkb_geometry"
        if target.suffix == ".parquet":
            _write_parquet(reader, target, about["crs"], column)
        else:
            _write(reader, target, _Shape(source.stem, about["crs"], about["geometry_type"], column))


class _Shape(NamedTuple):
    """What Arrow's stream does not say of a layer."""

    stem: str
    crs: str
    kind: str
    column: str


def _write(reader: pa.RecordBatchReader, target: Path, shape: _Shape) -> None:
    driver = COPY_FORMATS[target.suffix.removeprefix(".")][0]
    options: dict[str, Any] = {"RS": "YES"} if driver == "GeoJSONSeq" else {}
    pyogrio.write_arrow(
        reader,
        target,
        layer=re.sub(r"\W+", "_", shape.stem),
        driver=driver,
        geometry_name=shape.column,
        geometry_type=shape.kind,
        crs=shape.crs,
        **options,
    )


def _write_parquet(reader: pa.RecordBatchReader, target: Path, crs: str, column: str) -> None:
    from pyproj import CRS  # noqa: PLC0415  (heavy, and wanted here only)

    of_column = {"encoding": "WKB", "geometry_types": [], "crs": CRS.from_user_input(crs).to_json_dict()}
    about = {"version": "1.1.0", "primary_column": column, "columns": {column: of_column}}
    schema = pa.schema([field.remove_metadata() for field in reader.schema], metadata={"geo": json.dumps(about)})
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
