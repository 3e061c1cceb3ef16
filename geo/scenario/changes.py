"""
What changes from one plan to another: small tables with before, after and difference side by side.

Every table has a `before` and an `after` column, or a pair of them for each end of a range, and says what is counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import CGCS2000_CM117
from geo.fit import VERDICTS, fit_table, gaps, sectors_by_district
from geo.methods import krugman_specialisation, location_quotients
from geo.scenario.revision import target_column
from geo.siting import park_zones, zone_areas_ha

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.plan import Plan

    Shares = Mapping[str, Mapping[str, float]]

#: Verdicts of pairs that the layout lists.
LISTED = ("aligned", "layout_only", "unreflected")
#: Figures of the table of output, each in 100 million yuan or square kilometres.
OUTPUT_FIGURES = ("target", "area_km2_min", "area_km2", "area_km2_max", "density_min", "density", "density_max")
SHARE_FIGURES = ("share_min", "share", "share_max", "density_min", "density", "density_max")
_RANGE = ("area_min_ha", "area_ha", "area_max_ha")
_HA_PER_KM2 = 100.0


def plan_changes(before: Plan, after: Plan, *, splits: Shares | None = None) -> dict[str, pd.DataFrame]:
    """
    Everything that is compared, table by table.

    Parameters
    ----------
    before, after
        Two plans of the same sectors.
    splits
        Shares of a sector's target by park (0 to 1), by sector, in `after`; sectors that are not here are shared by
        area.

    Returns
    -------
    tables
        `verdicts`: sector and park pairs by verdict. `districts`: listed parks by district and sector, as of
        `geo.fit.sectors_by_district`. `gaps`: sectors without a park and parks without a sector, with `change`
        (`opened`, `closed` or `stays`). `quotients` and `specialisation`: location quotient (NaN where undefined)
        and Krugman specialisation of districts; the matrix has districts in rows, sectors in columns and the number of
        listed parks as amount, so a park in two districts counts in both and a large park as much as a small one.
        `output` and `output_by_park`: see `output_density` and `output_by_park`.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> plan = read_plan()
    >>> tables = plan_changes(plan, plan)
    >>> list(tables)
    ['verdicts', 'districts', 'gaps', 'quotients', 'specialisation', 'output', 'output_by_park']
    >>> int(tables["verdicts"]["difference"].abs().sum())
    0
    """
    fits = [fit_table(plan) for plan in (before, after)]
    counts = [_listed_by_district(plan, fit) for plan, fit in zip((before, after), fits, strict=True)]
    matrices = [_matrix(count) for count in counts]
    quotients = [_long(location_quotients(matrix), count.index) for matrix, count in zip(matrices, counts, strict=True)]
    specialised = [krugman_specialisation(matrix) for matrix in matrices]
    parts = (output_density(before), output_density(after))
    shared = (output_by_park(before), output_by_park(after, splits=splits))
    return {
        "verdicts": _verdicts(*fits),
        "districts": _named(before, _compared(*counts)),
        "gaps": _gaps(*fits),
        "quotients": _named(before, _compared(*quotients)),
        "specialisation": _compared(*specialised).reset_index(),
        "output": _side_by_side(*parts, keys=["sector_id", "sector_zh", "sector_en"], figures=OUTPUT_FIGURES),
        "output_by_park": _side_by_side(
            *shared, keys=["sector_id", "park_id", "park_zh", "park_en"], figures=SHARE_FIGURES
        ),
    }


def output_density(plan: Plan) -> pd.DataFrame:
    """
    Scale target of each sector over the land of the parks that are listed for it, as a range.

    It is an assumption, not a figure of the plan: all of the target is made in the listed parks. Land under two parks
    counts once.

    Parameters
    ----------
    plan
        The plan; empty where it states no scale targets.

    Returns
    -------
    output
        One row a sector: ids and names, `target` (100 million yuan), `area_km2_min`, `area_km2`, `area_km2_max` (the
        extents shrunk by their accuracy, as drawn, and grown; geodesic), `density_min`, `density`, `density_max`
        (100 million yuan per square kilometre; the largest is NaN, no bound, where nothing of the extents is sure).

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> row = output_density(read_plan()).set_index("sector_id").loc["it"]
    >>> bool(abs(row["density"] - 7000 / row["area_km2"]) < 1e-9), bool(row["density_min"] < row["density"])
    (True, True)
    """
    names = plan.main_sectors[["sector_id", "name_zh", "name_en"]].rename(
        columns={"name_zh": "sector_zh", "name_en": "sector_en"}
    )
    column = target_column(plan)
    if column is None:
        return names.head(0).assign(**dict.fromkeys(OUTPUT_FIGURES, pd.Series(dtype="float64")))
    areas = _sector_areas_km2(plan).reindex(names["sector_id"])
    table: pd.DataFrame = names.assign(target=plan.main_sectors[column].to_numpy())
    for name in areas.columns:
        table[f"area_km2{name}"] = areas[name].to_numpy()
    for end, area in (("_min", "_max"), ("", ""), ("_max", "_min")):
        table[f"density{end}"] = _per(table["target"], table[f"area_km2{area}"])
    return table


def output_by_park(plan: Plan, *, splits: Shares | None = None) -> pd.DataFrame:
    """
    Share of its sector's target that falls to each listed park, and what that is per square kilometre, as a range.

    Parameters
    ----------
    plan
        The plan; empty where it states no scale targets.
    splits
        Shares by park (0 to 1), by sector; a listed park that a split leaves out gets nothing. Sectors that are not
        here are shared by the parks' areas.

    Returns
    -------
    output
        One row a listed pair: ids and names, `basis` (`area` or `split`), `share_min`, `share`, `share_max` (by area:
        the least is this park shrunk and all others grown by their accuracy, the largest the reverse), `density_min`,
        `density`, `density_max` (100 million yuan per square kilometre of the park's own land; NaN for the largest:
        no bound). Parks that overlap each carry their own share, so the overlap carries both.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> rows = output_by_park(read_plan())
    >>> rows.groupby("sector_id")["share"].sum().round(9).unique().tolist()
    [1.0]
    """
    sectors = plan.main_sectors
    column = target_column(plan)
    parks = plan.parks[["park_id", "order", "name_zh", "name_en"]].rename(
        columns={"name_zh": "park_zh", "name_en": "park_en"}
    )
    listed = plan.allocations[["sector_id", "park_id"]].merge(parks, on="park_id")
    keys = ["sector_id", "park_id", "park_zh", "park_en"]
    areas = zone_areas_ha(park_zones(plan.extents).set_index("park_id"))[list(_RANGE)] / _HA_PER_KM2
    rows: list[pd.DataFrame] = []
    for number, sector in enumerate(sectors["sector_id"]):
        if column is None:
            break
        own = listed[listed["sector_id"] == sector].sort_values("order")
        figures = _shared(
            areas.reindex(own["park_id"]), float(sectors[column].iloc[number]), (splits or {}).get(sector)
        )
        rows.append(pd.concat([own[keys].reset_index(drop=True), figures.reset_index(drop=True)], axis=1))
    if not rows:
        empty = dict.fromkeys(SHARE_FIGURES, pd.Series(dtype="float64"))
        return listed[keys].head(0).assign(basis=pd.Series(dtype=object), **empty)
    joined: pd.DataFrame = pd.concat(rows, ignore_index=True)
    return joined


def _shared(areas: pd.DataFrame, target: float, split: Mapping[str, float] | None) -> pd.DataFrame:
    """Shares and densities of one sector; `areas` has least, drawn and largest area of its parks, km2."""
    least, drawn, most = (areas[name].fillna(0.0) for name in _RANGE)
    if split is not None:
        share = pd.Series([split.get(park, 0.0) for park in areas.index], index=areas.index, dtype="float64")
        shares = {"share_min": share, "share": share, "share_max": share}
        spread = {end: (target * share, area) for end, area in (("_min", most), ("", drawn), ("_max", least))}
    else:
        shares = {
            "share_min": _per(least, least + most.sum() - most).fillna(0.0),
            "share": _per(drawn, pd.Series(drawn.sum(), index=areas.index)).fillna(0.0),
            "share_max": _per(most, most + least.sum() - least).fillna(0.0),
        }
        whole = {end: pd.Series(area.sum(), index=areas.index) for end, area in (("_min", most), ("", drawn))}
        whole["_max"] = pd.Series(least.sum(), index=areas.index)
        spread = {end: (pd.Series(target, index=areas.index), area) for end, area in whole.items()}
    densities = {f"density{end}": _per(amount, area) for end, (amount, area) in spread.items()}
    return pd.DataFrame({"basis": "area" if split is None else "split", **shares, **densities}, index=areas.index)


def _per(amount: pd.Series, area: pd.Series) -> pd.Series:
    return amount / area.where(area > 0, np.nan)


def _sector_areas_km2(plan: Plan) -> pd.DataFrame:
    """Land of the parks listed for each sector, each square metre once: least, as drawn, largest."""
    zones = park_zones(plan.extents).set_index("park_id")
    unions = {}
    for sector, own in plan.allocations.groupby("sector_id"):
        drawn = zones[zones.index.isin(own["park_id"])]
        unions[sector] = [shapely.union_all(drawn[name].to_numpy()) for name in ("core", "geometry", "reach")]
    columns = {
        name: gpd.GeoSeries([union[place] for union in unions.values()], index=list(unions), crs=CGCS2000_CM117)
        for place, name in enumerate(("core", "geometry", "reach"))
    }
    table = gpd.GeoDataFrame(columns, geometry="geometry", crs=CGCS2000_CM117)
    areas: pd.DataFrame = zone_areas_ha(table)[list(_RANGE)] / _HA_PER_KM2
    return areas.set_axis(["_min", "", "_max"], axis=1)


def _listed_by_district(plan: Plan, fit: pd.DataFrame) -> pd.Series:
    counts = sectors_by_district(plan, fit).set_index(["district_zh", "sector_id"])
    return counts[list(LISTED)].sum(axis=1).astype("int64")


def _matrix(counts: pd.Series) -> pd.DataFrame:
    """Districts in rows, sectors in columns, both in the plan's order."""
    districts, sectors = (counts.index.unique(level) for level in ("district_zh", "sector_id"))
    return pd.DataFrame(counts.to_numpy().reshape(len(districts), len(sectors)), index=districts, columns=sectors)


