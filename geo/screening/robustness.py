"""Whether the order of the parks holds, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.screening.ranking import order_flips
from geo.screening.wording import Wording, joined, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.screening.park_facts import ParkFacts

_CHECKS = {"weighted_product": Wording("加权积", "the weighted product"), "topsis": Wording("TOPSIS", "TOPSIS")}
#: Flips that are told one by one; the rest is counted.
_TOLD = 5


def robustness(
    scores: pd.DataFrame, shares: Mapping[str, float], names: Mapping[str, Wording], facts: ParkFacts
) -> dict[str, Any]:
    """
    Say where another method or other weights turn the order round.

    Parameters
    ----------
    scores
        Of parks, as of `geo.screening.ranking.check_scores`.
    shares
        Weights by criterion, 1 in all.
    names
        Of the criteria.
    facts
        About all parks.

    Returns
    -------
    ranking
        `weights` (percent), `checks` (each with the pairs that it turns round, five at most told by name),
        `is_stable`, and `says` and `says_en` in words.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> from geo.screening.park_facts import park_facts
    >>> scores = pd.DataFrame({"weighted_sum": [0.6, 0.5], "topsis": [0.4, 0.7]}, index=["science-city", "film-base"])
    >>> robustness(scores, {"plan": 1.0}, {}, park_facts(read_plan()))["says_en"]
    'by TOPSIS, 1 pair(s) turn round, such as Film and TV Shooting Base before Science City'
    """
    flips = order_flips(scores)
    checks = []
    for check in (str(column) for column in scores.columns if column != "weighted_sum"):
        pairs = [(flip.first, flip.second) for flip in flips if flip.check == check]
        criterion = next((name for name in shares if check in {f"{name}+20%", f"{name}-20%"}), "")
        name = _CHECKS.get(check) or _swung(names[criterion], check.removeprefix(criterion))
        told = [(facts.park(one), facts.park(other)) for one, other in pairs[:_TOLD]]
        words = {key: [[one[at], other[at]] for one, other in told] for at, key in enumerate(("pairs", "pairs_en"))}
        checks.append({"check": check, "zh": name.zh, "en": name.en, "flips": len(pairs)} | words)
    turned = [check for check in checks if check["flips"]]
    weights = {name: round(share * 100, 2) for name, share in shares.items()}
    says = joined(map(_turned, turned)) if turned else _STABLE
    return {
        "weights": weights,
        "checks": checks,
        "is_stable": not turned,
        "says": says.zh,
        "says_en": says.en,
    }


_STABLE = Wording(
    "各权重增减20%、改用加权积或TOPSIS，次序都不颠倒",
    "neither 20 % more or less of any weight nor the weighted product nor TOPSIS turns the order round",
)


def _swung(criterion: Wording, swing: str) -> Wording:
    """Check by the weight of one criterion moved up or down."""
    return Wording(f"“{criterion.zh}”权重{swing}", f"the weight of {quoted(criterion.en)} {swing}")


def _turned(check: Mapping[str, Any]) -> Wording:
    """Say how many pairs a check turns round, and the first of them."""
    flips, (behind, ahead), (behind_en, ahead_en) = check["flips"], check["pairs"][0], check["pairs_en"][0]
    return Wording(
        f"按{check['zh']}有{flips}对次序颠倒，如{ahead}先于{behind}",
        f"by {check['en']}, {flips} pair(s) turn round, such as {ahead_en} before {behind_en}",
    )
