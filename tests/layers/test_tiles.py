"""Large layers as tiles: none missing at the largest zoom, thinned below, kept once, handed out in other formats."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.city import write_parcels, write_points
from geo.errors import CRSError, FormatError
from layers.__main__ import main
from layers.large import layer_style, swatches
from layers.tiles import (
    COPY_FORMATS,
    LargeFile,
    LargeFileError,
    begin_tiles,
    copied_file,
    feature_count,
    kept,
    large_files,
    make_tiles,
    tile_about,
    tile_state,
    tiles_path,
)
from layers.tiles.copies import convert
from layers.tiles.features import parquet_crs, read_features
from layers.tiles.making import ROW, WHOLE, _check, _write
from layers.tiles.overview import overview, whole_from
from layers.tiles.traits import layer_traits
from tests.languages import has_english_sentence, is_chinese

COUNT = 4000


@pytest.fixture(scope="module")
def parcels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("city") / "parcels.parquet"
    write_parcels(path, COUNT, seed=11)
    return path


@pytest.fixture(scope="module")
def tiles(parcels: Path) -> Path:
    path = parcels.with_name("parcels.pmtiles")
    make_tiles(parcels, path)
    return path


def decoded(tiles: Path, *, layer: str = WHOLE, zoom: int | None = None) -> pd.DataFrame:
    """Read a layer of an archive with GDAL's reader, a row for each tile that a feature lies in."""
    options = {} if zoom is None else {"ZOOM_LEVEL": zoom}
    return pyogrio.read_dataframe(tiles, layer=layer, read_geometry=False, CLIP="NO", **options)


def saved(folder: Path, table: gpd.GeoDataFrame) -> Path:
    path = folder / "odd.gpkg"
    table.to_file(path)
    return path


def test_at_the_largest_zoom_no_feature_is_missing_and_every_value_is_the_files(parcels: Path, tiles: Path) -> None:
    source = gpd.read_parquet(parcels).drop(columns="geometry")
    read = decoded(tiles).drop_duplicates(ROW).set_index(ROW).sort_index()
    assert list(read.index) == list(range(COUNT))
    for name in source.columns:
        pd.testing.assert_series_equal(
            read[name].reset_index(drop=True), source[name], check_dtype=False, check_names=False
        )


def test_features_lie_in_the_tiles_where_they_lie_in_the_file(parcels: Path, tiles: Path) -> None:
    source = gpd.read_parquet(parcels).to_crs(3857)
    read = pyogrio.read_dataframe(tiles, layer=WHOLE, CLIP="NO")
    whole = read.dissolve(ROW).geometry.make_valid()
    ratio = whole.area.to_numpy() / source.area.to_numpy()
    large = source.area.to_numpy() > 2000
    assert np.abs(ratio[large] - 1).max() < 0.05
    apart = shapely.hausdorff_distance(whole.to_numpy(), source.geometry.to_numpy())
    # Web Mercator's metres, one grid cell being 0.3 of them.
    assert apart.max() < 0.6


@pytest.mark.parametrize("kind", ["sliver", "speck", "line", "point", "3d", "two parts"])
def test_what_a_grid_would_swallow_is_drawn_all_the_same(tmp_path: Path, kind: str) -> None:
    shapes = {
        "sliver": shapely.box(118.1, 24.5, 118.1 + 1e-7, 24.52),
        "speck": shapely.box(118.1, 24.5, 118.1 + 1e-8, 24.5 + 1e-8),
        "line": shapely.LineString([(118.1, 24.5), (118.1 + 1e-6, 24.5)]),
        "point": shapely.Point(118.1, 24.5),
        "3d": shapely.force_3d(shapely.box(118.1, 24.5, 118.101, 24.501), 7.0),
        "two parts": shapely.MultiPolygon(
            [shapely.box(118.1, 24.5, 118.1001, 24.5001), shapely.box(118.3, 24.5, 118.301, 24.6)]
        ),
    }
    table = gpd.GeoDataFrame({"name": ["甲"]}, geometry=[shapes[kind]], crs=4326)
    about = make_tiles(saved(tmp_path, table), tmp_path / "odd.pmtiles")
    assert set(decoded(tmp_path / "odd.pmtiles")["name"]) == {"甲"}
    assert about["narrow"] == (1 if kind in {"sliver", "speck"} else 0)


