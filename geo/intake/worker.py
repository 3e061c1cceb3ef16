"""
The process that opens an outside file: `python -m geo.intake.worker FOLDER`, started by `geo.intake.process` alone.

It lives under limits of memory, time and file size, may neither connect to anything nor start anything, and leaves an
answer in the folder that it was given: `answer.json`, and `table.feather` when the file could be read.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd

from geo.crs import WGS84
from geo.intake.faults import shape_faults
from geo.intake.formats import read_any
from geo.intake.limits import IntakeError, Limits
from geo.intake.match import name_column
from geo.intake.placefaults import place_faults
from geo.intake.placing import place, place_marks
from geo.intake.repair import repaired_table
from geo.intake.source import Source
from geo.intake.surroundings import Surroundings, read_surroundings

#: Room for the answer beside what is unpacked.
_ANSWER_BYTES = 500_000_000
_FORBIDDEN = (
    "socket.connect", "socket.getaddrinfo", "socket.bind", "subprocess.Popen", "os.exec", "os.posix_spawn", "os.fork",
    "os.system", "ctypes.dlopen",
)  # fmt: skip


def main(arguments: list[str]) -> int:
    """
    Read the file that lies in a folder, as its `job.json` says.

    Parameters
    ----------
    arguments
        The folder.

    Returns
    -------
    code
        Always 0: a refusal is an answer.
    """
    folder = Path(arguments[0])
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    limits = Limits(**job["limits"])
    _shut_in(limits)
    try:
        answer = _answer(folder, job, limits)
    except IntakeError as error:
        answer = _refusal(error)
    except MemoryError:
        answer = _refusal(limits.exceeded("memory_mb", "more than that was needed"))
    except RecursionError:
        answer = _refusal(limits.exceeded("depth", "far more"))
    (folder / "answer.json").write_text(json.dumps(answer), encoding="utf-8")
    return 0


def _refusal(error: IntakeError) -> dict[str, Any]:
    return {"error": {"kind": error.kind, "message": str(error), "zh": error.zh}}


def _shut_in(limits: Limits) -> None:
    """Bound this process, and forbid it to connect or to start others."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415  (Windows has none)

        memory = limits.memory_mb * 1_000_000
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds + 1, limits.seconds + 2))
        written = limits.unpacked_bytes + _ANSWER_BYTES
        resource.setrlimit(resource.RLIMIT_FSIZE, (written, written))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def refuse(event: str, _: object) -> None:
        if event in _FORBIDDEN:
            msg = f"the process that reads outside files may not do {event}"
            raise PermissionError(msg)

    sys.addaudithook(refuse)


def _answer(folder: Path, job: dict[str, Any], limits: Limits) -> dict[str, Any]:
    around = read_surroundings(folder)
    if job["task"] == "repair":
        return _repaired(folder, job, around)
    work = folder / "work"
    work.mkdir()
    answers = job["answers"]
    source = Source(folder / "upload", job["name"], work, limits, answers)
    kind, raw = read_any(source)
    placed = place(raw, around, answers)
    table = raw.attributes.copy()
    table.insert(0, "feature", range(1, len(table) + 1))
    table = gpd.GeoDataFrame(table, geometry=placed.geometry.to_numpy(), crs=WGS84 if placed.crs else None)
    named = name_column(raw.attributes, around)
    marks = place_marks(raw.marks, placed)
    faults = [*shape_faults(table, marks), *_placed_faults(table, named, around)]
    table.to_feather(folder / "table.feather")
    asked = {question.kind: question for question in (*raw.questions, *placed.questions)}
    return {
        "format": kind,
        "crs": placed.crs,
        "encoding": raw.encoding,
        "datum": placed.datum,
        "layer": raw.layer,
        "name_column": named,
        "faults": [fault.to_json() for fault in sorted(faults, key=lambda fault: fault.feature)],
        "questions": [question.to_json() for question in asked.values() if question.kind not in answers],
    }


def _placed_faults(table: gpd.GeoDataFrame, named: str | None, around: Surroundings) -> list[Any]:
    if table.crs is None:
        return []
    names = [cell if isinstance(cell, str) else None for cell in table[named]] if named else [None] * len(table)
    return place_faults(table, names, around)


def _repaired(folder: Path, job: dict[str, Any], around: Surroundings) -> dict[str, Any]:
    before = gpd.read_feather(folder / "upload")
    table, log = repaired_table(before, [(int(feature), str(kind)) for feature, kind in job["chosen"]])
    faults = [*shape_faults(table, {}), *_placed_faults(table, job["name_column"], around)]
    table.to_feather(folder / "table.feather")
    ordered = sorted(faults, key=lambda fault: fault.feature)
    return {"faults": [fault.to_json() for fault in ordered], "log": log.to_dict("records")}


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
