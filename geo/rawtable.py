"""Tables of a package as they stand in their files: cells of CSV, properties of features, before any type."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from geo.descriptor import ENCODING
from geo.errors import Fault, PlanError

if TYPE_CHECKING:
    from pathlib import Path


class RawTable(NamedTuple):
    """
    Cells of a CSV file, or properties of features, as they stand.

    Parameters
    ----------
    labels
        Of the columns: a CSV file's first row; for features the schema's fields and whatever other property any has.
    records
        A list a row, in the order of the labels; one of a CSV file may be shorter or longer than they are.

    Examples
    --------
    >>> RawTable(["park_id", "box6_entry"], [["torch-park", ""]]).rows()
    [{'park_id': 'torch-park', 'box6_entry': None}]
    """

    labels: list[str]
    records: list[list[Any]]

    def rows(self) -> list[dict[str, Any]]:
        """Records by label; empty cells, and those that a short record lacks, as None."""
        blank = dict.fromkeys(self.labels)
        filled = (zip(self.labels, record, strict=False) for record in self.records)
        return [blank | {label: cell for label, cell in cells if cell != ""} for cells in filled]


def raw_table(folder: Path, resource: dict[str, Any]) -> RawTable:
    r"""
    Read one table as it stands.

    Parameters
    ----------
    folder
        The package's.
    resource
        Description of the table: `path`, `format` (`geojson`, or CSV) and `schema`.

    Returns
    -------
    table
        UTF-8, a byte-order mark passed over.

    Raises
    ------
    PlanError
        If there is no such file, or it is not UTF-8, CSV with a row of labels, or a GeoJSON FeatureCollection.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as name:
    ...     _ = (Path(name) / "parks.csv").write_text("park_id,order\ntorch-park,4\n")
    ...     raw_table(Path(name), {"path": "parks.csv"}).records
    [['torch-park', '4']]
    """
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


def _csv_table(text: str) -> RawTable:
    labels, *records = list(csv.reader(io.StringIO(text, newline=""))) or [[]]
    if not all(labels) or len(set(labels)) < len(labels) or not labels:
        msg = f"the first row must name every column, each once; it reads {', '.join(labels)!r}"
        raise ValueError(msg)
    return RawTable(labels, records)


def _features_table(resource: dict[str, Any], text: str) -> RawTable:
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
    return RawTable(labels, [[row.get(label) for label in labels] for row in rows])
