"""Industry codes of the national classification GB/T 4754-2017: what each is called and what it belongs to."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

import pandas as pd
from rapidfuzz import fuzz, process

from geo.screening.faults import UnlistedNameError
from geo.screening.wording import Wording, quoted

CODES_PATH = Path(__file__).parents[1] / "data" / "gbt4754_2017.csv"
_WRITTEN = re.compile(r"([A-T]?)(\d{2,4})", re.IGNORECASE)


@lru_cache(maxsize=1)
def industries() -> pd.DataFrame:
    """
    The code list.

    Returns
    -------
    codes
        Indexed by `code` (text; letters for sections, two to four digits below): `name` (Chinese), `level` (1 to 4),
        `parent`, `section`. Source: geo/data/README.md.

    Examples
    --------
    >>> industries().loc["3973", ["name", "parent", "section"]].tolist()
    ['集成电路制造', '397', 'C']
    """
    codes = pd.read_csv(CODES_PATH, dtype=str, keep_default_na=False, encoding="utf-8")
    return codes.astype({"level": "int64"}).set_index("code")


def industry_code(text: str) -> str:
    """
    Bring a code to the form of the list.

    Parameters
    ----------
    text
        Two to four digits, with or without the letter of the section: `3973`, `C3973`, `C 39`.

    Returns
    -------
    code
        Digits only.

    Raises
    ------
    UnlistedNameError
        If the list has no such code, or has it in another section; the message offers the nearest ones.

    Examples
    --------
    >>> industry_code("C3973")
    '3973'
    """
    codes = industries()
    found = _WRITTEN.fullmatch("".join(unicodedata.normalize("NFKC", text).split()))
    code = found[2] if found else ""
    if code in codes.index and (not found or found[1].upper() in {"", codes.loc[code, "section"]}):
        return code
    near = [code, f"0{code}"] if code in codes.index else [f"0{code}"]
    near = [guess for guess in near if guess in codes.index]
    near += [name for name, _, _ in process.extract(text, list(codes.index), scorer=fuzz.ratio, limit=3)]
    offers = [(f"{codes['section'][guess]}{guess}", codes["name"][guess]) for guess in near[:3]]
    offered = Wording(
        "、".join(f"{guess} {name}" for guess, name in offers),
        ", ".join(f"{guess} {quoted(name)}" for guess, name in offers),
    )
    raise UnlistedNameError(
        Wording(
            f"GB/T 4754-2017没有代码 {text!r}；请填2至4位数字代码，相近的有：{offered.zh}",
            f"GB/T 4754-2017 has no code {quoted(text)}; write a code of 2 to 4 digits, such as {offered.en}",
        )
    )


def industry_name(code: str) -> str:
    """
    Name of a code.

    Parameters
    ----------
    code
        As `industry_code` returns it.

    Returns
    -------
    name
        In Chinese.

    Examples
    --------
    >>> industry_name("39")
    '计算机、通信和其他电子设备制造业'
    """
    return str(industries().loc[code, "name"])
