"""What goes into one file: rows in their reference system, with what must be said about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd

from geo.datum import in_system
from geo.extents import GRADES
from geo.systems import DATUMS, XIAMEN92, crs_names, in_degrees
from layers.catalog import Layer, layer, layer_fields, selected_rows
from layers.filters import FILTER_WORDS

if TYPE_CHECKING:
    import pandas as pd

    from geo.plan import Plan
    from layers.fields import Field
    from layers.filters import Filters

#: What every file of extents says of them, in Chinese and English.
NOTICE = (
    "示意范围，非法定边界：规划未公布边界文件，范围由公开线索推定，不得用于审批、确权或量地。",
    (
        "Indicative extents, not legal boundaries: the plan published no boundary file; "
        "not for approval, title or measuring land."
    ),
)


class Note(NamedTuple):
    """
    What a format could not carry, or did otherwise than asked.

    Parameters
    ----------
    zh, en
        The same sentence in Chinese and English.

    Examples
    --------
    >>> print(Note("无图形1行。", "1 row has no geometry."))
    无图形1行。 1 row has no geometry.
    """

    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.zh} {self.en}"


@dataclass(frozen=True, eq=False)
class Extract:
    """
    Rows of a layer on their way into a file.

    Parameters
    ----------
    plan
        The plan.
    layer
        The layer.
    fields
        Columns without the geometry.
    table
        Typed rows, in `crs` where they have geometry.
    crs
        Code of the reference system as `geo.systems.served_crs` gives it; None for a table. A system without EPSG
        code (`GCJ-02`, `BD-09`, `Xiamen92`) is told here alone: the table has no CRS then.
    filters
        What was asked.
    """

    plan: Plan
    layer: Layer
    fields: tuple[Field, ...]
    table: pd.DataFrame
    crs: str | None
    filters: Filters

    @property
    def created(self) -> datetime:
        """When the package was made: the time that every file carries, so that equal questions give equal bytes."""
        return created(self.plan)

    @property
    def about(self) -> tuple[tuple[str, str, str], ...]:
        """What the file says of itself: heading in Chinese, in English, and the text."""
        words = self.layer
        texts = [
            ("图层", "Layer", f"{words.title_zh} / {words.title_en} ({words.id})"),
            ("内容", "What it is", f"{words.what_zh} / {words.what_en}"),
            ("规划", "Plan", _plan_title(self.plan)),
            ("版本", "Release", self.plan.release),
            ("截至", "As of", words.as_of),
            ("许可", "Licence", words.licence),
            ("数据包许可", "Licence of the package", _package_licence(self.plan)),
            ("来源", "Sources", "；".join(source_titles(self.plan, words.source_ids))),
            ("坐标系", "Reference system", crs_words(self.crs)),
            ("选择", "Selection", filter_words(self.filters)),
            ("行数", "Rows", str(len(self.table))),
        ]
        if shows_extents(self.fields):
            texts.append(("提示", "Notice", " ".join(NOTICE)))
            texts.append(("等级", "Grades", "；".join(f"{g} {zh} / {en}" for g, (zh, en) in GRADES.items())))
        return tuple(texts)

    @property
    def summary(self) -> str:
        """`about` in one text, a line each."""
        return "\n".join(f"{zh} {en}: {text}" for zh, en, text in self.about)

    @property
    def in_degrees(self) -> bool:
        """Whether coordinates are longitude and latitude; False for metres and for a table."""
        return self.crs is not None and in_degrees(self.crs)

    @property
    def datum(self) -> str | None:
        """Name of a system that no EPSG code tells, for the metadata; None where the code tells it."""
        return self.crs if self.crs in {*DATUMS, XIAMEN92} else None

    @property
    def missing_geometry(self) -> int:
        """How many rows have no geometry though the layer has."""
        return int(self.table.geometry.isna().sum()) if isinstance(self.table, gpd.GeoDataFrame) else 0


def extract(plan: Plan, layer_id: str, filters: Filters, crs: str) -> Extract:
    """
    Take the rows of a layer that a selection keeps into a reference system.

    Parameters
    ----------
    plan
        The plan.
    layer_id
        A layer of the catalogue.
    filters
        What was asked, names resolved.
    crs
        Code of a served system; without meaning for a layer without geometry.

    Returns
    -------
    extract
        Rows in `crs`.

    Raises
    ------
    GeoError
        If the layer is unknown or a filter cannot apply to it.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> from layers.filters import Filters
    >>> extract(read_plan(), "districts", Filters(), "EPSG:4548").table.crs.to_epsg()
    4548
    """
    chosen = layer(plan, layer_id)
    rows = selected_rows(plan, layer_id, filters)
    if chosen.geometry is None:
        return Extract(plan, chosen, layer_fields(plan, layer_id), rows, None, filters)
    placed = in_system(gpd.GeoDataFrame(rows), crs)
    return Extract(plan, chosen, layer_fields(plan, layer_id), placed, crs, filters)


def created(plan: Plan) -> datetime:
    """
    When a package was made.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    created
        The descriptor's `created` in UTC; the start of 1980, the earliest that a zip file knows, where it has none.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> created(read_plan()).year
    2026
    """
    return datetime.fromisoformat(plan.descriptor.get("created", "1980-01-01T00:00:00Z")).astimezone(UTC)


def crs_words(crs: str | None) -> str:
    """
    Name of a reference system in both languages.

    Parameters
    ----------
    crs
        Code, or None for a table without geometry.

    Returns
    -------
    words
        Chinese, English, code.

    Examples
    --------
    >>> crs_words("EPSG:4326")
    'WGS 84 经纬度 / WGS 84 longitude, latitude (EPSG:4326)'
    """
    if crs is None:
        return "无图形 / no geometry"
    zh, en, _ = crs_names(crs)
    warning = "；显示用坐标，非测绘成果 / for display, not for surveying" if crs in DATUMS else ""
    return f"{zh} / {en} ({crs}){warning}"


def filter_words(filters: Filters) -> str:
    """
    Say in both languages what was selected.

    Parameters
    ----------
    filters
        What was asked.

    Returns
    -------
    words
        All filters with their values.

    Examples
    --------
    >>> from layers.filters import Filters
    >>> filter_words(Filters()), filter_words(Filters(sectors=("marine",)))
    ('全部 / all', '产业 sector: marine')
    """
    words = [
        f"{FILTER_WORDS[name][0]} {FILTER_WORDS[name][1]}: {', '.join(values)}"
        for name, values in filters.asked().items()
    ]
    return "; ".join(words) or "全部 / all"


def source_titles(plan: Plan, source_ids: tuple[str, ...]) -> list[str]:
    """
    Titles of sources with their licences.

    Parameters
    ----------
    plan
        The plan.
    source_ids
        Ids of sources; unknown ones are given as they are.

    Returns
    -------
    titles
        One text a source.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> source_titles(read_plan(), ("osm-land",))
    ['OpenStreetMap陆地面 / OpenStreetMap land polygons [osm-land, ODbL-1.0]']
    """
    known = plan.sources.set_index("source_id")[["title_zh", "title_en", "licence"]]
    return [
        "{0} / {1} [{3}, {2}]".format(*known.loc[source], source) if source in known.index else source
        for source in source_ids
    ]


def shows_extents(fields: tuple[Field, ...]) -> bool:
    """
    Whether a layer carries the grades of extents, and so their notice.

    Parameters
    ----------
    fields
        Columns of the layer.

    Returns
    -------
    shows
        True if it has a grade.

    Examples
    --------
    >>> shows_extents(())
    False
    """
    return any(field.name in {"grade", "worst_grade"} for field in fields)


def _plan_title(plan: Plan) -> str:
    words = plan.descriptor["plan"]
    return f"{words['title_zh']} / {words['title_en']}"


def _package_licence(plan: Plan) -> str:
    return "；".join(f"{row.get('title', row['name'])} ({row['name']})" for row in plan.descriptor.get("licenses", []))
