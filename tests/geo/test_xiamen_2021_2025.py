"""
The shipped package says what the plan prints.

Every list and figure here is keyed from the plan's text (chapters 1, 3, 4 and 5, table 1, box 6), not from the package.
Areas are golden numbers of the extents as drawn.
"""

from collections import Counter

import pytest
from shapely import box

from geo.crs import geodesic_area_m2
from geo.extents import measured_extents
from geo.plan import TABLES, Plan

LAYOUT = {
    "新一代信息技术": [
        "同翔高新城",
        "厦门科学城",
        "软件园（一期、二期、三期，含开元创新社区）",
        "火炬园（含龙头山片区）",
        "火炬（翔安）产业区",
        "湖里东部科技创新园",
        "湖里创新园",
        "海沧南部工业组团（含海沧集成电路产业园、中沧工业园、嘉诚工业组团）",
        "集美北部工业区",
        "马銮湾智慧产业组团",
    ],
    "生物医药与健康": [
        "厦门生物医药港（含孚新工业区、东孚工业区西片区）",
        "同翔东寮片区",
        "翔安数字经济产业园",
        "五缘湾健康组团",
        "轻工食品工业区",
        "同安工业集中区",
        "马銮湾智慧产业组团",
        "新阳工业区",
    ],
    "新材料与新能源": [
        "新阳工业区",
        "杏北工业组团",
        "同安凤南高端制造业基地",
        "火炬（翔安）产业区",
        "同翔高新城",
        "翔安工业集中区（内厝片区、市头片区）",
    ],
    "数字创意": ["龙山文创区", "厦门影视拍摄基地", "黄厝影视小镇", "沙坡尾海洋文化创意街区"],
    "海洋高新": ["厦门海洋高新产业园", "厦门生物医药港", "沙坡尾海洋文化创意街区"],
}
# Box 6 entry by entry: the park as printed and its focus terms, those that share a word written out.
BOX = [
    (
        "厦门科学城（美峰-西柯片区、莲河片区）",
        (
            "新一代信息技术 新能源与智能汽车 生命健康 高技术服务 未来产业研发 产业增值服务 "
            "创新药物 合成生物 空天开发 能源材料 原创与研发 成果转化"
        ),
    ),
    ("同翔高新城", "新一代信息技术 新材料 新能源 高端装备制造 生物医药与健康"),
    (
        "软件园（一期、二期、三期，含开元创新社区）",
        "软件和信息服务 人工智能 大数据 云计算 5G 区块链 集成电路设计 金融科技服务 信创产业 数字创意",
    ),
    ("火炬（翔安）产业区", "新型显示 半导体与集成电路 下一代网络信息设备 柔性电子 新材料与新能源 机械装备"),
    ("湖里东部科技创新园", "与制造业相关的研发设计 高端软件和信息服务业 智慧城市 软件研发 人工智能"),
    (
        "海沧南部工业组团（含海沧集成电路产业园、中沧工业园、嘉诚工业组团）",
        "集成电路设计 集成电路制造 集成电路封测 机械装备",
    ),
    ("马銮湾智慧产业组团", "人工智能 5G 信创产业 数字服务出口 医疗器械研发 智能制造"),
    ("厦门生物医药港（含孚新工业区、东孚工业区西片区）", "药品 医疗器械 新型医用材料 新型疫苗 研发 生产 相关服务"),
    ("翔安数字经济产业园", "医疗大数据 互联网医疗服务 数字健康管理"),
    ("同安工业集中区", "数字化、智能化的健身器材 数字化、智能化的康复器材 数字化、智能化的养生辅具"),
    ("新阳工业区", "高性能橡胶材料 新型树脂材料 功能膜材料 新材料产业 新型医用材料 高性能医疗器械"),
    ("同安凤南高端制造业基地", "机械装备 新材料 生物医药与健康"),
    ("厦门势拓稀土永磁电机产业园", "电机 电机配套项目"),
    ("翔安工业集中区（内厝片区、市头片区）", "电子信息 高端装备制造 新材料 新能源"),
    ("龙山文创区", "文化创意 动漫游戏 影视创制 智能网络视听"),
    ("厦门影视拍摄基地", "影视拍摄 后期制作 人才培育 专业服务"),
    ("黄厝影视小镇", "影视版权交易平台 影视人才交易平台 后期制作 宣传发行"),
    (
        "厦门海洋高新产业园",
        (
            "海洋生物医药与制品 海洋高端装备与新材料 海洋信息与数字产业 海洋种苗业 渔港经济 "
            "海洋文创 高端滨海旅游 蓝碳 海水综合利用"
        ),
    ),
    ("航空工业园（莲河、高崎片区）", "航空工业 新一代信息技术 高端装备制造 临空产业"),
    ("机械工业集中区（灌口、后溪）", "汽车制造 工程机械 装备制造 新材料"),
]
FIELDS = {
    "新一代信息技术": "新型显示 下一代信息网络设备 集成电路 物联网 人工智能 大数据 云计算 区块链",
    "生物医药与健康": "新药 高性能医疗器械 智慧医疗健康服务 功能性食品 数字健康器材设备",
    "新材料与新能源": "特种金属材料 新能源材料 新型高分子及复合材料 先进碳材料 清洁能源",
    "数字创意": "动漫游戏 影视创制 创意设计 数字文化服务",
    "海洋高新": "海洋高端装备与材料 海洋生物科技 海洋新兴服务",
}
TRACKS = ["柔性电子", "第三代半导体", "航空航天", "智能制造装备", "精准医疗", "绿色低碳技术"]
# Output or revenue of 2020 (chapter 1) and total scale of 2025 (chapter 4), 100 million yuan.
SCALES = {
    "新一代信息技术": (4688, 7000),
    "生物医药与健康": (776, 1500),
    "新材料与新能源": (879, 1400),
    "数字创意": (1450, 1800),
    "海洋高新": (1380, 2000),
}
# Number, name, unit, 2020, 2025; the three rows without a number are parts of row 5.
TABLE_1 = [
    (1, "战略性新兴产业增加值", "亿元", 1500, 2500),
    (2, "规模以上高技术工业增加值占规上工业增加值比重", "%", 39.8, 45),
    (3, "研发经费投入强度", "%", 3.02, 3.5),
    (4, "每万人口高价值发明专利拥有量", "件", 15.37, 21.47),
    (5, "国家级创新平台", "个", 51, 80),
    (None, "国家工程研究中心", "个", 0, 1),
    (None, "国家重点实验室", "个", 5, 6),
    (None, "国家企业技术中心", "个", 32, 45),
    (6, "省创新实验室", "个", 1, 3),
    (7, "省级新型研发机构", "个", 38, 60),
    (8, "国家级高新技术企业", "个", 2282, 3500),
    (9, "省级及以上单项冠军企业", "家", 50, 70),
    (10, "省级及以上“专精特新”中小企业", "家", 144, 288),
]


