"""Any file of the formats read back by GDAL, pyarrow, openpyxl, ezdxf or geo, as a table of texts and figures."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import ezdxf
import geopandas as gpd
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import shapely
from shapely import MultiPolygon, Polygon

from geo.landtxt import read_landtxt
from layers.formats.dbase_columns import FIELD_MAP
from layers.formats.listed import FORMATS

#: How far a coordinate may move, in metres.
PRECISION_M = {"pmtiles": 1.0, "landtxt": 0.002}


def read_back(content: bytes, format_id: str, folder: Path) -> pd.DataFrame:
    """Columns by their own names where the format keeps them; geometry where it has one."""
    if format_id == "parquet":
        is_placed = b"geo" in (pq.read_schema(io.BytesIO(content)).metadata or {})
        return gpd.read_parquet(io.BytesIO(content)) if is_placed else pd.read_parquet(io.BytesIO(content))
    if format_id == "xlsx":
        return _workbook(content)
    if format_id == "landtxt":
        return read_landtxt(content).parcels.rename(columns={"name": "name_zh"})
    if format_id == "dxf":
        return _drawing(content)
    return _by_gdal(content, format_id, folder)


def _by_gdal(content: bytes, format_id: str, folder: Path) -> pd.DataFrame:
    file = folder / f"file{FORMATS[format_id].ending}"
    file.write_bytes(content)
    path = f"/vsizip/{file}" if format_id in {"shp", "tab"} else str(file)
    if format_id == "tab":
        with zipfile.ZipFile(file) as archive:
            path += "/" + next(name for name in archive.namelist() if name.endswith(".tab"))
    # GDAL takes a text that looks like a date for one, unless it is told not to.
    options = {"DATE_AS_STRING": "YES"} if format_id == "geojson" else {}
    table = pyogrio.read_dataframe(path, layer=0, **options)
    if format_id in {"geojsonseq", "topojson"}:
        properties = pd.DataFrame([feature["properties"] for feature in _features(content, format_id)])
        table = gpd.GeoDataFrame(properties, geometry=table.geometry, crs=table.crs)
    if format_id in {"shp", "tab"}:
        return _whole_texts(table, content)
    if format_id == "csv":
        return table.map(lambda cell: cell.removeprefix("'") if isinstance(cell, str) else cell)
    return table


def _workbook(content: bytes) -> gpd.GeoDataFrame:
    book = openpyxl.load_workbook(io.BytesIO(content))
    titles, *records = book.worksheets[0].iter_rows(values_only=True)
    codes = {row[1]: row[0] for row in list(book["字段"].iter_rows(values_only=True))[1:]}
    table = pd.DataFrame(records, columns=[codes[title] for title in titles])
    return gpd.GeoDataFrame(table, geometry=[None if pd.isna(w) else shapely.from_wkt(w) for w in table["wkt"]])


def field_map(content: bytes) -> list[dict[str, str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return list(csv.DictReader(io.StringIO(archive.read(FIELD_MAP).decode("utf-8-sig"))))


def _whole_texts(table: gpd.GeoDataFrame, content: bytes) -> gpd.GeoDataFrame:
    """Join the pieces of long texts, as the field map says."""
    lines = field_map(content)
    whole = {}
    for code in dict.fromkeys(line["代码 code"] for line in lines):
        shorts = [line["字段 short"] for line in lines if line["代码 code"] == code]
        pieces = table[shorts]
        whole[code] = pieces.fillna("").astype(str).agg("".join, axis=1) if len(shorts) > 1 else pieces[shorts[0]]
    return gpd.GeoDataFrame(whole, geometry=table.geometry)


def _drawing(content: bytes) -> gpd.GeoDataFrame:
    """Rebuild figures from rings by their extended data, and take columns from the table beside them."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dxf"))
        document = ezdxf.read(io.StringIO(archive.read(name).decode("utf-8")))
        text = archive.read(name.replace(".dxf", ".csv")).decode("utf-8-sig")
    table = pd.DataFrame(csv.DictReader(io.StringIO(text, newline="")))
    table = table.map(lambda cell: cell.removeprefix("'"))
    parts: dict[str, dict[int, dict[int, object]]] = {}
    for entity in document.modelspace():
        if entity.has_xdata("YUANTU"):
            key, part, ring = [tag.value for tag in entity.get_xdata("YUANTU")]
            points = [entity.dxf.location[:2]] if entity.dxftype() == "POINT" else entity.get_points("xy")
            parts.setdefault(key, {}).setdefault(part, {})[ring] = points
    figures = [_figure(parts.get(key, {})) for key in table[table.columns[0]]]
    return gpd.GeoDataFrame(table, geometry=figures)


def _figure(parts: dict[int, dict[int, object]]) -> shapely.Geometry | None:
    made = [Polygon(rings[1], [rings[n] for n in sorted(rings)[1:]]) for _, rings in sorted(parts.items())]
    return MultiPolygon(made) if made else None


def texts_of_drawing(content: bytes) -> list[str]:
    """Texts that a DXF shows."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dxf"))
        document = ezdxf.read(io.StringIO(archive.read(name).decode("utf-8")))
    return [text.dxf.text for text in document.modelspace().query("TEXT")]


def _features(content: bytes, format_id: str) -> list[dict[str, Any]]:
    if format_id == "geojsonseq":
        return [json.loads(text) for text in content.decode().split("\x1e") if text]
    [layer] = json.loads(content)["objects"].values()
    features: list[dict[str, Any]] = layer["geometries"]
    return features
