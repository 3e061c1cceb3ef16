"""Streamlit's static files leave packed, from memory, and all else as it came."""

import gzip

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

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
