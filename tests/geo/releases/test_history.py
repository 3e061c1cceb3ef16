"""Whatever people do in whatever order: numbers without gaps, contents as drafted, the audit's chain unbroken."""

from contextlib import suppress

from geopandas.testing import assert_geodataframe_equal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import box

from geo.accounts import Actor
from geo.errors import UnknownNameError
from geo.plan import Plan
from geo.releases import ReleaseConflictError, StateError, StoreError, open_store
from tests.geo.releases.conftest import Places

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("draft"), st.integers(0, 3), st.floats(118.0, 118.4), st.floats(24.4, 24.8)),
        st.tuples(st.sampled_from(["review", "publish", "withdraw", "rebase"]), st.integers(1, 6)),
        st.tuples(st.just("roll_back"), st.integers(1, 4)),
    ),
    min_size=4,
    max_size=16,
)


def play(store, step, actor, contents):  # noqa: ANN001, ANN201  (a step is a word and what it takes)
    """Take one step; contents by draft and by release, as they ought to be."""
    word, number, *place = step
    if word == "draft":
        extents = store.extents(store.current().number)
        row = extents.index[number % len(extents)]
        extents.loc[row, "geometry"] = box(*place, place[0] + 0.01, place[1] + 0.01)
        draft = store.draft(extents, actor=actor, why="起草")
        contents["draft", draft.id] = extents
    elif word == "review":
        store.review(number, actor=actor, note="审核")
    elif word == "publish":
        release = store.publish(number, actor=actor, why="发布")
        contents["release", release.number] = contents["draft", number]
    elif word == "withdraw":
        store.withdraw(number, actor=actor, note="撤回")
    elif word == "rebase":
        draft = store.rebase(number, actor=actor)
        contents["draft", draft.id] = store.draft_extents(draft.id)
    else:
        release = store.roll_back(number, actor=actor, why="恢复")
        contents["release", release.number] = contents["release", number]


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_any_history_keeps_numbers_contents_and_chain(
    places: Places, yunpu_plan: Plan, publisher: Actor, steps: list[tuple]
) -> None:
    with places() as address:
        store = open_store(address, yunpu_plan)
        contents = {("release", 1): yunpu_plan.extents}
        for step in steps:
            # A number that is not there, a state that does not allow it, nothing that differs: refused, and no harm.
            with suppress(ReleaseConflictError, StateError, StoreError, UnknownNameError):
                play(store, step, publisher, contents)
        numbers = store.releases()["number"].tolist()
        assert numbers == list(range(1, len(numbers) + 1))
        assert {number for kind, number in contents if kind == "release"} == set(numbers)
        for (kind, number), expected in contents.items():
            kept = store.extents(number) if kind == "release" else store.draft_extents(number)
            assert_geodataframe_equal(kept, expected)
        trail = store.audit()
        assert trail["id"].tolist() == list(range(1, len(trail) + 1))
        assert (trail["action"].isin(["opened", "published", "rolled-back"])).sum() == len(numbers)
        assert store.verify() == []
