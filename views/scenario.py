"""Scenario: what-if edits beside the plan, and at once what they change in figures and on the map."""

from __future__ import annotations

import json
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from geo.errors import GeoError
from geo.fit import VERDICTS
from geo.scenario import (
    Scenario,
    ScenarioError,
    edition_notice,
    new_scenario,
    read_scenario,
    scenario_text,
    url_or_none,
)
from views import state
from views.cache import Changed, shared_changes, shared_plan, shared_profiles
from views.card import verdict_badge
from views.map import show_map
from views.words import column, either, titled, word

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.errors import Fault
    from geo.plan import Plan

_AFTER = "scenario_after"
_LISTED = ("aligned", "layout_only", "unreflected")
_ACCURACY_M = 500
_SAME = 0.005
#: Percentages with two decimals add up to 100 within this share.
_ROUNDING = 0.002
#: Cases of faults that have words of their own.
_FAULTS = frozenset(
    {
        "already-listed", "not-listed", "id-taken", "name-taken", "open-ring", "invalid-polygon", "out-of-bounds",
        "no-targets", "target-twice", "split-twice", "split-unlisted", "shares-sum", "unknown-id", "other-plan",
        "not-json", "too-long",
    }
)  # fmt: skip


def page() -> None:
    """Draw the page."""
    st.html(f"<h1 class='yt-h1'>{word('scenario_title')}</h1><p class='yt-lead'>{escape(word('scenario_intro'))}</p>")
    scenario, changed = _current()
    _notices(scenario)
    with st.sidebar:
        _files(scenario)
    left, right = st.columns([1, 2.4], gap="medium")
    with left:
        _edits(scenario, changed)
        _forms(scenario, changed.plan)
    with right:
        _counts(changed)
        _maps(changed)
    _tables(changed)


def _current() -> tuple[Scenario, Changed]:
    """Give the session's scenario with what it changes; one that does not fit this plan is told and left."""
    scenario = state.scenario() or _blank()
    try:
        return scenario, shared_changes(scenario)
    except GeoError as error:
        state.set_value("scenario_fault", error)
        state.set_scenario(None)
        return _blank(), shared_changes(_blank())


def _blank() -> Scenario:
    return new_scenario(shared_plan(), word("scenario_unnamed"))


def _notices(scenario: Scenario) -> None:
    words = shared_plan().descriptor["plan"]
    plan = either(words["title_zh"], words["title_en"])
    st.caption(word("scenario_edition", plan=plan, version=scenario.plan_version))
    if notice := edition_notice(shared_plan(), scenario):
        st.warning(either(*notice), icon=":material/warning:")
    if error := state.value("scenario_fault"):
        for line in _said(error):
            st.error(line, icon=":material/error:")
    if url_or_none(scenario) is None:
        st.info(word("scenario_long"))


def _files(scenario: Scenario) -> None:
    st.download_button(
        word("scenario_download"), scenario_text(scenario), "yuantu_scenario.json", "application/json",
        on_click="ignore", icon=":material/download:",
    )  # fmt: skip
    with st.container(key=f"upload_{state.language()}_scenario"):  # the style sheet puts its words into Chinese
        st.file_uploader(word("scenario_upload"), type=["json"], key="scenario_file", on_change=_load)


def _load() -> None:
    given = state.value("scenario_file")
    if given is not None:
        _try(lambda: read_scenario(given.getvalue()))


def _said(error: GeoError) -> list[str]:
    """Say what is wrong, in the session's language where the case is known; the exact reason stands behind it."""
    if not isinstance(error, ScenarioError):
        return [str(error)]
    return [_fault(fault) for fault in error.faults]


def _fault(fault: Fault) -> str:
    kind = fault.kind if fault.kind in _FAULTS else "other"
    reason = word(f"scenario_fault_{kind.replace('-', '_')}")
    place = word("scenario_fault_row", row=fault.row) if fault.row else ""
    detail = "" if state.language() == "zh" and kind != "other" else f" ({fault.reason})"
    return f"{place}{reason}{detail}"


