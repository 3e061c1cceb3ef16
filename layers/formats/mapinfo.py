"""MapInfo TAB in a zip, with the same short columns as a shapefile."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from layers.extract import Note
from layers.fields import joined_lists
from layers.formats.archive import zipped
from layers.formats.dbase_columns import FIELD_MAP, field_map, long_text_notes, parted_table
from layers.formats.dbase_text import encodable
from layers.formats.readme import readme
from layers.formats.written import write_by_gdal

if TYPE_CHECKING:
    import pandas as pd

    from layers.extract import Extract

#: What GDAL calls the encodings, and what their characters are encoded by.
_CODECS = {"UTF-8": "UTF-8", "GBK": "CP936"}
_ENDINGS = (".tab", ".dat", ".map", ".id")
#: Room around the figures, in shares of their extent; the format keeps whole steps of a thousand-millionth of it.
_ROOM = 0.01
_WHOLE = (-(2**31) + 1, 2**31 - 1)


def mapinfo(rows: Extract, *, encoding: str = "UTF-8") -> tuple[bytes, tuple[Note, ...]]:
    """
    Write a zip with .tab, .dat, .map, .id, the field map 字段对照.csv and README.txt.

    Parameters
    ----------
    rows
        Rows with geometry in any served system. Texts and names of columns as in a shapefile.
    encoding
        `UTF-8` (MapInfo 15.2 or later) or `GBK` (WindowsSimpChinese, any MapInfo), as in a shapefile.

    Returns
    -------
    content, notes
        The zip file. Coordinates are whole steps of a grid over the figures' extent, far below a millimetre; a table
        knows no empty text and no missing number (it reads as 0), so a note counts them.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> from layers.extract import extract
    >>> from layers.filters import Filters
    >>> mapinfo(extract(read_plan(), "metro_lines", Filters(), "EPSG:4326"))[0][:2]
    b'PK'
    """
    table, replaced = encodable(joined_lists(rows.table, rows.fields), rows.fields, encoding)
    columns, short = parted_table(table, rows.fields, encoding)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{rows.layer.id}.tab"
        write_by_gdal(
            rows.table[["geometry"]].join(_shortened(short)),
            file,
            driver="MapInfo File",
            geometry_type="Unknown",
            layer_options={"ENCODING": _CODECS[encoding], **_bounds(rows)},
        )
        files = {
            file.with_suffix(ending).name: file.with_suffix(ending).read_bytes()
            for ending in _ENDINGS
            if file.with_suffix(ending).exists()
        }
    table_file = f"{rows.layer.id}.dat"
    files[table_file] = _settled(files[table_file], rows)
    notes = (*replaced, *long_text_notes(columns), *_missing_numbers(rows))
    files[FIELD_MAP] = field_map(columns)
    files["README.txt"] = readme(rows, notes, {column.short: column.field for column in columns})
    return zipped(files, rows.created), notes


def _shortened(table: pd.DataFrame) -> pd.DataFrame:
    """Give whole numbers 32 bits where they fit: QGIS 3.22 opens no table that has wider ones."""
    whole = [name for name in table if table[name].dtype == "Int64"]
    return table.astype({name: "Int32" for name in whole if table[name].dropna().between(*_WHOLE).all()})


def _bounds(rows: Extract) -> dict[str, str]:
    if not rows.table.geometry.notna().any():
        return {}
    west, south, east, north = map(float, rows.table.total_bounds)
    room = max(east - west, north - south, 0.001) * _ROOM
    return {"BOUNDS": f"{west - room!r},{south - room!r},{east + room!r},{north + room!r}"}


def _settled(content: bytes, rows: Extract) -> bytes:
    """
    Take the clock's day and shreds of memory out of the table's header, which is that of dBASE.

    The day stands at bytes 1 to 3; from byte 32 each column has 32 bytes, of which the first 11 are its name,
    ended by a zero, with whatever the memory held behind it.
    """
    settled = bytearray(content)
    settled[1:4] = bytes([rows.created.year % 100, rows.created.month, rows.created.day])
    for start in range(32, int.from_bytes(content[8:10], "little") - 31, 32):
        name = bytes(settled[start : start + 11]).partition(b"\x00")[0]
        settled[start : start + 11] = name.ljust(11, b"\x00")
    return bytes(settled)


def _missing_numbers(rows: Extract) -> tuple[Note, ...]:
    names = [field.name for field in rows.fields if field.kind in {"integer", "number", "boolean"}]
    missing = [name for name in names if rows.table[name].isna().any()]
    if not missing:
        return ()
    zh = f"MapInfo表没有空数值，以下字段的空值读作0：{'、'.join(missing)}。"
    return (Note(zh, f"A MapInfo table has no missing numbers; read 0 as unknown in {', '.join(missing)}."),)
