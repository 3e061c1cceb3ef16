"""Shapefile in a zip: its encoding said twice, short ASCII names of columns, nothing cut."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from layers.fields import joined_lists
from layers.formats.archive import zipped
from layers.formats.dbase_columns import FIELD_MAP, field_map, long_text_notes, parted_table
from layers.formats.dbase_text import encodable
from layers.formats.readme import readme
from layers.formats.written import write_by_gdal

if TYPE_CHECKING:
    from layers.extract import Extract, Note

_ENDINGS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def shapefile(rows: Extract, *, encoding: str = "UTF-8") -> tuple[bytes, tuple[Note, ...]]:
    """
    Write a zip with .shp, .shx, .dbf, .prj, .cpg, the field map 字段对照.csv and README.txt.

    Parameters
    ----------
    rows
        Rows with geometry in any served system. Lists are joined by `；`; a text of more than 254 bytes goes on in
        further columns, parted between characters; a missing geometry is a null shape; an empty selection gives a
        shapefile without records.
    encoding
        `UTF-8`, or `GBK` for programs that know no other; a character that GBK has not becomes 〓, and a note says so.

    Returns
    -------
    content, notes
        The zip file. dBASE knows no empty text (it reads as missing) and drops spaces at the ends of a text.

    Examples
    --------
    >>> import io, zipfile
    >>> from geo.plan import read_plan
    >>> from layers.extract import extract
    >>> from layers.filters import Filters
    >>> content, _ = shapefile(extract(read_plan(), "metro_lines", Filters(), "EPSG:4326"))
    >>> sorted(zipfile.ZipFile(io.BytesIO(content)).namelist())[:2]
    ['README.txt', 'metro_lines.cpg']
    """
    table = joined_lists(rows.table, rows.fields)
    table, replaced = encodable(table, rows.fields, encoding)
    columns, short = parted_table(table, rows.fields, encoding)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{rows.layer.id}.shp"
        write_by_gdal(
            rows.table[["geometry"]].join(short),
            file,
            driver="ESRI Shapefile",
            geometry_type=rows.layer.geometry,
            encoding=encoding,
            layer_options={"DBF_DATE_LAST_UPDATE": rows.created.strftime("%Y-%m-%d")},
        )
        files = {
            file.with_suffix(ending).name: file.with_suffix(ending).read_bytes()
            for ending in _ENDINGS
            if file.with_suffix(ending).exists()
        }
    notes = (*replaced, *long_text_notes(columns))
    files[FIELD_MAP] = field_map(columns)
    files["README.txt"] = readme(rows, notes, {column.short: column.field for column in columns})
    return zipped(files, rows.created), notes


def short_names(rows: Extract) -> dict[str, str]:
    """
    First short name of each column, by its own, as `shapefile` gives them.

    Parameters
    ----------
    rows
        The rows of the file.

    Returns
    -------
    names
        For styles beside the file.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> from layers.extract import extract
    >>> from layers.filters import Filters
    >>> short_names(extract(read_plan(), "parks", Filters(), "EPSG:4326"))["sector_ids"]
    'sect_ids'
    """
    columns, _ = parted_table(joined_lists(rows.table, rows.fields), rows.fields, "UTF-8")
    return {column.field.name: column.short for column in columns if column.piece == 1}
