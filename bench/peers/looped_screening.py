"""The plain way to screen a table: loop over its rows, and ask everything of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.screening import screen_project

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from geo.screening.batch import ProjectRow
    from geo.screening.park_facts import ParkFacts
    from geo.screening.rules import Rules


def screened_one_by_one(
    rows: Sequence[ProjectRow], facts: ParkFacts, rules: Rules, *, on: date
) -> list[dict[str, Any]]:
    """Answers as `geo.screening.screen_projects` gives them for rows without faults."""
    return [{"row": row.row} | screen_project(row.project, facts, rules, on=on) for row in rows]
