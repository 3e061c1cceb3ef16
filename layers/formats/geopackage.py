"""GeoPackage and FlatGeobuf, written by GDAL."""

from __future__ import annotations

import io
import sqlite3
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pyogrio

from layers.extract import Note
from layers.fields import joined_lists

if TYPE_CHECKING:
    from layers.extract import Extract

_SCHEMA_EXTENSION = (
    ("gpkg_data_columns", None, "gpkg_schema", "http://www.geopackage.org/spec121/#extension_schema", "read-write"),
    (
        "gpkg_data_column_constraints",
        None,
        "gpkg_schema",
        "http://www.geopackage.org/spec121/#extension_schema",
        "read-write",
    ),
)


def geopackage(rows: Extract) -> tuple[bytes, tuple[Note, ...]]:
    """
    Write a GeoPackage whose one layer is called by the layer's id.

    Parameters
    ----------
    rows
        Rows in any served system, or without geometry (an attributes table). Lists are joined by `；`; a missing
        geometry stays missing; an empty selection gives an empty layer.

    Returns
    -------
    content, notes
        The file, with Chinese titles of columns as aliases and the layer's provenance as description.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> from layers.extract import extract
    >>> from layers.filters import Filters
    >>> geopackage(extract(read_plan(), "metro_lines", Filters(), "EPSG:4326"))[0][:15]
    b'SQLite format 3'
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "layer.gpkg"
        pyogrio.write_dataframe(
            joined_lists(rows.table, rows.fields),
            file,
            driver="GPKG",
            layer=rows.layer.id,
            geometry_type=rows.layer.geometry,
            layer_options={"IDENTIFIER": rows.layer.title_zh, "DESCRIPTION": rows.summary},
            layer_metadata={"release": rows.plan.release, "licence": rows.layer.licence, "as_of": rows.layer.as_of},
        )
        _finish(file, rows)
        return file.read_bytes(), ()


def _finish(file: Path, rows: Extract) -> None:
    """Add aliases of columns, and put the package's time where GDAL put the clock's."""
    stamp = rows.created.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    connection = sqlite3.connect(file)
    try:
        with connection:
            connection.execute("UPDATE gpkg_contents SET last_change = ?", (stamp,))
            connection.execute("UPDATE gpkg_metadata_reference SET timestamp = ?", (stamp,))
            connection.execute(
                "CREATE TABLE IF NOT EXISTS gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, "
                "name TEXT, title TEXT, description TEXT, mime_type TEXT, constraint_name TEXT, "
                "CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), "
                "CONSTRAINT gdc_tn UNIQUE (table_name, name))"
            )
            connection.executemany(
                "INSERT INTO gpkg_data_columns (table_name, column_name, name, title, description) "
                "VALUES (?, ?, ?, ?, ?)",
                [(rows.layer.id, field.name, field.title_zh, field.title_zh, field.title_en) for field in rows.fields],
            )
            connection.execute(
                "CREATE TABLE IF NOT EXISTS gpkg_data_column_constraints (constraint_name TEXT NOT NULL, "
                "constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, "
                "max_is_inclusive BOOLEAN, description TEXT, "
                "CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value))"
            )
            connection.executemany("INSERT INTO gpkg_extensions VALUES (?, ?, ?, ?, ?)", _SCHEMA_EXTENSION)
        # Pages keep shreds of what stood in them before, the clock's time among it.
        connection.execute("VACUUM")
    finally:
        connection.close()
    _reset_counters(file)


def _reset_counters(file: Path) -> None:
    """
    Set SQLite's two counters of changes to one: how often GDAL commits depends on the clock.

    The counter stands at byte 24 of the header, its copy that says that the page count holds at byte 92.
    """
    content = bytearray(file.read_bytes())
    content[24:28] = content[92:96] = (1).to_bytes(4, "big")
    file.write_bytes(content)


def flatgeobuf(rows: Extract) -> tuple[bytes, tuple[Note, ...]]:
    """
    Write a FlatGeobuf file.

    Parameters
    ----------
    rows
        Rows with geometry in any served system. Lists are joined by `；`; an empty selection gives an empty file.

    Returns
    -------
    content, notes
        The file. With a spatial index its rows stand in the index's order; an index cannot hold a missing geometry,
        so a layer with one is written without index, in the layer's order, and a note says so.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> from layers.extract import extract
    >>> from layers.filters import Filters
    >>> flatgeobuf(extract(read_plan(), "metro_lines", Filters(), "EPSG:4326"))[0][:3]
    b'fgb'
    """
    missing = rows.missing_geometry
    written = io.BytesIO()
    pyogrio.write_dataframe(
        joined_lists(rows.table, rows.fields),
        written,
        driver="FlatGeobuf",
        layer=rows.layer.id,
        geometry_type=rows.layer.geometry,
        layer_options={
            "SPATIAL_INDEX": "NO" if missing else "YES",
            "TITLE": rows.layer.title_zh,
            "DESCRIPTION": rows.summary,
        },
    )
    notes = (
        Note(
            "空间索引不容无图形的行，文件因此不带空间索引。",
            "A spatial index cannot hold rows without geometry, so the file has none.",
        ),
    )
    return written.getvalue(), notes if missing else ()
