"""
The office's rules as data: lists, thresholds and weights, read from a TOML file with document, number and date.

A rules file is checked as a whole before anything is judged by it: every fault at once, with line and place. What a
file does not state is no data; no gate passes for want of a rule. docs/screening.md describes every table.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema

from geo.errors import Fault, GeoError
from geo.screening.figures import INDICATORS, SCORED
from geo.screening.industries import industries
from geo.screening.projects import DECLARED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from geo.plan import Plan

_FOLDER = Path(__file__).parents[1] / "data" / "rules"
DEFAULT_RULES = _FOLDER / "default.toml"
#: Every table filled with invented values: for tests and for reading, never for real projects.
SYNTHETIC_RULES = _FOLDER / "example-synthetic.toml"
_SCHEMA = _FOLDER / "schema.json"
_TABLE = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.-]+)\s*\]\]?")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")
#: Keywords of the schema whose sense is easier said than printed.
_ADVICE = {
    "required": "add it",
    "additionalProperties": "the schema does not know it; correct the spelling or drop it",
    "anyOf": "fill at least one of the alternatives (min or max; codes or terms; accepted, argued or refused)",
}

Table = tuple[dict[str, Any], ...]


class RulesError(GeoError):
    """
    A rules file that cannot be used, with every fault that was found in it.

    Parameters
    ----------
    path
        The file.
    faults
        All faults, by line.
    """

    def __init__(self, path: object, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        lines = "\n".join(f"  {fault}" for fault in self.faults)
        super().__init__(f"the rules file {path} has {len(self.faults)} fault(s); mend them and run again:\n{lines}")


@dataclass(frozen=True, eq=False, repr=False)
class Rules:
    """
    Rules that projects are judged by; nobody changes them.

    Parameters
    ----------
    file
        Name of the file.
    content
        As parsed and checked.
    sha256
        Of the file's bytes, in hexadecimal.
    """

    file: str
    content: Mapping[str, Any]
    sha256: str = ""

    @property
    def is_synthetic(self) -> bool:
        """Whether the values are invented, for tests and reading only."""
        return bool(self.content["rules"]["synthetic"])

    @property
    def label(self) -> str:
        """Title, file and version, as reports say it."""
        head = self.content["rules"]
        mark = "【示例数据，虚构】" if self.is_synthetic else ""
        return f"{mark}{head['title_zh']}（{self.file}，版本{head['version']}，{head['date']}）"

    def rows(self, table: str) -> Table:
        """
        Return the rows of one table.

        Parameters
        ----------
        table
            Such as `land_standard`.

        Returns
        -------
        rows
            Empty where the file does not have it.
        """
        return tuple(self.content.get(table, ()))

    def cite(self, row: Mapping[str, Any]) -> str:
        """
        Say which document and row stands behind a rule.

        Parameters
        ----------
        row
            A rule with `document` and `row`.

        Returns
        -------
        cite
            Title, number, date and row, marked when the rules are synthetic.
        """
        document = self.content["documents"][row["document"]]
        mark = "【示例数据，虚构】" if self.is_synthetic else ""
        return f"{mark}《{document['title_zh']}》（{document['number']}，{document['date']}）{row['row']}"

    def lacks(self, table: str) -> str:
        """
        Say that the file does not have a table.

        Parameters
        ----------
        table
            Its name.

        Returns
        -------
        cite
            What a gate without rules cites.
        """
        return f"{self.label}未提供[{table}]"


def read_rules(path: str | Path = DEFAULT_RULES, *, plan: Plan | None = None) -> Rules:
    """
    Read and check a rules file.

    Parameters
    ----------
    path
        TOML, UTF-8.
    plan
        If given, parks that the rules name must be its parks.

    Returns
    -------
    rules
        Ready to judge by.

    Raises
    ------
    RulesError
        If the file cannot be read or has any fault; all of them are listed.

    Examples
    --------
    >>> read_rules().rows("land_standard")
    ()
    >>> read_rules(SYNTHETIC_RULES).is_synthetic
    True
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RulesError(
            file, [Fault(file.name, None, None, "missing-file", f"{error.strerror}; give its path")]
        ) from error
    except UnicodeDecodeError as error:
        raise RulesError(file, [Fault(file.name, None, None, "encoding", f"{error}; save it as UTF-8")]) from error
    faults = check_rules(text, file.name, plan=plan)
    if faults:
        raise RulesError(file, faults)
    return Rules(file.name, tomllib.loads(text), hashlib.sha256(file.read_bytes()).hexdigest())


