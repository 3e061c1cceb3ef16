"""DXF for CAD: figures on layers by grade or sector, names as text, columns in a table beside it, all in a zip."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import shapely
from ezdxf._options import options
from ezdxf.document import Drawing
from ezdxf.enums import TextEntityAlignment
from ezdxf.layouts.layout import Modelspace

from layers.fields import LIST_SEPARATOR
from layers.formats.archive import zipped
from layers.formats.delimited import delimited
from layers.formats.readme import readme
from layers.styles.rules import cells_of, drawn, extract_style

if TYPE_CHECKING:
    from layers.extract import Extract, Note

#: Without the clock's time and drawn identifiers, so that equal questions give equal bytes.
options.write_fixed_meta_data_for_testing = True
_NAMES = ("part_zh", "park_zh", "name_zh", "place_zh", "line_zh")
_COLUMNS = {"grade": ("grade", "worst_grade"), "sector": ("sectors_zh", "sector_zh")}
_NONE = {"grade": "无等级", "sector": "无产业"}
#: Characters that no name of a layer may hold.
_FORBIDDEN = re.compile(r"[<>/\\\":;?*|=`\x00-\x1f]")
_HOLE = "_洞"
_TEXT_LAYER = "名称"
_APPLICATION = "YUANTU"
_HEIGHT_M = 60.0
_HEIGHT_DEGREES = 0.0006
#: Codes of $INSUNITS; it has none for degrees.
_METRES, _NO_UNIT = 6, 0
#: Programs pass over this entry since R2007 and read UTF-8. GDAL, and with it QGIS, converts by it; from a page of this
#: name there is nothing to convert, so the text stays the UTF-8 that it is.
_CODE_PAGE = "$DWGCODEPAGE\n  3\n"
_UTF_8_PAGE = "ANSI_65001"


def dxf(rows: Extract, *, by: str = "grade") -> tuple[bytes, tuple[Note, ...]]:
    """
    Write a zip with a DXF (R2010, UTF-8), its columns as CSV, and README.txt.

    Parameters
    ----------
    rows
        Rows with geometry in any served system; a system in metres suits CAD.
    by
        `grade` or `sector`: what the layers are called by. A row of several sectors lies on the layer of the first.

    Returns
    -------
    content, notes
        The zip. Each ring is a closed polyline, holes on the layer of their figure with `_洞` behind it; lines are
        polylines, points are points; the name stands as text in each figure on the layer 名称. Extended data
        (application YUANTU) of each holds the key of the row, the number of the part and that of the ring; the CSV
        holds the columns. CAD reads UTF-8 by the version; GDAL and QGIS go by the header's code page, which says
        UTF-8 in their way.

    Examples
    --------
    >>> import zipfile
    >>> from geo.plan import read_plan
    >>> from layers.extract import extract
    >>> from layers.filters import Filters
    >>> content, _ = dxf(extract(read_plan(), "metro_lines", Filters(), "EPSG:4548"))
    >>> zipfile.ZipFile(io.BytesIO(content)).namelist()
    ['metro_lines.dxf', 'metro_lines.csv', 'README.txt']
    """
    document = Drawing.new("R2010")
    document.appids.add(_APPLICATION)
    document.styles.add("中文", font="simsun.ttf")
    document.layers.add(_TEXT_LAYER)
    document.units = _NO_UNIT if rows.in_degrees else _METRES
    space = document.modelspace()
    style = extract_style(rows)
    for cells, figure in zip(cells_of(rows), rows.table.geometry, strict=True):
        if figure is None or figure.is_empty:
            continue
        layer = _layer(cells, by)
        if layer not in document.layers:
            for name in (layer, layer + _HOLE):
                document.layers.add(name, true_color=int(drawn(style, cells)[0][1:], 16))
        key = "/".join(str(cells[name]) for name in rows.layer.key)
        _draw(space, figure, layer, key)
        _label(space, figure, _name(cells, key), _HEIGHT_DEGREES if rows.in_degrees else _HEIGHT_M)
    table, notes = delimited(rows, geometry="lonlat")
    files = {
        f"{rows.layer.id}.dxf": _written(document),
        f"{rows.layer.id}.csv": table,
        "README.txt": readme(rows, notes, {field.name: field for field in rows.fields}),
    }
    return zipped(files, rows.created), notes


def _written(document: Drawing) -> bytes:
    # The library lists its classes in the order of a set, which differs from process to process.
    document.classes.add_required_classes(document.dxfversion)
    for key, entry in sorted(document.classes.classes.items()):
        del document.classes.classes[key]
        document.classes.classes[key] = entry
    stream = io.StringIO(newline="")
    document.write(stream)
    # The library writes the entry itself, by a list of code pages without UTF-8.
    text = re.sub(rf"({re.escape(_CODE_PAGE)})\w+", rf"\g<1>{_UTF_8_PAGE}", stream.getvalue(), count=1)
    return text.encode(document.output_encoding, "replace")


def _layer(cells: dict[str, object], by: str) -> str:
    value = next((cells[name] for name in _COLUMNS[by] if name in cells), None)
    text = value[0] if isinstance(value, tuple) and value else value
    return _FORBIDDEN.sub("_", str(text)) if text else _NONE[by]


def _name(cells: dict[str, object], key: str) -> str:
    value = next((cells[name] for name in _NAMES if cells.get(name)), key)
    # A text of CAD is one line.
    return " ".join(str(value).split()).replace(LIST_SEPARATOR, "；")


def _draw(space: Modelspace, figure: shapely.Geometry, layer: str, key: str) -> None:
    for part, single in enumerate(shapely.get_parts(figure), start=1):
        if single.geom_type == "Polygon":
            for number, ring in enumerate((single.exterior, *single.interiors), start=1):
                name = layer if number == 1 else layer + _HOLE
                line = space.add_lwpolyline(shapely.get_coordinates(ring)[:-1], close=True, dxfattribs={"layer": name})
                line.set_xdata(_APPLICATION, _marks(key, part, number))
        elif single.geom_type == "Point":
            spot = space.add_point((single.x, single.y), dxfattribs={"layer": layer})
            spot.set_xdata(_APPLICATION, _marks(key, part, 1))
        else:
            line = space.add_lwpolyline(shapely.get_coordinates(single), dxfattribs={"layer": layer})
            line.set_xdata(_APPLICATION, _marks(key, part, 1))


def _marks(key: str, part: int, ring: int) -> list[tuple[int, object]]:
    # 1000 is text of at most 255 bytes, 1071 a whole number.
    return [(1000, key[:80]), (1071, part), (1071, ring)]


def _label(space: Modelspace, figure: shapely.Geometry, name: str, height: float) -> None:
    spot = figure.representative_point()
    text = space.add_text(name, height=height, dxfattribs={"layer": _TEXT_LAYER, "style": "中文"})
    text.set_placement((spot.x, spot.y), align=TextEntityAlignment.MIDDLE_CENTER)
