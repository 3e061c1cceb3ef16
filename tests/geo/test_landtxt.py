"""国土TXT: what is written reads back, and what is broken says its line."""

import math

import geopandas as gpd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LinearRing, MultiPolygon, Point, Polygon, affinity, box

from geo.errors import CRSError
from geo.landtxt import COLUMNS, LandTextError, read_landtxt, write_landtxt
from tests.geo.landtexts import BODY, HEAD, TYPED, assert_said, square


def parcels(figures: list[shapely.Geometry | None], crs: str = "EPSG:4527", **columns: list[str]) -> gpd.GeoDataFrame:
    numbers = [str(number) for number, _ in enumerate(figures, start=1)]
    return gpd.GeoDataFrame({"number": numbers, **columns}, geometry=figures, crs=crs)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("codec", "encoding"), [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("gbk", "GB18030"), ("gb18030", "GB18030")]
)
def test_a_file_in_the_exact_layout_reads(codec: str, encoding: str, ending: str) -> None:
    text = read_landtxt(TYPED.replace("\n", ending).encode(codec))
    assert text.encoding == encoding
    assert text.attributes["数据产生单位"] == "示例单位"
    assert text.attributes["转换参数"] == ",,,,,,"
    found = text.parcels
    assert found.crs.to_epsg() == 4527
    assert list(found.columns) == [*COLUMNS, "geometry"]
    assert found["number"].tolist() == ["2026-01", "2026-02"]
    assert found.loc[0, list(COLUMNS[1:])].tolist() == [
        "火炬高新区示例地块", 0.96, "面", "2708.50-39610.25", "工业用地", "1001",
    ]  # fmt: skip
    hole = square(39610340, 2708740, 20)
    assert found.geometry[0].equals(Polygon(square().exterior, [hole.exterior]))
    assert found.geometry[1].equals(square(39611000, 2709000, 50))
    assert (found.area / 1e4).tolist() == pytest.approx(found["area_ha"].tolist(), abs=1e-9)


def test_the_point_count_may_leave_out_the_repeated_points() -> None:
    assert len(read_landtxt(TYPED.replace("10,0.9600", "8,0.9600").encode()).parcels) == 2


@pytest.mark.parametrize(("band", "width", "prefix", "code"), [
    (39, 3, True, 4527), (39, 3, False, 4548), (25, 3, True, 4513), (45, 3, True, 4533), (25, 3, False, 4534),
    (45, 3, False, 4554), (20, 6, True, 4498), (20, 6, False, 4509),
])  # fmt: skip
def test_band_and_prefix_give_the_system(band: int, width: int, prefix: bool, code: int) -> None:  # noqa: FBT001
    text = TYPED.replace("带号=39", f"带号={band}").replace("几度分带=3", f"几度分带={width}")
    text = text.replace(",39610", f",{band if prefix else ''}610").replace(",39611", f",{band if prefix else ''}611")
    assert read_landtxt(text.encode()).parcels.crs.to_epsg() == code


@pytest.mark.parametrize(
    ("old", "new", "line", "reason", "reason_zh"),
    [
        (TYPED, "", 1, "the file is empty", "文件是空的；应以 [属性描述] 开头"),
        ("[属性描述]\n", "", 1, "does not begin with [属性描述]", "文件没有以 [属性描述] 开头"),
        ("[地块坐标]\n" + BODY, "", 11, "the section [地块坐标] is missing", "缺少 [地块坐标] 一节"),
        (
            "[地块坐标]",
            "[界址点]",
            12,
            "comes [地块坐标], not [界址点]",
            "[属性描述] 之后应为 [地块坐标]，现为 [界址点]",
        ),
        (BODY, BODY + "[其他]\n", 30, "nothing comes after [地块坐标]", "[地块坐标] 之后不应再有其他节，现有 [其他]"),
        ("精度=0.001", "精度0.001", 10, "written name=value", "属性应写成“名称=值”，现为 '精度0.001'"),
        ("精度=0.001", "带号=38", 10, "带号 stands twice", "属性“带号”出现两次"),
        ("坐标系=2000国家大地坐标系\n", "", 10, "坐标系 is not stated", "没有写明坐标系"),
        ("带号=39", "带号=", 9, "带号 is not stated", "没有写明带号"),
        (
            "2000国家大地坐标系",
            "80国家大地坐标系",
            5,
            "坐标系=80国家大地坐标系 is not served",
            "不支持“坐标系=80国家大地坐标系”",
        ),
        ("高斯克吕格", "墨卡托", 7, "投影类型=墨卡托 is not served", "不支持“投影类型=墨卡托”，只支持高斯"),
        ("计量单位=米", "计量单位=度", 8, "计量单位=度 is not served", "不支持“计量单位=度”，只支持米"),
        ("几度分带=3", "几度分带=三", 6, "几度分带 is a whole number, not '三'", "“几度分带”应为整数，现为 '三'"),
        ("几度分带=3", "几度分带=5", 6, "几度分带 is 3 or 6, not 5", "几度分带应为 3 或 6，现为 5"),
        (
            "带号=39",
            "带号=99",
            9,
            "带号 of 3 degrees lies between 25 and 45",
            "3 度分带的带号在中国为 25 至 45，现为 99",
        ),
        (
            "带号=39",
            "带号=38",
            13,
            "eastings begin with 39, but line 9 says 带号=38",
            "横坐标（Y）以 39 开头，第 9 行却写明带号=38",
        ),
    ],
)
def test_a_broken_file_says_its_line_in_two_languages(
    old: str, new: str, line: int, reason: str, reason_zh: str
) -> None:
    assert TYPED.count(old) >= 1
    with pytest.raises(LandTextError) as caught:
        read_landtxt(TYPED.replace(old, new, 1).encode("gb18030"))
    assert_said(caught.value, line, reason, reason_zh)


