"""KML as text that declares nothing: placemarks with their names, data and polygons, ring by ring."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import shapely

from geo.intake.layer import RawLayer, distinct, raw_layer
from geo.intake.limits import IntakeError
from geo.intake.markup import plain_xml
from geo.intake.rings import Built, Mark, built_polygons, empty_mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.intake.source import Source

_REMOTE = {"NetworkLink", "NetworkLinkControl"}
_SHAPES = {"Polygon", "Point", "LineString", "LinearRing", "Track", "Model"}


def read_kml(source: Source) -> RawLayer:
    """
    Read a KML file.

    Parameters
    ----------
    source
        The file; the text of a KMZ counts as one.

    Returns
    -------
    raw
        One row a placemark: `name`, `description`, `folder` (folders joined by `/`), its data; WGS 84.

    Raises
    ------
    IntakeError
        If it is broken, declares entities, is nested too deep, or points to another file instead of holding features.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from geo.intake.source import Source
    >>> text = "<kml><Placemark><name>火炬园</name><Point><coordinates>118,24.5</coordinates></Point></Placemark></kml>"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "a"
    ...     _ = path.write_text(text, encoding="utf-8")
    ...     read_kml(Source(path, "a.kml", path.parent)).attributes["name"].tolist()
    ['火炬园']
    """
    try:
        root = ET.fromstring(plain_xml(source.path.read_bytes(), source.limits))  # noqa: S314  (as above)
    except ET.ParseError as error:
        raise IntakeError(
            "broken",
            f"the KML cannot be read ({error}); it may be cut off: export it again",
            f"KML 无法解析（第 {error.position[0]} 行），文件可能不完整，请重新导出",
        ) from error
    if any(_tag(element) in _REMOTE for element in root.iter()):
        raise IntakeError(
            "remote",
            "the KML points to another file (NetworkLink), which is never opened; save the places themselves as KML",
            "KML 中有网络链接（NetworkLink），不会打开；请把图形本身另存为 KML",
        )
    found = list(_placemarks(root, ()))
    source.limits.refuse_above("features", len(found))
    rows = [_data(placemark, folders) for placemark, folders in found]
    keys = list(dict.fromkeys(key for row in rows for key in row))
    names = distinct(keys)
    columns = {name: [row.get(key) for row in rows] for key, name in zip(keys, names, strict=True)}
    built = [_built(placemark) for placemark, _ in found]
    return raw_layer(source.stem, columns, built, source.limits, crs="EPSG:4326", encoding="UTF-8")


def _tag(element: ET.Element) -> str:
    return element.tag.rsplit("}", 1)[-1]


def _text(element: ET.Element, tag: str) -> str | None:
    child = next((child for child in element if _tag(child) == tag), None)
    return None if child is None else "".join(child.itertext()).strip() or None


def _placemarks(element: ET.Element, folders: tuple[str, ...]) -> Iterator[tuple[ET.Element, tuple[str, ...]]]:
    for child in element:
        tag = _tag(child)
        if tag == "Placemark":
            yield child, folders
        elif tag in {"Folder", "Document"}:
            name = _text(child, "name")
            yield from _placemarks(child, (*folders, name) if tag == "Folder" and name else folders)


def _data(placemark: ET.Element, folders: tuple[str, ...]) -> dict[str, str | None]:
    row = {"name": _text(placemark, "name"), "description": _text(placemark, "description")}
    row["folder"] = "/".join(folders) or None
    for element in placemark.iter():
        if _tag(element) == "Data" and element.get("name"):
            row[str(element.get("name"))] = _text(element, "value")
        elif _tag(element) == "SimpleData" and element.get("name"):
            row[str(element.get("name"))] = (element.text or "").strip() or None
    return row


def _built(placemark: ET.Element) -> Built:
    shapes = [element for element in placemark.iter() if _tag(element) in _SHAPES]
    polygons = [element for element in shapes if _tag(element) == "Polygon"]
    if polygons:
        return built_polygons([_rings(polygon) for polygon in polygons])
    if not shapes:
        return Built(None, (empty_mark(),))
    kind, points = _tag(shapes[0]), _positions(_text(shapes[0], "coordinates"))
    if kind == "Point" and points and all(isinstance(value, float) for value in points[0]):
        return Built(shapely.Point(points[0]), ())
    mark = Mark("wrong-type", f"图形类型是 {kind}，不是面", f"the geometry is a {kind}, no polygon")
    return Built(None, (mark,))


def _rings(polygon: ET.Element) -> list[list[list[float]]]:
    """Rings of a polygon, the outer one first however they are ordered."""
    found: dict[str, list[list[list[float]]]] = {"outerBoundaryIs": [], "innerBoundaryIs": []}
    for boundary in polygon:
        for ring in boundary.iter():
            if _tag(ring) == "LinearRing" and _tag(boundary) in found:
                found[_tag(boundary)].append(_positions(_text(ring, "coordinates")))
    return found["outerBoundaryIs"] + found["innerBoundaryIs"]


def _positions(text: str | None) -> list[list[float]]:
    return [[_number(cell) for cell in position.split(",")] for position in (text or "").split()]


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return float("nan")
