"""Workbooks as an office saves them."""

import io
from collections.abc import Sequence
from typing import Any

import openpyxl


def workbook(*rows: Sequence[Any]) -> bytes:
    """Give the content of an XLSX file with one sheet of these rows."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
