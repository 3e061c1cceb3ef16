"""Tiles in the data folder: made once for each state of a file, in a process of their own, with progress."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from layers.tiles.features import LargeFileError, stated
from layers.tiles.making import EDITION, LARGEST_ZOOM, LEAST_ZOOM, about_path

if TYPE_CHECKING:
    from layers.tiles.files import LargeFile

_ROOT = Path(__file__).parents[2]
#: Share of the whole work that is done when a stage begins.
_BEGUN = {"waiting": 0.0, "reading": 0.05, "thinning": 0.25, "tiling": 0.4, "checking": 0.9}
#: What stands before the reason, in English and in Chinese, in the words that the process leaves for this module.
FAILED, FAILED_ZH = "failed: ", "failed, in Chinese: "
_ZOOM = re.compile(r"Zoom\s+(\d+)/\d+")
#: Files that are tiled at the same time; each may need gigabytes, so the others wait.
AT_ONCE = 2
#: After this long without a word another process' work counts as ended.
_SILENT_S = 600.0
_running: dict[Path, subprocess.Popen[bytes]] = {}
_lock = Lock()


@dataclass(frozen=True)
class TileState:
    """
    How far the tiles of a file are.

    Parameters
    ----------
    stage
        `none`, `waiting`, `reading`, `thinning`, `tiling`, `checking`, `done` or `failed`.
    share
        Of the work that is done, 0 to 1; an estimate by stages, not by time.
    fault, fault_zh
        Why they could not be made, in English and in Chinese.
    """

    stage: str
    share: float = 0.0
    fault: str = ""
    fault_zh: str = ""

    @property
    def is_running(self) -> bool:
        """Whether they are being made."""
        return self.stage in _BEGUN


def tiles_path(file: LargeFile, folder: Path) -> Path:
    """
    Where the tiles of a file stand, whether they are made or not.

    Parameters
    ----------
    file
        The file, which must be there.
    folder
        Data folder of the deployment.

    Returns
    -------
    path
        Changes with the file's path, size and time of change, and with the tiler.

    Raises
    ------
    LargeFileError
        If there is no such file.
    """
    try:
        status = file.path.stat()
    except OSError as error:
        raise LargeFileError(
            f"there is no file {file.path} for the large layer {file.name!r}: "
            "mend the setting `large`, or put it there",
            f"大图层 {file.name!r} 的文件 {file.path} 不存在：请改正设置 large，或把文件放到该处",
        ) from error
    said = f"{file.path.resolve()}\n{status.st_size}\n{status.st_mtime_ns}\n{EDITION}"
    return folder / "tiles" / f"{file.name}-{hashlib.sha256(said.encode()).hexdigest()[:16]}.pmtiles"


def tile_about(tiles: Path) -> dict[str, Any]:
    """
    What is known of finished tiles.

    Parameters
    ----------
    tiles
        As of `tiles_path`.

    Returns
    -------
    about
        As of `make_tiles`.

    Raises
    ------
    LargeFileError
        If they are not there.
    """
    try:
        about: dict[str, Any] = json.loads(about_path(tiles).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LargeFileError(
            f"the tiles {tiles.name} are not made yet: make them with `begin_tiles`",
            f"瓦片 {tiles.name} 尚未生成：请先切片",
        ) from error
    return about


def tile_state(tiles: Path) -> TileState:
    """
    How far tiles are, told by any process.

    Parameters
    ----------
    tiles
        As of `tiles_path`.

    Examples
    --------
    >>> tile_state(Path("nowhere/parcels.pmtiles")).stage
    'none'
    """
    if tiles.is_file() and about_path(tiles).is_file():
        return TileState("done", 1.0)
    log = _log_path(tiles)
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
        silent_s = time.time() - log.stat().st_mtime
    except OSError:
        return TileState("none")
    with _lock:
        process = _running.get(tiles)
    code = None if process is None else process.poll()
    if failed := _failed(text):
        return failed
    if code or (process is None and silent_s > _SILENT_S):
        when, when_zh = ("long ago", "早已停止") if code is None else (str(code), f"代码 {code}")
        fault = f"the process that made them ended ({when})"
        return TileState("failed", 0.0, fault, f"切片进程意外中止（{when_zh}），请重新切片")
    stage = next((line for line in reversed(text.splitlines()) if line in _BEGUN), "waiting")
    return TileState(stage, _share(stage, text))


def _failed(log: str) -> TileState | None:
    """What the process said last, where it could not make them: a reason in each language."""
    said = {
        mark: line.removeprefix(mark)
        for line in log.splitlines()
        for mark in (FAILED, FAILED_ZH)
        if line.startswith(mark)
    }
    return TileState("failed", 0.0, said[FAILED], said.get(FAILED_ZH, "")) if FAILED in said else None


def _share(stage: str, log: str) -> float:
    begun = _BEGUN[stage]
    if stage != "tiling":
        return begun
    zooms = [int(found) for found in _ZOOM.findall(log)]
    done = (max(zooms) - LEAST_ZOOM) / (LARGEST_ZOOM - LEAST_ZOOM + 1) if zooms else 0.0
    return round(begun + done * (_BEGUN["checking"] - begun), 3)


def begin_tiles(file: LargeFile, folder: Path, *, again: bool = False) -> TileState:
    """
    Make the tiles of a file in the background, unless they are there or being made, or too many others are.

    Parameters
    ----------
    file
        The file.
    folder
        Data folder of the deployment.
    again
        Try once more where it failed.

    Returns
    -------
    state
        As of `tile_state`.

    Raises
    ------
    LargeFileError
        If there is no such file.
    """
    tiles = tiles_path(file, folder)
    state = tile_state(tiles)
    if state.stage == "none" or (again and state.stage == "failed"):
        with _lock:
            if sum(process.poll() is None for process in _running.values()) >= AT_ONCE:
                return TileState("waiting")
            known = _running.get(tiles)
            if known is None or known.poll() is not None:
                _running[tiles] = _begin(file.path, tiles)
        state = tile_state(tiles)
    return state


def _begin(source: Path, tiles: Path) -> subprocess.Popen[bytes]:
    tiles.parent.mkdir(parents=True, exist_ok=True)
    _forget_older(tiles)
    command = [sys.executable, "-m", "layers", "tiles", str(source.resolve()), "-o", str(tiles.resolve()), "--log"]
    with _log_path(tiles).open("wb") as log:
        return subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log)  # noqa: S603


def link_tiles(made: LargeFile, same: LargeFile, folder: Path) -> bool:
    """
    Take the tiles of a file for another one with the same features, so that nothing is tiled twice.

    Parameters
    ----------
    made
        The file whose tiles may be there.
    same
        The other one.
    folder
        Data folder of the deployment.

    Returns
    -------
    linked
        False where there are no finished tiles to take.

    Raises
    ------
    LargeFileError
        If one of the files is not there.
    """
    before, after = tiles_path(made, folder), tiles_path(same, folder)
    if tile_state(before).stage != "done":
        return False
    about = tile_about(before) | {"stated": stated(same.path)}
    about_path(after).write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
    try:
        after.hardlink_to(before)
    except OSError:  # not every file system has such links
        shutil.copyfile(before, after)
    return True


def _forget_older(tiles: Path) -> None:
    """Drop what was made of earlier states of the same file; an answer that is under way keeps its open file."""
    stem = tiles.stem.rpartition("-")[0]
    for path in tiles.parent.iterdir():
        if path.stem.rpartition("-")[0] == stem and path.stem != tiles.stem and not path.name.startswith("."):
            path.unlink(missing_ok=True)


def _log_path(tiles: Path) -> Path:
    return tiles.with_suffix(".log")
