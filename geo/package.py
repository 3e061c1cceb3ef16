"""
What is wrong with a plan package: every fault at once, each with its file, row, field and reason.

Types, keys and references of all tables, geometry tables included, are judged by frictionless from `datapackage.json`;
this module adds what a table schema cannot say (geometry, coordinates, agreement between tables).
"""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import frictionless
import shapely
from shapely.geometry import shape

from geo.agreement import disagreements
from geo.errors import Fault, PlanError

if TYPE_CHECKING:
    from collections.abc import Iterator

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
#: A year, month and day as the schemas' pattern lets it pass: 30 February too.
_DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_CRS84_NAMES = {"urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:OGC::CRS84", "OGC:CRS84"}
_WORLD = (-180.0, -90.0, 180.0, 90.0)
_ROW_WORDS = re.compile(r'(row (?:at )?(?:position )?"?)(\d+)', re.IGNORECASE)


class _Table(NamedTuple):
    """Cells of a CSV file, or properties of features, as they stand."""

    labels: list[str]
    records: list[list[Any]]

    def rows(self) -> list[dict[str, Any]]:
        """Records by label; empty cells, and those that a short record lacks, as None."""
        blank = dict.fromkeys(self.labels)
        filled = (zip(self.labels, record, strict=False) for record in self.records)
        return [blank | {label: cell for label, cell in cells if cell != ""} for cells in filled]


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


def check_plan(path: str | Path) -> list[Fault]:
    """
    Every fault of a plan package.

    Parameters
    ----------
    path
        Folder that holds `datapackage.json`.

    Returns
    -------
    faults
        In the order of the files; empty when the package is sound.

    Examples
    --------
    >>> check_plan(Path(__file__).parents[1] / "layers" / "plans" / "xiamen-2021-2025")
    []
    >>> [fault.kind for fault in check_plan("no-such-folder")]
    ['missing-file']
    """
    folder = Path(path)
    try:
        descriptor = read_descriptor(folder)
    except PlanError as error:
        return error.faults
    faults = list(_descriptor_faults(descriptor))
    described = _usable(descriptor)
    tables: dict[str, _Table] = {}
    for resource in described:
        try:
            tables[resource["name"]] = _table(folder, resource)
        except PlanError as error:
            faults.extend(error.faults)
    readable = [resource for resource in described if resource["name"] in tables]
    faults.extend(_table_faults(folder, readable, tables))
    for resource in readable:
        faults.extend(_label_faults(resource, tables[resource["name"]].labels))
        faults.extend(_date_faults(resource, tables[resource["name"]]))
        if resource.get("format") == "geojson":
            faults.extend(_geometry_faults(folder, resource, _bounds(descriptor)))
    files = {resource["name"]: resource["path"] for resource in described}
    comparable = {name: table.rows() for name, table in tables.items() if not _lacks(name, table.labels)}
    faults.extend(disagreements(comparable, files))
    order = {file: number for number, file in enumerate(files.values())}
    return sorted(faults, key=lambda fault: (order.get(fault.file, -1), fault.row or 0))


def features_of(collection: dict[str, Any]) -> list[dict[str, Any]]:
    """
    Features of a GeoJSON collection, with null geometry made explicit.

    Parameters
    ----------
    collection
        Parsed GeoJSON.

    Returns
    -------
    features
        In file order.

    Examples
    --------
    >>> features_of({"features": [{"type": "Feature", "properties": {"a": 1}}]})
    [{'type': 'Feature', 'properties': {'a': 1}, 'geometry': None}]
    """
    return [{**feature, "geometry": feature.get("geometry")} for feature in collection.get("features", [])]


def _lacks(name: str, labels: list[str]) -> bool:
    """Whether a table lacks a column that the code reads: that is one fault, not one in every row."""
    return not set({**REQUIRED_FIELDS, **OPTIONAL_FIELDS}.get(name, ())) <= set(labels)


def _descriptor_faults(descriptor: dict[str, Any]) -> Iterator[Fault]:
    """Words, tables and fields that the code needs and the descriptor does not describe."""
    for field, kind, reason in (*_property_faults(descriptor), *_resource_faults(descriptor)):
        yield Fault("datapackage.json", None, field, kind, reason)


