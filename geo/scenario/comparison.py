"""A scenario applied to the plan it starts from, and what it changes."""

from __future__ import annotations

import hashlib
import warnings
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.errors import Fault
from geo.scenario.changes import plan_changes
from geo.scenario.edits import DraftPark, Edit, SplitTarget, edit_words
from geo.scenario.revision import edit_faults, revised_plan
from geo.scenario.text import Scenario, ScenarioError, read_scenario, scenario_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.plan import Plan


class EditionWarning(UserWarning):
    """A scenario made from another version of the plan than the one it is applied to."""


def new_scenario(plan: Plan, name: str, edits: Sequence[Edit] = ()) -> Scenario:
    """
    Start a scenario from a plan.

    Parameters
    ----------
    plan
        The plan.
    name
        What people will call it.
    edits
        First edits.

    Returns
    -------
    scenario
        It names the plan's edition.

    Raises
    ------
    ScenarioError
        If the name or an edit breaks the schema.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> new_scenario(read_plan(), "海洋北扩").plan_name
    'xiamen-2021-2025'
    """
    version = str(plan.descriptor.get("version", ""))
    return read_scenario(scenario_text(Scenario(name, str(plan.descriptor["name"]), version, tuple(edits))))


def edition_notice(plan: Plan, scenario: Scenario) -> tuple[str, str] | None:
    """
    Say that a scenario was made from another version of the plan.

    Parameters
    ----------
    plan
        The plan at hand.
    scenario
        The scenario.

    Returns
    -------
    notice
        In Chinese and English; None where the versions agree.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> edition_notice(read_plan(), Scenario("旧", "xiamen-2021-2025", "2020.1.0"))[0]
    '情景“旧”以规划数据2020.1.0版为底，现有2026.11.0版；请核对各项结果。'
    """
    version = str(plan.descriptor.get("version", ""))
    if scenario.plan_version == version:
        return None
    return (
        f"情景“{scenario.name}”以规划数据{scenario.plan_version}版为底，现有{version}版；请核对各项结果。",
        f"Scenario “{scenario.name}” starts from version {scenario.plan_version}, this is {version}; check its results",
    )


def apply_scenario(plan: Plan, scenario: Scenario) -> Plan:
    """
    Give the plan as it would be in the scenario.

    Parameters
    ----------
    plan
        The plan; it and its tables stay as they are.
    scenario
        A scenario made for a plan of this name.

    Returns
    -------
    plan
        A new one with tables of its own. Rows that the scenario adds cite it (`source_id` is `scenario`), the
        descriptor's version ends in `+scenario` and the digest depends on the edits; without edits both are the plan's.
        Splits change no table: `scenario_changes` reads them.

    Warns
    -----
    EditionWarning
        If the scenario was made from another version of the plan.

    Raises
    ------
    ScenarioError
        If it was made for another plan, or edits make no sense here; all of them are named.

    Examples
    --------
    >>> from geo.scenario.edits import AddAllocation
    >>> from geo.plan import read_plan
    >>> plan = read_plan()
    >>> after = apply_scenario(plan, new_scenario(plan, "试", [AddAllocation("marine", "film-base")]))
    >>> len(plan.allocations), len(after.allocations), after.allocations["cite_zh"].iloc[-1]
    (31, 32, '情景“试”')
    """
    _require_plan(plan, scenario)
    if notice := edition_notice(plan, scenario):
        warnings.warn(notice[1], EditionWarning, stacklevel=2)
    faults = edit_faults(plan, scenario.edits)
    if faults:
        raise ScenarioError(faults)
    digest = plan.digest
    if scenario.edits:
        digest = hashlib.sha256(f"{plan.digest}{scenario_text(scenario)}".encode()).hexdigest()
    return revised_plan(plan, scenario.edits, name=scenario.name, digest=digest)


def scenario_changes(plan: Plan, scenario: Scenario) -> dict[str, pd.DataFrame]:
    """
    Say what a scenario changes: small tables before, after and difference.

    Parameters
    ----------
    plan
        The plan.
    scenario
        A scenario made for a plan of this name.

    Returns
    -------
    tables
        `edits` (`number`, `zh`, `en`: each edit in words), then those of
        `geo.scenario.changes.plan_changes`: `verdicts`, `districts`, `gaps`, `quotients`, `specialisation`, `output`,
        `output_by_park`.

    Warns
    -----
    EditionWarning
        If the scenario was made from another version of the plan.

    Raises
    ------
    ScenarioError
        As `apply_scenario`.

    Examples
    --------
    >>> from geo.scenario.edits import RemoveAllocation
    >>> from geo.plan import read_plan
    >>> plan = read_plan()
    >>> tables = scenario_changes(plan, new_scenario(plan, "试", [RemoveAllocation("it", "torch-xiangan")]))
    >>> tables["edits"]["zh"].tolist()
    ['取消布局：“新一代信息技术”不再列入火炬（翔安）产业区']
    >>> verdicts = tables["verdicts"].set_index("verdict")["difference"]
    >>> verdicts[verdicts != 0].to_dict()
    {'aligned': -1, 'focus_only': 1}
    """
    after = apply_scenario(plan, scenario)
    splits = {edit.sector_id: dict(edit.shares) for edit in scenario.edits if isinstance(edit, SplitTarget)}
    return {"edits": edits_table(after, scenario), **plan_changes(plan, after, splits=splits)}


def edits_table(plan: Plan, scenario: Scenario) -> pd.DataFrame:
    """
    Say the edits of a scenario in words, one row each.

    Parameters
    ----------
    plan
        The plan that the scenario starts from, or what came out of it.
    scenario
        The scenario.

    Returns
    -------
    edits
        `number` (from 1), `zh`, `en`.

    Examples
    --------
    >>> from geo.scenario.edits import SetTarget
    >>> from geo.plan import read_plan
    >>> plan = read_plan()
    >>> edits_table(plan, new_scenario(plan, "试", [SetTarget("marine", 2500)]))["zh"].tolist()
    ['规模目标：“海洋高新”定为2 500亿元']
    """
    drafted = {edit.park_id: edit.name_zh for edit in scenario.edits if isinstance(edit, DraftPark)}
    columns: dict[str, Any] = {"number": range(1, len(scenario.edits) + 1)}
    for language in ("zh", "en"):
        sectors = dict(zip(plan.sectors["sector_id"], plan.sectors[f"name_{language}"], strict=True))
        parks = dict(zip(plan.parks["park_id"], plan.parks[f"short_{language}"], strict=True)) | drafted
        words = [edit_words(edit, sectors, parks, language) for edit in scenario.edits]
        columns[language] = pd.Series(words, dtype=object)
    return pd.DataFrame(columns)


def _require_plan(plan: Plan, scenario: Scenario) -> None:
    name = plan.descriptor["name"]
    if scenario.plan_name != name:
        reason = f"it was made for the plan {scenario.plan_name!r}, this is {name!r}; open that plan"
        raise ScenarioError([Fault("scenario.json", None, "plan/name", "other-plan", reason)])
