"""
Opens files in QGIS as a person does who drags them in, and says what QGIS makes of them.

Run by the Python that QGIS was built for, which has nothing of this project: a list of questions as JSON comes in; what
QGIS, its version and its drivers say goes as JSON into the file that is named. The tests judge; this script only looks.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from osgeo import gdal
from qgis.core import (
    Qgis,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsGeometry,
    QgsMapLayerType,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsProviderRegistry,
    QgsProviderSublayerDetails,
    QgsRectangle,
    QgsRuleBasedRenderer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor, QImage

#: What is drawn does not depend on the machine's screen.
_DOTS_PER_INCH = 96
_ROOM = 1.05
_COLOURS = 500


def layers_of(question: dict[str, Any]) -> list[QgsVectorLayer]:
    """Open all layers of a file or address, in its own order; by a provider's own address where one is named."""
    address = question["address"]
    if "provider" in question:
        return [QgsVectorLayer(address, question.get("name", ""), question["provider"])]
    options = QgsProviderSublayerDetails.LayerOptions(QgsProject.instance().transformContext())
    # A drawing holds lines and texts in one layer: QGIS parts them when files are dragged in.
    parted = Qgis.SublayerQueryFlags(Qgis.SublayerQueryFlag.ResolveGeometryType)
    found = QgsProviderRegistry.instance().querySublayers(address, parted)
    return [one.toLayer(options) for one in found if one.type() == QgsMapLayerType.VectorLayer]


def told(layer: QgsVectorLayer, styles: list[str]) -> dict[str, Any]:
    """Say what a layer is to QGIS, after it has loaded styles from files."""
    if not layer.isValid():
        return {"is_valid": False, "name": layer.name(), "error": layer.error().summary()}
    rows = [{field.name(): plain(row[field.name()]) for field in layer.fields()} for row in layer.getFeatures()]
    figures = [row.geometry() for row in layer.getFeatures()]
    placed = [figure for figure in figures if not figure.isNull() and not figure.isEmpty()]
    system = layer.crs()
    return {
        "is_valid": True,
        "name": layer.name(),
        "crs": system.authid() if system.isValid() else None,
        "fields": {field.name(): field.typeName() for field in layer.fields()},
        "rows": rows,
        "figures": len(placed),
        "faults": [fault.what() for one in placed for fault in one.validateGeometry(QgsGeometry.ValidatorGeos)],
        "bounds": bounds(placed, system),
        "loaded": [loaded(layer, path) for path in styles],
        **(style_of(layer) if layer.isSpatial() else {}),
        "aliases": {field.name(): field.alias() for field in layer.fields() if field.alias()},
    }


def plain(value: Any) -> Any:
    """Turn a cell into what JSON knows; QGIS's own nothing is none."""
    if value is None or (hasattr(value, "isNull") and value.isNull()):
        return None
    return value if isinstance(value, (bool, int, float, str, list)) else repr(value)


def bounds(figures: list[QgsGeometry], system: QgsCoordinateReferenceSystem) -> list[float] | None:
    """Give west, south, east, north in degrees of WGS 84, corner by corner, by the system that QGIS found."""
    extent = QgsRectangle()
    extent.setMinimal()
    move = QgsCoordinateTransform(system, QgsCoordinateReferenceSystem("EPSG:4326"), QgsProject.instance())
    for figure in figures:
        moved = QgsGeometry(figure)
        moved.transform(move)
        extent.combineExtentWith(moved.boundingBox())
    return [extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()] if figures else None


def loaded(layer: QgsVectorLayer, path: str) -> bool:
    """Whether QGIS takes a file for the layer's style."""
    load = layer.loadSldStyle if path.endswith(".sld") else layer.loadNamedStyle
    return bool(load(path)[1])


