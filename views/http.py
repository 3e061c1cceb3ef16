"""What HTTP asks of any answer: tags, dates, ranges, compression, and other origins (RFC 9110)."""

from __future__ import annotations

import gzip
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

Handler = Callable[[Request], Awaitable[Response]]
#: Types that text stands in, which gzip makes smaller; the others are packed already.
_TEXTS = re.compile(r"text/|application/(geo\+json|json|javascript|vnd\.google-earth\.kml\+xml)|image/svg\+xml")
_SMALL = 860
_EXPOSED = "ETag, Last-Modified, Content-Disposition, Content-Range, X-Yuantu-CRS, X-Yuantu-Release, X-Yuantu-Notes"


class Answer(NamedTuple):
    """Bytes with what HTTP must say of them."""

    content: bytes
    media_type: str
    checksum: str
    headers: Mapping[str, str]


def response(request: Request, answer: Answer, cache_control: str, changed: datetime) -> Response:
    """
    Answer with the whole, a part, or nothing new.

    Parameters
    ----------
    request
        What was asked: `If-None-Match`, `If-Modified-Since`, `Range`, `If-Range` and `Accept-Encoding` are heeded.
    answer
        The whole content.
    cache_control
        How long it may be kept.
    changed
        When it changed last.

    Returns
    -------
    response
        200, 206 with the part, 304 or 416. A compressed answer has a tag of its own; a part is never compressed.
    """
    is_text = _TEXTS.match(answer.media_type) is not None and len(answer.content) >= _SMALL
    wanted = request.headers.get("range")
    is_packed = is_text and wanted is None and _takes_gzip(request.headers.get("accept-encoding", ""))
    tag = f'"{answer.checksum}{"-gzip" if is_packed else ""}"'
    headers = {
        "ETag": tag,
        "Last-Modified": format_datetime(changed, usegmt=True),
        "Cache-Control": cache_control,
        "Accept-Ranges": "bytes",
        **({"Vary": "Accept-Encoding"} if is_text else {}),
        **answer.headers,
    }
    if _is_known(request, tag, changed):
        return Response(status_code=304, headers=headers)
    if wanted is not None and _range_holds(request, tag, changed):
        part = _part(wanted, len(answer.content))
        if part == "unsatisfiable":
            headers["Content-Range"] = f"bytes */{len(answer.content)}"
            return Response(status_code=416, headers=headers)
        if isinstance(part, range):
            headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{len(answer.content)}"
            content = answer.content[part.start : part.stop]
            return Response(content, status_code=206, headers=headers, media_type=answer.media_type)
    if is_packed:
        headers["Content-Encoding"] = "gzip"
        return Response(_packed(answer.content), headers=headers, media_type=answer.media_type)
    return Response(answer.content, media_type=answer.media_type, headers=headers)


@lru_cache(maxsize=32)
def _packed(content: bytes) -> bytes:
    return gzip.compress(content, compresslevel=6, mtime=0)


def _takes_gzip(accepted: str) -> bool:
    for entry in accepted.lower().split(","):
        name, _, weight = entry.partition(";")
        if name.strip() in {"gzip", "*"}:
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def _range_holds(request: Request, tag: str, changed: datetime) -> bool:
    """Whether a part may be sent: not where the asker has parts of another version."""
    if request.method != "GET":
        return False
    condition = request.headers.get("if-range")
    if condition is None:
        return True
    if condition.startswith(('"', "W/")):
        return condition == tag
    try:
        return parsedate_to_datetime(condition) == changed
    except (ValueError, TypeError):
        return False


def _part(wanted: str, size: int) -> range | str | None:
    """Bytes of a single range; None where the header is to be passed over, as RFC 9110 lets a server do."""
    found = re.fullmatch(r"bytes=([0-9]{0,18})-([0-9]{0,18})", wanted.replace(" ", ""))
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        length = min(int(last), size)
        return range(size - length, size) if length else "unsatisfiable"
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        return "unsatisfiable"
    return range(int(first), min(int(last), size - 1) + 1 if last else size)


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


def with_origins(answer: Handler, origins: Sequence[str]) -> Handler:
    """
    Let pages of other origins read an answer, and answer what browsers ask beforehand.

    Parameters
    ----------
    answer
        Handler of GET and HEAD.
    origins
        Origins that may read, or `*`; none by default.

    Returns
    -------
    handler
        The same with CORS headers, and OPTIONS.
    """

    async def handle(request: Request) -> Response:
        origin = request.headers.get("origin")
        allowed = "*" if "*" in origins else origin if origin in origins else None
        if request.method == "OPTIONS":
            answered = Response(status_code=204, headers={"Allow": "GET, HEAD, OPTIONS"})
            if allowed:
                answered.headers["Access-Control-Allow-Methods"] = "GET, HEAD"
                answered.headers["Access-Control-Allow-Headers"] = "Range, If-Range, If-None-Match, If-Modified-Since"
                answered.headers["Access-Control-Max-Age"] = "86400"
        else:
            answered = await answer(request)
        if allowed:
            answered.headers["Access-Control-Allow-Origin"] = allowed
            answered.headers["Access-Control-Expose-Headers"] = _EXPOSED
        if origins and "*" not in origins:
            answered.headers.add_vary_header("Origin")
        return answered

    return handle
