"""Releases of the extents in words: numbers, times, grades, and what differs between two."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.releases import changes_table
from geo.releases.opening import PACKAGE_ACTOR
from views.words import column, either, listed, word

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.plan import Plan

#: The clock of every Chinese city.
_CHINA = dt.timezone(dt.timedelta(hours=8))


def shown_number(plan: Plan) -> int:
    """Number of the release whose extents a plan has; the package's own are release 1."""
    return int(plan.extents_release.rpartition(".")[2] or 1)


def release_words(plan: Plan) -> str:
    """Say of which release a plan's extents are."""
    return word("release_of", number=shown_number(plan)) if plan.extents_release else word("release_package")


def clock_words(at: str) -> str:
    """Say a moment (UTC, ISO 8601) by the clock of the city."""
    return f"{dt.datetime.fromisoformat(at).astimezone(_CHINA):%Y-%m-%d %H:%M}"


def spoken(text: str, actor: str) -> str:
    """Take the half of the package's own words, which are Chinese and then English, that the session reads."""
    zh, _, en = text.partition(" ")
    return either(zh, en) if actor == PACKAGE_ACTOR else text


def grade_words(grades: Mapping[str, int]) -> str:
    """Say how many extents have each grade."""
    return " ".join(f"{grade}{count}" for grade, count in grades.items() if count)


def part_names(plan: Plan) -> dict[str, str]:
    """Names of park parts by the id of their extent."""
    parks = plan.parks.set_index("park_id")
    names = {}
    for park, part, name in plan.parts[["park_id", "part_id", column("name")]].itertuples(index=False, name=None):
        short, full = parks.loc[park, [column("short"), column("name")]]
        names[f"{park}/{part}"] = short if name in {short, full} else f"{short} · {name}"
    return names


def parts_words(extent_ids: list[str], plan: Plan, *, most: int = 3) -> str:
    """Name a few parts and count the rest."""
    names = part_names(plan)
    said = listed([names.get(extent, extent) for extent in extent_ids[:most]])
    return said if len(extent_ids) <= most else word("release_parts_more", parts=said, count=len(extent_ids))


def change_rows(changes: gpd.GeoDataFrame, plan: Plan) -> pd.DataFrame:
    """Set the changes between two releases down as a table: moved by how much, area, grade, accuracy."""
    rows = changes_table(changes)
    names = part_names(plan)

    def pair(stem: str, unit: str, form: str) -> list[str]:
        cells = zip(rows[f"{stem}_before{unit}"], rows[f"{stem}_after{unit}"], strict=True)
        return [_pair(before, after, form) for before, after in cells]

    return pd.DataFrame(
        {
            word("change_part"): [names.get(extent, extent) for extent in rows["extent_id"]],
            word("change_what"): rows[column("what")],
            word("change_moved"): [_number(value, ",.0f") for value in rows["moved_m"]],
            word("change_outline"): [_number(value, ",.0f") for value in rows["hausdorff_m"]],
            word("change_area"): pair("area", "_km2", ".3f"),
            word("change_grade"): pair("grade", "", ""),
            word("change_accuracy"): pair("accuracy", "_m", ",.0f"),
        }
    )


def _number(value: Any, form: str) -> str:  # noqa: ANN401
    return "–" if pd.isna(value) else f"{value:{form}}"


def _pair(before: Any, after: Any, form: str) -> str:  # noqa: ANN401
    first, second = _number(before, form), _number(after, form)
    return first if first == second else f"{first} → {second}"
