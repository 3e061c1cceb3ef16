"""What kind of file something is, by its content, and the reader for it."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from geo.intake.archive import Member, members_of, refuse_nested, unpack
from geo.intake.dxf import read_dxf
from geo.intake.gdal import read_filegdb, read_flatgeobuf, read_geopackage, read_shapefile
from geo.intake.geojson import read_geojson
from geo.intake.kml import read_kml
from geo.intake.landfile import read_landfile
from geo.intake.layer import RawLayer
from geo.intake.limits import IntakeError
from geo.intake.markup import plain_xml, root_of
from geo.intake.parquet import read_geoparquet
from geo.intake.sheet import read_csv, read_xlsx
from geo.intake.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_HEAD = 4096
#: Formats with a reader for one file, and the ending under which GDAL wants to see it.
READERS: dict[str, tuple[str, Callable[[Source], RawLayer]]] = {
    "geojson": (".geojson", read_geojson),
    "kml": (".kml", read_kml),
    "geopackage": (".gpkg", read_geopackage),
    "flatgeobuf": (".fgb", read_flatgeobuf),
    "geoparquet": (".parquet", read_geoparquet),
    "dxf": (".dxf", read_dxf),
    "landtxt": (".txt", read_landfile),
    "csv": (".csv", read_csv),
    "xlsx": (".xlsx", read_xlsx),
}
_BY_SUFFIX = {
    ".geojson": "geojson",
    ".json": "geojson",
    ".kml": "kml",
    ".gpkg": "geopackage",
    ".fgb": "flatgeobuf",
    ".parquet": "geoparquet",
    ".geoparquet": "geoparquet",
    ".dxf": "dxf",
    ".txt": "landtxt",
    ".csv": "csv",
    ".tsv": "csv",
    ".xlsx": "xlsx",
    ".kmz": "kmz",
}
_SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_GEODATABASE = re.compile(r"^(a[0-9a-f]{8}\.(gdbtable|gdbtablx|gdbindexes|spx|atx|freelist|horizon)|gdb|timestamps)$")
#: What is taken, for messages.
OFFERED = "Shapefile (zip), GeoJSON, GeoPackage, KML/KMZ, DXF, FileGDB (zip), 国土TXT, CSV/XLSX, GeoParquet, FlatGeobuf"


#: Contents that are known and not taken: code, what it is in both languages, and what to send instead.
_REFUSED = {
    b"\x00\x00\x27\x0a": ("shapefile-parts", "a .shp alone", "单独的 .shp", "ZIP (.shp .shx .dbf .prj)"),
    b"AutoCAD Binary DXF": ("dxf-binary", "a binary DXF", "二进制 DXF", "ASCII DXF"),
    b"AC10": ("dwg", "a DWG drawing", " DWG", "DXF"),
    b"\xd0\xcf\x11\xe0": ("xls", "an old .xls workbook", "旧版 .xls", ".xlsx"),
    b"Rar!": ("archive-kind", "a RAR archive", " RAR", "ZIP"),
    b"7z\xbc\xaf": ("archive-kind", "a 7z archive", " 7z", "ZIP"),
    b"\x1f\x8b": ("archive-kind", "a gzip archive", " gzip", "ZIP"),
}


class Read(NamedTuple):
    """
    A layer and the format that it came in.

    Parameters
    ----------
    format
        Such as `shapefile`.
    raw
        The layer.
    """

    format: str
    raw: RawLayer


def read_any(source: Source) -> Read:
    """
    Read a file of any format that is taken.

    Parameters
    ----------
    source
        The file.

    Returns
    -------
    read
        Its layer and format.

    Raises
    ------
    IntakeError
        If the file is refused.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "a"
    ...     _ = path.write_text('{"type": "Point", "coordinates": [118.1, 24.5]}')
    ...     read_any(Source(path, "park.geojson", path.parent)).format
    'geojson'
    """
    kind = _kind(source)
    if kind == "zip":
        return _read_archive(source)
    suffix, reader = READERS[kind]
    own = source.path.with_name(f"source{suffix}")
    if own != source.path:
        source.path.rename(own)
    return Read(kind, reader(Source(own, source.name, source.folder, source.limits, source.answers, source.depth)))


def _kind(source: Source) -> str:
    with source.path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise IntakeError("empty-file", "the file is empty; export it again", "文件是空的，请重新导出")
    binary = {
        b"PK\x03\x04": "zip",
        b"PK\x05\x06": "zip",
        b"SQLite format 3\x00": "geopackage",
        b"PAR1": "geoparquet",
        b"fgb\x03fgb": "flatgeobuf",
    }
    for magic, kind in binary.items():
        if head.startswith(magic):
            return kind
    for magic, (code, english, what, instead) in _REFUSED.items():
        if head.startswith(magic):
            en, zh = f"{english} is not read; send it as {instead}", f"不支持{what}，请改用 {instead}"
            raise IntakeError(code, en, zh)
    return _text_kind(source, head)


def _text_kind(source: Source, head: bytes) -> str:
    plain = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if plain.startswith((b"<", b"\xff\xfe<", b"\xfe\xff\x00<")):
        root = root_of(plain_xml(source.path.read_bytes(), source.limits)[:100_000])
        if root == "kml":
            return "kml"
        is_virtual = "VRT" in root
        raise IntakeError(
            "virtual" if is_virtual else "unknown-format",
            f"the file is XML with the root {root[:40]!r}"
            + (": virtual files point to others and are never opened; send the data itself" if is_virtual else "")
            + f"; taken are {OFFERED}",
            f"文件是根元素为 {root[:40]!r} 的 XML"
            + (
                "：虚拟数据源指向其他文件，不会打开，请上传数据本身" if is_virtual else f"，不支持。可用格式：{OFFERED}"
            ),
        )
    if plain.startswith((b"{", b"[")) and not plain.startswith(("[属性描述]".encode(), "[属性描述]".encode("gbk"))):
        return "geojson"
    if any(mark.encode(encoding) in head for mark in ("[属性描述]", "[地块坐标]") for encoding in ("utf-8", "gbk")):
        return "landtxt"
    if re.match(rb"^(999\s.*?\n)*\s*0\r?\n\s*SECTION", plain, re.DOTALL):
        return "dxf"
    kind = _BY_SUFFIX.get(source.suffix)
    is_text = b"\x00" not in head
    if kind in {"csv", "landtxt"} and is_text:
        return str(kind)
    what = f", though it is called {source.suffix}" if kind else ""
    raise IntakeError(
        "unknown-format",
        f"the content is of no format that is taken{what}; export it as one of {OFFERED}",
        f"文件内容不是可识别的格式{f'（扩展名为 {source.suffix}）' if kind else ''}。可用格式：{OFFERED}",
    )


def _read_archive(source: Source) -> Read:
    members = members_of(source.path, source.limits)
    names = {member.name for member in members}
    if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
        suffix, reader = READERS["xlsx"]
        own = source.path.rename(source.path.with_name(f"source{suffix}"))
        return Read(
            "xlsx", reader(Source(own, source.name, source.folder, source.limits, source.answers, source.depth))
        )
    refuse_nested(members, depth=source.depth, limits=source.limits)
    if any(member.suffix == ".gdbtable" for member in members):
        return _read_geodatabase(source, members)
    if any(member.suffix == ".shp" for member in members):
        return Read("shapefile", read_shapefile(source, _unpacked_shapefiles(source, members)))
    return _read_only_member(source, members)


def _unpacked_shapefiles(source: Source, members: list[Member]) -> dict[str, dict[str, Path]]:
    """Unpack all Shapefiles and say where each file lies; GDAL is not shown the .cpg: it is told the encoding."""
    stems: dict[str, str] = {}
    found: dict[str, dict[str, Path]] = {}
    places = {}
    for member in members:
        if member.suffix in _SHAPEFILE:
            path = str(PurePosixPath(member.name).with_suffix(""))
            stem = stems.setdefault(path.casefold(), path)
            number = list(stems).index(path.casefold())
            ending = ".page" if member.suffix == ".cpg" else member.suffix
            places[member.name] = source.folder / f"{number:03d}{ending}"
            found.setdefault(stem, {})[member.suffix] = places[member.name]
    unpack(source.path, places, source.limits)
    return {stem: files for stem, files in found.items() if ".shp" in files}


def _read_geodatabase(source: Source, members: list[Member]) -> Read:
    folder = source.folder / "source.gdb"
    folder.mkdir()
    first = next(member for member in members if member.suffix == ".gdbtable")
    inside = PurePosixPath(first.name).parent
    places = {
        member.name: folder / PurePosixPath(member.name).name
        for member in members
        if PurePosixPath(member.name).parent == inside and _GEODATABASE.match(PurePosixPath(member.name).name)
    }
    unpack(source.path, places, source.limits)
    return Read("filegdb", read_filegdb(source, folder))


def _read_only_member(source: Source, members: list[Member]) -> Read:
    documents = {member.name for member in members if member.suffix == ".kml"}
    is_kmz = bool(documents) and (source.suffix == ".kmz" or documents == {"doc.kml"})
    kinds = (".kml",) if is_kmz else tuple(_BY_SUFFIX)
    found = [member for member in members if member.suffix in kinds]
    if is_kmz:
        found = [member for member in found if member.name == "doc.kml"] or found
    data = [member for member in found if member.suffix != ".txt"] or found
    if len(data) != 1:
        listed = ", ".join(member.name for member in data[:5]) or "none"
        raise IntakeError(
            "archive-content",
            f"the archive should hold one Shapefile, FileGDB or other file that is taken; found: {listed}",
            f"压缩包内应有一个可读取的文件（Shapefile、FileGDB 等）；找到：{listed}",
        )
    place = source.folder / f"member{source.depth}"
    unpack(source.path, {data[0].name: place}, source.limits)
    inner = Source(place, data[0].name, source.folder, source.limits, source.answers, source.depth + 1)
    read = read_any(inner)
    return Read("kmz", read.raw) if is_kmz or data[0].suffix == ".kmz" else read
