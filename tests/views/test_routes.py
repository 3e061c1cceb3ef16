"""Files, assets, map data and health, asked over HTTP as curl and QGIS ask."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

import views.routes
from geo.errors import UnknownNameError
from geo.plan import Plan, read_plan
from layers.assets import STATIC_FOLDER, asset_urls
from layers.bundle import bundle, export_all
from layers.catalog import catalog
from layers.export import cached_export, export_layer
from layers.formats.listed import FORMATS
from views.routes import _short, routes


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan()


def made(_: Plan) -> bytes:
    return b'{"type":"FeatureCollection","features":[]}'


@pytest.fixture(scope="module", params=["", "/yuantu"])
def client(plan: Plan, request: pytest.FixtureRequest) -> Iterator[TestClient]:
    app = Starlette(routes=routes(request.param, lambda: plan, map_layers={"parks": made}))
    with TestClient(app, base_url=f"http://testserver{request.param}") as opened:
        yield opened


@pytest.mark.parametrize("format_id", FORMATS)
def test_a_file_comes_with_the_bytes_of_the_button(client: TestClient, plan: Plan, format_id: str) -> None:
    answer = client.get(f"files/parks{FORMATS[format_id].ending}?crs=EPSG:4548&sector=海洋高新&sector=it")
    file = cached_export(plan, "parks", format=format_id, crs="EPSG:4548", sectors=["marine", "it"])
    assert answer.status_code == 200
    assert (
        answer.content
        == file.content
        == export_layer(plan, "parks", format=format_id, crs="4548", sectors=["it", "marine"]).content
    )
    assert answer.headers["content-type"].replace(" ", "") == file.media_type.replace(" ", "")
    assert answer.headers["content-disposition"] == f'attachment; filename="{file.name}"'
    assert answer.headers["etag"].removesuffix('-gzip"').strip('"') == file.sha256
    assert answer.headers["last-modified"] == "Sun, 22 Nov 2026 00:00:00 GMT"
    fixed = {"zone": "EPSG:4527", None: "EPSG:4548"}.get(FORMATS[format_id].fixed_crs, FORMATS[format_id].fixed_crs)
    assert answer.headers["x-yuantu-crs"] == fixed
    assert answer.headers["x-yuantu-release"] == plan.release
    assert answer.headers["cache-control"] == "no-cache"


def test_notes_travel_as_ascii(client: TestClient) -> None:
    said = client.get("files/parks.kml?crs=4548").headers["x-yuantu-notes"]
    assert said.isascii()
    assert "KML只用WGS 84" in unquote(said)
    assert "x-yuantu-notes" not in client.get("files/parks.kml").headers


def test_a_shapefile_has_two_names(client: TestClient) -> None:
    assert client.get("files/parks.zip").content == client.get("files/parks.shp.zip").content


@pytest.mark.parametrize(
    ("query", "rows"),
    [("", 41), ("?district=湖里", 6), ("?park=火炬园&park=龙山文创区", 3), ("?extent=torch-park/main", 1)],
)
def test_filters_narrow_the_file(client: TestClient, plan: Plan, query: str, rows: int) -> None:
    features = client.get(f"files/parks.geojson{query}").json()["features"]
    if query.startswith("?district"):
        rows = len(cached_export(plan, "parks", format="csv", districts=["湖里"]).content.splitlines()) - 1
    if query.startswith("?park"):
        rows = int(plan.extents["park_id"].isin(["torch-park", "longshan-creative"]).sum())
    assert 0 < len(features) == rows


@pytest.mark.parametrize(
    "path", ["files/parks.gpkg", "health", "map/parks.geojson", "assets/leaflet/leaflet.js"], ids=lambda path: path
)
def test_head_is_get_without_the_body(client: TestClient, path: str) -> None:
    identity = {"Accept-Encoding": "identity"}
    head, whole = client.head(path, headers=identity), client.get(path, headers=identity)
    assert (head.status_code, head.content) == (200, b"")
    assert dict(head.headers) == dict(whole.headers)
    assert int(head.headers["content-length"]) == len(whole.content)


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("files/roads.csv", 404, "no layer is called 'roads'"),
        ("files/parks.dwg", 404, "no format ends in 'dwg'"),
        ("files/parks", 404, "no format ends in ''"),
        ("files/parks.csv?crs=EPSG:4549", 400, "does not hold the city; ask for one of EPSG:4326"),
        ("files/parks.csv?crs=xiamen92", 400, "secret by regulation"),
        ("files/parks.csv?by=grade", 400, "the format csv has no option 'by'; it has geometry"),
        ("files/parks.shp.zip?encoding=Big5", 400, "encoding of shp is one of UTF-8, GBK, not 'Big5'"),
        ("files/parks.shp.zip?encoding=GBK&encoding=GBK", 400, "give encoding once"),
        ("files/metro_lines.txt", 400, "holds nothing of that"),
        ("files/all.gpkg?sector=it", 400, "all.gpkg holds everything"),
        ("files/all.gpkg?encoding=GBK", 400, "all.gpkg holds everything"),
        ("files/parks.csv?release=1", 404, "keeps no releases"),
        ("files/parks.csv?release=1234567890", 400, "release is the number of one release"),
        ("files/parks.csv?release=one", 400, "release is the number of one release"),
        ("files/parks.csv?crs=4326&crs=4548", 400, "give crs once"),
        ("files/parks.csv?sector=海洋", 400, "did you mean 海洋高新"),
        ("files/parks.csv?colour=red", 400, "no parameter is called 'colour'"),
        ("files/land.csv?park=torch-park", 400, "cannot be filtered by park"),
        ("files/fit.shp.zip", 400, "has no geometry"),
        ("map/roads.geojson", 404, "no map layer is called 'roads'; there are parks"),
        ("assets/leaflet/nothing.js", 404, "no asset is called"),
        ("assets/", 404, "no asset is called"),
        ("assets/leaflet", 404, "no asset is called"),
    ],
)
def test_a_wrong_question_is_answered_as_json(client: TestClient, path: str, status: int, message: str) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert message in answer.json()["error"]


def test_post_is_not_served(client: TestClient) -> None:
    assert client.post("files/parks.csv").status_code == 405


def test_assets_are_served_at_the_addresses_of_the_map(plan: Plan) -> None:
    for base in ("", "/yuantu"):
        client = TestClient(Starlette(routes=routes(base, lambda: plan)))
        for links in asset_urls(base).values():
            for _, address in [*links.js, *links.css]:
                answer = client.get(address)
                assert answer.status_code == 200
                assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
                assert answer.headers["content-type"].split(";")[0] in {"text/javascript", "text/css"}


def test_an_asset_without_version_is_asked_again(client: TestClient) -> None:
    answer = client.get("assets/leaflet/leaflet.css")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.content == (STATIC_FOLDER / "leaflet" / "leaflet.css").read_bytes()
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    [
        "%2e%2e/catalog.py",
        "..%2fcatalog.py",
        "leaflet/%2e%2e/%2e%2e/catalog.py",
        "leaflet/..%2f..%2fcatalog.py",
        "..%5ccatalog.py",
        "%2fetc/passwd",
        "/etc/passwd",
        "leaflet.js%00",
    ],
)
def test_no_path_leads_out_of_the_assets(client: TestClient, path: str) -> None:
    assert client.get(f"assets/{path}").status_code == 404


def test_no_link_leads_out_of_the_assets(plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "static"
    folder.mkdir()
    (tmp_path / "secret.js").write_text("secret")
    (folder / "link.js").symlink_to(tmp_path / "secret.js")
    (folder / "own.js").write_text("own")
    monkeypatch.setattr(views.routes, "ASSET_FOLDERS", (tmp_path / "missing", folder))
    client = TestClient(Starlette(routes=routes("", lambda: plan)))
    assert client.get("/assets/own.js").text == "own"
    assert client.get("/assets/link.js").status_code == 404


def test_map_data_is_made_once_and_cached_for_good(plan: Plan) -> None:
    calls = []

    def make(given: Plan) -> bytes:
        calls.append(given)
        return made(given)

    client = TestClient(Starlette(routes=routes("", lambda: plan, map_layers={"parks": make})))
    answer = client.get("/map/parks.geojson?v=1")
    assert answer.content == made(plan)
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert client.get("/map/parks.geojson", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    assert calls == [plan]


def test_health_says_plan_and_release(client: TestClient, plan: Plan) -> None:
    assert client.get("health").json() == {
        "status": "ok", "plan": "xiamen-2021-2025", "release": plan.release, "extents_release": 1, "parks": 28,
        "extents": 41,
    }  # fmt: skip


@pytest.mark.parametrize("state", ["ok", "none", "the release store does not answer"])
def test_health_says_how_the_store_is(plan: Plan, state: str) -> None:
    third = replace(plan, extents_release="extents.3")
    said = TestClient(Starlette(routes=routes("", lambda: third, store_state=lambda: state))).get("/health").json()
    assert (said["status"], said["store"], said["extents_release"]) == ("ok", state, 3)


@pytest.mark.parametrize("path", ["health", "map/parks.geojson", "files/sectors.csv", "files/sectors.csv?release=1"])
def test_nobody_else_waits_while_one_waits_for_the_store(plan: Plan, path: str) -> None:
    where = []

    def asked(_: int | None = None) -> Plan:
        where.append(threading.current_thread())
        return plan

    async def loop(_: Request) -> PlainTextResponse:
        where.append(threading.current_thread())
        return PlainTextResponse("")

    served = routes("", asked, map_layers={"parks": made}, plan_of=asked)
    with TestClient(Starlette(routes=[*served, Route("/loop", loop)])) as client:
        client.get("/loop")
        assert client.get(f"/{path}").status_code == 200
    assert len(set(where)) == 2


def test_health_is_asked_anew_every_time(client: TestClient) -> None:
    assert client.get("health").headers["cache-control"] == "no-store"


def test_a_long_note_is_cut_between_characters_and_says_so() -> None:
    short = _short(quote("甲" * 1000))
    assert len(short) <= 3003
    assert set(unquote(short.removesuffix("..."), errors="strict")) == {"甲"}
    assert short.endswith("...")
    assert _short(quote("甲" * 300)) == quote("甲" * 300)


def test_a_release_is_asked_by_its_number(plan: Plan) -> None:
    other = replace(plan, digest="0" * 64)
    asked = []

    def plan_of(number: int | None) -> Plan:
        asked.append(number)
        if number == 9:
            msg = "there is no release 9; there are 1 and 2"
            raise UnknownNameError(msg)
        return other if number == 1 else plan

    client = TestClient(Starlette(routes=routes("", lambda: plan, plan_of=plan_of)))
    assert client.get("/files/sectors.csv?release=1").headers["x-yuantu-release"] == other.release
    assert client.get("/files/sectors.csv").headers["x-yuantu-release"] == plan.release
    missing = client.get("/files/sectors.csv?release=9")
    assert (missing.status_code, missing.json()["error"]) == (404, "there is no release 9; there are 1 and 2")
    assert asked == [1, None, 9]


def test_the_current_plan_is_asked_for_anew(plan: Plan) -> None:
    plans = [plan, replace(plan, digest="0" * 64)]
    client = TestClient(Starlette(routes=routes("", lambda: plans[0])))
    assert client.get("/health").json()["release"] == plans[0].release
    plans.reverse()
    assert client.get("/health").json()["release"] == plans[0].release != plan.release


def test_everything_comes_in_one_file(client: TestClient, plan: Plan) -> None:
    assert client.get("files/all.gpkg?crs=4548").content == export_all(plan, crs="EPSG:4548").content
    every = [found.id for found in catalog(plan)]
    assert client.get("files/all.zip").content == bundle(plan, every, format="gpkg").content


@pytest.mark.parametrize(
    ("own", "allowed", "status"),
    [
        ("public", "public", 200),
        ("internal", "internal", 200),
        ("internal", "public", 403),
        ("classified", "internal", 403),
        (None, "classified", 403),
    ],
)
def test_a_layer_above_the_deployments_class_or_without_one_is_refused(
    plan: Plan, own: str | None, allowed: str, status: int
) -> None:
    """One table's class holds its layer and the files of everything; other layers leave as before."""
    stated = dict(plan.descriptor)
    stated["resources"] = [
        one | {"security_class": own or ""} if one["name"] == "extents" else one for one in stated["resources"]
    ]
    client = TestClient(Starlette(routes=routes("", lambda: replace(plan, descriptor=stated), allowed=lambda: allowed)))
    for name in ("parks.geojson", "all.zip"):
        answer = client.get(f"files/{name}")
        assert answer.status_code == status
        assert status == 200 or name.partition(".")[0] in answer.json()["error"]
    assert client.get("files/sectors.csv").status_code == 200
