"""Names as people give them in a question, and the ids, rows and parks that they mean."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from geo.districts import park_districts
from geo.errors import UnknownNameError
from geo.names import folded, match_parks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from geo.plan import Plan


def select_fit(
    plan: Plan,
    fit: pd.DataFrame,
    *,
    sectors: Sequence[str] = (),
    parks: Sequence[str] = (),
    districts: Sequence[str] = (),
) -> pd.DataFrame:
    """
    Rows of a fit table for given sectors, parks and districts.

    Parameters
    ----------
    plan
        The plan.
    fit
        What `fit_table` returned.
    sectors, parks, districts
        Ids or names in Chinese or English, empty for all; a district takes the parks that the sources or their
        extents surely place in it.

    Returns
    -------
    rows
        The matching rows, order kept.

    Raises
    ------
    UnknownNameError
        If a name is not known; the message offers the nearest ones.

    Examples
    --------
    >>> from geo.fit import fit_table
    >>> from geo.plan import read_plan
    >>> plan = read_plan()
    >>> rows = select_fit(plan, fit_table(plan), sectors=["海洋高新"], districts=["翔安"])
    >>> rows.loc[rows["verdict"] == "aligned", "park_zh"].tolist()
    ['厦门海洋高新产业园']
    """
    rows = fit
    if sectors:
        rows = rows[rows["sector_id"].isin([sector_id_of(plan, name) for name in sectors])]
    if parks:
        rows = rows[rows["park_id"].isin([park_id_of(plan, name) for name in parks])]
    if districts:
        rows = rows[rows["park_id"].isin(parks_in(plan, districts))]
    return rows.reset_index(drop=True)


def sector_id_of(plan: Plan, name: str) -> str:
    """
    Id of a sector by its id or any of its names.

    Parameters
    ----------
    plan
        The plan.
    name
        Id, full or short name, Chinese or English.

    Returns
    -------
    sector_id
        Of a sector, not of a future track.

    Raises
    ------
    UnknownNameError
        If no sector is called so.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> sector_id_of(read_plan(), "海洋高新")
    'marine'
    """
    columns = ("sector_id", "name_zh", "short_zh", "name_en", "short_en")
    sectors = plan.main_sectors
    known = {
        folded(text): row for column in columns for text, row in zip(sectors[column], sectors["sector_id"], strict=True)
    }
    return looked_up(name, known, "sector", sectors["name_zh"])


def park_id_of(plan: Plan, name: str) -> str:
    """
    Id of a park by its id, any of its names or an alias.

    Parameters
    ----------
    plan
        The plan.
    name
        As people write it.

    Returns
    -------
    park_id
        Of the park.

    Raises
    ------
    UnknownNameError
        If no park is called so; the message offers the nearest names.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> park_id_of(read_plan(), "火炬(翔安)产业区")
    'torch-xiangan'
    """
    found = match_parks([name], plan.parks)["park_id"].iloc[0]
    return found or looked_up(name, {}, "park", plan.parks["short_zh"])


def parks_in(plan: Plan, districts: Sequence[str], *, with_possible: bool = False) -> list[str]:
    """
    Ids of the parks that lie in any of the districts.

    Parameters
    ----------
    plan
        The plan.
    districts
        Names, with or without 区, or English.
    with_possible
        Also take parks that only may reach there, within the accuracies.

    Returns
    -------
    park_ids
        In the plan's order.

    Raises
    ------
    UnknownNameError
        If no district is called so.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> parks_in(read_plan(), ["湖里"])[:2]
    ['torch-park', 'huli-east-innovation']
    """
    wanted = {district_of(plan, name) for name in districts}
    places = park_districts(plan)
    places = places[places["district_zh"].isin(wanted)]
    if not with_possible:
        places = places[places["basis"] != "possible"]
    return list(places["park_id"].drop_duplicates())


def district_of(plan: Plan, name: str) -> str:
    """
    Chinese name of a district by any of its names.

    Parameters
    ----------
    plan
        The plan.
    name
        With or without 区, or English.

    Returns
    -------
    district_zh
        As in the plan's table of districts.

    Raises
    ------
    UnknownNameError
        If no district is called so; the message offers the nearest names.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> plan = read_plan()
    >>> district_of(plan, "翔安"), district_of(plan, "Xiang'an District")
    ('翔安区', '翔安区')
    """
    names = plan.districts["name_zh"]
    known = {folded(zh): zh for zh in names} | {folded(zh.removesuffix("区")): zh for zh in names}
    known |= {folded(en): zh for en, zh in zip(plan.districts["name_en"], names, strict=True)}
    return looked_up(name, known, "district", names)


def looked_up(name: str, known: Mapping[str, str], what: str, choices: Iterable[str]) -> str:
    """
    Look a name up among known ones, or say which come near.

    Parameters
    ----------
    name
        As given.
    known
        Values by folded name.
    what
        What kind of thing it names, for the message.
    choices
        Names to offer when it is not known.

    Returns
    -------
    value
        What the name leads to.

    Raises
    ------
    UnknownNameError
        If it is not known; the message offers up to three names.

    Examples
    --------
    >>> looked_up("A", {"a": "alpha"}, "letter", ["a"])
    'alpha'
    """
    found = known.get(folded(name))
    if found is None:
        offered = list(choices)
        near = difflib.get_close_matches(name, offered, n=3, cutoff=0.2) or offered[:3]
        msg = f"no {what} is called {name!r}; did you mean {', '.join(near)}?"
        raise UnknownNameError(msg)
    return found
