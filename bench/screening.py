"""1 000 projects against all parks: the batch beside the same rows looped, each screened by itself."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from shapely import Point

from bench.measure import Line, side_by_side
from bench.peers.looped_screening import screened_one_by_one
from geo.plan import read_plan
from geo.screening import screen_projects
from geo.screening.batch import ProjectRow, read_projects
from geo.screening.park_facts import park_facts
from geo.screening.rules import SYNTHETIC_RULES, read_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

_SAMPLES = Path(__file__).parents[1] / "docs" / "samples" / "projects.csv"
_PROJECTS = 1000
_SEED = 20211
_ON = date(2026, 11, 22)


def projects(count: int, seed: int = _SEED) -> list[ProjectRow]:
    """The twelve samples over and over, each on a site and with an area of its own."""
    samples, _ = read_projects(_SAMPLES)
    draw = random.Random(seed)  # noqa: S311  (seeded on purpose)
    rows = []
    for number in range(count):
        stated = dict(samples[number % len(samples)].project)
        stated["site"] = Point(draw.uniform(117.95, 118.40), draw.uniform(24.45, 24.85))
        stated["area_ha"] = float(stated.get("area_ha", 5.0)) * draw.uniform(1.0, 2.0)
        rows.append(ProjectRow("generated.csv", number + 2, stated, ()))
    return rows


def lines() -> Iterator[Line]:
    """Projects per second of both ways, after checking that they say the same."""
    rows, rules = projects(_PROJECTS), read_rules(SYNTHETIC_RULES)
    facts = park_facts(read_plan())
    if screen_projects(rows[:100], facts, rules, on=_ON) != screened_one_by_one(rows[:100], facts, rules, on=_ON):
        msg = "the two ways disagree"
        raise AssertionError(msg)
    ours, peer = side_by_side(
        lambda: screen_projects(rows, facts, rules, on=_ON),
        lambda: screened_one_by_one(rows, facts, rules, on=_ON),
        repeat=3,
    )
    yield Line(
        "screening", f"{_PROJECTS} projects against {len(facts.parks)} parks", "projects/s",
        [_PROJECTS / second for second in ours], [_PROJECTS / second for second in peer],
        "rows looped in plain Python, each located and judged by itself", is_rate=True,
        note="answers compared and equal; the rules are the synthetic ones, so that every gate has work",
    )  # fmt: skip
