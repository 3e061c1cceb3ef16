"""Formats that GDAL reads: by its drivers of our choice, local files of our naming, no virtual or remote path."""

from __future__ import annotations

import re
import sqlite3
import warnings
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from geo.intake.curves import curved, curved_rows
from geo.intake.encoding import dbase_statements, dbase_text, decide
from geo.intake.layer import RawLayer, choose_layer, distinct, raw_layer
from geo.intake.limits import IntakeError
from geo.intake.rings import built_from_wkbs

if TYPE_CHECKING:
    from geo.intake.source import Source
    from geo.intake.values import Question

#: Drivers that may open an outside file; the process that reads is told to forget all others.
DRIVERS = ("ESRI Shapefile", "GPKG", "OpenFileGDB", "FlatGeobuf", "DXF")
_PARTS = (".shp", ".shx", ".dbf")
_OWN_TRIGGER = re.compile(r"^(rtree_|trigger_|gpkg_|update_|delete_|insert_)", re.IGNORECASE)
_OWN_VIRTUAL = re.compile(r"^\s*CREATE\s+VIRTUAL\s+TABLE\s+.{1,300}?\s+USING\s+rtree\b", re.IGNORECASE | re.DOTALL)


def skipped_drivers() -> str:
    """
    Drivers to forget before an outside file is opened, as GDAL's setting `GDAL_SKIP` wants them.

    Returns
    -------
    names
        All drivers of this GDAL but `DRIVERS`, joined by commas.

    Examples
    --------
    >>> "OGR_VRT" in skipped_drivers().split(","), "GPKG" in skipped_drivers().split(",")
    (True, False)
    """
    return ",".join(name for name in sorted(pyogrio.list_drivers()) if name not in DRIVERS)


def read_shapefile(source: Source, parts: dict[str, dict[str, Path]]) -> RawLayer:
    """
    Read a Shapefile whose files were unpacked.

    Parameters
    ----------
    source
        The archive.
    parts
        By the path inside without its ending: where each of its files lies, by ending.

    Returns
    -------
    raw
        Its features; the encoding after .dbf, .cpg, strict UTF-8 and GB18030.

    Raises
    ------
    IntakeError
        If .shp, .shx or .dbf is missing or broken.

    Examples
    --------
    >>> from geo.intake.source import Source
    >>> read_shapefile(Source(Path("a"), "a.zip", Path(".")), {"园区": {".shp": Path("0.shp")}})
    Traceback (most recent call last):
    geo.intake.limits.IntakeError: the Shapefile '园区' lacks .shx, .dbf; ...
    """
    stem, question = choose_layer(list(parts), source.answers, guess=next(iter(parts)))
    files = parts[stem]
    lacking = [suffix for suffix in _PARTS if suffix not in files]
    if lacking:
        raise IntakeError(
            "shapefile-parts",
            f"the Shapefile {stem!r} lacks {', '.join(lacking)}; pack .shp, .shx, .dbf (and .prj, .cpg) together",
            f"Shapefile {stem!r} 缺少 {'、'.join(lacking)}，请把 .shp、.shx、.dbf（以及 .prj、.cpg）一起打包",
        )
    dbase = dbase_text(files[".dbf"].read_bytes(), source.limits)
    cpg = files[".cpg"].read_bytes()[:40].decode("ascii", "replace").strip("\x00 \r\n") if ".cpg" in files else None
    decided = decide(dbase.texts, stated=dbase_statements(dbase, cpg), answers=source.answers)
    name = PurePosixPath(stem).name
    raw = read_with(source, files[".shp"], "ESRI Shapefile", None, name, encoding=decided.encoding)
    questions = [asked for asked in (question, decided.question) if asked]
    return RawLayer(name, raw.attributes, raw.geometry, raw.marks, raw.crs, decided.encoding, tuple(questions))


