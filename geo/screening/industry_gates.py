"""Does the industry of a project fit a park: the plan's verdict, how sure the field is, and the line behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from geo.fit import VERDICTS
from geo.screening.gates import ARGUE, FAILS, MEETS, NO_DATA, RESULTS, SITE_WANTED, Gate, best, gate_name
from geo.screening.wording import NOTHING, Wording, distinct, joined
from geo.siting import parks_of_site

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from geo.screening.matching import Match
    from geo.screening.park_facts import ParkFacts

#: What the industry of a project is asked to be.
ASKED = Wording("规划布局与园区重点方向一致", "the plan's layout and the park's focus agree on the sector")
_RESULT_OF = {"aligned": MEETS, "layout_only": ARGUE, "unreflected": ARGUE, "focus_only": ARGUE, "none": FAILS}


class Judgement(NamedTuple):
    """
    How the industry of a project fits one park.

    Parameters
    ----------
    result
        A key of `geo.screening.gates.RESULTS`.
    verdict
        A key of `geo.fit.VERDICTS`; None when the field of the project or the plan's layout for it is not known.
    field
        What it was judged by; None when nothing is known.
    found, source
        In words, and the line of the plan.
    is_disputed
        Whether what leads to the field disagrees.
    """

    result: str
    verdict: str | None
    field: Match | None
    found: Wording
    source: Wording
    is_disputed: bool = False


def park_industry(
    matches: Sequence[Match], park_id: str, facts: ParkFacts, *, is_code_unmatched: bool = False
) -> Judgement:
    """
    Judge the industry of a project against the sectors of a park.

    Parameters
    ----------
    matches
        Fields that the project belongs to.
    park_id
        The park.
    facts
        About all parks.
    is_code_unmatched
        Whether the project's industry code leads to no field.

    Returns
    -------
    judgement
        By the best of the project's sectors: aligned is 符合 when the match is firm and nothing firm contradicts it
        (another basis whose sectors the plan names nowhere for the park, or a code that leads to no field), 需论证
        otherwise; listed or named only is 需论证, nowhere 不符合. A project that belongs to future tracks only is
        需论证 where the box of parks names the track, 缺数据 elsewhere: the layout places no tracks.

    Examples
    --------
    >>> from geo.screening.matching import match_code
    >>> from geo.screening.park_facts import park_facts
    >>> from geo.plan import read_plan
    >>> facts = park_facts(read_plan())
    >>> found = match_code("3973", facts.words)
    >>> [park_industry(found, park, facts).result for park in ("torch-xiangan", "tongxiang-hitech", "film-base")]
    ['符合', '符合', '不符合']
    """
    if not matches:
        unknown = Wording("未能识别项目所属领域", "no field of the plan was found for the project")
        return Judgement(NO_DATA, None, None, unknown, facts.title)
    by_sector = [_against_sector(match, park_id, facts) for match in matches if match.sector_id is not None]
    by_track = [_against_track(match, park_id, facts) for match in matches if match.sector_id is None]
    if not by_sector:
        return _best(by_track)
    chosen = _best(by_sector)
    named_track = [judgement for judgement in by_track if judgement.result == ARGUE]
    if chosen.result == FAILS and named_track:
        return _best(named_track)
    if chosen.result == MEETS and (is_code_unmatched or _has_contradiction(by_sector)):
        dispute = Wording("申报、产品与行业代码不一致", "stated sector, product and industry code disagree")
        return chosen._replace(result=ARGUE, found=joined([chosen.found, dispute]), is_disputed=True)
    return chosen


def _against_sector(match: Match, park_id: str, facts: ParkFacts) -> Judgement:
    row = facts.fit[str(match.sector_id), park_id]
    verdict = str(row["verdict"])
    result = _RESULT_OF[verdict]
    park, words = facts.park(park_id), Wording(*VERDICTS[verdict])
    said = [Wording(f"{park.zh}—{row['sector_zh']}：{words.zh}", f"{park.en} — {row['sector_en']}: {words.en}")]
    if result == MEETS and not match.is_firm:
        result = ARGUE
        said.append(Wording("所属领域有待核对", "the field is to be confirmed"))
    cite = facts.cite(Wording(row["cite_zh"], row["cite_en"]))
    return Judgement(result, verdict, match, joined(said), cite)


def _against_track(match: Match, park_id: str, facts: ParkFacts) -> Judgement:
    park, row = facts.park(park_id), facts.named.get((park_id, match.id))
    if row is None:
        unnamed = Wording(
            f"{park.zh}—{match.zh}：规划没有为未来赛道列园区，该园区条目也未点到",
            f"{park.en} — {match.en}: the plan places no future tracks, and the park's box entry does not name it",
        )
        cite = facts.cite(joined([facts.layout, facts.box], zh="、", en=", "))
        return Judgement(NO_DATA, None, match, unnamed, cite)
    terms, words = facts.terms(row["terms"]), Wording(*VERDICTS["focus_only"])
    named = Wording(
        f"{park.zh}—{match.zh}：{words.zh}（{terms.zh}）", f"{park.en} — {match.en}: {words.en} ({terms.en})"
    )
    return Judgement(ARGUE, "focus_only", match, named, facts.cite(facts.entry(facts.parks[park_id]["box6_entry"])))


def _best(judgements: Sequence[Judgement]) -> Judgement:
    verdicts = list(VERDICTS)
    return min(
        judgements,
        key=lambda judgement: (
            list(RESULTS).index(judgement.result),
            verdicts.index(judgement.verdict) if judgement.verdict else len(verdicts),
            judgement.field.id if judgement.field else "",
            judgement.field.basis if judgement.field else "",
        ),
    )


def _has_contradiction(judgements: Sequence[Judgement]) -> bool:
    """Whether one basis, all of it firm, leads only to sectors that the plan names nowhere for the park."""
    by_basis: dict[str, list[Judgement]] = {}
    for judgement in judgements:
        if judgement.field is not None:
            by_basis.setdefault(judgement.field.basis, []).append(judgement)
    return any(all(_is_against(judgement) for judgement in group) for group in by_basis.values())


def _is_against(judgement: Judgement) -> bool:
    return judgement.result == FAILS and judgement.field is not None and judgement.field.is_firm


def industry_gate(judgements: dict[str, Judgement], positions: pd.DataFrame | None, facts: ParkFacts) -> Gate:
    """
    Industry against the sectors of the parks that the site lies in.

    Parameters
    ----------
    judgements
        What `park_industry` returned, by park.
    positions
        What `parks_at` returned.
    facts
        About all parks.

    Returns
    -------
    gate
        The best over parks that surely hold the site; where it only may lie in a park, 需论证 at most and at least.
        Without a site 缺数据, or 不符合 when the plan names the sector in no park; the candidates tell park by park.

    Examples
    --------
    >>> from geo.screening.park_facts import park_facts
    >>> from geo.plan import read_plan
    >>> facts = park_facts(read_plan())
    >>> industry_gate({park: park_industry([], park, facts) for park in facts.parks}, None, facts).result
    '缺数据'
    """
    if positions is None:
        return _industry_anywhere(judgements, facts)
    rows = parks_of_site(positions)
    if rows.empty:
        nowhere = Wording(
            "地块不在任何园区内，没有可比的园区", "the site is in no park, so there is none to compare with"
        )
        change = Wording("另选地块，见候选园区", "choose another site, see the candidate parks")
        return _gate(NO_DATA, nowhere, facts.title, change)
    inside = rows.loc[rows["position"] == "inside", "park_id"].tolist()
    at = inside or rows["park_id"].tolist()
    found = [judgements[park] for park in rows["park_id"]]
    unknown = all(judgement.field is None for judgement in found)
    result = best(judgements[park].result for park in at) if inside else NO_DATA if unknown else ARGUE
    if inside and result == FAILS and any(judgement.result in {MEETS, ARGUE} for judgement in found):
        result = ARGUE
    said = joined(_sited(judgements[park].found, is_inside=park in inside) for park in rows["park_id"])
    source = joined(distinct(judgement.source for judgement in found))
    return _gate(result, said, source, _industry_change(result, is_inside=bool(inside)))


def _gate(result: str, found: Wording, source: Wording, change: Wording) -> Gate:
    return Gate("industry", gate_name("industry"), result, found, ASKED, source, change)


def _sited(found: Wording, *, is_inside: bool) -> Wording:
    if is_inside:
        return found
    return Wording(
        f"{found.zh}（地块是否在该园区无法判定）", f"{found.en} (whether the site is in this park cannot be told)"
    )


def _industry_change(result: str, *, is_inside: bool) -> Wording:
    if result == MEETS:
        return NOTHING
    if not is_inside:
        return Wording(
            "提供园区正式边界或调整地块，使其确定在某一园区内",
            "give the park's official boundary, or move the site so that it is surely in one park",
        )
    return {
        FAILS: Wording(
            "改选候选园区，或规划调整该园区的产业方向",
            "choose a candidate park, or the plan changes the park's sectors",
        ),
        NO_DATA: Wording("补充产品、行业代码或产业", "add product, industry code or sector"),
        ARGUE: Wording(
            "出具产业相符的论证，见候选园区的说明",
            "argue that the industry fits, see what is said of the candidate parks",
        ),
    }[result]


def _industry_anywhere(judgements: dict[str, Judgement], facts: ParkFacts) -> Gate:
    """Without a site no park is meant: the gate stays open unless no park could pass it."""
    counts = {result: sum(j.result == result for j in judgements.values()) for result in RESULTS}
    said = joined(
        (Wording(f"{result}{count}个", f"{count} {RESULTS[result]}") for result, count in counts.items() if count),
        zh="，",
        en=", ",
    )
    if counts[FAILS] == len(judgements):
        found = Wording(f"未给地块；逐园区判断：{said.zh}", f"no site given; park by park: {said.en}")
        return _gate(FAILS, found, facts.title, Wording("核对所属领域", "check the field of the project"))
    found = Wording(
        f"未给地块，不知用哪个园区比；逐园区判断：{said.zh}",
        f"no site given, so the park to compare with is not known; park by park: {said.en}",
    )
    return _gate(NO_DATA, found, facts.title, SITE_WANTED)