def test_rows_without_geometry_are_counted_and_not_drawn(tmp_path: Path) -> None:
    table = gpd.GeoDataFrame(
        {"name": ["a", "b", "c"]}, geometry=[shapely.Point(118.1, 24.5), None, shapely.Point(118.2, 24.6)], crs=4326
    )
    about = make_tiles(saved(tmp_path, table), tmp_path / "odd.pmtiles")
    assert (about["count"], about["empty"]) == (3, 1)
    assert set(decoded(tmp_path / "odd.pmtiles")["name"]) == {"a", "c"}


@pytest.mark.parametrize("code", [4326, 4490, 4548, 4527, 3857])
def test_any_stated_crs_comes_to_the_same_place(tmp_path: Path, code: int) -> None:
    table = gpd.GeoDataFrame({"name": ["a"]}, geometry=[shapely.Point(118.089, 24.479)], crs=4326).to_crs(code)
    about = make_tiles(saved(tmp_path, table), tmp_path / "odd.pmtiles")
    assert about["bounds"] == pytest.approx([118.089, 24.479] * 2, abs=2e-6)


def test_a_file_without_crs_is_refused_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "none.parquet"
    gpd.GeoDataFrame({"name": ["a"]}, geometry=[shapely.Point(118.1, 24.5)]).to_parquet(path)
    with pytest.raises(CRSError, match=r"none\.parquet states no coordinate reference system: write it with one"):
        make_tiles(path, tmp_path / "none.pmtiles")
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_of_empty_rows_and_one_that_is_no_layer_are_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty.parquet"
    gpd.GeoDataFrame({"name": ["a"]}, geometry=[None], crs=4326).to_parquet(empty)
    with pytest.raises(LargeFileError, match="holds nothing to draw: all its 1 rows"):
        make_tiles(empty, tmp_path / "a.pmtiles")
    text = tmp_path / "text.gpkg"
    text.write_text("no database", encoding="utf-8")
    with pytest.raises(LargeFileError, match=r"text\.gpkg cannot be read as GeoParquet, FlatGeobuf"):
        make_tiles(text, tmp_path / "b.pmtiles")
    with pytest.raises(LargeFileError, match="there is no file"):
        feature_count(tmp_path / "gone.fgb")


def test_small_scales_hold_at_most_one_small_feature_a_cell(tmp_path: Path) -> None:
    path = tmp_path / "points.parquet"
    write_points(path, 20_000, seed=3)
    points = gpd.read_parquet(path)
    thinned = overview(points, 8)
    cells = 2**8 * 128
    assert len(thinned) < len(points) / 5
    x, y = thinned.geometry.x.to_numpy(), np.radians(thinned.geometry.y.to_numpy())
    across = np.floor((x + 180) / 360 * cells)
    down = np.floor((1 - np.arcsinh(np.tan(y)) / np.pi) / 2 * cells)
    assert len(set(zip(across, down, strict=True))) == len(thinned)


lons = st.floats(118.0, 118.3)
lats = st.floats(24.4, 24.7)
sizes = st.floats(1e-6, 0.05)


@given(boxes=st.lists(st.tuples(lons, lats, sizes, sizes), min_size=1, max_size=40), zoom=st.integers(8, 14))
@settings(max_examples=40, deadline=None)
def test_an_overview_only_shows_values_of_the_layer_and_never_drops_the_largest(
    boxes: list[tuple[float, float, float, float]], zoom: int
) -> None:
    shapes = [shapely.box(x, y, x + wide, y + high) for x, y, wide, high in boxes]
    layer = gpd.GeoDataFrame({"n": range(len(shapes))}, geometry=shapes, crs=4326)
    thinned = overview(layer, zoom)
    assert set(thinned["n"]) <= set(layer["n"])
    largest = shapely.area(layer.geometry.to_numpy())
    top = set(np.flatnonzero(largest == largest.max()))
    assert top & set(thinned["n"])
    assert 8 <= whole_from(layer, range(8, 16)) <= 15


