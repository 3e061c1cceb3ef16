"""In which encoding the text of a file stands, and why one thinks so."""

from __future__ import annotations

import codecs
import contextlib
import re
import struct
from typing import TYPE_CHECKING, NamedTuple

from geo.intake.limits import IntakeError, Limits
from geo.intake.values import Question

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Encodings to offer; any that Python knows is taken as an answer.
CHOICES = ("UTF-8", "GB18030", "Big5")
_SAMPLE_ROWS = 2000
_PREVIEW = 8
#: Language driver ids of dBASE tables that name an encoding (dBASE, FoxPro).
_LANGUAGE_DRIVERS = {0x4D: "GB18030", 0x7A: "GB18030", 0x4F: "Big5", 0x78: "Big5"}


class Decided(NamedTuple):
    """
    An encoding, with the question to ask where it is not sure.

    Parameters
    ----------
    encoding
        Its name.
    question
        None where it is sure.
    """

    encoding: str
    question: Question | None


def known_encoding(name: str) -> str:
    """
    Bring the name of an encoding to the form used here.

    Parameters
    ----------
    name
        As in a .cpg file or an answer: `936`, `gbk`, `ANSI 936`, `utf8` and the like.

    Returns
    -------
    encoding
        `UTF-8`, `GB18030` or Python's own name of it.

    Raises
    ------
    IntakeError
        If Python has no such text encoding.

    Examples
    --------
    >>> known_encoding("936"), known_encoding("utf8"), known_encoding("OEM 936")
    ('GB18030', 'UTF-8', 'GB18030')
    """
    plain = re.sub(r"^(ansi|oem|cp|windows)[\s_-]*", "", name.strip().lower())
    if plain in {"936", "gbk", "gb2312", "gb18030", "cp936", "54936"}:
        return "GB18030"
    if plain in {"65001", "utf8", "utf-8", "utf_8"}:
        return "UTF-8"
    spoken = f"cp{plain}" if plain.isdecimal() else plain
    try:
        # Only encodings of text: Python also has codecs such as zlib and base64.
        b"a".decode(spoken)
        found = codecs.lookup(spoken).name
    except (LookupError, UnicodeError, ValueError) as error:
        raise IntakeError(
            "answer",
            f"no text encoding is called {name!r}; write UTF-8, GB18030 or Big5",
            f"没有名为 {name!r} 的文字编码，请填 UTF-8、GB18030 或 Big5",
        ) from error
    return {"big5": "Big5"}.get(found, found.upper())


def decide(
    texts: Sequence[bytes],
    *,
    stated: Sequence[tuple[str, str]] = (),
    known_words: frozenset[str] = frozenset(),
    answers: Mapping[str, str],
) -> Decided:
    """
    Decide on an encoding: what was answered, what the file states and keeps, strict UTF-8, then GB18030.

    Parameters
    ----------
    texts
        Pieces of text as they stand in the file.
    stated
        Places that state an encoding and the encodings that they state, the more trusted first.
    known_words
        Words that prove an encoding when the text holds one, such as names of columns.
    answers
        Of the person; `encoding` counts.

    Returns
    -------
    decided
        With a question where nothing states the encoding that fits, or what is stated does not fit.

    Raises
    ------
    IntakeError
        If the text is not in the encoding that was answered, or in no encoding known here.

    Examples
    --------
    >>> decide(["火炬园".encode("gbk")], answers={}).question.preview
    ('火炬园',)
    >>> decide(["火炬园".encode()], answers={})
    Decided(encoding='UTF-8', question=None)
    """
    telling = [text for text in texts if not text.isascii()]
    if "encoding" in answers:
        encoding = known_encoding(answers["encoding"])
        if not _fits(telling, encoding):
            raise IntakeError(
                "answer",
                f"the text is not {encoding}: it cannot be decoded so; try another encoding",
                f"文字不是 {encoding} 编码，无法按它解读，请换一种编码",
            )
        return Decided(encoding, None)
    if not telling:
        return Decided(known_encoding(stated[0][1]) if stated else "UTF-8", None)
    for _, encoding in stated:
        if _fits(telling, known_encoding(encoding)):
            return Decided(known_encoding(encoding), None)
    found = next((encoding for encoding in CHOICES if _fits(telling, encoding)), None)
    if found is None:
        raise IntakeError(
            "encoding",
            "the text is in no encoding that is known here (UTF-8, GB18030, Big5); save the file as UTF-8",
            "文字编码无法识别（不是 UTF-8、GB18030 或 Big5），请另存为 UTF-8",
        )
    decoded = [text.decode(found) for text in telling]
    is_proven = any(word in text for text in decoded for word in known_words)
    if not stated and (found == "UTF-8" or is_proven):
        return Decided(found, None)
    return Decided(found, _question(found, decoded, stated))


