"""
The store: drafts, review, publishing and the way back, each one transaction with its row in the audit.

A draft never changes: it is reviewed, then published or withdrawn. Two who publish at once: the second is told what
came first, loses nothing, and carries the changes over with `rebase`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import sqlalchemy as sa

from geo.accounts import Actor, require
from geo.releases.archive import Archive
from geo.releases.content import checked_extents, content_digest, extents_table, grade_counts, plain_rows, rows_digest
from geo.releases.errors import ReleaseConflictError, StateError, StoreError
from geo.releases.rebasing import rebased_rows
from geo.releases.records import STATES, Draft, Release
from geo.releases.rows import (
    add_draft,
    add_extents,
    add_release,
    all_releases,
    copy_extents,
    current_release,
    draft_row,
    extent_rows,
    last_number,
    release_row,
)
from geo.releases.schema import drafts
from geo.releases.trail import append, now

_OPEN = ("draft", "reviewed")


@dataclass(frozen=True)
class Store(Archive):
    """
    Releases of one plan's extents; see `geo.releases.open_store`.

    Reading is open to all. What writes asks for an actor with the role of an editor (`draft`, `review`, `rebase`,
    `withdraw`) or of a publisher (`publish`, `roll_back`), and raises `geo.accounts.RoleError` otherwise. Every method
    raises `StoreError` when the database does not answer, and `UnknownNameError` for a number that is not there.

    Parameters
    ----------
    backend
        Where it is kept.
    plan
        Whose extents it keeps.
    """

    def draft(
        self,
        extents: gpd.GeoDataFrame,
        *,
        actor: Actor | None,
        why: str,
        source_file: str = "",
        source_sha256: str = "",
        report: Mapping[str, Any] | None = None,
        base: int | None = None,
    ) -> Draft:
        """
        Propose extents as the next release.

        Parameters
        ----------
        extents
            All extents of the plan, those that stay included; columns as `plan.extents`, any CRS.
        actor
            An editor.
        why
            What changes and why.
        source_file, source_sha256
            Name and SHA-256 (hexadecimal) of the file that they come from.
        report
            Of intake and repairs; values that JSON has.
        base
            Number of the release that they were made from; the current one when None.

        Returns
        -------
        draft
            In the state `draft`.

        Raises
        ------
        ContentError
            If the extents have faults.
        StoreError
            If no reason is given, nothing differs from the base, or the report is no JSON.
        """
        name = require(actor, "editor").name
        checked, said, kept = checked_extents(extents, self.plan), _said(why), _as_json(report or {})
        with self.backend.writing() as connection:
            start = current_release(connection) if base is None else release_row(connection, base)
            made = Draft(
                id=last_number(connection, drafts.c.id) + 1, base=start.number, state="draft", actor=name, at=now(),
                why=said, source_file=source_file, source_sha256=source_sha256, grades=grade_counts(checked),
                report=kept, digest=content_digest(checked),
            )  # fmt: skip
            _refuse_same(made.digest, start)
            _write_draft(connection, made, checked)
        return made

    def rebase(self, draft_id: int, *, actor: Actor | None) -> Draft:
        """
        Carry a draft's changes over to the current release, as a new draft; the old one is withdrawn.

        Parameters
        ----------
        draft_id
            In the state `draft` or `reviewed`.
        actor
            An editor.

        Returns
        -------
        draft
            A new one in the state `draft`, for nobody has reviewed it in this form; its report says `rebased_from`.

        Raises
        ------
        StateError
            If the draft is in another state.
        ReleaseConflictError
            If the draft and the releases since changed the same extents: `parts` names them, and the draft stays.
        StoreError
            If the draft starts from the current release, or the current one has its changes already.
        """
        name = require(actor, "editor").name
        with self.backend.writing() as connection:
            found = _in_state(connection, draft_id, _OPEN)
            meanwhile = all_releases(connection, after=found.base)
            if not meanwhile:
                msg = f"draft {draft_id} starts from the current release {found.base}: there is nothing to rebase"
                raise StoreError(msg, f"草稿{draft_id}的基础就是当前的第{found.base}版，无需并入新版")
            start = meanwhile[-1]
            rows, clashes = rebased_rows(
                extent_rows(connection, release=found.base),
                extent_rows(connection, draft=draft_id),
                extent_rows(connection, release=start.number),
            )
            if clashes:
                raise ReleaseConflictError(draft_id, base=found.base, meanwhile=meanwhile, parts=clashes)
            _refuse_same(rows_digest(rows), start)
            at, table = now(), extents_table(rows, like=self.plan.extents)
            made = replace(
                found, id=last_number(connection, drafts.c.id) + 1, base=start.number, state="draft", actor=name,
                at=at, report={**found.report, "rebased_from": draft_id}, grades=grade_counts(table),
                digest=rows_digest(rows),
            )  # fmt: skip
            note = f"draft {made.id}, from release {start.number}"
            append(connection, "rebased", actor=name, at=at, note=note, digest=found.digest, draft=draft_id)
            _write_draft(connection, made, table)
        return made

    def review(self, draft_id: int, *, actor: Actor | None, note: str) -> Draft:
        """
        Say that a draft has been looked at and may be published.

        Parameters
        ----------
        draft_id
            In the state `draft`.
        actor
            An editor.
        note
            What was looked at.

        Returns
        -------
        draft
            In the state `reviewed`.

        Raises
        ------
        StateError
            If it is in another state.
        """
        name = require(actor, "editor").name
        with self.backend.writing() as connection:
            found = _in_state(connection, draft_id, ("draft",))
            append(connection, "reviewed", actor=name, at=now(), note=_said(note), digest=found.digest, draft=draft_id)
        return replace(found, state="reviewed")

    def withdraw(self, draft_id: int, *, actor: Actor | None, note: str) -> Draft:
        """
        Take a draft back; it stays readable.

        Parameters
        ----------
        draft_id
            In the state `draft` or `reviewed`.
        actor
            An editor.
        note
            Why.

        Returns
        -------
        draft
            In the state `withdrawn`.

        Raises
        ------
        StateError
            If it is in another state.
        """
        name = require(actor, "editor").name
        with self.backend.writing() as connection:
            found = _in_state(connection, draft_id, _OPEN)
            append(connection, "withdrawn", actor=name, at=now(), note=_said(note), digest=found.digest, draft=draft_id)
        return replace(found, state="withdrawn")

    def publish(self, draft_id: int, *, actor: Actor | None, why: str) -> Release:
        """
        Make a reviewed draft the next release.

        Parameters
        ----------
        draft_id
            In the state `reviewed`.
        actor
            A publisher.
        why
            As people will read it in the list of releases.

        Returns
        -------
        release
            The new current one.

        Raises
        ------
        StateError
            If the draft is in another state.
        ReleaseConflictError
            If somebody published since the draft was made: it says who and what; the draft stays reviewed, and the
            audit has a row of it.
        """
        name, said = require(actor, "publisher").name, _said(why)
        with self.backend.writing() as connection:
            found = _in_state(connection, draft_id, ("reviewed",))
            meanwhile = all_releases(connection, after=found.base)
            told: dict[str, Any] = {"actor": name, "at": now(), "note": said, "digest": found.digest, "draft": draft_id}
            if meanwhile:
                append(connection, "conflict", release=meanwhile[-1].number, **told)
            else:
                made = Release(
                    number=found.base + 1, base=found.base, draft=draft_id, restores=None, actor=name, at=told["at"],
                    why=said, source_file=found.source_file, source_sha256=found.source_sha256, grades=found.grades,
                    report=found.report, digest=found.digest,
                )  # fmt: skip
                add_release(connection, made)
                copy_extents(connection, to_release=made.number, of_draft=draft_id)
                append(connection, "published", release=made.number, **told)
        if meanwhile:
            raise ReleaseConflictError(draft_id, base=found.base, meanwhile=meanwhile)
        return made

    def roll_back(self, number: int, *, actor: Actor | None, why: str) -> Release:
        """
        Publish the extents of an older release again, as a new release.

        Parameters
        ----------
        number
            Of the older release.
        actor
            A publisher.
        why
            As people will read it in the list of releases.

        Returns
        -------
        release
            The new current one; `restores` is the number. Open drafts have to be rebased on it.

        Raises
        ------
        StoreError
            If the current release has these extents already.
        """
        name, said = require(actor, "publisher").name, _said(why)
        with self.backend.writing() as connection:
            old, last = release_row(connection, number), current_release(connection)
            _refuse_same(old.digest, last)
            made = replace(
                old, number=last.number + 1, base=last.number, draft=None, restores=number, actor=name, at=now(),
                why=said,
            )  # fmt: skip
            add_release(connection, made)
            copy_extents(connection, to_release=made.number, of_release=number)
            append(
                connection, "rolled-back", actor=name, at=made.at, note=said, digest=made.digest, release=made.number
            )
        return made


def _said(text: str) -> str:
    if not text.strip():
        msg = "say why in a few words: the audit keeps them"
        raise StoreError(msg, "请填写说明：审计记录会保存它")
    return text.strip()


def _as_json(report: Mapping[str, Any]) -> dict[str, Any]:
    try:
        kept: dict[str, Any] = json.loads(json.dumps(dict(report), allow_nan=False))
    except (TypeError, ValueError) as error:
        msg = f"the report is no JSON ({error}); give texts, finite numbers, lists and tables"
        raise StoreError(msg, "报告不是 JSON：只能含文字、有限的数字、列表和表") from error
    return kept


def _refuse_same(digest: str, release: Release) -> None:
    if digest == release.digest:
        msg = f"release {release.number} has these extents already: there is nothing to change"
        raise StoreError(msg, f"第{release.number}版已是这些范围，没有改动")


def _in_state(connection: sa.Connection, draft_id: int, states: tuple[str, ...]) -> Draft:
    found = draft_row(connection, draft_id)
    if found.state not in states:
        wanted = " or ".join(f"{state} ({STATES[state][0]})" for state in states)
        wanted_zh = "或".join(f"“{STATES[state][0]}”" for state in states)
        msg = f"draft {draft_id} is {found.state} ({STATES[found.state][0]}), and this needs one that is {wanted}"
        raise StateError(msg, f"草稿{draft_id}的状态是“{STATES[found.state][0]}”，此步要求{wanted_zh}")
    return found


def _write_draft(connection: sa.Connection, draft: Draft, extents: gpd.GeoDataFrame) -> None:
    add_draft(connection, draft)
    add_extents(connection, plain_rows(extents), draft=draft.id)
    append(connection, "drafted", actor=draft.actor, at=draft.at, note=draft.why, digest=draft.digest, draft=draft.id)
