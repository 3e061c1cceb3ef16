"""Gates that speak of places: does the site lie inside a park, is there room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd

from geo.crs import WGS84
from geo.screening.gates import ARGUE, FAILS, MEETS, NO_DATA, SITE_WANTED, Gate, best, gate_name
from geo.screening.wording import NOTHING, Wording, distinct, joined
from geo.siting import POSITIONS, parks_of_site, site_positions

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    import pandas as pd

    from geo.screening.industry_gates import Judgement
    from geo.screening.park_facts import ParkFacts, Range
    from geo.screening.projects import Project
    from geo.screening.rules import Rules


def parks_at(project: Project, facts: ParkFacts) -> pd.DataFrame | None:
    """
    Say how a project's site lies to every park.

    Parameters
    ----------
    project
        With `site` (WGS 84) where it has one.
    facts
        About all parks.

    Returns
    -------
    positions
        As of `geo.siting.site_positions`; None without a site.

    Examples
    --------
    >>> from geo.screening.park_facts import park_facts
    >>> from geo.plan import read_plan
    >>> parks_at({"product": "疫苗"}, park_facts(read_plan())) is None
    True
    """
    return parks_at_each([project], facts)[0]


def parks_at_each(projects: Sequence[Project], facts: ParkFacts) -> list[pd.DataFrame | None]:
    """
    Say how the site of each of many projects lies to every park, in one go.

    Parameters
    ----------
    projects
        With `site` (WGS 84) where they have one.
    facts
        About all parks.

    Returns
    -------
    positions
        One a project, as of `parks_at`.

    Examples
    --------
    >>> from shapely import Point
    >>> from geo.screening.park_facts import park_facts
    >>> from geo.plan import read_plan
    >>> found = parks_at_each([{}, {"site": Point(118.1, 24.5)}], park_facts(read_plan()))
    >>> found[0] is None, len(found[1])
    (True, 28)
    """
    sited = {row: project["site"] for row, project in enumerate(projects) if "site" in project}
    if not sited:
        return [None] * len(projects)
    sites = gpd.GeoDataFrame({"geometry": list(sited.values())}, index=list(sited), crs=WGS84)
    found, parks = site_positions(sites, facts.zones), len(facts.zones)
    blocks = {row: found.iloc[number * parks : (number + 1) * parks] for number, row in enumerate(sited)}
    return [blocks[row].reset_index(drop=True) if row in blocks else None for row in range(len(projects))]


def location_gate(positions: pd.DataFrame | None, facts: ParkFacts) -> Gate:
    """
    Inside a park of the plan.

    Parameters
    ----------
    positions
        What `parks_at` returned.
    facts
        About all parks.

    Returns
    -------
    gate
        符合 when the site surely lies in one park, 需论证 when it may, 不符合 when it surely lies in none, 缺数据
        without a site, and outside all where some park has no extent.

    Examples
    --------
    >>> from geo.screening.park_facts import park_facts
    >>> from geo.plan import read_plan
    >>> location_gate(None, park_facts(read_plan())).result
    '缺数据'
    """
    package = facts.plan.descriptor["name"]
    source = Wording(
        f"数据包{package}的extents.geojson（示意范围，非法定边界）",
        f"extents.geojson of the package {package} (indicative extents, not legal boundaries)",
    )
    if positions is None:
        change = Wording("填写经纬度或地块", "give longitude and latitude, or the site")
        return _location(NO_DATA, Wording("未给地块", "no site given"), source, change)
    rows = parks_of_site(positions)
    if rows.empty:
        return _nowhere(len(set(facts.parks) - set(facts.zones["park_id"])), source)
    said = joined(_position_words(row, facts) for row in rows.to_dict("records"))
    cited = joined(
        Wording(f"{facts.park(park).zh}{facts.accuracy[park].zh}", f"{facts.park(park).en} {facts.accuracy[park].en}")
        for park in rows["park_id"]
    )
    cite = Wording(f"{source.zh}：{cited.zh}", f"{source.en}: {cited.en}")
    if (rows["position"] == "inside").any():
        return _location(MEETS, said, cite, NOTHING)
    change = Wording("提供园区正式边界，或调整地块", "give the park's official boundary, or move the site")
    return _location(ARGUE, said, cite, change)


def _location(result: str, found: Wording, source: Wording, change: Wording) -> Gate:
    asked = Wording("地块全部在规划园区范围内", "the whole site lies in a park of the plan")
    return Gate("location", gate_name("location"), result, found, asked, source, change)


def _nowhere(undrawn: int, source: Wording) -> Gate:
    """Outside every extent; where some parks have none, that says nothing."""
    said = [Wording("不在任何园区的示意范围内", "in the indicative extent of no park")]
    if undrawn:
        said.append(Wording(f"另有{undrawn}个园区没有范围", f"{undrawn} further park(s) have no extent"))
    change = Wording(
        "另选在园区范围内的地块，或提供正式边界", "choose a site in the extent of a park, or give official boundaries"
    )
    return _location(NO_DATA if undrawn else FAILS, joined(said), source, change)


def _position_words(row: Mapping[Hashable, Any], facts: ParkFacts) -> Wording:
    park, position = facts.park(str(row["park_id"])), str(row["position"])
    words = Wording(*POSITIONS[position])
    if position == "inside" or (row["share_min"] == 0 and row["share_max"] == 1):
        return Wording(f"{park.zh}{words.zh}", f"{park.en}: {words.en}")
    least, most = f"{row['share_min']:.0%}", f"{row['share_max']:.0%}"
    return Wording(
        f"{park.zh}{words.zh}（面积的{least}至{most}）", f"{park.en}: {words.en} ({least} to {most} of the area)"
    )


def park_room(project: Project, park_id: str, facts: ParkFacts, rules: Rules) -> Gate:
    """
    Room left in one park.

    Parameters
    ----------
    project
        With `area_ha` where known.
    park_id
        The park.
    facts
        About all parks.
    rules
        Rows of `room`: land that the office says is left, ha.

    Returns
    -------
    gate
        By the office's figure; without one 缺数据, or 需论证 when the project wants more than the park's whole extent
        may hold.

    Examples
    --------
    >>> from geo.screening.park_facts import park_facts
    >>> from geo.plan import read_plan
    >>> from geo.screening.rules import SYNTHETIC_RULES, read_rules
    >>> facts, rules = park_facts(read_plan()), read_rules(SYNTHETIC_RULES)
    >>> park_room({"area_ha": 3.0}, "haicang-south", facts, rules).result
    '不符合'
    """
    name, asked = facts.park(park_id), _room_asked(project.get("area_ha"))
    wanted = project.get("area_ha")
    row = next((row for row in rules.rows("room") if row["park"] == park_id), None)
    if row is None:
        return _room_unruled(wanted, name, facts.areas_ha.get(park_id), rules)
    said, source = f"{row['available_ha']:g}", rules.source(row)
    value = Wording(f"{name.zh}剩余{said}公顷", f"{name.en}: {said} ha left")
    if wanted is None:
        value = Wording(f"{value.zh}，未填用地面积", f"{value.en}, site area not stated")
        change = Wording("填写用地面积_公顷", "give the site area (ha)")
        return Gate("room", gate_name("room"), NO_DATA, value, asked, source, change)
    if row["available_ha"] >= wanted:
        return Gate("room", gate_name("room"), MEETS, value, asked, source)
    change = Wording("减少用地，或选其他园区", "take less land, or choose another park")
    return Gate("room", gate_name("room"), FAILS, value, asked, source, change)


def _room_asked(wanted_ha: float | None) -> Wording:
    asked = Wording("剩余可供地不少于用地面积", "land left is not less than the site area")
    if not wanted_ha:
        return asked
    return Wording(f"{asked.zh}{wanted_ha:g}公顷", f"{asked.en} of {wanted_ha:g} ha")


def _room_unruled(wanted_ha: float | None, name: Wording, area: Range | None, rules: Rules) -> Gate:
    """Room without a figure of the office: the whole extent may be too small, and nothing else is known."""
    found = Wording(f"{name.zh}没有范围，剩余未知", f"{name.en}: no extent, land left not known")
    if area is not None:
        low, high = f"{area.low:,.0f}", f"{area.high:,.0f}"
        found = Wording(
            f"{name.zh}示意范围{low}至{high}公顷，剩余未知",
            f"{name.en}: indicative extent of {low} to {high} ha, land left not known",
        )
    result = NO_DATA
    change = Wording(
        "由主管部门在规则文件[room]中提供剩余可供地",
        "for the authority to give the land left in [room] of the rules file",
    )
    if wanted_ha and area and wanted_ha > area.high:
        result, change = ARGUE, Wording("核对用地面积", "check the site area")
    return Gate("room", gate_name("room"), result, found, _room_asked(wanted_ha), rules.lacks("room"), change)


def room_gate(
    rooms: dict[str, Gate], judgements: dict[str, Judgement], positions: pd.DataFrame | None, rules: Rules
) -> Gate:
    """
    Room left in the park that the site lies in and the industry fits best.

    Parameters
    ----------
    rooms
        What `park_room` returned, by park.
    judgements
        What `geo.screening.industry_gates.park_industry` returned, by park: where parks overlap, room in
        one cannot make up for an industry that only the other takes.
    positions
        What `parks_at` returned.
    rules
        The rules.

    Returns
    -------
    gate
        The best over parks that surely hold the site and take its industry best; for parks that may hold it 需论证 at
        most. 缺数据 without a site or park.

    Examples
    --------
    >>> from geo.screening.rules import read_rules
    >>> room_gate({}, {}, None, read_rules()).result
    '缺数据'
    """
    rows = None if positions is None else parks_of_site(positions)
    if rows is None or rows.empty:
        why = Wording("地块不在任何园区内", "the site is in no park")
        if rows is None:
            why = Wording("未给地块，见候选园区逐一判断", "no site given; each candidate park is judged by itself")
        source = rules.lacks("room") if not rules.rows("room") else rules.said
        return Gate("room", gate_name("room"), NO_DATA, why, _room_asked(None), source, SITE_WANTED)
    inside = rows.loc[rows["position"] == "inside", "park_id"].tolist()
    at = inside or rows["park_id"].tolist()
    fitting = best(judgements[park].result for park in at)
    chosen = [rooms[park] for park in at if judgements[park].result == fitting]
    result = best(gate.result for gate in chosen)
    if not inside:
        result = NO_DATA if result == NO_DATA else ARGUE
    value = joined(gate.found for gate in chosen)
    source = joined(distinct(gate.source for gate in chosen))
    change = joined(distinct(gate.change for gate in chosen if gate.change.zh)) if result != MEETS else NOTHING
    return Gate("room", gate_name("room"), result, value, chosen[0].asked, source, change)
