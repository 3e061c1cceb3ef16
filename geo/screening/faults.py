"""
Faults of project and rules files, and errors of the screening that a page says in its own language.

::

    GeoError
    ├── UnknownNameError
    │   └── UnlistedNameError  a code or field that a project states and no list holds
    └── FormatError
        └── ProjectFileError   a file that is no table of projects
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from geo.errors import Fault, FormatError, UnknownNameError

if TYPE_CHECKING:
    from geo.screening.wording import Wording


class RowFault(NamedTuple):
    """
    One thing that is wrong with a row of a project file.

    Parameters
    ----------
    file, row
        Where the row stands; the header is row 1. None for a form.
    field
        Chinese header of the column; None for the row as a whole.
    kind
        Short code, such as `not-a-number`.
    reason, reason_en
        What is wrong and how to mend it, in Chinese and in English.
    field_en
        Title of the column in English.

    Examples
    --------
    >>> fault = RowFault("a.csv", 2, "产品", "missing-value", "没有产品", "the product is missing", "Product")
    >>> print(fault)
    a.csv, row 2, 产品: [missing-value] 没有产品
    >>> print(fault.en)
    a.csv, row 2, Product: [missing-value] the product is missing
    """

    file: str
    row: int | None
    field: str | None
    kind: str
    reason: str
    reason_en: str
    field_en: str | None = None

    def __str__(self) -> str:
        return str(Fault(self.file, self.row, self.field, self.kind, self.reason))

    @property
    def en(self) -> str:
        """Place and reason in English."""
        return str(Fault(self.file, self.row, self.field_en, self.kind, self.reason_en))


class RulesFault(NamedTuple):
    """
    One thing that is wrong in a rules file.

    Parameters
    ----------
    file, row
        Where it stands, by line; None for the file as a whole.
    field
        Place inside the file, such as `room[1].park`.
    kind
        Short code, such as `unknown-park`.
    reason, reason_zh
        What is wrong and how to mend it, in English, as commands say it, and in Chinese for a page.

    Examples
    --------
    >>> fault = RulesFault("a.toml", 3, "rules.date", "bad-date", "there is no such day", "没有这一天")
    >>> print(fault)
    a.toml, row 3, rules.date: [bad-date] there is no such day
    >>> fault.zh
    'a.toml，第3行，rules.date：没有这一天'
    """

    file: str
    row: int | None
    field: str | None
    kind: str
    reason: str
    reason_zh: str

    def __str__(self) -> str:
        return str(Fault(self.file, self.row, self.field, self.kind, self.reason))

    @property
    def zh(self) -> str:
        """Place and reason in Chinese."""
        place = [self.file, None if self.row is None else f"第{self.row}行", self.field]
        return f"{'，'.join(filter(None, place))}：{self.reason_zh}"


class UnlistedNameError(UnknownNameError):
    """
    A code or field that a project states and no list holds; the message offers the nearest ones.

    Parameters
    ----------
    reason
        What is wrong and how to mend it, in both languages.

    Examples
    --------
    >>> from geo.screening.wording import Wording
    >>> error = UnlistedNameError(Wording("没有代码“9999”", "there is no code “9999”"))
    >>> str(error), error.zh
    ('there is no code “9999”', '没有代码“9999”')
    """

    def __init__(self, reason: Wording) -> None:
        self.reason = reason
        self.zh = reason.zh
        super().__init__(reason.en)


class ProjectFileError(FormatError):
    """
    A file that is no table of projects.

    Parameters
    ----------
    reason
        What is wrong and how to mend it, in both languages.

    Examples
    --------
    >>> from geo.screening.wording import Wording
    >>> ProjectFileError(Wording("a.txt：请另存为CSV", "a.txt: save it as CSV")).zh
    'a.txt：请另存为CSV'
    """

    def __init__(self, reason: Wording) -> None:
        self.zh = reason.zh
        super().__init__(reason.en)
