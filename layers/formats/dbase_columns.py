"""Columns of a dBASE table: short ASCII names, long texts in several columns, and the map of both."""

from __future__ import annotations

import csv
import io
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from layers.extract import Note
from layers.formats.dbase_text import text_pieces

if TYPE_CHECKING:
    from layers.fields import Field

#: Bytes that the name of a column holds.
LONGEST_NAME = 10
#: Name of the field map inside a zip.
FIELD_MAP = "字段对照.csv"
_SHORT = {
    "position_accuracy_m": "pos_acc_m",
    "worst_accuracy_m": "worst_acc",
    "area_published_km2": "area_pub",
    "area_note_zh": "anote_zh",
    "area_note_en": "anote_en",
    "evidence_zh": "evid_zh",
    "evidence_en": "evid_en",
    "sectors_zh": "sects_zh",
    "sectors_en": "sects_en",
    "sector_ids": "sect_ids",
    "sector_id": "sector_id",
    "sector_zh": "sect_zh",
    "sector_en": "sect_en",
    "focus_zh": "focus_zh",
    "focus_en": "focus_en",
    "allocation_id": "alloc_id",
    "park_as_printed": "printed",
    "verdict_zh": "verd_zh",
    "verdict_en": "verd_en",
    "operator_zh": "oper_zh",
    "operator_en": "oper_en",
    "operator_source_id": "oper_src",
    "subdistrict_id": "subd_id",
    "subsector_id": "subsect_id",
    "districts_zh": "dists_zh",
    "district_zh": "dist_zh",
}


class Column(NamedTuple):
    """
    One column of the shapefile.

    Parameters
    ----------
    short
        Its name there.
    field
        The layer's field.
    piece, pieces
        Which piece of the text it holds, of how many.

    Examples
    --------
    >>> from layers.fields import Field
    >>> Column("evid_zh2", Field("evidence_zh", "list", "证据", "Evidence"), 2, 3).piece
    2
    """

    short: str
    field: Field
    piece: int
    pieces: int


def parted_table(table: pd.DataFrame, fields: tuple[Field, ...], encoding: str) -> tuple[list[Column], pd.DataFrame]:
    """
    Give a table short names and texts that fit columns of 254 bytes.

    Parameters
    ----------
    table
        Rows whose lists are joined.
    fields
        Its fields.
    encoding
        Of the file's texts.

    Returns
    -------
    columns, table
        Names and their fields, and the table without geometry.

    Examples
    --------
    >>> from layers.fields import Field
    >>> fields = (Field("evidence_zh", "string", "证据", "Evidence"),)
    >>> list(parted_table(pd.DataFrame({"evidence_zh": ["园" * 100]}), fields, "UTF-8")[1])
    ['evid_zh', 'evid_zh2']
    """
    parted = {f.name: _parted(table[f.name], encoding) for f in fields if f.kind in {"string", "list"}}
    columns = short_columns(fields, {name: max(map(len, texts), default=1) for name, texts in parted.items()})
    short = {
        column.short: _piece(parted[column.field.name], column.piece - 1)
        if column.field.name in parted
        else table[column.field.name]
        for column in columns
    }
    return columns, pd.DataFrame(short, index=table.index)


def short_columns(fields: tuple[Field, ...], pieces: dict[str, int]) -> list[Column]:
    """
    Give each field its names in a shapefile.

    Parameters
    ----------
    fields
        Fields of the layer.
    pieces
        How many columns a field's text needs, by name; one where it is not named.

    Returns
    -------
    columns
        Names of at most 10 ASCII bytes, each once whatever its case; later pieces end in their number.

    Examples
    --------
    >>> from layers.fields import Field
    >>> texts = (Field("evidence_zh", "list", "证据", "Evidence"), Field("as_of", "string", "截至", "As of"))
    >>> [column.short for column in short_columns(texts, {"evidence_zh": 2})]
    ['evid_zh', 'evid_zh2', 'as_of']
    """
    taken: set[str] = set()
    columns = []
    for field in fields:
        needed = max(1, pieces.get(field.name, 1))
        room = LONGEST_NAME - (len(str(needed)) if needed > 1 else 0)
        base = _free_name(field.name, taken, room, needed)
        names = [base, *(f"{base}{piece}" for piece in range(2, needed + 1))]
        taken.update(name.lower() for name in names)
        columns += [Column(name, field, piece, needed) for piece, name in enumerate(names, start=1)]
    return columns


def _free_name(name: str, taken: set[str], room: int, needed: int) -> str:
    wanted = _SHORT.get(name, name)
    for number in count():
        mark = f"_{number}" if number else ""
        base = wanted[: room - len(mark)] + mark
        names = {base, *(f"{base}{piece}" for piece in range(2, needed + 1))}
        if not {taken_name.lower() for taken_name in names} & taken:
            return base
    raise AssertionError


def _parted(texts: pd.Series, encoding: str) -> list[list[str]]:
    return [[] if text is None else text_pieces(text, encoding=encoding) for text in texts]


def _piece(parted: list[list[str]], place: int) -> list[str | None]:
    return [pieces[place] if place < len(pieces) else None for pieces in parted]


def long_text_notes(columns: list[Column]) -> tuple[Note, ...]:
    """
    Say which texts go on in further columns.

    Parameters
    ----------
    columns
        Columns of the file.

    Returns
    -------
    notes
        One, or none.

    Examples
    --------
    >>> long_text_notes([])
    ()
    """
    long = [column.field for column in columns if column.piece == 1 and column.pieces > 1]
    if not long:
        return ()
    zh, en = "、".join(field.title_zh for field in long), ", ".join(field.name for field in long)
    return (
        Note(
            f"Shapefile的文本字段最长254字节：{zh}分写于多个字段，见{FIELD_MAP}。",
            f"A text column of a shapefile holds 254 bytes: {en} go on in further columns, see {FIELD_MAP}.",
        ),
    )


def field_map(columns: list[Column]) -> bytes:
    """
    Write the table that tells what the short names stand for.

    Parameters
    ----------
    columns
        Columns of the file.

    Returns
    -------
    content
        CSV in UTF-8 with byte order mark.

    Examples
    --------
    >>> field_map([]).decode("utf-8-sig")[:8]
    '字段 short'
    """
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(
        ["字段 short", "代码 code", "标题", "title", "类型 kind", "第几段 piece", "共几段 pieces", "说明 remark"]
    )
    for column in columns:
        field = column.field
        remark = "依次相接即全文 join the pieces in order" if column.pieces > 1 else ""
        writer.writerow(
            [column.short, field.name, field.title_zh, field.title_en, field.kind, column.piece, column.pieces, remark]
        )
    return ("\ufeff" + written.getvalue()).encode()
