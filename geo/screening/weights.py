"""Weights of one's own: the criteria of the ranking, weighed by the person who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.errors import GeoError
from geo.screening.candidates import CRITERIA, criterion_name
from geo.screening.rules import Rules
from geo.screening.wording import Wording, joined, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def stated_weights(rules: Rules) -> dict[str, float]:
    """
    Weights of all criteria, those built in and the office's own.

    Parameters
    ----------
    rules
        As read.

    Returns
    -------
    weights
        By the name of the criterion, in the file's order.

    Examples
    --------
    >>> from geo.screening.rules import read_rules
    >>> stated_weights(read_rules())["plan"]
    40.0
    """
    ranking = rules.content["ranking"]
    own = {row["id"]: row["weight"] for row in ranking.get("criteria", ())}
    return {name: float(weight) for name, weight in ({**ranking["weights"], **own}).items()}


def parsed_weights(words: Sequence[str]) -> dict[str, float]:
    """
    Weights as a command line gives them.

    Parameters
    ----------
    words
        `plan=60` and the like.

    Returns
    -------
    weights
        By name.

    Raises
    ------
    GeoError
        If a word is not a name and a number of 0 or more.

    Examples
    --------
    >>> parsed_weights(["plan=60", "room=0"])
    {'plan': 60.0, 'room': 0.0}
    """
    weights = {}
    for word in words:
        name, _, number = word.partition("=")
        if not name or not _is_weight(number):
            msg = f"--weight {word!r}: write NAME=NUMBER, NUMBER 0 or more, such as plan=60"
            raise GeoError(msg)
        weights[name] = float(number)
    return weights


def reweighted(rules: Rules, weights: Mapping[str, float]) -> Rules:
    """
    Rules with weights of one's own.

    Parameters
    ----------
    rules
        As read.
    weights
        Those that change, by the name of a criterion; 0 or more.

    Returns
    -------
    rules
        With those weights; the label says so. The rules themselves where nothing changes.

    Raises
    ------
    GeoError
        If a name is no criterion.

    Examples
    --------
    >>> from geo.screening.rules import read_rules
    >>> other = reweighted(read_rules(), {"plan": 60})
    >>> stated_weights(other)["plan"], "规划结论=60" in other.label
    (60.0, True)
    """
    known = stated_weights(rules)
    if strange := [name for name in weights if name not in known]:
        msg = f"no criterion is called {', '.join(strange)}; there are {', '.join(known)}"
        raise GeoError(msg)
    changed = {name: float(weight) for name, weight in weights.items() if float(weight) != known[name]}
    if not changed:
        return rules
    ranking = dict(rules.content["ranking"])
    built_in = {name: changed.get(name, weight) for name, weight in ranking["weights"].items()}
    own = [{**row, "weight": changed.get(row["id"], row["weight"])} for row in ranking.get("criteria", ())]
    head = dict(rules.content["rules"])
    names = CRITERIA | {row["id"]: criterion_name(row) for row in own}
    given = [Wording(*(f"{name}={weight:g}" for name in names[criterion])) for criterion, weight in changed.items()]
    said = joined(given, zh="，", en=", ")
    head["title_en"] = f"{head.get('title_en') or quoted(head['title_zh'])}, with weights of one's own: {said.en}"
    head["title_zh"] = f"{head['title_zh']}，权重另定：{said.zh}"
    content = {**rules.content, "rules": head, "ranking": {**ranking, "weights": built_in, "criteria": own}}
    return Rules(rules.file, content, rules.sha256)


def _is_weight(text: str) -> bool:
    try:
        return 0 <= float(text) < float("inf")
    except ValueError:
        return False
