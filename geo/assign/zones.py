"""Zones to assign to: read, ordered for ties, shrunk and grown by how well their edges are known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import pyproj
import shapely
from pyogrio.errors import DataSourceError

from geo.crs import require_crs
from geo.errors import FormatError, GeoError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable

_LEAST_M = 0.001  # as geo.extents.grown: GEOS buffers by less are unsafe, so such zones count as exact
_FIRST_MERIDIAN, _LAST_MERIDIAN, _FIRST_CODE = 75, 135, 4534  # CGCS2000, 3-degree zones by central meridian
_PIECE = 0.005  # degrees, some 500 m: edges are cut to pieces before they are bent into a plane
_QUARTER = 16  # segments of a quarter circle, as geopandas and so geo.extents.grown have it


@dataclass(frozen=True)
class Zones:
    """
    Zones in the order in which ties are decided: the smaller area first, then the lesser id.

    Parameters
    ----------
    ids
        The zones' ids.
    drawn
        Polygons as drawn, in `crs`.
    shrunk, grown
        The same, less and more by the zone's accuracy; the drawn one itself where the zone is exact.
    is_exact
        Whether the zone has no accuracy to reckon with: 0, less than a millimetre, or none stated.
    crs
        Of the polygons; longitude or easting first.
    without_accuracy
        How many zones state none.
    """

    ids: pa.Array
    drawn: np.ndarray
    shrunk: np.ndarray
    grown: np.ndarray
    is_exact: np.ndarray
    crs: pyproj.CRS
    without_accuracy: int = 0


def read_zones(path: Path | str, *, zone_id: str = "zone_id", accuracy_column: str = "position_accuracy_m") -> Zones:
    """
    Read zones from GeoParquet, GeoJSON, GeoPackage or another file that GDAL reads.

    Parameters
    ----------
    path
        The file; its first layer.
    zone_id
        Column of the ids: one zone a row, none missing, none twice.
    accuracy_column
        Column of the accuracies, metres, 0 or more; where it is missing or empty the zone counts as exact.

    Returns
    -------
    zones
        Ready to assign to, in the file's system.

    Raises
    ------
    GeoError
        If the file cannot be read (FormatError), has no such column (UnknownNameError), no system (CRSError), or a row
        that is no valid zone.

    Examples
    --------
    >>> read_zones("none.geojson")
    Traceback (most recent call last):
    geo.errors.FormatError: none.geojson: the zones cannot be read (there is no such file); give ...
    """
    table = _read(Path(path), zone_id, accuracy_column)
    try:
        return prepared_zones(table, zone_id=zone_id, accuracy_column=accuracy_column)
    except GeoError as error:
        raise type(error)(f"{path}: {error}") from error


def _read(path: Path, zone_id: str, accuracy_column: str) -> gpd.GeoDataFrame:
    wanted = [zone_id, accuracy_column]
    try:
        if not path.exists():
            raise FileNotFoundError("there is no such file")
        if path.suffix.lower() in {".parquet", ".geoparquet"}:
            return gpd.read_parquet(path)
        return gpd.GeoDataFrame(pyogrio.read_dataframe(path, layer=_only_layer(path), columns=wanted))
    except (OSError, ValueError, pa.ArrowException, DataSourceError) as error:
        reason = str(error).split("\n", maxsplit=1)[0]
        msg = f"{path}: the zones cannot be read ({reason}); give GeoParquet, GeoJSON or GeoPackage"
        raise FormatError(msg) from error


def _only_layer(path: Path) -> str:
    """Name the file's one layer of shapes; tables beside it, such as styles, are none."""
    spatial = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
    if len(spatial) != 1:
        msg = f"it holds {len(spatial)} layers of shapes ({', '.join(spatial)}), where one is wanted"
        raise ValueError(msg)
    return spatial[0]


