"""The small scales of a large layer: cells of a grid, each with the values of the largest feature in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

Array = np.ndarray[Any, Any]

#: Cells of a tile's side; a tile is drawn 512 pixels wide, so that a cell has 4.
CELLS = 128
#: From how many cells on a feature keeps its own shape.
_OWN_SHAPE_CELLS = 3.0
#: How far from its middle a polygon is looked for in further cells, as a share of its longer side.
_REACH = 0.3
#: Tiles with more features than this, on average, are thinned.
_MOST_PER_TILE = 2600


def mercator_places(longitudes: Array, latitudes: Array) -> tuple[Array, Array]:
    """
    Positions on the square of Web Mercator, 0 to 1 from the west and from the north.

    Parameters
    ----------
    longitudes, latitudes
        Degrees, WGS 84.

    Returns
    -------
    across, down
        Shares of the square's side.

    Examples
    --------
    >>> across, down = mercator_places(np.array([0.0, -180.0]), np.array([0.0, 0.0]))
    >>> across.tolist(), down.tolist()
    ([0.5, 0.0], [0.5, 0.5])
    """
    return (longitudes + 180) / 360, (1 - np.arcsinh(np.tan(np.radians(latitudes))) / np.pi) / 2


def whole_from(features: gpd.GeoDataFrame, zooms: Sequence[int]) -> int:
    """
    Least zoom at which tiles can hold every feature.

    Parameters
    ----------
    features
        EPSG:4326.
    zooms
        Of the tiles, ascending.

    Returns
    -------
    zoom
        The first one whose tiles have at most 2 600 features on average; the last one where none has.

    Examples
    --------
    >>> one = gpd.GeoDataFrame(geometry=gpd.points_from_xy([118.1], [24.5]), crs=4326)
    >>> whole_from(one, range(8, 16))
    8
    """
    centres = shapely.centroid(features.geometry.to_numpy())
    across, down = mercator_places(shapely.get_x(centres), shapely.get_y(centres))
    for zoom in zooms:
        tiles = len(np.unique((across * 2**zoom).astype(np.int64) * 2**zoom + (down * 2**zoom).astype(np.int64)))
        if len(features) <= _MOST_PER_TILE * tiles:
            return zoom
    return zooms[-1]


def overview(features: gpd.GeoDataFrame, zoom: int) -> gpd.GeoDataFrame:
    """
    Thin a layer for one zoom of its tiles: at most one small feature a cell, and the large ones as they are.

    Parameters
    ----------
    features
        EPSG:4326; points, lines or polygons, none empty.
    zoom
        Of the tiles.

    Returns
    -------
    thinned
        Rows of the largest feature of each cell (area, else length, else the first); a polygon of less than three cells
        is drawn as the cells it is the largest of, all others keep their own shape. Numbers have three digits.

    Examples
    --------
    >>> near = [shapely.box(118.1, 24.5, 118.1 + side, 24.5 + side) for side in (1e-5, 2e-5)]
    >>> thinned = overview(gpd.GeoDataFrame({"id": [1, 2]}, geometry=near, crs=4326), 10)
    >>> thinned["id"].tolist()
    [2]
    """
    shapes = features.geometry.to_numpy()
    cells = 2**zoom * CELLS
    areas = shapely.area(shapes)
    is_polygon = shapely.get_dimensions(shapes) == 2  # noqa: PLR2004  (dimensions of an area)
    rows, across, down = _touched(shapes, is_polygon, cells)
    south, north = _cell_latitudes(down[: len(shapes)], cells)
    is_own = is_polygon & (areas > _OWN_SHAPE_CELLS * (north - south) * 360 / cells)
    size = np.where(areas > 0, areas, shapely.length(shapes))
    cell = across * cells + down
    order = np.lexsort((-size[rows], cell))
    largest = order[np.r_[True, cell[order][1:] != cell[order][:-1]]]
    is_cell = is_polygon[rows[largest]] & ~is_own[rows[largest]]
    alone = np.union1d(rows[largest][~is_polygon[rows[largest]]], np.flatnonzero(is_own))
    kept = np.concatenate([rows[largest][is_cell], alone])
    drawn = np.concatenate([_cell_boxes(across[largest][is_cell], down[largest][is_cell], cells), shapes[alone]])
    columns = features.drop(columns=features.geometry.name).iloc[kept].reset_index(drop=True)
    return gpd.GeoDataFrame(columns.apply(_three_digits), geometry=drawn, crs=features.crs)


def _touched(shapes: Array, is_polygon: Array, cells: int) -> tuple[Array, Array, Array]:
    """Rows with cells (across, down) that they lie in: all by their middle first, then polygons by two more."""
    centres = shapely.centroid(shapes)
    middle = np.column_stack([shapely.get_x(centres), shapely.get_y(centres)])
    west, south, east, north = shapely.bounds(shapes).T
    is_wide = east - west > north - south
    reach = np.column_stack([np.where(is_wide, east - west, 0), np.where(is_wide, 0, north - south)]) * _REACH
    places = np.concatenate([middle, (middle - reach)[is_polygon], (middle + reach)[is_polygon]])
    rows = np.concatenate([np.arange(len(shapes)), *[np.flatnonzero(is_polygon)] * 2])
    across, down = mercator_places(places[:, 0], places[:, 1])
    return rows, np.floor(across * cells), np.floor(down * cells)


def _cell_boxes(across: Array, down: Array, cells: int) -> Array:
    south, north = _cell_latitudes(down, cells)
    return np.asarray(shapely.box(across / cells * 360 - 180, south, (across + 1) / cells * 360 - 180, north))


def _cell_latitudes(down: Array, cells: int) -> tuple[Array, Array]:
    south, north = (np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * edge / cells)))) for edge in (down + 1, down))
    return south, north


def _three_digits(column: pd.Series[Any]) -> pd.Series[Any]:
    if not pd.api.types.is_float_dtype(column.dtype):
        return column
    values = column.to_numpy(dtype=float, na_value=np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = 10.0 ** (np.floor(np.log10(np.abs(values))) - 2)
        rounded = np.where((values == 0) | ~np.isfinite(scale), values, np.round(values / scale) * scale)
    return pd.Series(rounded, index=column.index)
