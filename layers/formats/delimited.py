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
    is_geographic = bool(rows.table.crs.is_geographic)
    figures = list(rows.table.geometry)
    texts = [None if figure is None else shapely.to_wkt(figure, rounding_precision=9, trim=True) for figure in figures]
    spots = [None if figure is None else figure.representative_point() for figure in figures]
    places = _DECIMALS[is_geographic]
    names = ("lon", "lat") if is_geographic else ("x", "y")
    return {
        "wkt": texts,
        names[0]: [None if spot is None else round(spot.x, places) for spot in spots],
        names[1]: [None if spot is None else round(spot.y, places) for spot in spots],
    }


def delimited(rows: Extract) -> tuple[bytes, tuple[Note, ...]]:
    """
    Write CSV: UTF-8 with byte order mark, CRLF, RFC 4180 quoting, codes of columns as header.

    Parameters
    ----------
    rows
        Rows in any served system, or without geometry. Lists are joined by `；`; nothing and an empty text are the
        same empty cell; an empty selection gives the header alone.

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
    extra = geometry_cells(rows)
    names = [field.name for field in rows.fields]
    written = io.StringIO(newline="")
    written.write(_BYTE_ORDER_MARK)
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([*names, *extra])
    columns = [[_cell(value) for value in table[name]] for name in names]
    writer.writerows(zip(*columns, *extra.values(), strict=True))
    return written.getvalue().encode(), ()


def _cell(value: object) -> object:
    plain = plain_value(value)
    return str(plain).lower() if isinstance(plain, bool) else plain
