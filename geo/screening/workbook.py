"""The answers of a screening as a workbook: one sheet a question, every row with the line behind it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from geo.screening.gates import ARGUE, FAILS, GATES, MEETS, NO_DATA, worst
from geo.siting import POSITIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geo.screening.answers import Answer

#: Fill of a result; the word stands in the cell too.
_FILLS = {MEETS: "E2EFDA", ARGUE: "FFF2CC", NO_DATA: "EDEDED", FAILS: "F8CBAD"}
_HEAD = PatternFill("solid", fgColor="DDEBF7")
_WIDE = 60
NOTE = "本表是供研究和会商的参考意见，可附卷，不是审批；园区范围为示意，非法定边界。"
SYNTHETIC_NOTE = "本次使用虚构的示例规则，结果不得用于办件。"


def screening_workbook(answers: Sequence[Answer]) -> bytes:
    """
    Write answers into a workbook.

    Parameters
    ----------
    answers
        What `geo.screening.screen_projects` returned.

    Returns
    -------
    content
        XLSX with the sheets 结论 (a row a project), 关口 (a row a gate), 候选园区, 得分, 错误 and 说明. Text that
        begins like a formula is written as text.

    Examples
    --------
    >>> book = openpyxl.load_workbook(io.BytesIO(screening_workbook([])))
    >>> book.sheetnames
    ['结论', '关口', '候选园区', '得分', '错误', '说明']
    """
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, header, rows in (
        (
            "结论",
            ("行", "项目", "领域", *(zh for zh, _ in GATES.values()), "首选园区", "得分", "次序"),
            _summary(answers),
        ),
        ("关口", ("行", "项目", "关口", "结果", "现状", "要求", "依据", "怎样改变结果"), _gate_rows(answers)),
        (
            "候选园区",
            ("行", "项目", "名次", "园区", "得分", "最低", "最高", "行业", "空间", "地块", "怎样改变结论"),
            _candidate_rows(answers),
        ),
        (
            "得分",
            ("行", "项目", "园区", "准则", "权重_%", "现状", "满分标准", "得分", "最低", "最高", "依据"),
            _point_rows(answers),
        ),
        ("错误", ("行", "项目", "文件", "列", "类别", "怎样修改"), _error_rows(answers)),
        ("说明", ("事项", "内容"), _note_rows(answers)),
    ):
        _write(book.create_sheet(title), header, rows)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def group_result(answer: Answer, group: str) -> str:
    """
    Result of a group of gates.

    Parameters
    ----------
    answer
        Of one project, judged.
    group
        A key of `geo.screening.gates.GATES`.

    Returns
    -------
    result
        The worst of the group.

    Examples
    --------
    >>> gates = [{"group": "land_standard", "result": word} for word in ("符合", "缺数据")]
    >>> group_result({"gates": gates}, "land_standard")
    '缺数据'
    """
    return worst(gate["result"] for gate in answer["gates"] if gate["group"] == group)


def _summary(answers: Iterable[Answer]) -> Iterable[list[Any]]:
    for answer in answers:
        if not answer["gates"]:
            yield [answer["row"], answer["name"], "未判断，见“错误”"]
            continue
        fields = "、".join(dict.fromkeys(field["zh"] for field in answer["subsectors"])) or "未识别"
        results = [group_result(answer, group) for group in GATES]
        first = [candidate for candidate in answer["candidates"] if candidate["rank"] == 1]
        parks = "、".join(candidate["park_zh"] for candidate in first)
        points = first[0]["points"] if first else None
        yield [answer.get("row"), answer["name"], fields, *results, parks, points, answer["ranking"]["says"]]


def _gate_rows(answers: Iterable[Answer]) -> Iterable[list[Any]]:
    keys = ("gate_zh", "result", "value", "threshold", "cite", "would_change")
    for answer in answers:
        for gate in answer["gates"]:
            yield [answer.get("row"), answer["name"], *(gate[key] for key in keys)]


def _candidate_rows(answers: Iterable[Answer]) -> Iterable[list[Any]]:
    for answer in answers:
        for row in answer["candidates"]:
            industry, room = (gate["result"] for gate in row["gates"])
            site = POSITIONS[row["site"]][0] if row["site"] else "未给地块"
            points = [row[key] for key in ("points", "points_min", "points_max")]
            changes = "；".join(row["would_change"])
            yield [
                answer.get("row"),
                answer["name"],
                row["rank"],
                row["park_zh"],
                *points,
                industry,
                room,
                site,
                changes,
            ]


def _point_rows(answers: Iterable[Answer]) -> Iterable[list[Any]]:
    keys = ("zh", "weight", "value", "benchmark", "points", "points_min", "points_max", "cite")
    for answer in answers:
        for candidate in answer["candidates"]:
            for part in candidate["parts_of_points"]:
                yield [answer.get("row"), answer["name"], candidate["park_zh"], *(part[key] for key in keys)]


def _error_rows(answers: Iterable[Answer]) -> Iterable[list[Any]]:
    for answer in answers:
        for error in answer["errors"]:
            yield [error["row"], answer["name"], *(error[key] for key in ("file", "column", "kind", "reason"))]


def _note_rows(answers: Sequence[Answer]) -> Iterable[list[Any]]:
    yield ["性质", NOTE]
    if any(answer["is_synthetic"] for answer in answers):
        yield ["警告", SYNTHETIC_NOTE]
    for key, words in (("plan", "规划数据包"), ("rules", "规则"), ("on", "检查日")):
        yield [words, "、".join(dict.fromkeys(answer[key] for answer in answers))]
    for answer in answers:
        for note in answer["notes"]:
            yield [f"第{answer.get('row')}行 {answer['name']}", note]


def _write(sheet: Any, header: Sequence[str], rows: Iterable[list[Any]]) -> None:  # noqa: ANN401  (openpyxl has no types)
    sheet.append(list(header))
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True), _HEAD
    for number, row in enumerate(rows, start=2):
        for place, value in enumerate(row, start=1):
            cell = sheet.cell(row=number, column=place)
            if isinstance(value, str):
                cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
                # Without this a project called "=1+1" would be worked out by the reader's spreadsheet.
                cell.data_type = "s"
                if value in _FILLS:
                    cell.fill = PatternFill("solid", fgColor=_FILLS[value])
            else:
                cell.value = value
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for place, label in enumerate(header, start=1):
        longest = max((len(str(cell.value or "")) for cell in sheet[get_column_letter(place)]), default=0)
        sheet.column_dimensions[get_column_letter(place)].width = min(_WIDE, max(8, 2 * len(label), 2 * longest))
    sheet.freeze_panes = "C2" if len(header) > len(("事项", "内容")) else "A2"
