"""
What is wrong with a plan package: every fault at once, each with its file, row, field and reason.

Types, keys and references of all tables, geometry tables included, are judged by frictionless from `datapackage.json`;
this module adds what a table schema cannot say (geometry, coordinates, agreement between tables).
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import frictionless
import shapely
from shapely.geometry import shape

from geo.agreement import disagreements
from geo.errors import Fault, PlanError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Fields that the code reads; a package may hold more.
REQUIRED_FIELDS: dict[str, tuple[str, ...]] = {
    "sources": ("source_id", "kind", "title_zh", "title_en", "date", "licence", "url", "taken_zh", "taken_en"),
    "sectors": ("sector_id", "kind", "order", "name_zh", "name_en", "short_zh", "short_en", "colour"),
    "subsectors": ("subsector_id", "sector_id", "order", "name_zh", "name_en"),
    "parks": (
        "park_id", "order", "name_zh", "short_zh", "name_en", "short_en", "aliases", "districts_zh",
        "in_chapter5", "box6_entry", "cite_zh", "cite_en",
    ),
    "parts": ("park_id", "part_id", "order", "name_zh", "name_en", "aliases", "relation", "district_zh"),
    "allocations": ("allocation_id", "sector_id", "order", "park_id", "park_as_printed", "cite_zh", "cite_en"),
    "focuses": ("focus_id", "entry", "park_id", "park_as_printed", "order", "term_zh", "term_en"),
    "focus_mappings": ("focus_id", "order", "sector_id", "subsector_id", "track_id", "closeness", "note_zh", "note_en"),
    "extents": (
        "extent_id", "park_id", "part_id", "grade", "position_accuracy_m", "evidence_zh", "evidence_en",
        "method_zh", "method_en", "as_of", "source_id",
    ),
    "districts": ("adcode", "name_zh", "name_en", "label_lon", "label_lat"),
}  # fmt: skip
#: Tables that a package may leave out, with the fields that the code reads when they are there.
OPTIONAL_FIELDS: dict[str, tuple[str, ...]] = {
    "areas": ("park_id", "part_id", "order", "km2", "measures", "what_zh", "what_en", "source_id"),
    "indicators": (
        "row_id", "indicator_id", "table_no", "category_zh", "name_zh", "name_en", "unit_zh", "unit_en",
        "year", "kind", "qualifier", "value", "source_id", "cite_zh", "note_zh",
    ),
    "carriers": ("carrier_id", "name_zh", "name_en", "kind", "sector_id", "place_id", "source_id", "cite_zh"),
    "neighbours": ("name_zh", "name_en"),
    "land": ("land_id",),
    "metro_lines": ("line_id", "name_zh", "name_en", "colour"),
    "metro_stations": ("station_id", "name_zh", "name_en"),
    "places": ("place_id", "name_zh", "name_en", "kind", "position_accuracy_m"),
    "subdistricts": ("subdistrict_id", "name_zh", "name_en"),
}  # fmt: skip
_CRS84_NAMES = {"urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:OGC::CRS84", "OGC:CRS84"}


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
    try:
        descriptor = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        reason = "there is no such file; give the folder of a plan package (docs/plan-package.md says how to make one)"
        raise PlanError(folder, [Fault(file.name, None, None, "missing-file", reason)]) from None
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
    rows: dict[str, list[dict[str, Any]]] = {}
    readable = []
    for resource in descriptor["resources"]:
        try:
            rows[resource["name"]] = _rows(folder, resource)
            readable.append(resource)
        except PlanError as error:
            faults.extend(error.faults)
    faults.extend(_table_faults(folder, readable, rows))
    for resource in readable:
        if resource.get("format") == "geojson":
            faults.extend(_geometry_faults(folder, resource, descriptor.get("bounds")))
    faults.extend(disagreements({name: _keyed(table) for name, table in rows.items()}, _files(descriptor)))
    order = {name: number for number, name in enumerate(_files(descriptor).values())}
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


def _files(descriptor: dict[str, Any]) -> dict[str, str]:
    return {resource["name"]: resource["path"] for resource in descriptor["resources"] if "path" in resource}


def _descriptor_faults(descriptor: dict[str, Any]) -> Iterator[Fault]:
    """Tables and fields that the code needs and the descriptor does not describe."""
    described = {resource.get("name"): resource for resource in descriptor["resources"]}
    for key in ("name", "version", "plan", "city_zh", "city_en"):
        if key not in descriptor:
            yield Fault("datapackage.json", None, key, "missing-property", f"the property {key!r} is needed; add it")
    for name, needed in {**REQUIRED_FIELDS, **OPTIONAL_FIELDS}.items():
        resource = described.get(name)
        if resource is None:
            if name in REQUIRED_FIELDS:
                yield Fault("datapackage.json", None, name, "missing-resource", f"describe the table {name!r}")
            continue
        stated = {field["name"] for field in resource.get("schema", {}).get("fields", [])}
        for field in (field for field in needed if field not in stated):
            reason = f"the schema of {name!r} does not describe {field!r}; add it"
            yield Fault("datapackage.json", None, f"{name}.{field}", "missing-field", reason)


def _rows(folder: Path, resource: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows of a table as dictionaries: cells of a CSV file or properties of features."""
    file = folder / resource["path"]
    name = resource["path"]
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        reason = "the descriptor names this file and it is not there; add it or drop the resource"
        raise PlanError(folder, [Fault(name, None, None, "missing-file", reason)]) from None
    except UnicodeDecodeError as error:
        raise PlanError(folder, [Fault(name, None, None, "encoding", f"{error}; save the file as UTF-8")]) from error
    if resource.get("format") != "geojson":
        return list(csv.DictReader(text.splitlines(keepends=True)))
    try:
        features = features_of(json.loads(text))
    except (json.JSONDecodeError, AttributeError) as error:
        raise PlanError(
            folder, [Fault(name, None, None, "not-geojson", f"{error}; write a FeatureCollection")]
        ) from error
    return [dict(feature.get("properties") or {}) for feature in features]


