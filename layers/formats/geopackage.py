"""GeoPackage, styled for QGIS, and FlatGeobuf, both written by GDAL."""

from __future__ import annotations

import io
import sqlite3
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from layers.extract import Note
from layers.fields import joined_lists
from layers.formats.written import write_by_gdal
from layers.styles.qml import extract_qml
from layers.styles.rules import extract_style
from layers.styles.sld import sld

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.extract import Extract

#: QGIS 3.22 (GDAL 3.6) warns of 1.4, and nothing here needs it.
_VERSION = "1.2"
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
_DATA_COLUMNS = """
CREATE TABLE IF NOT EXISTS gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT,
  title TEXT, description TEXT, mime_type TEXT, constraint_name TEXT,
  CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE IF NOT EXISTS gpkg_data_column_constraints (constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL,
  value TEXT, min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
"""
_LAYER_STYLES = """
CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
  f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT,
  styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')))
"""


def geopackage(rows: Extract) -> tuple[bytes, tuple[Note, ...]]:
    """
    Write a GeoPackage whose one layer is called by the layer's id and opens styled in QGIS.

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
    return geopackage_of([rows])


def geopackage_of(layers: Sequence[Extract]) -> tuple[bytes, tuple[Note, ...]]:
    """
    Write a GeoPackage of several layers.

    Parameters
    ----------
    layers
        Rows of each layer, as for `geopackage`; all of one plan.

    Returns
    -------
    content, notes
        As `geopackage`; the table `layer_styles` holds QML and SLD of each layer with geometry.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> from layers.extract import extract
    >>> from layers.filters import Filters
    >>> plan = read_plan()
    >>> tables = [extract(plan, name, Filters(), "EPSG:4326") for name in ("metro_lines", "sectors")]
    >>> geopackage_of(tables)[0][:15]
    b'SQLite format 3'
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "layers.gpkg"
        for rows in layers:
            write_by_gdal(
                joined_lists(rows.table, rows.fields),
                file,
                driver="GPKG",
                layer=rows.layer.id,
                geometry_type=rows.layer.geometry,
                append=file.exists(),
                **({} if file.exists() else {"dataset_options": {"VERSION": _VERSION}}),
                layer_options={"IDENTIFIER": rows.layer.title_zh, "DESCRIPTION": rows.summary},
                layer_metadata=_metadata(rows),
            )
        _finish(file, layers)
        return file.read_bytes(), ()


def _metadata(rows: Extract) -> dict[str, str]:
    told = {"release": rows.plan.release, "licence": rows.layer.licence, "as_of": rows.layer.as_of}
    return told | ({"datum": rows.datum} if rows.datum else {})


def _finish(file: Path, layers: Sequence[Extract]) -> None:
    """Add aliases of columns and styles, and put the package's time where GDAL put the clock's."""
    stamp = layers[0].created.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    columns = [
        (rows.layer.id, field.name, field.title_zh, field.title_zh, field.title_en)
        for rows in layers
        for field in rows.fields
    ]
    connection = sqlite3.connect(file)
    try:
        with connection:
            connection.executescript(_DATA_COLUMNS)
            connection.executemany(
                "INSERT INTO gpkg_data_columns (table_name, column_name, name, title, description) "
                "VALUES (?, ?, ?, ?, ?)",
                columns,
            )
            connection.executemany("INSERT INTO gpkg_extensions VALUES (?, ?, ?, ?, ?)", _SCHEMA_EXTENSION)
            _add_styles(connection, [rows for rows in layers if rows.layer.geometry], stamp)
            connection.execute("UPDATE gpkg_contents SET last_change = ?", (stamp,))
            connection.execute("UPDATE gpkg_metadata_reference SET timestamp = ?", (stamp,))
        # Pages keep shreds of what stood in them before, the clock's time among it.
        connection.execute("VACUUM")
    finally:
        connection.close()
    _reset_counters(file)


def _add_styles(connection: sqlite3.Connection, layers: Sequence[Extract], stamp: str) -> None:
    """Write the table that QGIS looks for when it opens a layer, as QGIS itself writes it."""
    if not layers:
        return
    connection.execute(_LAYER_STYLES)
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id) "
        "VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?, 0)",
        (stamp,),
    )
    for rows in layers:
        style, geometry = extract_style(rows), str(rows.layer.geometry)
        connection.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, "
            "styleQML, styleSLD, useAsDefault, description, owner, update_time) "
            "VALUES ('', '', ?, 'geom', ?, ?, ?, 1, ?, '', ?)",
            (
                rows.layer.id,
                rows.layer.id,
                extract_qml(rows),
                sld(style, geometry, name=rows.layer.id),
                rows.layer.title_zh,
                stamp,
            ),
        )


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
    write_by_gdal(
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
