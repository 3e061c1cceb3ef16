"""Who may change what: roles, hashed passwords, accounts of a file, roles from an OIDC login."""

import argparse
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.accounts import (
    ROLES,
    AccountsError,
    Actor,
    RoleError,
    actor_from_accounts,
    actor_from_claims,
    hash_password,
    read_accounts,
    require,
    roles_of,
    verify_password,
)
from geo.accounts.attempts import Attempts
from geo.accounts.command import acting, add_accounts
from geo.errors import GeoError

PASSWORD = "潮汐表 range of the tide"  # noqa: S105  (of nobody)
MAPPING = {"editor": ["@xm.example.cn", "groups=planning"], "publisher": ["Lin@XM.example.cn"]}


@pytest.fixture(scope="module")
def line() -> str:
    return hash_password(PASSWORD)


@pytest.fixture
def accounts_file(tmp_path: Path, line: str) -> Path:
    file = tmp_path / "accounts.toml"
    file.write_text(f'[accounts."林工"]\npassword = "{line}"\nroles = ["publisher"]\n', encoding="utf-8")
    return file


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    add_accounts(parser.add_subparsers())
    chosen = parser.parse_args(words)
    code: int = chosen.run(chosen)
    return code


@pytest.mark.parametrize(
    ("own", "may"),
    [
        ((), ()),
        (("reader",), ("reader",)),
        (("editor",), ("reader", "editor")),
        (("publisher",), ("reader", "editor", "publisher")),
        (("reader", "editor"), ("reader", "editor")),
    ],
)
def test_a_role_holds_those_before_it(own: tuple[str, ...], may: tuple[str, ...]) -> None:
    actor = Actor("林工", frozenset(own))
    assert tuple(role for role in ROLES if actor.may(role)) == may
    for role in ROLES:
        if role in may:
            assert require(actor, role) is actor
        else:
            with pytest.raises(RoleError, match=f"has not the role {role}"):
                require(actor, role)


def test_nobody_may_write_and_is_told_how_to_turn_it_on() -> None:
    with pytest.raises(RoleError, match=r"nobody is signed in, .* the role editor \(编辑\); writing is off"):
        require(None, "editor")


@pytest.mark.parametrize(
    ("name", "roles", "why"),
    [("", ["reader"], "needs a name"), (" \u3000", ["reader"], "needs a name"), ("林工", ["chief"], "chief")],
)
def test_an_actor_without_name_or_with_an_unknown_role_is_refused(name: str, roles: list[str], why: str) -> None:
    with pytest.raises(AccountsError, match=why):
        Actor(name, frozenset(roles))


def test_a_password_is_known_again_and_no_other_is(line: str) -> None:
    assert verify_password(PASSWORD, line)
    assert not verify_password(PASSWORD + " ", line)
    assert not verify_password("", line)
    assert PASSWORD not in line


def test_two_hashes_of_one_password_differ(line: str) -> None:
    assert hash_password(PASSWORD) != line


def test_a_character_that_input_methods_write_in_two_ways_is_one() -> None:
    assert verify_password("Cafe\u0301 am Hafen", hash_password("Caf\u00e9 am Hafen"))


def test_a_short_password_is_refused() -> None:
    with pytest.raises(AccountsError, match="has 7 characters; take 8 or more"):
        hash_password("seven77")
    assert verify_password("eight888", hash_password("eight888"))


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "plain text",
        "md5$n=2,r=8,p=1$AAAA$" + "A" * 43 + "=",
        "scrypt$n=32768,r=8,p=3$$" + "A" * 43 + "=",
        "scrypt$n=32768,r=8,p=3$AAAA$AAAA",
        "scrypt$n=32768,r=8$AAAA$" + "A" * 43 + "=",
        "scrypt$n=32767,r=8,p=3$AAAA$" + "A" * 43 + "=",
        "scrypt$n=1,r=8,p=3$AAAA$" + "A" * 43 + "=",
        "scrypt$n=1073741824,r=8,p=3$AAAA$" + "A" * 43 + "=",
        "scrypt$n=32768,r=8,p=-3$AAAA$" + "A" * 43 + "=",
        "scrypt$n=32768,r=8,p=3$A!AA$" + "A" * 43 + "=",
    ],
)
def test_a_line_that_is_no_hash_is_refused(broken: str) -> None:
    with pytest.raises(AccountsError, match="is not a hash; make one with"):
        verify_password(PASSWORD, broken)


@settings(max_examples=30)
@given(text=st.text(max_size=60))
def test_any_text_is_a_hash_or_an_accounts_error(text: str) -> None:
    with pytest.raises(AccountsError):
        verify_password(PASSWORD, text)


def test_a_name_and_its_password_sign_in(accounts_file: Path) -> None:
    actor = actor_from_accounts(read_accounts(accounts_file), "林工", PASSWORD)
    assert actor == Actor("林工", frozenset({"publisher"}))


def test_a_wrong_name_and_a_wrong_password_are_told_alike(accounts_file: Path) -> None:
    accounts = read_accounts(accounts_file)
    told = set()
    for name, password in (("林工", "wrong password"), ("陈工", PASSWORD), ("陈工", "")):
        with pytest.raises(AccountsError) as caught:
            actor_from_accounts(accounts, name, password)
        told.add(str(caught.value))
    assert told == {"no account has this name and password; type them again (姓名或密码不对)"}


