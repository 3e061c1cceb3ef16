"""Repairs that a person chose, each with the area before and after; nothing is repaired unasked."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import CGCS2000_CM117, geodesic_area_m2
from geo.intake.limits import IntakeError, Limits, read_limits
from geo.intake.surroundings import surroundings
from geo.intake.thin import SLIVER_M, mean_width_m, spikes_of
from geo.intake.values import FeatureFault, Intake
from geo.plan import read_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geo.plan import Plan

#: What is done about each kind of fault, in Chinese and English.
REPAIRS = {
    "self-crossing": ("make-valid", "按奇偶规则重建为合法的面", "rebuilt as a valid polygon (even-odd)"),
    "hole-outside": ("make-valid", "按奇偶规则重建为合法的面", "rebuilt as a valid polygon (even-odd)"),
    "unclosed": ("close", "补上起点，使环闭合", "closed each ring on its first point"),
    "sliver": ("drop-slivers", "删去狭长的碎面、碎洞", "dropped thin parts and holes"),
    "spike": ("drop-spikes", "删去尖刺顶点", "dropped the corners of spikes"),
    "z": ("drop-z", "去掉高程", "dropped heights"),
    "repeated-points": ("drop-repeated", "删去重复点", "dropped repeated points"),
    "duplicate": ("drop-feature", "删去重复要素", "dropped the feature"),
}
LOG_COLUMNS = ("feature", "kind", "repair", "done", "done_en", "area_before_m2", "area_after_m2")


def repair(
    intake: Intake, chosen: Sequence[tuple[int, str]], *, plan: Plan | None = None, limits: Limits | None = None
) -> tuple[Intake, pd.DataFrame]:
    """
    Repair chosen faults of chosen features.

    Parameters
    ----------
    intake
        The file as read; it stays as it is.
    chosen
        Pairs of feature (from 1) and kind of fault, in the order in which they are done.
    plan
        The plan to compare with again; the one shipped when None.
    limits
        Of the process in which it is done; as set for the deployment when None.

    Returns
    -------
    intake, log
        A new intake with its faults found anew, and one row a repair: `feature`, `kind`, `repair`, `done`, `done_en`,
        `area_before_m2`, `area_after_m2` (on the ellipsoid; 0 for what encloses none).

    Raises
    ------
    IntakeError
        If a feature has no such fault or no repair is offered for it.

    Examples
    --------
    >>> import geopandas as gpd
    >>> bow = shapely.from_wkt("POLYGON ((118 24.5, 118.01 24.51, 118.01 24.5, 118 24.51, 118 24.5))")
    >>> table = gpd.GeoDataFrame({"feature": [1]}, geometry=[bow], crs="EPSG:4326")
    >>> fault = FeatureFault(1, "self-crossing", "", "", 118.005, 24.505, "make-valid")
    >>> intake = Intake("a", "", 0, "geojson", "EPSG:4326", "UTF-8", "wgs84", "a", table, (fault,))
    >>> mended, log = repair(intake, [(1, "self-crossing")])
    >>> mended.table.geometry[0].is_valid, log["repair"].tolist(), round(float(log["area_after_m2"][0]), -3)
    (True, ['make-valid'], 561000.0)
    """
    from geo.intake.process import ask  # noqa: PLC0415  (the process itself imports the repairs)

    offered = {(fault.feature, fault.kind) for fault in intake.faults if fault.repair is not None}
    for feature, kind in chosen:
        if (feature, kind) not in offered:
            raise IntakeError(
                "repair",
                f"feature {feature} has no fault {kind!r} for which a repair is offered",
                f"第 {feature} 个要素没有可修复的“{kind}”问题",
            )
    content = BytesIO()
    intake.table.to_feather(content)
    job = {"task": "repair", "chosen": [list(pair) for pair in chosen], "name_column": intake.name_column}
    around = surroundings(read_plan() if plan is None else plan)
    answer = ask(content.getvalue(), job, around, read_limits() if limits is None else limits)
    faults = tuple(FeatureFault.from_json(fault) for fault in answer.about["faults"])
    log = pd.DataFrame(answer.about["log"], columns=list(LOG_COLUMNS))
    # What was wrong in the file as written and is not to be seen in the geometry stays until its feature is gone.
    left = set(answer.table["feature"])
    kept = tuple(
        f for f in intake.faults if f.kind in {"curve", "non-finite", "too-few-points", "empty"} and f.feature in left
    )
    kept += tuple(
        f
        for f in intake.faults
        if f.kind == "unclosed" and f.feature in left and (f.feature, f.kind) not in set(chosen)
    )
    ordered = sorted({*kept, *(f for f in faults if not _is_open_ring(f, kept))}, key=lambda f: (f.feature, f.kind))
    return replace(intake, table=answer.table, faults=tuple(ordered)), log


def _is_open_ring(fault: FeatureFault, kept: tuple[FeatureFault, ...]) -> bool:
    """Whether lines are named as of a wrong type only because their ring is still open."""
    return fault.kind == "wrong-type" and any(k.kind == "unclosed" and k.feature == fault.feature for k in kept)


def repaired_table(table: gpd.GeoDataFrame, chosen: Sequence[tuple[int, str]]) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """
    Repair chosen faults in a table.

    Parameters
    ----------
    table
        `feature` and geometry, WGS 84 or no system.
    chosen
        Pairs of feature and kind of fault.

    Returns
    -------
    table, log
        A new table, and a row a repair as of `repair`.

    Examples
    --------
    >>> deep = gpd.GeoDataFrame({"feature": [1]}, geometry=[shapely.Polygon([(0, 0, 1), (1, 0, 1), (1, 1, 1)])])
    >>> repaired_table(deep, [(1, "z")])[0].geometry[0].has_z
    False
    """
    shapes = dict(zip(table["feature"], table.geometry, strict=True))
    rows = []
    for feature, kind in chosen:
        if feature not in shapes:
            continue
        before = shapes[feature]
        after = None if kind == "duplicate" else _ACTIONS[kind](before, table)
        code, zh, en = REPAIRS[kind]
        is_dropped = after is None or after.is_empty
        if is_dropped:
            code, zh, en = "drop-feature", "删去该要素", "dropped the feature"
            del shapes[feature]
        else:
            shapes[feature] = after
        rows.append((feature, kind, code, zh, en, _area(before, table), 0.0 if is_dropped else _area(after, table)))
    kept = table[table["feature"].isin(shapes)].reset_index(drop=True)
    kept = kept.set_geometry(gpd.GeoSeries([shapes[feature] for feature in kept["feature"]], crs=table.crs))
    return kept, pd.DataFrame(rows, columns=list(LOG_COLUMNS))


def _area(geometry: shapely.Geometry | None, table: gpd.GeoDataFrame) -> float:
    if geometry is None or not geometry.geom_type.endswith("Polygon") or table.crs is None:
        return 0.0
    return round(float(geodesic_area_m2(gpd.GeoSeries([geometry], crs=table.crs)).iloc[0]), 2)


def _polygons(geometry: shapely.Geometry) -> shapely.Geometry | None:
    """Only the polygons of what a repair left."""
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type.endswith("Polygon")]
    singles = [piece for part in parts for piece in shapely.get_parts(part) if not piece.is_empty]
    if not singles:
        return None
    return singles[0] if len(singles) == 1 else shapely.MultiPolygon(singles)


def _made_valid(geometry: shapely.Geometry, _: gpd.GeoDataFrame) -> shapely.Geometry | None:
    return _polygons(shapely.make_valid(geometry))


def _closed(geometry: shapely.Geometry, _: gpd.GeoDataFrame) -> shapely.Geometry | None:
    rings = []
    for line in shapely.get_parts(geometry):
        points = shapely.get_coordinates(line)
        rings.append(points if np.array_equal(points[0], points[-1]) else np.vstack([points, points[:1]]))
    pieces = [shapely.Polygon(ring) for ring in rings if len(ring) > 3]  # noqa: PLR2004  (corners and the closing point)
    if not pieces:
        return None
    # The first ring is the outer one; one inside it is its hole, any other a part of its own.
    whole = pieces[0]
    for piece in pieces[1:]:
        whole = whole.difference(piece) if whole.contains(piece) else whole.union(piece)
    return _polygons(whole)


def _without_heights(geometry: shapely.Geometry, _: gpd.GeoDataFrame) -> shapely.Geometry:
    return shapely.force_2d(geometry)


def _without_repeated(geometry: shapely.Geometry, _: gpd.GeoDataFrame) -> shapely.Geometry:
    return shapely.remove_repeated_points(geometry, 0.0)


def _plane_of(geometry: shapely.Geometry, table: gpd.GeoDataFrame) -> shapely.Geometry:
    return gpd.GeoSeries([geometry], crs=table.crs).to_crs(CGCS2000_CM117).iloc[0]


def _without_slivers(geometry: shapely.Geometry, table: gpd.GeoDataFrame) -> shapely.Geometry | None:
    kept = []
    for part in shapely.get_parts(geometry):
        if mean_width_m(_plane_of(part, table)) < SLIVER_M:
            continue
        holes = [ring for ring in part.interiors if mean_width_m(_plane_of(shapely.Polygon(ring), table)) >= SLIVER_M]
        kept.append(shapely.Polygon(part.exterior, holes))
    if not kept:
        return None
    return kept[0] if len(kept) == 1 else shapely.MultiPolygon(kept)


def _without_spikes(geometry: shapely.Geometry, table: gpd.GeoDataFrame) -> shapely.Geometry | None:
    """Drop the corner of each spike, and again while its sides leave another one."""
    for _ in range(10):
        sharp = spikes_of(_plane_of(geometry, table))
        if not sharp:
            break
        kept = []
        for number, part in enumerate(shapely.get_parts(geometry)):
            rings = []
            for ring, line in enumerate([part.exterior, *part.interiors]):
                gone = [spike.point for spike in sharp if (spike.part, spike.ring) == (number, ring)]
                corners = np.delete(shapely.get_coordinates(line)[:-1], gone, axis=0)
                rings.append(corners)
            if len(rings[0]) > 2:  # noqa: PLR2004  (a ring has three corners)
                kept.append(shapely.Polygon(rings[0], [ring for ring in rings[1:] if len(ring) > 2]))  # noqa: PLR2004  (as above)
        if not kept:
            return None
        geometry = kept[0] if len(kept) == 1 else shapely.MultiPolygon(kept)
    return geometry


_ACTIONS: dict[str, Callable[[shapely.Geometry, gpd.GeoDataFrame], shapely.Geometry | None]] = {
    "self-crossing": _made_valid,
    "hole-outside": _made_valid,
    "unclosed": _closed,
    "sliver": _without_slivers,
    "spike": _without_spikes,
    "z": _without_heights,
    "repeated-points": _without_repeated,
}
