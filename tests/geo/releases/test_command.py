"""Commands do what the store does, under the same rule of roles."""

import argparse
import csv
import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from geo.accounts import AccountsError, RoleError, hash_password
from geo.plan import Plan, read_plan
from geo.releases import Store, open_store
from geo.releases.command import add_releases, draft_saver
from geo.releases.content import content_digest
from tests.geo.releases.publishing import changed

PASSWORD = "range of the tide"  # noqa: S105  (of nobody)
#: Every command of these tests reads the same package.
READ_ONCE = cache(read_plan)
Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give accounts of an editor and a publisher."""
    file, line = tmp_path_factory.mktemp("accounts") / "accounts.toml", hash_password(PASSWORD)
    rows = (("陈工", "editor"), ("林工", "publisher"))
    text = "".join(f'[accounts."{name}"]\npassword = "{line}"\nroles = ["{role}"]\n' for name, role in rows)
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture
def kept(tmp_path: Path, accounts: Path, yunpu_plan: Plan, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Give the store that the settings name, with one draft."""
    monkeypatch.setattr("geo.releases.command.read_plan", READ_ONCE)
    monkeypatch.setenv("YUANTU_DATA", str(tmp_path))
    monkeypatch.delenv("YUANTU_DATABASE", raising=False)
    monkeypatch.setenv("YUANTU_ACCOUNTS", str(accounts))
    monkeypatch.setenv("YUANTU_PASSWORD", PASSWORD)
    save = draft_saver(yunpu_plan, name="陈工", why="测绘成果", source_file="范围.zip", source_sha256="ab" * 32)
    assert save(changed(yunpu_plan.extents, 1), {"format": "Shapefile"}).startswith("draft 1, from release 1")
    return open_store(tmp_path, yunpu_plan)


@pytest.fixture
def words(kept: Store) -> list[str]:
    """Say which plan the commands are about."""
    return ["--plan", str(kept.plan.path)]


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    add_releases(parser.add_subparsers())
    chosen = parser.parse_args(("releases", *words))
    code: int = chosen.run(chosen)
    return code


def answered(capsys: Capture, *words: str) -> Any:
    assert run(*words) == 0
    return json.loads(capsys.readouterr().out)


def test_a_draft_goes_through_review_and_publishing_and_back(capsys: Capture, kept: Store, words: list[str]) -> None:
    review = answered(capsys, "review", "1", "--as", "陈工", "--note", "已核对", *words)
    assert (review["state"], review["report"], review["source_file"]) == (
        "reviewed",
        {"format": "Shapefile"},
        "范围.zip",
    )
    assert answered(capsys, "publish", "1", "--as", "林工", "--why", "更新", *words)["number"] == 2
    assert answered(capsys, "rollback", "1", "--as", "林工", "--why", "有误", *words)["restores"] == 1
    rows = answered(capsys, "list", *words)
    assert [(row["number"], row["actor"], row["why"], row["restores"]) for row in rows][1:] == [
        (2, "林工", "更新", None),
        (3, "林工", "有误", 1),
    ]
    assert answered(capsys, "show", "2", *words)["draft"] == 1
    assert [row["state"] for row in answered(capsys, "list", "--drafts", *words)] == ["published"]
    assert kept.current().number == 3


def test_a_draft_is_rebased_and_withdrawn(capsys: Capture, kept: Store, words: list[str]) -> None:
    draft_saver(kept.plan, name="陈工", why="另一处")(changed(kept.plan.extents, 2, row=2), {})
    answered(capsys, "review", "1", "--as", "陈工", "--note", "已核对", *words)
    answered(capsys, "publish", "1", "--as", "林工", "--why", "更新", *words)
    assert answered(capsys, "rebase", "2", "--as", "陈工", *words)["base"] == 2
    assert answered(capsys, "withdraw", "3", "--as", "陈工", "--note", "不用了", *words)["state"] == "withdrawn"
    assert kept.drafts()["state"].tolist() == ["published", "withdrawn", "withdrawn"]


