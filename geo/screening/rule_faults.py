"""Faults of a rules file: what its schema says, and what no schema can say, each with line and place."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema

from geo.screening.faults import RulesFault
from geo.screening.figures import INDICATORS, SCORED
from geo.screening.industries import industries
from geo.screening.projects import DECLARED
from geo.screening.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from geo.plan import Plan

_SCHEMA = Path(__file__).parents[1] / "data" / "rules" / "schema.json"
_TABLE = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.-]+)\s*\]\]?")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")
#: Keywords of the schema whose sense is easier said than printed.
_ADVICE = {
    "required": "add it",
    "additionalProperties": "the schema does not know it; correct the spelling or drop it",
    "anyOf": "fill at least one of the alternatives (min or max; codes or terms; accepted, argued or refused)",
}
#: What a keyword of the schema asks, in Chinese; the place stands before it.
_ASKED_ZH = {
    "required": "缺少必填项，应有{asked}；请补上",
    "additionalProperties": "有不认识的键；请改正拼写或删去",
    "anyOf": "min与max、codes与terms、accepted与argued与refused各组中至少填一项",
    "enum": "{given}不在可选之列；请用{asked}之一",
    "type": "{given}的类型不对，应为{asked}；请改正",
    "minimum": "{given}小于{asked}；请改正",
    "maximum": "{given}大于{asked}；请改正",
    "exclusiveMinimum": "{given}须大于{asked}；请改正",
    "minLength": "不能为空；请填写",
    "minItems": "至少要有{asked}项；请补上",
    "pattern": "{given}的写法不对，应符合{asked}；请改正",
}


def check_rules(text: str, file: str = "rules.toml", *, plan: Plan | None = None) -> list[RulesFault]:
    """
    Every fault of a rules file.

    Parameters
    ----------
    text
        Its content.
    file
        Its name, for the faults.
    plan
        If given, parks that the rules name must be its parks.

    Returns
    -------
    faults
        By line; `row` is the line of the table or key, `field` the place inside the file.

    Examples
    --------
    >>> [fault.kind for fault in check_rules("rules = ")]
    ['not-toml']
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        broken = Wording(f"不是TOML（{error}）；请修正该处", f"{error}; mend the TOML there")
        return [RulesFault(file, int(line[1]) if line else None, None, "not-toml", broken.en, broken.zh)]
    lines = _lines(text)
    found = list(_schema_faults(content))
    if not found:
        found = [*_document_faults(content), *_value_faults(content), *_name_faults(content, plan)]
    faults = [
        RulesFault(file, _line_of(lines, path), _spoken(path), kind, reason.en, reason.zh)
        for path, kind, reason in found
    ]
    return sorted(faults, key=lambda fault: (fault.row or 0, fault.field or "", fault.reason))


Place = tuple[str | int, ...]
Found = tuple[Place, str, Wording]


@lru_cache(maxsize=1)
def _validator() -> Any:  # noqa: ANN401  (the library has no types)
    schema = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema)


def _schema_faults(content: dict[str, Any]) -> Iterator[Found]:
    for error in _validator().iter_errors(content):
        advice = _ADVICE.get(error.validator, "correct the value")
        asked = error.validator_value
        words = {
            "given": repr(error.instance),
            "asked": "、".join(map(str, asked)) if isinstance(asked, list) else asked,
        }
        zh = _ASKED_ZH.get(error.validator, "写法不符合格式要求；请改正").format(**words)
        yield tuple(error.absolute_path), str(error.validator), Wording(zh, f"{error.message}; {advice}")


def _document_faults(content: dict[str, Any]) -> Iterator[Found]:
    """Documents that rules cite and the file does not describe, and days that no calendar has."""
    documents = content.get("documents", {})
    for path, row in _cited(content):
        if row["document"] not in documents:
            table = f"[documents.{row['document']}]"
            unknown = Wording(f"没有说明该文件；请在{table}中写明", f"describe it in {table}")
            yield (*path, "document"), "unknown-document", unknown
    dated: list[Place] = [("rules",), *(("documents", name) for name in documents)]
    for path in dated:
        day = content["rules"]["date"] if path == ("rules",) else documents[path[1]]["date"]
        try:
            date.fromisoformat(day)
        except ValueError:
            yield (
                (*path, "date"),
                "bad-date",
                Wording(f"没有{day!r}这一天；请改正", f"there is no day {day!r}; correct it"),
            )


def _cited(content: dict[str, Any]) -> Iterator[tuple[Place, dict[str, Any]]]:
    for table in ("lists", "declarations", "land_standard", "output_per_mu", "room", "opinions"):
        for number, row in enumerate(content.get(table, ())):
            yield (table, number), row
    if "output_score" in content:
        yield ("output_score",), content["output_score"]
    for number, row in enumerate(content["ranking"].get("criteria", ())):
        yield ("ranking", "criteria", number), row


