"""Commands answer as the functions do: fields, filters, exit codes."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from geo.__main__ import ALLOCATION_FIELDS, FIT_FIELDS, main
from geo.fit import VERDICTS
from geo.package import check_plan
from geo.plan import DEFAULT_PATH, Plan, read_plan

ROOT = Path(__file__).parents[2]
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def read_once(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands that ask for Xiamen's package take the one that was read already."""
    monkeypatch.setattr("geo.__main__.read_plan", lambda path: plan if path == str(DEFAULT_PATH) else read_plan(path))


def answered(capsys: Capture, *words: str) -> list[dict[str, Any]]:
    assert main(words) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def test_fit_gives_every_pair_with_its_fields(capsys: Capture, fit: pd.DataFrame) -> None:
    rows = answered(capsys, "fit")
    assert FIT_FIELDS == (
        "sector_id", "sector_zh", "park_id", "park_zh", "verdict", "verdict_zh", "closeness", "terms", "cite",
    )  # fmt: skip
    assert {tuple(row) for row in rows} == {FIT_FIELDS}
    assert [(row["sector_id"], row["park_id"], row["verdict"]) for row in rows] == [
        tuple(row) for row in fit[["sector_id", "park_id", "verdict"]].to_numpy()
    ]
    assert [row["cite"] for row in rows] == fit["cite_zh"].tolist()
    assert all(row["verdict_zh"] == VERDICTS[row["verdict"]][0] for row in rows)


def test_fit_gives_terms_as_a_list_and_no_closeness_as_null(capsys: Capture) -> None:
    torch, film = answered(capsys, "fit", "--sector", "it", "--park", "翔安火炬园", "--park", "film-base")
    assert torch["terms"] == ["新型显示", "半导体与集成电路", "下一代网络信息设备"]
    assert (torch["closeness"], film["closeness"], film["terms"]) == ("subsector", None, [])


def test_fit_is_filtered_by_district_sector_and_park(capsys: Capture) -> None:
    rows = answered(capsys, "fit", "--district", "翔安", "--sector", "海洋高新")
    assert {row["sector_id"] for row in rows} == {"marine"}
    assert [row["park_zh"] for row in rows if row["verdict"] == "aligned"] == ["厦门海洋高新产业园"]
    [row] = answered(capsys, "fit", "--district", "翔安", "--sector", "marine", "--park", "厦门海洋高新区")
    assert row["park_id"] == "marine-hitech"
    assert row["cite"] == "第五章“海洋高新”第1项；专栏6第18条第1、2、3、4、7、9项"


def test_filters_may_be_repeated(capsys: Capture) -> None:
    rows = answered(capsys, "fit", "--sector", "it", "--sector", "marine", "--park", "软件园", "--park", "沙坡尾")
    assert len(rows) == 4


def test_filters_that_leave_nothing_give_an_empty_list(capsys: Capture) -> None:
    assert answered(capsys, "fit", "--district", "思明区", "--park", "厦门海洋高新产业园") == []


def test_allocation_gives_the_31_rows_of_the_layout_with_their_fields(capsys: Capture, plan: Plan) -> None:
    rows = answered(capsys, "allocation", "--json")
    assert ALLOCATION_FIELDS == ("sector_id", "sector_zh", "park_id", "park_zh", "cite")
    assert {tuple(row) for row in rows} == {ALLOCATION_FIELDS}
    assert [(row["sector_id"], row["park_id"]) for row in rows] == [
        tuple(row) for row in plan.allocations[["sector_id", "park_id"]].to_numpy()
    ]
    assert rows[29] == {
        "sector_id": "marine",
        "sector_zh": "海洋高新",
        "park_id": "biopharma-port",
        "park_zh": "厦门生物医药港（含孚新工业区、东孚工业区西片区）",
        "cite": "第五章“海洋高新”第2项",
    }


def test_allocation_says_beside_the_answer_what_the_join_found(capsys: Capture) -> None:
    assert main(["allocation"]) == 0
    assert capsys.readouterr().err == "alias-used: 厦门生物医药港 (biopharma-port by short name)\n"


