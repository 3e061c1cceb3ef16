"""In which districts a park lies is said with the doubt that extent and lines leave."""

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from shapely import box

from geo.crs import CGCS2000_CM117, WGS84
from geo.districts import LEAST_SHARE, district_shares, park_districts
from geo.errors import CRSError
from geo.plan import Plan

# Two districts side by side, 10 km east to west each; the line between them at easting 610 600 m.
WEST, EAST = box(600600, 2700000, 610600, 2720000), box(610600, 2700000, 620600, 2720000)
DISTRICTS = gpd.GeoDataFrame({"name_zh": ["西区", "东区"]}, geometry=[WEST, EAST], crs=CGCS2000_CM117)
# Well inside the two together, at any reach used here.
EASTINGS = st.floats(604000, 616000)
SIDES = st.floats(200, 3000)
REACHES = st.floats(0, 1500)


def part(easting: float, side: float, accuracy_m: float) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"park_id": ["p"], "part_id": ["main"], "position_accuracy_m": [accuracy_m]},
        geometry=[box(easting, 2709000, easting + side, 2709000 + side)],
        crs=CGCS2000_CM117,
    )


def shares(easting: float, side: float, accuracy_m: float, line_m: float = 0.0) -> pd.DataFrame:
    found = district_shares(part(easting, side, accuracy_m), DISTRICTS, line_accuracy_m=line_m)
    return found.set_index("district_zh")[["share", "share_min", "share_max"]].reindex(["西区", "东区"], fill_value=0.0)


def test_a_square_across_the_line_is_shared_with_the_strip_that_the_accuracy_leaves_open() -> None:
    assert shares(610000, 1000, 50, 50).round(6).to_numpy().tolist() == [[0.6, 0.5, 0.7], [0.4, 0.3, 0.5]]


@given(easting=EASTINGS, side=SIDES, accuracy=REACHES)
def test_shares_add_up_to_one(easting: float, side: float, accuracy: float) -> None:
    # Slivers below LEAST_SHARE are left out.
    assert shares(easting, side, accuracy)["share"].sum() == pytest.approx(1, abs=LEAST_SHARE)


@given(easting=EASTINGS, side=SIDES, accuracy=REACHES, line=REACHES)
def test_the_range_holds_the_share(easting: float, side: float, accuracy: float, line: float) -> None:
    found = shares(easting, side, accuracy, line)
    assert (found["share_min"] <= found["share"]).all()
    assert (found["share"] <= found["share_max"]).all()
    assert found.to_numpy().min() >= 0
    assert found.to_numpy().max() <= 1


@given(easting=EASTINGS, side=SIDES)
def test_exact_extents_and_lines_leave_no_doubt(easting: float, side: float) -> None:
    found = shares(easting, side, 0, 0)
    assert found["share_min"].tolist() == pytest.approx(found["share"].tolist(), abs=1e-9)
    assert found["share_max"].tolist() == pytest.approx(found["share"].tolist(), abs=1e-9)


@given(easting=EASTINGS, side=SIDES, near=REACHES, far=REACHES)
def test_a_wider_accuracy_widens_the_range(easting: float, side: float, near: float, far: float) -> None:
    near, far = sorted((near, far))
    sharp, blurred = shares(easting, side, near), shares(easting, side, far)
    # A district that a sharper view leaves out has at most LEAST_SHARE there.
    assert (blurred["share_min"] <= sharp["share_min"] + 1e-9).all()
    assert (blurred["share_max"] >= sharp["share_max"] - 1e-9).all()


@given(easting=EASTINGS, side=SIDES, accuracy=REACHES, line=REACHES)
def test_it_makes_no_difference_whether_the_extent_or_the_line_is_uncertain(
    easting: float, side: float, accuracy: float, line: float
) -> None:
    assert_frame_equal(shares(easting, side, accuracy, line), shares(easting, side, line, accuracy))


@given(easting=EASTINGS, side=SIDES, accuracy=st.floats(1, 1500))
def test_the_least_of_one_district_is_what_the_most_of_the_other_leaves(
    easting: float, side: float, accuracy: float
) -> None:
    found = shares(easting, side, accuracy)
    if len(found[found["share_max"] > 0]) == 2:
        assert found["share_min"]["西区"] + found["share_max"]["东区"] == pytest.approx(1, abs=1e-6)


def test_a_district_out_of_reach_is_left_out() -> None:
    found = district_shares(part(604000, 1000, 100), DISTRICTS)
    assert found["district_zh"].tolist() == ["西区"]


def test_the_system_of_the_tables_makes_no_difference() -> None:
    extent = part(610000, 1000, 100)
    plane = district_shares(extent, DISTRICTS)
    degrees = district_shares(extent.to_crs(WGS84), DISTRICTS.to_crs(WGS84))
    assert_frame_equal(plane, degrees, rtol=1e-6)


