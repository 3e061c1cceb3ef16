"""The one room that keeps results: shared by all sessions, read-only, made anew for every release of the extents."""

from __future__ import annotations

import json
import logging
import time
import warnings
from dataclasses import dataclass, replace
from functools import lru_cache
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeVar

from geo.districts import park_districts
from geo.errors import GeoError, UnknownNameError
from geo.fit import fit_table, sectors_by_district, spanning_parks
from geo.intake import Surroundings, surroundings
from geo.plan import Plan, read_plan
from geo.profile import Profiles, park_profiles
from geo.releases import Store, StoreError, open_store, release_changes
from geo.releases.finding import find_store, plan_with
from geo.scenario import EditionWarning, Scenario, apply_scenario, scenario_changes
from geo.screening.park_facts import ParkFacts, park_facts
from geo.selection import Facets, park_facets
from layers.atlas import AtlasSettings, atlas
from layers.copied import copied_map
from layers.served import browser_layer
from views.settings import atlas_settings, plan_path, releases_address

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    import folium
    import geopandas as gpd
    import pandas as pd

Made = TypeVar("Made")
_LOG = logging.getLogger(__name__)
#: How long the current release counts as known, and how long a store that failed is left alone.
_LOOK_S = 1.0
_PAUSE_S = 10.0


class _Shown:
    """What the pages show now: the plan at its current release, when that was looked up, and what went wrong then."""

    plan: Plan | None = None
    fault: GeoError | None = None
    has_store: bool = False
    next_look: float = 0.0
    lock = RLock()


@lru_cache(maxsize=1)
def package_plan() -> Plan:
    """The plan as its package has it, without any release."""
    return read_plan(plan_path())


def shared_plan() -> Plan:
    """The plan that this deployment shows: at the current release, looked up at most once a second."""
    with _Shown.lock:
        if _Shown.plan is None or time.monotonic() >= _Shown.next_look:
            _look()
        return _Shown.plan or package_plan()


def _look() -> None:
    """Look up the current release; where the store does not answer the last one stays, or the package's extents."""
    try:
        store = shared_store()
        _Shown.has_store = store is not None
        now = None if store is None else store.current()
        _Shown.plan = package_plan() if now is None else _plan_at(now.number, now.digest)
        _Shown.fault = None
    except GeoError as error:
        if str(error) != str(_Shown.fault):
            _LOG.warning("The release store cannot be used, so pages show what was known before: %s", error)
        _Shown.fault, _Shown.plan = error, _Shown.plan or package_plan()
    _Shown.next_look = time.monotonic() + (_LOOK_S if _Shown.fault is None else _PAUSE_S)


def forget_release() -> None:
    """Look up the current release at once: this process has published."""
    _Shown.next_look = 0.0


def store_fault() -> GeoError | None:
    """Why the release store cannot be used, if it cannot."""
    shared_plan()
    return _Shown.fault


def store_state() -> str:
    """Say how the release store is: `ok`, `none` where nobody has made one, or why it cannot be used."""
    fault = store_fault()
    if fault is not None:
        return str(fault)
    return "ok" if _Shown.has_store else "none"


def shared_store() -> Store | None:
    """The release store if there is one; nothing is written by looking."""
    return find_store(releases_address(), package_plan())


def opened_store() -> Store:
    """The release store, made if there is none: for whoever is about to write."""
    return open_store(releases_address(), package_plan())


@lru_cache(maxsize=8)
def _plan_at(number: int, digest: str) -> Plan:
    """The plan at one release; the digest tells stores apart that have followed each other."""
    store = shared_store()
    if store is None or store.release(number).digest != digest:
        msg = f"release {number} is gone from the store: look whether another store has taken its place"
        raise StoreError(msg, f"版本库中已没有第{number}版，请检查是否换了另一个版本库")
    return plan_with(store, number)


def plan_of(number: int | None) -> Plan:
    """
    The plan at a release by its number; at the current one when None.

    Raises
    ------
    UnknownNameError
        If there is no such release.
    """
    if number is None:
        return shared_plan()
    store = shared_store()
    if store is not None:
        return _plan_at(number, store.release(number).digest)
    if number == 1:
        return package_plan()
    msg = f"there is no release {number}: nothing has been published, so that release 1, the package's own, is all"
    raise UnknownNameError(msg)


@lru_cache(maxsize=2)
def _facets(plan: Plan) -> Facets:
    return park_facets(plan)


