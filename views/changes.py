"""What differs between any two releases, in a table and on the map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st
from shapely.geometry import mapping

from views.cache import changes_between, plan_of, shared_draft, shared_plan
from views.editions import change_rows
from views.map import show_map
from views.words import word

if TYPE_CHECKING:
    import pandas as pd

    from geo.plan import Plan


def show_changes(releases: pd.DataFrame) -> None:
    """Ask for two releases and say by how much each part moved, with its area and grade."""
    numbers = list(releases["number"].sort_values(ascending=False))
    if len(numbers) < 2:  # noqa: PLR2004
        return
    st.html(f"<h2 class='yt-h2'>{word('changes_title')}</h2>")
    with st.container(horizontal=True):
        first = _pick("changes_before", numbers, 1)
        second = _pick("changes_after", numbers, 0)
    before, after = plan_of(first), plan_of(second)
    changes = changes_between(before, after)
    if changes.empty:
        st.caption(word("changes_same"))
        return
    st.dataframe(change_rows(changes, after), hide_index=True)
    _map(before, after, list(changes["extent_id"]))
    st.caption(word("changes_map", before=first, after=second))


def _pick(key: str, numbers: list[int], index: int) -> int:
    return int(
        st.selectbox(
            word(key), numbers, index=index, key=key, width=220,
            format_func=lambda number: word("release_of", number=number),
        )
    )  # fmt: skip


def _map(before: Plan, after: Plan, changed: list[str]) -> None:
    """Draw the extents after as parks and those before as a dashed line, without what others are."""
    present = [extent for extent in shared_plan().extents["extent_id"] if extent not in changed]
    old = before.extents[before.extents["extent_id"].isin(changed)].geometry
    extra: dict[str, Any] = {"draft": shared_draft(before, after)}
    show_map("changes_map", present, site=mapping(old.union_all()) if len(old) else None, extra=extra)
