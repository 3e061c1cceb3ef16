"""What the store says of one draft or one release, beside its extents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

#: States of a draft, with their words in Chinese and English.
STATES = {
    "draft": ("草稿", "draft"),
    "reviewed": ("已审核", "reviewed"),
    "published": ("已发布", "published"),
    "withdrawn": ("已撤回", "withdrawn"),
}


@dataclass(frozen=True)
class Draft:
    """
    Extents that somebody proposes; its row never changes, its state follows from the audit.

    Parameters
    ----------
    id
        Number of the draft, from 1.
    base
        Number of the release that it starts from.
    state
        One of `STATES`.
    actor, at, why
        Who made it, when (UTC, ISO 8601) and why.
    source_file, source_sha256
        Name and SHA-256 (hexadecimal) of the file that it comes from; empty where there is none.
    grades
        Number of extents by grade.
    report
        Of intake and repairs, as JSON has it.
    digest
        SHA-256 of the extents, see `geo.releases.content`.
    """

    id: int
    base: int
    state: str
    actor: str
    at: str
    why: str
    source_file: str
    source_sha256: str
    grades: Mapping[str, int]
    report: Mapping[str, Any]
    digest: str


@dataclass(frozen=True)
class Release:
    """
    One immutable version of a plan's extents.

    Parameters
    ----------
    number
        From 1 (the package's own extents), without gaps.
    base
        Number of the release before it; None for the first.
    draft
        Draft that it was; None for the first and for a return to an older release.
    restores
        Number of the older release whose extents it has again; else None.
    actor, at, why
        Who published it, when (UTC, ISO 8601) and why.
    source_file, source_sha256, grades, report, digest
        As of `Draft`.

    Examples
    --------
    >>> Release(3, 2, None, 1, "林工", "2026-11-22T08:00:00Z", "…", "", "", {"A": 4}, {}, "9f…").label_zh
    '范围第3版'
    """

    number: int
    base: int | None
    draft: int | None
    restores: int | None
    actor: str
    at: str
    why: str
    source_file: str
    source_sha256: str
    grades: Mapping[str, int]
    report: Mapping[str, Any]
    digest: str

    @property
    def label_zh(self) -> str:
        """What a page calls it in Chinese."""
        return f"范围第{self.number}版"

    @property
    def label_en(self) -> str:
        """What a page calls it in English."""
        return f"extents release {self.number}"


DRAFT_FIELDS = tuple(field.name for field in fields(Draft))
RELEASE_FIELDS = tuple(field.name for field in fields(Release))
