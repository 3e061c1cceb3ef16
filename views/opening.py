"""
The map that stands while the page is still loading.

Streamlit's scripts take seconds to start in a browser. The document that opens a visit therefore carries a frame with
the same map, in the place that the page's own map will take; that one, once drawn, takes over its view and its last
click and removes it.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache, lru_cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.responses import Response
from starlette.routing import Route

from geo.errors import GeoError
from geo.selection import Selection, selected_extents
from layers.atlas import atlas_state
from layers.extract import created
from views.cache import new_atlas, shared_facets, shared_plan
from views.http import Answer, response
from views.map_state import atlas_values
from views.state import choices, selection_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from geo.plan import Plan

_FOLDER = Path(__file__).parent
#: What a browser says of the page before Streamlit does.
_TITLES = {"zh": ("zh-CN", "园图"), "en": ("en", "Yuantu")}
#: Addresses, below the base, of the page that opens with the map.
_PLACES = ("", "explore")
#: What waits until the map is drawn: Streamlit's own scripts.
_LATER = re.compile(r'<script type="module"[^>]*></script>|<link rel="modulepreload"[^>]*>')


def opening_routes(base: str) -> list[Route]:
    """
    Route of the map that opens a visit; it takes the same query as the page.

    Parameters
    ----------
    base
        Path below which the app is served, as for `views.routes.routes`.
    """
    root = f"/{base.strip('/')}".rstrip("/")
    return [Route(f"{root}/map/opening", _opening, methods=["GET", "HEAD"])]


def _opening(request: Request) -> Response:
    query = request.query_params
    try:
        plan = shared_plan()
    except GeoError:  # the page says what is wrong with the plan
        return Response(status_code=204)
    chosen = choices({key: query.getlist(key) for key in query}, plan)
    content = _document(plan, chosen["lang"], selection_of(chosen), chosen["park"])
    answer = Answer(content, "text/html; charset=utf-8", hashlib.sha256(content).hexdigest(), {})
    return response(request, answer, "no-cache", created(plan))


@lru_cache(maxsize=32)
def _document(plan: Plan, language: str, selection: Selection, park_id: str | None) -> bytes:  # noqa: ARG001  (a key)
    made = new_atlas(language)
    extent_ids = selected_extents(shared_facets(), selection)
    values = atlas_values(extent_ids, selection, park_id)
    # Thousands of ids need not be listed when all of them are shown.
    shown = None if selection.is_empty else values["shown"]
    group = atlas_state(values | {"isOpening": True, "shown": shown})
    group.add_to(made)
    group.render()
    content: str = made.get_root().render()
    return content.encode()


def opened(document: bytes, path: str, query: bytes, *, base: str = "") -> bytes:
    """
    Write title and language, and the opening map, into the document that opens a visit.

    Parameters
    ----------
    document
        Streamlit's own page, UTF-8.
    path
        Of the address.
    query
        Of the address, as it came.
    base
        Path below which the app is served.

    Returns
    -------
    document
        With the frame and what minds it; without them for other pages than the first, and where the page is embedded,
        since its map stands elsewhere.

    Examples
    --------
    >>> page = b'<html lang="en"><head><title>Streamlit</title></head><body></body></html>'
    >>> opened(page, "/fit", b"").decode()
    '<html lang="zh-CN"><head><title>园图</title></head><body></body></html>'
    >>> b'src="./map/opening?park=hoi&amp;lang=en"' in opened(page, "/", b"park=hoi&lang=en")
    True
    """
    asked = query.decode("latin-1")
    given = parse_qs(asked, keep_blank_values=True)
    language, title = _TITLES["en" if given.get("lang") == ["en"] else "zh"]
    text = document.decode()
    text = text.replace('<html lang="en">', f'<html lang="{language}">', 1)
    text = text.replace("<title>Streamlit</title>", f"<title>{title}</title>", 1)
    if "embed" not in given and path.removeprefix(base).strip("/") in _PLACES:
        later = "".join(_LATER.findall(text))
        frame = f'<iframe id="yuantu-opening" title="{title}" src="./map/opening?{escape(asked, quote=True)}"></iframe>'
        begin = f'<style>{_text("opening.css")}</style>{frame}<template id="yuantu-later">{later}</template>'
        script = f"<script>{_text('opening.js')}</script>"
        text = _LATER.sub("", text).replace("<body>", f"<body>{begin}{script}", 1)
    return text.encode()


@cache
def _text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