@lru_cache(maxsize=2)
def _profiles(plan: Plan) -> Profiles:
    return park_profiles(plan)


@lru_cache(maxsize=2)
def _districts(plan: Plan) -> pd.DataFrame:
    return park_districts(plan)


@lru_cache(maxsize=2)
def _district_counts(plan: Plan) -> pd.DataFrame:
    return sectors_by_district(plan, _profiles(plan).fit)


@lru_cache(maxsize=2)
def _spanning(plan: Plan) -> pd.DataFrame:
    return spanning_parks(plan)


@lru_cache(maxsize=2)
def _park_facts(plan: Plan) -> ParkFacts:
    return park_facts(plan)


def shared_facets() -> Facets:
    """What the filters look at."""
    return _facets(shared_plan())


def shared_profiles() -> Profiles:
    """What the cards say."""
    return _profiles(shared_plan())


def shared_districts() -> pd.DataFrame:
    """Districts of each park."""
    return _districts(shared_plan())


def shared_district_counts() -> pd.DataFrame:
    """Parks by district, sector and verdict."""
    return _district_counts(shared_plan())


def shared_spanning() -> pd.DataFrame:
    """Parks that lie in several districts."""
    return _spanning(shared_plan())


def shared_park_facts() -> ParkFacts:
    """What screening looks at."""
    return _park_facts(shared_plan())


def new_atlas(language: str, *, draw: bool = False) -> folium.Map:
    """A map for one language, fresh: rendering changes the object, so that every run takes a copy of one."""
    return copied_map(_made_atlas(shared_plan(), replace(atlas_settings(language), draw=draw)))


@lru_cache(maxsize=8)
def _made_atlas(plan: Plan, settings: AtlasSettings) -> folium.Map:
    return atlas(plan, settings)


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


@lru_cache(maxsize=2)
def _drawn_parks(plan: Plan) -> dict[str, list[str]]:
    """Sectors of each park part as the map draws them."""
    return {park["extent_id"]: park["sectors"] for park in _park_properties(plan)}


def _park_properties(plan: Plan) -> list[dict[str, Any]]:
    return [feature["properties"] for feature in _features(plan, "parks")]


def _features(plan: Plan, name: str) -> list[dict[str, Any]]:
    features: list[dict[str, Any]] = json.loads(browser_layer(plan, name))["features"]
    return features


def shared_changes(scenario: Scenario) -> Changed:
    """What a scenario changes; scenarios are values, so that equal ones share the answer."""
    return _changes(shared_plan(), scenario)


@lru_cache(maxsize=16)
def _changes(plan: Plan, scenario: Scenario) -> Changed:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EditionWarning)
        after = apply_scenario(plan, scenario)
        tables = scenario_changes(plan, scenario)
    before = _drawn_parks(plan)
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


@lru_cache(maxsize=8)
def shared_draft(before: Plan, after: Plan) -> dict[str, Any]:
    """Map features of the extents of one plan that differ from those of another, to lie over them."""
    kept = dict(zip(before.extents["extent_id"], before.extents.geometry.to_wkb(), strict=True))
    drawn = dict(zip(after.extents["extent_id"], after.extents.geometry.to_wkb(), strict=True))
    changed = [name for name, shape in drawn.items() if kept.get(name) != shape]
    features = [one for one in _features(after, "parks") if one["properties"]["extent_id"] in changed]
    for feature in features:
        # An id of its own keeps the present extent on the map below it.
        feature["properties"]["extent_id"] += "+"
    return {"type": "FeatureCollection", "features": features}


@lru_cache(maxsize=32)
def changes_between(before: Plan, after: Plan) -> gpd.GeoDataFrame:
    """What differs between the extents of two plans."""
    return release_changes(before.extents, after.extents)


@lru_cache(maxsize=256)
def shared_answer(make: Callable[..., Made], plan: Plan, *given: Hashable) -> Made:
    """
    What a function makes of a plan and plain values, made once for all sessions.

    Parameters
    ----------
    make
        Depends on nothing else; what it gives is not changed by anybody.
    plan
        The plan.
    given
        Plain values, the session's language among them where words come out.
    """
    return make(plan, *given)


@lru_cache(maxsize=2)
def shared_surroundings(plan: Plan) -> Surroundings:
    """What an outside file is compared with."""
    return surroundings(plan)
