"""Faults of features against each other and against the city: overlaps, districts, the sea, areas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import CGCS2000_CM117, WGS84, geodesic_area_m2
from geo.districts import district_shares
from geo.intake.match import Match, matched
from geo.intake.neighbours import neighbour_overlaps, overlaps
from geo.intake.values import FeatureFault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.intake.surroundings import Surroundings

#: From this share of its area at sea on a feature is named.
SEA_SHARE = 0.02
#: From this share outside its district on a feature is named.
OUTSIDE_SHARE = 0.05
#: How many times as large or small as published, and as the present extent, a feature may be.
PUBLISHED_RATIO, PRESENT_RATIO = 1.2, 2.0
#: Features that are compared; as many parks no city has.
MOST_COMPARED = 2000


def place_faults(table: gpd.GeoDataFrame, names: Sequence[str | None], around: Surroundings) -> list[FeatureFault]:
    """
    Find what does not go together with the other features or with the city.

    Parameters
    ----------
    table
        `feature` and geometry, WGS 84.
    names
        Name of each feature, None where unknown.
    around
        The city.

    Returns
    -------
    faults
        Of kinds `outside-city`, `overlap`, `sea`, `outside-district`, `area-published` and `area-present`; the last
        three only where a name points to a part. Only valid polygons are compared; with more than `MOST_COMPARED` of
        them none is, and one fault `not-compared` on feature 0, the file as a whole, says so.

    Examples
    --------
    >>> from geo.intake.surroundings import surroundings
    >>> from geo.plan import read_plan
    >>> far = gpd.GeoDataFrame({"feature": [1]}, geometry=[shapely.box(110, 30, 110.1, 30.1)], crs="EPSG:4326")
    >>> [fault.kind for fault in place_faults(far, [None], surroundings(read_plan()))]
    ['outside-city']
    """
    shapes = table.geometry
    usable = np.array(
        [
            shape is not None and not shape.is_empty and shape.geom_type.endswith("Polygon") and shape.is_valid
            for shape in shapes
        ],
        dtype=bool,
    )
    kept = table.loc[usable, ["feature", "geometry"]].assign(name=[n for n, u in zip(names, usable, strict=True) if u])
    found = outside_city(table, around)
    away = {fault.feature for fault in found}
    kept = kept[~kept["feature"].isin(away)].reset_index(drop=True)
    if int(usable.sum()) > MOST_COMPARED:
        return [*found, not_compared(int(usable.sum()))]
    if kept.empty:
        return found
    matches = matched(kept, list(kept["name"]), around)
    sure = _sure_parts(matches, around)
    own = {match.feature: match.park_id for match in reversed(matches)}
    own |= {feature: str(around.parts["park_id"].iloc[part]) for feature, part in sure.items()}
    found += [*overlaps(kept), *neighbour_overlaps(kept, own, frozenset(sure.values()), around), *at_sea(kept, around)]
    found += [*outside_district(kept, sure, around), *areas(kept, sure, around)]
    return found


def not_compared(count: int) -> FeatureFault:
    """
    Say that features are too many to be compared.

    Parameters
    ----------
    count
        How many there are.

    Returns
    -------
    fault
        Of kind `not-compared`, on feature 0: the file as a whole.

    Examples
    --------
    >>> not_compared(2001).reason
    '有 2001 个面要素，多于 2000 个，未比较重叠、区界、海域、面积和坐标偏移；需要时请拆分文件'
    """
    zh = f"有 {count} 个面要素，多于 {MOST_COMPARED} 个，未比较重叠、区界、海域、面积和坐标偏移；需要时请拆分文件"
    en = (
        f"{count} polygons, more than {MOST_COMPARED}: overlaps, districts, the sea, areas and display datums were not "
    )
    return FeatureFault(0, "not-compared", zh, f"{en}compared; split the file to have them compared")


def _sure_parts(matches: Sequence[Match], around: Surroundings) -> dict[int, int]:
    """Place of the part among `around.parts` that each feature's name points to."""
    places = {ids: n for n, ids in enumerate(zip(around.parts["park_id"], around.parts["part_id"], strict=True))}
    best: dict[int, Match] = {}
    for match in matches:
        if match.is_by_name:
            best.setdefault(match.feature, match)
    return {feature: places[match.park_id, match.part_id] for feature, match in best.items()}


