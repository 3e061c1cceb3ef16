"""The command `python -m geo assign POINTS ZONES -o OUT`: GeoParquet in, GeoParquet with zones out."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from geo.assign.run import assign
from geo.assign.statistics import zone_statistics
from geo.commandline import Commands
from geo.errors import GeoError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

_INTERRUPTED = 130
_PAUSE_S = 0.5


def add_assign(commands: Commands) -> None:
    """
    Describe the command.

    Parameters
    ----------
    commands
        What `ArgumentParser.add_subparsers` returned.
    """
    command = commands.add_parser("assign", help="assign points or parcels to zones, at any size")
    command.add_argument("points", metavar="POINTS", help="GeoParquet of points or parcels")
    command.add_argument("zones", metavar="ZONES", help="GeoParquet, GeoJSON or GeoPackage of polygons")
    command.add_argument("-o", "--output", required=True, metavar="OUT", help="GeoParquet to write")
    command.add_argument("--zone-id", default="zone_id", metavar="COLUMN", help="the zones' ids (default: zone_id)")
    command.add_argument(
        "--accuracy", default="position_accuracy_m", metavar="COLUMN",
        help="the zones' accuracies in metres; where there is none, a zone counts as exact (default: %(default)s)",
    )  # fmt: skip
    command.add_argument("--all", action="store_true", help="lists of all zones that may hold a row")
    command.add_argument("--scheduler", metavar="ADDRESS", help="a Dask scheduler, tcp://…, instead of this machine")
    command.add_argument("--fresh", action="store_true", help="do not go on from what a stopped run has finished")
    command.add_argument("--statistics", metavar="CSV", help="write counts, sums and quotients there too; needs --by")
    command.add_argument("--by", metavar="COLUMN", help="the sector's column, for --statistics")
    command.add_argument("--amount", metavar="COLUMN", help="what to add up, for --statistics")
    command.set_defaults(run=run_assign)


def run_assign(chosen: argparse.Namespace) -> int:
    """
    Run the command.

    Parameters
    ----------
    chosen
        Its arguments.

    Returns
    -------
    code
        0 when the output is written, 130 when it was interrupted and the same command goes on from there.

    Raises
    ------
    GeoError
        If a file cannot be read or written, or arguments do not go together.
    """
    if bool(chosen.statistics) != bool(chosen.by):
        msg = "--statistics and --by go together: name the file to write, and the column to count by"
        raise GeoError(msg)
    try:
        summary = assign(
            chosen.points, chosen.zones, chosen.output, zone_id=chosen.zone_id, all_zones=chosen.all,
            accuracy_column=chosen.accuracy, scheduler=chosen.scheduler, progress=_progress(), resume=not chosen.fresh,
        )  # fmt: skip
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted; what is finished is kept: run the same command again to go on\n")
        return _INTERRUPTED
    counts = ", ".join(f"{number} {name}" for name, number in summary.counts.items())
    sys.stderr.write(f"{chosen.output}: {summary.rows} rows in {summary.seconds:.1f} s ({counts or 'none'})\n")
    if summary.zones_without_accuracy:
        told = f"{summary.zones_without_accuracy} of {summary.zones} zones state no {chosen.accuracy}"
        sys.stderr.write(f"{told}: their edges count as exact\n")
    if chosen.statistics:
        _write_statistics(chosen)
    return 0


def _write_statistics(chosen: argparse.Namespace) -> None:
    table = zone_statistics(chosen.output, by=chosen.by, amount=chosen.amount)
    try:
        table.to_csv(Path(chosen.statistics), index=False, lineterminator="\n")
    except OSError as error:
        msg = f"{chosen.statistics}: {error.strerror}; choose another place with --statistics"
        raise GeoError(msg) from error


def _progress() -> Callable[[int, int], None]:
    """Tell how far it is, at most twice a second, and the time that is left."""
    start = told = time.monotonic()
    before = -1

    def tell(done: int, total: int) -> None:
        nonlocal told, before
        now = time.monotonic()
        before = done if before < 0 else before
        if now - told < _PAUSE_S and done < total:
            return
        told = now
        left = (now - start) / (done - before) * (total - done) if done > before else 0.0
        end = "\n" if done == total or not sys.stderr.isatty() else "\r"
        sys.stderr.write(f"{done}/{total} rows, {left:.0f} s left{end}")
        sys.stderr.flush()

    return tell
