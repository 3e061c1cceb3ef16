"""
The descriptor of a plan package: what stands in `datapackage.json`, and what the code needs it to describe.

Fields, types and codes that the code reads are listed here once; a package may describe more.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from geo.errors import Fault, PlanError
from geo.security import CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Fields that the code reads: each must be there, its cells may be empty where the schema lets them. More may stand.
REQUIRED_FIELDS: dict[str, tuple[str, ...]] = {
    "sources": (
        "source_id", "kind", "title_zh", "title_en", "publisher_zh", "publisher_en", "date", "licence", "url",
        "taken_zh", "taken_en",
    ),
    "sectors": (
        "sector_id", "kind", "order", "name_zh", "name_en", "short_zh", "short_en", "colour", "cite_zh", "cite_en",
    ),
    "subsectors": ("subsector_id", "sector_id", "order", "name_zh", "name_en"),
    "parks": (
        "park_id", "order", "name_zh", "short_zh", "name_en", "short_en", "aliases", "districts_zh",
        "operator_zh", "operator_en", "in_chapter5", "box6_entry", "source_id", "cite_zh", "cite_en", "note_zh",
        "note_en",
    ),
    "parts": ("park_id", "part_id", "order", "name_zh", "name_en", "aliases", "relation", "district_zh"),
    "allocations": (
        "allocation_id", "sector_id", "order", "park_id", "park_as_printed", "source_id", "cite_zh", "cite_en",
    ),
    "focuses": ("focus_id", "entry", "park_id", "park_as_printed", "order", "term_zh", "term_en"),
    "focus_mappings": ("focus_id", "order", "sector_id", "subsector_id", "track_id", "closeness", "note_zh", "note_en"),
    "extents": (
        "extent_id", "park_id", "part_id", "grade", "position_accuracy_m", "evidence_zh", "evidence_en",
        "method_zh", "method_en", "area_note_zh", "area_note_en", "area_published_km2", "as_of", "source_id",
    ),
    "districts": ("adcode", "name_zh", "name_en", "label_lon", "label_lat"),
}  # fmt: skip
#: Tables that a package may leave out, with the fields that the code reads when they are there.
OPTIONAL_FIELDS: dict[str, tuple[str, ...]] = {
    "areas": ("park_id", "part_id", "order", "km2", "measures", "what_zh", "what_en", "source_id"),
    "indicators": (
        "row_id", "indicator_id", "table_no", "parent_id", "category_zh", "name_zh", "name_en", "unit_zh", "unit_en",
        "year", "kind", "qualifier", "value", "source_id", "cite_zh", "cite_en", "note_zh", "note_en",
    ),
    "carriers": ("carrier_id", "name_zh", "name_en", "kind", "sector_id", "place_id", "source_id", "cite_zh"),
    "terms": ("term_id", "term_zh", "subsector_id", "track_id", "kind", "source_id"),
    "crosswalk": ("code_prefix", "subsector_id", "track_id", "why_zh", "why_en", "confidence", "source_id"),
    "neighbours": ("name_zh", "name_en"),
    "land": ("land_id",),
    "metro_lines": ("line_id", "name_zh", "name_en", "colour"),
    "metro_stations": ("station_id", "name_zh", "name_en"),
    "places": ("place_id", "name_zh", "name_en", "kind", "position_accuracy_m"),
    "subdistricts": ("subdistrict_id", "name_zh", "name_en"),
}  # fmt: skip
#: Types that the code needs of fields, in every table that has them; fields of other names may have any.
FIELD_TYPES = {
    "order": "integer", "entry": "integer", "box6_entry": "integer", "table_no": "integer", "year": "integer",
    "in_chapter5": "boolean",
    "aliases": "list", "districts_zh": "list",
    "evidence_zh": "array", "evidence_en": "array",
    "position_accuracy_m": "number", "area_published_km2": "number", "km2": "number", "value": "number",
    "label_lon": "number", "label_lat": "number",
}  # fmt: skip
#: Codes that the code has words for: a schema must hold its field to some of them, by an `enum`.
CODES = {
    "sectors.kind": ("sector", "track"),
    "focus_mappings.closeness": ("sector", "subsector", "track", "related", "outside"),
    "extents.grade": ("A", "B", "C", "D"),
    "indicators.kind": ("baseline", "target", "actual"),
    "indicators.qualifier": ("eq", "gt", "ge", "about"),
    "terms.kind": ("term", "alias", "stop"),
    "crosswalk.confidence": ("high", "medium", "low"),
}
#: Words of the descriptor's `plan`: the plan's title, its row in `sources`, how its layout chapter and box are cited.
PLAN_WORDS = ("title_zh", "title_en", "source_id", "layout_zh", "layout_en", "box_zh", "box_en")
#: Files are UTF-8; a byte-order mark, as Excel writes one, is passed over.
ENCODING = "utf-8-sig"
#: Bounds of all degrees: west, south, east, north.
WORLD = (-180.0, -90.0, 180.0, 90.0)


def read_descriptor(folder: Path) -> dict[str, Any]:
    """
    Content of a package's `datapackage.json`.

    Parameters
    ----------
    folder
        The package's folder.

    Returns
    -------
    descriptor
        As parsed.

    Raises
    ------
    PlanError
        If the file is missing or is not JSON.

    Examples
    --------
    >>> from pathlib import Path
    >>> read_descriptor(Path(__file__).parents[1] / "layers" / "plans" / "xiamen-2021-2025")["city_en"]
    'Xiamen'
    """
    file = folder / "datapackage.json"
    if not file.is_file():
        reason = "there is no such file; give the folder of a plan package (docs/plan-package.md says how to make one)"
        raise PlanError(folder, [Fault(file.name, None, None, "missing-file", reason)])
    try:
        descriptor = json.loads(file.read_text(encoding=ENCODING))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise PlanError(
            folder, [Fault(file.name, None, None, "not-json", f"{error}; write it as UTF-8 JSON")]
        ) from error
    if not isinstance(descriptor, dict) or not isinstance(descriptor.get("resources"), list):
        reason = "it has no list of resources; see docs/plan-package.md"
        raise PlanError(folder, [Fault(file.name, None, "resources", "missing-resources", reason)])
    return descriptor


def descriptor_faults(descriptor: dict[str, Any]) -> Iterator[Fault]:
    """
    Words, tables and fields that the code needs and the descriptor does not describe.

    Parameters
    ----------
    descriptor
        From `read_descriptor`.

    Yields
    ------
    fault
        Of `datapackage.json`, its `field` the property, or table and field.

    Examples
    --------
    >>> next(descriptor_faults({"resources": []})).reason
    "the property 'name' is needed; add it"
    """
    for field, kind, reason in (*_property_faults(descriptor), *_resource_faults(descriptor)):
        yield Fault("datapackage.json", None, field, kind, reason)


def _property_faults(descriptor: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for key in ("name", "version", "plan", "city_zh", "city_en"):
        if key not in descriptor:
            yield key, "missing-property", f"the property {key!r} is needed; add it"
    words = descriptor.get("plan", dict.fromkeys(PLAN_WORDS))
    for key in (key for key in PLAN_WORDS if not isinstance(words, dict) or key not in words):
        yield f"plan.{key}", "missing-property", f"'plan' needs the property {key!r}; add it"
    for place, own in (("", descriptor), *((str(one.get("name")), one) for one in _objects(descriptor["resources"]))):
        if own.get("security_class", "public") not in CLASSES:
            field = f"{place}.security_class".lstrip(".")
            yield field, "broken-property", f"a security class is one of {', '.join(CLASSES)}; mend it"
    if "bounds" in descriptor and bounds(descriptor) is WORLD:
        yield "bounds", "broken-property", "give the bounds as west, south, east, north in degrees"


def _objects(values: list[Any]) -> list[dict[str, Any]]:
    return [value for value in values if isinstance(value, dict)]


def _resource_faults(descriptor: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    described: dict[str, dict[str, Any]] = {}
    for number, resource in enumerate(descriptor["resources"], start=1):
        stated_name = resource.get("name") if isinstance(resource, dict) else None
        name = stated_name if isinstance(stated_name, str) else str(number)
        reason = _unfit(resource) or ("the name stands twice" if name in described else None)
        if reason:
            yield f"resources, {name}", "broken-resource", f"{reason}; mend it"
        described.setdefault(name, resource)
    for name, needed in {**REQUIRED_FIELDS, **OPTIONAL_FIELDS}.items():
        if name not in described and name in REQUIRED_FIELDS:
            yield name, "missing-resource", f"describe the table {name!r}"
        if name in described and _unfit(described[name]) is None:
            stated = {field["name"]: field for field in described[name]["schema"]["fields"]}
            for field in needed:
                for kind, reason in _field_faults(name, field, stated.get(field)):
                    yield f"{name}.{field}", kind, reason


def _field_faults(table: str, name: str, field: dict[str, Any] | None) -> Iterator[tuple[str, str]]:
    """Faults of the description of one field that the code reads."""
    if field is None:
        yield "missing-field", f"the schema of {table!r} does not describe {name!r}; add it"
        return
    wanted, codes = FIELD_TYPES.get(name), CODES.get(f"{table}.{name}")
    if wanted and field["type"] != wanted:
        yield "field-type", f"the schema says {field['type']!r}, the code reads {wanted!r}; change it"
    if wanted == "list" and field.get("delimiter") != "|":
        yield "field-type", "the items of a list are parted by '|'; say so as the delimiter"
    if codes and not set((field.get("constraints") or {}).get("enum", ("",))) <= set(codes):
        yield "field-codes", f"the schema must hold it to an enum of {', '.join(codes)}, or of some of them"


def usable_resources(descriptor: dict[str, Any]) -> list[dict[str, Any]]:
    """
    Tables that can be looked for: those with name, path and a schema whose fields have names and types.

    Parameters
    ----------
    descriptor
        From `read_descriptor`.

    Returns
    -------
    resources
        In their order; of two with one name the first.

    Examples
    --------
    >>> parks = {"name": "parks", "path": "parks.csv", "schema": {"fields": [{"name": "park_id", "type": "string"}]}}
    >>> [found["path"] for found in usable_resources({"resources": [parks, {"name": "parts"}]})]
    ['parks.csv']
    """
    found: dict[str, dict[str, Any]] = {}
    for resource in descriptor["resources"]:
        if _unfit(resource) is None:
            found.setdefault(resource["name"], resource)
    return list(found.values())


def _unfit(resource: object) -> str | None:
    """Why a table cannot be looked for, None when it can."""
    if not isinstance(resource, dict):
        return "a resource must be a JSON object"
    for key in ("name", "path"):
        if not isinstance(resource.get(key), str):
            return f"the resource says no {key!r}"
    schema = resource.get("schema")
    stated = schema.get("fields") if isinstance(schema, dict) else None
    if not isinstance(stated, list):
        return "the resource has no schema with a list of fields"
    if not all(isinstance(field, dict) and field.get("name") and field.get("type") for field in stated):
        return "every field of the schema needs a name and a type"
    return None


def bounds(descriptor: dict[str, Any]) -> tuple[float, ...]:
    """
    Bounds that geometry must keep to.

    Parameters
    ----------
    descriptor
        From `read_descriptor`.

    Returns
    -------
    bounds
        West, south, east, north in degrees of WGS 84: the descriptor's, or `WORLD` when it states none that can be
        read.

    Examples
    --------
    >>> bounds({"bounds": [117.4, 24.1, 118.9, 25.15]})
    (117.4, 24.1, 118.9, 25.15)
    >>> bounds({}) is WORLD
    True
    """
    stated = descriptor.get("bounds")
    if isinstance(stated, list) and [type(edge) in {int, float} for edge in stated] == [True] * len(WORLD):
        return tuple(stated)
    return WORLD
