"""The map that opens a visit: written into the first page's document, and told what the address asks for."""

import json
import re
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from geo.errors import GeoError
from geo.plan import read_plan
from geo.selection import Selection, park_facets, selected_extents
from views import opening
from views.opening import opened, opening_routes

PAGE = (
    b'<!DOCTYPE html><html lang="en"><head><title>Streamlit</title>'
    b'<script type="module" crossorigin src="./static/js/index.x.js"></script>'
    b'<link rel="modulepreload" crossorigin href="./static/js/a.js">'
    b'</head><body><div id="root"></div></body></html>'
)


class Reader(HTMLParser):
    """Keeps what elements a document has, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def told(path: str) -> dict[str, object]:
    """What the opening map at this address is told to show."""
    answer = TestClient(Starlette(routes=opening_routes(""))).get(path)
    assert answer.status_code == 200
    found = re.findall(r"yuantu\.apply\((\{.*?\})\);", answer.text)
    assert len(found) == 1
    state: dict[str, object] = json.loads(found[0])
    return state


@pytest.mark.parametrize("path", ["/", "/explore", "/explore/"])
def test_the_first_page_opens_with_the_map_and_streamlits_scripts_wait(path: str) -> None:
    page = Reader(opened(PAGE, path, b"sector=it").decode())
    assert [frame["src"] for frame in page.all("iframe")] == ["./map/opening?sector=it"]
    whole = opened(PAGE, path, b"").decode()
    head, waiting = whole.split('<template id="yuantu-later">')
    assert "index.x.js" not in head
    assert waiting.index("index.x.js") < waiting.index("a.js") < waiting.index("</template>")


@pytest.mark.parametrize(("path", "query"), [("/fit", b""), ("/files", b""), ("/", b"embed=true"), ("/", b"embed=")])
def test_other_pages_and_embedded_ones_open_without_it(path: str, query: bytes) -> None:
    page = Reader(opened(PAGE, path, query).decode())
    assert page.all("iframe") == []
    assert page.all("script") == [{"type": "module", "crossorigin": None, "src": "./static/js/index.x.js"}]


def test_below_a_base_path_the_first_page_is_found() -> None:
    assert b"yuantu-opening" in opened(PAGE, "/yuantu/", b"", base="/yuantu")
    assert b"yuantu-opening" in opened(PAGE, "/yuantu/explore", b"", base="/yuantu")
    assert b"yuantu-opening" not in opened(PAGE, "/yuantu/fit", b"", base="/yuantu")


def test_the_browser_hears_title_and_language_before_streamlit_says_them() -> None:
    assert b'<html lang="zh-CN"><head><title>\xe5\x9b\xad\xe5\x9b\xbe</title>' in opened(PAGE, "/fit", b"")
    assert b'<html lang="en"><head><title>Yuantu</title>' in opened(PAGE, "/", b"lang=en")


@given(st.binary(max_size=60))
def test_no_query_breaks_out_of_the_frames_address(query: bytes) -> None:
    plain, asked = Reader(opened(PAGE, "/", b"").decode()), Reader(opened(PAGE, "/", query).decode())
    if asked.all("iframe"):
        assert [tag for tag, _ in asked.found] == [tag for tag, _ in plain.found]
        assert asked.all("iframe")[0]["src"] == f"./map/opening?{query.decode('latin-1')}"


def test_it_is_told_what_the_address_chooses() -> None:
    plan = read_plan()
    facets = park_facets(plan)
    everything = told("/map/opening")
    assert everything["isOpening"] is True
    assert everything["shown"] is None, "no list means all"
    chosen = told(f"/map/opening?sector=it&sector=marine&district={quote('海沧区')}&park=xinyang")
    assert chosen["shown"] == selected_extents(facets, Selection(sectors=("it", "marine"), districts=("海沧区",)))
    assert 0 < len(chosen["shown"]) < len(plan.extents)  # type: ignore[arg-type]
    assert (chosen["selected"], chosen["sectors"]) == ("xinyang", ["it", "marine"])


def test_what_the_plan_does_not_know_is_left_out() -> None:
    chosen = told("/map/opening?sector=space&park=nowhere&grade=Z&lang=fr")
    assert chosen["shown"] is None
    assert (chosen["selected"], chosen["sectors"]) == (None, [])


def test_it_speaks_the_language_of_the_address() -> None:
    http = TestClient(Starlette(routes=opening_routes("/yuantu")))
    assert "Offline base map" in http.get("/yuantu/map/opening?lang=en").text
    chinese = http.get("/yuantu/map/opening").text
    assert "\\u79bb\\u7ebf\\u5e95\\u56fe" in chinese or "离线底图" in chinese
    assert "Offline base map" not in chinese


def test_asked_again_it_is_not_sent_again() -> None:
    http = TestClient(Starlette(routes=opening_routes("")))
    first = http.get("/map/opening?q=%E7%81%AB%E7%82%AC")
    again = http.get("/map/opening?q=%E7%81%AB%E7%82%AC", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_without_a_plan_there_is_no_map_and_the_page_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise GeoError("no plan")

    monkeypatch.setattr(opening, "shared_plan", broken)
    answer = TestClient(Starlette(routes=opening_routes(""))).get("/map/opening")
    assert (answer.status_code, answer.content) == (204, b"")
