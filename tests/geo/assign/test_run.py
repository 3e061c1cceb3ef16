"""Whole files: what is written, in which order, from which systems, and what a killed run leaves."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from geo.assign import assign, run
from geo.assign.splice import splice
from geo.errors import CRSError, FormatError, GeoError
from tests.geo.assign.places import PLANE, answer_of, at, command, square, write_firms, zone_table

ROOT = Path(__file__).parents[3]
RUN = "import sys; from geo.assign import assign, run; run._UNIT_ROWS = 1; assign(*sys.argv[1:])"


@pytest.fixture
def zones(tmp_path: Path) -> Path:
    path = tmp_path / "zones.gpkg"
    zone_table({"a": square(0, 0), "b": square(2, 0)}, [100.0, None]).to_file(path)
    return path


@pytest.fixture
def small_units(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "_UNIT_ROWS", 1)


def scattered(count: int) -> np.ndarray:
    draw = np.random.default_rng(7)
    return at(*draw.uniform(-0.5, 3.5, (count, 2)).tolist())


@pytest.mark.usefixtures("small_units")
def test_rows_columns_order_and_metadata_stay_and_two_columns_follow(tmp_path: Path, zones: Path) -> None:
    firms = write_firms(tmp_path / "firms.parquet", scattered(2500), row_group_size=300)
    summary = assign(firms, zones, tmp_path / "out.parquet")
    before, after = pq.read_table(firms), pq.read_table(tmp_path / "out.parquet")
    assert after.column_names == [*before.column_names, "zone", "certainty"]
    assert after.select(before.column_names).equals(before)
    assert after.schema.metadata == before.schema.metadata
    assert pq.read_metadata(tmp_path / "out.parquet").num_row_groups == 9
    said = after["certainty"].value_counts().to_pylist()
    assert summary.counts == {entry["values"]: entry["counts"] for entry in said}
    assert (summary.rows, summary.zones, summary.zones_without_accuracy) == (2500, 2, 1)
    assert gpd.read_parquet(tmp_path / "out.parquet").crs == PLANE
    assert sorted(path.name for path in tmp_path.iterdir()) == ["firms.parquet", "out.parquet", "zones.gpkg"]


def test_the_answer_does_not_depend_on_how_rows_are_grouped(
    tmp_path: Path, zones: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = []
    for size, unit in ((50, 1), (50, 400), (1000, 131_072)):
        monkeypatch.setattr(run, "_UNIT_ROWS", unit)
        firms = write_firms(tmp_path / f"{size}.parquet", scattered(1000), row_group_size=size)
        assign(firms, zones, tmp_path / "out.parquet")
        answers.append(answer_of(tmp_path / "out.parquet"))
    assert answers[0] == answers[1] == answers[2]
    assert {certainty for _, certainty in answers[0]} == {"inside", "undetermined", "outside"}


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4490", "EPSG:4527", "EPSG:3857"])
def test_points_of_any_system_give_the_answers_of_the_zones_own(tmp_path: Path, zones: Path, crs: str) -> None:
    places = scattered(400)
    own = write_firms(tmp_path / "own.parquet", places)
    other = write_firms(tmp_path / "other.parquet", places, crs=crs)
    for name, firms in (("a", own), ("b", other)):
        assign(firms, zones, tmp_path / f"{name}.parquet")
    assert answer_of(tmp_path / "a.parquet") == answer_of(tmp_path / "b.parquet")


def test_missing_and_empty_points_are_unknown_not_outside(tmp_path: Path, zones: Path) -> None:
    inside = shapely.Point(*at((2.5, 0.5))[0])
    table = gpd.GeoDataFrame(geometry=[None, shapely.Point(), inside], crs=PLANE)
    table.to_parquet(tmp_path / "firms.parquet")
    summary = assign(tmp_path / "firms.parquet", zones, tmp_path / "out.parquet")
    assert answer_of(tmp_path / "out.parquet") == [(None, None), (None, None), ("b", "inside")]
    assert summary.counts == {"inside": 1, "unknown": 2}


def test_native_points_and_points_with_height_are_read(tmp_path: Path, zones: Path) -> None:
    places = at((2.5, 0.5), (9, 9))
    flat = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*places.T), crs=PLANE)
    flat.to_parquet(tmp_path / "native.parquet", geometry_encoding="geoarrow")
    high = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*places.T, z=[5, 6]), crs=PLANE)
    high.to_parquet(tmp_path / "high.parquet")
    for name in ("native", "high"):
        assign(tmp_path / f"{name}.parquet", zones, tmp_path / "out.parquet")
        assert answer_of(tmp_path / "out.parquet") == [("b", "inside"), (None, "outside")]
        assert gpd.read_parquet(tmp_path / "out.parquet").geometry.x.tolist() == places[:, 0].tolist()


def test_a_file_without_rows_gets_its_columns(tmp_path: Path, zones: Path) -> None:
    firms = write_firms(tmp_path / "firms.parquet", scattered(1)[:0])
    summary = assign(firms, zones, tmp_path / "out.parquet")
    after = pq.read_table(tmp_path / "out.parquet")
    assert (len(after), after.column_names[-2:], summary.counts) == (0, ["zone", "certainty"], {})


def test_parcels_get_shares_and_all_zones_get_lists(tmp_path: Path, zones: Path) -> None:
    parcels = gpd.GeoDataFrame(geometry=[square(0.5, 0.2, 2), square(7, 7), None], crs=PLANE)
    parcels.to_parquet(tmp_path / "parcels.parquet")
    assign(tmp_path / "parcels.parquet", zones, tmp_path / "one.parquet")
    one = pq.read_table(tmp_path / "one.parquet")
    assert one["zone"].to_pylist() == ["b", None, None]
    assert one["share"].to_pylist() == [pytest.approx(0.1), 0, None]
    assign(tmp_path / "parcels.parquet", zones, tmp_path / "all.parquet", all_zones=True)
    every = pq.read_table(tmp_path / "all.parquet")
    assert every["zone"].to_pylist() == [["b", "a"], [], None]
    assert every["certainty"].to_pylist() == [["partly", "partly"], [], None]
    assert len(every["share_max"].to_pylist()[0]) == 2


@pytest.mark.usefixtures("small_units")
def test_a_cancelled_run_goes_on_and_finished_row_groups_are_not_done_again(tmp_path: Path, zones: Path) -> None:
    firms, out = write_firms(tmp_path / "firms.parquet", scattered(2000), row_group_size=100), tmp_path / "out.parquet"
    first = assign(firms, zones, out, is_cancelled=lambda: True)
    assert not first.is_finished
    assert not out.exists()
    kept = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out.parquet.parts").glob("*.json")}
    told: list[tuple[int, int]] = []
    second = assign(firms, zones, out, progress=lambda done, total: told.append((done, total)))
    assert second.is_finished
    assert 0 < second.resumed_rows == (len(kept) - 1) * 100  # the manifest is no part
    assert told[0] == (second.resumed_rows, 2000)
    assert told[-1] == (2000, 2000)
    assert sum(second.counts.values()) == 2000
    assign(firms, zones, tmp_path / "straight.parquet")
    assert out.read_bytes() == (tmp_path / "straight.parquet").read_bytes()


@pytest.mark.parametrize("change", ["points", "zones", "options", "resume", "damage"])
@pytest.mark.usefixtures("small_units")
def test_parts_of_other_files_or_options_are_not_taken_up(tmp_path: Path, zones: Path, change: str) -> None:
    firms, out = write_firms(tmp_path / "firms.parquet", scattered(300), row_group_size=100), tmp_path / "out.parquet"
    options: dict[str, bool] = {}
    assert not assign(firms, zones, out, is_cancelled=lambda: True).is_finished
    if change == "points":
        write_firms(firms, scattered(300) + 1, row_group_size=100)
    elif change == "zones":
        os.utime(zones, ns=(1, 1))
    elif change == "damage":
        for part in out.with_name("out.parquet.parts").glob("*.parquet"):
            part.write_bytes(part.read_bytes()[:-9])
    else:
        options = {"all_zones": True} if change == "options" else {"resume": False}
    assert assign(firms, zones, out, **options).resumed_rows == 0
    assert len(pq.read_table(out)) == 300


def test_a_run_killed_at_any_moment_leaves_nothing_under_the_outputs_name_and_goes_on(
    tmp_path: Path, zones: Path
) -> None:
    firms = write_firms(tmp_path / "firms.parquet", scattered(30_000), row_group_size=100)
    out, folder = tmp_path / "out.parquet", tmp_path / "out.parquet.parts"
    words = [sys.executable, "-c", RUN, str(firms), str(zones), str(out)]
    kept = 0
    for _ in range(2):
        process = subprocess.Popen(words, cwd=ROOT)
        deadline = time.monotonic() + 60
        while process.poll() is None and _finished(folder) < kept + 30:
            assert time.monotonic() < deadline
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        assert not out.exists()
        assert _finished(folder) >= kept + 30
        kept = _finished(folder)
    before = _times(folder)
    subprocess.run(words, cwd=ROOT, check=True)
    assert pq.read_table(firms).equals(pq.read_table(out).drop_columns(["zone", "certainty"]))
    assert not folder.exists()
    assert len(before) == kept
    assign(firms, zones, tmp_path / "straight.parquet")
    assert answer_of(out) == answer_of(tmp_path / "straight.parquet")


def _finished(folder: Path) -> int:
    return len(_times(folder))


def _times(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in folder.glob("0*.json")}


def test_what_cannot_be_used_is_named_with_how_to_mend_it(tmp_path: Path, zones: Path) -> None:
    firms = write_firms(tmp_path / "firms.parquet", scattered(5))
    plain, taken, unknown = (tmp_path / f"{name}.parquet" for name in ("plain", "taken", "unknown"))
    pq.write_table(pa.table({"id": [1]}), plain)
    gpd.read_parquet(firms).assign(zone="x").to_parquet(taken)
    table = pq.read_table(firms)
    about = json.loads(table.schema.metadata[b"geo"])
    about["columns"]["geometry"]["crs"] = None
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(about)}), unknown)
    lines = tmp_path / "lines.parquet"
    gpd.GeoDataFrame(geometry=[shapely.LineString(scattered(2))], crs=PLANE).to_parquet(lines)
    out = tmp_path / "out.parquet"
    cases: list[tuple[Path, Path, Path, type[GeoError], str]] = [
        (
            tmp_path / "no.parquet",
            zones,
            out,
            FormatError,
            r"no\.parquet: the points cannot be read \(there is no such",
        ),
        (zones, zones, out, FormatError, r"zones\.gpkg: the points cannot be read"),
        (firms, tmp_path / "no.gpkg", out, FormatError, r"no\.gpkg: the zones cannot be read \(there is no such file"),
        (plain, zones, out, FormatError, r"plain\.parquet: it has no GeoParquet metadata"),
        (taken, zones, out, GeoError, r"taken\.parquet: it has a column 'zone' already.*rename it"),
        (unknown, zones, out, CRSError, r"unknown\.parquet: column 'geometry' says that its system is unknown"),
        (lines, zones, out, FormatError, "column 'geometry' holds LineString: give points, or parcels"),
        (firms, zones, firms, GeoError, "the output would replace an input"),
        (firms, zones, tmp_path / "no" / "out.parquet", GeoError, "there is no folder"),
    ]
    for points, areas, target, kind, reason in cases:
        with pytest.raises(kind, match=reason):
            assign(points, areas, target)
    assert not out.exists()


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path, zones: Path) -> None:
    firms = write_firms(tmp_path / "firms.parquet", scattered(5))
    own = tmp_path / "out.parquet.parts"
    own.mkdir()
    (own / "letter.txt").write_text("keep me", encoding="utf-8")
    with pytest.raises(GeoError, match="this folder holds no parts of an assignment; move it away"):
        assign(firms, zones, tmp_path / "out.parquet")
    assert (own / "letter.txt").read_text(encoding="utf-8") == "keep me"


def test_a_part_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    (tmp_path / "part.parquet").write_bytes(b"PAR1 and no more")
    with (tmp_path / "whole").open("wb") as target, pytest.raises(FormatError, match="no whole Parquet file"):
        splice([tmp_path / "part.parquet"], target)


def test_the_command_writes_tells_and_counts(tmp_path: Path, zones: Path, capsys: pytest.CaptureFixture[str]) -> None:
    firms, out = write_firms(tmp_path / "firms.parquet", at((2.5, 0.5), (9, 9), (0, 0.5))), tmp_path / "out.parquet"
    table = tmp_path / "sums.csv"
    code = command(firms, zones, "-o", out, "--statistics", table, "--by", "sector", "--amount", "jobs")
    told = capsys.readouterr().err
    assert code == 0
    assert "3/3 rows" in told
    assert "3 rows in" in told
    assert "(1 inside, 1 outside, 1 undetermined)" in told
    assert "1 of 2 zones state no position_accuracy_m: their edges count as exact" in told
    assert table.read_text(encoding="utf-8").splitlines() == [
        "zone,sector,count,amount,count_undetermined,amount_undetermined,location_quotient",
        "a,energy,0,0.0,1,2.0,",
        "b,software,1,0.0,0,0.0,",
    ]


def test_ctrl_c_leaves_what_the_next_run_goes_on_from(tmp_path: Path, zones: Path) -> None:
    firms = write_firms(tmp_path / "firms.parquet", scattered(30_000), row_group_size=100)
    out, folder = tmp_path / "out.parquet", tmp_path / "out.parquet.parts"
    script = (
        "import sys; from geo.assign import run; run._UNIT_ROWS = 1; sys.path.insert(0, '.');"
        "from tests.geo.assign.places import command; sys.exit(command(*sys.argv[1:]))"
    )
    words = [sys.executable, "-c", script, str(firms), str(zones), "-o", str(out)]
    process = subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while process.poll() is None and _finished(folder) < 20:
        assert time.monotonic() < deadline
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "run the same command again to go on" in told
    assert not out.exists()
    again = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    first_told = int(again.stderr.split("/30000 rows")[0])
    assert first_told >= 2000
    assert len(pq.read_table(out)) == 30_000
