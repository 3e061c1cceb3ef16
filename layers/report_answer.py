"""
One answer of the screening as a report tells it: words for codes, names for ids, what is not known, and the map.

The answer is read as it comes, and what is missing in it is said to be missing; nothing is judged anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.extents import GRADES
from geo.fit import VERDICTS
from geo.names import match_parks
from geo.screening.gates import GATES
from geo.screening.gates import RESULTS as GATE_RESULTS
from geo.screening.projects import FIELDS
from geo.siting import POSITIONS
from layers.report_map import report_map

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geo.plan import Plan

    Answer = Mapping[str, Any]

#: Results of gates: word, background and text colour. Colour never stands without the word.
RESULTS = {
    "符合": ("#DDEFE5", "#14532D"),
    "不符合": ("#FBE3DF", "#7F1D1D"),
    "需论证": ("#FBEFD5", "#6B4500"),
    "缺数据": ("#E8EAED", "#374151"),
}
_CODES = {word: zh for zh, word in GATE_RESULTS.items()}
#: How many candidates are shown on the map.
MAPPED = 3
EMPTY = "—"


def said(value: object) -> str:
    """
    Put any value of a result into words.

    Parameters
    ----------
    value
        Text, number, truth, list, object or nothing.

    Returns
    -------
    words
        `—` for nothing.

    Examples
    --------
    >>> said(None), said(True), said(12.50), said(["甲", "乙"]), said({"下限": 1, "上限": 2})
    ('—', '是', '12.5', '甲；乙', '下限：1；上限：2')
    """
    if value is None or (isinstance(value, (str, dict, list, tuple)) and not value):
        return EMPTY
    match value:
        case bool():
            words = "是" if value else "否"
        case float():
            words = f"{value:.6g}" if abs(value) < 1e6 else f"{value:.0f}"  # noqa: PLR2004 - above, figures are whole
        case dict():
            words = "；".join(f"{key}：{said(item)}" for key, item in value.items())
        case list() | tuple():
            words = "；".join(said(item) for item in value)
        case _:
            words = str(value)
    return words


def result_word(result: object) -> str:
    """
    Bring a gate's result to one of the four words.

    Parameters
    ----------
    result
        Word or code.

    Returns
    -------
    word
        A key of `RESULTS`; whatever else is given counts as no data, for unknown is never a pass.

    Examples
    --------
    >>> result_word("符合"), result_word("fails"), result_word("?")
    ('符合', '不符合', '缺数据')
    """
    word = _CODES.get(str(result), str(result))
    return word if word in RESULTS else "缺数据"


def project_content(plan: Plan, result: Answer, number: int) -> dict[str, Any]:
    """
    Everything that a report says of one project.

    Parameters
    ----------
    plan
        The plan.
    result
        An answer of `geo.screening`, with `project` where what the project states is to be shown.
    number
        Of the project in the report, from 1.

    Returns
    -------
    content
        Texts, numbers and the drawing of the map.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> project_content(read_plan(), {"name": "甲"}, 1)["tally"]
    {'符合': 0, '不符合': 0, '需论证': 0, '缺数据': 0}
    """
    gates = [_gate(gate, place) for place, gate in enumerate(_rows(result, "gates"), start=1)]
    criteria = _criteria(_rows(result, "candidates"))
    ranking = result.get("ranking") or {}
    candidates = [_candidate(plan, candidate, criteria, ranking) for candidate in _rows(result, "candidates")]
    stated = dict(result.get("project") or {})
    best = tuple(candidate["park_id"] for candidate in candidates[:MAPPED] if candidate["park_id"])
    return {
        "number": number,
        "name": said(result.get("name")),
        "notes": _texts(result, ("notes",)),
        "facts": _facts(stated),
        "subsectors": [_subsector(row) for row in _rows(result, "subsectors")],
        "gates": gates,
        "tally": {word: sum(gate["result"] == word for gate in gates) for word in RESULTS},
        "criteria": list(criteria.values()),
        "candidates": candidates,
        "robustness": [text for text in [said(ranking.get("says"))] if text != EMPTY],
        "ruled_out": [_ruled_out(row) for row in _rows(result, "ruled_out")],
        "unknown": _unknown(plan, gates, best),
        "errors": [_error(error) for error in _listed(result.get("errors"))],
        "map": report_map(plan, best, _site_wkt(stated)),
    }


def _rows(result: Answer, key: str) -> list[Answer]:
    return [row for row in _listed(result.get(key)) if isinstance(row, dict)]


def _listed(value: object) -> list[Any]:
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _texts(row: Answer, keys: Iterable[str]) -> list[str]:
    return [said(item) for key in keys for item in _listed(row.get(key))]


def _facts(stated: Mapping[str, Any]) -> list[list[str]]:
    """What the project states, by the Chinese headers of the project file; nothing that it leaves out."""
    known = [(FIELDS[field].zh, stated[field]) for field in FIELDS if field in stated and field != "name"]
    return [[_unit(title), said(value)] for title, value in known if value not in (None, "")]


def _subsector(row: Answer) -> dict[str, str]:
    sector = row.get("sector_zh")
    return {"zh": said(row.get("zh")) + (f"（{sector}）" if sector else ""), "why": said(row.get("why"))}


def _ruled_out(row: Answer) -> dict[str, str]:
    gate = str(row.get("gate", "")).split(".", maxsplit=1)[0]
    words = {key: said(row.get(key)) for key in ("park_zh", "value", "cite")}
    return words | {"gate": GATES[gate][0] if gate in GATES else said(row.get("gate"))}


def _error(error: object) -> str:
    """A fault of a project file: file, row, column, then the reason."""
    if not isinstance(error, dict):
        return said(error)
    row = error.get("row")
    place = [error.get("file"), None if row is None else f"第{row}行", error.get("column")]
    return "：".join(
        part for part in ("，".join(str(word) for word in place if word), said(error.get("reason"))) if part
    )


def _unit(title: str) -> str:
    name, _, unit = title.partition("_")
    return f"{name}（{unit}）" if unit else name


def _gate(gate: Answer, number: int) -> dict[str, Any]:
    words = {key: said(gate.get(f"{key}_zh") or gate.get(key)) for key in ("gate", "value", "threshold", "cite")}
    change = said(gate.get("would_change"))
    return {"number": number, **words, "result": result_word(gate.get("result")), "change": change.removeprefix(EMPTY)}


def _criteria(candidates: Sequence[Answer]) -> dict[str, str]:
    """Criteria of all candidates by key, with their names, in order of appearance."""
    found: dict[str, str] = {}
    for candidate in candidates:
        for key, name, _ in _parts(candidate):
            found.setdefault(key, name)
    return found


def _parts(candidate: Answer) -> list[tuple[str, str, object]]:
    """Points by criterion, whether they come as an object or as a list of rows."""
    parts = candidate.get("parts_of_points") or {}
    if isinstance(parts, dict):
        return [(str(key), _title(value) or str(key), value) for key, value in parts.items()]
    rows = [part for part in parts if isinstance(part, dict)]
    named = [(row, str(row.get("criterion") or row.get("id") or row.get("zh") or "")) for row in rows]
    return [(key, _title(row) or key, row) for row, key in named]


def _title(part: object) -> str:
    return str(part.get("zh") or part.get("name") or "") if isinstance(part, dict) else ""


def _candidate(
    plan: Plan, candidate: Answer, criteria: Mapping[str, str], ranking: Mapping[str, Any]
) -> dict[str, Any]:
    name = said(candidate.get("park_zh"))
    parts = {key: part for key, _, part in _parts(candidate)}
    park_id = candidate.get("park_id") or match_parks([name], plan.parks)["park_id"].iloc[0]
    verdict = str(candidate.get("verdict", ""))
    gates = _rows(candidate, "gates")
    return {
        "park_id": park_id or None,
        "park_zh": name,
        "rank": candidate.get("rank"),
        "points": _number(candidate.get("points")),
        "range": _range(candidate),
        "parts": [_number(parts.get(key)) for key in criteria],
        "offers": [_offer(criteria[key], part) for key, part in parts.items() if isinstance(part, dict)],
        "verdict": VERDICTS[verdict][0] if verdict in VERDICTS else verdict,
        "cite": said(gates[0].get("cite")) if gates else EMPTY,
        "notes": _standing(candidate, ranking),
        "would_change": _texts(candidate, ("would_change",)),
    }


def _offer(title: str, part: Answer) -> dict[str, Any]:
    words = {key: said(part.get(key)) for key in ("value", "benchmark", "cite")}
    return {"zh": title, "points": _number(part), "range": _range(part), "weight": _number(part.get("weight")), **words}


def _range(row: Answer) -> str:
    """Least and largest points; nothing where they are one."""
    ends = _number([row.get("points_min"), row.get("points_max")])
    return ends if isinstance(ends, str) else ""


def _standing(candidate: Answer, ranking: Mapping[str, Any]) -> list[str]:
    """What is uncertain about a candidate's place: points as a range, other ranks by other methods, the site."""
    words = [f"总分区间{_range(candidate)}"] if _range(candidate) else []
    ranks = candidate.get("ranks") or {}
    names = {str(check.get("check")): str(check.get("zh")) for check in _rows(ranking, "checks")}
    others = [
        f"按{names.get(check, check)}为第{rank}名" for check, rank in ranks.items() if rank != candidate.get("rank")
    ]
    if others:
        words.append("；".join(others))
    elif ranks:
        words.append("换用各项检验方法，名次不变")
    position = str(candidate.get("site") or "")
    if position in POSITIONS:
        words.append(f"地块{POSITIONS[position][0]}")
    return words


