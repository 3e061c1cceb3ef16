"""The report as a workbook: one row a project, a gate, a candidate, a fact, an open question."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.writer.excel import ExcelWriter

from layers.formats.archive import restamped
from layers.report_answer import RESULTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from openpyxl.worksheet.worksheet import Worksheet

    Rows = list[tuple[object, ...]]

_LONGEST_CELL = 32_767
_CUT = "…（过长，已截断）"
_WIDEST, _NARROWEST = 60, 8
_CJK = 0x2E80


def written_book(content: dict[str, Any], stamp: datetime) -> bytes:
    """
    Write the workbook.

    Parameters
    ----------
    content
        What `layers.report_content.report_content` returned.
    stamp
        Time that the file carries.

    Returns
    -------
    book
        XLSX; results of gates coloured as on paper, the word beside the colour.

    Examples
    --------
    >>> from datetime import UTC, date, datetime
    >>> from geo.plan import read_plan
    >>> from layers.report_content import RulesStamp, report_content
    >>> stamp = RulesStamp("规则", "00")
    >>> found = report_content(read_plan(), [{"name": "甲"}], date=date(2026, 1, 2), rules=stamp, notice="内部使用")
    >>> written_book(found, datetime(2026, 1, 2, tzinfo=UTC))[:2]
    b'PK'
    """
    book = Workbook()
    book.properties.created = book.properties.modified = stamp.replace(tzinfo=None)
    book.properties.creator = "Yuantu"
    book.properties.title = content["title"]
    book.remove(book.active)
    for title, header, rows in _sheets(content):
        _fill(book.create_sheet(title), header, rows)
    written = io.BytesIO()
    # Workbook.save would put the clock's time as time of change.
    ExcelWriter(book, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED)).save()
    return restamped(written.getvalue(), stamp)


def _sheets(content: dict[str, Any]) -> Iterator[tuple[str, list[str], Rows]]:
    projects = content["projects"]
    yield "汇总", ["序", "项目", "首选候选", "总分", *RESULTS, "数据错误"], [_summary(project) for project in projects]
    yield (
        "核查",
        ["序", "项目", "核查序", "核查事项", "结果", "项目数值", "要求", "依据", "可补正"],
        [_gate(project, gate) for project in projects for gate in project["gates"]],
    )
    criteria = list(dict.fromkeys(name for project in projects for name in project["criteria"]))
    yield (
        "候选园区",
        [
            "序",
            "项目",
            "名次",
            "园区",
            "总分",
            "总分区间",
            *criteria,
            "规划结论",
            "规划依据",
            "名次与区间",
            "可改变结论的因素",
        ],
        [_candidate(project, row, criteria) for project in projects for row in project["candidates"]],
    )
    yield (
        "评分明细",
        ["序", "项目", "名次", "园区", "准则", "权重", "得分", "得分区间", "情况", "满分标准", "依据"],
        [_offer(project, row, part) for project in projects for row in project["candidates"] for part in row["offers"]],
    )
    yield (
        "未列入园区",
        ["序", "项目", "园区", "未通过的核查", "情况", "依据"],
        [
            (project["number"], project["name"], *_ruled_out(row))
            for project in projects
            for row in project["ruled_out"]
        ],
    )
    yield from _last_sheets(content)


def _last_sheets(content: dict[str, Any]) -> Iterator[tuple[str, list[str], Rows]]:
    projects = content["projects"]
    yield "概况", ["序", "项目", "事项", "内容"], [row for project in projects for row in _facts(project)]
    unknown: Rows = [(project["number"], project["name"], text) for project in projects for text in project["unknown"]]
    yield "未明事项", ["序", "项目", "尚不明确的事项"], unknown
    warned = [["警告", content["synthetic"]]] if content["synthetic"] else []
    said = [*warned, *content["provenance"], ["提示", content["advice"]], ["范围", content["extents_notice"]]]
    yield "依据", ["项目", "内容"], [*map(tuple, said), ("图件", content["notice"])]


def _summary(project: dict[str, Any]) -> tuple[object, ...]:
    best = next(iter(project["candidates"]), {"park_zh": None, "points": None})
    errors = "\n".join(project["errors"]) or None
    return project["number"], project["name"], best["park_zh"], best["points"], *project["tally"].values(), errors


def _gate(project: dict[str, Any], gate: dict[str, Any]) -> tuple[object, ...]:
    cells = (gate[key] for key in ("number", "gate", "result", "value", "threshold", "cite"))
    return project["number"], project["name"], *cells, gate["change"] or None


def _candidate(project: dict[str, Any], row: dict[str, Any], criteria: Sequence[str]) -> tuple[object, ...]:
    points = dict(zip(project["criteria"], row["parts"], strict=True))
    notes = "\n".join([*row["notes"], *project["robustness"]]) or None
    head = (project["number"], project["name"], row["rank"], row["park_zh"], row["points"], row["range"] or None)
    return (
        *head,
        *(points.get(name) for name in criteria),
        row["verdict"],
        row["cite"],
        notes,
        "\n".join(row["would_change"]) or None,
    )


def _offer(project: dict[str, Any], row: dict[str, Any], part: dict[str, Any]) -> tuple[object, ...]:
    head = (project["number"], project["name"], row["rank"], row["park_zh"])
    cells = ("zh", "weight", "points", "range", "value", "benchmark", "cite")
    return *head, *(part[key] or None if key == "range" else part[key] for key in cells)


def _ruled_out(row: dict[str, Any]) -> tuple[object, ...]:
    return row["park_zh"], row["gate"], row["value"], row["cite"]


def _facts(project: dict[str, Any]) -> Rows:
    fields = [("对应领域", f"{field['zh']}：{field['why']}") for field in project["subsectors"]]
    notes = [("说明", note) for note in project["notes"]]
    return [(project["number"], project["name"], *fact) for fact in [*map(tuple, project["facts"]), *fields, *notes]]


def _fill(sheet: Worksheet, header: Sequence[str], rows: Rows) -> None:
    for number, row in enumerate([tuple(header), *rows], start=1):
        for place, value in enumerate(row, start=1):
            if value is None:
                continue
            cell = sheet.cell(number, place)
            cell.value = _fitting(value) if isinstance(value, str) else value
            if isinstance(value, str):
                cell.data_type = "s"  # a text that begins with "=" stays a text
            cell.alignment = Alignment(vertical="top", wrap_text=isinstance(value, str))
            if number > 1 and header[place - 1] == "结果" and value in RESULTS:
                background, colour = (colour.removeprefix("#") for colour in RESULTS[str(value)])
                cell.fill, cell.font = PatternFill("solid", background), Font(color=colour, bold=True)
    for place, title in enumerate(header, start=1):
        sheet.cell(1, place).font = Font(bold=True)
        widths = [_width(str(row[place - 1])) for row in rows[:200] if row[place - 1] is not None]
        width = min(max([_NARROWEST, _width(title), *widths]) + 2, _WIDEST)
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "A2"


def _fitting(text: str) -> str:
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - len(_CUT)] + _CUT


def _width(text: str) -> int:
    return max(sum(2 if ord(character) > _CJK else 1 for character in line) for line in text.split("\n"))
