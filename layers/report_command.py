"""The command `python -m layers report`: answers of a screening, as JSON, set as the report that can be filed."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.commandline import Commands, add_plan
from geo.errors import GeoError
from geo.plan import read_plan
from layers.report import RulesStamp, map_notice, report_pdf, report_xlsx

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

_STANDARD = "-"


def add_report(commands: Commands) -> None:
    """
    Describe the command.

    Parameters
    ----------
    commands
        What `ArgumentParser.add_subparsers` returned.
    """
    report = commands.add_parser("report", help="set the answers of `python -m geo screen --json` as PDF or XLSX")
    report.add_argument("answers", metavar="JSON", help="the file that --json wrote; - reads standard input")
    form = report.add_mutually_exclusive_group(required=True)
    form.add_argument("--pdf", action="store_true", help="pages, with the map of the best three parks")
    form.add_argument("--xlsx", action="store_true", help="a workbook with everything")
    report.add_argument("-o", "--output", required=True, metavar="FILE", help="where to write; - is standard output")
    add_plan(report)
    report.set_defaults(run=run_report)


def run_report(chosen: argparse.Namespace) -> int:
    """
    Run the command.

    Parameters
    ----------
    chosen
        Its arguments.

    Returns
    -------
    code
        0 when the report was written.

    Raises
    ------
    GeoError
        If the answers cannot be read, are of several days or rules, or the file cannot be written.
    """
    answers = _read(chosen.answers)
    plan = read_plan(chosen.plan)
    made = report_pdf if chosen.pdf else report_xlsx
    notice = map_notice(os.environ.get("YUANTU_REVIEW_NUMBER", ""))
    content = made(plan, answers, date=_day(answers), rules=_stamp(answers), notice=notice)
    if chosen.output == _STANDARD:
        sys.stdout.buffer.write(content)
        return 0
    try:
        Path(chosen.output).write_bytes(content)
    except OSError as error:
        msg = f"{chosen.output}: {error.strerror}; choose another place with -o"
        raise GeoError(msg) from error
    return 0


def _read(name: str) -> list[dict[str, Any]]:
    try:
        text = sys.stdin.buffer.read() if name == _STANDARD else Path(name).read_bytes()
        answers = json.loads(text)
    except OSError as error:
        msg = f"{name}: {error.strerror}; give the file that `python -m geo screen --json` wrote"
        raise GeoError(msg) from error
    except ValueError as error:
        msg = f"{name} is not JSON ({error}); give the file that `python -m geo screen --json` wrote"
        raise GeoError(msg) from error
    if not isinstance(answers, list) or not answers or not all(isinstance(row, dict) for row in answers):
        msg = f"{name} holds no list of answers; give the file that `python -m geo screen --json` wrote"
        raise GeoError(msg)
    return answers


def _one(answers: Sequence[dict[str, Any]], key: str) -> str:
    said = {str(answer.get(key, "")) for answer in answers}
    if len(said) != 1:
        msg = f"the answers have different `{key}` ({', '.join(sorted(said))}); a report is of one: part the file"
        raise GeoError(msg)
    return said.pop()


def _day(answers: Sequence[dict[str, Any]]) -> dt.date:
    said = _one(answers, "on")
    try:
        return dt.date.fromisoformat(said)
    except ValueError as error:
        msg = f"the answers' day `on` is {said!r}; give it as YYYY-MM-DD"
        raise GeoError(msg) from error


def _stamp(answers: Sequence[dict[str, Any]]) -> RulesStamp:
    return RulesStamp(_one(answers, "rules"), _one(answers, "rules_sha256"))
