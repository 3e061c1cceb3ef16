"""
What is wrong with a plan package: every fault at once, each with its file, row, field and reason.

Types, keys and references of all tables, geometry tables included, are judged by frictionless from `datapackage.json`;
this module adds what a table schema cannot say (labels and days here, the descriptor itself in `geo.descriptor`,
geometry in `geo.features`, agreement between tables in `geo.agreement`).
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.agreement import disagreements
from geo.descriptor import (
    OPTIONAL_FIELDS,
    REQUIRED_FIELDS,
    bounds,
    descriptor_faults,
    read_descriptor,
    usable_resources,
)
from geo.errors import Fault, PlanError
from geo.features import geometry_faults
from geo.rawtable import RawTable, raw_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    import frictionless

#: A year, month and day as the schemas' pattern lets it pass: 30 February too.
_DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_ROW_WORDS = re.compile(r'(row (?:at )?(?:position )?"?)(\d+)', re.IGNORECASE)


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
    faults = list(descriptor_faults(descriptor))
    described = usable_resources(descriptor)
    tables: dict[str, RawTable] = {}
    for resource in described:
        try:
            tables[resource["name"]] = raw_table(folder, resource)
        except PlanError as error:
            faults.extend(error.faults)
    readable = [resource for resource in described if resource["name"] in tables]
    faults.extend(_table_faults(folder, readable, tables))
    for resource in readable:
        faults.extend(_label_faults(resource, tables[resource["name"]].labels))
        faults.extend(_date_faults(resource, tables[resource["name"]]))
        if resource.get("format") == "geojson":
            faults.extend(geometry_faults(folder, resource, bounds(descriptor)))
    files = {resource["name"]: resource["path"] for resource in described}
    comparable = {name: table.rows() for name, table in tables.items() if not _lacks(name, table.labels)}
    faults.extend(disagreements(comparable, files))
    order = {file: number for number, file in enumerate(files.values())}
    return sorted(faults, key=lambda fault: (order.get(fault.file, -1), fault.row or 0))


def _lacks(name: str, labels: list[str]) -> bool:
    """Whether a table lacks a column that the code reads: that is one fault, not one in every row."""
    return not set({**REQUIRED_FIELDS, **OPTIONAL_FIELDS}.get(name, ())) <= set(labels)


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


def _date_faults(resource: dict[str, Any], table: RawTable) -> Iterator[Fault]:
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


def _table_faults(folder: Path, resources: list[dict[str, Any]], tables: dict[str, RawTable]) -> Iterator[Fault]:
    """Faults of types, keys and references, by frictionless; features are judged by their properties."""
    import frictionless  # noqa: PLC0415  (heavy, and those who import this module do not all check)

    descriptors = [_frictionless_resource(resource, tables) for resource in resources]
    try:
        package = frictionless.Package.from_descriptor({"name": "plan", "resources": descriptors}, basepath=str(folder))
    except frictionless.FrictionlessException as refused:
        for reason in refused.reasons or [refused.error]:
            yield Fault("datapackage.json", None, None, reason.type, reason.message)
        return
    files = {resource["name"]: resource["path"] for resource in resources}
    spatial = {resource["name"] for resource in resources if resource.get("format") == "geojson"}
    report = package.validate()
    for error in report.errors:
        yield Fault("datapackage.json", None, None, error.type, error.message)
    for task in report.tasks:
        for error in task.errors:
            yield _fault(error, files[task.name], is_spatial=task.name in spatial)


def _frictionless_resource(resource: dict[str, Any], tables: dict[str, RawTable]) -> dict[str, Any]:
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


def _can_follow(key: dict[str, Any], name: str, tables: dict[str, RawTable]) -> bool:
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
