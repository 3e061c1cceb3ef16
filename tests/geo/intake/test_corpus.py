"""Every bad and hostile file ends in its expected error, faults or questions, within its limits, with nothing left."""

import re
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from tests.geo.intake.corpus import CASES, Case
from tests.geo.intake.judging import Outcome, judged, limits_of

LIST = Path(__file__).parents[2] / "data" / "README.md"
AT_ONCE = 2


@pytest.fixture(scope="session")
def outcomes(request: pytest.FixtureRequest) -> Iterator[dict[str, Future[Outcome]]]:
    """Read the files of all tests that were chosen, beside each other: each starts a process of its own."""
    cases = [item.callspec.params.get("case") for item in request.session.items if hasattr(item, "callspec")]
    with ProcessPoolExecutor(AT_ONCE, mp_context=get_context("forkserver")) as pool:
        yield {case.name: pool.submit(judged, case.name) for case in cases if isinstance(case, Case)}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_bad_file_ends_as_expected(case: Case, outcomes: dict[str, Future[Outcome]]) -> None:
    found = outcomes[case.name].result()
    assert found.seconds < limits_of(case).seconds + 10
    assert found.left_behind == ()
    assert (found.error, found.said) == (case.error, found.said)
    assert found.faults == tuple(sorted(case.faults))
    assert found.questions == case.questions
    assert bool(found.said) == bool(found.said_zh) == (case.error is not None)


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
