"""Project files: read from CSV or XLSX, row by row, and the template that people fill in."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import openpyxl
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from geo.names import folded
from geo.screening.faults import ProjectFileError, RowFault
from geo.screening.industries import industries
from geo.screening.projects import COLUMNS, FIELDS, MAKES, Column, column_of, read_project
from geo.screening.wording import Wording, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geo.screening.projects import Project

#: Encodings of CSV files, tried in this order; GB18030 holds all of GBK.
ENCODINGS = ("utf-8-sig", "gb18030")
_HEADER_FILL = PatternFill("solid", fgColor="DDEBF7")
_FULL_CODE = 4


class ProjectRow(NamedTuple):
    """
    One row of a project file.

    Parameters
    ----------
    file, row
        Where it stands; the header is row 1.
    project
        What could be read of it.
    faults
        What is wrong with it; it is judged only when nothing is.
    """

    file: str
    row: int
    project: Project
    faults: tuple[RowFault, ...]


def read_projects(
    path: str | Path, *, bounds: Sequence[float] | None = None
) -> tuple[list[ProjectRow], list[RowFault]]:
    r"""
    Read a file of projects.

    Parameters
    ----------
    path
        `.csv` (UTF-8 with or without byte-order mark, or GBK) or `.xlsx` (first sheet); headers in the first row,
        Chinese or English.
    bounds
        West, south, east, north in degrees that sites must lie in.

    Returns
    -------
    rows, notes
        One a row that is not blank, bad ones with their faults; notes are columns that nothing reads.

    Raises
    ------
    ProjectFileError
        If the file cannot be read as a table of projects.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "projects.csv"
    ...     _ = file.write_text("项目名称,产品,用地面积_亩\n甲,疫苗,30\n", encoding="gbk")
    ...     rows, notes = read_projects(file)
    >>> rows[0].project, notes[0].kind
    ({'name': '甲', 'product': '疫苗'}, 'unknown-column')
    """
    file = Path(path)
    readers = {".csv": _csv_rows, ".xlsx": _xlsx_rows}
    if file.suffix.lower() not in readers:
        raise ProjectFileError(
            Wording(
                f"{file.name}：项目表须为.csv或.xlsx；请另存为其中一种",
                f"{file.name}: project files are .csv or .xlsx; save it as one of them",
            )
        )
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ProjectFileError(
            Wording(
                f"{file}：无法读取（{error.strerror}）；请给出项目表的路径",
                f"{file}: {error.strerror}; give the path of a project file",
            )
        ) from error
    header, *records = readers[file.suffix.lower()](content, file.name) or [[]]
    columns, notes = _columns(header, file.name)
    rows = []
    for number, record in enumerate(records, start=2):
        if any(str(cell).strip() for cell in record if cell is not None):
            rows.append(_row(columns, record, (file.name, number, len(header)), bounds))
    return rows, notes


def _csv_rows(content: bytes, name: str) -> list[list[Any]]:
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        try:
            return list(csv.reader(io.StringIO(text, newline=""), strict=True))
        except csv.Error as error:
            raise ProjectFileError(
                Wording(
                    f"{name}：不是完整的CSV（{error}）；请另存为以逗号分隔、引号成对的CSV",
                    f"{name}: {error}; save it as CSV with commas and closed quotes",
                )
            ) from error
    raise ProjectFileError(
        Wording(
            f"{name}：既不是UTF-8也不是GBK；请另存为UTF-8编码的CSV",
            f"{name}: neither UTF-8 nor GBK; save it as CSV UTF-8",
        )
    )


def _xlsx_rows(content: bytes, name: str) -> list[list[Any]]:
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise ProjectFileError(
            Wording(
                f"{name}：不是XLSX工作簿（{error}）；请另存为XLSX",
                f"{name}: not an XLSX workbook ({error}); save it as one",
            )
        ) from error
    rows = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    book.close()
    return rows


def _columns(header: Sequence[Any], name: str) -> tuple[dict[int, Column], list[RowFault]]:
    """Columns by position, and notes on those that nothing reads."""
    labels = ["" if cell is None else str(cell).strip() for cell in header]
    columns = {number: column for number, label in enumerate(labels) if (column := column_of(label)) is not None}
    fields = [column.field for column in columns.values()]
    twice = sorted({column.zh for column in columns.values() if fields.count(column.field) > 1})
    if twice:
        raise ProjectFileError(
            Wording(
                f"{name}：列“{'、'.join(twice)}”出现两次；请只保留一列",
                f"{name}: the column {quoted('、'.join(twice))} stands twice; keep one",
            )
        )
    if "name" not in fields or not set(MAKES) & set(fields):
        raise ProjectFileError(_unnamed(name, list(filter(None, labels))))
    unread = [label for number, label in enumerate(labels) if label and number not in columns]
    return columns, [RowFault(name, 1, label, "unknown-column", *_unread(label), quoted(label)) for label in unread]


def _unnamed(name: str, labels: list[str]) -> Wording:
    """Say what a first row lacks that names no columns."""
    read = "、".join(labels)
    return Wording(
        f"{name}：第一行须为列名，须有项目名称和产品、行业代码、产业中的至少一项；现为“{read}”；请按模板填写",
        f"{name}: the first row must name the columns, “项目名称” and one of “产品”, “行业代码”, “产业” among them; it "
        f"reads {quoted(read) if read else 'nothing'}; python -m geo screen --template writes a template",
    )


def _unread(label: str) -> Wording:
    near = [column.zh for column in COLUMNS if folded(label).split("_")[0] in folded(column.zh)]
    if not near:
        return Wording("没有读取这一列", "this column is not read")
    return Wording(
        f"没有读取这一列；是否指“{near[0]}”（注意单位）",
        f"this column is not read; is {quoted(near[0])} meant (mind the unit)?",
    )


def _row(
    columns: dict[int, Column], record: Sequence[Any], place: tuple[str, int, int], bounds: Sequence[float] | None
) -> ProjectRow:
    """Read one record; `place` is the file, the row and how many columns the header has."""
    name, number, width = place
    cells = {column.field: record[spot] for spot, column in columns.items() if spot < len(record)}
    project, faults = read_project(cells, file=name, row=number, bounds=bounds)
    faults = [*_lost_zero(cells.get("gbt4754"), name, number), *faults]
    if any(cell not in {None, ""} for cell in record[width:]):
        extra = Wording(
            "单元格多于列；含逗号的内容请加引号", "more cells than columns; put quotes round text that has commas"
        )
        faults.append(RowFault(name, number, None, "extra-cells", *extra))
    return ProjectRow(name, number, project, tuple(faults))


def _lost_zero(cell: object, name: str, row: int) -> Iterable[RowFault]:
    """A code that a spreadsheet holds as a number may have lost the nought before it."""
    is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
    code = f"{cell:.0f}" if is_number else ""
    if 0 < len(code) < _FULL_CODE and code in industries().index and f"0{code}" in industries().index:
        reason = Wording(
            f"单元格是数字{code}，分不清是{code}还是0{code}；请把单元格设为文本再填",
            f"the cell is the number {code}: {code} and 0{code} cannot be told apart; format the cell as text and "
            "write it again",
        )
        column = FIELDS["gbt4754"]
        yield RowFault(name, row, column.zh, "ambiguous-code", *reason, column.en)


def template_workbook() -> bytes:
    """
    Write the workbook that people fill in.

    Returns
    -------
    content
        XLSX: the sheet 项目 with Chinese headers (codes as text), and 填写说明 with what each column means, its English
        name and an example.

    Examples
    --------
    >>> book = openpyxl.load_workbook(io.BytesIO(template_workbook()))
    >>> book.sheetnames, book["项目"]["A1"].value
    (['项目', '填写说明'], '项目名称')
    """
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "项目"
    for number, column in enumerate(COLUMNS, start=1):
        cell = sheet.cell(row=1, column=number, value=column.zh)
        cell.font, cell.fill = Font(bold=True), _HEADER_FILL
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = max(12, 2 * len(column.zh) + 2)
        if column.kind in {"code", "text", "site", "opinions"}:
            sheet.column_dimensions[letter].number_format = "@"
    sheet.freeze_panes = "B2"
    _write_notes(book.create_sheet("填写说明"))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _write_notes(sheet: Any) -> None:  # noqa: ANN401  (the library has no types)
    sheet.append(["列名", "英文列名", "说明", "示例"])
    for column in COLUMNS:
        sheet.append([column.zh, column.field, column.note_zh, column.example])
    sheet.append([])
    sheet.append(["说明", "", "每行一个项目；项目名称必填，产品、行业代码、产业至少填一项；不清楚的留空，不要填0", ""])
    sheet.append(["说明", "", "结论是供研究和会商的参考意见，不是审批", ""])
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True), _HEADER_FILL
    for letter, width in zip("ABCD", (34, 22, 60, 28), strict=True):
        sheet.column_dimensions[letter].width = width