@pytest.mark.parametrize("side", ["extents", "districts"])
def test_a_table_without_a_system_is_refused(side: str) -> None:
    tables = {"extents": part(610000, 1000, 100), "districts": DISTRICTS}
    tables[side] = gpd.GeoDataFrame(tables[side].drop(columns="geometry"), geometry=list(tables[side].geometry))
    with pytest.raises(CRSError, match="no coordinate reference system"):
        district_shares(tables["extents"], tables["districts"])


def test_the_shares_of_every_park_in_the_city_add_up(places: pd.DataFrame) -> None:
    totals = places.groupby("park_id")["share"].sum()
    assert len(totals) == 28
    # What is missing lies between the coast of the extents and that of the districts.
    assert totals.between(0.97, 1.001).all()


def test_the_ranges_of_xiamens_parks_hold_their_shares(places: pd.DataFrame) -> None:
    assert (places["share_min"] <= places["share"] + 1e-12).all()
    assert (places["share"] <= places["share_max"] + 1e-12).all()
    assert places["share_max"].le(1 + 1e-9).all()


def test_every_park_has_the_districts_that_its_sources_state(places: pd.DataFrame, plan: Plan) -> None:
    stated = places[places["basis"] == "stated"].groupby("park_id", sort=False)["district_zh"].agg(list)
    expected = {park["park_id"]: in_order(park["districts_zh"], plan) for park in plan.parks.to_dict("records")}
    assert stated.to_dict() == expected


def in_order(districts: tuple[str, ...], plan: Plan) -> list[str]:
    return [name for name in plan.districts["name_zh"] if name in districts]


def test_software_park_reaches_huli_only_possibly(places: pd.DataFrame, plan: Plan) -> None:
    """Phase 2 lies in 思明; some 14 per cent fall into 湖里 because the district line is coarse."""
    found = places[(places["park_id"] == "software-park") & (places["district_zh"] == "湖里区")]
    assert found["basis"].tolist() == ["possible"]
    assert found["share_min"].tolist() == [0.0]
    phase = plan.extents[plan.extents["extent_id"] == "software-park/phase-2"]
    drawn = district_shares(phase, plan.districts).set_index("district_zh")["share"]
    assert drawn["湖里区"] == pytest.approx(0.14, abs=0.01)


def test_without_doubt_about_the_lines_the_same_reach_would_be_taken_for_sure(plan: Plan) -> None:
    phase = plan.extents[plan.extents["extent_id"] == "software-park/phase-2"]
    exact = phase.assign(position_accuracy_m=0.0)
    found = district_shares(exact, plan.districts, line_accuracy_m=0.0).set_index("district_zh")
    assert found["share_min"]["湖里区"] > LEAST_SHARE


def test_parks_named_after_the_island_lie_where_the_plan_puts_them(places: pd.DataFrame) -> None:
    """思明园 and 湖里园 of 同安工业集中区 lie in 同安, 联芯's park in 翔安, the film base in 集美."""
    sure = places[places["basis"] != "possible"].groupby("park_id")["district_zh"].agg(list)
    assert sure["tongan-concentrated"] == ["同安区"]
    assert sure["torch-xiangan"] == ["翔安区"]
    assert sure["film-base"] == ["集美区"]


def test_a_whole_counts_instead_of_its_parts(yunpu_plan: Plan) -> None:
    """The main part of the lake park is cut in halves by the line; its south bank lies in the east."""
    parts = yunpu_plan.parts.copy()
    parts.loc[parts["park_id"] == "lake", "relation"] = ["whole", "area"]
    places = park_districts(replace(yunpu_plan, parts=parts))
    assert places.loc[places["park_id"] == "lake", "share"].tolist() == pytest.approx([0.5, 0.5], abs=1e-3)
    apart = park_districts(yunpu_plan)
    assert apart.loc[apart["park_id"] == "lake", "share"].tolist() == pytest.approx([0.4, 0.6], abs=1e-3)


def test_rows_stand_in_the_order_of_parks_and_districts(places: pd.DataFrame, plan: Plan) -> None:
    parks, districts = plan.parks["park_id"].tolist(), plan.districts["name_zh"].tolist()
    ranks = [(parks.index(park), districts.index(name)) for park, name in places[["park_id", "district_zh"]].to_numpy()]
    assert ranks == sorted(set(ranks))


def test_a_stated_district_that_the_extent_does_not_reach_stays_stated(yunpu_plan: Plan) -> None:
    found = park_districts(yunpu_plan)
    assert found[["park_id", "district_zh", "basis"]].to_numpy().tolist() == [
        ["north", "西城区", "stated"],
        ["lake", "西城区", "stated"],
        ["lake", "东城区", "stated"],
        ["river", "东城区", "stated"],
    ]
