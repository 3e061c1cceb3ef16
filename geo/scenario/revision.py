"""
A plan with edits applied: new tables beside the old ones, each new row citing the scenario it comes from.

Edits apply in their order, those that make no sense are all said at once, and what comes out does not depend on the
order of edits that have nothing to do with each other.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
from shapely import box, is_valid_reason

from geo.errors import Fault, GeoError
from geo.names import folded, match_parks
from geo.plan import TABLES
from geo.scenario.edits import AddAllocation, DraftPark, Edit, MoveAllocation, RemoveAllocation, SetTarget, SplitTarget

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geo.plan import Plan

#: Row of `sources` that a scenario's rows refer to.
SOURCE_ID = "scenario"
#: How far the shares of a split may add up beside 1: thirds written with six digits pass.
SHARE_TOLERANCE = 1e-5
_TARGET = re.compile(r"target_\d{4}_100m_cny")

Pair = tuple[str, str]


@dataclass
class _State:
    """What the edits so far have made of the allocation."""

    plan: Plan
    listed: set[Pair]
    drafts: dict[str, DraftPark] = field(default_factory=dict)
    targets: dict[str, float] = field(default_factory=dict)
    splits: dict[str, SplitTarget] = field(default_factory=dict)

    @property
    def parks(self) -> list[str]:
        return [*self.plan.parks["park_id"], *self.drafts]

    @property
    def added(self) -> set[Pair]:
        """Pairs that the plan does not list: what it lists stays its own, removed and added again or not."""
        return self.listed - _pairs(self.plan)


def target_column(plan: Plan) -> str | None:
    """
    Name the column of `sectors` that holds the scale targets.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    column
        Such as `target_2025_100m_cny`, in 100 million yuan; the latest year's where there are several, None where the
        package has none.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> target_column(read_plan())
    'target_2025_100m_cny'
    """
    return max(filter(_TARGET.fullmatch, plan.sectors.columns), default=None)


class _UnfitEditError(GeoError):
    """An edit that cannot be applied; `kind` tells the case, so that a page can say it in its own language."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind


def edit_faults(plan: Plan, edits: Sequence[Edit]) -> list[Fault]:
    """
    Every edit that makes no sense, and how to mend it.

    Parameters
    ----------
    plan
        The plan that the edits start from.
    edits
        In their order.

    Returns
    -------
    faults
        One a faulty edit, `row` its number from 1; empty when all can be applied.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> for fault in edit_faults(read_plan(), [RemoveAllocation("it", "film-base")]):
    ...     print(fault.reason)
    the plan does not list 'film-base' under 'it'; drop this edit, or remove one of its parks: ...
    """
    return _played(plan, edits)[1]


def revised_plan(plan: Plan, edits: Sequence[Edit], *, name: str, digest: str) -> Plan:
    """
    Give the plan as it would be after the edits.

    Parameters
    ----------
    plan
        The plan; it and its tables stay as they are.
    edits
        Without faults (`edit_faults`).
    name
        Name of the scenario: rows that the edits add cite it.
    digest
        What the new plan carries as digest.

    Returns
    -------
    plan
        A new one with tables of its own. Where there are edits its descriptor's words for the layout name the
        scenario, so that nothing said of an edited allocation is put in the plan's mouth; `parks.in_chapter5`, the
        focus terms and the indicators stay what the plan printed.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> after = revised_plan(read_plan(), [AddAllocation("marine", "film-base")], name="试", digest="0")
    >>> after.allocations["cite_zh"].iloc[-1]
    '情景“试”'
    """
    tables: dict[str, Any] = {table: getattr(plan, table).copy() for table in TABLES}
    if not edits:
        return replace(plan, descriptor=dict(plan.descriptor), digest=digest, **tables)
    state = _played(plan, edits)[0]
    cite = {"source_id": SOURCE_ID, "cite_zh": f"情景“{name}”", "cite_en": f"Scenario “{name}”"}
    tables |= _with_drafts(plan, state, cite)
    tables["allocations"] = _allocations(plan, state, tables["parks"], cite)
    tables["sectors"] = _sectors(plan, state, cite)
    if state.added or state.drafts or state.targets:
        tables["sources"] = _extended(plan.sources, [_source(name)])
    return replace(plan, descriptor=_descriptor(plan, name), digest=digest, **tables)


def _played(plan: Plan, edits: Sequence[Edit]) -> tuple[_State, list[Fault]]:
    """Apply edits one by one; one that cannot be applied is passed over and said."""
    state = _State(plan, _pairs(plan))
    faults = []
    for number, edit in enumerate(edits, start=1):
        try:
            _play(state, edit)
        except _UnfitEditError as error:
            faults.append(Fault("edits", number, edit.kind, error.kind, str(error)))
    for split in state.splits.values():
        number = list(edits).index(split) + 1
        if lost := [park for park, _ in split.shares if (split.sector_id, park) not in state.listed]:
            reason = f"after all edits {split.sector_id!r} is not listed for {', '.join(lost)}; " + _mend_split(
                state, split.sector_id
            )
            faults.append(Fault("edits", number, split.kind, "split-unlisted", reason))
    return state, sorted(faults, key=lambda fault: fault.row or 0)


