"""
Addresses beside the pages: files of layers, assets of the map, its data, and health.

They are plain Starlette routes, so that curl, QGIS and a scheduled job ask the same questions as the pages.
"""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import anyio.to_thread
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geo.errors import FormatError, GeoError, UnknownNameError
from geo.security import DEFAULT, SecurityError, highest, refuse_above
from layers.bundle import bundle, export_all
from layers.catalog import catalog, layer
from layers.export import ExportedFile, cached_export
from layers.extract import created
from layers.formats.listed import FORMATS
from views.editions import shown_number
from views.http import Answer, Handler, response, with_origins

if TYPE_CHECKING:
    from starlette.requests import Request

    from geo.plan import Plan

MapLayers = Mapping[str, Callable[["Plan"], bytes]]

ASSET_FOLDERS = (Path(__file__).parents[1] / "layers" / "static", Path(__file__).parents[1] / "layers" / "browser")
_FOREVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_METHODS = ["GET", "HEAD", "OPTIONS"]
_GEOJSON = "application/geo+json"
_FILTERS = {"sector": "sectors", "district": "districts", "park": "parks", "extent": "extent_ids"}
_OPTIONS = ("encoding", "by", "geometry")
_PARAMETERS = ("crs", "release", *_FILTERS, *_OPTIONS)
_ONE = {"crs": "reference system", "encoding": "encoding", "by": "way to make layers", "geometry": "form of geometry"}
_DIGITS = 9
#: Headers of more than some 8 KB are refused by many servers in between.
_LONGEST_HEADER = 3000
_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


