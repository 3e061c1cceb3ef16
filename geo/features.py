"""Features of a package's GeoJSON files, and what is wrong with their geometry."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import shapely
from shapely.geometry import shape

from geo.descriptor import ENCODING
from geo.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CRS84_NAMES = {"urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:OGC::CRS84", "OGC:CRS84"}


def features_of(collection: dict[str, Any]) -> list[dict[str, Any]]:
    """
    Features of a GeoJSON collection, with null geometry made explicit.

    Parameters
    ----------
    collection
        Parsed GeoJSON.

    Returns
    -------
    features
        In file order.

    Examples
    --------
    >>> features_of({"features": [{"type": "Feature", "properties": {"a": 1}}]})
    [{'type': 'Feature', 'properties': {'a': 1}, 'geometry': None}]
    """
    return [{**feature, "geometry": feature.get("geometry")} for feature in collection.get("features", [])]


def geometry_faults(folder: Path, resource: dict[str, Any], bounds: tuple[float, ...]) -> Iterator[Fault]:
    """
    Faults of geometry: missing, of another type, invalid (with the place), outside the package's bounds.

    Parameters
    ----------
    folder
        The package's.
    resource
        Description of a GeoJSON file that is there and holds features; its `geometry_types` are those allowed.
    bounds
        West, south, east, north in degrees of WGS 84.

    Yields
    ------
    fault
        `row` is the number of the feature from 1, None for the file as a whole.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as name:
    ...     file = Path(name) / "parks.geojson"
    ...     features = [{"geometry": {"type": "Point", "coordinates": [610398.1, 2708778.3]}}, {"geometry": None}]
    ...     _ = file.write_text(json.dumps({"features": features}))
    ...     found = list(geometry_faults(Path(name), {"path": file.name}, (117.4, 24.1, 118.9, 25.15)))
    >>> [(fault.row, fault.kind) for fault in found]
    [(1, 'wrong-crs'), (2, 'missing-geometry')]
    """
    name = resource["path"]
    collection = json.loads((folder / name).read_text(encoding=ENCODING))
    stated = _stated_crs(collection.get("crs"))
    if stated is not None and stated not in _CRS84_NAMES:
        reason = f"the file says {stated}; a package stores WGS 84 longitude and latitude (OGC:CRS84): convert it"
        yield Fault(name, None, "crs", "wrong-crs", reason)
    for number, feature in enumerate(features_of(collection), start=1):
        for kind, reason in _shape_faults(feature["geometry"], resource.get("geometry_types"), bounds):
            yield Fault(name, number, "geometry", kind, reason)


def _stated_crs(member: object) -> str | None:
    """Name in the `crs` member of older GeoJSON; the member itself where it has no name, None where there is none."""
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return None if member is None else str(name or member)


def _shape_faults(
    geometry: dict[str, Any] | None, types: list[str] | None, bounds: tuple[float, ...]
) -> Iterator[tuple[str, str]]:
    if geometry is None:
        yield "missing-geometry", "the feature has no geometry; draw it or drop the feature"
        return
    try:
        figure = shape(geometry)
    except (ValueError, TypeError, KeyError, AttributeError, shapely.errors.ShapelyError) as error:
        yield "broken-geometry", f"{error}; write it as GeoJSON"
        return
    if figure.is_empty:
        yield "missing-geometry", "the geometry is empty; draw it or drop the feature"
        return
    if types and figure.geom_type not in types:
        yield "geometry-type", f"a {figure.geom_type} stands where {' or '.join(types)} is expected"
    if not figure.is_valid:
        yield "invalid-geometry", f"{shapely.is_valid_reason(figure)} (longitude latitude); mend the ring there"
    if not shapely.box(*bounds).covers(shapely.box(*figure.bounds)):
        spot, limits = (", ".join(f"{value:.9g}" for value in edges) for edges in (figure.bounds, bounds))
        reason = (
            f"its bounds {spot} leave the package's {limits}: coordinates must be WGS 84 longitude, latitude; "
            "convert metres to degrees, or swap the axes"
        )
        yield "wrong-crs", reason
