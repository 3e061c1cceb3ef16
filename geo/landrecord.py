"""
Records of a 国土TXT: one parcel's columns and its rings, read from lines and written into lines.

`geo.landtxt` reads and writes the whole file.
"""

from __future__ import annotations

import math
import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from shapely import Polygon

from geo.errors import GeoError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Cells of a record's line and of a point's line.
_CELLS = 9
_POINT_CELLS = 4
_FEWEST_IN_A_RING = 4
#: Millionths of an easting with zone prefix are the zone: 39 610 398 m lies in zone 39.
_PREFIX = 1_000_000
_FARTHEST_NORTH = 10_000_000
#: Coordinates are written in millimetres, so two points closer than half of one are the same.
_SAME_M = 0.0005
_HA = 10_000.0


class LandTextError(GeoError):
    """
    A 国土TXT that cannot be read, or parcels that it cannot hold.

    Parameters
    ----------
    reason
        What is wrong and how to mend it, in English.
    reason_zh
        The same in Chinese, for a page.
    line
        Line of the file, from 1, which both languages name; None where no file is read.

    Examples
    --------
    >>> error = LandTextError("the ring is not closed", "这一圈没有闭合", 17)
    >>> str(error), error.zh
    ('line 17: the ring is not closed', '第 17 行：这一圈没有闭合')
    """

    def __init__(self, reason: str, reason_zh: str, line: int | None = None) -> None:
        self.reason, self.reason_zh = reason, reason_zh
        self.line = line
        self.zh = reason_zh if line is None else f"第 {line} 行：{reason_zh}"
        super().__init__(reason if line is None else f"line {line}: {reason}")


class Line(NamedTuple):
    """
    A line that is not empty.

    Parameters
    ----------
    number
        Its place in the file, from 1.
    text
        What stands in it.

    Examples
    --------
    >>> Line(1, "[属性描述]").number
    1
    """

    number: int
    text: str


class Record(NamedTuple):
    """
    A record: one outer ring with its holes.

    Parameters
    ----------
    line
        Where its first line stands.
    cells
        All cells of that line.
    area_ha
        Stated area in hectares; None where the cell is empty.
    figure
        Polygon, easting first, in metres as they stand.
    prefix
        Zone in front of the eastings; None without.

    Examples
    --------
    >>> Record(9, ("4",), 1.0, Polygon(), 39).prefix
    39
    """

    line: int
    cells: tuple[str, ...]
    area_ha: float | None
    figure: Polygon
    prefix: int | None


def whole(text: str, name: str, line: int) -> int:
    """
    Whole number in a cell.

    Parameters
    ----------
    text
        The cell.
    name
        What it is, for the error.
    line
        Where it stands.

    Returns
    -------
    number
        Zero or more.

    Raises
    ------
    LandTextError
        If it is none.

    Examples
    --------
    >>> whole(" 39", "带号", 9)
    39
    """
    if not re.fullmatch(r"[0-9]{1,9}", text.strip()):
        raise LandTextError(f"{name} is a whole number, not {text!r}", f"“{name}”应为整数，现为 {text!r}", line)
    return int(text)


def _number(text: str, name: str, line: int) -> float:
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)", text.strip()):
        raise LandTextError(f"{name} is a number, not {text!r}", f"“{name}”应为数字，现为 {text!r}", line)
    return float(text)


def records(body: Sequence[Line]) -> Iterator[Record]:
    """
    Read the records of `[地块坐标]`.

    Parameters
    ----------
    body
        Lines of the section, its heading first.

    Yields
    ------
    record
        In the order of the file.

    Raises
    ------
    LandTextError
        If a record or a point is broken.

    Examples
    --------
    >>> lines = ["[地块坐标]", "3,,1,,面,,,,@", "J1,1,0,0", "J2,1,9,0", "J3,1,0,9", "J1,1,0,0"]
    >>> [record.figure.area for record in records([Line(n, text) for n, text in enumerate(lines, 1)])]
    [40.5]
    """
    heads = [index for index, line in enumerate(body) if line.text.rstrip().endswith("@")]
    if len(body) > 1 and heads[:1] != [1]:
        raise LandTextError(
            "a point stands before the first record; a record's line ends in @",
            "第一个地块之前出现了界址点；地块行应以 @ 结尾",
            body[1].number,
        )
    for start, stop in pairwise([*heads, len(body)]):
        yield _record(body[start], body[start + 1 : stop])


def _record(head: Line, points: Sequence[Line]) -> Record:
    cells = tuple(head.text.split(","))
    if len(cells) != _CELLS:
        raise LandTextError(
            f"a record has {_CELLS} columns with @ as the last, not {len(cells)}",
            f"地块行应有 {_CELLS} 列，最后一列为 @，现有 {len(cells)} 列",
            head.number,
        )
    count = whole(cells[0], "界址点数", head.number)
    area = _number(cells[1].strip().removesuffix("公顷"), "地块面积", head.number) if cells[1].strip() else None
    if cells[4].strip() != "面":
        raise LandTextError(
            f"图形属性 is 面, not {cells[4]!r}; parcels are areas",
            f"图形属性应为“面”，现为 {cells[4]!r}；地块必须是面",
            head.number,
        )
    rings, prefix = _rings(head, points)
    if count not in {len(points), len(points) - len(rings)}:
        raise LandTextError(
            f"界址点数 says {count}, but {len(points)} points follow ({len(rings)} of them close a ring)",
            f"界址点数写的是 {count}，其后却有 {len(points)} 个点（其中 {len(rings)} 个是闭合点）",
            head.number,
        )
    return Record(head.number, cells, area, Polygon(rings[0], rings[1:]), prefix)


