"""Run the benchmark: `python -m bench [SUITE …] [-o FILE]`; all suites, and docs/benchmarks.md, when none is named."""

from __future__ import annotations

import argparse
import importlib
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from bench.table import document, row

if TYPE_CHECKING:
    from bench.measure import Line

#: In the order of the table; each module has `lines() -> Iterator[Line]`.
SUITES = ("interaction", "people", "screening", "assign", "tiles")
DOCUMENT = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def main() -> int:
    """Measure, print as it goes, and write the document."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("suite", nargs="*", help=f"some of {', '.join(SUITES)}; all when none is named")
    parser.add_argument("-o", "--output", metavar="FILE", help="where to write the table (default: docs/benchmarks.md)")
    chosen = parser.parse_args()
    if strange := [name for name in chosen.suite if name not in SUITES]:
        parser.error(f"no suite is called {', '.join(strange)}; there are {', '.join(SUITES)}")
    start = time.monotonic()
    lines: list[Line] = []
    broken: dict[str, str] = {}
    names = chosen.suite or SUITES
    # A part of the suites does not replace the document of a whole run.
    target = Path(chosen.output) if chosen.output else None if chosen.suite else DOCUMENT
    for number, name in enumerate(names, start=1):
        print(f"# {name}", flush=True)
        try:
            for line in importlib.import_module(f"bench.{name}").lines():
                lines.append(line)
                print(row(line), flush=True)
        except Exception as error:  # noqa: BLE001  (what one suite lacks must not lose what the others measured)
            traceback.print_exc()
            broken[name] = f"{type(error).__name__}: {error}"
        left = dict.fromkeys(names[number:], "the run was ended before it")
        if target is not None:
            text = document(lines, minutes=(time.monotonic() - start) / 60, broken=broken | left)
            target.write_text(text, encoding="utf-8")
            print(f"Wrote {target}", flush=True)
    short = [line for line in lines if line.is_met is False]
    print(f"{len(lines)} lines, {len(short)} fall short", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