def style_of(layer: QgsVectorLayer) -> dict[str, Any]:
    """Say by what rules a layer is drawn, how many rows each draws, and what is written on the map."""
    renderer = layer.renderer()
    answer: dict[str, Any] = {"renderer": renderer.type(), "rules": [], "drawn": drawn_rows(layer)}
    if isinstance(renderer, QgsRuleBasedRenderer):
        answer["branches"] = [rule.label() for rule in renderer.rootRule().children() if rule.children()]
        answer["rules"] = [rule_of(rule) for rule in renderer.rootRule().descendants() if rule.symbol()]
    if layer.labelsEnabled():
        answer["label"] = layer.labeling().settings().fieldName
    return answer


def rule_of(rule: QgsRuleBasedRenderer.Rule) -> dict[str, Any]:
    """Say what a rule is called, and its colours and pattern of line."""
    [part] = rule.symbol().symbolLayers()
    said, is_line = part.properties(), part.layerType() == "SimpleLine"
    return {
        "label": rule.label(),
        "fill": None if is_line or said.get("style") == "no" else part.fillColor().name().upper(),
        "line": (part.color() if is_line else part.strokeColor()).name().upper(),
        "pen": said.get("outline_style", said.get("line_style")),
    }


def drawn_rows(layer: QgsVectorLayer) -> dict[str, int]:
    """Count the rows that each entry of the legend draws, as QGIS counts them beside its legend."""
    counter = layer.countSymbolFeatures()
    if counter is None:
        return {}
    counter.waitForFinished()
    return {item.label(): layer.featureCount(item.ruleKey()) for item in layer.renderer().legendSymbolItems()}


def render(layers: list[QgsVectorLayer], asked: dict[str, Any]) -> dict[str, int]:
    """Draw layers one over the other into a PNG, and count the points of its most frequent colours."""
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(layers[0].crs())
    settings.setOutputSize(QSize(asked["width"], asked["height"]))
    settings.setOutputDpi(_DOTS_PER_INCH)
    settings.setBackgroundColor(QColor("white"))
    extent = settings.fullExtent()
    extent.scale(_ROOM)
    settings.setExtent(extent)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage().convertToFormat(QImage.Format_RGB32)
    if not image.save(asked["file"]):
        message = f"QGIS could not write {asked['file']}"
        raise OSError(message)
    return counted(image)


def counted(image: QImage) -> dict[str, int]:
    """Count the points of each colour, the most frequent first."""
    bits = image.constBits()
    bits.setsize(image.sizeInBytes())
    content, found = bytes(bits), {}
    for start in range(0, len(content), 4):
        point = content[start : start + 3]
        found[point] = found.get(point, 0) + 1
    most = sorted(found.items(), key=lambda entry: -entry[1])[:_COLOURS]
    return {f"#{red:02X}{green:02X}{blue:02X}": number for (blue, green, red), number in most}


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """Open what is asked for and say what it is."""
    layers = layers_of(question)
    said: dict[str, Any] = {"layers": [told(layer, question.get("styles", [])) for layer in layers]}
    if "render" in question:
        # As QGIS stacks what is dragged in at once: points over lines over areas.
        stacked = sorted((layer for layer in layers if layer.isSpatial()), key=QgsVectorLayer.geometryType)
        said["colours"] = render(stacked, question["render"])
    return said


def drivers() -> dict[str, list[str]]:
    """Give the drivers for vectors of QGIS's GDAL, with the endings of files that each says it reads."""
    found = [gdal.GetDriver(number) for number in range(gdal.GetDriverCount())]
    return {
        driver.ShortName: (driver.GetMetadataItem(gdal.DMD_EXTENSIONS) or "").split()
        for driver in found
        if driver.GetMetadataItem(gdal.DCAP_VECTOR)
    }


def main() -> None:
    """Answer the questions that come in."""
    questions = json.load(sys.stdin)
    application = QgsApplication([], False)  # noqa: FBT003 - Qt's own: no windows
    application.initQgis()
    said = {
        "qgis": Qgis.QGIS_VERSION,
        "gdal": gdal.__version__,
        "drivers": drivers(),
        "answers": [answer(question) for question in questions],
    }
    # Into a file: QGIS and its libraries put words of their own on the standard output.
    Path(sys.argv[1]).write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    # QGIS's own end trips over layers that Python still holds; nothing is left to save.
    os._exit(0)


if __name__ == "__main__":
    main()
