"""The one room that keeps results: shared by all sessions, read-only, made anew when the plan's files change."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from geo.districts import park_districts
from geo.fit import fit_table, sectors_by_district, spanning_parks
from geo.plan import Plan, read_plan
from geo.profile import Profiles, park_profiles
from geo.scenario import EditionWarning, Scenario, apply_scenario, scenario_changes
from geo.screening.park_facts import ParkFacts, park_facts
from geo.selection import Facets, park_facets
from layers.atlas import atlas
from layers.served import browser_layer
from views.settings import atlas_settings, plan_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    import folium
    import pandas as pd


@lru_cache(maxsize=1)
def shared_plan() -> Plan:
    """The plan that this deployment shows."""
    return read_plan(plan_path())


@lru_cache(maxsize=1)
def shared_facets() -> Facets:
    """What the filters look at."""
    return park_facets(shared_plan())


@lru_cache(maxsize=1)
def shared_profiles() -> Profiles:
    """What the cards say."""
    return park_profiles(shared_plan())


@lru_cache(maxsize=1)
def shared_districts() -> pd.DataFrame:
    """Districts of each park."""
    return park_districts(shared_plan())


@lru_cache(maxsize=1)
def shared_district_counts() -> pd.DataFrame:
    """Parks by district, sector and verdict."""
    return sectors_by_district(shared_plan(), shared_profiles().fit)


@lru_cache(maxsize=1)
def shared_spanning() -> pd.DataFrame:
    """Parks that lie in several districts."""
    return spanning_parks(shared_plan())


def new_atlas(language: str, *, draw: bool = False) -> folium.Map:
    """A map for one language, fresh: rendering changes the object, so it cannot be shared."""
    return atlas(shared_plan(), replace(atlas_settings(language), draw=draw))


@lru_cache(maxsize=1)
def shared_park_facts() -> ParkFacts:
    """What screening looks at."""
    return park_facts(shared_plan())


def warm() -> None:
    """Compute what every visitor needs, so that the first one does not wait for it."""
    for result in (
        shared_facets,
        shared_profiles,
        shared_districts,
        shared_district_counts,
        shared_spanning,
        shared_park_facts,
    ):
        result()


@dataclass(frozen=True, eq=False)
class Changed:
    """What a scenario gives: the changed plan, its verdicts, the tables of changes, and the map's difference."""

    plan: Plan
    fit: pd.DataFrame
    tables: dict[str, pd.DataFrame]
    over: dict[str, list[str]]
    draft: dict[str, Any]


@lru_cache(maxsize=1)
def _drawn_parks() -> dict[str, list[str]]:
    """Sectors of each park part as the map draws them."""
    return {park["extent_id"]: park["sectors"] for park in _park_properties(shared_plan())}


def _park_properties(plan: Plan) -> list[dict[str, Any]]:
    return [feature["properties"] for feature in _features(plan, "parks")]


def _features(plan: Plan, name: str) -> list[dict[str, Any]]:
    features: list[dict[str, Any]] = json.loads(browser_layer(plan, name))["features"]
    return features


@lru_cache(maxsize=16)
def shared_changes(scenario: Scenario) -> Changed:
    """What a scenario changes; scenarios are values, so that equal ones share the answer."""
    plan = shared_plan()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EditionWarning)
        after = apply_scenario(plan, scenario)
        tables = scenario_changes(plan, scenario)
    before = _drawn_parks()
    features = _features(after, "parks")
    known = {feature["properties"]["extent_id"]: feature["properties"]["sectors"] for feature in features}
    return Changed(
        after,
        fit_table(after),
        tables,
        {extent: sectors for extent, sectors in known.items() if extent in before and sectors != before[extent]},
        _new(features, before) | {"halos": _new(_features(after, "halos"), before)},
    )


def _new(features: list[dict[str, Any]], before: Mapping[str, Any]) -> dict[str, Any]:
    """Features of parts that the plan does not have."""
    new = [feature for feature in features if feature["properties"]["extent_id"] not in before]
    return {"type": "FeatureCollection", "features": new}
