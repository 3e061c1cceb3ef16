"""How a layer is drawn elsewhere: rules from the palette and the legend, one set for all formats of style."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from layers.fields import plain_value
from layers.legend import GRADE_WORDS, TITLES
from layers.palette import UNLISTED, darker, sector_colours

if TYPE_CHECKING:
    import pandas as pd

    from geo.plan import Plan
    from layers.extract import Extract
    from layers.fields import Field

#: Lines of the grades as on the map: pattern of dash and gap in widths, solid where empty.
GRADE_DASHES = {"A": (), "B": (), "C": (4.0, 2.0), "D": (1.0, 2.0)}
_PLAIN_FILL = "#E7ECE9"
_PLAIN_LINE = "#6B7280"
_GRADES = ("grade", "worst_grade")
#: The legend's words, but for the halo that the app's map alone draws.
_GRADE_WORDS = {"zh": GRADE_WORDS["zh"] | {"D": "位置估计"}, "en": GRADE_WORDS["en"] | {"D": "estimate"}}
#: Columns that name a row for people, the most particular first.
_NAMES = ("part_zh", "name_zh", "place_zh", "line_zh", "park_zh")


@dataclass(frozen=True)
class Rule:
    """
    One entry of a style: which rows it draws, and how.

    Parameters
    ----------
    label_zh, label_en
        Its text in a legend.
    column, how, value
        Rows whose `column` `equals` the value, whose list `first` is it, that hold `several`, `all` rows, or those
        that no rule before has drawn (`else`).
    fill, line
        `#RRGGBB`; None for none.
    dash
        Dash and gap in widths of the line; empty for a solid one.

    Examples
    --------
    >>> Rule("全部", "all", fill="#FFFFFF").how
    'all'
    """

    label_zh: str
    label_en: str
    column: str = ""
    how: str = "all"
    value: str = ""
    fill: str | None = None
    line: str | None = None
    dash: tuple[float, ...] = ()

    def holds(self, row: Mapping[str, object]) -> bool:
        """Whether the rule draws a row, `else` apart."""
        cell = row.get(self.column)
        if self.how == "first":
            return isinstance(cell, tuple) and cell[:1] == (self.value,)
        if self.how == "several":
            return isinstance(cell, tuple) and len(cell) > 1
        return self.how == "all" or (self.how == "equals" and cell == self.value)


#: Rules in groups; each group draws a row once, one group over the other.
Style = tuple[tuple[Rule, ...], ...]


def style_of(plan: Plan, fields: tuple[Field, ...], table: pd.DataFrame) -> Style:
    """
    Rules of a layer: colours by sector, lines by grade, a line's own colour where it has one.

    Parameters
    ----------
    plan
        The plan, for its sectors.
    fields, table
        Columns and rows of the layer; any CRS.

    Returns
    -------
    style
        Groups of rules; a layer with none of those columns is drawn alike throughout. Where grades draw the lines,
        sectors draw none: a solid line below would close the gaps of a dashed one.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> from layers.catalog import layer_fields, layer_table
    >>> plan = read_plan()
    >>> fills, lines = style_of(plan, layer_fields(plan, "parks"), layer_table(plan, "parks"))
    >>> fills[0].fill, [rule.value for rule in lines]
    ('#0072B2', ['A', 'B', 'C', 'D'])
    """
    names = {field.name for field in fields}
    if "colour" in names:
        return (_colour_rules(table),)
    fills = _sector_rules(plan, names)
    grade = next((name for name in _GRADES if name in names), None)
    if grade is None:
        return (fills,)
    fills = tuple(replace(rule, line=None) for rule in fills)
    lines = tuple(
        Rule(
            f"{g} · {_GRADE_WORDS['zh'][g]}",
            f"{g} · {_GRADE_WORDS['en'][g]}",
            grade,
            "equals",
            g,
            line=_PLAIN_LINE,
            dash=d,
        )
        for g, d in GRADE_DASHES.items()
    )
    return (fills, lines)


def _colour_rules(table: pd.DataFrame) -> tuple[Rule, ...]:
    """Give each of the rows' own colours a rule that is called by the rows that have it."""
    colours = sorted({cell for cell in table["colour"] if isinstance(cell, str)})
    return tuple(
        Rule(
            _named(table, colour, "name_zh"),
            _named(table, colour, "name_en"),
            "colour",
            "equals",
            colour,
            fill=colour,
            line=colour,
        )
        for colour in colours
    )


def _named(table: pd.DataFrame, colour: str, column: str) -> str:
    if column not in table:
        return colour
    return "、".join(dict.fromkeys(str(name) for name in table.loc[table["colour"] == colour, column]))


