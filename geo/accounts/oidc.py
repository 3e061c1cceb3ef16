"""Roles of somebody who signed in with an OIDC provider: the claims, judged by the deployment's mapping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from geo.accounts.roles import ROLES, AccountsError, Actor


def roles_of(claims: Mapping[str, Any], mapping: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """
    Roles of somebody whom an OIDC provider vouches for.

    Parameters
    ----------
    claims
        Of the token, such as Streamlit's `st.user` holds; an e-mail address with `email_verified` false counts not.
    mapping
        Role to a list of e-mail addresses (`lin@example.org`), whole domains (`@example.org`), or claims
        (`groups=planning`: the claim is that text, or a list with it); case counts in claims alone.

    Returns
    -------
    roles
        `reader`, and those whose list names the person.

    Raises
    ------
    AccountsError
        If the mapping has an unknown role.

    Examples
    --------
    >>> mapping = {"editor": ["@example.org"], "publisher": ["lin@example.org", "groups=release"]}
    >>> sorted(roles_of({"email": "chen@example.org"}, mapping))
    ['editor', 'reader']
    >>> sorted(roles_of({"email": "a@other.org", "groups": ["release"]}, mapping))
    ['publisher', 'reader']
    """
    unknown = sorted(set(mapping) - set(ROLES))
    if unknown:
        msg = f"the role mapping has the unknown role(s) {', '.join(unknown)}; write some of {', '.join(ROLES)}"
        raise AccountsError(msg, f"角色对应表中有未知角色 {'、'.join(unknown)}；请改为 {'、'.join(ROLES)} 中的角色")
    named = (role for role, entries in mapping.items() if any(_names(entry, claims) for entry in entries))
    return frozenset({"reader", *named})


def _names(entry: str, claims: Mapping[str, Any]) -> bool:
    claim, equals, value = entry.partition("=")
    if equals:
        own = claims.get(claim)
        return value in own if isinstance(own, (list, tuple)) else own == value
    email, wanted = _email(claims).casefold(), entry.strip().casefold()
    if not email or not wanted:
        return False
    return email.endswith(wanted) if wanted.startswith("@") else email == wanted


def _email(claims: Mapping[str, Any]) -> str:
    """Give the address, unless the provider says that nobody has verified it."""
    return "" if str(claims.get("email_verified", True)).lower() == "false" else str(claims.get("email") or "").strip()


def actor_from_claims(claims: Mapping[str, Any], mapping: Mapping[str, Iterable[str]]) -> Actor | None:
    """
    Sign in by an OIDC login.

    Parameters
    ----------
    claims
        See `roles_of`.
    mapping
        See `roles_of`.

    Returns
    -------
    actor
        Named by verified e-mail address, else by `sub`; None when the claims name nobody.

    Examples
    --------
    >>> actor_from_claims({"email": "lin@example.org"}, {"publisher": ["lin@example.org"]}).may("editor")
    True
    """
    name = _email(claims) or str(claims.get("sub") or "").strip()
    return Actor(name, roles_of(claims, mapping)) if name else None
