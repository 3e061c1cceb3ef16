"""
Which fields of the plan a project belongs to, and which words say so.

Three things can lead to a field: what the project states, words of its product that are terms of the plan, and its
industry code by the package's crosswalk, which is this project's own and not official. Each match names its reason.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz import fuzz

from geo.screening.faults import UnlistedNameError
from geo.screening.industries import industry_name
from geo.screening.vocabulary import plain_words
from geo.screening.wording import Wording, joined, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from geo.screening.projects import Project
    from geo.screening.vocabulary import Crossing, Term, Vocabulary

#: Least likeness of words, in percent, for a match that is only approximate; shorter terms must stand as they are.
LEAST_SCORE = 75.0
LEAST_LENGTH = 4
OFFERED = 3
#: How sure the crosswalk is, from most to least, with words in Chinese.
CONFIDENCE = {"high": "较高", "medium": "中等", "low": "较低"}
_ASCII = re.compile(r"[ -~]+")
_WHOLE = 100.0

Span = tuple[int, int]


class Match(NamedTuple):
    """
    A field of the plan that something of a project leads to.

    Parameters
    ----------
    id, zh, en
        Of the sector, subsector or future track.
    level
        `sector`, `subsector` or `track`.
    sector_id
        The sector that it stands for; None for a track.
    basis
        `stated`, `text` or `code`.
    is_firm
        Whether it can carry a 符合: names as stated, words as printed, codes of high confidence; the rest needs
        argument.
    why, why_en
        Which words or code say so.
    """

    id: str
    zh: str
    en: str
    level: str
    sector_id: str | None
    basis: str
    is_firm: bool
    why: str
    why_en: str


class Hit(NamedTuple):
    """
    A term found in a text.

    Parameters
    ----------
    term
        The term.
    said
        The words of the text.
    score
        Likeness in percent; 100 where the term stands as it is.
    """

    term: Term
    said: str
    score: float

    @property
    def is_firm(self) -> bool:
        """Whether the term stands as it is and is the field's own."""
        return self.score >= _WHOLE and self.term.is_firm


def match_project(project: Project, words: Vocabulary) -> tuple[list[Match], list[Wording]]:
    """
    Fields that a project belongs to.

    Parameters
    ----------
    project
        With any of `sector`, `product` and `gbt4754`.
    words
        What `geo.screening.vocabulary.vocabulary` returned.

    Returns
    -------
    matches, notes
        Matches, one a field and basis: stated first, then by words, then by code. Notes say what led
        nowhere, with the closest fields for words that no term is like.

    Raises
    ------
    UnlistedNameError
        If the project states a sector or field that the plan does not have; the message offers the nearest names.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> from geo.screening.vocabulary import vocabulary
    >>> found, _ = match_project({"product": "新型疫苗", "gbt4754": "2762"}, vocabulary(read_plan()))
    >>> [(match.id, match.basis) for match in found]
    [('new-drugs', 'text'), ('new-drugs', 'code')]
    """
    matches = [_stated(project["sector"], words)] if "sector" in project else []
    notes = []
    if "product" in project:
        found = match_text(project["product"], words)
        matches.extend(found)
        if not found:
            notes.append(_unmatched(project["product"], words))
    if "gbt4754" in project:
        code = project["gbt4754"]
        by_code = match_code(code, words)
        matches.extend(by_code)
        if not by_code:
            notes.append(
                Wording(
                    f"行业代码{code}（{industry_name(code)}）在本项目自编对照表（非官方）中没有对应领域",
                    f"industry code {code} ({quoted(industry_name(code))}) leads to no field by this project's own, "
                    "unofficial crosswalk",
                )
            )
    return matches, notes


def _unmatched(product: str, words: Vocabulary) -> Wording:
    """Say that no term stands in the words of a product, and which are the closest."""
    offers = joined(
        (
            Wording(f"{zh}（“{word}”，{score:.0f}%）", f"{words.fields[field].en} ({quoted(word)}, {score:.0f} %)")
            for field, zh, word, score in closest(product, words)
        ),
        zh="、",
        en=", ",
    )
    offered = Wording("也没有相近的用语", "and none is like it")
    if offers.zh:
        offered = Wording(f"最接近的有：{offers.zh}", f"the closest are {offers.en}")
    said = Wording(f"产品“{product}”没有对应的规划用语", f"no term of the plan stands in the product {quoted(product)}")
    return joined([said, offered])


