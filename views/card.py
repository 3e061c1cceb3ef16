"""The card of one park: what the plan says of it, where it lies and how that is known."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from geo.extents import GRADES
from geo.fit import MAPPING_WORDS, VERDICTS
from geo.profile import ANCHOR_KINDS
from layers.palette import GRADE_STYLES, VERDICT_STYLES, sector_colours
from layers.served import area_words
from views import state
from views.cache import shared_districts, shared_plan, shared_profiles
from views.editions import release_words
from views.settings import base_path
from views.words import column, either, listed, titled, word

if TYPE_CHECKING:
    from collections.abc import Iterable

_KILOMETRE = 1000.0
_HALF = 0.005


def show_card(park_id: str) -> None:
    """Draw the card of a park."""
    parks = shared_plan().parks
    park = parks[parks["park_id"] == park_id].iloc[0]
    st.html(
        "<div class='yt-card'>"
        + _head(park)
        + _sectors(park_id)
        + _terms(park_id, park)
        + _tracks(park_id)
        + _extents(park_id)
        + _nearest(park_id)
        + _about(park)
        + "</div>"
    )
    with st.container(key="card_actions", horizontal=True):
        st.page_link(state.page("fit"), label=word("card_fit"), icon=":material/grid_on:")
        st.link_button(
            word("card_download"), f"{base_path()}/files/parks.gpkg?park={park_id}", icon=":material/download:"
        )
        st.button(
            word("card_close"), on_click=state.choose_park, args=(None,), icon=":material/close:", type="tertiary"
        )


def _section(title: str, body: str, note: str = "") -> str:
    small = f"<p class='yt-note'>{escape(note)}</p>" if note else ""
    return f"<section><h4>{escape(title)}</h4>{body}{small}</section>"


def _head(park: pd.Series) -> str:
    aliases = listed([alias for alias in park["aliases"] if _suits(alias)])
    also = f"<p class='yt-note'>{titled('card_aliases', escape(aliases))}</p>" if aliases else ""
    return f"<h3>{escape(either(park['name_zh'], park['name_en']))}</h3>{also}"


def _suits(alias: str) -> bool:
    """Whether an alias is in the session's script."""
    return alias.isascii() == (state.language() == "en")


def verdict_badge(verdict: str) -> str:
    """Verdict as a coloured word with its mark."""
    background, ink, mark = VERDICT_STYLES[verdict]
    words = escape(either(*VERDICTS[verdict]))
    return f"<span class='yt-verdict' style='background:{background};color:{ink}'>{mark} {words}</span>"


def grade_badge(grade: str) -> str:
    """Grade as a coloured letter."""
    background, ink = GRADE_STYLES[grade]
    return f"<span class='yt-grade' style='background:{background};color:{ink}'>{grade}</span>"


def _sectors(park_id: str) -> str:
    fit = shared_profiles().fit
    colours = sector_colours(shared_plan())
    rows = fit[(fit["park_id"] == park_id) & (fit["verdict"] != "none")]
    lines = [
        f"<li><i style='background:{colours[row['sector_id']]}'></i><b>{escape(row[column('sector')])}</b>"
        f"{verdict_badge(row['verdict'])}<small>{escape(row[column('cite')])}</small></li>"
        for row in rows.to_dict("records")
    ]
    body = f"<ul class='yt-lines'>{''.join(lines)}</ul>" if lines else f"<p>{word('card_no_sector')}</p>"
    return _section(word("card_sectors"), body)


def _terms(park_id: str, park: pd.Series) -> str:
    if park["box6_entry"] is pd.NA:
        return _section(word("fit_terms"), f"<p>{word('card_no_terms')}</p>")
    terms = shared_profiles().terms
    own = terms[terms["park_id"] == park_id]
    chips = []
    for _, group in own.groupby("focus_id", sort=False):
        reasons = [_mapping_words(row) for row in group.to_dict("records")]
        term = escape(group[column("term")].iloc[0])
        is_outside = (group["closeness"] == "outside").all()
        style = "yt-chip yt-outside" if is_outside else "yt-chip"
        chips.append(f"<span class='{style}' title='{escape('；'.join(reasons), quote=True)}'>{term}</span>")
    return _section(word("card_terms", entry=park["box6_entry"]), f"<div class='yt-chips'>{''.join(chips)}</div>")


def _mapping_words(row: dict[Any, Any]) -> str:
    """Say what a term maps to, how closely and why."""
    target = next(
        (row[column] for column in _targets() if isinstance(row[column], str)), either(*MAPPING_WORDS["outside"])
    )
    note = row[column("note")]
    closeness = either(*MAPPING_WORDS[row["closeness"]])
    words = target if row["closeness"] == "outside" else f"{target}（{closeness}）"
    return f"{words}：{note}" if isinstance(note, str) else words


def _targets() -> tuple[str, ...]:
    return tuple(f"{stem}_{state.language()}" for stem in ("subsector", "sector", "track"))


def _tracks(park_id: str) -> str:
    fields = shared_profiles().fields
    own = fields[(fields["park_id"] == park_id) & (fields["kind"] == "track")]
    if own.empty:
        return ""
    chips = [
        f"<span class='yt-chip yt-track' title='{escape(either(*MAPPING_WORDS[row['closeness']]))}'>"
        f"{escape(row[column('name')])}</span>"
        for row in own.to_dict("records")
    ]
    return _section(word("card_tracks"), f"<div class='yt-chips'>{''.join(chips)}</div>")


