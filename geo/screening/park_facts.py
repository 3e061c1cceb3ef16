"""What the screening needs to know of the parks, prepared once for a plan: verdicts, zones, areas and distances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.allocation import focus_terms
from geo.crs import CGCS2000_CM117
from geo.fit import fit_table, park_fields
from geo.screening.vocabulary import Vocabulary, vocabulary
from geo.screening.wording import Wording, joined, quoted
from geo.siting import park_zones, part_zones, zone_areas_ha

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from geo.plan import Plan

#: Wishes of projects by criterion: field of the project, kind of place, words.
WISHES = {
    "airport": ("airport_km", "airport", Wording("机场", "an airport")),
    "port": ("port_km", "port", Wording("港口", "a port")),
    "station": ("station_km", "rail", Wording("火车站", "a railway station")),
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
    place_en
        Its English name, where it has one.
    """

    place_zh: str
    km: Range
    place_en: str | None = None

    @property
    def place(self) -> Wording:
        """Name of the place; without an English one the Chinese stands quoted."""
        return Wording(self.place_zh, self.place_en or quoted(self.place_zh))


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
    terms_en
        English of the focus terms, by their Chinese.
    """

    plan: Plan
    words: Vocabulary
    parks: dict[str, dict[Hashable, Any]]
    fit: dict[tuple[str, str], dict[Hashable, Any]]
    named: dict[tuple[str, str], dict[Hashable, Any]]
    zones: gpd.GeoDataFrame
    accuracy: dict[str, Wording]
    areas_ha: dict[str, Range]
    distances: dict[tuple[str, str], Distance]
    between_km: dict[tuple[str, str], Range]
    allotted: dict[str, tuple[str, ...]]
    terms_en: dict[str, str]

    @property
    def title(self) -> Wording:
        """How the plan is cited."""
        words: Mapping[str, Any] = self.plan.descriptor["plan"]
        return Wording(f"《{words['title_zh']}》", words["title_en"])

    @property
    def layout(self) -> Wording:
        """What the plan calls the chapter of its layout."""
        return self._called("layout")

    @property
    def box(self) -> Wording:
        """What the plan calls its box of parks."""
        return self._called("box")

    def _called(self, name: str) -> Wording:
        words: Mapping[str, Any] = self.plan.descriptor["plan"]
        return Wording(words[f"{name}_zh"], words[f"{name}_en"])

    def entry(self, number: object) -> Wording:
        """
        Say which entry of the box is meant.

        Parameters
        ----------
        number
            Of the entry.

        Returns
        -------
        place
            Box and entry.
        """
        return Wording(f"{self.box.zh}第{number}条", f"{self.box.en}, entry {number}")

    def cite(self, place: Wording) -> Wording:
        """
        Cite a place of the plan.

        Parameters
        ----------
        place
            Chapter, section, box or entry.

        Returns
        -------
        cite
            The plan's title before it.
        """
        return Wording(f"{self.title.zh}{place.zh}", f"{self.title.en}: {place.en}")

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
        return self.park(park_id).zh

    def park(self, park_id: str) -> Wording:
        """
        Short name of a park.

        Parameters
        ----------
        park_id
            Of the park.

        Returns
        -------
        name
            As the plan's table of parks has it.
        """
        row = self.parks[park_id]
        return Wording(str(row["short_zh"]), str(row["short_en"]))

    def terms(self, terms: Iterable[str]) -> Wording:
        """
        Focus terms, one behind the other.

        Parameters
        ----------
        terms
            As printed.

        Returns
        -------
        terms
            The English as the package translates them.
        """
        return joined((Wording(term, quoted(self.terms_en.get(term, term))) for term in terms), zh="、", en=", ")


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
        terms_en={row["term_zh"]: row["term_en"] for row in focus_terms(plan).to_dict("records")},
    )


def _accuracies(extents: gpd.GeoDataFrame) -> dict[str, Wording]:
    rows = pd.DataFrame(extents[["park_id", "part_id", "grade", "position_accuracy_m"]]).sort_values("part_id")
    return {
        str(park_id): joined(
            (
                Wording(f"{grade}级±{accuracy:.0f}米", f"grade {grade} ±{accuracy:.0f} m")
                for grade, accuracy in dict.fromkeys(zip(group["grade"], group["position_accuracy_m"], strict=True))
            ),
            zh="、",
            en=", ",
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
            found[str(park_id), kind] = _nearest(metres[rows], spread[rows], near)
    return found


def _nearest(metres: np.ndarray, spread: np.ndarray, places: gpd.GeoDataFrame) -> Distance:
    """Nearest place of any part: as drawn, at best and at worst."""
    place = int(metres.min(axis=0).argmin())
    low, high = np.maximum(metres - spread, 0.0).min(), (metres + spread).min()
    km = Range(float(low) / 1e3, float(metres.min()) / 1e3, float(high) / 1e3)
    names = places.iloc[place]
    return Distance(str(names["name_zh"]), km, str(names["name_en"]))


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
