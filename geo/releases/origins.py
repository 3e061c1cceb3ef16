"""Sources of extents that came by a file: a row for each, kept in the report of its release."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from geo.plan import Plan
from geo.releases.errors import StoreError

#: Key of a report below which the row stands.
SOURCE = "source"
_NEEDED = ("title_zh", "title_en", "licence")


def file_source(
    sha256: str, *, title_zh: str, title_en: str, licence: str, date: str, publisher: str = ""
) -> dict[str, Any]:
    """
    Row of `sources` for an uploaded file, as a person describes it.

    Parameters
    ----------
    sha256
        Of the file, hexadecimal: its start makes the row's id.
    title_zh, title_en
        What the file is, such as 批复红线图.
    licence
        On what terms it may be used.
    date
        YYYY, YYYY-MM or YYYY-MM-DD.
    publisher
        Who gave it; empty where nobody is stated.

    Returns
    -------
    source
        In the columns of `plan.sources` that are known.

    Raises
    ------
    StoreError
        If a title or the licence is empty.

    Examples
    --------
    >>> file_source("9f" * 32, title_zh="红线图", title_en="Red lines", licence="内部使用", date="2026")["source_id"]
    'file-9f9f9f9f9f9f'
    """
    given = {"title_zh": title_zh.strip(), "title_en": title_en.strip(), "licence": licence.strip()}
    lacking = [name for name in _NEEDED if not given[name]]
    if lacking:
        msg = f"the file's source needs {', '.join(lacking)}: say what it is and on what terms"
        raise StoreError(msg, "请填写文件的来源：中英文名称与使用条件")
    told = {"publisher_zh": publisher.strip() or None, "publisher_en": publisher.strip() or None}
    return {
        "source_id": f"file-{sha256[:12]}",
        "kind": "dataset",
        **given,
        **told,
        "date": date,
        "taken_zh": "园区范围",
        "taken_en": "Extents of parks",
    }


def reported_sources(reports: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """
    Rows of sources that releases keep in their reports.

    Parameters
    ----------
    reports
        Of releases, the oldest first.

    Returns
    -------
    sources
        One a source, the last description of each; what is no row is left out.

    Examples
    --------
    >>> reported_sources([{}, {"source": {"source_id": "file-9f", "title_zh": "红线图"}}])
    [{'source_id': 'file-9f', 'title_zh': '红线图'}]
    """
    rows = (report.get(SOURCE) for report in reports)
    known = {row["source_id"]: dict(row) for row in rows if isinstance(row, Mapping) and row.get("source_id")}
    return list(known.values())


def with_sources(plan: Plan, rows: Iterable[Mapping[str, Any]]) -> Plan:
    """
    Give the plan with more sources.

    Parameters
    ----------
    plan
        The plan.
    rows
        From `file_source`; those whose id the plan knows are left out.

    Returns
    -------
    plan
        The plan itself when there is nothing to add. Its digest stays: add sources to a plan of a release only.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> plan = read_plan()
    >>> row = file_source("9f" * 32, title_zh="红线图", title_en="Red lines", licence="内部使用", date="2026")
    >>> len(with_sources(plan, [row]).sources) - len(plan.sources)
    1
    """
    known = set(plan.sources["source_id"])
    new = [{name: row.get(name) for name in plan.sources.columns} for row in rows if row["source_id"] not in known]
    if not new:
        return plan
    added = pd.DataFrame(new, columns=list(plan.sources.columns)).astype(plan.sources.dtypes.to_dict())
    return replace(plan, sources=pd.concat([plan.sources, added], ignore_index=True))