def _sector_rules(plan: Plan, names: set[str]) -> tuple[Rule, ...]:
    column, how = ("sector_ids", "first") if "sector_ids" in names else ("sector_id", "equals")
    if column not in names:
        return (Rule("全部", "all", fill=_PLAIN_FILL, line=_PLAIN_LINE),)
    sectors = plan.main_sectors.set_index("sector_id")
    rules = [
        Rule(
            str(sectors.loc[s, "name_zh"]),
            str(sectors.loc[s, "name_en"]),
            column,
            how,
            s,
            fill=colour,
            line=darker(colour),
        )
        for s, colour in sector_colours(plan).items()
    ]
    rest = (TITLES["zh"][3], TITLES["en"][3]) if how == "first" else ("其他", "others")
    return (*rules, Rule(*rest, column, "else", fill=UNLISTED, line=darker(UNLISTED)))


def drawn(style: Style, row: Mapping[str, object]) -> tuple[str, str]:
    """
    Fill and line of one row.

    Parameters
    ----------
    style
        As `style_of`.
    row
        Its cells by column, lists as tuples.

    Returns
    -------
    fill, line
        `#RRGGBB` each.

    Examples
    --------
    >>> drawn(((Rule("全部", "all", fill="#FFFFFF", line="#000000"),),), {})
    ('#FFFFFF', '#000000')
    """
    for rule in style[0]:
        if rule.holds(row) or rule.how == "else":
            line = rule.line or (darker(rule.fill) if rule.fill else _PLAIN_LINE)
            return rule.fill or _PLAIN_FILL, line
    return _PLAIN_FILL, _PLAIN_LINE


def heading(group: tuple[Rule, ...]) -> tuple[str, str]:
    """
    What a group of rules tells, as the legend of the map says it.

    Parameters
    ----------
    group
        Rules of one group of a style.

    Returns
    -------
    title_zh, title_en
        Its title.

    Examples
    --------
    >>> heading((Rule("A", "A", "grade", "equals", "A"),))[0]
    '范围依据'
    """
    place = int(group[0].column in _GRADES)
    return TITLES["zh"][place], TITLES["en"][place]


def label_column(rows: Extract) -> str | None:
    """
    Column that names the rows on a map.

    Parameters
    ----------
    rows
        Any rows.

    Returns
    -------
    column
        None for a layer whose rows have no Chinese name, such as land.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> from layers.extract import extract
    >>> from layers.filters import Filters
    >>> plan = read_plan()
    >>> [label_column(extract(plan, name, Filters(), "EPSG:4326")) for name in ("parks", "districts", "land")]
    ['part_zh', 'name_zh', None]
    """
    names = {field.name for field in rows.fields}
    return next((name for name in _NAMES if name in names), None)


def extract_style(rows: Extract) -> Style:
    """
    Style of the rows on their way into a file.

    Parameters
    ----------
    rows
        Any rows.

    Returns
    -------
    style
        As `style_of`.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> from layers.extract import extract
    >>> from layers.filters import Filters
    >>> len(extract_style(extract(read_plan(), "districts", Filters(), "EPSG:4326")))
    1
    """
    return style_of(rows.plan, rows.fields, rows.table)


def cells_of(rows: Extract) -> list[dict[str, object]]:
    """
    Rows as plain cells by column.

    Parameters
    ----------
    rows
        Any rows.

    Returns
    -------
    cells
        One mapping a row, lists as tuples, nothing as None.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> from layers.extract import extract
    >>> from layers.filters import Filters
    >>> cells_of(extract(read_plan(), "sectors", Filters(), "EPSG:4326"))[0]["sector_id"]
    'it'
    """
    names = [field.name for field in rows.fields]
    records = zip(*(rows.table[name] for name in names), strict=True)
    return [dict(zip(names, map(plain_value, record), strict=True)) for record in records]


def symbol_kind(geometry: str) -> str:
    """
    Kind of symbol that draws a type of geometry.

    Parameters
    ----------
    geometry
        Such as `MultiPolygon`.

    Returns
    -------
    kind
        `fill`, `line` or `marker`.

    Examples
    --------
    >>> symbol_kind("MultiLineString")
    'line'
    """
    single = geometry.removeprefix("Multi")
    return {"Polygon": "fill", "LineString": "line", "Point": "marker"}.get(single, "fill")


#: How much of the ground a fill hides, and widths of lines on paper and screen.
OPACITY = 0.62
MILLIMETRES = 0.5
PIXELS = 1.8
