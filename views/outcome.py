"""What a screening found, as blocks of a page: fields, gates, candidates with their points, comparison."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd

from geo.screening.gates import RESULTS
from layers.palette import RESULT_STYLES
from views.card import verdict_badge
from views.state import language
from views.words import column, either, word

_SHOWN = 8
#: Colours of criteria in the bars of points, in the order of the criteria.
_SHADES = ("#0B6E99", "#3B9AB2", "#78B7C5", "#B9D3C2", "#E8C468", "#E0A458", "#C97B63")


def own(key: str) -> str:
    """Key of an answer's text in the session's language: `value` is Chinese, `value_en` its English."""
    return either(key, f"{key}_en")


def result_badge(result: str) -> str:
    """Result of a gate as a coloured word with its mark."""
    background, ink, mark = RESULT_STYLES[result]
    words = either(result, RESULTS[result])
    return f"<span class='yt-verdict' style='background:{background};color:{ink}'>{mark} {escape(words)}</span>"


def subsectors_html(answer: dict[str, Any]) -> str:
    """Which fields the project was taken to belong to, and which words said so."""
    lines = "".join(
        f"<li><b>{escape(str(found[either('zh', 'en')]))}</b>"
        f"<small>{escape(str(found[either('why', 'why_en')]))}</small></li>"
        for found in answer["subsectors"]
    )
    notes = "".join(f"<p class='yt-caution'>{escape(note)}</p>" for note in answer[own("notes")])
    body = f"<ul class='yt-lines'>{lines}</ul>" if lines else f"<p>{word('screen_unmatched')}</p>"
    head = f"<h3>{escape(answer['name'])}</h3><h4>{word('screen_fields')}</h4>"
    return f"<div class='yt-card yt-box'>{head}{body}{notes}</div>"


def gates_html(gates: list[dict[str, Any]]) -> str:
    """Every gate in the order of the check, with value, threshold and the row behind it."""
    heads = "".join(
        f"<th>{word(key)}</th>"
        for key in ("screen_gate", "screen_result", "screen_value", "screen_threshold", "fit_cite")
    )
    rows = "".join(
        f"<tr><td>{escape(gate[column('gate')])}</td><td>{result_badge(gate['result'])}</td>"
        f"<td>{escape(gate[own('value')])}</td><td>{escape(gate[own('threshold')])}</td>"
        f"<td class='yt-note'>{escape(gate[own('cite')])}</td></tr>"
        for gate in gates
    )
    return (
        f"<div class='yt-card yt-box'><h3>{word('screen_gates')}</h3><p class='yt-note'>{word('screen_advice')}</p>"
        f"<table class='yt-facts yt-grid'><tr>{heads}</tr>{rows}</table></div>"
    )


def candidates_html(candidates: list[dict[str, Any]], ranking: dict[str, Any]) -> str:
    """Ranked parks with the points of each criterion as a stacked bar; whether the order depends on the method."""
    if not candidates:
        return f"<div class='yt-card yt-box yt-empty'><p>{word('screen_no_candidate')}</p></div>"
    rows = "".join(_candidate(candidate) for candidate in candidates[:_SHOWN])
    more = len(candidates) - _SHOWN
    rest = f"<p class='yt-note'>{word('screen_further', count=more)}</p>" if more > 0 else ""
    says = f"<p class='yt-caution'>{escape(ranking[own('says')])}</p>"
    return (
        f"<div class='yt-card yt-box'><h3>{word('screen_candidates')}</h3>{_key(candidates[0])}{rows}{rest}{says}</div>"
    )


def _key(candidate: dict[str, Any]) -> str:
    """Legend of the bars: criterion and its weight."""
    spans = "".join(
        f"<span><i style='background:{_shade(number)}'></i>{escape(part[language()])} {part['weight']:.3g}</span>"
        for number, part in enumerate(candidate["parts_of_points"])
    )
    return f"<div class='yt-key'>{spans}</div>"


def _candidate(candidate: dict[str, Any]) -> str:
    span = word(
        "screen_points",
        points=f"{candidate['points']:.1f}",
        least=f"{candidate['points_min']:.1f}",
        most=f"{candidate['points_max']:.1f}",
    )
    changes = "".join(f"<li>{escape(line)}</li>" for line in candidate[own("would_change")])
    badge = verdict_badge(candidate["verdict"]) if candidate["verdict"] else ""
    is_open = " open" if candidate["rank"] == 1 else ""
    return (
        f"<div class='yt-candidate'><b>{candidate['rank']}</b> {escape(candidate[column('park')])} {badge}"
        f"<div class='yt-points'>{_stack(candidate)}</div><small>{span}</small>"
        f"<details{is_open}><summary>{word('screen_waterfall')}</summary>{waterfall_html(candidate)}</details>"
        f"<details><summary>{word('screen_would_change')}</summary><ul>{changes}</ul></details></div>"
    )


def _stack(candidate: dict[str, Any]) -> str:
    return "".join(
        f"<i style='width:{part['points']:.2f}%;background:{_shade(number)}' "
        f"title='{escape(_told(part), quote=True)}'></i>"
        for number, part in enumerate(candidate["parts_of_points"])
    )


def _told(part: dict[str, Any]) -> str:
    return word("titled", title=f"{part[language()]} {part['points']:.3g}", text=part[own("value")])


def _shade(number: int) -> str:
    return _SHADES[number % len(_SHADES)]


def waterfall_html(candidate: dict[str, Any]) -> str:
    """Points of a candidate, criterion upon criterion up to the sum; hatched is what is unknown but could be."""
    rows, reached = [], 0.0
    for number, part in enumerate(candidate["parts_of_points"]):
        open_points = max(part["points_max"] - part["points"], 0.0)
        bar = (
            f"<i style='left:{reached:.2f}%;width:{part['points']:.2f}%;background:{_shade(number)}'></i>"
            f"<i class='yt-open' style='left:{reached + part['points']:.2f}%;width:{open_points:.2f}%'></i>"
        )
        figure = f"{part['points']:.1f} / {part['weight']:.3g}"
        rows.append(
            f"<div class='yt-fall' data-criterion='{escape(part['criterion'], quote=True)}' "
            f"data-points='{part['points']:.4f}'><span>{escape(part[language()])}</span><div>{bar}</div><b>{figure}</b>"
            f"<em>{escape(part[own('value')])}</em></div>"
        )
        reached += part["points"]
    total = (
        f"<div class='yt-fall yt-sum'><span>{word('screen_total')}</span>"
        f"<div><i style='left:0;width:{reached:.2f}%;background:#0B4F6C'></i></div>"
        f"<b>{candidate['points']:.1f}</b></div>"
    )
    return f"<div class='yt-waterfall'>{''.join(rows)}{total}</div>"


def comparison_html(candidates: list[dict[str, Any]]) -> str:
    """Parks across, criteria down: points as bars of what was to be had, and what they rest on."""
    heads = "".join(f"<th>{candidate['rank']} {escape(candidate[column('park')])}</th>" for candidate in candidates)
    lines = []
    for number, part in enumerate(candidates[0]["parts_of_points"]):
        cells = "".join(_compared(candidate["parts_of_points"][number], number) for candidate in candidates)
        lines.append(f"<tr><th>{escape(part[language()])}</th>{cells}</tr>")
    total = "".join(
        f"<td><b>{candidate['points']:.1f}</b>{_bar(candidate['points'], 100.0, '#0B4F6C')}</td>"
        for candidate in candidates
    )
    return (
        f"<div class='yt-card yt-box'><table class='yt-facts yt-grid yt-compare'><tr><th></th>{heads}</tr>"
        f"{''.join(lines)}<tr><th>{word('screen_total')}</th>{total}</tr></table></div>"
    )


def _compared(part: dict[str, Any], number: int) -> str:
    return (
        f"<td><b>{part['points']:.1f}</b> / {part['weight']:.3g}{_bar(part['points'], part['weight'], _shade(number))}"
        f"<p class='yt-note'>{escape(part[own('value')])}</p></td>"
    )


def _bar(points: float, most: float, colour: str) -> str:
    share = 100 * points / most if most else 0.0
    return f"<div class='yt-points'><i style='width:{share:.1f}%;background:{colour}'></i></div>"


def summary_rows(answers: list[dict[str, Any]]) -> pd.DataFrame:
    """One line a project: its fields, how many gates went how, its best three parks, or what is wrong with its row."""
    rows = []
    for answer in answers:
        results = [gate["result"] for gate in answer.get("gates", [])]
        best = [f"{c['rank']} {c[column('park')]}" for c in answer.get("candidates", [])[:3]]
        rows.append(
            {
                word("screen_row_title"): answer.get("row"),
                word("screen_name"): answer.get("name"),
                word("screen_fields"): word("separator").join(
                    str(s[either("zh", "en")]) for s in answer.get("subsectors", [])
                ),
                **{either(result, words): results.count(result) for result, words in RESULTS.items()},
                word("screen_candidates"): word("separator").join(best),
                word("screen_bad"): either("、", "; ").join(fault[own("reason")] for fault in answer["errors"]),
            }
        )
    return pd.DataFrame(rows)