def routes(
    base: str,
    plan: Callable[[], Plan],
    *,
    map_layers: MapLayers | None = None,
    plan_of: Callable[[int | None], Plan] | None = None,
    store_state: Callable[[], str] | None = None,
    cors_origins: Sequence[str] = (),
    allowed: Callable[[], str] = lambda: DEFAULT,
) -> list[Route]:
    """
    Routes of the current plan; what may wait for a database or a disk runs in a worker thread.

    Parameters
    ----------
    base
        Path below which the app is served: "" or, with Streamlit's `server.baseUrlPath`, such as "/yuantu".
    plan
        Gives the plan whose layers are handed out now; asked anew for every answer.
    map_layers
        Makers of GeoJSON for the map in the browser, by name.
    plan_of
        Gives the plan of a release of the extents by its number, None for the current one; an UnknownNameError says
        that there is none. Without it the parameter `release` is refused.
    store_state
        Says how the release store is: `ok`, `none`, or why it cannot be used. Without it health is silent about it.
    cors_origins
        Origins such as `https://example.org`, or `*`, whose pages may read files, map and health.
    allowed
        Gives the highest security class that the deployment hands out; what is above it, or states none, is refused.

    Returns
    -------
    routes
        `files`, `assets`, `map` and `health` below the base path; each answers GET, HEAD and OPTIONS.
    """
    root = f"/{base.strip('/')}".rstrip("/")
    known = dict(map_layers or {})

    @lru_cache(maxsize=4 * max(1, len(known)))
    def map_data(name: str, current: Plan) -> Answer:
        content = known[name](current)
        return Answer(
            content, _GEOJSON, hashlib.sha256(content).hexdigest(), {"X-Yuantu-Release": _ascii(current.release)}
        )

    async def files(request: Request) -> Response:
        return await _file_response(request, plan, plan_of, allowed)

    async def assets(request: Request) -> Response:
        return await _asset_response(request)

    async def map_layer(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in known:
            return _error(404, f"no map layer is called {name!r}; there are {', '.join(known) or 'none'}")
        current = await anyio.to_thread.run_sync(plan)
        answer = await anyio.to_thread.run_sync(map_data, name, current)
        return response(request, answer, _cache_control(request), created(current))

    async def health(_: Request) -> Response:
        said = await anyio.to_thread.run_sync(_health, plan, store_state)
        return JSONResponse(said, headers={"Cache-Control": "no-store"})

    def shared(answer: Handler) -> Handler:
        return with_origins(answer, tuple(cors_origins))

    return [
        Route(f"{root}/files/{{name}}", shared(files), methods=_METHODS),
        Route(f"{root}/assets/{{path:path}}", assets, methods=_METHODS[:2]),
        Route(f"{root}/map/{{name}}.geojson", shared(map_layer), methods=_METHODS),
        Route(f"{root}/health", shared(health), methods=_METHODS),
    ]


def _health(plan: Callable[[], Plan], store_state: Callable[[], str] | None) -> dict[str, str | int]:
    current = plan()
    said = {
        "status": "ok",
        "plan": current.descriptor["name"],
        "release": current.release,
        "extents_release": shown_number(current),
        "parks": len(current.parks),
        "extents": len(current.extents),
    }
    return said if store_state is None else said | {"store": store_state()}


async def _file_response(
    request: Request,
    plan: Callable[[], Plan],
    plan_of: Callable[[int | None], Plan] | None,
    allowed: Callable[[], str],
) -> Response:
    try:
        asked = _asked(request)
        current = await anyio.to_thread.run_sync(_plan_asked, asked.pop("release", []), plan, plan_of)
    except UnknownReleaseError as error:
        return _error(404, str(error))
    except GeoError as error:
        return _error(400, str(error))
    try:
        ask = partial(_exported, current, request.path_params["name"], asked, allowed)
        file = await anyio.to_thread.run_sync(ask)
    except LookupError as error:
        return _error(404, str(error.args[0]))
    except SecurityError as error:
        return _error(403, str(error))
    except GeoError as error:
        return _error(400, str(error))
    headers = {
        "Content-Disposition": f'attachment; filename="{file.name}"',
        "X-Yuantu-CRS": file.crs or "none",
        "X-Yuantu-Release": _ascii(current.release),
    }
    if file.notes:
        headers["X-Yuantu-Notes"] = _short(quote(" ".join(map(str, file.notes)), safe=" ,;:.()'"))
    answer = Answer(file.content, file.media_type, file.sha256, headers)
    return response(request, answer, _ASK_AGAIN, created(current))


class UnknownReleaseError(GeoError):
    """A release of the extents that is not there."""


def _plan_asked(numbers: list[str], plan: Callable[[], Plan], plan_of: Callable[[int | None], Plan] | None) -> Plan:
    if not numbers:
        return plan() if plan_of is None else plan_of(None)
    if len(numbers) > 1 or not (numbers[0].isascii() and numbers[0].isdecimal() and len(numbers[0]) <= _DIGITS):
        msg = f"release is the number of one release, such as 1, not {', '.join(numbers)!r}"
        raise FormatError(msg)
    if plan_of is None:
        msg = "this deployment keeps no releases of the extents; leave release out"
        raise UnknownReleaseError(msg)
    try:
        return plan_of(int(numbers[0]))
    except UnknownNameError as error:
        raise UnknownReleaseError(str(error)) from error


def _exported(plan: Plan, name: str, asked: dict[str, list[str]], allowed: Callable[[], str]) -> ExportedFile:
    single = {key: _once(key, asked.pop(key)) for key in ("crs", *_OPTIONS) if key in asked}
    crs = single.pop("crs", "EPSG:4326")
    if name in _WHOLE:
        if asked or single:
            msg = f"{name} holds everything; ask by crs and release alone"
            raise FormatError(msg)
        refuse_above(highest(found.security for found in catalog(plan)), allowed(), name)
        return _WHOLE[name](plan, crs)
    layer_id, format_id = _layer_and_format(name, plan)
    refuse_above(layer(plan, layer_id).security, allowed(), layer_id)
    filters = {_FILTERS[key]: values for key, values in asked.items()}
    return cached_export(plan, layer_id, format=format_id, crs=crs, options=single, **filters)


def _once(name: str, values: list[str]) -> str:
    if len(values) != 1:
        msg = f"a file has one {_ONE[name]}; give {name} once"
        raise FormatError(msg)
    return values[0]


def _whole_zip(plan: Plan, crs: str) -> ExportedFile:
    return _bundled(plan, crs)


@lru_cache(maxsize=4)
def _bundled(plan: Plan, crs: str) -> ExportedFile:
    return bundle(plan, [found.id for found in catalog(plan)], format="gpkg", crs=crs)


def _whole_gpkg(plan: Plan, crs: str) -> ExportedFile:
    return export_all(plan, crs=crs)


#: Files of everything, by name.
_WHOLE: dict[str, Callable[[Plan, str], ExportedFile]] = {"all.zip": _whole_zip, "all.gpkg": _whole_gpkg}


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
        if name not in _PARAMETERS:
            msg = f"no parameter is called {name!r}; ask by {', '.join(_PARAMETERS)}"
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
    answer = Answer(content, media_type, hashlib.sha256(content).hexdigest(), {"X-Content-Type-Options": "nosniff"})
    changed = datetime.fromtimestamp(int(file.stat().st_mtime), UTC)
    return response(request, answer, _cache_control(request), changed)


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


def _cache_control(request: Request) -> str:
    return _FOREVER if request.query_params.get("v") else _ASK_AGAIN


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_HEADER else text[:_LONGEST_HEADER].rpartition("%")[0] + "..."


def _ascii(text: str) -> str:
    return quote(text, safe=" ().-")


def _error(status: int, text: str) -> Response:
    return JSONResponse({"error": text}, status_code=status, headers={"Cache-Control": "no-store"})