def _property_faults(descriptor: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for key in ("name", "version", "plan", "city_zh", "city_en"):
        if key not in descriptor:
            yield key, "missing-property", f"the property {key!r} is needed; add it"
    words = descriptor.get("plan", dict.fromkeys(PLAN_WORDS))
    for key in (key for key in PLAN_WORDS if not isinstance(words, dict) or key not in words):
        yield f"plan.{key}", "missing-property", f"'plan' needs the property {key!r}; add it"
    if "bounds" in descriptor and _bounds(descriptor) is _WORLD:
        yield "bounds", "broken-property", "give the bounds as west, south, east, north in degrees"


def _resource_faults(descriptor: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    described: dict[str, dict[str, Any]] = {}
    for number, resource in enumerate(descriptor["resources"], start=1):
        stated_name = resource.get("name") if isinstance(resource, dict) else None
        name = stated_name if isinstance(stated_name, str) else str(number)
        reason = _unusable(resource) or ("the name stands twice" if name in described else None)
        if reason:
            yield f"resources, {name}", "broken-resource", f"{reason}; mend it"
        described.setdefault(name, resource)
    for name, needed in {**REQUIRED_FIELDS, **OPTIONAL_FIELDS}.items():
        if name not in described and name in REQUIRED_FIELDS:
            yield name, "missing-resource", f"describe the table {name!r}"
        if name in described and _unusable(described[name]) is None:
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


def _usable(descriptor: dict[str, Any]) -> list[dict[str, Any]]:
    """Tables that can be looked for; of two with one name the first."""
    found: dict[str, dict[str, Any]] = {}
    for resource in descriptor["resources"]:
        if _unusable(resource) is None:
            found.setdefault(resource["name"], resource)
    return list(found.values())


def _unusable(resource: object) -> str | None:
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


def _bounds(descriptor: dict[str, Any]) -> tuple[float, ...]:
    """Bounds that geometry must keep to: the descriptor's, or those of degrees when it states none."""
    stated = descriptor.get("bounds")
    if isinstance(stated, list) and [type(edge) in {int, float} for edge in stated] == [True] * len(_WORLD):
        return tuple(stated)
    return _WORLD


def _table(folder: Path, resource: dict[str, Any]) -> _Table:
    """Read one table as it stands; PlanError if that cannot be done."""
    name = resource["path"]
    file = folder / name
    if not file.is_file():
        reason = "the descriptor names this file and it is not there; add it or drop the resource"
        raise PlanError(folder, [Fault(name, None, None, "missing-file", reason)])
    try:
        text = file.read_text(encoding=ENCODING)
    except UnicodeDecodeError as error:
        raise PlanError(folder, [Fault(name, None, None, "encoding", f"{error}; save the file as UTF-8")]) from error
    try:
        return _features_table(resource, text) if resource.get("format") == "geojson" else _csv_table(text)
    except (csv.Error, ValueError) as error:
        kind = "not-geojson" if resource.get("format") == "geojson" else "not-csv"
        raise PlanError(folder, [Fault(name, None, None, kind, str(error))]) from error


def _csv_table(text: str) -> _Table:
    labels, *records = list(csv.reader(io.StringIO(text, newline=""))) or [[]]
    if not all(labels) or len(set(labels)) < len(labels) or not labels:
        msg = f"the first row must name every column, each once; it reads {', '.join(labels)!r}"
        raise ValueError(msg)
    return _Table(labels, records)


def _features_table(resource: dict[str, Any], text: str) -> _Table:
    try:
        collection = json.loads(text)
    except json.JSONDecodeError as error:
        msg = f"{error}; write a FeatureCollection"
        raise ValueError(msg) from error
    is_collection = isinstance(collection, dict) and collection.get("type") == "FeatureCollection"
    features = collection.get("features") if is_collection else None
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        msg = "it is JSON without a list of features; write a FeatureCollection"
        raise ValueError(msg)
    rows = [feature.get("properties") or {} for feature in features]
    names = [field["name"] for field in resource["schema"]["fields"]]
    labels = [*names, *sorted({key for row in rows for key in row} - set(names))]
    return _Table(labels, [[row.get(label) for label in labels] for row in rows])


def _label_faults(resource: dict[str, Any], labels: list[str]) -> Iterator[Fault]:
    """Columns that the file lacks, and those that the schema does not know; their order is free."""
    stated = [field["name"] for field in resource["schema"]["fields"]]
    header = None if resource.get("format") == "geojson" else 1
    for label in (label for label in stated if label not in labels):
        reason = (
            "the schema describes this column and the file has none; add it, its cells may be empty if not required"
        )
        yield Fault(resource["path"], header, label, "missing-label", reason)
    for label in (label for label in labels if label not in stated):
        yield Fault(resource["path"], header, label, "extra-label", "the schema does not describe it; do so or drop it")


def _date_faults(resource: dict[str, Any], table: _Table) -> Iterator[Fault]:
    """Days that no calendar has: a pattern cannot tell."""
    first = 1 if resource.get("format") == "geojson" else 2
    for number, row in enumerate(table.rows(), start=first):
        for label in ("date", "as_of"):
            day = row.get(label)
            if isinstance(day, str) and _DAY.fullmatch(day) and not _is_day(day):
                yield Fault(resource["path"], number, label, "bad-date", f"there is no day {day!r}; correct it")


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _table_faults(folder: Path, resources: list[dict[str, Any]], tables: dict[str, _Table]) -> Iterator[Fault]:
    """Faults of types, keys and references, by frictionless; features are judged by their properties."""
    descriptors = [_frictionless_resource(resource, tables) for resource in resources]
    package = frictionless.Package.from_descriptor({"name": "plan", "resources": descriptors}, basepath=str(folder))
    files = {resource["name"]: resource["path"] for resource in resources}
    spatial = {resource["name"] for resource in resources if resource.get("format") == "geojson"}
    report = package.validate()
    for error in report.errors:
        yield Fault("datapackage.json", None, None, error.type, error.message)
    for task in report.tasks:
        for error in task.errors:
            yield _fault(error, files[task.name], is_spatial=task.name in spatial)


def _frictionless_resource(resource: dict[str, Any], tables: dict[str, _Table]) -> dict[str, Any]:
    """
    Describe a table by the columns that its file has.

    What the file lacks is reported once, by its label, and so is a file that cannot be read: keys and references that
    need them are left out here.
    """
    name, schema = resource["name"], resource["schema"]
    labels, records = tables[name]
    described = {field["name"]: field for field in schema["fields"]}
    key = _several(schema.get("primaryKey"))
    kept = schema | {
        "fields": [described.get(label, {"name": label, "type": "any"}) for label in labels],
        "primaryKey": key if set(key) <= set(labels) else [],
        "foreignKeys": [key for key in schema.get("foreignKeys", []) if _can_follow(key, name, tables)],
    }
    return {"name": name, "type": "table", "schema": kept, "data": [labels, *records]}


def _several(value: str | list[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])


def _can_follow(key: dict[str, Any], name: str, tables: dict[str, _Table]) -> bool:
    target = key["reference"].get("resource") or name
    wanted, found = _several(key["reference"]["fields"]), _several(key["fields"])
    return target in tables and set(wanted) <= set(tables[target].labels) and set(found) <= set(tables[name].labels)


def _fault(error: frictionless.Error, file: str, *, is_spatial: bool) -> Fault:
    row = getattr(error, "row_number", None)
    field = getattr(error, "field_name", None) or ", ".join(getattr(error, "field_names", ())) or None
    reason = f"{error.message}. {error.description}"
    if is_spatial and row is not None:
        # Features have no header row: the first is 1, where frictionless counts 2.
        row, reason = row - 1, _ROW_WORDS.sub(lambda words: f"{words[1]}{int(words[2]) - 1}", reason)
    return Fault(file, row, field, error.type, reason)


def _geometry_faults(folder: Path, resource: dict[str, Any], bounds: tuple[float, ...]) -> Iterator[Fault]:
    """Faults of geometry: missing, of another type, invalid (with the place), outside the package's bounds."""
    name = resource["path"]
    collection = json.loads((folder / name).read_text(encoding=ENCODING))
    stated = _stated_crs(collection.get("crs"))
    if stated is not None and stated not in _CRS84_NAMES:
        reason = f"the file says {stated}; a package stores WGS 84 longitude and latitude (OGC:CRS84): convert it"
        yield Fault(name, None, "crs", "wrong-crs", reason)
    for number, feature in enumerate(features_of(collection), start=1):
        for kind, reason in _shape_faults(feature["geometry"], resource.get("geometry_types"), bounds):
            yield Fault(name, number, "geometry", kind, reason)


def _stated_crs(member: object) -> str | None:
    """Name in the `crs` member of older GeoJSON; the member itself where it has no name, None where there is none."""
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return None if member is None else str(name or member)


def _shape_faults(
    geometry: dict[str, Any] | None, types: list[str] | None, bounds: tuple[float, ...]
) -> Iterator[tuple[str, str]]:
    if geometry is None:
        yield "missing-geometry", "the feature has no geometry; draw it or drop the feature"
        return
    try:
        figure = shape(geometry)
    except (ValueError, TypeError, KeyError, AttributeError, shapely.errors.ShapelyError) as error:
        yield "broken-geometry", f"{error}; write it as GeoJSON"
        return
    if figure.is_empty:
        yield "missing-geometry", "the geometry is empty; draw it or drop the feature"
        return
    if types and figure.geom_type not in types:
        yield "geometry-type", f"a {figure.geom_type} stands where {' or '.join(types)} is expected"
    if not figure.is_valid:
        yield "invalid-geometry", f"{shapely.is_valid_reason(figure)} (longitude latitude); mend the ring there"
    if not shapely.box(*bounds).covers(shapely.box(*figure.bounds)):
        spot, limits = (", ".join(f"{value:.9g}" for value in edges) for edges in (figure.bounds, bounds))
        reason = (
            f"its bounds {spot} leave the package's {limits}: coordinates must be WGS 84 longitude, latitude; "
            "convert metres to degrees, or swap the axes"
        )
        yield "wrong-crs", reason
