"""
Errors of the release store.

::

    GeoError
    ├── ContentError               extents that no release may hold
    └── StoreError                 a store that cannot be opened, read or written
        ├── StateError             a step that the draft's state does not allow
        └── ReleaseConflictError   somebody published meanwhile
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from geo.errors import BilingualError, GeoError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.releases.records import Release


class ContentFault(NamedTuple):
    """
    One reason why extents cannot be a release.

    Parameters
    ----------
    en
        What is wrong with which extent and how to mend it, in English.
    zh
        The same in Chinese, for a page.

    Examples
    --------
    >>> print(ContentFault("lake/main stands twice: keep one row", "lake/main 重复出现：请只保留一行"))
    lake/main stands twice: keep one row
    """

    en: str
    zh: str

    def __str__(self) -> str:
        return self.en


class ContentError(GeoError):
    """
    Extents that no release may hold; every fault found is listed.

    Parameters
    ----------
    faults
        All of them.

    Examples
    --------
    >>> error = ContentError([ContentFault("lake/main stands twice: keep one row", "lake/main 重复出现：请只保留一行")])
    >>> print(error.zh)
    这些范围有 1 处错误，请改正后重新起草：
    - lake/main 重复出现：请只保留一行
    """

    def __init__(self, faults: Sequence[ContentFault]) -> None:
        self.faults = list(faults)
        # A page shows the lines as a list.
        lines_zh = "\n".join(f"- {fault.zh}" for fault in self.faults)
        self.zh = f"这些范围有 {len(self.faults)} 处错误，请改正后重新起草：\n{lines_zh}"
        lines = "\n".join(f"  {fault}" for fault in self.faults)
        super().__init__(f"these extents have {len(self.faults)} fault(s); mend them and draft again:\n{lines}")


class StoreError(BilingualError):
    """A release store that cannot be opened, read or written as asked."""


class StateError(StoreError):
    """A step that the state of the draft does not allow."""


class ReleaseConflictError(StoreError):
    """
    Somebody published since the draft was made; the draft stays as it was.

    Parameters
    ----------
    draft_id
        The draft that was not published or rebased.
    base
        Number of the release that the draft starts from.
    meanwhile
        Releases published since, the oldest first.
    parts
        For a rebase: ids of the extents that both sides changed.
    """

    def __init__(self, draft_id: int, *, base: int, meanwhile: Sequence[Release], parts: Sequence[str] = ()) -> None:
        self.draft_id, self.base = draft_id, base
        self.meanwhile, self.parts = tuple(meanwhile), tuple(parts)
        told = "; ".join(f"release {one.number} by {one.actor} at {one.at} ({one.why})" for one in self.meanwhile)
        way = (
            f"both changed {', '.join(self.parts)}: look at the two, and draft these anew from release "
            f"{self.meanwhile[-1].number}"
            if self.parts
            else f"rebase draft {draft_id}, have it reviewed and publish again"
        )
        told_zh = "；".join(f"第{one.number}版（{one.actor}，{one.at}：{one.why}）" for one in self.meanwhile)
        way_zh = (
            f"双方都改动了{'、'.join(self.parts)}：请对照两者，从第{self.meanwhile[-1].number}版重新起草这些范围"
            if self.parts
            else f"请把草稿{draft_id}并入新版，审核后再发布"
        )
        super().__init__(
            f"draft {draft_id} starts from release {base}, and meanwhile there came {told}; the draft is kept: {way}",
            f"草稿{draft_id}以第{base}版为基础，其间已发布{told_zh}；草稿已保留：{way_zh}",
        )
