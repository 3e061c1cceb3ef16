"""CSV that Excel opens with its Chinese intact and GDAL reads with its geometry."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from layers.extract import Note
from layers.fields import joined_lists, plain_value

if TYPE_CHECKING:
    from layers.extract import Extract

_BYTE_ORDER_MARK = "\ufeff"
#: Decimals of representative points, in degrees (1 cm) and metres (1 mm).
_DECIMALS = {True: 7, False: 3}


def geometry_cells(rows: Extract) -> dict[str, list[str | float | None]]:
    """
    Geometry as cells: well-known text, and a point inside each figure.

    Parameters
    ----------
    rows
        Rows in any served system, or without geometry.

    Returns
    -------
    cells
        Columns `wkt` and `lon`, `lat` (degrees) or `x`, `y` (metres, easting first); None where there is no geometry;
        nothing for a table without geometry.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> from layers.extract import extract
    >>> from layers.filters import Filters
    >>> list(geometry_cells(extract(read_plan(), "districts", Filters(), "EPSG:4548")))
    ['wkt', 'x', 'y']
    """
    if not isinstance(rows.table, gpd.GeoDataFrame):
        return {}
    figures = list(rows.table.geometry)
    texts = [None if figure is None else shapely.to_wkt(figure, rounding_precision=9, trim=True) for figure in figures]
    spots = [None if figure is None else figure.representative_point() for figure in figures]
    places = _DECIMALS[rows.in_degrees]
    names = ("lon", "lat") if rows.in_degrees else ("x", "y")
    return {
        "wkt": texts,
        names[0]: [None if spot is None else round(spot.x, places) for spot in spots],
        names[1]: [None if spot is None else round(spot.y, places) for spot in spots],
    }


#: A text that begins so would be run as a formula, or is taken for one that was kept from it.
_RISKY = ("=", "+", "-", "@", "\t", "\r", "'")
_PLACES = {"both": ("wkt", "lon", "lat", "x", "y"), "wkt": ("wkt",), "lonlat": ("lon", "lat", "x", "y")}


def defused(text: str) -> str:
    """
    Keep a text from being run as a formula by the programs that open CSV.

    Parameters
    ----------
    text
        Any text; numbers are no texts and are never touched.

    Returns
    -------
    text
        With an apostrophe in front where it begins with `=`, `+`, `-`, `@`, a tab, a carriage return or an
        apostrophe. Whoever reads the file takes one leading apostrophe off and has the text again.

    Examples
    --------
    >>> defused("=1+1"), defused("'a"), defused("火炬")
    ("'=1+1", "''a", '火炬')
    """
    return f"'{text}" if text.startswith(_RISKY) else text


def delimited(rows: Extract, *, geometry: str = "both") -> tuple[bytes, tuple[Note, ...]]:
    """
    Write CSV: UTF-8 with byte order mark, CRLF, RFC 4180 quoting, codes of columns as header.

    Parameters
    ----------
    rows
        Rows in any served system, or without geometry. Lists are joined by `；`; nothing and an empty text are the
        same empty cell; an empty selection gives the header alone. Texts are `defused`.
    geometry
        `wkt` (well-known text), `lonlat` (a point inside each figure; `x`, `y` in metres) or `both`.

    Returns
    -------
    content, notes
        The file; GDAL takes the column `wkt` for its geometry. CSV names no reference system: the file's name does.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> from layers.extract import extract
    >>> from layers.filters import Filters
    >>> content, _ = delimited(extract(read_plan(), "sectors", Filters(), "EPSG:4326"))
    >>> content.decode("utf-8-sig").splitlines()[0][:20]
    'sector_id,kind,order'
    """
    table = joined_lists(rows.table, rows.fields)
    extra = {name: cells for name, cells in geometry_cells(rows).items() if name in _PLACES[geometry]}
    names = [field.name for field in rows.fields]
    written = io.StringIO(newline="")
    written.write(_BYTE_ORDER_MARK)
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([*names, *extra])
    columns = [[_cell(value) for value in table[name]] for name in names]
    writer.writerows(zip(*columns, *extra.values(), strict=True))
    kept = sum(cell.startswith("'") for column in columns for cell in column if isinstance(cell, str))
    note = Note(
        f"{kept}个文本以=、+、-、@或撇号等开头，为防被当作公式，前面加了一个撇号；读取时去掉一个即为原文。",
        f"{kept} texts begin as a formula may; an apostrophe stands before each. Take one off to have the text.",
    )
    return written.getvalue().encode(), (note,) if kept else ()


def _cell(value: object) -> object:
    plain = plain_value(value)
    if isinstance(plain, bool):
        return str(plain).lower()
    return defused(plain) if isinstance(plain, str) else plain
