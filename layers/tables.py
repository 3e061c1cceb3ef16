"""The table behind each layer: the plan's tables joined into what a map or a file shows, in WGS 84."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from geo.allocation import focus_terms, join_allocations, park_extents
from geo.crs import geodesic_area_m2
from geo.districts import park_districts
from geo.extents import GRADES, measured_extents
from geo.fit import VERDICTS, fit_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from geo.plan import Plan


def parks_table(plan: Plan) -> gpd.GeoDataFrame:
    """
    Extents of park parts with what the plan says of their parks.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    extents
        One row a part, WGS 84: ids, names, sectors of the layout and focus terms of the park (tuples), grade,
        accuracy (m), areas (km2, measured on the ellipsoid and as published), evidence and method.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> table = parks_table(read_plan()).set_index("extent_id")
    >>> table.loc["torch-xiangan/main", "sectors_zh"]
    ('新一代信息技术', '新材料与新能源')
    """
    extents = _with_grade_words(_with_plan(measured_extents(plan), plan))
    leading = [
        "extent_id", "park_id", "part_id", "park_zh", "park_en", "part_zh", "part_en", "relation", "district_zh",
        "sectors_zh", "sectors_en", "sector_ids", "focus_zh", "focus_en", "grade", "grade_zh", "grade_en",
        "position_accuracy_m", "area_km2", "area_published_km2", "evidence_zh", "evidence_en", "method_zh",
        "method_en", "area_note_zh", "area_note_en", "as_of", "source_id", "geometry",
    ]  # fmt: skip
    return extents[leading]


def _with_plan(table: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Add the sectors of the layout and the focus terms of each row's park."""
    sectors = plan.allocations[["park_id", "sector_id"]].merge(plan.main_sectors, on="sector_id")
    sectors = sectors.sort_values("order", kind="stable")
    focuses = plan.focuses.sort_values(["entry", "order"])
    found = {
        "sector_ids": (sectors, "sector_id"),
        "sectors_zh": (sectors, "name_zh"),
        "sectors_en": (sectors, "name_en"),
        "focus_zh": (focuses, "term_zh"),
        "focus_en": (focuses, "term_en"),
    }
    lists = {name: rows.groupby("park_id")[column].agg(_distinct) for name, (rows, column) in found.items()}
    columns = {name: [by_park.get(park, ()) for park in table["park_id"]] for name, by_park in lists.items()}
    return table.assign(**{name: pd.Series(cells, index=table.index, dtype=object) for name, cells in columns.items()})


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _with_grade_words(table: pd.DataFrame) -> pd.DataFrame:
    words = {f"grade_{language}": {g: GRADES[g][n] for g in GRADES} for n, language in enumerate(("zh", "en"))}
    return table.assign(**{column: table["grade"].map(meaning) for column, meaning in words.items()})


def _park_quality(plan: Plan) -> pd.DataFrame:
    """Worst grade and accuracy, date and source of the parts of each park."""
    groups = plan.extents.groupby("park_id", sort=False)
    quality: pd.DataFrame = groups.agg(
        worst_grade=("grade", "max"),
        worst_accuracy_m=("position_accuracy_m", "max"),
        as_of=("as_of", "max"),
        extent_source_id=("source_id", "first"),
    )
    return quality.reset_index()


def allocations_table(plan: Plan) -> gpd.GeoDataFrame:
    """
    Allocations of the layout chapter with the verdict of the pair and the extent of the park.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    allocations
        One row an allocation, WGS 84, MultiPolygon of all parts of the park; worst grade and accuracy (m) of the parts.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> table = allocations_table(read_plan()).set_index("allocation_id")
    >>> table.loc["it-01", ["park_zh", "verdict"]].tolist()
    ['同翔高新城', 'aligned']
    """
    joined = join_allocations(plan.allocations, plan.parks, plan.extents)
    fit = _fit(plan).drop(columns=["park_zh", "park_en", "cite_zh", "cite_en", "source_id"])
    joined = joined.merge(fit, on=["sector_id", "park_id"], how="left")
    joined = joined.merge(_park_quality(plan), on="park_id", how="left")
    leading = [
        "allocation_id", "sector_id", "sector_zh", "sector_en", "order", "park_id", "park_zh", "park_en",
        "park_as_printed", "matched_by", "verdict", "verdict_zh", "verdict_en", "closeness", "terms_zh", "terms_en",
        "cite_zh", "cite_en", "parts", "worst_grade", "worst_accuracy_m", "as_of", "source_id", "geometry",
    ]  # fmt: skip
    return _multi(joined)[leading]


