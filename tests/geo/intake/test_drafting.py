"""From faults and names to a draft: repairs on demand, matches with reasons, extents replaced, the command."""

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from shapely.affinity import translate

from geo.crs import geodesic_area_m2
from geo.intake import (
    FeatureFault,
    Intake,
    IntakeError,
    draft_extents,
    propose_matches,
    read_intake,
    repair,
    surroundings,
)
from geo.intake.command import add_intake, run_intake
from geo.plan import Plan
from tests.geo.intake.corpus import CASES, PLANE, SIDE, SQUARE, collection, parks, present, ring, shapefile

MADE = {case.name: case.make for case in CASES}
STATED: dict[str, Any] = {
    "grade": "A",
    "position_accuracy_m": 1.0,
    "evidence_zh": ["批复红线图"],
    "evidence_en": ["approved boundary"],
    "source_id": "plan",
    "as_of": "2026-11",
}


def read(name: str, plan: Plan) -> Intake:
    return read_intake(MADE[name](), name=name, plan=plan)


def held(*shapes: Any, names: tuple[str, ...] = (), faults: tuple[FeatureFault, ...] = ()) -> Intake:
    table = gpd.GeoDataFrame({"feature": range(1, len(shapes) + 1)}, geometry=list(shapes), crs="EPSG:4326")
    column = "name" if names else None
    table = table.assign(name=names) if names else table
    return Intake(
        "a.zip", "f" * 64, 9, "shapefile", "EPSG:4527", "UTF-8", "wgs84", "a", table, faults, name_column=column
    )


@pytest.mark.parametrize(
    ("name", "kind", "share"),
    [
        ("bow-tie.geojson", "self-crossing", 0.5),
        ("open.geojson", "unclosed", 0.5),
        ("sliver.geojson", "sliver", 1.0),
        ("spike.geojson", "spike", 0.75),
        ("heights.kml", "z", 0.5),
        ("repeated.geojson", "repeated-points", 1.0),
    ],
)
def test_a_repair_mends_its_fault_and_logs_the_areas(name: str, kind: str, share: float, plan: Plan) -> None:
    broken = read(name, plan)
    mended, log = repair(broken, [(1, kind)], plan=plan)
    assert mended.faults == ()
    assert log[["feature", "kind"]].values.tolist() == [[1, kind]]
    area = float(geodesic_area_m2(mended.table.geometry).iloc[0])
    square = float(geodesic_area_m2(gpd.GeoSeries([SQUARE], crs=4326)).iloc[0])
    assert area == pytest.approx(square * share, rel=2e-3)
    assert log["area_after_m2"].iloc[0] == pytest.approx(area, abs=0.01)
    assert kind in {fault.kind for fault in broken.faults}


def test_a_repaired_duplicate_is_gone_and_the_first_stays(plan: Plan) -> None:
    mended, log = repair(read("twice.geojson", plan), [(2, "duplicate")], plan=plan)
    assert (mended.table["feature"].tolist(), mended.faults, log["repair"].tolist()) == ([1], (), ["drop-feature"])


def test_a_hole_outside_becomes_a_valid_polygon(plan: Plan) -> None:
    mended, _ = repair(read("hole-outside.geojson", plan), [(1, "hole-outside")], plan=plan)
    assert mended.table.geometry.is_valid.all()
    assert "hole-outside" not in {fault.kind for fault in mended.faults}


def test_closing_keeps_a_hole_a_hole(plan: Plan) -> None:
    x, y = SQUARE.bounds[:2]
    inner = shapely.box(x + 0.002, y + 0.002, x + 0.004, y + 0.004)
    content = ring(*SQUARE.exterior.coords[:-1])
    content["coordinates"].append([list(point) for point in inner.exterior.coords])
    mended, _ = repair(read_intake(collection(content), name="a.geojson", plan=plan), [(1, "unclosed")], plan=plan)
    assert mended.table.geometry.iloc[0].equals(SQUARE.difference(inner))


