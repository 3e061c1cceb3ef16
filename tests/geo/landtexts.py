"""A 国土TXT typed out, and what its errors must say in two languages."""

import re

from shapely import Polygon, box

from geo.errors import GeoError
from geo.landrecord import LandTextError
from tests.languages import is_chinese

_NUMBER = re.compile(r"\d+")
# Typed out in the layout of the ministry: a square of 100 m with a hole of 20 m, and one of 50 m.
HEAD = """[属性描述]
格式版本号=1.01版本
数据产生单位=示例单位
数据产生日期=2026-11-22
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=39
精度=0.001
转换参数=,,,,,,
[地块坐标]
"""
BODY = """10,0.9600,2026-01,火炬高新区示例地块,面,2708.50-39610.25,工业用地,1001,@
J1,1,2708700.000,39610300.000
J2,1,2708800.000,39610300.000
J3,1,2708800.000,39610400.000
J4,1,2708700.000,39610400.000
J1,1,2708700.000,39610300.000
J5,2,2708740.000,39610340.000
J6,2,2708740.000,39610360.000
J7,2,2708760.000,39610360.000
J8,2,2708760.000,39610340.000
J5,2,2708740.000,39610340.000
4,0.2500,2026-02,无证地块,面,,,,@
J1,1,2709000.000,39611000.000
J2,1,2709050.000,39611000.000
J3,1,2709050.000,39611050.000
J4,1,2709000.000,39611050.000
J1,1,2709000.000,39611000.000
"""
TYPED = HEAD + BODY


def square(east: float = 39610300, north: float = 2708700, side: float = 100) -> Polygon:
    return box(east, north, east + side, north + side)


def assert_said(error: LandTextError, line: int | None, reason: str, reason_zh: str) -> None:
    """Both languages give the reason, and name the same line and the same numbers."""
    assert isinstance(error, GeoError)
    assert error.line == line
    assert reason in error.reason
    assert reason_zh in error.reason_zh
    assert is_chinese(error.zh)
    assert str(error) == ("" if line is None else f"line {line}: ") + error.reason
    assert error.zh == ("" if line is None else f"第 {line} 行：") + error.reason_zh
    assert set(_NUMBER.findall(error.reason)) == set(_NUMBER.findall(error.reason_zh))
