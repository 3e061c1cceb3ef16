"""Large layers that came through the intake: shown to who has their name, kept by editors, gone after a day."""

from __future__ import annotations

import os
from pathlib import Path

import geopandas as gpd
import pyarrow.parquet as pq
import pytest

from geo.accounts import Actor, RoleError
from geo.intake import Intake, read_intake
from layers.tiles import (
    LargeFileError,
    begin_tiles,
    keep_upload,
    kept_files,
    make_tiles,
    put_upload,
    take_off,
    tile_about,
    tile_state,
    tiles_path,
    upload_called,
)
from layers.tiles import kept as keeping
from layers.tiles.uploads import MOST_AGE_S, forget_uploads, layer_name

EDITOR = Actor("陈工", frozenset({"editor"}))
SAID = {"title": "翔安 宗地", "source": "资源规划局", "as_of": "2026-10", "licence": "内部使用", "security": "internal"}


def firms(count: int = 3) -> bytes:
    rows = "".join(
        f"企业{number},{118.1 + number / 1000:.4f},24.5,{2000 + number},070{number + 1},{number}.5\n"
        for number in range(count)
    )
    return f"名称,经度,纬度,年份,代码,面积\n{rows}".encode()


@pytest.fixture(scope="module")
def intake() -> Intake:
    return read_intake(firms(), name="企业.csv", answers={"datum": "wgs84", "crs": "EPSG:4326"})


def test_an_upload_holds_the_files_rows_and_says_which_file_it_was(intake: Intake, tmp_path: Path) -> None:
    file = put_upload(intake, tmp_path)
    table = gpd.read_parquet(file.path)
    assert list(table["名称"]) == ["企业0", "企业1", "企业2"]
    assert table.crs == "EPSG:4326"
    assert [(point.x, point.y) for point in table.geometry] == [(118.1, 24.5), (118.101, 24.5), (118.102, 24.5)]
    assert (table["年份"].dtype, list(table["年份"])) == ("int64", [2000, 2001, 2002])
    assert list(table["代码"]) == ["0701", "0702", "0703"]
    assert list(table["面积"]) == [0.5, 1.5, 2.5]
    metadata = pq.read_metadata(file.path).metadata
    assert metadata[b"source_file"].decode() == "企业.csv"
    assert metadata[b"source_sha256"].decode() == intake.sha256
    assert [path.name for path in (tmp_path / "uploads").iterdir()] == [f"{file.name}.parquet"]


def test_the_same_content_is_the_same_upload_and_another_is_another(intake: Intake, tmp_path: Path) -> None:
    first, again = put_upload(intake, tmp_path), put_upload(intake, tmp_path)
    assert tiles_path(first, tmp_path) == tiles_path(again, tmp_path)
    other = read_intake(firms(4), name="企业.csv", answers={"datum": "wgs84", "crs": "EPSG:4326"})
    assert put_upload(other, tmp_path).name != first.name
    assert upload_called(first.name, tmp_path) == first
    assert upload_called("upload-0000000000000000", tmp_path) is None
    assert upload_called(f"../uploads/{first.name}", tmp_path) is None


def test_an_open_question_keeps_a_file_from_being_shown(tmp_path: Path) -> None:
    asked = read_intake(firms(), name="企业.csv")
    assert asked.questions
    with pytest.raises(LargeFileError, match="open questions"):
        put_upload(asked, tmp_path)
    assert not (tmp_path / "uploads").exists()


def test_uploads_go_after_a_day_with_what_was_made_of_them(intake: Intake, tmp_path: Path) -> None:
    file = put_upload(intake, tmp_path)
    tiles = tiles_path(file, tmp_path)
    make_tiles(file.path, tiles)
    written = file.path.stat().st_mtime
    forget_uploads(tmp_path, now=written + MOST_AGE_S - 1)
    assert file.path.is_file()
    assert tiles.is_file()
    forget_uploads(tmp_path, now=written + MOST_AGE_S + 1)
    assert not file.path.exists()
    assert list(tiles.parent.iterdir()) == []


