"""
Parks that a project could go to: what each offers by criterion, and what would change what is said of it.

A criterion is a ratio to a benchmark, at most 1, with what is known as a range. Which criteria count depends on the
project alone: a wish that it does not have weighs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from geo.fit import VERDICTS
from geo.screening.gates import ARGUE, MEETS, NO_DATA, Gate
from geo.screening.park_facts import WISHES, Range

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.screening.industry_gates import Judgement
    from geo.screening.matching import Match
    from geo.screening.park_facts import ParkFacts
    from geo.screening.projects import Project
    from geo.screening.rules import Rules

#: Criteria that are built in, with words in Chinese and English; rules may add their own.
CRITERIA = {
    "plan": ("规划结论", "verdict of the plan"),
    "field": ("重点方向", "the park's focus names the field"),
    "neighbours": ("周边同产业园区", "parks near by that are allotted to the sector"),
    "airport": ("距机场", "distance to an airport"),
    "port": ("距港口", "distance to a port"),
    "station": ("距火车站", "distance to a railway station"),
    "room": ("空间", "room"),
}
#: What a focus term that is only related to the field counts.
RELATED_RATIO = 0.5


class Offer(NamedTuple):
    """
    What a park offers by one criterion.

    Parameters
    ----------
    criterion, zh
        Id and name.
    value, benchmark
        What there is and what gives full points, in words.
    ratio
        0 to 1; None when unknown.
    cite
        Where it comes from.
    """

    criterion: str
    zh: str
    value: str
    benchmark: str
    ratio: Range | None
    cite: str


def used_weights(project: Project, matches: Sequence[Match], rules: Rules) -> dict[str, float]:
    """
    Weights of the criteria that count for a project.

    Parameters
    ----------
    project
        With its wishes.
    matches
        Fields that it belongs to.
    rules
        With the weights.

    Returns
    -------
    weights
        By criterion, those above 0.

    Examples
    --------
    >>> from geo.screening.rules import read_rules
    >>> used_weights({"airport_km": 20.0}, [], read_rules())
    {'plan': 40, 'neighbours': 10, 'airport': 10}
    """
    weights: dict[str, float] = dict(rules.content["ranking"]["weights"])
    if not any(match.level != "sector" for match in matches):
        weights.pop("field")
    if "area_ha" not in project:
        weights.pop("room")
    for criterion, (wish, _, _) in WISHES.items():
        if wish not in project:
            weights.pop(criterion)
    weights |= {row["id"]: row["weight"] for row in rules.content["ranking"].get("criteria", ())}
    return {criterion: weight for criterion, weight in weights.items() if weight > 0}


def park_offers(
    project: Project, matches: Sequence[Match], judgement: Judgement, park_id: str, facts: ParkFacts, rules: Rules
) -> dict[str, Offer]:
    """
    What a park offers a project, by every criterion that counts for it.

    Parameters
    ----------
    project
        With its wishes.
    matches
        Fields that it belongs to.
    judgement
        How its industry fits the park.
    park_id
        The park.
    facts
        About all parks.
    rules
        With weights, benchmarks and the user's criteria.

    Returns
    -------
    offers
        By criterion, in the order of `used_weights`.

    Examples
    --------
    >>> from geo.screening.industry_gates import park_industry
    >>> from geo.screening.matching import match_code
    >>> from geo.screening.park_facts import park_facts
    >>> from geo.plan import read_plan
    >>> from geo.screening.rules import read_rules
    >>> facts, rules = park_facts(read_plan()), read_rules()
    >>> found = match_code("3973", facts.words)
    >>> judgement = park_industry(found, "torch-xiangan", facts)
    >>> offers = park_offers({}, found, judgement, "torch-xiangan", facts, rules)
    >>> offers["plan"].value, offers["plan"].ratio.value
    ('一致', 1.0)
    """
    own = {row["id"]: row for row in rules.content["ranking"].get("criteria", ())}
    offers = {}
    for criterion in used_weights(project, matches, rules):
        if criterion in own:
            offers[criterion] = _own_offer(own[criterion], park_id, rules)
        elif criterion == "plan":
            offers[criterion] = _plan_offer(judgement, rules)
        elif criterion == "field":
            offers[criterion] = _field_offer(matches, park_id, facts)
        elif criterion == "neighbours":
            offers[criterion] = _neighbours_offer(judgement, park_id, facts, rules)
        elif criterion == "room":
            offers[criterion] = _room_offer(project["area_ha"], park_id, facts, rules)
        else:
            offers[criterion] = _distance_offer(criterion, project[WISHES[criterion][0]], park_id, facts)
    return offers


def _offer(criterion: str, value: str, benchmark: str, ratio: Range | None, cite: str) -> Offer:
    return Offer(criterion, CRITERIA[criterion][0], value, benchmark, ratio, cite)


def _exactly(ratio: float) -> Range:
    return Range(ratio, ratio, ratio)


def _plan_offer(judgement: Judgement, rules: Rules) -> Offer:
    ratios: Mapping[str, float] = rules.content["ranking"]["verdicts"]
    if judgement.verdict is None:
        return _offer("plan", "未知", VERDICTS["aligned"][0], None, judgement.cite)
    ratio = ratios.get(judgement.verdict, 0.0)
    return _offer("plan", VERDICTS[judgement.verdict][0], VERDICTS["aligned"][0], _exactly(ratio), judgement.cite)


def _field_offer(matches: Sequence[Match], park_id: str, facts: ParkFacts) -> Offer:
    words, entry = facts.plan.descriptor["plan"], facts.parks[park_id]["box6_entry"]
    asked = "、".join(dict.fromkeys(match.zh for match in matches if match.level != "sector"))
    if not isinstance(entry, int):
        return _offer("field", "专栏无该园区条目", asked, None, f"{facts.title}{words['box_zh']}")
    cite = f"{facts.title}{words['box_zh']}第{entry}条"
    rows = [row for match in matches if (row := facts.named.get((park_id, match.id))) is not None]
    if not rows:
        return _offer("field", "未点到", asked, _exactly(0.0), cite)
    is_own = any(row["closeness"] != "related" for row in rows)
    terms = "、".join(dict.fromkeys(term for row in rows for term in row["terms"]))
    return _offer("field", f"点到{terms}", asked, _exactly(1.0 if is_own else RELATED_RATIO), cite)


def _neighbours_offer(judgement: Judgement, park_id: str, facts: ParkFacts, rules: Rules) -> Offer:
    settings = rules.content["ranking"]["neighbours"]
    within, benchmark = settings["within_km"], settings["benchmark"]
    asked, cite = f"{within:g}公里内{benchmark}个", f"{facts.title}{facts.plan.descriptor['plan']['layout_zh']}"
    sector = judgement.field.sector_id if judgement.field else None
    if sector is None or (park_id, park_id) not in facts.between_km:
        return _offer("neighbours", "未知", asked, None, cite)
    listed = [other for other in facts.allotted.get(sector, ()) if other != park_id]
    gaps = {other: facts.between_km[park_id, other] for other in listed if (park_id, other) in facts.between_km}
    # The least count is that of the greatest distances.
    counts = [sum(gap[end] <= within for gap in gaps.values()) for end in (2, 1, 0)]
    near = "、".join(facts.short(other) for other, gap in gaps.items() if gap.value <= within)
    said = f"{counts[1]}个（{counts[0]}至{counts[2]}个）" + (f"：{near}" if near else "")
    return _offer("neighbours", said, asked, Range(*(min(count / benchmark, 1.0) for count in counts)), cite)


def _distance_offer(criterion: str, wanted_km: float, park_id: str, facts: ParkFacts) -> Offer:
    _, kind, words = WISHES[criterion]
    asked, cite = f"距{words}不超过{wanted_km:g}公里", "直线距离，数据包places与extents"
    found = facts.distances.get((park_id, kind))
    if found is None:
        return _offer(criterion, "未知", asked, None, cite)
    low, value, high = found.km
    ratios = Range(*(min(wanted_km / km, 1.0) if km > 0 else 1.0 for km in (high, value, low)))
    return _offer(criterion, f"{found.place_zh}{value:.1f}公里（{low:.1f}至{high:.1f}）", asked, ratios, cite)


def _room_offer(wanted_ha: float, park_id: str, facts: ParkFacts, rules: Rules) -> Offer:
    asked = f"{wanted_ha:g}公顷"
    row = next((row for row in rules.rows("room") if row["park"] == park_id), None)
    if row is not None:
        ratio = _exactly(min(row["available_ha"] / wanted_ha, 1.0))
        return _offer("room", f"剩余{row['available_ha']:g}公顷", asked, ratio, rules.cite(row))
    area = facts.areas_ha.get(park_id)
    if area is None:
        return _offer("room", "没有范围", asked, None, "数据包extents")
    # How much of the park is taken is unknown: at worst nothing is left.
    most = min(area.high / wanted_ha, 1.0)
    value = f"园区示意范围{area.low:,.0f}至{area.high:,.0f}公顷，剩余未知"
    return _offer("room", value, asked, Range(0.0, min(area.value / wanted_ha, 1.0), most), "数据包extents（示意范围）")


def _own_offer(row: Mapping[str, Any], park_id: str, rules: Rules) -> Offer:
    """Offer by a criterion of the user's."""
    value, benchmark = row["values"].get(park_id), row["benchmark"]
    asked = f"{'不低于' if row['better'] == 'more' else '不高于'}{benchmark:g}"
    if value is None:
        return Offer(row["id"], row["name_zh"], "未提供", asked, None, rules.cite(row))
    if row["better"] == "more":
        ratio = min(value / benchmark, 1.0)
    else:
        ratio = min(benchmark / value, 1.0) if value > 0 else 1.0
    return Offer(row["id"], row["name_zh"], f"{value:g}", asked, _exactly(ratio), rules.cite(row))


