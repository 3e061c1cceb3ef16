"""The shipped plan, read once, what is derived from it, and packages to damage."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import settings

from geo.districts import park_districts
from geo.fit import fit_table
from geo.plan import DEFAULT_PATH, TABLES, Plan, read_plan
from geo.selection import Facets, park_facets
from tests.geo.second_city import write_second_city

# The first call of a transformation loads PROJ's tables: time says nothing here.
settings.register_profile("yuantu", deadline=None)
settings.load_profile("yuantu")


@pytest.fixture(scope="session")
def plan() -> Plan:
    """Xiamen's package; nobody changes its tables."""
    return read_plan()


@pytest.fixture(scope="session")
def reordered(plan: Plan) -> Plan:
    """Xiamen's plan with the rows of every table in another order; sectors and parks have an order of their own."""
    mixed: dict[str, Any] = {name: plan.table(name).sample(frac=1, random_state=4548) for name in TABLES}
    return replace(plan, **mixed)


@pytest.fixture(scope="session")
def fit(plan: Plan) -> pd.DataFrame:
    """Sector and park pairs of Xiamen with their verdicts."""
    return fit_table(plan)


@pytest.fixture(scope="session")
def places(plan: Plan) -> pd.DataFrame:
    """Districts of Xiamen's parks."""
    return park_districts(plan)


@pytest.fixture(scope="session")
def facets(plan: Plan) -> Facets:
    """What filters look at, for Xiamen."""
    return park_facets(plan)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Give a copy of Xiamen's package, to damage."""
    return shutil.copytree(DEFAULT_PATH, tmp_path / "package")


@pytest.fixture
def yunpu(tmp_path: Path) -> Path:
    """Package of the city that does not exist, to read or to damage."""
    return write_second_city(tmp_path / "yunpu")


@pytest.fixture(scope="session")
def yunpu_plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """Plan of the city that does not exist, read once."""
    return read_plan(write_second_city(tmp_path_factory.mktemp("yunpu")))