@pytest.mark.parametrize("command", ["allocation", "fit"])
def test_csv_holds_what_json_holds(capsys: Capture, command: str) -> None:
    rows = answered(capsys, command)
    assert main([command, "--csv"]) == 0
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    flat = [
        {key: "|".join(cell) if isinstance(cell, list) else cell or "" for key, cell in row.items()} for row in rows
    ]
    assert table == flat


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--sector", "海洋高薪"], "no sector is called '海洋高薪'; did you mean 海洋高新"),
        (["--park", "生物医药园"], "no park is called '生物医药园'; did you mean 厦门生物医药港"),
        (["--district", "翔按区"], "no district is called '翔按区'; did you mean 翔安区"),
    ],
)
def test_an_unknown_name_exits_2_and_suggests_the_nearest(capsys: Capture, words: list[str], message: str) -> None:
    assert main(["fit", *words]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(message)


@pytest.mark.parametrize("words", [[], ["fits"], ["plan"], ["fit", "--json", "--csv"], ["fit", "--grade", "A"]])
def test_a_command_that_is_not_understood_exits_2(capsys: Capture, words: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(words)
    assert "usage: python -m geo" in capsys.readouterr().err


def test_check_of_a_sound_package_says_so_and_exits_0(capsys: Capture) -> None:
    assert main(["plan", "check"]) == 0
    assert capsys.readouterr().out == "xiamen-2021-2025: no faults\n"
    assert main(["plan", "check", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def damage(folder: Path) -> None:
    """Six kinds of damage, one after the other."""
    (folder / "places.geojson").unlink()
    for file, old, new in (
        ("parks.csv", "River Park,River Park,", "River Park,River Park,城北园"),
        ("sectors.csv", "low-altitude,sector,2", "low-altitude,sector,two"),
        ("allocations.csv", "a-2,rare-earth,2,river,江口园", "a-2,rare-earth,2,harbour,江口园"),
        ("focus_mappings.csv", "t-1-2,1,low-altitude,,,related", "t-1-2,1,low-altitude,,,sector"),
        ("extents.geojson", '"2025-06-30"', '"2025-06-31"'),
    ):
        before = (folder / file).read_bytes().decode()
        assert old in before, file
        (folder / file).write_bytes(before.replace(old, new, 1).encode())
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    del descriptor["city_en"]
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")


EXPECTED = [
    ("datapackage.json", None, "city_en", "missing-property"),
    ("sectors.csv", 3, "order", "type-error"),
    ("parks.csv", 4, "aliases", "shared-name"),
    ("parks.csv", 4, "in_chapter5", "contradicting-flag"),
    ("allocations.csv", 3, "park_id", "foreign-key"),
    ("allocations.csv", 3, "park_id", "contradicting-name"),
    ("extents.geojson", 1, "as_of", "bad-date"),
    ("places.geojson", None, None, "missing-file"),
]


def test_check_of_a_damaged_package_prints_every_fault_and_exits_1(capsys: Capture, yunpu: Path) -> None:
    damage(yunpu)
    faults = check_plan(yunpu)
    assert [fault[:4] for fault in faults] == EXPECTED
    assert main(["plan", "check", str(yunpu)]) == 1
    *lines, last = capsys.readouterr().out.splitlines()
    assert lines == [str(fault) for fault in faults]
    assert last == "8 fault(s)"


def test_check_gives_the_faults_as_json(capsys: Capture, yunpu: Path) -> None:
    damage(yunpu)
    assert main(["plan", "check", "--json", str(yunpu)]) == 1
    faults = json.loads(capsys.readouterr().out)
    assert [(fault["file"], fault["row"], fault["field"], fault["kind"]) for fault in faults] == EXPECTED
    assert all(fault["reason"] for fault in faults)


def test_check_of_a_folder_that_is_no_package_exits_1(capsys: Capture, tmp_path: Path) -> None:
    assert main(["plan", "check", str(tmp_path)]) == 1
    assert "datapackage.json: [missing-file]" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["allocation", "fit"])
def test_a_question_to_a_damaged_package_prints_every_fault_and_exits_1(
    capsys: Capture, yunpu: Path, command: str
) -> None:
    damage(yunpu)
    assert main([command, "--plan", str(yunpu)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert all(str(fault) in told.err for fault in check_plan(yunpu))


def test_a_question_to_another_city_is_answered_from_its_folder(capsys: Capture, yunpu: Path) -> None:
    rows = answered(capsys, "fit", "--plan", str(yunpu), "--district", "西城", "--sector", "稀土材料")
    assert [(row["park_id"], row["verdict"]) for row in rows] == [("north", "aligned"), ("lake", "none")]


def test_a_draft_with_open_questions_is_refused_in_words(
    capsys: Capture, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YUANTU_DATA", str(tmp_path / "data"))
    file = tmp_path / "survey.csv"
    square = plan.extents.set_index("extent_id").to_crs("EPSG:4548").geometry["torch-park/main"].envelope
    file.write_text(f'name,wkt\n火炬园,"{square.wkt}"\n', encoding="utf-8")
    stated = ["--grade", "A", "--accuracy", "1", "--source", "plan", "--as-of", "2026-11"]
    evidence = ["--evidence-zh", "批复红线图", "--evidence-en", "approved boundary"]
    assert main(["intake", str(file), "--draft", "--match", "1=torch-park/main", *stated, *evidence]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "survey.csv: answer these questions first: in which system the coordinates are (crs)\n"
    assert not (tmp_path / "data").exists()


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "geo", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False, env=environment or None)


def test_the_module_runs_as_a_command_that_prints_faults_and_exits_1(yunpu: Path) -> None:
    damage(yunpu)
    done = run("plan", "check", str(yunpu))
    assert done.returncode == 1
    assert done.stdout.decode().splitlines() == [*map(str, check_plan(yunpu)), "8 fault(s)"]
    assert done.stderr == b""


def test_the_command_writes_utf_8_whatever_the_system_speaks() -> None:
    done = run("fit", "--park", "沙坡尾", "--sector", "marine", PYTHONIOENCODING="ascii", LC_ALL="C.UTF-8")
    assert (done.returncode, done.stderr) == (0, b"")
    [row] = json.loads(done.stdout.decode("utf-8"))
    assert row["park_zh"] == "沙坡尾海洋文化创意街区"
