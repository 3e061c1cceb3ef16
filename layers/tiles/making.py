"""Cutting one file into tiles: one PMTiles archive, and what must be known of it in a JSON file beside it."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import freestiler
import numpy as np
import pyogrio
import shapely

from layers.tiles.features import LargeFileError, read_features, stated
from layers.tiles.overview import overview, whole_from
from layers.tiles.traits import layer_traits, tile_text

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

#: Zooms of the tiles; a tile is drawn 512 pixels wide, so that the map shows them one zoom later.
LEAST_ZOOM, LARGEST_ZOOM = 8, 15
#: Layer of the archive with every feature; those for small scales are called after their zoom.
WHOLE = "features"
#: Row of the file, from 0: the one property that every tile adds.
ROW = "_row"
#: Changes when tiles of the same file would come out differently.
EDITION = f"1-freestiler-{version('freestiler')}"
#: A polygon narrower than this would be a line on the grid of the largest zoom (0.27 m at 24.6 N), and vanish there.
_NARROWEST_DEG = 360 / 2**LARGEST_ZOOM / 4096


def about_path(tiles: Path) -> Path:
    """
    Where it stands what must be known of an archive.

    Parameters
    ----------
    tiles
        The archive.

    Examples
    --------
    >>> about_path(Path("a.pmtiles")).name
    'a.json'
    """
    return tiles.with_suffix(".json")


def make_tiles(source: Path, output: Path, *, tell: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    """
    Cut a file into tiles; nobody ever sees half an archive.

    Parameters
    ----------
    source
        GeoParquet, FlatGeobuf, GeoPackage or GeoJSON, any CRS that the file states.
    output
        PMTiles archive to write; the JSON comes beside it.
    tell
        Told what begins: `reading`, `thinning`, `tiling`, `checking`.

    Returns
    -------
    about
        `count`, `empty` (rows without geometry, not drawn), `narrow` (polygons drawn wider than they are, up to 0.6 m),
        `bounds` (west, south, east, north in degrees), `whole_from` (zoom of the tiles from which every feature is
        there), `zooms`, `geometry`, `traits`, `columns`, `stated`, `bytes`, `seconds`.

    Raises
    ------
    LargeFileError
        If the file cannot be read, holds nothing to draw, or a feature did not reach the largest zoom.
    CRSError
        If it states no CRS.
    """
    begun = time.monotonic()
    tell("reading")
    rows = read_features(source)
    is_there = ~(rows.geometry.isna() | rows.geometry.is_empty)
    features = rows[is_there]
    if features.empty:
        raise LargeFileError(
            f"{source.name} holds nothing to draw: all its {len(rows)} rows are without geometry",
            f"{source.name} 没有可绘制的内容：全部 {len(rows)} 行都没有几何",
        )
    tell("thinning")
    features, narrow = _widened(features)
    traits = layer_traits(rows)
    layers, first = _layers(features, [trait.name for trait in traits if trait.kind != "text"])
    tell("tiling")
    output.parent.mkdir(parents=True, exist_ok=True)
    part = output.with_name(f".{output.stem}.{os.getpid()}.pmtiles")
    try:
        _write(layers, part, source.name)
        tell("checking")
        _check(part, features, source.name)
        about = {
            "count": len(rows),
            "empty": int((~is_there).sum()),
            "narrow": narrow,
            "bounds": [round(float(value), 6) for value in features.total_bounds],
            "whole_from": first,
            "zooms": [LEAST_ZOOM, LARGEST_ZOOM],
            "geometry": sorted({_KINDS[int(kind)] for kind in np.unique(shapely.get_dimensions(features.geometry))}),
            "columns": [name for name in rows.columns if name != rows.geometry.name],
            "traits": [asdict(trait) for trait in traits],
            "stated": stated(source),
            "bytes": part.stat().st_size,
            "seconds": round(time.monotonic() - begun, 1),
        }
        _replace_text(about_path(output), json.dumps(about, ensure_ascii=False))
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)
    return about


_KINDS = {0: "point", 1: "line", 2: "polygon"}


def _widened(features: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, int]:
    """Give polygons narrower than the grid a width of two cells, so that each is seen; how many there are."""
    shapes = shapely.force_2d(features.geometry.to_numpy())
    length = shapely.length(shapes)
    width = np.divide(2 * shapely.area(shapes), length, out=np.zeros(len(shapes)), where=length > 0)
    is_narrow = (shapely.get_dimensions(shapes) == 2) & (width < _NARROWEST_DEG)  # noqa: PLR2004  (an area's dimensions)
    if is_narrow.any():
        shapes[is_narrow] = shapely.buffer(shapes[is_narrow], _NARROWEST_DEG, quad_segs=1, join_style="mitre")
    return features.set_geometry(shapes, crs=features.crs), int(is_narrow.sum())


def _layers(features: gpd.GeoDataFrame, coloured: list[str]) -> tuple[dict[str, Any], int]:
    """Tables of the archive: every feature from some zoom on, thinned ones below it; and that zoom."""
    first = whole_from(features, range(LEAST_ZOOM, LARGEST_ZOOM + 1))
    whole = features.assign(**{ROW: features.index.to_numpy()})
    for name in whole.columns:
        if name in coloured and whole[name].dtype == object:
            whole[name] = tile_text(whole[name])
    layers = {WHOLE: freestiler.freestile_layer(whole, min_zoom=first, max_zoom=LARGEST_ZOOM)}
    few = features[[*coloured, features.geometry.name]]
    for zoom in range(LEAST_ZOOM, first):
        layers[f"overview{zoom}"] = freestiler.freestile_layer(overview(few, zoom), min_zoom=zoom, max_zoom=zoom)
    return layers, first


def _write(layers: dict[str, Any], output: Path, name: str) -> None:
    try:
        freestiler.freestile(layers, output, min_zoom=LEAST_ZOOM, max_zoom=LARGEST_ZOOM, generate_ids=False)
    except (RuntimeError, ValueError) as error:
        raise LargeFileError(
            f"the tiles of {name} could not be written: {error}",
            f"{name} 的瓦片无法写入：请检查数据文件夹能否写入、空间是否充足",
        ) from error


def _check(tiles: Path, features: gpd.GeoDataFrame, name: str) -> None:
    """Read the largest zoom back: a tiler that loses a feature is not believed."""
    read = pyogrio.read_arrow(tiles, layer=WHOLE, columns=[ROW], read_geometry=False, CLIP="NO")[1]
    found = np.unique(read[ROW].to_numpy())
    missing = np.setdiff1d(features.index.to_numpy(), found)
    if len(missing):
        raise LargeFileError(
            f"{len(missing)} of {len(features)} features of {name} are missing at the largest zoom, first of all row"
            f" {missing[0]}: look whether its geometry is valid",
            f"{name} 的 {len(features)} 个要素中有 {len(missing)} 个未能切入最大级别，"
            f"首个在第 {missing[0]} 行（从 0 起）：请检查其图形是否有效",
        )


def _replace_text(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
