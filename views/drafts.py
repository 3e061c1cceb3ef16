"""Drafts of new extents: their states, and the steps that editors and publishers take with them."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from geo.errors import GeoError
from geo.releases import STATES, ReleaseConflictError, release_changes
from views import state
from views.cache import forget_release, opened_store, plan_of
from views.editions import change_rows, clock_words, grade_words
from views.refusals import refusal
from views.words import either, listed, word

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.accounts import Actor
    from geo.releases import Store

_OPEN = ("draft", "reviewed")


def tell(text: str) -> None:
    """Keep a sentence for the top of the page."""
    state.set_value("releases_told", text)


def tell_fault(error: GeoError) -> None:
    """Keep for the top of the page why a step was not taken; a conflict says who came first and the way on."""
    state.set_value(
        "releases_error", conflict_words(error) if isinstance(error, ReleaseConflictError) else refusal(error)
    )


def told() -> None:
    """Say once what the last step did."""
    for key, show, icon in (
        ("releases_error", st.error, ":material/error:"),
        ("releases_told", st.success, ":material/check_circle:"),
    ):
        if text := state.value(key):
            show(text, icon=icon)
            state.set_value(key, None)


def conflict_words(error: ReleaseConflictError) -> str:
    """Say who published what meanwhile, and what to do."""
    came = [
        word("conflict_came", number=one.number, who=one.actor, at=clock_words(one.at), why=one.why)
        for one in error.meanwhile
    ]
    if error.parts:
        way = word("conflict_parts", parts=listed(error.parts), number=error.meanwhile[-1].number)
    else:
        way = word("conflict_rebase", draft=error.draft_id)
    return word("conflict", draft=error.draft_id, base=error.base, came=listed(came), way=way)


def show_drafts(store: Store, drafts: pd.DataFrame, actor: Actor | None) -> None:
    """Draw each open draft with its steps, and the others in a table."""
    is_open = drafts["state"].isin(_OPEN)
    st.html(f"<h2 class='yt-h2'>{word('drafts_title')} <small>{int(is_open.sum())}</small></h2>")
    if not is_open.any():
        st.caption(word("drafts_none"))
    current = store.current().number
    for row in drafts[is_open].iloc[::-1].to_dict("records"):
        _draft(store, row, current, actor)
    closed = drafts[~is_open].iloc[::-1]
    if len(closed):
        with st.expander(word("drafts_closed", count=len(closed))):
            st.dataframe(_table(closed), hide_index=True)


def _table(drafts: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            word("audit_draft"): drafts["id"],
            word("drafts_state"): [either(*STATES[name]) for name in drafts["state"]],
            word("releases_at"): drafts["at"].map(clock_words),
            word("releases_who"): drafts["actor"],
            word("releases_why"): drafts["why"],
            word("releases_file"): drafts["source_file"],
        }
    )


def _draft(store: Store, row: dict[Any, Any], current: int, actor: Actor | None) -> None:
    number, base = int(row["id"]), int(row["base"])
    facts = [
        (word("releases_who"), f"{row['actor']} · {clock_words(row['at'])}"),
        (word("releases_why"), row["why"]),
        (word("releases_grades"), grade_words(row["grades"])),
        (word("releases_file"), f"{row['source_file']} · SHA-256 {row['source_sha256'][:16]}"),
        (word("drafts_base"), word("release_of", number=base)),
    ]
    lines = "".join(f"<tr><th>{title}</th><td>{escape(text)}</td></tr>" for title, text in facts)
    with st.container(border=True, key=f"draft_{number}"):
        title = word("drafts_one", number=number, state=either(*STATES[row["state"]]))
        st.html(f"<div class='yt-card'><h3>{title}</h3><table class='yt-facts'>{lines}</table></div>")
        if base != current:
            st.warning(word("drafts_behind", current=current), icon=":material/call_split:")
        before = plan_of(base)
        changes = release_changes(before.extents, store.draft_extents(number))
        st.dataframe(change_rows(changes, before), hide_index=True)
        with st.expander(word("drafts_report")):
            st.json(row["report"], expanded=1)
        _steps(number, row["state"], is_behind=base != current, actor=actor)


def _steps(number: int, at: str, *, is_behind: bool, actor: Actor | None) -> None:
    """Offer the steps that the draft's state and the actor's roles allow."""
    if actor is None or not actor.may("editor"):
        st.caption(word("drafts_no_role"))
        return
    with st.form(f"steps_{number}"):
        st.text_input(word("drafts_note"), key=f"note_{number}", max_chars=400)
        with st.container(horizontal=True):
            if at == "draft":
                _step("review", number, actor, is_main=True)
            if at == "reviewed" and actor.may("publisher"):
                _step("publish", number, actor, is_main=not is_behind)
            if is_behind:
                _step("rebase", number, actor, is_main=True)
            _step("withdraw", number, actor)
        if at == "reviewed" and not actor.may("publisher"):
            st.caption(word("drafts_publisher"))


_ICONS = {"review": "fact_check", "publish": "publish", "rebase": "merge", "withdraw": "undo"}


def _step(name: str, number: int, actor: Actor, *, is_main: bool = False) -> None:
    st.form_submit_button(
        word(f"step_{name}"), on_click=_do, args=(name, number, actor), icon=f":material/{_ICONS[name]}:",
        type="primary" if is_main else "secondary", key=f"step_{name}_{number}",
    )  # fmt: skip


def _do(name: str, number: int, actor: Actor) -> None:
    """Take one step; what was typed stays when it is refused."""
    note = str(state.value(f"note_{number}") or "").strip()
    if not note and name != "rebase":
        state.set_value("releases_error", word("drafts_say_why"))
        return
    try:
        store = opened_store()
        steps: dict[str, Callable[[], Any]] = {
            "review": lambda: store.review(number, actor=actor, note=note),
            "publish": lambda: store.publish(number, actor=actor, why=note),
            "rebase": lambda: store.rebase(number, actor=actor),
            "withdraw": lambda: store.withdraw(number, actor=actor, note=note),
        }
        made = steps[name]()
    except GeoError as error:
        tell_fault(error)
        return
    forget_release()
    tell(word(f"step_{name}_done", draft=number, number=getattr(made, "number", getattr(made, "id", number))))
