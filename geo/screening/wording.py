"""What an answer says, in Chinese and in English: both are written where the sentence is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Wording(NamedTuple):
    """
    One text in both languages.

    Parameters
    ----------
    zh, en
        In Chinese and in English. What stands in Chinese alone (a project's words, an office's titles) is quoted in
        the English, see `quoted`.

    Examples
    --------
    >>> Wording("没有范围", "no extent").en
    'no extent'
    """

    zh: str
    en: str


#: Nothing to say.
NOTHING = Wording("", "")


def quoted(text: object) -> str:
    """
    Text as somebody wrote it, in the quotation marks of the English wordings.

    Parameters
    ----------
    text
        A project's words, a term of the plan, a title of the office.

    Returns
    -------
    quoted
        The same between curly marks.

    Examples
    --------
    >>> quoted("芯片")
    '“芯片”'
    """
    return f"“{text}”"


def joined(wordings: Iterable[Wording], *, zh: str = "；", en: str = "; ") -> Wording:
    """
    Several wordings as one.

    Parameters
    ----------
    wordings
        In their order.
    zh, en
        What stands between them in either language.

    Returns
    -------
    wording
        `NOTHING` for none.

    Examples
    --------
    >>> joined([Wording("容积率", "floor-area ratio"), Wording("绿地率", "green ratio")], zh="、", en=", ")
    Wording(zh='容积率、绿地率', en='floor-area ratio, green ratio')
    """
    parts = list(wordings)
    return Wording(zh.join(part.zh for part in parts), en.join(part.en for part in parts))


def distinct(wordings: Iterable[Wording]) -> list[Wording]:
    """
    Wordings without those whose Chinese was said before.

    Parameters
    ----------
    wordings
        In their order.

    Returns
    -------
    distinct
        The first of each.

    Examples
    --------
    >>> distinct([Wording("表1", "Table 1"), Wording("表1", "Table 1")])
    [Wording(zh='表1', en='Table 1')]
    """
    found: dict[str, Wording] = {}
    for wording in wordings:
        found.setdefault(wording.zh, wording)
    return list(found.values())
