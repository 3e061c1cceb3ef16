"""A layer as a file: any of its formats, any served reference system, the same bytes for the same question."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from geo.crs import SERVED, WGS84, served_crs
from geo.errors import FormatError
from layers.catalog import Layer, layer
from layers.extract import NOTICE, Extract, Note, created, extract
from layers.filters import Filters, filters_of
from layers.formats.archive import zipped
from layers.formats.delimited import delimited
from layers.formats.geojson import geojson
from layers.formats.geopackage import flatgeobuf, geopackage
from layers.formats.geoparquet import geoparquet
from layers.formats.kml import kml
from layers.formats.shapefile import shapefile
from layers.formats.workbook import workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geo.plan import Plan


class Format(NamedTuple):
    """
    One file format.

    Parameters
    ----------
    ending
        What a file's name ends in.
    media_type
        For HTTP.
    title_zh, title_en
        Its name for people.
    write
        Makes the bytes, and says what it could not carry.
    is_for_tables
        Whether it can hold a layer without geometry.

    Examples
    --------
    >>> FORMATS["shp"].ending
    '.shp.zip'
    """

    ending: str
    media_type: str
    title_zh: str
    title_en: str
    write: Callable[[Extract], tuple[bytes, tuple[Note, ...]]]
    is_for_tables: bool = True


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Formats in the order in which pages offer them.
FORMATS = {
    "geojson": Format(".geojson", "application/geo+json", "GeoJSON", "GeoJSON", geojson, is_for_tables=False),
    "gpkg": Format(".gpkg", "application/geopackage+sqlite3", "GeoPackage", "GeoPackage", geopackage),
    "shp": Format(
        ".shp.zip", "application/zip", "Shapefile（压缩包）", "Shapefile (zip)", shapefile, is_for_tables=False
    ),
    "kml": Format(".kml", "application/vnd.google-earth.kml+xml", "KML", "KML", kml, is_for_tables=False),
    "csv": Format(".csv", "text/csv; charset=utf-8", "CSV（表格文本）", "CSV", delimited),
    "xlsx": Format(".xlsx", _XLSX, "Excel表格", "Excel", workbook),
    "parquet": Format(".parquet", "application/vnd.apache.parquet", "GeoParquet", "GeoParquet", geoparquet),
    "fgb": Format(".fgb", "application/vnd.flatgeobuf", "FlatGeobuf", "FlatGeobuf", flatgeobuf, is_for_tables=False),
}


@dataclass(frozen=True)
class ExportedFile:
    """
    A file ready to leave.

    Parameters
    ----------
    name
        ASCII name: layer, reference system, version.
    media_type
        For HTTP.
    content
        Its bytes.
    crs
        Code of its reference system; None for a table without geometry.
    notes
        What the format could not carry, or did otherwise than asked.

    Examples
    --------
    >>> ExportedFile("a.csv", "text/csv", b"", None, ()).sha256[:8]
    'e3b0c442'
    """

    name: str
    media_type: str
    content: bytes = field(repr=False)
    crs: str | None
    notes: tuple[Note, ...]

    @property
    def sha256(self) -> str:
        """Checksum of the content, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class _Question:
    """What is asked, in one spelling; the plan takes part by its digest."""

    digest: str
    layer_id: str
    format_id: str
    crs: str
    filters: Filters
    plan: Plan = field(compare=False, repr=False)


def formats_of(chosen: Layer) -> tuple[str, ...]:
    """
    Formats that can hold a layer.

    Parameters
    ----------
    chosen
        The layer.

    Returns
    -------
    formats
        Keys of `FORMATS`.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> formats_of(layer(read_plan(), "fit"))
    ('gpkg', 'csv', 'xlsx', 'parquet')
    """
    return tuple(name for name, known in FORMATS.items() if chosen.geometry or known.is_for_tables)


def format_of(text: str) -> str:
    """
    Key of a format by its key or file ending.

    Parameters
    ----------
    text
        `shp`, `.shp.zip`, `GeoJSON`; case does not matter.

    Returns
    -------
    format_id
        Key of `FORMATS`.

    Raises
    ------
    FormatError
        If there is no such format; the message lists them.

    Examples
    --------
    >>> format_of("GPKG"), format_of(".shp.zip"), format_of("zip")
    ('gpkg', 'shp', 'shp')
    """
    spoken = text.strip().lower().removeprefix(".")
    found = {"zip": "shp", "shp.zip": "shp", "geoparquet": "parquet", "excel": "xlsx"}.get(spoken, spoken)
    if found not in FORMATS:
        msg = f"no format is called {text!r}; ask for one of {', '.join(FORMATS)}"
        raise FormatError(msg)
    return found


def export_layer(
    plan: Plan,
    layer_id: str,
    *,
    format: str,  # noqa: A002 - the word that people use
    crs: str = WGS84,
    sectors: Sequence[str] = (),
    districts: Sequence[str] = (),
    parks: Sequence[str] = (),
    extent_ids: Sequence[str] | None = None,
) -> ExportedFile:
    """
    Write a layer, or a selection of it, into a file.

    Parameters
    ----------
    plan
        The plan.
    layer_id
        A layer of the catalogue.
    format
        Key of `FORMATS`.
    crs
        A system of `geo.crs.SERVED`; KML is written in WGS 84 whatever is asked, and a note says so.
    sectors, districts, parks, extent_ids
        Filters, as for `layers.catalog.layer_table`.

    Returns
    -------
    file
        Name, bytes and notes. The same question to the same package gives the same bytes.

    Raises
    ------
    GeoError
        If the layer, format, system or a name is not known, the format cannot hold the layer, or a filter cannot apply.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> export_layer(read_plan(), "parks", format="gpkg", crs="EPSG:4548", sectors=["marine"]).name
    'yuantu_parks_epsg4548_2026.11.0_selection.gpkg'
    """
    filters = filters_of(plan, sectors=sectors, districts=districts, parks=parks, extent_ids=extent_ids)
    question = _Question(plan.digest, layer(plan, layer_id).id, format_of(format), served_crs(crs), filters, plan)
    return _answer(question)


