"""One run of QGIS for each list of questions, by the Python that it was built for; all files are opened once."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from geo.plan import Plan, read_plan
from layers.export import export_layer
from layers.formats.listed import FORMATS
from tests.qgis.asked import DATUMS, DRIVERS, Ask, Opened, Seen, cases
from tests.qgis.qgis_python import QgisError, find_qgis

#: Runs in QGIS's own Python alone.
collect_ignore = ["opening.py"]
_SCRIPT = Path(__file__).with_name("opening.py")
_TIMEOUT_S = 300


@pytest.fixture(scope="session")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
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


@pytest.fixture(scope="session")
def plan() -> Plan:
    return read_plan()


@pytest.fixture(scope="session")
def opened(plan: Plan, ask: Ask, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    folder = tmp_path_factory.mktemp("files")
    asked = [*cases(plan)] + [
        ("parks", name, datum) for name in DRIVERS if not FORMATS[name].fixed_crs for datum in DATUMS
    ]
    files = {(name, kind, system): export_layer(plan, name, format=kind, crs=system) for name, kind, system in asked}
    questions = []
    for number, file in enumerate(files.values()):
        path = folder / str(number) / file.name
        path.parent.mkdir()
        path.write_bytes(file.content)
        questions.append({"address": str(path)})
    seen = ask(questions)
    return Opened(seen, files, dict(zip(files, seen.answers, strict=True)))
