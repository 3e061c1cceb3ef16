"""Rows of the store read as drafts, releases and extents, and written from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter

import sqlalchemy as sa

from geo.errors import UnknownNameError
from geo.releases.content import Row
from geo.releases.records import DRAFT_FIELDS, RELEASE_FIELDS, Draft, Release
from geo.releases.schema import FIELD_COLUMNS, drafts, extents, releases
from geo.releases.trail import states

_COPIED = tuple(column for column in extents.columns if column.name not in {"fid", "release", "draft"})


def all_releases(connection: sa.Connection, *, after: int = 0) -> list[Release]:
    """
    Releases by number.

    Parameters
    ----------
    connection
        That reads.
    after
        Only those with a higher number.

    Returns
    -------
    releases
        The oldest first.
    """
    wanted = sa.select(releases).where(releases.c.number > after).order_by(releases.c.number)
    return [_release(row) for row in connection.execute(wanted).mappings()]


def release_row(connection: sa.Connection, number: int) -> Release:
    """
    One release.

    Parameters
    ----------
    connection
        That reads.
    number
        Its number.

    Returns
    -------
    release
        As it was published.

    Raises
    ------
    UnknownNameError
        If there is no such release.
    """
    row = connection.execute(sa.select(releases).where(releases.c.number == number)).mappings().first()
    if row is None:
        last = last_number(connection, releases.c.number)
        msg = f"there is no release {number}; there are 1 to {last}"
        raise UnknownNameError(msg)
    return _release(row)


def current_release(connection: sa.Connection) -> Release:
    """
    The last release.

    Parameters
    ----------
    connection
        That reads.

    Returns
    -------
    release
        That with the highest number: every store has one.
    """
    row = connection.execute(sa.select(releases).order_by(releases.c.number.desc()).limit(1)).mappings().one()
    return _release(row)


def _release(row: sa.RowMapping) -> Release:
    return Release(**{name: row[name] for name in RELEASE_FIELDS})


def all_drafts(connection: sa.Connection) -> list[Draft]:
    """
    Drafts by id, whatever their state.

    Parameters
    ----------
    connection
        That reads.

    Returns
    -------
    drafts
        The oldest first.
    """
    known = states(connection)
    wanted = sa.select(drafts).order_by(drafts.c.id)
    return [_draft(row, known) for row in connection.execute(wanted).mappings()]


def draft_row(connection: sa.Connection, draft_id: int) -> Draft:
    """
    One draft.

    Parameters
    ----------
    connection
        That reads.
    draft_id
        Its id.

    Returns
    -------
    draft
        With its present state.

    Raises
    ------
    UnknownNameError
        If there is no such draft.
    """
    row = connection.execute(sa.select(drafts).where(drafts.c.id == draft_id)).mappings().first()
    if row is None:
        last = last_number(connection, drafts.c.id)
        msg = f"there is no draft {draft_id}; " + (f"there are 1 to {last}" if last else "there is none yet")
        raise UnknownNameError(msg)
    return _draft(row, states(connection))


def _draft(row: sa.RowMapping, known: Mapping[int, str]) -> Draft:
    return Draft(state=known[row["id"]], **{name: row[name] for name in DRAFT_FIELDS if name != "state"})


def last_number(connection: sa.Connection, column: sa.Column[int]) -> int:
    """
    Highest number in a column.

    Parameters
    ----------
    connection
        That reads; what it writes next is without gaps, for nobody else writes meanwhile.
    column
        Of numbers.

    Returns
    -------
    number
        0 in an empty table.
    """
    return connection.execute(sa.select(sa.func.max(column))).scalar() or 0


def add_release(connection: sa.Connection, release: Release) -> None:
    """
    Write a release, its extents apart.

    Parameters
    ----------
    connection
        That writes.
    release
        With the next number.
    """
    connection.execute(sa.insert(releases).values({name: getattr(release, name) for name in RELEASE_FIELDS}))


def add_draft(connection: sa.Connection, draft: Draft) -> None:
    """
    Write a draft, its extents and its state apart.

    Parameters
    ----------
    connection
        That writes.
    draft
        With the next id.
    """
    connection.execute(sa.insert(drafts).values({n: getattr(draft, n) for n in DRAFT_FIELDS if n != "state"}))


def add_extents(
    connection: sa.Connection, rows: Sequence[Row], *, release: int | None = None, draft: int | None = None
) -> None:
    """
    Write the extents of a release or of a draft.

    Parameters
    ----------
    connection
        That writes.
    rows
        From `geo.releases.content.plain_rows`.
    release, draft
        Number of one of the two.
    """
    head = {"release": release, "draft": draft}
    connection.execute(sa.insert(extents), [head | _columns(row) for row in rows])


def _columns(row: Row) -> Row:
    known = {*FIELD_COLUMNS, "geometry"}
    more = {name: value for name, value in row.items() if name not in known}
    return {name: row[name] for name in FIELD_COLUMNS} | {"more": more, "geom": row["geometry"]}


def copy_extents(
    connection: sa.Connection, *, to_release: int, of_release: int | None = None, of_draft: int | None = None
) -> None:
    """
    Give a release the extents of a draft or of an older release.

    Parameters
    ----------
    connection
        That writes.
    to_release
        Number of the new release.
    of_release, of_draft
        Number of one of the two.
    """
    wanted = (
        sa.select(sa.literal(to_release), *_COPIED)
        .where(_belongs(release=of_release, draft=of_draft))
        .order_by(extents.c.fid)
    )
    connection.execute(sa.insert(extents).from_select(["release", *(column.name for column in _COPIED)], wanted))


def extent_rows(connection: sa.Connection, *, release: int | None = None, draft: int | None = None) -> list[Row]:
    """
    Extents of a release or of a draft.

    Parameters
    ----------
    connection
        That reads.
    release, draft
        Number of one of the two.

    Returns
    -------
    rows
        As they were drafted, in their order; see `geo.releases.content.plain_rows`.
    """
    wanted = sa.select(extents).where(_belongs(release=release, draft=draft)).order_by(extents.c.fid)
    return [_extent(row) for row in connection.execute(wanted).mappings()]


def extents_by(connection: sa.Connection, owner: str) -> Iterator[tuple[int, list[Row]]]:
    """
    Extents of every release, or of every draft, one after another.

    Parameters
    ----------
    connection
        That reads.
    owner
        `release` or `draft`.

    Yields
    ------
    number, rows
        By number; the rows as of `extent_rows`.
    """
    column = extents.c[owner]
    wanted = sa.select(extents).where(column.is_not(None)).order_by(column, extents.c.fid)
    with connection.execute(wanted, execution_options={"yield_per": 1000}) as found:
        for number, rows in groupby(found.mappings(), key=itemgetter(owner)):
            yield number, [_extent(row) for row in rows]


def _extent(row: sa.RowMapping) -> Row:
    more: Row = row["more"]
    return {name: row[name] for name in FIELD_COLUMNS} | more | {"geometry": row["geom"]}


def _belongs(*, release: int | None, draft: int | None) -> sa.ColumnElement[bool]:
    return extents.c.draft == draft if release is None else extents.c.release == release