def _match(field_id: str, words: Vocabulary, *, basis: str, is_firm: bool, why: str, why_en: str) -> Match:
    field = words.fields[field_id]
    return Match(field.id, field.zh, field.en, field.level, field.sector_id, basis, is_firm, why, why_en)


def _stated(name: str, words: Vocabulary) -> Match:
    field = words.names.get(plain_words(name))
    if field is None:
        offers = (words.fields[offered] for offered, *_ in closest(name, words))
        near = joined((Wording(offered.zh, offered.en) for offered in offers), zh="、", en=", ")
        raise UnlistedNameError(
            Wording(
                f"规划没有名为“{name}”的产业、细分领域或未来赛道；相近的有：{near.zh or '无'}",
                f"the plan has no sector, subsector or future track called {quoted(name)}; near it: "
                f"{near.en or 'none'}",
            )
        )
    why, why_en = f"项目申报“{name}”", f"the project states {name!r}"
    return _match(field, words, basis="stated", is_firm=True, why=why, why_en=why_en)


def match_text(text: str, words: Vocabulary) -> list[Match]:
    """
    Fields whose terms stand in a text.

    Parameters
    ----------
    text
        What the project makes, in free words.
    words
        What `geo.screening.vocabulary.vocabulary` returned.

    Returns
    -------
    matches
        One a field, in the order of ids, with the words that say so. A term inside a longer one that matched is
        passed over; where no term stands in the text, terms of at least `LEAST_LENGTH` signs that are alike by
        `LEAST_SCORE` percent (rapidfuzz, partial ratio) give matches that are not firm.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> from geo.screening.vocabulary import vocabulary
    >>> words = vocabulary(read_plan())
    >>> [match.why for match in match_text("智能座舱", words)]
    ['“智能座舱”是第四章第一节“新型显示”用语']
    >>> [(match.zh, match.is_firm) for match in match_text("智能车座舱", words)]
    [('新型显示', False)]
    """
    plain = plain_words(text)
    found = [(span, term) for term in words.terms for span in _spans(term.plain, plain)]
    spans = {span for span, _ in found}
    hits = [Hit(term, plain[slice(*span)], _WHOLE) for span, term in found if not _lies_within(span, spans)]
    return _grouped(hits or _alike(plain, words), words)


def _spans(term: str, text: str) -> Iterator[Span]:
    """Places of a term in a text; a term of Latin letters must stand as a word of its own."""
    if term not in text:
        return
    pattern = re.escape(term)
    if _ASCII.fullmatch(term):
        pattern = rf"(?<![a-z0-9]){pattern}(?![a-z0-9])"
    for found in re.finditer(pattern, text):
        yield found.span()


def _lies_within(span: Span, spans: set[Span]) -> bool:
    return any(other != span and other[0] <= span[0] and span[1] <= other[1] for other in spans)


def _alike(text: str, words: Vocabulary) -> list[Hit]:
    found = []
    for term in words.terms:
        if LEAST_LENGTH <= len(term.plain) <= len(text) and not _ASCII.fullmatch(term.plain):
            alignment = fuzz.partial_ratio_alignment(term.plain, text, score_cutoff=LEAST_SCORE)
            if alignment is not None and alignment.score >= LEAST_SCORE:
                # Likeness of the best place is not identity: a term that stands as it is was found before.
                score = min(alignment.score, _WHOLE - 1)
                found.append(Hit(term, text[alignment.dest_start : alignment.dest_end], score))
    return found


def _grouped(hits: Iterable[Hit], words: Vocabulary) -> list[Match]:
    """One match a field; where a firm hit speaks, those that are not keep silent."""
    by_field: dict[str, list[Hit]] = {}
    for hit in hits:
        by_field.setdefault(hit.term.field, []).append(hit)
    found = []
    for field in sorted(by_field):
        is_firm = any(hit.is_firm for hit in by_field[field])
        kept = [hit for hit in by_field[field] if hit.is_firm == is_firm]
        why = "；".join(dict.fromkeys(_why(hit) for hit in kept))
        why_en = "; ".join(dict.fromkeys(_why_en(hit) for hit in kept))
        found.append(_match(field, words, basis="text", is_firm=is_firm, why=why, why_en=why_en))
    return found