def test_the_package_holds_what_the_plan_holds(plan: Plan) -> None:
    assert (len(plan.main_sectors), len(plan.tracks), len(plan.sectors)) == (5, 6, 11)
    assert (len(plan.subsectors), len(plan.parks), len(plan.allocations)) == (25, 28, 31)
    assert (len(plan.parts), len(plan.extents), len(plan.districts)) == (41, 41, 6)


def test_sectors_and_tracks_stand_in_the_order_of_chapter_4(plan: Plan) -> None:
    assert plan.main_sectors["name_zh"].tolist() == list(FIELDS)
    assert plan.tracks["name_zh"].tolist() == TRACKS


@pytest.mark.parametrize(("sector", "parks"), LAYOUT.items(), ids=LAYOUT)
def test_chapter_5_lists_the_parks_of_a_sector_exactly_as_printed(plan: Plan, sector: str, parks: list[str]) -> None:
    rows = plan.allocations.merge(plan.main_sectors, on="sector_id", suffixes=("", "_sector"))
    rows = rows[rows["name_zh"] == sector]
    assert rows["park_as_printed"].tolist() == parks
    assert rows["order"].tolist() == list(range(1, len(parks) + 1))
    assert rows["cite_zh"].tolist() == [f"第五章“{sector}”第{number}项" for number in range(1, len(parks) + 1)]


