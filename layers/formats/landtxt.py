"""国土TXT: polygons as land offices exchange them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import geopandas as gpd

from geo.landtxt import write_landtxt
from layers.extract import Note
from layers.fields import plain_value

if TYPE_CHECKING:
    from layers.extract import Extract

_NAMES = ("name_zh", "part_zh", "park_zh")
_CODECS = {"GBK": "GB18030", "UTF-8": "UTF-8"}
#: Control characters and half-width commas part cells and lines.
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f-\x9f,]")


def landtxt(rows: Extract, *, encoding: str = "GBK") -> tuple[bytes, tuple[Note, ...]]:
    """
    Write 国土TXT: number and name of each polygon, nothing else of its columns.

    Parameters
    ----------
    rows
        Polygons in any system with a code; a row without geometry is left out.
    encoding
        `GBK` (characters beyond it as GB18030, which contains it) or `UTF-8`.

    Returns
    -------
    content, notes
        The file, see `geo.landtxt.write_landtxt`. 地块编号 is the key of the layer, 地块名称 its Chinese name;
        地块用途 and 地类编码 stay empty, for the plan states none.

    Raises
    ------
    LandTextError
        If a figure shrinks to nothing in millimetres.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> from layers.extract import extract
    >>> from layers.filters import Filters
    >>> content, _ = landtxt(extract(read_plan(), "districts", Filters(), "EPSG:4527"))
    >>> content.decode("gb18030").splitlines()[:2]
    ['[属性描述]', '格式版本号=1.01版本']
    """
    placed = rows.table[rows.table.geometry.notna() & ~rows.table.geometry.is_empty]
    keys = zip(*(placed[name] for name in rows.layer.key), strict=True)
    name = next((column for column in _NAMES if column in placed), None)
    texts = {
        "number": ["/".join(str(plain_value(cell)) for cell in key) for key in keys],
        "name": ["" if name is None or cell is None else str(cell) for cell in placed[name or rows.layer.key[0]]],
    }
    replaced = sum(len(_UNWRITABLE.findall(text)) for cells in texts.values() for text in cells)
    plain = {column: [_UNWRITABLE.sub(_instead, text) for text in cells] for column, cells in texts.items()}
    parcels = gpd.GeoDataFrame(plain, geometry=placed.geometry.to_numpy(), crs=rows.table.crs)
    content = write_landtxt(parcels, encoding=_CODECS[encoding], unit=_maker(rows), day=_day(rows))
    return content, (*_notes(rows, replaced),)


def _instead(found: re.Match[str]) -> str:
    return "，" if found.group() == "," else " "


def _maker(rows: Extract) -> str:
    """Say where the file is from in the one setting that has room for it."""
    return f"园图 Yuantu {rows.plan.release}；许可 {rows.layer.licence}；截至 {rows.layer.as_of}".replace(",", "，")


def _day(rows: Extract) -> str:
    return rows.created.strftime("%Y-%m-%d")


def _notes(rows: Extract, replaced: int) -> list[Note]:
    notes = [
        Note(
            f"国土TXT只有编号、名称和界址点，其余字段未写入；许可{rows.layer.licence}，截至{rows.layer.as_of}。",
            f"A land TXT holds number, name and points alone; licence {rows.layer.licence}, as of {rows.layer.as_of}.",
        )
    ]
    if replaced:
        zh = f"{replaced}个半角逗号或控制字符会拆开单元格，已改为全角逗号或空格。"
        notes.append(Note(zh, f"{replaced} commas or control characters would part cells and were replaced."))
    return notes