def _why(hit: Hit) -> str:
    if hit.score < _WHOLE:
        return f"“{hit.said}”与{hit.term.source}用语“{hit.term.word}”近似（{hit.score:.0f}%），需核对"
    tail = "" if hit.term.is_firm else "，只是相关，需核对"
    return f"“{hit.said}”是{hit.term.source}用语{tail}"


def _why_en(hit: Hit) -> str:
    if hit.score < _WHOLE:
        return f"{hit.said!r} is like the plan's {hit.term.word!r} ({hit.score:.0f} %)"
    return f"{hit.said!r} is a term of the plan" + ("" if hit.term.is_firm else ", related only")


def match_code(code: str, words: Vocabulary) -> list[Match]:
    """
    Fields that the crosswalk leads an industry code to.

    Parameters
    ----------
    code
        Two to four digits, in the list.
    words
        What `geo.screening.vocabulary.vocabulary` returned.

    Returns
    -------
    matches
        By the longest prefixes of the crosswalk, the surest first; a code that is wider than the crosswalk's rows
        leads to all of those rows, none of them firm.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> from geo.screening.vocabulary import vocabulary
    >>> [(match.id, match.is_firm) for match in match_code("3973", vocabulary(read_plan()))]
    [('integrated-circuits', True)]
    """
    above = [row for row in words.crossings if code.startswith(row.prefix)]
    longest = max((len(row.prefix) for row in above), default=0)
    kept = [row for row in above if len(row.prefix) == longest]
    kept = kept or [row for row in words.crossings if row.prefix.startswith(code)]
    found: dict[str, Match] = {}
    for row in sorted(kept, key=lambda row: (list(CONFIDENCE).index(row.confidence), row.field, row.prefix)):
        is_wide = not code.startswith(row.prefix)
        is_firm = row.confidence == "high" and not is_wide
        why, why_en = _code_reasons(code, row, is_wide=is_wide)
        match = _match(row.field, words, basis="code", is_firm=is_firm, why=why, why_en=why_en)
        found.setdefault(row.field, match)
    return list(found.values())


def _code_reasons(code: str, row: Crossing, *, is_wide: bool) -> tuple[str, str]:
    wide = f"；代码较粗，须细到{row.prefix}" if is_wide else ""
    basis = f"按本项目自编对照（非官方，把握{CONFIDENCE[row.confidence]}）"
    why = f"行业代码{code}（{industry_name(code)}）{basis}：{row.why_zh}{wide}"
    return why, f"code {code} by this project's own crosswalk ({row.confidence}): {row.why_en}"


def closest(text: str, words: Vocabulary) -> list[tuple[str, str, str, float]]:
    """
    Fields whose terms are most like a text.

    Parameters
    ----------
    text
        Words that matched nothing.
    words
        What `geo.screening.vocabulary.vocabulary` returned.

    Returns
    -------
    offered
        At most three: id, Chinese name, the term that is closest, likeness in percent (mean of rapidfuzz's ratio and
        partial ratio); fewer where no term shares a sign with the text.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> from geo.screening.vocabulary import vocabulary
    >>> [zh for _, zh, _, _ in closest("集成线路", vocabulary(read_plan()))][0]
    '集成电路'
    """
    plain = plain_words(text)
    # Signs of another script are alike by chance only.
    is_latin = bool(_ASCII.fullmatch(plain))
    best: dict[str, tuple[float, str]] = {}
    for term in (term for term in words.terms if bool(_ASCII.fullmatch(term.plain)) == is_latin):
        score = (fuzz.ratio(plain, term.plain) + fuzz.partial_ratio(plain, term.plain)) / 2
        if score > best.get(term.field, (0.0, ""))[0]:
            best[term.field] = (score, term.word)
    order = sorted(best, key=lambda field: (-best[field][0], field))[:OFFERED]
    return [(field, words.fields[field].zh, best[field][1], best[field][0]) for field in order]
