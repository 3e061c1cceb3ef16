"""What each layer is made of: words, tables of the package, key, filters."""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """
    What the catalogue knows of a layer before it has seen a plan.

    Parameters
    ----------
    id
        Its name in addresses and files.
    words
        Title in Chinese and English, what one row is in Chinese and English.
    resources
        Tables of the package behind it; the first is the main one, whose titles of columns come first.
    key
        Columns that tell its rows apart.
    filters
        Each filter with the column that it goes by.
    shape
        Resource that its geometry comes from; None for a table.

    Examples
    --------
    >>> [entry.shape for entry in ENTRIES if entry.id == "carriers"]
    ['places']
    """

    id: str
    words: tuple[str, str, str, str]
    resources: tuple[str, ...]
    key: tuple[str, ...]
    filters: tuple[tuple[str, str], ...] = ()
    shape: str | None = None


_OF_PARKS = (("sectors", "park_id"), ("districts", "park_id"), ("parks", "park_id"))
_OF_PAIRS = (("sectors", "sector_id"), ("districts", "park_id"), ("parks", "park_id"))
_OF_SECTORS = (("sectors", "sector_id"),)
ENTRIES = (
    Entry(
        "parks",
        ("园区示意范围", "Indicative park extents", "一行为园区的一个片区", "one row is a part of a park"),
        ("extents", "parks", "parts", "allocations", "focuses", "sectors"),
        ("extent_id",),
        (*_OF_PARKS, ("extent_ids", "extent_id")),
        "extents",
    ),
    Entry(
        "allocations",
        (
            "产业空间布局",
            "Allocations of the layout",
            "一行为一个产业对一个园区的布局",
            "one row lists a park for a sector",
        ),
        ("allocations", "parks", "extents", "focuses", "focus_mappings", "sectors"),
        ("allocation_id",),
        _OF_PAIRS,
        "extents",
    ),
    Entry(
        "fit",
        ("产业与园区契合", "Fit of sectors and parks", "一行为一个产业与一个园区", "one row is a sector and a park"),
        ("allocations", "focuses", "focus_mappings", "sectors", "parks"),
        ("sector_id", "park_id"),
        _OF_PAIRS,
    ),
    Entry(
        "focuses",
        (
            "园区重点方向",
            "Focus terms of parks",
            "一行为一个重点方向的一项对应",
            "one row is a mapping of a focus term",
        ),
        ("focuses", "focus_mappings", "parks", "sectors", "subsectors"),
        ("focus_id", "mapping_order"),
        _OF_PAIRS,
    ),
    Entry(
        "park_list",
        ("园区名录", "Parks", "一行为一个园区", "one row is a park"),
        ("parks", "extents", "allocations", "focuses", "sectors"),
        ("park_id",),
        _OF_PARKS,
        "extents",
    ),
    Entry(
        "park_districts",
        ("园区所在行政区", "Districts of parks", "一行为一个园区与一个行政区", "one row is a park and a district"),
        ("parts", "parks", "extents", "districts"),
        ("park_id", "district_zh"),
        (("sectors", "park_id"), ("districts", "district_zh"), ("parks", "park_id")),
    ),
    Entry(
        "districts",
        ("行政区", "Districts", "一行为一个区，界线概化", "one row is a district, its line generalised"),
        ("districts",),
        ("adcode",),
        (("districts", "name_zh"),),
        "districts",
    ),
    Entry(
        "land", ("陆地", "Land", "一行为一块陆地", "one row is a piece of land"), ("land",), ("land_id",), (), "land"
    ),
    Entry(
        "metro_lines",
        ("地铁线路", "Metro lines", "一行为一条线路，站间取直", "one row is a line, straight between stations"),
        ("metro_lines",),
        ("line_id",),
        (),
        "metro_lines",
    ),
    Entry(
        "metro_stations",
        ("地铁车站", "Metro stations", "一行为一座车站", "one row is a station"),
        ("metro_stations",),
        ("station_id",),
        (),
        "metro_stations",
    ),
    Entry(
        "places",
        ("地点", "Places", "一行为一个地点", "one row is a place"),
        ("places",),
        ("place_id",),
        (),
        "places",
    ),
    Entry(
        "subdistricts",
        ("街道与镇驻地", "Subdistrict offices", "一行为一个街道或镇", "one row is a subdistrict or town"),
        ("subdistricts",),
        ("subdistrict_id",),
        (("districts", "district_zh"),),
        "subdistricts",
    ),
    Entry(
        "carriers",
        (
            "创新载体与链主企业",
            "Carriers",
            "一行为一个载体或企业，未定位的无图形",
            "one row is a carrier; null where not placed",
        ),
        ("carriers", "places", "sectors"),
        ("carrier_id",),
        _OF_SECTORS,
        "places",
    ),
    Entry(
        "sectors",
        ("产业与未来赛道", "Sectors and future tracks", "一行为一个产业或赛道", "one row is a sector or track"),
        ("sectors",),
        ("sector_id",),
        _OF_SECTORS,
    ),
    Entry(
        "subsectors",
        ("细分领域", "Subsectors", "一行为一个细分领域", "one row is a field under its sector"),
        ("subsectors",),
        ("subsector_id",),
        _OF_SECTORS,
    ),
    Entry(
        "indicators",
        ("指标", "Indicators", "一行为一个指标的一个数值", "one row is a value of an indicator"),
        ("indicators",),
        ("row_id",),
        _OF_SECTORS,
    ),
    Entry(
        "areas",
        ("公开面积数据", "Published areas", "一行为一个公开面积", "one row is a published area"),
        ("areas",),
        ("park_id", "order"),
        _OF_PARKS,
    ),
    Entry("sources", ("数据来源", "Sources", "一行为一个来源", "one row is a source"), ("sources",), ("source_id",)),
)
