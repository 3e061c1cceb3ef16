"""Sources: what everything rests on, what was taken from it, and what is not known."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from geo.extents import GRADES
from layers.assets import read_manifest
from views.cache import shared_plan
from views.card import grade_badge
from views.words import column, either, listed, word


def page() -> None:
    """Draw the page."""
    st.html(f"<h1 class='yt-h1'>{word('sources_title')}</h1><p class='yt-lead'>{escape(word('sources_intro'))}</p>")
    left, right = st.columns([1.6, 1], gap="large")
    with left:
        _documents()
    with right:
        _grades()
        _unknown()
    _pages()
    with st.expander(word("sources_assets")):
        _assets()
    st.caption(f"{word('footer_release', release=shared_plan().release)} · {word('footer_notice')}")


def _documents() -> None:
    """One block a document or data set; web pages follow in a table of their own."""
    sources = shared_plan().sources
    st.html(f"<h2 class='yt-h2'>{word('sources_documents')}</h2>")
    for row in sources[sources["kind"] != "web"].to_dict("records"):
        facts = [
            (word("sources_publisher"), row[column("publisher")]),
            (word("sources_date"), row["date"]),
            (word("sources_licence"), row["licence"]),
            (word("sources_taken"), row[column("taken")]),
            (word("sources_caveat"), row.get(column("caveat"))),
        ]
        lines = "".join(
            f"<tr><th>{escape(title)}</th><td>{escape(text) if isinstance(text, str) else '–'}</td></tr>"
            for title, text in facts
        )
        title = escape(row[column("title")])
        st.html(f"<div class='yt-card yt-box'><h3>{title}</h3><table class='yt-facts'>{lines}</table></div>")


def _pages() -> None:
    sources = shared_plan().sources
    web = sources[sources["kind"] == "web"]
    st.html(f"<h2 class='yt-h2'>{word('sources_pages')} <small>{len(web)}</small></h2>")
    table = pd.DataFrame(
        {
            word("sources_title"): web[column("title")],
            word("sources_taken"): web[column("taken")],
            word("sources_date"): web["date"].fillna(word("sources_unknown_date")),
            word("sources_caveat"): web.get(column("caveat"), pd.Series("", index=web.index)).fillna(""),
            "URL": web["url"].fillna(""),
        }
    )
    st.dataframe(table, hide_index=True, height=320)


def _grades() -> None:
    extents = shared_plan().extents
    counts = extents["grade"].value_counts()
    rows = "".join(
        f"<tr><td>{grade_badge(grade)}</td><td>{escape(either(*words))}</td><td>{word(f'line_{grade}')}</td>"
        f"<td>{int(counts.get(grade, 0))}</td></tr>"
        for grade, words in GRADES.items()
    )
    heads = "".join(
        f"<th>{word(key)}</th>" for key in ("sources_grade", "sources_meaning", "sources_line", "sources_count")
    )
    st.html(
        f"<div class='yt-card yt-box'><h3>{word('sources_grades')}</h3><p>{escape(word('sources_grades_text'))}</p>"
        f"<table class='yt-facts yt-grid'><tr>{heads}</tr>{rows}</table></div>"
    )


def _unknown() -> None:
    """Count what the package leaves empty; the sentences follow the data."""
    plan = shared_plan()
    parks = plan.parks
    no_focus = parks[parks["box6_entry"].isna()]
    sectors = plan.main_sectors
    has_area = set(plan.areas.loc[plan.areas["km2"].notna(), "park_id"])
    no_area = (
        plan.extents["area_published_km2"].isna()
        if "area_published_km2" in plan.extents
        else ~plan.extents["park_id"].isin(has_area)
    )
    lines = [
        word("sources_unknown_boundary", count=int((plan.extents["grade"] == "A").sum())),
        word("sources_unknown_position", count=int((plan.extents["grade"] == "D").sum())),
        word("sources_unknown_area", count=int(no_area.sum()), total=len(plan.extents)),
        word("sources_unknown_operator", count=int(parks["operator_zh"].isna().sum())),
        word("sources_unknown_focus", parks=listed(list(no_focus[column("short")]))),
    ]
    if "comparable" in sectors:
        differing = int((sectors["comparable"] == False).sum())  # noqa: E712 - a nullable column
        lines.append(word("sources_unknown_basis", count=differing, total=len(sectors)))
    plan_row = plan.sources[plan.sources["source_id"] == plan.descriptor["plan"].get("source_id")]
    if plan_row["publisher_zh"].isna().all() and plan_row["date"].isna().all():
        lines.append(word("sources_unknown_publisher"))
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    st.html(f"<div class='yt-card yt-box'><h3>{word('sources_unknown')}</h3><ul>{items}</ul></div>")


def _assets() -> None:
    table = pd.DataFrame(
        [(package["package"], package["version"], package["licence"]) for package in read_manifest()],
        columns=[word("sources_package"), "Version", word("sources_licence")],
    )
    st.dataframe(table, hide_index=True)
