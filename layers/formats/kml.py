"""KML 2.2, which knows WGS 84 alone, and KMZ, which is the same in a zip file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

import shapely

from layers.extract import Note
from layers.fields import joined_lists, plain_value
from layers.formats.archive import zipped
from layers.styles.rules import OPACITY, cells_of, drawn, extract_style

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.extract import Extract

_DECIMALS = 7
#: Characters that XML 1.0 cannot hold, not even escaped.
UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAMES = ("name_zh", "part_zh", "park_zh", "place_zh", "line_zh")


def kml(rows: Extract) -> tuple[bytes, tuple[Note, ...]]:
    """
    Write KML: a placemark a row in the colour of its sector, all columns as extended data.

    Parameters
    ----------
    rows
        Rows with geometry in WGS 84. Values become text, lists joined by `；`, missing values are left out; a row
        without geometry is a placemark without one; an empty selection gives a document without placemarks.

    Returns
    -------
    content, notes
        UTF-8 XML; coordinates with 7 decimals. Control characters, which XML cannot hold, become U+FFFD, and a note
        counts their rows.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> from layers.extract import extract
    >>> from layers.filters import Filters
    >>> content, _ = kml(extract(read_plan(), "metro_lines", Filters(), "EPSG:4326"))
    >>> content.count(b"<Placemark>"), "<name>1号线</name>" in content.decode()
    (3, True)
    """
    text = "\n".join(_document(rows))
    replaced = len(UNWRITABLE.findall(text))
    note = Note(
        f"{replaced}个控制字符不能写入KML，已代以U+FFFD。",
        f"{replaced} control characters cannot stand in KML and were replaced by U+FFFD.",
    )
    return UNWRITABLE.sub("\ufffd", text).encode(), (note,) if replaced else ()


def kmz(rows: Extract) -> tuple[bytes, tuple[Note, ...]]:
    """
    Write KMZ: the file of `kml` as `doc.kml` in a zip file.

    Parameters
    ----------
    rows
        As `kml`.

    Returns
    -------
    content, notes
        As `kml`.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> from layers.extract import extract
    >>> from layers.filters import Filters
    >>> kmz(extract(read_plan(), "metro_lines", Filters(), "EPSG:4326"))[0][30:37]
    b'doc.kml'
    """
    content, notes = kml(rows)
    return zipped({"doc.kml": content}, rows.created), notes


def _document(rows: Extract) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
    yield f"<name>{escape(rows.layer.title_zh)}</name><description>{escape(rows.summary)}</description>"
    style = extract_style(rows)
    looks = [drawn(style, cells) for cells in cells_of(rows)]
    ids = {look: f"s{number}" for number, look in enumerate(dict.fromkeys(looks))}
    yield from (_style(name, *look) for look, name in ids.items())
    yield f"<Folder><name>{escape(rows.layer.id)}</name>"
    table = joined_lists(rows.table, rows.fields)
    titles = {field.name: field.title_zh for field in rows.fields}
    name = next((column for column in _NAMES if column in titles), rows.layer.key[0])
    records = zip(*(table[column] for column in titles), strict=True)
    for record, look, figure in zip(records, looks, rows.table.geometry, strict=True):
        values = dict(zip(titles, map(plain_value, record), strict=True))
        yield f"<Placemark><name>{_text(values[name])}</name><styleUrl>#{ids[look]}</styleUrl><ExtendedData>"
        for column, value in values.items():
            if value is not None:
                yield (
                    f"<Data name={quoteattr(column)}><displayName>{escape(titles[column])}</displayName>"
                    f"<value>{_text(value)}</value></Data>"
                )
        yield f"</ExtendedData>{_geometry(figure)}</Placemark>"
    yield "</Folder></Document></kml>\n"


def _style(name: str, fill: str, line: str) -> str:
    return (
        f'<Style id="{name}"><IconStyle><color>{_abgr(fill)}</color></IconStyle><LineStyle><color>{_abgr(line)}</color>'
        f"<width>1.8</width></LineStyle><PolyStyle><color>{_abgr(fill, OPACITY)}</color></PolyStyle></Style>"
    )


def _abgr(colour: str, opacity: float = 1.0) -> str:
    """Turn `#RRGGBB` into KML's order: opacity, blue, green, red."""
    return f"{round(255 * opacity):02x}{colour[5:7]}{colour[3:5]}{colour[1:3]}".lower()


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    # A carriage return is read back as a line feed unless it is written as a reference.
    return escape("" if value is None else str(value), {"\r": "&#13;"})


def _geometry(figure: shapely.Geometry | None) -> str:
    if figure is None or figure.is_empty:
        return ""
    kind = figure.geom_type
    if kind.startswith("Multi"):
        return f"<MultiGeometry>{''.join(map(_geometry, figure.geoms))}</MultiGeometry>"
    if kind == "Polygon":
        turned = shapely.orient_polygons(figure, exterior_cw=False)
        holes = "".join(f"<innerBoundaryIs>{_ring(hole)}</innerBoundaryIs>" for hole in turned.interiors)
        return f"<Polygon><outerBoundaryIs>{_ring(turned.exterior)}</outerBoundaryIs>{holes}</Polygon>"
    return f"<{kind}>{_coordinates(figure)}</{kind}>"


def _ring(ring: shapely.LinearRing) -> str:
    return f"<LinearRing>{_coordinates(ring)}</LinearRing>"


def _coordinates(figure: shapely.Geometry) -> str:
    pairs = " ".join(f"{round(x, _DECIMALS)!r},{round(y, _DECIMALS)!r}" for x, y in map(tuple, figure.coords))
    return f"<coordinates>{pairs}</coordinates>"
