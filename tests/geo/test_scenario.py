"""A scenario never changes the plan, says what it changes, and travels as JSON and in an address."""

import base64
import json
import zlib
from contextlib import suppress
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import box

from geo.crs import geodesic_area_m2
from geo.fit import fit_table
from geo.plan import TABLES, Plan, read_plan
from geo.scenario import (
    TEXT_LIMIT,
    URL_LIMIT,
    EditionWarning,
    Scenario,
    ScenarioError,
    apply_scenario,
    edition_notice,
    from_url_text,
    new_scenario,
    read_scenario,
    scenario_changes,
    scenario_text,
    to_url_text,
    url_or_none,
)
from geo.scenario.changes import output_by_park, output_density
from geo.scenario.edits import (
    AddAllocation,
    DraftPark,
    Edit,
    MoveAllocation,
    RemoveAllocation,
    SetTarget,
    SplitTarget,
    edit_from_json,
    edit_json,
)
from geo.siting import park_zones

PLAN = read_plan()
UNTOUCHED = read_plan()  # nobody applies anything to it
SECTORS = list(PLAN.main_sectors["sector_id"])
PARKS = list(PLAN.parks["park_id"])
LISTED = list(PLAN.allocations[["sector_id", "park_id"]].itertuples(index=False, name=None))
UNLISTED = [(sector, park) for sector in SECTORS for park in PARKS if (sector, park) not in LISTED]
TONGAN = (((118.2, 24.7), (118.22, 24.7), (118.22, 24.72), (118.2, 24.72), (118.2, 24.7)),)
DRAFT = DraftPark("east-bay", "东湾示范园", TONGAN, 200.0)

listed = st.sampled_from(LISTED)
unlisted = st.sampled_from(UNLISTED)
finite = st.floats(0, 1e6)


def same(first: pd.DataFrame, second: pd.DataFrame) -> bool:
    """Equal cells, types, order and geometry."""
    if isinstance(first, gpd.GeoDataFrame):
        shapes = list(first.geometry.to_wkb()) == list(second.geometry.to_wkb()) and first.crs == second.crs
        return shapes and same(pd.DataFrame(first.drop(columns="geometry")), second.drop(columns="geometry"))
    return bool(first.equals(pd.DataFrame(second))) and first.dtypes.equals(second.dtypes)


def same_tables(first: Plan, second: Plan) -> bool:
    return all(same(first.table(name), second.table(name)) for name in TABLES)


def changed(plan: Plan, *edits: Edit, name: str = "试算") -> Plan:
    return apply_scenario(plan, new_scenario(plan, name, edits))


def faults(plan: Plan, *edits: Edit) -> list[tuple[int | None, str]]:
    with pytest.raises(ScenarioError) as caught:
        changed(plan, *edits)
    return [(fault.row, fault.reason) for fault in caught.value.faults]


@st.composite
def drafts(draw: st.DrawFn) -> DraftPark:
    west, south = draw(st.floats(118.0, 118.3)), draw(st.floats(24.5, 24.8))
    figure = box(west, south, west + draw(st.floats(0.001, 0.05)), south + draw(st.floats(0.001, 0.05)))
    park_id = draw(st.from_regex(r"draft-[a-z0-9]{1,8}", fullmatch=True))
    rings = (tuple((float(lon), float(lat)) for lon, lat in figure.exterior.coords),)
    return DraftPark(park_id, f"草拟{park_id}", rings, draw(st.floats(0, 2000)))


edits = st.one_of(
    unlisted.map(lambda pair: AddAllocation(*pair)),
    listed.map(lambda pair: RemoveAllocation(*pair)),
    st.tuples(listed, st.sampled_from(PARKS)).map(lambda move: MoveAllocation(*move[0], to=move[1])),
    drafts(),
    st.tuples(st.sampled_from(SECTORS), finite).map(lambda pair: SetTarget(*pair)),
    st.tuples(
        st.sampled_from(SECTORS), st.dictionaries(st.sampled_from(PARKS), st.floats(0, 1), min_size=1, max_size=5)
    ).map(lambda pair: SplitTarget(pair[0], tuple(pair[1].items()))),
)
names = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=30).filter(str.strip)
scenarios = st.builds(
    Scenario, name=names, plan_name=st.just("xiamen-2021-2025"), plan_version=st.text("0123456789.", max_size=9),
    edits=st.lists(edits, max_size=6).map(tuple),
)  # fmt: skip


