"""Everything that the plan package knows about one park, as one table a question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from geo.allocation import focus_terms
from geo.extents import measured_extents
from geo.fit import fit_table, park_fields
from geo.nearest import nearest_places

if TYPE_CHECKING:
    from geo.plan import Plan

#: Kinds of places that people ask the way to.
ANCHOR_KINDS = ("airport", "rail", "port", "metro")


@dataclass(frozen=True, eq=False)
class Profiles:
    """
    Facts about all parks, prepared once for a plan.

    Parameters
    ----------
    fit
        Sector and park pairs with verdicts.
    terms
        Focus terms with their mappings.
    fields
        Fields and tracks per park.
    extents
        Park parts with names and areas.
    nearest
        Nearest airport, port, railway and metro station of each part.
    """

    fit: pd.DataFrame
    terms: pd.DataFrame
    fields: pd.DataFrame
    extents: gpd.GeoDataFrame
    nearest: pd.DataFrame


def park_profiles(plan: Plan) -> Profiles:
    """
    Prepare the facts about all parks.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    profiles
        Tables to filter by `park_id`.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> nearest = park_profiles(read_plan()).nearest
    >>> part = nearest[(nearest["park_id"] == "aviation-park") & (nearest["part_id"] == "gaoqi")]
    >>> part.loc[part["kind"] == "airport", "place_zh"].tolist()
    ['高崎机场']
    """
    return Profiles(
        fit=fit_table(plan),
        terms=focus_terms(plan),
        fields=park_fields(plan),
        extents=measured_extents(plan),
        nearest=nearest_places(plan.extents, anchors(plan)),
    )


def anchors(plan: Plan) -> gpd.GeoDataFrame:
    """
    Places that distances are measured to: airports, ports, railway and metro stations.

    Parameters
    ----------
    plan
        The plan; metro stations count as known to `metro_accuracy_m` of its descriptor (100 m when it says nothing).

    Returns
    -------
    anchors
        `place_id`, `name_zh`, `name_en`, `kind` (one of `ANCHOR_KINDS`), `position_accuracy_m` (m), points in WGS 84.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> sorted(set(anchors(read_plan())["kind"]))
    ['airport', 'metro', 'port', 'rail']
    """
    columns = ["place_id", "name_zh", "name_en", "kind", "position_accuracy_m", "geometry"]
    places = plan.places[plan.places["kind"].isin(ANCHOR_KINDS)][columns]
    stations = plan.metro_stations.rename(columns={"station_id": "place_id"})
    accuracy = float(plan.descriptor.get("metro_accuracy_m", 100.0))
    stations = stations.assign(kind="metro", position_accuracy_m=accuracy)[columns]
    tables = [table for table in (places, stations) if len(table)]
    if not tables:
        return gpd.GeoDataFrame(places)
    return gpd.GeoDataFrame(pd.concat(tables, ignore_index=True), crs=plan.places.crs)
