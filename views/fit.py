"""Fit: sector by park, a verdict in every cell and the plan's line behind it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from geo.fit import CLOSENESS, VERDICTS, gaps
from geo.lookup import select_fit
from geo.security import SecurityError
from layers.palette import VERDICT_STYLES, sector_colours
from layers.served import area_words
from views import state
from views.cache import shared_district_counts, shared_plan, shared_profiles, shared_spanning
from views.card import grade_badge, share_words, verdict_badge
from views.editions import release_words
from views.handing import handed_file
from views.map import show_map
from views.refusals import refusal
from views.words import column, either, listed, titled, word

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

_MATRIX = "fit_matrix"
_ROW_HEIGHT = 30
_PARK_WIDTH, _SECTOR_WIDTH = 166, 98


def page() -> None:
    """Draw the page."""
    plan = shared_plan()
    districts = state.selection().districts
    with st.sidebar:
        _district_filter()
    rows = select_fit(plan, shared_profiles().fit, districts=districts)
    st.html(f"<h1 class='yt-h1'>{word('fit_title')}</h1><p class='yt-lead'>{escape(word('fit_intro'))}</p>")
    _counts(rows)
    left, right = st.columns([1.5, 1], gap="medium")
    with left:
        _matrix(rows)
        _downloads(districts)
    with right:
        _detail(rows)
        st.html(f"<h2 class='yt-h2'>{word('fit_map')}</h2>")
        extents = shared_profiles().extents
        show_map("fit_map", list(extents.loc[extents["park_id"].isin(rows["park_id"]), "extent_id"]))
        _gaps(rows)
    _more(rows)


def _district_filter() -> None:
    plan = shared_plan()
    names = dict(zip(plan.districts["name_zh"], plan.districts[column("name")], strict=True))
    st.pills(
        word("fit_district"),
        list(names),
        format_func=lambda name: names[name],
        key="district",
        selection_mode="multi",
        persist_state="session",
    )
    chosen = state.selection().districts
    st.html(f"<div class='yt-count'>{listed([names[name] for name in chosen]) or word('fit_city')}</div>")


def _counts(rows: pd.DataFrame) -> None:
    counts = rows["verdict"].value_counts()
    boxes = "".join(
        f"<div class='yt-stat'>{verdict_badge(verdict)}<b>{int(counts.get(verdict, 0))}</b></div>"
        for verdict in VERDICTS
    )
    st.html(f"<div class='yt-stats' aria-label='{word('fit_counts')}'>{boxes}</div>")


def _matrix(rows: pd.DataFrame) -> None:
    """Draw parks down and sectors across; a click on a cell shows its citation."""
    plan = shared_plan()
    sectors = plan.main_sectors
    names = dict(zip(sectors["sector_id"], sectors[column("short")], strict=True))
    park_ids = list(rows["park_id"].drop_duplicates())
    shorts = plan.parks.set_index("park_id")[column("short")]
    wide = rows.pivot_table(index="park_id", columns="sector_id", values="verdict", aggfunc="first")
    wide = wide.reindex(index=park_ids, columns=list(names))
    shown = wide.map(_cell).rename(columns=names)
    shown.insert(0, word("table_park"), [shorts[park] for park in park_ids])
    st.dataframe(
        _coloured(shown, wide.rename(columns=names)),
        key=_MATRIX,
        hide_index=True,
        on_select=lambda: state.matrix_event(_MATRIX, park_ids, {name: sector for sector, name in names.items()}),
        selection_mode="single-cell",
        height=_ROW_HEIGHT * (len(shown) + 1) + 3,
        row_height=_ROW_HEIGHT,
        column_config={word("table_park"): st.column_config.TextColumn(pinned=True, width=_PARK_WIDTH)}
        | {name: st.column_config.TextColumn(width=_SECTOR_WIDTH) for name in names.values()},
    )


def _cell(verdict: str) -> str:
    return f"{VERDICT_STYLES[verdict][2]} {word(f'verdict_{verdict}')}"


def _coloured(shown: pd.DataFrame, verdicts: pd.DataFrame) -> Styler:
    def style(column: pd.Series) -> list[str]:
        if column.name not in verdicts.columns:
            return [""] * len(column)
        styles = (VERDICT_STYLES[verdict] for verdict in verdicts[column.name])
        return [f"background-color: {background}; color: {ink}" for background, ink, _ in styles]

    return shown.reset_index(drop=True).style.apply(style, axis=0)


def _downloads(districts: tuple[str, ...]) -> None:
    try:
        files = {kind: handed_file("fit", format=kind, districts=districts) for kind in ("xlsx", "csv")}
    except SecurityError as error:
        st.caption(refusal(error))
        return
    with st.container(horizontal=True):
        for kind, file in files.items():
            st.download_button(
                word(f"fit_download_{kind}"), file.content, file.name, file.media_type, on_click="ignore",
                icon=":material/download:",
            )  # fmt: skip


def _detail(rows: pd.DataFrame) -> None:
    """Show the chosen cell, else the chosen park's whole row."""
    park_id, sector_id = state.chosen_park(), state.value("fit_sector")
    own = rows[rows["park_id"] == park_id]
    if own.empty:
        st.html(f"<div class='yt-card yt-box yt-empty'><p>{word('fit_select_hint')}</p></div>")
        return
    chosen = own[own["sector_id"] == sector_id] if sector_id in set(own["sector_id"]) else own
    title = escape(own[column("park")].iloc[0])
    lines = "".join(_line(row) for row in chosen.to_dict("records"))
    st.html(
        f"<div class='yt-card yt-box'><h3>{title}</h3><ul class='yt-lines'>{lines}</ul>{_known(str(park_id))}</div>"
    )


