"""
Finds a PostgreSQL with PostGIS for the tests of the release store, or installs one, and runs it in private.

`make test` runs it as a command before pytest, so that what is installed is said in one line. The tests start a
cluster of their own in a temporary folder, reached by its Unix socket alone, and stop it at the end.
"""

import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from tests import debian

PROGRAMS = Path("/usr/lib/postgresql")
SHARED = Path("/usr/share/postgresql")
OWNER = "postgres"
NAMED = "YUANTU_TEST_POSTGRES"
ADVICE = f"""\
The tests of the release store need PostgreSQL with PostGIS, and none was found or could be installed. Any of these:
  Debian, Ubuntu   sudo apt-get install postgresql-15-postgis-3   (or the number that your release has)
  have a server    {NAMED}=postgresql://user:password@host/database make test
                   (a user that may create databases, in a cluster that has the extension postgis)"""
# The cluster lives for one run of the tests: nothing in it has to outlive a power cut. PostGIS is loaded once, not by
# every connection.
SPEED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_preload_libraries=postgis-3")


class PostgresError(Exception):
    """No PostgreSQL with PostGIS; the message says what to do."""


class Programs(NamedTuple):
    """Programs of one major version of PostgreSQL that has PostGIS."""

    version: int
    folder: Path


def find_postgres() -> Programs:
    """Give the newest PostgreSQL of the system that has the extension postgis."""
    found = [
        Programs(int(folder.name), folder / "bin")
        for folder in (PROGRAMS.iterdir() if PROGRAMS.is_dir() else ())
        if folder.name.isdigit() and (folder / "bin" / "initdb").exists() and has_postgis(int(folder.name))
    ]
    if not found:
        raise PostgresError(ADVICE)
    return max(found)


def has_postgis(version: int) -> bool:
    """Whether the extension is there for this version."""
    return (SHARED / str(version) / "extension" / "postgis.control").exists()


def package_name() -> str | None:
    """Name of Debian's newest package of PostGIS, as the list of packages has it; it brings the server along."""
    listed = subprocess.run(
        ["apt-cache", "search", "--names-only", "^postgresql-[0-9]+-postgis-3$"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    names = re.findall(r"^(postgresql-(\d+)-postgis-3) ", listed.stdout, re.MULTILINE)
    return max(names, key=lambda name: int(name[1]))[0] if names else None


def install_postgres() -> None:
    """Install Debian's package where that is allowed."""
    package = package_name() if debian.update() else None
    if package is not None:
        debian.install(package)


def provide_postgres() -> Programs:
    """Find PostgreSQL with PostGIS; if there is none, install it and look again."""
    try:
        return find_postgres()
    except PostgresError:
        install_postgres()
        return find_postgres()


@contextmanager
def server() -> Iterator[str]:
    """
    Give the URL of a database whose user may make others: the one that is named, or that of a cluster of one's own.

    The cluster listens on a Unix socket in a folder that only its owner and root may enter.
    """
    named = os.environ.get(NAMED)
    if named:
        yield named
        return
    programs = provide_postgres()
    folder = Path(tempfile.mkdtemp(prefix="yuantu-pg-"))
    try:
        with cluster(programs.folder, folder):
            yield f"postgresql://{account()}@/postgres?host={folder}"
    finally:
        shutil.rmtree(folder)


@contextmanager
def spatial_template(url: str) -> Iterator[str]:
    """Make a database with PostGIS alone, give its name, and drop it at the end: copies of it are made quickly."""
    with database(url) as place:
        with administering(place).connect() as connection:
            connection.exec_driver_sql("CREATE EXTENSION postgis")
        yield str(sa.make_url(place).database)


def administering(url: str) -> sa.Engine:
    """Give an engine for statements that stand outside of transactions."""
    return sa.create_engine(
        sa.make_url(url).set(drivername="postgresql+psycopg"), poolclass=sa.NullPool, isolation_level="AUTOCOMMIT"
    )


@contextmanager
def database(url: str, template: str = "template1") -> Iterator[str]:
    """Make a database on a server, empty or the copy of another, give its URL, and drop it at the end."""
    name = f"yuantu_test_{uuid.uuid4().hex}"
    engine = administering(url)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield sa.make_url(url).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def cluster(programs: Path, folder: Path) -> Iterator[None]:
    """Make a cluster in the folder and run it."""
    if os.geteuid() == 0:
        shutil.chown(folder, OWNER)
    data = folder / "data"
    run([programs / "initdb", "--pgdata", data, "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync"])
    options = f"-c listen_addresses='' -k {folder} " + " ".join(f"-c {option}" for option in SPEED)
    control = [programs / "pg_ctl", "--pgdata", data, "--wait", "--silent"]
    run([*control, "--log", folder / "log", "--options", options, "start"])
    try:
        yield
    finally:
        run([*control, "--mode", "immediate", "stop"])


def account() -> str:
    """Give the user that owns the cluster: PostgreSQL refuses to run as root."""
    return OWNER if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def run(command: list[str | Path]) -> None:
    """Run a program of PostgreSQL as the cluster's owner; its words are the error's when it fails."""
    # The server inherits the streams: a pipe would stay open as long as it runs.
    with tempfile.TemporaryFile() as words:
        done = subprocess.run(
            command, user=account(), cwd="/", stdin=subprocess.DEVNULL, stdout=words, stderr=words, check=False
        )
        words.seek(0)
        said = words.read().decode(errors="replace")
    if done.returncode:
        message = f"{Path(command[0]).name} failed:\n{said}\n{ADVICE}"
        raise PostgresError(message)


def main() -> int:
    """Provide PostgreSQL with PostGIS; the exit code is 1 when there is none."""
    if os.environ.get(NAMED):
        print(f"PostgreSQL for the tests: the one that {NAMED} names")
        return 0
    try:
        programs = provide_postgres()
    except PostgresError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"PostgreSQL for the tests: {programs.folder} (version {programs.version}, with PostGIS)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
