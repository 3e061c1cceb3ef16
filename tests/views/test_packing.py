"""Streamlit's static files leave packed, from memory, and all else as it came."""

import gzip

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from views import packing
from views.packing import StaticPacking

SCRIPT = "export const words = " + repr(["同安", "翔安"] * 400)
PAGE = (
    "<!DOCTYPE html><html><head>"
    '<link rel="preload" href="./static/media/SourceSansVF.woff2" as="font"/>'
    '<script type="module" src="./static/js/index.js"></script></head><body></body></html>'
)
STYLE = "@font-face{font-family:Source Sans;src:url(a.woff2)}" + "b{color:red}" * 200


def client() -> tuple[TestClient, list[str]]:
    asked: list[str] = []

    def answer(request: Request) -> Response:
        path = request.url.path
        asked.append(path)
        if path.endswith(".js"):
            return Response(SCRIPT, media_type="text/javascript", headers={"cache-control": "public, max-age=9"})
        if path.endswith(".css"):
            return Response(STYLE, media_type="text/css")
        if path.endswith(".woff2"):
            return Response(b"\x00" * 3000, media_type="font/woff2")
        return HTMLResponse(PAGE) if path in {"/", "/fit"} else PlainTextResponse("x" * 3000, status_code=404)

    app = Starlette(routes=[Route("/{path:path}", answer)])
    return TestClient(StaticPacking(app)), asked


def raw(http: TestClient, path: str, **headers: str) -> tuple[bytes, dict[str, str]]:
    with http.stream("GET", path, headers=headers) as answer:
        return b"".join(answer.iter_raw()), dict(answer.headers)


def test_a_script_leaves_packed_and_is_asked_of_the_app_once() -> None:
    http, asked = client()
    first, headers = raw(http, "/static/js/a.js", **{"accept-encoding": "gzip"})
    again, same = raw(http, "/static/js/a.js", **{"accept-encoding": "gzip, br"})
    assert gzip.decompress(first).decode() == SCRIPT
    assert again == first
    assert asked == ["/static/js/a.js"]
    assert (headers["content-encoding"], headers["vary"]) == ("gzip", "Accept-Encoding")
    assert headers["cache-control"] == same["cache-control"] == "public, max-age=9"
    assert len(first) < len(SCRIPT) / 5


def test_who_takes_no_gzip_or_asks_for_a_part_gets_what_the_app_gives() -> None:
    http, asked = client()
    plain, headers = raw(http, "/static/js/a.js", **{"accept-encoding": "identity"})
    assert plain.decode() == SCRIPT
    assert "content-encoding" not in headers
    raw(http, "/static/js/a.js", **{"accept-encoding": "gzip", "range": "bytes=0-9"})
    raw(http, "/static/js/a.js", **{"accept-encoding": "gzip", "if-none-match": '"x"'})
    assert len(asked) == 3


def test_fonts_and_faults_pass_untouched() -> None:
    http, _ = client()
    font, headers = raw(http, "/static/media/b.woff2", **{"accept-encoding": "gzip"})
    assert (len(font), headers.get("content-encoding")) == (3000, None)
    assert http.get("/static/js/none.txt").status_code == 404


def test_the_unused_latin_font_is_taken_out_of_page_and_style() -> None:
    http, _ = client()
    assert "SourceSans" not in http.get("/", headers={"accept": "text/html"}).text
    style = http.get("/static/css/a.css").text
    assert style == "b{color:red}" * 200


def test_a_page_announces_what_earlier_visits_fetched() -> None:
    http, _ = client()
    assert "modulepreload" not in http.get("/fit", headers={"accept": "text/html,*/*"}).text
    for name in ("b", "index", "c"):
        http.get(f"/static/js/{name}.js")
    page = http.get("/fit", headers={"accept": "text/html,*/*"}).text
    assert page.count("modulepreload") == 2, "index.js stands in the page already"
    assert page.index("./static/js/b.js") < page.index("./static/js/c.js") < page.index("</head>")


