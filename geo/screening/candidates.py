"""
Parks that a project could go to: what each offers by criterion.

A criterion is a ratio to a benchmark, at most 1, with what is known as a range. Which criteria count depends on the
project alone: a wish that it does not have weighs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from geo.fit import VERDICTS
from geo.screening.park_facts import WISHES, Range
from geo.screening.wording import Wording, joined, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.screening.industry_gates import Judgement
    from geo.screening.matching import Match
    from geo.screening.park_facts import ParkFacts
    from geo.screening.projects import Project
    from geo.screening.rules import Rules

#: Criteria that are built in, with words in Chinese and English; rules may add their own.
CRITERIA = {
    "plan": Wording("规划结论", "verdict of the plan"),
    "field": Wording("重点方向", "the park's focus names the field"),
    "neighbours": Wording("周边同产业园区", "parks near by that are allotted to the sector"),
    "airport": Wording("距机场", "distance to an airport"),
    "port": Wording("距港口", "distance to a port"),
    "station": Wording("距火车站", "distance to a railway station"),
    "room": Wording("空间", "room"),
}
_UNKNOWN = Wording("未知", "not known")
_NO_ENTRY = Wording("专栏无该园区条目", "the box has no entry of this park")
#: What a focus term that is only related to the field counts.
RELATED_RATIO = 0.5


class Offer(NamedTuple):
    """
    What a park offers by one criterion.

    Parameters
    ----------
    criterion, name
        Id and name.
    found, asked
        What there is and what gives full points, in words.
    ratio
        0 to 1; None when unknown.
    source
        Where it comes from.
    """

    criterion: str
    name: Wording
    found: Wording
    asked: Wording
    ratio: Range | None
    source: Wording

    @property
    def value(self) -> str:
        """What there is, in Chinese."""
        return self.found.zh


def criterion_name(row: Mapping[str, Any]) -> Wording:
    """
    Name of a criterion of the office's own.

    Parameters
    ----------
    row
        Of `ranking.criteria` in the rules.

    Returns
    -------
    name
        Without an English one the Chinese stands quoted.

    Examples
    --------
    >>> criterion_name({"name_zh": "租金"}).en, criterion_name({"name_zh": "租金", "name_en": "Rent"}).en
    ('“租金”', 'Rent')
    """
    return Wording(row["name_zh"], row.get("name_en") or quoted(row["name_zh"]))


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


def _offer(criterion: str, found: Wording, asked: Wording, ratio: Range | None, source: Wording) -> Offer:
    return Offer(criterion, CRITERIA[criterion], found, asked, ratio, source)


def _exactly(ratio: float) -> Range:
    return Range(ratio, ratio, ratio)


def _plan_offer(judgement: Judgement, rules: Rules) -> Offer:
    ratios: Mapping[str, float] = rules.content["ranking"]["verdicts"]
    asked = Wording(*VERDICTS["aligned"])
    if judgement.verdict is None:
        return _offer("plan", _UNKNOWN, asked, None, judgement.source)
    ratio, verdict = ratios.get(judgement.verdict, 0.0), Wording(*VERDICTS[judgement.verdict])
    return _offer("plan", verdict, asked, _exactly(ratio), judgement.source)


def _field_offer(matches: Sequence[Match], park_id: str, facts: ParkFacts) -> Offer:
    entry = facts.parks[park_id]["box6_entry"]
    asked = joined(
        dict.fromkeys(Wording(match.zh, match.en) for match in matches if match.level != "sector"), zh="、", en=", "
    )
    if not isinstance(entry, int):
        return _offer("field", _NO_ENTRY, asked, None, facts.cite(facts.box))
    source = facts.cite(facts.entry(entry))
    rows = [row for match in matches if (row := facts.named.get((park_id, match.id))) is not None]
    if not rows:
        return _offer("field", Wording("未点到", "does not name it"), asked, _exactly(0.0), source)
    is_own = any(row["closeness"] != "related" for row in rows)
    terms = facts.terms(dict.fromkeys(term for row in rows for term in row["terms"]))
    found = Wording(f"点到{terms.zh}", f"names {terms.en}")
    return _offer("field", found, asked, _exactly(1.0 if is_own else RELATED_RATIO), source)


def _neighbours_offer(judgement: Judgement, park_id: str, facts: ParkFacts, rules: Rules) -> Offer:
    settings = rules.content["ranking"]["neighbours"]
    within, benchmark = settings["within_km"], settings["benchmark"]
    asked, source = (
        Wording(f"{within:g}公里内{benchmark}个", f"{benchmark} within {within:g} km"),
        facts.cite(facts.layout),
    )
    sector = judgement.field.sector_id if judgement.field else None
    if sector is None or (park_id, park_id) not in facts.between_km:
        return _offer("neighbours", _UNKNOWN, asked, None, source)
    listed = [other for other in facts.allotted.get(sector, ()) if other != park_id]
    gaps = {other: facts.between_km[park_id, other] for other in listed if (park_id, other) in facts.between_km}
    # The least count is that of the greatest distances.
    counts = [sum(gap[end] <= within for gap in gaps.values()) for end in (2, 1, 0)]
    near = joined((facts.park(other) for other, gap in gaps.items() if gap.value <= within), zh="、", en=", ")
    said = Wording(
        f"{counts[1]}个（{counts[0]}至{counts[2]}个）" + (f"：{near.zh}" if near.zh else ""),
        f"{counts[1]} ({counts[0]} to {counts[2]})" + (f": {near.en}" if near.en else ""),
    )
    return _offer("neighbours", said, asked, Range(*(min(count / benchmark, 1.0) for count in counts)), source)


def _distance_offer(criterion: str, wanted_km: float, park_id: str, facts: ParkFacts) -> Offer:
    _, kind, words = WISHES[criterion]
    asked = Wording(f"距{words.zh}不超过{wanted_km:g}公里", f"not more than {wanted_km:g} km from {words.en}")
    source = Wording("直线距离，数据包places与extents", "as the crow flies, places and extents of the package")
    found = facts.distances.get((park_id, kind))
    if found is None:
        return _offer(criterion, _UNKNOWN, asked, None, source)
    low, value, high = found.km
    ratios = Range(*(min(wanted_km / km, 1.0) if km > 0 else 1.0 for km in (high, value, low)))
    said = Wording(
        f"{found.place.zh}{value:.1f}公里（{low:.1f}至{high:.1f}）",
        f"{found.place.en} {value:.1f} km ({low:.1f} to {high:.1f})",
    )
    return _offer(criterion, said, asked, ratios, source)


def _room_offer(wanted_ha: float, park_id: str, facts: ParkFacts, rules: Rules) -> Offer:
    asked = Wording(f"{wanted_ha:g}公顷", f"{wanted_ha:g} ha")
    row = next((row for row in rules.rows("room") if row["park"] == park_id), None)
    if row is not None:
        ratio, left = _exactly(min(row["available_ha"] / wanted_ha, 1.0)), f"{row['available_ha']:g}"
        return _offer("room", Wording(f"剩余{left}公顷", f"{left} ha left"), asked, ratio, rules.source(row))
    area = facts.areas_ha.get(park_id)
    if area is None:
        unknown = Wording("没有范围", "no extent")
        return _offer("room", unknown, asked, None, Wording("数据包extents", "extents of the package"))
    low, high = f"{area.low:,.0f}", f"{area.high:,.0f}"
    found = Wording(
        f"园区示意范围{low}至{high}公顷，剩余未知",
        f"indicative extent of the park {low} to {high} ha, land left not known",
    )
    # How much of the park is taken is unknown: at worst nothing is left.
    ratio = Range(0.0, min(area.value / wanted_ha, 1.0), min(area.high / wanted_ha, 1.0))
    source = Wording("数据包extents（示意范围）", "extents of the package (indicative)")
    return _offer("room", found, asked, ratio, source)


def _own_offer(row: Mapping[str, Any], park_id: str, rules: Rules) -> Offer:
    """Offer by a criterion of the user's."""
    value, benchmark = row["values"].get(park_id), row["benchmark"]
    name, limit = criterion_name(row), Wording("不高于", "at most")
    if row["better"] == "more":
        limit = Wording("不低于", "at least")
    asked = Wording(f"{limit.zh}{benchmark:g}", f"{limit.en} {benchmark:g}")
    if value is None:
        return Offer(row["id"], name, Wording("未提供", "not given"), asked, None, rules.source(row))
    if row["better"] == "more":
        ratio = min(value / benchmark, 1.0)
    else:
        ratio = min(benchmark / value, 1.0) if value > 0 else 1.0
    return Offer(row["id"], name, Wording(f"{value:g}", f"{value:g}"), asked, _exactly(ratio), rules.source(row))


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
    >>> unknown, asked = Wording("未知", "not known"), Wording("5公顷", "5 ha")
    >>> range_of(Offer("room", CRITERIA["room"], unknown, asked, None, Wording("", "")))
    Range(low=0.0, value=0.0, high=1.0)
    """
    return Range(0.0, 0.0, 1.0) if offer.ratio is None else offer.ratio
