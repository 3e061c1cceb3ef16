"""Which files a deployment shows as large layers, and what is said of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from geo.security import stated_class
from layers.tiles.features import LargeFileError

_NAME = re.compile(r"[\w-]{1,60}")
_SAID = ("title", "source", "as_of", "licence", "security")


@dataclass(frozen=True)
class LargeFile:
    """
    A file that is shown as a large layer: the office's own data, as given, without a grade.

    Parameters
    ----------
    name
        In addresses: letters of any script, digits, `_` and `-`.
    path
        GeoParquet, FlatGeobuf, GeoPackage or GeoJSON.
    title, source, as_of, licence
        What is stated of it; empty where nothing is.
    security
        One of `geo.security.CLASSES`; empty where none is stated, and then it is shown and not handed out.
    """

    name: str
    path: Path
    title: str = ""
    source: str = ""
    as_of: str = ""
    licence: str = ""
    security: str = ""


def large_files(text: str) -> tuple[LargeFile, ...]:
    """
    Read the setting `large`.

    Parameters
    ----------
    text
        `name=path`, several joined by `;`; each may go on with `|title=…|source=…|as_of=…|licence=…|security=…`.

    Returns
    -------
    files
        In the order given; whether a path is there is not looked at.

    Raises
    ------
    LargeFileError
        If an entry has no name or path, a name stands twice, or something unknown is stated.
    SecurityError
        If a security class is stated that does not exist.

    Examples
    --------
    >>> [one] = large_files("parcels=/srv/parcels.parquet|source=Land office|as_of=2025-06")
    >>> one.name, one.path.as_posix(), one.source, one.as_of, one.title
    ('parcels', '/srv/parcels.parquet', 'Land office', '2025-06', '')
    >>> large_files("")
    ()
    """
    files = tuple(_entry(part.strip()) for part in text.split(";") if part.strip())
    names = [file.name for file in files]
    for name in names:
        if names.count(name) > 1:
            raise LargeFileError(
                f"the setting `large` names {name!r} twice: give each file a name of its own",
                f"设置 large 中名称 {name!r} 重复：请为每个文件另取名称",
            )
    return files


def _entry(text: str) -> LargeFile:
    head, *rest = text.split("|")
    name, equals, path = (part.strip() for part in head.partition("="))
    if not equals or not path or _NAME.fullmatch(name) is None:
        raise LargeFileError(
            f"{head!r} in the setting `large` is no `name=path` with a name of letters, digits, _ and -: mend it",
            f"设置 large 中的 {head!r} 不是“名称=路径”：名称只能用文字、数字、_ 和 -，请改正",
        )
    said = {key.strip(): value.strip() for key, _, value in (part.partition("=") for part in rest)}
    unknown = [key for key in said if key not in _SAID]
    if unknown:
        raise LargeFileError(
            f"{unknown[0]!r} of {name!r} in the setting `large` is unknown: state {', '.join(_SAID)}",
            f"设置 large 中 {name!r} 的 {unknown[0]!r} 无法识别：可写 {'、'.join(_SAID)}",
        )
    stated_class(said.get("security", ""), f"the setting `large` ({name})")
    return LargeFile(name, Path(path), **said)