def test_the_lists_of_chapter_5_have_10_8_6_4_and_3_parks(plan: Plan) -> None:
    counts = plan.allocations.groupby("sector_id", sort=False).size()
    assert counts.to_dict() == {"it": 10, "biohealth": 8, "materials-energy": 6, "creative": 4, "marine": 3}


def test_box_6_has_20_entries_of_20_parks(plan: Plan) -> None:
    entries = plan.focuses.drop_duplicates("entry").sort_values("entry")
    assert entries["entry"].tolist() == list(range(1, 21))
    assert entries["park_as_printed"].tolist() == [park for park, _ in BOX]
    assert entries["park_id"].nunique() == 20
    assert (plan.focuses.groupby("entry")["park_as_printed"].nunique() == 1).all()


@pytest.mark.parametrize("entry", range(1, 21))
def test_an_entry_of_box_6_has_its_focus_terms_in_order(plan: Plan, entry: int) -> None:
    rows = plan.focuses[plan.focuses["entry"] == entry]
    terms = BOX[entry - 1][1].split()
    assert rows["term_zh"].tolist() == terms
    assert rows["order"].tolist() == list(range(1, len(terms) + 1))
    assert rows["cite_zh"].tolist() == [f"专栏6第{entry}条第{order}项" for order in range(1, len(terms) + 1)]


def test_every_park_is_in_chapter_5_or_in_box_6_or_in_both(plan: Plan) -> None:
    kinds = Counter(zip(plan.parks["in_chapter5"], plan.parks["box6_entry"].notna(), strict=True))
    assert kinds == {(True, True): 17, (True, False): 8, (False, True): 3}
    only_in_the_box = plan.parks.loc[~plan.parks["in_chapter5"], "name_zh"]
    assert only_in_the_box.tolist() == [BOX[12][0], BOX[18][0], BOX[19][0]]


@pytest.mark.parametrize(("sector", "fields"), FIELDS.items(), ids=FIELDS)
def test_a_sector_has_the_fields_of_its_section_of_chapter_4(plan: Plan, sector: str, fields: str) -> None:
    sector_id = plan.main_sectors.set_index("name_zh").loc[sector, "sector_id"]
    rows = plan.subsectors[plan.subsectors["sector_id"] == sector_id].sort_values("order")
    assert rows["name_zh"].tolist() == fields.split()


def test_the_sectors_have_8_5_5_4_and_3_fields(plan: Plan) -> None:
    assert plan.subsectors.groupby("sector_id", sort=False).size().tolist() == [8, 5, 5, 4, 3]


def test_sector_outputs_and_targets_are_those_of_chapters_1_and_4(plan: Plan) -> None:
    rows = plan.main_sectors.set_index("name_zh")
    figures = rows[["output_2020_100m_cny", "target_2025_100m_cny"]].apply(tuple, axis=1)
    assert figures.to_dict() == SCALES


def test_no_sector_output_is_said_to_be_comparable_with_its_target(plan: Plan) -> None:
    """The outputs of 2020 are production or revenue, the targets an undefined total scale."""
    assert plan.main_sectors["comparable"].tolist() == [False] * 5
    assert plan.main_sectors["caveat_zh"].notna().all()


def test_tracks_have_no_figures(plan: Plan) -> None:
    assert plan.tracks[["output_2020_100m_cny", "target_2025_100m_cny"]].isna().all(axis=None)


