"""A package on disk becomes a frozen set of typed tables."""

from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from geo.descriptor import OPTIONAL_FIELDS, REQUIRED_FIELDS
from geo.errors import UnknownNameError
from geo.plan import DEFAULT_PATH, GEOMETRY_TABLES, TABLES, Plan, read_plan


def test_every_table_is_there_with_the_fields_that_the_code_reads(plan: Plan) -> None:
    for name, fields in {**REQUIRED_FIELDS, **OPTIONAL_FIELDS}.items():
        assert set(fields) <= set(plan.table(name).columns), name


def test_geometry_tables_are_in_wgs_84(plan: Plan) -> None:
    for name in TABLES:
        table = plan.table(name)
        assert isinstance(table, gpd.GeoDataFrame) == (name in GEOMETRY_TABLES), name
        if name in GEOMETRY_TABLES:
            assert table.crs.to_epsg() == 4326
            assert table.geometry.notna().all()


def test_columns_have_the_types_that_the_descriptor_states(plan: Plan) -> None:
    kinds = plan.parks[["order", "in_chapter5", "box6_entry"]].dtypes.astype(str).tolist()
    assert kinds == ["Int64", "boolean", "Int64"]
    assert plan.indicators[["value", "year"]].dtypes.astype(str).tolist() == ["float64", "Int64"]
    science_city = plan.parks.set_index("park_id").loc["science-city"]
    assert science_city["districts_zh"] == ("同安区", "翔安区")
    assert isinstance(plan.extents["evidence_zh"].iloc[0], list)


def test_empty_cells_are_missing_and_empty_lists_are_empty(plan: Plan) -> None:
    parks = plan.parks.set_index("park_id")
    assert parks.loc["torch-park", "box6_entry"] is pd.NA
    assert parks["operator_zh"].isna()["science-city"]
    assert parks.loc["maluan-smart", "aliases"] == ()


def test_words_that_look_like_missing_values_stay_words(yunpu: Path) -> None:
    sectors = (yunpu / "sectors.csv").read_bytes().decode()
    sectors = sectors.replace("Rare earths", "NA").replace("Low-altitude aircraft", "null")
    (yunpu / "sectors.csv").write_bytes(sectors.encode())
    assert read_plan(yunpu).sectors["name_en"].tolist() == ["NA", "null"]


def test_a_plan_cannot_be_changed(plan: Plan) -> None:
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'parks'"):
        plan.parks = plan.parks  # type: ignore[misc]


def test_an_unknown_table_is_refused_with_those_that_there_are(plan: Plan) -> None:
    with pytest.raises(
        UnknownNameError, match=r"the plan has no table 'path'; it has sources, sectors, subsectors, parks"
    ):
        plan.table("path")


def test_sectors_and_tracks_stand_in_the_plans_order_whatever_the_file_says(plan: Plan) -> None:
    turned = replace(plan, sectors=plan.sectors.iloc[::-1])
    assert turned.main_sectors["sector_id"].tolist() == ["it", "biohealth", "materials-energy", "creative", "marine"]
    assert turned.tracks["sector_id"].tolist() == plan.tracks["sector_id"].tolist()
    assert turned.tracks["order"].tolist() == [6, 7, 8, 9, 10, 11]


def test_the_digest_is_that_of_the_files_wherever_they_lie(yunpu_plan: Plan, yunpu: Path) -> None:
    assert len(yunpu_plan.digest) == 64
    assert read_plan(yunpu).digest == yunpu_plan.digest


@pytest.mark.parametrize("file", ["datapackage.json", "parks.csv", "places.geojson"])
def test_the_digest_changes_with_any_byte(yunpu_plan: Plan, yunpu: Path, file: str) -> None:
    before = (yunpu / file).read_bytes()
    # White space at the end changes nothing that is read.
    (yunpu / file).write_bytes(before.rstrip() + b"\n")
    assert read_plan(yunpu).digest != yunpu_plan.digest


def test_a_file_beside_the_package_is_no_part_of_it(yunpu_plan: Plan, yunpu: Path) -> None:
    (yunpu / "notes.txt").write_text("to do", encoding="utf-8")
    assert read_plan(yunpu).digest == yunpu_plan.digest


def test_the_release_says_name_version_and_the_start_of_the_digest(plan: Plan) -> None:
    assert plan.release == f"xiamen-2021-2025 {plan.descriptor['version']} ({plan.digest[:8]})"


def test_an_optional_table_may_be_left_out(yunpu_plan: Plan) -> None:
    for name in OPTIONAL_FIELDS:
        table = yunpu_plan.table(name)
        assert set(OPTIONAL_FIELDS[name]) <= set(table.columns), name
        assert table.empty == (name != "places"), name
        if name in GEOMETRY_TABLES:
            assert table.crs.to_epsg() == 4326


def test_a_path_may_be_a_word(yunpu: Path) -> None:
    assert read_plan(str(yunpu)).path == yunpu


def test_the_package_that_comes_with_the_project_is_the_default(plan: Plan) -> None:
    assert plan.path == DEFAULT_PATH
    assert plan.descriptor["name"] == DEFAULT_PATH.name == "xiamen-2021-2025"
