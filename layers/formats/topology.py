"""TopoJSON: figures that share a line share it in the file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely
from topojson.core.topology import Topology

from layers.styles.rules import cells_of

if TYPE_CHECKING:
    from layers.extract import Extract, Note

_GRID_DEGREES = 1e-7


def topojson(rows: Extract) -> tuple[bytes, tuple[Note, ...]]:
    """
    Write TopoJSON: one object, called by the layer's id.

    Parameters
    ----------
    rows
        Rows with geometry in WGS 84, the format's only system. Lists stay lists; a missing geometry is a multi-part
        figure of no parts, since readers pass over a figure that is null.

    Returns
    -------
    content, notes
        UTF-8 text, coordinates on a grid of 7 decimals; the member `yuantu` says what the file is.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> from layers.extract import extract
    >>> from layers.filters import Filters
    >>> content, _ = topojson(extract(read_plan(), "metro_lines", Filters(), "EPSG:4326"))
    >>> [figure["type"] for figure in json.loads(content)["objects"]["metro_lines"]["geometries"]]
    ['LineString', 'LineString', 'LineString']
    """
    placed = rows.table.geometry.notna() & ~rows.table.geometry.is_empty
    snapped = shapely.set_precision(rows.table.geometry[placed].to_numpy(), _GRID_DEGREES, mode="pointwise")
    figures = gpd.GeoDataFrame(geometry=snapped, crs=rows.table.crs)
    written: dict[str, Any] = {"arcs": []}
    if len(figures):
        written = json.loads(str(Topology(figures, prequantize=False, object_name=rows.layer.id).to_json()))
    made = iter(written["objects"][rows.layer.id]["geometries"] if len(figures) else [])
    geometries = []
    for cells, is_placed in zip(cells_of(rows), placed, strict=True):
        figure = next(made) if is_placed else _empty(str(rows.layer.geometry))
        geometries.append(
            {"type": figure["type"], "properties": cells}
            | {k: v for k, v in figure.items() if k in {"arcs", "coordinates"}}
        )
    about = {en: text for _, en, text in rows.about}
    topology = {"type": "Topology", "yuantu": about, "arcs": written["arcs"]} | (
        {"bbox": written["bbox"]} if written.get("bbox") else {}
    )
    topology["objects"] = {rows.layer.id: {"type": "GeometryCollection", "geometries": geometries}}
    return json.dumps(topology, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode(), ()


def _empty(geometry: str) -> dict[str, Any]:
    kind = f"Multi{geometry.removeprefix('Multi')}"
    return {"type": kind, "coordinates" if kind == "MultiPoint" else "arcs": []}
