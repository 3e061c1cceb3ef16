"""Another city is another folder and no code: every function answers for a city that does not exist."""

from dataclasses import replace
from pathlib import Path

import pytest

from geo.allocation import focus_terms, join_allocations, join_diagnostics
from geo.crs import CGCS2000_CM117
from geo.descriptor import OPTIONAL_FIELDS, REQUIRED_FIELDS
from geo.districts import park_districts
from geo.extents import measured_extents
from geo.fit import fit_table, gaps, park_fields, sectors_by_district, spanning_parks
from geo.lookup import parks_in, select_fit
from geo.package import check_plan
from geo.plan import Plan
from geo.profile import park_profiles
from geo.selection import Selection, park_facets, selected_extents
from tests.geo.second_city import TABLES


def test_its_package_has_no_faults(yunpu: Path) -> None:
    assert check_plan(yunpu) == []


def test_it_has_the_required_tables_and_one_optional_one_and_only_the_fields_that_are_read(yunpu_plan: Plan) -> None:
    assert set(TABLES) - {"places"} == set(REQUIRED_FIELDS)
    for resource in yunpu_plan.descriptor["resources"]:
        name = resource["name"]
        fields = {**REQUIRED_FIELDS, **OPTIONAL_FIELDS}[name]
        assert [field["name"] for field in resource["schema"]["fields"]] == list(fields)
    assert (len(yunpu_plan.main_sectors), len(yunpu_plan.tracks), len(yunpu_plan.parks)) == (2, 0, 3)
    assert yunpu_plan.release.startswith("yunpu-2026-2030 1 (")


def test_its_six_pairs_have_all_five_verdicts_in_the_words_of_its_own_plan(yunpu_plan: Plan) -> None:
    fit = fit_table(yunpu_plan)
    assert fit[["sector_id", "park_id", "verdict", "cite_zh", "cite_en"]].to_numpy().tolist() == [
        [
            "rare-earth", "north", "aligned",
            "第三章第1项；附表2第1条第1项",
            "Chapter 3, item 1; Table 2, entry 1, term 1",
        ],
        [
            "rare-earth", "lake", "none",
            "第三章“稀土材料”未列该园区；附表2无该园区条目",
            "Chapter 3, Rare earths: park not listed; Table 2: no entry for the park",
        ],
        [
            "rare-earth", "river", "unreflected",
            "第三章第2项；附表2第2条未提及该产业",
            "Chapter 3, item 2; Table 2, entry 2: sector not named",
        ],
        [
            "low-altitude", "north", "focus_only",
            "第三章“低空装备”未列该园区；附表2第1条第2项",
            "Chapter 3, Low-altitude aircraft: park not listed; Table 2, entry 1, term 2",
        ],
        [
            "low-altitude", "lake", "layout_only",
            "第三章第3项；附表2无该园区条目",
            "Chapter 3, item 3; Table 2: no entry for the park",
        ],
        [
            "low-altitude", "river", "none",
            "第三章“低空装备”未列该园区；附表2第2条未提及该产业",
            "Chapter 3, Low-altitude aircraft: park not listed; Table 2, entry 2: sector not named",
        ],
    ]  # fmt: skip


def test_nothing_that_is_said_of_it_knows_xiamen(yunpu_plan: Plan) -> None:
    fit = fit_table(yunpu_plan)
    said = "".join(str(cell) for table in (fit, focus_terms(yunpu_plan)) for cell in table.to_numpy().ravel())
    assert [word for word in ("第五章", "专栏", "Chapter 5", "Box 6", "厦门", "Xiamen") if word in said] == []


def test_its_allocations_find_their_parks(yunpu_plan: Plan) -> None:
    tables = (yunpu_plan.allocations, yunpu_plan.parks, yunpu_plan.extents)
    joined = join_allocations(*tables)
    assert joined[["park_id", "matched_by", "parts"]].to_numpy().tolist() == [
        ["north", "name", 1],
        ["river", "name", 1],
        ["lake", "alias", 2],
    ]
    assert join_diagnostics(*tables).to_numpy().tolist() == [["alias-used", "湖滨科技园", "lake by alias"]]


