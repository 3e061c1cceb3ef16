"""
国土TXT (电子报盘): parcels as text, one boundary point a line, as land offices exchange them.

A section `[属性描述]` of settings; a section `[地块坐标]` of records. A record is a line
`界址点数,地块面积,地块编号,地块名称,图形属性,图幅号,地块用途,地类编码,@` and its points `J1,1,X,Y`: the
point's mark, the number of its ring, X the northing and Y the easting. Ring 1 is the outer ring, rings from 2 on are
holes, and each ring ends on its first point. A record has no way to hold two outer rings, so a parcel of several parts
is several records with the same number and the same other columns, one after another; reading makes them one again.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely
from shapely import MultiPolygon

from geo.crs import require_crs
from geo.landrecord import LandTextError, Line, Record, record_lines, records, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Columns of parcels beside the geometry.
COLUMNS = ("number", "name", "area_ha", "shape", "sheet", "use", "land_code")
_TITLES = {
    "number": "地块编号", "name": "地块名称", "shape": "图形属性",
    "sheet": "图幅号", "use": "地块用途", "land_code": "地类编码",
}  # fmt: skip
#: Encodings that files are written in.
ENCODINGS = ("GB18030", "UTF-8")
ABOUT, PARCELS = "[属性描述]", "[地块坐标]"
_SYSTEMS = {"2000国家大地坐标系", "国家2000大地坐标系", "CGCS2000"}
#: Zones of CGCS2000: width in degrees -> zones, EPSG code of the first with and without prefix.
_ZONES = {3: (range(25, 46), 4513, 4534), 6: (range(13, 24), 4491, 4502)}
_WIDTH = 3
#: What parts cells or lines, or is no character at all.
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff,]")


@dataclass(frozen=True, eq=False)
class LandText:
    """
    Content of a 国土TXT.

    Parameters
    ----------
    attributes
        Settings of `[属性描述]` as they stand, by name.
    parcels
        One row a parcel: `number`, `name`, `area_ha` (as stated; the sum over its records), `shape` (面), `sheet`,
        `use`, `land_code`, and Polygon or MultiPolygon in the Gauss-Kruger zone that the file states, easting first.
    encoding
        `UTF-8` or `GB18030`.
    """

    attributes: dict[str, str] = field(repr=False)
    parcels: gpd.GeoDataFrame = field(repr=False)
    encoding: str


def read_landtxt(content: bytes) -> LandText:
    """
    Read a 国土TXT.

    Parameters
    ----------
    content
        The file: UTF-8 with or without byte order mark, or GB18030 (of which GBK and GB2312 are parts). Lines end in
        any of the usual ways, empty ones are passed over. The stated number of points may count the repeated last
        point of each ring or not, for offices do both.

    Returns
    -------
    text
        Settings and parcels. Eastings with zone prefix give EPSG:4513 to 4533 (zone 39: EPSG:4527), without prefix
        EPSG:4534 to 4554; zones of 6 degrees EPSG:4491 to 4501 and 4502 to 4512. A file without parcels is taken to
        have the prefix. Empty texts stay empty texts; an empty area is NaN.

    Raises
    ------
    LandTextError
        If anything in it is broken: the message and `line` say where.

    Examples
    --------
    >>> about = "[属性描述],坐标系=2000国家大地坐标系,几度分带=3,投影类型=高斯克吕格,计量单位=米,带号=39"
    >>> lines = [*about.split(","), "[地块坐标]", "4,1.0000,1,示例,面,,工业用地,1001,@"]
    >>> lines += ["J1,1,2708700.000,39610300.000", "J2,1,2708800.000,39610300.000", "J3,1,2708800.000,39610400.000"]
    >>> lines += ["J4,1,2708700.000,39610400.000", "J1,1,2708700.000,39610300.000"]
    >>> text = read_landtxt(chr(10).join(lines).encode("gbk"))
    >>> text.encoding, text.parcels.crs.to_epsg(), text.parcels.area.tolist()
    ('GB18030', 4527, [10000.0])
    """
    decoded, encoding = _decoded(content)
    lines = [Line(number, text) for number, text in enumerate(re.split(r"\r\n|\n|\r", decoded), 1) if text.strip()]
    about, body = _sections(lines)
    attributes = _attributes(about)
    width, zone, place = _zone(attributes, about)
    found = list(records(body))
    code = _system(found, width, zone, place)
    return LandText(attributes, _parcels(found, code), encoding)


def write_landtxt(parcels: gpd.GeoDataFrame, *, encoding: str = "GB18030", unit: str = "", day: str = "") -> bytes:
    """
    Write parcels as a 国土TXT.

    Parameters
    ----------
    parcels
        Polygons or MultiPolygons in any CRS with a code. They are written in their own 3-degree zone of CGCS2000, or
        in that of their middle where they are in another system. Of the columns `COLUMNS` those that are there are
        written, `area_ha` and `shape` excepted: the area is computed, and the shape is 面.
    encoding
        `GB18030` (equal to GBK for the characters that GBK has) or `UTF-8`, without byte order mark.
    unit, day
        数据产生单位, and 数据产生日期 as text such as `2026-11-22`.

    Returns
    -------
    content
        Lines end in CRLF. Northing first, easting with zone prefix, millimetres; ring 1 is the outer ring and runs
        clockwise, holes run the other way. The area is the plane area of the written coordinates, as offices compute
        it, not the geodesic one: 300 to 525 ppm larger in Xiamen. A parcel of several parts is several records.

    Raises
    ------
    CRSError
        If the table has no CRS.
    LandTextError
        If the format cannot hold a parcel: no geometry or no area, commas or control characters in a text, several
        parts without a number, or two neighbours with the same columns, which would read back as one parcel.

    Examples
    --------
    >>> from shapely import box
    >>> square = gpd.GeoSeries([box(39610300, 2708700, 39610400, 2708800)], crs="EPSG:4527").to_frame("geometry")
    >>> content = write_landtxt(square.assign(number="1", name="示例"))
    >>> content.decode("gb18030").splitlines()[-6:-4]
    ['5,1.0000,1,示例,面,,,,@', 'J1,1,2708700.000,39610400.000']
    """
    if encoding not in ENCODINGS:
        raise LandTextError(
            f"the encoding is one of {', '.join(ENCODINGS)}, not {encoding!r}",
            f"编码只能是{'、'.join(ENCODINGS)}之一，不能是 {encoding!r}",
        )
    require_crs(parcels)
    zone = _zone_of(parcels)
    placed = parcels.to_crs(f"EPSG:{_ZONES[_WIDTH][1] + zone - _ZONES[_WIDTH][0][0]}")
    settings = {
        "格式版本号": "1.01版本",
        "数据产生单位": _plain(unit, "数据产生单位", "数据产生单位"),
        "数据产生日期": _plain(day, "数据产生日期", "数据产生日期"),
        "坐标系": "2000国家大地坐标系",
        "几度分带": str(_WIDTH),
        "投影类型": "高斯克吕格",
        "计量单位": "米",
        "带号": str(zone),
        "精度": "0.001",
        "转换参数": ",,,,,,",
    }
    lines = [ABOUT, *(f"{name}={value}" for name, value in settings.items()), PARCELS]
    before: tuple[str, ...] | None = None
    for row, (cells, figure) in enumerate(zip(_cells(parcels), placed.geometry, strict=True), start=1):
        if cells == before and cells[0].strip():
            raise LandTextError(
                f"rows {row - 1} and {row} have the same columns and would read back as one parcel; number them apart",
                f"表中第 {row - 1} 行与第 {row} 行各列相同，读回时会并成一个地块；请用编号区分",
            )
        lines += _parcel_lines(row, figure, cells, zone)
        before = cells
    return "".join(f"{line}\r\n" for line in lines).encode(encoding)


def _zone_of(parcels: gpd.GeoDataFrame) -> int:
    """Zone of 3 degrees that the parcels are in already, or that their middle lies in."""
    zones, prefixed, plain = _ZONES[_WIDTH]
    code: int = parcels.crs.to_epsg() or 0
    for first in (prefixed, plain):
        if code - first in range(len(zones)):
            return zones[code - first]
    if parcels.geometry.isna().all():
        raise LandTextError(
            "no parcel has a geometry, so the zone is unknown; set one with `to_crs('EPSG:4527')`",
            "所有地块都没有图形，无法确定带号；请用 `to_crs('EPSG:4527')` 指定",
        )
    west, _, east, _ = parcels.to_crs("EPSG:4490").total_bounds
    zone = round(float(west + east) / 2 / _WIDTH)
    if zone not in zones:
        raise LandTextError(
            f"zone {zone} lies outside China ({zones[0]} to {zones[-1]}); check the coordinates",
            f"{zone} 带不在中国范围内（{zones[0]} 至 {zones[-1]} 带），请核对坐标",
        )
    return zone


def _plain(value: object, name: str, name_zh: str) -> str:
    text = "" if value is None or value != value else str(value)  # noqa: PLR0124 - NaN alone differs from itself
    if _UNWRITABLE.search(text):
        raise LandTextError(
            f"{name} holds {text!r}: commas and control characters part cells and lines; replace them",
            f"{name_zh}含有 {text!r}：逗号和控制字符会拆开列或行，请替换",
        )
    return text


def _cells(parcels: gpd.GeoDataFrame) -> list[tuple[str, ...]]:
    rows = len(parcels)
    columns = {name: list(parcels[name]) if name in parcels else [""] * rows for name in COLUMNS if name != "area_ha"}
    columns["shape"] = ["面"] * rows
    return [
        tuple(
            _plain(value, f"{name} of row {row}", f"表中第 {row} 行的{_TITLES[name]}")
            for name, value in zip(columns, cells, strict=True)
        )
        for row, cells in enumerate(zip(*columns.values(), strict=True), start=1)
    ]


def _parcel_lines(row: int, figure: shapely.Geometry | None, cells: tuple[str, ...], zone: int) -> list[str]:
    if figure is None or figure.is_empty:
        raise LandTextError(
            f"row {row} has no geometry; a parcel is a Polygon or MultiPolygon",
            f"表中第 {row} 行没有图形；地块必须是面（Polygon 或 MultiPolygon）",
        )
    if not figure.geom_type.endswith("Polygon"):
        raise LandTextError(
            f"row {row} has a {figure.geom_type}; a parcel is a Polygon or MultiPolygon",
            f"表中第 {row} 行的图形是 {figure.geom_type}；地块必须是面（Polygon 或 MultiPolygon）",
        )
    parts = list(shapely.get_parts(shapely.orient_polygons(figure, exterior_cw=True)))
    if len(parts) > 1 and not cells[0].strip():
        raise LandTextError(
            f"row {row} has {len(parts)} parts and no number that holds them together; give it one",
            f"表中第 {row} 行由 {len(parts)} 块组成，没有编号就无法归为同一地块；请补上编号",
        )
    return [line for part in parts for line in record_lines(part, cells, zone)]


def _decoded(content: bytes) -> tuple[str, str]:
    reached = 0
    for encoding, name in (("utf-8-sig", "UTF-8"), ("gb18030", "GB18030")):
        try:
            return content.decode(encoding), name
        except UnicodeDecodeError as error:
            # The encoding that is meant reads on until the byte that is broken.
            reached = max(reached, error.start)
    raise LandTextError(
        "the text is neither UTF-8 nor GB18030; save it in one of them",
        "文字既不是 UTF-8 也不是 GB18030 编码，请另存为其中一种",
        content.count(b"\n", 0, reached) + 1,
    )


def _sections(lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    if not lines:
        raise LandTextError(f"the file is empty; it begins with {ABOUT}", f"文件是空的；应以 {ABOUT} 开头", 1)
    heads = [index for index, line in enumerate(lines) if line.text.strip().startswith("[")]
    names = [lines[index].text.strip() for index in heads]
    if names[:1] != [ABOUT] or heads[0] != 0:
        raise LandTextError(f"the file does not begin with {ABOUT}", f"文件没有以 {ABOUT} 开头", lines[0].number)
    if len(names) == 1:
        raise LandTextError(f"the section {PARCELS} is missing", f"缺少 {PARCELS} 一节", lines[-1].number)
    if names[1] != PARCELS:
        zh = f"{ABOUT} 之后应为 {PARCELS}，现为 {names[1]}"
        raise LandTextError(f"after {ABOUT} comes {PARCELS}, not {names[1]}", zh, lines[heads[1]].number)
    if len(names) > 2:  # noqa: PLR2004 - the two sections
        zh = f"{PARCELS} 之后不应再有其他节，现有 {names[2]}"
        raise LandTextError(f"nothing comes after {PARCELS}; {names[2]} does", zh, lines[heads[2]].number)
    return list(lines[: heads[1]]), list(lines[heads[1] :])


def _attributes(about: Sequence[Line]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in about[1:]:
        name, sign, value = line.text.partition("=")
        if not sign:
            zh = f"属性应写成“名称=值”，现为 {line.text!r}"
            raise LandTextError(f"a setting is written name=value, not {line.text!r}", zh, line.number)
        if name.strip() in found:
            zh = f"属性“{name.strip()}”出现两次，请只保留一个"
            raise LandTextError(f"the setting {name.strip()} stands twice; keep one", zh, line.number)
        found[name.strip()] = value.strip()
    return found


def _zone(attributes: dict[str, str], about: Sequence[Line]) -> tuple[int, int, int]:
    """Width and number of the zone, and the line of its number; refuse what is not CGCS2000 in metres."""
    places = {line.text.partition("=")[0].strip(): line.number for line in about[1:]}
    end = about[-1].number
    for name in ("坐标系", "几度分带", "带号"):
        if not attributes.get(name):
            en, zh = f"{name} is not stated, and the place is unknown without it", f"没有写明{name}，无法确定位置"
            raise LandTextError(en, zh, places.get(name, end))
    system = attributes["坐标系"]
    if system.upper() not in _SYSTEMS:
        raise LandTextError(
            f"坐标系={system} is not served, 2000国家大地坐标系 is; have the owner convert the file",
            f"不支持“坐标系={system}”，只支持 2000国家大地坐标系；请由提供单位转换后再交来",
            places["坐标系"],
        )
    for name, allowed in {"投影类型": "高斯", "计量单位": "米"}.items():
        if attributes.get(name) and allowed not in attributes[name]:
            zh = f"不支持“{name}={attributes[name]}”，只支持{allowed}"
            raise LandTextError(f"{name}={attributes[name]} is not served, only {allowed}", zh, places[name])
    width = whole(attributes["几度分带"], "几度分带", places["几度分带"])
    if width not in _ZONES:
        raise LandTextError(
            f"几度分带 is 3 or 6, not {width}", f"几度分带应为 3 或 6，现为 {width}", places["几度分带"]
        )
    zones, zone = _ZONES[width][0], whole(attributes["带号"], "带号", places["带号"])
    if zone not in zones:
        raise LandTextError(
            f"带号 of {width} degrees lies between {zones[0]} and {zones[-1]} in China, not {zone}",
            f"{width} 度分带的带号在中国为 {zones[0]} 至 {zones[-1]}，现为 {zone}",
            places["带号"],
        )
    return width, zone, places["带号"]


def _system(records: Sequence[Record], width: int, zone: int, place: int) -> str:
    zones, prefixed, plain = _ZONES[width]
    for record in records:
        if record.prefix not in {None, zone}:
            en = f"eastings begin with {record.prefix}, but line {place} says 带号={zone}"
            raise LandTextError(en, f"横坐标（Y）以 {record.prefix} 开头，第 {place} 行却写明带号={zone}", record.line)
        if record.prefix != records[0].prefix:
            en = "some records have a zone prefix in their eastings and some none; write all alike"
            raise LandTextError(en, "部分地块的横坐标（Y）带有带号，部分不带；请统一", record.line)
    first = plain if records and records[0].prefix is None else prefixed
    return f"EPSG:{first + zone - zones[0]}"


def _parcels(records: Sequence[Record], code: str) -> gpd.GeoDataFrame:
    rows, figures = [], []
    for _, together in groupby(enumerate(records), _same_parcel):
        parts = [record for _, record in together]
        number, name, shape, sheet, use, land_code = parts[0].cells[2:8]
        areas = [math.nan if part.area_ha is None else part.area_ha for part in parts]
        rows.append((number, name, math.fsum(areas), shape.strip(), sheet, use, land_code))
        figures.append(parts[0].figure if len(parts) == 1 else MultiPolygon([part.figure for part in parts]))
    cells = {column: [row[place] for row in rows] for place, column in enumerate(COLUMNS)}
    table = gpd.GeoDataFrame(cells, geometry=figures, crs=code)
    texts = [column for column in COLUMNS if column != "area_ha"]
    return table.astype({**dict.fromkeys(texts, object), "area_ha": "float64"})


def _same_parcel(placed: tuple[int, Record]) -> tuple[object, ...]:
    """Neighbours with one number are parts of one parcel; a record without number stands for itself."""
    index, record = placed
    return record.cells[2:8] if record.cells[2].strip() else (index,)
