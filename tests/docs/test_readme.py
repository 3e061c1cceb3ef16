"""What the READMEs promise is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import geo.__main__
import layers.__main__
from geo.plan import Plan, read_plan
from layers.catalog import catalog
from layers.export import FORMATS

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh-CN.md")
DOCUMENTS = (*READMES, "CONTRIBUTING.md", "CHANGELOG.md", "docs/decisions.md")


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan()


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands(name: str) -> list[str]:
    return re.findall(r"^(?:make|\.venv/bin/python) [^\n#]+", text(name), flags=re.MULTILINE)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_into_the_project_leads_somewhere(name: str) -> None:
    folder = (ROOT / name).parent
    targets = [link for link in re.findall(r"\]\(([^)]+)\)", text(name)) if "://" not in link]
    assert [target for target in targets if not (folder / target).exists()] == []


def test_both_readmes_give_the_same_commands_and_settings() -> None:
    first, second = ([command.strip() for command in commands(name)] for name in READMES)
    assert first == second
    assert re.findall(r"`YUANTU_\w+`", text(READMES[0])) == re.findall(r"`YUANTU_\w+`", text(READMES[1]))


def test_the_first_two_commands_are_targets_of_make() -> None:
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), flags=re.MULTILINE))
    words = [command.split()[1] for command in commands("README.md") if command.startswith("make")]
    assert words[:2] == ["app", "test"]
    assert set(words) <= targets
    assert re.findall(r"make (\w+)", text(".ci/run")) == ["check", "test", "qgis"]


@pytest.mark.parametrize("command", [line for line in commands("README.md") if line.startswith(".venv")])
def test_every_command_of_the_readme_runs(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words = command.split()
    module = {"geo": geo.__main__, "layers": layers.__main__}[words[2]]
    assert module.main(words[3:]) == 0
    assert capsys.readouterr().out


def test_the_settings_are_those_that_the_code_reads() -> None:
    code = text("views/settings.py") + text("views/large_files.py") + text("app.py")
    read = {f"YUANTU_{name.upper()}" for name in re.findall(r"setting\(\"(\w+)\"", code)}
    for path in (ROOT / "geo").rglob("*.py"):
        named = re.findall(r"\"(YUANTU_\w+)\"", path.read_text(encoding="utf-8"))
        # The limits of uploaded files are one family.
        read |= {re.sub(r"(?<=INTAKE_)\w+", "", name) for name in named}
    assert set(re.findall(r"YUANTU_\w+", text("README.md"))) == read


@pytest.mark.parametrize("name", READMES)
def test_the_figures_of_the_readme_are_those_of_the_data(name: str, plan: Plan) -> None:
    words = text(name)
    grades = plan.extents["grade"].value_counts()
    for figure in (len(plan.main_sectors), len(plan.parks), len(plan.allocations), len(plan.extents)):
        assert re.search(rf"(?<!\d){figure}(?!\d)", words)
    assert re.search(rf"{grades['D']} (?:are grade D|个)", words)
    assert "A" not in grades
    assert str(len(catalog(plan))) in words or "Eighteen" in words
    for kind in ("GeoJSON", "GeoPackage", "Shapefile", "KML", "CSV", "XLSX", "GeoParquet", "FlatGeobuf"):
        assert kind in words
    assert str(len(FORMATS)) in words


def test_the_changelog_counts_what_the_package_holds(plan: Plan) -> None:
    words = text("CHANGELOG.md")
    for count, noun in (
        (len(plan.focuses), "focus terms"),
        (len(plan.focus_mappings), "mappings"),
        (len(plan.carriers), "carriers"),
        (len(plan.indicators), "indicator rows"),
        (len(plan.subsectors), "fields"),
    ):
        assert f"{count} {noun}" in words


def test_the_picture_is_wide_and_not_heavy() -> None:
    picture = ROOT / "docs" / "images" / "explore.png"
    assert picture.stat().st_size < 600_000
    assert f"({picture.relative_to(ROOT).as_posix()})" in text("README.md")
