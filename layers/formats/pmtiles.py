"""PMTiles: vector tiles in one file, for maps that are looked at, written by GDAL."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import FormatError
from layers.extract import Note
from layers.fields import joined_lists
from layers.formats.written import write_by_gdal

if TYPE_CHECKING:
    from layers.extract import Extract

_ZOOMS = {"MINZOOM": "8", "MAXZOOM": "14"}


class NoFigureError(FormatError):
    """
    A selection without geometry, of which no tiles can be made.

    Examples
    --------
    >>> NoFigureError().zh
    'PMTiles 只存图形，而所选内容没有图形；请选择有图形的行，或改用其他格式'
    """

    def __init__(self) -> None:
        self.zh = "PMTiles 只存图形，而所选内容没有图形；请选择有图形的行，或改用其他格式"
        super().__init__(
            "PMTiles holds figures alone, and the selection has none; choose rows with geometry or another format"
        )


def pmtiles(rows: Extract) -> tuple[bytes, tuple[Note, ...]]:
    """
    Write PMTiles with zooms 8 to 14, one layer called by the layer's id.

    Parameters
    ----------
    rows
        Rows with geometry in Web Mercator. Lists are joined by `；`; rows without geometry are in no tile.

    Returns
    -------
    content, notes
        The file. Figures are cut at the borders of tiles and rounded to 0.6 m (zoom 14): to look at, not to measure.

    Raises
    ------
    NoFigureError
        If no row has a geometry.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> from layers.extract import extract
    >>> from layers.filters import Filters
    >>> pmtiles(extract(read_plan(), "metro_lines", Filters(), "EPSG:3857"))[0][:7]
    b'PMTiles'
    """
    placed = rows.table[rows.table.geometry.notna() & ~rows.table.geometry.is_empty]
    if placed.empty:
        raise NoFigureError
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "layer.pmtiles"
        write_by_gdal(
            joined_lists(placed, rows.fields),
            file,
            driver="PMTiles",
            layer=rows.layer.id,
            geometry_type=rows.layer.geometry,
            dataset_options={**_ZOOMS, "NAME": rows.layer.id, "DESCRIPTION": rows.summary},
        )
        content = file.read_bytes()
    note = Note(
        "PMTiles是看图用的瓦片：图形在瓦片边界处切开，坐标取整到0.6米，不能量算。",
        "PMTiles is for looking: figures are cut at tile borders and rounded to 0.6 m; do not measure in it.",
    )
    return content, (note,)
