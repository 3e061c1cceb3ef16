"""Reading a large file: its count, its columns and shapes, its reference system, and what it says of itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pyarrow.parquet as pq
import pyogrio

from geo.crs import WGS84
from geo.errors import BilingualError, CRSError, GeoError

if TYPE_CHECKING:
    from pathlib import Path

#: Endings that are read with Arrow, all others with GDAL.
PARQUET = frozenset({".parquet", ".geoparquet"})
_STATED = {"title": ("title", "identifier"), "source": ("source",), "as_of": ("as_of", "date"), "licence": ("licence",)}


class LargeFileError(BilingualError):
    """A large file that cannot be named, read, tiled or copied; what a library said of it stands in English only."""


class UnplacedFileError(LargeFileError, CRSError):
    """
    A large file that states no coordinate reference system.

    Parameters
    ----------
    name
        Of the file.

    Examples
    --------
    >>> print(UnplacedFileError("a.fgb").zh)
    a.fgb 没有写明坐标系：请写入坐标系（如 EPSG:4326 或 EPSG:4548）后重新导出
    """

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} states no coordinate reference system: write it with one, such as EPSG:4326 or EPSG:4548",
            f"{name} 没有写明坐标系：请写入坐标系（如 EPSG:4326 或 EPSG:4548）后重新导出",
        )


def is_parquet(path: Path) -> bool:
    """
    Whether a file is read as GeoParquet, by its ending.

    Parameters
    ----------
    path
        The file.

    Examples
    --------
    >>> from pathlib import Path
    >>> is_parquet(Path("a.parquet")), is_parquet(Path("a.gpkg"))
    (True, False)
    """
    return path.suffix.lower() in PARQUET


def feature_count(path: Path) -> int:
    """
    How many features a file has, without reading them.

    Parameters
    ----------
    path
        GeoParquet, FlatGeobuf, GeoPackage or GeoJSON.

    Returns
    -------
    count
        Rows of the file, or of its first layer.

    Raises
    ------
    LargeFileError
        If there is no such file, or it cannot be read.
    """
    with _Reading(path):
        if is_parquet(path):
            return int(pq.read_metadata(path).num_rows)
        return int(pyogrio.read_info(path, force_feature_count=True)["features"])


def read_features(path: Path) -> gpd.GeoDataFrame:
    """
    Read all features in WGS 84.

    Parameters
    ----------
    path
        GeoParquet, FlatGeobuf, GeoPackage or GeoJSON, any CRS that the file states.

    Returns
    -------
    features
        EPSG:4326, longitude first, rows in the file's order, index 0, 1, ….

    Raises
    ------
    LargeFileError
        If there is no such file, it cannot be read, or it has no geometry.
    CRSError
        If it states no CRS.
    """
    with _Reading(path):
        read = gpd.read_parquet(path) if is_parquet(path) else pyogrio.read_dataframe(path)
    if not isinstance(read, gpd.GeoDataFrame):
        raise LargeFileError(
            f"{path.name} has no geometry: give a file of points, lines or polygons",
            f"{path.name} 没有几何：请提供点、线或面文件",
        )
    if read.crs is None:
        raise UnplacedFileError(path.name)
    return read.reset_index(drop=True).to_crs(WGS84)


def stated(path: Path) -> dict[str, str]:
    """
    What a file says of itself in its metadata.

    Parameters
    ----------
    path
        GeoParquet (key-value metadata) or a format whose driver has metadata, such as GeoPackage.

    Returns
    -------
    stated
        `title`, `source`, `as_of`, `licence`; only those that are there.

    Raises
    ------
    LargeFileError
        If there is no such file, or it cannot be read.
    """
    with _Reading(path):
        raw = _parquet_metadata(path) if is_parquet(path) else _driver_metadata(path)
    found = {key: next((raw[name] for name in names if raw.get(name)), "") for key, names in _STATED.items()}
    return {key: value for key, value in found.items() if value}


def _parquet_metadata(path: Path) -> dict[str, str]:
    metadata: dict[bytes, bytes] = pq.read_metadata(path).metadata or {}
    return {key.decode().lower(): value.decode("utf-8", "replace") for key, value in metadata.items() if key != b"geo"}


def _driver_metadata(path: Path) -> dict[str, str]:
    info = pyogrio.read_info(path)
    both: dict[str, Any] = (info.get("dataset_metadata") or {}) | (info.get("layer_metadata") or {})
    return {str(key).lower(): str(value) for key, value in both.items()}


def parquet_crs(path: Path) -> tuple[str, str, str]:
    """
    Name of the geometry column of a GeoParquet file, its CRS, and its type of geometry.

    Parameters
    ----------
    path
        GeoParquet file with WKB geometry.

    Returns
    -------
    column, crs, geometry_type
        CRS as PROJJSON text, `OGC:CRS84` where the file leaves it out, as the standard says; type as GDAL names it,
        `Unknown` where the file holds several.

    Raises
    ------
    LargeFileError
        If the file has no `geo` metadata, or another encoding than WKB.
    CRSError
        If it says that its CRS is unknown.
    """
    metadata = pq.read_schema(path).metadata or {}
    if b"geo" not in metadata:
        raise LargeFileError(
            f"{path.name} is Parquet without `geo` metadata: write it as GeoParquet",
            f"{path.name} 是普通 Parquet，没有 geo 元数据：请另存为 GeoParquet",
        )
    about = json.loads(metadata[b"geo"])
    column = about["primary_column"]
    of_column = about["columns"][column]
    if of_column["encoding"] != "WKB":
        raise LargeFileError(
            f"{path.name} encodes geometry as {of_column['encoding']}: write it with WKB",
            f"{path.name} 的几何编码为 {of_column['encoding']}：请改用 WKB 编码重新导出",
        )
    crs = of_column.get("crs", "OGC:CRS84")
    if crs is None:
        raise UnplacedFileError(path.name)
    types = of_column.get("geometry_types") or []
    return column, crs if isinstance(crs, str) else json.dumps(crs), types[0] if len(types) == 1 else "Unknown"


class _Reading:
    """Turn what libraries raise about a file into an error that says how to mend it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        if not self._path.is_file():
            raise LargeFileError(
                f"there is no file {self._path}: mend the path, or put the file there",
                f"没有文件 {self._path}：请改正路径，或把文件放到该处",
            )

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError | ValueError | RuntimeError) and not isinstance(error, GeoError):
            raise LargeFileError(
                f"{self._path.name} cannot be read as GeoParquet, FlatGeobuf, GeoPackage or GeoJSON: {error}",
                f"{self._path.name} 无法按 GeoParquet、FlatGeobuf、GeoPackage 或 GeoJSON 读取："
                "文件可能不完整或格式不符，请重新导出",
            ) from error
