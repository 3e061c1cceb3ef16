"""
Large layers that came through the intake: an upload, shown to whoever has its name for a day, or kept for everybody.

Both are GeoParquet in the data folder, so that tiling, showing and handing out are the same as for a named file. An
upload's name says what is in it, and cannot be guessed; keeping one asks for the role of an editor.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from geo.accounts import require
from geo.security import stated_class
from layers.tiles.features import LargeFileError
from layers.tiles.files import LargeFile
from layers.tiles.kept import link_tiles

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

    from geo.accounts import Actor
    from geo.intake import Intake

#: Folders below the data folder: of uploads, of what is kept, and (below it) of what was taken off.
UPLOADS, KEPT, EARLIER = "uploads", "large", "earlier"
#: Uploads go after a day, the oldest before that where they are larger together.
MOST_AGE_S, MOST_BYTES = 24 * 3600.0, 4_000_000_000
#: What is said of a kept layer; all but the licence must be.
SAID = ("title", "source", "as_of", "licence", "security")
_UPLOAD = re.compile(r"upload-[0-9a-f]{16}")
_ROWS = 65_536
_EXACT = 2.0**53
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d+)?")


def put_upload(intake: Intake, folder: Path) -> LargeFile:
    """
    Write what was read from an outside file where it can be tiled.

    Parameters
    ----------
    intake
        With no question open.
    folder
        Data folder of the deployment.

    Returns
    -------
    file
        Of the same name for the same content; EPSG:4326, one row a feature. Uploads of yesterday are gone.

    Raises
    ------
    LargeFileError
        If a question is open, or the place of the features is unknown.
    """
    if intake.questions or intake.table.crs is None:
        raise LargeFileError(
            f"{intake.name} has open questions: answer them first, then show it",
            f"{intake.name} 还有未确认的问题：请先确认再显示",
        )
    place = folder / UPLOADS
    place.mkdir(parents=True, exist_ok=True)
    part = place / f".{os.getpid()}-{intake.sha256[:16]}.parquet"
    try:
        _typed(intake.table).to_parquet(part, index=False, row_group_size=_ROWS)
        about = {"title": intake.name, "source_file": intake.name, "source_sha256": intake.sha256}
        _restate(part, part.with_suffix(".stated"), about)
        path = place / f"upload-{_digest(part.with_suffix('.stated'))}.parquet"
        if not path.is_file():  # the same content keeps its time, and so its tiles
            part.with_suffix(".stated").replace(path)
    finally:
        part.unlink(missing_ok=True)
        part.with_suffix(".stated").unlink(missing_ok=True)
    forget_uploads(folder, spare=path)
    return LargeFile(path.stem, path, title=intake.name)


def upload_called(name: str, folder: Path) -> LargeFile | None:
    """
    Find an upload by its name.

    Parameters
    ----------
    name
        As of `put_upload`.
    folder
        Data folder of the deployment.

    Returns
    -------
    file
        None where there is none of this name, or no longer.

    Examples
    --------
    >>> from pathlib import Path
    >>> upload_called("../accounts", Path("var")) is None
    True
    """
    if _UPLOAD.fullmatch(name) is None:
        return None
    path = folder / UPLOADS / f"{name}.parquet"
    return LargeFile(name, path, title=_said(path).get("title", "")) if path.is_file() else None


def forget_uploads(folder: Path, *, spare: Path | None = None, now: float | None = None) -> None:
    """
    Drop uploads that are older than a day, and the oldest of the others where they are too large together.

    Parameters
    ----------
    folder
        Data folder of the deployment.
    spare
        The one that stays in any case.
    now
        Seconds since 1970; the clock's when None.
    """
    clock = time.time() if now is None else now
    found = sorted((folder / UPLOADS).glob("upload-*.parquet"), key=lambda path: -path.stat().st_mtime)
    size = 0
    for path in found:
        status = path.stat()
        size += status.st_size
        if path != spare and (clock - status.st_mtime > MOST_AGE_S or size > MOST_BYTES):
            path.unlink(missing_ok=True)
            for made in (folder / "tiles").glob(f"{path.stem}-*"):
                made.unlink(missing_ok=True)


def kept_files(folder: Path) -> tuple[LargeFile, ...]:
    """
    Layers that editors have kept for everybody.

    Parameters
    ----------
    folder
        Data folder of the deployment.

    Returns
    -------
    files
        By name, with what was said of them.

    Examples
    --------
    >>> from pathlib import Path
    >>> kept_files(Path("nowhere"))
    ()
    """
    paths = sorted((folder / KEPT).glob("*.parquet"))
    return tuple(LargeFile(path.stem, path, **_said(path)) for path in paths if not path.name.startswith("."))


def keep_upload(
    upload: LargeFile, folder: Path, said: Mapping[str, str], *, actor: Actor | None, taken: frozenset[str]
) -> LargeFile:
    """
    Keep an upload for everybody, under the name that its title gives; its tiles go along.

    Parameters
    ----------
    upload
        As of `put_upload`.
    folder
        Data folder of the deployment.
    said
        Of `SAID`: `licence` may be empty, the others must be there; `security` is one of `geo.security.CLASSES`.
    actor
        Who keeps it.
    taken
        Names that other layers have.

    Returns
    -------
    file
        The kept one; who kept it and when stand in its metadata.

    Raises
    ------
    RoleError
        If the actor is no editor.
    LargeFileError
        If something is not said, the name is taken, or the upload is gone.
    SecurityError
        If there is no such security class.
    """
    who = require(actor, "editor")
    stated = {key: said.get(key, "").strip() for key in SAID}
    if not all(text for key, text in stated.items() if key != "licence"):
        raise LargeFileError(
            "a layer that is kept needs a title, a source, an as-of date and a security class: fill them in",
            "登记图层须填写标题、来源、时点和密级，请补全",
        )
    stated_class(stated["security"], "the form")
    name = layer_name(stated["title"])
    target = folder / KEPT / f"{name}.parquet"
    if name in taken or target.exists():
        raise LargeFileError(
            f"there is a layer {name!r} already: choose another title, or take that one off first",
            f"已有名为 {name!r} 的图层：请换一个标题，或先撤下原图层",
        )
    if not upload.path.is_file():
        raise LargeFileError(
            f"{upload.title or upload.name} is gone, as uploads go after a day: upload it again",
            f"{upload.title or upload.name} 已过期（上传内容保留一天）：请重新上传",
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.stem}.{os.getpid()}.parquet")
    try:
        _restate(upload.path, part, stated | {"kept_by": who.name, "kept_at": _now()})
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    kept = LargeFile(name, target, **stated)
    link_tiles(upload, kept, folder)
    return kept


def take_off(name: str, folder: Path, *, actor: Actor | None) -> Path:
    """
    Take a kept layer off; its file stays in the data folder.

    Parameters
    ----------
    name
        As of `kept_files`.
    folder
        Data folder of the deployment.
    actor
        Who takes it off.

    Returns
    -------
    path
        Where the file lies now.

    Raises
    ------
    RoleError
        If the actor is no editor.
    LargeFileError
        If no kept layer has this name.
    """
    require(actor, "editor")
    found = {file.name: file.path for file in kept_files(folder)}
    if name not in found:
        raise LargeFileError(f"no kept layer is called {name!r}: reload the page", f"没有名为 {name!r} 的图层，请刷新")
    earlier = folder / KEPT / EARLIER
    earlier.mkdir(exist_ok=True)
    return found[name].replace(earlier / f"{name}-{_now().replace(':', '')}.parquet")


def layer_name(title: str) -> str:
    """
    Name in addresses for a title.

    Parameters
    ----------
    title
        As a person writes it.

    Returns
    -------
    name
        Letters of any script, digits, `_` and `-`; at most 60.

    Raises
    ------
    LargeFileError
        If nothing of the title can stand in a name, or it is a name of an upload.

    Examples
    --------
    >>> layer_name(" 2025年 宗地（翔安区） ")
    '2025年-宗地-翔安区'
    """
    name = re.sub(r"[^\w-]+", "-", title).strip("-")[:60]
    if not name or _UPLOAD.fullmatch(name):
        raise LargeFileError(f"{title!r} gives no name: write a title with letters", f"标题 {title!r} 须含文字，请改写")
    return name


def _typed(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Numbers as numbers: a column of a CSV is text, and a year is no 2005.0.

    Codes with a leading zero and numbers longer than a computer counts exactly stay text.
    """
    found: dict[str, pd.Series] = {}
    for name in table.columns.drop(table.geometry.name):
        column = table[name]
        own = column.dropna()
        if len(own) and not pd.api.types.is_numeric_dtype(column.dtype) and own.map(_is_number).all():
            column = found[name] = pd.to_numeric(column)
        if len(own) and column.dtype == np.float64 and (column.dropna() % 1 == 0).all() and column.abs().max() < _EXACT:
            found[name] = column.astype("Int64")
    return table.assign(**found)


def _is_number(cell: object) -> bool:
    return isinstance(cell, str) and _NUMBER.fullmatch(cell) is not None


def _said(path: Path) -> dict[str, str]:
    metadata = pq.read_metadata(path).metadata or {}
    return {key: metadata[key.encode()].decode() for key in SAID if key.encode() in metadata}


def _restate(source: Path, target: Path, said: Mapping[str, str]) -> None:
    """Copy a Parquet file with more said in its metadata, row group by row group."""
    with pq.ParquetFile(source, pre_buffer=False) as file:
        metadata = dict(file.schema_arrow.metadata or {}) | {key.encode(): text.encode() for key, text in said.items()}
        schema = file.schema_arrow.with_metadata(metadata)
        with pq.ParquetWriter(target, schema, compression="zstd") as writer:
            for number in range(file.num_row_groups):
                writer.write_table(file.read_row_group(number).replace_schema_metadata(metadata))


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:16]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
