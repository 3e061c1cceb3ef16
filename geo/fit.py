"""
Does a sector fit a park? For every pair the evidence of the plan, one verdict and the line that says so.

The plan names parks twice: its layout chapter lists parks by sector, its box of parks lists focus terms by park. The
verdict says how the two agree. It reads the plan; it approves nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.allocation import focus_terms
from geo.districts import park_districts

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from geo.plan import Plan

#: Verdicts, from most to least borne out, with their words in Chinese and English.
VERDICTS = {
    "aligned": ("一致", "Aligned"),
    "layout_only": ("布局提出、专栏未列该园区", "In the layout; the park has no box entry"),
    "unreflected": ("布局提出、专栏未体现", "In the layout; the park's box entry does not name it"),
    "focus_only": ("专栏提出、布局未列", "In the park's box entry only"),
    "none": ("无依据", "No basis"),
}
#: How closely a focus term names a sector, from closest to loosest, with words in Chinese and English.
CLOSENESS = {
    "sector": ("产业同名", "the sector's own name"),
    "subsector": ("细分领域同名", "a field's own name"),
    "related": ("相关", "related"),
}
_LOOSER = {"track": ("未来赛道同名", "a track's own name"), "outside": ("五大产业之外", "outside the five sectors")}
#: Words for every closeness that a mapping can have.
MAPPING_WORDS = CLOSENESS | _LOOSER


def fit_table(plan: Plan) -> pd.DataFrame:
    """
    Evidence and verdict for every sector and park.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    fit
        One row a pair, sectors then parks in the plan's order: `sector_id`, `sector_zh`, `sector_en`, `park_id`,
        `park_zh`, `park_en`, `verdict` (a key of `VERDICTS`), `closeness` (the closest among the park's terms, a key
        of `CLOSENESS`, or None), `terms` and `terms_en` (tuples of the focus terms that name the sector), `cite_zh`,
        `cite_en` (where the plan says so, or where it was looked for in vain).

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> fit = fit_table(read_plan()).set_index(["sector_id", "park_id"])
    >>> fit.loc[("it", "torch-xiangan"), ["verdict", "closeness"]].tolist()
    ['aligned', 'subsector']
    >>> fit.loc[("marine", "biopharma-port"), "verdict"], fit.loc[("marine", "film-base"), "verdict"]
    ('unreflected', 'none')
    """
    pairs = _pairs(plan).merge(_listed(plan), on=["sector_id", "park_id"], how="left")
    pairs = pairs.merge(_named(plan), on=["sector_id", "park_id"], how="left")
    pairs = pairs.astype({"closeness": object})
    pairs["closeness"] = pairs["closeness"].where(pairs["closeness"].notna(), None)
    for column in ("terms", "terms_en", "term_orders"):
        pairs[column] = pairs[column].map(lambda terms: terms if isinstance(terms, tuple) else ())
    pairs["verdict"] = [
        verdict_of(is_listed=isinstance(cite, str), has_entry=entry is not pd.NA, is_named=bool(terms))
        for cite, entry, terms in zip(pairs["listed_zh"], pairs["box6_entry"], pairs["terms"], strict=True)
    ]
    for language in ("zh", "en"):
        pairs[f"cite_{language}"] = [
            _cite(plan.descriptor["plan"], pair, language) for pair in pairs.to_dict("records")
        ]
    return pairs[
        ["sector_id", "sector_zh", "sector_en", "park_id", "park_zh", "park_en", "verdict", "closeness", "terms",
         "terms_en", "cite_zh", "cite_en"]
    ]  # fmt: skip


def verdict_of(*, is_listed: bool, has_entry: bool, is_named: bool) -> str:
    """
    Verdict of one sector and park.

    Parameters
    ----------
    is_listed
        The layout chapter lists the park under the sector.
    has_entry
        The box of parks has an entry for the park.
    is_named
        A focus term of that entry names the sector, at whatever closeness.

    Returns
    -------
    verdict
        A key of `VERDICTS`.

    Examples
    --------
    >>> verdict_of(is_listed=True, has_entry=True, is_named=True)
    'aligned'
    >>> verdict_of(is_listed=True, has_entry=False, is_named=False)
    'layout_only'
    >>> verdict_of(is_listed=False, has_entry=True, is_named=False)
    'none'
    """
    if is_listed:
        if is_named:
            return "aligned"
        return "unreflected" if has_entry else "layout_only"
    return "focus_only" if is_named else "none"


def _pairs(plan: Plan) -> pd.DataFrame:
    sectors = plan.main_sectors[["sector_id", "name_zh", "name_en"]]
    parks = plan.parks.sort_values("order")[["park_id", "name_zh", "name_en", "box6_entry"]]
    sectors = sectors.rename(columns={"name_zh": "sector_zh", "name_en": "sector_en"})
    return sectors.merge(parks.rename(columns={"name_zh": "park_zh", "name_en": "park_en"}), how="cross")


def _listed(plan: Plan) -> pd.DataFrame:
    listed = plan.allocations[["sector_id", "park_id", "cite_zh", "cite_en"]]
    return listed.rename(columns={"cite_zh": "listed_zh", "cite_en": "listed_en"})


def _named(plan: Plan) -> pd.DataFrame:
    """Focus terms by sector and park, with the closest of their closenesses."""
    terms = focus_terms(plan).dropna(subset=["sector_id"])
    rank = {closeness: number for number, closeness in enumerate(CLOSENESS)}
    terms = terms.assign(rank=terms["closeness"].map(rank))
    groups = terms.groupby(["sector_id", "park_id"], sort=False)
    named = groups.agg(
        rank=("rank", "min"),
        terms=("term_zh", _distinct),
        terms_en=("term_en", _distinct),
        term_orders=("order", _distinct),
    ).reset_index()
    return named.assign(closeness=named["rank"].map(dict(enumerate(CLOSENESS)))).drop(columns="rank")


def _distinct(values: Iterable[object]) -> tuple[object, ...]:
    return tuple(dict.fromkeys(values))


def _cite(words: Mapping[str, str], pair: Mapping[Hashable, Any], language: str) -> str:
    """Say where the plan lists the pair, or where it was looked for in vain."""
    layout, box = words[f"layout_{language}"], words[f"box_{language}"]
    listed, sector = pair[f"listed_{language}"], pair[f"sector_{language}"]
    entry = None if pair["box6_entry"] is pd.NA else pair["box6_entry"]
    orders = [str(order) for order in pair["term_orders"]]
    if language == "zh":
        first = listed if isinstance(listed, str) else f"{layout}“{sector}”未列该园区"
        named = f"第{'、'.join(orders)}项" if orders else "未提及该产业"
        return f"{first}；{box}" + ("无该园区条目" if entry is None else f"第{entry}条{named}")
    first = listed if isinstance(listed, str) else f"{layout}, {sector}: park not listed"
    named = f", term{'s' if len(orders) > 1 else ''} {', '.join(orders)}" if orders else ": sector not named"
    return f"{first}; {box}" + (": no entry for the park" if entry is None else f", entry {entry}{named}")


def gaps(rows: pd.DataFrame) -> pd.DataFrame:
    """
    Sectors without a park and parks without a sector in a selection.

    Parameters
    ----------
    rows
        Rows of a fit table, whole rows and columns of its matrix.

    Returns
    -------
    gaps
        Columns `kind` (`sector-without-park`: no park of the selection is listed for it; `park-without-sector`: the
        layout lists the park for no sector), `id`, `name_zh`, `name_en`, `in_focus` (whether the box of parks names
        it all the same).

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> found = gaps(fit_table(read_plan()))
    >>> found.loc[found["kind"] == "park-without-sector", "id"].tolist()
    ['shituo-motor', 'aviation-park', 'machinery']
    """
    listed = {"aligned", "layout_only", "unreflected"}
    found = []
    for kind, key, title in (
        ("sector-without-park", "sector_id", "sector"),
        ("park-without-sector", "park_id", "park"),
    ):
        for identifier, group in rows.groupby(key, sort=False):
            if not group["verdict"].isin(listed).any():
                names = group[[f"{title}_zh", f"{title}_en"]].iloc[0]
                found.append((kind, identifier, *names, bool((group["verdict"] == "focus_only").any())))
    return pd.DataFrame(found, columns=["kind", "id", "name_zh", "name_en", "in_focus"])


def park_fields(plan: Plan) -> pd.DataFrame:
    """
    Fields and future tracks that each park's focus terms name.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    fields
        One row a park and field or track: `park_id`, `kind` (`subsector` or `track`), `id`, `name_zh`, `name_en`,
        `closeness` (the closest), `terms` (tuple), in the plan's order.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> fields = park_fields(read_plan())
    >>> fields.loc[(fields["park_id"] == "aviation-park") & (fields["kind"] == "track"), "name_zh"].tolist()
    ['航空航天', '智能制造装备']
    """
    terms = focus_terms(plan)
    rank = {closeness: number for number, closeness in enumerate(("sector", "subsector", "track", "related"))}
    rows = []
    for kind in ("subsector", "track"):
        named = terms.dropna(subset=[f"{kind}_id"])
        for (park_id, identifier), group in named.groupby(["park_id", f"{kind}_id"], sort=False):
            closest = min(group["closeness"], key=rank.__getitem__)
            names = group[[f"{kind}_zh", f"{kind}_en"]].iloc[0]
            rows.append((park_id, kind, identifier, *names, closest, _distinct(group["term_zh"])))
    return pd.DataFrame(rows, columns=["park_id", "kind", "id", "name_zh", "name_en", "closeness", "terms"])


def sectors_by_district(plan: Plan, fit: pd.DataFrame) -> pd.DataFrame:
    """
    How many parks of each district fall to each sector, by verdict.

    Parameters
    ----------
    plan
        The plan.
    fit
        What `fit_table` returned.

    Returns
    -------
    counts
        One row a district and sector: `district_zh`, `sector_id` and one column of counts for each verdict; a park
        that surely lies in two districts counts in both.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> plan = read_plan()
    >>> counts = sectors_by_district(plan, fit_table(plan)).set_index(["district_zh", "sector_id"])
    >>> int(counts.loc[("思明区", "creative"), ["aligned", "layout_only"]].sum())
    3
    """
    places = park_districts(plan)
    places = places.loc[places["basis"] != "possible", ["park_id", "district_zh"]]
    merged = fit.merge(places, on="park_id")
    counts = merged.pivot_table(index=["district_zh", "sector_id"], columns="verdict", aggfunc="size", fill_value=0)
    counts = counts.reindex(columns=list(VERDICTS), fill_value=0)
    order = pd.MultiIndex.from_product(
        [plan.districts["name_zh"], plan.main_sectors["sector_id"]], names=["district_zh", "sector_id"]
    )
    return counts.reindex(order, fill_value=0).rename_axis(columns=None).reset_index()


def spanning_parks(plan: Plan) -> pd.DataFrame:
    """
    Parks that lie in more than one district.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    parks
        Rows of `park_districts` whose basis is not `possible`, for parks with two or more of them.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> sorted(set(spanning_parks(read_plan())["park_id"]))[:2]
    ['aviation-park', 'maluan-smart']
    """
    places = park_districts(plan)
    sure = places[places["basis"] != "possible"]
    return sure[sure.groupby("park_id")["district_zh"].transform("size") > 1].reset_index(drop=True)
