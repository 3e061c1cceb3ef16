"""Zip files whose bytes depend on nothing but their content."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_FIRST_YEAR = 1980  # a zip file knows no earlier one
_READABLE = 0o644 << 16


def zipped(files: Mapping[str, bytes], stamp: datetime) -> bytes:
    """
    Pack files.

    Parameters
    ----------
    files
        Content by name, in the order in which they are packed; names may be Chinese (UTF-8).
    stamp
        Time that every entry carries.

    Returns
    -------
    content
        The zip file: the same for the same input, whatever the clock says.

    Examples
    --------
    >>> from datetime import datetime
    >>> zipped({"a": b"1"}, datetime(2026, 11, 22)) == zipped({"a": b"1"}, datetime(2026, 11, 22))
    True
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, (max(stamp.year, _FIRST_YEAR), *stamp.timetuple()[1:6]))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = _READABLE
            archive.writestr(entry, content, compresslevel=6)
    return packed.getvalue()


def restamped(content: bytes, stamp: datetime) -> bytes:
    """
    Pack a zip file of another writer anew, so that it tells no time of writing.

    Parameters
    ----------
    content
        A zip file.
    stamp
        Time that every entry carries.

    Returns
    -------
    content
        The same entries in the same order.

    Examples
    --------
    >>> from datetime import datetime
    >>> early, late = (zipped({"a": b"1"}, datetime(year, 1, 1)) for year in (2000, 2026))
    >>> restamped(early, datetime(2026, 1, 1)) == late
    True
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return zipped({name: archive.read(name) for name in archive.namelist()}, stamp)
