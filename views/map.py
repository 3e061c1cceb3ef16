"""The standing map of a page: drawn once, told of every change, listened to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit_folium import st_folium

from geo.selection import selected_extents
from layers.atlas import atlas_state
from views import state
from views.cache import new_atlas, shared_facets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LISTED = ("aligned", "layout_only", "unreflected")


def show_map(
    key: str,
    extent_ids: Sequence[str],
    *,
    ranks: Mapping[str, int] | None = None,
    draw: bool = False,
    site: Mapping[str, Any] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> None:
    """
    Draw the map with these park parts; clicks choose parks and switch sectors.

    Parameters
    ----------
    key
        Of the map on its page.
    extent_ids
        Parts to show; the others are hidden, the map itself stays as it is.
    ranks
        Ranks of parks, shown before their names.
    draw
        Whether a person can draw a point or a polygon here; `state.drawn` gives the last one.
    site
        GeoJSON geometry to mark, longitude first; with `draw`, what was drawn unless another is given.
    extra
        More of the map's state, as of `layers.atlas.AtlasState`: `over`, `draft`, `sync`, `counts`, `focus`.
    """
    if draw and site is None:
        site = state.drawn(key)
    with st.container(key=f"{key}_frame"):
        st_folium(
            new_atlas(state.language(), draw=draw),
            key=key,
            height=640,
            use_container_width=True,
            returned_objects=[],
            feature_group_to_add=atlas_state(
                {
                    "shown": list(extent_ids),
                    "selected": state.chosen_park(),
                    "sectors": list(state.selection().sectors),
                    "counts": sector_counts(extent_ids),
                    "ranks": dict(ranks or {}),
                    "site": site,
                    "filters": _switches() if extra is None and ranks is None else None,
                }
                | dict(extra or {})
            ),
            on_change=lambda: state.map_event(key),
        )


def _switches() -> dict[str, Any]:
    """What the sidebar has switched and its other filters let through, so that the browser can go on by itself."""
    chosen = state.selection()
    others = replace(chosen, sectors=(), districts=())
    is_plain = not (chosen.verdicts or chosen.listings)
    rest = replace(others, verdicts=(), listings=()) if is_plain or not chosen.sectors else others
    return {
        "sector": list(chosen.sectors),
        "district": list(chosen.districts),
        "rest": None if others.is_empty else selected_extents(shared_facets(), rest if chosen.sectors else others),
        "isPlain": is_plain,
    }


def sector_counts(extent_ids: Sequence[str]) -> dict[str, int]:
    """How many of the shown parks the layout lists for each sector."""
    facets = shared_facets()
    shown = facets.parts.loc[facets.parts["extent_id"].isin(extent_ids), "park_id"]
    pairs = facets.fit[facets.fit["verdict"].isin(_LISTED) & facets.fit["park_id"].isin(shown)]
    counts = pairs.groupby("sector_id")["park_id"].nunique()
    return {str(sector): int(count) for sector, count in counts.items()}
