"""What is asked of QGIS: layers, formats and systems, the driver that each format has, and what ought to be seen."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import geopandas as gpd

from geo.plan import Plan
from layers.catalog import catalog, layer_table
from layers.export import ExportedFile
from layers.extract import extract
from layers.filters import Filters
from layers.formats.listed import FORMATS, formats_of
from layers.styles.rules import label_column

SYSTEMS = ("EPSG:4326", "EPSG:4490", "EPSG:4548", "EPSG:4527")
DATUMS = ("GCJ-02", "BD-09")
#: The driver of GDAL that reads a format; 国土TXT has none anywhere.
DRIVERS = {
    "geojson": "GeoJSON", "gpkg": "GPKG", "shp": "ESRI Shapefile", "kml": "LIBKML", "csv": "CSV", "xlsx": "XLSX",
    "parquet": "Parquet", "fgb": "FlatGeobuf", "dxf": "DXF", "landtxt": None, "tab": "MapInfo File", "kmz": "LIBKML",
    "geojsonseq": "GeoJSONSeq", "topojson": "TopoJSON", "pmtiles": "PMTiles",
}  # fmt: skip
#: Formats that state no type of figures: QGIS takes the rows that have one, and leaves the others out.
UNTYPED = {"kml", "kmz", "csv"}
#: Formats whose files have no place for a system, or whose driver looks for none: QGIS asks the person.
SILENT = {"csv", "xlsx", "dxf", "topojson"}
DEGREE = 1e-6  # some 0.1 m
Case = tuple[str, str, str]


class Seen(NamedTuple):
    """What QGIS said: its version, its drivers with the endings that each reads, and an answer for each question."""

    qgis: str
    gdal: str
    drivers: dict[str, list[str]]
    answers: list[dict[str, Any]]
    words: str


Ask = Callable[[list[dict[str, Any]]], Seen]


class Opened(NamedTuple):
    """Everything opened in one run of QGIS, and the file that each answer is about."""

    seen: Seen
    files: dict[Case, ExportedFile]
    answers: dict[Case, dict[str, Any]]


def cases(plan: Plan) -> Iterator[Case]:
    """Give each layer with geometry, each format that holds it, and each system that the format can be in."""
    for found in catalog(plan):
        if found.geometry is None:
            continue
        for format_id in formats_of(found):
            systems = SYSTEMS[:1] if FORMATS[format_id].fixed_crs else SYSTEMS
            yield from ((found.id, format_id, system) for system in systems)


def placed(plan: Plan, layer_id: str) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(layer_table(plan, layer_id))


def names_of(plan: Plan, layer_id: str, format_id: str) -> tuple[str, list[str]]:
    """Give the column of Chinese names as the format calls it, and its texts; numbers for land, which has no names."""
    rows = extract(plan, layer_id, Filters(), "EPSG:4326")
    column = label_column(rows) or rows.layer.key[0]
    titles = {field.name: field.title_zh for field in rows.fields}
    texts = [str(text) for text in rows.table[column]]
    return (titles[column] if format_id == "xlsx" else column), texts