def cached_export(
    plan: Plan,
    layer_id: str,
    *,
    format: str,  # noqa: A002 - as export_layer
    crs: str = WGS84,
    sectors: Sequence[str] = (),
    districts: Sequence[str] = (),
    parks: Sequence[str] = (),
    extent_ids: Sequence[str] | None = None,
) -> ExportedFile:
    """
    Do as `export_layer`, remembering the last 64 answers for all sessions of the process.

    Parameters
    ----------
    plan, layer_id, format, crs, sectors, districts, parks, extent_ids
        As for `export_layer`; questions that differ in spelling only are one.

    Returns
    -------
    file
        As `export_layer`.

    Raises
    ------
    GeoError
        As `export_layer`.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> plan = read_plan()
    >>> one = cached_export(plan, "sectors", format="csv", sectors=["海洋高新"])
    >>> cached_export(plan, "sectors", format="CSV", sectors=["marine"]) is one
    True
    """
    filters = filters_of(plan, sectors=sectors, districts=districts, parks=parks, extent_ids=extent_ids)
    question = _Question(plan.digest, layer(plan, layer_id).id, format_of(format), served_crs(crs), filters, plan)
    return _remembered(question)


@lru_cache(maxsize=64)
def _remembered(question: _Question) -> ExportedFile:
    return _answer(question)


def _answer(question: _Question) -> ExportedFile:
    plan, kind = question.plan, FORMATS[question.format_id]
    chosen = layer(plan, question.layer_id)
    if question.format_id not in formats_of(chosen):
        can = ", ".join(formats_of(chosen))
        msg = f"the layer {chosen.id!r} has no geometry, and {question.format_id} holds nothing else; ask for {can}"
        raise FormatError(msg)
    crs = WGS84 if question.format_id == "kml" else question.crs
    rows = extract(plan, question.layer_id, question.filters, crs)
    content, notes = kind.write(rows)
    asked = _asked_otherwise(rows, question.crs)
    return ExportedFile(_name(rows, kind), kind.media_type, content, rows.crs, (*asked, *notes))


def _asked_otherwise(rows: Extract, crs: str) -> tuple[Note, ...]:
    notes = []
    if rows.crs is not None and rows.crs != crs:
        notes.append(
            Note(
                f"KML只用WGS 84，未按所求写成{crs}。", f"KML is WGS 84 by its standard, so it is not in {crs} as asked."
            )
        )
    if rows.missing_geometry:
        missing = rows.missing_geometry
        notes.append(Note(f"{missing}行没有图形。", f"{missing} rows have no geometry."))
    return tuple(notes)


def _name(rows: Extract, kind: Format) -> str:
    version = rows.plan.descriptor.get("version", "0")
    system = [SERVED[rows.crs][2]] if rows.crs else []
    selected = ["selection"] if rows.filters.is_filtered else []
    return "_".join(["yuantu", rows.layer.id, *system, version, *selected]) + kind.ending


def bundle(
    plan: Plan,
    layer_ids: Sequence[str],
    *,
    format: str,  # noqa: A002 - as export_layer
    crs: str = WGS84,
) -> ExportedFile:
    """
    Pack several whole layers in one format, with README.txt and SHA256SUMS.txt.

    Parameters
    ----------
    plan
        The plan.
    layer_ids
        Layers of the catalogue.
    format, crs
        As for `export_layer`; a layer that the format cannot hold is packed as CSV.

    Returns
    -------
    file
        A zip file; notes name their layer.

    Raises
    ------
    GeoError
        As `export_layer`, or if no layer is named.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> bundle(read_plan(), ["sectors", "districts"], format="geojson").name
    'yuantu_bundle_geojson_wgs84_2026.11.0.zip'
    """
    if not layer_ids:
        msg = "a bundle of no layers; name at least one"
        raise FormatError(msg)
    wanted, system = format_of(format), served_crs(crs)
    chosen = [layer(plan, layer_id) for layer_id in dict.fromkeys(layer_ids)]
    kinds = [wanted if wanted in formats_of(found) else "csv" for found in chosen]
    files = [cached_export(plan, found.id, format=kind, crs=system) for found, kind in zip(chosen, kinds, strict=True)]
    sums = "".join(f"{file.sha256}  {file.name}\n" for file in files)
    content = {"README.txt": _bundle_readme(plan, chosen, files), "SHA256SUMS.txt": sums.encode()}
    content |= {file.name: file.content for file in files}
    notes = tuple(Note(f"{file.name}：{n.zh}", f"{file.name}: {n.en}") for file in files for n in file.notes)
    name = f"yuantu_bundle_{wanted}_{SERVED[system][2]}_{plan.descriptor.get('version', '0')}.zip"
    return ExportedFile(name, "application/zip", zipped(content, created(plan)), system, notes)


def _bundle_readme(plan: Plan, chosen: Sequence[Layer], files: Sequence[ExportedFile]) -> bytes:
    lines = [f"园图 Yuantu: {plan.release}", *NOTICE, ""]
    for found, file in zip(chosen, files, strict=True):
        lines += [file.name, f"  {found.title_zh}：{found.what_zh}", f"  {found.title_en}: {found.what_en}"]
        lines += [f"  许可 Licence: {found.licence}", f"  截至 As of: {found.as_of}"]
        lines += [f"  坐标系 CRS: {file.crs or '-'}", *(f"  {note}" for note in file.notes), ""]
    return ("\ufeff" + "\r\n".join(lines)).encode()