def prepared_zones(
    table: gpd.GeoDataFrame, *, zone_id: str = "zone_id", accuracy_column: str = "position_accuracy_m"
) -> Zones:
    """
    Check a table of zones and make it ready to assign to.

    Parameters
    ----------
    table
        One zone a row: polygons in any system with a code.
    zone_id, accuracy_column
        As for `read_zones`.

    Returns
    -------
    zones
        By area as drawn (on the sphere where coordinates are degrees), then by id. Zones with an accuracy are shrunk
        and grown in the CGCS2000 3-degree plane nearest to each, as `geo.extents.grown` does for Xiamen, and carried
        back.

    Raises
    ------
    GeoError
        As for `read_zones`.

    Examples
    --------
    A square of 1 km whose edges are known to 100 m: surely 0.8 km wide, at most 1.2 km.

    >>> from shapely import box
    >>> square = gpd.GeoDataFrame(
    ...     {"zone_id": ["a"], "position_accuracy_m": [100.0]},
    ...     geometry=[box(610000, 2708000, 611000, 2709000)],
    ...     crs="EPSG:4548",
    ... )
    >>> zones = prepared_zones(square)
    >>> [round(float(area) / 1e6, 3) for area in (*shapely.area(zones.shrunk), *shapely.area(zones.grown))]
    [0.64, 1.431]
    """
    if zone_id not in table.columns or zone_id == table.geometry.name:
        known = ", ".join(str(name) for name in table.columns if name != table.geometry.name) or "none"
        msg = f"there is no column {zone_id!r} of zone ids; choose one with --zone-id (there are: {known})"
        raise UnknownNameError(msg)
    require_crs(table)
    _require_zones(table, zone_id)
    accuracy = _accuracies(table, zone_id, accuracy_column)
    ids = pa.array(table[zone_id], from_pandas=True)
    if pa.types.is_large_string(ids.type):
        ids = ids.cast(pa.string())
    drawn = shapely.force_2d(table.geometry.to_numpy())
    crs = pyproj.CRS(table.crs)
    order = np.lexsort((pd.Series(table[zone_id].to_numpy()).rank().to_numpy(), _areas(drawn, crs)))
    exact = np.nan_to_num(accuracy) < _LEAST_M
    shrunk, grown = drawn.copy(), drawn.copy()
    if not exact.all():
        shrunk[~exact], grown[~exact] = _moved(drawn[~exact], accuracy[~exact], crs)
    for shapes in (drawn, shrunk, grown):
        shapely.prepare(shapes)
    return Zones(
        ids.take(pa.array(order)), drawn[order], shrunk[order], grown[order], exact[order], crs,
        without_accuracy=int(np.isnan(accuracy).sum()),
    )  # fmt: skip