def _long(matrix: pd.DataFrame, index: pd.Index) -> pd.Series:
    return pd.Series(matrix.to_numpy().ravel(), index=index)


def _compared(before: pd.Series, after: pd.Series) -> pd.DataFrame:
    both = pd.DataFrame({"before": before, "after": after.reindex(before.index)})
    return both.assign(difference=both["after"] - both["before"])


def _named(plan: Plan, table: pd.DataFrame) -> pd.DataFrame:
    names = plan.main_sectors.set_index("sector_id")
    rows = table.reset_index()
    rows.insert(2, "sector_zh", rows["sector_id"].map(names["name_zh"]))
    rows.insert(3, "sector_en", rows["sector_id"].map(names["name_en"]))
    return rows


def _verdicts(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    first, second = (fit["verdict"].value_counts().reindex(list(VERDICTS), fill_value=0) for fit in (before, after))
    table = _compared(first, second).rename_axis("verdict").reset_index()
    table.insert(1, "verdict_zh", [zh for zh, _ in VERDICTS.values()])
    table.insert(2, "verdict_en", [en for _, en in VERDICTS.values()])
    return table


def _gaps(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    keys = ["kind", "id", "name_zh", "name_en"]
    first, second = (gaps(fit)[keys] for fit in (before, after))
    both = pd.concat([first, second]).drop_duplicates(ignore_index=True)
    had, has = (set(zip(table["kind"], table["id"], strict=True)) for table in (first, second))
    pairs = list(zip(both["kind"], both["id"], strict=True))
    both = both.assign(before=[pair in had for pair in pairs], after=[pair in has for pair in pairs])
    words = {(True, True): "stays", (True, False): "closed", (False, True): "opened"}
    changes = [words[was, now] for was, now in zip(both["before"], both["after"], strict=True)]
    return both.assign(change=pd.Series(changes, index=both.index, dtype=object))


def _side_by_side(
    before: pd.DataFrame, after: pd.DataFrame, *, keys: list[str], figures: tuple[str, ...]
) -> pd.DataFrame:
    """Figures of both tables as `<figure>_before`, `_after` and `_difference`; rows of either."""
    both = before.merge(after, on=keys, how="outer", suffixes=("_before", "_after"), sort=False)
    rows = pd.concat([after, before])
    ranks = [{value: number for number, value in enumerate(rows[key].unique())} for key in keys[:2]]
    places = pd.DataFrame({key: both[key].map(rank) for key, rank in zip(keys[:2], ranks, strict=True)})
    both = both.iloc[places.sort_values(keys[:2]).index].reset_index(drop=True)
    for figure in figures:
        both[f"{figure}_difference"] = both[f"{figure}_after"] - both[f"{figure}_before"]
    return both
