"""Addresses of the map's bundles: all its scripts, and all its styles, in one file each."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from layers import atlas_files
from views.http import Answer, response

if TYPE_CHECKING:
    from starlette.requests import Request

_FOREVER = "public, max-age=31536000, immutable"
_CHANGED = datetime.fromtimestamp(int(Path(atlas_files.__file__).stat().st_mtime), UTC)


def bundle_routes(base: str) -> list[Route]:
    """
    Routes of the bundles.

    Parameters
    ----------
    base
        Path below which the app is served, as for `views.routes.routes`.
    """
    root = f"/{base.strip('/')}".rstrip("/")
    return [Route(f"{root}/bundles/{{name}}", _bundle, methods=["GET", "HEAD"])]


async def _bundle(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in atlas_files.bundle_names():
        return JSONResponse({"error": f"no bundle is called {name!r}"}, status_code=404)
    made = atlas_files.bundle(name)
    answer = Answer(made.content, made.media_type, made.sha256, {"X-Content-Type-Options": "nosniff"})
    # Only an address with the mark of its content may be kept for good.
    keep = _FOREVER if request.query_params.get("v") == made.sha256[:8] else "no-cache"
    return response(request, answer, keep, _CHANGED)
