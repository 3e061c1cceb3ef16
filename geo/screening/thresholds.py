"""Gates of numbers: the seven indicators of the land standard, output per mu, and the output-per-mu score."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.screening.figures import INDICATORS, SCORED, UNITS_EN, indicator_range, scored_figure
from geo.screening.gates import FAILS, MEETS, NO_DATA, UNRULED, Gate, best, rule_wanted, worst
from geo.screening.landuse import output_per_mu_score
from geo.screening.lists import code_match
from geo.screening.projects import FIELDS
from geo.screening.wording import NOTHING, Wording, joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from geo.screening.projects import Project
    from geo.screening.rules import Rules

#: Indicators that the output-per-mu gate asks for when the rules name none.
OUTPUT = ("output_density", "tax_density")
#: Share of a threshold by which a value may miss it and still count as equal: rounding of decimal fractions.
_ROUNDING = 1e-9
_NOT_GIVEN = Wording("未提供", "not given")


def land_gates(project: Project, rules: Rules) -> list[Gate]:
    """
    Indicators of the land standard, all of which must be met.

    Parameters
    ----------
    project
        With its figures where known.
    rules
        Rows of `land_standard`: least or most of an indicator, for some industry codes or for all.

    Returns
    -------
    gates
        Seven, in the standard's order.

    Examples
    --------
    >>> from geo.screening.rules import SYNTHETIC_RULES, read_rules
    >>> project = {"area_ha": 2.0, "gbt4754": "2761", "green_m2": 4000.0, "investment_10k": 5000.0}
    >>> gates = land_gates(project, read_rules(SYNTHETIC_RULES))
    >>> [(gate.gate_zh, gate.result) for gate in gates if gate.result != "缺数据"]
    [('固定资产投资强度', '不符合'), ('绿地率', '符合')]
    """
    return [threshold_gate(project, rules, "land_standard", indicator) for indicator in INDICATORS]


def output_gates(project: Project, rules: Rules) -> list[Gate]:
    """
    Output and tax per mu, and the score where the office uses one.

    Parameters
    ----------
    project
        With its figures where known.
    rules
        Rows of `output_per_mu` and the table `output_score`.

    Returns
    -------
    gates
        One an indicator, then the score.

    Examples
    --------
    >>> from geo.screening.rules import read_rules
    >>> {gate.result for gate in output_gates({"area_ha": 1.0, "output_10k": 90000.0}, read_rules())}
    {'缺数据'}
    """
    named = {row["indicator"] for row in rules.rows("output_per_mu")}
    asked = [indicator for indicator in INDICATORS if indicator in named or indicator in OUTPUT]
    gates = [threshold_gate(project, rules, "output_per_mu", indicator) for indicator in asked]
    return [*gates, score_gate(project, rules)]


def threshold_gate(project: Project, rules: Rules, table: str, indicator: str) -> Gate:
    """
    One indicator against the rows that apply to the project.

    Parameters
    ----------
    project
        With its figures where known.
    rules
        The rules.
    table
        `land_standard` or `output_per_mu`.
    indicator
        A key of `geo.screening.figures.INDICATORS`.

    Returns
    -------
    gate
        Rows with the longest industry code that fits go before those without codes. Where the code is missing or too
        wide to choose, 符合 or 不符合 is said only when every row that may apply says so, 缺数据 otherwise.

    Examples
    --------
    A floor-area ratio of 1.5: enough for all (1.1), not for code 39 (1.7), unknown without a code.

    >>> from geo.screening.rules import SYNTHETIC_RULES, read_rules
    >>> rules = read_rules(SYNTHETIC_RULES)
    >>> project = {"area_ha": 1.0, "floor_area_m2": 15000.0, "tall_floor_area_m2": 0.0}
    >>> for code in ({"gbt4754": "2761"}, {"gbt4754": "3973"}, {}):
    ...     print(threshold_gate(project | code, rules, "land_standard", "floor_area_ratio").result)
    符合
    不符合
    缺数据
    """
    gate, named = f"{table}.{indicator}", INDICATORS[indicator]
    rows = [row for row in rules.rows(table) if row["indicator"] == indicator]
    found = indicator_range(project, indicator)
    unit = rows[0]["unit"] if rows else next(iter(named.units))
    lacking = [FIELDS[field].name for field in named.fields if field not in project]
    value = _spoken(found, named.units[unit], unit) if found else _unstated(lacking)
    if not rows:
        return Gate(gate, named.name, NO_DATA, value, _NOT_GIVEN, rules.lacks(table), rule_wanted(table))
    chosen, is_certain = _applicable(rows, project.get("gbt4754"))
    source = joined(rules.source(row) for row in chosen or rows)
    if not chosen:
        none, code = Wording("没有适用的行", "no row applies"), project.get("gbt4754")
        change = Wording(f"由主管部门提供行业代码{code}的标准", f"for the authority to give a standard for code {code}")
        return Gate(gate, named.name, NO_DATA, value, none, source, change)
    asked = joined(map(_asked, chosen), zh="且" if is_certain else "或", en=" and " if is_certain else " or ")
    results = [_judged(found, row, named.units[row["unit"]]) for row in chosen]
    result = worst(results) if is_certain or best(results) == worst(results) else NO_DATA
    return Gate(gate, named.name, result, value, asked, source, _change(result, lacking, is_certain=is_certain))


def _applicable(rows: list[dict[str, Any]], code: str | None) -> tuple[list[dict[str, Any]], bool]:
    """Rows that apply, or those that may when the code cannot tell; and whether it could."""
    general = [row for row in rows if "codes" not in row]
    special = [row for row in rows if "codes" in row]
    fitting = {number: code_match(code, row["codes"]) for number, row in enumerate(special)}
    open_rows = [special[number] for number, match in fitting.items() if match is None]
    sure = [special[number] for number, match in fitting.items() if match]
    if open_rows:
        return [*(sure or general), *open_rows], False
    if not sure:
        return general, True
    length = {id(row): max(len(prefix) for prefix in row["codes"] if str(code).startswith(prefix)) for row in sure}
    return [row for row in sure if length[id(row)] == max(length.values())], True


def _judged(found: tuple[float, float] | None, row: Mapping[str, Any], factor: float) -> str:
    """Judge a range: it passes or fails as a whole, or nothing is said."""
    if found is None:
        return NO_DATA
    low, high = found[0] * factor, found[1] * factor
    least, most = row.get("min", 0.0) * (1 - _ROUNDING), row.get("max", float("inf")) * (1 + _ROUNDING)
    if low >= least and high <= most:
        return MEETS
    return FAILS if high < least or low > most else NO_DATA


def _asked(row: Mapping[str, Any]) -> Wording:
    signs = {"min": "≥", "max": "≤"}
    limits = joined(
        (_measured(f"{sign}{row[key]}", row["unit"]) for key, sign in signs.items() if key in row), zh="，", en=", "
    )
    if "codes" not in row:
        return limits
    return Wording(f"{limits.zh}（代码{'、'.join(row['codes'])}）", f"{limits.en} (code {', '.join(row['codes'])})")


def _measured(figure: str, unit: str) -> Wording:
    return Wording(figure if unit == "1" else f"{figure}{unit}", f"{figure}{UNITS_EN[unit]}")


def _spoken(found: tuple[float, float], factor: float, unit: str) -> Wording:
    low, high = (f"{value * factor:.4g}" if value * factor < 1 else f"{value * factor:,.2f}" for value in found)
    if low == high:
        return _measured(low, unit)
    return Wording(_measured(f"{low}至{high}", unit).zh, _measured(f"{low} to {high}", unit).en)


def _unstated(lacking: Iterable[Wording]) -> Wording:
    said = joined(lacking, zh="、", en=", ")
    return Wording(f"未填{said.zh}", f"not stated: {said.en}")


def _add(wanted: Iterable[Wording]) -> Wording:
    said = joined(wanted, zh="、", en=", ")
    return Wording(f"补充{said.zh}", f"add {said.en}")


def _change(result: str, lacking: Iterable[Wording], *, is_certain: bool) -> Wording:
    if result == FAILS:
        return Wording("调整方案使指标达到要求", "change the design so that the indicator is met")
    if result != NO_DATA:
        return NOTHING
    code = Wording("行业代码（4位）", "industry code (4 digits)")
    return _add([*lacking, *([] if is_certain else [code])] or [FIELDS["tall_floor_area_m2"].name])


def score_gate(project: Project, rules: Rules) -> Gate:
    """
    Score of the output-per-mu evaluation.

    Parameters
    ----------
    project
        With its figures where known.
    rules
        The table `output_score`: items with benchmark and weight, and the least score.

    Returns
    -------
    gate
        缺数据 as long as an item has no figure: a missing one is no zero.

    Examples
    --------
    Tax of 22 on 1 mu is at its benchmark (60 points), research of 3 % too (40):

    >>> from geo.screening.rules import SYNTHETIC_RULES, read_rules
    >>> project = {"area_ha": 1 / 15, "tax_10k": 22.0, "rd_10k": 3.0, "revenue_10k": 100.0}
    >>> score_gate(project, read_rules(SYNTHETIC_RULES)).value
    '100.0分（亩均税收60.0，研发经费占营业收入比重40.0）'
    """
    gate, name = "output_per_mu.score", Wording("亩均效益评分", "output-per-mu score")
    table = rules.content.get("output_score")
    if table is None:
        lacks, change = rules.lacks("output_score"), rule_wanted("output_score")
        return Gate(gate, name, NO_DATA, UNRULED, _NOT_GIVEN, lacks, change)
    items = {item["indicator"]: item for item in table["items"]}
    figures = {item: scored_figure(project, item) for item in items}
    asked, source = Wording(f"≥{table['min']}分", f"≥{table['min']} points"), rules.source(table)
    lacking = [item for item, figure in figures.items() if figure is None]
    if lacking:
        fields = dict.fromkeys(
            FIELDS[field].name for item in lacking for field in SCORED[item][2] if not project.get(field)
        )
        names = joined((SCORED[item][0] for item in lacking), zh="、", en=", ")
        said = Wording(f"未能计算：{names.zh}", f"cannot be worked out: {names.en}")
        return Gate(gate, name, NO_DATA, said, asked, source, _add(fields))
    points = output_per_mu_score(
        {item: float(figure or 0.0) for item, figure in figures.items()},
        {item: row["benchmark"] for item, row in items.items()},
        {item: row["weight"] for item, row in items.items()},
    )
    scored = [(SCORED[str(item)][0], f"{value:.1f}") for item, value in points.items()]
    parts = joined((Wording(f"{item.zh}{value}", f"{item.en} {value}") for item, value in scored), zh="，", en=", ")
    found = Wording(f"{points.sum():.1f}分（{parts.zh}）", f"{points.sum():.1f} points ({parts.en})")
    if points.sum() >= table["min"] * (1 - _ROUNDING):
        return Gate(gate, name, MEETS, found, asked, source)
    return Gate(gate, name, FAILS, found, asked, source, Wording("提高得分项", "raise the items that are scored"))