def _fit(plan: Plan) -> pd.DataFrame:
    fit: pd.DataFrame = fit_table(plan).rename(columns={"terms": "terms_zh"})
    words = {f"verdict_{language}": {v: VERDICTS[v][n] for v in VERDICTS} for n, language in enumerate(("zh", "en"))}
    fit = fit.assign(**{column: fit["verdict"].map(meaning) for column, meaning in words.items()})
    fit = fit.assign(source_id=plan.descriptor["plan"]["source_id"])
    return fit[
        ["sector_id", "sector_zh", "sector_en", "park_id", "park_zh", "park_en", "verdict", "verdict_zh", "verdict_en",
         "closeness", "terms_zh", "terms_en", "cite_zh", "cite_en", "source_id"]
    ]  # fmt: skip


def _multi(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Make every polygon a MultiPolygon, so that a file holds one type."""
    single = table.geometry.geom_type == "Polygon"
    figures = [
        shapely.MultiPolygon([figure]) if is_single else figure
        for figure, is_single in zip(table.geometry, single, strict=True)
    ]
    return table.set_geometry(gpd.GeoSeries(figures, index=table.index, crs=table.crs))


def _park_list(plan: Plan) -> gpd.GeoDataFrame:
    listed = _with_plan(plan.parks.sort_values("order", ignore_index=True), plan)
    counts = plan.extents.groupby("park_id", sort=False).size().rename("parts").reset_index()
    listed = listed.merge(counts, on="park_id", how="left").fillna({"parts": 0})
    listed = listed.merge(_park_quality(plan), on="park_id", how="left")
    listed = gpd.GeoDataFrame(listed.merge(park_extents(plan.extents), on="park_id", how="left"), crs=plan.extents.crs)
    listed = _multi(listed.assign(area_km2=geodesic_area_m2(listed.geometry) / 1e6))
    last = ["worst_grade", "worst_accuracy_m", "area_km2", "as_of", "source_id", "geometry"]
    first = [column for column in listed.columns if column not in {*last, "extent_source_id"}]
    return listed[[*first, *last]]


@lru_cache(maxsize=4)
def _park_districts(plan: Plan) -> pd.DataFrame:
    places = park_districts(plan)
    names = plan.parks[["park_id", "name_zh", "name_en"]].rename(columns={"name_zh": "park_zh", "name_en": "park_en"})
    places = places.merge(names, on="park_id", how="left").merge(_park_quality(plan), on="park_id", how="left")
    return places.rename(columns={"extent_source_id": "source_id"})[
        ["park_id", "park_zh", "park_en", "district_zh", "basis", "share", "share_min", "share_max", "worst_grade",
         "worst_accuracy_m", "as_of", "source_id"]
    ]  # fmt: skip


def _carriers(plan: Plan) -> gpd.GeoDataFrame:
    names = plan.sectors[["sector_id", "name_zh", "name_en"]]
    names = names.rename(columns={"name_zh": "sector_zh", "name_en": "sector_en"})
    spots = plan.places[["place_id", "name_zh", "name_en", "position_accuracy_m", "geometry"]]
    spots = spots.rename(columns={"name_zh": "place_zh", "name_en": "place_en"})
    placed = plan.carriers.merge(names, on="sector_id", how="left").merge(spots, on="place_id", how="left")
    last = ["position_accuracy_m", "source_id", "geometry"]
    return gpd.GeoDataFrame(
        placed[[*(column for column in placed.columns if column not in last), *last]], crs=plan.places.crs
    )


#: How to make the table of each layer whose table is more than one of the package's own.
BUILDERS: dict[str, Callable[[Plan], pd.DataFrame]] = {
    "parks": parks_table,
    "allocations": allocations_table,
    "fit": _fit,
    "focuses": focus_terms,
    "park_list": _park_list,
    "park_districts": _park_districts,
    "carriers": _carriers,
}
