"""`python -m layers` lists and writes what the pages list and write."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from geo.plan import read_plan
from layers.__main__ import main
from layers.bundle import bundle, export_all
from layers.catalog import catalog
from layers.export import export_layer
from layers.formats.listed import FORMATS

ROOT = Path(__file__).parents[2]


def test_the_list_tells_all_of_every_layer(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--json"]) == 0
    listed = {entry["id"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert list(listed) == [layer.id for layer in catalog(read_plan())]
    parks = listed["parks"]
    assert (parks["rows"], parks["geometry"], parks["title_zh"]) == (41, "Polygon", "园区示意范围")
    assert parks["formats"] == list(FORMATS)
    assert {"name": "grade", "type": "string", "title_zh": "依据等级", "title_en": "Grade"} in parks["fields"]
    assert "yuantu-extents" in parks["source_ids"]
    assert (parks["as_of"], "ODbL-1.0" in parks["licence"]) == ("2026-11", True)
    assert listed["fit"]["geometry"] is None


def test_the_command_writes_the_bytes_of_the_page(tmp_path: Path) -> None:
    target = tmp_path / "out.gpkg"
    words = ["export", "parks", "--format", "gpkg", "--crs", "4548", "--sector", "海洋高新", "-o", str(target)]
    asked = subprocess.run(
        [sys.executable, "-m", "layers", *words], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True
    )
    file = export_layer(read_plan(), "parks", format="gpkg", crs="EPSG:4548", sectors=["marine"])
    assert target.read_bytes() == file.content
    assert asked.stdout == f"{target}  {len(file.content)} bytes\n"
    assert asked.stderr == ""
    assert [path.name for path in tmp_path.iterdir()] == ["out.gpkg"]


def test_notes_go_to_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "parks", "--format", "kml", "--crs", "4548", "-o", str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert "KML is WGS 84" in said.err
    assert "KML" not in said.out
    assert [path.name for path in tmp_path.iterdir()] == ["yuantu_parks_wgs84_2026.11.0.kml"]


def test_a_file_that_is_there_is_kept_unless_forced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "a.csv"
    target.write_text("mine")
    words = ["export", "sectors", "--format", "csv", "-o", str(target)]
    assert main(words) == 2
    assert "is there already; give --force" in capsys.readouterr().err
    assert target.read_text() == "mine"
    assert main([*words, "--force"]) == 0
    assert target.read_bytes() == export_layer(read_plan(), "sectors", format="csv").content
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["roads", "--format", "csv"], "no layer is called 'roads'"),
        (["parks", "--format", "dwg"], "no format is called 'dwg'"),
        (["parks", "--format", "csv", "--crs", "4549"], "does not hold the city"),
        (["parks", "--format", "csv", "--by", "grade"], "csv has no option 'by'"),
        (["parks", "--format", "csv", "--sector", "海洋"], "did you mean 海洋高新"),
        (["land", "--format", "csv", "--district", "湖里"], "cannot be filtered by district"),
        (["fit", "--format", "shp"], "has no geometry"),
    ],
)
def test_a_wrong_question_exits_with_2_and_writes_nothing(
    words: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", *words, "-o", str(tmp_path / "out")]) == 2
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "sectors", "--format", "csv", "-o", str(tmp_path / "no" / "a.csv")]) == 2
    assert "No such file or directory" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["list"], ["export", "parks", "--format", "csv", "-o", "OUT"], ["bundle", "-o", "OUT"]]
)
def test_a_damaged_package_exits_1_and_writes_nothing(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, out = tmp_path / "plan", tmp_path / "out"
    folder.mkdir()
    asked = [str(out) if word == "OUT" else word for word in words]
    assert main([*asked, "--plan", str(folder)]) == 1
    told = capsys.readouterr()
    assert (told.out, out.exists()) == ("", False)
    assert f"the plan package {folder} has" in told.err
    assert "datapackage.json: [missing-file]" in told.err


@pytest.mark.parametrize("words", [[], ["lists"], ["export", "parks"], ["bundle", "--plan"]])
def test_a_command_that_is_not_understood_exits_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(words)
    assert "usage: python -m layers" in capsys.readouterr().err


def test_options_and_bundles_are_those_of_the_page(tmp_path: Path) -> None:
    plan = read_plan()
    words = ["export", "parks", "--format", "shp", "--encoding", "gbk", "-o", str(tmp_path)]
    assert main(words) == 0
    file = export_layer(plan, "parks", format="shp", options={"encoding": "GBK"})
    assert (tmp_path / file.name).read_bytes() == file.content
    assert file.name.endswith("_gbk.shp.zip")
    assert main(["bundle", "parks", "fit", "--format", "tab", "-o", str(tmp_path / "b.zip")]) == 0
    assert (tmp_path / "b.zip").read_bytes() == bundle(plan, ["parks", "fit"], format="tab").content
    assert main(["bundle", "--one-geopackage", "-o", str(tmp_path / "all.gpkg")]) == 0
    assert (tmp_path / "all.gpkg").read_bytes() == export_all(plan).content
