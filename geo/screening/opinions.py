"""Gate of the opinions of departments: what they say, and whether it still holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.screening.gates import ARGUE, FAILS, MEETS, NO_DATA, Gate, gate_name, unruled, worst
from geo.screening.wording import NOTHING, Wording, joined, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from geo.screening.projects import Project
    from geo.screening.rules import Rules

_OPINIONS = {"同意": MEETS, "有条件同意": ARGUE, "不同意": FAILS}
_OPINIONS_EN = {"同意": "agrees", "有条件同意": "agrees on conditions", "不同意": "does not agree"}


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
        asked = Wording("所需部门同意且在有效期内", "the departments asked agree, and their opinions still hold")
        return unruled("opinions", asked, rules, "opinions")
    said = {department: (opinion, day) for department, opinion, day in sorted(project.get("opinions", ()), key=_by_day)}
    judged = [(row, *_opinion(said.get(row["department"]), row, on)) for row in rows]
    asked = joined(
        Wording(
            f"{row['department']}同意，{row['max_age_days']}日内",
            f"{quoted(row['department'])} agrees, within {row['max_age_days']} days",
        )
        for row in rows
    )
    change = joined(change for _, _, _, change in judged if change.zh)
    found = joined(value for _, _, value, _ in judged)
    result, source = worst(result for _, result, _, _ in judged), joined(map(rules.source, rows))
    return Gate("opinions", gate_name("opinions"), result, found, asked, source, change)


def _by_day(entry: tuple[str, str, date]) -> date:
    return entry[2]


def _opinion(said: tuple[str, date] | None, row: Mapping[str, Any], on: date) -> tuple[str, Wording, Wording]:
    department, name = row["department"], quoted(row["department"])
    if said is None:
        value = Wording(f"{department}：未提供", f"{name}: none given")
        return NO_DATA, value, Wording(f"取得{department}部门意见", f"get the opinion of {name}")
    opinion, day = said
    age = (on - day).days
    since = f"{abs(age)} days {'after' if age < 0 else 'before'} the check"
    value = Wording(
        f"{department}：{opinion}（{day.isoformat()}，至检查日{age}日）",
        f"{name}: {_OPINIONS_EN[opinion]} ({day.isoformat()}, {since})",
    )
    if _OPINIONS[opinion] == FAILS:
        return FAILS, value, Wording(f"{department}部门改变意见", f"another opinion of {name}")
    if age > row["max_age_days"]:
        return ARGUE, value, Wording(f"更新{department}部门意见", f"get a new opinion of {name}")
    if age < 0:
        return ARGUE, value, Wording(f"核对{department}部门意见的日期", f"check the date of the opinion of {name}")
    if _OPINIONS[opinion] == MEETS:
        return MEETS, value, NOTHING
    return ARGUE, value, Wording(f"落实{department}部门所提条件", f"meet the conditions of {name}")
