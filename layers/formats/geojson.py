"""GeoJSON: RFC 7946 for WGS 84; for other systems the form of 2008 with a `crs` member, which GDAL and QGIS read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import shapely
from shapely.geometry import mapping

from geo.crs import WGS84
from layers.fields import plain_value

if TYPE_CHECKING:
    from layers.extract import Extract, Note

#: 7 decimals of a degree are about 1 cm; 4 of a metre keep areas of small pieces within a millionth.
_DECIMALS_DEGREES = 7
_DECIMALS_METRES = 4


def geojson(rows: Extract) -> tuple[bytes, tuple[Note, ...]]:
    """
    Write GeoJSON, one feature a line; lists stay lists, a missing geometry is null.

    Parameters
    ----------
    rows
        Rows in any served system. In WGS 84 the file follows RFC 7946 (longitude first, exterior rings
        counter-clockwise, no `crs`); otherwise a `crs` member names the system. An empty selection gives an empty
        collection.

    Returns
    -------
    content, notes
        UTF-8 text; coordinates with 7 decimals (degrees) or 4 (metres).

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> from layers.extract import extract
    >>> from layers.filters import Filters
    >>> content, _ = geojson(extract(read_plan(), "metro_lines", Filters(), "EPSG:4326"))
    >>> [feature["properties"]["name_zh"] for feature in json.loads(content)["features"]]
    ['1号线', '2号线', '3号线']
    """
    head: dict[str, Any] = {"type": "FeatureCollection", "name": rows.layer.id}
    if rows.datum:
        # The form of 2008: null says that no system may be assumed.
        head |= {"crs": None, "datum": rows.datum}
    elif rows.crs not in {None, WGS84}:
        head["crs"] = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:{str(rows.crs).replace(':', '::')}"}}
    head |= {"title": rows.layer.title_zh, "description": rows.summary, "licence": rows.layer.licence}
    head |= {"release": rows.plan.release, "as_of": rows.layer.as_of, "source_ids": list(rows.layer.source_ids)}
    opening = json.dumps(head, ensure_ascii=False, allow_nan=False)[:-1]
    features = ",\n".join(_features(rows, _DECIMALS_DEGREES if rows.in_degrees else _DECIMALS_METRES))
    return f'{opening},"features":[\n{features}\n]}}\n'.encode(), ()


def _features(rows: Extract, decimals: int) -> list[str]:
    names = [field.name for field in rows.fields]
    records = zip(*(rows.table[name] for name in names), strict=True)
    return [
        json.dumps(
            {
                "type": "Feature",
                "properties": dict(zip(names, map(plain_value, record), strict=True)),
                "geometry": _geometry(figure, decimals),
            },
            ensure_ascii=False,
            allow_nan=False,
            separators=(",", ":"),
        )
        for record, figure in zip(records, rows.table.geometry, strict=True)
    ]


def _geometry(figure: shapely.Geometry | None, decimals: int) -> dict[str, Any] | None:
    if figure is None:
        return None
    if figure.geom_type.endswith("Polygon"):
        figure = shapely.orient_polygons(figure, exterior_cw=False)
    written = mapping(figure)
    return {"type": written["type"], "coordinates": _rounded(written["coordinates"], decimals)}


def _rounded(value: Any, decimals: int) -> Any:  # noqa: ANN401 - coordinates nest to any depth
    return [_rounded(item, decimals) for item in value] if isinstance(value, (tuple, list)) else round(value, decimals)


def geojsonseq(rows: Extract) -> tuple[bytes, tuple[Note, ...]]:
    r"""
    Write a sequence of GeoJSON texts (RFC 8142): one feature a line, each after a record separator.

    Parameters
    ----------
    rows
        Rows in WGS 84: a sequence has no place for another system, nor for words of the file as a whole, so
        each feature says source, licence, date and release itself.

    Returns
    -------
    content, notes
        UTF-8 text; coordinates with 7 decimals.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> from layers.extract import extract
    >>> from layers.filters import Filters
    >>> content, _ = geojsonseq(extract(read_plan(), "metro_lines", Filters(), "EPSG:4326"))
    >>> len(content.splitlines()), content[:2]
    (3, b'\x1e{')
    """
    return "".join(f"\x1e{feature}\n" for feature in _features(rows, _DECIMALS_DEGREES)).encode(), ()
