"""What processes of the tests do to a store; a module of its own, so that a process of its own can import it."""

from multiprocessing.connection import Connection
from threading import Barrier

import geopandas as gpd
from shapely.affinity import translate

from geo.accounts import Actor
from geo.plan import Plan
from geo.releases import Draft, Release, ReleaseConflictError, Store, open_store


def changed(extents: gpd.GeoDataFrame, number: int, *, row: int = 0) -> gpd.GeoDataFrame:
    """Give extents of which one has an accuracy and a place that say which number they were made with."""
    table = extents.copy()
    table["position_accuracy_m"] = table["position_accuracy_m"].astype("float64")
    table.loc[table.index[row], "position_accuracy_m"] = 5000.0 + number
    table.loc[table.index[row], "geometry"] = translate(table.geometry.iloc[row], xoff=1e-6 * number)
    return table


def reviewed(store: Store, extents: gpd.GeoDataFrame, actor: Actor) -> Draft:
    draft = store.draft(extents, actor=actor, why="边界更新", source_file="范围.zip", source_sha256="ab" * 32)
    return store.review(draft.id, actor=actor, note="已核对")


def published(store: Store, extents: gpd.GeoDataFrame, actor: Actor) -> Release:
    return store.publish(reviewed(store, extents, actor).id, actor=actor, why="发布新范围")


def publish_for_ever(address: str, plan: Plan, actor: Actor, told: Connection) -> None:
    """Publish one release after another, and tell before and after each which one."""
    store = open_store(address, plan)
    number = store.current().number
    while True:
        number += 1
        draft = reviewed(store, changed(plan.extents, number), actor)
        told.send(("publishing", number))
        told.send(("published", store.publish(draft.id, actor=actor, why="发布新范围").number))


def publish_rounds(address: str, plan: Plan, side: int, barrier: Barrier, told: Connection) -> None:
    """In each of 100 rounds draft from the current release, wait for the other, publish, and tell the outcome."""
    store, actor = open_store(address, plan), Actor(f"工{side}", frozenset({"publisher"}))
    outcomes = []
    for number in range(100):
        draft = reviewed(store, changed(plan.extents, 10 * number + side, row=side), actor)
        barrier.wait()
        try:
            outcomes.append((draft.id, store.publish(draft.id, actor=actor, why=f"第{number}轮").number, None))
        except ReleaseConflictError as error:
            outcomes.append((draft.id, None, [(one.number, one.actor) for one in error.meanwhile]))
        barrier.wait()
    told.send(outcomes)