def _try(make: Callable[[], Scenario]) -> bool:
    """Work on a new scenario if it can be read and applied; else say every fault and keep the old one."""
    state.set_value("scenario_fault", None)
    try:
        new = make()
        shared_changes(new)
    except GeoError as error:
        state.set_value("scenario_fault", error)
        return False
    state.set_scenario(new)
    return True


def _append(edit: dict[str, Any]) -> bool:
    """Add an edit behind the others, checked by the schema and against the plan."""
    content = json.loads(scenario_text(state.scenario() or _blank()))
    content["edits"].append(edit)
    return _try(lambda: read_scenario(json.dumps(content)))


def _drop(number: int) -> None:
    scenario = state.scenario() or _blank()
    _try(lambda: replace(scenario, edits=scenario.edits[:number] + scenario.edits[number + 1 :]))


def _rename() -> None:
    content = json.loads(scenario_text(state.scenario() or _blank()))
    content["name"] = str(state.value("scenario_name") or "").strip()
    _try(lambda: read_scenario(json.dumps(content)))


def _restart() -> None:
    state.set_value("scenario_fault", None)
    state.set_scenario(None)


def _edits(scenario: Scenario, changed: Changed) -> None:
    state.set_value("scenario_name", scenario.name)
    st.text_input(word("scenario_name"), key="scenario_name", max_chars=100, on_change=_rename)
    st.html(f"<h2 class='yt-h2'>{word('scenario_edits')} <small>{len(scenario.edits)}</small></h2>")
    if not scenario.edits:
        st.html(f"<p class='yt-note'>{escape(word('scenario_empty'))}</p>")
        return
    with st.container(key="scenario_edits", gap="small"):
        for number, text in enumerate(changed.tables["edits"][state.language()]):
            words, button = st.columns([6, 1], vertical_alignment="center")
            words.html(f"<div class='yt-edit'><b>{number + 1}</b> {escape(text)}</div>")
            button.button(
                "", key=f"scenario_drop_{number}", icon=":material/close:", help=word("scenario_drop"), type="tertiary",
                on_click=_drop, args=(number,),
            )  # fmt: skip
    st.button(word("scenario_restart"), on_click=_restart, icon=":material/restart_alt:", type="tertiary")


def _forms(scenario: Scenario, after: Plan) -> None:
    sectors = dict(zip(after.main_sectors["sector_id"], after.main_sectors[column("name")], strict=True))
    parks = dict(zip(after.parks["park_id"], after.parks[column("short")], strict=True))
    pairs_listed = list(after.allocations[["sector_id", "park_id"]].itertuples(index=False, name=None))
    pairs = {f"{own} {park}": f"{sectors[own]} · {parks[park]}" for own, park in pairs_listed if own in sectors}
    kinds = ("add", "remove", "move", "target", "split", "draft")
    listed_parks = {sector: [park for own, park in pairs_listed if own == sector] for sector in sectors}
    tabs = st.tabs([word(f"scenario_{kind}") for kind in kinds])
    with tabs[0], st.form("scenario_form_add"):
        _pick("scenario_sector", "add_sector", sectors)
        _pick("scenario_park", "add_park", parks)
        _submit("scenario_do_add", _on_add)
    with tabs[1], st.form("scenario_form_remove"):
        _pick("scenario_pair", "remove_pair", pairs)
        _submit("scenario_do_remove", _on_remove)
    with tabs[2], st.form("scenario_form_move"):
        _pick("scenario_pair", "move_pair", pairs)
        _pick("scenario_to", "move_to", parks)
        _submit("scenario_do_move", _on_move)
    with tabs[3], st.form("scenario_form_target"):
        _pick("scenario_sector", "target_sector", sectors)
        st.number_input(word("scenario_value"), min_value=0.0, max_value=1e6, step=100.0, key="target_value")
        _submit("scenario_do_target", _on_target)
    with tabs[4]:
        _split_form(sectors, parks, listed_parks)
    with tabs[5]:
        _draft_form(_next_draft(scenario))


