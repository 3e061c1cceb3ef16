"""From an outside file to a draft: which park part each feature is, what is stated of them, and what would change."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from geo.errors import GeoError
from geo.extents import GRADES
from geo.intake import draft_extents, propose_matches
from geo.releases import release_changes
from geo.releases.origins import SOURCE, file_source, with_sources
from views import state
from views.accounts import show_hint
from views.cache import opened_store, shared_plan, shared_surroundings
from views.editions import change_rows, shown_number
from views.refusals import refusal
from views.words import column, either, word

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.accounts import Actor
    from geo.intake import Intake, Match

#: Features that are matched on the page; more of them are no file of park extents.
_MATCHED = 60
_FILE = "file"
_ACCURACY_M = {"A": 1.0, "B": 100.0, "C": 500.0, "D": 2000.0}


@dataclass(frozen=True, eq=False)
class Preview:
    """A draft that could be kept: its extents, and all that the store wants to know of them."""

    extents: gpd.GeoDataFrame
    changes: gpd.GeoDataFrame
    base: int
    why: str
    report: dict[str, Any]
    intake: Intake


def told() -> None:
    """Say once that a draft was kept, or why not."""
    if error := state.value("draft_fault"):
        st.error(error, icon=":material/error:")
        state.set_value("draft_fault", None)
    if number := state.value("draft_kept"):
        st.success(word("draft_kept", number=number), icon=":material/check_circle:")
        st.page_link(state.page("releases"), label=word("draft_to_releases"), icon=":material/history:")
        state.set_value("draft_kept", None)


def show_drafting(intake: Intake, actor: Actor | None) -> None:
    """Draw matching and statement, then what the draft changes, and keep it when an editor says so."""
    st.html(f"<h2 class='yt-h2'>{word('draft_title')}</h2>")
    proposals = propose_matches(intake, shared_surroundings(shared_plan()))
    left, right = st.columns([1.2, 1], gap="medium")
    with left:
        _matches(intake, proposals)
    with right:
        _statement(intake, proposals)
    preview: Preview | None = state.value("draft_preview")
    if preview is not None and preview.intake is intake:
        _show(preview, actor)


def _labels() -> dict[tuple[str, str], str]:
    around = shared_surroundings(shared_plan()).parts
    if state.language() == "zh":
        return dict(zip(zip(around["park_id"], around["part_id"], strict=True), around["label"], strict=True))
    plan = shared_plan()
    parks = plan.parks.set_index("park_id")["short_en"]
    own = zip(plan.parts["park_id"], plan.parts["part_id"], plan.parts["name_en"], strict=True)
    return {(park, part): f"{parks[park]} · {name}" for park, part, name in own}


def _features(intake: Intake, proposals: tuple[Match, ...]) -> list[tuple[int, str]]:
    """Features to match, those with a proposal first where there are too many."""
    proposed = {match.feature for match in proposals}
    pairs = list(zip(intake.table["feature"].astype(int), intake.names, strict=True))
    if len(pairs) > _MATCHED:
        pairs.sort(key=lambda pair: pair[0] not in proposed)
    return pairs[:_MATCHED]


def _matches(intake: Intake, proposals: tuple[Match, ...]) -> None:
    """Ask for the part that each feature is; nothing is taken over before a person has chosen it."""
    labels = _labels()
    st.caption(word("draft_match_help"))
    st.button(
        word("draft_take"), on_click=_take, args=(intake, proposals), icon=":material/done_all:", key="draft_take",
        disabled=not any(match.is_by_name for match in proposals),
    )  # fmt: skip
    pairs = _features(intake, proposals)
    if len(intake.table) > len(pairs):
        st.caption(word("draft_many", shown=len(pairs), count=len(intake.table)))
    for feature, name in pairs:
        own = {(match.park_id, match.part_id): match for match in proposals if match.feature == feature}
        others = [part for part in labels if part not in own]

        def said(part: tuple[str, str] | None, own: dict[tuple[str, str], Match] = own) -> str:
            if part is None:
                return word("draft_skip")
            if part not in own:
                return labels.get(part, "/".join(part))
            reason = either(own[part].why, own[part].why_en)
            return word("draft_proposal", part=labels.get(part, "/".join(part)), why=reason)

        st.selectbox(
            word("draft_feature", feature=feature, name=name), [None, *own, *others], format_func=said,
            key=_key(intake, feature),
        )  # fmt: skip


def _key(intake: Intake, feature: int) -> str:
    return f"match_{intake.sha256[:8]}_{feature}"


def _take(intake: Intake, proposals: tuple[Match, ...]) -> None:
    """Choose the likeliest part for each feature whose name says it."""
    for match in reversed(proposals):
        if match.is_by_name:
            state.set_value(_key(intake, match.feature), (match.park_id, match.part_id))


def _statement(intake: Intake, proposals: tuple[Match, ...]) -> None:
    """Ask for what is stated of the new extents."""
    st.selectbox(
        word("draft_grade"), list(GRADES), format_func=lambda grade: f"{grade} · {either(*GRADES[grade])}",
        key="draft_grade", on_change=_suggest_accuracy,
    )  # fmt: skip
    st.number_input(
        word("draft_accuracy"), min_value=0.0, max_value=20_000.0, value=_ACCURACY_M["A"], step=1.0, format="%g",
        key="draft_accuracy_m", help=word("draft_accuracy_help"),
    )  # fmt: skip
    sources = shared_plan().sources
    titles = {_FILE: word("draft_source_file")} | dict(zip(sources["source_id"], sources[column("title")], strict=True))
    chosen = st.selectbox(word("draft_source"), list(titles), format_func=lambda name: titles[name], key="draft_source")
    with st.form("draft_form"):
        if chosen == _FILE:
            st.text_input(word("draft_source_zh"), key="draft_source_zh", max_chars=200)
            st.text_input(word("draft_source_en"), key="draft_source_en", max_chars=200)
            st.text_input(word("draft_publisher"), key="draft_publisher", max_chars=200)
            st.text_input(word("draft_licence"), key="draft_licence", max_chars=200)
        st.text_input(word("draft_as_of"), value=f"{dt.datetime.now(dt.UTC):%Y-%m}", key="draft_as_of", max_chars=10)
        st.text_area(word("draft_evidence_zh"), key="draft_evidence_zh", max_chars=4000, height=80)
        st.text_area(word("draft_evidence_en"), key="draft_evidence_en", max_chars=4000, height=80)
        st.text_input(word("draft_why"), key="draft_why", max_chars=400)
        st.form_submit_button(
            word("draft_check"), type="primary", on_click=_check, args=(intake, proposals), icon=":material/preview:"
        )


def _suggest_accuracy() -> None:
    state.set_value("draft_accuracy_m", _ACCURACY_M[state.value("draft_grade")])


def _text(key: str) -> str:
    return str(state.value(key) or "").strip()


def _lines(key: str) -> list[str]:
    return [line.strip() for line in _text(key).splitlines() if line.strip()]


def _check(intake: Intake, proposals: tuple[Match, ...]) -> None:
    """Make the draft in memory; every reason against it is told."""
    state.set_value("draft_preview", None)
    try:
        state.set_value("draft_preview", _preview(intake, proposals))
    except GeoError as error:
        state.set_value("draft_fault", refusal(error))


def _preview(intake: Intake, proposals: tuple[Match, ...]) -> Preview:
    plan = shared_plan()
    pairs = [(feature, state.value(_key(intake, feature))) for feature, _ in _features(intake, proposals)]
    matches = {feature: part for feature, part in pairs if part is not None}
    report = intake.to_json() | {
        "matches": [{"feature": feature, "extent_id": "/".join(part)} for feature, part in matches.items()],
        "repairs": state.value("intake_log") or [],
    }
    source_id = state.value("draft_source")
    if source_id == _FILE:
        row = file_source(
            intake.sha256, title_zh=_text("draft_source_zh"),
            title_en=_text("draft_source_en") or _text("draft_source_zh"), licence=_text("draft_licence"),
            date=_text("draft_as_of"), publisher=_text("draft_publisher"),
        )  # fmt: skip
        plan, source_id, report = with_sources(plan, [row]), row["source_id"], report | {SOURCE: row}
    evidence = _lines("draft_evidence_zh")
    extents = draft_extents(
        plan, intake, matches, grade=state.value("draft_grade"),
        position_accuracy_m=float(state.value("draft_accuracy_m")), evidence_zh=evidence,
        evidence_en=_lines("draft_evidence_en") or evidence, source_id=source_id, as_of=_text("draft_as_of"),
    )  # fmt: skip
    changes = release_changes(plan.extents, extents)
    return Preview(extents, changes, shown_number(plan), _text("draft_why"), report, intake)


def _show(preview: Preview, actor: Actor | None) -> None:
    st.html(f"<h2 class='yt-h2'>{word('draft_changes')} <small>{len(preview.changes)}</small></h2>")
    plan = replace(shared_plan(), extents=preview.extents)
    st.dataframe(change_rows(preview.changes, plan), hide_index=True)
    st.caption(word("draft_base", number=preview.base))
    if actor is None or not actor.may("editor"):
        st.info(word("draft_no_role"), icon=":material/lock:")
        if actor is None:
            show_hint()
        return
    if not preview.why:
        st.warning(escape(word("draft_no_why")), icon=":material/edit_note:")
    st.button(
        word("draft_save"), type="primary", on_click=_save, args=(preview, actor), icon=":material/save:",
        disabled=not preview.why,
    )  # fmt: skip


def _save(preview: Preview, actor: Actor) -> None:
    try:
        kept = opened_store().draft(
            preview.extents, actor=actor, why=preview.why, source_file=preview.intake.name,
            source_sha256=preview.intake.sha256, report=preview.report, base=preview.base,
        )  # fmt: skip
    except GeoError as error:
        state.set_value("draft_fault", refusal(error))
        return
    state.set_value("draft_kept", kept.id)
    state.set_value("draft_preview", None)
