"""Screening: one project by a form, many by a file; gates, candidates and the report of both."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tempfile
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st
from shapely.geometry import shape

from geo.errors import GeoError
from geo.screening import screen_project, screen_projects
from geo.screening.batch import ProjectRow, read_projects, template_workbook
from geo.screening.candidates import CRITERIA, criterion_name
from geo.screening.projects import COLUMNS, read_project
from geo.screening.rules import DEFAULT_RULES, Rules, read_rules
from geo.screening.weights import reweighted, stated_weights
from layers.report import report_pdf, report_xlsx
from layers.report_content import RulesStamp, map_notice
from views import state
from views.cache import shared_park_facts, shared_plan, shared_profiles
from views.map import show_map
from views.outcome import candidates_html, comparison_html, gates_html, own, subsectors_html, summary_rows
from views.refusals import refusal
from views.settings import setting
from views.sitefile import show_site_file
from views.words import column, either, word

#: Fields that most people fill in; the others stand behind a fold.
_FIRST = ("name", "product", "sector", "gbt4754", "area_ha", "lon", "lat")
_COMPARED = 4
_BLOCK = 20
_MAP = "screen_map"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TYPES = {"pdf": "application/pdf", "xlsx": _XLSX, "json": "application/json"}


def page() -> None:
    """Draw the page."""
    st.html(f"<h1 class='yt-h1'>{word('screen_title')}</h1><p class='yt-lead'>{escape(word('screen_intro'))}</p>")
    rules = _rules()
    one, many = st.tabs([word("screen_one"), word("screen_many")])
    with one:
        _single(rules)
    with many:
        _batch(rules)


def _rules() -> Rules:
    """Rules of the office: those uploaded in this session, else the shipped ones, which hold no thresholds."""
    with st.sidebar:
        given = _uploaded("rules_file", "screen_rules", ["toml"], help=word("screen_rules_help"))
        content = given.getvalue() if given else DEFAULT_RULES.read_bytes()
        try:
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / (Path(given.name).name if given else DEFAULT_RULES.name)
                file.write_bytes(content)
                rules = read_rules(file, plan=shared_plan())
        except GeoError as error:
            st.error(word("screen_rules_failed", reason=refusal(error)))
            rules = read_rules()
        rules = reweighted(rules, _weights(rules))
        st.caption(either(*rules.said))
        if rules.is_synthetic:
            st.warning(word("screen_synthetic"))
    return rules


def _weights(rules: Rules) -> dict[str, float]:
    """Ask how much each criterion counts; what the rules state is where it starts."""
    named = CRITERIA | {row["id"]: criterion_name(row) for row in rules.content["ranking"].get("criteria", ())}
    with st.expander(word("screen_weights")):
        st.caption(word("screen_weights_help"))
        return {
            name: float(
                st.number_input(
                    either(*named[name]), min_value=0.0, max_value=1000.0, value=weight, step=5.0, format="%g",
                    key=f"weight_{rules.sha256[:8]}_{name}", persist_state="session",
                )
            )
            for name, weight in stated_weights(rules).items()
        }  # fmt: skip


def _uploaded(key: str, label: str, kinds: list[str], **more: Any) -> Any:  # noqa: ANN401
    """Ask for a file; the style sheet puts the uploader's own words into the session's language."""
    with st.container(key=f"upload_{state.language()}_{key}"):
        return st.file_uploader(word(label), type=kinds, key=key, **more)


def _single(rules: Rules) -> None:
    left, right = st.columns([0.8, 2.2], gap="medium")
    with left:
        show_site_file(_MAP)
        cells = _form()
    if cells is not None:
        state.set_value("screen_cells", cells)
    with right:
        answer = _answer(rules)
        _outcome(answer, rules)
    if answer is not None:
        _comparison(answer["candidates"])
        st.html(gates_html(answer["gates"]))


def _form() -> dict[str, str] | None:
    """Ask for a project; None until the person asks for the check."""
    with st.form("screen_form", border=True):
        cells = {item.field: _input(item) for item in COLUMNS if item.field in _FIRST}
        with st.expander(word("screen_more")):
            cells |= {item.field: _input(item) for item in COLUMNS if item.field not in _FIRST}
        is_asked = st.form_submit_button(word("screen_check"), type="primary", icon=":material/fact_check:")
    return cells if is_asked else None


def _input(item: Any) -> str:  # noqa: ANN401
    label = either(item.zh.replace("_", "（") + ("）" if "_" in item.zh else ""), item.en)
    example = either(item.example, item.example_en or item.example)
    return st.text_input(
        label, key=f"screen_{item.field}", help=either(item.note_zh, item.note_en),
        placeholder=word("screen_example", example=example), persist_state="session",
    )  # fmt: skip


def _answer(rules: Rules) -> dict[str, Any] | None:
    cells = state.value("screen_cells")
    if cells is None:
        return None
    bounds = shared_plan().descriptor.get("bounds")
    project, faults = read_project(_with_drawn_site(cells), file=word("screen_form"), bounds=bounds)
    for fault in faults:
        title, reason = either(fault.field or "", fault.field_en or ""), either(fault.reason, fault.reason_en)
        st.error(word("titled", title=title, text=reason) if title else reason, icon=":material/error:")
    if faults:
        return None
    try:
        return screen_project(project, shared_park_facts(), rules, on=dt.date.today())  # noqa: DTZ011
    except GeoError as error:
        st.error(refusal(error), icon=":material/error:")
        return None


def _with_drawn_site(cells: dict[str, str]) -> dict[str, str]:
    """Cells of the form, with the site that was drawn on the map in place of the one that was typed."""
    drawn = state.drawn(_MAP)
    if drawn is None:
        return cells
    measured = {} if drawn["type"] == "Point" else {"area_ha": ""}
    return cells | {"site_wkt": shape(drawn).wkt, "lon": "", "lat": ""} | measured


def _outcome(answer: dict[str, Any] | None, rules: Rules) -> None:
    """Say what the check gives, beside the map, which stands before anything is asked so that a site can be drawn."""
    if answer is not None:
        st.html(subsectors_html(answer))
        _downloads([answer], rules, key="one")
    left, right = st.columns([1, 1.1], gap="medium")
    with left:
        if answer is None:
            st.html(f"<div class='yt-card yt-box yt-empty'><p>{word('screen_empty')}</p></div>")
        elif answer["subsectors"]:
            st.html(candidates_html(answer["candidates"], answer["ranking"]))
        else:
            st.info(word("screen_unranked"), icon=":material/help:")
    with right:
        _site_map(answer["candidates"] if answer and answer["subsectors"] else None)


def _site_map(candidates: list[dict[str, Any]] | None) -> None:
    """Map on which the site is drawn; with candidates it shows them alone, each with its rank."""
    extents = shared_profiles().extents
    ranks = {candidate["park_id"]: candidate["rank"] for candidate in candidates or ()}
    shown = extents if candidates is None else extents[extents["park_id"].isin(ranks)]
    show_map(_MAP, list(shown["extent_id"]), ranks=ranks, draw=True)
    st.caption(word("screen_drawn" if state.drawn(_MAP) else "screen_draw"))


def _comparison(candidates: list[dict[str, Any]]) -> None:
    """Set up to four candidates side by side, criterion by criterion."""
    names = {candidate["park_id"]: candidate[column("park")] for candidate in candidates}
    if len(names) < 2:  # noqa: PLR2004
        return
    chosen = st.multiselect(
        word("screen_compare"),
        list(names),
        default=list(names)[: _COMPARED - 1],
        format_func=lambda park: names[park],
        max_selections=_COMPARED,
    )
    picked = [candidate for candidate in candidates if candidate["park_id"] in chosen]
    if picked:
        st.html(comparison_html(picked))


def _downloads(answers: list[dict[str, Any]], rules: Rules, *, key: str) -> None:
    """Offer the report as PDF and XLSX, and the JSON that reproduces it; a PDF is made when asked for."""
    plan = shared_plan()
    today = dt.date.today()  # noqa: DTZ011
    stamp = RulesStamp(rules.label, rules.sha256)
    notice = map_notice(setting("review_number"))
    offers = (
        ("pdf", word("screen_pdf"), partial(report_pdf, plan, answers, date=today, rules=stamp, notice=notice)),
        ("xlsx", word("screen_xlsx"), partial(report_xlsx, plan, answers, date=today, rules=stamp, notice=notice)),
        ("json", "JSON", json.dumps(answers, ensure_ascii=False, indent=1)),
    )
    with st.container(horizontal=True):
        for kind, title, made in offers:
            st.download_button(
                title, made, f"yuantu_screening.{kind}", _TYPES[kind], on_click="ignore", icon=":material/download:",
                key=f"{kind}_{key}",
            )  # fmt: skip
    if state.language() == "en":
        st.caption(word("screen_reports"))


def _batch(rules: Rules) -> None:
    st.download_button(
        word("screen_template"), template_workbook(), "yuantu_projects.xlsx", _XLSX, on_click="ignore",
        icon=":material/download:",
    )  # fmt: skip
    given = _uploaded("projects_file", "screen_file", ["csv", "xlsx"])
    if given is None:
        st.caption(word("screen_file_hint"))
        return
    answers = _judged(Path(given.name).name, given.getvalue(), rules)
    if answers:
        _table(answers)
        good = [answer for answer in answers if not answer["errors"]]
        if good:
            _downloads(good, rules, key="many")


def _judged(name: str, content: bytes, rules: Rules) -> list[dict[str, Any]]:
    """Read and judge a file, block by block, with progress and a way to stop; what is wrong with the file is said."""
    rows = _rows(name, content)
    asked = hashlib.sha256(content + rules.label.encode() + rules.sha256.encode()).hexdigest()
    batch = state.value("screen_batch")
    if batch is None or batch["asked"] != asked:
        batch = {"asked": asked, "answers": [], "is_stopped": False}
        state.set_value("screen_batch", batch)
    answers: list[dict[str, Any]] = batch["answers"]
    if len(answers) < len(rows) and not batch["is_stopped"]:
        _judge(rows, answers, rules)
    if len(answers) < len(rows):
        st.warning(word("screen_stopped", done=len(answers), total=len(rows)), icon=":material/pause_circle:")
        st.button(word("screen_resume"), on_click=lambda: batch.update(is_stopped=False), icon=":material/play_arrow:")
    return answers


def _judge(rows: list[ProjectRow], answers: list[dict[str, Any]], rules: Rules) -> None:
    """Judge the rows that are left; a press of the button ends this run at the next sign of progress."""
    place = st.empty()
    with place.container():
        st.button(
            word("screen_stop"), on_click=lambda: state.value("screen_batch").update(is_stopped=True),
            icon=":material/stop_circle:",
        )  # fmt: skip
        bar = st.progress(0.0)
        while len(answers) < len(rows):
            done = len(answers)
            bar.progress(done / len(rows), text=word("screen_progress", done=done, total=len(rows)))
            block = rows[done : done + _BLOCK]
            answers += screen_projects(block, shared_park_facts(), rules, on=dt.date.today())  # noqa: DTZ011
    place.empty()


def _rows(name: str, content: bytes) -> list[ProjectRow]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_bytes(content)
        try:
            rows, notes = read_projects(file, bounds=shared_plan().descriptor.get("bounds"))
        except GeoError as error:
            st.error(refusal(error), icon=":material/error:")
            return []
    for note in notes:
        st.warning(either(str(note), note.en))
    return list(rows)


def _table(answers: list[dict[str, Any]]) -> None:
    bad = [answer for answer in answers if answer["errors"]]
    st.html(f"<div class='yt-count'>{word('screen_judged', good=len(answers) - len(bad), bad=len(bad))}</div>")
    st.dataframe(summary_rows(answers), hide_index=True)
    if bad:
        items = "".join(f"<li>{escape(_reasons(answer))}</li>" for answer in bad)
        st.html(f"<div class='yt-card yt-box'><h3>{word('screen_bad')}</h3><ul>{items}</ul></div>")


def _reasons(answer: dict[str, Any]) -> str:
    """Say in one line what is wrong with a row."""
    faults = [(fault[own("column")] or "", fault[own("reason")]) for fault in answer["errors"]]
    between, gap = either("、", "; "), either(" ", ": ")
    reasons = between.join(f"{title}{gap}{reason}" if title else reason for title, reason in faults)
    return word(
        "titled", title=f"{word('screen_row', row=answer.get('row', ''))} {answer.get('name') or ''}", text=reasons
    )
