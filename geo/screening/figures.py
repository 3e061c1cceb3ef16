"""
The figures of a project that thresholds are about, worked out from what it states, as ranges where something is open.

Formulas stand in `geo.screening.landuse`; threshold values come from a rules file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from geo.screening.landuse import floor_area_ratio, per_hectare, per_mu, site_share
from geo.screening.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.screening.projects import Project


class Indicator(NamedTuple):
    """
    A figure that has a threshold.

    Parameters
    ----------
    zh, en
        Its names.
    units
        Units that a threshold may come in, with how many of each make one of the first.
    fields
        What a project must state.
    """

    zh: str
    en: str
    units: dict[str, float]
    fields: tuple[str, ...]

    @property
    def name(self) -> Wording:
        """Both names."""
        return Wording(self.zh, self.en)


_RATIO = {"1": 1.0}
_SHARE = {"1": 1.0, "%": 100.0}
_DENSITY = {"万元/公顷": 1.0, "万元/亩": 1 / 15}
#: Units as the English writes them behind a figure; 1 mu is 1/15 ha.
UNITS_EN = {"万元/公顷": " × 10 000 yuan/ha", "万元/亩": " × 10 000 yuan/mu", "%": "%", "1": ""}
#: The seven indicators of the land standard, in its order.
INDICATORS = {
    "floor_area_ratio": Indicator("容积率", "floor-area ratio", _RATIO, ("area_ha", "floor_area_m2")),
    "investment_intensity": Indicator(
        "固定资产投资强度", "fixed investment per area", _DENSITY, ("area_ha", "investment_10k")
    ),
    "output_density": Indicator("土地产出率", "output per area", _DENSITY, ("area_ha", "output_10k")),
    "tax_density": Indicator("地均税收", "tax per area", _DENSITY, ("area_ha", "tax_10k")),
    "building_coefficient": Indicator("建筑系数", "building coefficient", _SHARE, ("area_ha", "footprint_m2")),
    "office_share": Indicator(
        "行政办公及生活服务设施用地比重", "office and service share", _SHARE, ("area_ha", "office_land_m2")
    ),
    "green_ratio": Indicator("绿地率", "green ratio", _SHARE, ("area_ha", "green_m2")),
}
#: Items of an output-per-mu score, with unit and the two figures that are divided.
SCORED = {
    "tax_per_mu": (Wording("亩均税收", "tax per mu"), "万元/亩", ("tax_10k", "area_ha")),
    "value_added_per_mu": (Wording("亩均增加值", "value added per mu"), "万元/亩", ("value_added_10k", "area_ha")),
    "value_added_per_energy": (
        Wording("单位能耗增加值", "value added per energy"), "万元/吨标准煤", ("value_added_10k", "energy_tce")
    ),
    "value_added_per_emission": (
        Wording("单位排放增加值", "value added per emission"), "万元/吨", ("value_added_10k", "emissions_t")
    ),
    "labour_productivity": (
        Wording("全员劳动生产率", "labour productivity"), "万元/人", ("value_added_10k", "employees")
    ),
    "rd_share": (Wording("研发经费占营业收入比重", "R&D by revenue"), "1", ("rd_10k", "revenue_10k")),
}  # fmt: skip


def indicator_range(project: Project, indicator: str) -> tuple[float, float] | None:
    """
    Value of an indicator of the land standard, as a range.

    Parameters
    ----------
    project
        As `geo.screening.projects.read_project` returns it.
    indicator
        A key of `INDICATORS`.

    Returns
    -------
    low, high
        In the indicator's first unit; equal unless the floor area of storeys above 8 m, which counts twice, is not
        stated. None when a field is missing.

    Examples
    --------
    Without word of tall storeys, 15 000 m2 on 1 ha are a ratio of 1.5 to 3:

    >>> indicator_range({"area_ha": 1.0, "floor_area_m2": 15_000.0}, "floor_area_ratio")
    (1.5, 3.0)
    """
    area_field, field = INDICATORS[indicator].fields
    if area_field not in project or field not in project:
        return None
    area, amount = project[area_field], project[field]
    if indicator == "floor_area_ratio":
        tall = project.get("tall_floor_area_m2")
        least, most = (0.0, amount) if tall is None else (tall, tall)
        return (
            floor_area_ratio(amount, area, tall_floor_area_m2=least),
            floor_area_ratio(amount, area, tall_floor_area_m2=most),
        )
    value = _FORMULAS.get(indicator, site_share)(amount, area)
    return value, value


_FORMULAS: dict[str, Callable[[float, float], float]] = {
    "investment_intensity": per_hectare,
    "output_density": per_hectare,
    "tax_density": per_hectare,
}


def scored_figure(project: Project, item: str) -> float | None:
    """
    Value of one item of an output-per-mu score.

    Parameters
    ----------
    project
        As `geo.screening.projects.read_project` returns it.
    item
        A key of `SCORED`.

    Returns
    -------
    figure
        In the unit of `SCORED`; None when a field is missing or what it is divided by is 0.

    Examples
    --------
    >>> scored_figure({"tax_10k": 300.0, "area_ha": 2.0}, "tax_per_mu")
    10.0
    """
    _, _, (above, below) = SCORED[item]
    if not project.get(below) or above not in project:
        return None
    amount, base = float(project[above]), float(project[below])
    return per_mu(amount, base) if below == "area_ha" else amount / base
