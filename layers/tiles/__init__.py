"""
Large layers: any file of points, lines or polygons, cut into tiles once, so that a browser fetches only what it shows.

`files` names the files of a deployment, `features` reads one, `traits` says what its columns can colour, `overview`
thins it for small scales, `making` writes the tiles, `kept` keeps them in the data folder and makes them in the
background, `uploads` takes what came through the intake, `copies` hands the file itself out in other formats, `command`
is `python -m layers tiles`.
"""

from layers.tiles.copies import COPY_FORMATS, copied_file
from layers.tiles.features import LargeFileError, feature_count
from layers.tiles.files import LargeFile, large_files
from layers.tiles.kept import TileState, begin_tiles, tile_about, tile_state, tiles_path
from layers.tiles.making import make_tiles
from layers.tiles.uploads import keep_upload, kept_files, put_upload, take_off, upload_called

__all__ = [
    "COPY_FORMATS",
    "LargeFile",
    "LargeFileError",
    "TileState",
    "begin_tiles",
    "copied_file",
    "feature_count",
    "keep_upload",
    "kept_files",
    "large_files",
    "make_tiles",
    "put_upload",
    "take_off",
    "tile_about",
    "tile_state",
    "tiles_path",
    "upload_called",
]