def _rings(head: Line, points: Sequence[Line]) -> tuple[list[list[tuple[float, float]]], int | None]:
    if not points:
        raise LandTextError("the record has no points", "该地块没有界址点", head.number)
    rings: list[list[tuple[float, float]]] = []
    prefixes: set[int | None] = set()
    last = 0
    for line in points:
        ring, east, north = _point(line)
        prefix = int(east // _PREFIX) or None
        prefixes.add(prefix)
        if len(prefixes) > 1:
            raise LandTextError(
                "some eastings have a zone prefix and some another or none; write all alike",
                "部分横坐标（Y）带有带号，部分不带或带号不同；请统一",
                line.number,
            )
        if ring not in {last, last + 1} or ring == 0:
            raise LandTextError(
                f"ring {ring} comes after ring {last}; rings count from 1",
                f"圈号 {ring} 出现在圈号 {last} 之后；圈号应从 1 起依次编号",
                line.number,
            )
        if ring > last:
            _close(rings, line.number - 1)
            rings.append([])
            last = ring
        rings[-1].append((east, north))
    _close(rings, points[-1].number)
    return rings, prefixes.pop()


def _point(line: Line) -> tuple[int, float, float]:
    cells = line.text.split(",")
    if len(cells) != _POINT_CELLS:
        raise LandTextError(
            f"a point has {_POINT_CELLS} columns (mark, ring, X, Y), not {len(cells)}",
            f"界址点行应有 {_POINT_CELLS} 列（点号、圈号、X、Y），现有 {len(cells)} 列",
            line.number,
        )
    ring = whole(cells[1], "地块圈号", line.number)
    north, east = _number(cells[2], "X", line.number), _number(cells[3], "Y", line.number)
    if not 0 <= north < _FARTHEST_NORTH:
        raise LandTextError(
            f"X is the northing and lies below {_FARTHEST_NORTH} m, not {cells[2].strip()}; are X and Y swapped?",
            f"X 为纵坐标（北向），应小于 {_FARTHEST_NORTH} 米且不为负，现为 {cells[2].strip()}；X 与 Y 是否写反？",
            line.number,
        )
    if east < 0:
        raise LandTextError(
            f"Y is the easting and not negative, not {cells[3].strip()}",
            f"Y 为横坐标（东向），不能为负，现为 {cells[3].strip()}",
            line.number,
        )
    return ring, east, north


def _close(rings: list[list[tuple[float, float]]], line: int) -> None:
    if not rings:
        return
    ring = rings[-1]
    if math.dist(ring[0], ring[-1]) > _SAME_M:
        raise LandTextError(
            f"ring {len(rings)} is not closed: it must end on its first point",
            f"第 {len(rings)} 圈没有闭合：最后一点应与第一点相同",
            line,
        )
    if len(ring) < _FEWEST_IN_A_RING:
        raise LandTextError(
            f"ring {len(rings)} has {len(ring)} points; a ring has at least 4 with its end",
            f"第 {len(rings)} 圈有 {len(ring)} 个点；含闭合点至少应有 4 个",
            line,
        )
    ring[-1] = ring[0]


def record_lines(figure: Polygon, cells: Sequence[str], zone: int) -> list[str]:
    """
    Write a record.

    Parameters
    ----------
    figure
        Polygon in the zone's system with prefix, easting first, metres.
    cells
        Number, name, shape, sheet, use, code of the land.
    zone
        The prefix that each easting must have.

    Returns
    -------
    lines
        The record's line and one a point, millimetres; marks run on from ring to ring, and each ring ends on its
        first. The stated count is that of all points, the repeated ones too; the area is that of the written
        coordinates on the plane, in hectares with 4 decimals, so that an office can compute it again.

    Raises
    ------
    LandTextError
        If a point lies outside the reach of the zone, or a ring shrinks to fewer than 3 points in millimetres.

    Examples
    --------
    >>> from shapely import box
    >>> square = box(39610300, 2708700, 39610400, 2708800)
    >>> record_lines(square, ("1", "示例", "面", "", "", ""), 39)[:2]
    ['5,1.0000,1,示例,面,,,,@', 'J1,1,2708700.000,39610400.000']
    """
    rings = [
        [(round(east, 3), round(north, 3)) for east, north, *_ in ring.coords]
        for ring in (figure.exterior, *figure.interiors)
    ]
    lines = []
    mark = 1
    for number, ring in enumerate(rings, start=1):
        if len(set(ring)) < _FEWEST_IN_A_RING - 1:
            raise LandTextError(
                f"the parcel {cells[0]!r} has a ring of fewer than 3 points in millimetres; drop it",
                f"地块 {cells[0]!r} 有一圈取到毫米后不足 3 个点，请去掉",
            )
        for place, (east, north) in enumerate(ring):
            if int(east // _PREFIX) != zone or not 0 <= north < _FARTHEST_NORTH:
                raise LandTextError(
                    f"the parcel {cells[0]!r} reaches beyond zone {zone}; write it apart",
                    f"地块 {cells[0]!r} 超出 {zone} 带的范围，请另写一个文件",
                )
            first = mark if place < len(ring) - 1 else mark - place
            lines.append(f"J{first},{number},{north:.3f},{east:.3f}")
            mark += place < len(ring) - 1
    area = Polygon(rings[0], rings[1:]).area / _HA
    return [f"{len(lines)},{area:.4f},{','.join(cells)},@", *lines]
