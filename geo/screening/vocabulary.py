"""The words and codes that lead to the fields of a plan: its own names and terms, its parks' focus terms, aliases."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from geo.allocation import focus_terms
from geo.names import folded

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    import pandas as pd

    from geo.plan import Plan


class Field(NamedTuple):
    """
    A sector, subsector or future track of a plan.

    Parameters
    ----------
    id, zh, en
        As the plan has them.
    level
        `sector`, `subsector` or `track`.
    sector_id
        The sector itself or the one above; None for a track.
    cite
        Where the plan has it.
    """

    id: str
    zh: str
    en: str
    level: str
    sector_id: str | None
    cite: str


class Term(NamedTuple):
    """
    A word that leads to a field.

    Parameters
    ----------
    word
        As printed.
    plain
        As compared, see `plain_words`.
    field
        Id of the field.
    source
        Where it stands.
    is_firm
        False for terms that are only related to the field.
    """

    word: str
    plain: str
    field: str
    source: str
    is_firm: bool


class Crossing(NamedTuple):
    """
    A row of the crosswalk from industry codes.

    Parameters
    ----------
    prefix
        Two to four digits of a code.
    field
        Id of the field.
    why_zh, why_en
        The reason.
    confidence
        `high`, `medium` or `low`.
    """

    prefix: str
    field: str
    why_zh: str
    why_en: str
    confidence: str


@dataclass(frozen=True)
class Vocabulary:
    """
    What leads to the fields of a plan, prepared once.

    Parameters
    ----------
    fields
        By id.
    terms
        Ordered by word and field.
    names
        Ids of fields by any of their names, as compared.
    crossings
        Rows of the crosswalk.
    """

    fields: dict[str, Field]
    terms: tuple[Term, ...]
    names: dict[str, str]
    crossings: tuple[Crossing, ...]


def plain_words(text: str) -> str:
    """
    Bring words to the form in which they are compared.

    Parameters
    ----------
    text
        As written.

    Returns
    -------
    plain
        Compatibility-normalised (NFKC), lower case; no spaces beside Chinese words, single ones between others.

    Examples
    --------
    >>> plain_words("AMOLED 面板"), plain_words("New  drugs")
    ('amoled面板', 'new drugs')
    """
    text = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return re.sub(r"(?<=[^ -~]) | (?=[^ -~])", "", text)


def vocabulary(plan: Plan) -> Vocabulary:
    """
    Prepare the words and codes of a plan.

    Parameters
    ----------
    plan
        The plan; its tables `terms` and `crosswalk` may be empty.

    Returns
    -------
    vocabulary
        For `geo.screening.matching`.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> words = vocabulary(read_plan())
    >>> [term.field for term in words.terms if term.word == "疫苗"]
    ['new-drugs']
    """
    fields = {field.id: field for field in _fields(plan)}
    stops = {plain_words(term) for term in plan.terms.loc[plan.terms["kind"] == "stop", "term_zh"]}
    terms: dict[tuple[str, str], Term] = {}
    for term in (*_own_names(fields), *_field_terms(plan, fields), *_focus_words(plan)):
        if term.plain not in stops:
            terms.setdefault((term.plain, term.field), term)
    crossings = tuple(
        Crossing(str(row["code_prefix"]), field, str(row["why_zh"]), str(row["why_en"]), str(row["confidence"]))
        for row in _records(plan.crosswalk)
        if (field := _first(row, "subsector_id", "track_id")) is not None
    )
    return Vocabulary(fields, tuple(terms[key] for key in sorted(terms)), _names(plan, fields), crossings)


def _records(table: pd.DataFrame) -> list[dict[Hashable, Any]]:
    return table.to_dict("records")


def _first(row: dict[Hashable, Any], *columns: str) -> str | None:
    """First of the columns that holds text."""
    return next((row[column] for column in columns if isinstance(row[column], str)), None)


def _fields(plan: Plan) -> Iterator[Field]:
    for row in _records(plan.subsectors):
        cite = row.get("cite_zh") or row["name_zh"]
        yield Field(row["subsector_id"], row["name_zh"], row["name_en"], "subsector", row["sector_id"], cite)
    for row in _records(plan.sectors):
        sector = row["sector_id"] if row["kind"] == "sector" else None
        yield Field(row["sector_id"], row["name_zh"], row["name_en"], row["kind"], sector, row["cite_zh"])


def _own_names(fields: dict[str, Field]) -> Iterator[Term]:
    for field in fields.values():
        for name in (field.zh, field.en):
            yield Term(name, plain_words(name), field.id, field.cite, is_firm=True)


def _field_terms(plan: Plan, fields: dict[str, Field]) -> Iterator[Term]:
    for row in _records(plan.terms[plan.terms["kind"] != "stop"]):
        field = _first(row, "subsector_id", "track_id")
        if field is not None:
            own = "" if row["kind"] == "term" else "（本项目补充的别名）"
            source = f"{fields[field].cite}{own}"
            yield Term(row["term_zh"], plain_words(row["term_zh"]), field, source, is_firm=True)


def _focus_words(plan: Plan) -> Iterator[Term]:
    """Terms of the box of parks, in both languages."""
    box = plan.descriptor["plan"]["box_zh"]
    for row in _records(focus_terms(plan)):
        field = _first(row, "subsector_id", "sector_id", "track_id")
        if field is not None:
            source, is_firm = f"{box}第{row['entry']}条第{row['order']}项", row["closeness"] != "related"
            for word in (row["term_zh"], row["term_en"]):
                yield Term(word, plain_words(word), field, source, is_firm)


def _names(plan: Plan, fields: dict[str, Field]) -> dict[str, str]:
    names: dict[str, str] = {}
    for row in _records(plan.sectors):
        names |= {plain_words(row[column]): row["sector_id"] for column in ("short_en", "short_zh")}
    for field in fields.values():
        names |= {plain_words(field.en): field.id, plain_words(field.zh): field.id, folded(field.id): field.id}
    return names
