"""What a deployment sets about large layers: which files, where their tiles are kept, from what size on they wait."""

from __future__ import annotations

from pathlib import Path

from geo.releases import store_address
from layers.tiles import LargeFile, large_files
from views.settings import setting

_TILE_FROM = 5000


def large_setting() -> str:
    """Setting `large` as it is written."""
    return setting("large")


def named_files() -> tuple[LargeFile, ...]:
    """
    Files of the setting `large`.

    Raises
    ------
    LargeFileError
        If the setting cannot be understood.
    """
    return large_files(large_setting())


def data_folder() -> Path:
    """Folder that the app may write to: setting `data`, else `var`."""
    return Path(store_address({"YUANTU_DATA": setting("data")}))


def tile_from() -> int:
    """Features from which tiles are made in the background; the page waits for fewer. Setting `tile_from`."""
    text = setting("tile_from").strip()
    return int(text) if text.isdigit() else _TILE_FROM
