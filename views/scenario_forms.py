"""Forms of the scenario page: one for each kind of edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from views import state
from views.scenario_edits import append
from views.words import column, word

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.plan import Plan
    from geo.scenario import Scenario

#: Key of the map that parks are drawn on.
AFTER = "scenario_after"
_ACCURACY_M = 500
#: Percentages with two decimals add up to 100 within this share.
_ROUNDING = 0.002


def show_forms(scenario: Scenario, after: Plan) -> None:
    """Draw a tab for each kind of edit, with the lists of the plan as the edits so far leave it."""
    sectors = dict(zip(after.main_sectors["sector_id"], after.main_sectors[column("name")], strict=True))
    parks = dict(zip(after.parks["park_id"], after.parks[column("short")], strict=True))
    pairs_listed = list(after.allocations[["sector_id", "park_id"]].itertuples(index=False, name=None))
    pairs = {f"{own} {park}": f"{sectors[own]} · {parks[park]}" for own, park in pairs_listed if own in sectors}
    kinds = ("add", "remove", "move", "target", "split", "draft")
    listed_parks = {sector: [park for own, park in pairs_listed if own == sector] for sector in sectors}
    tabs = st.tabs([word(f"scenario_{kind}") for kind in kinds])
    with tabs[0], st.form("scenario_form_add"):
        _pick("scenario_sector", "add_sector", sectors)
        _pick("scenario_park", "add_park", parks)
        _submit("scenario_do_add", _on_add)
    with tabs[1], st.form("scenario_form_remove"):
        _pick("scenario_pair", "remove_pair", pairs)
        _submit("scenario_do_remove", _on_remove)
    with tabs[2], st.form("scenario_form_move"):
        _pick("scenario_pair", "move_pair", pairs)
        _pick("scenario_to", "move_to", parks)
        _submit("scenario_do_move", _on_move)
    with tabs[3], st.form("scenario_form_target"):
        _pick("scenario_sector", "target_sector", sectors)
        st.number_input(word("scenario_value"), min_value=0.0, max_value=1e6, step=100.0, key="target_value")
        _submit("scenario_do_target", _on_target)
    with tabs[4]:
        _split_form(sectors, parks, listed_parks)
    with tabs[5]:
        _draft_form(_next_draft(scenario))


def _pick(title: str, key: str, names: dict[str, str]) -> None:
    st.selectbox(word(title), list(names), format_func=lambda name: names.get(name, name), key=key)


def _submit(title: str, callback: Callable[..., None], *args: object, disabled: bool = False) -> None:
    st.form_submit_button(word(title), type="primary", on_click=callback, args=args, disabled=disabled)


def _on_add() -> None:
    append({"edit": "add", "sector_id": state.value("add_sector"), "park_id": state.value("add_park")})


def _on_remove() -> None:
    sector, park = str(state.value("remove_pair")).split(" ", 1)
    append({"edit": "remove", "sector_id": sector, "park_id": park})


def _on_move() -> None:
    sector, park = str(state.value("move_pair")).split(" ", 1)
    append({"edit": "move", "sector_id": sector, "park_id": park, "to": state.value("move_to")})


def _on_target() -> None:
    append({"edit": "target", "sector_id": state.value("target_sector"), "value": state.value("target_value")})


def _split_form(sectors: dict[str, str], parks: dict[str, str], listed: dict[str, list[str]]) -> None:
    """Ask for the percentages of a sector's target by park; they start from equal parts and must add up to 100."""
    _pick("scenario_sector", "split_sector", sectors)
    sector = str(state.value("split_sector"))
    own = listed.get(sector, [])
    if not own:
        st.caption(word("scenario_split_none"))
        return
    table = pd.DataFrame(
        {word("scenario_park"): [parks[park] for park in own], word("scenario_percent"): [100 / len(own)] * len(own)}
    )
    percent = word("scenario_percent")
    with st.form(f"scenario_form_split_{sector}"):
        edited = st.data_editor(
            table, hide_index=True, disabled=[word("scenario_park")], key=f"split_table_{sector}_{len(own)}",
            column_config={percent: st.column_config.NumberColumn(min_value=0.0, max_value=100.0, format="%.2f")},
        )  # fmt: skip
        is_asked = st.form_submit_button(word("scenario_do_split"), type="primary")
    if is_asked:
        shares = edited[percent].fillna(0.0) / 100
        if abs(shares.sum() - 1) <= _ROUNDING:
            shares /= shares.sum()
        append({"edit": "split", "sector_id": sector, "shares": dict(zip(own, shares.tolist(), strict=True))})
        st.rerun()


def _next_draft(scenario: Scenario) -> int:
    taken = {getattr(edit, "park_id", "") for edit in scenario.edits}
    return next(number for number in range(1, len(taken) + 2) if f"draft-{number}" not in taken)


def _draft_form(number: int) -> None:
    """Offer to make a park of the polygon that was drawn on the map after."""
    geometry = state.drawn(AFTER) or {}
    is_polygon = geometry.get("type") == "Polygon"
    with st.form("scenario_form_draft"):
        st.caption(word("scenario_drawn" if is_polygon else "scenario_not_drawn"))
        st.text_input(
            word("scenario_draft_name"), word("scenario_draft_default", number=number), key=f"draft_name_{number}"
        )
        st.number_input(
            word("scenario_accuracy"), min_value=0, max_value=20_000, value=_ACCURACY_M, step=100, key="draft_accuracy"
        )
        _submit("scenario_do_draft", _on_draft, number, disabled=not is_polygon)


def _on_draft(number: int) -> None:
    edit = {
        "edit": "draft_park",
        "park_id": f"draft-{number}",
        "name_zh": str(state.value(f"draft_name_{number}") or "").strip(),
        "polygon": state.drawn(AFTER),
        "position_accuracy_m": state.value("draft_accuracy"),
        "grade": "D",
    }
    if append(edit):
        state.set_drawn(AFTER, None)