def range_of(offer: Offer) -> Range:
    """
    Range of a ratio, from nothing to everything when it is unknown.

    Parameters
    ----------
    offer
        Of a park.

    Returns
    -------
    ratio
        Counted as 0 where unknown.

    Examples
    --------
    >>> range_of(Offer("room", "空间", "未知", "5公顷", None, ""))
    Range(low=0.0, value=0.0, high=1.0)
    """
    return Range(0.0, 0.0, 1.0) if offer.ratio is None else offer.ratio


def verdict_changes(
    judgement: Judgement, room: Gate, position: str | None, facts: ParkFacts, park_id: str
) -> list[str]:
    """
    What would change what is said of a candidate.

    Parameters
    ----------
    judgement
        How the project's industry fits the park.
    room
        The room left in the park.
    position
        How the project's site lies to the park, a key of `geo.siting.POSITIONS`; None without a site.
    facts
        About all parks.
    park_id
        The park.

    Returns
    -------
    changes
        In words, Chinese: for the verdict of the plan both ways, for the site and for the room.

    Examples
    --------
    >>> from geo.screening.industry_gates import park_industry
    >>> from geo.screening.matching import match_code
    >>> from geo.screening.park_facts import park_facts
    >>> from geo.screening.park_gates import park_room
    >>> from geo.plan import read_plan
    >>> from geo.screening.rules import read_rules
    >>> facts, rules = park_facts(read_plan()), read_rules()
    >>> judgement = park_industry(match_code("2761", facts.words), "light-food", facts)
    >>> room = park_room({}, "light-food", facts, rules)
    >>> verdict_changes(judgement, room, None, facts, "light-food")[0]
    '专栏6为轻工食品工业区增设条目并点到“生物医药与健康”，则变为一致'
    """
    changes = [_industry_change(judgement, facts, park_id)]
    if judgement.is_disputed:
        changes.append("申报产业、产品与行业代码一致后，由需论证变为符合")
    elif judgement.result == ARGUE and judgement.verdict == "aligned":
        changes.append("确认所属领域（填4位行业代码或写明产品）后，由需论证变为符合")
    if position == "outside":
        changes.append("所报地块不在该园区，需在该园区另选地块")
    elif position == "undetermined":
        changes.append("取得该园区正式边界后，才能确定地块是否在内")
    if room.result != MEETS:
        changes.append(f"空间（{room.result}）：{room.would_change}")
    return [change for change in changes if change]


def _industry_change(judgement: Judgement, facts: ParkFacts, park_id: str) -> str:
    words, name = facts.plan.descriptor["plan"], facts.short(park_id)
    layout, box = words["layout_zh"], words["box_zh"]
    if judgement.field is None:
        return "补充产品、行业代码或产业后才能判断"
    entry = facts.parks[park_id]["box6_entry"]
    sector = facts.words.fields[judgement.field.sector_id].zh if judgement.field.sector_id else judgement.field.zh
    if judgement.field.sector_id is None:
        asked = "" if judgement.result == NO_DATA else f"；若{layout}为该赛道列入{name}则可符合"
        return f"规划只在{box}为未来赛道提及园区，须由主管部门认定“{sector}”可否进入{name}{asked}"
    return {
        "aligned": f"若规划调整，{layout}“{sector}”不再列{name}，或{box}第{entry}条不再点到，则降为需论证",
        "layout_only": f"{box}为{name}增设条目并点到“{sector}”，则变为一致",
        "unreflected": f"{box}第{entry}条增列“{sector}”，则变为一致",
        "focus_only": f"{layout}“{sector}”增列{name}，则变为一致",
    }.get(str(judgement.verdict), "")
