"""The one list of file formats: what each is called, what it can hold, what may be asked of it, who writes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from geo.crs import WGS84
from geo.errors import FormatError
from geo.systems import WEB_MERCATOR
from layers.catalog import Layer
from layers.extract import Note
from layers.formats.delimited import delimited
from layers.formats.dxf import dxf
from layers.formats.geojson import geojson, geojsonseq
from layers.formats.geopackage import flatgeobuf, geopackage
from layers.formats.geoparquet import geoparquet
from layers.formats.kml import kml, kmz
from layers.formats.landtxt import landtxt
from layers.formats.mapinfo import mapinfo
from layers.formats.pmtiles import pmtiles
from layers.formats.shapefile import shapefile
from layers.formats.topology import topojson
from layers.formats.workbook import workbook

#: In place of a code: the 3-degree zone of CGCS2000 that the city lies in.
ZONE = "zone"
Writer = Callable[..., tuple[bytes, tuple[Note, ...]]]


class Format(NamedTuple):
    """
    One file format.

    Parameters
    ----------
    ending
        What a file's name ends in.
    media_type
        For HTTP.
    title_zh, title_en
        Its name for people.
    write
        Makes the bytes, and says what it could not carry.
    is_for_tables
        Whether it can hold a layer without geometry.
    options
        What may be asked of it: option -> allowed values, the default first.
    fixed_crs
        The only system that it knows: a code, or `zone`; None where any is served.
    shapes
        Types of geometry that it can hold; empty for all.

    Examples
    --------
    >>> FORMATS["shp"].ending, FORMATS["shp"].options["encoding"]
    ('.shp.zip', ('UTF-8', 'GBK'))
    """

    ending: str
    media_type: str
    title_zh: str
    title_en: str
    write: Writer
    is_for_tables: bool = False
    options: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    fixed_crs: str | None = None
    shapes: tuple[str, ...] = ()


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TEXTS = {"encoding": ("UTF-8", "GBK")}
#: Formats in the order in which pages offer them.
FORMATS = {
    "geojson": Format(".geojson", "application/geo+json", "GeoJSON", "GeoJSON", geojson),
    "gpkg": Format(
        ".gpkg", "application/geopackage+sqlite3", "GeoPackage", "GeoPackage", geopackage, is_for_tables=True
    ),
    "shp": Format(
        ".shp.zip", "application/zip", "Shapefile（压缩包）", "Shapefile (zip)", shapefile, options=_TEXTS
    ),
    "kml": Format(".kml", "application/vnd.google-earth.kml+xml", "KML", "KML", kml, fixed_crs=WGS84),
    "csv": Format(
        ".csv", "text/csv; charset=utf-8", "CSV（表格文本）", "CSV", delimited, is_for_tables=True,
        options={"geometry": ("both", "wkt", "lonlat")},
    ),
    "xlsx": Format(".xlsx", _XLSX, "Excel表格", "Excel", workbook, is_for_tables=True),
    "parquet": Format(
        ".parquet", "application/vnd.apache.parquet", "GeoParquet", "GeoParquet", geoparquet, is_for_tables=True
    ),
    "fgb": Format(".fgb", "application/vnd.flatgeobuf", "FlatGeobuf", "FlatGeobuf", flatgeobuf),
    "dxf": Format(
        ".dxf.zip", "application/zip", "DXF（CAD，压缩包）", "DXF (zip)", dxf, options={"by": ("grade", "sector")}
    ),
    "landtxt": Format(
        ".txt", "text/plain", "国土TXT（电子报盘）", "Land TXT", landtxt, options={"encoding": ("GBK", "UTF-8")},
        fixed_crs=ZONE, shapes=("Polygon", "MultiPolygon"),
    ),
    "tab": Format(".tab.zip", "application/zip", "MapInfo TAB（压缩包）", "MapInfo TAB (zip)", mapinfo, options=_TEXTS),
    "kmz": Format(".kmz", "application/vnd.google-earth.kmz", "KMZ", "KMZ", kmz, fixed_crs=WGS84),
    "geojsonseq": Format(
        ".geojsons", "application/geo+json-seq", "GeoJSON序列", "GeoJSON sequence", geojsonseq, fixed_crs=WGS84
    ),
    "topojson": Format(".topojson", "application/json", "TopoJSON", "TopoJSON", topojson, fixed_crs=WGS84),
    "pmtiles": Format(
        ".pmtiles", "application/vnd.pmtiles", "PMTiles（矢量瓦片）", "PMTiles", pmtiles, fixed_crs=WEB_MERCATOR
    ),
}  # fmt: skip
_SPOKEN = {
    "zip": "shp",
    "geoparquet": "parquet",
    "excel": "xlsx",
    "mapinfo": "tab",
    "txt": "landtxt",
    "国土txt": "landtxt",
}


def formats_of(chosen: Layer) -> tuple[str, ...]:
    """
    Formats that can hold a layer.

    Parameters
    ----------
    chosen
        The layer.

    Returns
    -------
    formats
        Keys of `FORMATS`.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> from layers.catalog import layer
    >>> formats_of(layer(read_plan(), "fit"))
    ('gpkg', 'csv', 'xlsx', 'parquet')
    """
    return tuple(
        name
        for name, known in FORMATS.items()
        if (known.is_for_tables if chosen.geometry is None else not known.shapes or chosen.geometry in known.shapes)
    )


def format_of(text: str) -> str:
    """
    Key of a format by its key or file ending.

    Parameters
    ----------
    text
        `shp`, `.shp.zip`, `GeoJSON`; case does not matter.

    Returns
    -------
    format_id
        Key of `FORMATS`.

    Raises
    ------
    FormatError
        If there is no such format; the message lists them.

    Examples
    --------
    >>> format_of("GPKG"), format_of(".shp.zip"), format_of("zip")
    ('gpkg', 'shp', 'shp')
    """
    spoken = text.strip().lower().removeprefix(".")
    endings = {kind.ending.removeprefix("."): name for name, kind in FORMATS.items()}
    found = _SPOKEN.get(spoken) or endings.get(spoken, spoken)
    if found not in FORMATS:
        msg = f"no format is called {text!r}; ask for one of {', '.join(FORMATS)}"
        raise FormatError(msg)
    return found


def options_of(format_id: str, asked: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """
    Options of a format with their values in one spelling.

    Parameters
    ----------
    format_id
        Key of `FORMATS`.
    asked
        Option -> value; case does not matter.

    Returns
    -------
    options
        Every option of the format, by default the first of its values.

    Raises
    ------
    FormatError
        If the format has no such option, or the option no such value; the message lists what there is.

    Examples
    --------
    >>> options_of("shp", {"encoding": "gbk"}), options_of("dxf", {})
    ((('encoding', 'GBK'),), (('by', 'grade'),))
    """
    known = FORMATS[format_id].options
    for name in asked:
        if name not in known:
            has = ", ".join(known) or "no options"
            msg = f"the format {format_id} has no option {name!r}; it has {has}"
            raise FormatError(msg)
    chosen = []
    for name, values in known.items():
        spoken = asked.get(name, values[0]).strip().lower()
        value = next((value for value in values if value.lower() == spoken), None)
        if value is None:
            msg = f"{name} of {format_id} is one of {', '.join(values)}, not {asked[name]!r}"
            raise FormatError(msg)
        chosen.append((name, value))
    return tuple(chosen)
