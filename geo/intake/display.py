"""Coordinates of Chinese web maps (GCJ-02, BD-09): found by comparing with extents and coast, and taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import CGCS2000_CM117, WGS84
from geo.datum import shift
from geo.intake.limits import IntakeError
from geo.intake.match import matched, name_column
from geo.intake.values import Question

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geo.intake.layer import RawLayer
    from geo.intake.surroundings import Surroundings

#: Datums of coordinates: names here and in `geo.datum`.
DATUMS = {"wgs84": None, "gcj02": "GCJ-02", "bd09": "BD-09"}
_DATUM_ZH = {"wgs84": "WGS 84（CGCS2000）", "gcj02": "GCJ-02（高德、腾讯）", "bd09": "BD-09（百度）"}
#: How much better a feature must lie on the present extents, or how much less at sea, to be suspected.
_FIT_GAIN, _SEA_GAIN = 0.1, 0.05
#: Extents known better than this (metres), or lain on this well (share of both together), can tell datums apart.
_WEIGHTY_M, _COINCIDES = 300.0, 0.85


def from_display(degrees: gpd.GeoSeries, datum: str) -> gpd.GeoSeries:
    """
    Carry geometry out of a display datum.

    Parameters
    ----------
    degrees
        Longitude and latitude.
    datum
        `wgs84` (nothing changes), `gcj02` or `bd09`.

    Returns
    -------
    geometry
        WGS 84.

    Examples
    --------
    >>> point = gpd.GeoSeries([shapely.Point(118.093977, 24.476353)], crs="EPSG:4326")
    >>> back = from_display(point, "gcj02")[0]
    >>> round(back.x, 5), round(back.y, 5)
    (118.089, 24.479)
    """
    name = DATUMS[datum]
    if name is None:
        return degrees

    def moved(cells: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(shift(cells[:, 0], cells[:, 1], source=name, target="WGS 84"))

    return gpd.GeoSeries(shapely.transform(degrees.to_numpy(), moved), index=degrees.index, crs=WGS84)


def suspected_datum(
    degrees: gpd.GeoSeries, raw: RawLayer, around: Surroundings, answers: Mapping[str, str]
) -> tuple[str, Question | None]:
    """
    Datum of a layer: as answered, as its names say, or as the present extents and the coast suggest.

    Parameters
    ----------
    degrees
        Its geometry, longitude and latitude of whatever datum.
    raw
        The layer, for its names.
    around
        The city.
    answers
        Of the person; `datum` counts.

    Returns
    -------
    datum, question
        `wgs84`, `gcj02` or `bd09`, and what to ask where it is suspected but not answered.

    Raises
    ------
    IntakeError
        If the answer is another word.

    Examples
    --------
    >>> from geo.intake.layer import raw_layer
    >>> from geo.intake.limits import Limits
    >>> from geo.intake.rings import finite
    >>> from geo.intake.surroundings import surroundings
    >>> from geo.plan import read_plan
    >>> raw = raw_layer(
    ...     "高德采集", {}, [finite(shapely.box(118, 24.5, 118.1, 24.6))], Limits(), crs=None, encoding="UTF-8"
    ... )
    >>> degrees = gpd.GeoSeries(raw.geometry, crs="EPSG:4326")
    >>> suspected_datum(degrees, raw, surroundings(read_plan()), {})[0]
    'gcj02'
    """
    answer = answers.get("datum")
    if answer is not None:
        if answer not in DATUMS:
            raise IntakeError(
                "answer",
                f"datum: {answer!r}; answer wgs84, gcj02 or bd09",
                f"datum 的答案 {answer!r} 无效，请填 wgs84、gcj02 或 bd09",
            )
        return answer, None
    valid = degrees[degrees.notna() & ~degrees.is_empty & degrees.is_valid]
    named = _named_datum(raw)
    if named:
        zh = f"文件名或字段中出现“{named[1]}”字样"
        return named[0], Question("datum", named[0], zh, f"{named[1]!r} stands in the file's names", tuple(DATUMS))
    if valid.empty or len(valid) > 2000:  # noqa: PLR2004  (as many parks no city has; the comparison would take long)
        return "wgs84", None
    return _compared(valid, raw, around)


def _named_datum(raw: RawLayer) -> tuple[str, str] | None:
    words = {
        "gcj": "gcj02",
        "火星": "gcj02",
        "高德": "gcj02",
        "腾讯": "gcj02",
        "bd09": "bd09",
        "bd-09": "bd09",
        "百度": "bd09",
    }
    text = " ".join([raw.layer, *map(str, raw.attributes.columns)]).casefold()
    return next(((datum, word) for word, datum in words.items() if word in text), None)


def _compared(valid: gpd.GeoSeries, raw: RawLayer, around: Surroundings) -> tuple[str, Question | None]:
    """Compare with the present extents of the same names, and with the coast, as each datum would have it."""
    table = gpd.GeoDataFrame({"feature": range(len(valid))}, geometry=valid.to_numpy(), crs=WGS84)
    tried = {datum: from_display(valid, datum).to_crs(CGCS2000_CM117) for datum in DATUMS}
    pairs = _named_pairs(table, raw, valid.index, around)
    present = around.parts.geometry.to_crs(CGCS2000_CM117).to_numpy()
    fit = {datum: _likeness(shapes.to_numpy(), present, pairs) for datum, shapes in tried.items()}
    land = shapely.union_all(around.land.geometry.to_crs(CGCS2000_CM117).to_numpy()) if len(around.land) else None
    sea = {datum: _at_sea(shapes, land) for datum, shapes in tried.items()}
    best = max(DATUMS, key=lambda datum: (round(fit[datum], 3), -round(sea[datum], 3), datum == "wgs84"))
    is_weighty = bool(pairs) and (
        fit[best] >= _COINCIDES
        or float(np.median(around.parts["position_accuracy_m"].to_numpy()[[p for _, p in pairs]])) <= _WEIGHTY_M
    )
    gains_fit = is_weighty and fit[best] - fit["wgs84"] >= _FIT_GAIN
    dry = min(("gcj02", "bd09"), key=lambda datum: sea[datum])
    gains_sea = sea["wgs84"] - sea[dry] >= _SEA_GAIN and (not pairs or fit[dry] >= fit["wgs84"])
    is_coast_alone = best == "wgs84" or not gains_fit
    if is_coast_alone:
        if not gains_sea:
            return "wgs84", None
        best = dry
    zh, en = [], []
    if pairs:
        zh.append(f"与同名现有范围的重合度由 {fit['wgs84']:.0%} 变为 {fit[best]:.0%}")
        en.append(f"likeness to the present extents of the same names goes from {fit['wgs84']:.0%} to {fit[best]:.0%}")
    if land is not None:
        zh.append(f"落在海里的面积由 {sea['wgs84']:.1%} 变为 {sea[best]:.1%}")
        en.append(f"the share at sea goes from {sea['wgs84']:.1%} to {sea[best]:.1%}")
    why = f"坐标可能是 {_DATUM_ZH[best]}：按它换算后，{'，'.join(zh)}"
    why_en = f"the coordinates may be {DATUMS[best]}: converted, {', '.join(en)}"
    if is_coast_alone:
        # Parks are built into the sea: the coast raises the question, it moves nothing.
        why, why_en = (
            f"{why}。仅凭海岸线不能断定，暂按 WGS 84",
            f"{why_en}; the coast alone decides nothing: kept",
        )
        return "wgs84", Question("datum", "wgs84", why, why_en, tuple(DATUMS))
    return best, Question("datum", best, why, why_en, tuple(DATUMS))


def _named_pairs(
    table: gpd.GeoDataFrame, raw: RawLayer, rows: pd.Index[int], around: Surroundings
) -> list[tuple[int, int]]:
    """Features and parts whose names are the same, one part a feature."""
    column = name_column(raw.attributes, around)
    if column is None:
        return []
    names = [cell if isinstance(cell, str) else None for cell in raw.attributes[column].loc[rows]]
    places = {
        (park, part): number
        for number, (park, part) in enumerate(zip(around.parts["park_id"], around.parts["part_id"], strict=True))
    }
    best: dict[int, int] = {}
    for match in matched(table, names, around):
        if match.is_by_name:
            best.setdefault(match.feature, places[match.park_id, match.part_id])
    return list(best.items())


def _likeness(shapes: NDArray[np.object_], present: NDArray[np.object_], pairs: list[tuple[int, int]]) -> float:
    """Mean share of the union that features and parts have in common."""
    if not pairs:
        return 0.0
    one, other = shapes[[row for row, _ in pairs]], present[[part for _, part in pairs]]
    common = shapely.area(shapely.intersection(one, other))
    union = shapely.area(one) + shapely.area(other) - common
    return float(np.mean(np.divide(common, union, out=np.zeros_like(common), where=union > 0)))


def _at_sea(shapes: gpd.GeoSeries, land: shapely.Geometry | None) -> float:
    area = float(shapes.area.sum())
    if land is None or not area:
        return 0.0
    return float(1.0 - shapely.area(shapely.intersection(shapes.to_numpy(), land)).sum() / area)
