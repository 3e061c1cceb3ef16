"""What docs/screening.md says is what the command does."""

import json
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from geo.plan import read_plan
from geo.screening import screen_projects
from geo.screening.batch import read_projects
from geo.screening.candidates import CRITERIA
from geo.screening.command import _day
from geo.screening.gates import GATES, NO_DATA
from geo.screening.park_facts import ParkFacts, park_facts
from geo.screening.projects import COLUMNS
from geo.screening.rules import DEFAULT_RULES, SYNTHETIC_RULES, read_rules

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "screening.md"
TEXT = PAGE.read_text(encoding="utf-8")
COMMANDS = re.findall(r"^```\n(.*?)^```", TEXT, flags=re.MULTILINE | re.DOTALL)[0].splitlines()
RULES = {"default": DEFAULT_RULES, "synthetic": SYNTHETIC_RULES}
WORKED = [("default", 2), ("default", 7), ("synthetic", 13)]
TOLD = 3


@cache
def facts() -> ParkFacts:
    return park_facts(read_plan())


@cache
def answers(rules: str) -> dict[int, dict[str, Any]]:
    rows, _ = read_projects(ROOT / "docs" / "samples" / "projects.csv")
    read = read_rules(RULES[rules], plan=facts().plan)
    return {row["row"]: row for row in screen_projects(rows, facts(), read, on=_day("2026-11-22"))}


def table(*rows: tuple[object, ...]) -> str:
    head, *body = [f"| {' | '.join(str(cell).replace('|', '/') for cell in row)} |" for row in rows]
    return "\n".join([head, f"|{' --- |' * len(rows[0])}", *body])


def rendered(rules: str, row: int) -> str:
    """Say what the page shows of one answer: the gates that something speaks to, and the first candidates."""
    answer = answers(rules)[row]
    told = [gate for gate in answer["gates"] if gate["result"] != NO_DATA or gate["group"] in {"industry", "location"}]
    gates = [(gate["gate_zh"], gate["result"], gate["value"], gate["cite"]) for gate in told]
    parts = [table(("关口", "结果", "现状", "依据"), *gates)]
    rows = [
        (c["rank"], c["park_zh"], c["points"], _sum(c), c["verdict"], c["would_change"][0])
        for c in answer["candidates"][:TOLD]
    ]
    if rows:
        parts.append(table(("名次", "园区", "得分", "构成", "规划结论", "怎样改变结论"), *rows))
    return "\n\n".join([*parts, f"次序：{answer['ranking']['says']}。"])


def _sum(candidate: dict[str, Any]) -> str:
    return " + ".join(f"{part['zh']}{part['points']:.2f}" for part in candidate["parts_of_points"])


def columns() -> str:
    rows = [(column.zh, f"`{column.field}`", column.note_zh, column.example) for column in COLUMNS]
    return table(("列", "English", "说明", "示例"), *rows)


def shown(mark: str) -> str:
    """Text behind a mark, to the next heading."""
    return TEXT.split(f"<!-- {mark} -->\n", maxsplit=1)[1].split("\n#", maxsplit=1)[0].strip()


@pytest.mark.parametrize(("rules", "row"), WORKED)
def test_a_worked_sample_is_what_the_command_prints(rules: str, row: int) -> None:
    assert shown(f"{rules} {row}") == rendered(rules, row)


def test_the_columns_are_those_that_are_read() -> None:
    assert shown("columns") == columns()


@pytest.mark.parametrize("line", COMMANDS)
def test_the_commands_run(line: str, tmp_path: Path) -> None:
    words = shlex.split(line)
    assert words[:4] == ["python", "-m", "geo", "screen"]
    if "-o" in words:
        words[words.index("-o") + 1] = str(tmp_path / "out")
    done = subprocess.run(
        [sys.executable, *words[1:]], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout or (tmp_path / "out").stat().st_size


def test_every_gate_and_criterion_is_described() -> None:
    assert all(f"`{group}`" in TEXT for group in GATES)
    assert all(f"`{criterion}`" in TEXT for criterion in CRITERIA)


def test_every_key_of_an_answer_is_described() -> None:
    answer = answers("default")[2]
    assert all(f"`{key}`" in TEXT for key in answer)
    assert all(f"`{key}`" in TEXT for key in ("gate", "result", "value", "threshold", "cite", "would_change"))


def test_every_twin_in_english_is_described() -> None:
    twins = set(re.findall(r'"(\w+_en)":', json.dumps(answers("synthetic"))))
    assert len(twins) > 10
    assert all(f"`{key}`" in TEXT for key in twins)


def test_every_table_of_the_rules_is_described() -> None:
    content = read_rules(SYNTHETIC_RULES).content
    assert all(f"`{name}`" in TEXT or f"`{name}.<id>`" in TEXT for name in content)


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", TEXT)
    assert links
    assert all((PAGE.parent / link).exists() for link in links)


def test_the_samples_say_that_they_are_samples() -> None:
    assert "**samples**" in TEXT
    assert all(answer["name"].startswith("样例") for answer in answers("default").values())
