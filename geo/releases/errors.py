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

from typing import TYPE_CHECKING

from geo.errors import GeoError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.releases.records import Release


class ContentError(GeoError):
    """
    Extents that no release may hold; every fault found is listed.

    Parameters
    ----------
    faults
        What is wrong and how to mend it, one sentence each.
    """

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = list(faults)
        lines = "\n".join(f"  {fault}" for fault in self.faults)
        super().__init__(f"these extents have {len(self.faults)} fault(s); mend them and draft again:\n{lines}")


class StoreError(GeoError):
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
        super().__init__(
            f"draft {draft_id} starts from release {base}, and meanwhile there came {told}; the draft is kept: {way}"
        )
