"""Zones are read from three formats, and what is no zone is named."""

import warnings
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from geo.assign import prepared_zones, read_zones
from geo.errors import CRSError, FormatError, GeoError, UnknownNameError
from tests.geo.assign.places import square, zone_table


@pytest.mark.parametrize("name", ["zones.parquet", "zones.geojson", "zones.gpkg"])
def test_three_formats_give_the_same_zones(tmp_path: Path, name: str) -> None:
    table = zone_table({"b": square(0, 0), "a": square(2, 0, 0.5)}, [20.0, None]).to_crs("EPSG:4326")
    (table.to_parquet if name.endswith("parquet") else table.to_file)(tmp_path / name)
    zones = read_zones(tmp_path / name)
    assert zones.ids.to_pylist() == ["a", "b"]
    assert zones.is_exact.tolist() == [True, False]
    assert shapely.area(zones.drawn) == pytest.approx(sorted(shapely.area(table.geometry)))


def test_the_plans_own_geopackage_gives_its_parts_and_not_its_styles(tmp_path: Path) -> None:
    file = tmp_path / "parks.gpkg"
    zone_table({"a": square(0, 0)}).to_file(file, layer="parks")
    pyogrio.write_dataframe(pd.DataFrame({"styleName": ["parks"]}), file, layer="layer_styles", append=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_zones(file).ids.to_pylist() == ["a"]


def test_a_file_of_several_layers_is_refused_with_their_names(tmp_path: Path) -> None:
    file = tmp_path / "both.gpkg"
    for name in ("parks", "districts"):
        zone_table({"a": square(0, 0)}).to_file(file, layer=name, append=file.exists())
    with pytest.raises(FormatError, match=r"both\.gpkg: .*2 layers of shapes \((parks, districts|districts, parks)\)"):
        read_zones(file)


def test_numbers_are_ids_too_and_ties_follow_their_size() -> None:
    table = zone_table({"x": square(0, 0), "y": square(0, 0)}).assign(zone_id=[10, 9])
    assert prepared_zones(table).ids.to_pylist() == [9, 10]


def test_a_missing_column_is_named_with_those_there_are(tmp_path: Path) -> None:
    zone_table({"a": square(0, 0)}).to_parquet(tmp_path / "z.parquet")
    with pytest.raises(UnknownNameError, match=r"z\.parquet: there is no column 'code'.*--zone-id.*there are: zone_id"):
        read_zones(tmp_path / "z.parquet", zone_id="code")


def test_what_is_no_zone_is_named_with_how_to_mend_it() -> None:
    x, y = square(0, 0).bounds[:2]
    bow = shapely.Polygon([(x, y), (x + 9, y + 9), (x + 9, y), (x, y + 9)])
    cases = [
        (zone_table({"a": shapely.Point(x, y)}), "zone a is no polygon"),
        (zone_table({"a": None}), "zone a is no polygon"),
        (zone_table({"a": bow}), r"zone a is not valid \(Self-intersection"),
        (zone_table({"a": square(0, 0), "b": square(1, 0)}).assign(zone_id="a"), "zone_id a stands twice"),
        (zone_table({"a": square(0, 0)}).assign(zone_id=[None]), "row 1 has no zone_id"),
        (zone_table({"a": square(0, 0)}, [-1.0]), "zone a has position_accuracy_m -1.0: give metres"),
        (zone_table({"a": square(0, 0)}, ["near"]), "zone a has position_accuracy_m near: give metres"),
    ]
    for table, reason in cases:
        with pytest.raises(GeoError, match=reason):
            prepared_zones(table)


def test_zones_without_a_system_are_refused() -> None:
    with pytest.raises(CRSError, match="no coordinate reference system"):
        prepared_zones(gpd.GeoDataFrame({"zone_id": ["a"]}, geometry=[square(0, 0)]))


def test_a_file_that_is_no_layer_is_named(tmp_path: Path) -> None:
    for name in ("text.geojson", "text.parquet"):
        (tmp_path / name).write_text("no layer", encoding="utf-8")
        with pytest.raises(FormatError, match=rf"{name}: the zones cannot be read"):
            read_zones(tmp_path / name)
