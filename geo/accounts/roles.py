"""
Who may change what: three roles, and the one function that pages, routes and commands obey.

Reading is open. Each role holds what those before it hold: `reader` < `editor` (drafts, reviews, rebases, withdraws)
< `publisher` (publishes, rolls back). With nothing configured nobody may write; every refusal says how to turn it on.
"""

from __future__ import annotations

from dataclasses import dataclass

from geo.errors import GeoError

#: Roles from the least to the most, with their names in Chinese and English.
ROLES = {
    "reader": ("查阅", "reader"),
    "editor": ("编辑", "editor"),
    "publisher": ("发布", "publisher"),
}
#: What turns writing on, as every refusal says it.
HOW_TO_TURN_ON = (
    "writing is off until accounts are configured: make a line with `python -m geo accounts hash NAME --role editor`, "
    "put it into the file that YUANTU_ACCOUNTS names or into .streamlit/secrets.toml, and sign in "
    "(未配置账户时只能查阅：请管理员配置账户后登录)"
)


class RoleError(GeoError):
    """Somebody without the role, or nobody, asked for a change."""


class AccountsError(GeoError):
    """
    Accounts that cannot be read, or a name and password that do not belong together.

    Parameters
    ----------
    message
        What is wrong and how to mend it, in English.
    zh
        The same in Chinese, for a page; None where only a command says it.

    Examples
    --------
    >>> AccountsError("accounts.toml is no TOML; mend it", "accounts.toml 不是 TOML；请改正").zh
    'accounts.toml 不是 TOML；请改正'
    """

    def __init__(self, message: str, zh: str | None = None) -> None:
        self.zh = zh
        super().__init__(message)


@dataclass(frozen=True)
class Actor:
    """
    Somebody who acts, by name.

    Parameters
    ----------
    name
        As signed in: name of the account or e-mail address.
    roles
        Names out of `ROLES`; the highest one counts.

    Raises
    ------
    AccountsError
        If the name is empty or a role is unknown.

    Examples
    --------
    >>> Actor("林工", frozenset({"editor"})).may("reader")
    True
    """

    name: str
    roles: frozenset[str] = frozenset({"reader"})

    def __post_init__(self) -> None:
        if not self.name.strip():
            msg = "an actor needs a name: the audit says who did what"
            raise AccountsError(msg, "操作者没有姓名：审计须写明由谁操作")
        unknown = sorted(set(self.roles) - set(ROLES))
        if unknown:
            msg = f"{self.name} has the unknown role(s) {', '.join(unknown)}; write some of {', '.join(ROLES)}"
            zh = f"{self.name} 有未知角色 {'、'.join(unknown)}；请改为 {'、'.join(ROLES)} 中的角色"
            raise AccountsError(msg, zh)

    def may(self, role: str) -> bool:
        """
        Whether the roles hold the one that is asked for.

        Parameters
        ----------
        role
            One of `ROLES`.

        Returns
        -------
        may
            True when one of the actor's roles is this one or a higher one.
        """
        ranks = list(ROLES)
        return any(ranks.index(own) >= ranks.index(role) for own in self.roles)


def require(actor: Actor | None, role: str) -> Actor:
    """
    Refuse whoever lacks a role.

    Parameters
    ----------
    actor
        Who asks; None when nobody is signed in.
    role
        One of `ROLES`.

    Returns
    -------
    actor
        The same, who may.

    Raises
    ------
    RoleError
        If nobody is signed in, or the actor's roles do not hold this one; the message says how to mend it.

    Examples
    --------
    >>> require(Actor("林工", frozenset({"publisher"})), "editor").name
    '林工'
    >>> require(Actor("林工", frozenset({"editor"})), "publisher")
    Traceback (most recent call last):
    geo.accounts.roles.RoleError: 林工 has not the role publisher (发布), only editor; ...
    """
    if actor is None:
        msg = f"nobody is signed in, and this needs the role {role} ({ROLES[role][0]}); {HOW_TO_TURN_ON}"
        raise RoleError(msg)
    if not actor.may(role):
        own = ", ".join(sorted(actor.roles, key=list(ROLES).index)) or "none"
        msg = f"{actor.name} has not the role {role} ({ROLES[role][0]}), only {own}; ask whoever keeps the accounts"
        raise RoleError(msg)
    return actor
