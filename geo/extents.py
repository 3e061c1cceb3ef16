"""How large each park part is and how well that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from geo.crs import CGCS2000_CM117, geodesic_area_m2, require_crs

if TYPE_CHECKING:
    from geo.plan import Plan

#: Grades of extents: what each means, in Chinese and English.
GRADES = {
    "A": ("测绘或官方文件", "surveyed or official file"),
    "B": ("四至或边界道路可考", "drawn from a published four-sided extent or named bounding roads"),
    "C": ("地标推定", "drawn round located landmarks, or a landmark and a published area"),
    "D": ("位置估计", "an estimate: position or size not evidenced"),
}
_LEAST_M = 0.001  # GEOS buffers by less than a millimetre are unsafe, so such accuracies count as exact


def measured_extents(plan: Plan) -> gpd.GeoDataFrame:
    """
    Park parts with the names of part and park and their area on the ellipsoid.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    extents
        One row a part, WGS 84: `extent_id`, `park_id`, `part_id`, `park_zh`, `park_en`, `part_zh`, `part_en`,
        `relation`, `district_zh` (as stated), `grade`, `position_accuracy_m` (m), `area_km2` (geodesic),
        `area_published_km2`, evidence, method, `as_of`, `source_id`, geometry; parks in the plan's order.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> extents = measured_extents(read_plan())
    >>> len(extents), f"{extents.set_index('extent_id').loc['torch-park/main', 'area_km2']:.2f} km2"
    (41, '1.00 km2')
    """
    parks = plan.parks[["park_id", "order", "name_zh", "name_en", "short_zh", "short_en"]].rename(
        columns={"order": "park_order", "name_zh": "park_zh", "name_en": "park_en"}
    )
    parts = plan.parts[["park_id", "part_id", "order", "name_zh", "name_en", "relation", "district_zh"]].rename(
        columns={"order": "part_order", "name_zh": "part_zh", "name_en": "part_en"}
    )
    known = plan.extents.merge(parts, on=["park_id", "part_id"]).merge(parks, on="park_id")
    known = known.sort_values(["park_order", "part_order"], ignore_index=True)
    return gpd.GeoDataFrame(known.assign(area_km2=geodesic_area_m2(known.geometry) / 1e6), crs=plan.extents.crs)


def grown(extents: gpd.GeoSeries, distances_m: float | pd.Series) -> gpd.GeoSeries:
    """
    Grow (or, by negative distances, shrink) each extent.

    Parameters
    ----------
    extents
        Polygons in any CRS.
    distances_m
        Metres, one for all or one each (same index); less than a millimetre counts as 0.

    Returns
    -------
    grown
        Polygons in EPSG:4548, where distances in Xiamen are true to 0.03 %; empty where nothing is left.

    Raises
    ------
    CRSError
        If the column has no CRS.

    Examples
    --------
    >>> from shapely import box
    >>> square = gpd.GeoSeries([box(610000, 2708000, 611000, 2709000)], crs="EPSG:4548")
    >>> float(grown(square, -100).area.iloc[0])
    640000.0
    """
    require_crs(extents)
    plane = extents.to_crs(CGCS2000_CM117)
    distances = pd.Series(distances_m, index=plane.index, dtype="float64")
    return plane.buffer(distances.where(distances.abs() >= _LEAST_M, 0.0), join_style="round")
