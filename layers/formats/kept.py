"""What each format keeps and loses, found out by writing a small layer and reading it back."""

from __future__ import annotations

import csv
import gzip
import io
import tempfile
import zipfile
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
from ezdxf.entities.lwpolyline import LWPolyline
from ezdxf.filemanagement import read as read_dxf
from openpyxl import load_workbook
from shapely import MultiPolygon, Polygon, box

from geo.datum import in_system
from geo.landtxt import read_landtxt
from geo.plan import read_plan
from layers.catalog import layer
from layers.extract import Extract
from layers.fields import Field, typed
from layers.filters import Filters
from layers.formats.listed import FORMATS, ZONE

_LONG = "厦门火炬高技术产业开发区" * 30
_HOLED = Polygon(box(118.0, 24.5, 118.1, 24.6).exterior, [box(118.02, 24.52, 118.04, 24.54).exterior])
_TWO = MultiPolygon([box(118.2, 24.5, 118.21, 24.51), box(118.3, 24.5, 118.31, 24.51)])
_FIELDS = (
    Field("number", "integer", "编号", "Number"),
    Field("name_zh", "string", "名称", "Name"),
    Field("evidence_as_published_zh", "string", "长字段名", "Long name"),
    Field("terms", "list", "列表", "List"),
    Field("share", "number", "占比", "Share"),
    Field("is_open", "boolean", "是否", "Boolean"),
    Field("as_of", "string", "日期", "Date"),
    # Every layer ends in columns of where a row is from.
    Field("licence", "string", "许可", "Licence"),
)
#: What is asked of each format, in Chinese and English.
QUESTIONS = {
    "columns": ("字段", "Columns"),
    "names": ("长字段名", "Long names"),
    "types": ("数值类型", "Numbers"),
    "booleans": ("是否型", "Booleans"),
    "lists": ("列表", "Lists"),
    "chinese": ("长中文", "Long Chinese"),
    "empty": ("空与空文本", "Null vs empty"),
    "dates": ("日期文本", "Dates as text"),
    "holes": ("洞", "Holes"),
    "parts": ("多部分", "Parts"),
    "missing": ("无图形行", "Rows without figure"),
    "crs": ("坐标系", "System"),
    "style": ("样式", "Style"),
    "source": ("来源与许可", "Source, licence"),
}
YES, NO, PARTLY = "●", "–", "◐"


def probe(crs: str) -> Extract:
    """
    Layer that asks everything of a format.

    Parameters
    ----------
    crs
        System of its figures.

    Returns
    -------
    rows
        Three rows: a figure with a hole, one of two parts, none.

    Examples
    --------
    >>> len(probe("EPSG:4548").table)
    3
    """
    columns: dict[str, list[Any]] = {
        "number": [1, 2, 3],
        "name_zh": [_LONG, "", None],
        "evidence_as_published_zh": ["四至", "四至", "四至"],
        "terms": [("甲", "乙"), (), ()],
        "share": [0.125, 1 / 3, None],
        "is_open": [True, False, None],
        "as_of": ["2026-11-22"] * 3,
        "licence": ["ODbL-1.0"] * 3,
    }
    table = in_system(gpd.GeoDataFrame(columns, geometry=[MultiPolygon([_HOLED]), _TWO, None], crs="EPSG:4326"), crs)
    table = table.assign(**{field.name: typed(table[field.name], field.kind) for field in _FIELDS})
    plan = read_plan()
    chosen = replace(layer(plan, "parks"), id="probe", key=("number",), geometry="MultiPolygon", filters=())
    return Extract(plan, chosen, _FIELDS, table, crs, Filters())


@lru_cache(maxsize=1)
def kept() -> dict[str, dict[str, str]]:
    """
    Try every format.

    Returns
    -------
    found
        By format and question: ● kept, ◐ in another form, – lost.

    Examples
    --------
    >>> kept()["gpkg"]["style"], kept()["csv"]["style"]
    ('●', '–')
    """
    return {name: _tried(name) for name in FORMATS}


def kept_table() -> str:
    """
    Write what was found as a table of Markdown.

    Returns
    -------
    text
        A row a format.

    Examples
    --------
    >>> kept_table().splitlines()[0][:12]
    '| 格式 Format '
    """
    heads = ["格式 Format", *(f"{zh} {en}" for zh, en in QUESTIONS.values())]
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    for name, answers in kept().items():
        lines.append("| " + " | ".join([f"`{name}`", *(answers[question] for question in QUESTIONS)]) + " |")
    return "\n".join(lines)


def _tried(name: str) -> dict[str, str]:
    fixed = FORMATS[name].fixed_crs
    crs = "EPSG:4527" if fixed == ZONE else fixed or "EPSG:4548"
    rows = probe(crs)
    content, _ = FORMATS[name].write(rows)
    table = _read(content, name)
    figures = list(table.geometry) if isinstance(table, gpd.GeoDataFrame) else []
    answers = _columns_kept(table, name)
    answers |= _figures_kept(figures, name)
    stated = getattr(table, "crs", None)
    is_said = crs.removeprefix("EPSG:") in str(stated.to_epsg() if stated else "") or name in {"geojsonseq", "topojson"}
    # MapInfo keeps the numbers of a system without its code.
    answers["crs"] = _mark(is_said, is_partly=stated is not None)
    answers["style"] = _mark(name == "gpkg", is_partly=name in {"kml", "kmz", "dxf"})
    answers["source"] = _mark("ODbL" in _texts(content))
    return answers