def test_the_indicators_repeat_the_figures_of_the_sectors(plan: Plan) -> None:
    rows = plan.indicators[plan.indicators["indicator_id"] == "sector-scale"]
    pairs = rows.pivot_table(index="sector_id", columns="year", values="value")
    names = plan.main_sectors.set_index("sector_id")["name_zh"]
    assert {names[str(sector)]: (row[2020], row[2025]) for sector, row in pairs.iterrows()} == SCALES


def table_1(plan: Plan, year: int) -> list[tuple[int | None, str, str, float]]:
    rows = plan.indicators[plan.indicators["table_no"].notna() & (plan.indicators["year"] == year)]
    return [
        (None if isinstance(row["parent_id"], str) else row["table_no"], row["name_zh"], row["unit_zh"], row["value"])
        for row in rows.to_dict("records")
    ]


@pytest.mark.parametrize(("year", "column"), [(2020, 3), (2025, 4)])
def test_table_1_has_ten_indicators_and_three_sub_rows_of_a_year(plan: Plan, year: int, column: int) -> None:
    # The package adds to row 3 whose spending it is: society's as a whole, as chapter 3 says.
    printed = [(number, name, unit) for number, name, unit, *_ in TABLE_1]
    found = table_1(plan, year)
    assert [(number, name.removesuffix("（全社会）"), unit) for number, name, unit, _ in found] == printed
    assert [value for *_, value in found] == [row[column] for row in TABLE_1]


def test_the_sub_rows_of_table_1_belong_to_its_fifth_row(plan: Plan) -> None:
    rows = plan.indicators[plan.indicators["table_no"].notna()]
    parts = rows[rows["parent_id"].notna()]
    assert set(parts["parent_id"]) == {"national-platforms"}
    assert set(parts["table_no"]) == {5}
    assert set(parts["indicator_id"]) == {
        "national-engineering-research-centres",
        "national-key-labs",
        "national-enterprise-tech-centres",
    }


def test_only_the_first_target_of_table_1_is_a_lower_bound(plan: Plan) -> None:
    rows = plan.indicators[plan.indicators["table_no"].notna()]
    assert rows.loc[rows["qualifier"] != "eq", "row_id"].tolist() == ["sei-value-added-2025-target"]
    assert rows["kind"].tolist() == ["baseline", "target"] * 13


def figures(plan: Plan, indicator: str, year: int) -> set[tuple[str, str, float]]:
    rows = plan.indicators[(plan.indicators["indicator_id"] == indicator) & (plan.indicators["year"] == year)]
    return set(zip(rows["source_id"], rows["qualifier"], rows["value"], strict=True))


@pytest.mark.parametrize(
    ("indicator", "year", "expected"),
    [
        ("rd-intensity", 2020, {("plan", "eq", 3.02), ("article-2025", "eq", 3.08)}),
        ("patents-per-10k", 2025, {("plan", "eq", 21.47), ("plan", "gt", 20), ("article-2025", "eq", 29.5)}),
        ("national-platforms", 2025, {("plan", "eq", 80), ("plan", "gt", 80)}),
    ],
)
def test_conflicting_figures_stand_side_by_side(
    plan: Plan, indicator: str, year: int, expected: set[tuple[str, str, float]]
) -> None:
    assert figures(plan, indicator, year) == expected


def test_the_two_counts_of_research_institutes_are_two_indicators(plan: Plan) -> None:
    """Chapter 1 counts 40 of provincial and municipal level, table 1 counts 38 of provincial level."""
    assert figures(plan, "provincial-new-rd-institutes", 2020) == {("plan", "eq", 38)}
    assert figures(plan, "new-rd-institutes-provincial-municipal", 2020) == {("plan", "eq", 40)}


