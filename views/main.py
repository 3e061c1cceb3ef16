"""Frame of every page: opening of the session, language, navigation, style."""

from __future__ import annotations

from html import escape
from pathlib import Path

import streamlit as st

from views import explore, files, fit, indicators, intake, large, releases, scenario, screening, sources, state
from views.cache import shared_plan
from views.editions import release_words
from views.words import word

_STYLE = Path(__file__).parent / "style.css"
PAGES = (
    ("explore", explore.page, ":material/map:"),
    ("fit", fit.page, ":material/grid_on:"),
    ("screening", screening.page, ":material/fact_check:"),
    ("scenario", scenario.page, ":material/alt_route:"),
    ("indicators", indicators.page, ":material/monitoring:"),
    ("files", files.page, ":material/download:"),
    ("intake", intake.page, ":material/upload_file:"),
    ("releases", releases.page, ":material/history:"),
    ("large", large.page, ":material/layers:"),
    ("sources", sources.page, ":material/menu_book:"),
)


def main() -> None:
    """Draw the page that the address names."""
    plan = shared_plan()
    state.open_session(plan)
    st.set_page_config(page_title=f"{word('app')} · {word('tagline')}", page_icon="🗺️", layout="wide")
    st.html(_STYLE)
    pages = {
        name: st.Page(page, title=word(f"page_{name}"), icon=icon, url_path=name, default=name == "explore")
        for name, page, icon in PAGES
    }
    state.keep_pages(pages)
    chosen = st.navigation(list(pages.values()), position="top")
    with st.sidebar:
        _brand()
    chosen.run()
    state.save_address()


def _brand() -> None:
    plan = shared_plan()
    title = plan.descriptor["city_zh"] if state.language() == "zh" else plan.descriptor["city_en"]
    left, right = st.columns([1, 1], vertical_alignment="center")
    left.html(f"<div class='yt-brand'><b>{word('app')}</b></div>")
    right.segmented_control(
        word("language"),
        state.LANGUAGES,
        format_func=lambda code: {"zh": "中文", "en": "EN"}[code],
        key="lang",
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    st.html(
        f"<div class='yt-brand'><span>{title} {plan.descriptor.get('edition', '')} · {word('tagline')}</span>"
        f"<span title='{escape(plan.release, quote=True)}'>{escape(release_words(plan))}</span></div>"
    )


main()
