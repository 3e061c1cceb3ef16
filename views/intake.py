"""边界更新: an outside file read, asked about, checked and repaired, matched and made a draft of new extents."""

from __future__ import annotations

import hashlib
import json
import time
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st
from numpy import isfinite

from geo.crs import geodesic_area_m2
from geo.errors import GeoError
from geo.intake import read_intake, read_limits
from geo.intake.formats import OFFERED
from geo.systems import crs_names
from layers.atlas import leaflet_bounds
from layers.drafts import MOST, file_features
from views import drafting, faults, state, uploads
from views.accounts import show_account
from views.cache import shared_plan, shared_profiles
from views.large_files import tile_from
from views.map import show_map
from views.refusals import refusal
from views.words import either, listed, word

if TYPE_CHECKING:
    from geo.intake import Intake, Question

#: Endings of the files that are taken.
TYPES = [
    "zip", "geojson", "json", "gpkg", "kml", "kmz", "dxf", "txt", "csv", "xlsx", "parquet", "geoparquet", "fgb"
]  # fmt: skip
_SHOWN = 200
_MEGABYTE = 1_000_000
_WORDED = {("axes", "keep"), ("axes", "swap"), ("datum", "wgs84"), ("datum", "gcj02"), ("datum", "bd09")}
#: Kinds of questions to which an answer may be given that is not offered.
_OPEN = ("crs", "encoding")


def page() -> None:
    """Draw the page."""
    st.html(f"<h1 class='yt-h1'>{word('intake_title')}</h1><p class='yt-lead'>{escape(word('intake_intro'))}</p>")
    actor = show_account()
    drafting.told()
    name, content = _given()
    if content is None:
        st.html(f"<div class='yt-card yt-box yt-empty'><p>{escape(word('intake_empty'))}</p></div>")
        return
    intake = _read(name, content)
    if intake is None:
        return
    left, right = st.columns([1, 1.35], gap="medium")
    with left:
        _facts(intake)
        _questions(intake)
        use = None if intake.questions else uploads.show_use(intake, tile_from())
        if use == "layer":
            uploads.show_upload(intake)
        faults.show_faults(intake, but=uploads.ONLY_OF_EXTENTS if use == "layer" else frozenset())
    with right:
        _map(intake)
        _names(intake)
    if intake.questions:
        st.info(word("intake_open"), icon=":material/help:")
    elif use == "extents":
        drafting.show_drafting(intake, actor)


def _given() -> tuple[str, bytes | None]:
    limits = read_limits()
    with st.container(key=f"upload_{state.language()}_intake"):
        given = st.file_uploader(word("intake_file"), type=TYPES, key="intake_file", on_change=_restart)
    st.caption(
        word(
            "intake_limits", formats=OFFERED, size=f"{limits.file_bytes // _MEGABYTE}", features=f"{limits.features:,}",
            seconds=limits.seconds,
        )
    )  # fmt: skip
    return ("", None) if given is None else (given.name, given.getvalue())


def _restart() -> None:
    """Another file: nothing of what was said about the last one stays."""
    for key in (
        "intake_answers",
        "intake_asked",
        "intake_now",
        "intake_log",
        "intake_fault",
        "intake_stopped",
        "intake_use",
        "draft_preview",
    ):
        state.set_value(key, None)


def _read(name: str, content: bytes) -> Intake | None:
    """Read the file anew when it, an answer or the present extents have changed; a refusal is told."""
    answers: dict[str, str] = state.value("intake_answers") or {}
    asked = hashlib.sha256(content + json.dumps([name, answers, shared_plan().digest]).encode()).hexdigest()
    if state.value("intake_asked") != asked:
        if state.value("intake_stopped") == asked:
            st.warning(word("intake_stopped", name=name), icon=":material/pause_circle:")
            st.button(word("intake_resume"), on_click=_stop, args=(None,), icon=":material/play_arrow:")
            return None
        state.set_value("intake_now", _reading(name, content, answers, asked))
        state.set_value("intake_log", [])
        state.set_value("intake_asked", asked)
    now = state.value("intake_now")
    if isinstance(now, GeoError):
        st.error(word("titled", title=word("intake_refused"), text=refusal(now)), icon=":material/block:")
        _answered(answers)
        return None
    return now  # type: ignore[no-any-return]


def _reading(name: str, content: bytes, answers: dict[str, str], asked: str) -> Intake | GeoError:
    """Read the file, or say why not; a press of the button ends this run, and the reading, at the next sign of life."""
    most, start = read_limits().seconds, time.monotonic()
    place = st.empty()
    with place.container():
        st.button(word("intake_stop"), on_click=_stop, args=(asked,), icon=":material/stop_circle:")
        bar = st.progress(0.0, text=word("intake_reading", name=name, spent=0, most=most))

        def is_cancelled() -> bool:
            spent = time.monotonic() - start
            bar.progress(min(1.0, spent / most), text=word("intake_reading", name=name, spent=int(spent), most=most))
            return False

        found: Intake | GeoError
        try:
            found = read_intake(content, name=name, answers=answers, plan=shared_plan(), is_cancelled=is_cancelled)
        except GeoError as error:
            found = error
    place.empty()
    return found


def _stop(asked: str | None) -> None:
    """Leave a reading be; None takes it up again."""
    state.set_value("intake_stopped", asked)


