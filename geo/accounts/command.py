"""The command `python -m geo accounts hash`, and who acts in commands that change something."""

from __future__ import annotations

import getpass
import json
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from geo.accounts.named import actor_from_accounts, read_accounts
from geo.accounts.passwords import hash_password
from geo.accounts.roles import HOW_TO_TURN_ON, ROLES, AccountsError, Actor, RoleError
from geo.commandline import Commands

if TYPE_CHECKING:
    import argparse


def add_accounts(commands: Commands) -> None:
    """
    Describe the command.

    Parameters
    ----------
    commands
        What `ArgumentParser.add_subparsers` returned.
    """
    accounts = commands.add_parser("accounts", help="who may change the extents")
    line = accounts.add_subparsers(required=True, metavar="ACTION").add_parser(
        "hash", help="ask for a password and print the account's lines for the secrets"
    )
    line.add_argument("name", metavar="NAME", help="as the person signs in")
    line.add_argument("--role", action="append", choices=list(ROLES), help="may be repeated (default: editor)")
    line.set_defaults(run=run_hash)


def run_hash(chosen: argparse.Namespace) -> int:
    """
    Run the command.

    Parameters
    ----------
    chosen
        Its arguments.

    Returns
    -------
    code
        0 when the lines were printed.

    Raises
    ------
    AccountsError
        If the password is too short, or was typed differently the second time.
    """
    name, roles = Actor(chosen.name).name, chosen.role or ["editor"]
    password = asked_password("password: ")
    if sys.stdin.isatty() and asked_password("again: ") != password:
        msg = "the two passwords differ; run the command again"
        raise AccountsError(msg)
    quoted = json.dumps(name, ensure_ascii=False)
    sys.stdout.write(f'[accounts.{quoted}]\npassword = "{hash_password(password)}"\nroles = {json.dumps(roles)}\n')
    return 0


def asked_password(prompt: str) -> str:
    """
    Ask for a password: without echo at a terminal, else the next line of the input.

    Parameters
    ----------
    prompt
        What the terminal shows.

    Returns
    -------
    password
        As typed.
    """
    return getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")


def acting(name: str | None, environment: Mapping[str, str] = os.environ) -> Actor | None:
    """
    Sign in for a command.

    Parameters
    ----------
    name
        Of the account; None when no name was given.
    environment
        `YUANTU_ACCOUNTS`, path of the accounts (TOML); `YUANTU_PASSWORD`, else the password is asked for.

    Returns
    -------
    actor
        None when no name was given: who needs a role then says how to get one.

    Raises
    ------
    RoleError
        If no accounts are configured.
    AccountsError
        If the accounts cannot be read, or name and password do not belong together.

    Examples
    --------
    >>> acting(None, {}) is None
    True
    """
    if name is None:
        return None
    path = environment.get("YUANTU_ACCOUNTS")
    if not path:
        raise RoleError(HOW_TO_TURN_ON)
    accounts = read_accounts(path)
    password = environment.get("YUANTU_PASSWORD") or asked_password(f"password of {name}: ")
    return actor_from_accounts(accounts, name, password)
