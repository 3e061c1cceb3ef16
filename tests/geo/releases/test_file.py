"""The embedded store is one GeoPackage file that GDAL and QGIS open; its places and what can be wrong with them."""

import sqlite3
from pathlib import Path

import pyogrio
import pytest
from geopandas.testing import assert_geoseries_equal

from geo.accounts import Actor
from geo.plan import Plan
from geo.releases import Store, StoreError, open_store, store_address
from geo.releases.backend import DEFAULT_FOLDER
from tests.geo.releases.publishing import changed, published


def test_gdal_reads_the_extents_of_a_release(file_store: Store, publisher: Actor) -> None:
    published(file_store, changed(file_store.plan.extents, 1), publisher)
    layer = pyogrio.read_dataframe(file_store.backend.name, layer="extents", where="release = 2")
    assert layer.crs == "EPSG:4326"
    assert layer["extent_id"].tolist() == file_store.plan.extents["extent_id"].tolist()
    assert layer["position_accuracy_m"].tolist() == [5001, 50, 300, 1000]
    assert layer["evidence_zh"].tolist() == ['["四至"]'] * 4
    assert_geoseries_equal(layer.geometry, changed(file_store.plan.extents, 1).geometry)


def test_gdal_lists_the_tables_without_a_warning(file_store: Store) -> None:
    layers = pyogrio.list_layers(file_store.backend.name)
    assert dict(layers) == {"extents": "Unknown", "releases": None, "drafts": None, "audit": None, "store": None}
    info = pyogrio.read_info(file_store.backend.name, layer="extents")
    assert (info["driver"], info["features"], info["fid_column"], info["geometry_name"]) == ("GPKG", 4, "fid", "geom")


def test_the_file_says_in_its_head_that_it_is_a_geopackage(file_store: Store) -> None:
    head = Path(file_store.backend.name).read_bytes()[:100]
    assert head[:16] == b"SQLite format 3\x00"
    assert head[68:72] == b"GPKG"
    assert int.from_bytes(head[60:64], "big") == 10300


def test_the_geopackage_keeps_its_own_rules(file_store: Store) -> None:
    connection = sqlite3.connect(file_store.backend.name)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        systems = connection.execute("SELECT srs_id FROM gpkg_spatial_ref_sys ORDER BY srs_id").fetchall()
        assert systems == [(-1,), (0,), (4326,)]
        listed = connection.execute("SELECT table_name, data_type FROM gpkg_contents").fetchall()
        there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    finally:
        connection.close()
    assert {name for name, _ in listed} <= there
    assert ("extents", "features") in listed


def test_nothing_but_the_one_file_is_left_in_the_folder(file_store: Store, publisher: Actor) -> None:
    published(file_store, changed(file_store.plan.extents, 1), publisher)
    assert [path.name for path in Path(file_store.backend.name).parent.iterdir()] == ["releases.gpkg"]


def test_a_missing_folder_is_made_and_a_file_may_have_its_own_name(tmp_path: Path, yunpu_plan: Plan) -> None:
    open_store(tmp_path / "new" / "folder", yunpu_plan)
    open_store(f"sqlite:///{tmp_path}/own.gpkg", yunpu_plan)
    assert (tmp_path / "new" / "folder" / "releases.gpkg").exists()
    assert (tmp_path / "own.gpkg").exists()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path, yunpu_plan: Plan) -> None:
    (tmp_path / "releases.gpkg").write_text("no database " * 100, encoding="utf-8")
    with pytest.raises(StoreError, match=r"releases.gpkg does not answer: file is not a database"):
        open_store(tmp_path, yunpu_plan)


def test_a_geopackage_of_somebody_else_is_refused_and_left_alone(tmp_path: Path, yunpu_plan: Plan) -> None:
    file = tmp_path / "parks.gpkg"
    pyogrio.write_dataframe(yunpu_plan.districts[["geometry"]], file, layer="parks")
    before = file.read_bytes()
    with pytest.raises(StoreError, match="holds something else than releases; name another folder with YUANTU_DATA"):
        open_store(file, yunpu_plan)
    assert file.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, yunpu_plan: Plan) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"cannot be made: .*; name another with YUANTU_DATA"):
        open_store(tmp_path / "file" / "folder", yunpu_plan)


@pytest.mark.parametrize("address", ["mysql://host/database", "sqlite://", "postgresql+asyncpg://host/database"])
def test_other_databases_are_refused(address: str, yunpu_plan: Plan) -> None:
    with pytest.raises(StoreError, match="releases are not kept in"):
        open_store(address, yunpu_plan)


def test_a_server_that_does_not_answer_is_named_without_its_password(tmp_path: Path, yunpu_plan: Plan) -> None:
    with pytest.raises(StoreError, match="does not answer") as caught:
        open_store(f"postgresql://lin:geheim@/yuantu?host={tmp_path}", yunpu_plan)
    assert "geheim" not in str(caught.value)
    assert "lin:***" in str(caught.value)


def test_settings_name_the_place() -> None:
    assert store_address({}) == DEFAULT_FOLDER
    assert store_address({"YUANTU_DATA": "", "YUANTU_DATABASE": ""}) == DEFAULT_FOLDER
    assert store_address({"YUANTU_DATA": "/srv/yuantu"}) == Path("/srv/yuantu")
    assert store_address({"YUANTU_DATA": "/srv", "YUANTU_DATABASE": "postgresql://h/d"}) == "postgresql://h/d"


def test_who_waits_too_long_for_another_is_told(
    file_store: Store, editor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geo.releases.backend.PATIENCE_S", 0.05)
    impatient = open_store(file_store.backend.name, file_store.plan)
    with file_store.backend.writing(), pytest.raises(StoreError, match="database is locked; look whether its folder"):
        impatient.draft(changed(file_store.plan.extents, 1), actor=editor, why="…")
    assert impatient.draft(changed(file_store.plan.extents, 1), actor=editor, why="…").id == 1


def test_an_empty_file_that_a_killed_process_left_becomes_the_store(tmp_path: Path, yunpu_plan: Plan) -> None:
    (tmp_path / "releases.gpkg").touch()
    assert open_store(tmp_path, yunpu_plan).verify() == []


def test_a_table_of_the_same_name_that_is_not_ours_is_refused(tmp_path: Path, yunpu_plan: Plan) -> None:
    connection = sqlite3.connect(tmp_path / "releases.gpkg")
    connection.execute("CREATE TABLE store (shop TEXT)")
    connection.close()
    with pytest.raises(StoreError, match="has a table `store` that is not of releases"):
        open_store(tmp_path, yunpu_plan)
