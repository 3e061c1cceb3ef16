"""Where an outside file lies: its system, the order of its axes and its datum, each with the reason."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from pyproj.enums import TransformDirection
from pyproj.exceptions import CRSError as ProjCRSError

from geo.crs import CGCS2000, CGCS2000_CM117, WGS84
from geo.intake.display import from_display, suspected_datum
from geo.intake.limits import IntakeError
from geo.intake.statement import answered_crs, stated_crs
from geo.intake.values import Question
from geo.local import SETTING, is_local_configured, local_transformer
from geo.systems import XIAMEN92

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geo.intake.layer import RawLayer
    from geo.intake.rings import Mark
    from geo.intake.surroundings import Surroundings

_FREE = {"EPSG:4326", "EPSG:4490", "EPSG:4979", "EPSG:4480"}  # base systems that are one within decimetres
_SAMPLE = 20_000
_MOST_IN_CITY = 0.5


class Placed(NamedTuple):
    """
    Features in WGS 84, how they got there, and what a person has to confirm.

    Parameters
    ----------
    geometry
        In WGS 84, or as in the file without a system.
    crs
        Code of the system that the coordinates were read in, None where unknown.
    datum
        `wgs84`, `gcj02` or `bd09`.
    is_swapped
        Whether the axes were swapped.
    questions
        Open ones.
    """

    geometry: gpd.GeoSeries
    crs: str | None
    datum: str
    is_swapped: bool
    questions: tuple[Question, ...]


def candidate_crs(x: float, y: float) -> list[str]:
    """
    Systems in which a pair of coordinates can stand, by its magnitude alone.

    Parameters
    ----------
    x, y
        Easting or longitude, northing or latitude, in the file's unit.

    Returns
    -------
    codes
        EPSG codes, the likelier first; empty where the numbers fit no system that files come in.

    Examples
    --------
    >>> candidate_crs(118.089, 24.479)
    ['EPSG:4490', 'EPSG:4326']
    >>> candidate_crs(39_610_398, 2_708_778), candidate_crs(610_398, 2_708_778)[0]
    (['EPSG:4527'], 'EPSG:4534')
    """
    if abs(x) <= 180 and abs(y) <= 90:  # noqa: PLR2004  (degrees)
        return [CGCS2000, WGS84]
    zone = int(x // 1e6)
    if 1e6 < y < 6e6:  # noqa: PLR2004  (northings of China, metres)
        if 25 <= zone <= 45:  # noqa: PLR2004  (3-degree zones of China)
            return [f"EPSG:{4513 + zone - 25}"]
        six = [f"EPSG:{4491 + zone - 13}"] if 13 <= zone <= 23 else []  # noqa: PLR2004  (6-degree zones of China)
        if 100_000 <= x <= 900_000:  # noqa: PLR2004  (eastings without a zone)
            three = [f"EPSG:{4534 + number}" for number in range(21)]
            return [*three, *(f"EPSG:{32600 + number}" for number in range(43, 54))]
        return [*six, "EPSG:3857"]
    return []


def place(raw: RawLayer, around: Surroundings, answers: Mapping[str, str]) -> Placed:
    """
    Bring a layer to WGS 84: by what it states or was answered, else by a guess that is asked about.

    Parameters
    ----------
    raw
        The layer.
    around
        The city.
    answers
        Of the person: `crs`, `axes`, `datum`.

    Returns
    -------
    placed
        Its features.

    Raises
    ------
    IntakeError
        If an answer is of no use: an unknown code, a local system, another word than offered.

    Examples
    --------
    >>> from geo.intake.layer import raw_layer
    >>> from geo.intake.limits import Limits
    >>> from geo.intake.rings import finite
    >>> from geo.intake.surroundings import surroundings
    >>> from geo.plan import read_plan
    >>> square = [finite(shapely.box(39610000, 2708000, 39611000, 2709000))]
    >>> raw = raw_layer("a", {}, square, Limits(), crs=None, encoding="UTF-8")
    >>> placed = place(raw, surroundings(read_plan()), {})
    >>> placed.crs, [question.kind for question in placed.questions]
    ('EPSG:4527', ['crs'])
    """
    shapes = gpd.GeoSeries(raw.geometry, crs=None)
    points = _sample(shapes)
    code, asked = _system(raw, points, around, answers)
    questions = [asked] if asked else []
    if code is None:
        return Placed(shapes, None, "wgs84", False, tuple(questions))  # noqa: FBT003  (a field of a tuple)
    is_swapped, asked = _axes(points, code, around, answers)
    questions += [asked] if asked else []
    if is_swapped:
        shapes = gpd.GeoSeries(shapely.transform(shapes.to_numpy(), lambda cells: cells[:, ::-1]))
    degrees = gpd.GeoSeries(_degrees(shapes, code), crs=WGS84)
    if code in _FREE:
        degrees = gpd.GeoSeries(shapes.to_numpy(), crs=WGS84)
    datum, asked = suspected_datum(degrees, raw, around, answers)
    questions += [asked] if asked else []
    return Placed(from_display(degrees, datum), code, datum, is_swapped, tuple(questions))


def _degrees(shapes: gpd.GeoSeries, code: str) -> NDArray[np.object_]:
    """Reproject, heights kept as they are."""

    def moved(cells: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack([*_turned(code, cells[:, 0], cells[:, 1]), cells[:, 2:]])

    flat: NDArray[np.object_] = shapely.transform(shapes.to_numpy(), moved, include_z=False)
    is_deep = shapely.has_z(shapes.to_numpy())
    if is_deep.any():
        flat[is_deep] = shapely.transform(shapes.to_numpy()[is_deep], moved, include_z=True)
    return flat


def _turned(code: str, x: Any, y: Any) -> tuple[Any, Any]:  # noqa: ANN401  (numbers or arrays of them)
    """Longitude and latitude of coordinates in a system; the operator's pipeline goes the other way."""
    if code == XIAMEN92:
        lon, lat = _local(os.environ.get(SETTING, "")).transform(x, y, direction=TransformDirection.INVERSE)
    else:
        lon, lat = _turner(code).transform(x, y)
    return lon, lat


