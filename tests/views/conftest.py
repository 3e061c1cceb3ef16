"""The shipped plan, and a data folder of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.plan import Plan, read_plan
from views.cache import forget_release


@pytest.fixture(scope="session")
def plan() -> Plan:
    """Xiamen's package; nobody changes its tables."""
    return read_plan()


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder where the app keeps releases; it is made when something is kept."""
    monkeypatch.setenv("YUANTU_DATA", str(tmp_path / "data"))
    forget_release()
    return tmp_path / "data"