def test_without_any_account_nobody_signs_in() -> None:
    with pytest.raises(RoleError, match="writing is off until accounts are configured"):
        actor_from_accounts({}, "林工", PASSWORD)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[accounts", "is no TOML in UTF-8"),
        ("accounts = 1", "`accounts` is no table"),
        ('[accounts.lin]\nroles = ["editor"]', "needs a `password`"),
        ('[accounts.lin]\npassword = "LINE"\nroles = "editor"', "`roles`, a list of reader, editor, publisher"),
        ('[accounts.lin]\npassword = "LINE"\nroles = ["chief"]', "`roles`, a list of reader, editor, publisher"),
        ('[accounts.lin]\npassword = "geheim"\nroles = ["editor"]', "is not a hash"),
        ('[accounts]\nlin = "geheim"', "needs a `password`"),
    ],
)
def test_accounts_of_another_shape_are_refused(tmp_path: Path, line: str, text: str, why: str) -> None:
    file = tmp_path / "accounts.toml"
    file.write_text(text.replace("LINE", line), encoding="utf-8")
    with pytest.raises(AccountsError, match=why):
        read_accounts(file)


@pytest.mark.parametrize(
    ("claims", "roles"),
    [
        ({}, {"reader"}),
        ({"email": "chen@xm.example.cn"}, {"reader", "editor"}),
        ({"email": "lin@xm.EXAMPLE.cn"}, {"reader", "editor", "publisher"}),
        ({"email": "lin@xm.example.cn", "email_verified": True}, {"reader", "editor", "publisher"}),
        ({"email": "lin@xm.example.cn", "email_verified": False}, {"reader"}),
        ({"email": "lin@xm.example.cn", "email_verified": "false"}, {"reader"}),
        ({"email": "lin@evil-xm.example.cn"}, {"reader"}),
        ({"email": "lin@xm.example.cn.evil.org"}, {"reader"}),
        ({"email": "", "groups": ["planning"]}, {"reader", "editor"}),
        ({"groups": "planning"}, {"reader", "editor"}),
        ({"groups": "planning-guests"}, {"reader"}),
        ({"groups": ["planning-guests"]}, {"reader"}),
    ],
)
def test_claims_give_the_roles_of_the_mapping(claims: dict[str, Any], roles: set[str]) -> None:
    assert roles_of(claims, MAPPING) == roles


@pytest.mark.parametrize("claims", [{}, {"email": ""}, {"email": "lin@xm.example.cn", "email_verified": False}])
@pytest.mark.parametrize("entry", ["", " ", "@", "@xm.example.cn"])
def test_an_entry_left_empty_gives_its_role_to_nobody(claims: dict[str, Any], entry: str) -> None:
    assert roles_of(claims, {"publisher": [entry]}) == {"reader"}


def test_without_a_mapping_who_signs_in_reads_alone() -> None:
    actor = actor_from_claims({"email": "lin@xm.example.cn"}, {})
    assert actor == Actor("lin@xm.example.cn")
    assert not actor.may("editor")


def test_an_address_that_nobody_verified_is_no_name() -> None:
    claims = {"email": "lin@xm.example.cn", "email_verified": False, "sub": "4711"}
    assert actor_from_claims(claims, MAPPING) == Actor("4711")
    assert actor_from_claims({"email": "x@y.cn", "email_verified": False}, MAPPING) is None


def test_a_mapping_with_an_unknown_role_is_refused() -> None:
    with pytest.raises(AccountsError, match=r"unknown role\(s\) chief"):
        roles_of({}, {"chief": ["@example.org"]})


def test_the_command_prints_lines_that_sign_in(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    assert run("accounts", "hash", '林"工', "--role", "editor", "--role", "publisher") == 0
    file = tmp_path / "accounts.toml"
    file.write_text(capsys.readouterr().out, encoding="utf-8")
    actor = actor_from_accounts(read_accounts(file), '林"工', PASSWORD)
    assert actor.roles == {"editor", "publisher"}


def test_a_password_typed_differently_the_second_time_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    typed = iter([PASSWORD, PASSWORD + "。"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda _: next(typed))
    with pytest.raises(AccountsError, match="the two passwords differ"):
        run("accounts", "hash", "林工")


def test_a_name_waits_a_minute_at_most_and_the_oldest_of_a_thousand_is_forgotten() -> None:
    attempts = Attempts(clock=lambda: 0.0)
    waits = [attempts.failed("林工") for _ in range(14)]
    assert waits == [0.0, 0.0, 0.0, 2.0, 4.0, 8.0, 16.0, 32.0, *[60.0] * 6]
    for number in range(1000):
        attempts.failed(f"{number}")
    assert attempts.wait_s("林工") == 0.0
    assert attempts.failed("999") == 0.0, "the second failure of a name that is still known"
    assert [attempts.failed("999") for _ in range(2)] == [0.0, 2.0]


def test_who_acts_in_a_command_is_checked_against_the_accounts(
    accounts_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"YUANTU_ACCOUNTS": str(accounts_file)}
    assert acting("林工", settings | {"YUANTU_PASSWORD": PASSWORD}) == Actor("林工", frozenset({"publisher"}))
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\r\n"))
    assert acting("林工", settings) == Actor("林工", frozenset({"publisher"}))
    with pytest.raises(AccountsError, match="no account has this name and password"):
        acting("林工", settings | {"YUANTU_PASSWORD": "wrong password"})
    with pytest.raises(RoleError, match="writing is off"):
        acting("林工", {})


@pytest.mark.parametrize("error", [RoleError, AccountsError])
def test_every_error_is_a_geo_error(error: type[Exception]) -> None:
    assert issubclass(error, GeoError)
