"""
The small map of a report: the best candidates on the package's own land and districts, drawn without any network.

Lines and fills are SVG made of numbers and palette colours alone; every word is handed on as data and set by the
report's template, so that no name is ever read as markup.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import shapely

from geo.crs import CGCS2000_CM117, WGS84
from geo.extents import grown
from layers.palette import darker

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shapely.geometry.base import BaseGeometry

    from geo.plan import Plan

#: Frame of the map on paper, millimetres.
WIDTH_MM, HEIGHT_MM = 166.0, 98.0
#: Fills of the first, second and third candidate; their numbers stand on them, so that colour is not needed.
RANK_COLOURS = ("#0B6E99", "#B45309", "#6D28D9")
#: Lines of extents by grade: width and dashes in millimetres, and the shape of their ends.
GRADE_LINES = {
    "A": (0.6, (), "butt"),
    "B": (0.45, (), "butt"),
    "C": (0.45, (2.0, 1.2), "butt"),
    "D": (0.6, (0.01, 1.3), "round"),
}
_SEA, _LAND, _SHORE, _DISTRICT, _OTHER, _SITE = "#E6EEF2", "#FAF9F5", "#C3CAC4", "#8A938F", "#8A8F98", "#C81E1E"
_LEAST_WIDTH_M = 5_000.0
_MARGIN = 0.22  # of the window's width on each side
_FINEST_MM = 0.08  # nothing smaller is seen on paper
_SCALES_M = (50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500)
_BAR_MM = 42.0  # longest scale bar
_ABOVE_MM = 2.6  # of a label over its park
_NEAR_MM = (34.0, 5.2)  # labels nearer than this across and along would stand on each other


class Frame(NamedTuple):
    """
    Window of a map in metres of EPSG:4548, and how many of them are a millimetre on paper.

    Parameters
    ----------
    west, north
        Upper left corner, metres.
    metres
        Metres of ground a millimetre of paper.

    Examples
    --------
    >>> Frame(600_000.0, 2_720_000.0, 100.0).place(601_000.0, 2_719_000.0)
    (10.0, 10.0)
    """

    west: float
    north: float
    metres: float

    def place(self, east: float, north: float) -> tuple[float, float]:
        """
        Give the place of a point on paper, millimetres from the upper left corner.

        Parameters
        ----------
        east, north
            EPSG:4548, metres.

        Returns
        -------
        x, y
            Millimetres, rightwards and downwards.
        """
        return round((east - self.west) / self.metres, 2), round((self.north - north) / self.metres, 2)

    @property
    def window(self) -> shapely.Polygon:
        """What the frame shows, EPSG:4548."""
        return shapely.box(
            self.west, self.north - HEIGHT_MM * self.metres, self.west + WIDTH_MM * self.metres, self.north
        )


@lru_cache(maxsize=256)
def report_map(plan: Plan, park_ids: tuple[str, ...], site_wkt: str = "") -> dict[str, Any] | None:
    """
    Draw the best candidates and the site.

    Parameters
    ----------
    plan
        The plan.
    park_ids
        Up to three parks, the best first; those that have no extent are passed over.
    site_wkt
        Point or polygon, WGS 84 longitude and latitude; empty for none.

    Returns
    -------
    drawing
        `svg` (numbers and colours only), `width_mm`, `height_mm`, `labels` (`text`, `x`, `y` in millimetres, `kind`:
        `park`, `district` or `site`, `colour`), `parks` (legend: `rank`, `text`, `colour`, `grades`, `accuracy_m`),
        `grades` (line styles), `bar` (`metres`, `mm`), `scale` (one to how many, rounded), `credits`. None where there
        is nothing to draw.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> drawing = report_map(read_plan(), ("torch-xiangan", "marine-hitech"))
    >>> [park["rank"] for park in drawing["parks"]], drawing["bar"]["metres"] <= 20_000
    ([1, 2], True)
    """
    own = plan.extents[plan.extents["park_id"].isin(park_ids)].to_crs(CGCS2000_CM117)
    site = _site(site_wkt)
    if own.empty and site is None:
        return None
    figures = [*own.geometry, *([site] if site is not None else [])]
    frame = _frame(shapely.total_bounds(figures))
    drawn = [park for park in park_ids if (own["park_id"] == park).any()]
    return {
        "svg": _svg(plan, own, drawn, site, frame),
        "width_mm": WIDTH_MM,
        "height_mm": HEIGHT_MM,
        "labels": [*_district_labels(plan, frame), *_park_labels(plan, own, drawn, frame), *_site_labels(site, frame)],
        "parks": [_legend_entry(plan, own, park, number) for number, park in enumerate(drawn, start=1)],
        "grades": [grade for grade in GRADE_LINES if grade in set(plan.extents["grade"])],
        "has_site": site is not None,
        "bar": _bar(frame),
        "scale": _rounded(frame.metres * 1000),
        "credits": _credits(plan),
    }


def grade_line(grade: str) -> dict[str, Any]:
    """
    Line style of a grade, for a legend.

    Parameters
    ----------
    grade
        A to D.

    Returns
    -------
    style
        `grade`, `width_mm`, `dash_mm` (list, empty for solid) and `cap`.

    Examples
    --------
    >>> grade_line("C")["dash_mm"]
    [2.0, 1.2]
    """
    width, dashes, cap = GRADE_LINES[grade]
    return {"grade": grade, "width_mm": width, "dash_mm": list(dashes), "cap": cap}


def _site(wkt: str) -> BaseGeometry | None:
    if not wkt:
        return None
    figure: BaseGeometry = gpd.GeoSeries([shapely.from_wkt(wkt)], crs=WGS84).to_crs(CGCS2000_CM117).iloc[0]
    return figure


def _frame(bounds: Sequence[float]) -> Frame:
    """Window with a margin round the bounds, in the shape of the paper."""
    west, south, east, north = map(float, bounds)
    width = max(east - west, (north - south) * WIDTH_MM / HEIGHT_MM, _LEAST_WIDTH_M) * (1 + 2 * _MARGIN)
    metres = width / WIDTH_MM
    middle = ((west + east) / 2, (south + north) / 2)
    return Frame(middle[0] - width / 2, middle[1] + HEIGHT_MM * metres / 2, metres)


def _svg(plan: Plan, own: gpd.GeoDataFrame, parks: list[str], site: BaseGeometry | None, frame: Frame) -> str:
    shapes = [f'<rect width="{WIDTH_MM}" height="{HEIGHT_MM}" fill="{_SEA}"/>']
    shapes += _base(plan, own, frame)
    for number, park in enumerate(parks):
        colour = RANK_COLOURS[number % len(RANK_COLOURS)]
        parts = own[own["park_id"] == park]
        halos = grown(parts.geometry, parts["position_accuracy_m"].astype("float64"))
        shapes += _areas(halos, frame, f'fill="{colour}" fill-opacity="0.09" stroke="none"')
        for grade, own_parts in parts.groupby("grade"):
            line = f'fill="{colour}" fill-opacity="0.32" stroke="{darker(colour)}" {_stroke(str(grade))}'
            shapes += _areas(own_parts.geometry, frame, line)
    shapes += _site_shapes(site, frame)
    size = f'width="{WIDTH_MM}mm" height="{HEIGHT_MM}mm" viewBox="0 0 {WIDTH_MM} {HEIGHT_MM}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(shapes)}</svg>'


def _base(plan: Plan, own: gpd.GeoDataFrame, frame: Frame) -> Iterator[str]:
    land = plan.land if len(plan.land) else plan.districts
    yield from _areas(land.geometry, frame, f'fill="{_LAND}" stroke="{_SHORE}" stroke-width="0.15"')
    dashes = 'stroke-width="0.25" stroke-dasharray="1.6 0.7 0.4 0.7"'
    yield from _areas(plan.districts.geometry, frame, f'fill="none" stroke="{_DISTRICT}" {dashes}')
    yield from _lines(plan.metro_lines.geometry, frame, 'fill="none" stroke="#B9C4CC" stroke-width="0.5"')
    others = plan.extents[~plan.extents["park_id"].isin(own["park_id"])]
    for grade, parts in others.groupby("grade"):
        line = f'fill="{_OTHER}" fill-opacity="0.10" stroke="{_OTHER}" stroke-opacity="0.75" {_stroke(str(grade), 0.5)}'
        yield from _areas(parts.geometry, frame, line)


def _stroke(grade: str, thinner: float = 1.0) -> str:
    width, dashes, cap = GRADE_LINES[grade]
    dashed = f' stroke-dasharray="{" ".join(f"{dash * thinner:g}" for dash in dashes)}"' if dashes else ""
    return f'stroke-width="{width * thinner:g}" stroke-linecap="{cap}" stroke-linejoin="round"{dashed}'


def _seen(figures: gpd.GeoSeries, frame: Frame) -> Iterator[BaseGeometry]:
    """Give what of the figures the frame shows, no finer than paper shows; cut a little outside, so that no cut is."""
    window = frame.window.buffer(4 * frame.metres, join_style="mitre")
    for figure in figures.to_crs(CGCS2000_CM117):
        if figure is not None and figure.intersects(window):
            cut = shapely.intersection(shapely.make_valid(figure), window)
            yield shapely.simplify(cut, _FINEST_MM * frame.metres)


def _areas(figures: gpd.GeoSeries, frame: Frame, style: str) -> Iterator[str]:
    for figure in _seen(figures, frame):
        polygons = [part for part in shapely.get_parts(figure, return_index=False) if part.geom_type == "Polygon"]
        paths = [_path(ring, frame) + "Z" for part in polygons for ring in (part.exterior, *part.interiors)]
        if paths:
            yield f'<path d="{"".join(paths)}" fill-rule="evenodd" {style}/>'


def _lines(figures: gpd.GeoSeries, frame: Frame, style: str) -> Iterator[str]:
    for figure in _seen(figures, frame):
        lines = [part for part in shapely.get_parts(figure) if part.geom_type == "LineString"]
        if lines:
            yield f'<path d="{"".join(_path(line, frame) for line in lines)}" {style}/>'


def _path(line: BaseGeometry, frame: Frame) -> str:
    places = [frame.place(east, north) for east, north in shapely.get_coordinates(line)]
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in places)


def _site_shapes(site: BaseGeometry | None, frame: Frame) -> Iterator[str]:
    if site is None:
        return
    style = f'fill="{_SITE}" fill-opacity="0.25" stroke="{_SITE}" stroke-width="0.5"'
    yield from _areas(gpd.GeoSeries([site], crs=CGCS2000_CM117), frame, style)
    x, y = frame.place(*_inner(site))
    yield f'<circle cx="{x:g}" cy="{y:g}" r="1.3" fill="{_SITE}" stroke="#FFFFFF" stroke-width="0.4"/>'


def _inner(figure: BaseGeometry) -> tuple[float, float]:
    point = figure.representative_point()
    return float(point.x), float(point.y)


def _site_labels(site: BaseGeometry | None, frame: Frame) -> list[dict[str, Any]]:
    if site is None:
        return []
    x, y = frame.place(*_inner(site))
    return [{"kind": "site", "text": "地块", "x": x, "y": y + 3.6, "colour": _SITE}]


def _district_labels(plan: Plan, frame: Frame) -> list[dict[str, Any]]:
    points = gpd.GeoSeries.from_xy(plan.districts["label_lon"], plan.districts["label_lat"], crs=WGS84)
    labels = []
    for name, point in zip(plan.districts["name_zh"], points.to_crs(CGCS2000_CM117), strict=True):
        x, y = frame.place(point.x, point.y)
        if 0 < x < WIDTH_MM and 0 < y < HEIGHT_MM:
            labels.append({"kind": "district", "text": name, "x": x, "y": y, "colour": "#5F6B67"})
    return labels


def _park_labels(plan: Plan, own: gpd.GeoDataFrame, parks: list[str], frame: Frame) -> list[dict[str, Any]]:
    """One label a park above its largest part, moved down where another stands already."""
    names = plan.parks.set_index("park_id")["short_zh"]
    labels: list[dict[str, Any]] = []
    for number, park in enumerate(parks):
        parts = own.loc[own["park_id"] == park, "geometry"]
        largest = parts.iloc[int(parts.area.to_numpy().argmax())]
        x, y = frame.place(_inner(largest)[0], largest.bounds[3])
        y = max(y - _ABOVE_MM, 2 * _ABOVE_MM)
        while any(abs(x - other["x"]) < _NEAR_MM[0] and abs(y - other["y"]) < _NEAR_MM[1] for other in labels):
            y += _NEAR_MM[1]
        colour = darker(RANK_COLOURS[number % len(RANK_COLOURS)])
        labels.append({"kind": "park", "text": f"{number + 1} {names[park]}", "x": x, "y": y, "colour": colour})
    return labels


def _legend_entry(plan: Plan, own: gpd.GeoDataFrame, park: str, rank: int) -> dict[str, Any]:
    parts = own[own["park_id"] == park]
    accuracy = sorted(float(value) for value in parts["position_accuracy_m"])
    spread = f"{accuracy[0]:g}" if accuracy[0] == accuracy[-1] else f"{accuracy[0]:g}–{accuracy[-1]:g}"
    return {
        "rank": rank,
        "text": str(plan.parks.set_index("park_id").loc[park, "name_zh"]),
        "colour": RANK_COLOURS[(rank - 1) % len(RANK_COLOURS)],
        "grades": "、".join(sorted(set(parts["grade"]))),
        "accuracy_m": spread,
    }


def _bar(frame: Frame) -> dict[str, Any]:
    metres = next((step for step in _SCALES_M if step / frame.metres <= _BAR_MM), _SCALES_M[-1])
    words = f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"  # noqa: PLR2004 - metres of a kilometre
    return {"metres": metres, "mm": round(metres / frame.metres, 2), "text": words}


def _rounded(scale: float) -> int:
    return round(scale / 1000) * 1000


def _credits(plan: Plan) -> str:
    """Titles and licences of what the map draws, as the package states them."""
    titles = plan.sources.drop_duplicates("source_id").set_index("source_id")
    tables = [plan.extents, plan.land, plan.districts, plan.metro_lines]
    ids = [source for table in tables if "source_id" in table for source in table["source_id"].dropna().unique()]
    known = [source for source in dict.fromkeys(ids) if source in titles.index]
    said = [f"{titles.loc[source, 'title_zh']}（{titles.loc[source, 'licence']}）" for source in known]
    return "；".join(said)