def outside_city(table: gpd.GeoDataFrame, around: Surroundings) -> list[FeatureFault]:
    """
    Find features that do not lie in the city at all.

    Parameters
    ----------
    table
        `feature` and geometry, WGS 84.
    around
        The city.

    Returns
    -------
    faults
        Of kind `outside-city`.

    Examples
    --------
    >>> from geo.intake.surroundings import surroundings
    >>> from geo.plan import read_plan
    >>> near = gpd.GeoDataFrame({"feature": [1]}, geometry=[shapely.box(118, 24.5, 118.1, 24.6)], crs="EPSG:4326")
    >>> outside_city(near, surroundings(read_plan()))
    []
    """
    west, south, east, north = around.bounds
    found = []
    for feature, geometry in zip(table["feature"], table.geometry, strict=True):
        if geometry is None or geometry.is_empty:
            continue
        x0, y0, x1, y1 = geometry.bounds
        if np.isfinite([x0, y0, x1, y1]).all() and x1 >= west and x0 <= east and y1 >= south and y0 <= north:
            continue
        zh, en = f"不在本市范围内（约 {x0:.4g}, {y0:.4g}）", f"does not lie in the city (about {x0:.4g}, {y0:.4g})"
        place = (float(x0), float(y0)) if np.isfinite([x0, y0]).all() else (None, None)
        found.append(FeatureFault(int(feature), "outside-city", zh, en, *place))
    return found


def at_sea(table: gpd.GeoDataFrame, around: Surroundings) -> list[FeatureFault]:
    """
    Find features that lie partly at sea.

    Parameters
    ----------
    table
        `feature` and valid polygons.
    around
        The city; nothing is found where it has no coast.

    Returns
    -------
    faults
        Of kind `sea`, from `SEA_SHARE` on.

    Examples
    --------
    >>> from geo.intake.surroundings import surroundings
    >>> from geo.plan import read_plan
    >>> wet = gpd.GeoDataFrame({"feature": [1]}, geometry=[shapely.box(118.2, 24.4, 118.21, 24.41)], crs="EPSG:4326")
    >>> [fault.reason for fault in at_sea(wet, surroundings(read_plan()))]
    ['有 100% 的面积在海里']
    """
    if around.land.empty:
        return []
    land = around.land.geometry.to_crs(CGCS2000_CM117).to_numpy()
    plane = table.geometry.to_crs(CGCS2000_CM117).to_numpy()
    tree = shapely.STRtree(land)
    found = []
    for feature, shape in zip(table["feature"], plane, strict=True):
        near = shapely.union_all(land[tree.query(shape)])
        wet = shapely.difference(shape, near)
        share = shapely.area(wet) / shapely.area(shape) if shapely.area(shape) else 0.0
        if share >= SEA_SHARE:
            point = gpd.GeoSeries([wet.point_on_surface()], crs=CGCS2000_CM117).to_crs(WGS84).iloc[0]
            zh, en = f"有 {share:.0%} 的面积在海里", f"{share:.0%} of its area lies at sea"
            found.append(FeatureFault(int(feature), "sea", zh, en, point.x, point.y))
    return found


