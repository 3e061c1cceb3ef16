"""
Who is acting, and what that person may change.

`roles` has the three roles and the rule, `named` the accounts of a small office, `passwords` their hashes, `oidc` the
roles of somebody whom an OIDC provider vouches for. Off by default: with nothing configured nobody may write.
"""

from geo.accounts.named import actor_from_accounts, read_accounts
from geo.accounts.oidc import actor_from_claims, roles_of
from geo.accounts.passwords import hash_password, verify_password
from geo.accounts.roles import HOW_TO_TURN_ON, ROLES, AccountsError, Actor, RoleError, require

__all__ = [
    "HOW_TO_TURN_ON",
    "ROLES",
    "AccountsError",
    "Actor",
    "RoleError",
    "actor_from_accounts",
    "actor_from_claims",
    "hash_password",
    "read_accounts",
    "require",
    "roles_of",
    "verify_password",
]
