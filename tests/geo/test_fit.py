"""
Verdicts follow from the plan's two lists, and each cites the line that says so.

The counts are derived here once more from the CSV files, with the csv module and no code of `geo`.
"""

import csv
from collections import Counter
from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from geo.fit import (
    CLOSENESS,
    MAPPING_WORDS,
    VERDICTS,
    fit_table,
    gaps,
    park_fields,
    sectors_by_district,
    spanning_parks,
    verdict_of,
)
from geo.lookup import select_fit
from geo.plan import DEFAULT_PATH, Plan

RANK = {verdict: number for number, verdict in enumerate(reversed(VERDICTS))}
# The pairs that are neither aligned nor without basis, read off chapter 5 and box 6 by hand.
LAYOUT_ONLY = {
    ("it", "torch-park"),
    ("it", "huli-innovation"),
    ("it", "jimei-north"),
    ("biohealth", "tongxiang-dongliao"),
    ("biohealth", "wuyuanwan-health"),
    ("biohealth", "light-food"),
    ("materials-energy", "xingbei"),
    ("creative", "shapowei"),
    ("marine", "shapowei"),
}
FOCUS_ONLY = {
    ("it", "xiangan-digital"),
    ("it", "xiangan-concentrated"),
    ("it", "marine-hitech"),
    ("it", "aviation-park"),
    ("biohealth", "tongxiang-hitech"),
    ("biohealth", "science-city"),
    ("biohealth", "tongan-fengnan"),
    ("materials-energy", "science-city"),
    ("materials-energy", "machinery"),
    ("creative", "software-park"),
    ("creative", "huli-east-innovation"),
    ("creative", "maluan-smart"),
    ("creative", "marine-hitech"),
}
UNREFLECTED = {("marine", "biopharma-port")}


