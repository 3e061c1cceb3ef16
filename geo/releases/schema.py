"""
Tables of the store, the same in both back ends; rows are added and never changed, which triggers see to.

In SQLite the file is a GeoPackage (`geo.releases.geopackage`), in PostgreSQL the geometry is PostGIS's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import shapely
import sqlalchemy as sa
from shapely.geometry.base import BaseGeometry
from sqlalchemy.types import TypeDecorator, UserDefinedType

from geo.releases.geopackage import SKELETON, from_blob, to_blob

#: Version of the tables below; a store that a newer one has made is refused.
SCHEMA_VERSION = 1
_SRID = 4326


class JsonText(TypeDecorator[Any]):
    """A value of JSON as text, which GDAL and QGIS show as it stands."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str:  # noqa: ANN401, ARG002  (SQLAlchemy's)
        """Write it: one spelling for one value."""
        return json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:  # noqa: ANN401, ARG002
        """Read it."""
        return None if value is None else json.loads(value)


class PackagedGeometry(UserDefinedType[BaseGeometry]):
    """A geometry as the GeoPackage standard has it: a short header, then WKB."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Name the type as `gpkg_geometry_columns` does."""
        return "GEOMETRY"

    def bind_processor(self, dialect: sa.Dialect) -> Callable[[BaseGeometry], bytes]:  # noqa: ARG002
        """Write it."""
        return to_blob

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Callable[[bytes], BaseGeometry]:  # noqa: ARG002
        """Read it."""
        return from_blob


class PostgisGeometry(UserDefinedType[BaseGeometry]):
    """A geometry of PostGIS, which speaks WKB with its SRID in hexadecimal."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Name the type with its SRID, which PostGIS then holds every row to."""
        return f"geometry(Geometry,{_SRID})"

    def bind_processor(self, dialect: sa.Dialect) -> Callable[[BaseGeometry], str]:  # noqa: ARG002
        """Write it."""
        return lambda shape: str(shapely.to_wkb(shapely.set_srid(shape, _SRID), hex=True, include_srid=True))

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Callable[[str], BaseGeometry]:  # noqa: ARG002
        """Read it; the SRID is the column's, not the shape's."""
        return lambda text: shapely.set_srid(shapely.from_wkb(text), 0)


METADATA = sa.MetaData()

#: One row: which plan the store belongs to.
store = sa.Table(
    "store",
    METADATA,
    sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    sa.Column("schema_version", sa.Integer, nullable=False),
    sa.Column("plan", sa.Text, nullable=False),
    sa.Column("made_at", sa.Text, nullable=False),
)


def _said() -> list[sa.Column[Any]]:
    """Columns that drafts and releases have in common."""
    return [
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("source_file", sa.Text, nullable=False),
        sa.Column("source_sha256", sa.Text, nullable=False),
        sa.Column("grades", JsonText, nullable=False),
        sa.Column("report", JsonText, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
    ]


releases = sa.Table(
    "releases",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("base", sa.Integer, sa.ForeignKey("releases.number"), unique=True),
    sa.Column("draft", sa.Integer, sa.ForeignKey("drafts.id"), unique=True),
    sa.Column("restores", sa.Integer, sa.ForeignKey("releases.number")),
    *_said(),
)
drafts = sa.Table(
    "drafts",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("base", sa.Integer, sa.ForeignKey("releases.number"), nullable=False),
    *_said(),
)
extents = sa.Table(
    "extents",
    METADATA,
    sa.Column("fid", sa.Integer, primary_key=True),
    sa.Column("release", sa.Integer, sa.ForeignKey("releases.number"), index=True),
    sa.Column("draft", sa.Integer, sa.ForeignKey("drafts.id"), index=True),
    sa.Column("extent_id", sa.Text, nullable=False),
    sa.Column("park_id", sa.Text, nullable=False),
    sa.Column("part_id", sa.Text, nullable=False),
    sa.Column("grade", sa.Text, nullable=False),
    sa.Column("position_accuracy_m", sa.Double, nullable=False),
    sa.Column("evidence_zh", JsonText, nullable=False),
    sa.Column("evidence_en", JsonText, nullable=False),
    sa.Column("method_zh", sa.Text, nullable=False),
    sa.Column("method_en", sa.Text, nullable=False),
    sa.Column("area_note_zh", sa.Text),
    sa.Column("area_note_en", sa.Text),
    sa.Column("area_published_km2", sa.Double),
    sa.Column("as_of", sa.Text, nullable=False),
    sa.Column("source_id", sa.Text, nullable=False),
    # Fields that a package adds to those that every package has.
    sa.Column("more", JsonText, nullable=False),
    sa.Column("geom", PackagedGeometry().with_variant(PostgisGeometry(), "postgresql"), nullable=False),
    sa.CheckConstraint("(release IS NULL) <> (draft IS NULL)"),
    sa.UniqueConstraint("release", "extent_id"),
    sa.UniqueConstraint("draft", "extent_id"),
)
audit = sa.Table(
    "audit",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("draft", sa.Integer, sa.ForeignKey("drafts.id")),
    sa.Column("release", sa.Integer, sa.ForeignKey("releases.number")),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("previous", sa.Text, nullable=False, unique=True),
    sa.Column("hash", sa.Text, nullable=False, unique=True),
)

#: Columns of `extents` that hold a package's fields by name.
FIELD_COLUMNS = tuple(
    column.name for column in extents.columns if column.name not in {"fid", "release", "draft", "more", "geom"}
)
_TABLES = ("store", "releases", "drafts", "extents", "audit")


def _file_statements() -> Iterator[str]:
    yield from SKELETON
    for table in _TABLES:
        for change in ("UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER {table}_refuses_{change.lower()} BEFORE {change} ON {table} BEGIN "
                f"SELECT RAISE(ABORT, 'rows of {table} are never changed: add a new release'); END"
            )


def _server_statements() -> Iterator[str]:
    yield (
        "CREATE FUNCTION yuantu_refuses_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
        "USING MESSAGE = 'rows of ' || TG_TABLE_NAME || ' are never changed: add a new release'; END $$"
    )
    for table in _TABLES:
        yield (
            f"CREATE TRIGGER {table}_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION yuantu_refuses_change()"
        )


def create_tables(connection: sa.Connection) -> None:
    """
    Make the tables, their triggers and, in a file, what makes it a GeoPackage.

    Parameters
    ----------
    connection
        That writes, to a database without these tables; PostgreSQL has the extension postgis.
    """
    METADATA.create_all(connection, checkfirst=False)
    in_file = connection.dialect.name == "sqlite"
    for statement in _file_statements() if in_file else _server_statements():
        connection.exec_driver_sql(statement)
