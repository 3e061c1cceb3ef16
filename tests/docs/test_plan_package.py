"""What docs/plan-package.md says of packages is what the code reads and checks."""

import ast
import re
import shutil
from math import hypot
from pathlib import Path

import frictionless
import pytest

import geo.__main__
from geo.crs import transform_point
from geo.descriptor import CODES, OPTIONAL_FIELDS, PLAN_WORDS, REQUIRED_FIELDS
from geo.errors import Fault
from geo.extents import GRADES
from geo.package import check_plan
from geo.plan import DEFAULT_PATH
from views.settings import plan_path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "plan-package.md"
TEXT = PAGE.read_text(encoding="utf-8")
COMMANDS = re.findall(r"^```\n(.*?)^```", TEXT, flags=re.MULTILINE | re.DOTALL)[0].splitlines()


def section(title: str) -> str:
    """Text from a heading to the next one."""
    return re.split(rf"^#+ {title}$", TEXT, flags=re.MULTILINE)[1].split("\n#", maxsplit=1)[0]


def rows(title: str) -> list[list[str]]:
    """Cells of the table of a section, without its header."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def codes(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@pytest.mark.parametrize(("title", "tables"), [("Required", REQUIRED_FIELDS), ("Optional", OPTIONAL_FIELDS)])
def test_the_document_names_exactly_the_tables_and_fields_that_the_code_reads(
    title: str, tables: dict[str, tuple[str, ...]]
) -> None:
    told = {codes(table)[0]: tuple(codes(fields)) for table, _, fields in rows(title)}
    assert told == tables
    assert list(told) == list(tables)


def test_the_document_gives_the_grades_in_the_words_of_the_code() -> None:
    assert {codes(grade)[0]: meaning for grade, meaning in rows("Grades and accuracy")} == {
        grade: english for grade, (_, english) in GRADES.items()
    }
    assert tuple(codes(grade)[0] for grade, _ in rows("Grades and accuracy")) == CODES["extents.grade"]


def test_the_document_names_the_properties_that_the_code_asks_for(yunpu_without: dict[str, list[Fault]]) -> None:
    named = {code for name, what in rows("The descriptor") for code in (*codes(name), *codes(what))}
    assert set(PLAN_WORDS) <= named
    for name, faults in yunpu_without.items():
        assert name in named
        assert ("missing-property", name) in [(fault.kind, fault.field) for fault in faults]


@pytest.fixture(scope="module")
def yunpu_without(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Fault]]:
    """Faults of a descriptor that lacks all that is needed."""
    folder = tmp_path_factory.mktemp("bare")
    (folder / "datapackage.json").write_text('{"resources": []}', encoding="utf-8")
    return dict.fromkeys(("name", "version", "plan", "city_zh", "city_en"), check_plan(folder))


def emitted_kinds() -> set[str]:
    """Kinds that stand in the sources: the fourth word of a fault, or what stands before the reason of one to be."""
    found = {"not-csv", "not-geojson"}
    for file in ("package.py", "descriptor.py", "rawtable.py", "features.py", "agreement.py"):
        for node in ast.walk(ast.parse((ROOT / "geo" / file).read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="Fault"), args=[_, _, _, ast.Constant(value=str(kind)), _]):
                    found.add(kind)
                case ast.Yield(value=ast.Tuple(elts=[ast.Constant(value=str(kind)), _])):
                    found.add(kind)
                case ast.Yield(value=ast.Tuple(elts=[_, ast.Constant(value=str(kind)), _])):
                    found.add(kind)
    return found


def test_the_document_explains_every_kind_of_fault_and_no_other() -> None:
    told = {kind for kinds, _ in rows("What is checked") for kind in codes(kinds)}
    by_frictionless = {
        error.type for error in vars(frictionless.errors).values() if isinstance(getattr(error, "type", None), str)
    }
    assert emitted_kinds() - told == set()
    assert told - emitted_kinds() <= by_frictionless
    assert len(emitted_kinds()) > 25


def test_the_commands_of_the_document_run_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy, *asked, start = COMMANDS
    program, _, source, target = copy.split()
    assert program == "cp"
    assert (ROOT / source).samefile(DEFAULT_PATH)
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / source, target)
    for command in asked:
        python, _, module, *words = command.split()
        assert (python, module) == (".venv/bin/python", "geo")
        assert geo.__main__.main(words) == 0
        assert len(capsys.readouterr().out) > 10
    setting, *make = start.split()
    monkeypatch.setenv(*setting.split("="))
    assert plan_path().resolve() == tmp_path / target
    assert make == ["make", "app"]
    assert len(asked) == 3


def test_every_link_of_the_document_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", TEXT)
    assert len(links) >= 3
    inside = [link for link in links if not link.startswith("https://")]
    assert [link for link in inside if not (PAGE.parent / link).exists()] == []


def test_the_code_leads_to_the_document(tmp_path: Path) -> None:
    [fault] = check_plan(tmp_path)
    assert PAGE.relative_to(ROOT).as_posix() in fault.reason


def scale(longitude: float, latitude: float) -> float:
    """How much longer a step of 0.001 degree to the north is in EPSG:4548 than on its central meridian."""
    here, there = (transform_point(longitude, latitude + step) for step in (0, 0.001))
    middle, next_to_it = (transform_point(117.0, latitude + step) for step in (0, 0.001))
    step = hypot(there[0] - here[0], there[1] - here[1])
    return step / (next_to_it[1] - middle[1]) - 1


def test_what_the_document_says_of_the_plane_is_so() -> None:
    assert max(scale(longitude, 25.0) for longitude in (114.5, 119.5)) < 0.001
    assert scale(104.0, 30.6) == pytest.approx(0.02, abs=0.001)