def test_applying_nothing_changes_nothing() -> None:
    after = changed(PLAN)
    assert same_tables(after, PLAN)
    assert (after.digest, after.descriptor) == (PLAN.digest, PLAN.descriptor)
    for name, table in scenario_changes(PLAN, new_scenario(PLAN, "空")).items():
        for column in table.columns[table.columns.str.endswith("difference")]:
            assert not table[column].fillna(0).any(), (name, column)


def test_the_tables_of_a_scenario_are_its_own() -> None:
    after = changed(PLAN)
    assert not any(after.table(name) is PLAN.table(name) for name in TABLES)
    after.allocations.loc[0, "park_id"] = "film-base"
    assert PLAN.allocations.loc[0, "park_id"] != "film-base"


@settings(max_examples=40)
@given(st.lists(edits, max_size=4))
def test_the_plan_is_never_changed(some: list[Edit]) -> None:
    with suppress(ScenarioError):
        apply_scenario(PLAN, Scenario("试算", "xiamen-2021-2025", PLAN.descriptor["version"], tuple(some)))
    assert PLAN.digest == UNTOUCHED.digest
    assert PLAN.descriptor == UNTOUCHED.descriptor
    assert same_tables(PLAN, UNTOUCHED)


@settings(max_examples=40)
@given(unlisted)
def test_add_then_remove_is_the_identity_on_tables(pair: tuple[str, str]) -> None:
    assert same_tables(changed(PLAN, AddAllocation(*pair), RemoveAllocation(*pair)), PLAN)


@settings(max_examples=40)
@given(listed)
def test_remove_then_add_gives_the_plans_own_row_back(pair: tuple[str, str]) -> None:
    assert same_tables(changed(PLAN, RemoveAllocation(*pair), AddAllocation(*pair)), PLAN)


@settings(max_examples=40)
@given(st.sets(unlisted, max_size=3), st.sets(listed, max_size=3), st.sampled_from(SECTORS), drafts(), st.randoms())
def test_the_order_of_independent_edits_is_irrelevant(
    added: set[tuple[str, str]], removed: set[tuple[str, str]], sector: str, draft: DraftPark, random: Any
) -> None:
    some: list[Edit] = [
        *(AddAllocation(*pair) for pair in added), *(RemoveAllocation(*pair) for pair in removed),
        SetTarget(sector, 1234.0), draft, replace(DRAFT),
    ]  # fmt: skip
    shuffled = random.sample(some, len(some))
    assert same_tables(changed(PLAN, *some), changed(PLAN, *shuffled))


@given(scenarios)
def test_json_round_trip_is_exact_and_canonical(scenario: Scenario) -> None:
    text = scenario_text(scenario)
    assert read_scenario(text) == scenario
    assert read_scenario(b"\xef\xbb\xbf" + text.encode()) == scenario
    assert scenario_text(read_scenario(json.dumps(json.loads(text), indent=2))) == text
    assert all(edit_from_json(edit_json(edit)) == edit for edit in scenario.edits)


@given(scenarios)
def test_url_round_trip_is_exact_where_it_is_short_enough(scenario: Scenario) -> None:
    text = url_or_none(scenario)
    assume(text is not None)
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert len(text) <= URL_LIMIT
    assert from_url_text(text) == scenario


@settings(max_examples=40)
@given(unlisted)
def test_an_added_allocation_cites_the_scenario_and_never_the_plan(pair: tuple[str, str]) -> None:
    after = changed(PLAN, AddAllocation(*pair), name="海洋北扩")
    row = after.allocations.set_index(["sector_id", "park_id"]).loc[pair]
    assert (row["cite_zh"], row["cite_en"], row["source_id"]) == (
        "情景“海洋北扩”",
        "Scenario “海洋北扩”",
        "scenario",
    )
    fit = fit_table(after).set_index(["sector_id", "park_id"]).loc[pair]
    assert fit["cite_zh"].startswith("情景“海洋北扩”；")
    assert after.sources.set_index("source_id").loc["scenario", "kind"] == "scenario"


def test_what_a_scenario_removes_is_not_said_to_be_missing_from_the_plan() -> None:
    after = changed(PLAN, RemoveAllocation("it", "torch-xiangan"), name="甲")
    cite = fit_table(after).set_index(["sector_id", "park_id"]).loc[("it", "torch-xiangan"), "cite_zh"]
    assert cite.startswith("情景“甲”调整后的第五章“新一代信息技术”未列该园区")


