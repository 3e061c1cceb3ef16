"""The command `python -m geo intake FILE`: what an outside file is, what is wrong with it and what is unsure."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from geo.commandline import Commands, add_plan
from geo.intake.draft import draft_extents
from geo.intake.formats import OFFERED
from geo.intake.limits import IntakeError
from geo.intake.match import propose_matches
from geo.intake.reading import QUESTIONS, read_intake
from geo.intake.repair import repair
from geo.intake.surroundings import surroundings
from geo.plan import read_plan

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from geo.intake.values import Intake
    from geo.plan import Plan

    SaveDraft = Callable[[gpd.GeoDataFrame, dict[str, Any]], str]

_STATED = ("grade", "accuracy", "evidence_zh", "evidence_en", "source", "as_of")


def add_intake(commands: Commands) -> None:
    """
    Describe the command.

    Parameters
    ----------
    commands
        What `ArgumentParser.add_subparsers` returned.
    """
    intake = commands.add_parser("intake", help="check an outside file of park extents; writes nothing without --draft")
    intake.add_argument("file", metavar="FILE", help=OFFERED)
    intake.add_argument("--crs", metavar="CODE", help="the system of the coordinates, such as EPSG:4527")
    intake.add_argument("--encoding", metavar="NAME", help="of the text, such as GB18030")
    intake.add_argument("--axes", choices=("keep", "swap"), help="whether the two axes are swapped")
    intake.add_argument("--datum", choices=("wgs84", "gcj02", "bd09"), help="what the coordinates were taken in")
    intake.add_argument("--layer", metavar="NAME", help="the layer or sheet to read")
    intake.add_argument("--json", action="store_true", help="a JSON object instead of text")
    add_plan(intake)
    draft = intake.add_argument_group("a draft of new extents")
    draft.add_argument(
        "--draft", action="store_true", help="save a draft of the extents with the matched parts replaced"
    )
    draft.add_argument(
        "--match", action="append", default=[], metavar="FEATURE=PARK/PART", help="confirm a match; may be repeated"
    )
    draft.add_argument(
        "--repair", action="append", default=[], metavar="FEATURE:KIND", help="repair a fault first; may be repeated"
    )
    draft.add_argument(
        "--grade", choices=("A", "B", "C", "D"), help="what the boundary rests on, A survey to D estimate"
    )
    draft.add_argument("--accuracy", type=float, metavar="METRES", help="how far the boundary may be off")
    draft.add_argument(
        "--evidence-zh", action="append", metavar="TEXT", help="what it rests on, Chinese; may be repeated"
    )
    draft.add_argument("--evidence-en", action="append", metavar="TEXT", help="the same in English; may be repeated")
    draft.add_argument("--source", metavar="ID", help="row of the plan's sources")
    draft.add_argument(
        "--as", dest="actor", metavar="NAME", help="account in YUANTU_ACCOUNTS; its password is asked for"
    )
    draft.add_argument("--why", default="", metavar="TEXT", help="what changes and why, as the audit keeps it")
    draft.add_argument("--as-of", metavar="DATE", help="YYYY, YYYY-MM or YYYY-MM-DD")
    intake.set_defaults(run=run_intake)


def run_intake(chosen: argparse.Namespace, *, save_draft: SaveDraft | None = None, plan: Plan | None = None) -> int:
    """
    Run the command.

    Parameters
    ----------
    chosen
        Its arguments.
    save_draft
        Keeps a draft: gets the extents and a dict with `source_file`, `source_sha256` and `report`, gives a line to
        print. None while no store is configured.
    plan
        With the extents to compare with and to start from; as the package has it when None.

    Returns
    -------
    code
        0: the file could be read, with faults or not.

    Raises
    ------
    GeoError
        If the file is refused, or a draft cannot be made.
    """
    plan = read_plan(chosen.plan) if plan is None else plan
    answers = {kind: value for kind in QUESTIONS if (value := getattr(chosen, kind)) is not None}
    intake = read_intake(chosen.file, answers=answers, plan=plan)
    log: list[dict[str, Any]] = []
    if chosen.repair:
        intake, table = repair(intake, [_pair(word) for word in chosen.repair], plan=plan)
        log = [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]
    answer = intake.to_json() | {"matches": [match._asdict() for match in propose_matches(intake, surroundings(plan))]}
    if log:
        answer["repairs"] = log
    if chosen.draft:
        answer["draft"] = _saved(chosen, plan, intake, answer, save_draft)
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1) + "\n" if chosen.json else _text(answer))
    return 0


def _saved(
    chosen: argparse.Namespace, plan: Plan, intake: Intake, answer: dict[str, Any], save_draft: SaveDraft | None
) -> str:
    lacking = [f"--{name.replace('_', '-')}" for name in _STATED if getattr(chosen, name) is None]
    lacking += [] if chosen.match else ["--match"]
    if lacking:
        raise IntakeError(
            "statement", f"a draft needs {', '.join(lacking)}", f"生成草稿还缺少参数 {'、'.join(lacking)}"
        )
    draft = draft_extents(
        plan,
        intake,
        dict(_matched(word) for word in chosen.match),
        grade=chosen.grade,
        position_accuracy_m=chosen.accuracy,
        evidence_zh=chosen.evidence_zh,
        evidence_en=chosen.evidence_en,
        source_id=chosen.source,
        as_of=chosen.as_of,
    )
    if save_draft is None:
        raise IntakeError(
            "no-store",
            "the draft is in order, but no store of releases is configured to keep it; nothing was written",
            "草稿可以生成，但没有配置版本库，未写入任何内容",
        )
    return save_draft(draft, {"source_file": intake.name, "source_sha256": intake.sha256, "report": answer})


def _pair(word: str) -> tuple[int, str]:
    feature, _, kind = word.partition(":")
    if not feature.isdecimal() or not kind:
        raise IntakeError(
            "statement",
            f"--repair {word!r}: write FEATURE:KIND, as in 2:self-crossing",
            f"--repair {word!r} 格式应为 要素:问题",
        )
    return int(feature), kind


def _matched(word: str) -> tuple[int, tuple[str, str]]:
    feature, _, part = word.partition("=")
    park_id, _, part_id = part.partition("/")
    if not feature.isdecimal() or not park_id or not part_id:
        raise IntakeError(
            "statement",
            f"--match {word!r}: write FEATURE=PARK/PART, as in 1=torch-park/main",
            f"--match {word!r} 格式应为 要素=园区/片区",
        )
    return int(feature), (park_id, part_id)


def _text(answer: dict[str, Any]) -> str:
    read = (answer["format"], answer["crs"] or "system unknown", answer["encoding"], f"{answer['features']} feature(s)")
    lines = [f"{answer['name']}: {', '.join(read)}", f"SHA-256 {answer['sha256']}, {answer['bytes']} bytes"]
    for question in answer["questions"]:
        lines.append(f"? {question['kind']}: {question['guess']} — {question['why']} ({question['why_en']})")
        lines += [f"    {'、'.join(question['preview'])}"] if question["preview"] else []
    for fault in answer["faults"]:
        where = "" if fault["lon"] is None else f" @ {fault['lon']:.6f}, {fault['lat']:.6f}"
        lines.append(f"! {fault['feature']} [{fault['kind']}] {fault['reason']} ({fault['reason_en']}){where}")
    for match in answer["matches"]:
        part = f"{match['park_id']}/{match['part_id']}"
        lines.append(f"= {match['feature']} {part} {match['score']:.2f} {match['why']} ({match['why_en']})")
    lines += [
        f"* {row['feature']} [{row['kind']}] {row['done']}: {row['area_before_m2']} -> {row['area_after_m2']} m2"
        for row in answer.get("repairs", [])
    ]
    lines += [str(answer["draft"])] if "draft" in answer else []
    return "\n".join(lines) + "\n"
