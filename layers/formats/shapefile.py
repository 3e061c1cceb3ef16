"""Shapefile in a zip: UTF-8 said twice, short ASCII names of columns, nothing cut."""

from __future__ import annotations

import csv
import io
import tempfile
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
import pyogrio

from layers.extract import Note
from layers.fields import joined_lists
from layers.formats.archive import zipped
from layers.formats.readme import readme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.extract import Extract
    from layers.fields import Field

#: Bytes that a text column of dBASE holds, and those that the name of a column holds.
LONGEST_TEXT = 254
LONGEST_NAME = 10
#: Name of the field map inside the zip.
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
_ENDINGS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


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


def shapefile(rows: Extract) -> tuple[bytes, tuple[Note, ...]]:
    """
    Write a zip with .shp, .shx, .dbf, .prj, .cpg, the field map 字段对照.csv and README.txt.

    Parameters
    ----------
    rows
        Rows with geometry in any served system. Lists are joined by `；`; a text of more than 254 bytes goes on in
        further columns, parted between characters; a missing geometry is a null shape; an empty selection gives a
        shapefile without records.

    Returns
    -------
    content, notes
        The zip file. dBASE knows no empty text (it reads as missing) and drops spaces at the ends of a text.

    Examples
    --------
    >>> import zipfile
    >>> from geo.plan import read_plan
    >>> from layers.extract import extract
    >>> from layers.filters import Filters
    >>> content, _ = shapefile(extract(read_plan(), "metro_lines", Filters(), "EPSG:4326"))
    >>> sorted(zipfile.ZipFile(io.BytesIO(content)).namelist())[:2]
    ['README.txt', 'metro_lines.cpg']
    """
    table = joined_lists(rows.table, rows.fields)
    parted = {field.name: _parted(table[field.name]) for field in rows.fields if field.kind in {"string", "list"}}
    columns = short_columns(rows.fields, {name: max(map(len, texts), default=1) for name, texts in parted.items()})
    short = pd.DataFrame(
        {
            column.short: _piece(parted[column.field.name], column.piece - 1)
            if column.field.name in parted
            else table[column.field.name]
            for column in columns
        },
        index=table.index,
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{rows.layer.id}.shp"
        pyogrio.write_dataframe(
            rows.table[["geometry"]].join(short),
            file,
            driver="ESRI Shapefile",
            geometry_type=rows.layer.geometry,
            encoding="UTF-8",
            layer_options={"DBF_DATE_LAST_UPDATE": rows.created.strftime("%Y-%m-%d")},
        )
        files = {file.with_suffix(ending).name: file.with_suffix(ending).read_bytes() for ending in _ENDINGS}
    notes = _notes(columns)
    files[FIELD_MAP] = _field_map(columns)
    files["README.txt"] = readme(rows, notes, {column.short: column.field for column in columns})
    return zipped(files, rows.created), notes


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


def text_pieces(text: str, longest: int = LONGEST_TEXT) -> list[str]:
    """
    Part a text into pieces that fit a column.

    Parameters
    ----------
    text
        Any text.
    longest
        Bytes of UTF-8 that a piece may hold.

    Returns
    -------
    pieces
        Joined they give the text. A piece begins and ends with a space only where the text does, or where spaces alone
        fill a column, because dBASE drops spaces at both ends.

    Examples
    --------
    >>> text_pieces("甲乙丙", 6)
    ['甲乙', '丙']
    >>> text_pieces("ab cd", 3)
    ['a', 'b c', 'd']
    """
    return list(_pieces(text, longest)) or [""]


def _pieces(text: str, longest: int) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = start
        used = 0
        while end < len(text) and (used := used + len(text[end].encode())) <= longest:
            end += 1
        border = end
        while end < len(text) and border > start + 1 and " " in text[border - 1 : border + 1]:
            border -= 1
        is_parted_well = end == len(text) or " " not in text[border - 1 : border + 1]
        stop = border if is_parted_well else end
        yield text[start:stop]
        start = stop


def _parted(texts: pd.Series) -> list[list[str]]:
    return [[] if text is None else text_pieces(text) for text in texts]


def _piece(parted: list[list[str]], place: int) -> list[str | None]:
    return [pieces[place] if place < len(pieces) else None for pieces in parted]


def _notes(columns: list[Column]) -> tuple[Note, ...]:
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


def _field_map(columns: list[Column]) -> bytes:
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
