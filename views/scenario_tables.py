"""Tables of the scenario page: what the edits change, before and after."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from geo.fit import VERDICTS
from views.cache import shared_plan, shared_profiles
from views.words import column, either, titled, word

if TYPE_CHECKING:
    from collections.abc import Callable

    from views.cache import Changed

_SAME = 0.005


def pair(before: float, after: float, form: str = ".0f") -> str:
    """Say before and after, or one figure where nothing changes; a dash where a figure is not defined."""
    first, second = ("–" if pd.isna(value) else f"{value:{form}}" for value in (before, after))
    return first if first == second else f"{first} → {second}"


def show_tables(changed: Changed) -> None:
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
    said = [pair(before, after, form) for before, after in zip(rows["before"], rows["after"], strict=True)]
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
        count = pair(own["before"].sum(), own["after"].sum())
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
                pair(before, after) for before, after in zip(rows["target_before"], rows["target_after"], strict=True)
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
