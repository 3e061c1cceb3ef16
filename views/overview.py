"""The plan at a glance, beside the map while no park is chosen: sectors, targets, and how extents are known."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from geo.extents import GRADES
from views import state
from views.cache import shared_answer, shared_plan
from views.card import grade_badge
from views.words import column, either, titled, word

if TYPE_CHECKING:
    from geo.plan import Plan

_TARGET = "target_2025_100m_cny"


def show_overview() -> None:
    """Draw the plan at a glance, and what to do first."""
    st.html(shared_answer(_glance, shared_plan(), state.language()))
    with st.container(key="card_actions", horizontal=True):
        st.page_link(state.page("fit"), label=word("card_fit"), icon=":material/grid_on:")
        st.page_link(state.page("screening"), label=word("page_screening"), icon=":material/fact_check:")


def _glance(plan: Plan, _language: str) -> str:
    return (
        f"<div class='yt-card'><div class='yt-empty'><h3>{word('card_empty_title')}</h3><p>{word('card_empty')}</p>"
        f"<p>{word('card_empty_legend')}</p></div>{_sectors(plan)}{_grades(plan)}</div>"
    )


def _sectors(plan: Plan) -> str:
    """Parks that the layout lists for each sector, and the scale that the plan sets for it."""
    counts = plan.allocations["sector_id"].value_counts()
    lines = "".join(_sector(row, int(counts.get(row["sector_id"], 0))) for row in plan.main_sectors.to_dict("records"))
    return f"<section><h4>{word('overview_sectors')}</h4><ul class='yt-lines'>{lines}</ul></section>"


def _sector(row: dict[Any, Any], count: int) -> str:
    figure = row.get(_TARGET)
    target = word("overview_no_target") if pd.isna(figure) else word("overview_target", figure=f"{figure:,.0f}")
    cite = row[column("cite")]
    said = f"{word('overview_parks', count=count)} · {target}"
    note = titled("indicators_cite", escape(cite)) if isinstance(cite, str) else ""
    return (
        f"<li title='{note}'><i style='background:{escape(row['colour'], quote=True)}'></i>"
        f"<b>{escape(row[column('name')])}</b><small>{escape(said)}</small></li>"
    )


def _grades(plan: Plan) -> str:
    counts = plan.extents["grade"].value_counts()
    lines = "".join(
        f"<tr><td>{grade_badge(grade)}</td><td>{escape(either(*words))}</td>"
        f"<td class='yt-num'>{int(counts.get(grade, 0))}</td></tr>"
        for grade, words in GRADES.items()
    )
    return (
        f"<section><h4>{word('overview_grades')}</h4><table class='yt-facts yt-grid'>{lines}</table>"
        f"<p class='yt-note'>{word('overview_honest')}</p></section>"
    )
