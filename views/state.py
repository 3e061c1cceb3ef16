"""
What a session has chosen, kept across pages and in the address.

The address holds ids, never words, so that it means the same in both languages. Loaded once when a session opens;
written back whenever a choice changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from geo.errors import GeoError
from geo.scenario.text import Scenario, from_url_text, url_or_none
from geo.selection import Selection, filter_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.accounts import Actor
    from geo.plan import Plan

LANGUAGES = ("zh", "en")
#: Keys of the address that hold several values, and those that hold one.
MANY = ("sector", "track", "district", "verdict", "listing", "grade")
ONE = ("lang", "q", "park", "scenario")
_OPENED = "opened"


def open_session(plan: Plan) -> None:
    """Take the choices from the address when the session opens; what the plan does not know is left out."""
    if st.session_state.get(_OPENED):
        return
    given = {key: st.query_params.get_all(key) for key in st.query_params}
    for key, value in choices(given, plan).items():
        st.session_state[key] = value
    _open_scenario(st.query_params.get("scenario"))
    st.session_state[_OPENED] = True


def choices(given: Mapping[str, Sequence[str]], plan: Plan) -> dict[str, Any]:
    """
    Read from an address what it chooses; what the plan does not know is left out.

    Parameters
    ----------
    given
        Values by key, as the query of the address has them.
    plan
        The plan that is shown.

    Returns
    -------
    choices
        Lists for the keys of `MANY`; `lang`, `park` (or None) and `q`.
    """
    known = filter_values(plan)
    found: dict[str, Any] = {key: [value for value in known[key] if value in given.get(key, ())] for key in MANY}
    last = {key: values[-1] for key, values in given.items() if values}
    return found | {
        "lang": last.get("lang") if last.get("lang") in LANGUAGES else LANGUAGES[0],
        "park": last.get("park") if last.get("park") in set(plan.parks["park_id"]) else None,
        "q": last.get("q", "")[:80],
    }


def save_address() -> None:
    """Write the choices into the address, so that a copied one opens the same view."""
    wanted: dict[str, str | list[str]] = {key: list(st.session_state[key]) for key in MANY if st.session_state.get(key)}
    wanted |= {key: str(st.session_state[key]) for key in ONE if st.session_state.get(key)}
    if wanted.get("lang") == LANGUAGES[0]:
        wanted.pop("lang")
    present = {key: st.query_params.get_all(key) for key in st.query_params}
    if present != {key: value if isinstance(value, list) else [value] for key, value in wanted.items()}:
        st.query_params.from_dict(wanted)


def language() -> str:
    """`zh` or `en`."""
    code: str = st.session_state.get("lang") or LANGUAGES[0]
    return code


def selection() -> Selection:
    """The filters as the session has set them."""
    return selection_of({key: st.session_state.get(key) for key in (*MANY, "q")})


def selection_of(chosen_values: Mapping[str, Any]) -> Selection:
    """Filters as of choices by key."""
    chosen: dict[str, tuple[str, ...]] = {key: tuple(chosen_values.get(key) or ()) for key in MANY}
    return Selection(
        sectors=chosen["sector"],
        tracks=chosen["track"],
        districts=chosen["district"],
        verdicts=chosen["verdict"],
        listings=chosen["listing"],
        grades=chosen["grade"],
        text=str(chosen_values.get("q") or ""),
    )


def chosen_park() -> str | None:
    """Id of the park that is selected, if any."""
    park: str | None = st.session_state.get("park")
    return park


def choose_park(park_id: str | None) -> None:
    """Select a park, or none."""
    st.session_state["park"] = park_id


def toggle_sector(sector_id: str) -> None:
    """Switch one sector of the filter on or off."""
    chosen = list(st.session_state.get("sector") or [])
    st.session_state["sector"] = [s for s in chosen if s != sector_id] if sector_id in chosen else [*chosen, sector_id]


def clear_filters() -> None:
    """Let every park through again; the selected park stays."""
    for key in MANY:
        st.session_state[key] = []
    st.session_state["q"] = ""


def keep_pages(pages: dict[str, Any]) -> None:
    """Remember this run's pages by name, so that one can link to another."""
    st.session_state["pages"] = pages