def rows(table: str) -> list[dict[str, str]]:
    with (DEFAULT_PATH / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def derived() -> dict[tuple[str, str], str]:
    """Verdict of every pair from the files alone."""
    listed = {(row["sector_id"], row["park_id"]) for row in rows("allocations")}
    park_of = {row["focus_id"]: row["park_id"] for row in rows("focuses")}
    named = {(row["sector_id"], park_of[row["focus_id"]]) for row in rows("focus_mappings") if row["sector_id"]}
    in_box = set(park_of.values())
    verdicts = {}
    for sector in (row["sector_id"] for row in rows("sectors") if row["kind"] == "sector"):
        for park in (row["park_id"] for row in rows("parks")):
            pair = (sector, park)
            if pair in listed and pair in named:
                verdicts[pair] = "aligned"
            elif pair in listed:
                verdicts[pair] = "unreflected" if park in in_box else "layout_only"
            else:
                verdicts[pair] = "focus_only" if pair in named else "none"
    return verdicts


def verdicts(fit: pd.DataFrame) -> dict[tuple[str, str], str]:
    return dict(zip(zip(fit["sector_id"], fit["park_id"], strict=True), fit["verdict"], strict=True))


def pair(fit: pd.DataFrame, sector: str, park: str) -> dict[Hashable, Any]:
    [row] = fit[(fit["sector_id"] == sector) & (fit["park_id"] == park)].to_dict("records")
    return row


def test_there_are_140_pairs_in_the_order_of_sectors_and_parks(fit: pd.DataFrame, plan: Plan) -> None:
    sectors, parks = plan.main_sectors["sector_id"], plan.parks.sort_values("order")["park_id"]
    assert list(verdicts(fit)) == [(sector, park) for sector in sectors for park in parks]
    assert len(fit) == len(verdicts(fit)) == 140


def test_every_verdict_is_the_one_that_the_files_give(fit: pd.DataFrame) -> None:
    assert verdicts(fit) == derived()


def test_all_five_verdicts_occur_as_often_as_the_files_give(fit: pd.DataFrame) -> None:
    counts = Counter(derived().values())
    assert set(counts) == set(VERDICTS)
    assert fit["verdict"].value_counts().to_dict() == counts
    assert counts == {"aligned": 21, "layout_only": 9, "unreflected": 1, "focus_only": 13, "none": 96}


def test_the_31_allocations_are_the_pairs_that_the_layout_lists(fit: pd.DataFrame) -> None:
    listed = fit["verdict"].isin(["aligned", "layout_only", "unreflected"])
    assert listed.sum() == 31


def test_the_pairs_that_only_the_layout_names_are_those_of_parks_without_an_entry(fit: pd.DataFrame) -> None:
    assert {found for found, verdict in verdicts(fit).items() if verdict == "layout_only"} == LAYOUT_ONLY


def test_the_pairs_that_only_the_box_names_are_these(fit: pd.DataFrame) -> None:
    assert {found for found, verdict in verdicts(fit).items() if verdict == "focus_only"} == FOCUS_ONLY


def test_the_marine_list_names_the_bio_bay_and_its_entry_does_not_say_so(fit: pd.DataFrame) -> None:
    assert {found for found, verdict in verdicts(fit).items() if verdict == "unreflected"} == UNREFLECTED


def test_tracks_and_terms_outside_the_sectors_are_no_evidence_for_a_sector(fit: pd.DataFrame) -> None:
    """机械工业集中区 makes cars and machines; only its new materials are a sector's."""
    machinery = {sector: verdict for (sector, park), verdict in verdicts(fit).items() if park == "machinery"}
    assert machinery == dict.fromkeys(machinery, "none") | {"materials-energy": "focus_only"}
    shituo = {verdict for (_, park), verdict in verdicts(fit).items() if park == "shituo-motor"}
    assert shituo == {"none"}


def test_terms_and_closeness_are_those_that_name_the_sector(fit: pd.DataFrame) -> None:
    found = pair(fit, "it", "torch-xiangan")
    assert found["terms"] == ("新型显示", "半导体与集成电路", "下一代网络信息设备")
    assert found["terms_en"][0] == "New displays"
    assert found["closeness"] == "subsector"
    assert pair(fit, "materials-energy", "torch-xiangan")["closeness"] == "sector"
    assert pair(fit, "it", "haicang-south")["closeness"] == "related"


def test_closeness_and_terms_stand_exactly_where_a_term_names_the_sector(fit: pd.DataFrame) -> None:
    is_named = fit["verdict"].isin(["aligned", "focus_only"])
    assert fit["closeness"].notna().tolist() == is_named.tolist()
    assert [bool(terms) for terms in fit["terms"]] == is_named.tolist()
    assert set(fit["closeness"].dropna()) == set(CLOSENESS)


@pytest.mark.parametrize(
    ("sector", "park", "verdict", "zh", "en"),
    [
        (
            "it", "torch-xiangan", "aligned",
            "第五章“新一代信息技术”第5项；专栏6第4条第1、2、3项",
            "Chapter 5, New-generation IT, item 5; Box 6, entry 4, terms 1, 2, 3",
        ),
        (
            "materials-energy", "torch-xiangan", "aligned",
            "第五章“新材料与新能源”第4项；专栏6第4条第5项",
            "Chapter 5, New materials and new energy, item 4; Box 6, entry 4, term 5",
        ),
        (
            "it", "torch-park", "layout_only",
            "第五章“新一代信息技术”第4项；专栏6无该园区条目",
            "Chapter 5, New-generation IT, item 4; Box 6: no entry for the park",
        ),
        (
            "marine", "biopharma-port", "unreflected",
            "第五章“海洋高新”第2项；专栏6第8条未提及该产业",
            "Chapter 5, Marine high technology, item 2; Box 6, entry 8: sector not named",
        ),
        (
            "it", "marine-hitech", "focus_only",
            "第五章“新一代信息技术”未列该园区；专栏6第18条第3项",
            "Chapter 5, New-generation information technology: park not listed; Box 6, entry 18, term 3",
        ),
        (
            "marine", "film-base", "none",
            "第五章“海洋高新”未列该园区；专栏6第16条未提及该产业",
            "Chapter 5, Marine high technology: park not listed; Box 6, entry 16: sector not named",
        ),
        (
            "marine", "xingbei", "none",
            "第五章“海洋高新”未列该园区；专栏6无该园区条目",
            "Chapter 5, Marine high technology: park not listed; Box 6: no entry for the park",
        ),
    ],
)  # fmt: skip
def test_a_verdict_cites_the_item_and_the_entry_with_its_terms(
    fit: pd.DataFrame, sector: str, park: str, verdict: str, zh: str, en: str
) -> None:
    found = pair(fit, sector, park)
    assert (found["verdict"], found["cite_zh"], found["cite_en"]) == (verdict, zh, en)


def test_every_citation_names_the_right_item_entry_and_terms(fit: pd.DataFrame) -> None:
    """Put together from the files again, for all pairs."""
    items = {(row["sector_id"], row["park_id"]): row["cite_zh"] for row in rows("allocations")}
    focuses = {row["focus_id"]: row for row in rows("focuses")}
    entries = {row["park_id"]: row["entry"] for row in focuses.values()}
    orders: dict[tuple[str, str], list[str]] = {}
    for row in rows("focus_mappings"):
        focus = focuses[row["focus_id"]]
        orders.setdefault((row["sector_id"], focus["park_id"]), []).append(focus["order"])
    for sector, sector_zh, park, cite in fit[["sector_id", "sector_zh", "park_id", "cite_zh"]].to_numpy():
        first = items.get((sector, park), f"第五章“{sector_zh}”未列该园区")
        terms = f"第{'、'.join(orders[sector, park])}项" if (sector, park) in orders else "未提及该产业"
        second = f"专栏6第{entries[park]}条{terms}" if park in entries else "专栏6无该园区条目"
        assert cite == f"{first}；{second}"


def test_the_order_of_rows_changes_nothing(plan: Plan, fit: pd.DataFrame, reordered: Plan) -> None:
    assert plan.parks["park_id"].tolist() != reordered.parks["park_id"].tolist()
    assert_frame_equal(fit_table(reordered), fit)


# What the plan may say of a pair: a term can name the sector only in an entry that is there.
STATES = st.tuples(st.booleans(), st.booleans(), st.booleans()).filter(lambda state: state[1] or not state[2])


@given(STATES)
def test_to_be_listed_never_lowers_a_verdict(state: tuple[bool, bool, bool]) -> None:
    _, has_entry, is_named = state
    before, after = (
        verdict_of(is_listed=is_listed, has_entry=has_entry, is_named=is_named) for is_listed in (False, True)
    )
    assert RANK[after] > RANK[before]


@given(STATES)
def test_to_be_named_never_lowers_a_verdict(state: tuple[bool, bool, bool]) -> None:
    """A term that names the sector comes in an entry, whether the park had one before or not."""
    is_listed, has_entry, is_named = state
    before = verdict_of(is_listed=is_listed, has_entry=has_entry, is_named=is_named)
    after = verdict_of(is_listed=is_listed, has_entry=True, is_named=True)
    assert RANK[after] >= RANK[before]
    assert (RANK[after] > RANK[before]) == (not is_named)


def test_an_entry_that_does_not_name_a_listed_sector_speaks_against_it() -> None:
    assert verdict_of(is_listed=True, has_entry=False, is_named=False) == "layout_only"
    assert verdict_of(is_listed=True, has_entry=True, is_named=False) == "unreflected"


def test_an_entry_alone_says_nothing_of_a_sector_that_is_not_listed() -> None:
    assert {verdict_of(is_listed=False, has_entry=entry, is_named=False) for entry in (True, False)} == {"none"}


def test_verdicts_and_closenesses_have_words_in_both_languages() -> None:
    assert list(VERDICTS) == ["aligned", "layout_only", "unreflected", "focus_only", "none"]
    assert list(MAPPING_WORDS) == ["sector", "subsector", "related", "track", "outside"]
    words = [*VERDICTS.values(), *MAPPING_WORDS.values()]
    assert all(len(pair_of_words) == 2 and all(pair_of_words) for pair_of_words in words)
    assert len(set(words)) == len(words)


def test_no_sector_of_the_city_is_without_a_park_and_three_parks_are_without_a_sector(fit: pd.DataFrame) -> None:
    found = gaps(fit)
    assert found[["kind", "id", "in_focus"]].to_numpy().tolist() == [
        ["park-without-sector", "shituo-motor", False],
        ["park-without-sector", "aviation-park", True],
        ["park-without-sector", "machinery", True],
    ]


def test_a_district_may_lack_a_sector(plan: Plan, fit: pd.DataFrame) -> None:
    found = gaps(select_fit(plan, fit, districts=["湖里"]))
    lacking = found[found["kind"] == "sector-without-park"]
    assert lacking[["id", "name_zh"]].to_numpy().tolist() == [
        ["materials-energy", "新材料与新能源"],
        ["creative", "数字创意"],
        ["marine", "海洋高新"],
    ]


def test_the_fields_of_a_park_are_the_closest_of_its_terms(plan: Plan) -> None:
    fields = park_fields(plan)
    found = fields[fields["park_id"] == "torch-xiangan"]
    assert found[["kind", "id", "closeness"]].to_numpy().tolist() == [
        ["subsector", "new-display", "subsector"],
        ["subsector", "integrated-circuits", "subsector"],
        ["subsector", "network-devices", "subsector"],
        ["track", "third-gen-semiconductors", "related"],
        ["track", "flexible-electronics", "track"],
        ["track", "smart-equipment", "related"],
    ]
    software = fields[(fields["park_id"] == "software-park") & (fields["id"] == "network-devices")]
    assert software["terms"].tolist() == [("5G", "信创产业")]


@pytest.mark.parametrize("closest", ["b6-03-5", "b6-03-9"])
def test_of_several_terms_the_closest_speaks_whichever_comes_first(plan: Plan, closest: str) -> None:
    """Of 软件园 the terms 5G and 信创产业 name network devices, both related only; one now names it outright."""
    mappings = plan.focus_mappings.copy()
    mappings.loc[mappings["focus_id"].str.startswith("b6-03-"), "closeness"] = "related"
    mappings.loc[mappings["focus_id"] == closest, "closeness"] = "subsector"
    changed = replace(plan, focus_mappings=mappings)
    fields = park_fields(changed)
    own = fields[(fields["park_id"] == "software-park") & (fields["id"] == "network-devices")]
    assert own["closeness"].tolist() == ["subsector"]
    assert pair(fit_table(changed), "it", "software-park")["closeness"] == "subsector"


def test_a_park_that_is_listed_against_its_entry_is_no_gap() -> None:
    names = {"sector_zh": "产业", "sector_en": "sector", "park_zh": "园", "park_en": "park"}
    rows = pd.DataFrame([{"sector_id": "s", "park_id": "p", "verdict": "unreflected", **names}])
    assert gaps(rows).empty
    assert gaps(rows.assign(verdict="focus_only"))["kind"].tolist() == ["sector-without-park", "park-without-sector"]


def test_the_counts_by_district_are_those_of_the_pairs(plan: Plan, fit: pd.DataFrame, places: pd.DataFrame) -> None:
    counts = sectors_by_district(plan, fit)
    assert len(counts) == 6 * 5
    assert counts["district_zh"].drop_duplicates().tolist() == plan.districts["name_zh"].tolist()
    sure = places[places["basis"] != "possible"]
    for row in counts.itertuples():
        parks = set(sure.loc[sure["district_zh"] == row.district_zh, "park_id"])
        expected = Counter(
            verdict for (sector, park), verdict in derived().items() if sector == row.sector_id and park in parks
        )
        assert {verdict: getattr(row, verdict) for verdict in VERDICTS if getattr(row, verdict)} == expected


def test_the_parks_that_span_districts_are_those_that_the_sources_say(plan: Plan) -> None:
    found = spanning_parks(plan).groupby("park_id", sort=False)["district_zh"].agg(set)
    assert found.to_dict() == {
        "tongxiang-hitech": {"同安区", "翔安区"},
        "science-city": {"同安区", "翔安区"},
        "software-park": {"思明区", "集美区"},
        "maluan-smart": {"海沧区", "集美区"},
        "aviation-park": {"湖里区", "翔安区"},
    }
