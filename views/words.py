"""Words of the interface in the session's language."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from views.cache import shared_plan
from views.state import language

_FOLDER = Path(__file__).parent / "locale"
FILES = {"zh": _FOLDER / "zh_CN.toml", "en": _FOLDER / "en.toml"}


@cache
def catalogue(code: str) -> dict[str, str]:
    """All words of one language (`zh` or `en`) by key."""
    return tomllib.loads(FILES[code].read_text(encoding="utf-8"))


@cache
def plan_words(code: str) -> dict[str, str]:
    """What the plan calls its layout chapter, its box of parks and its table of indicators, in one language."""
    words = shared_plan().descriptor["plan"]
    fallback = {"table": {"zh": "指标表", "en": "Indicator table"}[code]}
    return {key: words.get(f"{key}_{code}", fallback.get(key, key)) for key in ("layout", "box", "table")}


def word(key: str, **values: object) -> str:
    """One word or sentence in the session's language, with its placeholders and the plan's own words filled in."""
    return catalogue(language())[key].format(**plan_words(language()), **values)


def either(zh: str, en: str) -> str:
    """Whichever of two texts is in the session's language."""
    return zh if language() == "zh" else en


def listed(items: list[str] | tuple[str, ...]) -> str:
    """Items joined as the language joins them."""
    return word("separator").join(items)


def column(stem: str) -> str:
    """Name of the column that holds a text in the session's language: `name` becomes `name_zh` or `name_en`."""
    return f"{stem}_{language()}"


def titled(key: str, text: str) -> str:
    """Word and text, joined as the language joins a title and what it names."""
    return word("titled", title=word(key), text=text)