def test_every_source_that_a_table_names_is_in_the_sources(plan: Plan) -> None:
    known = set(plan.sources["source_id"])
    named = {
        source
        for table in TABLES
        for column in plan.table(table).columns
        if column.endswith("source_id") and table != "sources"
        for source in plan.table(table)[column].dropna()
    }
    described = {source for resource in plan.descriptor["resources"] for source in resource["source_ids"]}
    assert named | described | {plan.descriptor["plan"]["source_id"]} <= known
    assert named >= {"plan", "article-2025", "yuantu-extents", "osm-land", "tianditu-districts"}


def test_every_row_of_the_plans_lists_has_a_place_in_the_plan(plan: Plan) -> None:
    for table in ("sectors", "subsectors", "parks", "allocations", "focuses"):
        rows = plan.table(table)
        assert rows[["cite_zh", "cite_en"]].notna().all(axis=None), table
        assert set(rows["source_id"]) == {"plan"}, table


def test_extents_have_grades_b_c_and_d_and_none_is_surveyed(plan: Plan) -> None:
    assert plan.extents["grade"].value_counts().to_dict() == {"D": 14, "C": 22, "B": 5}


def test_an_extent_of_a_lower_grade_is_no_better_placed(plan: Plan) -> None:
    accuracy = plan.extents.groupby("grade")["position_accuracy_m"].median()
    assert accuracy.is_monotonic_increasing
    assert plan.extents["position_accuracy_m"].between(50, 5000).all()


def test_every_part_is_drawn_once_and_says_how_it_is_known(plan: Plan) -> None:
    drawn = list(zip(plan.extents["park_id"], plan.extents["part_id"], strict=True))
    assert sorted(drawn) == sorted(zip(plan.parts["park_id"], plan.parts["part_id"], strict=True))
    assert plan.extents["extent_id"].tolist() == [f"{park}/{part}" for park, part in drawn]
    assert all(len(evidence) > 0 for evidence in plan.extents["evidence_zh"])
    assert plan.extents["method_zh"].notna().all()


def test_extents_are_valid_and_lie_in_the_city(plan: Plan) -> None:
    assert plan.extents.crs.to_epsg() == 4326
    assert plan.extents.is_valid.all()
    assert plan.extents.within(box(117.88, 24.40, 118.45, 24.95)).all()


def test_extents_have_their_areas(plan: Plan) -> None:
    extents = measured_extents(plan).set_index("extent_id")["area_km2"]
    assert (len(extents), extents.idxmin(), extents.idxmax()) == (41, "film-base/main", "tongxiang-hitech/main")
    assert (extents.sum(), extents.min(), extents.max()) == pytest.approx((202.091511, 0.0553255, 45.750163), rel=1e-6)


def test_the_whole_of_the_southern_cluster_holds_its_three_parts(plan: Plan) -> None:
    parts = plan.extents[plan.extents["park_id"] == "haicang-south"].set_index("part_id").geometry
    assert sorted(parts.index) == ["ic-park", "jiacheng", "whole", "zhongcang"]
    outside = parts.drop("whole").difference(parts["whole"])
    assert geodesic_area_m2(outside).fillna(0).max() < 1


def test_the_parks_that_overlap_in_fact_overlap_in_the_package(plan: Plan) -> None:
    parks = plan.extents.dissolve("park_id").geometry
    assert parks["biopharma-port"].intersects(parks["xinyang"])
    assert parks["tongxiang-hitech"].intersects(parks["tongxiang-dongliao"])


def test_floor_areas_are_never_given_as_land(plan: Plan) -> None:
    floor = plan.areas[plan.areas["measures"] == "floor"]
    assert floor["part_id"].tolist() == ["ic-park", "ic-park", "zhongcang"]
    assert floor["km2"].isna().all()


def test_areas_of_larger_zones_are_not_taken_for_the_park(plan: Plan) -> None:
    """13.75 km² is the whole Torch zone, 37 km² the whole new town, 45.75 km² a predecessor."""
    measures = dict(zip(plan.areas["km2"], plan.areas["measures"], strict=True))
    assert {measures[13.75], measures[37.0352]} == {"larger"}
    assert measures[45.75] == "predecessor"
