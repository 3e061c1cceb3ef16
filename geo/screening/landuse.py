"""
Figures of industrial land: the indicators of the city's land standard and the output-per-mu score.

The formulas are published; the threshold values are the office's and come from a rules file (`geo.screening.rules`),
never from here. Areas are in the units of the formulas' arguments; 1 ha = 15 mu = 10 000 m2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geo.errors import GeoError
from geo.methods import normalised_weights

if TYPE_CHECKING:
    from collections.abc import Mapping

MU_PER_HA = 15.0
M2_PER_HA = 10_000.0


def floor_area_ratio(floor_area_m2: float, site_area_ha: float, *, tall_floor_area_m2: float = 0.0) -> float:
    """
    Floor area per site area (容积率).

    Parameters
    ----------
    floor_area_m2
        Total floor area, m2, each storey counted once.
    site_area_ha
        Total site area, ha, above 0.
    tall_floor_area_m2
        Floor area of storeys above 8 m, m2, part of `floor_area_m2`: it counts twice.

    Returns
    -------
    ratio
        Without unit. Land standard of Xiamen for industrial projects (2020 edition), as summarised in
        docs/screening.md.

    Raises
    ------
    GeoError
        If the site has no area, or the tall storeys are more than all storeys.

    Examples
    --------
    15 000 m2 on 1 ha, 5 000 m2 of it above 8 m: (15 000 + 5 000) / 10 000.

    >>> floor_area_ratio(15_000, 1, tall_floor_area_m2=5_000)
    2.0
    """
    if tall_floor_area_m2 > floor_area_m2:
        msg = f"storeys above 8 m ({tall_floor_area_m2} m2) are part of all ({floor_area_m2} m2); correct one of them"
        raise GeoError(msg)
    return (floor_area_m2 + tall_floor_area_m2) / (_positive(site_area_ha) * M2_PER_HA)


def per_hectare(amount: float, site_area_ha: float) -> float:
    """
    Fixed investment, output or tax per site area (固定资产投资强度, 土地产出率, 地均税收).

    Parameters
    ----------
    amount
        In any unit; fixed investment is buildings, equipment and land together.
    site_area_ha
        Total site area, ha, above 0.

    Returns
    -------
    density
        Unit of `amount` per ha. Land standard of Xiamen for industrial projects (2020 edition).

    Raises
    ------
    GeoError
        If the site has no area.

    Examples
    --------
    >>> per_hectare(9_000, 2)
    4500.0
    """
    return amount / _positive(site_area_ha)


def per_mu(amount: float, site_area_ha: float) -> float:
    """
    Output or tax per mu (亩均).

    Parameters
    ----------
    amount
        In any unit.
    site_area_ha
        Total site area, ha, above 0.

    Returns
    -------
    density
        Unit of `amount` per mu; 1 ha = 15 mu.

    Raises
    ------
    GeoError
        If the site has no area.

    Examples
    --------
    >>> per_mu(3_000, 2)
    100.0
    """
    return per_hectare(amount, site_area_ha) / MU_PER_HA


def site_share(covered_m2: float, site_area_ha: float) -> float:
    """
    Share of the site under something (建筑系数, 行政办公及生活服务设施用地比重, 绿地率).

    Parameters
    ----------
    covered_m2
        m2 of the site: footprint of buildings, structures and yards for the building coefficient; land of offices
        and services; green land.
    site_area_ha
        Total site area, ha, above 0.

    Returns
    -------
    share
        0 to 1. Land standard of Xiamen for industrial projects (2020 edition).

    Raises
    ------
    GeoError
        If the site has no area or less than it is said to hold.

    Examples
    --------
    >>> site_share(4_500, 1)
    0.45
    """
    share = covered_m2 / (_positive(site_area_ha) * M2_PER_HA)
    if share > 1:
        msg = f"{covered_m2} m2 do not fit on a site of {site_area_ha} ha; correct one of them"
        raise GeoError(msg)
    return share


def output_per_mu_score(
    figures: Mapping[str, float], benchmarks: Mapping[str, float], weights: Mapping[str, float]
) -> pd.Series:
    """
    Points of an output-per-mu evaluation (亩均效益评价): figure by benchmark, times weight.

    Parameters
    ----------
    figures
        By item, in the units of the benchmarks; more is better.
    benchmarks
        The same items, above 0.
    weights
        The same items, 0 or more; they are brought to a sum of 100.

    Returns
    -------
    points
        By item; their sum is the score, 100 when every item is at its benchmark, above it when they are better.
        After the rules of Huangyan district, Taizhou (黄岩区, 2022).

    Raises
    ------
    GeoError
        If an item is missing or a benchmark is not above 0.

    Examples
    --------
    Tax at its benchmark gives all of its 60 points, output at half gives half of its 40:

    >>> points = output_per_mu_score({"tax": 30, "output": 50}, {"tax": 30, "output": 100}, {"tax": 60, "output": 40})
    >>> points.round(6).tolist(), float(points.sum())
    ([60.0, 20.0], 80.0)
    """
    lacking = sorted(set(benchmarks) ^ set(weights) | (set(benchmarks) - set(figures)))
    if lacking or any(benchmark <= 0 for benchmark in benchmarks.values()):
        said = ", ".join(lacking) or "a benchmark of 0 or less"
        msg = f"every item needs a figure, a benchmark above 0 and a weight; look at {said}"
        raise GeoError(msg)
    ratios = pd.Series({item: figures[item] / benchmark for item, benchmark in benchmarks.items()}, dtype="float64")
    return (ratios * normalised_weights(weights) * 100).rename("points")[list(benchmarks)]


def _positive(site_area_ha: float) -> float:
    if not site_area_ha > 0:
        msg = f"the site area must be above 0 ha; it is {site_area_ha}"
        raise GeoError(msg)
    return site_area_ha
