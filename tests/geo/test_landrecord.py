"""Records of a 国土TXT: a broken one says its line in both languages, and what is written reads back."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, affinity, box

from geo.landrecord import LandTextError, Line, record_lines, records, whole
from geo.landtxt import read_landtxt
from tests.geo.landtexts import BODY, TYPED, assert_said, square


def read(lines: list[str]) -> list[Polygon]:
    body = [Line(number, text) for number, text in enumerate(["[地块坐标]", *lines], start=1)]
    return [record.figure for record in records(body)]


@pytest.mark.parametrize(
    ("old", "new", "line", "reason", "reason_zh"),
    [
        (
            "10,0.9600,2026-01",
            "J0,1,2708700.000,39610300.000\n10,0.9600,2026-01",
            13,
            "before the first record",
            "第一个地块之前出现了界址点",
        ),
        (
            "10,0.9600",
            "9,0.9600",
            13,
            "界址点数 says 9, but 10 points follow (2 of them close a ring)",
            "界址点数写的是 9，其后却有 10 个点（其中 2 个是闭合点）",
        ),
        ("10,0.9600", "many,0.9600", 13, "界址点数 is a whole number, not 'many'", "“界址点数”应为整数，现为 'many'"),
        ("0.9600", "about", 13, "地块面积 is a number, not 'about'", "“地块面积”应为数字，现为 'about'"),
        ("示例地块,面", "示例地块,线", 13, "图形属性 is 面, not '线'", "图形属性应为“面”，现为 '线'"),
        (
            "工业用地,1001",
            "工业用地",
            13,
            "a record has 9 columns with @ as the last, not 8",
            "地块行应有 9 列，最后一列为 @，现有 8 列",
        ),
        (
            "J2,1,2708800.000,39610300.000",
            "J2,1,2708800.000",
            15,
            "a point has 4 columns (mark, ring, X, Y), not 3",
            "界址点行应有 4 列（点号、圈号、X、Y），现有 3 列",
        ),
        (
            "J2,1,2708800.000,39610300.000",
            "J2,1,nan,39610300.000",
            15,
            "X is a number, not 'nan'",
            "“X”应为数字，现为 'nan'",
        ),
        (
            "J2,1,2708800.000,39610300.000",
            "J2,1,39610300.000,2708800.000",
            15,
            "are X and Y swapped?",
            "现为 39610300.000；X 与 Y 是否写反？",
        ),
        ("J2,1,2708800.000,39610300.000", "J2,1,2708800.000,-5", 15, "not negative, not -5", "不能为负，现为 -5"),
        (
            "J2,1,2708800.000,39610300.000",
            "J2,1,2708800.000,610300.000",
            15,
            "some eastings have a zone prefix",
            "部分横坐标（Y）带有带号",
        ),
        (
            "J2,1,2708800.000,39610300.000",
            "J2,x,2708800.000,39610300.000",
            15,
            "地块圈号 is a whole number",
            "“地块圈号”应为整数，现为 'x'",
        ),
        (
            "J1,1,2708700.000,39610300.000\nJ2",
            "J1,2,2708700.000,39610300.000\nJ2",
            14,
            "ring 2 comes after ring 0",
            "圈号 2 出现在圈号 0 之后",
        ),
        (
            "J5,2,2708740.000,39610340.000\nJ6",
            "J5,3,2708740.000,39610340.000\nJ6",
            19,
            "ring 3 comes after ring 1",
            "圈号 3 出现在圈号 1 之后",
        ),
        (
            "J1,1,2709000.000,39611000.000\nJ2",
            "J1,1,2709000.001,39611000.000\nJ2",
            29,
            "ring 1 is not closed",
            "第 1 圈没有闭合",
        ),
        ("J8,2,2708760.000", "J8,3,2708760.000", 21, "ring 2 is not closed", "第 2 圈没有闭合"),
        (
            "J1,1,2708700.000,39610300.000\nJ5",
            "J5",
            17,
            "ring 1 is not closed: it must end on its first point",
            "第 1 圈没有闭合：最后一点应与第一点相同",
        ),
        (
            "J1,1,2709000.000,39611000.000\nJ2",
            "J1,1,2709009.000,39611000.000\nJ2",
            29,
            "ring 1 is not closed",
            "第 1 圈没有闭合",
        ),
        (
            "J2,1,2709050.000,39611000.000\nJ3,1,2709050.000,39611050.000\n",
            "",
            27,
            "ring 1 has 3 points",
            "第 1 圈有 3 个点",
        ),
        (
            BODY[BODY.index("4,0.25") :],
            "4,0.2500,2026-02,无证地块,面,,,,@\n",
            24,
            "the record has no points",
            "该地块没有界址点",
        ),
    ],
)
def test_a_broken_record_says_its_line_in_two_languages(
    old: str, new: str, line: int, reason: str, reason_zh: str
) -> None:
    assert TYPED.count(old) >= 1
    with pytest.raises(LandTextError) as caught:
        read_landtxt(TYPED.replace(old, new, 1).encode("gb18030"))
    assert_said(caught.value, line, reason, reason_zh)


@pytest.mark.parametrize("text", ["", "3.5", "-1", "\uff11", "1e3", "1234567890"])
def test_what_is_no_whole_number_is_told_with_its_name(text: str) -> None:
    with pytest.raises(LandTextError) as caught:
        whole(text, "带号", 9)
    assert_said(caught.value, 9, f"带号 is a whole number, not {text!r}", f"“带号”应为整数，现为 {text!r}")


def test_an_end_that_differs_by_less_than_half_a_millimetre_closes_its_ring() -> None:
    lines = ["[地块坐标]", "3,,1,,面,,,,@", "J1,1,0,0", "J2,1,9,0", "J3,1,0,9", "J1,1,0.0004,0"]
    [record] = records([Line(number, text) for number, text in enumerate(lines, 1)])
    assert list(record.figure.exterior.coords)[-1] == (0, 0)
    assert len(record.figure.exterior.coords) == 4


def test_a_section_without_records_gives_none() -> None:
    assert read([]) == []


def test_the_area_may_be_empty_or_say_its_unit() -> None:
    points = ["J1,1,0,0", "J2,1,9,0", "J3,1,0,9", "J1,1,0,0"]
    heads = ["3,,1,,面,,,,@", "3,0.0041公顷,1,,面,,,,@"]
    body = [
        Line(number, text) for number, text in enumerate(["[地块坐标]", *heads[:1], *points, *heads[1:], *points], 1)
    ]
    assert [record.area_ha for record in records(body)] == [None, 0.0041]


@pytest.mark.parametrize(
    ("figure", "reason", "reason_zh"),
    [
        (square(side=0.0001), "a ring of fewer than 3 points in millimetres", "有一圈取到毫米后不足 3 个点"),
        (square(east=40000000 - 50), "reaches beyond zone 39", "超出 39 带的范围"),
        (square(north=-200), "reaches beyond zone 39", "超出 39 带的范围"),
    ],
)
def test_what_a_record_cannot_hold_is_refused_in_two_languages(figure: Polygon, reason: str, reason_zh: str) -> None:
    with pytest.raises(LandTextError) as caught:
        record_lines(figure, ("地块甲", "", "面", "", "", ""), 39)
    assert_said(
        caught.value,
        None,
        f"the parcel '地块甲' {'has ' if 'ring' in reason else ''}{reason}",
        f"地块 '地块甲' {reason_zh}",
    )


@settings(max_examples=50, deadline=None)
@given(
    east=st.integers(39_601_000_000, 39_640_000_000),
    north=st.integers(2_700_000_000, 2_744_000_000),
    width=st.integers(10, 900),
    height=st.integers(10, 900),
    holes=st.integers(0, 3),
)
def test_a_record_reads_back_with_its_count_its_marks_and_its_area(
    east: int, north: int, width: int, height: int, holes: int
) -> None:
    """Zone 39 in Xiamen, in millimetres."""
    rings = [affinity.scale(box(0, 0, 1, 1), 1, height - 2, origin=(0, 0)) for _ in range(holes)]
    placed = [affinity.translate(ring, 1 + 2 * number, 1).exterior for number, ring in enumerate(rings)]
    figure = affinity.translate(Polygon(box(0, 0, width, height).exterior, placed), east / 1000, north / 1000)
    head, *points = record_lines(figure, ("1", "示例", "面", "", "", ""), 39)
    [found] = read([head, *points])
    assert found.normalize().equals_exact(figure.normalize(), 0.001)
    count, area, *_ = head.split(",")
    assert int(count) == len(points) == 5 * (1 + holes)
    assert math.isclose(
        float(area) * 10_000, width * height - holes * (height - 2), abs_tol=0.5001 + 2e-3 * (width + height)
    )
    marks = [point.split(",")[0] for point in points]
    assert len(set(marks)) == 4 * (1 + holes)
    assert {point.split(",")[1] for point in points} == {str(number) for number in range(1, 2 + holes)}
