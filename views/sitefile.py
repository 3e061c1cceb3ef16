"""A project's site taken from a file: read through the one door for outside files, chosen by name."""

from __future__ import annotations

import hashlib
import json
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st
from shapely.geometry import mapping

from geo.errors import GeoError
from geo.intake import read_intake
from views import state
from views.cache import shared_plan
from views.intake import TYPES, choice_words
from views.refusals import refusal
from views.words import either, word

if TYPE_CHECKING:
    from geo.intake import Intake

_KINDS = ("Point", "Polygon", "MultiPolygon")


def show_site_file(map_key: str) -> None:
    """
    Ask for a file, put to the person what it does not say, and mark the chosen shape on the map with this key.

    Parameters
    ----------
    map_key
        Of the map whose drawing the shape becomes.
    """
    with st.container(key=f"upload_{state.language()}_site"):
        given = st.file_uploader(
            word("screen_site_file"), type=TYPES, key="site_file", on_change=_restart, args=(map_key,)
        )
    if given is None:
        return
    intake = _read(given.name, given.getvalue())
    if intake is None:
        return
    for question in intake.questions:
        choices = list(dict.fromkeys(filter(None, [question.guess, *question.choices])))
        st.selectbox(
            word(f"intake_ask_{question.kind}"), choices, index=None, key=f"site_q_{question.kind}", on_change=_answer,
            args=(question.kind,), format_func=partial(choice_words, question.kind),
            help=either(question.why, question.why_en),
        )  # fmt: skip
    if not intake.questions:
        _choose(intake, map_key)


def _restart(map_key: str) -> None:
    for key in ("site_answers", "site_asked", "site_now", "site_taken"):
        state.set_value(key, None)
    state.set_drawn(map_key, None)


def _answer(kind: str) -> None:
    state.set_value("site_answers", {**(state.value("site_answers") or {}), kind: state.value(f"site_q_{kind}")})


def _read(name: str, content: bytes) -> Intake | None:
    answers: dict[str, str] = state.value("site_answers") or {}
    asked = hashlib.sha256(content + json.dumps([name, answers]).encode()).hexdigest()
    if state.value("site_asked") != asked:
        found: Any
        with st.spinner(word("screen_site_reading", name=name)):
            try:
                found = read_intake(content, name=name, answers=answers, plan=shared_plan())
            except GeoError as error:
                found = error
        state.set_value("site_now", found)
        state.set_value("site_asked", asked)
    now = state.value("site_now")
    if isinstance(now, GeoError):
        st.error(word("titled", title=word("intake_refused"), text=refusal(now)), icon=":material/block:")
        return None
    return now  # type: ignore[no-any-return]


def _choose(intake: Intake, map_key: str) -> None:
    """Take the only usable shape, or let the person pick one by its name; a later drawing on the map wins."""
    shapes = intake.table.geometry.force_2d() if intake.table.crs is not None else intake.table.geometry.iloc[:0]
    names = dict(zip(intake.table["feature"], intake.names, strict=True))
    usable = {
        int(feature): geometry
        for feature, geometry in zip(intake.table["feature"], shapes, strict=False)
        if geometry is not None and geometry.geom_type in _KINDS and geometry.is_valid and not geometry.is_empty
    }
    if not usable:
        st.warning(word("screen_site_none"), icon=":material/warning:")
        return
    feature = next(iter(usable))
    if len(usable) > 1:
        feature = st.selectbox(
            word("screen_site_pick"), list(usable), format_func=lambda number: f"{number} · {names[number]}",
            key="site_pick",
        )  # fmt: skip
    taken = [state.value("site_asked"), feature]
    if state.value("site_taken") != taken:
        state.set_drawn(map_key, json.loads(json.dumps(mapping(usable[feature]))))
        state.set_value("site_taken", taken)
    st.caption(word("screen_site_taken", name=names[feature]))
