"""Hashed passwords: scrypt of the standard library, its parameters in the text."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import unicodedata
from typing import NamedTuple

from geo.accounts.roles import AccountsError

#: Fewest characters of a password.
SHORTEST = 8


class _Cost(NamedTuple):
    """Cost of scrypt: 128 n r bytes of memory, p times over."""

    n: int
    r: int
    p: int


#: 32 MiB, three times: one of the settings that OWASP's Password Storage Cheat Sheet holds to be enough.
_COST = _Cost(2**15, 8, 3)
#: What a hash may ask of the machine that checks it: a line in the secrets is no way to exhaust it.
_MOST = _Cost(2**20, 16, 16)
_SALT_BYTES = 16
_HASH_BYTES = 32


def hash_password(text: str) -> str:
    """
    Hash a password for the secrets.

    Parameters
    ----------
    text
        The password, `SHORTEST` characters or more.

    Returns
    -------
    line
        `scrypt$n=…,r=…,p=…$salt$hash`, salt and hash in base 64: parameters stand in the text, so that they may rise.

    Raises
    ------
    AccountsError
        If the password is too short.

    Examples
    --------
    >>> hash_password("range of the tide").split("$")[:2]
    ['scrypt', 'n=32768,r=8,p=3']
    """
    if len(text) < SHORTEST:
        msg = f"the password has {len(text)} characters; take {SHORTEST} or more (密码至少{SHORTEST}个字符)"
        raise AccountsError(msg)
    salt = secrets.token_bytes(_SALT_BYTES)
    return f"scrypt$n={_COST.n},r={_COST.r},p={_COST.p}${_base64(salt)}${_base64(_scrypt(text, salt, _COST))}"


def verify_password(text: str, line: str) -> bool:
    """
    Whether a password is the one that was hashed.

    Parameters
    ----------
    text
        What was typed.
    line
        From `hash_password`.

    Returns
    -------
    same
        Compared in constant time.

    Raises
    ------
    AccountsError
        If the line is not such a hash.

    Examples
    --------
    >>> line = hash_password("range of the tide")
    >>> verify_password("range of the tide", line), verify_password("range of the moon", line)
    (True, False)
    """
    cost, salt, expected = _parsed(line)
    return hmac.compare_digest(_scrypt(text, salt, cost), expected)


def check_hash(line: str) -> None:
    """
    Refuse a line that no `hash_password` wrote.

    Parameters
    ----------
    line
        From the accounts.

    Raises
    ------
    AccountsError
        If it is not such a hash, or asks for more memory than any account needs.

    Examples
    --------
    >>> check_hash("secret")
    Traceback (most recent call last):
    geo.accounts.roles.AccountsError: a password in the accounts is not a hash; make one with ...
    """
    _parsed(line)


def hash_nobody_has() -> str:
    """
    Give a hash that no password has: checking an unknown name costs as much time as a known one.

    Returns
    -------
    line
        Of the shape that `hash_password` gives.

    Examples
    --------
    >>> verify_password("range of the tide", hash_nobody_has())
    False
    """
    return f"scrypt$n={_COST.n},r={_COST.r},p={_COST.p}${_base64(bytes(_SALT_BYTES))}${_base64(bytes(_HASH_BYTES))}"


def _scrypt(text: str, salt: bytes, cost: _Cost) -> bytes:
    # Input methods write one character in several ways; NFC makes them one.
    typed = unicodedata.normalize("NFC", text).encode()
    room = 128 * cost.r * (cost.n + cost.p + 2)
    return hashlib.scrypt(typed, salt=salt, n=cost.n, r=cost.r, p=cost.p, maxmem=room, dklen=_HASH_BYTES)


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _parsed(line: str) -> tuple[_Cost, bytes, bytes]:
    try:
        kind, written, salt, expected = line.split("$")
        numbers = dict(item.split("=") for item in written.split(","))
        cost = _Cost(*(int(numbers[name]) for name in _Cost._fields))
        raw = base64.b64decode(salt, validate=True), base64.b64decode(expected, validate=True)
    except (ValueError, KeyError, binascii.Error):
        kind, cost, raw = "", _COST, (b"", b"")
    bounded = all(1 <= own <= most for own, most in zip(cost, _MOST, strict=True)) and cost.n.bit_count() == 1
    if kind != "scrypt" or not bounded or cost.n == 1 or not raw[0] or len(raw[1]) != _HASH_BYTES:
        msg = "a password in the accounts is not a hash; make one with `python -m geo accounts hash NAME`"
        zh = "账户中有密码不是散列值；请用 `python -m geo accounts hash NAME` 生成"
        raise AccountsError(msg, zh)
    return cost, *raw
