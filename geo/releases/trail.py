"""
The audit: who did what and when, one row after another, each sealed with the hash of the one before.

Rows are added only. Whoever changes one breaks the chain from there on; who rewrites the whole chain is found out by
a copy that somebody exported before.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from geo.releases.schema import audit

#: What may stand in the column `action`, with the words for it in Chinese and English.
ACTIONS = {
    "opened": ("建库", "store made"),
    "drafted": ("起草", "drafted"),
    "reviewed": ("审核", "reviewed"),
    "published": ("发布", "published"),
    "conflict": ("发布冲突", "publishing refused: another release came first"),
    "rebased": ("并入新版后另立草稿", "rebased as a new draft"),
    "withdrawn": ("撤回", "withdrawn"),
    "rolled-back": ("恢复旧版", "rolled back"),
}
#: State of a draft after an action; other actions leave it as it was.
STATE_AFTER = {"drafted": "draft", "reviewed": "reviewed", "published": "published", "withdrawn": "withdrawn"} | {
    "rebased": "withdrawn"
}
#: Columns of an export, in order.
AUDIT_FIELDS = tuple(column.name for column in audit.columns)
_SEALED = tuple(name for name in AUDIT_FIELDS if name != "hash")
_START = "0" * 64


def now() -> str:
    """
    Give the present moment.

    Returns
    -------
    moment
        UTC, ISO 8601 with microseconds.

    Examples
    --------
    >>> len(now()), now()[-1]
    (27, 'Z')
    """
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def append(
    connection: sa.Connection,
    action: str,
    *,
    actor: str,
    at: str,
    note: str,
    digest: str,
    draft: int | None = None,
    release: int | None = None,
) -> None:
    """
    Add a row to the audit.

    Parameters
    ----------
    connection
        That writes: nobody else adds a row meanwhile.
    action
        One of `ACTIONS`.
    actor, at, note
        Who, when (UTC) and why.
    digest
        Of the extents that it is about.
    draft, release
        Numbers that it is about.
    """
    last = connection.execute(sa.select(audit.c.id, audit.c.hash).order_by(audit.c.id.desc()).limit(1)).first()
    row = {
        "id": 1 if last is None else last.id + 1,
        "at": at,
        "actor": actor,
        "action": action,
        "draft": draft,
        "release": release,
        "digest": digest,
        "note": note,
        "previous": _START if last is None else last.hash,
    }
    connection.execute(sa.insert(audit).values(**row, hash=seal(row)))


def seal(row: Mapping[str, Any]) -> str:
    """
    Hash of one row of the audit, the hash of the row before included.

    Parameters
    ----------
    row
        With `AUDIT_FIELDS`; its own `hash` takes no part.

    Returns
    -------
    hash
        SHA-256 over the row as JSON, hexadecimal.

    Examples
    --------
    >>> row = dict.fromkeys(AUDIT_FIELDS) | {"id": 1, "action": "opened"}
    >>> seal(row) == seal(row | {"hash": "…"}), seal(row) == seal(row | {"id": 2})
    (True, False)
    """
    sealed = {name: row[name] for name in _SEALED}
    return hashlib.sha256(json.dumps(sealed, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def chain_faults(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """
    Places where the chain is broken.

    Parameters
    ----------
    rows
        Of the audit, by id.

    Returns
    -------
    faults
        One sentence each; empty when every row is sealed and follows the one before.

    Examples
    --------
    >>> first = dict.fromkeys(AUDIT_FIELDS) | {"id": 1, "previous": "0" * 64}
    >>> first["hash"] = seal(first)
    >>> chain_faults([first]), chain_faults([first | {"note": "changed"}])
    ([], ['audit row 1 is not as it was written: its hash is another'])
    """
    faults, previous = [], _START
    for number, row in enumerate(rows, start=1):
        if row["id"] != number:
            faults.append(f"audit row {number} is missing: the next one is {row['id']}")
        if row["previous"] != previous:
            faults.append(f"audit row {row['id']} does not follow the row before it")
        if seal(row) != row["hash"]:
            faults.append(f"audit row {row['id']} is not as it was written: its hash is another")
        previous = row["hash"]
    return faults


def states(connection: sa.Connection) -> dict[int, str]:
    """
    Give the state of every draft, as the audit has it.

    Parameters
    ----------
    connection
        That reads.

    Returns
    -------
    states
        Id of the draft to one of `geo.releases.records.STATES`.
    """
    steps = connection.execute(
        sa.select(audit.c.draft, audit.c.action).where(audit.c.action.in_(STATE_AFTER)).order_by(audit.c.id)
    )
    return {step.draft: STATE_AFTER[step.action] for step in steps}
