"""Which parks answer a set of filters."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.allocation import focus_terms
from geo.districts import park_districts
from geo.extents import GRADES
from geo.fit import VERDICTS, fit_table, park_fields
from geo.names import folded

if TYPE_CHECKING:
    from geo.plan import Plan

#: Where the plan names a sector for a park, with words in Chinese and English.
LISTINGS = {"layout": ("布局提出", "listed in the layout"), "box": ("专栏提出", "named in the box")}
#: Verdicts of a pair that the plan names in each of these places.
LISTED_VERDICTS = {"layout": ("aligned", "layout_only", "unreflected"), "box": ("aligned", "focus_only")}


@dataclass(frozen=True)
class Selection:
    """
    Filters over parks; an empty one lets everything through, values of one filter are alternatives.

    Parameters
    ----------
    sectors
        Ids of sectors that the plan names for the park.
    tracks
        Ids of future tracks that the park's focus terms touch.
    districts
        Names of districts in which the park surely lies.
    verdicts
        Codes of `geo.fit.VERDICTS` that the park has with one of the sectors (with any sector when none is chosen).
    listings
        `layout`, `box`: where the plan names one of the sectors for the park.
    grades
        Grades of extents; parts of other grades are left out.
    text
        Words that must all occur in names, aliases, parts or focus terms; brackets, case and spaces do not matter.

    Examples
    --------
    >>> Selection().is_empty, Selection(text="火炬").is_empty
    (True, False)
    """

    sectors: tuple[str, ...] = ()
    tracks: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    listings: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    text: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is filtered."""
        return not any(getattr(self, field.name) for field in fields(self))


def selected_extents(facets: Facets, selection: Selection) -> list[str]:
    """
    Park parts that pass every filter.

    Parameters
    ----------
    facets
        What `park_facets` returned.
    selection
        The filters.

    Returns
    -------
    extent_ids
        `park_id/part_id` of each, in the plan's order.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> facets = park_facets(read_plan())
    >>> selected_extents(facets, Selection(sectors=("marine",), districts=("思明区",)))
    ['shapowei/main']
    >>> selected_extents(facets, Selection(text="联芯"))
    []
    """
    parks = facets.parts["park_id"]
    keep = pd.Series(data=True, index=facets.parts.index)
    if selection.sectors or selection.verdicts or selection.listings:
        keep &= parks.isin(_by_sector(facets.fit, selection))
    if selection.tracks:
        keep &= parks.isin(facets.tracks.loc[facets.tracks["id"].isin(selection.tracks), "park_id"])
    if selection.districts:
        keep &= parks.isin(facets.districts.loc[facets.districts["district_zh"].isin(selection.districts), "park_id"])
    if selection.grades:
        keep &= facets.parts["grade"].isin(selection.grades)
    for word in selection.text.split():
        keep &= facets.parts["text"].str.contains(folded(word), regex=False)
    return list(facets.parts.loc[keep, "extent_id"])


def _by_sector(fit: pd.DataFrame, selection: Selection) -> pd.Series:
    pairs = fit[fit["sector_id"].isin(selection.sectors)] if selection.sectors else fit
    if selection.verdicts:
        pairs = pairs[pairs["verdict"].isin(selection.verdicts)]
    else:
        pairs = pairs[pairs["verdict"] != "none"]
    if selection.listings:
        named = set[str]().union(*(LISTED_VERDICTS[listing] for listing in selection.listings))
        pairs = pairs[pairs["verdict"].isin(named)]
    return pairs["park_id"]


def filter_values(plan: Plan) -> dict[str, list[str]]:
    """
    Values that each filter of several can take.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    values
        In the order in which they are offered, by `sector`, `track`, `district`, `verdict`, `listing` and `grade`.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> filter_values(read_plan())["grade"]
    ['B', 'C', 'D']
    """
    return {
        "sector": list(plan.main_sectors["sector_id"]),
        "track": list(plan.tracks["sector_id"]),
        "district": list(plan.districts["name_zh"]),
        "verdict": list(VERDICTS),
        "listing": list(LISTINGS),
        "grade": [grade for grade in GRADES if grade in set(plan.extents["grade"])],
    }


