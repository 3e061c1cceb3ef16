"""A store opened, and made at first use with the package's own extents as release 1."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from geo.plan import Plan
from geo.releases.backend import Backend, backend_of
from geo.releases.content import checked_extents, content_digest, grade_counts, plain_rows
from geo.releases.errors import StoreError
from geo.releases.records import Release
from geo.releases.rows import add_extents, add_release
from geo.releases.schema import SCHEMA_VERSION, create_tables, store
from geo.releases.store import Store
from geo.releases.trail import append, now

#: Who published the first release.
PACKAGE_ACTOR = "规划数据包 plan package"
_WHY = "随规划数据包附带 as shipped with the plan package"


def open_store(address: str | Path, plan: Plan) -> Store:
    """
    Open the store of a plan's releases; at first use it is made.

    Parameters
    ----------
    address
        A data folder or `.gpkg` file, `sqlite:///` and either, or `postgresql://…`; see
        `geo.releases.backend.store_address`.
    plan
        Its own extents are release 1 of a new store; a store keeps the extents of one plan.

    Returns
    -------
    store
        It holds no connection open, so that it may be kept and shared by threads.

    Raises
    ------
    StoreError
        If the store cannot be opened or made, belongs to another plan, or a newer version of Yuantu has made it.
    ContentError
        If the package's own extents cannot be a release.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from geo.plan import read_plan
    >>> with TemporaryDirectory() as folder:
    ...     store = open_store(folder, read_plan())
    ...     release = store.current()
    ...     print(release.number, len(store.extents(1)), dict(release.grades))
    1 41 {'A': 0, 'B': 5, 'C': 22, 'D': 14}
    """
    backend = backend_of(address)
    with backend.reading() as connection:
        made = sa.inspect(connection).has_table(store.name)
    if not made:
        _make(backend, plan)
    with backend.reading() as connection:
        _check(connection, backend, plan)
    return Store(backend, plan)


def _make(backend: Backend, plan: Plan) -> None:
    extents = checked_extents(plan.extents, plan)
    with backend.writing() as connection:
        inspector = sa.inspect(connection)
        # Somebody else may have made it since one looked.
        if inspector.has_table(store.name):
            return
        if backend.is_file and inspector.get_table_names():
            msg = f"{backend.name} holds something else than releases; name another folder with YUANTU_DATA"
            raise StoreError(msg)
        if not backend.is_file:
            _require_postgis(connection)
        create_tables(connection)
        at, digest = now(), content_digest(extents)
        row = {"id": 1, "schema_version": SCHEMA_VERSION, "plan": plan.descriptor["name"], "made_at": at}
        connection.execute(sa.insert(store).values(row))
        first = Release(
            number=1, base=None, draft=None, restores=None, actor=PACKAGE_ACTOR, at=at, why=_WHY, source_file="",
            source_sha256="", grades=grade_counts(extents), report={"package": plan.release}, digest=digest,
        )  # fmt: skip
        add_release(connection, first)
        add_extents(connection, plain_rows(extents), release=1)
        append(connection, "opened", actor=PACKAGE_ACTOR, at=at, note=_WHY, digest=digest, release=1)


def _require_postgis(connection: sa.Connection) -> None:
    present = sa.text("SELECT 1 FROM pg_extension WHERE extname = 'postgis'")
    if connection.execute(present).first() is not None:
        return
    try:
        connection.exec_driver_sql("CREATE EXTENSION postgis")
    except sa.exc.DBAPIError as error:
        msg = (
            f"the database has no PostGIS, and it could not be added ({str(error.orig).strip()}); install it on the "
            "server and have its administrator run CREATE EXTENSION postgis in this database"
        )
        raise StoreError(msg) from error


def _check(connection: sa.Connection, backend: Backend, plan: Plan) -> None:
    try:
        row = connection.execute(sa.select(store.c.schema_version, store.c.plan)).one()
    except (sa.exc.DBAPIError, sa.exc.NoResultFound) as error:
        msg = f"{backend.name} has a table `store` that is not of releases; name another place for them"
        raise StoreError(msg) from error
    if row.schema_version != SCHEMA_VERSION:
        msg = (
            f"{backend.name} has version {row.schema_version} of the store, and this Yuantu knows {SCHEMA_VERSION}; "
            "use the Yuantu that made it, or a newer one"
        )
        raise StoreError(msg)
    name = plan.descriptor["name"]
    if row.plan != name:
        msg = (
            f"{backend.name} keeps the releases of the plan {row.plan!r}, not of {name!r}; name another place for them"
        )
        raise StoreError(msg)