def read_geopackage(source: Source) -> RawLayer:
    """
    Read a table of a GeoPackage that holds tables alone.

    Parameters
    ----------
    source
        The file, with a name that ends in .gpkg.

    Returns
    -------
    raw
        Features of one layer.

    Raises
    ------
    IntakeError
        If it is broken, or holds views, foreign triggers or virtual tables: what they do is not ours to run.

    Examples
    --------
    >>> from geo.intake.source import Source
    >>> read_geopackage(Source(Path("no.gpkg"), "no.gpkg", Path(".")))
    Traceback (most recent call last):
    geo.intake.limits.IntakeError: the GeoPackage cannot be read (unable to open database file); ...
    """
    try:
        with closing(sqlite3.connect(f"{source.path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            rows = database.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master").fetchall()
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise _unreadable("GeoPackage", error) from error
    for kind, name, sql in rows:
        is_foreign = (
            kind == "view"
            or (kind == "trigger" and not _OWN_TRIGGER.match(str(name)))
            or (
                kind == "table"
                and re.match(r"^\s*CREATE\s+VIRTUAL", str(sql), re.IGNORECASE)
                and not _OWN_VIRTUAL.match(str(sql))
            )
        )
        if is_foreign:
            what, zh = {"view": ("view", "视图"), "trigger": ("trigger", "触发器")}.get(
                kind, ("virtual table", "虚拟表")
            )
            raise IntakeError(
                "geopackage-code",
                f"the GeoPackage holds a {what}, {name!r}, which would run as code; save the layer as a new GeoPackage",
                f"GeoPackage 中有{zh} {name!r}，读取时可能执行其中的语句；请把图层另存为新的 GeoPackage",
            )
    return _layers(source, source.path, "GPKG")


def read_filegdb(source: Source, folder: Path) -> RawLayer:
    """
    Read a layer of a file geodatabase that was unpacked.

    Parameters
    ----------
    source
        The archive.
    folder
        Its folder, with a name that ends in .gdb.

    Returns
    -------
    raw
        Features of one layer.

    Raises
    ------
    IntakeError
        If it is broken.

    Examples
    --------
    >>> from geo.intake.source import Source
    >>> read_filegdb(Source(Path("a"), "a.zip", Path(".")), Path("none.gdb"))
    Traceback (most recent call last):
    geo.intake.limits.IntakeError: the FileGDB cannot be read (...); ...
    """
    return _layers(source, folder, "OpenFileGDB")


def read_flatgeobuf(source: Source) -> RawLayer:
    """
    Read a FlatGeobuf file.

    Parameters
    ----------
    source
        The file, with a name that ends in .fgb.

    Returns
    -------
    raw
        Its features.

    Raises
    ------
    IntakeError
        If it is broken.

    Examples
    --------
    >>> from geo.intake.source import Source
    >>> read_flatgeobuf(Source(Path("none.fgb"), "none.fgb", Path(".")))
    Traceback (most recent call last):
    geo.intake.limits.IntakeError: the FlatGeobuf cannot be read (...); ...
    """
    return _layers(source, source.path, "FlatGeobuf")


def _layers(source: Source, path: Path, driver: str) -> RawLayer:
    try:
        listed = pyogrio.list_layers(path)
    except (DataSourceError, DataLayerError, ValueError) as error:
        raise _unreadable({"GPKG": "GeoPackage", "OpenFileGDB": "FileGDB"}.get(driver, driver), error) from error
    kinds = {str(name): str(kind) for name, kind in listed if kind is not None}
    if not kinds:
        raise IntakeError(
            "no-features", "the file holds no layer with geometry; export one with polygons", "文件中没有带图形的图层"
        )
    guess = next((name for name, kind in kinds.items() if "Polygon" in kind or "Surface" in kind), next(iter(kinds)))
    layer, question = choose_layer(list(kinds), source.answers, guess=guess)
    return read_with(source, path, driver, layer, layer, question=question)


def read_with(
    source: Source,
    path: Path,
    driver: str,
    layer: str | None,
    label: str,
    *,
    encoding: str | None = None,
    question: Question | None = None,
) -> RawLayer:
    """
    Read one layer by one driver: the place where GDAL opens an outside file first.

    Parameters
    ----------
    source
        The file as it came.
    path
        What to open, inside the private folder.
    driver
        The driver that must have opened it.
    layer
        Name of the layer, None for the only one.
    label
        What the layer is called in the answer.
    encoding
        Of the text, where GDAL is to be told.
    question
        To pass on.

    Returns
    -------
    raw
        The layer.

    Raises
    ------
    IntakeError
        If it cannot be read, or another driver opened it.

    Examples
    --------
    >>> from geo.intake.source import Source
    >>> read_with(Source(Path("a"), "a", Path(".")), Path("none.shp"), "ESRI Shapefile", None, "none")
    Traceback (most recent call last):
    geo.intake.limits.IntakeError: the ESRI Shapefile cannot be read ...
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            about = pyogrio.read_info(path, layer=layer, encoding=encoding)
            if about["driver"] != driver:
                raise IntakeError("driver", f"the file is no {driver} but {about['driver']}", f"文件不是 {driver}")
            source.limits.refuse_above("fields", len(about["fields"]))
            source.limits.refuse_above("features", max(0, int(about["features"])))
            most = source.limits.features + 1
            meta, _, shapes, cells = pyogrio.raw.read(
                path, layer=layer, encoding=encoding, max_features=most, datetime_as_string=True
            )
            is_curved = curved_rows(path, layer, driver, most)
        except (DataSourceError, DataLayerError, ValueError, RuntimeError, pyogrio.errors.GeometryError) as error:
            raise _unreadable({"GPKG": "GeoPackage", "OpenFileGDB": "FileGDB"}.get(driver, driver), error) from error
    if shapes is None:
        raise IntakeError("no-features", f"the layer {label!r} has no geometry", f"图层 {label!r} 没有图形")
    built = built_from_wkbs(shapes)
    if len(is_curved):
        built = [curved(one) if bends else one for one, bends in zip(built, is_curved, strict=True)]
    columns = dict(zip(distinct([str(name) for name in meta["fields"]]), cells, strict=True))
    return raw_layer(
        label,
        columns,
        built,
        source.limits,
        crs=meta["crs"],
        encoding="UTF-8",
        questions=[question] if question else [],
    )


def _unreadable(what: str, error: Exception) -> IntakeError:
    reason = re.sub(r"['\"]?/\S+", "the file", str(error)).strip(". ")[:200]
    return IntakeError(
        "broken",
        f"the {what} cannot be read ({reason}); it may be cut off or no {what}: export it again",
        f"{what} 无法读取，文件可能不完整，请重新导出",
    )
