"""Explore: the map of parks beside its filters, the chosen park's card, and the table of parks."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from geo.fit import VERDICTS
from geo.selection import LISTINGS, filter_values, selected_extents
from layers.served import area_words
from views import state
from views.cache import shared_answer, shared_districts, shared_facets, shared_plan, shared_profiles
from views.card import show_card
from views.map import show_map
from views.overview import show_overview
from views.words import column, either, listed, word

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from streamlit.elements.lib.column_types import ColumnConfig

    from geo.plan import Plan

_TABLE = "parks_table"
_MORE = "more_filters"


def page() -> None:
    """Draw the page."""
    _filters()
    extent_ids = selected_extents(shared_facets(), state.selection())
    with st.sidebar:
        _summary(extent_ids)
    left, right = st.columns([3, 1.05], gap="small")
    with left:
        show_map("explore_map", extent_ids)
    with right, st.container(key="card"):
        park_id = state.chosen_park()
        if park_id is None:
            show_overview()
        else:
            show_card(park_id)
    _table(extent_ids)


def _filters() -> None:
    """Draw the filters; each keeps its value across pages and stands in the address."""
    known, names, districts, parks = shared_answer(_offered, shared_plan(), state.language())
    with st.sidebar:
        st.text_input(
            word("filter_search"), key="q", placeholder=word("filter_search_hint"), icon=":material/search:",
            persist_state="session",
        )  # fmt: skip
        st.selectbox(
            word("park_pick"), list(parks), format_func=lambda park: parks[park], key="park", index=None,
            placeholder=word("park_pick_hint"), persist_state="session",
        )  # fmt: skip
        _pills("sector", known["sector"], names)
        _pills("district", known["district"], districts)
        # Once one of them was chosen they stay open: nothing closes that the person has not closed.
        state.set_value(_MORE, bool(state.value(_MORE)) or _has_more())
        with st.expander(word("filter_more"), expanded=state.value(_MORE)):
            _pills("track", known["track"], names)
            _pills("listing", known["listing"], {code: either(*words) for code, words in LISTINGS.items()})
            _pills("verdict", known["verdict"][:-1], {code: either(*words) for code, words in VERDICTS.items()})
            _pills("grade", known["grade"], {grade: grade for grade in known["grade"]})


def _offered(plan: Plan, _language: str) -> tuple[dict[str, list[str]], dict[str, str], dict[str, str], dict[str, str]]:
    """Values of every filter, and names of sectors and tracks, districts and parks."""
    names = dict(zip(plan.sectors["sector_id"], plan.sectors[column("short")], strict=True))
    districts = dict(zip(plan.districts["name_zh"], plan.districts[column("name")], strict=True))
    parks = dict(zip(plan.parks["park_id"], plan.parks[column("short")], strict=True))
    return filter_values(plan), names, districts, parks


def _pills(key: str, options: list[str], names: Mapping[str, str]) -> None:
    st.pills(
        word(f"filter_{key}"),
        options,
        format_func=lambda option: names[option],
        key=key,
        selection_mode="multi",
        persist_state="session",
    )


def _has_more() -> bool:
    chosen = state.selection()
    return bool(chosen.tracks or chosen.listings or chosen.verdicts or chosen.grades)


def _summary(extent_ids: list[str]) -> None:
    """Say how many parks remain, and offer to clear the filters."""
    plan = shared_plan()
    parks = {extent_id.split("/")[0] for extent_id in extent_ids}
    counts = word(
        "filter_count", parks=len(parks), all_parks=len(plan.parks), parts=len(extent_ids), all_parts=len(plan.extents)
    )
    st.html(f"<div class='yt-count' role='status'>{escape(counts)}</div>")
    if not state.selection().is_empty:
        st.button(word("filter_clear"), on_click=state.clear_filters, icon=":material/filter_alt_off:", width="stretch")


def _table(extent_ids: list[str]) -> None:
    """List the shown parks; the row of the chosen one is marked, a click on a row chooses its park."""
    rows = shared_answer(park_rows, shared_plan(), state.language(), tuple(extent_ids))
    st.html(f"<h2 class='yt-h2'>{word('table_title')} <small>{len(rows)}</small></h2>")
    if rows.empty:
        st.info(word("filter_empty"), icon=":material/filter_alt:")
        return
    park_ids = list(rows["park_id"])
    chosen = state.chosen_park()
    state.mark_row(_TABLE, park_ids.index(chosen) if chosen in park_ids else None)
    st.dataframe(
        rows.drop(columns="park_id"),
        key=_TABLE,
        hide_index=True,
        on_select=partial(state.table_event, _TABLE, park_ids),
        selection_mode="single-row",
        height="content",
        column_config=_columns(),
        placeholder="–",
    )
    st.caption(word("table_hint"))


def _columns() -> dict[str, ColumnConfig]:
    return {
        "park": st.column_config.TextColumn(word("table_park"), width="large"),
        "sectors": st.column_config.TextColumn(word("table_sectors"), width="medium"),
        "districts": st.column_config.TextColumn(word("table_districts"), width="medium"),
        "entry": st.column_config.NumberColumn(word("table_entry"), width="small"),
        "parts": st.column_config.NumberColumn(word("table_part"), width="small"),
        "area": st.column_config.TextColumn(word("table_area"), width="small"),
        "grade": st.column_config.TextColumn(word("table_grade"), width="small"),
        "accuracy": st.column_config.TextColumn(word("table_accuracy"), width="small"),
    }


def park_rows(plan: Plan, _language: str, extent_ids: tuple[str, ...]) -> pd.DataFrame:
    """Rows of the table: one a park, with the sectors that the layout gives it and the extents that are shown."""
    extents = shared_profiles().extents
    kept = ["park_id", "relation", "grade", "area_km2", "position_accuracy_m"]
    own: dict[str, list[dict[Hashable, Any]]] = {}
    for part in extents.loc[extents["extent_id"].isin(extent_ids), kept].to_dict("records"):
        own.setdefault(part["park_id"], []).append(part)
    places = shared_districts()
    districts = _grouped(places[places["basis"] != "possible"], "district_zh")
    sectors = _grouped(plan.allocations, "sector_id")
    district_names = dict(zip(plan.districts["name_zh"], plan.districts[column("name")], strict=True))
    sector_names = dict(zip(plan.sectors["sector_id"], plan.sectors[column("short")], strict=True))
    parks = plan.parks.sort_values("order")[["park_id", column("name"), "box6_entry"]]
    rows = [
        {
            "park_id": park_id,
            "park": name,
            "sectors": listed([sector_names[sector] for sector in sectors.get(park_id, [])]),
            "districts": listed([district_names[place] for place in districts.get(park_id, [])]),
            "entry": None if entry is pd.NA else int(entry),
            **_size(own[park_id]),
        }
        for park_id, name, entry in parks.itertuples(index=False)
        if park_id in own
    ]
    return pd.DataFrame(
        rows, columns=["park_id", "park", "sectors", "districts", "entry", "parts", "area", "grade", "accuracy"]
    )


def _grouped(table: pd.DataFrame, values: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for park_id, value in zip(table["park_id"], table[values], strict=True):
        found.setdefault(park_id, []).append(value)
    return found


def _size(parts: list[dict[Hashable, Any]]) -> dict[str, object]:
    """Say how large the parts are together, by the one that holds the others where there is one, and how sure."""
    counted = [part for part in parts if part["relation"] == "whole"] or parts
    accuracies = sorted({int(part["position_accuracy_m"]) for part in parts})
    return {
        "parts": len(parts),
        "area": area_words(
            float(sum(part["area_km2"] for part in counted)),
            max(part["grade"] for part in counted),
            max(part["position_accuracy_m"] for part in counted),
        ),
        "grade": listed(sorted({part["grade"] for part in parts})),
        "accuracy": f"±{accuracies[0]}" if len(accuracies) == 1 else f"±{accuracies[0]}–{accuracies[-1]}",
    }
