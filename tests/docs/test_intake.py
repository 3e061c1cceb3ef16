"""docs/intake.md and docs/releases.md say what is so."""

import re
from dataclasses import fields
from pathlib import Path

from geo.__main__ import _parser
from geo.intake import Limits
from geo.intake.formats import OFFERED
from geo.intake.reading import QUESTIONS

ROOT = Path(__file__).parents[2]
INTAKE = (ROOT / "docs" / "intake.md").read_text(encoding="utf-8")
RELEASES = (ROOT / "docs" / "releases.md").read_text(encoding="utf-8")


def test_every_limit_stands_with_its_default() -> None:
    rows = re.findall(r"^\| `YUANTU_INTAKE_(\w+)` \| ([0-9,]+) \|", INTAKE, re.MULTILINE)
    stated = {name.lower(): int(value.replace(",", "")) for name, value in rows}
    assert stated == {field.name: field.default for field in fields(Limits)}


def test_every_format_and_every_question_is_named() -> None:
    assert all(name.split(" ")[0] in INTAKE for name in OFFERED.split(", "))
    assert all(f"`{kind}`" in INTAKE for kind in QUESTIONS)


def test_the_commands_can_be_understood() -> None:
    text = (INTAKE + RELEASES).replace("\\\n", " ")
    commands = re.findall(r"python -m geo ((?:intake|releases|accounts) [^\n`]+)", text)
    whole = [re.findall(r'"[^"]*"|\S+', line) for line in commands if "FILE" not in line]
    assert len(whole) >= 5
    for line in whole:
        assert _parser().parse_args([word.strip('"') for word in line]).run


def test_settings_of_the_documents_stand_in_both_readmes() -> None:
    named = set(re.findall(r"`(YUANTU_(?:DATA|DATABASE|ACCOUNTS|PASSWORD))`", RELEASES))
    assert len(named) == 4
    for readme in ("README.md", "README.zh-CN.md"):
        assert named <= set(re.findall(r"YUANTU_\w+", (ROOT / readme).read_text(encoding="utf-8")))
