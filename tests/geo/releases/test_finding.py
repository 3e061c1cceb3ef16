"""A store that is there already, the plan at its current release, and drafts by command that start from it."""

from __future__ import annotations

import socket
import time
from dataclasses import replace
from pathlib import Path

import pytest
from geopandas.testing import assert_geodataframe_equal

from geo.__main__ import main
from geo.accounts import Actor
from geo.errors import UnknownNameError
from geo.plan import Plan, read_plan
from geo.releases import Store, StoreError, open_store
from geo.releases.backend import CONNECT_S
from geo.releases.finding import find_store, plan_now, plan_with
from geo.releases.origins import SOURCE, file_source
from geo.releases.shipped import Shipped
from tests.views.office import EDITOR, PART, PASSWORD, accounts_file, survey

BOTH = Actor("林工", frozenset({"publisher"}))


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan()


def published(store: Store, extent_id: str, *, digest: str = "9f" * 32) -> int:
    """Publish a release in which one part is of grade A, by a file that is its own source."""
    extents = store.extents(store.current().number)
    row = file_source(digest, title_zh="红线图", title_en="Red lines", licence="内部使用", date="2026-11")
    is_it = extents["extent_id"] == extent_id
    extents.loc[is_it, ["grade", "source_id"]] = ["A", row["source_id"]]
    draft = store.draft(extents, actor=BOTH, why="红线", report={SOURCE: row})
    store.review(draft.id, actor=BOTH, note="看过")
    return store.publish(draft.id, actor=BOTH, why="发布").number


@pytest.mark.parametrize("name", ["data", "data/releases.gpkg"])
def test_looking_for_a_store_makes_none(plan: Plan, tmp_path: Path, name: str) -> None:
    assert find_store(tmp_path / name, plan) is None
    assert find_store(f"sqlite:///{tmp_path / name}", plan) is None
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_store_is_refused(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "releases.gpkg").write_bytes(b"no database")
    with pytest.raises(StoreError, match="does not answer"):
        find_store(tmp_path, plan)


def test_a_plan_at_a_release_knows_the_sources_of_uploaded_files(plan: Plan, tmp_path: Path) -> None:
    store = open_store(tmp_path, plan)
    assert plan_now(tmp_path, plan) is plan
    published(store, PART)
    published(store, "film-base/main")
    now = plan_now(tmp_path, plan)
    assert now.extents_release == "extents.3"
    assert set(now.extents["source_id"]) <= set(now.sources["source_id"])
    assert len(now.sources) == len(plan.sources) + 1


def test_a_plan_at_a_release_knows_no_source_that_came_later(plan: Plan, tmp_path: Path) -> None:
    store = open_store(tmp_path, plan)
    published(store, PART)
    published(store, "film-base/main", digest="3e" * 32)
    second, third = (set(plan_with(store, number).sources["source_id"]) for number in (2, 3))
    assert len(second - set(plan.sources["source_id"])) == 1
    assert len(third - second) == 1


def test_a_draft_by_command_keeps_what_was_published_before(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    monkeypatch.setenv("YUANTU_DATA", str(data))
    monkeypatch.setenv("YUANTU_ACCOUNTS", str(accounts_file(tmp_path)))
    monkeypatch.setenv("YUANTU_PASSWORD", PASSWORD)
    store = open_store(data, plan)
    published(store, "film-base/main")
    file = tmp_path / "hongxian.zip"
    file.write_bytes(survey(plan.extents))
    words = ["intake", str(file), "--crs", "EPSG:4527", "--encoding", "GB18030", "--draft", "--match", f"1={PART}"]
    words += ["--grade", "A", "--accuracy", "1", "--evidence-zh", "红线图", "--evidence-en", "red lines"]
    words += ["--source", "plan", "--as-of", "2026-11", "--why", "红线批复"]
    assert main(words) == 2
    assert main([*words, "--as", EDITOR]) == 0
    kept = store.drafted(2)
    assert (kept.base, kept.actor, kept.source_file) == (2, EDITOR, "hongxian.zip")
    grades = store.draft_extents(2).set_index("extent_id")["grade"]
    assert (grades[PART], grades["film-base/main"]) == ("A", "A")


READING = [
    ["list"], ["list", "--drafts"], ["list", "--csv"], ["show", "1"], ["diff", "1", "1"], ["export", "1"], ["audit"],
    ["audit", "--csv"], ["verify"],
]  # fmt: skip


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_a_command_that_reads_answers_from_the_package_and_makes_no_store(
    words: list[str], plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("geo.releases.command.read_plan", lambda _: plan)
    monkeypatch.setenv("YUANTU_DATA", str(tmp_path / "data"))
    assert main(["releases", *words]) == 0
    told = capsys.readouterr()
    assert "the plan package's own release 1" in told.err
    assert told.out
    assert list(tmp_path.iterdir()) == []


def test_the_package_is_release_1_until_there_is_a_store(plan: Plan, tmp_path: Path) -> None:
    shipped, store = Shipped(plan), open_store(tmp_path, plan)
    assert replace(shipped.release(1), at="") == replace(store.release(1), at="")
    assert shipped.release(1).at == plan.descriptor["created"]
    assert_geodataframe_equal(shipped.extents(1), store.extents(1))
    assert list(shipped.releases()) == list(store.releases())
    assert list(shipped.drafts()) == list(store.drafts())
    assert list(shipped.audit()) == list(store.audit())
    with pytest.raises(UnknownNameError, match="no release 2"):
        shipped.extents(2)


def test_an_empty_file_in_the_stores_place_stays_empty(plan: Plan, tmp_path: Path) -> None:
    file = tmp_path / "releases.gpkg"
    file.touch()
    assert find_store(tmp_path, plan) is None
    assert file.stat().st_size == 0


def test_a_server_that_does_not_answer_is_given_up_within_seconds(plan: Plan) -> None:
    with socket.socket() as silent:
        # It takes a connection, and never says a word.
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        start = time.monotonic()
        with pytest.raises(StoreError, match="does not answer") as caught:
            find_store(f"postgresql://yuantu@127.0.0.1:{silent.getsockname()[1]}/yuantu", plan)
    assert time.monotonic() - start < 4 * CONNECT_S
    assert "请检查数据库服务是否运行" in caught.value.zh
