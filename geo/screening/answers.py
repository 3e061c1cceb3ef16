"""
A project against the parks of a plan: gates first, then ranked candidates.

Three kinds of gates fail differently. What speaks of the project (lists, figures, environment, opinions) rules out
every park; what speaks of a park (its industry, its room) rules out that park; what speaks of the site that was
offered (location, land use, control lines) rules out no park, for another site may do. Only 不符合 rules out: the
unknown never passes and never excludes. It is advice that can be attached to a file, never an approval.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
import shapely

from geo.errors import GeoError
from geo.methods import normalised_weights
from geo.screening.candidates import Offer, park_offers, range_of, used_weights
from geo.screening.changes import verdict_changes
from geo.screening.declarations import declaration_gate
from geo.screening.faults import RowFault, UnlistedNameError
from geo.screening.gates import FAILS, GATES, RESULTS, SITE_GATES, Gate, gate_name
from geo.screening.industry_gates import industry_gate, park_industry
from geo.screening.lists import lists_gate
from geo.screening.matching import match_project
from geo.screening.opinions import opinions_gate
from geo.screening.park_gates import location_gate, park_room, parks_at, parks_at_each, room_gate
from geo.screening.projects import FIELDS
from geo.screening.ranking import check_scores, points_of, ranks_of
from geo.screening.robustness import robustness
from geo.screening.thresholds import land_gates, output_gates
from geo.screening.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from geo.screening.batch import ProjectRow
    from geo.screening.industry_gates import Judgement
    from geo.screening.matching import Match
    from geo.screening.park_facts import ParkFacts
    from geo.screening.projects import Project
    from geo.screening.rules import Rules

Answer = dict[str, Any]
#: Gates that are asked of each park.
_PARK_GATES = frozenset({"industry", "room"})
#: Rows whose sites are located together.
_AT_ONCE = 200
#: Parts of points are given finer than their sum, so that they add up to it.
_POINT_DECIMALS = 4


def screen_project(project: Project, facts: ParkFacts, rules: Rules, *, on: date) -> Answer:
    """
    Judge one project.

    Parameters
    ----------
    project
        As `geo.screening.projects.read_project` returns it, without faults.
    facts
        About all parks of the plan.
    rules
        The office's rules.
    on
        The day of the check.

    Returns
    -------
    answer
        `name`, `project` (what was stated), `subsectors`, `notes`, `gates` (in the order of the check), `candidates`
        (ranked), `ruled_out`, `ranking` (weights, and where the order flips), `errors` (empty), and which plan, rules
        and day it was made from; ready for JSON. What is said in Chinese has its English beside it, under the same
        key with `_en`. docs/screening.md describes every key.

    Raises
    ------
    UnlistedNameError
        If the project states a sector or field that the plan does not have.

    Examples
    --------
    >>> from datetime import date
    >>> from geo.screening.park_facts import park_facts
    >>> from geo.plan import read_plan
    >>> from geo.screening.rules import read_rules
    >>> facts = park_facts(read_plan())
    >>> answer = screen_project({"name": "甲", "product": "疫苗"}, facts, read_rules(), on=date(2026, 11, 22))
    >>> answer["subsectors"][0]["zh"], answer["candidates"][0]["park_zh"], answer["gates"][0]["result"]
    ('新药', '厦门生物医药港（含孚新工业区、东孚工业区西片区）', '缺数据')
    """
    return _answer(project, parks_at(project, facts), facts, rules, on=on)


def _answer(project: Project, positions: pd.DataFrame | None, facts: ParkFacts, rules: Rules, *, on: date) -> Answer:
    """Judge a project whose site has been located."""
    matches, notes = match_project(project, facts.words)
    is_unmatched = "gbt4754" in project and not any(match.basis == "code" for match in matches)
    judgements = {park: park_industry(matches, park, facts, is_code_unmatched=is_unmatched) for park in facts.parks}
    rooms = {park: park_room(project, park, facts, rules) for park in facts.parks}
    gates = [
        lists_gate(project, rules),
        industry_gate(judgements, positions, facts),
        location_gate(positions, facts),
        declaration_gate(project, rules, "land_use"),
        declaration_gate(project, rules, "control_lines"),
        *land_gates(project, rules),
        *output_gates(project, rules),
        declaration_gate(project, rules, "environment_safety"),
        room_gate(rooms, judgements, positions, rules),
        opinions_gate(project, rules, on=on),
    ]
    against = [gate for gate in gates if gate.result == FAILS and gate.group not in SITE_GATES | _PARK_GATES]
    sited = {} if positions is None else dict(zip(positions["park_id"], positions["position"], strict=True))
    case = _Case(project, matches, judgements, rooms, sited)
    kept, out = _parted(case, against, facts)
    candidates, ranking = _ranked(case, kept, facts, rules)
    notes += _area_note(project)
    return {
        "name": project["name"],
        "project": {("site_wkt" if name == "site" else name): _plain(value) for name, value in project.items()},
        "subsectors": [_subsector(match, facts) for match in matches],
        "notes": [note.zh for note in notes],
        "notes_en": [note.en for note in notes],
        "gates": [_gate(gate) for gate in gates],
        "candidates": candidates,
        "ruled_out": out,
        "ranking": ranking,
        "errors": [],
    } | _made_from(facts, rules, on=on)


def _made_from(facts: ParkFacts, rules: Rules, *, on: date) -> Answer:
    return {
        "plan": facts.plan.release,
        "rules": rules.label,
        "rules_en": rules.said.en,
        "rules_sha256": rules.sha256,
        "is_synthetic": rules.is_synthetic,
        "on": on.isoformat(),
    }


def screen_projects(
    rows: Sequence[ProjectRow],
    facts: ParkFacts,
    rules: Rules,
    *,
    on: date,
    progress: Callable[[int, int], None] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
) -> list[Answer]:
    """
    Judge the projects of a file, good rows and bad.

    Parameters
    ----------
    rows
        What `geo.screening.batch.read_projects` returned.
    facts, rules, on
        As for `screen_project`.
    progress
        Called after each row with how many are done and how many there are.
    is_cancelled
        Asked before each row; what is done by then is returned.

    Returns
    -------
    answers
        One a row, in the order of the file, with `row`; a row with faults has them in `errors` (file, row, column,
        kind, reason, the last and the column in English too) and is not judged. Fewer than `rows` when cancelled.

    Examples
    --------
    >>> from datetime import date
    >>> from geo.screening.batch import ProjectRow
    >>> from geo.screening.park_facts import park_facts
    >>> from geo.plan import read_plan
    >>> from geo.screening.rules import read_rules
    >>> rows = [
    ...     ProjectRow("a.csv", 2, {"name": "甲", "sector": "养猪"}, ()),
    ...     ProjectRow("a.csv", 3, {"name": "乙"}, ()),
    ... ]
    >>> answers = screen_projects(rows, park_facts(read_plan()), read_rules(), on=date(2026, 11, 22))
    >>> [(answer["row"], len(answer["errors"])) for answer in answers]
    [(2, 1), (3, 0)]
    """
    answers: list[Answer] = []
    for first in range(0, len(rows), _AT_ONCE):
        block = rows[first : first + _AT_ONCE]
        # Sites are located together: that is where a loop over rows would lose its time.
        located = parks_at_each([row.project if not row.faults else {} for row in block], facts)
        for row, positions in zip(block, located, strict=True):
            if is_cancelled is not None and is_cancelled():
                return answers
            answers.append(_screened(row, positions, facts, rules, on=on))
            if progress is not None:
                progress(len(answers), len(rows))
    return answers


def _screened(row: ProjectRow, positions: pd.DataFrame | None, facts: ParkFacts, rules: Rules, *, on: date) -> Answer:
    faults = list(row.faults)
    if not faults:
        try:
            return {"row": row.row} | _answer(row.project, positions, facts, rules, on=on)
        except UnlistedNameError as error:
            sector = FIELDS["sector"]
            faults = [RowFault(row.file, row.row, sector.zh, "unknown-name", *error.reason, sector.en)]
        except GeoError as error:
            zh = getattr(error, "zh", None) or str(error)
            faults = [RowFault(row.file, row.row, None, "cannot-judge", zh, str(error))]
    empty: Answer = {key: [] for key in ("subsectors", "notes", "notes_en", "gates", "candidates", "ruled_out")}
    head = {"row": row.row, "name": row.project.get("name", "")}
    told = {"ranking": None, "errors": [_error(fault) for fault in faults]}
    return head | empty | told | _made_from(facts, rules, on=on)


def _error(fault: RowFault) -> Answer:
    return {
        "file": fault.file,
        "row": fault.row,
        "column": fault.field,
        "kind": fault.kind,
        "reason": fault.reason,
        "column_en": fault.field_en,
        "reason_en": fault.reason_en,
    }


def _plain(value: object) -> object:
    """Write a stated value for JSON: a site as WKT, a day as ISO."""
    if isinstance(value, shapely.Geometry):
        return shapely.to_wkt(value, rounding_precision=-1)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, (list, tuple)) else value


def _subsector(match: Match, facts: ParkFacts) -> Answer:
    sector = facts.words.fields.get(str(match.sector_id))
    names = {"sector_zh": sector.zh, "sector_en": sector.en} if sector else {"sector_zh": None, "sector_en": None}
    return match._asdict() | names


def _gate(gate: Gate) -> Answer:
    return {
        "gate": gate.gate,
        "gate_zh": gate.name.zh,
        "result": gate.result,
        "value": gate.found.zh,
        "threshold": gate.asked.zh,
        "cite": gate.source.zh,
        "would_change": gate.change.zh,
        "group": gate.group,
        "group_zh": GATES[gate.group][0],
        "group_en": GATES[gate.group][1],
        "gate_en": gate.name.en,
        "result_en": RESULTS[gate.result],
        "value_en": gate.found.en,
        "threshold_en": gate.asked.en,
        "cite_en": gate.source.en,
        "would_change_en": gate.change.en,
    }


def _area_note(project: Project) -> list[Wording]:
    if not project.get("area_is_drawn"):
        return []
    area = f"{project['area_ha']:.2f}"
    return [
        Wording(
            f"用地面积按地块图形计算为{area}公顷（椭球面积）",
            f"the site area is worked out from the outline: {area} ha (on the ellipsoid)",
        )
    ]


class _Case(NamedTuple):
    """What was found of one project, by park where it differs."""

    project: Project
    matches: Sequence[Match]
    judgements: Mapping[str, Judgement]
    rooms: Mapping[str, Gate]
    sited: Mapping[str, str]


def _parted(case: _Case, against: list[Gate], facts: ParkFacts) -> tuple[list[str], list[Answer]]:
    """Parks that stay, and those that a gate rules out with the first gate that does."""
    kept: list[str] = []
    out: list[Answer] = []
    for park, judgement in case.judgements.items():
        reasons = [(gate.gate, gate.found, gate.source) for gate in against]
        if judgement.result == FAILS:
            reasons.append(("industry", judgement.found, judgement.source))
        if case.rooms[park].result == FAILS:
            reasons.append(("room", case.rooms[park].found, case.rooms[park].source))
        if not reasons:
            kept.append(park)
            continue
        gate, value, cite = reasons[0]
        names = {"park_id": park, "park_zh": facts.parks[park]["name_zh"], "park_en": facts.parks[park]["name_en"]}
        words = {"value": value.zh, "cite": cite.zh, "value_en": value.en, "cite_en": cite.en}
        out.append(names | {"gate": gate} | words)
    return kept, out


def _ranked(case: _Case, kept: Sequence[str], facts: ParkFacts, rules: Rules) -> tuple[list[Answer], Answer]:
    weights = used_weights(case.project, case.matches, rules)
    if not kept or not weights:
        says = Wording("所用准则的权重都是0，未排序", "all criteria that count have the weight 0, so nothing is ranked")
        if not kept:
            says = Wording("没有园区可列，见各关口和ruled_out", "no park can be listed, see the gates and ruled_out")
        return [], {"weights": {}, "checks": [], "is_stable": None, "says": says.zh, "says_en": says.en}
    offers = {
        park: park_offers(case.project, case.matches, case.judgements[park], park, facts, rules)
        for park in sorted(kept)
    }
    ratios = _ratios(offers)
    scores = check_scores(ratios, weights)
    ranks = ranks_of(scores).to_dict("index")
    points = points_of(ratios, weights).to_dict("index")
    shares = {str(name): float(share) for name, share in normalised_weights(weights).items()}
    order = sorted(kept, key=lambda park: (ranks[park]["weighted_sum"], facts.parks[park]["order"], park))
    candidates = []
    for park in order:
        parts = [_part(offer, shares[name], points[park][name]) for name, offer in offers[park].items()]
        candidates.append(_candidate(park, parts, ranks[park], case, facts))
    names = {name: offer.name for name, offer in next(iter(offers.values())).items()}
    return candidates, robustness(scores, shares, names, facts)


def _ratios(offers: Mapping[str, Mapping[str, Offer]]) -> pd.DataFrame:
    """Ratios by park and criterion, NaN where unknown."""
    rows = [
        [math.nan if offer.ratio is None else offer.ratio.value for offer in row.values()] for row in offers.values()
    ]
    return pd.DataFrame(rows, index=list(offers), columns=list(next(iter(offers.values()))), dtype="float64")


def _candidate(park: str, parts: list[Answer], ranks: Mapping[Hashable, int], case: _Case, facts: ParkFacts) -> Answer:
    row, judgement, room, position = facts.parks[park], case.judgements[park], case.rooms[park], case.sited.get(park)
    changes = verdict_changes(judgement, room, position, facts, park)
    totals = {key: round(math.fsum(part[key] for part in parts), 2) for key in ("points", "points_min", "points_max")}
    return {
        "rank": int(ranks["weighted_sum"]),
        "park_id": park,
        "park_zh": row["name_zh"],
        "park_en": row["name_en"],
        **totals,
        "parts_of_points": parts,
        "verdict": judgement.verdict,
        "gates": [_park_gate(judgement), _gate(room)],
        "site": position,
        "ranks": {str(check): int(rank) for check, rank in ranks.items()},
        "would_change": [change.zh for change in changes],
        "would_change_en": [change.en for change in changes],
    }


def _part(offer: Offer, share: float, points: float) -> Answer:
    limits = range_of(offer)
    return {
        "criterion": offer.criterion,
        "zh": offer.name.zh,
        "en": offer.name.en,
        "weight": round(share * 100, 2),
        "value": offer.found.zh,
        "value_en": offer.found.en,
        "benchmark": offer.asked.zh,
        "benchmark_en": offer.asked.en,
        "ratio": None if offer.ratio is None else round(offer.ratio.value, 4),
        "points": round(points, _POINT_DECIMALS),
        "points_min": round(share * limits.low * 100, _POINT_DECIMALS),
        "points_max": round(share * limits.high * 100, _POINT_DECIMALS),
        "cite": offer.source.zh,
        "cite_en": offer.source.en,
    }


def _park_gate(judgement: Judgement) -> Answer:
    asked = Wording("规划一致", "aligned with the plan")
    return _gate(Gate("industry", gate_name("industry"), judgement.result, judgement.found, asked, judgement.source))
