"""One source of colours and line styles for map, legend, badges, matrix and print."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geo.plan import Plan

#: Parks that the layout lists for no sector.
UNLISTED = "#8A8F98"
#: Verdicts: background, text and a mark, so that none is told by colour alone.
VERDICT_STYLES = {
    "aligned": ("#1B7F5C", "#FFFFFF", "●"),
    "layout_only": ("#8CC5E8", "#12354A", "◐"),
    "unreflected": ("#F2B84B", "#4A3200", "◔"),
    "focus_only": ("#E3D4F0", "#43265E", "○"),
    "none": ("#F4F5F6", "#6B7280", "–"),
}
#: Results of screening gates, in the same manner.
RESULT_STYLES = {
    "符合": ("#1B7F5C", "#FFFFFF", "●"),
    "需论证": ("#F2B84B", "#4A3200", "◐"),
    "缺数据": ("#E5E7EB", "#374151", "○"),
    "不符合": ("#B4372F", "#FFFFFF", "✕"),
}
#: Grades: colours of their badges; the lines are solid, solid, dashed and dotted.
GRADE_STYLES = {
    "A": ("#DDEFE5", "#14532D"),
    "B": ("#DDEAF6", "#1E3A5F"),
    "C": ("#FBEFD5", "#6B4500"),
    "D": ("#FBE3DF", "#7F1D1D"),
}
_DARKEN = 0.72


def sector_colours(plan: Plan) -> dict[str, str]:
    """
    Colour of each sector.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    colours
        `#RRGGBB` by sector id, in the plan's order.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> sector_colours(read_plan())["it"]
    '#0072B2'
    """
    sectors = plan.main_sectors
    return dict(zip(sectors["sector_id"], sectors["colour"].fillna(UNLISTED), strict=True))


def darker(colour: str) -> str:
    """
    Shade of a colour for lines around a fill of it.

    Parameters
    ----------
    colour
        `#RRGGBB`.

    Returns
    -------
    colour
        Each channel at 72 %.

    Examples
    --------
    >>> darker("#0072B2")
    '#005280'
    """
    channels = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return "#" + "".join(f"{round(channel * _DARKEN):02X}" for channel in channels)
