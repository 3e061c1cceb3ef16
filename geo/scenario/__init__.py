"""
Scenarios: named what-if edits of one edition of a plan, and what they change.

A scenario never edits the plan: it gives a new one beside it. How it is written down says `geo.scenario.text`.
"""

from geo.scenario.comparison import (
    EditionWarning,
    apply_scenario,
    edition_notice,
    edits_table,
    new_scenario,
    scenario_changes,
)
from geo.scenario.text import (
    TEXT_LIMIT,
    URL_LIMIT,
    Scenario,
    ScenarioError,
    from_url_text,
    read_scenario,
    scenario_text,
    to_url_text,
    url_or_none,
)

__all__ = [
    "TEXT_LIMIT",
    "URL_LIMIT",
    "EditionWarning",
    "Scenario",
    "ScenarioError",
    "apply_scenario",
    "edition_notice",
    "edits_table",
    "from_url_text",
    "new_scenario",
    "read_scenario",
    "scenario_changes",
    "scenario_text",
    "to_url_text",
    "url_or_none",
]
