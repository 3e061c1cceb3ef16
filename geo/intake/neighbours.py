"""Features of an outside file against each other, and against the present extents of parks that they are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import CGCS2000_CM117, WGS84, geodesic_area_m2
from geo.intake.thin import SLIVER_M, mean_width_m
from geo.intake.values import FeatureFault

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from geo.intake.surroundings import Surroundings


def overlaps(table: gpd.GeoDataFrame) -> list[FeatureFault]:
    """
    Find pairs of features that share an area.

    Parameters
    ----------
    table
        `feature`, `name` and valid polygons, in any system with a code.

    Returns
    -------
    faults
        Of kind `overlap`, on the later of the two, with both names and the area on the ellipsoid; duplicates and
        strips thinner than `SLIVER_M` are not named here.

    Examples
    --------
    >>> squares = [shapely.box(610000, 2708000, 611000, 2709000), shapely.box(610900, 2708000, 612000, 2709000)]
    >>> table = gpd.GeoDataFrame({"feature": [1, 2], "name": ["甲", None]}, geometry=squares, crs="EPSG:4548")
    >>> [fault.reason for fault in overlaps(table)]
    ['与“甲”（第 1 个要素）重叠 10.00 公顷，占本要素的 9.1%']
    """
    plane = table.geometry.to_crs(CGCS2000_CM117).to_numpy()
    pairs = shapely.STRtree(plane).query(plane, predicate="intersects").T
    pairs = [(int(i), int(j)) for j, i in pairs if i < j]
    found = []
    for one, other in sorted(pairs, key=lambda pair: (pair[1], pair[0])):
        common = shapely.intersection(plane[one], plane[other])
        if mean_width_m(common) < SLIVER_M or plane[one].equals(plane[other]):
            continue
        piece = gpd.GeoSeries([common], crs=CGCS2000_CM117)
        point = gpd.GeoSeries([common.point_on_surface()], crs=CGCS2000_CM117).to_crs(WGS84).iloc[0]
        hectares = float(geodesic_area_m2(piece).iloc[0]) / 10_000
        share = shapely.area(common) / shapely.area(plane[other])
        number, name = int(table["feature"].iloc[one]), table["name"].iloc[one]
        zh = f"与“{name}”（第 {number} 个要素）" if isinstance(name, str) else f"与第 {number} 个要素"
        en = f"{name!r} (feature {number})" if isinstance(name, str) else f"feature {number}"
        found.append(
            FeatureFault(
                int(table["feature"].iloc[other]),
                "overlap",
                f"{zh}重叠 {hectares:.2f} 公顷，占本要素的 {share:.1%}",
                f"shares {hectares:.2f} ha with {en}, {share:.1%} of this feature",
                point.x,
                point.y,
            )
        )
    return found


def neighbour_overlaps(
    table: gpd.GeoDataFrame, own: Mapping[int, str], replaced: Collection[int], around: Surroundings
) -> list[FeatureFault]:
    """
    Find features that share an area with the present extent of another park.

    Parameters
    ----------
    table
        `feature` and valid polygons, in any system with a code.
    own
        Id of the park that each feature is or may be, by feature; where it has none, the park with which it shares
        the largest area is taken for its own.
    replaced
        Places among `around.parts` whose new extent the file itself brings: they are not compared.
    around
        The city, with the accuracy of its extents.

    Returns
    -------
    faults
        Of kind `overlap`, with the park's name, the area on the ellipsoid, and whether the accuracy of the present
        extent can explain it; strips thinner than `SLIVER_M` are not named.

    Examples
    --------
    >>> from geo.intake.surroundings import surroundings
    >>> from geo.plan import read_plan
    >>> around = surroundings(read_plan())
    >>> torch = around.parts[around.parts["park_id"] == "torch-park"].iloc[:1]
    >>> table = torch[["geometry"]].assign(feature=1)
    >>> neighbour_overlaps(table, {1: "torch-park"}, (), around)
    []
    >>> [fault.kind for fault in neighbour_overlaps(table, {1: "another-park"}, (), around)]
    ['overlap']
    """
    present = around.parts.geometry.to_crs(CGCS2000_CM117).to_numpy()
    shapes = table.geometry.to_crs(CGCS2000_CM117).to_numpy()
    pairs = shapely.STRtree(present).query(shapes, predicate="intersects").T
    common = {(int(row), int(part)): shapely.intersection(shapes[row], present[part]) for row, part in pairs}
    parks, features = around.parts["park_id"].to_numpy(), table["feature"].astype(int).to_numpy()
    largest = _largest(common)
    found = []
    for (row, part), shared in sorted(common.items()):
        park = own.get(int(features[row])) or parks[largest[row]]
        if parks[part] == park or part in replaced or mean_width_m(shared) < SLIVER_M:
            continue
        share = float(shapely.area(shared) / shapely.area(shapes[row]))
        found.append(_fault(int(features[row]), part, shared, share, around))
    return found


def _largest(common: Mapping[tuple[int, int], shapely.Geometry]) -> dict[int, int]:
    """Part with which each row shares most."""
    best: dict[int, int] = {}
    for (row, part), shared in common.items():
        if row not in best or shapely.area(shared) > shapely.area(common[row, best[row]]):
            best[row] = part
    return best


def _fault(feature: int, part: int, shared: shapely.Geometry, share: float, around: Surroundings) -> FeatureFault:
    other = around.parts.iloc[part]
    accuracy = float(other["position_accuracy_m"])
    piece = gpd.GeoSeries([shared, shared.point_on_surface()], crs=CGCS2000_CM117)
    hectares = float(geodesic_area_m2(piece.iloc[:1]).iloc[0]) / 10_000
    # What is left of the other's extent where its boundary may lie as far inwards as its accuracy says.
    core = around.parts.geometry.iloc[[part]].to_crs(CGCS2000_CM117).buffer(-accuracy).iloc[0]
    is_sure = bool(np.any(shapely.area(shapely.intersection(core, shared)) > 0))
    point = piece.iloc[1:].to_crs(WGS84).iloc[0]
    zh = f"与“{other['label']}”的现有范围（{other['grade']} 级，精度 {accuracy:.0f} 米）重叠 {hectares:.2f} 公顷，"
    zh += f"占本要素的 {share:.1%}；" + ("计入其精度仍有重叠" if is_sure else "在其精度之内，可能只是范围概略所致")
    en = f"shares {hectares:.2f} ha with the present extent of {other['label']!r} (grade {other['grade']}, accuracy "
    en += f"{accuracy:.0f} m), {share:.1%} of this feature; "
    en += "so it does even within that accuracy" if is_sure else "that accuracy may explain it"
    return FeatureFault(feature, "overlap", zh, en, point.x, point.y)
