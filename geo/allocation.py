"""Extents of parks joined with the plan's allocations and focus terms, and what the join could not place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from geo.names import match_parks

if TYPE_CHECKING:
    from collections.abc import Hashable

    from geo.plan import Plan

DIAGNOSTIC_COLUMNS = ("kind", "subject", "detail")


def park_extents(extents: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    One geometry a park: the union of its parts, so that a part inside another counts once.

    Parameters
    ----------
    extents
        One row a park part with `park_id`; any CRS.

    Returns
    -------
    parks
        `park_id` and geometry (Polygon or MultiPolygon), in order of first appearance, CRS as given.

    Examples
    --------
    >>> from shapely import box
    >>> parts = gpd.GeoDataFrame({"park_id": ["a", "a"]}, geometry=[box(0, 0, 2, 2), box(0, 0, 1, 1)], crs="EPSG:4548")
    >>> float(park_extents(parts).area.sum())
    4.0
    """
    return extents[["park_id", "geometry"]].dissolve("park_id", sort=False).reset_index()[["park_id", "geometry"]]


def join_allocations(allocations: pd.DataFrame, parks: pd.DataFrame, extents: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Join sector allocations with the extents of the parks that they name.

    Parameters
    ----------
    allocations
        One row an allocation with `park_as_printed`, the park's name as the table writes it.
    parks
        The plan's parks with their names and aliases.
    extents
        One row a park part; any CRS.

    Returns
    -------
    joined
        Every row of `allocations`, in its order, with `park_id` and `matched_by` found by name, `park_zh`, `park_en`,
        `parts` (how many parts have an extent) and the union of the park's parts as geometry (None where the name
        matches no park or the park has no extent; `join_diagnostics` names those). CRS of `extents`.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> plan = read_plan()
    >>> joined = join_allocations(plan.allocations, plan.parks, plan.extents)
    >>> len(joined), int(joined.geometry.isna().sum())
    (31, 0)
    """
    matches = match_parks(allocations["park_as_printed"], parks)
    named = allocations.drop(columns=["park_id"], errors="ignore").reset_index(drop=True)
    named = named.assign(park_id=matches["park_id"], matched_by=matches["matched_by"])
    titles = parks[["park_id", "name_zh", "name_en"]].rename(columns={"name_zh": "park_zh", "name_en": "park_en"})
    counts = extents.groupby("park_id", sort=False).size().rename("parts").reset_index()
    joined = named.merge(titles, on="park_id", how="left").merge(counts, on="park_id", how="left")
    joined = joined.assign(parts=joined["parts"].fillna(0).astype("int64"))
    with_geometry = joined.merge(park_extents(extents), on="park_id", how="left")
    return gpd.GeoDataFrame(with_geometry, geometry="geometry", crs=extents.crs)


def join_diagnostics(allocations: pd.DataFrame, parks: pd.DataFrame, extents: gpd.GeoDataFrame) -> pd.DataFrame:
    """
    Say what a join of allocations, parks and extents leaves over.

    Parameters
    ----------
    allocations, parks, extents
        As for `join_allocations`.

    Returns
    -------
    diagnostics
        Columns `kind`, `subject`, `detail`; kinds are `unmatched-row` (a row that matches no park),
        `duplicate-row`, `alias-used`, `park-without-extent`, `extent-without-park`.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> plan = read_plan()
    >>> found = join_diagnostics(plan.allocations, plan.parks, plan.extents)
    >>> found[found["kind"] != "alias-used"].empty
    True
    """
    matches = match_parks(allocations["park_as_printed"], parks).assign(sector_id=allocations["sector_id"].to_numpy())
    known, drawn = set(parks["park_id"]), set(extents["park_id"])
    unmatched = matches[matches["park_id"].isna()]
    placed = matches[matches["park_id"].notna()]
    repeated = placed[placed.duplicated(["sector_id", "park_id"])]
    by_alias = placed[placed["matched_by"] != "name"].drop_duplicates(["name", "park_id"])
    rows = [
        *(("unmatched-row", row["name"], "no park has this name or alias") for row in _records(unmatched)),
        *(
            ("duplicate-row", row["name"], f"{row['sector_id']} already lists {row['park_id']}")
            for row in _records(repeated)
        ),
        *(("alias-used", row["name"], f"{row['park_id']} by {row['matched_by']}") for row in _records(by_alias)),
        *(("park-without-extent", park, "no extent is drawn") for park in parks["park_id"] if park not in drawn),
        *(("extent-without-park", park, "no park has this id") for park in sorted(drawn - known)),
    ]
    return pd.DataFrame(rows, columns=list(DIAGNOSTIC_COLUMNS), dtype=object)


def _records(matches: pd.DataFrame) -> list[dict[Hashable, Any]]:
    return matches.to_dict("records")


def focus_terms(plan: Plan) -> pd.DataFrame:
    """
    Every focus term with what it maps to: one row a mapping.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    terms
        Columns of `focuses` and `focus_mappings`, and `park_zh`, `sector_zh`, `subsector_zh`, `track_zh` with their
        `_en` twins; in the plan's order.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> terms = focus_terms(read_plan())
    >>> terms.loc[terms["term_zh"] == "柔性电子", ["park_id", "track_zh", "closeness"]].values.tolist()
    [['torch-xiangan', '柔性电子', 'track']]
    """
    mappings = plan.focus_mappings.rename(columns={"order": "mapping_order"})
    terms = plan.focuses.merge(mappings, on="focus_id", how="left")
    for column, table, key in (
        ("park", plan.parks, "park_id"),
        ("sector", plan.sectors, "sector_id"),
        ("subsector", plan.subsectors, "subsector_id"),
        ("track", plan.sectors.rename(columns={"sector_id": "track_id"}), "track_id"),
    ):
        names = table[[key, "name_zh", "name_en"]]
        terms = terms.merge(
            names.rename(columns={"name_zh": f"{column}_zh", "name_en": f"{column}_en"}), on=key, how="left"
        )
    return terms.sort_values(["entry", "order", "mapping_order"], ignore_index=True)
