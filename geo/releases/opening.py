"""A store opened, and made at first use with the package's own extents as release 1."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
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
    found = made_store(backend, plan)
    if found is not None:
        return found
    _make(backend, plan)
    with backend.reading() as connection:
        _check(connection, backend, plan)
    return Store(backend, plan)


def made_store(backend: Backend, plan: Plan) -> Store | None:
    """
    Give the store that a back end has already; nothing is written.

    Parameters
    ----------
    backend
        Where to look.
    plan
        Whose extents it keeps.

    Returns
    -------
    store
        None where nobody has made one.

    Raises
    ------
    StoreError
        If it cannot be read, belongs to another plan, or a newer version of Yuantu has made it.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from geo.plan import read_plan
    >>> with TemporaryDirectory() as folder:
    ...     print(made_store(backend_of(folder), read_plan()))
    None
    """
    with backend.reading() as connection:
        if not sa.inspect(connection).has_table(store.name):
            return None
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
            raise StoreError(msg, f"{backend.name} 中不是版本库，请用 YUANTU_DATA 另指文件夹")
        if not backend.is_file:
            _require_postgis(connection)
        create_tables(connection)
        at, digest = now(), content_digest(extents)
        row = {"id": 1, "schema_version": SCHEMA_VERSION, "plan": plan.descriptor["name"], "made_at": at}
        connection.execute(sa.insert(store).values(row))
        add_release(connection, first_release(plan, extents, at=at))
        add_extents(connection, plain_rows(extents), release=1)
        append(connection, "opened", actor=PACKAGE_ACTOR, at=at, note=_WHY, digest=digest, release=1)


def first_release(plan: Plan, extents: gpd.GeoDataFrame, *, at: str) -> Release:
    """
    Give release 1: the package's own extents.

    Parameters
    ----------
    plan
        As its package has it.
    extents
        Its extents, checked.
    at
        When (UTC, ISO 8601) they became a release.

    Returns
    -------
    release
        By `PACKAGE_ACTOR`.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> plan = read_plan()
    >>> first_release(plan, plan.extents, at="2026-11-22T00:00:00Z").number
    1
    """
    return Release(
        number=1, base=None, draft=None, restores=None, actor=PACKAGE_ACTOR, at=at, why=_WHY, source_file="",
        source_sha256="", grades=grade_counts(extents), report={"package": plan.release},
        digest=content_digest(extents),
    )  # fmt: skip


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
        zh = "数据库没有 PostGIS，且无法自动添加；请在服务器上安装，并由管理员在此库执行 CREATE EXTENSION postgis"
        raise StoreError(msg, zh) from error


def _check(connection: sa.Connection, backend: Backend, plan: Plan) -> None:
    try:
        row = connection.execute(sa.select(store.c.schema_version, store.c.plan)).one()
    except (sa.exc.DBAPIError, sa.exc.NoResultFound) as error:
        msg = f"{backend.name} has a table `store` that is not of releases; name another place for them"
        raise StoreError(msg, f"{backend.name} 中名为 store 的表不属于版本库，请为版本库另指位置") from error
    if row.schema_version != SCHEMA_VERSION:
        msg = (
            f"{backend.name} has version {row.schema_version} of the store, and this Yuantu knows {SCHEMA_VERSION}; "
            "use the Yuantu that made it, or a newer one"
        )
        zh = (
            f"{backend.name} 的版本库格式为 {row.schema_version}，本程序只认 {SCHEMA_VERSION}；"
            "请用建库时的园图，或更新的园图"
        )
        raise StoreError(msg, zh)
    name = plan.descriptor["name"]
    if row.plan != name:
        msg = (
            f"{backend.name} keeps the releases of the plan {row.plan!r}, not of {name!r}; name another place for them"
        )
        raise StoreError(msg, f"{backend.name} 保存的是规划“{row.plan}”的版本，不是“{name}”的，请另指位置")