def test_a_scenarios_plan_is_not_taken_for_the_plan() -> None:
    one, other = (changed(PLAN, AddAllocation(*pair)) for pair in UNLISTED[:2])
    assert len({PLAN.digest, one.digest, other.digest}) == 3
    assert "+scenario" in one.release
    assert same(one.indicators, PLAN.indicators)


def test_moving_is_removing_and_adding() -> None:
    moved = changed(PLAN, MoveAllocation("marine", "marine-hitech", to="machinery"))
    by_hand = changed(PLAN, RemoveAllocation("marine", "marine-hitech"), AddAllocation("marine", "machinery"))
    assert same_tables(moved, by_hand)


def test_a_draft_park_takes_part_in_everything() -> None:
    after = changed(PLAN, DRAFT, AddAllocation("marine", "east-bay"))
    extent = after.extents.set_index("park_id").loc["east-bay"]
    assert (extent["grade"], extent["position_accuracy_m"]) == ("D", 200.0)
    fit = fit_table(after).set_index(["sector_id", "park_id"])["verdict"]
    assert (fit["marine", "east-bay"], fit["it", "east-bay"]) == ("layout_only", "none")
    counts = scenario_changes(PLAN, new_scenario(PLAN, "甲", [DRAFT, AddAllocation("marine", "east-bay")]))["districts"]
    assert counts.loc[counts["difference"] != 0, ["district_zh", "sector_id", "difference"]].to_numpy().tolist() == [
        ["同安区", "marine", 1]
    ]


def test_changes_count_verdicts_districts_and_gaps() -> None:
    tables = scenario_changes(
        PLAN, new_scenario(PLAN, "甲", [MoveAllocation("marine", "marine-hitech", to="machinery")])
    )
    assert int(tables["verdicts"]["before"].sum()) == int(tables["verdicts"]["after"].sum()) == 140
    gaps = tables["gaps"].set_index("id")["change"].to_dict()
    assert gaps == {
        "shituo-motor": "stays",
        "aviation-park": "stays",
        "machinery": "closed",
        "marine-hitech": "opened",
    }
    moved = tables["districts"].set_index(["district_zh", "sector_id"])["difference"]
    assert moved[moved != 0].to_dict() == {("集美区", "marine"): 1, ("翔安区", "marine"): -1}


def test_quotients_and_specialisation_count_listed_parks() -> None:
    tables = scenario_changes(PLAN, new_scenario(PLAN, "空"))
    counts = tables["districts"].pivot_table(index="district_zh", columns="sector_id", values="before")
    total = counts.to_numpy().sum()
    quotients = tables["quotients"].set_index(["district_zh", "sector_id"])["before"]
    special = tables["specialisation"].set_index("district_zh")["before"]
    for district, row in counts.iterrows():
        for sector in SECTORS:
            expected = (row[sector] / row.sum()) / (counts[sector].sum() / total)
            assert quotients[district, sector] == pytest.approx(expected)
        distance = sum(abs(row[sector] / row.sum() - counts[sector].sum() / total) for sector in SECTORS)
        assert special[district] == pytest.approx(distance)


def test_without_any_allocation_quotients_are_undefined_and_nothing_breaks() -> None:
    tables = scenario_changes(PLAN, new_scenario(PLAN, "空白", [RemoveAllocation(*pair) for pair in LISTED]))
    assert tables["quotients"]["after"].isna().all()
    assert tables["specialisation"]["after"].isna().all()
    assert int(tables["districts"]["after"].sum()) == 0
    assert tables["output"]["density_after"].isna().all()


def test_output_density_is_the_target_over_land_that_counts_once() -> None:
    rows = output_density(PLAN).set_index("sector_id")
    for sector in SECTORS:
        parks = PLAN.allocations.loc[PLAN.allocations["sector_id"] == sector, "park_id"]
        union = PLAN.extents[PLAN.extents["park_id"].isin(parks)].to_crs("EPSG:4548").union_all()
        area = geodesic_area_m2(gpd.GeoSeries([union], crs="EPSG:4548")).iloc[0] / 1e6
        row = rows.loc[sector]
        assert row["density"] == pytest.approx(row["target"] / area)
        assert row["density_min"] < row["density"] < row["density_max"]
        assert row["density_max"] == pytest.approx(row["target"] / row["area_km2_min"])