def test_numbers_get_classes_and_ids_get_none(parcels: Path) -> None:
    traits = {trait.name: trait for trait in layer_traits(gpd.read_parquet(parcels))}
    assert {name: trait.kind for name, trait in traits.items()} == {
        "id": "text", "use": "category", "use_zh": "category", "sector": "category", "area_ha": "number",
        "far": "number", "built_year": "number",
    }  # fmt: skip
    area = gpd.read_parquet(parcels)["area_ha"]
    edges = [-1.0, *traits["area_ha"].breaks, area.max()]
    assert np.histogram(area, np.nextafter(edges, np.inf))[0] == pytest.approx([COUNT / 5] * 5, abs=20)
    sectors = asdict(traits["sector"])
    assert sum(count for _, count in sectors["values"]) + sectors["missing"] == COUNT


def test_values_beyond_the_ninth_share_a_colour_and_the_legend_adds_up() -> None:
    values = [[chr(97 + number), 20 - number] for number in range(12)]
    trait = {"name": "kind", "kind": "category", "values": values, "breaks": [], "missing": 5}
    style = layer_style(trait)
    assert len(set(style["colours"].values())) == 9
    total = sum(count for _, count in values)
    assert sum(one.count or 0 for one in swatches(style, trait, total + 5)) == total + 5


def test_the_setting_names_files_and_says_what_is_wrong() -> None:
    files = large_files(" a=/x/a.parquet | title = 宗地 |source=局; 楼=/x/b.gpkg ")
    assert [(file.name, file.path, file.title, file.source) for file in files] == [
        ("a", Path("/x/a.parquet"), "宗地", "局"), ("楼", Path("/x/b.gpkg"), "", ""),
    ]  # fmt: skip
    with pytest.raises(LargeFileError, match=r"'a/b' in the setting `large` is no `name=path`|'a/b=/x'"):
        large_files("a/b=/x")
    with pytest.raises(LargeFileError, match="names 'a' twice"):
        large_files("a=/x;a=/y")
    with pytest.raises(LargeFileError, match="'owner' of 'a' in the setting `large` is unknown: state title"):
        large_files("a=/x|owner=me")


#: Names of the files and of the layer that are refused.
ODD = re.compile(r"odd(?:\.[a-z]+)?")
POINT = shapely.Point(118.1, 24.5)


def parquet(folder: Path, name: str, table: pd.DataFrame, **metadata: object) -> Path:
    """Write a Parquet file that says something else of its geometry."""
    path = folder / name
    table.to_parquet(path)
    if metadata:
        read = pq.read_table(path)
        about = json.loads(read.schema.metadata[b"geo"])
        about["columns"]["geometry"].update(metadata)
        pq.write_table(read.replace_schema_metadata({b"geo": json.dumps(about).encode()}), path)
    return path


def one(crs: int | None = 4326, geometry: shapely.Geometry | None = POINT) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"name": ["a"]}, geometry=[geometry], crs=crs)


def broken(folder: Path) -> Path:
    path = folder / "odd.fgb"
    path.write_bytes(b"no FlatGeobuf")
    return path


def alone(folder: Path) -> Path:
    """Write a table without geometry."""
    path = folder / "odd.gpkg"
    pyogrio.write_dataframe(pd.DataFrame({"name": ["a"]}), path)
    return path


def nowhere(folder: Path) -> Path:
    """Write a Shapefile and lose its .prj."""
    path = folder / "odd.shp"
    one().to_file(path)
    path.with_suffix(".prj").unlink()
    return path


