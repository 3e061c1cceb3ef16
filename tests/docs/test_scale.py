"""What docs/scale.md says is what the command does and what its figures give."""

import argparse
import re
import shlex
from pathlib import Path

import pytest

from geo.assign.answers import CERTAINTIES
from geo.assign.command import add_assign

PAGE = Path(__file__).parents[2] / "docs" / "scale.md"
TEXT = PAGE.read_text(encoding="utf-8")
COMMANDS = [line for line in TEXT.splitlines() if line.startswith("python -m geo assign ")]
PRICE = 1.00


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_of_the_page_is_understood(line: str) -> None:
    parser = argparse.ArgumentParser()
    add_assign(parser.add_subparsers(required=True))
    chosen = parser.parse_args(shlex.split(line)[3:])
    assert chosen.output == "assigned.parquet"
    assert chosen.zone_id == "park_id"


def test_the_page_shows_the_options_that_there_are() -> None:
    shown = set(re.findall(r"--[a-z-]+", "\n".join(COMMANDS)))
    assert shown == {"--zone-id", "--all", "--statistics", "--by", "--amount", "--scheduler"}


def test_the_pages_certainties_are_the_answers() -> None:
    rows = [cells(line) for line in TEXT.splitlines() if re.match(r"\| `[a-z]+` \|", line)]
    assert {word.strip("`"): (zh, en) for word, zh, en in rows[1:]} == CERTAINTIES


def test_hours_and_costs_follow_from_rows_and_rates() -> None:
    assert f"example price of {PRICE:.2f} yuan" in TEXT
    body = TEXT.split("| what | rows |")[1].splitlines()[2:]
    rows = [cells(line) for line in body if line.startswith("|")]
    assert len(rows) == 2
    for _, count, rate, hours, cost in rows:
        expected = float(count.replace(" ", "")) / float(rate.replace(" ", "")) / 3600
        assert float(hours) == pytest.approx(expected, rel=0.01)
        assert float(cost.split(" ")[0]) == pytest.approx(expected * PRICE, rel=0.01)
