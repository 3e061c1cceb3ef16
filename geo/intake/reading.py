"""`read_intake`: the only door for outside files."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from geo.intake.limits import IntakeError, Limits, read_limits
from geo.intake.process import ask
from geo.intake.surroundings import surroundings
from geo.intake.values import FeatureFault, Intake, Question
from geo.plan import read_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from geo.plan import Plan

#: Kinds of questions, and so of answers.
QUESTIONS = ("layer", "encoding", "crs", "axes", "datum")


def read_intake(
    file: str | Path | bytes,
    *,
    name: str | None = None,
    answers: Mapping[str, str] | None = None,
    plan: Plan | None = None,
    limits: Limits | None = None,
    is_cancelled: Callable[[], bool] | None = None,
) -> Intake:
    """
    Read an outside file in a process of its own, under limits, and say what is wrong with it and what is unsure.

    Parameters
    ----------
    file
        A local file, or its content.
    name
        What the file is called; needed with content, else the file's own name.
    answers
        Of the person, by kind of question: `layer` (a name), `encoding`, `crs` (an EPSG code, or 厦门92 where an
        operator has configured it), `axes` (`keep` or `swap`), `datum` (`wgs84`, `gcj02` or `bd09`).
    plan
        The plan to compare with; the one shipped when None.
    limits
        As set for this deployment when None.
    is_cancelled
        Asked some times a second while the file is read; once it says yes, or raises, the reading ends.

    Returns
    -------
    intake
        Table in WGS 84, faults and open questions. Where a question is open the table is made by its guess.

    Raises
    ------
    IntakeError
        If the file is refused; `kind` says why, `zh` says it in Chinese. Its kind is `cancelled` when the reading was.

    Examples
    --------
    >>> import json
    >>> ring = [[118.1, 24.5], [118.11, 24.5], [118.11, 24.51], [118.1, 24.5]]
    >>> content = json.dumps({"type": "Polygon", "coordinates": [ring]}).encode()
    >>> intake = read_intake(content, name="park.geojson")
    >>> intake.format, intake.crs, len(intake.table), intake.faults
    ('geojson', 'EPSG:4326', 1, ())
    """
    bounds = read_limits() if limits is None else limits
    given = dict(answers or {})
    for kind in given:
        if kind not in QUESTIONS:
            raise IntakeError(
                "answer",
                f"there is no question {kind!r}; answer one of {', '.join(QUESTIONS)}",
                f"没有名为 {kind!r} 的问题",
            )
    content, called = _content(file, name, bounds)
    around = surroundings(read_plan() if plan is None else plan)
    answer = ask(content, {"task": "read", "name": called, "answers": given}, around, bounds, is_cancelled=is_cancelled)
    about = answer.about
    return Intake(
        name=called,
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        format=about["format"],
        crs=about["crs"],
        encoding=about["encoding"],
        datum=about["datum"],
        layer=about["layer"],
        table=answer.table,
        faults=tuple(FeatureFault.from_json(fault) for fault in about["faults"]),
        questions=tuple(Question.from_json(question) for question in about["questions"]),
        answers=given,
        name_column=about["name_column"],
    )


def _content(file: str | Path | bytes, name: str | None, limits: Limits) -> tuple[bytes, str]:
    if isinstance(file, bytes):
        limits.refuse_above("file_bytes", len(file))
        return file, name or "file"
    path = Path(file)
    if str(file).startswith("/vsi") or "://" in str(file):
        raise IntakeError(
            "remote",
            f"{str(file)!r} is an address or a virtual path; download the file and give its local path",
            f"{str(file)!r} 是网址或虚拟路径，不会打开；请先下载再上传",
        )
    if not path.is_file():
        raise IntakeError(
            "no-file", f"there is no file {str(file)!r}; check its path", f"没有文件 {str(file)!r}，请检查路径"
        )
    limits.refuse_above("file_bytes", path.stat().st_size)
    return path.read_bytes(), name or path.name