def _pick(title: str, key: str, names: dict[str, str]) -> None:
    st.selectbox(word(title), list(names), format_func=lambda name: names.get(name, name), key=key)


def _submit(title: str, callback: Callable[..., None], *args: object, disabled: bool = False) -> None:
    st.form_submit_button(word(title), type="primary", on_click=callback, args=args, disabled=disabled)


def _on_add() -> None:
    _append({"edit": "add", "sector_id": state.value("add_sector"), "park_id": state.value("add_park")})


def _on_remove() -> None:
    sector, park = str(state.value("remove_pair")).split(" ", 1)
    _append({"edit": "remove", "sector_id": sector, "park_id": park})


def _on_move() -> None:
    sector, park = str(state.value("move_pair")).split(" ", 1)
    _append({"edit": "move", "sector_id": sector, "park_id": park, "to": state.value("move_to")})


def _on_target() -> None:
    _append({"edit": "target", "sector_id": state.value("target_sector"), "value": state.value("target_value")})


def _split_form(sectors: dict[str, str], parks: dict[str, str], listed: dict[str, list[str]]) -> None:
    """Ask for the percentages of a sector's target by park; they start from equal parts and must add up to 100."""
    _pick("scenario_sector", "split_sector", sectors)
    sector = str(state.value("split_sector"))
    own = listed.get(sector, [])
    if not own:
        st.caption(word("scenario_split_none"))
        return
    table = pd.DataFrame(
        {word("scenario_park"): [parks[park] for park in own], word("scenario_percent"): [100 / len(own)] * len(own)}
    )
    percent = word("scenario_percent")
    with st.form(f"scenario_form_split_{sector}"):
        edited = st.data_editor(
            table, hide_index=True, disabled=[word("scenario_park")], key=f"split_table_{sector}_{len(own)}",
            column_config={percent: st.column_config.NumberColumn(min_value=0.0, max_value=100.0, format="%.2f")},
        )  # fmt: skip
        is_asked = st.form_submit_button(word("scenario_do_split"), type="primary")
    if is_asked:
        shares = edited[percent].fillna(0.0) / 100
        if abs(shares.sum() - 1) <= _ROUNDING:
            shares /= shares.sum()
        _append({"edit": "split", "sector_id": sector, "shares": dict(zip(own, shares.tolist(), strict=True))})
        st.rerun()


def _next_draft(scenario: Scenario) -> int:
    taken = {getattr(edit, "park_id", "") for edit in scenario.edits}
    return next(number for number in range(1, len(taken) + 2) if f"draft-{number}" not in taken)


def _draft_form(number: int) -> None:
    """Offer to make a park of the polygon that was drawn on the map after."""
    geometry = state.drawn(_AFTER) or {}
    is_polygon = geometry.get("type") == "Polygon"
    with st.form("scenario_form_draft"):
        st.caption(word("scenario_drawn" if is_polygon else "scenario_not_drawn"))
        st.text_input(
            word("scenario_draft_name"), word("scenario_draft_default", number=number), key=f"draft_name_{number}"
        )
        st.number_input(
            word("scenario_accuracy"), min_value=0, max_value=20_000, value=_ACCURACY_M, step=100, key="draft_accuracy"
        )
        _submit("scenario_do_draft", _on_draft, number, disabled=not is_polygon)


def _on_draft(number: int) -> None:
    edit = {
        "edit": "draft_park",
        "park_id": f"draft-{number}",
        "name_zh": str(state.value(f"draft_name_{number}") or "").strip(),
        "polygon": state.drawn(_AFTER),
        "position_accuracy_m": state.value("draft_accuracy"),
        "grade": "D",
    }
    if _append(edit):
        state.set_drawn(_AFTER, None)


