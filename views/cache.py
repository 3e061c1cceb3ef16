"""The one room that keeps results: shared by all sessions, read-only, made anew when the plan's files change."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from geo.districts import park_districts
from geo.fit import sectors_by_district, spanning_parks
from geo.plan import Plan, read_plan
from geo.profile import Profiles, park_profiles
from geo.selection import Facets, park_facets
from layers.atlas import atlas
from views.settings import atlas_settings, plan_path

if TYPE_CHECKING:
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


def new_atlas(language: str) -> folium.Map:
    """A map for one language, fresh: rendering changes the object, so it cannot be shared."""
    return atlas(shared_plan(), atlas_settings(language))


def warm() -> None:
    """Compute what every visitor needs, so that the first one does not wait for it."""
    for result in (shared_facets, shared_profiles, shared_districts, shared_district_counts, shared_spanning):
        result()
