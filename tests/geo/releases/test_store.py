"""Drafts are reviewed, published, rebased, withdrawn; releases stay as they were; everything is in the audit."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from geopandas.testing import assert_geodataframe_equal

from geo.accounts import Actor, RoleError
from geo.errors import GeoError, UnknownNameError
from geo.plan import Plan
from geo.releases import ContentError, ReleaseConflictError, StateError, Store, StoreError, open_store
from geo.releases.content import content_digest
from tests.geo.releases.publishing import changed, published, reviewed
from tests.postgres import database


def test_a_new_store_has_the_packages_own_extents_as_release_1(address: str, plan: Plan) -> None:
    store = open_store(address, plan)
    first = store.current()
    assert (first.number, first.base, first.draft, dict(first.grades)) == (
        1,
        None,
        None,
        {"A": 0, "B": 5, "C": 22, "D": 14},
    )
    assert first.report == {"package": plan.release}
    assert first.digest == content_digest(plan.extents)
    assert_geodataframe_equal(store.extents(1), plan.extents)
    assert store.audit()["action"].tolist() == ["opened"]


def test_a_store_opened_again_is_the_same(address: str, yunpu_plan: Plan, publisher: Actor) -> None:
    made = published(open_store(address, yunpu_plan), changed(yunpu_plan.extents, 1), publisher)
    again = open_store(address, yunpu_plan)
    assert again.current() == made
    assert again.verify() == []


def test_of_many_who_open_a_new_store_at_once_one_makes_it(address: str, yunpu_plan: Plan) -> None:
    with ThreadPoolExecutor(6) as pool:
        stores = list(pool.map(lambda _: open_store(address, yunpu_plan), range(6)))
    assert {store.current().at for store in stores} == {stores[0].current().at}
    assert stores[0].verify() == []
    assert len(stores[0].audit()) == 1


def test_a_published_draft_is_the_next_release_with_all_that_was_said(
    store: Store, editor: Actor, publisher: Actor
) -> None:
    extents = changed(store.plan.extents, 3).assign(grade=["A", "A", "B", "D"])
    report: dict[str, Any] = {"format": "Shapefile", "faults": [{"feature": 2, "reason": "自相交", "lon": 118.1}]}
    sha256 = hashlib.sha256(b"file").hexdigest()
    draft = store.draft(
        extents, actor=editor, why="测绘成果", source_file="范围.zip", source_sha256=sha256, report=report
    )
    assert (draft.id, draft.base, draft.state, draft.actor) == (1, 1, "draft", "陈工")
    assert store.drafted(1) == draft
    assert store.review(1, actor=editor, note="已核对界址点").state == store.drafted(1).state == "reviewed"
    release = store.publish(1, actor=publisher, why="按测绘成果更新")
    assert store.drafted(1).state == "published"
    assert store.current() == release == store.release(2)
    assert (release.base, release.draft, release.restores, release.actor) == (1, 1, None, "林工")
    assert (release.why, release.source_file, release.source_sha256) == ("按测绘成果更新", "范围.zip", sha256)
    assert (release.report, dict(release.grades)) == (report, {"A": 2, "B": 1, "C": 0, "D": 1})
    assert release.digest == draft.digest == content_digest(extents)
    assert_geodataframe_equal(store.extents(2), extents, check_dtype=False)
    assert_geodataframe_equal(store.draft_extents(1), extents, check_dtype=False)
    trail = store.audit()
    assert trail[["actor", "action", "note"]].to_numpy().tolist()[1:] == [
        ["陈工", "drafted", "测绘成果"],
        ["陈工", "reviewed", "已核对界址点"],
        ["林工", "published", "按测绘成果更新"],
    ]
    assert trail["at"].is_monotonic_increasing
    assert trail["previous"].tolist()[1:] == trail["hash"].tolist()[:-1]


def test_an_old_release_stays_as_it_was(store: Store, publisher: Actor) -> None:
    published(store, changed(store.plan.extents, 1), publisher)
    published(store, changed(store.plan.extents, 2), publisher)
    assert store.releases()["number"].tolist() == [1, 2, 3]
    assert_geodataframe_equal(store.extents(1), store.plan.extents)
    assert_geodataframe_equal(store.extents(2), changed(store.plan.extents, 1), check_dtype=False)


def test_a_roll_back_is_a_new_release_with_the_old_extents(store: Store, publisher: Actor) -> None:
    published(store, changed(store.plan.extents, 1), publisher)
    back = store.roll_back(1, actor=publisher, why="测绘有误")
    assert (back.number, back.base, back.restores, back.draft, back.why) == (3, 2, 1, None, "测绘有误")
    assert_geodataframe_equal(store.extents(3), store.plan.extents)
    assert_geodataframe_equal(store.extents(2), changed(store.plan.extents, 1), check_dtype=False)
    assert store.audit()["action"].tolist()[-1] == "rolled-back"
    with pytest.raises(StoreError, match="release 3 has these extents already"):
        store.roll_back(1, actor=publisher, why="again")


def test_two_roll_backs_of_one_draft_keep_one_release_a_draft(store: Store, publisher: Actor) -> None:
    published(store, changed(store.plan.extents, 1), publisher)
    store.roll_back(1, actor=publisher, why="一")
    assert store.roll_back(2, actor=publisher, why="二").restores == 2
    assert store.verify() == []


def test_who_publishes_on_an_old_release_is_told_and_keeps_the_draft(store: Store, publisher: Actor) -> None:
    first = reviewed(store, changed(store.plan.extents, 1), publisher)
    second = reviewed(store, changed(store.plan.extents, 2), publisher)
    store.publish(first.id, actor=publisher, why="先到")
    with pytest.raises(
        ReleaseConflictError, match=r"release 2 by 林工 at .* \(先到\); the draft is kept: rebase"
    ) as caught:
        store.publish(second.id, actor=publisher, why="后到")
    assert [one.number for one in caught.value.meanwhile] == [2]
    assert store.drafted(second.id) == second
    assert_geodataframe_equal(store.draft_extents(second.id), changed(store.plan.extents, 2), check_dtype=False)
    assert store.audit().iloc[-1][["action", "draft", "release", "note"]].tolist() == ["conflict", 2, 2, "后到"]
    assert store.verify() == []


def test_a_draft_says_which_release_it_was_made_from(store: Store, publisher: Actor) -> None:
    """A page opened before somebody else published drafts from what it showed."""
    published(store, changed(store.plan.extents, 1), publisher)
    late = store.draft(changed(store.plan.extents, 2), actor=publisher, why="旧页面", base=1)
    store.review(late.id, actor=publisher, note="已核对")
    with pytest.raises(ReleaseConflictError):
        store.publish(late.id, actor=publisher, why="旧页面")


def test_a_rebase_carries_added_changed_and_removed_extents_over(store: Store, publisher: Actor) -> None:
    extents = store.plan.extents
    mine = store.draft(changed(extents, 5, row=1).drop(index=2), actor=publisher, why="删除南岸")
    published(store, changed(extents, 6, row=0), publisher)
    rebased = store.rebase(mine.id, actor=publisher)
    assert (rebased.id, rebased.base, rebased.state) == (3, 2, "draft")
    assert (rebased.report["rebased_from"], rebased.why) == (mine.id, "删除南岸")
    assert store.drafted(mine.id).state == "withdrawn"
    expected = changed(changed(extents, 6, row=0), 5, row=1).drop(index=2).reset_index(drop=True)
    assert_geodataframe_equal(store.draft_extents(3), expected, check_dtype=False)
    assert store.verify() == []


def test_a_rebase_of_extents_that_both_changed_is_refused_with_their_names(store: Store, publisher: Actor) -> None:
    mine = store.draft(changed(store.plan.extents, 5, row=1), actor=publisher, why="我的")
    published(store, changed(store.plan.extents, 6, row=1), publisher)
    with pytest.raises(ReleaseConflictError, match="both changed lake/main") as caught:
        store.rebase(mine.id, actor=publisher)
    assert caught.value.parts == ("lake/main",)
    assert store.drafted(mine.id).state == "draft"
    assert len(store.drafts()) == 2


def test_a_rebase_passes_over_what_both_changed_alike(store: Store, publisher: Actor) -> None:
    both = changed(store.plan.extents, 5, row=1)
    mine = store.draft(changed(both, 7, row=3), actor=publisher, why="我的")
    published(store, both, publisher)
    rebased = store.draft_extents(store.rebase(mine.id, actor=publisher).id)
    assert list(rebased["position_accuracy_m"].iloc[[1, 3]]) == [5005.0, 5007.0]


def test_a_rebase_keeps_an_extent_that_only_the_draft_has(store: Store, publisher: Actor) -> None:
    extents = store.plan.extents
    published(store, extents.drop(index=2), publisher)
    mine = store.draft(extents, actor=publisher, why="恢复一片")
    published(store, changed(extents.drop(index=2), 6, row=0), publisher)
    rebased = store.draft_extents(store.rebase(mine.id, actor=publisher).id)
    names = list(extents["extent_id"])
    assert list(rebased["extent_id"]) == [names[0], names[1], names[3], names[2]]


def test_a_rebase_of_what_has_been_published_meanwhile_is_refused(store: Store, publisher: Actor) -> None:
    extents = changed(store.plan.extents, 5, row=1)
    mine = store.draft(extents, actor=publisher, why="我的")
    published(store, extents, publisher)
    with pytest.raises(StoreError, match="release 2 has these extents already"):
        store.rebase(mine.id, actor=publisher)
    assert store.drafted(mine.id).state == "draft"


def test_a_draft_from_the_current_release_needs_no_rebase(store: Store, editor: Actor) -> None:
    draft = store.draft(changed(store.plan.extents, 5), actor=editor, why="我的")
    with pytest.raises(StoreError, match="there is nothing to rebase"):
        store.rebase(draft.id, actor=editor)


def test_a_step_that_the_state_does_not_allow_is_refused(store: Store, publisher: Actor) -> None:
    draft = store.draft(changed(store.plan.extents, 1), actor=publisher, why="一")
    with pytest.raises(StateError, match=r"draft 1 is draft \(草稿\), and this needs one that is reviewed"):
        store.publish(draft.id, actor=publisher, why="未审核")
    store.review(draft.id, actor=publisher, note="已核对")
    with pytest.raises(StateError, match="is reviewed"):
        store.review(draft.id, actor=publisher, note="再审")
    assert store.withdraw(draft.id, actor=publisher, note="撤回").state == "withdrawn"
    for step in (store.review, store.withdraw):
        with pytest.raises(StateError, match="is withdrawn"):
            step(draft.id, actor=publisher, note="已撤回")
    with pytest.raises(StateError, match="is withdrawn"):
        store.publish(draft.id, actor=publisher, why="已撤回")
    assert store.current().number == 1
    assert store.audit()["action"].tolist() == ["opened", "drafted", "reviewed", "withdrawn"]


def test_who_lacks_a_role_changes_nothing(store: Store, reader: Actor, editor: Actor) -> None:
    draft = reviewed(store, changed(store.plan.extents, 1), editor)
    extents = changed(store.plan.extents, 2)
    trail = store.audit()
    for actor, role in ((None, "nobody is signed in"), (reader, "读者 has not the role")):
        for step in (
            lambda who: store.draft(extents, actor=who, why="…"),
            lambda who: store.review(draft.id, actor=who, note="…"),
            lambda who: store.rebase(draft.id, actor=who),
            lambda who: store.withdraw(draft.id, actor=who, note="…"),
        ):
            with pytest.raises(RoleError, match=role):
                step(actor)
    for who in (None, reader, editor):
        with pytest.raises(RoleError, match="publisher"):
            store.publish(draft.id, actor=who, why="…")
        with pytest.raises(RoleError, match="publisher"):
            store.roll_back(1, actor=who, why="…")
    assert store.audit().equals(trail)


@pytest.mark.parametrize("number", [0, 2, -1])
def test_a_number_that_is_not_there_is_named(store: Store, publisher: Actor, number: int) -> None:
    for ask in (store.release, store.extents):
        with pytest.raises(UnknownNameError, match=f"no release {number}; there are 1 to 1"):
            ask(number)
    for read in (store.drafted, store.draft_extents):
        with pytest.raises(UnknownNameError, match=f"no draft {number}; there is none yet"):
            read(number)
    with pytest.raises(UnknownNameError):
        store.roll_back(number, actor=publisher, why="…")


def test_a_reason_is_kept_without_the_space_around_it(store: Store, editor: Actor) -> None:
    draft = store.draft(changed(store.plan.extents, 1), actor=editor, why="  红线批复\n")
    assert store.drafted(draft.id).why == "红线批复"


def test_a_change_without_a_reason_is_refused(store: Store, publisher: Actor) -> None:
    with pytest.raises(StoreError, match="say why"):
        store.draft(changed(store.plan.extents, 1), actor=publisher, why="  ")
    assert store.drafts().empty


def test_a_draft_that_changes_nothing_is_refused_whatever_the_order_of_its_rows(store: Store, editor: Actor) -> None:
    with pytest.raises(StoreError, match="release 1 has these extents already"):
        store.draft(store.plan.extents.iloc[::-1], actor=editor, why="…")


def test_faulty_extents_are_refused_and_leave_nothing(store: Store, editor: Actor) -> None:
    with pytest.raises(ContentError, match="has the grade 'Z'"):
        store.draft(store.plan.extents.assign(grade="Z"), actor=editor, why="…")
    assert len(store.audit()) == 1


@pytest.mark.parametrize("report", [{"area": float("nan")}, {"file": Path()}])
def test_a_report_that_json_cannot_hold_is_refused(store: Store, editor: Actor, report: dict[str, Any]) -> None:
    with pytest.raises(StoreError, match="the report is no JSON"):
        store.draft(changed(store.plan.extents, 1), actor=editor, why="…", report=report)


def test_extents_in_metres_are_kept_in_degrees(store: Store, editor: Actor) -> None:
    extents = changed(store.plan.extents, 1).to_crs("EPSG:4548")
    draft = store.draft(extents, actor=editor, why="国家坐标")
    assert store.draft_extents(draft.id).geometry.geom_equals_exact(changed(store.plan.extents, 1).geometry, 1e-9).all()


def test_fields_that_a_package_adds_are_kept(address: str, plan: Plan, editor: Actor) -> None:
    own = replace(plan, extents=plan.extents.assign(owner_zh="某公司", storeys=range(len(plan.extents))))
    store = open_store(address, own)
    assert_geodataframe_equal(store.extents(1), own.extents)
    with pytest.raises(ContentError, match=r"the column\(s\) owner_zh, storeys are missing"):
        store.draft(plan.extents, actor=editor, why="…")


def test_a_store_belongs_to_one_plan(address: str, yunpu_plan: Plan, plan: Plan) -> None:
    open_store(address, yunpu_plan)
    with pytest.raises(StoreError, match="keeps the releases of the plan 'yunpu-2026-2030', not of 'xiamen-2021-2025'"):
        open_store(address, plan)


@pytest.mark.parametrize("version", [0, 2])
def test_a_store_of_another_version_is_refused(address: str, yunpu_plan: Plan, version: int) -> None:
    engine = open_store(address, yunpu_plan).backend.engine
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER store_refuses_update")
        else:
            connection.exec_driver_sql("DROP TRIGGER store_refuses_change ON store")
        connection.execute(sa.text("UPDATE store SET schema_version = :version"), {"version": version})
    with pytest.raises(
        StoreError, match=f"has version {version} of the store, and this Yuantu knows 1; use the Yuantu that made it"
    ):
        open_store(address, yunpu_plan)


def test_a_package_whose_own_extents_changed_is_told_and_not_taken_over(
    address: str, yunpu_plan: Plan, publisher: Actor
) -> None:
    assert open_store(address, yunpu_plan).package_notice() is None
    later = open_store(address, replace(yunpu_plan, extents=changed(yunpu_plan.extents, 1)))
    notice = later.package_notice()
    assert notice is not None
    assert "pages show release 1" in notice
    assert later.current().digest == content_digest(yunpu_plan.extents)
    published(later, later.plan.extents, publisher)
    assert later.package_notice() is None


@pytest.mark.parametrize("table", ["store", "releases", "drafts", "extents", "audit"])
@pytest.mark.parametrize("change", ["DELETE FROM {0}", "UPDATE {0} SET {1} = {1}"])
def test_no_row_is_ever_changed(store: Store, editor: Actor, table: str, change: str) -> None:
    reviewed(store, changed(store.plan.extents, 1), editor)
    key = {"store": "id", "releases": "number", "extents": "fid"}.get(table, "id")
    with (
        pytest.raises(sa.exc.DBAPIError, match=f"rows of {table} are never changed: add a new release"),
        store.backend.engine.connect().execution_options(writing=True) as connection,
    ):
        connection.exec_driver_sql(change.format(table, key))
    assert store.verify() == []


def test_a_failure_half_way_leaves_nothing(store: Store, publisher: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = reviewed(store, changed(store.plan.extents, 1), publisher)

    def fail(*_: object, **__: object) -> None:
        message = "the power went off"
        raise GeoError(message)

    with monkeypatch.context() as patched:
        patched.setattr("geo.releases.store.append", fail)
        with pytest.raises(GeoError, match="power"):
            store.publish(draft.id, actor=publisher, why="…")
    assert store.current().number == 1
    assert store.verify() == []
    assert store.publish(draft.id, actor=publisher, why="…").number == 2


def test_a_database_without_postgis_gets_it_with_the_store(postgres: str, yunpu_plan: Plan) -> None:
    with database(postgres) as bare:
        assert open_store(bare, yunpu_plan).verify() == []
