"""Gates that speak of places: does the site lie inside a park, is there room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd

from geo.crs import WGS84
from geo.screening.gates import ARGUE, FAILS, GATES, MEETS, NO_DATA, Gate, best
from geo.siting import POSITIONS, parks_of_site, site_positions

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    import pandas as pd

    from geo.screening.industry_gates import Judgement
    from geo.screening.park_facts import ParkFacts
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
    zh, asked = GATES["location"][0], "地块全部在规划园区范围内"
    note = "示意范围，非法定边界"
    source = f"数据包{facts.plan.descriptor['name']}的extents.geojson（{note}）"
    if positions is None:
        return Gate("location", zh, NO_DATA, "未给地块", asked, source, "填写经纬度或地块")
    rows = parks_of_site(positions)
    if rows.empty:
        undrawn = len(set(facts.parks) - set(facts.zones["park_id"]))
        result = NO_DATA if undrawn else FAILS
        value = "不在任何园区的示意范围内" + (f"；另有{undrawn}个园区没有范围" if undrawn else "")
        return Gate("location", zh, result, value, asked, source, "另选在园区范围内的地块，或提供正式边界")
    said = "；".join(_position_words(row, facts) for row in rows.to_dict("records"))
    cited = "；".join(f"{facts.short(park)}{facts.accuracy[park]}" for park in rows["park_id"])
    is_inside = bool((rows["position"] == "inside").any())
    change = "" if is_inside else "提供园区正式边界，或调整地块"
    return Gate("location", zh, MEETS if is_inside else ARGUE, said, asked, f"{source}：{cited}", change)


def _position_words(row: Mapping[Hashable, Any], facts: ParkFacts) -> str:
    park, position = str(row["park_id"]), str(row["position"])
    is_open = row["share_min"] == 0 and row["share_max"] == 1
    shares = "" if position == "inside" or is_open else f"（面积的{row['share_min']:.0%}至{row['share_max']:.0%}）"
    return f"{facts.short(park)}{POSITIONS[position][0]}{shares}"


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
    zh, name = GATES["room"][0], facts.short(park_id)
    wanted = project.get("area_ha")
    asked = "剩余可供地不少于用地面积" + (f"{wanted:g}公顷" if wanted else "")
    row = next((row for row in rules.rows("room") if row["park"] == park_id), None)
    area = facts.areas_ha.get(park_id)
    extent = f"{name}示意范围{area.low:,.0f}至{area.high:,.0f}公顷" if area else f"{name}没有范围"
    if row is None:
        is_too_large = bool(wanted and area and wanted > area.high)
        change = "核对用地面积" if is_too_large else "由主管部门在规则文件[room]中提供剩余可供地"
        result = ARGUE if is_too_large else NO_DATA
        return Gate("room", zh, result, f"{extent}，剩余未知", asked, rules.lacks("room"), change)
    value = f"{name}剩余{row['available_ha']:g}公顷"
    if wanted is None:
        return Gate("room", zh, NO_DATA, f"{value}，未填用地面积", asked, rules.cite(row), "填写用地面积_公顷")
    result = MEETS if row["available_ha"] >= wanted else FAILS
    return Gate("room", zh, result, value, asked, rules.cite(row), "" if result == MEETS else "减少用地，或选其他园区")


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
    zh, asked = GATES["room"][0], "剩余可供地不少于用地面积"
    rows = None if positions is None else parks_of_site(positions)
    if rows is None or rows.empty:
        why = "未给地块，见候选园区逐一判断" if rows is None else "地块不在任何园区内"
        cite = rules.lacks("room") if not rules.rows("room") else rules.label
        return Gate("room", zh, NO_DATA, why, asked, cite, "填写地块，或见候选园区")
    inside = rows.loc[rows["position"] == "inside", "park_id"].tolist()
    at = inside or rows["park_id"].tolist()
    fitting = best(judgements[park].result for park in at)
    chosen = [rooms[park] for park in at if judgements[park].result == fitting]
    result = best(gate.result for gate in chosen)
    if not inside:
        result = NO_DATA if result == NO_DATA else ARGUE
    value = "；".join(gate.value for gate in chosen)
    cite = "；".join(dict.fromkeys(gate.cite for gate in chosen))
    change = "；".join(dict.fromkeys(gate.would_change for gate in chosen if gate.would_change))
    return Gate("room", zh, result, value, chosen[0].threshold, cite, "" if result == MEETS else change)