def _extents(park_id: str) -> str:
    extents = shared_profiles().extents
    own = extents[extents["park_id"] == park_id]
    parts = "".join(_part(row, is_only=len(own) == 1) for row in own.to_dict("records"))
    release = f"<p class='yt-note'>{titled('card_release', release_words(shared_plan()))}</p>"
    return _section(word("card_extent"), _districts(park_id) + parts + release + _published(park_id))


def _published(park_id: str) -> str:
    """List the areas that were published, with what each measures: few of them measure the park itself."""
    areas = shared_plan().areas
    own = areas[areas["park_id"] == park_id] if "value" in areas else areas.iloc[:0]
    lines = [
        f"<li>{escape(word('card_published', value=_value(row), what=row[column('what')]))}</li>"
        for row in own.to_dict("records")
    ]
    if not lines:
        return ""
    return f"<details><summary>{word('card_areas', count=len(lines))}</summary><ul>{''.join(lines)}</ul></details>"


def _part(row: dict[Any, Any], *, is_only: bool) -> str:
    title = "" if is_only else f"<b>{escape(row[column('part')])}</b> "
    area = area_words(row["area_km2"], row["grade"], row["position_accuracy_m"])
    grade = word("card_grade", grade=row["grade"], words=either(*GRADES[row["grade"]]))
    evidence = "".join(f"<li>{escape(item)}</li>" for item in row[column("evidence")])
    method = escape(row[column("method")])
    area_note = row[column("area_note")]
    note = f"<p class='yt-note'>{escape(area_note)}</p>" if isinstance(area_note, str) else ""
    return (
        f"<div class='yt-part'>{title}{grade_badge(row['grade'])} "
        f"<span class='yt-figure'>{word('card_area', area=area)}</span>"
        f"<span class='yt-figure'>{word('card_accuracy', metres=metres(row['position_accuracy_m']))}</span>"
        f"<p class='yt-note'>{escape(grade)}</p>{note}"
        f"<details><summary>{word('card_evidence')}</summary><ul>{evidence}</ul>"
        f"<p>{titled('card_method', method)}</p></details></div>"
    )


def _value(row: dict[Any, Any]) -> str:
    unit = word("unit_km2") if row["unit"] == "km2" else word("unit_m2") if row["unit"] == "m2" else row["unit"]
    return f"{row['value']:g} {unit}"


def metres(value: float) -> str:
    """Distance with an honest unit: metres below a kilometre, kilometres from there on."""
    return f"{value:.0f} m" if value < _KILOMETRE else f"{value / _KILOMETRE:.1f} km"


def share_words(share: float, least: float, most: float) -> str:
    """Share as a percentage, with its range where the accuracies leave one."""
    if most - least < _HALF:
        return f"{share:.0%}"
    return word("fit_share_range", share=f"{share:.0%}", least=f"{least:.0%}", most=f"{most:.0%}")


def _districts(park_id: str) -> str:
    places = shared_districts()
    own = places[places["park_id"] == park_id]
    names = _district_names()
    sure = [
        word(
            "card_share",
            district=names[row["district_zh"]],
            share=share_words(row["share"], row["share_min"], row["share_max"]),
        )
        for row in own[own["basis"] != "possible"].to_dict("records")
    ]
    maybe = [names[name] for name in own.loc[own["basis"] == "possible", "district_zh"]]
    extra = f"<p class='yt-note'>{escape(word('card_possible', districts=listed(maybe)))}</p>" if maybe else ""
    return f"<p>{titled('card_districts', escape(listed(sure)))}</p>{extra}"


def _district_names() -> dict[str, str]:
    districts = shared_plan().districts
    return dict(zip(districts["name_zh"], districts[column("name")], strict=True))


def _nearest(park_id: str) -> str:
    nearest = shared_profiles().nearest
    own = nearest[nearest["park_id"] == park_id].sort_values("distance_m").drop_duplicates("kind")
    found = {row["kind"]: row for row in own.to_dict("records")}
    rows = [
        f"<tr><th>{word(f'kind_{kind}')}</th><td>{escape(found[kind][column('place')])}</td>"
        f"<td>{metres(found[kind]['distance_m'])} <small>±{metres(found[kind]['accuracy_m'])}</small></td></tr>"
        for kind in _in_order(found)
    ]
    return _section(
        word("card_nearest"), f"<table class='yt-nearest'>{''.join(rows)}</table>", word("card_nearest_note")
    )


def _in_order(kinds: Iterable[str]) -> list[str]:
    present = set(kinds)
    return [kind for kind in ANCHOR_KINDS if kind in present]


def _about(park: pd.Series) -> str:
    operator = park[column("operator")]
    shown = escape(operator) if isinstance(operator, str) else f"<i>{word('card_unknown')}</i>"
    note = park[column("note")]
    notes = f"<p class='yt-caution'>{escape(note)}</p>" if isinstance(note, str) else ""
    cite = escape(park[column("cite")])
    return (
        _section(word("card_operator"), f"<p>{shown}</p>")
        + _section(word("card_named_plan"), f"<p>{cite}</p>")
        + (_section(word("card_note"), notes) if notes else "")
    )
