"""One unit of row groups: read, answered, and written as a part."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely

from geo.assign.answers import Assignment, assign_parcels, assign_points, assignment
from geo.assign.parts import keep
from geo.assign.places import Places, described_places, open_places, point_coordinates, shapes_of
from geo.assign.zones import carrier, read_zones
from geo.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from geo.assign.parts import Job

_BATCH_ROWS = 262_144
_POINT_KINDS = {"Point", "Point Z"}
_PARCEL_KINDS = {"Polygon", "MultiPolygon", "Polygon Z", "MultiPolygon Z"}
_CODECS = {"UNCOMPRESSED": "none", "LZ4_RAW": "lz4"}
_lock = threading.Lock()


def job_assignment(job: Job) -> Assignment:
    """
    Zones of a job, read and prepared once a process.

    Parameters
    ----------
    job
        What is done.

    Returns
    -------
    assignment
        The same one for every thread.

    Raises
    ------
    GeoError
        As `geo.assign.zones.read_zones`.
    """
    with _lock:  # the first thread prepares them for all
        return _prepared(job)


@lru_cache(maxsize=2)
def _prepared(job: Job) -> Assignment:
    zones = read_zones(job.zones, zone_id=job.zone_id, accuracy_column=job.accuracy_column)
    return assignment(zones, points=job.rows)


def answer_unit(job: Job, unit: Sequence[int]) -> dict[str, int]:
    """
    Read some row groups, answer them and keep them as a part.

    Parameters
    ----------
    job
        What is done; its folder is there.
    unit
        Numbers of the row groups.

    Returns
    -------
    counts
        Rows by certainty, `unknown` for those without a place.
    """
    to = job_assignment(job)
    made = job.folder / f"{uuid.uuid4().hex}.fresh"
    counts = Counter[str]()
    with open_places(job.points) as file:
        places = described_places(file, name=job.points)
        answer = _answerer(file, places, to, all_zones=job.all_zones)
        with _writer(made, file, places, answer) as writer:
            groups = [number for number in unit if number < file.num_row_groups]
            for batch in file.iter_batches(_BATCH_ROWS, row_groups=groups):
                found = answer(batch.column(places.column))
                counts.update(_counted(found["certainty"]))
                table = pa.Table.from_batches([batch])
                for name in found.column_names:
                    table = table.append_column(name, found[name])
                writer.write_table(table.cast(writer.schema), row_group_size=max(1, len(table)))
    keep(job, unit, made, counts)
    return dict(counts)


def _answerer(
    file: pq.ParquetFile, places: Places, to: Assignment, *, all_zones: bool
) -> Callable[[pa.Array], pa.Table]:
    """Give what answers a geometry column in the file's system."""
    carry = carrier(places.crs, to.zones.crs)
    if _is_points(file, places):
        return lambda column: assign_points(carry(point_coordinates(column)), to, all_zones=all_zones)
    return lambda column: assign_parcels(_carried(shapes_of(column), carry), to, all_zones=all_zones)


def _carried(shapes: np.ndarray, carry: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    return np.asarray(shapely.transform(shapely.force_2d(shapes), carry))


def _is_points(file: pq.ParquetFile, places: Places) -> bool:
    """By the metadata; where they name no type, by the first shape."""
    kinds = set(places.kinds) or {_first_kind(file, places.column)}
    if kinds <= _POINT_KINDS:
        return True
    if kinds <= _PARCEL_KINDS:
        return False
    msg = f"column {places.column!r} holds {', '.join(sorted(kinds))}: give points, or parcels (polygons), in one file"
    raise FormatError(msg)


def _first_kind(file: pq.ParquetFile, column: str) -> str:
    for batch in file.iter_batches(_BATCH_ROWS, columns=[column]):
        known = batch.column(0).drop_null()
        if len(known):
            return str(shapes_of(known.slice(0, 1))[0].geom_type)
    return "Point"


def _writer(
    made: Path, file: pq.ParquetFile, places: Places, answer: Callable[[pa.Array], pa.Table]
) -> pq.ParquetWriter:
    """Open the part to write: the file's columns, compression and encodings, then the answer's columns."""
    schema = file.schema_arrow
    added = answer(pa.nulls(0, schema.field(places.column).type))
    for field in added.schema:
        schema = schema.append(field)
    codecs, coded = {}, ["zone", "certainty", "zone.list.element", "certainty.list.element"]
    others = [field.name for field in schema if field.name != places.column]
    if file.num_row_groups:
        group = file.metadata.row_group(0)
        for column in map(group.column, range(group.num_columns)):
            path = column.path_in_schema
            codecs[path] = _CODECS.get(column.compression, column.compression.lower())
            if any("DICTIONARY" in encoding for encoding in column.encodings):
                coded.append(path)
    # Coordinates neither repeat nor are looked for by their bytes' order.
    coded = [path for path in coded if path.split(".")[0] != places.column]
    return pq.ParquetWriter(made, schema, compression=codecs or "snappy", use_dictionary=coded, write_statistics=others)


def _counted(certainty: pa.ChunkedArray) -> dict[str, int]:
    if pa.types.is_list(certainty.type):
        first = pc.list_slice(certainty, 0, 1)
        known = pc.if_else(pc.equal(pc.list_value_length(certainty), 0), pa.scalar(["outside"]), first)
        certainty = pc.list_element(known, 0)
    counted = pc.value_counts(certainty).to_pylist()
    return {entry["values"] or "unknown": entry["counts"] for entry in counted}