def page(name: str) -> Any:  # noqa: ANN401
    """Page of this run by its name, for a link that keeps what was chosen."""
    return st.session_state["pages"][name]


def value(key: str) -> Any:  # noqa: ANN401
    """Value of a widget by its key."""
    return st.session_state.get(key)


def set_value(key: str, new: Any) -> None:  # noqa: ANN401
    """Give a widget a value before it is drawn."""
    st.session_state[key] = new


def map_event(key: str) -> None:
    """Act on what a person did on the map with this key: clicked a park, the sea or a sector of the legend."""
    event = st.session_state.get(key) or {}
    if event.get("type") == "select":
        choose_park(event.get("park_id"))
    elif event.get("type") == "sector" and event.get("sector_id"):
        toggle_sector(event["sector_id"])
    elif event.get("type") == "drawn":
        set_drawn(key, event.get("geometry"))


def drawn(key: str) -> dict[str, Any] | None:
    """GeoJSON geometry (longitude first) that was last drawn on the map with this key, if any."""
    geometry: dict[str, Any] | None = st.session_state.get(f"{key}_drawn")
    return geometry


def set_drawn(key: str, geometry: dict[str, Any] | None) -> None:
    """Give the map with this key another drawing, or none."""
    st.session_state[f"{key}_drawn"] = geometry


def scenario() -> Scenario | None:
    """The scenario that the session works on, if it has begun one."""
    current: Scenario | None = st.session_state.get("scenario_now")
    return current


def set_scenario(new: Scenario | None) -> None:
    """Work on this scenario; where it is short enough, and says anything, it stands in the address."""
    st.session_state["scenario_now"] = new
    st.session_state["scenario"] = url_or_none(new) if new and new.edits else None


def _open_scenario(text: str | None) -> None:
    """Take the scenario of the address; one that cannot be read is told on its page."""
    try:
        set_scenario(from_url_text(text) if text else None)
    except GeoError as error:
        set_scenario(None)
        st.session_state["scenario_fault"] = error


def table_event(key: str, park_ids: Sequence[str]) -> None:
    """Act on a click in a table whose rows are these parks."""
    rows = st.session_state[key]["selection"]["rows"]
    choose_park(park_ids[rows[0]] if rows else None)


def mark_row(key: str, row: int | None) -> None:
    """Show a row of a table as selected, before the table is drawn."""
    rows = [] if row is None else [row]
    shown = st.session_state.get(key)
    if shown is None or list(shown["selection"]["rows"]) != rows:
        st.session_state[key] = {"selection": {"rows": rows, "columns": [], "cells": []}}


def matrix_event(key: str, park_ids: Sequence[str], sectors: dict[str, str]) -> None:
    """Act on a click in a matrix of parks (rows) and sectors (columns, by title)."""
    cells = st.session_state[key]["selection"]["cells"]
    if not cells:
        st.session_state["fit_sector"] = None
        return
    row, column = cells[0]
    choose_park(park_ids[row])
    st.session_state["fit_sector"] = sectors.get(column)


def row_event(key: str, target: str, values: Sequence[str]) -> None:
    """Keep which of these values a click in a table chose; a second click on it changes nothing."""
    rows = st.session_state[key]["selection"]["rows"]
    if rows:
        st.session_state[target] = values[rows[0]]


def actor() -> Actor | None:
    """Who has signed in with a named account; nothing of a password is kept."""
    known: Actor | None = st.session_state.get("actor")
    return known


def set_actor(new: Actor | None) -> None:
    """Remember who has signed in, or that nobody is."""
    st.session_state["actor"] = new
