"""What would change what is said of a candidate park."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.screening.gates import ARGUE, MEETS, NO_DATA, RESULTS, Gate
from geo.screening.wording import NOTHING, Wording, joined, quoted

if TYPE_CHECKING:
    from geo.screening.industry_gates import Judgement
    from geo.screening.matching import Match
    from geo.screening.park_facts import ParkFacts


def verdict_changes(
    judgement: Judgement, room: Gate, position: str | None, facts: ParkFacts, park_id: str
) -> list[Wording]:
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
        In words: for the verdict of the plan both ways, for the site and for the room.

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
    >>> print(verdict_changes(judgement, room, None, facts, "light-food")[0].zh)
    专栏6为轻工食品工业区增设条目并点到“生物医药与健康”，则变为一致
    """
    changes = [_industry_change(judgement, facts, park_id)]
    if judgement.is_disputed:
        changes.append(_DISPUTED)
    elif judgement.result == ARGUE and judgement.verdict == "aligned":
        changes.append(_UNCONFIRMED)
    if position is not None and position in _SITE_CHANGES:
        changes.append(_SITE_CHANGES[position])
    if room.result != MEETS:
        change = room.change
        changes.append(Wording(f"空间（{room.result}）：{change.zh}", f"room ({RESULTS[room.result]}): {change.en}"))
    return [change for change in changes if change.zh]


_DISPUTED = Wording(
    "申报产业、产品与行业代码一致后，由需论证变为符合",
    "when stated sector, product and industry code agree, it changes from needs argument to meets",
)
_UNCONFIRMED = Wording(
    "确认所属领域（填4位行业代码或写明产品）后，由需论证变为符合",
    "when the field is confirmed (by an industry code of 4 digits or the product in plain words), it changes from "
    "needs argument to meets",
)
#: By how the site lies to the park.
_SITE_CHANGES = {
    "outside": Wording(
        "所报地块不在该园区，需在该园区另选地块", "the site given is not in this park: choose another in it"
    ),
    "undetermined": Wording(
        "取得该园区正式边界后，才能确定地块是否在内",
        "only the park's official boundary can tell whether the site is in it",
    ),
}


def _industry_change(judgement: Judgement, facts: ParkFacts, park_id: str) -> Wording:
    if judgement.field is None:
        return Wording(
            "补充产品、行业代码或产业后才能判断", "add product, industry code or sector, so that it can be judged"
        )
    if judgement.field.sector_id is None:
        return _track_change(judgement, judgement.field, facts, park_id)
    field = facts.words.fields[judgement.field.sector_id]
    sector, name, layout, box = Wording(field.zh, quoted(field.en)), facts.park(park_id), facts.layout, facts.box
    entry = facts.entry(facts.parks[park_id]["box6_entry"])
    return {
        "aligned": Wording(
            f"若规划调整，{layout.zh}“{sector.zh}”不再列{name.zh}，或{entry.zh}不再点到，则降为需论证",
            f"if a change of the plan takes {name.en} off {sector.en} in {layout.en}, or the sector out of {entry.en}, "
            "it falls to needs argument",
        ),
        "layout_only": Wording(
            f"{box.zh}为{name.zh}增设条目并点到“{sector.zh}”，则变为一致",
            f"an entry of {name.en} in {box.en} that names {sector.en} would make it aligned",
        ),
        "unreflected": Wording(
            f"{entry.zh}增列“{sector.zh}”，则变为一致", f"naming {sector.en} in {entry.en} would make it aligned"
        ),
        "focus_only": Wording(
            f"{layout.zh}“{sector.zh}”增列{name.zh}，则变为一致",
            f"listing {name.en} under {sector.en} in {layout.en} would make it aligned",
        ),
    }.get(str(judgement.verdict), NOTHING)


def _track_change(judgement: Judgement, track: Match, facts: ParkFacts, park_id: str) -> Wording:
    name, box, layout = facts.park(park_id), facts.box, facts.layout
    change = Wording(
        f"规划只在{box.zh}为未来赛道提及园区，须由主管部门认定“{track.zh}”可否进入{name.zh}",
        f"the plan names parks for future tracks in {box.en} only: the authority has to say whether {quoted(track.en)} "
        f"may go to {name.en}",
    )
    if judgement.result == NO_DATA:
        return change
    listed = Wording(
        f"若{layout.zh}为该赛道列入{name.zh}则可符合", f"if {layout.en} lists {name.en} for this track, it may meet"
    )
    return joined([change, listed])
