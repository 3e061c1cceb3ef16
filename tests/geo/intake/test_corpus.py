"""Every bad and hostile file ends in its expected error, faults or questions, within its limits, with nothing left."""

import re
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pytest

from geo.intake import Intake, IntakeError, Limits, read_intake
from geo.plan import Plan
from tests.geo.intake.corpus import CASES, Case

LIST = Path(__file__).parents[2] / "data" / "README.md"
LIMITS = replace(Limits(), seconds=20, memory_mb=1500)


def outcome(case: Case, content: bytes, plan: Plan) -> Intake | IntakeError:
    try:
        return read_intake(content, name=case.name, plan=plan, limits=replace(LIMITS, **case.limits))
    except IntakeError as error:
        return error


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_bad_file_ends_as_expected(case: Case, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = case.make()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    start = time.monotonic()
    found = outcome(case, content, plan)
    assert time.monotonic() - start < replace(LIMITS, **case.limits).seconds + 10
    assert list(tmp_path.iterdir()) == []
    if case.error is not None:
        assert isinstance(found, IntakeError)
        assert (found.kind, str(found)) == (case.error, str(found))
        assert found.zh
        return
    assert isinstance(found, Intake), f"{found.kind}: {found}"
    assert sorted(fault.kind for fault in found.faults) == sorted(case.faults)
    assert [question.kind for question in found.questions] == list(case.questions)


def test_the_list_of_bad_files_names_every_one() -> None:
    listed = re.findall(r"^\| `([^`]+)` \| (.+?) \| (.+?) \|$", LIST.read_text(encoding="utf-8"), re.MULTILINE)
    assert listed == [(case.name, case.what, ending(case)) for case in CASES]
    assert len({case.name for case in CASES}) == len(CASES) >= 60


def ending(case: Case) -> str:
    """Say how a case ends, as the list says it."""
    if case.error is not None:
        return f"refused: `{case.error}`"
    parts = [f"fault `{kind}`" for kind in dict.fromkeys(case.faults)]
    parts += [f"question `{kind}`" for kind in case.questions]
    return ", ".join(parts) or "read as it is"
