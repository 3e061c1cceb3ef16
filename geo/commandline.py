"""
What commands share: where they are described, the option that names the plan package, and how one is answered.

Exit codes: 0 when the question was answered, 1 when a package has faults, 2 when the question could not be understood.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Protocol

from geo.errors import GeoError, PlanError
from geo.plan import DEFAULT_PATH


class Commands(Protocol):
    """What `ArgumentParser.add_subparsers` returns, for which argparse has no public name."""

    def add_parser(self, name: str, *, help: str) -> argparse.ArgumentParser:  # noqa: A002  (argparse's word)
        """
        Describe one more command.

        Parameters
        ----------
        name
            As it is typed.
        help
            What it does, in a line.

        Returns
        -------
        parser
            Of its arguments.
        """
        ...


def add_plan(parser: argparse.ArgumentParser) -> None:
    """
    Add the option `--plan`: the folder of the plan package, by default the one shipped.

    Parameters
    ----------
    parser
        Of a command.

    Examples
    --------
    >>> parser = argparse.ArgumentParser()
    >>> add_plan(parser)
    >>> parser.parse_args(["--plan", "plans/another"]).plan
    'plans/another'
    >>> parser.parse_args([]).plan == str(DEFAULT_PATH)
    True
    """
    parser.add_argument("--plan", default=str(DEFAULT_PATH), metavar="PATH", help="folder of the plan package")


def run_command(parser: argparse.ArgumentParser, arguments: Sequence[str] | None = None) -> int:
    """
    Answer one command: in UTF-8 whatever the system speaks, an error as its message on the standard error.

    Parameters
    ----------
    parser
        Of all commands; each has set `run`, which gets the parsed words and gives an exit code.
    arguments
        Words of the command; those of the process when None.

    Returns
    -------
    code
        Exit code, see the module.

    Raises
    ------
    SystemExit
        With 2, by argparse, if the words are none of the parser's.

    Examples
    --------
    >>> parser = argparse.ArgumentParser()
    >>> add_plan(parser)
    >>> parser.set_defaults(run=lambda chosen: print(chosen.plan) or 0)
    >>> run_command(parser, ["--plan", "plans/another"])
    plans/another
    0
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    chosen = parser.parse_args(arguments)
    try:
        code: int = chosen.run(chosen)
    except PlanError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except GeoError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return code
