"""The command `python -m geo screen`: a file of projects in, answers out as JSON or XLSX."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import GeoError
from geo.plan import DEFAULT_PATH, read_plan
from geo.screening.answers import screen_projects
from geo.screening.batch import read_projects, template_workbook
from geo.screening.park_facts import park_facts
from geo.screening.rules import DEFAULT_RULES, Rules, RulesError, read_rules
from geo.screening.workbook import screening_workbook

if TYPE_CHECKING:
    import argparse


def add_screen(commands: Any) -> None:  # noqa: ANN401  (argparse names no type for it)
    """
    Describe the command.

    Parameters
    ----------
    commands
        What `ArgumentParser.add_subparsers` returned.
    """
    screen = commands.add_parser("screen", help="judge projects: gates first, then ranked parks")
    screen.add_argument("file", nargs="?", metavar="FILE", help="projects, .csv or .xlsx")
    screen.add_argument("--rules", default=str(DEFAULT_RULES), metavar="FILE", help="the office's rules (TOML)")
    screen.add_argument(
        "--weight", action="append", default=[], metavar="NAME=NUMBER", help="weight of a criterion; may be repeated"
    )
    screen.add_argument("--on", type=_day, default=None, metavar="DATE", help="day of the check (default: today)")
    form = screen.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="a JSON list, one object a project (the default)")
    form.add_argument("--xlsx", action="store_true", help="a workbook; needs -o")
    form.add_argument("--template", action="store_true", help="write an empty project file (XLSX); needs -o, no FILE")
    screen.add_argument("-o", "--output", metavar="PATH", help="write here instead of printing")
    screen.add_argument("--plan", default=str(DEFAULT_PATH), metavar="PATH", help="folder of the plan package")
    screen.set_defaults(run=run_screen)


def _day(text: str) -> date:
    return date.fromisoformat(text)


def run_screen(chosen: argparse.Namespace) -> int:
    """
    Run the command.

    Parameters
    ----------
    chosen
        Its arguments.

    Returns
    -------
    code
        0 when the file was answered, rows with errors included (they stand in the answer and are counted on the error
        stream); 1 when the rules have faults.

    Raises
    ------
    GeoError
        If arguments do not go together, or a file cannot be read or written.
    """
    if (chosen.xlsx or chosen.template) and not chosen.output:
        msg = "a workbook is not for printing: say where to write it with -o PATH"
        raise GeoError(msg)
    if chosen.template:
        _write(chosen.output, template_workbook())
        return 0
    if chosen.file is None:
        msg = "give the FILE of projects, or --template -o PATH for an empty one"
        raise GeoError(msg)
    plan = read_plan(chosen.plan)
    try:
        rules = reweighted(read_rules(chosen.rules, plan=plan), chosen.weight)
    except RulesError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    rows, notes = read_projects(chosen.file, bounds=plan.descriptor.get("bounds"))
    sys.stderr.writelines(f"{note}\n" for note in notes)
    answers = screen_projects(rows, park_facts(plan), rules, on=chosen.on or date.today())  # noqa: DTZ011  (the office's day)
    bad = [answer for answer in answers if answer["errors"]]
    if bad:
        sys.stderr.write(f"{len(bad)} of {len(answers)} project(s) could not be judged; see `errors`\n")
    text = json.dumps(answers, ensure_ascii=False, indent=1)
    if chosen.xlsx:
        _write(chosen.output, screening_workbook(answers))
    elif chosen.output:
        _write(chosen.output, f"{text}\n".encode())
    else:
        sys.stdout.write(f"{text}\n")
    return 0


def _write(path: str, content: bytes) -> None:
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        msg = f"{path}: {error.strerror}; choose another place with -o"
        raise GeoError(msg) from error


def reweighted(rules: Rules, words: list[str]) -> Rules:
    """
    Rules with weights of one's own.

    Parameters
    ----------
    rules
        As read.
    words
        `plan=60` and the like, by the name of a criterion.

    Returns
    -------
    rules
        With those weights; the label says so.

    Raises
    ------
    GeoError
        If a word is not a criterion and a number of 0 or more.

    Examples
    --------
    >>> from geo.screening.rules import read_rules
    >>> reweighted(read_rules(), ["plan=60"]).content["ranking"]["weights"]["plan"]
    60.0
    """
    if not words:
        return rules
    ranking = dict(rules.content["ranking"])
    weights, own = dict(ranking["weights"]), [dict(row) for row in ranking.get("criteria", ())]
    named = {row["id"]: row for row in own}
    for word in words:
        name, _, number = word.partition("=")
        if name not in {*weights, *named} or not _is_weight(number):
            msg = (
                f"--weight {word!r}: write NAME=NUMBER with a NAME of {', '.join([*weights, *named])}, NUMBER 0 or more"
            )
            raise GeoError(msg)
        if name in named:
            named[name]["weight"] = float(number)
        else:
            weights[name] = float(number)
    head = dict(rules.content["rules"])
    head["title_zh"] = f"{head['title_zh']}，权重另定：{'，'.join(words)}"
    return Rules(
        rules.file, {**rules.content, "rules": head, "ranking": {**ranking, "weights": weights, "criteria": own}}
    )


def _is_weight(text: str) -> bool:
    try:
        return 0 <= float(text) < float("inf")
    except ValueError:
        return False
