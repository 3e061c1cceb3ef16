"""
What a report says, as plain data: one structure that the page template and the workbook both set.

It adds words, order and provenance to the answers of the screening; it judges nothing itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from geo.extents import GRADES
from layers.extract import NOTICE
from layers.formats.kml import UNWRITABLE
from layers.report_answer import EMPTY, RESULTS, project_content
from layers.report_map import grade_line

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from geo.plan import Plan

    Result = Mapping[str, Any]

ADVICE = "仅供参考：本报告依规划文本、规则文件与示意范围推算，可附卷备查，不代替审批、核准、备案或许可决定。"
EXTENTS_NOTICE = NOTICE[0]
SYNTHETIC = "本报告依虚构的示例规则作出，仅供试用和说明，不得用于办件。"
#: How many candidates the pages tell with what would change their standing; the workbook tells all.
DETAILED = 3


@dataclass(frozen=True)
class RulesStamp:
    """
    Which rules a report was made by.

    Parameters
    ----------
    label
        Title, file and version, as `geo.screening.rules.Rules.label` says them.
    sha256
        Of the file's bytes, hexadecimal.

    Examples
    --------
    >>> RulesStamp("默认规则（default.toml，版本1）", "00ff").label[:4]
    '默认规则'
    """

    label: str
    sha256: str


def rules_stamp(label: str, content: bytes) -> RulesStamp:
    """
    Stamp of a rules file.

    Parameters
    ----------
    label
        As `geo.screening.rules.Rules.label`.
    content
        The file's bytes.

    Returns
    -------
    stamp
        With their SHA-256.

    Examples
    --------
    >>> rules_stamp("空", b"").sha256[:8]
    'e3b0c442'
    """
    return RulesStamp(label, sha256(content).hexdigest())


def map_notice(review_number: str = "") -> str:
    """
    Say under which map review number a map is shown, or that it is for internal use.

    Parameters
    ----------
    review_number
        The deployment's 审图号; empty for none.

    Returns
    -------
    notice
        In Chinese.

    Examples
    --------
    >>> map_notice(), map_notice("闽S(2026)1号")
    ('内部使用', '审图号：闽S(2026)1号')
    """
    return f"审图号：{review_number}" if review_number.strip() else "内部使用"


def report_content(
    plan: Plan, results: Sequence[Result], *, date: dt.date, rules: RulesStamp, notice: str
) -> dict[str, Any]:
    """
    Everything that a report says.

    Parameters
    ----------
    plan
        The plan that the projects were screened against.
    results
        Answers of `geo.screening`, one a project; `project`, where one carries it, is what the project states, as
        `geo.screening.projects.read_project` returned it, for the facts and the site on the map.
    date
        Day of the report.
    rules
        Rules that the projects were judged by.
    notice
        What maps say of their review (`map_notice`).

    Returns
    -------
    content
        JSON of texts, numbers and drawings; characters that no file may hold are U+FFFD.

    Examples
    --------
    >>> from datetime import date
    >>> from geo.plan import read_plan
    >>> stamp = RulesStamp("规则", "00")
    >>> found = report_content(read_plan(), [{"name": "甲"}], date=date(2026, 1, 2), rules=stamp, notice="内部使用")
    >>> found["projects"][0]["name"], found["date"]
    ('甲', '2026年1月2日')
    """
    projects = [project_content(plan, result, number) for number, result in enumerate(results, start=1)]
    content = {
        "title": "项目与园区契合筛查报告",
        "detailed": DETAILED,
        "city": str(plan.descriptor.get("city_zh", "")),
        "date": f"{date.year}年{date.month}月{date.day}日",
        "day": [date.year, date.month, date.day],
        "advice": ADVICE,
        "extents_notice": EXTENTS_NOTICE,
        "notice": notice,
        "synthetic": SYNTHETIC if any(result.get("is_synthetic") for result in results) else "",
        "results": {word: list(colours) for word, colours in RESULTS.items()},
        "grade_lines": [grade_line(grade) for grade in GRADES],
        "grade_words": {grade: words[0] for grade, words in GRADES.items()},
        "provenance": _provenance(plan, date, rules),
        "projects": projects,
    }
    cleaned: dict[str, Any] = _clean(content)
    return cleaned


def _provenance(plan: Plan, date: dt.date, rules: RulesStamp) -> list[list[str]]:
    titles = plan.descriptor["plan"]
    extents = plan.extents
    sources = plan.sources.drop_duplicates("source_id").set_index("source_id")["title_zh"]
    drawn = [str(sources.get(source, source)) for source in extents["source_id"].dropna().unique()]
    return [
        ["规划", str(titles.get("title_zh", ""))],
        ["规划数据版本", plan.release],
        ["数据摘要（SHA-256）", plan.digest],
        ["园区范围", f"{'、'.join(drawn)}，截至{max(map(str, extents['as_of'].dropna()), default=EMPTY)}"],
        ["规则文件", rules.label],
        ["规则摘要（SHA-256）", rules.sha256],
        ["报告日期", f"{date.year}年{date.month}月{date.day}日"],
    ]


def _clean(value: Any) -> Any:  # noqa: ANN401 - JSON may be anything
    match value:
        case str():
            return UNWRITABLE.sub("\ufffd", value)
        case dict():
            return {key: _clean(item) for key, item in value.items()}
        case list() | tuple():
            return [_clean(item) for item in value]
    return value