def _fits(texts: Sequence[bytes], encoding: str) -> bool:
    try:
        for text in texts:
            text.decode(encoding)
    except (UnicodeError, LookupError):
        return False
    return True


def _question(found: str, decoded: Sequence[str], stated: Sequence[tuple[str, str]]) -> Question:
    preview = tuple(dict.fromkeys(text.strip("\x00 ") for text in decoded))[:_PREVIEW]
    if stated:
        places = "、".join(f"{place} 写的是 {encoding}" for place, encoding in stated)
        english = ", ".join(f"{place} says {encoding}" for place, encoding in stated)
        why = f"{places}，但文字按它解不开；按 {found} 可以解开"
        why_en = f"{english}, but the text cannot be decoded so; as {found} it can"
    else:
        why = f"文件没有注明编码，文字不是 UTF-8，按 {found} 可以解开；请看预览中的名称是否正确"
        why_en = f"the file states no encoding and its text is not UTF-8; as {found} it can be decoded: see the preview"
    return Question("encoding", found, why, why_en, CHOICES, preview)


class Dbase(NamedTuple):
    """
    Text of a dBASE table before any decoding.

    Parameters
    ----------
    texts
        Names of fields and cells, of the first rows.
    language_driver
        Byte 29 of the header, 0 where nothing is stated.
    """

    texts: tuple[bytes, ...]
    language_driver: int


def dbase_text(content: bytes, limits: Limits) -> Dbase:
    """
    Read the raw text of a dBASE table, as in a Shapefile.

    Parameters
    ----------
    content
        The .dbf file.
    limits
        `fields` counts.

    Returns
    -------
    dbase
        Its text, and its language driver id.

    Raises
    ------
    IntakeError
        If the header is broken or has too many fields.

    Examples
    --------
    >>> dbase_text(b"", Limits())
    Traceback (most recent call last):
    geo.intake.limits.IntakeError: the .dbf table is cut off; ...
    """
    if len(content) < 33:  # noqa: PLR2004  (a header of 32 bytes and its end)
        raise _cut_off()
    count, head, width = struct.unpack_from("<IHH", content, 4)
    fields: list[tuple[bytes, int, int]] = []
    start = 1
    for place in range(32, min(head, len(content)) - 1, 32):
        entry = content[place : place + 32]
        if entry[:1] == b"\r" or len(entry) < 32:  # noqa: PLR2004  (bytes of an entry)
            break
        if entry[11:12] in b"CM":
            fields.append((entry[:11].split(b"\x00")[0], start, entry[16]))
        else:
            fields.append((entry[:11].split(b"\x00")[0], 0, 0))
        start += entry[16]
        limits.refuse_above("fields", len(fields))
    if head + count * width > len(content) + 1:
        raise _cut_off()
    rows = [content[head + row * width : head + (row + 1) * width] for row in range(min(count, _SAMPLE_ROWS))]
    cells = [row[begin : begin + size].strip(b" \x00") for row in rows for _, begin, size in fields if size]
    return Dbase(tuple([name for name, _, _ in fields] + [cell for cell in cells if cell]), content[29])


def _cut_off() -> IntakeError:
    return IntakeError(
        "broken",
        "the .dbf table is cut off; export the Shapefile again",
        "属性表 .dbf 不完整，请重新导出 Shapefile",
    )


def dbase_statements(dbase: Dbase, cpg: str | None) -> list[tuple[str, str]]:
    """
    Say what a Shapefile states about its encoding.

    Parameters
    ----------
    dbase
        Its table.
    cpg
        Content of its .cpg file, None without one.

    Returns
    -------
    stated
        For `decide`; what names no encoding is left out.

    Examples
    --------
    >>> dbase_statements(Dbase((), 0x4D), "UTF-8")
    [('.dbf', 'GB18030'), ('.cpg', 'UTF-8')]
    """
    stated = []
    if dbase.language_driver in _LANGUAGE_DRIVERS:
        stated.append((".dbf", _LANGUAGE_DRIVERS[dbase.language_driver]))
    if cpg is not None:
        with contextlib.suppress(IntakeError):
            stated.append((".cpg", known_encoding(cpg)))
    return stated
