"""The standing map of a page: drawn once, told of every change, listened to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit_folium import st_folium

from layers.atlas import atlas_state
from views import state
from views.cache import new_atlas
from views.map_state import atlas_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


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
            render=False,
            returned_objects=[],
            feature_group_to_add=atlas_state(
                atlas_values(extent_ids, state.selection(), state.chosen_park())
                | {"ranks": dict(ranks or {}), "site": site}
                | ({} if extra is None and ranks is None else {"filters": None})
                | dict(extra or {})
            ),
            on_change=lambda: state.map_event(key),
        )
