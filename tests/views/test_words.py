"""Both languages say the same things."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from views.words import catalogue

ROOT = Path(__file__).parents[2]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys() -> None:
    assert list(catalogue("zh")) == list(catalogue("en"))


@pytest.mark.parametrize("key", list(catalogue("zh")))
def test_both_languages_fill_the_same_placeholders(key: str) -> None:
    assert placeholders(catalogue("zh")[key]) == placeholders(catalogue("en")[key])


def test_every_chinese_word_is_chinese_and_every_english_word_is_english() -> None:
    allowed = {
        "indicators_baseline",
        "titled",
        "card_share",
        "fit_share_range",
        "separator",
        "unit_km2",
        "unit_m2",
        "table_entry",
    }

    chinese = {key for key, text in catalogue("zh").items() if re.search(r"[一-鿿]", text)}
    assert set(catalogue("zh")) - chinese <= allowed
    foreign = {key for key, text in catalogue("en").items() if re.search(r"[一-鿿]", text)}
    assert foreign == {"filter_search_hint"}


def test_every_key_is_used_and_every_used_key_exists() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "views").glob("*.py"))
    built = {f"{stem}_" for stem in re.findall(r"f[\"'](\w+?)_\{", code)}
    used = set(re.findall(r"(?:word|titled)\(\s*f?[\"'](\w+)[\"']", code)) | set(re.findall(r"[\"'](\w+)[\"']", code))
    known = set(catalogue("zh"))
    assert {key for key in known if key not in used and not any(key.startswith(stem) for stem in built)} == set()
    called = set(re.findall(r"(?<![\w.])word\(\s*[\"'](\w+)[\"']", code))
    assert called <= known
