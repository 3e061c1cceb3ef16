"""GeoJSON, ring by ring, so that what is wrong in it is found instead of mended."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import shapely

from geo.intake.encoding import decide
from geo.intake.layer import RawLayer, distinct, raw_layer
from geo.intake.limits import IntakeError
from geo.intake.rings import Built, Mark, built_polygons, empty_mark, finite, points_of
from geo.intake.values import Question

if TYPE_CHECKING:
    from geo.intake.source import Source

_GEOMETRIES = {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"}


def read_geojson(source: Source) -> RawLayer:
    """
    Read a GeoJSON file: a collection, a feature or a geometry.

    Parameters
    ----------
    source
        The file.

    Returns
    -------
    raw
        Its features; the system is that of the `crs` member, which is never followed when it is a link, else WGS 84
        when the coordinates are degrees.

    Raises
    ------
    IntakeError
        If it is no GeoJSON or passes a limit.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from geo.intake.source import Source
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "a"
    ...     _ = path.write_text('{"type": "Point", "coordinates": [118.1, 24.5]}')
    ...     read_geojson(Source(path, "a.geojson", path.parent)).geometry
    [<POINT (118.1 24.5)>]
    """
    content = source.path.read_bytes()
    decided = decide([content.removeprefix(b"\xef\xbb\xbf")], answers=source.answers)
    try:
        value = json.loads(content.removeprefix(b"\xef\xbb\xbf").decode(decided.encoding))
    except RecursionError as error:
        raise source.limits.exceeded("depth", "brackets thousands deep") from error
    except ValueError as error:
        where = f"（第 {error.lineno} 行第 {error.colno} 列）" if isinstance(error, json.JSONDecodeError) else ""
        raise IntakeError(
            "broken",
            f"the JSON cannot be read ({error}); the file may be cut off: export it again",
            f"JSON 无法解析{where}，文件可能不完整，请重新导出",
        ) from error
    features = _features(value)
    crs, questions = _stated_crs(value)
    if decided.question:
        questions.append(decided.question)
    properties = [row if isinstance(row := feature.get("properties"), dict) else {} for feature in features]
    keys = list(dict.fromkeys(str(key) for row in properties for key in row))
    source.limits.refuse_above("fields", len(keys))
    columns = {
        name: [_cell(row.get(key), source) for row in properties]
        for key, name in zip(keys, distinct(keys), strict=True)
    }
    built = [_built(feature.get("geometry")) for feature in features]
    return raw_layer(
        source.stem,
        columns,
        built,
        source.limits,
        crs=crs or ("EPSG:4326" if _in_degrees(built) else None),
        encoding=decided.encoding,
        questions=questions,
    )


def _features(value: Any) -> list[dict[str, Any]]:  # noqa: ANN401  (JSON)
    kind = value.get("type") if isinstance(value, dict) else None
    if kind == "FeatureCollection" and isinstance(value.get("features"), list):
        features = [feature if isinstance(feature, dict) else {} for feature in value["features"]]
    elif kind == "Feature":
        features = [value]
    elif kind in _GEOMETRIES:
        features = [{"geometry": value}]
    else:
        raise IntakeError(
            "not-geojson",
            f"the JSON is no GeoJSON: its type is {str(kind)[:40]!r}; export a FeatureCollection",
            "JSON 文件不是 GeoJSON，请导出为 FeatureCollection",
        )
    return features


def _stated_crs(value: dict[str, Any]) -> tuple[str | None, list[Question]]:
    crs = value.get("crs")
    if not isinstance(crs, dict):
        return None, []
    properties = crs.get("properties")
    name = properties.get("name") if isinstance(properties, dict) else None
    if crs.get("type") == "name" and isinstance(name, str):
        return ("EPSG:4326" if name.endswith("CRS84") else name[:200]), []
    why = "文件的 crs 成员不是坐标系名称（可能是链接），没有采用，也不会打开链接"
    return None, [Question("crs", "EPSG:4326", why, "the crs member is no name (a link is never followed)")]


def _cell(cell: Any, source: Source) -> Any:  # noqa: ANN401  (JSON)
    if not isinstance(cell, dict | list):
        return cell
    try:
        return json.dumps(cell, ensure_ascii=False)
    except RecursionError as error:
        raise source.limits.exceeded("depth", "brackets thousands deep") from error


def _built(geometry: Any) -> Built:  # noqa: ANN401, PLR0911  (JSON; one return a type)
    if not isinstance(geometry, dict):
        return Built(None, (empty_mark(),))
    kind, cells = geometry.get("type"), geometry.get("coordinates")
    if kind == "Polygon" and isinstance(cells, list):
        return built_polygons([cells]) if cells else Built(None, (empty_mark(),))
    if kind == "MultiPolygon" and isinstance(cells, list):
        return built_polygons([part for part in cells if isinstance(part, list)])
    if kind in {"Point", "LineString", "MultiPoint"}:
        points = points_of([cells] if kind == "Point" else cells)
        if points is None:
            return Built(None, (Mark("non-finite", "有的坐标不是数字", "a coordinate is no number"),))
        makers = {"Point": lambda: shapely.Point(points[0]), "MultiPoint": lambda: shapely.MultiPoint(points)}
        if kind == "LineString" and len(points) < 2:  # noqa: PLR2004  (a line has two ends)
            return Built(None, (Mark("too-few-points", "线只有一个点", "a line has one point"),))
        return finite(makers[kind]() if kind in makers else shapely.LineString(points))
    if kind in _GEOMETRIES:
        return Built(None, (Mark("wrong-type", f"图形类型是 {kind}，不是面", f"the geometry is a {kind}, no polygon"),))
    return Built(None, (empty_mark(),))


def _in_degrees(built: list[Built]) -> bool:
    known = [one.geometry for one in built if one.geometry is not None]
    if not known:
        return True
    bounds = shapely.total_bounds(known)
    return bool(abs(bounds[[0, 2]]).max() <= 180 and abs(bounds[[1, 3]]).max() <= 180)  # noqa: PLR2004  (degrees)