def lost(folder: Path) -> None:
    """Look for two features in tiles of one."""
    make_tiles(saved(folder, one()), folder / "t.pmtiles")
    _check(folder / "t.pmtiles", pd.concat([one(), one()], ignore_index=True), "odd.gpkg")


REFUSALS: dict[str, Callable[[Path], object]] = {
    "no name": lambda _: large_files("odd"),
    "a name twice": lambda _: large_files("odd=/x;odd=/y"),
    "an unknown word": lambda _: large_files("odd=/x|owner=me"),
    "no file": lambda folder: feature_count(folder / "odd.gpkg"),
    "no file for the layer": lambda folder: tiles_path(LargeFile("odd", folder / "odd.gpkg"), folder),
    "no tiles": lambda folder: tile_about(folder / "odd.pmtiles"),
    "broken": lambda folder: feature_count(broken(folder)),
    "no geometry": lambda folder: read_features(alone(folder)),
    "no system": lambda folder: read_features(parquet(folder, "odd.parquet", one(None))),
    "nothing to draw": lambda folder: make_tiles(
        parquet(folder, "odd.parquet", one(geometry=None)), folder / "t.pmtiles"
    ),
    "tiles that cannot be written": lambda folder: _write({}, folder / "t.pmtiles", "odd.gpkg"),
    "a feature lost": lost,
    "plain Parquet": lambda folder: parquet_crs(parquet(folder, "odd.parquet", pd.DataFrame({"a": [1]}))),
    "another encoding": lambda folder: parquet_crs(parquet(folder, "odd.parquet", one(), encoding="point")),
    "a copy without system": lambda folder: parquet_crs(parquet(folder, "odd.parquet", one(), crs=None)),
    "a driver's file without system": lambda folder: convert(nowhere(folder), folder / "t.fgb"),
    "a copy that cannot be written": lambda folder: convert(broken(folder), folder / "t.gpkg"),
}


@pytest.mark.parametrize("refuse", REFUSALS.values(), ids=REFUSALS)
def test_every_refusal_is_said_in_chinese_too_and_names_the_same_file(
    tmp_path: Path, refuse: Callable[[Path], object]
) -> None:
    with pytest.raises(LargeFileError) as caught:
        refuse(tmp_path)
    en, zh = str(caught.value), caught.value.zh
    assert is_chinese(zh)
    assert has_english_sentence(en)
    assert set(ODD.findall(zh)) == set(ODD.findall(en)) != set()


def test_a_feature_lost_is_named_by_its_row_in_both_languages(tmp_path: Path) -> None:
    with pytest.raises(
        LargeFileError, match=r"1 of 2 features of odd\.gpkg are missing .* first of all row 1"
    ) as caught:
        lost(tmp_path)
    assert "odd.gpkg 的 2 个要素中有 1 个未能切入最大级别，首个在第 1 行" in caught.value.zh


def wait_for(tiles: Path) -> None:
    kept._running[tiles].wait(timeout=120)


def test_tiles_are_made_once_in_the_background_and_anew_when_the_file_changes(tmp_path: Path) -> None:
    source = tmp_path / "p.parquet"
    write_parcels(source, 50, seed=1)
    file = LargeFile("p", source)
    first = tiles_path(file, tmp_path / "data")
    assert tile_state(first).stage == "none"
    assert begin_tiles(file, tmp_path / "data").is_running
    wait_for(first)
    assert tile_state(first).stage == "done"
    made = first.stat().st_mtime_ns
    assert begin_tiles(file, tmp_path / "data").stage == "done"
    assert first.stat().st_mtime_ns == made
    assert tile_about(first)["count"] == 50
    write_parcels(source, 60, seed=1)
    second = tiles_path(file, tmp_path / "data")
    assert second != first
    begin_tiles(file, tmp_path / "data")
    wait_for(second)
    assert tile_about(second)["count"] == 60
    assert not first.exists()