def test_its_districts_are_its_own(yunpu_plan: Plan) -> None:
    places = park_districts(yunpu_plan).set_index(["park_id", "district_zh"])
    # The main part is cut in two halves by the line, the other part lies in the east; weighted by area in the plane.
    area = yunpu_plan.extents.to_crs(CGCS2000_CM117).area
    west = 0.5 * area[1] / (area[1] + area[2])
    assert places.loc[("lake", "西城区"), "share"] == pytest.approx(west, rel=1e-3)
    assert parks_in(yunpu_plan, ["西城"]) == ["north", "lake"]
    assert parks_in(yunpu_plan, ["East District"]) == ["lake", "river"]
    assert set(spanning_parks(yunpu_plan)["park_id"]) == {"lake"}


def test_a_package_that_says_nothing_of_its_lines_takes_them_as_exact(yunpu_plan: Plan) -> None:
    assert "district_line_accuracy_m" not in yunpu_plan.descriptor
    places = park_districts(yunpu_plan)
    north = places.loc[places["park_id"] == "north", ["share", "share_min", "share_max"]]
    assert north.to_numpy().tolist() == [pytest.approx([1, 1, 1])]


def test_its_gaps_fields_and_counts_are_its_own(yunpu_plan: Plan) -> None:
    fit = fit_table(yunpu_plan)
    assert gaps(fit).empty
    east = select_fit(yunpu_plan, fit, parks=["江口园"])
    assert gaps(east)[["kind", "id"]].to_numpy().tolist() == [["sector-without-park", "low-altitude"]]
    assert park_fields(yunpu_plan)[["park_id", "kind", "id"]].to_numpy().tolist() == [["north", "subsector", "magnets"]]
    counts = sectors_by_district(yunpu_plan, fit)
    assert counts.loc[:, "aligned":"none"].to_numpy().sum() == 8


def test_its_parks_are_measured_and_find_their_ways(yunpu_plan: Plan) -> None:
    extents = measured_extents(yunpu_plan)
    # 0.02 by 0.02 degree at 30.07 N: 1.929 km by 2.217 km.
    assert extents["area_km2"].iloc[0] == pytest.approx(1.929 * 2.217, rel=1e-3)
    nearest = park_profiles(yunpu_plan).nearest
    assert nearest.groupby("kind").size().to_dict() == {"airport": 4, "rail": 4}


@pytest.mark.parametrize(
    ("selection", "found"),
    [
        (Selection(), ["north/main", "lake/main", "lake/south-bank", "river/main"]),
        (Selection(sectors=("low-altitude",)), ["north/main", "lake/main", "lake/south-bank"]),
        (Selection(districts=("东城区",)), ["lake/main", "lake/south-bank", "river/main"]),
        (Selection(grades=("A", "D")), ["north/main", "river/main"]),
        (Selection(text="湖滨园(含"), ["lake/main", "lake/south-bank"]),
        (Selection(verdicts=("unreflected",)), ["river/main"]),
        (Selection(tracks=("aerospace",)), []),
    ],
)
def test_its_filters_keep_its_parts(yunpu_plan: Plan, selection: Selection, found: list[str]) -> None:
    assert selected_extents(park_facets(yunpu_plan), selection) == found


def test_a_city_none_of_whose_terms_names_a_sector_is_judged_by_its_layout(yunpu_plan: Plan) -> None:
    outside = yunpu_plan.focus_mappings.assign(sector_id=None, subsector_id=None, closeness="outside")
    fit = fit_table(replace(yunpu_plan, focus_mappings=outside))
    assert fit["verdict"].tolist() == ["unreflected", "none", "unreflected", "none", "layout_only", "none"]
    assert fit["closeness"].isna().all()
