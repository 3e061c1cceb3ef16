"""What the screening needs to know of the parks, prepared once for a plan: verdicts, zones, areas and distances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import CGCS2000_CM117
from geo.fit import fit_table, park_fields
from geo.screening.vocabulary import Vocabulary, vocabulary
from geo.siting import park_zones, part_zones, zone_areas_ha

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from geo.plan import Plan

#: Wishes of projects by criterion: field of the project, kind of place, words.
WISHES = {
    "airport": ("airport_km", "airport", "机场"),
    "port": ("port_km", "port", "港口"),
    "station": ("station_km", "rail", "火车站"),
}


class Range(NamedTuple):
    """
    A quantity that is known within limits.

    Parameters
    ----------
    low, value, high
        Least, as drawn, most.
    """

    low: float
    value: float
    high: float


class Distance(NamedTuple):
    """
    How far a park is from the nearest place of a kind.

    Parameters
    ----------
    place_zh
        Name of the place that is nearest as drawn.
    km
        From the park's edge as the crow flies, 0 inside; widened by the accuracies of both.
    """

    place_zh: str
    km: Range


@dataclass(frozen=True, eq=False)
class ParkFacts:
    """
    Facts about all parks of a plan.

    Parameters
    ----------
    plan
        The plan.
    words
        Its vocabulary.
    parks
        Rows of the plan's parks by id, in the plan's order.
    fit
        Rows of `geo.fit.fit_table` by sector and park.
    named
        Rows of `geo.fit.park_fields` by park and field or track.
    zones
        Parks with core and reach (`geo.siting.park_zones`).
    accuracy
        Grade and accuracy of each park's parts, in words.
    areas_ha
        By park.
    distances
        By park and kind of place.
    between_km
        Least and most distances between parks: ids, as drawn, low, high.
    allotted
        Parks that the layout lists for each sector, by id.
    """

    plan: Plan
    words: Vocabulary
    parks: dict[str, dict[Hashable, Any]]
    fit: dict[tuple[str, str], dict[Hashable, Any]]
    named: dict[tuple[str, str], dict[Hashable, Any]]
    zones: gpd.GeoDataFrame
    accuracy: dict[str, str]
    areas_ha: dict[str, Range]
    distances: dict[tuple[str, str], Distance]
    between_km: dict[tuple[str, str], Range]
    allotted: dict[str, tuple[str, ...]]

    @property
    def title(self) -> str:
        """How the plan is cited."""
        words: Mapping[str, Any] = self.plan.descriptor["plan"]
        return f"《{words['title_zh']}》"

    def short(self, park_id: str) -> str:
        """
        Short Chinese name of a park.

        Parameters
        ----------
        park_id
            Of the park.

        Returns
        -------
        name
            As the plan's table of parks has it.
        """
        return str(self.parks[park_id]["short_zh"])


def park_facts(plan: Plan) -> ParkFacts:
    """
    Prepare the facts about all parks.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    facts
        For any number of screenings.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> facts = park_facts(read_plan())
    >>> facts.distances["aviation-park", "airport"].place_zh, facts.distances["aviation-park", "airport"].km.low
    ('高崎机场', 0.0)
    """
    zones = park_zones(plan.extents)
    order = plan.parks.sort_values(["order", "park_id"]).to_dict("records")
    fit = {(row["sector_id"], row["park_id"]): row for row in fit_table(plan).to_dict("records")}
    named = {(row["park_id"], row["id"]): row for row in park_fields(plan).to_dict("records")}
    return ParkFacts(
        plan=plan,
        words=vocabulary(plan),
        parks={row["park_id"]: row for row in order},
        fit=fit,
        named=named,
        zones=zones,
        accuracy=_accuracies(plan.extents),
        areas_ha=_areas(zones),
        distances=_distances(plan),
        between_km=_between(zones),
        allotted={str(s): tuple(sorted(set(g))) for s, g in plan.allocations.groupby("sector_id")["park_id"]},
    )


def _accuracies(extents: gpd.GeoDataFrame) -> dict[str, str]:
    rows = pd.DataFrame(extents[["park_id", "part_id", "grade", "position_accuracy_m"]]).sort_values("part_id")
    return {
        str(park_id): "、".join(
            f"{grade}级±{accuracy:.0f}米"
            for grade, accuracy in dict.fromkeys(zip(group["grade"], group["position_accuracy_m"], strict=True))
        )
        for park_id, group in rows.groupby("park_id")
    }


def _areas(zones: gpd.GeoDataFrame) -> dict[str, Range]:
    areas = zone_areas_ha(zones)
    columns = (zones["park_id"], areas["area_min_ha"], areas["area_ha"], areas["area_max_ha"])
    return {park: Range(low, value, high) for park, low, value, high in zip(*columns, strict=True)}


def _distances(plan: Plan) -> dict[tuple[str, str], Distance]:
    parts = part_zones(plan.extents).sort_values(["park_id", "part_id"])
    accuracy = plan.extents["position_accuracy_m"].loc[parts.index].to_numpy()
    places = plan.places.sort_values("place_id").to_crs(CGCS2000_CM117)
    found = {}
    for _, kind, _ in WISHES.values():
        near = places[places["kind"] == kind]
        if near.empty:
            continue
        metres = shapely.distance(parts.geometry.to_numpy()[:, None], near.geometry.to_numpy()[None, :])
        spread = accuracy[:, None] + near["position_accuracy_m"].to_numpy()[None, :]
        for park_id in parts["park_id"].unique():
            rows = (parts["park_id"] == park_id).to_numpy()
            found[str(park_id), kind] = _nearest(metres[rows], spread[rows], near["name_zh"].tolist())
    return found


def _nearest(metres: np.ndarray, spread: np.ndarray, names: list[str]) -> Distance:
    """Nearest place of any part: as drawn, at best and at worst."""
    place = int(metres.min(axis=0).argmin())
    low, high = np.maximum(metres - spread, 0.0).min(), (metres + spread).min()
    return Distance(names[place], Range(float(low) / 1e3, float(metres.min()) / 1e3, float(high) / 1e3))


def _between(zones: gpd.GeoDataFrame) -> dict[tuple[str, str], Range]:
    ids = zones["park_id"].tolist()
    columns = [zones["reach"].to_numpy(), zones.geometry.to_numpy(), zones["core"].to_numpy()]
    # A core that vanished has no distance: the park may be anywhere in its reach.
    low, value, high = (
        np.nan_to_num(shapely.distance(figures[:, None], figures[None, :]), nan=np.inf) / 1e3 for figures in columns
    )
    return {
        (one, other): Range(float(low[i, j]), float(value[i, j]), float(high[i, j]))
        for i, one in enumerate(ids)
        for j, other in enumerate(ids)
    }