def _pairs(plan: Plan) -> set[Pair]:
    return set(plan.allocations[["sector_id", "park_id"]].itertuples(index=False, name=None))


def _play(state: _State, edit: Edit) -> None:
    if isinstance(edit, DraftPark):
        _draft(state, edit)
        return
    _known(edit.sector_id, state.plan.main_sectors["sector_id"], "sector")
    match edit:
        case AddAllocation():
            _list(state, edit.sector_id, edit.park_id)
        case RemoveAllocation():
            _unlist(state, edit.sector_id, edit.park_id)
        case MoveAllocation():
            _known(edit.to, state.parks, "park")
            if (edit.sector_id, edit.to) in state.listed:
                msg = f"{edit.sector_id!r} already lists {edit.to!r}; move to another park, or only remove the first"
                raise _UnfitEditError("already-listed", msg)
            _unlist(state, edit.sector_id, edit.park_id)
            _list(state, edit.sector_id, edit.to)
        case SetTarget():
            _set_target(state, edit)
        case SplitTarget():
            _split(state, edit)


def _list(state: _State, sector: str, park: str) -> None:
    _known(park, state.parks, "park")
    if (sector, park) in state.listed:
        msg = f"{sector!r} already lists {park!r}; drop this edit"
        raise _UnfitEditError("already-listed", msg)
    state.listed.add((sector, park))


def _unlist(state: _State, sector: str, park: str) -> None:
    _known(park, state.parks, "park")
    if (sector, park) not in state.listed:
        listed = ", ".join(_listed(state, sector)) or "none is left"
        msg = f"the plan does not list {park!r} under {sector!r}; drop this edit, or remove one of its parks: {listed}"
        raise _UnfitEditError("not-listed", msg)
    state.listed.discard((sector, park))


def _draft(state: _State, edit: DraftPark) -> None:
    if edit.park_id in state.parks:
        msg = f"a park with the id {edit.park_id!r} is there already; give the draft another id"
        raise _UnfitEditError("id-taken", msg)
    taken = match_parks([edit.name_zh], state.plan.parks)["park_id"].iloc[0]
    if taken or folded(edit.name_zh) in {folded(draft.name_zh) for draft in state.drafts.values()}:
        msg = f"{edit.name_zh!r} is the name of another park ({taken or 'a draft'}); give the draft another name"
        raise _UnfitEditError("name-taken", msg)
    if any(ring[0] != ring[-1] for ring in edit.rings):
        msg = "a ring does not end where it began; repeat its first position at its end"
        raise _UnfitEditError("open-ring", msg)
    if not edit.polygon.is_valid or edit.polygon.is_empty or edit.polygon.area == 0:
        msg = f"the polygon cannot be used: {is_valid_reason(edit.polygon)}; draw it anew without crossing lines"
        raise _UnfitEditError("invalid-polygon", msg)
    bounds = state.plan.descriptor.get("bounds")
    if bounds and not box(*bounds).covers(edit.polygon):
        msg = f"the polygon leaves the plan's bounds {bounds}; draw it inside, longitude before latitude"
        raise _UnfitEditError("out-of-bounds", msg)
    state.drafts[edit.park_id] = edit


def _set_target(state: _State, edit: SetTarget) -> None:
    if target_column(state.plan) is None:
        msg = "the plan states no scale targets, so there is none to change; drop this edit"
        raise _UnfitEditError("no-targets", msg)
    if edit.sector_id in state.targets:
        msg = f"an earlier edit sets the target of {edit.sector_id!r} already; keep one of the two"
        raise _UnfitEditError("target-twice", msg)
    state.targets[edit.sector_id] = edit.value


def _split(state: _State, edit: SplitTarget) -> None:
    if edit.sector_id in state.splits:
        msg = f"an earlier edit splits the target of {edit.sector_id!r} already; keep one of the two"
        raise _UnfitEditError("split-twice", msg)
    total = sum(share for _, share in edit.shares)
    if abs(total - 1) > SHARE_TOLERANCE:
        msg = f"the shares of {edit.sector_id!r} add up to {total:.6g}; change them until they add up to 1"
        raise _UnfitEditError("shares-sum", msg)
    state.splits[edit.sector_id] = edit


def _mend_split(state: _State, sector: str) -> str:
    return f"list it there or give its share to one of {', '.join(_listed(state, sector)) or 'no park: none is listed'}"


def _listed(state: _State, sector: str) -> list[str]:
    return [park for park in state.parks if (sector, park) in state.listed]


def _known(given: str, known: Iterable[str], what: str) -> None:
    choices = list(known)
    if given not in choices:
        near = difflib.get_close_matches(given, choices, n=3, cutoff=0.3) or choices[:3]
        drafted = "" if what == "sector" else ", or draft it in an earlier edit"
        msg = f"no {what} has the id {given!r}; did you mean {', '.join(near)}{drafted}?"
        raise _UnfitEditError("unknown-id", msg)


