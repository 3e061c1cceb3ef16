"""
The folder beside the output that holds what is finished, so that a killed run goes on where it was.

Each unit of row groups becomes a Parquet file of its own, and then a small JSON file that says so; both appear whole,
under their names, or not at all. A manifest tells for which files and options they hold.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from geo.assign.splice import splice
from geo.errors import GeoError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MANIFEST = "manifest.json"
_VERSION = 1


@dataclass(frozen=True)
class Job:
    """
    What is to be assigned, as text and numbers that any process can be handed.

    Parameters
    ----------
    points, zones, out
        Absolute paths, seen alike by every worker.
    zone_id, accuracy_column
        Columns of the zones.
    all_zones
        Lists of all zones instead of the one.
    rows
        Rows of `points`.
    stamp
        Of the two files' content: another stamp, another job.
    """

    points: str
    zones: str
    out: str
    zone_id: str
    accuracy_column: str
    all_zones: bool
    rows: int
    stamp: str

    @property
    def folder(self) -> Path:
        """Where the parts are kept until the end."""
        return Path(f"{self.out}.parts")

    def part(self, unit: Sequence[int]) -> Path:
        """File of one unit."""
        return self.folder / f"{unit[0]:06d}-{unit[-1]:06d}.parquet"


def stamp(points: Path, zones: Path) -> str:
    """
    Hash what makes two runs the same: both files' size and time, the points' footer and all of the zones.

    Parameters
    ----------
    points, zones
        Existing files.

    Returns
    -------
    stamp
        SHA-256, hexadecimal.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "a")
    ...     _ = file.write_bytes(bytes(20))
    ...     len(stamp(file, file))
    64
    """
    found = hashlib.sha256()
    for path in (points, zones):
        state = path.stat()
        found.update(f"{state.st_size} {state.st_mtime_ns} ".encode())
    with points.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - 8))
        length = int.from_bytes(stream.read(8)[:4], "little")
        stream.seek(max(0, size - 8 - length))
        found.update(stream.read())
    with zones.open("rb") as stream:
        found.update(hashlib.file_digest(stream, "sha256").digest())
    return found.hexdigest()


def opened_folder(job: Job, *, resume: bool = True) -> Path:
    """
    Make the folder, or take up the one that a killed run of the same job left.

    Parameters
    ----------
    job
        What is to be done.
    resume
        Whether to keep what is finished; parts of another job are never kept.

    Returns
    -------
    folder
        With a manifest.

    Raises
    ------
    GeoError
        If the folder cannot be written, or is something else's.
    """
    folder = job.folder
    wanted = {"version": _VERSION, **asdict(job)}
    try:
        if folder.exists():
            known = _manifest(folder)
            if resume and known == wanted:
                return folder
            shutil.rmtree(folder)
        folder.mkdir(parents=False)
        _replace(folder / _MANIFEST, json.dumps(wanted, ensure_ascii=False, indent=1))
    except OSError as error:
        msg = f"{folder}: finished parts cannot be kept there ({error.strerror}); choose another place with -o"
        raise GeoError(msg) from error
    return folder


def _manifest(folder: Path) -> Mapping[str, Any]:
    """Of a folder that this module made; anything else is not ours to remove."""
    file = folder / _MANIFEST
    if not file.exists() and any(folder.iterdir()):
        msg = f"{folder}: this folder holds no parts of an assignment; move it away, or choose another place with -o"
        raise GeoError(msg)
    try:
        found: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def finished(job: Job, unit: Sequence[int]) -> dict[str, int] | None:
    """
    Counts of a unit that is finished.

    Parameters
    ----------
    job
        What is done.
    unit
        Numbers of its row groups.

    Returns
    -------
    counts
        None when it is not finished, or its file is not as it was.
    """
    part = job.part(unit)
    try:
        told = json.loads(part.with_suffix(".json").read_text(encoding="utf-8"))
        if told.pop("bytes") == part.stat().st_size:
            return {str(key): int(value) for key, value in told.items()}
    except (OSError, ValueError, KeyError):
        return None
    return None


def keep(job: Job, unit: Sequence[int], made: Path, counts: Mapping[str, int]) -> None:
    """
    Give a made part its name, then say that it is finished.

    Parameters
    ----------
    job, unit
        As for `finished`.
    made
        The written file, in the job's folder.
    counts
        Rows by certainty.
    """
    part = job.part(unit)
    size = made.stat().st_size
    made.replace(part)
    _replace(part.with_suffix(".json"), json.dumps({**counts, "bytes": size}))


def assemble(job: Job, units: Sequence[Sequence[int]]) -> None:
    """
    Join the parts to the output, which appears whole under its name, and remove the folder.

    Parameters
    ----------
    job
        What was done.
    units
        All of them, in order, finished.
    """
    whole = job.folder / "whole.parquet"
    with whole.open("wb") as stream:
        splice([job.part(unit) for unit in units], stream)
        stream.flush()
        os.fsync(stream.fileno())
    pq.read_metadata(whole)
    whole.replace(job.out)
    shutil.rmtree(job.folder)


def _replace(path: Path, text: str) -> None:
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
