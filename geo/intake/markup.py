"""XML from outside, checked before any parser that could follow it gets to see it."""

from __future__ import annotations

import codecs
import re

from geo.intake.limits import IntakeError, Limits

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_MARK = re.compile(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<![A-Za-z]+|<(/?)([^\s<>/!?]+)[^<>]*?(/?)>", re.DOTALL)
_ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "gb18030": "gb18030",
    "utf-16": "utf-16",
}


def plain_xml(content: bytes, limits: Limits) -> str:
    """
    Text of an XML file that declares nothing of its own and is not nested too deep.

    Parameters
    ----------
    content
        The file.
    limits
        `depth` counts.

    Returns
    -------
    text
        Without its declaration; a parser reads it as UTF-8.

    Raises
    ------
    IntakeError
        If it has a document type or entities, another encoding than UTF-8, UTF-16 or GBK, or is nested too deep.

    Examples
    --------
    >>> plain_xml(b'<?xml version="1.0"?><kml/>', Limits())
    '<kml/>'
    >>> plain_xml(b'<!DOCTYPE kml [<!ENTITY a "b">]><kml>&a;</kml>', Limits())
    Traceback (most recent call last):
    geo.intake.limits.IntakeError: the XML declares <!DOCTYPE...
    """
    text = _DECLARATION.sub("", _text_of(content), count=1).lstrip("\ufeff")
    depth = deepest = 0
    for mark in _MARK.finditer(text):
        found = mark.group(0)
        if found.startswith("<!") and not found.startswith(("<!--", "<![CDATA[")):
            raise IntakeError(
                "markup-entities",
                f"the XML declares {found}: document types and entities are not read; save it without them",
                f"XML 中有 {found} 声明：不读取文档类型和实体，请去掉后再上传",
            )
        if mark.group(2) and not mark.group(3):
            depth += -1 if mark.group(1) else 1
            deepest = max(deepest, depth)
    limits.refuse_above("depth", deepest)
    return text


def _text_of(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    else:
        found = _DECLARED.match(content.removeprefix(codecs.BOM_UTF8)[:200])
        name = found.group(1).decode("ascii").lower() if found else "utf-8"
        encoding = _ENCODINGS.get(name, "")
    if encoding:
        try:
            return content.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError:
            pass
    raise IntakeError(
        "markup-encoding",
        "the XML is not in the encoding that it declares, or in one that is not read; save it as UTF-8",
        "XML 的实际编码与声明不符，或不受支持，请另存为 UTF-8",
    )


def root_of(text: str) -> str:
    """
    Name of the outermost element.

    Parameters
    ----------
    text
        What `plain_xml` returned, or the beginning of it.

    Returns
    -------
    name
        Without its prefix, empty where there is none.

    Examples
    --------
    >>> root_of("<!-- a --><k:kml xmlns:k='x'>")
    'kml'
    """
    for mark in _MARK.finditer(text):
        if mark.group(2):
            return mark.group(2).rsplit(":", 1)[-1]
    return ""