def test_who_lacks_role_name_or_password_changes_nothing(
    kept: Store, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RoleError, match="nobody is signed in"):
        run("review", "1", "--note", "已核对", *words)
    with pytest.raises(RoleError, match="陈工 has not the role publisher"):
        run("publish", "1", "--as", "陈工", "--why", "更新", *words)
    monkeypatch.setenv("YUANTU_PASSWORD", "another password")
    with pytest.raises(AccountsError, match="no account"):
        run("publish", "1", "--as", "林工", "--why", "更新", *words)
    monkeypatch.delenv("YUANTU_ACCOUNTS")
    with pytest.raises(RoleError, match="writing is off"):
        run("publish", "1", "--as", "林工", "--why", "更新", *words)
    assert kept.audit()["action"].tolist() == ["opened", "drafted"]


@pytest.fixture
def twice(capsys: Capture, kept: Store, words: list[str]) -> Store:
    """Give the store with release 2."""
    answered(capsys, "review", "1", "--as", "陈工", "--note", "已核对", *words)
    answered(capsys, "publish", "1", "--as", "林工", "--why", "更新", *words)
    return kept


@pytest.mark.usefixtures("twice")
def test_two_releases_are_compared(capsys: Capture, words: list[str]) -> None:
    [row] = answered(capsys, "diff", "1", "2", *words)
    assert (row["extent_id"], row["what"], row["accuracy_before_m"], row["accuracy_after_m"]) == (
        "north/main", ["moved", "accuracy"], 0, 5001,
    )  # fmt: skip
    assert run("diff", "1", "2", "--csv", *words) == 0
    [line] = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (line["what"], line["what_zh"]) == ("moved|accuracy", "边界改动、位置精度变化")
    drawn = answered(capsys, "diff", "1", "2", "--geojson", *words)
    assert [feature["properties"]["extent_id"] for feature in drawn["features"]] == ["north/main"]
    assert answered(capsys, "diff", "1", "1", *words) == []


def test_an_old_release_is_exported_as_a_package_has_it(
    capsys: Capture, twice: Store, words: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "extents.geojson"
    assert run("export", "2", "-o", str(file), *words) == 0
    content = json.loads(file.read_text(encoding="utf-8"))
    assert (content["plan"], content["release"]["number"], content["release"]["why"]) == ("yunpu-2026-2030", 2, "更新")
    table = gpd.GeoDataFrame.from_features(content["features"], crs="EPSG:4326")
    assert content_digest(table) == content["release"]["digest"] == twice.release(2).digest
    assert answered(capsys, "export", "1", *words)["release"]["number"] == 1


@pytest.mark.usefixtures("twice")
def test_the_audit_is_exported_and_verified(capsys: Capture, words: list[str]) -> None:
    rows = answered(capsys, "audit", *words)
    assert [row["action"] for row in rows] == ["opened", "drafted", "reviewed", "published"]
    assert (rows[0]["draft"], rows[3]["draft"], rows[3]["release"]) == (None, 1, 2)
    assert run("audit", "--csv", *words) == 0
    lines = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [line["hash"] for line in lines] == [row["hash"] for row in rows]
    assert answered(capsys, "verify", *words) == []


def test_a_store_that_was_changed_by_force_fails_its_check(capsys: Capture, kept: Store, words: list[str]) -> None:
    with kept.backend.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER extents_refuses_update")
        connection.exec_driver_sql("UPDATE extents SET grade = 'A' WHERE draft = 1")
    assert run("verify", *words) == 1
    assert "draft 1 has other grades than it says" in json.loads(capsys.readouterr().out)


def test_a_package_whose_extents_changed_is_told_on_the_error_stream(
    capsys: Capture, kept: Store, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geo.releases.archive.content_digest", lambda _: "ab" * 32)
    assert kept.package_notice() is not None
    assert run("list", *words) == 0
    assert "has other extents than every release of this store" in capsys.readouterr().err
