"""Words and codes lead to fields of the plan, and each match says which."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.plan import read_plan
from geo.screening.faults import UnlistedNameError
from geo.screening.industries import industries, industry_code, industry_name
from geo.screening.matching import closest, match_code, match_project, match_text
from geo.screening.vocabulary import Vocabulary, vocabulary


@cache
def words() -> Vocabulary:
    return vocabulary(read_plan())


def found(text: str) -> dict[str, bool]:
    return {match.id: match.is_firm for match in match_text(text, words())}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("碳化硅功率器件", {"third-gen-semiconductors": True}),
        ("流感疫苗", {"new-drugs": True}),
        ("AMOLED 面板", {"new-display": True}),
        ("amoled面板", {"new-display": True}),
        ("反渗透膜", {"polymers-composites": True}),
        ("海洋药物", {"marine-biotech": True}),
        ("New drugs for export", {"new-drugs": True}),
        ("瓦楞纸箱", {}),
    ],
)
def test_terms_of_the_plan_lead_to_their_fields(text: str, expected: dict[str, bool]) -> None:
    assert found(text) == expected


def test_every_field_and_track_of_the_plan_is_found_by_its_own_name() -> None:
    for field in words().fields.values():
        assert found(field.zh)[field.id], field.zh


def test_a_term_inside_a_longer_one_is_passed_over() -> None:
    assert "integrated-circuits" not in found("光芯片")
    assert found("光芯片") == {"network-devices": True}


def test_latin_terms_stand_as_words_of_their_own() -> None:
    assert found("EPA提取") == {"marine-biotech": True}
    assert not found("department supplies")


def test_a_match_says_which_words_matched_which_term_and_where_the_plan_has_it() -> None:
    (match,) = match_text("流感疫苗车间", words())
    assert match.why == "“疫苗”是第四章第二节“新药”用语"


def test_words_that_are_only_alike_need_argument() -> None:
    (match,) = match_text("智能车座舱", words())
    assert (match.id, match.is_firm) == ("new-display", False)
    assert "近似" in match.why


def test_a_term_that_is_only_related_needs_argument() -> None:
    assert found("金融科技服务") == {"it": False}


def test_words_that_say_nothing_alone_lead_nowhere() -> None:
    assert not found("相关服务")
    assert not found("专业服务")


def test_nothing_matched_is_said_with_the_closest() -> None:
    matches, notes = match_project({"product": "铅蓄电池"}, words())
    assert not matches
    assert "没有对应的规划用语" in notes[0].zh
    assert len(closest("铅蓄电池", words())) == 3
    assert "也没有相近的用语" in match_project({"product": "瓦楞纸箱"}, words())[1][0].zh


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("集成电路", "integrated-circuits"),
        ("it", "it"),
        ("New drugs", "new-drugs"),
        ("航空航天", "aerospace"),
        ("信息技术", "it"),
    ],
)
def test_what_a_project_states_is_any_name_of_a_field(name: str, field: str) -> None:
    (match,), _ = match_project({"sector": name}, words())
    assert (match.id, match.basis, match.is_firm) == (field, "stated", True)


def test_a_field_that_the_plan_does_not_have_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnlistedNameError, match="near it: Integrated circuits") as refused:
        match_project({"sector": "集成线路"}, words())
    assert "相近的有：集成电路" in refused.value.zh


def test_codes_lead_by_their_longest_prefix() -> None:
    assert [match.id for match in match_code("2762", words())] == ["new-drugs"]
    assert [(match.id, match.is_firm) for match in match_code("3843", words())] == [("new-energy-materials", False)]
    assert match_code("1811", words()) == []


def test_a_code_wider_than_the_crosswalk_is_never_firm() -> None:
    matches = match_code("39", words())
    assert len(matches) > 3
    assert not any(match.is_firm for match in matches)
    assert all("代码较粗" in match.why for match in matches)


def test_the_code_list_is_whole() -> None:
    codes = industries()
    assert codes["level"].value_counts().to_dict() == {4: 1381, 3: 473, 2: 97, 1: 20}
    assert len(codes) == 1971
    assert set(codes.loc[codes["level"] > 1, "parent"]) <= set(codes.index)


@pytest.mark.parametrize("text", ["3973", "C3973", "c 3973", "C39", "0411"])
def test_codes_are_read_as_people_write_them(text: str) -> None:
    assert industry_name(industry_code(text))


@pytest.mark.parametrize("text", ["9999", "A3973", "39731", "芯片", "", "3", "C"])
def test_codes_that_do_not_exist_are_refused_with_the_nearest(text: str) -> None:
    with pytest.raises(UnlistedNameError, match="such as") as refused:
        industry_code(text)
    assert "相近的有" in refused.value.zh


texts = st.lists(
    st.sampled_from(["疫苗", "芯片", "石墨烯", "瓦楞纸箱", "手游", "服装", "无人机", "变压器"]), min_size=1
)


@given(first=texts, more=texts)
def test_more_words_never_take_a_firm_match_away(first: list[str], more: list[str]) -> None:
    before, after = found("，".join(first)), found("，".join([*first, *more]))
    assert {field for field, is_firm in before.items() if is_firm} <= {field for field, firm in after.items() if firm}


@given(parts=texts, order=st.randoms())
def test_the_order_of_words_changes_no_field(parts: list[str], order: st.DataObject) -> None:
    shuffled = list(parts)
    order.shuffle(shuffled)
    assert found("，".join(parts)) == found("，".join(shuffled))
