"""Gates of what a project declares: land use, control lines, environment and safety."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.screening.gates import ARGUE, FAILS, MEETS, NO_DATA, UNSTATED, Gate, gate_name, unruled, worst
from geo.screening.projects import FIELDS
from geo.screening.wording import Wording, joined, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.screening.projects import Project
    from geo.screening.rules import Rules


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
        return unruled(gate, Wording("按主管部门要求", "as the authority asks"), rules, "declarations")
    results = [_declared(project.get(row["field"]), row) for row in rows]
    found = joined(_declaration(project, row["field"]) for row in rows)
    asked = joined(_declared_threshold(row) for row in rows)
    change = joined(
        _declaration_change(row["field"], result) for row, result in zip(rows, results, strict=True) if result != MEETS
    )
    return Gate(gate, gate_name(gate), worst(results), found, asked, joined(map(rules.source, rows)), change)


def _declaration(project: Project, field: str) -> Wording:
    column, value = FIELDS[field], project.get(field)
    return Wording(
        f"{column.zh}：{UNSTATED.zh if value is None else value}（申报）",
        f"{column.en}: {UNSTATED.en if value is None else _word_en(value)} (declared)",
    )


def _word_en(value: str) -> str:
    """Yes and no in English; other words as they stand."""
    return {"是": "yes", "否": "no"}.get(value) or quoted(value)


def _declaration_change(field: str, result: str) -> Wording:
    verb = {
        NO_DATA: Wording("补充", "state"),
        ARGUE: Wording("论证", "argue"),
        FAILS: Wording("更正或改变", "correct or change"),
    }[result]
    column = FIELDS[field]
    return Wording(f"{verb.zh}“{column.zh}”", f"{verb.en} {quoted(column.en)}")


def _declared(value: str | None, row: Mapping[str, Any]) -> str:
    if value is None:
        return NO_DATA
    for key, result in (("accepted", MEETS), ("refused", FAILS)):
        if value in row.get(key, ()):
            return result
    return ARGUE


def _declared_threshold(row: Mapping[str, Any]) -> Wording:
    words = {
        "accepted": Wording("可", "accepted"),
        "argued": Wording("须论证", "needs argument"),
        "refused": Wording("不可", "refused"),
    }
    given = [(word, row[key]) for key, word in words.items() if key in row]
    said = joined(
        (
            Wording(f"{word.zh}：{'、'.join(what)}", f"{word.en}: {', '.join(map(_word_en, what))}")
            for word, what in given
        ),
        zh="，",
    )
    column = FIELDS[row["field"]]
    return Wording(f"{column.zh}（{said.zh}）", f"{column.en} ({said.en})")
