"""Archives, unpacked under limits into a folder of our own under names of our own."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from geo.intake.limits import RATIO_FROM, IntakeError, Limits

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_CHUNK = 65_536
_UTF8_FLAG, _ENCRYPTED_FLAG = 0x800, 0x1
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ARCHIVES = {".zip", ".rar", ".7z", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".kmz"}


class Member(NamedTuple):
    """
    One file in an archive.

    Parameters
    ----------
    name
        Its path inside, decoded.
    info
        Its entry.
    """

    name: str
    info: zipfile.ZipInfo

    @property
    def suffix(self) -> str:
        """Ending of the name in lower case, with the dot."""
        return PurePosixPath(self.name).suffix.lower()


def members_of(path: Path, limits: Limits) -> list[Member]:
    """
    List the files of an archive, after refusing what could lead out of its folder.

    Parameters
    ----------
    path
        A ZIP file.
    limits
        `members` counts.

    Returns
    -------
    members
        Files without folders, hidden files and macOS's side files, in the archive's order.

    Raises
    ------
    IntakeError
        If the archive is broken or encrypted, has too many entries, a path that leaves the folder, a link, two entries
        of one name, or a way of packing other than deflate.

    Examples
    --------
    >>> import io, pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "a.zip"
    ...     with zipfile.ZipFile(path, "w") as archive:
    ...         archive.writestr("园区/parks.shp", b"")
    ...     [member.name for member in members_of(path, Limits())]
    ['园区/parks.shp']
    """
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError) as error:
        raise _broken(error) from error
    limits.refuse_above("members", len(infos))
    seen: set[str] = set()
    members = []
    for info in infos:
        name = _decoded(info)
        _refuse_unsafe(name, info)
        if name.casefold() in seen:
            raise IntakeError(
                "archive-duplicate",
                f"the archive has two entries called {name!r}; pack it again",
                f"压缩包内有两个同名文件 {name!r}，请重新打包",
            )
        seen.add(name.casefold())
        parts = PurePosixPath(name).parts
        if not name.endswith("/") and "__MACOSX" not in parts and not parts[-1].startswith("."):
            members.append(Member(name, info))
    return members


def _decoded(info: zipfile.ZipInfo) -> str:
    """Name of an entry: Chinese Windows packs in GBK without saying so."""
    name = info.orig_filename
    if not info.flag_bits & _UTF8_FLAG:
        try:
            raw = name.encode("cp437")
        except UnicodeEncodeError:
            return name.replace("\\", "/")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")


def _refuse_unsafe(name: str, info: zipfile.ZipInfo) -> None:
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or re.match(r"^[A-Za-z]:", name) or not name.isprintable():
        raise IntakeError(
            "archive-path",
            f"the archive's entry {name!r} would be written outside its folder; do not use this archive",
            f"压缩包内的路径 {name!r} 指向解压文件夹以外，请勿使用该压缩包",
        )
    mode = info.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise IntakeError(
            "archive-link",
            f"the archive's entry {name!r} is a link or a device; pack the file itself",
            f"压缩包内的 {name!r} 是链接或设备而不是文件，请直接打包文件本身",
        )
    if info.flag_bits & _ENCRYPTED_FLAG:
        raise IntakeError(
            "archive-encrypted",
            f"the archive's entry {name!r} is encrypted; pack it without a password",
            f"压缩包内的 {name!r} 已加密，请不设密码重新打包",
        )
    if info.compress_type not in _METHODS:
        raise IntakeError(
            "archive-method",
            f"the archive's entry {name!r} is packed in a way that is not read; pack it as plain ZIP (deflate)",
            f"压缩包内的 {name!r} 采用了不支持的压缩方式，请用普通 ZIP 重新打包",
        )


def refuse_nested(members: list[Member], *, depth: int, limits: Limits) -> None:
    """
    Refuse archives inside an archive, beyond a KMZ.

    Parameters
    ----------
    members
        Of the archive.
    depth
        How many archives the archive itself lies in.
    limits
        `archive_depth` counts.

    Raises
    ------
    IntakeError
        If there is one.

    Examples
    --------
    >>> refuse_nested([Member("a.zip", zipfile.ZipInfo("a.zip"))], depth=0, limits=Limits())
    Traceback (most recent call last):
    geo.intake.limits.IntakeError: the archive holds another archive, 'a.zip'; ...
    """
    for member in members:
        is_allowed = member.suffix == ".kmz" and depth < limits.archive_depth
        if member.suffix in _ARCHIVES and not is_allowed:
            raise IntakeError(
                "archive-nested",
                f"the archive holds another archive, {member.name!r}; unpack that one and send it alone",
                f"压缩包内还有压缩包 {member.name!r}，请解开后单独上传",
            )


def unpack(path: Path, places: Mapping[str, Path], limits: Limits) -> None:
    """
    Unpack some files of an archive, counting bytes as they come: headers are not believed.

    Parameters
    ----------
    path
        A ZIP file whose members were listed by `members_of`.
    places
        Where to write, by the name of the entry.
    limits
        `unpacked_bytes` and `ratio` count, over all entries together.

    Raises
    ------
    IntakeError
        If more comes out than the limits allow, or the archive is broken.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path, place = pathlib.Path(folder) / "a.zip", pathlib.Path(folder) / "0.txt"
    ...     with zipfile.ZipFile(path, "w") as archive:
    ...         archive.writestr("a.txt", b"text")
    ...     unpack(path, {"a.txt": place}, Limits())
    ...     place.read_bytes()
    b'text'
    """
    packed = max(1, path.stat().st_size)
    total = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for member in members_of(path, limits):
                if member.name not in places:
                    continue
                with archive.open(member.info) as source, places[member.name].open("wb") as target:
                    while chunk := source.read(_CHUNK):
                        total += len(chunk)
                        limits.refuse_above("unpacked_bytes", total)
                        if total > RATIO_FROM:
                            limits.refuse_above("ratio", total // packed)
                        target.write(chunk)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise _broken(error) from error


def _broken(error: Exception) -> IntakeError:
    return IntakeError(
        "archive-broken",
        f"the archive cannot be unpacked ({error}); it may be cut off: pack and send it again",
        "压缩包无法解开，可能不完整，请重新打包上传",
    )
