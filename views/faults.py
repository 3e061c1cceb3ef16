"""Faults of an outside file: what is wrong, where, and repairs that a person chooses, each with its area."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from geo.errors import GeoError
from geo.intake import REPAIRS, repair
from views import state
from views.cache import shared_plan
from views.refusals import refusal
from views.words import either, word

if TYPE_CHECKING:
    from geo.intake import Intake
    from geo.intake.values import FeatureFault

#: Repairs that are offered one by one; a file with more is better mended where it was made.
_OFFERED = 60
#: Faults that are listed: more of them no person reads, and no browser should be sent.
_LISTED = 500


def show_faults(intake: Intake, *, but: frozenset[str] = frozenset()) -> None:
    """Draw the table of faults, the repairs on offer, and the log of those that were done; `but` these kinds."""
    found = [fault for fault in intake.faults if fault.kind not in but]
    st.html(f"<h2 class='yt-h2'>{word('faults_title')} <small>{len(found):,}</small></h2>")
    if error := state.value("intake_fault"):
        st.error(error, icon=":material/error:")
    if found:
        _table(intake, found[:_LISTED])
        if len(found) > _LISTED:
            st.caption(word("faults_listed", shown=_LISTED, count=f"{len(found):,}"))
        _offers(intake, found)
    else:
        st.caption(word("faults_none"))
    _log()


def _names(intake: Intake) -> dict[int, str]:
    return dict(zip(intake.table["feature"], intake.names, strict=True))


def _table(intake: Intake, found: list[FeatureFault]) -> None:
    names = _names(intake)
    table = pd.DataFrame(
        {
            word("intake_feature"): [fault.feature for fault in found],
            word("faults_name"): [
                names.get(fault.feature, "") if fault.feature else word("faults_whole") for fault in found
            ],
            word("faults_reason"): [either(fault.reason, fault.reason_en) for fault in found],
            word("faults_must"): [word("faults_yes" if fault.is_blocking else "faults_no") for fault in found],
            word("faults_place"): ["" if fault.lon is None else f"{fault.lon:.6f}, {fault.lat:.6f}" for fault in found],
        }
    )
    st.dataframe(table, hide_index=True, height=min(320, 38 + 35 * len(table)))


def _offers(intake: Intake, found: list[FeatureFault]) -> None:
    offers = list(dict.fromkeys((fault.feature, fault.kind) for fault in found if fault.repair is not None))
    if not offers:
        return
    names = _names(intake)
    with st.form("faults_form"):
        st.caption(word("faults_offer"))
        for feature, kind in offers[:_OFFERED]:
            st.checkbox(
                word("faults_repair", feature=feature, name=names.get(feature, ""), what=either(*REPAIRS[kind][1:])),
                key=f"repair_{feature}_{kind}",
            )
        if len(offers) > _OFFERED:
            st.caption(word("faults_more", count=len(offers) - _OFFERED))
        st.form_submit_button(
            word("faults_do"), on_click=_repair, args=(intake, offers[:_OFFERED]), icon=":material/build:"
        )


def _repair(intake: Intake, offers: list[tuple[int, str]]) -> None:
    """Do the repairs that were ticked; what was read stays as it is when they cannot be done."""
    chosen = [pair for pair in offers if state.value(f"repair_{pair[0]}_{pair[1]}")]
    state.set_value("intake_fault", None)
    if not chosen:
        return
    try:
        mended, log = repair(intake, chosen, plan=shared_plan())
    except GeoError as error:
        state.set_value("intake_fault", refusal(error))
        return
    rows = [{str(key): value for key, value in row.items()} for row in log.to_dict("records")]
    state.set_value("intake_now", mended)
    state.set_value("intake_log", [*(state.value("intake_log") or []), *rows])
    state.set_value("draft_preview", None)


def _log() -> None:
    rows = state.value("intake_log") or []
    if not rows:
        return
    table = pd.DataFrame(
        {
            word("intake_feature"): [row["feature"] for row in rows],
            word("faults_done"): [either(row["done"], row["done_en"]) for row in rows],
            word("faults_before"): [f"{row['area_before_m2']:,.0f}" for row in rows],
            word("faults_after"): [f"{row['area_after_m2']:,.0f}" for row in rows],
        }
    )
    st.html(f"<h2 class='yt-h2'>{word('faults_log')}</h2>")
    st.dataframe(table, hide_index=True)
    st.button(word("faults_undo"), on_click=_undo, icon=":material/undo:", type="tertiary")


def _undo() -> None:
    """Read the file anew, without any repair."""
    state.set_value("intake_asked", None)
    state.set_value("draft_preview", None)
