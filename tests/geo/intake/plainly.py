"""What is wrong in a shape, found corner by corner and piece by piece: slow, and as plain as the definitions are."""

import math
from collections.abc import Iterator
from itertools import pairwise

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import CGCS2000_CM117

Place = tuple[float, float]


def in_metres(shape: shapely.Geometry) -> shapely.Geometry:
    return gpd.GeoSeries([shape], crs=4326).to_crs(CGCS2000_CM117).iloc[0]


def rings(shape: shapely.Geometry) -> Iterator[tuple[int, int, list[Place]]]:
    for part, polygon in enumerate(shapely.get_parts(shape)):
        for number, line in enumerate([polygon.exterior, *polygon.interiors]):
            yield part, number, [(float(x), float(y)) for x, y in shapely.get_coordinates(line)]


def repeated(shape: shapely.Geometry) -> tuple[int, Place] | None:
    """How many points equal the one before, and the first of them in the last ring that has any."""
    count, shown = 0, None
    for _, _, points in rings(shape):
        same = [one for one, other in pairwise(points) if one == other]
        count, shown = count + len(same), same[0] if same else shown
    return None if shown is None else (count, shown)


def spikes(shape: shapely.Geometry) -> list[tuple[int, int, int, float]]:
    """Part, ring, corner and angle of each corner below a degree with sides above a metre."""
    found = []
    for part, ring, points in rings(in_metres(shape)):
        corners = np.array(points[:-1])
        for number, corner in enumerate(corners):
            back, forth = corners[number - 1] - corner, corners[(number + 1) % len(corners)] - corner
            cross, dot = back[0] * forth[1] - back[1] * forth[0], back[0] * forth[0] + back[1] * forth[1]
            degrees = math.degrees(abs(math.atan2(cross, dot)))
            if degrees < 1 and min(math.hypot(*back), math.hypot(*forth)) > 1:
                found.append((part, ring, number, degrees))
    return found


def sliver(shape: shapely.Geometry) -> tuple[float, Place, bool] | None:
    """Mean width of the thinnest part or hole, a corner of the first that is thin, and whether some part is not."""
    parts = list(shapely.get_parts(in_metres(shape)))
    pieces = [*parts, *(shapely.Polygon(line) for part in parts for line in part.interiors)]
    widths = [2 * piece.area / piece.length if piece.length else 0.0 for piece in pieces]
    thin = [row for row, piece in enumerate(pieces) if widths[row] < 1 and piece.is_valid]
    if not thin:
        return None
    corner = shapely.Point(pieces[thin[0]].exterior.coords[0][:2])
    back = gpd.GeoSeries([corner], crs=CGCS2000_CM117).to_crs(4326).iloc[0]
    return min(widths[row] for row in thin), (back.x, back.y), any(row not in thin for row in range(len(parts)))


def same_shape(one: shapely.Geometry, other: shapely.Geometry) -> bool:
    """Whether two geometries are one but for where a ring begins, how it runs, heights and digits that say nothing."""
    return bool(shapely.equals_identical(*(shapely.normalize(shapely.force_2d(rounded(s))) for s in (one, other))))


def rounded(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(shape, lambda cells: np.round(cells, 8))
