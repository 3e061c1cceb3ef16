"""
A second plan package, small enough to read at a glance: Yunpu (云浦), a city that does not exist.

Two sectors, three parks, the required tables and one optional one (places), and of every table only the fields that
`geo.descriptor` asks for. Its layout is chapter 3 and its box is table 2, so whatever says "chapter 5" or "box 6" of
Yunpu is code that knows Xiamen. The six pairs of sector and park have all five verdicts.
"""

import csv
import json
from pathlib import Path
from typing import Any

from shapely import Point, box
from shapely.geometry import mapping

from geo.descriptor import CODES, FIELD_TYPES, OPTIONAL_FIELDS, REQUIRED_FIELDS

FIELDS = {**REQUIRED_FIELDS, **OPTIONAL_FIELDS}
WORDS = {
    "title_zh": "云浦市产业规划",
    "title_en": "Industrial plan of Yunpu",
    "source_id": "plan",
    "layout_zh": "第三章",
    "layout_en": "Chapter 3",
    "box_zh": "附表2",
    "box_en": "Table 2",
}
KEYS = {
    "sources": ["source_id"],
    "sectors": ["sector_id"],
    "subsectors": ["subsector_id"],
    "parks": ["park_id"],
    "parts": ["park_id", "part_id"],
    "allocations": ["allocation_id"],
    "focuses": ["focus_id"],
    "focus_mappings": ["focus_id", "order"],
    "extents": ["extent_id"],
    "districts": ["adcode"],
    "places": ["place_id"],
}
REFERENCES = {
    "subsectors": {"sector_id": "sectors"},
    "parks": {"source_id": "sources"},
    "parts": {"park_id": "parks"},
    "allocations": {"sector_id": "sectors", "park_id": "parks"},
    "focuses": {"park_id": "parks"},
    "focus_mappings": {"focus_id": "focuses", "sector_id": "sectors", "subsector_id": "subsectors"},
    "extents": {"park_id": "parks", "source_id": "sources"},
}


def named(zh: str, en: str) -> dict[str, str]:
    """Full and short name in both languages; a table takes the fields that it has."""
    return {"name_zh": zh, "short_zh": zh, "name_en": en, "short_en": en}


def cited(zh: str, en: str) -> dict[str, str]:
    """Say where the plan has it."""
    return {"source_id": "plan", "cite_zh": zh, "cite_en": en}


def sector(sector_id: str, order: int, zh: str, en: str) -> dict[str, Any]:
    """Give a row of `sectors`."""
    return {"sector_id": sector_id, "kind": "sector", "order": order, **named(zh, en), **cited("第二章", "Chapter 2")}


def park(park_id: str, order: int, zh: str, en: str, **more: Any) -> dict[str, Any]:
    """Give a row of `parks`; all three are in the layout."""
    row = {"park_id": park_id, "order": order, **named(zh, en), "in_chapter5": "true", **cited("第三章", "Chapter 3")}
    return row | more


def part(park_id: str, part_id: str, zh: str, en: str, district: str, **more: Any) -> dict[str, Any]:
    """Give a row of `parts`."""
    row = {"park_id": park_id, "part_id": part_id, "order": 1, **named(zh, en), "relation": "main"}
    return row | {"district_zh": district} | more


def allocation(number: int, sector_id: str, park_id: str, printed: str) -> dict[str, Any]:
    """Give a row of `allocations`; the items of chapter 3 are numbered through."""
    row = {"allocation_id": f"a-{number}", "sector_id": sector_id, "order": number, "park_id": park_id}
    return row | {"park_as_printed": printed} | cited(f"第三章第{number}项", f"Chapter 3, item {number}")


def focus(entry: int, order: int, park_id: str, printed: str, terms: tuple[str, str]) -> dict[str, Any]:
    """Give a row of `focuses`."""
    row = {"focus_id": f"t-{entry}-{order}", "entry": entry, "order": order, "park_id": park_id}
    return row | {"park_as_printed": printed, "term_zh": terms[0], "term_en": terms[1]}


def extent(park_id: str, part_id: str, grade: str, accuracy_m: float) -> dict[str, Any]:
    """Give the properties of a feature of `extents`."""
    row = {"extent_id": f"{park_id}/{part_id}", "park_id": park_id, "part_id": part_id, "grade": grade}
    words = {"evidence_zh": ["四至"], "evidence_en": ["Limits"], "method_zh": "描绘", "method_en": "Drawn"}
    return row | words | {"position_accuracy_m": accuracy_m, "as_of": "2025-06-30", "source_id": "plan"}


