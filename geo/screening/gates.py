"""
What an office checks before anything is ranked: one gate, one result, with the document and row behind it.

A gate never passes for want of a rule or of a figure: what is not known is 缺数据. The order is that of `GATES`, as
district offices check. The gates themselves stand in modules of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from geo.screening.wording import NOTHING, Wording

if TYPE_CHECKING:
    from collections.abc import Iterable

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
#: What a gate says that cannot be judged for want of a site.
SITE_WANTED = Wording("填写地块，或见候选园区", "give the site, or see the candidate parks")
UNSTATED = Wording("未填", "not stated")
#: What a gate says that no rule speaks to.
UNRULED = Wording("没有规则，未判断", "no rule, not judged")


class Gate(NamedTuple):
    """
    One thing that was checked.

    Parameters
    ----------
    gate
        Its id: the group, and behind a dot the indicator where a group has several.
    name
        What it is called.
    result
        A key of `RESULTS`.
    found
        What the project or the plan has.
    asked
        What is asked.
    source
        The document and row behind it, or which table the rules do not have.
    change
        What would change the result; empty when it passes.
    """

    gate: str
    name: Wording
    result: str
    found: Wording
    asked: Wording
    source: Wording
    change: Wording = NOTHING

    @property
    def group(self) -> str:
        """Key of `GATES`."""
        return self.gate.split(".", maxsplit=1)[0]

    @property
    def gate_zh(self) -> str:
        """What it is called, in Chinese."""
        return self.name.zh

    @property
    def value(self) -> str:
        """What the project or the plan has, in Chinese."""
        return self.found.zh

    @property
    def threshold(self) -> str:
        """What is asked, in Chinese."""
        return self.asked.zh

    @property
    def cite(self) -> str:
        """Give the document and row behind it, in Chinese."""
        return self.source.zh

    @property
    def would_change(self) -> str:
        """What would change the result, in Chinese."""
        return self.change.zh


def gate_name(group: str) -> Wording:
    """
    Name of a group of gates.

    Parameters
    ----------
    group
        A key of `GATES`.

    Returns
    -------
    name
        In both languages.

    Examples
    --------
    >>> gate_name("room")
    Wording(zh='剩余空间', en='room left')
    """
    return Wording(*GATES[group])


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


def unruled(gate: str, asked: Wording, rules: Rules, table: str) -> Gate:
    """
    Gate that no rule speaks to.

    Parameters
    ----------
    gate
        A key of `GATES`.
    asked
        What is asked in general.
    rules
        The rules.
    table
        The table that they do not have.

    Returns
    -------
    gate
        缺数据.

    Examples
    --------
    >>> from geo.screening.rules import read_rules
    >>> unruled("lists", NOTHING, read_rules(), "lists").result
    '缺数据'
    """
    return Gate(gate, gate_name(gate), NO_DATA, UNRULED, asked, rules.lacks(table), rule_wanted(table))


def rule_wanted(table: str) -> Wording:
    """
    Say who would have to give a rule, and where.

    Parameters
    ----------
    table
        Of the rules file.

    Returns
    -------
    change
        What would change the result of a gate without rules.

    Examples
    --------
    >>> rule_wanted("lists").en
    'for the authority to give in [lists] of the rules file, with document number and date'
    """
    return Wording(
        f"由主管部门在规则文件[{table}]中提供，并写明文号和日期",
        f"for the authority to give in [{table}] of the rules file, with document number and date",
    )