def check_rules(text: str, file: str = "rules.toml", *, plan: Plan | None = None) -> list[Fault]:
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
        return [Fault(file, int(line[1]) if line else None, None, "not-toml", f"{error}; mend the TOML there")]
    lines = _lines(text)
    found = list(_schema_faults(content))
    if not found:
        found = [*_document_faults(content), *_value_faults(content), *_name_faults(content, plan)]
    faults = [Fault(file, _line_of(lines, path), _spoken(path), kind, reason) for path, kind, reason in found]
    return sorted(faults, key=lambda fault: (fault.row or 0, fault.field or "", fault.reason))


Place = tuple[str | int, ...]
Found = tuple[Place, str, str]


@lru_cache(maxsize=1)
def _validator() -> Any:  # noqa: ANN401  (the library has no types)
    schema = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema)


def _schema_faults(content: dict[str, Any]) -> Iterator[Found]:
    for error in _validator().iter_errors(content):
        advice = _ADVICE.get(error.validator, "correct the value")
        yield tuple(error.absolute_path), str(error.validator), f"{error.message}; {advice}"


def _document_faults(content: dict[str, Any]) -> Iterator[Found]:
    """Documents that rules cite and the file does not describe, and days that no calendar has."""
    documents = content.get("documents", {})
    for path, row in _cited(content):
        if row["document"] not in documents:
            yield (*path, "document"), "unknown-document", f"describe it in [documents.{row['document']}]"
    dated: list[Place] = [("rules",), *(("documents", name) for name in documents)]
    for path in dated:
        day = content["rules"]["date"] if path == ("rules",) else documents[path[1]]["date"]
        try:
            date.fromisoformat(day)
        except ValueError:
            yield (*path, "date"), "bad-date", f"there is no day {day!r}; correct it"


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
            reason = f"no indicator is called {item['indicator']!r}; there are {', '.join(SCORED)}"
            yield ("output_score", "items", number), "unknown-indicator", reason
    for number, row in enumerate(content.get("declarations", ())):
        words = [word for key in ("accepted", "argued", "refused") for word in row.get(key, ())]
        if len(set(words)) < len(words):
            yield ("declarations", number), "contradiction", "one word is in two of accepted, argued and refused"
        if row["field"] not in DECLARED:
            reason = f"no declaration is called {row['field']!r}; there are {', '.join(DECLARED)}"
            yield ("declarations", number, "field"), "unknown-field", reason
    criteria = content["ranking"].get("criteria", ())
    if not any([*content["ranking"]["weights"].values(), *(row["weight"] for row in criteria)]):
        yield ("ranking", "weights"), "contradiction", "all weights are 0; at least one must be above"


def _threshold_faults(path: Place, row: dict[str, Any]) -> Iterator[Found]:
    if row["indicator"] not in INDICATORS:
        reason = f"no indicator is called {row['indicator']!r}; there are {', '.join(INDICATORS)}"
        yield (*path, "indicator"), "unknown-indicator", reason
    elif row["unit"] not in INDICATORS[row["indicator"]].units:
        units = "、".join(INDICATORS[row["indicator"]].units)
        yield (*path, "unit"), "unknown-unit", f"{row['indicator']} comes in {units}"
    if row.get("min", 0) > row.get("max", float("inf")):
        yield (*path, "min"), "contradiction", "min is above max; correct one of them"


def _name_faults(content: dict[str, Any], plan: Plan | None) -> Iterator[Found]:
    """Codes and parks that nothing is called by, and names that stand twice."""
    for table in ("lists", "land_standard", "output_per_mu"):
        for number, row in enumerate(content.get(table, ())):
            for code in (code for code in row.get("codes", ()) if code not in industries().index):
                yield (table, number, "codes"), "unknown-code", f"GB/T 4754-2017 has no code {code!r}"
    taken = list(content["ranking"]["weights"])
    criteria = [row["id"] for row in content["ranking"].get("criteria", ())]
    for number, name in enumerate(criteria):
        if name in [*taken, *criteria[:number]]:
            yield ("ranking", "criteria", number, "id"), "duplicate-id", f"{name!r} is taken; choose another id"
    for table, key in (("room", "park"), ("opinions", "department")):
        named = [row[key] for row in content.get(table, ())]
        for number, name in enumerate(named):
            if name in named[:number]:
                yield (table, number, key), "duplicate-row", f"{name!r} stands twice; keep one"
    if plan is not None:
        yield from _park_faults(content, set(plan.parks["park_id"]))


def _park_faults(content: dict[str, Any], known: set[str]) -> Iterator[Found]:
    for number, row in enumerate(content.get("room", ())):
        if row["park"] not in known:
            yield ("room", number, "park"), "unknown-park", f"the plan has no park {row['park']!r}; see parks.csv"
    for number, row in enumerate(content["ranking"].get("criteria", ())):
        for park in (park for park in row["values"] if park not in known):
            yield ("ranking", "criteria", number, "values"), "unknown-park", f"the plan has no park {park!r}"


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