def _keyed(table: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: (None if value == "" else value) for key, value in row.items() if key} for row in table]


def _table_faults(
    folder: Path, resources: list[dict[str, Any]], rows: dict[str, list[dict[str, Any]]]
) -> Iterator[Fault]:
    """Faults of types, keys and references, by frictionless; features are judged by their properties."""
    present = {resource["name"] for resource in resources}
    descriptors = [_frictionless_resource(resource, rows[resource["name"]], present) for resource in resources]
    package = frictionless.Package.from_descriptor({"name": "plan", "resources": descriptors}, basepath=str(folder))
    files = {resource["name"]: resource["path"] for resource in resources}
    spatial = {resource["name"] for resource in resources if resource.get("format") == "geojson"}
    report = package.validate()
    for error in report.errors:
        yield Fault("datapackage.json", None, None, error.type, error.message)
    for task in report.tasks:
        for error in task.errors:
            yield _fault(error, files[task.name], is_spatial=task.name in spatial)


def _frictionless_resource(resource: dict[str, Any], rows: list[dict[str, Any]], present: set[str]) -> dict[str, Any]:
    schema = dict(resource["schema"])
    # A reference into a file that cannot be read is reported once, at that file.
    schema["foreignKeys"] = [
        key for key in schema.get("foreignKeys", []) if key["reference"]["resource"] in present | {""}
    ]
    plain = {"name": resource["name"], "type": "table", "schema": schema}
    if resource.get("format") != "geojson":
        return plain | {"path": resource["path"], "format": "csv", "encoding": "utf-8"}
    names = [field["name"] for field in schema["fields"]]
    unknown = sorted({key for row in rows for key in row} - set(names))
    data = [[*names, *unknown], *([row.get(name) for name in [*names, *unknown]] for row in rows)]
    return plain | {"data": data}


def _fault(error: frictionless.Error, file: str, *, is_spatial: bool) -> Fault:
    row = getattr(error, "row_number", None)
    field = getattr(error, "field_name", None) or getattr(error, "label", None)
    if field is None:
        field = ", ".join(getattr(error, "field_names", ())) or None
    number = row - 1 if (is_spatial and row is not None) else row
    return Fault(file, number, field, error.type, f"{error.message}. {error.description}")


def _geometry_faults(folder: Path, resource: dict[str, Any], bounds: list[float] | None) -> Iterator[Fault]:
    """Faults of geometry: missing, of another type, invalid (with the place), outside the package's bounds."""
    name = resource["path"]
    collection = json.loads((folder / name).read_text(encoding="utf-8"))
    stated = collection.get("crs", {}).get("properties", {}).get("name")
    if stated and stated not in _CRS84_NAMES:
        reason = f"the file says {stated}; a package stores WGS 84 longitude and latitude (OGC:CRS84): convert it"
        yield Fault(name, None, "crs", "wrong-crs", reason)
    for number, feature in enumerate(features_of(collection), start=1):
        for kind, reason in _shape_faults(feature["geometry"], resource.get("geometry_types"), bounds):
            yield Fault(name, number, "geometry", kind, reason)


def _shape_faults(
    geometry: dict[str, Any] | None, types: list[str] | None, bounds: list[float] | None
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
    if bounds and not shapely.box(*bounds).covers(shapely.box(*figure.bounds)):
        spot = ", ".join(f"{value:.5g}" for value in figure.bounds)
        reason = (
            f"its bounds {spot} leave the package's {bounds}: coordinates must be WGS 84 longitude, latitude; "
            "convert metres to degrees, or swap the axes"
        )
        yield "wrong-crs", reason
