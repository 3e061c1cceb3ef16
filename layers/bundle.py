"""Several layers at once: a zip with styles, checksums and citation, or one GeoPackage."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import TYPE_CHECKING

from geo.crs import WGS84
from geo.errors import FormatError
from geo.security import class_words
from geo.systems import crs_names, served_crs
from layers.catalog import Layer, catalog, layer
from layers.export import ExportedFile, cached_export, city_bounds
from layers.extract import NOTICE, Note, created, extract
from layers.filters import Filters
from layers.formats.archive import zipped
from layers.formats.geopackage import geopackage_of
from layers.formats.listed import FORMATS, format_of, formats_of
from layers.formats.shapefile import short_names
from layers.styles.qml import extract_qml
from layers.styles.rules import extract_style
from layers.styles.sld import sld

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.plan import Plan


def bundle(
    plan: Plan,
    layer_ids: Sequence[str],
    *,
    format: str,  # noqa: A002 - as export_layer
    crs: str = WGS84,
) -> ExportedFile:
    """
    Pack several whole layers in one format, with styles, README.txt, SHA256SUMS.txt and CITATION.cff.

    Parameters
    ----------
    plan
        The plan.
    layer_ids
        Layers of the catalogue.
    format, crs
        As for `export_layer`; a layer that the format cannot hold is packed as CSV.

    Returns
    -------
    file
        A zip file; notes name their layer.

    Raises
    ------
    GeoError
        As `export_layer`, or if no layer is named.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> bundle(read_plan(), ["sectors", "districts"], format="geojson").name
    'yuantu_bundle_geojson_wgs84_2026.11.0.zip'
    """
    if not layer_ids:
        msg = "a bundle of no layers; name at least one"
        raise FormatError(msg)
    wanted, system = format_of(format), served_crs(crs, around=city_bounds(plan))
    chosen = [layer(plan, layer_id) for layer_id in dict.fromkeys(layer_ids)]
    kinds = [wanted if wanted in formats_of(found) else "csv" for found in chosen]
    files = [cached_export(plan, found.id, format=kind, crs=system) for found, kind in zip(chosen, kinds, strict=True)]
    packed = {file.name: file.content for file in files}
    for found, kind in zip(chosen, kinds, strict=True):
        packed |= _styles(plan, found, kind)
    told = {"README.txt": _readme(plan, chosen, files), "CITATION.cff": citation(plan)}
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in (told | packed).items())
    content = {**told, "SHA256SUMS.txt": sums.encode(), **packed}
    notes = tuple(Note(f"{file.name}：{n.zh}", f"{file.name}: {n.en}") for file in files for n in file.notes)
    name = f"yuantu_bundle_{wanted}_{crs_names(system)[2]}_{plan.descriptor.get('version', '0')}.zip"
    return ExportedFile(name, "application/zip", zipped(content, created(plan)), system, notes)


def _readme(plan: Plan, chosen: Sequence[Layer], files: Sequence[ExportedFile]) -> bytes:
    lines = [f"园图 Yuantu: {plan.release}", *NOTICE, ""]
    for found, file in zip(chosen, files, strict=True):
        lines += [file.name, f"  {found.title_zh}：{found.what_zh}", f"  {found.title_en}: {found.what_en}"]
        lines += [f"  许可 Licence: {found.licence}", f"  截至 As of: {found.as_of}"]
        lines += [f"  密级 Security class: {' '.join(class_words(found.security))}"]
        lines += [f"  坐标系 CRS: {file.crs or '-'}", *(f"  {note}" for note in file.notes), ""]
    return ("\ufeff" + "\r\n".join(lines)).encode()


def _styles(plan: Plan, found: Layer, kind: str) -> dict[str, bytes]:
    """QML and SLD of a layer with geometry, in the names that columns have in the file."""
    if found.geometry is None:
        return {}
    rows = extract(plan, found.id, Filters(), WGS84)
    names = short_names(rows) if kind in {"shp", "tab"} else {}
    style = extract_style(rows)
    return {
        f"styles/{found.id}.qml": extract_qml(rows, names=names).encode(),
        f"styles/{found.id}.sld": sld(style, found.geometry, name=found.id, names=names).encode(),
    }


def citation(plan: Plan) -> bytes:
    """
    Say how to cite a release of a plan's data: Citation File Format 1.2.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    content
        YAML in UTF-8.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> citation(read_plan()).decode().splitlines()[0]
    'cff-version: 1.2.0'
    """
    words = plan.descriptor
    fields = {
        "cff-version": "1.2.0",
        "message": "请注明数据版本与来源。 Please name the release and its sources.",
        "type": "dataset",
        "title": f"{words.get('title', words['name'])} ({plan.release})",
        "version": words.get("version", "0"),
        "date-released": created(plan).strftime("%Y-%m-%d"),
    }
    lines = [f"{name}: {_quoted(str(value))}" for name, value in fields.items()]
    lines[0] = "cff-version: 1.2.0"
    lines += ["authors:", f"  - name: {_quoted('The Yuantu authors')}", "references:"]
    for row in plan.sources.itertuples():
        lines += ["  - type: data", f"    title: {_quoted(f'{row.title_zh} / {row.title_en}')}"]
        lines += [
            "    authors:",
            f"      - name: {_quoted(str(row.source_id))}",
            f"    license: {_quoted(str(row.licence))}",
        ]
    return ("\n".join(lines) + "\n").encode()


def _quoted(text: str) -> str:
    """Quote a text for YAML, of which JSON's texts are a part."""
    return json.dumps(text, ensure_ascii=False)


def export_all(plan: Plan, *, crs: str = WGS84) -> ExportedFile:
    """
    Write every layer and table of a plan into one GeoPackage.

    Parameters
    ----------
    plan
        The plan.
    crs
        As for `export_layer`.

    Returns
    -------
    file
        A GeoPackage that opens styled in QGIS.

    Raises
    ------
    CRSError
        If the system is not served.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> export_all(read_plan(), crs="4548").name
    'yuantu_all_epsg4548_2026.11.0.gpkg'
    """
    return _whole_package(plan, served_crs(crs, around=city_bounds(plan)))


@lru_cache(maxsize=4)
def _whole_package(plan: Plan, system: str) -> ExportedFile:
    layers = [extract(plan, found.id, Filters(), system) for found in catalog(plan)]
    content, notes = geopackage_of(layers)
    name = f"yuantu_all_{crs_names(system)[2]}_{plan.descriptor.get('version', '0')}.gpkg"
    return ExportedFile(name, FORMATS["gpkg"].media_type, content, system, notes)
