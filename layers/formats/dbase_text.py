"""Texts that fit the columns of a dBASE table: characters that its encoding has, pieces of at most 254 bytes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pandas as pd

from layers.extract import Note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.fields import Field

#: Bytes that a text column holds.
LONGEST_TEXT = 254
_MISSING = "〓"


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
