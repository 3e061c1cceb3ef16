"""CSV and XLSX with well-known text, corner points of parcels, or points."""

from __future__ import annotations

import csv
import io
import math
import warnings
import zipfile
from itertools import groupby
from typing import TYPE_CHECKING, Any

import openpyxl
import shapely

from geo.intake.archive import members_of, unpack
from geo.intake.encoding import decide
from geo.intake.layer import RawLayer, distinct, raw_layer
from geo.intake.limits import IntakeError
from geo.intake.markup import plain_xml
from geo.intake.rings import Built, Mark, built_polygons, empty_mark, finite
from geo.intake.values import Question
from geo.names import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geo.intake.source import Source

_WKT = ("wkt", "geom", "geometry", "the_geom", "图形", "几何", "范围", "wkt坐标", "空间坐标")
_EAST = (
    "lon",
    "lng",
    "long",
    "longitude",
    "经度",
    "东经",
    "x",
    "x坐标",
    "横坐标",
    "坐标x",
    "point_x",
    "easting",
    "东坐标",
)
_NORTH = ("lat", "latitude", "纬度", "北纬", "y", "y坐标", "纵坐标", "坐标y", "point_y", "northing", "北坐标")
_PARCEL = ("地块编号", "地块名称", "地块号", "园区名称", "园区", "片区", "名称", "name", "park", "parcel", "id", "编号")
_RING = ("圈号", "环号", "地块圈号", "ring")
_PROOF = frozenset({"经度", "纬度", "坐标", "名称", "编号", "园区", "地块", "面积"})


def read_csv(source: Source) -> RawLayer:
    r"""
    Read a CSV (or TSV) file with coordinates.

    Parameters
    ----------
    source
        The file: a header, then rows; a column of WKT, or columns of longitude and latitude or X and Y.

    Returns
    -------
    raw
        One row a record, or, where a column names parcels and several rows share a name, one polygon a parcel with the
        rows as its corners in order. No system.

    Raises
    ------
    IntakeError
        If no column holds coordinates.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from geo.intake.source import Source
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "a"
    ...     _ = path.write_text("名称,经度,纬度\na,118,24\na,118.1,24\na,118.1,24.1\na,118,24\n", encoding="utf-8")
    ...     read_csv(Source(path, "a.csv", path.parent)).geometry
    [<POLYGON ((118 24, 118.1 24, 118.1 24.1, 118 24))>]
    """
    content = source.path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    decided = decide(content.splitlines(), known_words=_PROOF, answers=source.answers)
    text = content.decode(decided.encoding)
    if "\x00" in text:
        raise IntakeError("broken", "the CSV holds binary zeros; export it again", "CSV 中有二进制内容，请重新导出")
    head = text.split("\n", maxsplit=1)[0]
    delimiter = max(",\t;", key=head.count)
    csv.field_size_limit(max(source.limits.file_bytes, 1_000_000))
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise IntakeError(
            "broken", f"the CSV cannot be read ({error}); export it again", "CSV 无法解析，请重新导出"
        ) from error
    return _from_rows(rows, source, decided.encoding, [decided.question] if decided.question else [])


def read_xlsx(source: Source) -> RawLayer:
    """
    Read a sheet with coordinates of a workbook: stored values alone, no formula, no link to other files.

    Parameters
    ----------
    source
        The file; the answer `layer` names the sheet.

    Returns
    -------
    raw
        As of `read_csv`; the first sheet with coordinates, with the question `layer` where several have them.

    Raises
    ------
    IntakeError
        If it is broken or no column holds coordinates.

    Examples
    --------
    >>> import io, pathlib, tempfile
    >>> from geo.intake.source import Source
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "a"
    ...     book = openpyxl.Workbook()
    ...     for row in (("wkt", "name"), ("POINT (118 24)", "a")):
    ...         book.active.append(row)
    ...     book.save(path)
    ...     read_xlsx(Source(path, "a.xlsx", path.parent)).geometry
    [<POINT (118 24)>]
    """
    _check_workbook(source)
    try:
        with warnings.catch_warnings(), source.path.open("rb") as file:
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            sheets = {sheet.title: _sheet_rows(sheet, source) for sheet in book.worksheets}
    except IntakeError:
        raise
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, IndexError, OSError) as error:
        raise IntakeError(
            "broken",
            f"the workbook cannot be read ({type(error).__name__}); save it again as .xlsx",
            "工作簿无法读取，请另存为 .xlsx 后再上传",
        ) from error
    chosen = source.answers.get("layer")
    if chosen is not None and chosen not in sheets:
        raise IntakeError(
            "answer",
            f"no sheet is called {chosen!r}; there are {', '.join(sheets)}",
            f"没有名为 {chosen!r} 的工作表；文件中有：{'、'.join(sheets)}",
        )
    placed = [name for name, rows in sheets.items() if rows and _is_placed(rows[0])]
    name = chosen or next(iter(placed), next(iter(sheets), ""))
    label = name if len(placed) > 1 else source.stem
    questions = [_which_sheet(placed)] if chosen is None and len(placed) > 1 else []
    return _from_rows(sheets.get(name, []), source, "UTF-8", questions, label=label)


def _which_sheet(placed: Sequence[str]) -> Question:
    why = f"工作簿有 {len(placed)} 张带坐标的工作表，一次读取一张"
    why_en = f"the workbook has {len(placed)} sheets with coordinates; one is read at a time"
    return Question("layer", placed[0], why, why_en, tuple(placed))


