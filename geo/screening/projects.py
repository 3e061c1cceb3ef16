"""
What a project states: the columns of a project file, and one row of it read into typed values.

Units stand in the names of columns (公顷, 万元, 平方米); longitude and latitude are WGS 84 or CGCS2000 degrees.
Nothing is guessed: a cell that cannot be read is a fault of its row, with how to mend it, in Chinese.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import shapely

from geo.crs import CGCS2000, CGCS2000_CM117, WGS84, geodesic_area_m2
from geo.errors import Fault, UnknownNameError
from geo.names import folded
from geo.screening.industries import industry_code
from geo.siting import SITE_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

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
    kind
        How its cells are read, a key of the readers below.
    note_zh
        What to fill in.
    example
        A value that can be read.
    """

    field: str
    zh: str
    kind: str
    note_zh: str
    example: str


COLUMNS = (
    Column("name", "项目名称", "text", "必填", "示例项目"),
    Column("product", "产品", "text", "做什么，按平常说法写；产品、行业代码、产业三者至少填一项", "碳化硅功率芯片"),
    Column("gbt4754", "行业代码", "code", "GB/T 4754-2017代码，2至4位；单元格设为文本", "3973"),
    Column("sector", "产业", "text", "规划的产业、细分领域或未来赛道名称", "集成电路"),
    Column("area_ha", "用地面积_公顷", "positive", "1公顷＝15亩；给了面状地块时可不填", "4.5"),
    Column("lon", "经度", "longitude", "WGS 84或CGCS2000，度；高德、腾讯、百度坐标请先换算", "118.21"),
    Column("lat", "纬度", "latitude", "同上", "24.67"),
    Column("datum", "坐标基准", "datum", "WGS84或CGCS2000；不填按此理解", "CGCS2000"),
    Column("site_wkt", "地块", "site", "WKT点或面，经度在前；米制坐标前加SRID=4548;", "POINT (118.21 24.67)"),
    Column("investment_10k", "固定资产投资_万元", "amount", "建筑、设备、土地合计", "60000"),
    Column("output_10k", "产值_万元", "amount", "达产年", "90000"),
    Column("tax_10k", "税收_万元", "amount", "达产年", "4500"),
    Column("floor_area_m2", "建筑面积_平方米", "amount", "总建筑面积，各层计一次", "90000"),
    Column("tall_floor_area_m2", "层高超8米建筑面积_平方米", "amount", "计容时加倍的部分；没有请填0", "0"),
    Column("footprint_m2", "建构筑物及堆场占地_平方米", "amount", "算建筑系数", "20000"),
    Column("office_land_m2", "行政办公及生活服务用地_平方米", "amount", "算其用地比重", "2000"),
    Column("green_m2", "绿地面积_平方米", "amount", "算绿地率", "6000"),
    Column("value_added_10k", "工业增加值_万元", "amount", "亩均评分用", "25000"),
    Column("energy_tce", "综合能耗_吨标准煤", "amount", "亩均评分用", "8000"),
    Column("emissions_t", "主要污染物排放_吨", "amount", "亩均评分用", "5"),
    Column("employees", "年平均职工_人", "amount", "亩均评分用", "400"),
    Column("rd_10k", "研发经费_万元", "amount", "亩均评分用", "3000"),
    Column("revenue_10k", "营业收入_万元", "amount", "亩均评分用", "88000"),
    Column("airport_km", "距机场不超过_公里", "positive", "希望，直线距离", "25"),
    Column("port_km", "距港口不超过_公里", "positive", "希望，直线距离", "20"),
    Column("station_km", "距火车站不超过_公里", "positive", "希望，直线距离", "15"),
    Column("land_use", "用地性质", "text", "按规划或权证", "工业用地"),
    Column("farmland", "涉及永久基本农田", "yes_no", "申报：是或否", "否"),
    Column("ecology_line", "涉及生态保护红线", "yes_no", "申报：是或否", "否"),
    Column("urban_boundary", "位于城镇开发边界内", "yes_no", "申报：是或否", "是"),
    Column("industrial_line", "位于工业用地控制线内", "yes_no", "申报：是或否", "是"),
    Column("eia_class", "环评类别", "text", "申报：报告书、报告表或登记表", "报告表"),
    Column("hazardous_chemicals", "涉及危险化学品", "yes_no", "申报：是或否", "否"),
    Column("major_hazard", "构成重大危险源", "yes_no", "申报：是或否", "否"),
    Column(
        "opinions",
        "部门意见",
        "opinions",
        "部门:同意、有条件同意或不同意:日期，多条用；分开",
        "自然资源:同意:2026-05-01",
    ),
)
FIELDS = {column.field: column for column in COLUMNS}
#: Fields that a rules file may ask a declaration of.
DECLARED = (
    "land_use", "farmland", "ecology_line", "urban_boundary", "industrial_line", "eia_class", "hazardous_chemicals",
    "major_hazard",
)  # fmt: skip
#: One of these is needed beside the name.
MAKES = ("product", "gbt4754", "sector")
OPINIONS = ("同意", "有条件同意", "不同意")
_BLANK = frozenset({"", "-", "—", "——", "/"})
_YES = frozenset({"是", "有", "涉及", "yes", "y", "true", "1"})
_NO = frozenset({"否", "无", "不涉及", "no", "n", "false", "0"})
_SYSTEMS = {"4326": WGS84, "4490": CGCS2000, "4548": CGCS2000_CM117}
_HALF_TURN, _QUARTER_TURN = 180.0, 90.0


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
) -> tuple[Project, list[Fault]]:
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
    found: list[tuple[str, str, str]] = []
    for field, cell in cells.items():
        text = _text(cell)
        if field in FIELDS and text not in _BLANK:
            try:
                project[field] = _READERS[FIELDS[field].kind](text)
            except _CellError as error:
                found.append((field, error.kind, str(error)))
    broken = {field for field, *_ in found}
    found.extend(_lacking(project, broken))
    found.extend(_place(project, broken, bounds))
    found.extend(_contradictions(project))
    return project, [Fault(file, row, FIELDS[field].zh, kind, reason) for field, kind, reason in found]


