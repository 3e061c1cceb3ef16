"""People name sectors, parks and districts as they like; an unknown name is refused with the nearest ones."""

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from geo.errors import UnknownNameError
from geo.lookup import park_id_of, parks_in, sector_id_of, select_fit
from geo.plan import Plan


def test_a_selection_by_nothing_is_the_whole_table(plan: Plan, fit: pd.DataFrame) -> None:
    assert_frame_equal(select_fit(plan, fit), fit)


@pytest.mark.parametrize(
    "name", ["it", "新一代信息技术", "信息技术", "New-generation information technology", "IT", "it "]
)
def test_a_sector_is_known_by_id_and_names(plan: Plan, fit: pd.DataFrame, name: str) -> None:
    assert sector_id_of(plan, name) == "it"
    assert select_fit(plan, fit, sectors=[name])["sector_id"].tolist() == ["it"] * 28


def test_a_park_is_known_by_an_alias(plan: Plan, fit: pd.DataFrame) -> None:
    found = select_fit(plan, fit, parks=["海沧生物医药港"])
    assert found["park_id"].tolist() == ["biopharma-port"] * 5
    assert found["sector_id"].tolist() == plan.main_sectors["sector_id"].tolist()


def test_several_sectors_and_parks_give_all_their_pairs(plan: Plan, fit: pd.DataFrame) -> None:
    found = select_fit(plan, fit, sectors=["marine", "it"], parks=["沙坡尾", "软件园"])
    assert list(found[["sector_id", "park_id"]].itertuples(index=False, name=None)) == [
        ("it", "software-park"),
        ("it", "shapowei"),
        ("marine", "software-park"),
        ("marine", "shapowei"),
    ]


@pytest.mark.parametrize("name", ["湖里区", "湖里", "Huli District"])
def test_a_district_takes_the_parks_that_surely_lie_in_it(plan: Plan, name: str) -> None:
    assert parks_in(plan, [name]) == [
        "torch-park",
        "huli-east-innovation",
        "huli-innovation",
        "wuyuanwan-health",
        "aviation-park",
    ]


def test_a_district_may_also_take_the_parks_that_possibly_reach_there(plan: Plan) -> None:
    sure, possible = parks_in(plan, ["湖里"]), parks_in(plan, ["湖里"], with_possible=True)
    assert "software-park" not in sure
    assert "software-park" in possible
    assert set(sure) < set(possible)


def test_a_park_of_two_of_the_districts_is_given_once(plan: Plan) -> None:
    assert parks_in(plan, ["同安区", "翔安区"]).count("tongxiang-hitech") == 1


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ({"sectors": ["海洋高薪"]}, r"no sector is called '海洋高薪'; did you mean 海洋高新"),
        ({"sectors": ["柔性电子"]}, r"no sector is called '柔性电子'; did you mean "),
        ({"parks": ["厦门生物医药园"]}, r"no park is called '厦门生物医药园'; did you mean .*厦门生物医药港"),
        ({"districts": ["翔按区"]}, r"no district is called '翔按区'; did you mean .*翔安区"),
        ({"parks": [""]}, r"no park is called ''; did you mean "),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_ones(
    plan: Plan, fit: pd.DataFrame, names: dict[str, list[str]], words: str
) -> None:
    with pytest.raises(UnknownNameError, match=words):
        select_fit(plan, fit, **names)


def test_a_part_of_a_park_is_no_park(plan: Plan) -> None:
    with pytest.raises(UnknownNameError, match="no park is called '莲河片区'"):
        park_id_of(plan, "莲河片区")
