"""
What a release holds: the rows of a plan's `extents`, checked, put into plain values, and summed up in a digest.

The digest is the SHA-256 of one line of JSON a row, ordered by `extent_id`, fields by name, numbers as floats, the
geometry as normalised WKB: neither the order of rows nor the first point of a ring changes it, any coordinate does.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from geo.crs import WGS84, require_crs
from geo.descriptor import REQUIRED_FIELDS
from geo.extents import GRADES
from geo.releases.errors import ContentError, ContentFault
from geo.validity import invalidity

if TYPE_CHECKING:
    from geo.plan import Plan

#: Fields that every package has; those that a package adds stand beside them.
FIELDS = REQUIRED_FIELDS["extents"]
#: Fields whose cells may be empty.
_MAY_BE_EMPTY = frozenset({"area_note_zh", "area_note_en", "area_published_km2"})
_LISTS = frozenset({"evidence_zh", "evidence_en"})

Row = dict[str, Any]


def checked_extents(extents: gpd.GeoDataFrame, plan: Plan) -> gpd.GeoDataFrame:
    """
    Extents in the columns and the system of the plan's own, or every reason why they cannot be a release.

    Parameters
    ----------
    extents
        One row an extent with the columns of `plan.extents` (others are left out), any CRS; heights are left out.
    plan
        Its parts are those that extents may be of.

    Returns
    -------
    extents
        WGS 84, the plan's columns in the plan's order, the rows in their own.

    Raises
    ------
    CRSError
        If the table has no CRS.
    ContentError
        If columns are missing or rows have faults: all are listed.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> plan = read_plan()
    >>> len(checked_extents(plan.extents, plan))
    41
    >>> checked_extents(plan.extents.iloc[[0, 0]], plan)
    Traceback (most recent call last):
    geo.releases.errors.ContentError: these extents have 1 fault(s); mend them and draft again:
      tongxiang-hitech/main stands twice: keep one row
    """
    require_crs(extents)
    missing = [name for name in plan.extents.columns if name not in {*extents.columns, "geometry"}]
    if missing:
        raise ContentError(
            [
                ContentFault(
                    f"the column(s) {', '.join(missing)} are missing: add them as in the plan's extents",
                    f"缺少列 {'、'.join(missing)}：请按规划范围表的列补齐",
                )
            ]
        )
    table = extents if extents.geometry.name == "geometry" else extents.rename_geometry("geometry")
    table = (table if table.crs.equals(WGS84) else table.to_crs(WGS84))[list(plan.extents.columns)]
    table = gpd.GeoDataFrame(table.set_geometry(table.geometry.force_2d()).reset_index(drop=True), crs=WGS84)
    titles = _titles(plan)
    faults = [*_table_faults(table, plan), *(fault for row in plain_rows(table) for fault in _row_faults(row, titles))]
    if faults:
        raise ContentError(faults)
    return table


def _table_faults(table: gpd.GeoDataFrame, plan: Plan) -> Iterator[ContentFault]:
    if table.empty:
        yield ContentFault(
            "there is no extent at all: draft those that stay together with those that change",
            "没有任何范围：起草时请连同不变的范围一并写入",
        )
    for name in (name for name, times in Counter(table["extent_id"]).items() if times > 1):
        yield ContentFault(f"{name} stands twice: keep one row", f"{name} 重复出现：请只保留一行")
    parts = set(zip(plan.parts["park_id"], plan.parts["part_id"], strict=True))
    for name, park_id, part_id in zip(table["extent_id"], table["park_id"], table["part_id"], strict=True):
        if (park_id, part_id) not in parts:
            yield ContentFault(
                f"{name} is of the part {park_id}/{part_id}, which the plan has not: name one of its parts",
                f"{name} 所属的片区 {park_id}/{part_id} 不在规划中：请改为规划已有的片区",
            )


def _titles(plan: Plan) -> dict[str, str]:
    """What the package calls each field of the extents in Chinese, with its name; the name where it says nothing."""
    [resource] = [found for found in plan.descriptor["resources"] if found["name"] == "extents"]
    fields = resource["schema"]["fields"]
    said = {field["name"]: f"{field['title']}（{field['name']}）" for field in fields if field.get("title")}
    return {name: said.get(name, name) for name in FIELDS}


def _row_faults(row: Row, titles: Mapping[str, str]) -> Iterator[ContentFault]:
    name = row["extent_id"]
    for en, zh in (*_cell_faults(row, titles), *_outline_faults(row["geometry"])):
        yield ContentFault(f"{name} {en}", f"{name} {zh}")


def _cell_faults(row: Row, titles: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    empty = [field for field in FIELDS if field not in _MAY_BE_EMPTY and row[field] in (None, "")]
    if empty:
        lacking = "、".join(titles[field] for field in empty)
        yield f"has no {', '.join(empty)}: say what is known", f"缺少{lacking}：请填写已知情况"
    if row["grade"] not in GRADES:
        yield (
            f"has the grade {row['grade']!r}: write one of {', '.join(GRADES)}",
            f"的依据等级为 {row['grade']!r}：应为 {'、'.join(GRADES)} 之一",
        )
    accuracy = row["position_accuracy_m"]
    if accuracy is not None and not (isinstance(accuracy, float) and 0 <= accuracy < float("inf")):
        yield (
            f"has the accuracy {accuracy!r}: write metres, 0 or more",
            f"的位置精度为 {accuracy!r}：应为不小于 0 的米数",
        )
    for field in sorted(_LISTS):
        if not isinstance(row[field], list) or not all(isinstance(line, str) for line in row[field]):
            yield (
                f"has no list of lines as {field}: write one line a piece of evidence",
                f"的{titles[field]}未逐条列出：请每条依据写一行",
            )


def _outline_faults(shape: shapely.Geometry | None) -> Iterator[tuple[str, str]]:
    if shape is None or shape.is_empty or shape.geom_type not in {"Polygon", "MultiPolygon"}:
        yield "is no polygon: draw its outline", "不是面：请绘出边界"
    elif why := invalidity(shape):
        place = "" if why.place is None else "，经纬度 {:.6f}, {:.6f}".format(*why.place)
        yield (
            f"has a faulty outline ({shapely.is_valid_reason(shape)}): repair it",
            f"的边界有误（{why.zh}{place}）：请修复",
        )
    elif not shapely.box(-180, -90, 180, 90).covers(shape):
        yield (
            "lies outside longitude and latitude: state the CRS that its coordinates are in",
            "的坐标超出经纬度范围：请说明坐标所用的坐标系",
        )


def plain_rows(extents: gpd.GeoDataFrame) -> list[Row]:
    """
    Rows as plain values: texts, floats, truths, lists, None where nothing is known, and the geometry.

    Parameters
    ----------
    extents
        Any geometry table.

    Returns
    -------
    rows
        One a row, in order; the geometry under `geometry`.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> row = plain_rows(read_plan().extents)[0]
    >>> row["position_accuracy_m"], row["grade"], type(row["evidence_zh"])
    (1500.0, 'C', <class 'list'>)
    """
    shape = extents.geometry.name
    return [
        {str(name): _plain(value) for name, value in row.items() if name != shape} | {"geometry": row[shape]}
        for row in extents.to_dict("records")
    ]


def _plain(value: Any) -> Any:  # noqa: ANN401  (cells have any type)
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return None
    if isinstance(value, bool | str):
        return value
    return float(value) if isinstance(value, int | float) else str(value)


def content_digest(extents: gpd.GeoDataFrame) -> str:
    """
    SHA-256 of the extents, whatever the order of rows and columns and the first point of a ring.

    Parameters
    ----------
    extents
        From `checked_extents`, a store or a plan: WGS 84.

    Returns
    -------
    digest
        Hexadecimal, 64 digits.

    Raises
    ------
    CRSError
        If the table has no CRS.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> extents = read_plan().extents
    >>> content_digest(extents) == content_digest(extents.iloc[::-1])
    True
    >>> content_digest(extents) == content_digest(extents.iloc[1:])
    False
    """
    require_crs(extents)
    return rows_digest(plain_rows(extents))


def rows_digest(rows: Sequence[Row]) -> str:
    """
    SHA-256 of rows, see `content_digest`.

    Parameters
    ----------
    rows
        From `plain_rows`.

    Returns
    -------
    digest
        Hexadecimal, 64 digits.

    Examples
    --------
    Of no row it is that of no byte:

    >>> rows_digest([])[:8]
    'e3b0c442'
    """
    total = hashlib.sha256()
    for line in sorted(map(_line, rows)):
        total.update(line.encode())
    return total.hexdigest()


def _line(row: Row) -> str:
    plain = row | {"geometry": shapely.to_wkb(shapely.normalize(row["geometry"]), hex=True, byte_order=1)}
    ordered = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"{row.get('extent_id')}\n{ordered}\n"


def extents_table(rows: Sequence[Row], *, like: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Rows as a table with the columns and types of another.

    Parameters
    ----------
    rows
        From `plain_rows`.
    like
        Such as `plan.extents`; whole numbers stay floats where a cell is none or the other has floats.

    Returns
    -------
    extents
        WGS 84.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> extents = read_plan().extents
    >>> extents_table(plain_rows(extents), like=extents).equals(extents)
    True
    """
    table = gpd.GeoDataFrame(list(rows), columns=["geometry", *(c for c in like.columns if c != "geometry")], crs=WGS84)
    kinds = {name: like[name].dtype for name in like.columns if name != "geometry"}
    fitting = {name: kind for name, kind in kinds.items() if _fits(table[name], kind)}
    return gpd.GeoDataFrame(table.astype(fitting)[list(like.columns)], crs=WGS84)


def _fits(column: pd.Series, kind: Any) -> bool:  # noqa: ANN401  (types of columns have no common one)
    if pd.api.types.is_integer_dtype(kind):
        return bool(column.notna().all() and (column % 1 == 0).all())
    return True


def grade_counts(extents: gpd.GeoDataFrame) -> dict[str, int]:
    """
    Count extents by grade.

    Parameters
    ----------
    extents
        With the column `grade`.

    Returns
    -------
    counts
        Grade to number, A to D, those with none included.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> grade_counts(read_plan().extents)
    {'A': 0, 'B': 5, 'C': 22, 'D': 14}
    """
    counted = Counter(extents["grade"])
    return {grade: counted[grade] for grade in GRADES}