class _CellError(Exception):
    """A cell that cannot be read, with the kind of its fault."""

    def __init__(self, kind: str, reason: str) -> None:
        self.kind = kind
        super().__init__(reason)


def _text(cell: object) -> str:
    """Text of a cell as a person sees it: no `.0` behind whole numbers, no time behind days."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return str(cell).strip()


def _read_text(text: str) -> str:
    return " ".join(text.split())


def _read_code(text: str) -> str:
    try:
        return industry_code(text)
    except UnknownNameError as error:
        raise _CellError("unknown-code", str(error)) from error


def _read_number(text: str) -> float:
    plain = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "")
    try:
        number = float(plain)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or "_" in plain:
        raise _CellError("not-a-number", f"{text!r}不是数字；请只填数字，单位见列名")
    return number


def _read_amount(text: str) -> float:
    number = _read_number(text)
    if number < 0:
        raise _CellError("out-of-range", f"{text!r}小于0；请核对")
    return number


def _read_positive(text: str) -> float:
    number = _read_amount(text)
    if number == 0:
        raise _CellError("out-of-range", "不能为0；不清楚请留空")
    return number


def _read_degrees(limit: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        number = _read_number(text)
        if abs(number) > limit:
            metres = "像是米制坐标，请换算成度，或填“地块”并在前面加SRID=4548;"
            advice = metres if abs(number) > _HALF_TURN else "请核对经纬度是否填反"
            raise _CellError("wrong-crs", f"{text!r}超出±{limit:g}度；{advice}")
        return number

    return read


def _read_datum(text: str) -> str:
    plain = re.sub(r"[^a-z0-9]", "", folded(text))
    if plain in {"wgs84", "cgcs2000", "epsg4326", "epsg4490", "2000"} or folded(text) == "2000国家大地坐标系":
        return "CGCS2000" if "2000" in plain or "4490" in plain else "WGS84"
    why = "火星、百度坐标偏差数百米以上，地方坐标系参数不公开"
    reason = f"{text!r}不能直接使用；请先换算成CGCS2000或WGS 84经纬度（{why}）"
    raise _CellError("wrong-crs", reason)


def _read_yes_no(text: str) -> str:
    if folded(text) in _YES | _NO:
        return "是" if folded(text) in _YES else "否"
    raise _CellError("not-yes-or-no", f"{text!r}看不懂；请填是或否")


def _read_opinions(text: str) -> tuple[tuple[str, str, date], ...]:
    found = []
    for entry in filter(None, (part.strip() for part in re.split(r"[;；|\n]", text))):
        words = [word.strip() for word in unicodedata.normalize("NFKC", entry).split(":")]
        day = re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", words[-1])
        if len(words) != len(("department", "opinion", "day")) or words[1] not in OPINIONS or not day:
            raise _CellError("broken-opinion", f"{entry!r}看不懂；请写成“部门:{'或'.join(OPINIONS)}:年-月-日”")
        try:
            found.append((words[0], words[1], date(*map(int, day.groups()))))
        except ValueError as error:
            raise _CellError("broken-opinion", f"没有{words[-1]}这一天；请核对") from error
    return tuple(found)


def _read_site(text: str) -> shapely.Geometry:
    srid, _, wkt = text.upper().rpartition(";")
    system = _SYSTEMS.get(srid.removeprefix("SRID=")) if srid else WGS84
    if system is None:
        raise _CellError("wrong-crs", f"{srid}不在可用之列；请用SRID={'、'.join(_SYSTEMS)}之一")
    try:
        figure = shapely.force_2d(shapely.from_wkt(wkt.strip()))
    except shapely.errors.ShapelyError as error:
        raise _CellError("broken-geometry", f"不是WKT（{error}）；请写成POINT (经度 纬度)或POLYGON ((…))") from error
    if figure.is_empty or figure.geom_type not in SITE_TYPES:
        raise _CellError("geometry-type", f"是{figure.geom_type}；请给点或面")
    if not figure.is_valid:
        raise _CellError("invalid-geometry", f"图形有误：{shapely.is_valid_reason(figure)}；请修正该处")
    west, south, east, north = figure.bounds
    if system != CGCS2000_CM117 and max(abs(west), abs(east)) > _HALF_TURN:
        raise _CellError("wrong-crs", "像是米制坐标；请在前面加SRID=4548;")
    if system != CGCS2000_CM117 and max(abs(south), abs(north)) > _QUARTER_TURN:
        raise _CellError("wrong-crs", "纬度超出±90度；请把经度写在前面")
    placed: shapely.Geometry = gpd.GeoSeries([figure], crs=system).to_crs(WGS84).iloc[0]
    return placed


_READERS: dict[str, Callable[[str], Any]] = {
    "text": _read_text,
    "code": _read_code,
    "amount": _read_amount,
    "positive": _read_positive,
    "longitude": _read_degrees(_HALF_TURN),
    "latitude": _read_degrees(_QUARTER_TURN),
    "datum": _read_datum,
    "site": _read_site,
    "yes_no": _read_yes_no,
    "opinions": _read_opinions,
}


def _lacking(project: Project, broken: set[str]) -> Iterator[tuple[str, str, str]]:
    if "name" not in project:
        yield "name", "missing-value", "没有项目名称；请填写"
    if not any(field in project or field in broken for field in MAKES):
        yield "product", "missing-value", "产品、行业代码、产业都没有；请至少填一项"


def _place(project: Project, broken: set[str], bounds: Sequence[float] | None) -> Iterator[tuple[str, str, str]]:
    """Turn a pair of degrees into the site; a drawn site goes before it."""
    if "site_wkt" in project:
        project["site"] = project.pop("site_wkt")
    elif "lon" in project and "lat" in project:
        project["site"] = shapely.Point(project["lon"], project["lat"])
    elif ("lon" in project or "lat" in project) and not broken & {"lon", "lat"}:
        absent = "lat" if "lon" in project else "lon"
        yield absent, "missing-value", "经度、纬度只填了一个；请补上或都留空"
    if "site" not in project:
        return
    if bounds is not None and not shapely.box(*bounds).covers(shapely.box(*project["site"].bounds)):
        spot, limits = (", ".join(f"{edge:.6g}" for edge in edges) for edges in (project["site"].bounds, bounds))
        field = "site_wkt" if "lon" not in project else "lon"
        yield field, "out-of-range", f"位置{spot}不在本市范围{limits}内；请核对经纬度、先后和坐标系"
    if "area_ha" not in project and project["site"].geom_type != "Point":
        area = geodesic_area_m2(gpd.GeoSeries([project["site"]], crs=WGS84)).iloc[0]
        project |= {"area_ha": float(area) / 1e4, "area_is_drawn": True}


def _contradictions(project: Project) -> Iterator[tuple[str, str, str]]:
    if project.get("tall_floor_area_m2", 0) > project.get("floor_area_m2", math.inf):
        yield "tall_floor_area_m2", "contradiction", "大于总建筑面积；请改其一"
    site_m2 = project.get("area_ha", math.inf) * 1e4
    for field in ("footprint_m2", "office_land_m2", "green_m2"):
        if project.get(field, 0) > site_m2:
            yield field, "contradiction", "大于用地面积；请改其一"
