"""Start the process that opens an outside file, and end it when it takes too long."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd

from geo.intake.gdal import skipped_drivers
from geo.intake.limits import IntakeError, Limits
from geo.intake.surroundings import Surroundings, write_surroundings
from geo.local import SETTING, is_local_configured

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: How often one looks whether the reading was cancelled, seconds.
POLL_S = 0.1

_ROOT = Path(__file__).parents[2]
_KEPT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PROJ_DATA", "PROJ_LIB", "GDAL_DATA", "SYSTEMROOT")
_NOWHERE = "http://127.0.0.1:9"  # the port of «discard»
#: Settings of libraries: no network, no other drivers, one thread each.
_SETTINGS = {
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}",
    "GDAL_HTTP_PROXY": _NOWHERE,
    "http_proxy": _NOWHERE,
    "https_proxy": _NOWHERE,
    "GDAL_HTTP_TIMEOUT": "1",
    "GDAL_HTTP_MAX_RETRY": "0",
    "PROJ_NETWORK": "OFF",
    "OGR_SQLITE_LOAD_EXTENSIONS": "",
    "OGR_SQLITE_PRAGMA": "trusted_schema=0,cell_size_check=1",
    "SHAPE_RESTORE_SHX": "NO",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "GDAL_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONIOENCODING": "utf-8",
}


class Answer(NamedTuple):
    """
    What the process answered.

    Parameters
    ----------
    about
        Its `answer.json`.
    table
        Its table.
    """

    about: dict[str, Any]
    table: gpd.GeoDataFrame


def ask(
    content: bytes,
    job: Mapping[str, Any],
    around: Surroundings,
    limits: Limits,
    *,
    is_cancelled: Callable[[], bool] | None = None,
) -> Answer:
    """
    Have a file read, or a table repaired, in a process of its own.

    Parameters
    ----------
    content
        Bytes of the file.
    job
        `task` (`read` or `repair`) and what it needs.
    around
        The city.
    limits
        Of the reading.
    is_cancelled
        Asked some times a second while the process runs; once it says yes, or raises, the process is ended.

    Returns
    -------
    answer
        Nothing stays behind: the private folder is removed.

    Raises
    ------
    IntakeError
        If the file is refused, takes too long, ends the process or is cancelled.

    Examples
    --------
    >>> from geo.intake.surroundings import surroundings
    >>> from geo.plan import read_plan
    >>> content = b'{"type": "Point", "coordinates": [118.1, 24.5]}'
    >>> job = {"task": "read", "name": "a.geojson", "answers": {}}
    >>> ask(content, job, surroundings(read_plan()), Limits()).about["format"]
    'geojson'
    """
    with tempfile.TemporaryDirectory(prefix="yuantu-intake-") as name:
        folder = Path(name)
        (folder / "upload").write_bytes(content)
        write_surroundings(around, folder)
        (folder / "job.json").write_text(json.dumps({**job, "limits": asdict(limits)}), encoding="utf-8")
        _run(folder, limits, is_cancelled or (lambda: False))
        about = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
        if "error" in about:
            raise IntakeError(about["error"]["kind"], about["error"]["message"], about["error"]["zh"])
        return Answer(about, gpd.read_feather(folder / "table.feather"))


def _run(folder: Path, limits: Limits, is_cancelled: Callable[[], bool]) -> None:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    if is_local_configured():
        # The process works in another folder.
        kept[SETTING] = str(Path(os.environ[SETTING].strip()).resolve())
    settings = {"PYTHONPATH": str(_ROOT), "TMPDIR": str(folder), "GDAL_SKIP": skipped_drivers(), **_SETTINGS}
    # -P: the folder with the outside file must not be a place to import from.
    command = [sys.executable, "-P", "-m", "geo.intake.worker", str(folder)]
    with (folder / "errors.txt").open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603  (our own module, our own folder)
            command,
            cwd=folder,
            env=kept | settings,
            stdin=subprocess.DEVNULL,
            stdout=errors,
            stderr=errors,
        )
        try:
            code = _ended(process, limits, is_cancelled)
        finally:
            process.kill()
            process.wait()
    if (folder / "answer.json").is_file() and code == 0:
        return
    said = (folder / "errors.txt").read_bytes()[-4000:].decode("utf-8", "replace")
    if any(sign in said for sign in ("MemoryError", "bad_alloc", "ArrowMemoryError", "Cannot allocate", "malloc")):
        raise limits.exceeded("memory_mb", "more than that was needed")
    if code in {-24, -9}:  # SIGXCPU, SIGKILL after it
        raise limits.exceeded("seconds", f"more than {limits.seconds} s of work")
    last = said.strip().rsplit("\n", 1)[-1][:200]
    raise IntakeError(
        "crashed",
        f"the file could not be read: the process that opened it ended ({code}: {last}); export it again",
        "文件无法读取：读取进程意外中止。文件可能已损坏，请重新导出",
    )


def _ended(process: subprocess.Popen[bytes], limits: Limits, is_cancelled: Callable[[], bool]) -> int:
    """Wait for the process; its code."""
    end = time.monotonic() + limits.seconds
    while time.monotonic() < end:
        try:
            return process.wait(timeout=POLL_S)
        except subprocess.TimeoutExpired:
            if is_cancelled():
                raise IntakeError(
                    "cancelled", "the reading was stopped; nothing was kept of it", "读取已停止，未保留任何内容"
                ) from None
    raise limits.exceeded("seconds", f"more than {limits.seconds} s")
