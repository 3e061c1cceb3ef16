"""Places to keep releases in: a folder and a database of a PostgreSQL server, each test once in both."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from geo.accounts import Actor
from geo.plan import Plan
from geo.releases import Store, open_store
from tests.postgres import database, server, spatial_template

Places = Callable[[], AbstractContextManager[str]]


@contextmanager
def folder() -> Iterator[str]:
    with TemporaryDirectory(prefix="yuantu-releases-") as path:
        yield path


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Give the URL of a server that runs as long as the tests; without one they fail, and say how to have one."""
    with server() as url:
        yield url


@pytest.fixture(scope="session")
def template(postgres: str) -> Iterator[str]:
    """Give the name of a database with PostGIS, to copy: making the extension anew takes most of a test's time."""
    with spatial_template(postgres) as name:
        yield name


@pytest.fixture(scope="session", params=["file", "postgres"])
def places(request: pytest.FixtureRequest) -> Places:
    """Give a maker of empty places, each gone at the end of its block."""
    if request.param == "file":
        return folder
    return partial(database, request.getfixturevalue("postgres"), request.getfixturevalue("template"))


@pytest.fixture
def address(places: Places) -> Iterator[str]:
    """Give one empty place."""
    with places() as place:
        yield place


@pytest.fixture
def store(address: str, yunpu_plan: Plan) -> Store:
    """Open a new store of the city that does not exist: four extents."""
    return open_store(address, yunpu_plan)


@pytest.fixture
def file_store(tmp_path: Path, yunpu_plan: Plan) -> Store:
    """Open a new store in a file, for what only a file has."""
    return open_store(tmp_path, yunpu_plan)


@pytest.fixture(scope="session")
def reader() -> Actor:
    return Actor("读者")


@pytest.fixture(scope="session")
def editor() -> Actor:
    return Actor("陈工", frozenset({"editor"}))


@pytest.fixture(scope="session")
def publisher() -> Actor:
    return Actor("林工", frozenset({"publisher"}))