def _with_drafts(plan: Plan, state: _State, cite: dict[str, str]) -> dict[str, pd.DataFrame]:
    drafts = [state.drafts[park_id] for park_id in sorted(state.drafts)]
    first = int(plan.parks["order"].max()) + 1
    names = [
        {"name_zh": draft.name_zh, "short_zh": draft.name_zh, "name_en": draft.name_zh, "short_en": draft.name_zh}
        for draft in drafts
    ]
    parks = [
        {"park_id": draft.park_id, "order": first + number, "aliases": (), "districts_zh": (), "in_chapter5": False}
        | names[number]
        | cite
        for number, draft in enumerate(drafts)
    ]
    parts = [
        {"park_id": draft.park_id, "part_id": "main", "order": 1, "aliases": (), "relation": "main"}
        | names[number]
        | cite
        for number, draft in enumerate(drafts)
    ]
    return {
        "parks": _extended(plan.parks, parks),
        "parts": _extended(plan.parts, parts),
        "extents": _extended(plan.extents, [_extent(draft, cite) for draft in drafts]),
    }


def _extent(draft: DraftPark, cite: dict[str, str]) -> dict[str, Any]:
    return {
        "extent_id": f"{draft.park_id}/main",
        "park_id": draft.park_id,
        "part_id": "main",
        "grade": "D",
        "position_accuracy_m": draft.position_accuracy_m,
        "evidence_zh": [cite["cite_zh"]],
        "evidence_en": [cite["cite_en"]],
        "method_zh": "情景中手绘",
        "method_en": "Drawn by hand in the scenario",
        "source_id": SOURCE_ID,
        "geometry": draft.polygon,
    }


def _allocations(plan: Plan, state: _State, parks: pd.DataFrame, cite: dict[str, str]) -> pd.DataFrame:
    """Rows that are still listed as the plan has them, then the scenario's own by sector and park."""
    pairs = plan.allocations[["sector_id", "park_id"]].itertuples(index=False, name=None)
    kept = plan.allocations[[pair in state.listed for pair in pairs]]
    names = dict(zip(parks["park_id"], parks["name_zh"], strict=True))
    last = plan.allocations.groupby("sector_id")["order"].max().to_dict()
    rows = []
    for sector in plan.main_sectors["sector_id"]:
        added = [park for park in parks.sort_values("order")["park_id"] if (sector, park) in state.added]
        rows += [
            {"allocation_id": f"{SOURCE_ID}/{sector}/{park}", "sector_id": sector, "park_id": park}
            | {"order": int(last.get(sector, 0)) + number, "park_as_printed": names[park]}
            | cite
            for number, park in enumerate(added, start=1)
        ]
    return _extended(kept, rows)


def _sectors(plan: Plan, state: _State, cite: dict[str, str]) -> pd.DataFrame:
    sectors = plan.sectors.copy()
    column = target_column(plan)
    for sector, value in state.targets.items():
        row = sectors["sector_id"] == sector
        sectors.loc[row, column] = value
        sectors.loc[row, "cite_zh"] += f"；规模目标：{cite['cite_zh']}"
        sectors.loc[row, "cite_en"] += f"; scale target: {cite['cite_en']}"
    return sectors


def _source(name: str) -> dict[str, Any]:
    titles = {"title_zh": f"情景“{name}”", "title_en": f"Scenario “{name}”"}
    said = {"taken_zh": "假设的布局调整，不是规划内容", "taken_en": "What-if edits, no part of the plan"}
    return {"source_id": SOURCE_ID, "kind": "scenario"} | titles | said


def _descriptor(plan: Plan, name: str) -> dict[str, Any]:
    words = dict(plan.descriptor["plan"])
    words["layout_zh"] = f"情景“{name}”调整后的{words['layout_zh']}"
    words["layout_en"] = f"{words['layout_en']} as edited in scenario “{name}”"
    return {**plan.descriptor, "version": f"{plan.descriptor.get('version', '')}+scenario", "plan": words}


def _extended(table: pd.DataFrame, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Table with rows below; fields that a row lacks are missing, types stay."""
    if not rows:
        return table.reset_index(drop=True)
    records = pd.DataFrame([[row.get(name) for name in table.columns] for row in rows], columns=table.columns)
    # A whole number of metres becomes a number; every other type stays.
    kinds = {name: "float64" if kind == "int64" else kind for name, kind in table.dtypes.items() if name != "geometry"}
    columns = {name: _joined(table[name], records[name], kind) for name, kind in kinds.items()}
    extended = pd.DataFrame(columns)
    if isinstance(table, gpd.GeoDataFrame):
        figures = gpd.GeoSeries([*table.geometry, *records["geometry"]], crs=table.crs)
        extended = gpd.GeoDataFrame(extended, geometry=figures)
    return extended.reindex(columns=table.columns)


def _joined(column: pd.Series, more: pd.Series, kind: Any) -> pd.Series:  # noqa: ANN401 - any type of a column
    above: pd.Series = column.astype(kind)
    below: pd.Series = more.astype(object).astype(kind)
    joined: pd.Series = pd.concat([above, below], ignore_index=True)
    return joined