def test_a_broken_encoding_says_its_line() -> None:
    with pytest.raises(LandTextError) as caught:
        read_landtxt(HEAD.encode() + b"\xff\xff\n")
    assert_said(caught.value, 13, "neither UTF-8 nor GB18030", "既不是 UTF-8 也不是 GB18030")


def test_records_with_and_without_prefix_do_not_mix() -> None:
    with pytest.raises(LandTextError) as caught:
        read_landtxt(TYPED.replace(",39611", ",611").encode())
    assert_said(caught.value, 24, "some records have a zone prefix", "部分地块的横坐标（Y）带有带号，部分不带")


# Written


def test_a_written_file_stands_in_the_layout() -> None:
    table = parcels([Polygon(square().exterior, [square(39610340, 2708740, 20).exterior])], name=["示例地块"])
    lines = write_landtxt(table, unit="示例单位", day="2026-11-22").decode("gb18030").split("\r\n")
    assert lines[:12] == HEAD.splitlines()
    assert lines[12] == "10,0.9600,1,示例地块,面,,,,@"
    points = [line.split(",") for line in lines[13:-1]]
    assert [mark for mark, *_ in points] == ["J1", "J2", "J3", "J4", "J1", "J5", "J6", "J7", "J8", "J5"]
    assert [ring for _, ring, *_ in points] == ["1"] * 5 + ["2"] * 5
    assert all(2708000 < float(x) < 2709000 and 39610000 < float(y) < 39611000 for _, _, x, y in points)
    assert all(len(value.partition(".")[2]) == 3 for point in points for value in point[2:])


@pytest.mark.parametrize("is_turned", [False, True])
def test_outlines_are_written_clockwise_and_holes_against_it(is_turned: bool) -> None:  # noqa: FBT001
    outline, hole = square().exterior, square(39610340, 2708740, 20).exterior
    figure = Polygon(outline.reverse() if is_turned else outline, [hole.reverse() if is_turned else hole])
    lines = write_landtxt(parcels([figure])).decode("gb18030").splitlines()
    points = [line.split(",") for line in lines if line.startswith("J")]
    rings = [[(float(east), float(north)) for _, ring, north, east in points if ring == own] for own in ("1", "2")]
    assert [LinearRing(ring).is_ccw for ring in rings] == [False, True]


def test_an_area_that_is_not_stated_stays_unknown() -> None:
    text = read_landtxt(TYPED.replace("10,0.9600,2026-01", "10,,2026-01").encode())
    assert math.isnan(text.parcels["area_ha"][0])
    assert text.parcels["area_ha"][1] == 0.25


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4490", "EPSG:4548", "EPSG:3857"])
def test_any_system_is_written_in_the_zone_with_prefix(crs: str) -> None:
    text = read_landtxt(write_landtxt(parcels([square()]).to_crs(crs)))
    assert text.parcels.crs.to_epsg() == 4527
    assert text.attributes["带号"] == "39"
    assert text.parcels.geometry[0].normalize().equals_exact(square().normalize(), 0.001)


def test_another_zone_keeps_its_own() -> None:
    text = read_landtxt(write_landtxt(parcels([box(116.3, 39.9, 116.31, 39.91)], "EPSG:4326")))
    assert (text.attributes["带号"], text.parcels.crs.to_epsg()) == ("39", 4527)
    text = read_landtxt(write_landtxt(parcels([box(121.4, 31.2, 121.41, 31.21)], "EPSG:4326")))
    assert (text.attributes["带号"], text.parcels.crs.to_epsg()) == ("40", 4528)


def test_no_parcels_are_a_file_without_records() -> None:
    text = read_landtxt(write_landtxt(parcels([])))
    assert (len(text.parcels), text.parcels.crs.to_epsg()) == (0, 4527)