def _mark(is_kept: bool, *, is_partly: bool = False) -> str:  # noqa: FBT001 - the answer itself
    return YES if is_kept else PARTLY if is_partly else NO


def _columns_kept(table: pd.DataFrame, name: str) -> dict[str, str]:
    found = set(table.columns)
    first, second = (_row(table, at) for at in (1, 2))
    long = "".join(str(first[c]) for c in table.columns if str(c).startswith("name_zh") and isinstance(first[c], str))
    whole = long == _LONG or first.get("name_zh") == _LONG
    terms = first.get("terms")
    terms = terms.tolist() if terms is not None and hasattr(terms, "tolist") else terms
    empty = second.get("name_zh", "")
    third = _row(table, 3).get("name_zh", "")
    return {
        "columns": _mark({"number", "share", "as_of"} <= found),
        "names": _mark("evidence_as_published_zh" in found, is_partly=name in {"shp", "tab"}),
        "types": _mark(isinstance(first.get("share"), float)),
        "booleans": _mark(
            isinstance(first.get("is_open"), bool) or str(type(first.get("is_open"))).endswith("bool'>"),
            is_partly="is_open" in found,
        ),
        "lists": _mark(terms == ["甲", "乙"], is_partly=terms == "甲；乙"),
        "chinese": _mark(whole, is_partly=_LONG in _texts_of(table)),
        "empty": _mark(empty == "" and (third is None or third != third) and third != ""),  # noqa: PLR0124 - NaN
        "dates": _mark(first.get("as_of") == "2026-11-22", is_partly="as_of" in found),
    }


def _texts_of(table: pd.DataFrame) -> list[str]:
    return [
        "".join(str(cell) for cell in row if isinstance(cell, str) and "厦门" in cell) for row in table.itertuples()
    ]


def _row(table: pd.DataFrame, number: int) -> dict[str, Any]:
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.itertuples(index=False)]
    return next((row for row in rows if str(row.get("number", "")).removesuffix(".0") == str(number)), {})


def _figures_kept(figures: list[Any], name: str) -> dict[str, str]:
    placed = [figure for figure in figures if figure is not None and not figure.is_empty]
    parts = [list(getattr(figure, "geoms", [figure])) for figure in placed]
    is_cut = name == "pmtiles"
    return {
        "holes": _mark(
            any(len(part.interiors) for figure in parts for part in figure if part.geom_type == "Polygon"),
            is_partly=name == "dxf",
        )
        if not is_cut
        else PARTLY,
        "parts": _mark(any(len(figure) > 1 for figure in parts), is_partly=name == "dxf") if not is_cut else PARTLY,
        "missing": _mark(len(figures) > len(placed)),
    }


def _texts(content: bytes) -> str:
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "\n".join(archive.read(name).decode("utf-8", "ignore") for name in archive.namelist())
    if content.startswith(b"PMTiles"):
        # The header says where the packed metadata stand: offset and length at bytes 24 and 32.
        start, length = (int.from_bytes(content[at : at + 8], "little") for at in (24, 32))
        return gzip.decompress(content[start : start + length]).decode()
    codec = "gb18030" if content.startswith("[属性".encode("gb18030")) else "utf-8"
    return content.decode(codec, "ignore")


def _read(content: bytes, name: str) -> pd.DataFrame:
    if name == "landtxt":
        table = read_landtxt(content).parcels
        named: pd.DataFrame = table.rename(columns={"name": "name_zh"})
        return named
    if name == "parquet":
        placed: pd.DataFrame = gpd.read_parquet(io.BytesIO(content))
        return placed
    if name == "xlsx":
        titles, *records = load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True)
        codes = {field.title_zh: field.name for field in _FIELDS}
        table = pd.DataFrame(
            records, columns=[codes.get(str(t), {"图形（WKT）": "wkt"}.get(str(t), t)) for t in titles]
        )
        figured: pd.DataFrame = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries.from_wkt(table["wkt"]))
        return figured
    if name == "dxf":
        lines: pd.DataFrame = _drawing(content)
        return lines
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"probe{FORMATS[name].ending}"
        file.write_bytes(content)
        inner = {"shp": "/probe.shp", "tab": "/probe.tab"}.get(name)
        found: pd.DataFrame = pyogrio.read_dataframe(f"/vsizip/{file}{inner}" if inner else str(file), layer=0)
        return found


def _drawing(content: bytes) -> gpd.GeoDataFrame:
    """Columns of the table beside the drawing; each closed line of the drawing is a figure."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        document = read_dxf(io.StringIO(archive.read("probe.dxf").decode()))
        table = pd.DataFrame(csv.DictReader(io.StringIO(archive.read("probe.csv").decode("utf-8-sig"), newline="")))
    rings = [
        Polygon(line.get_points("xy"))
        for line in document.modelspace().query("LWPOLYLINE")
        if isinstance(line, LWPolyline)
    ]
    drawn: gpd.GeoDataFrame = gpd.GeoDataFrame(table, geometry=[*rings[:2], None])
    return drawn
