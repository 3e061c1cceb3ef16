"""The catalogue lists every layer, describes every column, and never ignores a filter."""

import geopandas as gpd
import pandas as pd
import pytest

from geo.crs import geodesic_area_m2
from geo.errors import GeoError, UnknownNameError
from geo.fit import fit_table
from geo.lookup import parks_in
from geo.plan import Plan, read_plan
from layers.catalog import PROVENANCE, catalog, layer, layer_fields, layer_table
from layers.fields import Field
from layers.filters import FILTER_WORDS, filters_of

ROWS = {
    "parks": 41, "allocations": 31, "fit": 140, "focuses": 110, "park_list": 28, "park_districts": 44, "districts": 6,
    "land": 72, "metro_lines": 3, "metro_stations": 70, "places": 25, "subdistricts": 37, "carriers": 64,
    "sectors": 11, "subsectors": 25, "indicators": 76, "areas": 46, "sources": 46,
}  # fmt: skip
ASKED = {"sectors": ["marine"], "districts": ["湖里区"], "parks": ["torch-xiangan"], "extent_ids": ["torch-park/main"]}
DTYPES = {"string": "object", "list": "object", "integer": "Int64", "number": "float64", "boolean": "boolean"}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan()


def test_every_layer_is_there_with_all_its_rows(plan: Plan) -> None:
    assert {found.id: len(layer_table(plan, found.id)) for found in catalog(plan)} == ROWS


@pytest.mark.parametrize("layer_id", ROWS)
def test_every_column_is_described_and_typed(plan: Plan, layer_id: str) -> None:
    table, fields = layer_table(plan, layer_id), layer_fields(plan, layer_id)
    names = [field.name for field in fields]
    assert list(table.columns) == names + (["geometry"] if layer(plan, layer_id).geometry else [])
    assert tuple(names[-4:]) == PROVENANCE
    assert {field.name: str(table[field.name].dtype) for field in fields} == {
        field.name: DTYPES[field.kind] for field in fields
    }


@pytest.mark.parametrize("layer_id", ROWS)
def test_titles_tell_columns_apart(plan: Plan, layer_id: str) -> None:
    fields = layer_fields(plan, layer_id)
    assert len({field.title_zh for field in fields}) == len(fields)
    assert len({field.title_en for field in fields}) == len(fields)
    assert [field.name for field in fields if not any("\u4e00" <= c <= "\u9fff" for c in field.title_zh)] == []


@pytest.mark.parametrize("layer_id", ROWS)
def test_every_row_says_where_it_is_from(plan: Plan, layer_id: str) -> None:
    table, known = layer_table(plan, layer_id), set(plan.sources["source_id"])
    assert set(table["source_id"]) <= known
    assert table[list(PROVENANCE)].notna().all(axis=None)
    assert set(table["release"]) == {plan.release}
    assert set(layer(plan, layer_id).source_ids) <= known
    assert not table.duplicated(list(layer(plan, layer_id).key)).any()


@pytest.mark.parametrize("layer_id", ROWS)
def test_a_layer_has_one_type_of_geometry(plan: Plan, layer_id: str) -> None:
    table, geometry = layer_table(plan, layer_id), layer(plan, layer_id).geometry
    assert isinstance(table, gpd.GeoDataFrame) == (geometry is not None)
    if isinstance(table, gpd.GeoDataFrame):
        assert set(table.geom_type.dropna()) == {geometry}
        assert table.crs == "EPSG:4326"


def test_parks_carry_grade_accuracy_sectors_and_focus(plan: Plan) -> None:
    parks = layer_table(plan, "parks").set_index("extent_id")
    assert parks["grade"].value_counts().to_dict() == {"B": 5, "C": 22, "D": 14}
    assert parks.loc["torch-park/main", "grade_zh"]
    assert parks.loc["tongxiang-hitech/main", "sectors_zh"] == ("新一代信息技术", "新材料与新能源")
    assert parks.loc["tongxiang-hitech/main", "sector_ids"] == ("it", "materials-energy")
    assert all(isinstance(cell, tuple) and cell for cell in parks["evidence_zh"])
    measured = geodesic_area_m2(parks.geometry) / 1e6
    assert parks["area_km2"].tolist() == pytest.approx(measured.tolist(), rel=1e-12)


def test_allocations_agree_with_the_fit_table_and_show_the_worst_part(plan: Plan) -> None:
    rows = layer_table(plan, "allocations")
    verdicts = fit_table(plan).set_index(["sector_id", "park_id"])["verdict"]
    assert [verdicts[key] for key in zip(rows["sector_id"], rows["park_id"], strict=True)] == rows["verdict"].tolist()
    for row in rows.itertuples(index=False):
        parts = plan.extents[plan.extents["park_id"] == row.park_id]
        assert (row.worst_grade, row.worst_accuracy_m) == (max(parts["grade"]), max(parts["position_accuracy_m"]))
        assert row.parts == len(parts)


