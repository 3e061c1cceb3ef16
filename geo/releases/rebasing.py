"""Changes of a draft carried over to a later release, where both changed different extents."""

from __future__ import annotations

from collections.abc import Sequence

from geo.releases.content import Row, rows_digest


def changed_ids(before: Sequence[Row], after: Sequence[Row]) -> set[str]:
    """
    Extents that are not the same on both sides, those on one side alone included.

    Parameters
    ----------
    before, after
        From `geo.releases.content.plain_rows`.

    Returns
    -------
    ids
        Values of `extent_id`.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> from geo.releases.content import plain_rows
    >>> rows = plain_rows(read_plan().extents)
    >>> changed_ids(rows, [rows[0] | {"grade": "A"}, *rows[1:]])
    {'tongxiang-hitech/main'}
    """
    old, new = _digests(before), _digests(after)
    return {name for name in {*old, *new} if old.get(name) != new.get(name)}


def rebased_rows(base: Sequence[Row], draft: Sequence[Row], current: Sequence[Row]) -> tuple[list[Row], list[str]]:
    """
    The current extents with the draft's own changes applied.

    Parameters
    ----------
    base
        What the draft started from.
    draft
        What it proposes.
    current
        What has been published meanwhile.

    Returns
    -------
    rows
        In the order of `current`, the draft's new extents last.
    clashes
        Ids of extents that both changed, and differently: then the rows are of no use.

    Examples
    --------
    Somebody raised the grade of the first extent, the draft removes the second:

    >>> from geo.plan import read_plan
    >>> from geo.releases.content import plain_rows
    >>> base = plain_rows(read_plan().extents)[:3]
    >>> rows, clashes = rebased_rows(base, [base[0], base[2]], [base[0] | {"grade": "A"}, *base[1:]])
    >>> [row["grade"] for row in rows], clashes
    (['A', 'D'], [])
    """
    own, theirs = changed_ids(base, draft), changed_ids(base, current)
    clashes = sorted(own & theirs & changed_ids(draft, current))
    proposed = {row["extent_id"]: row for row in draft if row["extent_id"] in own}
    kept = [proposed.pop(row["extent_id"], None if row["extent_id"] in own else row) for row in current]
    return [row for row in kept if row is not None] + list(proposed.values()), clashes


def _digests(rows: Sequence[Row]) -> dict[str, str]:
    return {row["extent_id"]: rows_digest([row]) for row in rows}
