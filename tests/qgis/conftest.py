"""One run of QGIS for each question, by the Python that it was built for."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.qgis.qgis_python import QgisError, find_qgis

#: Runs in QGIS's own Python alone.
collect_ignore = ["opening.py"]
_SCRIPT = Path(__file__).with_name("opening.py")
_TIMEOUT_S = 300


class Seen(NamedTuple):
    """What QGIS said: its version, its drivers with the endings that each reads, and an answer for each question."""

    qgis: str
    gdal: str
    drivers: dict[str, list[str]]
    answers: list[dict[str, Any]]
    words: str


@pytest.fixture(scope="session")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Callable[[list[dict[str, Any]]], Seen]:
    """Give a function that opens files in QGIS; without QGIS the tests fail, since a skipped test proves nothing."""
    try:
        python = find_qgis()
    except QgisError as error:
        pytest.fail(str(error))
    # No proxy on the way to an app of this machine, and nothing that would lead QGIS to the project's own libraries.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "GDAL", "PROJ"))}
    settings = {**kept, "QT_QPA_PLATFORM": "offscreen", "no_proxy": "127.0.0.1", "NO_PROXY": "127.0.0.1"}

    def asked(questions: list[dict[str, Any]]) -> Seen:
        target = tmp_path_factory.mktemp("asked") / "answers.json"
        done = subprocess.run(
            [python, _SCRIPT, target], input=json.dumps(questions), capture_output=True, text=True, env=settings,
            timeout=_TIMEOUT_S, check=False,
        )  # fmt: skip
        if done.returncode:
            pytest.fail(f"QGIS ended with exit code {done.returncode}. Its words:\n{done.stderr[-8_000:]}")
        return Seen(**json.loads(target.read_text(encoding="utf-8")), words=done.stderr)

    return asked