def _counts(changed: Changed) -> None:
    boxes = "".join(
        f"<div class='yt-stat' data-verdict='{row['verdict']}'>{verdict_badge(row['verdict'])}"
        f"<b>{_pair(row['before'], row['after'])}</b><small>{_signed(row['difference'])}</small></div>"
        for row in changed.tables["verdicts"].to_dict("records")
    )
    st.html(f"<div class='yt-stats yt-changes' aria-label='{word('scenario_counts')}'>{boxes}</div>")


def _signed(difference: float) -> str:
    return f"{difference:+.0f}" if difference else ""


def _pair(before: float, after: float, form: str = ".0f") -> str:
    """Say before and after, or one figure where nothing changes; a dash where a figure is not defined."""
    first, second = ("–" if pd.isna(value) else f"{value:{form}}" for value in (before, after))
    return first if first == second else f"{first} → {second}"


def _maps(changed: Changed) -> None:
    extents = list(shared_profiles().extents["extent_id"])
    listed = changed.fit[changed.fit["verdict"].isin(_LISTED)]
    counts = {str(sector): int(count) for sector, count in listed.groupby("sector_id")["park_id"].nunique().items()}
    before, after = st.columns(2, gap="small")
    with before:
        st.html(f"<h2 class='yt-h2'>{word('scenario_before')}</h2>")
        show_map("scenario_before", extents, extra={"sync": "scenario"})
    with after:
        st.html(f"<h2 class='yt-h2'>{word('scenario_after')} <small>{word('scenario_draw_hint')}</small></h2>")
        extra = {"sync": "scenario", "over": changed.over, "draft": changed.draft, "counts": counts}
        show_map(_AFTER, extents, draw=True, extra=extra)


def _tables(changed: Changed) -> None:
    """Show the small tables of what changes, each under its tab."""
    drawers: dict[str, Callable[[Changed], None]] = {
        "scenario_cells": _cells,
        "scenario_districts": lambda own: _by_district(own.tables["districts"], ".0f"),
        "scenario_gaps": _gaps,
        "scenario_quotients": lambda own: _by_district(own.tables["quotients"], ".2f"),
        "scenario_specialisation": _specialisation,
        "scenario_output": _output,
        "scenario_output_parks": _output_parks,
    }
    for tab, (name, draw) in zip(st.tabs([word(name) for name in drawers]), drawers.items(), strict=True):
        with tab:
            draw(changed)
            if name not in {"scenario_cells", "scenario_gaps"}:
                st.caption(word(f"scenario_note_{name.removeprefix('scenario_')}"))


def _cells(changed: Changed) -> None:
    """List the pairs of sector and park whose verdict changes."""
    keys = ["sector_id", "park_id"]
    before = shared_profiles().fit[[*keys, "verdict"]]
    both = changed.fit.merge(before, on=keys, how="left", suffixes=("", "_before"))
    both["verdict_before"] = both["verdict_before"].fillna("none")
    moved = both[both["verdict"] != both["verdict_before"]]
    if moved.empty:
        st.caption(word("scenario_no_change"))
        return
    table = pd.DataFrame(
        {
            word("fit_pick_sector"): moved[column("sector")],
            word("fit_pick_park"): moved[column("park")],
            word("scenario_before"): [either(*VERDICTS[verdict]) for verdict in moved["verdict_before"]],
            word("scenario_after"): [either(*VERDICTS[verdict]) for verdict in moved["verdict"]],
            word("fit_cite"): moved[column("cite")],
        }
    )
    st.dataframe(table, hide_index=True)


def _by_district(rows: pd.DataFrame, form: str) -> None:
    """Set districts down and sectors across, before and after in one cell."""
    sectors = shared_plan().main_sectors
    names = dict(zip(sectors["sector_id"], sectors[column("short")], strict=True))
    said = [_pair(*pair, form=form) for pair in zip(rows["before"], rows["after"], strict=True)]
    wide = rows.assign(said=said).pivot_table(
        index="district_zh", columns="sector_id", values="said", aggfunc="first", sort=False
    )
    wide = wide.reindex(columns=list(names)).rename(columns=names)
    wide.insert(0, word("fit_district"), [_district_names()[name] for name in wide.index])
    st.dataframe(wide, hide_index=True)


