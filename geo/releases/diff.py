"""What differs between the extents of two releases: by how much each moved, its area, its grade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import CGCS2000_CM117, WGS84, geodesic_area_m2, geodesic_distance_m, require_crs
from geo.releases.content import Row, plain_rows, rows_digest

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What may stand in the column `what`, with the words for it in Chinese and English.
CHANGES = {
    "added": ("新增", "added"),
    "removed": ("删除", "removed"),
    "moved": ("边界改动", "outline changed"),
    "area": ("面积变化", "area changed"),
    "grade": ("依据等级变化", "grade changed"),
    "accuracy": ("位置精度变化", "accuracy changed"),
    "evidence": ("证据或说明变化", "evidence or notes changed"),
}
#: Areas that differ by less are the same.
LEAST_AREA_M2 = 1.0
#: Share of a segment at which a Hausdorff distance is looked at: four places a segment.
_DENSITY = 0.25
_COLUMNS = (
    "extent_id", "park_id", "part_id", "what", "moved_m", "hausdorff_m", "area_before_km2", "area_after_km2",
    "grade_before", "grade_after", "accuracy_before_m", "accuracy_after_m", "geometry",
)  # fmt: skip
_OWN_COLUMNS = frozenset({"geometry", "grade", "position_accuracy_m"})


def release_changes(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Compare the extents of two releases.

    Parameters
    ----------
    before, after
        From `Store.extents`: WGS 84.

    Returns
    -------
    changes
        One row an extent that differs, none when the digests are the same; `what` a tuple out of `CHANGES`, `moved_m`
        the geodesic way from centroid to centroid (m), `hausdorff_m` the farthest that the outline moved (m, in
        EPSG:4548, true to 0.03 % in Xiamen), areas geodesic (km2), grades, accuracies (m), NaN where there is no such
        side; geometry, WGS 84, what one side has and the other has not, and the new outline where both have
        the same.

    Raises
    ------
    CRSError
        If a table has no CRS.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> before = read_plan().extents
    >>> after = before.assign(grade=["A", *before["grade"][1:]]).iloc[:-1]
    >>> changes = release_changes(before, after)
    >>> changes[["extent_id", "what", "grade_before", "grade_after"]].to_numpy().tolist()
    [['tongxiang-hitech/main', ('grade',), 'C', 'A'], ['...', ('removed',), '...', nan]]
    """
    require_crs(before)
    require_crs(after)
    old = {row["extent_id"]: row for row in plain_rows(before.to_crs(WGS84))}
    new = {row["extent_id"]: row for row in plain_rows(after.to_crs(WGS84))}
    rows = [_change(old.get(name), new.get(name)) for name in [*old, *(name for name in new if name not in old)]]
    table = gpd.GeoDataFrame([row for row in rows if row], columns=list(_COLUMNS), geometry="geometry", crs=WGS84)
    numbers = [name for name in _COLUMNS if name.endswith(("_m", "_km2"))]
    return gpd.GeoDataFrame(table.astype(dict.fromkeys(numbers, "float64")), crs=WGS84)


def _change(old: Row | None, new: Row | None) -> Row | None:
    if old and new and rows_digest([old]) == rows_digest([new]):
        return None
    some = new or old or {}
    sides = {"before": old, "after": new}
    shapes = {side: row["geometry"] if row else None for side, row in sides.items()}
    areas = {side: _area_m2(shape) for side, shape in shapes.items()}
    row: Row = {name: some[name] for name in ("extent_id", "park_id", "part_id")}
    row["what"] = tuple(_kinds(old, new, abs(areas["after"] - areas["before"])))
    if not row["what"]:  # a column that only one side has, with nothing in it for this extent
        return None
    row["moved_m"], row["hausdorff_m"] = _distances_m(shapes["before"], shapes["after"])
    for side, content in sides.items():
        row[f"area_{side}_km2"] = areas[side] / 1e6
        row[f"grade_{side}"] = content["grade"] if content else None
        row[f"accuracy_{side}_m"] = content["position_accuracy_m"] if content else None
    return row | {"geometry": _difference(shapes["before"], shapes["after"])}


def _kinds(old: Row | None, new: Row | None, area_m2: float) -> Iterator[str]:
    if old is None or new is None:
        yield "added" if old is None else "removed"
        return
    if not _same_shape(old["geometry"], new["geometry"]):
        yield "moved"
    if area_m2 >= LEAST_AREA_M2:
        yield "area"
    if old["grade"] != new["grade"]:
        yield "grade"
    if old["position_accuracy_m"] != new["position_accuracy_m"]:
        yield "accuracy"
    if any(old.get(name) != new.get(name) for name in {*old, *new} - _OWN_COLUMNS):
        yield "evidence"


def _same_shape(one: BaseGeometry, other: BaseGeometry) -> bool:
    return bool(shapely.equals_exact(shapely.normalize(one), shapely.normalize(other), tolerance=0))


def _area_m2(shape: BaseGeometry | None) -> float:
    return float(geodesic_area_m2(gpd.GeoSeries([shape], crs=WGS84)).iloc[0])


def _distances_m(old: BaseGeometry | None, new: BaseGeometry | None) -> tuple[float, float]:
    if old is None or new is None:
        return float("nan"), float("nan")
    if _same_shape(old, new):
        return 0.0, 0.0
    pair = gpd.GeoSeries([old, new], crs=WGS84).to_crs(CGCS2000_CM117)
    ends = pair.centroid.to_crs(WGS84)
    moved = geodesic_distance_m(ends.x[0], ends.y[0], ends.x[1], ends.y[1])
    outlines: list[Any] = list(pair.boundary)
    return moved, float(shapely.hausdorff_distance(*outlines, densify=_DENSITY))


def _difference(old: BaseGeometry | None, new: BaseGeometry | None) -> BaseGeometry:
    if old is None or new is None:
        return new if old is None else old
    return new if _same_shape(old, new) else shapely.symmetric_difference(old, new)


def changes_table(changes: gpd.GeoDataFrame) -> pd.DataFrame:
    """
    Give changes as a table for people: words instead of codes, no geometry.

    Parameters
    ----------
    changes
        From `release_changes`.

    Returns
    -------
    table
        The same rows; `what_zh` and `what_en` after `what`.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> extents = read_plan().extents
    >>> changes_table(release_changes(extents, extents.iloc[1:]))["what_zh"].tolist()
    ['删除']
    """
    zh = ["、".join(CHANGES[word][0] for word in what) for what in changes["what"]]
    en = [", ".join(CHANGES[word][1] for word in what) for what in changes["what"]]
    table = pd.DataFrame(changes.drop(columns="geometry")).assign(what_zh=zh, what_en=en)
    head = [*_COLUMNS[: _COLUMNS.index("what") + 1], "what_zh", "what_en"]
    return table[head + [name for name in table.columns if name not in head]]
