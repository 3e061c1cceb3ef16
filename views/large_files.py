"""What a deployment sets about large layers: which files, where their tiles are kept, from what size on they wait."""

from __future__ import annotations

from pathlib import Path

from geo.releases import store_address
from layers.tiles import LargeFile, kept_files, large_files, upload_called
from views import state
from views.settings import setting

_TILE_FROM = 5000
_UPLOADS = "large_uploads"


def named_files() -> tuple[LargeFile, ...]:
    """
    Files of the setting `large`, then those that editors have kept.

    Raises
    ------
    LargeFileError
        If the setting cannot be understood.
    """
    named = large_files(setting("large"))
    names = {file.name for file in named}
    return named + tuple(file for file in kept_files(data_folder()) if file.name not in names)


def own_uploads() -> tuple[LargeFile, ...]:
    """Uploads of this session that are still there, the last one first."""
    found = [upload_called(name, data_folder()) for name in state.value(_UPLOADS) or []]
    return tuple(file for file in found if file is not None)


def remember_upload(file: LargeFile) -> None:
    """Show an upload to this session, first of all."""
    others = [name for name in state.value(_UPLOADS) or [] if name != file.name]
    state.set_value(_UPLOADS, [file.name, *others])


def forget_upload(file: LargeFile) -> None:
    """Show an upload no longer: it has been kept under another name."""
    state.set_value(_UPLOADS, [name for name in state.value(_UPLOADS) or [] if name != file.name])


def file_called(name: str) -> LargeFile | None:
    """
    Find a large layer by its name: a named one, a kept one, or an upload, whose name only its content gives.

    Raises
    ------
    LargeFileError
        If the setting cannot be understood.
    """
    upload = upload_called(name, data_folder())
    return upload or next((file for file in named_files() if file.name == name), None)


def data_folder() -> Path:
    """Folder that the app may write to: setting `data`, else `var`."""
    return Path(store_address({"YUANTU_DATA": setting("data")}))


def tile_from() -> int:
    """Features from which tiles are made in the background; the page waits for fewer. Setting `tile_from`."""
    text = setting("tile_from").strip()
    return int(text) if text.isdigit() else _TILE_FROM