def _value_faults(content: dict[str, Any]) -> Iterator[Found]:
    for table in ("land_standard", "output_per_mu"):
        for number, row in enumerate(content.get(table, ())):
            yield from _threshold_faults((table, number), row)
    for number, item in enumerate(content.get("output_score", {}).get("items", ())):
        if item["indicator"] not in SCORED:
            yield ("output_score", "items", number), "unknown-indicator", _no_indicator(item["indicator"], SCORED)
    for number, row in enumerate(content.get("declarations", ())):
        words = [word for key in ("accepted", "argued", "refused") for word in row.get(key, ())]
        if len(set(words)) < len(words):
            twice = Wording(
                "同一个词同时列在accepted、argued、refused中的两项；请只留一处",
                "one word is in two of accepted, argued and refused",
            )
            yield ("declarations", number), "contradiction", twice
        if row["field"] not in DECLARED:
            unknown = Wording(
                f"没有名为{row['field']!r}的申报项；可用的有：{'、'.join(DECLARED)}",
                f"no declaration is called {row['field']!r}; there are {', '.join(DECLARED)}",
            )
            yield ("declarations", number, "field"), "unknown-field", unknown
    criteria = content["ranking"].get("criteria", ())
    if not any([*content["ranking"]["weights"].values(), *(row["weight"] for row in criteria)]):
        weightless = Wording("权重全为0；至少一项须大于0", "all weights are 0; at least one must be above")
        yield ("ranking", "weights"), "contradiction", weightless


def _no_indicator(name: str, known: Iterable[str]) -> Wording:
    names = list(known)
    return Wording(
        f"没有名为{name!r}的指标；可用的有：{'、'.join(names)}",
        f"no indicator is called {name!r}; there are {', '.join(names)}",
    )


def _threshold_faults(path: Place, row: dict[str, Any]) -> Iterator[Found]:
    if row["indicator"] not in INDICATORS:
        yield (*path, "indicator"), "unknown-indicator", _no_indicator(row["indicator"], INDICATORS)
    elif row["unit"] not in INDICATORS[row["indicator"]].units:
        units = "、".join(INDICATORS[row["indicator"]].units)
        unit = Wording(f"{row['indicator']}的单位为{units}；请改正", f"{row['indicator']} comes in {units}")
        yield (*path, "unit"), "unknown-unit", unit
    if row.get("min", 0) > row.get("max", float("inf")):
        crossed = Wording("min大于max；请改其一", "min is above max; correct one of them")
        yield (*path, "min"), "contradiction", crossed


def _name_faults(content: dict[str, Any], plan: Plan | None) -> Iterator[Found]:
    """Codes and parks that nothing is called by, and names that stand twice."""
    for table in ("lists", "land_standard", "output_per_mu"):
        for number, row in enumerate(content.get(table, ())):
            for code in (code for code in row.get("codes", ()) if code not in industries().index):
                strange = Wording(f"GB/T 4754-2017没有代码{code!r}；请改正", f"GB/T 4754-2017 has no code {code!r}")
                yield (table, number, "codes"), "unknown-code", strange
    taken = list(content["ranking"]["weights"])
    criteria = [row["id"] for row in content["ranking"].get("criteria", ())]
    for number, name in enumerate(criteria):
        if name in [*taken, *criteria[:number]]:
            taken_id = Wording(f"{name!r}已被使用；请另取id", f"{name!r} is taken; choose another id")
            yield ("ranking", "criteria", number, "id"), "duplicate-id", taken_id
    for table, key in (("room", "park"), ("opinions", "department")):
        named = [row[key] for row in content.get(table, ())]
        for number, name in enumerate(named):
            if name in named[:number]:
                twice = Wording(f"{name!r}出现两次；请只保留一行", f"{name!r} stands twice; keep one")
                yield (table, number, key), "duplicate-row", twice
    if plan is not None:
        yield from _park_faults(content, set(plan.parks["park_id"]))


def _park_faults(content: dict[str, Any], known: set[str]) -> Iterator[Found]:
    for number, row in enumerate(content.get("room", ())):
        if row["park"] not in known:
            yield ("room", number, "park"), "unknown-park", _no_park(row["park"])
    for number, row in enumerate(content["ranking"].get("criteria", ())):
        for park in (park for park in row["values"] if park not in known):
            yield ("ranking", "criteria", number, "values"), "unknown-park", _no_park(park)


def _no_park(park_id: str) -> Wording:
    return Wording(f"规划没有园区{park_id!r}；见parks.csv", f"the plan has no park {park_id!r}; see parks.csv")


def _lines(text: str) -> dict[Place, int]:
    """Line of every table header and key, by its place: `("lists", 0, "row")`."""
    found: dict[Place, int] = {}
    counts: dict[str, int] = {}
    place: Place = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _TABLE.match(line):
            place = tuple(header[2].split("."))
            if header[1] == "[[":
                place = (*place, counts.setdefault(header[2], 0))
                counts[header[2]] += 1
            found[place] = number
        elif key := _KEY.match(line):
            found.setdefault((*place, key[1]), number)
    return found


def _line_of(lines: dict[Place, int], path: Place) -> int | None:
    """Line of a place, or of the nearest thing around it that has one."""
    for end in range(len(path), 0, -1):
        if path[:end] in lines:
            return lines[path[:end]]
    return None


def _spoken(path: Place) -> str | None:
    words = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return words.removeprefix(".") or None
