"""Names of parks as people write them, and the parks they mean."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

_LAST_BRACKET = re.compile(r"\s*[（(][^（()）]*[)）]\s*$")


def folded(name: str) -> str:
    """
    Bring a name to the form in which names are compared.

    Parameters
    ----------
    name
        As written: full-width or half-width brackets, spaces, any case.

    Returns
    -------
    name
        Compatibility-normalised (NFKC), without spaces, lower case.

    Examples
    --------
    >>> folded("火炬（翔安） 产业区") == folded("火炬(翔安)产业区")
    True
    """
    plain = "".join(unicodedata.normalize("NFKC", name).split()).casefold()
    # Without its space a lone accent joins the letter before it: bring that to one form too.
    return "".join(unicodedata.normalize("NFKC", plain).split())


def unbracketed(name: str) -> str:
    """
    Drop the bracket that ends a name: the parts that a plan prints behind a park's name.

    Parameters
    ----------
    name
        As written; brackets inside the name stay.

    Returns
    -------
    name
        Without the closing bracket and what it holds.

    Examples
    --------
    >>> unbracketed("火炬园（含龙头山片区）"), unbracketed("火炬（翔安）产业区")
    ('火炬园', '火炬（翔安）产业区')
    """
    return _LAST_BRACKET.sub("", name)


def match_parks(names: Iterable[str], parks: pd.DataFrame) -> pd.DataFrame:
    """
    Find the park that each name means.

    Parameters
    ----------
    names
        Names as written in some table; may repeat.
    parks
        The plan's parks with `park_id`, `name_zh`, `short_zh`, `name_en`, `short_en` and `aliases` (a tuple each).

    Returns
    -------
    matches
        One row a name, in the given order: `name`, `park_id` (None where nothing matches) and `matched_by`
        (`name`, `short name`, `English name`, `alias`, `id` or None). A name that ends in a
        bracket is tried without it when it is not known as a whole.

    Examples
    --------
    >>> parks = pd.DataFrame(
    ...     {
    ...         "park_id": ["bio"],
    ...         "name_zh": ["厦门生物医药港（含孚新工业区）"],
    ...         "short_zh": ["厦门生物医药港"],
    ...         "name_en": ["Xiamen Biopharma Port"],
    ...         "short_en": ["Bio Port"],
    ...         "aliases": [("海沧生物医药港",)],
    ...     }
    ... )
    >>> match_parks(["厦门生物医药港", "海沧生物医药港", "某园"], parks)["matched_by"].tolist()
    ['short name', 'alias', None]
    """
    known = _known_names(parks)
    rows = []
    for name in names:
        found = known.get(folded(name)) or known.get(folded(unbracketed(name)))
        rows.append((name, *(found or (None, None))))
    return pd.DataFrame(rows, columns=["name", "park_id", "matched_by"], dtype=object)


def _known_names(parks: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Every name of every park; where two fall together the more formal one wins."""
    known: dict[str, tuple[str, str]] = {}
    formal = (
        ("name_zh", "name"),
        ("short_zh", "short name"),
        ("name_en", "English name"),
        ("short_en", "English name"),
    )
    for column, label in formal:
        for park_id, name in zip(parks["park_id"], parks[column], strict=True):
            known.setdefault(folded(name), (park_id, label))
    for park_id, aliases in zip(parks["park_id"], parks["aliases"], strict=True):
        for alias in aliases:
            known.setdefault(folded(alias), (park_id, "alias"))
    for park_id in parks["park_id"]:
        known.setdefault(folded(park_id), (park_id, "id"))
    return known
