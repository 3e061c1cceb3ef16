"""How much of an outside file is read before it is refused, and the error that refuses it."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from geo.errors import GeoError

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What stands before each limit's name among the settings.
PREFIX = "YUANTU_INTAKE_"


class IntakeError(GeoError):
    """
    An outside file that is refused.

    Parameters
    ----------
    kind
        Short code of the reason, such as `archive-path` or `limit-ratio`.
    message
        What is wrong and how to mend it, in English.
    zh
        The same in Chinese, for a page.

    Examples
    --------
    >>> error = IntakeError("empty-file", "the file is empty; export it again", "文件是空的，请重新导出")
    >>> error.kind, error.zh, str(error)
    ('empty-file', '文件是空的，请重新导出', 'the file is empty; export it again')
    """

    def __init__(self, kind: str, message: str, zh: str) -> None:
        self.kind = kind
        self.zh = zh
        super().__init__(message)


@dataclass(frozen=True)
class Limits:
    """
    Bounds of one reading; each is a setting `YUANTU_INTAKE_<NAME>`.

    Parameters
    ----------
    file_bytes
        Size of the file as it comes.
    members
        Entries of an archive.
    unpacked_bytes
        Bytes that an archive may become, counted while unpacking.
    ratio
        Unpacked bytes for one packed byte, once more than `RATIO_FROM` bytes are unpacked.
    archive_depth
        Archives inside the archive: a KMZ in a ZIP is one.
    depth
        Elements or brackets inside each other, in XML and JSON.
    features, vertices, vertices_per_feature, fields
        Features of a layer, points of all and of one of them, columns.
    text_length
        Characters of one cell.
    seconds
        Time of the whole reading.
    memory_mb
        Address space of the process that reads, in 10^6 bytes.

    Examples
    --------
    >>> Limits().features, Limits().seconds
    (200000, 60)
    """

    file_bytes: int = 200_000_000
    members: int = 200
    unpacked_bytes: int = 1_000_000_000
    ratio: int = 100
    archive_depth: int = 1
    depth: int = 64
    features: int = 200_000
    vertices: int = 5_000_000
    vertices_per_feature: int = 1_000_000
    fields: int = 255
    text_length: int = 10_000
    seconds: int = 60
    memory_mb: int = 2048

    def refuse_above(self, name: str, found: float) -> None:
        """
        Refuse a file of which more was found than a limit allows.

        Parameters
        ----------
        name
            Name of the limit.
        found
            How much there is, in the limit's unit.

        Raises
        ------
        IntakeError
            If `found` is above the limit; the message names limit, value and setting.

        Examples
        --------
        >>> Limits(depth=10).refuse_above("depth", 11)
        Traceback (most recent call last):
        geo.intake.limits.IntakeError: depth: 11, and at most 10 are read; ...
        """
        allowed = getattr(self, name)
        if found > allowed:
            raise self.exceeded(name, f"{found:.0f}")

    def exceeded(self, name: str, found: str) -> IntakeError:
        """
        Say that a limit was passed.

        Parameters
        ----------
        name
            Name of the limit.
        found
            What was found, in words.

        Returns
        -------
        error
            To raise.

        Examples
        --------
        >>> print(Limits().exceeded("seconds", "more than 60 s").kind)
        limit-seconds
        """
        allowed = getattr(self, name)
        setting = f"{PREFIX}{name.upper()}"
        return IntakeError(
            f"limit-{name}",
            f"{name}: {found}, and at most {allowed} are read; split the file, or raise the setting {setting}",
            f"{ZH[name]}：{found}，上限为 {allowed}。请拆分文件，或调高设置 {setting}",
        )


#: From how many unpacked bytes on the ratio counts: tables padded with spaces pack very well.
RATIO_FROM = 10_000_000
ZH = {
    "file_bytes": "文件字节数",
    "members": "压缩包内文件数",
    "unpacked_bytes": "解压后字节数",
    "ratio": "压缩比",
    "archive_depth": "压缩包嵌套层数",
    "depth": "嵌套层数",
    "features": "要素数",
    "vertices": "坐标点总数",
    "vertices_per_feature": "单个要素的坐标点数",
    "fields": "字段数",
    "text_length": "单元格字数",
    "seconds": "读取秒数",
    "memory_mb": "内存（MB）",
}


def read_limits(settings: Mapping[str, str] | None = None) -> Limits:
    """
    Limits as set for this deployment.

    Parameters
    ----------
    settings
        Settings by name; those of the process when None.

    Returns
    -------
    limits
        Defaults where nothing is set.

    Raises
    ------
    IntakeError
        If a setting is no whole number above 0.

    Examples
    --------
    >>> read_limits({"YUANTU_INTAKE_SECONDS": "5"}).seconds
    5
    """
    given = os.environ if settings is None else settings
    found = {}
    for field in fields(Limits):
        name = f"{PREFIX}{field.name.upper()}"
        text = given.get(name, "").strip()
        if not text:
            continue
        if not text.isdecimal() or int(text) == 0:
            raise IntakeError(
                "setting",
                f"the setting {name} is {text!r}; write a whole number above 0",
                f"设置 {name} 的值为 {text!r}，应为大于 0 的整数",
            )
        found[field.name] = int(text)
    return Limits(**found)
