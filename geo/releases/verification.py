"""Everything in a store computed again: contents against digests, numbers without gaps, the audit against both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from shapely.errors import ShapelyError

from geo.releases.content import Row, rows_digest
from geo.releases.records import Draft, Release
from geo.releases.rows import all_drafts, all_releases, extents_by
from geo.releases.schema import audit, drafts
from geo.releases.trail import chain_faults

_PUBLISHING = frozenset({"opened", "published", "rolled-back"})
_DRAFTING = frozenset({"drafted"})


def store_faults(connection: sa.Connection) -> list[str]:
    """
    Everything in a store that is not as it was written.

    Parameters
    ----------
    connection
        That reads one state of the store.

    Returns
    -------
    faults
        One sentence each; empty when the store is whole.
    """
    trail = [dict(row) for row in connection.execute(sa.select(audit).order_by(audit.c.id)).mappings()]
    faults = chain_faults(trail)
    drafted = _recorded(trail, "draft", _DRAFTING)
    unknown = [number for number in connection.execute(sa.select(drafts.c.id)).scalars() if number not in drafted]
    if unknown:
        # What state a draft is in is the audit's to say: without it drafts cannot be read.
        return [*faults, *(f"draft {number} is not in the audit" for number in unknown)]
    releases = {release.number: release for release in all_releases(connection)}
    proposed = {draft.id: draft for draft in all_drafts(connection)}
    faults += _number_faults(list(releases.values()))
    faults += _record_faults("release", releases, _recorded(trail, "release", _PUBLISHING))
    faults += _record_faults("draft", proposed, drafted)
    faults += _content_faults("release", releases, connection)
    faults += _content_faults("draft", proposed, connection)
    return faults


def _recorded(trail: Sequence[Mapping[str, Any]], column: str, actions: frozenset[str]) -> dict[int, str]:
    """Digest by number, as the audit has it."""
    return {row[column]: row["digest"] for row in trail if row["action"] in actions}


def _number_faults(releases: Sequence[Release]) -> Iterator[str]:
    for number, release in enumerate(releases, start=1):
        if release.number != number:
            yield f"release {number} is missing: the next one is {release.number}"
            return
        if release.base != (number - 1 or None):
            yield f"release {number} follows {release.base}, not the one before it"


def _record_faults(
    kind: str, items: Mapping[int, Release] | Mapping[int, Draft], recorded: Mapping[int, str]
) -> Iterator[str]:
    for number, item in items.items():
        if number not in recorded:
            yield f"{kind} {number} is not in the audit"
        elif recorded[number] != item.digest:
            yield f"{kind} {number} has another digest than the audit"
    yield from (f"{kind} {number} is gone: the audit has it" for number in sorted(set(recorded) - set(items)))


def _content_faults(
    kind: str, items: Mapping[int, Release] | Mapping[int, Draft], connection: sa.Connection
) -> Iterator[str]:
    bare = set(items)
    try:
        for number, rows in extents_by(connection, kind):
            bare.discard(number)
            if number in items:
                yield from _row_faults(f"{kind} {number}", items[number], rows)
    except (ShapelyError, ValueError) as error:
        yield f"the extents of a {kind} cannot be read: {error}"
        return
    yield from (f"{kind} {number} has no extents" for number in sorted(bare))


def _row_faults(name: str, item: Release | Draft, rows: Sequence[Row]) -> Iterator[str]:
    if rows_digest(rows) != item.digest:
        yield f"{name} has other extents than its digest says"
    counted = {grade: sum(row["grade"] == grade for row in rows) for grade in item.grades}
    if counted != dict(item.grades):
        yield f"{name} has other grades than it says"
