"""DXF drawings: closed polylines, and the texts inside them as their names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pyogrio
import shapely

from geo.intake.curves import curved
from geo.intake.encoding import decide
from geo.intake.gdal import read_with
from geo.intake.layer import RawLayer, raw_layer
from geo.intake.limits import IntakeError
from geo.intake.rings import Built, Mark

if TYPE_CHECKING:
    from geo.intake.source import Source
    from geo.intake.values import Question


def read_dxf(source: Source) -> RawLayer:
    r"""
    Read the closed polylines of a DXF drawing.

    Parameters
    ----------
    source
        The file, with a name that ends in .dxf.

    Returns
    -------
    raw
        One row a polyline or polygon: `Layer`, `Text` (texts inside it, joined by spaces); no system.

    Raises
    ------
    IntakeError
        If it is broken or binary, or holds no lines.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from geo.intake.source import Source
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "a.dxf"
    ...     _ = path.write_text("0\nSECTION\n2\nENTITIES\n0\nENDSEC\n0\nEOF\n")
    ...     read_dxf(Source(path, "a.dxf", path.parent))
    Traceback (most recent call last):
    geo.intake.limits.IntakeError: the layer 'a' has no features
    """
    content = source.path.read_bytes()
    head = content[:20_000]
    page = re.search(rb"\$DWGCODEPAGE\s+3\s+(\S+)", head)
    version = re.search(rb"\$ACADVER\s+1\s+AC(\d{4})", head)
    is_unicode = version is not None and int(version.group(1)) >= 1021  # noqa: PLR2004  (R2007)
    stated = [("$ACADVER", "UTF-8")] if is_unicode else []
    if page and not is_unicode and b"936" in page.group(1):
        stated.append(("$DWGCODEPAGE", "GB18030"))
    decided = decide(content.splitlines(), stated=stated, answers=source.answers)
    own = source.path.with_name("drawing.dxf")
    own.write_bytes(content.decode(decided.encoding).encode())
    pyogrio.set_gdal_config_options({"DXF_ENCODING": "UTF-8"})
    raw = read_with(source, own, "DXF", None, source.stem)
    questions = [decided.question] if decided.question else []
    return _outlines(raw, source, decided.encoding, questions, has_bulges=_has_bulges(content))


def _has_bulges(content: bytes) -> bool:
    """Whether a polyline has arcs: group 42 with another value than 0."""
    return any(float(found) != 0 for found in re.findall(rb"\n\s*42\r?\n\s*(-?[0-9.]+(?:[eE][-+]?\d+)?)", content))


def _outlines(raw: RawLayer, source: Source, encoding: str, questions: list[Question], *, has_bulges: bool) -> RawLayer:
    layers, texts = raw.attributes.get("Layer"), raw.attributes.get("Text")
    written = [
        (geometry, str(text))
        for geometry, text in zip(raw.geometry, texts if texts is not None else [], strict=True)
        if isinstance(text, str) and geometry is not None and geometry.geom_type == "Point"
    ]
    built, names, places = [], [], []
    for row, geometry in enumerate(raw.geometry):
        if geometry is None or geometry.geom_type not in {"LineString", "Polygon", "MultiPolygon", "MultiLineString"}:
            continue
        one = _outline(geometry)
        inside = one.geometry if one.geometry is not None and one.geometry.is_valid else None
        if inside is not None:
            shapely.prepare(inside)
        names.append(" ".join(text for point, text in written if inside is not None and inside.covers(point)) or None)
        places.append(None if layers is None else layers.iloc[row])
        built.append(_smoothed(one) if has_bulges else one)
    if not built:
        raise IntakeError(
            "no-features",
            "the drawing holds no polylines; draw each boundary as a closed polyline",
            "图中没有多段线，请把边界画成闭合多段线",
        )
    columns = {"Layer": places, "Text": names}
    return raw_layer(source.stem, columns, built, source.limits, crs=None, encoding=encoding, questions=questions)


def _smoothed(built: Built) -> Built:
    """Drawn from arcs: GDAL writes the ends of an arc twice."""
    geometry = None if built.geometry is None else shapely.remove_repeated_points(built.geometry, 0.0)
    return curved(Built(geometry, built.marks))


def _outline(geometry: shapely.Geometry) -> Built:
    if geometry.geom_type != "LineString":
        return Built(geometry, ())
    points = shapely.get_coordinates(geometry, include_z=bool(geometry.has_z))
    if geometry.has_z and not np.nan_to_num(points[:, 2]).any():
        points = points[:, :2]
    if geometry.is_closed and len(points) > 3:  # noqa: PLR2004  (a ring has three corners)
        return Built(shapely.Polygon(points), ())
    end = points[-1]
    mark = Mark("unclosed", "多段线没有闭合", "the polyline is not closed", float(end[0]), float(end[1]), "close")
    return Built(shapely.MultiLineString([points[:, :2]]), (mark,))