@pytest.mark.parametrize(
    ("table", "reason", "reason_zh"),
    [
        (parcels([None]), "row 1 has no geometry", "表中第 1 行没有图形"),
        (parcels([Polygon()]), "row 1 has no geometry", "表中第 1 行没有图形"),
        (parcels([Point(39610300, 2708700)]), "row 1 has a Point", "表中第 1 行的图形是 Point"),
        (parcels([square()], name=["甲,乙"]), "name of row 1 holds '甲,乙'", "表中第 1 行的地块名称含有 '甲,乙'"),
        (parcels([square()], name=["甲\n乙"]), "commas and control characters", "逗号和控制字符会拆开列或行"),
        (
            parcels([square(), square(39611000)], number=["1", "1"]),
            "rows 1 and 2 have the same columns",
            "表中第 1 行与第 2 行各列相同",
        ),
        (
            parcels([MultiPolygon([square(), square(39611000)])], number=[""]),
            "2 parts and no number",
            "表中第 1 行由 2 块组成，没有编号",
        ),
        (parcels([square(side=0.0001)]), "fewer than 3 points in millimetres", "取到毫米后不足 3 个点"),
        (parcels([square(north=-200)]), "reaches beyond zone 39", "超出 39 带的范围"),
        (parcels([box(0, 50, 1, 51)], "EPSG:4326"), "zone 0 lies outside China", "0 带不在中国范围内（25 至 45 带）"),
        (parcels([None], "EPSG:4326"), "no parcel has a geometry", "所有地块都没有图形"),
    ],
)
def test_what_the_format_cannot_hold_is_refused_in_two_languages(
    table: gpd.GeoDataFrame, reason: str, reason_zh: str
) -> None:
    with pytest.raises(LandTextError) as caught:
        write_landtxt(table)
    assert_said(caught.value, None, reason, reason_zh)


@pytest.mark.parametrize(
    ("column", "title"),
    [("number", "编号"), ("name", "名称"), ("sheet", "图幅"), ("use", "用途"), ("land_code", "地类")],
)
def test_a_text_that_cannot_be_written_is_told_by_its_column(column: str, title: str) -> None:
    with pytest.raises(LandTextError) as caught:
        write_landtxt(parcels([square(), square(39611000)]).assign(**{column: ["1", "甲,乙"]}))
    assert_said(caught.value, None, f"{column} of row 2 holds '甲,乙'", "表中第 2 行的")
    assert title in caught.value.reason_zh.partition("含有")[0]


def test_a_table_without_system_and_an_unknown_encoding_are_refused() -> None:
    with pytest.raises(CRSError, match="no coordinate reference system"):
        write_landtxt(gpd.GeoDataFrame({"number": ["1"]}, geometry=[square()]))
    with pytest.raises(LandTextError) as caught:
        write_landtxt(parcels([square()]), encoding="Big5")
    assert_said(caught.value, None, "one of GB18030, UTF-8, not 'Big5'", "编码只能是GB18030、UTF-8之一，不能是 'Big5'")
    with pytest.raises(LandTextError) as caught:
        write_landtxt(parcels([square()]), unit="\ud800")
    assert_said(caught.value, None, "数据产生单位 holds", "数据产生单位含有")


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters=","), max_size=40)
MILLIMETRES = st.integers(0, 9_000_000)


@st.composite
def figures(draw: st.DrawFn) -> Polygon | MultiPolygon:
    """Polygons of millimetres in Xiamen, some with holes, some in parts."""
    parts = []
    for place in range(draw(st.integers(1, 3))):
        east = 39_600_000 + place * 20_000 + draw(MILLIMETRES) / 1000
        north = 2_700_000 + draw(MILLIMETRES) / 1000
        outer = affinity.translate(box(0, 0, draw(st.integers(10, 900)), draw(st.integers(10, 900))), east, north)
        west, south, _, top = outer.bounds
        holes = [
            box(west + 1 + 3 * hole, south + 1, west + 3 + 3 * hole, top - 1).exterior
            for hole in range(draw(st.integers(0, 2)))
        ]
        parts.append(Polygon(outer.exterior, holes))
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


@settings(max_examples=50, deadline=None)
@given(
    shapes=st.lists(figures(), max_size=4),
    texts=st.lists(st.tuples(TEXTS, TEXTS, TEXTS, TEXTS), min_size=4, max_size=4),
    encoding=st.sampled_from(["GB18030", "UTF-8"]),
)
def test_what_is_written_reads_back(
    shapes: list[Polygon | MultiPolygon], texts: list[tuple[str, str, str, str]], encoding: str
) -> None:
    columns = dict(zip(("name", "sheet", "use", "land_code"), map(list, zip(*texts, strict=True)), strict=True))
    table = parcels(shapes, **{name: cells[: len(shapes)] for name, cells in columns.items()})
    text = read_landtxt(write_landtxt(table, encoding=encoding))
    assert text.encoding == encoding
    found = text.parcels
    for name in ("number", *columns):
        assert found[name].tolist() == table[name].tolist()
    assert found.geometry.geom_type.tolist() == [figure.geom_type for figure in shapes]
    for there, here in zip(found.geometry, shapes, strict=True):
        assert there.normalize().equals_exact(here.normalize(), 0.0011)
    # Each record rounds its own area to a square metre.
    for stated, here in zip(found["area_ha"], shapes, strict=True):
        assert math.isclose(stated, here.area / 1e4, abs_tol=1.6e-4)


@settings(max_examples=30, deadline=None)
@given(shapes=st.lists(figures(), min_size=1, max_size=3))
def test_a_file_that_was_read_is_written_the_same(shapes: list[Polygon | MultiPolygon]) -> None:
    content = write_landtxt(parcels(shapes))
    assert write_landtxt(read_landtxt(content).parcels) == content