TABLES: dict[str, list[dict[str, Any]]] = {
    "sources": [
        {"source_id": "plan", "kind": "document", "title_zh": "云浦市产业规划", "title_en": "Industrial plan of Yunpu"}
        | {"date": "2025-06-30", "licence": "公开", "taken_zh": "布局", "taken_en": "Layout"}
    ],
    "sectors": [
        sector("rare-earth", 1, "稀土材料", "Rare earths"),
        sector("low-altitude", 2, "低空装备", "Low-altitude aircraft"),
    ],
    "subsectors": [{"subsector_id": "magnets", "sector_id": "rare-earth", "order": 1, **named("永磁体", "Magnets")}],
    "parks": [
        park("north", 1, "城北园", "North Park", districts_zh="西城区", box6_entry=1),
        park(
            "lake", 2, "湖滨园（含南岸片区）", "Lake Park", short_zh="湖滨园", aliases="湖滨科技园|湖滨基地",
            districts_zh="西城区|东城区",
        ),
        park("river", 3, "江口园", "River Park", districts_zh="东城区", box6_entry=2),
    ],
    "parts": [
        part("north", "main", "城北园", "North Park", "西城区"),
        part("lake", "main", "湖滨园", "Lake Park", "西城区"),
        part("lake", "south-bank", "南岸片区", "South Bank", "东城区", order=2, relation="area"),
        part("river", "main", "江口园", "River Park", "东城区"),
    ],
    "allocations": [
        allocation(1, "rare-earth", "north", "城北园"),
        allocation(2, "rare-earth", "river", "江口园"),
        allocation(3, "low-altitude", "lake", "湖滨科技园"),
    ],
    "focuses": [
        focus(1, 1, "north", "城北园", ("永磁体", "Magnets")),
        focus(1, 2, "north", "城北园", ("无人机电机", "Motors of drones")),
        focus(2, 1, "river", "江口园", ("物流", "Logistics")),
    ],
    "focus_mappings": [
        {"focus_id": "t-1-1", "order": 1, "sector_id": "rare-earth", "subsector_id": "magnets"}
        | {"closeness": "subsector"},
        {"focus_id": "t-1-2", "order": 1, "sector_id": "low-altitude", "closeness": "related"}
        | {"note_zh": "电机用于无人机", "note_en": "Motors drive drones"},
        {"focus_id": "t-2-1", "order": 1, "closeness": "outside"}
        | {"note_zh": "不在两个产业之内", "note_en": "In neither sector"},
    ],
    "extents": [
        extent("north", "main", "A", 0.0),
        extent("lake", "main", "B", 50.0),
        extent("lake", "south-bank", "C", 300.0),
        extent("river", "main", "D", 1000.0),
    ],
    "districts": [
        {"adcode": "990101", "name_zh": "西城区", "name_en": "West District", "label_lon": 117.05, "label_lat": 30.05},
        {"adcode": "990102", "name_zh": "东城区", "name_en": "East District", "label_lon": 117.15, "label_lat": 30.05},
    ],
    "places": [
        {"place_id": "airport", **named("云浦机场", "Yunpu Airport"), "kind": "airport", "position_accuracy_m": 100.0},
        {"place_id": "station", **named("云浦站", "Yunpu Station"), "kind": "rail", "position_accuracy_m": 50.0},
    ],
}  # fmt: skip
GEOMETRY = {
    "extents": [
        box(117.02, 30.06, 117.04, 30.08),
        box(117.09, 30.04, 117.11, 30.06),
        box(117.12, 30.02, 117.13, 30.03),
        box(117.16, 30.06, 117.18, 30.08),
    ],
    "districts": [box(117.0, 30.0, 117.1, 30.1), box(117.1, 30.0, 117.2, 30.1)],
    "places": [Point(117.05, 30.07), Point(117.15, 30.05)],
}


def write_second_city(folder: Path) -> Path:
    """Write the package of Yunpu into a folder and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in TABLES.items():
        kept = [{label: row[label] for label in FIELDS[name] if label in row} for row in rows]
        if name in GEOMETRY:
            _write_features(folder / f"{name}.geojson", kept, GEOMETRY[name])
        else:
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, FIELDS[name])
                writer.writeheader()
                writer.writerows(kept)
    text = json.dumps(descriptor(), ensure_ascii=False, indent=1)
    (folder / "datapackage.json").write_text(text, encoding="utf-8")
    return folder


def descriptor() -> dict[str, Any]:
    """Give the `datapackage.json` of Yunpu."""
    return {
        "name": "yunpu-2026-2030",
        "version": "1",
        "city_zh": "云浦市",
        "city_en": "Yunpu",
        "security_class": "internal",
        "plan": WORDS,
        "bounds": [117.0, 30.0, 117.2, 30.1],
        "resources": [_resource(name) for name in TABLES],
    }


def _resource(name: str) -> dict[str, Any]:
    references = [
        {"fields": [field], "reference": {"resource": target, "fields": [field]}}
        for field, target in REFERENCES.get(name, {}).items()
    ]
    schema = {
        "fields": [_field(name, label) for label in FIELDS[name]],
        "primaryKey": KEYS[name],
        "foreignKeys": references,
        "missingValues": [""],
    }
    file_format = "geojson" if name in GEOMETRY else "csv"
    return {"name": name, "path": f"{name}.{file_format}", "format": file_format, "schema": schema}


def _field(table: str, label: str) -> dict[str, Any]:
    kind = FIELD_TYPES.get(label, "string")
    field: dict[str, Any] = {"name": label, "type": kind}
    if kind == "list":
        field["delimiter"] = "|"
    if codes := CODES.get(f"{table}.{label}"):
        field["constraints"] = {"enum": list(codes)}
    return field


def _write_features(file: Path, rows: list[dict[str, Any]], figures: list[Any]) -> None:
    features = [
        {"type": "Feature", "properties": row, "geometry": mapping(figure)}
        for row, figure in zip(rows, figures, strict=True)
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    file.write_text(text, encoding="utf-8")