def _number(value: object) -> float | str | None:
    """Points to one decimal; an object gives its `points`, a pair is a range in words, anything else nothing."""
    if isinstance(value, dict):
        ends = [value.get(key) for key in ("points_min", "points_max")]
        value = value.get("points") if value.get("points") is not None or None in ends else ends
    if isinstance(value, (list, tuple)):
        found = [_number(end) for end in value]
        if not found or not all(isinstance(end, float) for end in found):
            return None
        return found[0] if len(set(found)) == 1 else f"{found[0]}–{found[-1]}"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return round(float(value), 1)


def _unknown(plan: Plan, gates: Sequence[Mapping[str, Any]], park_ids: Sequence[str]) -> list[str]:
    """What is not known: gates without data, gates that need an argument, and how well the extents are known."""
    words = []
    for result, lead in (("缺数据", "缺少资料，未能判断"), ("需论证", "须补充论证")):
        named = [f"{gate['number']} {gate['gate']}" for gate in gates if gate["result"] == result]
        if named:
            words.append(f"{lead}：{'；'.join(named)}。")
    names = plan.parks.set_index("park_id")["short_zh"]
    for park in park_ids:
        parts = plan.extents[plan.extents["park_id"] == park]
        known = [
            f"{grade}级（{GRADES[grade][0]}，±{accuracy:g}米）"
            for grade, accuracy in zip(parts["grade"], parts["position_accuracy_m"], strict=True)
        ]
        said_of = "、".join(dict.fromkeys(known)) or "未绘出"
        words.append(f"{names[park]}的范围依据：{said_of}；地块是否在园区内须以管理机构的边界文件为准。")
    return words


def _site_wkt(stated: Mapping[str, Any]) -> str:
    """Site of a project in WGS 84: its outline or point, else its longitude and latitude."""
    site = stated.get("site_wkt") or stated.get("site") or ""
    wkt = str(getattr(site, "wkt", site))
    if wkt:
        return wkt
    lon, lat = stated.get("lon"), stated.get("lat")
    return f"POINT ({float(lon)} {float(lat)})" if lon is not None and lat is not None else ""