def outside_district(table: gpd.GeoDataFrame, sure: dict[int, int], around: Surroundings) -> list[FeatureFault]:
    """
    Find features that lie outside the district that the sources state.

    Parameters
    ----------
    table
        `feature` and valid polygons.
    sure
        By feature, the place of its part among `around.parts`.
    around
        The city, with how far its district lines may be off.

    Returns
    -------
    faults
        Of kind `outside-district`, from `OUTSIDE_SHARE` on, saying whether the accuracy of the lines can explain it.

    Examples
    --------
    >>> from geo.intake.surroundings import surroundings
    >>> from geo.plan import read_plan
    >>> around = surroundings(read_plan())
    >>> torch = around.parts.index[around.parts["park_id"] == "torch-park"][0]
    >>> east = gpd.GeoDataFrame({"feature": [1]}, geometry=[shapely.box(118.25, 24.65, 118.26, 24.66)], crs="EPSG:4326")
    >>> print(outside_district(east, {1: torch}, around)[0].reason_en)
    100% of its area lies outside 湖里区, where the sources place it; surely so, for the lines are known to 500 m
    """
    rows = [row for row, feature in enumerate(table["feature"]) if feature in sure]
    parts = table.iloc[rows]
    if parts.empty or around.districts.empty:
        return []
    numbers = parts["feature"].astype(str)
    asked = gpd.GeoDataFrame(
        {"park_id": numbers, "part_id": "x", "position_accuracy_m": 0.0}, geometry=parts.geometry, crs=table.crs
    )
    shares = district_shares(asked, around.districts, line_accuracy_m=around.line_accuracy_m)
    found = []
    for feature, geometry in zip(parts["feature"], parts.geometry, strict=True):
        stated = around.parts["districts_zh"].iloc[sure[feature]]
        own = shares[(shares["park_id"] == str(feature)) & shares["district_zh"].isin(stated)]
        outside, least = 1.0 - float(own["share"].sum()), 1.0 - min(1.0, float(own["share_max"].sum()))
        if not stated or outside < OUTSIDE_SHARE:
            continue
        reach = around.line_accuracy_m
        is_sure = least >= OUTSIDE_SHARE
        zh = f"有 {outside:.0%} 的面积在资料所载的{'、'.join(stated)}以外"
        zh += (
            f"；区界精度为 {reach:.0f} 米，仍可肯定"
            if is_sure
            else f"；区界精度为 {reach:.0f} 米，可能只是区界概化所致"
        )
        en = f"{outside:.0%} of its area lies outside {', '.join(stated)}, where the sources place it; "
        en += (
            f"surely so, for the lines are known to {reach:.0f} m"
            if is_sure
            else f"the lines, known to {reach:.0f} m, may explain it"
        )
        point = geometry.point_on_surface()
        found.append(FeatureFault(int(feature), "outside-district", zh, en, point.x, point.y))
    return found


def areas(table: gpd.GeoDataFrame, sure: dict[int, int], around: Surroundings) -> list[FeatureFault]:
    """
    Compare areas with the published ones and those of the present extents.

    Parameters
    ----------
    table
        `feature` and valid polygons, in any system with a code.
    sure
        By feature, the place of its part among `around.parts`.
    around
        The city.

    Returns
    -------
    faults
        Of kind `area-published` (beyond `PUBLISHED_RATIO`) and `area-present` (beyond `PRESENT_RATIO`).

    Examples
    --------
    >>> from geo.intake.surroundings import surroundings
    >>> from geo.plan import read_plan
    >>> around = surroundings(read_plan())
    >>> torch = around.parts.index[around.parts["park_id"] == "torch-park"][0]
    >>> small = gpd.GeoDataFrame(
    ...     {"feature": [1]}, geometry=[shapely.box(118.1, 24.5, 118.105, 24.504)], crs="EPSG:4326"
    ... )
    >>> [fault.kind for fault in areas(small, {1: torch}, around)]
    ['area-published', 'area-present']
    """
    measured = geodesic_area_m2(table.geometry) / 1e6
    found = []
    for feature, geometry, area in zip(table["feature"], table.geometry, measured, strict=True):
        if feature not in sure:
            continue
        part = around.parts.iloc[sure[feature]]
        asked = (
            ("area-published", part["area_published_km2"], PUBLISHED_RATIO, "公布面积", "the published area"),
            (
                "area-present",
                part["area_km2"],
                PRESENT_RATIO,
                f"现有范围（{part['grade']} 级）",
                f"the present extent (grade {part['grade']})",
            ),
        )
        for kind, other, allowed, zh, en in asked:
            if pd.isna(other) or not other or 1 / allowed <= area / other <= allowed:
                continue
            point = geometry.point_on_surface()
            found.append(
                FeatureFault(
                    int(feature),
                    kind,
                    f"面积 {area:.3f} 平方千米，是{zh} {other:.3f} 平方千米的 {area / other:.2f} 倍",
                    f"its area, {area:.3f} km2, is {area / other:.2f} times {en}, {other:.3f} km2",
                    point.x,
                    point.y,
                )
            )
    return found
