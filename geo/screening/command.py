"""The command `python -m geo screen`: a file of projects in, answers out as JSON, XLSX or PDF."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.commandline import Commands, add_plan
from geo.errors import GeoError
from geo.plan import read_plan
from geo.screening.answers import screen_projects
from geo.screening.batch import read_projects, template_workbook
from geo.screening.park_facts import park_facts
from geo.screening.rules import DEFAULT_RULES, RulesError, read_rules
from geo.screening.weights import parsed_weights, reweighted
from geo.screening.workbook import screening_workbook

if TYPE_CHECKING:
    import argparse

_STANDARD_OUTPUT = "-"
_SLOW_ROWS = 50
_STEP = 20


def add_screen(commands: Commands) -> None:
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
    form.add_argument("--pdf", action="store_true", help="the report that can be filed, as PDF; needs -o")
    form.add_argument("--template", action="store_true", help="write an empty project file (XLSX); needs -o, no FILE")
    screen.add_argument("-o", "--output", metavar="PATH", help="write here instead of printing; - is standard output")
    add_plan(screen)
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
    if (chosen.xlsx or chosen.template or chosen.pdf) and not chosen.output:
        msg = "a workbook or a PDF is not for printing: say where to write it with -o PATH"
        raise GeoError(msg)
    if chosen.template:
        _write(chosen.output, template_workbook())
        return 0
    if chosen.file is None:
        msg = "give the FILE of projects, or --template -o PATH for an empty one"
        raise GeoError(msg)
    try:
        answers = _answers(chosen)
    except RulesError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    text = f"{json.dumps(answers, ensure_ascii=False, indent=1)}\n".encode()
    if chosen.xlsx:
        _write(chosen.output, screening_workbook(answers))
    elif chosen.pdf:
        _write(chosen.output, _pdf(text, chosen.plan))
    else:
        _write(chosen.output or _STANDARD_OUTPUT, text)
    return 0


def _answers(chosen: argparse.Namespace) -> list[dict[str, Any]]:
    plan = read_plan(chosen.plan)
    rules = reweighted(read_rules(chosen.rules, plan=plan), parsed_weights(chosen.weight))
    rows, notes = read_projects(chosen.file, bounds=plan.descriptor.get("bounds"))
    sys.stderr.writelines(f"{note}\n" for note in notes)
    answers = screen_projects(
        rows,
        park_facts(plan),
        rules,
        on=chosen.on or date.today(),  # noqa: DTZ011  (the office's day)
        progress=_progress,
    )
    if bad := [answer for answer in answers if answer["errors"]]:
        sys.stderr.write(f"{len(bad)} of {len(answers)} project(s) could not be judged; see `errors`\n")
    return answers


def _progress(done: int, total: int) -> None:
    """Tell a person at a terminal how far a long file is."""
    if total >= _SLOW_ROWS and sys.stderr.isatty() and (done % _STEP == 0 or done == total):
        sys.stderr.write(f"\r{done}/{total}" + ("\n" if done == total else ""))


def _pdf(answers: bytes, plan: str) -> bytes:
    """Let the floor above set the report from the JSON that `--json` writes, so that nothing is imported upwards."""
    words = [sys.executable, "-m", "layers", "report", "-", "--pdf", "-o", "-", "--plan", str(Path(plan).resolve())]
    root = Path(__file__).parents[2]
    done = subprocess.run(words, input=answers, capture_output=True, check=False, cwd=root)  # noqa: S603  (own module)
    if done.returncode:
        msg = f"the report was not made: {done.stderr.decode(errors='replace').strip()}"
        raise GeoError(msg)
    return done.stdout


def _write(path: str, content: bytes) -> None:
    if path == _STANDARD_OUTPUT:
        sys.stdout.flush()
        stream = getattr(sys.stdout, "buffer", None)
        if stream is None:
            sys.stdout.write(content.decode())
        else:
            stream.write(content)
            stream.flush()
        return
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        msg = f"{path}: {error.strerror}; choose another place with -o"
        raise GeoError(msg) from error
