"""
Addresses beside the pages: files of layers, assets of the map, its data, and health.

They are plain Starlette routes, so that curl, QGIS and a scheduled job ask the same questions as the pages.
"""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

import anyio.to_thread
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geo.errors import FormatError, GeoError, UnknownNameError
from layers.catalog import catalog
from layers.export import FORMATS, ExportedFile, cached_export
from layers.extract import created

if TYPE_CHECKING:
    from starlette.requests import Request

    from geo.plan import Plan

MapLayers = Mapping[str, Callable[["Plan"], bytes]]

ASSET_FOLDERS = (Path(__file__).parents[1] / "layers" / "static", Path(__file__).parents[1] / "layers" / "browser")
_FOREVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_METHODS = ["GET", "HEAD"]
_GEOJSON = "application/geo+json"
_FILTERS = {"sector": "sectors", "district": "districts", "park": "parks", "extent": "extent_ids"}
_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


class _Answer(NamedTuple):
    """Bytes with what HTTP must say of them."""

    content: bytes
    media_type: str
    checksum: str
    headers: Mapping[str, str]


def routes(base: str, plan: Plan, *, map_layers: MapLayers | None = None) -> list[Route]:
    """
    Routes of one plan.

    Parameters
    ----------
    base
        Path below which the app is served: "" or, with Streamlit's `server.baseUrlPath`, such as "/yuantu".
    plan
        The plan whose layers are handed out.
    map_layers
        Makers of GeoJSON for the map in the browser, by name.

    Returns
    -------
    routes
        `files`, `assets`, `map` and `health` below the base path; each answers GET and HEAD.
    """
    root = f"/{base.strip('/')}".rstrip("/")
    known = dict(map_layers or {})

    @lru_cache(maxsize=max(1, len(known)))
    def map_data(name: str) -> _Answer:
        content = known[name](plan)
        return _Answer(
            content, _GEOJSON, hashlib.sha256(content).hexdigest(), {"X-Yuantu-Release": _ascii(plan.release)}
        )

    async def files(request: Request) -> Response:
        return await _file_response(request, plan)

    async def assets(request: Request) -> Response:
        return await _asset_response(request)

    async def map_layer(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in known:
            return _error(404, f"no map layer is called {name!r}; there are {', '.join(known) or 'none'}")
        answer = await anyio.to_thread.run_sync(map_data, name)
        return _response(request, answer, _cache_control(request), created(plan))

    async def health(_: Request) -> Response:
        return JSONResponse(
            {
                "status": "ok",
                "plan": plan.descriptor["name"],
                "release": plan.release,
                "parks": len(plan.parks),
                "extents": len(plan.extents),
            },
            headers={"Cache-Control": "no-store"},
        )

    return [
        Route(f"{root}/files/{{name}}", files, methods=_METHODS),
        Route(f"{root}/assets/{{path:path}}", assets, methods=_METHODS),
        Route(f"{root}/map/{{name}}.geojson", map_layer, methods=_METHODS),
        Route(f"{root}/health", health, methods=_METHODS),
    ]


async def _file_response(request: Request, plan: Plan) -> Response:
    try:
        layer_id, format_id = _layer_and_format(request.path_params["name"], plan)
        ask = partial(_exported, plan, layer_id, format_id, dict(_asked(request)))
        file = await anyio.to_thread.run_sync(ask)
    except LookupError as error:
        return _error(404, str(error.args[0]))
    except GeoError as error:
        return _error(400, str(error))
    headers = {
        "Content-Disposition": f'attachment; filename="{file.name}"',
        "X-Yuantu-CRS": file.crs or "none",
        "X-Yuantu-Release": _ascii(plan.release),
    }
    if file.notes:
        headers["X-Yuantu-Notes"] = quote(" ".join(map(str, file.notes)), safe=" ,;:.()'")
    answer = _Answer(file.content, file.media_type, file.sha256, headers)
    return _response(request, answer, _ASK_AGAIN, created(plan))


def _exported(plan: Plan, layer_id: str, format_id: str, asked: dict[str, list[str]]) -> ExportedFile:
    crs = asked.pop("crs", ["EPSG:4326"])
    if len(crs) != 1:
        msg = "a file has one reference system; give crs once"
        raise FormatError(msg)
    filters = {_FILTERS[name]: values for name, values in asked.items()}
    return cached_export(plan, layer_id, format=format_id, crs=crs[0], **filters)  # type: ignore[arg-type]


def _layer_and_format(name: str, plan: Plan) -> tuple[str, str]:
    """Part `parks.shp.zip` into layer and format; what is no file at all is not found."""
    layer_id, _, ending = name.partition(".")
    layers = [found.id for found in catalog(plan)]
    if layer_id not in layers:
        msg = f"no layer is called {layer_id!r}; there are {', '.join(layers)}"
        raise LookupError(msg)
    endings = {kind.ending.removeprefix("."): key for key, kind in FORMATS.items()} | {"zip": "shp"}
    if ending not in endings:
        msg = f"no format ends in {ending!r}; ask for one of {', '.join(endings)}"
        raise LookupError(msg)
    return layer_id, endings[ending]


def _asked(request: Request) -> dict[str, list[str]]:
    """Parameters of the question; one that is not known would be silently ignored, so it is refused."""
    asked: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        if name not in {*_FILTERS, "crs"}:
            msg = f"no parameter is called {name!r}; ask by crs, {', '.join(_FILTERS)}"
            raise UnknownNameError(msg)
        asked.setdefault(name, []).append(value)
    return asked


async def _asset_response(request: Request) -> Response:
    path = request.path_params["path"]
    file = await anyio.to_thread.run_sync(_asset, path)
    if file is None:
        return _error(404, f"no asset is called {path!r}")
    content = await anyio.to_thread.run_sync(file.read_bytes)
    media_type = _TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    answer = _Answer(content, media_type, hashlib.sha256(content).hexdigest(), {"X-Content-Type-Options": "nosniff"})
    changed = datetime.fromtimestamp(int(file.stat().st_mtime), UTC)
    return _response(request, answer, _cache_control(request), changed)


def _asset(path: str) -> Path | None:
    """Find a file inside one of the folders, wherever links or dots in its path may lead."""
    if "\0" in path or "\\" in path:
        return None
    for folder in ASSET_FOLDERS:
        root = folder.resolve()
        file = (root / path).resolve()
        if file.is_relative_to(root) and file.is_file():
            return file
    return None


def _response(request: Request, answer: _Answer, cache_control: str, changed: datetime) -> Response:
    tag = f'"{answer.checksum}"'
    headers = {
        "ETag": tag,
        "Last-Modified": format_datetime(changed, usegmt=True),
        "Cache-Control": cache_control,
        **answer.headers,
    }
    if _is_known(request, tag, changed):
        return Response(status_code=304, headers=headers)
    return Response(answer.content, media_type=answer.media_type, headers=headers)


def _is_known(request: Request, tag: str, changed: datetime) -> bool:
    """Whether the asker has these bytes already; its tag, if it sends one, speaks alone (RFC 9110, 13.2.2)."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        return tags.strip() == "*" or tag in [one.strip().removeprefix("W/") for one in tags.split(",")]
    since = request.headers.get("if-modified-since")
    if since is None:
        return False
    try:
        return parsedate_to_datetime(since) >= changed
    except (ValueError, TypeError):
        return False


def _cache_control(request: Request) -> str:
    return _FOREVER if request.query_params.get("v") else _ASK_AGAIN


def _ascii(text: str) -> str:
    return quote(text, safe=" ().-")


def _error(status: int, text: str) -> Response:
    return JSONResponse({"error": text}, status_code=status, headers={"Cache-Control": "no-store"})
