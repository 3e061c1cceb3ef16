"""A process killed at any moment leaves the last release whole; of two who publish at once one wins, one is told."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from time import perf_counter
from typing import Any

import pytest
from geopandas.testing import assert_geodataframe_equal

from geo.accounts import Actor
from geo.plan import Plan
from geo.releases import Store, open_store
from tests.geo.releases.conftest import Places
from tests.geo.releases.publishing import changed, publish_for_ever, publish_rounds, published, reviewed

KILLS, KILLS_A_STORE = 200, 25

#: Children are forked from a process that has imported everything and has no threads.
PROCESSES = get_context("forkserver")


@contextmanager
def child(target: Any, *arguments: Any) -> Iterator[tuple[BaseProcess, Connection]]:
    """Run a function in a process of its own, with the writing end of a pipe as its last argument."""
    # Other libraries set this list too, and the server of children reads it once, at the first child.
    PROCESSES.set_forkserver_preload(["tests.geo.releases.publishing"])
    reading, writing = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=target, args=(*arguments, writing))
    process.start()
    # With this copy closed the pipe ends when the child does.
    writing.close()
    try:
        yield process, reading
    finally:
        process.kill()
        process.join()
        reading.close()


def what_was_told(pipe: Connection) -> list[tuple[str, int]]:
    told = []
    try:
        while True:
            told.append(pipe.recv())
    except EOFError:
        return told


def kill_while_publishing(address: str, plan: Plan, actor: Actor, delay_s: float) -> list[tuple[str, int]]:
    """Kill a child some moments after it began to publish; what it told in its life."""
    with child(publish_for_ever, address, plan, actor) as (process, pipe):
        first = pipe.recv()
        process.join(timeout=delay_s)
        process.kill()
        return [first, *what_was_told(pipe)]


def assert_whole(store: Store, told: list[tuple[str, int]]) -> None:
    assert store.verify() == []
    last = store.current().number
    assert store.releases()["number"].tolist() == list(range(1, last + 1))
    event, number = told[-1]
    # What was told to be published is there; what was going on is there as a whole or not at all.
    assert last == number if event == "published" else last in {number - 1, number}
    expected = changed(store.plan.extents, last) if last > 1 else store.plan.extents
    assert_geodataframe_equal(store.extents(last), expected, check_dtype=False)


def test_a_process_killed_at_any_of_200_moments_leaves_the_last_release_whole(
    places: Places, yunpu_plan: Plan, publisher: Actor
) -> None:
    moments, interrupted, beyond = random.Random(20261122), 0, 0  # noqa: S311  (no secret: moments that can be repeated)
    for _ in range(KILLS // KILLS_A_STORE):
        with places() as address:
            store = open_store(address, yunpu_plan)
            draft = reviewed(store, changed(yunpu_plan.extents, 2), publisher)
            start = perf_counter()
            store.publish(draft.id, actor=publisher, why="计时")
            usual_s = perf_counter() - start
            for _ in range(KILLS_A_STORE):
                told = kill_while_publishing(address, yunpu_plan, publisher, moments.uniform(0, 1.5 * usual_s))
                assert_whole(store, told)
                interrupted += told[-1][0] == "publishing"
                beyond += len(told) > 1
            # The store goes on as if nothing had been.
            number = store.current().number + 1
            assert published(store, changed(yunpu_plan.extents, number), publisher).number == number
    assert interrupted >= KILLS // 10, "too few of the kills came while a release was being published"
    assert interrupted + beyond >= KILLS // 2


def test_of_two_who_publish_100_times_each_at_once_one_wins_and_the_other_is_told(
    address: str, yunpu_plan: Plan
) -> None:
    store, barrier = open_store(address, yunpu_plan), PROCESSES.Barrier(2)
    with (
        child(publish_rounds, address, yunpu_plan, 0, barrier) as (_, one),
        child(publish_rounds, address, yunpu_plan, 1, barrier) as (_, other),
    ):
        sides = [one.recv(), other.recv()]
    outcomes = [outcome for side in sides for outcome in side]
    won = sorted(number for _, number, _ in outcomes if number is not None)
    lost = [draft for draft, number, _ in outcomes if number is None]
    assert len(outcomes) == 200
    assert won == list(range(2, 102))
    assert store.releases()["number"].tolist() == list(range(1, 102))
    for ours, theirs, name in ((sides[0], sides[1], "工1"), (sides[1], sides[0], "工0")):
        for (_, number, told), (_, their_number, _) in zip(ours, theirs, strict=True):
            assert (number is None) == (told == [(their_number, name)])
    states = store.drafts().set_index("id")["state"]
    assert set(states[lost]) == {"reviewed"}
    assert (states == "published").sum() == 100
    assert store.audit()["action"].value_counts()[["published", "conflict"]].tolist() == [100, 100]
    assert store.verify() == []


def test_a_loser_rebases_and_publishes_and_nothing_is_lost(store: Store, yunpu_plan: Plan, publisher: Actor) -> None:
    first = reviewed(store, changed(yunpu_plan.extents, 7, row=0), publisher)
    second = reviewed(store, changed(yunpu_plan.extents, 8, row=2), publisher)
    store.publish(first.id, actor=publisher, why="一")
    with pytest.raises(Exception, match="release 2 by 林工"):
        store.publish(second.id, actor=publisher, why="二")
    again = store.review(store.rebase(second.id, actor=publisher).id, actor=publisher, note="已核对")
    assert store.publish(again.id, actor=publisher, why="二").number == 3
    both = changed(changed(yunpu_plan.extents, 7, row=0), 8, row=2)
    assert_geodataframe_equal(store.extents(3), both, check_dtype=False)