def _facts(intake: Intake) -> None:
    crs = word("intake_unknown") if intake.crs is None else _system(intake.crs)
    facts = {
        "intake_format": f"{intake.format} · {intake.layer}",
        "intake_encoding": intake.encoding,
        "intake_crs": crs,
        "intake_datum": choice_words("datum", intake.datum),
        "intake_features": f"{len(intake.table):,}",
        "intake_bytes": f"{intake.bytes:,} B · SHA-256 {intake.sha256[:16]}…",
    }
    lines = "".join(f"<tr><th>{word(key)}</th><td>{escape(text)}</td></tr>" for key, text in facts.items())
    st.html(f"<div class='yt-card yt-box'><h3>{escape(intake.name)}</h3><table class='yt-facts'>{lines}</table></div>")
    _answered(intake.answers)


def _system(code: str) -> str:
    try:
        return f"{code} · {either(*crs_names(code)[:2])}"
    except GeoError:
        return code


def choice_words(kind: str, choice: str) -> str:
    """Say one answer of a question in words."""
    if (kind, choice) in _WORDED:
        return word(f"intake_{kind}_{choice}")
    return _system(choice) if kind == "crs" else choice


def _answered(answers: dict[str, str]) -> None:
    """Tell what has been answered, and the way to answer anew."""
    if not answers:
        return
    said = [word("titled", title=word(f"intake_{k}"), text=choice_words(k, answer)) for k, answer in answers.items()]
    st.caption(word("intake_answered", answers=listed(said)))
    st.button(word("intake_again"), on_click=_restart, icon=":material/restart_alt:", type="tertiary")


def _questions(intake: Intake) -> None:
    """Ask what the file does not say for sure; the guess is marked and says why."""
    if not intake.questions:
        return
    with st.form("intake_questions"):
        st.html(f"<h2 class='yt-h2'>{word('intake_questions')} <small>{len(intake.questions)}</small></h2>")
        for question in intake.questions:
            _question(question)
        st.form_submit_button(
            word("intake_answer"), type="primary", on_click=_take, args=(intake.questions,), icon=":material/check:"
        )


def _question(question: Question) -> None:
    choices = list(dict.fromkeys(filter(None, [question.guess, *question.choices])))

    def said(choice: str) -> str:
        text = choice_words(question.kind, choice)
        return word("intake_guess", text=text) if choice == question.guess else text

    st.radio(
        word(f"intake_ask_{question.kind}"),
        choices,
        index=0 if choices else None,
        format_func=said,
        key=f"intake_q_{question.kind}",
    )
    if question.kind in _OPEN:
        st.text_input(word(f"intake_other_{question.kind}"), key=f"intake_o_{question.kind}", max_chars=40)
    st.caption(word("titled", title=word("intake_why"), text=either(question.why, question.why_en)))
    if question.preview:
        st.caption(word("titled", title=word("intake_preview"), text=listed(question.preview)))


def _take(questions: tuple[Question, ...]) -> None:
    answers = dict(state.value("intake_answers") or {})
    for question in questions:
        other = str(state.value(f"intake_o_{question.kind}") or "").strip()
        if answer := other or state.value(f"intake_q_{question.kind}"):
            answers[question.kind] = answer
    state.set_value("intake_answers", answers)
    state.set_value("draft_preview", None)


def _map(intake: Intake) -> None:
    """Set the file's features over the present extents, and mark where its faults are."""
    if intake.table.crs is None:
        st.info(word("intake_no_map"), icon=":material/location_off:")
        return
    read = file_features(intake.table, intake.names)
    outlines = [feature["geometry"] for feature in read["features"]]
    places = [[fault.lon, fault.lat] for fault in intake.faults if fault.lon is not None][:_SHOWN]
    marks = [{"type": "MultiPoint", "coordinates": places}] if places else []
    bounds = intake.table.total_bounds
    extra: dict[str, Any] = {"draft": read, "focus": leaflet_bounds(bounds) if isfinite(bounds).all() else None}
    show_map(
        "intake_map",
        list(shared_profiles().extents["extent_id"]),
        site={"type": "GeometryCollection", "geometries": [*outlines, *marks]} if outlines or marks else None,
        extra=extra,
    )
    st.caption(word("intake_map_note"))
    if len(intake.table) > MOST:
        st.caption(word("intake_map_first", shown=MOST, count=f"{len(intake.table):,}"))


def _names(intake: Intake) -> None:
    """Preview the columns as read: wrong letters are seen here at once."""
    table = pd.DataFrame(intake.table.drop(columns=["geometry", "feature"], errors="ignore")).head(_SHOWN)
    if intake.table.crs is not None:
        areas = (geodesic_area_m2(intake.table.geometry.head(_SHOWN)) / 1e6).round(4)
        table.insert(0, word("intake_area"), areas)
    table.insert(0, word("intake_feature"), intake.table["feature"].head(_SHOWN))
    for name in table.columns[2:]:
        table[name] = table[name].map(_cell)
    st.dataframe(table, hide_index=True, height=min(220, 38 + 35 * len(table)))


def _cell(value: object) -> str:
    """Write a cell as the file has it: a whole number is kept as a float, and a year is no 2005.0."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
