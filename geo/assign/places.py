"""GeoParquet of points or parcels: where its geometry is, in which system, and its coordinates without a loop."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import shapely
from pyproj.exceptions import CRSError as ProjCRSError

from geo.errors import CRSError, FormatError

if TYPE_CHECKING:
    from pathlib import Path

_POINT_BYTES = 21
_POINT = np.dtype([("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")])
_DEFAULT_CRS = "OGC:CRS84"


@dataclass(frozen=True)
class Places:
    """
    What the metadata of a GeoParquet file say of its geometry.

    Parameters
    ----------
    column
        Its name.
    encoding
        `wkb` or `point` (a struct of x and y).
    crs
        WKT of its system.
    kinds
        Types of geometry that are stated; empty when none are.
    rows
        Number of rows.
    """

    column: str
    encoding: str
    crs: str
    kinds: tuple[str, ...]
    rows: int


def open_places(path: Path | str) -> pq.ParquetFile:
    """
    Open a Parquet file.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    file
        To be closed by the caller.

    Raises
    ------
    FormatError
        If it is missing or no Parquet file.

    Examples
    --------
    >>> open_places("none.parquet")
    Traceback (most recent call last):
    geo.errors.FormatError: none.parquet: the points cannot be read (...); give a GeoParquet file
    """
    try:
        return pq.ParquetFile(path)
    except (OSError, pa.ArrowException) as error:
        reason = "there is no such file" if isinstance(error, FileNotFoundError) else str(error).split("\n")[0][:120]
        msg = f"{path}: the points cannot be read ({reason}); give a GeoParquet file"
        raise FormatError(msg) from error


def described_places(file: pq.ParquetFile, *, name: object = "the file") -> Places:
    """
    Read where the geometry is.

    Parameters
    ----------
    file
        An open GeoParquet file.
    name
        What to call it in errors.

    Returns
    -------
    places
        WGS 84 where the metadata name no system, as the format says.

    Raises
    ------
    FormatError
        If there are no GeoParquet metadata, or the geometry is neither WKB nor native points.
    CRSError
        If the file says that its system is unknown, or names one that PROJ does not know.

    Examples
    --------
    >>> import io
    >>> plain = io.BytesIO()
    >>> pq.write_table(pa.table({"id": [1]}), plain)
    >>> described_places(pq.ParquetFile(plain), name="plain.parquet")
    Traceback (most recent call last):
    geo.errors.FormatError: plain.parquet: it has no GeoParquet metadata, so its geometry is not known; ...
    """
    schema = file.schema_arrow
    try:
        about = json.loads((schema.metadata or {})[b"geo"])
        column = str(about["primary_column"])
        stated = about["columns"][column]
        schema.field(column)
        encoding = str(stated["encoding"]).lower()
    except (KeyError, TypeError, ValueError) as error:
        msg = f"{name}: it has no GeoParquet metadata, so its geometry is not known; export it as GeoParquet"
        raise FormatError(msg) from error
    if encoding not in {"wkb", "point"}:
        msg = f"{name}: column {column!r} is encoded as {encoding!r}; export it as WKB (or, for points, as `point`)"
        raise FormatError(msg)
    kinds = ("Point",) if encoding == "point" else tuple(stated.get("geometry_types") or ())
    crs = _crs(stated.get("crs", _DEFAULT_CRS), column, name)
    return Places(column, encoding, crs, kinds, file.metadata.num_rows)


def _crs(stated: Any, column: str, name: object) -> str:  # noqa: ANN401  (PROJJSON, a code or nothing)
    if stated is None:
        msg = f"{name}: column {column!r} says that its system is unknown; write the file again with its EPSG code"
        raise CRSError(msg)
    try:
        return str(pyproj.CRS.from_user_input(stated).to_wkt())
    except ProjCRSError as error:
        msg = f"{name}: column {column!r} names a system that PROJ does not know; write it again with an EPSG code"
        raise CRSError(msg) from error


def point_coordinates(geometry: pa.Array) -> np.ndarray:
    """
    Coordinates of points.

    Parameters
    ----------
    geometry
        Well-known binary, or a struct of x and y.

    Returns
    -------
    coordinates
        (n, 2), x first; NaN where there is no point, or an empty one.

    Raises
    ------
    FormatError
        If something is no well-known binary, or no point.

    Examples
    --------
    >>> wkb = pa.array([shapely.to_wkb(shapely.Point(118.1, 24.5)), None])
    >>> point_coordinates(wkb).tolist()
    [[118.1, 24.5], [nan, nan]]
    """
    if pa.types.is_struct(geometry.type):
        pair = [geometry.field(name).to_numpy(zero_copy_only=False) for name in ("x", "y")]
        places = np.column_stack([np.asarray(side, dtype="float64") for side in pair])
        places[geometry.is_null().to_numpy(zero_copy_only=False)] = np.nan
        return places
    quick = _plain_points(geometry)
    if quick is not None:
        return quick
    shapes = shapes_of(geometry)
    if np.isin(shapely.get_type_id(shapes), (-1, shapely.GeometryType.POINT)).all():
        found = np.full((len(shapes), 2), np.nan)
        stated = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
        found[stated] = shapely.get_coordinates(shapes[stated])
        return found
    msg = "not all geometries are points: split the file into points and parcels"
    raise FormatError(msg)


def _plain_points(geometry: pa.Array) -> np.ndarray | None:
    """View the bytes as numbers, when every value is a plain little-endian point; None otherwise."""
    if geometry.null_count or not len(geometry) or geometry.type not in {pa.binary(), pa.large_binary()}:
        return None
    width = np.int32 if geometry.type == pa.binary() else np.int64
    _, ends, content = geometry.buffers()
    offsets = np.frombuffer(ends, dtype=width)[geometry.offset : geometry.offset + len(geometry) + 1]
    if offsets[-1] - offsets[0] != _POINT_BYTES * len(geometry) or (np.diff(offsets) != _POINT_BYTES).any():
        return None
    cells = np.frombuffer(content, dtype=_POINT, count=len(geometry), offset=int(offsets[0]))
    if (cells["order"] != 1).any() or (cells["kind"] != 1).any():
        return None
    return np.column_stack([cells["x"], cells["y"]])


def shapes_of(geometry: pa.Array) -> np.ndarray:
    """
    Decode shapes.

    Parameters
    ----------
    geometry
        Well-known binary.

    Returns
    -------
    shapes
        None where nothing is stated.

    Raises
    ------
    FormatError
        If something is no well-known binary.

    Examples
    --------
    >>> shapes_of(pa.array([shapely.to_wkb(shapely.Point(118.1, 24.5)), None])).tolist()
    [<POINT (118.1 24.5)>, None]
    """
    try:
        return np.asarray(shapely.from_wkb(geometry.to_numpy(zero_copy_only=False)))
    except (shapely.errors.GEOSException, TypeError) as error:
        msg = f"a geometry cannot be read ({error}): export the file again"
        raise FormatError(msg) from error