def test_a_failure_is_told_and_tried_again_only_when_asked(tmp_path: Path) -> None:
    source = tmp_path / "bad.parquet"
    source.write_bytes(b"PAR1 no file PAR1")
    file = LargeFile("bad", source)
    begin_tiles(file, tmp_path)
    tiles = tiles_path(file, tmp_path)
    wait_for(tiles)
    state = begin_tiles(file, tmp_path)
    assert state.stage == "failed"
    assert "bad.parquet cannot be read as GeoParquet" in state.fault
    assert state.fault_zh.startswith("bad.parquet 无法按 GeoParquet、FlatGeobuf")
    with pytest.raises(LargeFileError, match="are not made yet"):
        tile_about(tiles)
    assert begin_tiles(file, tmp_path, again=True).is_running
    wait_for(tiles)


def test_the_command_writes_tiles_and_refuses_by_exit_code(
    parcels: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out.pmtiles"
    assert main(["tiles", str(parcels), "-o", str(output)]) == 0
    assert f"{COUNT} features" in capsys.readouterr().out
    assert json.loads(output.with_suffix(".json").read_text(encoding="utf-8"))["count"] == COUNT
    assert output.read_bytes()[:7] == b"PMTiles"
    assert main(["tiles", str(tmp_path / "gone.fgb"), "-o", str(output)]) == 2


@pytest.mark.parametrize("ending", COPY_FORMATS)
@pytest.mark.parametrize("given_as", ["parquet", "gpkg", "fgb"])
def test_a_copy_in_any_format_holds_the_same_rows(parcels: Path, tmp_path: Path, ending: str, given_as: str) -> None:
    table = gpd.read_parquet(parcels).head(300).to_crs(4548)
    source = tmp_path / f"p.{given_as}"
    if given_as == "parquet":
        table.to_parquet(source)
    else:
        table.to_file(source)
    path = copied_file(LargeFile("p", source), tmp_path / "data", ending)
    assert (path == source) == (ending == given_as)
    read = gpd.read_parquet(path) if ending == "parquet" else pyogrio.read_dataframe(path)
    assert read.crs == (4326 if ending == "geojsonseq" else 4548)
    read = read.sort_values("id").reset_index(drop=True).to_crs(4548)
    assert shapely.equals_exact(
        shapely.normalize(read.geometry.to_numpy()), shapely.normalize(table.geometry.to_numpy()), tolerance=0.02
    ).all()
    for name in table.columns.drop("geometry"):
        pd.testing.assert_series_equal(read[name], table[name].reset_index(drop=True), check_dtype=False)


def test_a_copy_is_made_once_and_an_unknown_format_is_refused(parcels: Path, tmp_path: Path) -> None:
    file = LargeFile("p", parcels)
    first = copied_file(file, tmp_path, "fgb")
    made = first.stat().st_mtime_ns
    assert copied_file(file, tmp_path, "fgb").stat().st_mtime_ns == made
    with pytest.raises(FormatError, match="has no format 'shp'; ask for fgb, parquet, gpkg, geojsonseq"):
        copied_file(file, tmp_path, "shp")


#: Converts a file in a process of its own, whose memory pool nobody else fills; prints the most that Arrow held, bytes.
HELD = """
import sys
from pathlib import Path
import pyarrow as pa
from layers.tiles.copies import convert
convert(Path(sys.argv[1]), Path(sys.argv[2]))
print(pa.default_memory_pool().max_memory())
"""


def test_what_a_download_holds_does_not_grow_with_the_file(tmp_path: Path) -> None:
    write_parcels(tmp_path / "once.parquet", 20_000, seed=3)
    table = gpd.read_parquet(tmp_path / "once.parquet")
    held = []
    for times in (8, 24):
        source = tmp_path / f"{times}.parquet"
        pd.concat([table] * times, ignore_index=True).to_parquet(source, row_group_size=20_000)
        command = [sys.executable, "-c", HELD, str(source), str(source.with_suffix(".fgb"))]
        done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
        held.append(int(done.stdout))
    assert held[1] < 1.3 * held[0], held
