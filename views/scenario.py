"""Scenario: what-if edits beside the plan, and at once what they change in figures and on the map."""

from __future__ import annotations

import json
from dataclasses import replace
from html import escape

import streamlit as st

from geo.errors import GeoError
from geo.scenario import Scenario, edition_notice, read_scenario, scenario_text, url_or_none
from views import state
from views.cache import Changed, shared_changes, shared_plan, shared_profiles
from views.card import verdict_badge
from views.map import show_map
from views.scenario_edits import attempt, blank, fault_lines
from views.scenario_forms import AFTER, show_forms
from views.scenario_tables import pair, show_tables
from views.words import either, word

_LISTED = ("aligned", "layout_only", "unreflected")


def page() -> None:
    """Draw the page."""
    st.html(f"<h1 class='yt-h1'>{word('scenario_title')}</h1><p class='yt-lead'>{escape(word('scenario_intro'))}</p>")
    scenario, changed = _current()
    _notices(scenario)
    with st.sidebar:
        _files(scenario)
    left, right = st.columns([1, 2.4], gap="medium")
    with left:
        _edits(scenario, changed)
        show_forms(scenario, changed.plan)
    with right:
        _counts(changed)
        _maps(changed)
    show_tables(changed)


def _current() -> tuple[Scenario, Changed]:
    """Give the session's scenario with what it changes; one that does not fit this plan is told and left."""
    scenario = state.scenario() or blank()
    try:
        return scenario, shared_changes(scenario)
    except GeoError as error:
        state.set_value("scenario_fault", error)
        state.set_scenario(None)
        return blank(), shared_changes(blank())


def _notices(scenario: Scenario) -> None:
    words = shared_plan().descriptor["plan"]
    plan = either(words["title_zh"], words["title_en"])
    st.caption(word("scenario_edition", plan=plan, version=scenario.plan_version))
    if notice := edition_notice(shared_plan(), scenario):
        st.warning(either(*notice), icon=":material/warning:")
    if error := state.value("scenario_fault"):
        for line in fault_lines(error):
            st.error(line, icon=":material/error:")
    if url_or_none(scenario) is None:
        st.info(word("scenario_long"))


def _files(scenario: Scenario) -> None:
    st.download_button(
        word("scenario_download"), scenario_text(scenario), "yuantu_scenario.json", "application/json",
        on_click="ignore", icon=":material/download:",
    )  # fmt: skip
    with st.container(key=f"upload_{state.language()}_scenario"):  # the style sheet puts its words into Chinese
        st.file_uploader(word("scenario_upload"), type=["json"], key="scenario_file", on_change=_load)


def _load() -> None:
    given = state.value("scenario_file")
    if given is not None:
        attempt(lambda: read_scenario(given.getvalue()))


def _drop(number: int) -> None:
    scenario = state.scenario() or blank()
    attempt(lambda: replace(scenario, edits=scenario.edits[:number] + scenario.edits[number + 1 :]))


def _rename() -> None:
    content = json.loads(scenario_text(state.scenario() or blank()))
    content["name"] = str(state.value("scenario_name") or "").strip()
    attempt(lambda: read_scenario(json.dumps(content)))


def _restart() -> None:
    state.set_value("scenario_fault", None)
    state.set_scenario(None)


def _edits(scenario: Scenario, changed: Changed) -> None:
    state.set_value("scenario_name", scenario.name)
    st.text_input(word("scenario_name"), key="scenario_name", max_chars=100, on_change=_rename)
    st.html(f"<h2 class='yt-h2'>{word('scenario_edits')} <small>{len(scenario.edits)}</small></h2>")
    if not scenario.edits:
        st.html(f"<p class='yt-note'>{escape(word('scenario_empty'))}</p>")
        return
    with st.container(key="scenario_edits", gap="small"):
        for number, text in enumerate(changed.tables["edits"][state.language()]):
            words, button = st.columns([6, 1], vertical_alignment="center")
            words.html(f"<div class='yt-edit'><b>{number + 1}</b> {escape(text)}</div>")
            button.button(
                "", key=f"scenario_drop_{number}", icon=":material/close:", help=word("scenario_drop"), type="tertiary",
                on_click=_drop, args=(number,),
            )  # fmt: skip
    st.button(word("scenario_restart"), on_click=_restart, icon=":material/restart_alt:", type="tertiary")


def _counts(changed: Changed) -> None:
    boxes = "".join(
        f"<div class='yt-stat' data-verdict='{row['verdict']}'>{verdict_badge(row['verdict'])}"
        f"<b>{pair(row['before'], row['after'])}</b><small>{_signed(row['difference'])}</small></div>"
        for row in changed.tables["verdicts"].to_dict("records")
    )
    st.html(f"<div class='yt-stats yt-changes' aria-label='{word('scenario_counts')}'>{boxes}</div>")


def _signed(difference: float) -> str:
    return f"{difference:+.0f}" if difference else ""


def _maps(changed: Changed) -> None:
    extents = list(shared_profiles().extents["extent_id"])
    listed = changed.fit[changed.fit["verdict"].isin(_LISTED)]
    counts = {str(sector): int(count) for sector, count in listed.groupby("sector_id")["park_id"].nunique().items()}
    before, after = st.columns(2, gap="small")
    with before:
        st.html(f"<h2 class='yt-h2'>{word('scenario_before')}</h2>")
        show_map("scenario_before", extents, extra={"sync": "scenario"})
    with after:
        st.html(f"<h2 class='yt-h2'>{word('scenario_after')} <small>{word('scenario_draw_hint')}</small></h2>")
        extra = {"sync": "scenario", "over": changed.over, "draft": changed.draft, "counts": counts}
        show_map(AFTER, extents, draw=True, extra=extra)
