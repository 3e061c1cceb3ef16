"""Shapefile in a zip: its encoding said twice, short ASCII names of columns, nothing cut."""

from __future__ import annotations

import csv
import io
import tempfile
from collections import Counter
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from layers.extract import Note
from layers.fields import joined_lists
from layers.formats.archive import zipped
from layers.formats.readme import readme
from layers.formats.written import write_by_gdal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.extract import Extract
    from layers.fields import Field

#: Bytes that a text column of dBASE holds, and those that the name of a column holds.
LONGEST_TEXT = 254
LONGEST_NAME = 10
_MISSING = "〓"
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
    >>> import zipfile
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


def encodable(table: pd.DataFrame, fields: tuple[Field, ...], encoding: str) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """
    Replace what an encoding has no bytes for.

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
    table, notes
        Texts with 〓, the printer's mark for a missing letter, in place of such characters, and a note that lists them.

    Examples
    --------
    >>> from layers.fields import Field
    >>> fields = (Field("note_zh", "string", "备注", "Note"),)
    >>> table, [note] = encodable(pd.DataFrame({"note_zh": ["5 km²"]}), fields, "GBK")
    >>> table["note_zh"].tolist(), note.en
    (['5 km〓'], 'GBK has no ²: 1 characters became 〓. Ask for UTF-8 to keep them.')
    """
    found: Counter[str] = Counter()

    def write(text: str | None) -> str | None:
        if text is None:
            return None
        kept = []
        for character in text:
            try:
                character.encode(encoding)
            except UnicodeEncodeError:
                found[character] += 1
                kept.append(_MISSING)
            else:
                kept.append(character)
        return "".join(kept)

    texts = [field.name for field in fields if field.kind in {"string", "list"}]
    written = table.assign(
        **{name: pd.Series(map(write, table[name]), index=table.index, dtype=object) for name in texts}
    )
    if not found:
        return written, ()
    which, count = " ".join(sorted(found)), sum(found.values())
    zh = f"{encoding}没有以下字符，{count}处代以{_MISSING}：{which}。要保留请用UTF-8。"
    return written, (
        Note(zh, f"{encoding} has no {which}: {count} characters became {_MISSING}. Ask for UTF-8 to keep them."),
    )


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


def text_pieces(text: str, longest: int = LONGEST_TEXT, encoding: str = "UTF-8") -> list[str]:
    """
    Part a text into pieces that fit a column.

    Parameters
    ----------
    text
        Any text.
    longest
        Bytes that a piece may hold.
    encoding
        Of the bytes.

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
    sizes = [len(character.encode(encoding)) for character in text]
    return list(_pieces(text, longest, sizes)) or [""]


def _pieces(text: str, longest: int, sizes: list[int]) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = start
        used = 0
        while end < len(text) and (used := used + sizes[end]) <= longest:
            end += 1
        border = end
        while end < len(text) and border > start + 1 and " " in text[border - 1 : border + 1]:
            border -= 1
        is_parted_well = end == len(text) or " " not in text[border - 1 : border + 1]
        stop = border if is_parted_well else end
        yield text[start:stop]
        start = stop


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
