"""XLSX: the data, its columns, and where it is from, on three sheets."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, NamedTuple

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.writer.excel import ExcelWriter

from layers.extract import Note
from layers.fields import joined_lists, plain_value
from layers.formats.archive import restamped
from layers.formats.delimited import geometry_cells
from layers.formats.kml import UNWRITABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpyxl.worksheet.worksheet import Worksheet

    from layers.extract import Extract

#: Characters that a cell of Excel holds.
LONGEST_CELL = 32_767
_GEOMETRY_TITLES = {
    "wkt": ("图形（WKT）", "Geometry (WKT)", "string"),
    "lon": ("代表点经度", "Longitude of a point inside", "number"),
    "lat": ("代表点纬度", "Latitude of a point inside", "number"),
    "x": ("代表点东坐标（米）", "Easting of a point inside (m)", "number"),
    "y": ("代表点北坐标（米）", "Northing of a point inside (m)", "number"),
}
_WIDEST = 48


class _Column(NamedTuple):
    """A column of the first sheet with its cells."""

    name: str
    title_zh: str
    title_en: str
    kind: str
    values: list[object]


def workbook(rows: Extract) -> tuple[bytes, tuple[Note, ...]]:
    """
    Write XLSX: sheet of data with Chinese headers, sheet 字段 of columns, sheet 说明 of provenance.

    Parameters
    ----------
    rows
        Rows in any served system, or without geometry. Lists are joined by `；`; geometry is well-known text with a
        point inside; an empty selection gives the header alone.

    Returns
    -------
    content, notes
        The file. A text of more than 32 767 characters does not fit a cell: it is left out whole, and a note and the
        sheet 说明 name its rows. Texts are never taken for formulas; control characters become U+FFFD.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> from layers.extract import extract
    >>> from layers.filters import Filters
    >>> workbook(extract(read_plan(), "sectors", Filters(), "EPSG:4326"))[0][:2]
    b'PK'
    """
    book = Workbook()
    book.properties.created = book.properties.modified = rows.created.replace(tzinfo=None)
    book.properties.creator = "Yuantu"
    book.properties.title = rows.layer.title_zh
    sheet = book.active
    sheet.title = rows.layer.title_zh[:31]
    columns = _columns(rows)
    notes = (*_left_out(rows, columns), *_replaced(columns))
    cells = [[None if _is_too_long(value) else value for value in column.values] for column in columns]
    _fill(sheet, [column.title_zh for column in columns], list(zip(*cells, strict=True)))
    about = [column[:-1] for column in columns]
    _fill(book.create_sheet("字段"), ["代码 Code", "标题", "Title", "类型 Kind"], about)
    said = [*((zh, en, text) for zh, en, text in rows.about), *(("备注", "Note", str(note)) for note in notes)]
    _fill(book.create_sheet("说明"), ["项目", "Item", "内容 Content"], said)
    written = io.BytesIO()
    _save(book, written)
    return restamped(written.getvalue(), rows.created), notes


def _save(book: Workbook, written: io.BytesIO) -> None:
    """Save without `Workbook.save`, which puts the clock's time as time of change."""
    writer = ExcelWriter(book, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED))
    writer.save()


def _columns(rows: Extract) -> list[_Column]:
    table = joined_lists(rows.table, rows.fields)
    own = [
        _Column(
            field.name, field.title_zh, field.title_en, field.kind, [plain_value(cell) for cell in table[field.name]]
        )
        for field in rows.fields
    ]
    return own + [_Column(name, *_GEOMETRY_TITLES[name], list(cells)) for name, cells in geometry_cells(rows).items()]


def _is_too_long(value: object) -> bool:
    return isinstance(value, str) and len(value) > LONGEST_CELL


def _left_out(rows: Extract, columns: list[_Column]) -> tuple[Note, ...]:
    keys = [" ".join(map(str, key)) for key in zip(*(rows.table[name] for name in rows.layer.key), strict=True)]
    notes = []
    for column in columns:
        long = [key for key, value in zip(keys, column.values, strict=True) if _is_too_long(value)]
        if long:
            which = ", ".join(long)
            zh = f"“{column.title_zh}”超过32767个字符，单元格放不下，以下{len(long)}行留空：{which}。"
            en = f"{column.name} is too long for a cell (32 767 characters) and left out in {len(long)} rows: {which}."
            notes.append(Note(zh, en))
    return tuple(notes)


def _replaced(columns: list[_Column]) -> tuple[Note, ...]:
    count = sum(
        len(UNWRITABLE.findall(value)) for column in columns for value in column.values if isinstance(value, str)
    )
    zh = f"{count}个控制字符不能写入XLSX，已代以U+FFFD。"
    en = f"{count} control characters cannot stand in XLSX and were replaced by U+FFFD."
    return (Note(zh, en),) if count else ()


def _fill(sheet: Worksheet, titles: Sequence[str], records: Sequence[tuple[object, ...]]) -> None:
    for number, record in enumerate([tuple(titles), *records], start=1):
        for place, value in enumerate(record, start=1):
            if value is not None:
                _write(sheet.cell(number, place), value)
    for place, title in enumerate(titles, start=1):
        sheet.cell(1, place).font = Font(bold=True)
        texts = [str(record[place - 1]) for record in records[:50] if record[place - 1] is not None]
        width = max(map(_width, [title, *texts]))
        sheet.column_dimensions[get_column_letter(place)].width = min(width + 2, _WIDEST)
    sheet.freeze_panes = "A2"


def _write(cell: Cell, value: object) -> None:
    if isinstance(value, str):
        cell.value = UNWRITABLE.sub("\ufffd", value)
        # A text that begins with "=" stays a text.
        cell.data_type = "s"
    else:
        cell.value = value


def _width(text: str) -> int:
    first = text.split("\n", maxsplit=1)[0]
    return sum(2 if ord(character) > 0x2E80 else 1 for character in first)  # noqa: PLR2004 - where CJK begins
