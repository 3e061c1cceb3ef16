"""How the cells of a project file are read, by the kind of their column."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

from geo.crs import CGCS2000, CGCS2000_CM117, WGS84
from geo.names import folded
from geo.screening.faults import UnlistedNameError
from geo.screening.industries import industry_code
from geo.screening.wording import Wording, quoted
from geo.siting import SITE_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable

OPINIONS = ("同意", "有条件同意", "不同意")
BLANK = frozenset({"", "-", "—", "——", "/"})
_YES = frozenset({"是", "有", "涉及", "yes", "y", "true", "1"})
_NO = frozenset({"否", "无", "不涉及", "no", "n", "false", "0"})
_SYSTEMS = {"4326": WGS84, "4490": CGCS2000, "4548": CGCS2000_CM117}
_HALF_TURN, _QUARTER_TURN = 180.0, 90.0


class CellError(Exception):
    """
    A cell that cannot be read.

    Parameters
    ----------
    kind
        Short code of the fault.
    zh, en
        What is wrong and how to mend it.
    """

    def __init__(self, kind: str, zh: str, en: str) -> None:
        self.kind, self.reason = kind, Wording(zh, en)
        super().__init__(en)


def cell_text(cell: object) -> str:
    """
    Text of a cell as a person sees it: no `.0` behind whole numbers, no time behind days.

    Parameters
    ----------
    cell
        As a file holds it.

    Returns
    -------
    text
        Without spaces around it; empty for nothing.

    Examples
    --------
    >>> cell_text(3973.0), cell_text(None), cell_text(" 疫苗 ")
    ('3973', '', '疫苗')
    """
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
    except UnlistedNameError as error:
        raise CellError("unknown-code", *error.reason) from error


def _read_number(text: str) -> float:
    plain = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "")
    try:
        number = float(plain)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or "_" in plain:
        raise CellError(
            "not-a-number",
            f"{text!r}不是数字；请只填数字，单位见列名",
            f"{quoted(text)} is no number; write digits only, the unit stands in the column's name",
        )
    return number


def _read_amount(text: str) -> float:
    number = _read_number(text)
    if number < 0:
        raise CellError("out-of-range", f"{text!r}小于0；请核对", f"{quoted(text)} is below 0; check it")
    return number


def _read_positive(text: str) -> float:
    number = _read_amount(text)
    if number == 0:
        raise CellError("out-of-range", "不能为0；不清楚请留空", "it cannot be 0; leave it empty when not known")
    return number


def _read_degrees(limit: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        number = _read_number(text)
        if abs(number) > limit:
            advice = _METRES if abs(number) > _HALF_TURN else _TURNED
            raise CellError(
                "wrong-crs",
                f"{text!r}超出±{limit:g}度；{advice.zh}",
                f"{quoted(text)} is beyond ±{limit:g} degrees; {advice.en}",
            )
        return number

    return read


_METRES = Wording(
    "像是米制坐标，请换算成度，或填“地块”并在前面加SRID=4548;",
    "it looks like metres: convert it to degrees, or fill in the site (WKT) with SRID=4548; before it",
)
_TURNED = Wording("请核对经纬度是否填反", "see whether longitude and latitude are exchanged")


def _read_datum(text: str) -> str:
    plain = re.sub(r"[^a-z0-9]", "", folded(text))
    if plain in {"wgs84", "cgcs2000", "epsg4326", "epsg4490", "2000"} or folded(text) == "2000国家大地坐标系":
        return "CGCS2000" if "2000" in plain or "4490" in plain else "WGS84"
    raise CellError(
        "wrong-crs",
        f"{text!r}不能直接使用；请先换算成CGCS2000或WGS 84经纬度（火星、百度坐标偏差数百米以上，地方坐标系参数不公开）",
        f"{quoted(text)} cannot be used as it is; convert it to degrees of CGCS2000 or WGS 84 first (GCJ-02 and "
        "Baidu's BD-09 are off by hundreds of metres, and parameters of local systems are not public)",
    )


def _read_yes_no(text: str) -> str:
    if folded(text) in _YES | _NO:
        return "是" if folded(text) in _YES else "否"
    raise CellError(
        "not-yes-or-no", f"{text!r}看不懂；请填是或否", f"{quoted(text)} is not understood; write yes or no"
    )


def _read_opinions(text: str) -> tuple[tuple[str, str, date], ...]:
    found = []
    for entry in filter(None, (part.strip() for part in re.split(r"[;；|\n]", text))):
        words = [word.strip() for word in unicodedata.normalize("NFKC", entry).split(":")]
        day = re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", words[-1])
        if len(words) != len(("department", "opinion", "day")) or words[1] not in OPINIONS or not day:
            raise CellError(
                "broken-opinion",
                f"{entry!r}看不懂；请写成“部门:{'或'.join(OPINIONS)}:年-月-日”",
                f"{quoted(entry)} is not understood; write department:opinion:year-month-day, the opinion being "
                f"{' or '.join(map(quoted, OPINIONS))}",
            )
        try:
            found.append((words[0], words[1], date(*map(int, day.groups()))))
        except ValueError as error:
            no_day = Wording(f"没有{words[-1]}这一天；请核对", f"there is no day {words[-1]}; check it")
            raise CellError("broken-opinion", *no_day) from error
    return tuple(found)


def _read_site(text: str) -> shapely.Geometry:
    srid, _, wkt = text.upper().rpartition(";")
    system = _SYSTEMS.get(srid.removeprefix("SRID=")) if srid else WGS84
    if system is None:
        raise CellError(
            "wrong-crs",
            f"{srid}不在可用之列；请用SRID={'、'.join(_SYSTEMS)}之一",
            f"{quoted(srid)} cannot be used; write SRID={' or '.join(_SYSTEMS)}",
        )
    try:
        figure = shapely.force_2d(shapely.from_wkt(wkt.strip()))
    except shapely.errors.ShapelyError as error:
        raise CellError(
            "broken-geometry",
            f"不是WKT（{error}）；请写成POINT (经度 纬度)或POLYGON ((…))",
            f"this is no WKT ({error}); write POINT (longitude latitude) or POLYGON ((…))",
        ) from error
    if figure.is_empty or figure.geom_type not in SITE_TYPES:
        kind = figure.geom_type
        raise CellError("geometry-type", f"是{kind}；请给点或面", f"it is a {kind}; give a point or a polygon")
    if not figure.is_valid:
        why = shapely.is_valid_reason(figure)
        raise CellError(
            "invalid-geometry", f"图形有误：{why}；请修正该处", f"the outline is broken: {why}; mend it there"
        )
    west, south, east, north = figure.bounds
    if system != CGCS2000_CM117 and max(abs(west), abs(east)) > _HALF_TURN:
        raise CellError(
            "wrong-crs", "像是米制坐标；请在前面加SRID=4548;", "it looks like metres; put SRID=4548; before it"
        )
    if system != CGCS2000_CM117 and max(abs(south), abs(north)) > _QUARTER_TURN:
        raise CellError(
            "wrong-crs", "纬度超出±90度；请把经度写在前面", "the latitude is beyond ±90 degrees; write longitude first"
        )
    placed: shapely.Geometry = gpd.GeoSeries([figure], crs=system).to_crs(WGS84).iloc[0]
    return placed


#: How the cells of a column are read, by its kind.
READERS: dict[str, Callable[[str], Any]] = {
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
