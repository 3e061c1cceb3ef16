"""One legend for map, print and files: sectors, mixtures and grades as the palette draws them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.extents import GRADES
from layers.palette import UNLISTED, sector_colours

if TYPE_CHECKING:
    from geo.plan import Plan

TITLES = {
    "zh": ("主导产业（布局）", "范围依据", "多产业（条纹为各产业色）", "仅见于专栏"),
    "en": ("Sectors in the layout", "How the extent is known", "several sectors (striped)", "named in the box only"),
}
#: Grades in the few words that a legend has room for.
GRADE_WORDS = {
    "zh": {grade: words[0] for grade, words in GRADES.items()} | {"D": "位置估计（光晕为误差）"},
    "en": {
        "A": "surveyed or official",
        "B": "bounding roads known",
        "C": "from landmarks",
        "D": "estimate (halo: doubt)",
    },
}
_SWITCH = 2


def legend(plan: Plan, language: str) -> list[dict[str, Any]]:
    """
    Entries of the legend, in blocks.

    Parameters
    ----------
    plan
        The plan.
    language
        `zh` or `en`.

    Returns
    -------
    blocks
        Each with `title` and `entries`; an entry has a `label` and either `colours` (fills; with `sector` when it
        switches that sector) or `grade` (a line style). Grades that no extent has are left out.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> [entry["label"] for entry in legend(read_plan(), "en")[1]["entries"]][0][:9]
    'B · bound'
    """
    colours = sector_colours(plan)
    sectors, grades, mixed, box_only = TITLES[language]
    names = plan.main_sectors.set_index("sector_id")[f"name_{language}"]
    entries: list[dict[str, Any]] = [
        {"label": names[sector], "colours": [colour], "sector": sector} for sector, colour in colours.items()
    ]
    entries.append({"label": mixed, "colours": list(colours.values())[:_SWITCH] * _SWITCH})
    entries.append({"label": box_only, "colours": [UNLISTED]})
    present = set(plan.extents["grade"])
    lines = [
        {"label": f"{grade} · {words}", "grade": grade}
        for grade, words in GRADE_WORDS[language].items()
        if grade in present
    ]
    return [{"title": sectors, "entries": entries}, {"title": grades, "entries": lines}]
