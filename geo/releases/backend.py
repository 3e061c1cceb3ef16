"""
Where releases are kept: one GeoPackage file in a data folder, or a PostgreSQL database with PostGIS.

One transaction a call, no connection between calls, so that threads and processes may share a store. Who writes
first takes the store's lock: a file's (`BEGIN IMMEDIATE`), or an advisory lock of the database; others wait.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from geo.releases.errors import StoreError

#: The file in the data folder.
FILE_NAME = "releases.gpkg"
#: The data folder when no setting names one: `var` beside the code, which no version control keeps.
DEFAULT_FOLDER = Path(__file__).parents[2] / "var"
#: How long one who writes waits for another.
PATIENCE_S = 30
#: How long a database server is waited for, seconds, unless its URL says `connect_timeout`.
CONNECT_S = 5
#: Number of the advisory lock: "yuantu" in ASCII.
_LOCK = int.from_bytes(b"yuantu", "big")
_DRIVER = "postgresql+psycopg"


@dataclass(frozen=True)
class Backend:
    """
    An engine, and how one reads and writes with it.

    Parameters
    ----------
    engine
        Of SQLAlchemy, without a pool.
    """

    engine: sa.Engine

    @property
    def is_file(self) -> bool:
        """Whether the store is one file."""
        return self.engine.dialect.name == "sqlite"

    @property
    def name(self) -> str:
        """Where the store is, without any password."""
        url = self.engine.url
        return str(url.database) if self.is_file else url.render_as_string(hide_password=True)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """
        Open one state of the store.

        Yields
        ------
        connection
            All its answers are of the same moment; what others commit meanwhile is not seen.

        Raises
        ------
        StoreError
            If the database does not answer.
        """
        # SQLite reads one state in any transaction; PostgreSQL does at this level.
        options: dict[str, Any] = {} if self.is_file else {"isolation_level": "REPEATABLE READ"}
        with self._connected(**options) as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """
        Open the store alone; all is kept at the end, or nothing after an error.

        Yields
        ------
        connection
            Sees everything that was committed before.

        Raises
        ------
        StoreError
            If the database does not answer, or somebody else has been writing for too long.
        """
        with self._connected(writing=True) as connection, connection.begin():
            if not self.is_file:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE_S}s'")
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            yield connection

    @contextmanager
    def _connected(self, **options: Any) -> Iterator[sa.Connection]:  # noqa: ANN401  (SQLAlchemy's options)
        try:
            with self.engine.connect().execution_options(**options) as connection:
                yield connection
        except sa.exc.DBAPIError as error:
            msg = f"the release store {self.name} does not answer: {str(error.orig).strip()}; {self._advice()}"
            raise StoreError(msg, f"版本库 {self.name} 没有响应；{self._advice_zh()}") from error

    def _advice(self) -> str:
        if self.is_file:
            return "look whether its folder may be written and has room, and whether another program holds the file"
        return "look whether the server runs and YUANTU_DATABASE names it, its database, user and password rightly"

    def _advice_zh(self) -> str:
        if self.is_file:
            return "请检查所在文件夹能否写入、磁盘是否有空间、文件是否被其他程序占用或并非版本库"
        return "请检查数据库服务是否运行，以及 YUANTU_DATABASE 中的地址、库名、用户和密码"


def backend_of(address: str | Path) -> Backend:
    """
    Give the back end of an address.

    Parameters
    ----------
    address
        A folder (the file in it is `FILE_NAME`), a file that ends in `.gpkg`, `sqlite:///` and either, or
        `postgresql://user:password@host/database`.

    Returns
    -------
    backend
        Nothing is opened yet, but a missing folder is made.

    Raises
    ------
    StoreError
        If the address is of no kind that is served, or the folder cannot be made.

    Examples
    --------
    >>> backend_of("mysql://host/database")
    Traceback (most recent call last):
    geo.releases.errors.StoreError: releases are not kept in 'mysql'; name a folder, or a database by postgresql://…
    """
    if isinstance(address, Path) or "://" not in address:
        return _file_backend(Path(address))
    try:
        url = sa.make_url(address)
    except sa.exc.ArgumentError as error:
        msg = "the address of the release store is no URL; write postgresql://user:password@host/database"
        raise StoreError(msg, "版本库的地址不是网址，请写作 postgresql://用户:密码@主机/库名") from error
    if url.drivername == "sqlite" and url.database:
        return _file_backend(Path(url.database))
    if url.drivername not in {"postgresql", "postgres", _DRIVER}:
        msg = f"releases are not kept in {url.drivername!r}; name a folder, or a database by postgresql://…"
        raise StoreError(msg, f"版本库不能保存在 {url.drivername!r} 中；请指定文件夹，或 postgresql://… 数据库")
    waits = {} if "connect_timeout" in url.query else {"connect_timeout": CONNECT_S}
    engine = sa.create_engine(url.set(drivername=_DRIVER), poolclass=sa.NullPool, connect_args=waits)
    return Backend(engine)


def _file_backend(path: Path) -> Backend:
    file = path if path.suffix.lower() == ".gpkg" else path / FILE_NAME
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"the data folder {file.parent} cannot be made: {error.strerror}; name another with YUANTU_DATA"
        raise StoreError(msg, f"无法建立数据文件夹 {file.parent}，请用 YUANTU_DATA 另指一处") from error
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(file)), poolclass=sa.NullPool, connect_args={"timeout": PATIENCE_S}
    )
    sa.event.listen(engine, "connect", _settle)
    sa.event.listen(engine, "begin", _begin)
    return Backend(engine)


def _settle(connection: sqlite3.Connection, _: object) -> None:
    # Transactions begin below, not where the driver would begin them.
    connection.isolation_level = None
    # A rollback journal keeps the store one file; EXTRA syncs the folder too, so that what was told is on the disk.
    for setting in ("journal_mode = DELETE", "synchronous = EXTRA", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {setting}")


def _begin(connection: sa.Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def store_address(environment: Mapping[str, str] = os.environ) -> str | Path:
    """
    Where the settings say that releases are kept.

    Parameters
    ----------
    environment
        `YUANTU_DATABASE`, a URL of PostgreSQL, comes before `YUANTU_DATA`, a folder.

    Returns
    -------
    address
        For `open_store`; `DEFAULT_FOLDER` when neither is set.

    Examples
    --------
    >>> store_address({"YUANTU_DATA": "/srv/yuantu"}).as_posix()
    '/srv/yuantu'
    >>> store_address({"YUANTU_DATABASE": "postgresql://host/yuantu"})
    'postgresql://host/yuantu'
    """
    return environment.get("YUANTU_DATABASE") or Path(environment.get("YUANTU_DATA") or DEFAULT_FOLDER)
