"""版本: every release of the extents, the drafts on their way, what differs between two, and who did what."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from geo.errors import GeoError
from geo.releases.trail import ACTIONS
from views import drafts, state
from views.accounts import show_account
from views.cache import changes_between, forget_release, opened_store, plan_of, shared_plan, shared_store, store_fault
from views.changes import show_changes
from views.editions import clock_words, grade_words, parts_words, release_words, spoken
from views.refusals import refusal
from views.settings import base_path
from views.words import either, word

if TYPE_CHECKING:
    from geo.accounts import Actor
    from geo.releases import Store


def page() -> None:
    """Draw the page."""
    st.html(f"<h1 class='yt-h1'>{word('releases_title')}</h1><p class='yt-lead'>{escape(word('releases_intro'))}</p>")
    actor = show_account()
    drafts.told()
    st.caption(word("releases_now", release=release_words(shared_plan()), text=shared_plan().release))
    if fault := store_fault():
        st.error(word("releases_fault", reason=refusal(fault)), icon=":material/error:")
        return
    store = shared_store()
    if store is None:
        st.html(f"<div class='yt-card yt-box yt-empty'><p>{escape(word('releases_none'))}</p></div>")
        _links(1)
        return
    if notice := store.package_notice():
        st.warning(notice, icon=":material/warning:")
    _drafts(store, actor)
    releases = store.releases()
    _list(releases)
    _one(releases, actor)
    show_changes(releases)
    _audit(store)


def _drafts(store: Store, actor: Actor | None) -> None:
    table = store.drafts()
    drafts.show_drafts(store, table, actor)


def _list(releases: pd.DataFrame) -> None:
    newest = releases.sort_values("number", ascending=False)
    table = pd.DataFrame(
        {
            word("releases_number"): newest["number"],
            word("releases_at"): newest["at"].map(clock_words),
            word("releases_who"): [spoken(name, name) for name in newest["actor"]],
            word("releases_why"): [spoken(*pair) for pair in zip(newest["why"], newest["actor"], strict=True)],
            word("releases_changed"): [_changed(row) for row in newest.to_dict("records")],
            word("releases_grades"): newest["grades"].map(grade_words),
            word("releases_file"): newest["source_file"],
            "SHA-256": newest["source_sha256"].str[:16],
        }
    )
    st.html(f"<h2 class='yt-h2'>{word('releases_list')} <small>{len(table)}</small></h2>")
    st.dataframe(table, hide_index=True)


def _changed(row: dict[Any, Any]) -> str:
    """Name the parts that a release changed."""
    if pd.isna(row["base"]):
        return word("releases_first")
    before, after = plan_of(int(row["base"])), plan_of(int(row["number"]))
    words = parts_words(list(changes_between(before, after)["extent_id"]), after)
    restored = row["restores"]
    return words if pd.isna(restored) else word("releases_restores", number=int(restored), parts=words)


def _one(releases: pd.DataFrame, actor: Actor | None) -> None:
    """Offer one release for download, and to a publisher the way back to it."""
    numbers = list(releases["number"].sort_values(ascending=False))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.selectbox(
            word("releases_pick"), numbers, key="release_pick", width=220,
            format_func=lambda number: word("release_of", number=number),
        )  # fmt: skip
        _links(number)
    may = actor is not None and actor.may("publisher")
    if may and number != numbers[0]:
        with st.form("rollback_form"):
            st.text_input(word("rollback_why", number=number), key="rollback_why", max_chars=400)
            st.form_submit_button(
                word("rollback_do", number=number), on_click=_roll_back, args=(number, actor), icon=":material/history:"
            )


def _links(number: int) -> None:
    with st.container(horizontal=True):
        for kind, title in (("geojson", "GeoJSON"), ("gpkg", "GeoPackage")):
            st.link_button(
                title, f"{base_path()}/files/parks.{kind}?release={number}", icon=":material/download:",
            )  # fmt: skip


def _roll_back(number: int, actor: Actor) -> None:
    try:
        made = opened_store().roll_back(number, actor=actor, why=str(state.value("rollback_why") or ""))
    except GeoError as error:
        drafts.tell_fault(error)
        return
    forget_release()
    drafts.tell(word("rollback_done", number=made.number, restored=number))


def _audit(store: Store) -> None:
    with st.expander(word("audit_title")):
        audit = store.audit()
        st.dataframe(_audit_words(audit), hide_index=True, height=260)
        with st.container(horizontal=True):
            st.download_button(
                word("audit_csv"), audit.to_csv(index=False).encode("utf-8-sig"), "yuantu_audit.csv", "text/csv",
                on_click="ignore", icon=":material/download:",
            )  # fmt: skip
            is_asked = st.button(word("audit_verify"), icon=":material/verified:")
        if is_asked:
            faults = store.verify()
            for fault in faults:
                st.error(fault, icon=":material/error:")
            if not faults:
                st.success(word("audit_whole"), icon=":material/verified:")


def _audit_words(audit: pd.DataFrame) -> pd.DataFrame:
    newest = audit.iloc[::-1]
    return pd.DataFrame(
        {
            word("releases_at"): newest["at"].map(clock_words),
            word("releases_who"): [spoken(name, name) for name in newest["actor"]],
            word("audit_action"): [either(*ACTIONS[action]) for action in newest["action"]],
            word("audit_draft"): newest["draft"].astype("string").fillna(""),
            word("releases_number"): newest["release"].astype("string").fillna(""),
            word("releases_why"): [spoken(*pair) for pair in zip(newest["note"], newest["actor"], strict=True)],
        }
    )
