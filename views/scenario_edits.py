"""The scenario that a session works on: tried before it is taken, and what is wrong with it in words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from geo.errors import GeoError
from geo.scenario import Scenario, ScenarioError, new_scenario, read_scenario, scenario_text
from views import state
from views.cache import shared_changes, shared_plan
from views.words import word

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.errors import Fault

#: Cases of faults that have words of their own.
_FAULTS = frozenset(
    {
        "already-listed", "not-listed", "id-taken", "name-taken", "open-ring", "invalid-polygon", "out-of-bounds",
        "no-targets", "target-twice", "split-twice", "split-unlisted", "shares-sum", "unknown-id", "other-plan",
        "not-json", "too-long",
    }
)  # fmt: skip


def blank() -> Scenario:
    """Give a scenario without a name or an edit."""
    return new_scenario(shared_plan(), word("scenario_unnamed"))


def attempt(make: Callable[[], Scenario]) -> bool:
    """Work on a new scenario if it can be read and applied; else say every fault and keep the old one."""
    state.set_value("scenario_fault", None)
    try:
        new = make()
        shared_changes(new)
    except GeoError as error:
        state.set_value("scenario_fault", error)
        return False
    state.set_scenario(new)
    return True


def append(edit: dict[str, Any]) -> bool:
    """Add an edit behind the others, checked by the schema and against the plan."""
    content = json.loads(scenario_text(state.scenario() or blank()))
    content["edits"].append(edit)
    return attempt(lambda: read_scenario(json.dumps(content)))


def fault_lines(error: GeoError) -> list[str]:
    """Say what is wrong, in the session's language where the case is known; the exact reason stands behind it."""
    if not isinstance(error, ScenarioError):
        return [str(error)]
    return [_fault(fault) for fault in error.faults]


def _fault(fault: Fault) -> str:
    kind = fault.kind if fault.kind in _FAULTS else "other"
    reason = word(f"scenario_fault_{kind.replace('-', '_')}")
    place = word("scenario_fault_row", row=fault.row) if fault.row else ""
    detail = "" if state.language() == "zh" and kind != "other" else f" ({fault.reason})"
    return f"{place}{reason}{detail}"