@lru_cache(maxsize=64)
def _turner(code: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(code, WGS84, always_xy=True)


@lru_cache(maxsize=1)
def _local(_: str) -> pyproj.Transformer:
    return local_transformer()


def _sample(shapes: gpd.GeoSeries) -> NDArray[np.float64]:
    points = shapely.get_coordinates(shapes.to_numpy())
    step = max(1, len(points) // _SAMPLE)
    found: NDArray[np.float64] = points[::step]
    return found


def _share_in_city(points: NDArray[np.float64], code: str, around: Surroundings) -> float:
    """Share of the points that lie within the city's bounds if they stand in this system."""
    if not len(points):
        return 0.0
    try:
        lon, lat = _turned(code, points[:, 0], points[:, 1])
    except ProjCRSError:
        return 0.0
    west, south, east, north = around.bounds
    return float(np.mean((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)))


def _system(  # noqa: PLR0911  (one return a way in which a system is known)
    raw: RawLayer, points: NDArray[np.float64], around: Surroundings, answers: Mapping[str, str]
) -> tuple[str | None, Question | None]:
    if "crs" in answers:
        return answered_crs(answers["crs"]), None
    own, said = stated_crs(raw.crs)
    if own is not None and _base(own) in _FREE:
        fits = max(_share_in_city(points, own, around), _share_in_city(points[:, ::-1], own, around))
        guess = None if fits >= _MOST_IN_CITY or not len(points) else _guess(points, around)
        if guess is None:
            return own, None
        zh = f"文件注明 {own}，但按它读，图形不在本市；按 {guess[0]} 读则在本市"
        en = f"the file says {own}, but then it does not lie in the city; as {guess[0]} it does"
        return guess[0], Question("crs", guess[0], zh, en, (*guess, own))
    if any(question.kind == "crs" for question in raw.questions):
        said = ""
    guess = _guess(points, around)
    if own is not None:
        zh = f"文件注明 {own}，它的基准不是 CGCS2000 或 WGS 84，换算可能偏差数米至上百米，请确认"
        en = f"the file says {own}, whose datum is neither CGCS2000 nor WGS 84: converted it may be off by metres"
        return own, Question("crs", own, zh, en, (own, *(guess or ())))
    head = f"文件所写坐标系“{said}”没有 EPSG 代码，不予采用；" if said else "文件没有注明坐标系；"
    head_en = (
        f"the file's system {said!r} has no EPSG code and is not used; " if said else "the file states no system; "
    )
    if not len(points):
        return WGS84, None
    x, y = (float(value) for value in np.median(points, axis=0))
    if guess is None:
        zh = f"{head}坐标值（如 {x:.6g}, {y:.6g}）与本市可能使用的坐标系都不符"
        en = f"{head_en}coordinates such as {x:.6g}, {y:.6g} fit no system in which the city can lie"
        return None, Question("crs", None, zh, en, (CGCS2000, CGCS2000_CM117, "EPSG:4527", *_local_choice()))
    zh = f"{head}坐标值约为 {x:.6f}, {y:.6f}，按 {guess[0]} 读正好落在本市"
    en = f"{head_en}coordinates are about {x:.6f}, {y:.6f}, which as {guess[0]} lie in the city"
    return guess[0], Question("crs", guess[0], zh, en, (*guess, *_local_choice()))


def _local_choice() -> tuple[str, ...]:
    return (XIAMEN92,) if is_local_configured() else ()


def _guess(points: NDArray[np.float64], around: Surroundings) -> tuple[str, ...] | None:
    """Systems in which most points lie in the city, axes as they are or else swapped."""
    for turned in (points, points[:, ::-1]):
        if not len(turned):
            return None
        x, y = np.median(turned, axis=0)
        fitting = [code for code in candidate_crs(x, y) if _share_in_city(turned, code, around) >= _MOST_IN_CITY]
        if fitting:
            return tuple(fitting)
    return None


def _base(code: str) -> str:
    geodetic = pyproj.CRS(code).geodetic_crs
    return ":".join(geodetic.to_authority() or ()) if geodetic is not None else ""


def _axes(
    points: NDArray[np.float64], code: str, around: Surroundings, answers: Mapping[str, str]
) -> tuple[bool, Question | None]:
    answer = answers.get("axes")
    if answer is not None:
        if answer not in {"swap", "keep"}:
            raise IntakeError(
                "answer", f"axes: {answer!r}; answer swap or keep", f"axes 的答案 {answer!r} 无效，请填 swap 或 keep"
            )
        return answer == "swap", None
    if _share_in_city(points, code, around) >= _MOST_IN_CITY:
        return False, None
    if _share_in_city(points[:, ::-1], code, around) < _MOST_IN_CITY:
        return False, None
    why = "按东（经）在前读，图形不在本市；对调两轴后正好在本市。测绘资料常把北坐标写作 X"
    why_en = "with east (longitude) first it does not lie in the city; with the axes swapped it does"
    return True, Question("axes", "swap", why, why_en, ("swap", "keep"))


def place_marks(marks: Mapping[int, tuple[Mark, ...]], placed: Placed) -> dict[int, tuple[Mark, ...]]:
    """
    Bring the places of marks to where the features lie.

    Parameters
    ----------
    marks
        By row, in the file's coordinates.
    placed
        How the features were placed.

    Returns
    -------
    marks
        By row, WGS 84; as they were where no system is known.

    Examples
    --------
    >>> from geo.intake.rings import Mark
    >>> placed = Placed(gpd.GeoSeries([None]), "EPSG:4527", "wgs84", False, ())
    >>> mark = place_marks({0: (Mark("unclosed", "", "", 39610398.081, 2708778.266),)}, placed)[0][0]
    >>> round(mark.x, 6), round(mark.y, 6)
    (118.089, 24.479)
    """
    return {row: tuple(_place_mark(mark, placed) for mark in group) for row, group in marks.items()}


def _place_mark(mark: Mark, placed: Placed) -> Mark:
    if placed.crs is None or mark.x is None or mark.y is None:
        return mark
    x, y = (mark.y, mark.x) if placed.is_swapped else (mark.x, mark.y)
    point = gpd.GeoSeries([shapely.Point(*_turned(placed.crs, x, y))], crs=WGS84)
    if placed.crs in _FREE:
        point = gpd.GeoSeries([shapely.Point(x, y)], crs=WGS84)
    moved = from_display(point, placed.datum).iloc[0]
    return mark._replace(x=float(moved.x), y=float(moved.y))
