"""A layer as a file: any of its formats, any served reference system, the same bytes for the same question."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, TypedDict, Unpack

from geo.crs import WGS84
from geo.errors import FormatError
from geo.systems import DATUMS, crs_names, served_crs
from layers.catalog import layer
from layers.extract import Extract, Note, extract
from layers.filters import Filters, filters_of
from layers.formats.listed import FORMATS, ZONE, Format, format_of, formats_of, options_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.plan import Plan


#: Zone 25 of CGCS2000's 3-degree zones with prefix has the code 4513.
_ZONE_DEGREES, _FIRST_ZONE, _FIRST_ZONE_CODE = 3, 25, 4513


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


class Selection(TypedDict, total=False):
    """Filters of a question: ids or names of sectors, districts and parks, and ids of park parts (None for all)."""

    sectors: Sequence[str]
    districts: Sequence[str]
    parks: Sequence[str]
    extent_ids: Sequence[str] | None


@dataclass(frozen=True)
class _Question:
    """What is asked, in one spelling; the plan takes part by its digest."""

    digest: str
    layer_id: str
    format_id: str
    crs: str
    filters: Filters
    options: tuple[tuple[str, str], ...]
    plan: Plan = field(compare=False, repr=False)


def export_layer(
    plan: Plan,
    layer_id: str,
    *,
    format: str,  # noqa: A002 - the word that people use
    crs: str = WGS84,
    options: Mapping[str, str] | None = None,
    **selection: Unpack[Selection],
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
        A system that `geo.systems.served_crs` serves for the plan's city. A format that knows one system alone is
        written in that, and a note says so where another was asked.
    options
        Options of the format, see `FORMATS`: `encoding`, `by`, `geometry`.
    **selection
        `sectors`, `districts`, `parks`, `extent_ids`: filters, as for `layers.catalog.layer_table`.

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
    filters = filters_of(plan, **selection)
    return _answer(_question(plan, layer_id, format_of(format), crs, filters, options))


def cached_export(
    plan: Plan,
    layer_id: str,
    *,
    format: str,  # noqa: A002 - as export_layer
    crs: str = WGS84,
    options: Mapping[str, str] | None = None,
    **selection: Unpack[Selection],
) -> ExportedFile:
    """
    Do as `export_layer`, remembering the last 64 answers for all sessions of the process.

    Parameters
    ----------
    plan, layer_id, format, crs, options, **selection
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
    filters = filters_of(plan, **selection)
    return _remembered(_question(plan, layer_id, format_of(format), crs, filters, options))


def _question(
    plan: Plan, layer_id: str, format_id: str, crs: str, filters: Filters, options: Mapping[str, str] | None
) -> _Question:
    system = served_crs(crs, around=city_bounds(plan))
    chosen = options_of(format_id, options or {})
    return _Question(plan.digest, layer(plan, layer_id).id, format_id, system, filters, chosen, plan)


@lru_cache(maxsize=4)
def city_bounds(plan: Plan) -> tuple[float, float, float, float]:
    """
    Bounds of the plan's extents and districts, which a system must hold to be served.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    bounds
        West, south, east, north in degrees, WGS 84.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> [round(bound, 1) for bound in city_bounds(read_plan())]
    [117.9, 24.4, 118.4, 24.9]
    """
    tables = [table for table in (plan.extents, plan.districts) if len(table)]
    bounds = [table.total_bounds for table in tables]
    west, south = (min(float(b[at]) for b in bounds) for at in (0, 1))
    east, north = (max(float(b[at]) for b in bounds) for at in (2, 3))
    return west, south, east, north


@lru_cache(maxsize=64)
def _remembered(question: _Question) -> ExportedFile:
    return _answer(question)


def _answer(question: _Question) -> ExportedFile:
    plan, kind = question.plan, FORMATS[question.format_id]
    chosen = layer(plan, question.layer_id)
    if question.format_id not in formats_of(chosen):
        can = ", ".join(formats_of(chosen))
        has = "no geometry" if chosen.geometry is None else f"{chosen.geometry}s"
        msg = f"the layer {chosen.id!r} has {has}, and {question.format_id} holds nothing of that; ask for {can}"
        raise FormatError(msg)
    rows = extract(plan, question.layer_id, question.filters, _system(question, kind))
    content, notes = kind.write(rows, **dict(question.options))
    asked = _asked_otherwise(rows, question, kind)
    name = _name(rows, kind, question.options)
    return ExportedFile(name, _media_type(kind, question.options), content, rows.crs, (*asked, *notes))


def _media_type(kind: Format, options: tuple[tuple[str, str], ...]) -> str:
    encoding = dict(options).get("encoding")
    return (
        f"{kind.media_type}; charset={encoding.lower()}"
        if encoding and kind.media_type == "text/plain"
        else kind.media_type
    )


def _system(question: _Question, kind: Format) -> str:
    if kind.fixed_crs != ZONE:
        return kind.fixed_crs or question.crs
    west, _, east, _ = city_bounds(question.plan)
    return f"EPSG:{_FIRST_ZONE_CODE + round((west + east) / 2 / _ZONE_DEGREES) - _FIRST_ZONE}"


def _asked_otherwise(rows: Extract, question: _Question, kind: Format) -> tuple[Note, ...]:
    notes = []
    if rows.crs is not None and rows.crs != question.crs:
        name, title = question.format_id.upper(), kind.title_zh
        zh, en, _ = crs_names(rows.crs)
        notes.append(
            Note(
                f"{title}只用{zh}，未按所求写成{question.crs}。",
                f"{name} is {en} by its standard, so it is not in {question.crs} as asked.",
            )
        )
    if rows.datum in DATUMS:
        notes.append(
            Note(
                f"坐标为{rows.datum}，仅供在网络地图上显示；没有EPSG代码，软件会误认为WGS 84。",
                f"Coordinates are {rows.datum}, for display alone; without an EPSG code programs take it for WGS 84.",
            )
        )
    if rows.missing_geometry:
        missing = rows.missing_geometry
        notes.append(Note(f"{missing}行没有图形。", f"{missing} rows have no geometry."))
    return tuple(notes)


def _name(rows: Extract, kind: Format, options: tuple[tuple[str, str], ...]) -> str:
    version = rows.plan.descriptor.get("version", "0")
    system = [crs_names(rows.crs)[2]] if rows.crs else []
    selected = ["selection"] if rows.filters.is_filtered else []
    other = [value.lower().replace("-", "") for name, value in options if value != kind.options[name][0]]
    return "_".join(["yuantu", rows.layer.id, *system, version, *selected, *other]) + kind.ending
