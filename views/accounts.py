"""Who acts in this session: by the office's OIDC login, by a named account, or nobody, with how to turn it on."""

from __future__ import annotations

import os
from html import escape
from typing import Any

import streamlit as st

from geo.accounts import ROLES, Actor, actor_from_accounts, actor_from_claims, read_accounts
from geo.accounts.attempts import Attempts
from geo.errors import GeoError
from views import state
from views.refusals import refusal
from views.settings import secret
from views.words import either, listed, word

_ATTEMPTS = Attempts()


def signed_in() -> Actor | None:
    """Give who acts, with the roles of now; None when nobody is signed in."""
    if secret("auth"):
        return actor_from_claims(st.user.to_dict(), secret("yuantu.roles")) if st.user.is_logged_in else None
    known = state.actor()
    account = None if known is None else _accounts().get(known.name)
    if known is None or account is None:
        return None
    return Actor(known.name, frozenset(account.get("roles", ())))


def _accounts() -> dict[str, Any]:
    """Named accounts of the file that the setting names, and of the secrets."""
    path = os.environ.get("YUANTU_ACCOUNTS")
    from_file = read_accounts(path) if path else {}
    return {**secret("accounts"), **secret("yuantu.accounts"), **from_file}


def show_account() -> Actor | None:
    """Draw in the sidebar who is signed in, or the way to sign in; give who it is."""
    with st.sidebar, st.container(key="account"):
        st.html(f"<h2 class='yt-h2'>{word('account_title')}</h2>")
        try:
            actor = signed_in()
            is_oidc, has_accounts = bool(secret("auth")), bool(_accounts())
        except GeoError as error:
            st.error(refusal(error), icon=":material/error:")
            return None
        if actor is not None:
            _who(actor, is_oidc=is_oidc)
        elif is_oidc:
            st.caption(word("account_reading"))
            st.button(word("account_login"), on_click=st.login, icon=":material/login:")
        elif has_accounts:
            st.caption(word("account_reading"))
            _form()
        else:
            show_hint()
    return actor


def show_hint() -> None:
    """Say that writing is off and how an administrator turns it on."""
    st.caption(word("account_off"))
    with st.expander(word("account_how")):
        st.markdown(word("account_how_text"))


def _who(actor: Actor, *, is_oidc: bool) -> None:
    own = listed([either(*words) for role, words in ROLES.items() if actor.may(role)])
    st.html(f"<p class='yt-note'><b>{escape(actor.name)}</b> · {escape(own)}</p>")
    st.button(word("account_out"), on_click=st.logout if is_oidc else _sign_out, icon=":material/logout:")


def _sign_out() -> None:
    state.set_actor(None)


def _form() -> None:
    """Ask for name and password; both are forgotten when the form has been sent."""
    with st.form("account_form", clear_on_submit=True):
        name = st.text_input(word("account_name"), max_chars=100, autocomplete="username").strip()
        password = st.text_input(
            word("account_password"), type="password", max_chars=200, autocomplete="current-password"
        )
        is_sent = st.form_submit_button(word("account_in"), type="primary", icon=":material/login:")
    if not is_sent:
        return
    if wait := _ATTEMPTS.wait_s(name):
        st.error(word("account_wait", seconds=f"{wait:.0f}"), icon=":material/hourglass:")
        return
    try:
        state.set_actor(actor_from_accounts(_accounts(), name, password))
    except GeoError:
        _ATTEMPTS.failed(name)
        st.error(word("account_wrong"), icon=":material/error:")
        return
    _ATTEMPTS.succeeded(name)
    st.rerun()
