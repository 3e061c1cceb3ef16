"""Reads the files of the corpus, two at a time, each in a folder of its own; a module that such a process imports."""

import os
import tempfile
import time
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

from geo.intake import IntakeError, Limits, read_intake
from geo.plan import Plan, read_plan
from tests.geo.intake.corpus import CASES, Case

LIMITS = replace(Limits(), seconds=20, memory_mb=1500)


class Outcome(NamedTuple):
    """How the reading of one file ended: refused with a kind and words, or read with faults and questions."""

    error: str | None
    said: str
    said_zh: str
    faults: tuple[str, ...]
    questions: tuple[str, ...]
    seconds: float
    left_behind: tuple[str, ...]


@cache
def shipped() -> Plan:
    return read_plan()


def limits_of(case: Case) -> Limits:
    return replace(LIMITS, **case.limits)


def judged(name: str) -> Outcome:
    """Read the file of one case where nothing else is, and look what stays there."""
    case = next(case for case in CASES if case.name == name)
    content, plan = case.make(), shipped()
    with tempfile.TemporaryDirectory() as folder:
        tempfile.tempdir = folder
        os.chdir(folder)
        start = time.monotonic()
        try:
            intake = read_intake(content, name=case.name, plan=plan, limits=limits_of(case))
        except IntakeError as error:
            found = (error.kind, str(error), error.zh, (), ())
        else:
            faults = tuple(sorted(fault.kind for fault in intake.faults))
            found = (None, "", "", faults, tuple(question.kind for question in intake.questions))
        finally:
            spent = time.monotonic() - start
            tempfile.tempdir = None
            os.chdir(Path(folder).anchor)
        return Outcome(*found, spent, tuple(path.name for path in Path(folder).iterdir()))