def test_a_repair_that_is_not_offered_is_refused(plan: Plan) -> None:
    with pytest.raises(IntakeError, match="no fault 'sea'") as caught:
        repair(held(SQUARE), [(1, "sea")], plan=plan)
    assert caught.value.kind == "repair"


@pytest.mark.parametrize(
    ("name", "park_id", "by"),
    [
        ("火炬园", "torch-park", "name"),
        ("同翔产业基地", "tongxiang-hitech", "alias"),
        ("同翔高新城", "tongxiang-hitech", "name"),
    ],
)
def test_a_name_or_alias_leads_to_its_park(name: str, park_id: str, by: str, plan: Plan) -> None:
    best = propose_matches(held(present(park_id), names=(name,)), surroundings(plan))[0]
    assert best.park_id == park_id
    assert best.is_by_name
    assert best.by == by
    assert "100%" in best.why


def test_place_alone_proposes_a_part_and_says_so(plan: Plan) -> None:
    best = propose_matches(held(present("torch-park")), surroundings(plan))[0]
    assert (best.park_id, best.by, best.is_by_name) == ("torch-park", "place", False)


def test_a_misspelt_name_is_only_similar(plan: Plan) -> None:
    best = propose_matches(held(SQUARE, names=("同翔高新技术城",)), surroundings(plan))[0]
    assert (best.park_id, best.by) == ("tongxiang-hitech", "similar name")
    assert best.score < 0.9


def test_nothing_is_proposed_for_a_stranger_far_from_all(plan: Plan) -> None:
    assert propose_matches(held(shapely.box(117.45, 24.15, 117.46, 24.16), names=("甲",)), surroundings(plan)) == ()


def test_a_draft_replaces_the_confirmed_part_alone(plan: Plan) -> None:
    draft = draft_extents(plan, held(SQUARE), {1: ("torch-park", "main")}, **STATED)
    assert list(draft.columns) == list(plan.extents.columns)
    before, after = plan.extents.set_index("extent_id"), draft.set_index("extent_id")
    assert after.loc["torch-park/main", "geometry"].equals(SQUARE)
    assert after.loc["torch-park/main", "evidence_zh"] == ["批复红线图"]
    assert "ffffffffffff" in after.loc["torch-park/main", "method_zh"]
    others = before.index.drop("torch-park/main")
    assert after.loc[others].geometry.geom_equals(before.loc[others].geometry).all()
    assert after.loc[others, "grade"].equals(before.loc[others, "grade"])


def test_features_of_one_part_become_one_extent(plan: Plan) -> None:
    both = held(SQUARE, translate(SQUARE, SIDE / 2))
    draft = draft_extents(plan, both, {1: ("torch-park", "main"), 2: ("torch-park", "main")}, **STATED)
    drawn = draft.set_index("extent_id").loc["torch-park/main", "geometry"]
    assert drawn.area == pytest.approx(SQUARE.area * 1.5)


def test_a_draft_is_refused_while_a_question_is_open(plan: Plan) -> None:
    asked = read("no-prj.zip", plan)
    with pytest.raises(IntakeError, match="crs") as caught:
        draft_extents(plan, asked, {1: ("torch-park", "main")}, **STATED)
    assert caught.value.kind == "questions"


def test_a_draft_is_refused_while_a_blocking_fault_stands_but_not_for_others(plan: Plan) -> None:
    fault = FeatureFault(2, "self-crossing", "边界自相交", "self-intersection", 118.1, 24.5, "make-valid")
    intake = held(SQUARE, translate(SQUARE, 0.02), faults=(fault,))
    with pytest.raises(IntakeError, match="feature 2 self-crossing") as caught:
        draft_extents(plan, intake, {2: ("torch-park", "main")}, **STATED)
    assert caught.value.kind == "faults"
    assert len(draft_extents(plan, intake, {1: ("torch-park", "main")}, **STATED)) == len(plan.extents)


