"""
What a project states: the columns of a project file, and one row of it read into typed values.

Units stand in the names of columns (公顷, 万元, 平方米); longitude and latitude are WGS 84 or CGCS2000 degrees.
Nothing is guessed: a cell that cannot be read is a fault of its row, with how to mend it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import shapely

from geo.crs import WGS84, geodesic_area_m2
from geo.names import folded
from geo.screening.cells import BLANK, READERS, CellError, cell_text
from geo.screening.faults import RowFault
from geo.screening.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

#: One project: typed values by field; a field that was not given is absent. `site` is a shapely geometry in WGS 84.
Project = dict[str, Any]


class Column(NamedTuple):
    """
    A column of a project file.

    Parameters
    ----------
    field
        English header and key of a `Project`.
    zh
        Chinese header, with the unit.
    en
        Title in English, with the unit; no header.
    kind
        How its cells are read, a key of `geo.screening.cells.READERS`.
    note_zh, note_en
        What to fill in.
    example
        A value that can be read.
    example_en
        What an English page shows instead; None where that is the example itself.
    """

    field: str
    zh: str
    en: str
    kind: str
    note_zh: str
    note_en: str
    example: str
    example_en: str | None = None

    @property
    def name(self) -> Wording:
        """Header and title."""
        return Wording(self.zh, self.en)


_SCORED = Wording("亩均评分用", "for the output-per-mu score")
_YES_OR_NO = Wording("申报：是或否", "declared: yes or no")
_WISHED = Wording("希望，直线距离", "a wish, as the crow flies")
_FULL = Wording("达产年", "in the year of full production")
COLUMNS = (
    Column("name", "项目名称", "Project name", "text", "必填", "required", "示例项目", "Example project"),
    Column(
        "product", "产品", "Product", "text", "做什么，按平常说法写；产品、行业代码、产业三者至少填一项",
        "what it makes, in plain words; at least one of product, industry code and sector is needed; terms of the plan "
        "are found in Chinese, names of its fields in English too",
        "碳化硅功率芯片", "Third-generation semiconductors",
    ),
    Column(
        "gbt4754", "行业代码", "GB/T 4754 code", "code", "GB/T 4754-2017代码，2至4位；单元格设为文本",
        "industry code of GB/T 4754-2017, 2 to 4 digits; format the cell as text", "3973",
    ),
    Column(
        "sector", "产业", "Sector", "text", "规划的产业、细分领域或未来赛道名称",
        "name of a sector, subsector or future track of the plan", "集成电路", "Integrated circuits",
    ),
    Column(
        "area_ha", "用地面积_公顷", "Site area (ha)", "positive", "1公顷＝15亩；给了面状地块时可不填",
        "1 ha = 15 mu; may be left empty where the site is a polygon", "4.5",
    ),
    Column(
        "lon", "经度", "Longitude", "longitude", "WGS 84或CGCS2000，度；高德、腾讯、百度坐标请先换算",
        "WGS 84 or CGCS2000, degrees; convert coordinates of Amap, Tencent or Baidu first", "118.21",
    ),
    Column("lat", "纬度", "Latitude", "latitude", "同上", "as longitude", "24.67"),
    Column(
        "datum", "坐标基准", "Datum", "datum", "WGS84或CGCS2000；不填按此理解",
        "WGS84 or CGCS2000; taken as such when empty", "CGCS2000",
    ),
    Column(
        "site_wkt", "地块", "Site (WKT)", "site", "WKT点或面，经度在前；米制坐标前加SRID=4548;",
        "WKT point or polygon, longitude first; put SRID=4548; before coordinates in metres", "POINT (118.21 24.67)",
    ),
    Column(
        "investment_10k", "固定资产投资_万元", "Fixed investment (10 000 yuan)", "amount", "建筑、设备、土地合计",
        "buildings, equipment and land together", "60000",
    ),
    Column("output_10k", "产值_万元", "Output (10 000 yuan)", "amount", *_FULL, "90000"),
    Column("tax_10k", "税收_万元", "Tax (10 000 yuan)", "amount", *_FULL, "4500"),
    Column(
        "floor_area_m2", "建筑面积_平方米", "Floor area (m²)", "amount", "总建筑面积，各层计一次",
        "total floor area, each storey counted once", "90000",
    ),
    Column(
        "tall_floor_area_m2", "层高超8米建筑面积_平方米", "Floor area of storeys above 8 m (m²)", "amount",
        "计容时加倍的部分；没有请填0", "the part that counts twice in the floor-area ratio; write 0 for none", "0",
    ),
    Column(
        "footprint_m2", "建构筑物及堆场占地_平方米", "Footprint of buildings, structures and yards (m²)", "amount",
        "算建筑系数", "for the building coefficient", "20000",
    ),
    Column(
        "office_land_m2", "行政办公及生活服务用地_平方米", "Office and service land (m²)", "amount", "算其用地比重",
        "for its share of the site", "2000",
    ),
    Column("green_m2", "绿地面积_平方米", "Green area (m²)", "amount", "算绿地率", "for the green ratio", "6000"),
    Column("value_added_10k", "工业增加值_万元", "Industrial value added (10 000 yuan)", "amount", *_SCORED, "25000"),
    Column("energy_tce", "综合能耗_吨标准煤", "Energy use (t of standard coal)", "amount", *_SCORED, "8000"),
    Column("emissions_t", "主要污染物排放_吨", "Main pollutants (t)", "amount", *_SCORED, "5"),
    Column("employees", "年平均职工_人", "Employees (mean of the year)", "amount", *_SCORED, "400"),
    Column("rd_10k", "研发经费_万元", "R&D (10 000 yuan)", "amount", *_SCORED, "3000"),
    Column("revenue_10k", "营业收入_万元", "Revenue (10 000 yuan)", "amount", *_SCORED, "88000"),
    Column("airport_km", "距机场不超过_公里", "Airport within (km)", "positive", *_WISHED, "25"),
    Column("port_km", "距港口不超过_公里", "Port within (km)", "positive", *_WISHED, "20"),
    Column("station_km", "距火车站不超过_公里", "Railway station within (km)", "positive", *_WISHED, "15"),
    Column(
        "land_use", "用地性质", "Land use", "text", "按规划或权证",
        "by land plan or certificate, in Chinese, as the rules file has it", "工业用地", "“工业用地”",
    ),
    Column("farmland", "涉及永久基本农田", "On permanent basic farmland", "yes_no", *_YES_OR_NO, "否", "no"),
    Column("ecology_line", "涉及生态保护红线", "Within the ecological red line", "yes_no", *_YES_OR_NO, "否", "no"),
    Column(
        "urban_boundary", "位于城镇开发边界内", "Inside the urban development boundary", "yes_no", *_YES_OR_NO,
        "是", "yes",
    ),
    Column(
        "industrial_line", "位于工业用地控制线内", "Inside the control line of industrial land", "yes_no", *_YES_OR_NO,
        "是", "yes",
    ),
    Column(
        "eia_class", "环评类别", "Class of environmental assessment", "text", "申报：报告书、报告表或登记表",
        "declared, in Chinese: “报告书” (report), “报告表” (report form) or “登记表” (registration form)",
        "报告表", "“报告表”",
    ),
    Column("hazardous_chemicals", "涉及危险化学品", "Hazardous chemicals", "yes_no", *_YES_OR_NO, "否", "no"),
    Column("major_hazard", "构成重大危险源", "Major hazard source", "yes_no", *_YES_OR_NO, "否", "no"),
    Column(
        "opinions", "部门意见", "Opinions of departments", "opinions",
        "部门:同意、有条件同意或不同意:日期，多条用；分开",
        "department:opinion:day, several with ; between them; the opinion is “同意” (agrees), “有条件同意” (agrees on "
        "conditions) or “不同意” (does not agree)",
        "自然资源:同意:2026-05-01", "“自然资源:同意:2026-05-01”",
    ),
)  # fmt: skip
FIELDS = {column.field: column for column in COLUMNS}
#: Fields that a rules file may ask a declaration of.
DECLARED = (
    "land_use", "farmland", "ecology_line", "urban_boundary", "industrial_line", "eia_class", "hazardous_chemicals",
    "major_hazard",
)  # fmt: skip
#: One of these is needed beside the name.
MAKES = ("product", "gbt4754", "sector")


def column_of(header: str) -> Column | None:
    """
    Column that a header means.

    Parameters
    ----------
    header
        Chinese or English; the unit may stand in brackets.

    Returns
    -------
    column
        None if no column is called so.

    Examples
    --------
    >>> column_of("用地面积（公顷）").field, column_of("area_ha").zh, column_of("用地面积_亩")
    ('area_ha', '用地面积_公顷', None)
    """
    return _HEADERS.get(_folded_header(header))


def _folded_header(header: str) -> str:
    return folded(header).replace("(", "_").rstrip(")*").replace(")", "")


_HEADERS = {_folded_header(name): column for column in COLUMNS for name in (column.field, column.zh)}


def read_project(
    cells: Mapping[str, Any], *, file: str = "", row: int | None = None, bounds: Sequence[float] | None = None
) -> tuple[Project, list[RowFault]]:
    """
    Read one row of a project file.

    Parameters
    ----------
    cells
        Values by field: text, numbers or dates as a file holds them; empty ones may be left out.
    file, row
        Where the row stands, for its faults.
    bounds
        West, south, east, north in degrees that a site must lie in; anywhere when None.

    Returns
    -------
    project, faults
        Typed values, and everything that is wrong with the row; judge it only when nothing is. A polygon gives
        `area_ha` (geodesic) where that was left empty.

    Examples
    --------
    >>> project, faults = read_project({"name": "甲", "product": "疫苗", "area_ha": "4,5OO"}, file="a.csv", row=2)
    >>> print(faults[0])
    a.csv, row 2, 用地面积_公顷: [not-a-number] '4,5OO'不是数字；请只填数字，单位见列名
    """
    project: Project = {}
    found: list[_Found] = []
    for field, cell in cells.items():
        text = cell_text(cell)
        if field in FIELDS and text not in BLANK:
            try:
                project[field] = READERS[FIELDS[field].kind](text)
            except CellError as error:
                found.append((field, error.kind, error.reason))
    broken = {field for field, *_ in found}
    found.extend(_lacking(project, broken))
    found.extend(_place(project, broken, bounds))
    found.extend(_contradictions(project))
    faults = [(FIELDS[field], kind, reason) for field, kind, reason in found]
    return project, [RowFault(file, row, column.zh, kind, *reason, column.en) for column, kind, reason in faults]


#: A fault of a row: its field, kind and reason.
_Found = tuple[str, str, Wording]


def _lacking(project: Project, broken: set[str]) -> Iterator[_Found]:
    if "name" not in project:
        yield "name", "missing-value", Wording("没有项目名称；请填写", "the project has no name; give it one")
    if not any(field in project or field in broken for field in MAKES):
        none = Wording(
            "产品、行业代码、产业都没有；请至少填一项",
            "neither product nor industry code nor sector is given; fill in at least one",
        )
        yield "product", "missing-value", none


def _place(project: Project, broken: set[str], bounds: Sequence[float] | None) -> Iterator[_Found]:
    """Turn a pair of degrees into the site; a drawn site goes before it."""
    if "site_wkt" in project:
        project["site"] = project.pop("site_wkt")
    elif "lon" in project and "lat" in project:
        project["site"] = shapely.Point(project["lon"], project["lat"])
    elif ("lon" in project or "lat" in project) and not broken & {"lon", "lat"}:
        absent = "lat" if "lon" in project else "lon"
        half = Wording(
            "经度、纬度只填了一个；请补上或都留空",
            "only one of longitude and latitude is given; add the other, or leave both empty",
        )
        yield absent, "missing-value", half
    if "site" not in project:
        return
    if bounds is not None and not shapely.box(*bounds).covers(shapely.box(*project["site"].bounds)):
        spot, limits = (", ".join(f"{edge:.6g}" for edge in edges) for edges in (project["site"].bounds, bounds))
        field = "site_wkt" if "lon" not in project else "lon"
        outside = Wording(
            f"位置{spot}不在本市范围{limits}内；请核对经纬度、先后和坐标系",
            f"the place {spot} is not within the city ({limits}); check longitude and latitude, their order and the "
            "coordinate system",
        )
        yield field, "out-of-range", outside
    if "area_ha" not in project and project["site"].geom_type != "Point":
        area = geodesic_area_m2(gpd.GeoSeries([project["site"]], crs=WGS84)).iloc[0]
        project |= {"area_ha": float(area) / 1e4, "area_is_drawn": True}


def _contradictions(project: Project) -> Iterator[_Found]:
    if project.get("tall_floor_area_m2", 0) > project.get("floor_area_m2", math.inf):
        too_tall = Wording("大于总建筑面积；请改其一", "more than the total floor area; correct one of them")
        yield "tall_floor_area_m2", "contradiction", too_tall
    site_m2 = project.get("area_ha", math.inf) * 1e4
    for field in ("footprint_m2", "office_land_m2", "green_m2"):
        if project.get(field, 0) > site_m2:
            too_large = Wording("大于用地面积；请改其一", "more than the site area; correct one of them")
            yield field, "contradiction", too_large