LOADED = {"accept-encoding": "gzip"}
VISITED = {"accept": "text/html,*/*"}


def answering(answer: Response) -> tuple[TestClient, list[Request]]:
    """Give a client of an app that always gives this answer, and what the app is asked."""
    asked: list[Request] = []

    def answered(request: Request) -> Response:
        asked.append(request)
        return answer

    return TestClient(StaticPacking(Starlette(routes=[Route("/{path:path}", answered)]))), asked


def test_a_small_script_leaves_as_it_is() -> None:
    small = "let a = 1;" * 100
    http, _ = answering(Response(small, media_type="text/javascript", headers={"etag": '"a"'}))
    content, headers = raw(http, "/static/js/a.js", **LOADED)
    assert (content.decode(), headers.get("content-encoding"), headers["etag"]) == (small, None, '"a"')


def test_a_fault_is_not_kept_as_the_script() -> None:
    http, asked = answering(Response(SCRIPT, status_code=503, media_type="text/javascript"))
    assert [http.get("/static/js/a.js").status_code for _ in range(2)] == [503, 503]
    assert len(asked) == 2


def test_what_the_app_has_packed_is_not_packed_again() -> None:
    packed = gzip.compress(SCRIPT.encode(), compresslevel=0, mtime=0)
    answer = Response(packed, media_type="text/javascript", headers={"content-encoding": "gzip"})
    content, headers = raw(answering(answer)[0], "/static/js/a.js", **LOADED)
    assert (content, headers["content-encoding"]) == (packed, "gzip")


def test_no_more_is_kept_in_memory_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    one = len(raw(client()[0], "/static/js/a.js", **LOADED)[0])
    monkeypatch.setattr(packing, "_MOST_BYTES", one)
    http, asked = client()
    for name in ("a", "a", "b", "b"):
        assert gzip.decompress(raw(http, f"/static/js/{name}.js", **LOADED)[0]).decode() == SCRIPT
    assert asked == ["/static/js/a.js", "/static/js/b.js", "/static/js/b.js"]


def test_a_page_announces_no_more_scripts_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "_ANNOUNCED", 2)
    http, _ = client()
    for name in "abc":
        http.get(f"/static/js/{name}.js")
    assert http.get("/fit", headers=VISITED).text.count("modulepreload") == 2


def test_the_app_is_asked_for_a_whole_page_and_its_mark_is_not_passed_on() -> None:
    marks = {"etag": '"a"', "last-modified": "Sun, 22 Nov 2026 00:00:00 GMT", "accept-ranges": "bytes"}
    http, asked = answering(HTMLResponse(PAGE, headers=marks | {"cache-control": "no-cache"}))
    known = {"if-none-match": '"a"', "if-modified-since": marks["last-modified"], "accept-encoding": "gzip"}
    page, headers = raw(http, "/fit", **VISITED, **known)
    assert not set(known) & set(asked[0].headers)
    assert not set(marks) & set(headers)
    assert (headers["cache-control"], headers["content-encoding"]) == ("no-cache", "gzip")
    assert headers["content-length"] == str(len(page))
    assert b"SourceSans" not in gzip.decompress(page)


def test_who_takes_no_gzip_gets_a_plain_page_of_its_own_length() -> None:
    http, _ = answering(HTMLResponse(PAGE))
    page, headers = raw(http, "/fit", **VISITED, **{"accept-encoding": "identity"})
    assert headers.get("content-encoding") is None
    assert headers["content-length"] == str(len(page)) != str(len(PAGE))


@pytest.mark.parametrize(
    ("path", "more"),
    [("/files/parks", {}), ("/health", {}), ("/yuantu/map/opening", {}), ("/", {"range": "bytes=0-9"})],
)
def test_what_is_no_page_is_not_rewritten(path: str, more: dict[str, str]) -> None:
    http, asked = answering(HTMLResponse(PAGE))
    page, _ = raw(http, path, **VISITED, **more)
    assert page.decode() == PAGE
    assert asked[0].headers["accept"] == VISITED["accept"]
