"""Columns of layers: what each is called and what it holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What stands between the items of a list in formats without lists.
LIST_SEPARATOR = "；"


@dataclass(frozen=True)
class Field:
    """
    One column of a layer.

    Parameters
    ----------
    name
        Its code: ASCII, the unit as suffix.
    kind
        `string`, `integer`, `number`, `boolean` or `list` (of strings).
    title_zh, title_en
        What people call it; unique within a layer.

    Examples
    --------
    >>> Field("area_km2", "number", "面积（平方千米，椭球面）", "Area (km2, geodesic)").kind
    'number'
    """

    name: str
    kind: str
    title_zh: str
    title_en: str


#: Columns that no table of the package has, or has under another name.
DERIVED = {
    field.name: field
    for field in (
        Field("park_zh", "string", "园区", "Park (Chinese)"),
        Field("park_en", "string", "园区（英文）", "Park (English)"),
        Field("part_zh", "string", "片区", "Part (Chinese)"),
        Field("part_en", "string", "片区（英文）", "Part (English)"),
        Field("sector_zh", "string", "产业", "Sector (Chinese)"),
        Field("sector_en", "string", "产业（英文）", "Sector (English)"),
        Field("subsector_zh", "string", "细分领域", "Subsector (Chinese)"),
        Field("subsector_en", "string", "细分领域（英文）", "Subsector (English)"),
        Field("track_zh", "string", "未来赛道", "Track (Chinese)"),
        Field("track_en", "string", "未来赛道（英文）", "Track (English)"),
        Field("place_zh", "string", "地点", "Place (Chinese)"),
        Field("place_en", "string", "地点（英文）", "Place (English)"),
        Field("sector_ids", "list", "布局产业代码", "Ids of the sectors of the layout"),
        Field("sectors_zh", "list", "布局产业", "Sectors of the layout (Chinese)"),
        Field("sectors_en", "list", "布局产业（英文）", "Sectors of the layout (English)"),
        Field("focus_zh", "list", "重点方向汇总", "Focus terms (Chinese)"),
        Field("focus_en", "list", "重点方向汇总（英文）", "Focus terms (English)"),
        Field("terms_zh", "list", "对应的重点方向", "Focus terms that name the sector (Chinese)"),
        Field("terms_en", "list", "对应的重点方向（英文）", "Focus terms that name the sector (English)"),
        Field("grade_zh", "string", "等级含义", "Meaning of the grade (Chinese)"),
        Field("grade_en", "string", "等级含义（英文）", "Meaning of the grade (English)"),
        Field("parts", "integer", "有范围的片区数", "Parts with an extent"),
        Field("worst_grade", "string", "最低依据等级", "Worst grade among the parts"),
        Field("worst_accuracy_m", "number", "最差位置精度（米）", "Worst position accuracy among the parts (m)"),
        Field("area_km2", "number", "量算面积（平方千米，椭球面）", "Measured area (km2, geodesic)"),
        Field("matched_by", "string", "名称匹配方式", "How the park's name was matched"),
        Field("verdict", "string", "契合判断代码", "Verdict code"),
        Field("verdict_zh", "string", "契合判断", "Verdict (Chinese)"),
        Field("verdict_en", "string", "契合判断（英文）", "Verdict (English)"),
        Field("mapping_order", "integer", "对应次序", "Order of the mapping"),
        Field("basis", "string", "归属依据", "Basis: stated, drawn or possible"),
        Field("share", "number", "面积占比", "Share of the park's area"),
        Field("share_min", "number", "面积占比下限", "Least share of the park's area"),
        Field("share_max", "number", "面积占比上限", "Largest share of the park's area"),
        Field("source_id", "string", "来源", "Source"),
        Field("licence", "string", "许可", "Licence"),
        Field("as_of", "string", "截至", "As of"),
        Field("release", "string", "数据版本", "Release"),
    )
}


def schema_field(described: Mapping[str, Any]) -> Field:
    """
    Field as a package's schema describes it.

    Parameters
    ----------
    described
        One entry of `schema.fields` of a resource.

    Returns
    -------
    field
        The same, in the words of layers.

    Examples
    --------
    >>> schema_field({"name": "grade", "type": "string", "title": "依据等级", "title_en": "Grade"}).title_zh
    '依据等级'
    """
    name = described["name"]
    kind = "list" if described["type"] == "array" else described["type"]
    return Field(name, kind, described.get("title", name), described.get("title_en", name))


def typed(column: pd.Series, kind: str) -> pd.Series:
    """
    Give a column the one type that its field has in every layer and file.

    Parameters
    ----------
    column
        Values of any spelling of missing (None, NaN, pd.NA).
    kind
        Kind of the field.

    Returns
    -------
    column
        Text as objects with None, `Int64`, `float64`, `boolean`, or tuples of text (a missing list is empty).

    Examples
    --------
    >>> typed(pd.Series([["a"], None]), "list").tolist()
    [('a',), ()]
    >>> typed(pd.Series(["a", float("nan")]), "string").tolist()
    ['a', None]
    """
    if kind == "list":
        values = [tuple(map(str, cell)) if isinstance(cell, (list, tuple)) else () for cell in map(_plain, column)]
        return pd.Series(values, index=column.index, dtype=object)
    if kind == "integer":
        return column.astype("Int64")
    if kind == "number":
        return column.astype("float64")
    if kind == "boolean":
        return column.astype("boolean")
    texts = [None if pd.isna(cell) else str(cell) for cell in column]
    return pd.Series(texts, index=column.index, dtype=object)


def _plain(cell: Any) -> Any:  # noqa: ANN401 - a cell may hold anything; arrays come from readers of GeoJSON
    return cell.tolist() if hasattr(cell, "tolist") else cell


def plain_value(cell: Any) -> Any:  # noqa: ANN401 - a cell may hold anything
    """
    Cell as Python's own type, missing as None.

    Parameters
    ----------
    cell
        Value of a typed column.

    Returns
    -------
    value
        `str`, `int`, `float`, `bool`, `tuple` or None.

    Examples
    --------
    >>> [plain_value(cell) for cell in pd.Series([1, None], dtype="Int64")]
    [1, None]
    """
    if isinstance(cell, tuple):
        return cell
    return None if pd.isna(cell) else _plain(cell)


def joined_lists(table: pd.DataFrame, fields: tuple[Field, ...]) -> pd.DataFrame:
    """
    Turn lists into text for formats that have none.

    Parameters
    ----------
    table
        Typed table; any CRS.
    fields
        Its fields.

    Returns
    -------
    table
        A copy whose list columns hold their items joined by `LIST_SEPARATOR`; an empty list is missing.

    Examples
    --------
    >>> fields = (Field("terms", "list", "词", "Terms"),)
    >>> joined_lists(pd.DataFrame({"terms": [("甲", "乙"), ()]}), fields)["terms"].tolist()
    ['甲；乙', None]
    """
    texts = {
        field.name: pd.Series(
            [LIST_SEPARATOR.join(cell) or None for cell in table[field.name]], index=table.index, dtype=object
        )
        for field in fields
        if field.kind == "list"
    }
    return table.assign(**texts)