def test_a_carrier_without_a_place_is_kept_without_geometry(plan: Plan) -> None:
    carriers = gpd.GeoDataFrame(layer_table(plan, "carriers"))
    assert (carriers.geometry.isna() == carriers["place_id"].isna()).all()
    assert 0 < carriers.geometry.isna().sum() < len(carriers)


@pytest.mark.parametrize("layer_id", ROWS)
@pytest.mark.parametrize("name", FILTER_WORDS)
def test_a_filter_narrows_the_layer_or_is_refused(plan: Plan, layer_id: str, name: str) -> None:
    columns = dict(layer(plan, layer_id).filters)
    if name not in columns:
        with pytest.raises(GeoError, match=rf"'{layer_id}' cannot be filtered by {FILTER_WORDS[name][1]}"):
            layer_table(plan, layer_id, **{name: ASKED[name]})  # type: ignore[arg-type]
        return
    rows = layer_table(plan, layer_id, **{name: ASKED[name]})  # type: ignore[arg-type]
    assert 0 < len(rows) < ROWS[layer_id]
    if columns[name] != "park_id":
        wanted = filters_of(plan, **{name: ASKED[name]}).asked()[name]  # type: ignore[arg-type]
        assert set(rows[columns[name]]) == set(wanted)


def test_parks_of_a_sector_are_those_listed_or_named_for_it(plan: Plan) -> None:
    only_named = set()
    for sector in plan.main_sectors.itertuples(index=False):
        listed = set(plan.allocations.loc[plan.allocations["sector_id"] == sector.sector_id, "park_id"])
        terms = set(plan.focus_mappings.loc[plan.focus_mappings["sector_id"] == sector.sector_id, "focus_id"])
        named = set(plan.focuses.loc[plan.focuses["focus_id"].isin(terms), "park_id"])
        assert set(layer_table(plan, "parks", sectors=[sector.name_zh])["park_id"]) == listed | named
        only_named |= named - listed
    assert only_named


def test_parks_of_a_district_are_those_that_surely_lie_there(plan: Plan) -> None:
    assert set(layer_table(plan, "park_list", districts=["湖里"])["park_id"]) == set(parks_in(plan, ["湖里"]))


def test_filters_join_by_and_and_values_by_or(plan: Plan) -> None:
    both = layer_table(plan, "allocations", sectors=["marine", "creative"], districts=["思明", "翔安"])
    expected = plan.allocations[plan.allocations["sector_id"].isin(["marine", "creative"])]
    expected = expected[expected["park_id"].isin(parks_in(plan, ["思明", "翔安"]))]
    assert both["allocation_id"].tolist() == expected["allocation_id"].tolist()


def test_no_extents_are_not_all_extents(plan: Plan) -> None:
    assert len(layer_table(plan, "parks", extent_ids=[])) == 0
    assert len(layer_table(plan, "parks", extent_ids=None)) == 41


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"sectors": ["海洋"]}, "no sector is called '海洋'; did you mean 海洋高新"),
        ({"districts": ["湖裏"]}, "no district is called '湖裏'; did you mean 湖里区"),
        ({"parks": ["某园"]}, "no park is called '某园'"),
        ({"extent_ids": ["torch-park/mian"]}, "no extent is called 'torch-park/mian'; did you mean torch-park/main"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(plan: Plan, asked: dict[str, list[str]], message: str) -> None:
    with pytest.raises(UnknownNameError, match=message):
        layer_table(plan, "parks", **asked)  # type: ignore[arg-type]


def test_an_unknown_layer_is_refused_with_the_nearest(plan: Plan) -> None:
    with pytest.raises(UnknownNameError, match="no layer is called 'parcs'; did you mean parks"):
        layer(plan, "parcs")


def test_a_table_is_the_asker_s_own(plan: Plan) -> None:
    first = layer_table(plan, "sectors")
    first.loc[:, "name_zh"] = "改"
    assert "改" not in set(layer_table(plan, "sectors")["name_zh"])
    assert "改" not in set(plan.sectors["name_zh"])


def test_spellings_of_one_question_are_one(plan: Plan) -> None:
    spelled = filters_of(plan, sectors=["海洋高新", "it"], districts=["Huli District"], parks=["火炬园"])
    assert spelled == filters_of(plan, sectors=["it", "marine", "marine"], districts=["湖里"], parks=["torch-park"])


def test_fields_of_the_package_keep_its_words(plan: Plan) -> None:
    fields = {field.name: field for field in layer_fields(plan, "districts")}
    assert fields["adcode"] == Field("adcode", "string", "区划代码", "Division code")
    assert pd.Series([field.kind for field in layer_fields(plan, "parks")]).value_counts()["list"] == 7
