"""Which layers exist: title, table, fields, filters, sources, licence and date of each."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from geo.errors import UnknownNameError
from geo.plan import GEOMETRY_TABLES
from geo.security import highest
from layers.entries import ENTRIES, Entry
from layers.fields import DERIVED, Field, schema_field, typed
from layers.filters import Filters, filters_of
from layers.tables import BUILDERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo.plan import Plan

#: Columns that end every table, so that a row that leaves its file still says where it is from.
PROVENANCE = ("source_id", "licence", "as_of", "release")
_MULTI = {"Polygon": "MultiPolygon", "LineString": "MultiLineString", "Point": "MultiPoint"}


@dataclass(frozen=True)
class Layer:
    """
    One layer as the catalogue lists it.

    Parameters
    ----------
    id
        Its name in addresses and files.
    title_zh, title_en
        Its name for people.
    what_zh, what_en
        What one row is.
    key
        Columns that tell its rows apart.
    filters
        Columns that each filter goes by: a filter that is not here cannot apply.
    geometry
        Type of its geometries, one for all; None for a table.
    source_ids
        Documents and data sets behind it.
    licence
        The distinct licences of its sources.
    as_of
        Latest date of its rows.
    security
        Its security class, one of `geo.security.CLASSES`; empty where the package states none.
    """

    id: str
    title_zh: str
    title_en: str
    what_zh: str
    what_en: str
    key: tuple[str, ...]
    filters: tuple[tuple[str, str], ...]
    geometry: str | None
    source_ids: tuple[str, ...]
    licence: str
    as_of: str
    security: str


@lru_cache(maxsize=4)
def catalog(plan: Plan) -> tuple[Layer, ...]:
    """
    Every layer that a plan can show or hand out.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    layers
        In the order in which pages list them; a layer whose table the package leaves out is not there.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> [layer.id for layer in catalog(read_plan())][:3]
    ['parks', 'allocations', 'fit']
    """
    described = _resources(plan)
    return tuple(_layer(plan, entry) for entry in ENTRIES if entry.resources[0] in described)


def layer(plan: Plan, layer_id: str) -> Layer:
    """
    One layer by its id.

    Parameters
    ----------
    plan
        The plan.
    layer_id
        Such as `parks`.

    Returns
    -------
    layer
        From the catalogue.

    Raises
    ------
    UnknownNameError
        If there is no such layer; the message offers the nearest ones.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> layer(read_plan(), "parks").geometry
    'Polygon'
    """
    known = {found.id: found for found in catalog(plan)}
    if layer_id not in known:
        near = difflib.get_close_matches(layer_id, known, n=3) or list(known)
        msg = f"no layer is called {layer_id!r}; did you mean {', '.join(near)}?"
        raise UnknownNameError(msg)
    return known[layer_id]


def layer_table(
    plan: Plan,
    layer_id: str,
    *,
    sectors: Sequence[str] = (),
    districts: Sequence[str] = (),
    parks: Sequence[str] = (),
    extent_ids: Sequence[str] | None = None,
) -> pd.DataFrame:
    """
    Rows of a layer, all or a selection.

    Parameters
    ----------
    plan
        The plan.
    layer_id
        A layer of the catalogue.
    sectors
        Ids or names. Layers with a sector of their own keep its rows; layers of parks keep the parks that the layout
        lists for a sector or whose box entry names it.
    districts
        Names. Layers of parks keep the parks that surely lie there (`geo.fit.parks_in`), others the districts' rows.
    parks
        Ids, names or aliases.
    extent_ids
        Ids of park parts; None for all, empty for none.

    Returns
    -------
    rows
        A new table, WGS 84 where it has geometry, columns as `layer_fields` says, ending in where each row is from.

    Raises
    ------
    UnknownNameError
        If the layer or a name is not known.
    GeoError
        If a filter cannot apply to the layer.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> len(layer_table(read_plan(), "allocations", sectors=["marine"]))
    3
    """
    asked = filters_of(plan, sectors=sectors, districts=districts, parks=parks, extent_ids=extent_ids)
    return selected_rows(plan, layer_id, asked)


def selected_rows(plan: Plan, layer_id: str, filters: Filters) -> pd.DataFrame:
    """
    Rows of a layer that a selection keeps.

    Parameters
    ----------
    plan
        The plan.
    layer_id
        A layer of the catalogue.
    filters
        What was asked, with names resolved.

    Returns
    -------
    rows
        As `layer_table`.

    Raises
    ------
    GeoError
        If a filter cannot apply to the layer.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> len(selected_rows(read_plan(), "parks", Filters()))
    41
    """
    chosen = layer(plan, layer_id)
    keeps = filters.keeps(plan, layer_id, dict(chosen.filters))
    table = _whole_table(plan, chosen)
    for column, values in keeps:
        table = table[table[column].isin(values)]
    return table.reset_index(drop=True)


def layer_fields(plan: Plan, layer_id: str) -> tuple[Field, ...]:
    """
    Columns of a layer with their kinds and titles, without the geometry.

    Parameters
    ----------
    plan
        The plan.
    layer_id
        A layer of the catalogue.

    Returns
    -------
    fields
        In the order of the table's columns.

    Raises
    ------
    UnknownNameError
        If there is no such layer.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> [field.title_zh for field in layer_fields(read_plan(), "districts")][:2]
    ['区划代码', '名称']
    """
    return _fields(plan, layer(plan, layer_id).id)


@lru_cache(maxsize=128)
def _fields(plan: Plan, layer_id: str) -> tuple[Field, ...]:
    known = dict(_described(plan, _entry(layer_id)))
    names = [*_own_columns(plan, layer_id), *PROVENANCE]
    return tuple(known.get(name) or DERIVED[name] for name in names)


def _own_columns(plan: Plan, layer_id: str) -> list[str]:
    return [name for name in _built(plan, layer_id).columns if name not in {*PROVENANCE, "geometry"}]


def _described(plan: Plan, entry: Entry) -> Iterator[tuple[str, Field]]:
    """Fields by name: the main resource speaks first, then the derived columns, then the others."""
    found: dict[str, Field] = {}
    described = _resources(plan)
    main, *others = [described[name] for name in entry.resources if name in described]
    for field in map(schema_field, main["schema"]["fields"]):
        found[field.name] = field
    for resource in others:
        for field in map(schema_field, resource["schema"]["fields"]):
            if field.name not in DERIVED:
                found.setdefault(field.name, field)
    yield from found.items()


@lru_cache(maxsize=128)
def _whole_table(plan: Plan, chosen: Layer) -> pd.DataFrame:
    built = _built(plan, chosen.id)
    given: dict[str, Any] = {
        "source_id": None,
        "licence": chosen.licence,
        "as_of": plan.descriptor.get("created", "")[:10],
        "release": plan.release,
    }
    table = built.assign(**{name: value for name, value in given.items() if name not in built.columns})
    fields = layer_fields(plan, chosen.id)
    table = table.assign(**{field.name: typed(table[field.name], field.kind) for field in fields})
    names = [field.name for field in fields]
    if chosen.geometry is None:
        return pd.DataFrame(table[names])
    placed: pd.DataFrame = _one_type(gpd.GeoDataFrame(table[[*names, "geometry"]]), chosen.geometry)
    return placed


def _one_type(table: gpd.GeoDataFrame, geometry: str) -> gpd.GeoDataFrame:
    if geometry not in _MULTI.values():
        return table
    make = getattr(shapely, geometry)
    figures = [
        make([figure]) if figure is not None and _MULTI.get(figure.geom_type) == geometry else figure
        for figure in table.geometry
    ]
    return table.set_geometry(gpd.GeoSeries(figures, index=table.index, crs=table.crs))


@lru_cache(maxsize=128)
def _built(plan: Plan, layer_id: str) -> pd.DataFrame:
    entry = _entry(layer_id)
    return BUILDERS[layer_id](plan) if layer_id in BUILDERS else plan.table(entry.resources[0])


def _entry(layer_id: str) -> Entry:
    return next(entry for entry in ENTRIES if entry.id == layer_id)


def _resources(plan: Plan) -> dict[str, dict[str, Any]]:
    return {resource["name"]: resource for resource in plan.descriptor["resources"]}


def _layer(plan: Plan, entry: Entry) -> Layer:
    source_ids = _source_ids(plan, entry)
    licences = plan.sources.set_index("source_id")["licence"]
    built = _built(plan, entry.id)
    dates = [str(date) for date in built["as_of"].dropna()] if "as_of" in built else []
    return Layer(
        entry.id,
        *entry.words,
        key=entry.key,
        filters=entry.filters,
        geometry=_geometry_type(plan, entry),
        source_ids=source_ids,
        licence="；".join(dict.fromkeys(licences[source] for source in source_ids if source in licences)),
        as_of=max(dates, default=plan.descriptor.get("created", "")[:10]),
        security=_security(plan, entry),
    )


def _security(plan: Plan, entry: Entry) -> str:
    """Class of the tables behind a layer: each one's own, else the package's."""
    described = _resources(plan)
    whole = plan.descriptor.get("security_class", "")
    return highest(described[name].get("security_class", whole) for name in entry.resources if name in described)


def _source_ids(plan: Plan, entry: Entry) -> tuple[str, ...]:
    """Sources of the resources behind a layer, then those that its own rows name."""
    described = _resources(plan)
    stated = [source for name in entry.resources for source in described.get(name, {}).get("source_ids", [])]
    rows = _built(plan, entry.id)
    named = list(rows["source_id"].dropna()) if "source_id" in rows else []
    return tuple(dict.fromkeys([*stated, *named]))


def _geometry_type(plan: Plan, entry: Entry) -> str | None:
    """Type of the layer's own geometries; the multi-part type where both kinds stand."""
    if entry.shape not in GEOMETRY_TABLES:
        return None
    types: set[str] = set(_built(plan, entry.id).geometry.geom_type.dropna())
    if not types:
        types = set(_resources(plan).get(entry.shape, {}).get("geometry_types", ["Point"])[:1])
    many = types & set(_MULTI.values())
    return many.pop() if many else types.pop()
