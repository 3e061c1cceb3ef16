"""README.txt of zip files: what it is and where it is from, Chinese first, then English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.extents import GRADES
from layers.extract import NOTICE, shows_extents, source_titles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.extract import Extract, Note
    from layers.fields import Field

_WORDS = (
    {"fields": "字段", "sources": "来源与许可", "grades": "依据等级", "notes": "注意", "colon": "："},
    {"fields": "Columns", "sources": "Sources and licences", "grades": "Grades", "notes": "Mind", "colon": ": "},
)


def readme(rows: Extract, notes: tuple[Note, ...], columns: Mapping[str, Field]) -> bytes:
    """
    Write what a person who finds the file must know.

    Parameters
    ----------
    rows
        What the file holds.
    notes
        What the format could not carry.
    columns
        Fields by the name that they have in the file.

    Returns
    -------
    text
        UTF-8 with byte order mark and CRLF, so that the plainest editors show it.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> from layers.extract import extract
    >>> from layers.filters import Filters
    >>> rows = extract(read_plan(), "parks", Filters(), "EPSG:4326")
    >>> "示意范围，非法定边界" in readme(rows, (), {}).decode("utf-8-sig")
    True
    """
    lines = [line for language in (0, 1) for line in _part(rows, notes, columns, language)]
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


def _part(rows: Extract, notes: tuple[Note, ...], columns: Mapping[str, Field], language: int) -> list[str]:
    words = _WORDS[language]
    lines = [f"园图 Yuantu: {(rows.layer.title_zh, rows.layer.title_en)[language]}", "=" * 40]
    if shows_extents(rows.fields):
        lines += [NOTICE[language], ""]
    lines += [
        f"{(zh, en)[language]}{words['colon']}{text}"
        for zh, en, text in rows.about
        if en not in {"Notice", "Grades", "Sources"}
    ]
    if shows_extents(rows.fields):
        lines += ["", words["grades"], *(f"  {grade}  {meaning[language]}" for grade, meaning in GRADES.items())]
    lines += ["", words["sources"], *(f"  {title}" for title in source_titles(rows.plan, rows.layer.source_ids))]
    if notes:
        lines += ["", words["notes"], *(f"  {note[language]}" for note in notes)]
    titles = [f"  {name}  {(field.title_zh, field.title_en)[language]}" for name, field in columns.items()]
    return [*lines, "", words["fields"], *titles, ""]
