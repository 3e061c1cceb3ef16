"""Gate of the prohibited, eliminated and restricted lists: industry codes, words of the product, or both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.screening.gates import ARGUE, FAILS, MEETS, NO_DATA, UNSTATED, Gate, gate_name, unruled, worst
from geo.screening.vocabulary import plain_words
from geo.screening.wording import NOTHING, Wording, joined, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geo.screening.projects import Project
    from geo.screening.rules import Rules

_LISTS = {
    "prohibited": Wording("禁止类", "prohibited"),
    "eliminated": Wording("淘汰类", "eliminated"),
    "restricted": Wording("限制类", "restricted"),
}
_HIT, _DOUBT, _OPEN, _CLEAR = "hit", "doubt", "open", "clear"


def lists_gate(project: Project, rules: Rules) -> Gate:
    """
    Prohibited, eliminated and restricted lists.

    Parameters
    ----------
    project
        With industry code and product where known.
    rules
        Rows of `lists`: codes, terms or both, of which all must be met.

    Returns
    -------
    gate
        不符合 on a prohibited or eliminated row, 需论证 on a restricted one and where only the code speaks of a row
        that has terms too, 缺数据 without rules or where code or product is missing that a row asks for.

    Examples
    --------
    >>> from geo.screening.rules import SYNTHETIC_RULES, read_rules
    >>> lists_gate({"product": "烟花", "gbt4754": "2672"}, read_rules(SYNTHETIC_RULES)).result
    '不符合'
    >>> lists_gate({"product": "烟花", "gbt4754": "2672"}, read_rules()).result
    '缺数据'
    """
    rows = rules.rows("lists")
    asked = Wording(
        "不在禁止、淘汰目录内；限制类须论证", "on no prohibited or eliminated list; restricted items need argument"
    )
    if not rows:
        return unruled("lists", asked, rules, "lists")
    found = [(row, _list_result(_state(row, project), row), _state(row, project)) for row in rows]
    result = worst(result for _, result, _ in found)
    named = [row for row, its_result, state in found if its_result == result and state != _CLEAR]
    source = joined(rules.source(row) for row in named or rows)
    found_on = _listed(named, is_open=result == NO_DATA)
    found_what = joined([_stated(project), found_on])
    return Gate("lists", gate_name("lists"), result, found_what, asked, source, _LISTS_CHANGES.get(result, NOTHING))


_LISTS_CHANGES = {
    FAILS: Wording(
        "行业代码或产品填错时更正；产品文字中该词是否定说法时改写",
        "correct the industry code or the product where it is wrong; reword the product where it denies the word",
    ),
    NO_DATA: Wording("补充行业代码（4位）和产品", "add the industry code (4 digits) and the product"),
    ARGUE: Wording("说明是否涉及所列工艺或产品", "say whether the listed process or product is part of it"),
}


def _stated(project: Project) -> Wording:
    """What the project states that lists speak of."""
    product = project.get("product")
    return Wording(
        f"行业代码{project.get('gbt4754', UNSTATED.zh)}，产品“{product or UNSTATED.zh}”",
        f"industry code {project.get('gbt4754', UNSTATED.en)}, product {quoted(product) if product else UNSTATED.en}",
    )


def _listed(rows: Sequence[Mapping[str, Any]], *, is_open: bool) -> Wording:
    """Which rows of the lists are met, or may be."""
    if not rows:
        return Wording("未列入", "not listed")
    asked = [(_LISTS[row["list"]], _asked(row)) for row in rows]
    said = joined(Wording(f"{kind.zh}：{what.zh}", f"{kind.en}: {what.en}") for kind, what in asked)
    return Wording(f"{'须核' if is_open else '对应'}{said.zh}", f"{'to be checked' if is_open else 'meets'} {said.en}")


def _asked(row: Mapping[str, Any]) -> Wording:
    codes, terms = row.get("codes", ()), row.get("terms", ())
    by_code = Wording(f"代码{'、'.join(codes)}", f"code {', '.join(codes)}")
    by_term = Wording(f"涉及{'、'.join(terms)}", f"has to do with {', '.join(map(quoted, terms))}")
    return joined([*([by_code] if codes else []), *([by_term] if terms else [])], zh="且", en=" and ")


def _list_result(state: str, row: Mapping[str, Any]) -> str:
    if state == _HIT:
        return ARGUE if row["list"] == "restricted" else FAILS
    return {_DOUBT: ARGUE, _OPEN: NO_DATA, _CLEAR: MEETS}[state]


def _state(row: Mapping[str, Any], project: Project) -> str:
    """Whether a row of a list is met: code and words must both be, and silence of the words is no denial."""
    by_code = code_match(project.get("gbt4754"), row["codes"]) if "codes" in row else True
    if by_code is False:
        return _CLEAR
    if "terms" not in row:
        return _HIT if by_code else _OPEN
    if "product" not in project:
        return _OPEN
    is_said = any(plain_words(term) in plain_words(project["product"]) for term in row["terms"])
    if "codes" not in row:
        return _HIT if is_said else _CLEAR
    if by_code is None:
        return _DOUBT if is_said else _OPEN
    return _HIT if is_said else _DOUBT


def code_match(code: str | None, prefixes: Iterable[str]) -> bool | None:
    """
    Whether an industry code falls under any of the prefixes.

    Parameters
    ----------
    code
        Two to four digits, None when unknown.
    prefixes
        Codes of any level.

    Returns
    -------
    match
        None when it cannot be said: no code, or one that is wider than a prefix.

    Examples
    --------
    >>> code_match("3973", ["39"]), code_match("1811", ["39"]), code_match("39", ["3973"])
    (True, False, None)
    """
    if code is None:
        return None
    prefixes = list(prefixes)
    if any(code.startswith(prefix) for prefix in prefixes):
        return True
    return None if any(prefix.startswith(code) for prefix in prefixes) else False
