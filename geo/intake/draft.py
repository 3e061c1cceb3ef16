"""Draft extents from a file: the present ones with the confirmed parts replaced."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from geo.crs import geodesic_area_m2
from geo.extents import GRADES
from geo.intake.limits import IntakeError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.intake.values import Intake, Question
    from geo.plan import Plan

#: What each open question asks, in English and Chinese.
_ASKED = {
    "layer": ("which layer is to be read", "读取哪个图层"),
    "encoding": ("in which encoding the text is", "文字是哪种编码"),
    "crs": ("in which system the coordinates are", "坐标属于哪个坐标系"),
    "axes": ("whether the two axes are swapped", "两个坐标轴是否写反"),
    "datum": ("whether the coordinates are shifted as on web maps", "坐标是否带有网络地图的偏移"),
}
_DAY = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?")


def draft_extents(  # noqa: PLR0913  (what is stated of an extent)
    plan: Plan,
    intake: Intake,
    matches: Mapping[int, tuple[str, str]],
    *,
    grade: str,
    position_accuracy_m: float,
    evidence_zh: Sequence[str],
    evidence_en: Sequence[str],
    source_id: str,
    as_of: str,
) -> gpd.GeoDataFrame:
    """
    Replace the extents of confirmed parts by features of a file.

    Parameters
    ----------
    plan
        The plan, with the extents of today.
    intake
        The file, with every question answered.
    matches
        By feature (from 1), the `park_id` and `part_id` that a person confirmed; several features of one part become
        one extent. Features without a match are left out.
    grade
        `A` to `D`, as in `geo.extents.GRADES`.
    position_accuracy_m
        How far the boundary may be off, metres, 0 or more.
    evidence_zh, evidence_en
        What the boundary rests on, at least one entry each.
    source_id
        A row of the plan's sources.
    as_of
        Year, month or day of the boundary, ISO.

    Returns
    -------
    extents
        In the columns and the system of `plan.extents`; a published area stays, notes on the former area do not.

    Raises
    ------
    IntakeError
        If a question is open, a matched feature has a fault that must be repaired first, or a statement is no good.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from geo.intake.values import Intake
    >>> from geo.plan import read_plan
    >>> plan = read_plan()
    >>> table = gpd.GeoDataFrame({"feature": [1]}, geometry=[shapely.box(118.12, 24.5, 118.13, 24.51)], crs="EPSG:4326")
    >>> intake = Intake("a.shp", "0" * 64, 9, "shapefile", "EPSG:4527", "GB18030", "wgs84", "a", table)
    >>> draft = draft_extents(
    ...     plan,
    ...     intake,
    ...     {1: ("torch-park", "main")},
    ...     grade="A",
    ...     position_accuracy_m=1,
    ...     evidence_zh=["批复红线图"],
    ...     evidence_en=["approved boundary"],
    ...     source_id="plan",
    ...     as_of="2026-11",
    ... )
    >>> draft.set_index("extent_id").loc["torch-park/main", "grade"], len(draft) == len(plan.extents)
    ('A', True)
    """
    _refuse_open(intake, matches)
    _refuse_statements(plan, grade, position_accuracy_m, evidence_zh, evidence_en, source_id, as_of)
    known = set(zip(plan.parts["park_id"], plan.parts["part_id"], strict=True))
    chosen: dict[tuple[str, str], list[shapely.Geometry]] = {}
    shapes = dict(zip(intake.table["feature"], intake.table.geometry, strict=True))
    for feature, part in matches.items():
        if part not in known or feature not in shapes:
            raise IntakeError(
                "match",
                f"feature {feature} is matched with {'/'.join(part)}; there is no such feature or part",
                f"第 {feature} 个要素对应 {'/'.join(part)}，但没有该要素或片区",
            )
        chosen.setdefault(part, []).append(shapes[feature])
    same = {
        "grade": grade,
        "position_accuracy_m": float(position_accuracy_m),
        "evidence_zh": list(evidence_zh),
        "evidence_en": list(evidence_en),
        "method_zh": f"取自文件 {intake.name}（SHA-256 {intake.sha256[:12]}）",
        "method_en": f"From the file {intake.name} (SHA-256 {intake.sha256[:12]})",
        "as_of": as_of,
        "source_id": source_id,
    }
    rows = plan.extents.to_dict("records")
    present = {(row["park_id"], row["part_id"]): row for row in rows}
    for part, group in chosen.items():
        row = present.get(part)
        if row is None:
            row = dict.fromkeys(plan.extents.columns) | {
                "park_id": part[0],
                "part_id": part[1],
                "extent_id": "/".join(part),
            }
            rows.append(row)
        row.update(
            same,
            geometry=shapely.union_all(group) if len(group) > 1 else group[0],
            area_note_zh=None,
            area_note_en=None,
        )
    draft = gpd.GeoDataFrame(pd.DataFrame(rows, columns=list(plan.extents.columns)), crs=intake.table.crs)
    draft["area_published_km2"] = draft["area_published_km2"].astype("float64")
    if (geodesic_area_m2(draft.geometry).fillna(0) <= 0).any():
        raise IntakeError(
            "match", "a matched feature has no area; repair it or leave it out", "有对应要素面积为零，请修复或去掉"
        )
    return draft.to_crs(plan.extents.crs)


def questions_in_words(questions: Sequence[Question]) -> tuple[str, str]:
    """
    Say what is asked of a file.

    Parameters
    ----------
    questions
        Those that are open.

    Returns
    -------
    en, zh
        What they ask, in their order: in English with the key of the answer, by which the command takes it, and in
        Chinese.

    Examples
    --------
    >>> from geo.intake.values import Question
    >>> en, zh = questions_in_words([Question("crs", "EPSG:4527", "", ""), Question("axes", "swap", "", "")])
    >>> en
    'in which system the coordinates are (crs); whether the two axes are swapped (axes)'
    >>> zh
    '坐标属于哪个坐标系；两个坐标轴是否写反'

    Every question that a file can raise has words:

    >>> from geo.intake.reading import QUESTIONS
    >>> len(questions_in_words([Question(kind, None, "", "") for kind in QUESTIONS])[0].split("; "))
    5
    """
    english = [f"{_ASKED[question.kind][0]} ({question.kind})" for question in questions]
    return "; ".join(english), "；".join(_ASKED[question.kind][1] for question in questions)


def _refuse_open(intake: Intake, matches: Mapping[int, tuple[str, str]]) -> None:
    if intake.questions:
        en, zh = questions_in_words(intake.questions)
        raise IntakeError(
            "questions", f"{intake.name}: answer these questions first: {en}", f"{intake.name}：请先确认以下问题：{zh}"
        )
    if not matches:
        raise IntakeError(
            "match",
            "no feature is matched with a park part; confirm at least one",
            "没有确认任何要素与园区片区的对应关系",
        )
    blocking = [fault for fault in intake.faults if fault.is_blocking and fault.feature in matches]
    if blocking:
        listed = ", ".join(f"feature {fault.feature} {fault.kind}" for fault in blocking[:20])
        zh = "，".join(f"第 {fault.feature} 个要素 {fault.reason}" for fault in blocking[:20])
        raise IntakeError(
            "faults",
            f"{intake.name}: repair these faults first, or leave the features out: {listed}",
            f"{intake.name}：请先修复以下问题，或不采用这些要素：{zh}",
        )


def _refuse_statements(
    plan: Plan,
    grade: str,
    position_accuracy_m: float,
    evidence_zh: Sequence[str],
    evidence_en: Sequence[str],
    source_id: str,
    as_of: str,
) -> None:
    faults = []
    if grade not in GRADES:
        faults.append(
            (f"the grade {grade!r} is none of {', '.join(GRADES)}", f"等级 {grade!r} 应为 {'、'.join(GRADES)} 之一")
        )
    if not 0 <= position_accuracy_m < float("inf"):
        faults.append(("the accuracy must be a number of metres, 0 or more", "位置精度应为不小于 0 的米数"))
    if isinstance(evidence_zh, str) or isinstance(evidence_en, str) or not (any(evidence_zh) and any(evidence_en)):
        faults.append(("evidence is missing: give at least one entry in each language", "缺少依据：中英文至少各写一条"))
    if source_id not in set(plan.sources["source_id"]):
        faults.append(
            (
                f"no source is called {source_id!r}: add it to the plan's sources",
                f"没有来源 {source_id!r}，请先登记来源",
            )
        )
    if not _DAY.fullmatch(as_of):
        faults.append(
            (
                f"the date {as_of!r} is no YYYY, YYYY-MM or YYYY-MM-DD",
                f"日期 {as_of!r} 应写成 YYYY、YYYY-MM 或 YYYY-MM-DD",
            )
        )
    if faults:
        raise IntakeError("statement", "; ".join(en for en, _ in faults), "；".join(zh for _, zh in faults))