def park_answers(facets: Facets) -> dict[str, dict[str, Any]]:
    """
    What each park answers to, so that a browser can filter by itself as `selected_extents` does.

    Parameters
    ----------
    facets
        What `park_facets` returned.

    Returns
    -------
    answers
        By park: `verdicts` (by sector, without `none`), `tracks` and `districts`.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> park_answers(park_facets(read_plan()))["shapowei"]["districts"]
    ['思明区']
    """
    found: dict[str, dict[str, Any]] = {
        park: {"verdicts": {}, "tracks": [], "districts": []} for park in facets.parts["park_id"].unique()
    }
    named = facets.fit[facets.fit["verdict"] != "none"]
    for park, sector, verdict in zip(named["park_id"], named["sector_id"], named["verdict"], strict=True):
        if park in found:
            found[park]["verdicts"][sector] = verdict
    for key, table in (("tracks", facets.tracks), ("districts", facets.districts)):
        for park, value in table.itertuples(index=False):
            if park in found and value not in found[park][key]:
                found[park][key].append(value)
    return found


@dataclass(frozen=True, eq=False)
class Facets:
    """
    What filters look at, prepared once for a plan.

    Parameters
    ----------
    parts
        One row a park part: `extent_id`, `park_id`, `grade`, `text` (folded names, aliases and focus terms).
    fit
        What `geo.fit.fit_table` returned.
    tracks
        Park and track pairs: `park_id`, `id`.
    districts
        Park and district pairs that are stated or surely drawn: `park_id`, `district_zh`.
    """

    parts: pd.DataFrame
    fit: pd.DataFrame
    tracks: pd.DataFrame
    districts: pd.DataFrame


def park_facets(plan: Plan) -> Facets:
    """
    Prepare what filters look at.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    facets
        For `selected_extents`.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> facets = park_facets(read_plan())
    >>> len(facets.parts), len(facets.fit)
    (41, 140)
    """
    fields_ = park_fields(plan)
    places = park_districts(plan)
    return Facets(
        parts=_searchable_parts(plan),
        fit=fit_table(plan),
        tracks=fields_.loc[fields_["kind"] == "track", ["park_id", "id"]],
        districts=places.loc[places["basis"] != "possible", ["park_id", "district_zh"]],
    )


def _searchable_parts(plan: Plan) -> pd.DataFrame:
    terms = focus_terms(plan)[["park_id", "term_zh", "term_en", "subsector_zh", "sector_zh", "track_zh"]]
    sectors = plan.allocations.merge(plan.sectors, on="sector_id")[["park_id", "name_zh", "name_en"]]
    by_park: dict[str, list[str]] = {}
    for table in (terms, sectors, plan.parks[["park_id", "name_zh", "short_zh", "name_en", "short_en", "aliases"]]):
        for row in table.itertuples(index=False):
            words = [word for cell in row[1:] for word in (cell if isinstance(cell, tuple) else (cell,))]
            by_park.setdefault(row[0], []).extend(word for word in words if isinstance(word, str))
    order = {park: number for number, park in enumerate(plan.parks.sort_values("order")["park_id"])}
    parts = plan.extents[["extent_id", "park_id", "part_id", "grade"]].merge(
        plan.parts[["park_id", "part_id", "order", "name_zh", "name_en", "aliases"]], on=["park_id", "part_id"]
    )
    own = [
        " ".join([zh, en, *aliases])
        for zh, en, aliases in zip(parts["name_zh"], parts["name_en"], parts["aliases"], strict=True)
    ]
    park_words = parts["park_id"].map(lambda park: " ".join(by_park.get(park, [])))
    text = [folded(f"{mine} {theirs}") for mine, theirs in zip(own, park_words, strict=True)]
    parts = parts.assign(text=text, park_order=parts["park_id"].map(order))
    ordered: pd.DataFrame = parts.sort_values(["park_order", "order"], ignore_index=True)
    return ordered[["extent_id", "park_id", "grade", "text"]]
