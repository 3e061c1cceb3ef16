"""Addresses of large layers: their tiles, in ranges, and the files themselves; nothing is read whole."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import anyio.to_thread
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from geo.errors import FormatError, GeoError
from geo.security import DEFAULT, SecurityError, refuse_above
from layers.tiles import COPY_FORMATS, copied_file, tiles_path
from views.http import with_origins

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request

    from layers.tiles import LargeFile

_FOREVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_METHODS = ["GET", "HEAD", "OPTIONS"]
_TILES = "application/vnd.pmtiles"


def tile_routes(
    base: str,
    called: Callable[[str], LargeFile | None],
    folder: Callable[[], Path],
    *,
    cors_origins: Sequence[str] = (),
    allowed: Callable[[], str] = lambda: DEFAULT,
) -> list[Route]:
    """
    Routes of the large layers.

    Parameters
    ----------
    base
        Path below which the app is served, as for `views.routes.routes`.
    called
        Gives the large layer of a name, None where there is none; asked anew for every answer.
    folder
        Gives the data folder of the deployment.
    cors_origins
        Origins whose pages may read them, as for `views.routes.routes`.
    allowed
        Gives the highest security class that the deployment hands out, as for `views.routes.routes`; a file without a
        class is shown, and not handed out.

    Returns
    -------
    routes
        `tiles/<name>.pmtiles` and `files/large/<name>.<format>`; each answers GET, HEAD, OPTIONS and ranges.
    """
    root = f"/{base.strip('/')}".rstrip("/")

    async def tiles(request: Request) -> Response:
        name = request.path_params["name"]
        try:
            file = called(name)
            path = None if file is None else tiles_path(file, folder())
            if file is not None and file.security:
                refuse_above(file.security, allowed(), name)
        except GeoError as error:
            return _refused(error, 404)
        if path is None or not path.is_file():
            return _error(
                404, f"there are no tiles of a large layer {name!r}; they are made on the page of large layers"
            )
        keep = _FOREVER if request.query_params.get("v") == tiles_mark(path) else _ASK_AGAIN
        return _sent(request, path, _TILES, keep)

    async def copies(request: Request) -> Response:
        name, ending = request.path_params["name"], request.path_params["ending"]
        try:
            file = called(name)
            if file is None:
                return _error(404, f"no large layer is called {name!r}")
            refuse_above(file.security, allowed(), name)
            path = await anyio.to_thread.run_sync(copied_file, file, folder(), ending)
        except GeoError as error:
            return _refused(error, 500)
        return _sent(request, path, COPY_FORMATS[ending][1], _ASK_AGAIN, download=f"{name}.{ending}")

    return [
        Route(f"{root}/tiles/{{name}}.pmtiles", with_origins(tiles, tuple(cors_origins)), methods=_METHODS),
        Route(f"{root}/files/large/{{name}}.{{ending}}", with_origins(copies, tuple(cors_origins)), methods=_METHODS),
    ]


def tiles_mark(path: Path) -> str:
    """
    Mark of an archive in its address: another one for every state of the file.

    Parameters
    ----------
    path
        As of `layers.tiles.tiles_path`.
    """
    return path.stem.rpartition("-")[2]


def _sent(request: Request, path: Path, media_type: str, keep: str, *, download: str | None = None) -> Response:
    """Answer with a file from disk, whole or in ranges, or with nothing new."""
    status = path.stat()
    said = f"{path}\n{status.st_size}\n{status.st_mtime_ns}"
    headers = {
        "ETag": f'"{hashlib.sha256(said.encode()).hexdigest()[:32]}"',
        "Last-Modified": format_datetime(datetime.fromtimestamp(int(status.st_mtime), UTC), usegmt=True),
        "Cache-Control": keep,
        "X-Content-Type-Options": "nosniff",
    }
    if download is not None:
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(download)}"
    known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    if headers["ETag"] in known or known == ["*"]:
        return Response(status_code=304, headers=headers)
    return FileResponse(path, media_type=media_type, headers=headers, stat_result=status)


def _refused(error: GeoError, otherwise: int) -> JSONResponse:
    status = 403 if isinstance(error, SecurityError) else 400 if isinstance(error, FormatError) else otherwise
    return _error(status, str(error))


def _error(status: int, message: str) -> JSONResponse:
    return JSONResponse({"error": message}, status_code=status, headers={"Cache-Control": "no-store"})