def _district_names() -> dict[str, str]:
    districts = shared_plan().districts
    return dict(zip(districts["name_zh"], districts[column("name")], strict=True))


def _gaps(changed: Changed) -> None:
    blocks = []
    rows = changed.tables["gaps"]
    for kind, title in (("sector-without-park", "fit_gap_sectors"), ("park-without-sector", "fit_gap_parks")):
        own = rows[rows["kind"] == kind]
        own = own.sort_values("change", key=lambda change: change == "stays")
        words = zip(own["change"], own[column("name")], strict=True)
        lines = [titled(f"scenario_gap_{change}", escape(name)) for change, name in words]
        items = "".join(f"<li>{line}</li>" for line in lines)
        count = _pair(own["before"].sum(), own["after"].sum())
        blocks.append(f"<h4>{word(title)} · {count}</h4><ul>{items or word('fit_gap_none')}</ul>")
    st.html(f"<div class='yt-card yt-box'>{''.join(blocks)}</div>")


def _specialisation(changed: Changed) -> None:
    rows = changed.tables["specialisation"]
    table = pd.DataFrame(
        {
            word("fit_district"): [_district_names()[name] for name in rows["district_zh"]],
            word("scenario_before"): rows["before"].round(2),
            word("scenario_after"): rows["after"].round(2),
            word("scenario_difference"): [0.0 if abs(d) < _SAME else round(d, 2) for d in rows["difference"]],
        }
    )
    st.dataframe(table, hide_index=True)


def _output(changed: Changed) -> None:
    rows = changed.tables["output"]
    table = pd.DataFrame(
        {
            word("fit_pick_sector"): rows[column("sector")],
            word("scenario_target"): [
                _pair(*pair) for pair in zip(rows["target_before"], rows["target_after"], strict=True)
            ],
            word("scenario_density_before"): [_range(row, "before") for row in rows.to_dict("records")],
            word("scenario_density_after"): [_range(row, "after") for row in rows.to_dict("records")],
        }
    )
    st.dataframe(table, hide_index=True)


def _output_parks(changed: Changed) -> None:
    """Set the share and density of every listed park, as the scenario has it."""
    rows = changed.tables["output_by_park"]
    sectors = changed.plan.main_sectors
    names = dict(zip(sectors["sector_id"], sectors[column("name")], strict=True))
    records = rows.to_dict("records")
    table = pd.DataFrame(
        {
            word("fit_pick_sector"): [names[row["sector_id"]] for row in records],
            word("fit_pick_park"): [row[column("park")] for row in records],
            word("scenario_share_before"): [_share(row, "before") for row in records],
            word("scenario_share_after"): [_share(row, "after") for row in records],
            word("scenario_density_before"): [_range(row, "before") for row in records],
            word("scenario_density_after"): [_range(row, "after") for row in records],
        }
    )
    st.dataframe(table, hide_index=True)


def _share(row: dict[Any, Any], when: str) -> str:
    drawn, least, most = (row[f"share{end}_{when}"] for end in ("", "_min", "_max"))
    if pd.isna(drawn):
        return "–"
    return f"{drawn:.1%}" if least == most else f"{drawn:.1%} ({least:.1%}–{most:.1%})"


def _range(row: dict[Any, Any], when: str) -> str:
    """Density as drawn with its range; no upper bound where nothing of the extents is sure."""
    drawn, least, most = (row[f"density{end}_{when}"] for end in ("", "_min", "_max"))
    if pd.isna(drawn):
        return "–"
    top = "∞" if pd.isna(most) else f"{most:.1f}"
    return f"{drawn:.1f} ({least:.1f}–{top})"