def test_a_target_and_a_split_change_output() -> None:
    split = SplitTarget("marine", (("marine-hitech", 0.75), ("shapowei", 0.25)))
    tables = scenario_changes(PLAN, new_scenario(PLAN, "甲", [SetTarget("marine", 4000), split]))
    row = tables["output"].set_index("sector_id").loc["marine"]
    assert row["density_after"] == pytest.approx(2 * row["density_before"])
    parks = tables["output_by_park"].set_index(["sector_id", "park_id"])
    area = park_zones(PLAN.extents).set_index("park_id").geometry[["marine-hitech"]]
    expected = 4000 * 0.75 / (geodesic_area_m2(area).iloc[0] / 1e6)
    assert parks.loc[("marine", "marine-hitech"), "density_after"] == pytest.approx(expected)
    assert parks.loc["marine"]["share_after"].sum() == pytest.approx(1)
    assert parks.loc[("marine", "marine-hitech"), ["basis_before", "basis_after"]].tolist() == ["area", "split"]


def test_shares_by_area_stand_within_their_ranges() -> None:
    rows = output_by_park(PLAN)
    assert (rows["share_min"] <= rows["share"]).all()
    assert (rows["share"] <= rows["share_max"]).all()
    assert np.allclose(rows.groupby("sector_id")["share"].sum(), 1)


def test_senseless_edits_are_all_named_with_the_way_to_mend_them() -> None:
    found = faults(
        PLAN,
        RemoveAllocation("it", "film-base"),
        AddAllocation("it", "torch-xiangan"),
        AddAllocation("it", "torch-xiangn"),
        AddAllocation("itt", "film-base"),
        MoveAllocation("it", "torch-xiangan", to="software-park"),
        SplitTarget("marine", (("marine-hitech", 0.6),)),
        SetTarget("it", 1),
        SetTarget("it", 2),
    )
    assert [row for row, _ in found] == [1, 2, 3, 4, 5, 6, 8]
    words = [
        "the plan does not list 'film-base' under 'it'; drop this edit, or remove one of its parks: tongxiang-hitech",
        "'it' already lists 'torch-xiangan'; drop this edit",
        "no park has the id 'torch-xiangn'; did you mean torch-xiangan",
        "no sector has the id 'itt'; did you mean it",
        "'it' already lists 'software-park'; move to another park",
        "the shares of 'marine' add up to 0.6; change them until they add up to 1",
        "an earlier edit sets the target of 'it' already; keep one of the two",
    ]
    assert all(word in reason for word, (_, reason) in zip(words, found, strict=True)), found


def test_a_split_must_name_parks_that_are_listed_in_the_end() -> None:
    split = SplitTarget("marine", (("marine-hitech", 1.0),))
    assert (
        "after all edits 'marine' is not listed for marine-hitech"
        in faults(PLAN, split, RemoveAllocation("marine", "marine-hitech"))[0][1]
    )
    east = SplitTarget("marine", (("east-bay", 1.0),))
    changed(PLAN, east, DRAFT, AddAllocation("marine", "east-bay"))


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (replace(DRAFT, park_id="film-base"), "a park with the id 'film-base' is there already"),
        (replace(DRAFT, name_zh="火炬(翔安)产业区"), "is the name of another park (torch-xiangan)"),
        (replace(DRAFT, rings=(TONGAN[0][:-1],)), "repeat its first position at its end"),
        (replace(DRAFT, rings=(((118, 24.5), (118.1, 24.6), (118.1, 24.5), (118, 24.6), (118, 24.5)),)), "Self-inters"),
        (replace(DRAFT, rings=(((24.5, 48), (24.6, 48), (24.6, 49), (24.5, 48)),)), "longitude before latitude"),
    ],
)
def test_a_draft_that_cannot_stand_is_refused(edit: DraftPark, reason: str) -> None:
    assert reason in faults(PLAN, edit)[0][1]


def test_another_plans_scenario_is_refused_and_another_versions_warned_of() -> None:
    with pytest.raises(ScenarioError, match="made for the plan 'yunpu-2026-2030', this is 'xiamen-2021-2025'"):
        apply_scenario(PLAN, Scenario("甲", "yunpu-2026-2030", "1"))
    old = Scenario("甲", "xiamen-2021-2025", "2020.1.0")
    with pytest.warns(EditionWarning, match=r"starts from version 2020\.1\.0"):
        apply_scenario(PLAN, old)
    assert edition_notice(PLAN, new_scenario(PLAN, "乙")) is None