def _require_zones(table: gpd.GeoDataFrame, zone_id: str) -> None:
    ids = table[zone_id]
    if ids.isna().any():
        msg = f"row {int(np.flatnonzero(ids.isna())[0]) + 1} has no {zone_id}: give it one, or leave the row out"
        raise GeoError(msg)
    if ids.duplicated().any():
        msg = f"{zone_id} {ids[ids.duplicated()].iloc[0]} stands twice: merge its rows, or choose another column"
        raise GeoError(msg)
    shapes = table.geometry.to_numpy()
    wrong = ~np.isin(shapely.get_type_id(shapes), (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    if wrong.any():
        msg = f"zone {ids[wrong].iloc[0]} is no polygon: draw one, or leave the row out"
        raise GeoError(msg)
    invalid = ~shapely.is_valid(shapes)
    if invalid.any():
        first = int(np.flatnonzero(invalid)[0])
        msg = f"zone {ids.iloc[first]} is not valid ({shapely.is_valid_reason(shapes[first])}): mend its edges"
        raise GeoError(msg)


def _accuracies(table: gpd.GeoDataFrame, zone_id: str, column: str) -> np.ndarray:
    if column not in table.columns:
        return np.full(len(table), np.nan)
    numbers = pd.to_numeric(table[column], errors="coerce")
    wrong = (numbers.isna() & table[column].notna()) | (numbers < 0) | np.isinf(numbers)
    if wrong.any():
        row = table[wrong].iloc[0]
        msg = f"zone {row[zone_id]} has {column} {row[column]}: give metres, 0 or more, or leave it empty"
        raise GeoError(msg)
    return np.asarray(numbers.to_numpy(dtype="float64", na_value=np.nan))


def _areas(shapes: np.ndarray, crs: pyproj.CRS) -> np.ndarray:
    def cylinder(degrees: np.ndarray) -> np.ndarray:
        return np.column_stack([np.radians(degrees[:, 0]), np.sin(np.radians(degrees[:, 1]))])

    return np.asarray(shapely.area(shapely.transform(shapes, cylinder) if crs.is_geographic else shapes))


def _moved(shapes: np.ndarray, distances_m: np.ndarray, crs: pyproj.CRS) -> tuple[np.ndarray, np.ndarray]:
    """Shrink and grow each in its own plane; back in `crs`."""
    shrunk, grown = shapes.copy(), shapes.copy()
    codes = _plane_codes(shapes, crs)
    pieces = shapely.segmentize(shapes, _PIECE if crs.is_geographic else _PIECE * 1e5)
    for code in np.unique(codes):
        some, plane = codes == code, f"EPSG:{code}"
        flat = shapely.transform(pieces[some], carrier(crs, plane))
        back = carrier(plane, crs)
        shrunk[some] = shapely.transform(shapely.buffer(flat, -distances_m[some], quad_segs=_QUARTER), back)
        grown[some] = shapely.transform(shapely.buffer(flat, distances_m[some], quad_segs=_QUARTER), back)
    return shrunk, grown


def _plane_codes(shapes: np.ndarray, crs: pyproj.CRS) -> np.ndarray:
    middle = shapely.get_coordinates(shapely.centroid(shapes))
    degrees = carrier(crs, "EPSG:4490")(middle)[:, 0]
    meridians = (np.round(degrees / 3) * 3).clip(_FIRST_MERIDIAN, _LAST_MERIDIAN)
    return (_FIRST_CODE + (meridians - _FIRST_MERIDIAN) / 3).astype(int)


def carrier(source: Any, target: Any) -> Callable[[np.ndarray], np.ndarray]:  # noqa: ANN401  (whatever pyproj takes)
    """
    Give a function that carries coordinates from one system to another.

    Parameters
    ----------
    source, target
        Systems as pyproj takes them.

    Returns
    -------
    carry
        From (n, 2) to (n, 2), longitude or easting first; the very same array where the systems put a point at the
        same coordinates (WGS 84 and CGCS2000).

    Examples
    --------
    >>> carrier("EPSG:4326", "EPSG:4548")(np.array([[118.089, 24.479]])).round(3).tolist()
    [[610398.081, 2708778.266]]
    """
    transformer = pyproj.Transformer.from_crs(source, target, always_xy=True)

    def carry(places: np.ndarray) -> np.ndarray:
        if not len(places):
            return places
        return np.column_stack(transformer.transform(places[:, 0], places[:, 1]))

    return (lambda places: places) if _is_same(pyproj.CRS(source), pyproj.CRS(target)) else carry


def _is_same(source: pyproj.CRS, target: pyproj.CRS) -> bool:
    if source.equals(target, ignore_axis_order=True):
        return True
    both = (source.is_geographic, target.is_geographic)
    return all(both) and {_datum(source), _datum(target)} <= {"WGS 84", "CGCS2000"}


def _datum(crs: pyproj.CRS) -> str:
    name = crs.datum.name if crs.datum is not None else ""
    if name.startswith("World Geodetic System 1984"):
        return "WGS 84"
    return "CGCS2000" if name.startswith("China 2000") else name