def test_the_oldest_uploads_go_where_they_are_too_large_together(
    intake: Intake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = put_upload(intake, tmp_path)
    os.utime(old.path, (old.path.stat().st_mtime - 60,) * 2)
    monkeypatch.setattr("layers.tiles.uploads.MOST_BYTES", old.path.stat().st_size + 10)
    new = put_upload(read_intake(firms(4), name="a.csv", answers={"datum": "wgs84", "crs": "EPSG:4326"}), tmp_path)
    assert (old.path.exists(), new.path.exists()) == (False, True)


def test_an_editor_keeps_an_upload_with_its_tiles_and_all_that_was_said(intake: Intake, tmp_path: Path) -> None:
    upload = put_upload(intake, tmp_path)
    make_tiles(upload.path, tiles_path(upload, tmp_path))
    kept = keep_upload(upload, tmp_path, SAID, actor=EDITOR, taken=frozenset())
    assert kept_files(tmp_path) == (kept,)
    said = (kept.title, kept.source, kept.as_of, kept.licence, kept.security)
    assert (kept.name, said) == ("翔安-宗地", tuple(SAID.values()))
    metadata = pq.read_metadata(kept.path).metadata
    assert metadata[b"kept_by"].decode() == "陈工"
    assert metadata[b"source_file"].decode() == "企业.csv"
    tiles = tiles_path(kept, tmp_path)
    assert tile_state(tiles).stage == "done"
    assert tiles.samefile(tiles_path(upload, tmp_path))
    assert tile_about(tiles)["stated"]["source"] == "资源规划局"
    assert gpd.read_parquet(kept.path).equals(gpd.read_parquet(upload.path))
    forget_uploads(tmp_path, now=upload.path.stat().st_mtime + MOST_AGE_S + 1)
    assert tile_state(tiles).stage == "done"


@pytest.mark.parametrize("actor", [None, Actor("读者")])
def test_nobody_else_keeps_or_takes_off(intake: Intake, tmp_path: Path, actor: Actor | None) -> None:
    upload = put_upload(intake, tmp_path)
    with pytest.raises(RoleError, match="editor"):
        keep_upload(upload, tmp_path, SAID, actor=actor, taken=frozenset())
    kept = keep_upload(upload, tmp_path, SAID, actor=EDITOR, taken=frozenset())
    with pytest.raises(RoleError, match="editor"):
        take_off(kept.name, tmp_path, actor=actor)
    assert kept_files(tmp_path) == (kept,)


@pytest.mark.parametrize("missing", ["title", "source", "as_of", "security"])
def test_a_kept_layer_must_say_what_it_is(intake: Intake, tmp_path: Path, missing: str) -> None:
    upload = put_upload(intake, tmp_path)
    with pytest.raises(LargeFileError, match="needs a title, a source, an as-of date and a security class"):
        keep_upload(upload, tmp_path, SAID | {missing: "  "}, actor=EDITOR, taken=frozenset())
    assert kept_files(tmp_path) == ()


def test_a_taken_name_is_refused_and_what_was_there_stays(intake: Intake, tmp_path: Path) -> None:
    upload = put_upload(intake, tmp_path)
    kept = keep_upload(upload, tmp_path, SAID, actor=EDITOR, taken=frozenset())
    before = kept.path.read_bytes()
    for title, taken in ((SAID["title"], frozenset[str]()), ("parcels", frozenset({"parcels"}))):
        with pytest.raises(LargeFileError, match="there is a layer"):
            keep_upload(upload, tmp_path, SAID | {"title": title, "source": "另一处"}, actor=EDITOR, taken=taken)
    assert kept.path.read_bytes() == before


def test_what_is_taken_off_is_shown_no_longer_and_not_lost(intake: Intake, tmp_path: Path) -> None:
    kept = keep_upload(put_upload(intake, tmp_path), tmp_path, SAID, actor=EDITOR, taken=frozenset())
    content = kept.path.read_bytes()
    path = take_off(kept.name, tmp_path, actor=EDITOR)
    assert kept_files(tmp_path) == ()
    assert path.read_bytes() == content
    with pytest.raises(LargeFileError, match="no kept layer"):
        take_off(kept.name, tmp_path, actor=EDITOR)


def test_an_upload_that_has_gone_is_told(intake: Intake, tmp_path: Path) -> None:
    upload = put_upload(intake, tmp_path)
    upload.path.unlink()
    with pytest.raises(LargeFileError, match="upload it again"):
        keep_upload(upload, tmp_path, SAID, actor=EDITOR, taken=frozenset())


@pytest.mark.parametrize("title", ["", " ／ ", "upload-0123456789abcdef"])
def test_a_title_that_gives_no_name_is_refused(title: str) -> None:
    with pytest.raises(LargeFileError, match="gives no name"):
        layer_name(title)


def test_more_files_than_are_tiled_at_once_wait(
    intake: Intake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = put_upload(intake, tmp_path)
    monkeypatch.setattr(keeping, "AT_ONCE", 0)
    assert begin_tiles(file, tmp_path).stage == "waiting"
    assert tile_state(tiles_path(file, tmp_path)).stage == "none"