def test_every_fault_of_a_file_is_said_at_once_with_its_place() -> None:
    content = {
        "format": "other",
        "name": "甲\n乙",
        "plan": {"name": "p"},
        "edits": [
            {"edit": "add", "sector_id": "it"},
            {"edit": "rename", "sector_id": "it"},
            {"edit": "target", "sector_id": "it", "value": "many", "unit": "亿元"},
            {"edit": "draft_park", "park_id": "A b", "name_zh": " ", "polygon": {"type": "Point", "coordinates": []},
             "position_accuracy_m": -1, "grade": "A"},
            {"edit": "split", "sector_id": "it", "shares": {"a": 2}},
        ],
    }  # fmt: skip
    with pytest.raises(ScenarioError) as caught:
        read_scenario(json.dumps(content))
    places = {(fault.row, fault.field) for fault in caught.value.faults}
    assert places == {
        (None, "format"), (None, "name"), (None, "plan/version"), (1, "park_id"), (2, "edit"), (3, "value"), (3, None),
        (4, "park_id"), (4, "name_zh"), (4, "polygon/type"), (4, "polygon/coordinates"), (4, "position_accuracy_m"),
        (4, "grade"), (5, "shares/a"),
    }  # fmt: skip
    said = {fault.field: fault.reason for fault in caught.value.faults}
    assert said["edit"].endswith("write one of add, remove, move, draft_park, target, split")
    assert said["name"].endswith("write it in one line without control characters")
    assert said["grade"].endswith("write 'D'")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("{", "give a scenario's JSON"),
        (b"\xff\xfe", "give a scenario's JSON"),
        ('{"name": NaN}', "NaN is no number"),
        ("[" * 100_000, "give a scenario's JSON"),
        ('{"name": "\\ud800"}', "surrogates not allowed"),
        (" " * (TEXT_LIMIT + 1), "this is no scenario"),
        ("[]", "write a value of type object"),
    ],
)
def test_what_is_no_scenario_is_refused(text: str | bytes, word: str) -> None:
    with pytest.raises(ScenarioError, match=word):
        read_scenario(text)


def test_a_long_scenario_does_not_go_into_an_address() -> None:
    rough = np.random.default_rng(1).uniform(0, 1e-4, 400)
    ring = [(118.1 + float(step) / 1e4 + float(off), 24.6) for step, off in enumerate(rough)]
    long = new_scenario(PLAN, "长", [replace(DRAFT, rings=((*ring, (118.1, 24.7), ring[0]),))])
    with pytest.raises(ScenarioError, match=f"an address takes {URL_LIMIT}; download it as a file"):
        to_url_text(long)
    assert url_or_none(long) is None


def test_a_cut_address_is_refused() -> None:
    text = to_url_text(new_scenario(PLAN, "甲", [DRAFT]))
    for spoilt in (text[:-4], text + "AAAA", text[: len(text) // 2], "", "汉", "A" * (URL_LIMIT + 1)):
        with pytest.raises(ScenarioError, match=r"copy the whole address|load the scenario's file"):
            from_url_text(spoilt)


def test_an_address_that_unpacks_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo.scenario.text.TEXT_LIMIT", 10_000)
    bomb = base64.urlsafe_b64encode(zlib.compress(b" " * 1_000_000, 9)).decode().rstrip("=")
    assert len(bomb) < URL_LIMIT
    with pytest.raises(ScenarioError, match="cut or has more behind it"):
        from_url_text(bomb)


def test_a_city_without_targets_has_no_output_and_takes_no_target(yunpu_plan: Plan) -> None:
    edit = AddAllocation("low-altitude", "north")
    tables = scenario_changes(yunpu_plan, new_scenario(yunpu_plan, "甲", [edit]))
    assert tables["output"].empty
    assert tables["output_by_park"].empty
    cite = fit_table(changed(yunpu_plan, edit, name="甲"))["cite_zh"].iloc[5]
    assert cite == "情景“甲”调整后的第三章“低空装备”未列该园区；附表2第2条未提及该产业"
    assert "the plan states no scale targets" in faults(yunpu_plan, SetTarget("low-altitude", 1))[0][1]
