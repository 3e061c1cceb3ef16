"""The command `python -m layers tiles`: cut a file into PMTiles."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from geo.commandline import Commands
from geo.errors import GeoError
from layers.tiles.kept import FAILED, FAILED_ZH
from layers.tiles.making import make_tiles

if TYPE_CHECKING:
    import argparse


def add_tiles(commands: Commands) -> None:
    """
    Describe the command.

    Parameters
    ----------
    commands
        What `ArgumentParser.add_subparsers` returned.
    """
    tiles = commands.add_parser("tiles", help="cut a file of points, lines or polygons into PMTiles")
    tiles.add_argument("file", help="GeoParquet, FlatGeobuf, GeoPackage or GeoJSON")
    tiles.add_argument("-o", "--output", required=True, metavar="OUT.pmtiles", help="where to write; replaced if there")
    tiles.add_argument("--log", action="store_true", help="say only what begins, for a program to read")
    tiles.set_defaults(run=_tiles)


def _tiles(chosen: argparse.Namespace) -> int:
    def tell(stage: str) -> None:
        sys.stdout.write(f"{stage}\n")
        sys.stdout.flush()

    output = Path(chosen.output)
    try:
        about = make_tiles(Path(chosen.file), output, tell=tell)
    except GeoError as error:
        if chosen.log:
            for mark, reason in ((FAILED_ZH, getattr(error, "zh", "")), (FAILED, str(error))):
                tell(mark + " ".join(reason.split()))
        raise
    tell(f"{output}  {about['count']} features, {about['bytes']} bytes, {about['seconds']} s")
    return 0
