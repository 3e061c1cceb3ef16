"""
Streamlit's own scripts and styles, packed once and kept: they are most of a first visit, and leave it unpacked.

An ASGI layer round the app. It answers from memory what it has packed; into the document that opens a visit it writes
which scripts earlier visitors went on to fetch, so that a browser asks for them at once and not one after another, and
takes out the Latin font that the theme does not use. All else passes untouched.
"""

from __future__ import annotations

import gzip
import re
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping
    from typing import Any

    Headers = list[tuple[bytes, bytes]]
    Message = MutableMapping[str, Any]
    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    App = Callable[[Scope, Receive, Send], Awaitable[None]]

_PLACES = re.compile(r"/(static|component)/.*\.(js|mjs|css|svg|html|json|map)$")
_TEXTS = re.compile(rb"^(text/|application/(javascript|json|manifest\+json)|image/svg\+xml)")
_DOCUMENT = re.compile(rb"<!doctype html>", re.IGNORECASE)
_UNUSED_FONT = re.compile(
    rb"<link[^>]*SourceSans[^>]*/>|@font-face\s*{\s*font-family:\s*[\"']?Source Sans[^}]*}", re.DOTALL
)
_SMALL = 1024
#: Scripts that are announced at most, in the order in which they were first asked for.
_ANNOUNCED = 160
#: What is kept in memory at most; Streamlit's own files are some 4 MB packed.
_MOST_BYTES = 32_000_000
#: Done once and kept, so the best that gzip can.
_LEVEL = 9


class _Packed(NamedTuple):
    headers: Headers
    content: bytes


class StaticPacking:
    """
    ASGI middleware that serves static text files gzipped, from memory.

    Parameters
    ----------
    app
        The app inside.
    written
        What becomes of a document that opens a visit, from its content, path and query.
    """

    def __init__(self, app: App, written: Callable[[bytes, str, bytes], bytes] = lambda document, *_: document) -> None:
        self._app, self._written = app, written
        self._kept: dict[str, _Packed] = {}
        self._bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for a static file, or pass it on."""
        if _is_document(scope):
            changed = partial(self._document, scope)
            await self._app(_unpacked(scope), receive, _Gathered(send, changed))
            return
        if not _is_asked(scope):
            await self._app(scope, receive, send)
            return
        path = str(scope["path"])
        known = self._kept.get(path)
        if known is None:
            await self._app(scope, receive, _Gathered(send, partial(self._static_file, path)))
            return
        await send({"type": "http.response.start", "status": 200, "headers": known.headers})
        await send({"type": "http.response.body", "body": known.content})

    def _static_file(self, path: str, headers: Headers, content: bytes) -> _Packed:
        """Pack a file and remember it while there is room."""
        if len(content) < _SMALL:
            return _Packed(headers, content)
        packed = _gzipped(_left(headers, {b"etag"}), _UNUSED_FONT.sub(b"", content))
        if self._bytes + len(packed.content) <= _MOST_BYTES:
            self._kept[path] = packed
            self._bytes += len(packed.content)
        return packed

    def _document(self, scope: Scope, headers: Headers, content: bytes) -> _Packed:
        """Send the document that opens a visit with what is announced and written into it."""
        body = content
        if _DOCUMENT.search(content):
            body = self._written(self._announced(content), str(scope["path"]), scope["query_string"])
        kept = _left(headers, {b"etag", b"last-modified", b"accept-ranges"})
        return _gzipped(kept, body) if _takes_gzip(scope) else _Packed([*kept, _length(body)], body)

    def _announced(self, content: bytes) -> bytes:
        """Write into a document which scripts a visit goes on to fetch."""
        paths = (path[path.index("/static/js/") + 1 :] for path in list(self._kept) if "/static/js/" in path)
        new = [path for path in paths if path.endswith(".js") and path.encode() not in content][:_ANNOUNCED]
        links = "".join(f'<link rel="modulepreload" crossorigin href="./{path}">' for path in new)
        return _UNUSED_FONT.sub(b"", content).replace(b"</head>", links.encode() + b"</head>", 1)


class _Gathered:
    """Gathers a text of the app inside and sends what becomes of it; all else goes out as it came."""

    def __init__(self, send: Send, changed: Callable[[Headers, bytes], _Packed]) -> None:
        self._send, self._changed = send, changed
        self._start: Message | None = None
        self._parts: list[bytes] = []

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message if _is_packable(message) else None
            if self._start is None:
                await self._send(message)
        elif self._start is None:
            await self._send(message)
        else:
            self._parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                made = self._changed(self._start["headers"], b"".join(self._parts))
                await self._send({**self._start, "headers": made.headers})
                await self._send({"type": "http.response.body", "body": made.content})


def _gzipped(headers: Headers, content: bytes) -> _Packed:
    body = gzip.compress(content, _LEVEL, mtime=0)
    return _Packed([*headers, (b"content-encoding", b"gzip"), (b"vary", b"Accept-Encoding"), _length(body)], body)


def _left(headers: Headers, without: set[bytes]) -> Headers:
    """Headers that stay true of changed bytes."""
    return [(name, value) for name, value in headers if name.lower() not in without | {b"content-length"}]


def _length(body: bytes) -> tuple[bytes, bytes]:
    return (b"content-length", str(len(body)).encode())


def _is_document(scope: Scope) -> bool:
    """Whether a page is asked for, as a browser does when a visit opens."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    path, headers = str(scope["path"]), dict(scope["headers"])
    is_page = not re.search(r"/(static|component|_stcore|media|files|assets|bundles|map|health)(/|$)|\.\w+$", path)
    return is_page and b"text/html" in headers.get(b"accept", b"") and b"range" not in headers


def _unpacked(scope: Scope) -> Scope:
    """Ask the app inside for plain, whole bytes."""
    left_out = {b"accept-encoding", b"if-none-match", b"if-modified-since"}
    return {**scope, "headers": [(name, value) for name, value in scope["headers"] if name.lower() not in left_out]}


def _takes_gzip(scope: Scope) -> bool:
    return b"gzip" in dict(scope["headers"]).get(b"accept-encoding", b"")


def _is_asked(scope: Scope) -> bool:
    """Whether a whole static file is asked for by one who takes gzip."""
    if scope["type"] != "http" or scope["method"] != "GET" or not _PLACES.search(str(scope["path"])):
        return False
    headers = {name.lower(): value for name, value in scope["headers"]}
    if {b"range", b"if-none-match", b"if-modified-since"} & set(headers):
        return False
    return b"gzip" in headers.get(b"accept-encoding", b"")


def _is_packable(start: Message) -> bool:
    headers = {name.lower(): value for name, value in start["headers"]}
    is_text = _TEXTS.match(headers.get(b"content-type", b"")) is not None
    return start["status"] == 200 and is_text and b"content-encoding" not in headers  # noqa: PLR2004  (OK)
