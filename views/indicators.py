"""Indicators: the plan's targets, the sectors' scales and later figures, conflicts side by side."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from views.cache import shared_plan
from views.words import column, titled, word

_SIGNS = {"eq": "", "gt": ">", "ge": "≥", "about": "≈"}


def page() -> None:
    """Draw the page."""
    st.html(
        f"<h1 class='yt-h1'>{word('indicators_title')}</h1><p class='yt-lead'>{escape(word('indicators_intro'))}</p>"
    )
    left, right = st.columns([1, 1], gap="large")
    with left:
        _table_one()
    with right:
        _sectors()
    _later()


def _figure(qualifier: str, value: float) -> str:
    return f"{_SIGNS[qualifier]}{value:,.10g}"


def _table_one() -> None:
    """Table 1 as the plan prints it: baseline beside target, sub-rows under their row."""
    rows = shared_plan().indicators
    rows = rows[rows["table_no"].notna()]
    lines = []
    for indicator, group in rows.groupby("indicator_id", sort=False):
        first = group.iloc[0]
        is_part = isinstance(first.get("parent_id"), str)
        number = "" if is_part else str(first["table_no"])
        figures = {
            kind: "、".join(
                _figure(row["qualifier"], row["value"]) for row in group.to_dict("records") if row["kind"] == kind
            )
            for kind in ("baseline", "target")
        }
        name = escape(first[column("name")])
        lines.append(
            f"<tr id='{escape(str(indicator))}'><td>{number}</td><td class='{'yt-sub' if is_part else ''}'>{name}</td>"
            f"<td>{escape(first[column('unit')])}</td><td class='yt-num'>{figures['baseline'] or '–'}</td>"
            f"<td class='yt-num'>{figures['target'] or '–'}</td></tr>"
        )
    heads = "".join(
        f"<th>{text}</th>"
        for text in (
            "",
            word("indicators_name"),
            word("indicators_unit"),
            word("indicators_baseline"),
            word("indicators_target"),
        )
    )
    st.html(
        f"<div class='yt-card yt-box'><h3>{word('indicators_table')}</h3>"
        f"<table class='yt-facts yt-grid'><tr>{heads}</tr>{''.join(lines)}</table></div>"
    )


def _sectors() -> None:
    """Scale of each sector in 2020 beside its target, with how each is measured."""
    sectors = shared_plan().main_sectors
    if "target_2025_100m_cny" not in sectors:
        return
    largest = float(sectors[["output_2020_100m_cny", "target_2025_100m_cny"]].max().max())
    blocks = "".join(_sector(row, largest) for row in sectors.to_dict("records"))
    st.html(
        f"<div class='yt-card yt-box'><h3>{word('indicators_sectors')}</h3>"
        f"<p class='yt-caution'>{word('indicators_chart')}</p>{blocks}</div>"
    )


def _sector(row: dict[Any, Any], largest: float) -> str:
    bars = _bar(row, "output_2020_100m_cny", "output_measure", largest, opacity=0.55)
    bars += _bar(row, "target_2025_100m_cny", "target_measure", largest, opacity=1.0)
    caveat = row[column("caveat")]
    note = f"<p class='yt-note'>{escape(caveat)}</p>" if isinstance(caveat, str) else ""
    cite = titled("indicators_cite", escape(row[column("cite")]))
    return f"<h4>{escape(row[column('name')])}</h4>{bars}{note}<p class='yt-note'>{cite}</p>"


def _bar(row: dict[Any, Any], figure: str, measure: str, largest: float, *, opacity: float) -> str:
    """Draw one figure as a bar with its measure in words; nothing where the plan gives none."""
    if pd.isna(row[figure]):
        return ""
    year = figure.split("_")[1]
    bar = f"<i style='width:{row[figure] / largest:.1%};background:{row['colour']};opacity:{opacity}'></i>"
    words = f"{year} <b>{row[figure]:,.0f}</b> {word('unit_100m')} · {escape(str(row[column(measure)]))}"
    return f"<div class='yt-bar'>{bar}<span>{words}</span></div>"


def _later() -> None:
    """Every other figure, so that conflicting ones stand next to each other."""
    plan = shared_plan()
    rows = plan.indicators
    rows = rows[rows["indicator_id"] != "sector-scale"]
    repeated = rows.groupby("indicator_id")["row_id"].transform("size") > 1
    rows = rows[rows["table_no"].isna() | repeated].sort_values(["indicator_id", "year"], kind="stable")
    titles = plan.sources.set_index("source_id")[column("title")]
    table = pd.DataFrame(
        {
            word("indicators_name"): rows[column("name")],
            word("indicators_value"): [_figure(q, v) for q, v in zip(rows["qualifier"], rows["value"], strict=True)],
            word("indicators_unit"): rows[column("unit")],
            word("indicators_year"): rows["year"].astype(str),
            word("indicators_kind"): [word(f"kind_{kind}") for kind in rows["kind"]],
            word("indicators_source"): rows["source_id"].map(titles),
            word("indicators_cite"): rows[column("cite")],
            word("indicators_note"): rows[column("note")].fillna(""),
        }
    )
    st.html(f"<h2 class='yt-h2'>{word('indicators_later')} <small>{len(table)}</small></h2>")
    st.dataframe(table, hide_index=True, height=460)
