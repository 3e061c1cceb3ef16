"""In which districts a park lies, given how well its extent and the district lines are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from geo.crs import CGCS2000_CM117, require_crs
from geo.extents import grown

if TYPE_CHECKING:
    from geo.plan import Plan

#: A share of a part's area below which it is not said to reach into a district: slivers of generalised lines.
LEAST_SHARE = 0.01


def district_shares(
    extents: gpd.GeoDataFrame, districts: gpd.GeoDataFrame, *, line_accuracy_m: float = 0.0
) -> pd.DataFrame:
    """
    Share of each park part's area that lies in each district, as a range.

    A part that is misplaced by up to its accuracy, beside a line that is misplaced by up to `line_accuracy_m`, keeps
    in a district at least the area farther than the sum of both from every other district, and brings into it at most
    the area within that sum of it.

    Parameters
    ----------
    extents
        One row a part: `park_id`, `part_id`, `position_accuracy_m` (metres), polygons in any CRS.
    districts
        One row a district: `name_zh`, polygons in any CRS.
    line_accuracy_m
        How far the district lines may be off, metres.

    Returns
    -------
    shares
        Columns `park_id`, `part_id`, `district_zh`, `share` (as drawn), `share_min`, `share_max`, all 0 to 1; rows
        with a `share_max` of at least `LEAST_SHARE`, in the order of `extents`, then by share.

    Raises
    ------
    CRSError
        If either table has no CRS.

    Examples
    --------
    A square of 1 km, 400 m of it beyond the line between two districts, known to 100 m:

    >>> from shapely import box
    >>> part = gpd.GeoDataFrame(
    ...     {"park_id": ["p"], "part_id": ["main"], "position_accuracy_m": [100.0]},
    ...     geometry=[box(610000, 2708000, 611000, 2709000)],
    ...     crs="EPSG:4548",
    ... )
    >>> west, east = box(600000, 2700000, 610600, 2720000), box(610600, 2700000, 620000, 2720000)
    >>> lines = gpd.GeoDataFrame({"name_zh": ["西区", "东区"]}, geometry=[west, east], crs="EPSG:4548")
    >>> district_shares(part, lines)[["district_zh", "share", "share_min", "share_max"]].round(3).values.tolist()
    [['西区', 0.6, 0.5, 0.7], ['东区', 0.4, 0.3, 0.5]]
    """
    require_crs(extents)
    require_crs(districts)
    parts = extents.to_crs(CGCS2000_CM117)
    lines = districts.to_crs(CGCS2000_CM117)
    reaches = parts["position_accuracy_m"].astype("float64") + line_accuracy_m
    zones = {reach: _zones(lines, reach) for reach in reaches.unique()}
    rows = []
    for part, reach in zip(parts.itertuples(index=False), reaches, strict=True):
        for name, drawn, widened, others in zones[reach]:
            share = _share(part.geometry, drawn)
            least = 1.0 - _share(part.geometry, others)
            most = _share(part.geometry, widened)
            rows.append(
                (part.park_id, part.part_id, name, share, max(0.0, min(least, share)), min(1.0, max(most, share)))
            )
    columns = ["park_id", "part_id", "district_zh", "share", "share_min", "share_max"]
    shares = pd.DataFrame(rows, columns=columns)
    return shares[shares["share_max"] >= LEAST_SHARE].reset_index(drop=True)


def _zones(
    lines: gpd.GeoDataFrame, reach_m: float
) -> list[tuple[str, shapely.Geometry, shapely.Geometry, shapely.Geometry]]:
    """Give each district by name, as drawn, grown, and all the others grown."""
    widened = grown(lines.geometry, reach_m).to_numpy()
    others = [shapely.union_all([*widened[:number], *widened[number + 1 :]]) for number in range(len(widened))]
    return list(zip(lines["name_zh"], lines.geometry, widened, others, strict=True))


def _share(part: shapely.Geometry, zone: shapely.Geometry) -> float:
    area = shapely.area(part)
    return float(shapely.area(shapely.intersection(part, zone)) / area) if area else 0.0


def park_districts(plan: Plan) -> pd.DataFrame:
    """
    Districts of each park, with how each is known.

    Parameters
    ----------
    plan
        The plan; its descriptor's `district_line_accuracy_m` says how far the district lines may be off.

    Returns
    -------
    districts
        One row a park and district: `park_id`, `district_zh`, `basis` (`stated`: the sources place the park there;
        `drawn`: its extent surely reaches there; `possible`: it may, within the accuracies), `share`, `share_min`,
        `share_max` (of the park's area, parts weighted by area; a whole counts instead of its parts).

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> found = park_districts(read_plan())
    >>> found.loc[found["park_id"] == "aviation-park", ["district_zh", "basis"]].values.tolist()
    [['湖里区', 'stated'], ['翔安区', 'stated']]
    """
    line_accuracy = float(plan.descriptor.get("district_line_accuracy_m", 0.0))
    shares = district_shares(plan.extents, plan.districts, line_accuracy_m=line_accuracy)
    area = plan.extents.to_crs(CGCS2000_CM117).area.rename("area")
    weights = plan.extents[["park_id", "part_id"]].assign(area=area)
    weights = weights.merge(plan.parts[["park_id", "part_id", "relation"]], on=["park_id", "part_id"])
    has_whole = weights.groupby("park_id")["relation"].transform(lambda kinds: (kinds == "whole").any())
    weights = weights[~has_whole | (weights["relation"] == "whole")]
    weights = weights.assign(weight=weights["area"] / weights.groupby("park_id")["area"].transform("sum"))
    merged = shares.merge(weights[["park_id", "part_id", "weight"]], on=["park_id", "part_id"])
    for column in ("share", "share_min", "share_max"):
        merged[column] *= merged["weight"]
    totals = merged.groupby(["park_id", "district_zh"], as_index=False)[["share", "share_min", "share_max"]].sum()
    return _with_basis(totals, _stated(plan), plan)


def _stated(plan: Plan) -> pd.DataFrame:
    parks = (
        plan.parks[["park_id", "districts_zh"]].explode("districts_zh").rename(columns={"districts_zh": "district_zh"})
    )
    parts = plan.parts[["park_id", "district_zh"]]
    return pd.concat([parks, parts]).dropna().drop_duplicates(ignore_index=True).assign(stated=True)


def _with_basis(totals: pd.DataFrame, stated: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    both = totals.merge(stated, on=["park_id", "district_zh"], how="outer")
    both = both.fillna({"share": 0.0, "share_min": 0.0, "share_max": 0.0})
    is_stated = both["stated"].notna()
    is_drawn = both["share_min"] >= LEAST_SHARE
    basis = pd.Series("possible", index=both.index).mask(is_drawn, "drawn").mask(is_stated, "stated")
    park_order = {park: number for number, park in enumerate(plan.parks["park_id"])}
    district_order = {name: number for number, name in enumerate(plan.districts["name_zh"])}
    both = both.assign(basis=basis, park=both["park_id"].map(park_order), place=both["district_zh"].map(district_order))
    columns = ["park_id", "district_zh", "basis", "share", "share_min", "share_max"]
    return both.sort_values(["park", "place"], ignore_index=True)[columns]
