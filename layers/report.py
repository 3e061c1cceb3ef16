"""
Verdict reports of screened projects, as PDF and XLSX, made without any network.

The PDF is set by typst from `report.typ`, with the OFL fonts of the package pylopdf-fonts-zh-cn alone, so that it looks
the same on every machine. The same input gives the same bytes.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pylopdf_fonts_zh_cn
import typst

from layers.report_book import written_book
from layers.report_content import RulesStamp, map_notice, report_content, rules_stamp

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from geo.plan import Plan

__all__ = ["RulesStamp", "map_notice", "report_pages", "report_pdf", "report_xlsx", "rules_stamp"]

#: Projects up to which a PDF is tagged for screen readers: tags are most of the bytes of a long one.
TAGGED = 100
#: Characters of one text that the pages hold; the workbook holds more.
LONGEST_TEXT = 2_000
_LONGEST_HEAD = 24
_CUT = "…（过长，全文见同名XLSX文件）"
_TEMPLATE = Path(__file__).parent / "report.typ"


def report_pdf(
    plan: Plan, results: Sequence[Mapping[str, Any]], *, date: dt.date, rules: RulesStamp, notice: str
) -> bytes:
    """
    Write the report of one or many projects as PDF.

    Parameters
    ----------
    plan
        The plan that the projects were screened against.
    results
        Answers of `geo.screening`, one a project; more than one begin with a summary. An answer may carry `project`,
        what the project states (as `geo.screening.projects.read_project` returned it): its facts and its
        site are then shown.
    date
        Day that the report carries.
    rules
        Rules that the projects were judged by (`rules_stamp`).
    notice
        What maps say of their review (`map_notice`).

    Returns
    -------
    content
        A PDF with embedded fonts, tagged up to `TAGGED` projects; the same for the same input, whatever the clock says.

    Examples
    --------
    >>> from datetime import date
    >>> from geo.plan import read_plan
    >>> stamp = rules_stamp("空", b"")
    >>> report_pdf(read_plan(), [{"name": "甲"}], date=date(2026, 1, 2), rules=stamp, notice=map_notice())[:5]
    b'%PDF-'
    """
    content = report_content(plan, results, date=date, rules=rules, notice=notice)
    made = _compiled(content, _noon(date), "pdf")
    return b"".join(made) if isinstance(made, list) else made


def report_pages(
    plan: Plan,
    results: Sequence[Mapping[str, Any]],
    *,
    date: dt.date,
    rules: RulesStamp,
    notice: str,
    ppi: float = 110.0,
) -> list[bytes]:
    """
    Draw the pages of the report as pictures, for a look before it is saved.

    Parameters
    ----------
    plan, results, date, rules, notice
        As for `report_pdf`.
    ppi
        Pixels per inch.

    Returns
    -------
    pages
        PNG, one a page.

    Examples
    --------
    >>> from datetime import date
    >>> from geo.plan import read_plan
    >>> stamp = rules_stamp("空", b"")
    >>> len(report_pages(read_plan(), [{"name": "甲"}], date=date(2026, 1, 2), rules=stamp, notice="内部使用"))
    1
    """
    content = report_content(plan, results, date=date, rules=rules, notice=notice)
    made = _compiled(content, _noon(date), "png", ppi=ppi)
    return made if isinstance(made, list) else [made]


def report_xlsx(
    plan: Plan, results: Sequence[Mapping[str, Any]], *, date: dt.date, rules: RulesStamp, notice: str
) -> bytes:
    """
    Write the report of one or many projects as XLSX.

    Parameters
    ----------
    plan, results, date, rules, notice
        As for `report_pdf`.

    Returns
    -------
    content
        Sheets 汇总, 核查, 候选园区, 评分明细, 未列入园区, 概况, 未明事项, 依据; the same for the same input.
        No text is taken for a formula.

    Examples
    --------
    >>> from datetime import date
    >>> from geo.plan import read_plan
    >>> stamp = rules_stamp("空", b"")
    >>> report_xlsx(read_plan(), [{"name": "甲"}], date=date(2026, 1, 2), rules=stamp, notice="内部使用")[:2]
    b'PK'
    """
    content = report_content(plan, results, date=date, rules=rules, notice=notice)
    return written_book(content, _noon(date))


def _noon(date: dt.date) -> datetime:
    return datetime(date.year, date.month, date.day, 12, tzinfo=UTC)


def _compiled(
    content: dict[str, Any], stamp: datetime, form: Literal["pdf", "png"], *, ppi: float | None = None
) -> bytes | list[bytes]:
    """Hand the data to the template as JSON: what it says is text there, never markup."""
    inputs = {"data": json.dumps(_clipped(content))}
    compiler = typst.Compiler(_TEMPLATE.read_bytes(), font_paths=_fonts(), ignore_system_fonts=True, sys_inputs=inputs)
    tags = len(content["projects"]) <= TAGGED
    made: Any = compiler.compile(format=form, ppi=ppi, timestamp=int(stamp.timestamp()), pdf_tags=tags)
    pages: bytes | list[bytes] = made
    return pages


def _clipped(value: Any, longest: int = LONGEST_TEXT) -> Any:  # noqa: ANN401 - JSON may be anything
    """Cut texts that would fill pages, and heads that would not fit a column, and say so; drawings stay whole."""
    match value:
        case str() if len(value) > longest:
            return value[:longest] + _CUT
        case dict():
            limits = {"svg": len(value.get("svg") or ""), "criteria": _LONGEST_HEAD}
            return {key: _clipped(item, limits.get(key, longest)) for key, item in value.items()}
        case list():
            return [_clipped(item, longest) for item in value]
    return value


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    folder = pylopdf_fonts_zh_cn.sans_path().parent
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
