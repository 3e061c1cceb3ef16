"""Which language a text is in, as far as a test needs to know."""

import re

_HAN = re.compile(r"[\u4e00-\u9fff]")
#: Three English words in a row: more than a code, a name or two formats.
_SENTENCE = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,} [A-Za-z]{2,}")


def has_english_sentence(text: str) -> bool:
    """Whether some of a text is an English sentence; codes, file names and names of fields are none."""
    return _SENTENCE.search(text) is not None


def is_chinese(text: str) -> bool:
    """Whether a text is Chinese, and no part of it an English sentence."""
    return _HAN.search(text) is not None and not has_english_sentence(text)
