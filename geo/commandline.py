"""What commands share: where they are described, and the option that names the plan package."""

from __future__ import annotations

import argparse
from typing import Protocol

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
