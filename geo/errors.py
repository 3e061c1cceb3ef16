"""
Errors that `geo` and `layers` raise on purpose.

Every message says what is wrong with the value that was given and how to mend it::

    GeoError
    ├── PlanError         a plan package cannot be read; carries every fault found
    ├── CRSError          a coordinate reference system is missing, unknown or not served
    ├── UnknownNameError  a name or code that no table holds
    ├── FormatError       a file format cannot carry what was asked of it
    └── BilingualError    says it in Chinese too; those of releases, security classes and large layers
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Fault(NamedTuple):
    """
    One thing that is wrong in a file: where it is and why.

    Parameters
    ----------
    file
        Name of the file inside the package.
    row
        Row of a table (the header is row 1) or number of a feature (from 1); None for the file as a whole.
    field
        Column or property; None for the row as a whole.
    kind
        Short code of the fault, such as `missing-label` or `invalid-geometry`.
    reason
        What is wrong and how to mend it.

    Examples
    --------
    >>> print(Fault("parks.csv", 3, "park_id", "primary-key", "the id stands twice: keep one"))
    parks.csv, row 3, park_id: [primary-key] the id stands twice: keep one
    """

    file: str
    row: int | None
    field: str | None
    kind: str
    reason: str

    def __str__(self) -> str:
        place = [self.file]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.field:
            place.append(self.field)
        return f"{', '.join(place)}: [{self.kind}] {self.reason}"


class GeoError(Exception):
    """A value that cannot be used; the message says why and how to mend it."""


class BilingualError(GeoError):
    """
    An error that a page can say in Chinese, too.

    Parameters
    ----------
    message
        What is wrong and how to mend it, in English.
    zh
        The same in Chinese.

    Examples
    --------
    >>> error = BilingualError("a.fgb is empty", "a.fgb 是空文件")
    >>> str(error), error.zh
    ('a.fgb is empty', 'a.fgb 是空文件')
    """

    def __init__(self, message: str, zh: str) -> None:
        self.zh = zh
        super().__init__(message)


class PlanError(GeoError):
    """
    A plan package that cannot be read, with every fault that was found in it.

    Parameters
    ----------
    path
        The package's folder.
    faults
        All faults, in the order of the files.
    """

    def __init__(self, path: object, faults: Sequence[Fault]) -> None:
        self.path = path
        self.faults = list(faults)
        lines = "\n".join(f"  {fault}" for fault in self.faults)
        super().__init__(
            f"the plan package {path} has {len(self.faults)} fault(s); mend them and read it again:\n{lines}"
        )


class CRSError(GeoError):
    """A coordinate reference system that is missing, unknown or not served here."""


class UnknownNameError(GeoError):
    """A name or code that no table holds; the message offers the nearest ones."""


class FormatError(GeoError):
    """A file format that is unknown or cannot carry what was asked of it."""