@pytest.mark.parametrize(
    "wrong",
    [
        {"grade": "E"},
        {"position_accuracy_m": float("nan")},
        {"evidence_zh": []},
        {"source_id": "nobody"},
        {"as_of": "last year"},
    ],
    ids=str,
)
def test_a_statement_of_no_use_is_refused(wrong: dict[str, Any], plan: Plan) -> None:
    with pytest.raises(IntakeError) as caught:
        draft_extents(plan, held(SQUARE), {1: ("torch-park", "main")}, **{**STATED, **wrong})
    assert caught.value.kind == "statement"


def test_a_match_with_no_such_part_is_refused(plan: Plan) -> None:
    with pytest.raises(IntakeError, match="torch-park/moon"):
        draft_extents(plan, held(SQUARE), {1: ("torch-park", "moon")}, **STATED)


def command(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_intake(parser.add_subparsers())
    return parser.parse_args(["intake", *words])


@pytest.fixture
def gbk(tmp_path: Path) -> Path:
    path = tmp_path / "火炬园.zip"
    path.write_bytes(shapefile(parks(PLANE, 4527, name="火炬园"), encoding="GB18030", drop=(".prj", ".cpg")))
    return path


def test_the_command_prints_the_promised_object_and_writes_nothing(
    gbk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_intake(command(str(gbk), "--json")) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["format"], answer["crs"], answer["encoding"], answer["features"]) == (
        "shapefile",
        "EPSG:4527",
        "GB18030",
        1,
    )
    assert [sorted(question) for question in answer["questions"]] == [
        sorted(("kind", "guess", "why", "why_en", "choices", "preview"))
    ] * 2
    assert {fault["kind"] for fault in answer["faults"]} >= {"outside-district"}
    assert list(gbk.parent.iterdir()) == [gbk]


def test_the_command_says_in_words_what_it_found(gbk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_intake(command(str(gbk), "--crs", "4527", "--encoding", "GBK")) == 0
    said = capsys.readouterr().out
    assert "! 1 [outside-district]" in said
    assert "= 1 torch-park/main" in said
    assert "\n? " not in said


DRAFT = (
    "--draft", "--match", "1=torch-park/main", "--grade", "A", "--accuracy", "1", "--evidence-zh", "红线图",
    "--evidence-en", "boundary", "--source", "plan", "--as-of", "2026-11", "--crs", "4527", "--encoding", "GBK",
)  # fmt: skip


def test_a_draft_goes_to_the_store_with_its_report(gbk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept: list[tuple[gpd.GeoDataFrame, dict[str, Any]]] = []

    def save(extents: gpd.GeoDataFrame, about: dict[str, Any]) -> str:
        kept.append((extents, about))
        return "draft 1"

    assert run_intake(command(str(gbk), *DRAFT), save_draft=save) == 0
    assert capsys.readouterr().out.endswith("draft 1\n")
    extents, about = kept[0]
    assert extents.set_index("extent_id").loc["torch-park/main", "grade"] == "A"
    assert (about["source_file"], len(about["source_sha256"])) == (gbk.name, 64)
    assert about["report"]["format"] == "shapefile"


def test_without_a_store_a_draft_is_refused(gbk: Path) -> None:
    with pytest.raises(IntakeError) as caught:
        run_intake(command(str(gbk), *DRAFT))
    assert caught.value.kind == "no-store"


def test_a_draft_without_its_statements_says_which_are_missing(gbk: Path) -> None:
    with pytest.raises(IntakeError, match="--grade, --accuracy, --evidence-zh"):
        run_intake(command(str(gbk), "--draft", "--crs", "4527", "--encoding", "GBK"))


def test_an_intake_is_never_changed_by_a_repair(plan: Plan) -> None:
    broken = read("bow-tie.geojson", plan)
    copy = replace(broken, table=broken.table.copy())
    repair(broken, [(1, "self-crossing")], plan=plan)
    assert broken.table.geometry.equals(copy.table.geometry)
    assert broken.faults == copy.faults
