"""
What an office checks before anything is ranked: one gate, one result, with the document and row behind it.

A gate never passes for want of a rule or of a figure: what is not known is 缺数据. The order is that of `GATES`, as
district offices check. This module holds the gates that need no map and no threshold: lists, declarations, opinions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from geo.screening.projects import FIELDS
from geo.screening.vocabulary import plain_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from geo.screening.projects import Project
    from geo.screening.rules import Rules

MEETS, FAILS, NO_DATA, ARGUE = "符合", "不符合", "缺数据", "需论证"
#: Results from best to worst, with their English words.
RESULTS = {MEETS: "meets", ARGUE: "needs argument", NO_DATA: "no data", FAILS: "fails"}
#: Groups of gates in the order of the check, with words in Chinese and English.
GATES = {
    "lists": ("禁止、淘汰与限制目录", "prohibited and eliminated lists"),
    "industry": ("行业与园区产业方向", "industry against the park's sectors"),
    "location": ("是否在园区内", "inside the park"),
    "land_use": ("用地性质", "land-use class"),
    "control_lines": ("控制线", "control lines"),
    "land_standard": ("用地指标", "land indicators"),
    "output_per_mu": ("亩均效益", "output per mu"),
    "environment_safety": ("环保与安全", "environment and safety"),
    "room": ("剩余空间", "room left"),
    "opinions": ("部门意见及日期", "opinions and their date"),
}
#: Gates that speak of the site that was offered: another site may do, so they rule out no park.
SITE_GATES = frozenset({"location", "land_use", "control_lines"})
_LISTS = {"prohibited": "禁止类", "eliminated": "淘汰类", "restricted": "限制类"}
_OPINIONS = {"同意": MEETS, "有条件同意": ARGUE, "不同意": FAILS}
_HIT, _DOUBT, _OPEN, _CLEAR = "hit", "doubt", "open", "clear"


class Gate(NamedTuple):
    """
    One thing that was checked.

    Parameters
    ----------
    gate
        Its id: the group, and behind a dot the indicator where a group has several.
    gate_zh
        What it is called.
    result
        A key of `RESULTS`.
    value
        What the project or the plan has, in words.
    threshold
        What is asked.
    cite
        The document and row behind it, or which table the rules do not have.
    would_change
        What would change the result; empty when it passes.
    """

    gate: str
    gate_zh: str
    result: str
    value: str
    threshold: str
    cite: str
    would_change: str = ""

    @property
    def group(self) -> str:
        """Key of `GATES`."""
        return self.gate.split(".", maxsplit=1)[0]


def worst(results: Iterable[str]) -> str:
    """
    Result of checks that must all pass.

    Parameters
    ----------
    results
        Keys of `RESULTS`, at least one.

    Returns
    -------
    result
        The worst: one failure fails, one unknown leaves all unknown.

    Examples
    --------
    >>> worst(["符合", "需论证", "缺数据"])
    '缺数据'
    """
    order = list(RESULTS)
    return max(results, key=order.index)


def best(results: Iterable[str]) -> str:
    """
    Result of alternatives of which one must pass.

    Parameters
    ----------
    results
        Keys of `RESULTS`, at least one.

    Returns
    -------
    result
        The best.

    Examples
    --------
    >>> best(["不符合", "需论证"])
    '需论证'
    """
    order = list(RESULTS)
    return min(results, key=order.index)


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
    threshold = "不在禁止、淘汰目录内；限制类须论证"
    if not rows:
        return _unruled("lists", threshold, rules, "lists")
    value = f"行业代码{project.get('gbt4754', '未填')}，产品“{project.get('product', '未填')}”"
    found = [(row, _list_result(_state(row, project), row), _state(row, project)) for row in rows]
    result = worst(result for _, result, _ in found)
    named = [row for row, its_result, state in found if its_result == result and state != _CLEAR]
    change = {
        FAILS: "行业代码或产品填错时更正；产品文字中该词是否定说法时改写",
        NO_DATA: "补充行业代码（4位）和产品",
        ARGUE: "说明是否涉及所列工艺或产品",
    }
    said = "；".join(f"{_LISTS[row['list']]}：{_asked(row)}" for row in named)
    cite = "；".join(rules.cite(row) for row in named or rows)
    value = f"{value}；{'须核' if result == NO_DATA else '对应'}{said}" if named else f"{value}；未列入"
    return Gate("lists", GATES["lists"][0], result, value, threshold, cite, change.get(result, ""))


def _asked(row: Mapping[str, Any]) -> str:
    codes, terms = "、".join(row.get("codes", ())), "、".join(row.get("terms", ()))
    return "且".join(filter(None, (codes and f"代码{codes}", terms and f"涉及{terms}")))


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


def declaration_gate(project: Project, rules: Rules, gate: str) -> Gate:
    """
    What the project declares of land use, control lines, environment or safety.

    Parameters
    ----------
    project
        With the declared fields where given.
    rules
        Rows of `declarations` for this gate: words that are accepted, need argument or are refused.
    gate
        `land_use`, `control_lines` or `environment_safety`.

    Returns
    -------
    gate
        The worst over its rows; a word that no row lists is 需论证, a missing declaration 缺数据. It rests on what the
        applicant declares.

    Examples
    --------
    >>> from geo.screening.rules import SYNTHETIC_RULES, read_rules
    >>> declaration_gate({"land_use": "工业用地"}, read_rules(SYNTHETIC_RULES), "land_use").result
    '符合'
    """
    rows = [row for row in rules.rows("declarations") if row["gate"] == gate]
    if not rows:
        return _unruled(gate, "按主管部门要求", rules, "declarations")
    results = [_declared(project.get(row["field"]), row) for row in rows]
    values = "；".join(f"{FIELDS[row['field']].zh}：{project.get(row['field'], '未填')}（申报）" for row in rows)
    asked = "；".join(_declared_threshold(row) for row in rows)
    open_rows = [(row, result) for row, result in zip(rows, results, strict=True) if result != MEETS]
    verbs = {NO_DATA: "补充", ARGUE: "论证", FAILS: "更正或改变"}
    change = "；".join(f"{verbs[result]}“{FIELDS[row['field']].zh}”" for row, result in open_rows)
    cite = "；".join(rules.cite(row) for row in rows)
    return Gate(gate, GATES[gate][0], worst(results), values, asked, cite, change)


def _declared(value: str | None, row: Mapping[str, Any]) -> str:
    if value is None:
        return NO_DATA
    for key, result in (("accepted", MEETS), ("refused", FAILS)):
        if value in row.get(key, ()):
            return result
    return ARGUE


def _declared_threshold(row: Mapping[str, Any]) -> str:
    words = {"accepted": "可", "argued": "须论证", "refused": "不可"}
    said = "，".join(f"{word}：{'、'.join(row[key])}" for key, word in words.items() if key in row)
    return f"{FIELDS[row['field']].zh}（{said}）"


def opinions_gate(project: Project, rules: Rules, *, on: date) -> Gate:
    """
    Opinions of departments, and whether they still hold.

    Parameters
    ----------
    project
        With `opinions` where given: department, opinion, day.
    rules
        Rows of `opinions`: department and how many days an opinion holds.
    on
        The day of the check.

    Returns
    -------
    gate
        The worst over the departments: 缺数据 where one has said nothing, 需论证 where it agrees on conditions or its
        opinion is too old or of a later day than the check. The latest opinion of a department counts.

    Examples
    --------
    >>> from datetime import date
    >>> from geo.screening.rules import SYNTHETIC_RULES, read_rules
    >>> said = {"opinions": (("自然资源", "同意", date(2026, 5, 1)), ("生态环境", "同意", date(2024, 5, 1)))}
    >>> opinions_gate(said, read_rules(SYNTHETIC_RULES), on=date(2026, 11, 22)).result
    '需论证'
    """
    rows = rules.rows("opinions")
    if not rows:
        return _unruled("opinions", "所需部门同意且在有效期内", rules, "opinions")
    said = {department: (opinion, day) for department, opinion, day in sorted(project.get("opinions", ()), key=_by_day)}
    judged = [(row, *_opinion(said.get(row["department"]), row, on)) for row in rows]
    asked = "；".join(f"{row['department']}同意，{row['max_age_days']}日内" for row in rows)
    change = "；".join(change for _, _, _, change in judged if change)
    values = "；".join(value for _, _, value, _ in judged)
    cite = "；".join(rules.cite(row) for row in rows)
    return Gate("opinions", GATES["opinions"][0], worst(r for _, r, _, _ in judged), values, asked, cite, change)


def _by_day(entry: tuple[str, str, date]) -> date:
    return entry[2]


def _opinion(said: tuple[str, date] | None, row: Mapping[str, Any], on: date) -> tuple[str, str, str]:
    department = row["department"]
    if said is None:
        return NO_DATA, f"{department}：未提供", f"取得{department}部门意见"
    opinion, day = said
    age = (on - day).days
    value = f"{department}：{opinion}（{day.isoformat()}，至检查日{age}日）"
    if _OPINIONS[opinion] == FAILS:
        return FAILS, value, f"{department}部门改变意见"
    if not 0 <= age <= row["max_age_days"]:
        return ARGUE, value, f"更新{department}部门意见" if age > 0 else f"核对{department}部门意见的日期"
    return _OPINIONS[opinion], value, f"落实{department}部门所提条件" if opinion == "有条件同意" else ""


def _unruled(gate: str, threshold: str, rules: Rules, table: str) -> Gate:
    change = f"由主管部门在规则文件[{table}]中提供，并写明文号和日期"
    return Gate(gate, GATES[gate][0], NO_DATA, "没有规则，未判断", threshold, rules.lacks(table), change)