def _check_workbook(source: Source) -> None:
    """Unpack once to count, and look into every XML member: openpyxl's own parser would expand entities."""
    folder = source.folder / "workbook"
    folder.mkdir()
    members = [member for member in members_of(source.path, source.limits) if member.suffix in {".xml", ".rels"}]
    places = {member.name: folder / f"{number}.xml" for number, member in enumerate(members)}
    unpack(source.path, places, source.limits)
    for place in places.values():
        plain_xml(place.read_bytes(), source.limits)


def _sheet_rows(sheet: Any, source: Source) -> list[list[Any]]:  # noqa: ANN401  (openpyxl names no type for it)
    rows = []
    for row in sheet.iter_rows(values_only=True):
        source.limits.refuse_above("fields", len(row))
        if any(cell is not None for cell in row):
            rows.append(list(row))
            # A corner is a row: there may be as many as vertices.
            source.limits.refuse_above("vertices", len(rows))
    return rows


def _column(header: Sequence[str], names: Iterable[str]) -> int | None:
    """Place of the first column with one of the names, in the order of the names."""
    plain = [folded(name).split("(")[0] for name in header]
    return next((plain.index(name) for name in names if name in plain), None)


def _is_placed(header: Sequence[Any]) -> bool:
    names = [str(cell or "") for cell in header]
    return _column(names, _WKT) is not None or (
        _column(names, _EAST) is not None and _column(names, _NORTH) is not None
    )


def _from_rows(
    rows: list[list[Any]], source: Source, encoding: str, questions: list[Question], *, label: str | None = None
) -> RawLayer:
    header = [str(cell or "") for cell in rows[0]] if rows else []
    source.limits.refuse_above("fields", len(header))
    source.limits.refuse_above("vertices", len(rows))
    if not rows or not _is_placed(header):
        raise IntakeError(
            "no-coordinates",
            "no column holds coordinates; name columns 经度 and 纬度 (lon, lat), X and Y, or WKT",
            "没有坐标列。请把列名写成“经度、纬度”（lon、lat）、“X、Y”或“WKT”",
        )
    body = [row + [None] * (len(header) - len(row)) for row in rows[1:] if any(cell not in {None, ""} for cell in row)]
    text = _column(header, _WKT)
    if text is not None:
        built = [_from_wkt(row[text]) for row in body]
        kept = [number for number in range(len(header)) if number != text]
    else:
        east, north = _column(header, _EAST), _column(header, _NORTH)
        assert east is not None  # noqa: S101  (_is_placed said so)
        assert north is not None  # noqa: S101  (as above)
        parcel = _column(header, _PARCEL)
        body, built = _corners(body, east, north, parcel, _column(header, _RING))
        kept = [number for number in range(len(header)) if number not in {east, north}]
    names = distinct([header[number] for number in kept])
    columns = {name: [row[number] for row in body] for name, number in zip(names, kept, strict=True)}
    layer = source.stem if label is None else label
    return raw_layer(layer, columns, built, source.limits, crs=None, encoding=encoding, questions=questions)


def _from_wkt(cell: object) -> Built:
    if not isinstance(cell, str) or not cell.strip():
        return Built(None, (empty_mark(),))
    text = cell.strip().partition(";")[2] if cell.strip().upper().startswith("SRID=") else cell.strip()
    geometry = shapely.from_wkt(text, on_invalid="ignore")
    if geometry is not None:
        return finite(geometry)
    return _open_wkt(text)


def _open_wkt(text: str) -> Built:
    """Well-known text that GEOS does not take: a ring that is not closed, or no geometry at all."""
    upper = text.upper()
    polygons = "".join(cell for cell in upper if cell in "0123456789.,+-E() ")
    if upper.startswith(("POLYGON", "MULTIPOLYGON")):
        rings = [ring.strip("() ") for ring in polygons[polygons.find("(") :].replace(") ", ")").split("),(")]
        built = built_polygons([[[_position(point) for point in ring.split(",")] for ring in rings]])
        if built.geometry is None or built.marks:
            return built
    return Built(
        None, (Mark("empty", f"图形文字读不懂：{text[:40]}", f"the geometry's text cannot be read: {text[:40]}"),)
    )


def _position(text: str) -> list[float]:
    return [_number(cell) for cell in text.strip("() ").split()[:3]]


def _number(cell: object) -> float:
    try:
        return float(str(cell).strip())
    except ValueError:
        return float("nan")


def _corners(
    body: list[list[Any]], east: int, north: int, parcel: int | None, ring: int | None
) -> tuple[list[list[Any]], list[Built]]:
    """Give a row and a polygon for each run of rows of one parcel, or each row as a point."""
    positions = [[_number(row[east]), _number(row[north])] for row in body]
    runs = (
        [list(run) for _, run in groupby(range(len(body)), key=lambda row: body[row][parcel])]
        if parcel is not None
        else []
    )
    if not runs or max(len(run) for run in runs) < 3:  # noqa: PLR2004  (an area has three corners)
        return body, [_point(position) for position in positions]
    built = []
    for run in runs:
        by_ring = groupby(run, key=lambda row: body[row][ring] if ring is not None else None)
        built.append(built_polygons([[[positions[row] for row in rows] for _, rows in by_ring]]))
    return [body[run[0]] for run in runs], built


def _point(position: list[float]) -> Built:
    if not all(map(math.isfinite, position)):
        return Built(
            None, (Mark("non-finite", "坐标为空、不是数字或无穷大", "a coordinate is missing, no number or infinite"),)
        )
    return Built(shapely.Point(position), ())