def _known(park_id: str) -> str:
    """Say how large the park's parts are, and how well and by which release that is known."""
    extents = shared_profiles().extents
    parts = [
        f"{grade_badge(row['grade'])} {escape(row[column('part')])} "
        + word("card_area", area=area_words(row["area_km2"], row["grade"], row["position_accuracy_m"]))
        for row in extents[extents["park_id"] == park_id].to_dict("records")
    ]
    return f"<p>{listed(parts)}</p><p class='yt-note'>{escape(release_words(shared_plan()))}</p>"


def _line(row: dict[Any, Any]) -> str:
    colour = sector_colours(shared_plan())[row["sector_id"]]
    terms = listed([escape(term) for term in row[either("terms", "terms_en")]])
    closeness = f" · {either(*CLOSENESS[row['closeness']])}" if row["closeness"] else ""
    named = f"<small>{titled('fit_terms', terms)}{closeness}</small>" if terms else ""
    return (
        f"<li><i style='background:{colour}'></i><b>{escape(row[column('sector')])}</b>"
        f"{verdict_badge(row['verdict'])}<small>{titled('fit_cite', escape(row[column('cite')]))}</small>{named}</li>"
    )


def _gaps(rows: pd.DataFrame) -> None:
    found = gaps(rows)
    blocks = []
    for kind, title in (("sector-without-park", "fit_gap_sectors"), ("park-without-sector", "fit_gap_parks")):
        own = found[found["kind"] == kind]
        names = [
            escape(row[column("name")]) + (f" <small>（{word('fit_gap_in_focus')}）</small>" if row["in_focus"] else "")
            for row in own.to_dict("records")
        ]
        blocks.append(f"<h4>{word(title)} · {len(names)}</h4><p>{listed(names) or word('fit_gap_none')}</p>")
    st.html(f"<div class='yt-card yt-box'><h3>{word('fit_gaps')}</h3>{''.join(blocks)}</div>")


def _more(rows: pd.DataFrame) -> None:
    with st.expander(word("fit_all_citations")):
        _citations(rows)
    left, right = st.columns(2, gap="medium")
    with left:
        _by_district()
    with right:
        _spanning()


def _citations(rows: pd.DataFrame) -> None:
    named = rows[rows["verdict"] != "none"]
    table = pd.DataFrame(
        {
            word("fit_pick_sector"): named[column("sector")],
            word("fit_pick_park"): named[column("park")],
            word("fit_verdict"): [either(*VERDICTS[verdict]) for verdict in named["verdict"]],
            word("fit_closeness"): [either(*CLOSENESS[c]) if c else "" for c in named["closeness"]],
            word("fit_terms"): [listed(terms) for terms in named[either("terms", "terms_en")]],
            word("fit_cite"): named[column("cite")],
        }
    )
    st.dataframe(table, hide_index=True)


def _by_district() -> None:
    """Count the parks that the layout lists, by district and sector."""
    plan = shared_plan()
    counts = shared_district_counts()
    counts = counts.assign(listed=counts[["aligned", "layout_only", "unreflected"]].sum(axis=1))
    wide = counts.pivot_table(index="district_zh", columns="sector_id", values="listed", sort=False, aggfunc="sum")
    names = dict(zip(plan.main_sectors["sector_id"], plan.main_sectors[column("short")], strict=True))
    wide = wide.reindex(columns=list(names)).rename(columns=names)
    wide.insert(0, word("fit_district"), [_district_names()[name] for name in wide.index])
    st.html(f"<h2 class='yt-h2'>{word('fit_by_district')}</h2>")
    st.dataframe(wide, hide_index=True)
    st.caption(word("fit_by_district_note"))


def _spanning() -> None:
    plan = shared_plan()
    shorts = plan.parks.set_index("park_id")[column("short")]
    names = _district_names()
    table = pd.DataFrame(
        [
            (
                shorts[row["park_id"]],
                names[row["district_zh"]],
                share_words(row["share"], row["share_min"], row["share_max"]),
            )
            for row in shared_spanning().to_dict("records")
        ],
        columns=[word("fit_pick_park"), word("fit_district"), word("table_area").split("（")[0].split(" (")[0]],
    )
    st.html(f"<h2 class='yt-h2'>{word('fit_spanning')}</h2>")
    st.dataframe(table, hide_index=True)


def _district_names() -> dict[str, str]:
    districts = shared_plan().districts
    return dict(zip(districts["name_zh"], districts[column("name")], strict=True))
