"""Named accounts of a small office: a table of names, hashed passwords and roles."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from geo.accounts.passwords import check_hash, hash_nobody_has, verify_password
from geo.accounts.roles import HOW_TO_TURN_ON, ROLES, AccountsError, Actor, RoleError


def read_accounts(path: str | Path) -> dict[str, dict[str, Any]]:
    """
    Named accounts of a TOML file, one table `[accounts."NAME"]` each with `password` and `roles`.

    Parameters
    ----------
    path
        The file; Streamlit's secrets have the same shape.

    Returns
    -------
    accounts
        Name to `password` (a hash) and `roles` (list).

    Raises
    ------
    AccountsError
        If the file cannot be read, is no TOML, or has an account of another shape.

    Examples
    --------
    >>> read_accounts("no/accounts.toml")
    Traceback (most recent call last):
    geo.accounts.roles.AccountsError: no/accounts.toml: No such file or directory; name another with YUANTU_ACCOUNTS
    """
    try:
        content = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        msg = f"{path}: {error.strerror}; name another with YUANTU_ACCOUNTS"
        zh = f"账户文件 {path} 无法读取（{error.strerror}）；请在 YUANTU_ACCOUNTS 中另行指定"
        raise AccountsError(msg, zh) from error
    except ValueError as error:
        msg = f"{path} is no TOML in UTF-8: {error}; mend that line"
        raise AccountsError(msg, f"账户文件 {path} 不是 UTF-8 编码的 TOML（{error}）；请改正该行") from error
    accounts = content.get("accounts", {})
    if not isinstance(accounts, dict):
        msg = f'{path}: `accounts` is no table; write [accounts."NAME"] with password and roles'
        zh = f'账户文件 {path} 的 `accounts` 不是表；请写成 [accounts."姓名"]，并写明 password 和 roles'
        raise AccountsError(msg, zh)
    for name, account in accounts.items():
        _account(name, account)
    return accounts


def actor_from_accounts(accounts: Mapping[str, Any], name: str, password: str) -> Actor:
    """
    Sign in by name and password.

    Parameters
    ----------
    accounts
        Name to `password` (a hash) and `roles`, from `read_accounts` or Streamlit's secrets.
    name, password
        What was typed.

    Returns
    -------
    actor
        With the account's roles.

    Raises
    ------
    AccountsError
        If no account has this name and password; which of the two is wrong is not said, and takes as long.
    RoleError
        If there is no account at all.

    Examples
    --------
    >>> from geo.accounts.passwords import hash_password
    >>> accounts = {"林工": {"password": hash_password("range of the tide"), "roles": ["editor"]}}
    >>> actor_from_accounts(accounts, "林工", "range of the tide")
    Actor(name='林工', roles=frozenset({'editor'}))
    """
    if not accounts:
        raise RoleError(HOW_TO_TURN_ON)
    line, roles = _account(name, accounts[name]) if name in accounts else (hash_nobody_has(), ())
    if not verify_password(password, line) or name not in accounts:
        msg = "no account has this name and password; type them again (姓名或密码不对)"
        raise AccountsError(msg)
    return Actor(name, frozenset(roles))


def _account(name: str, account: object) -> tuple[str, list[str]]:
    content = account if isinstance(account, Mapping) else {}
    line, roles = content.get("password"), content.get("roles", [])
    known = isinstance(roles, Iterable) and not isinstance(roles, str) and all(role in ROLES for role in roles)
    if not isinstance(line, str) or not known:
        msg = f"the account {name!r} needs a `password` (a hash) and `roles`, a list of {', '.join(ROLES)}"
        zh = f"账户 {name!r} 须有 `password`（散列值）和 `roles`（{'、'.join(ROLES)} 的列表）；请补上"
        raise AccountsError(msg, zh)
    check_hash(line)
    return line, list(roles)
