"""Files, assets, map data and health, asked over HTTP as curl and QGIS ask."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

import views.routes
from geo.plan import Plan, read_plan
from layers.assets import STATIC_FOLDER, asset_urls
from layers.export import FORMATS, cached_export, export_layer
from views.routes import routes


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan()


def made(_: Plan) -> bytes:
    return b'{"type":"FeatureCollection","features":[]}'


@pytest.fixture(scope="module", params=["", "/yuantu"])
def client(plan: Plan, request: pytest.FixtureRequest) -> Iterator[TestClient]:
    app = Starlette(routes=routes(request.param, plan, map_layers={"parks": made}))
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
    assert answer.headers["content-type"] == file.media_type
    assert answer.headers["content-disposition"] == f'attachment; filename="{file.name}"'
    assert answer.headers["etag"] == f'"{file.sha256}"'
    assert answer.headers["last-modified"] == "Sun, 22 Nov 2026 00:00:00 GMT"
    assert answer.headers["x-yuantu-crs"] == ("EPSG:4326" if format_id == "kml" else "EPSG:4548")
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


def test_what_is_known_is_not_sent_again(client: TestClient) -> None:
    first = client.get("files/sectors.csv")
    for tag in (first.headers["etag"], f'"other", {first.headers["etag"]}', f"W/{first.headers['etag']}", "*"):
        again = client.get("files/sectors.csv", headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    assert client.get("files/sectors.csv", headers={"If-None-Match": '"other"'}).status_code == 200
    since = {"If-Modified-Since": first.headers["last-modified"]}
    assert client.get("files/sectors.csv", headers=since).status_code == 304
    assert client.get("files/sectors.csv", headers={**since, "If-None-Match": '"other"'}).status_code == 200
    assert client.get("files/sectors.csv", headers={"If-Modified-Since": "yesterday"}).status_code == 200


@pytest.mark.parametrize(
    "path", ["files/parks.gpkg", "health", "map/parks.geojson", "assets/leaflet/leaflet.js"], ids=lambda path: path
)
def test_head_is_get_without_the_body(client: TestClient, path: str) -> None:
    head, whole = client.head(path), client.get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert dict(head.headers) == dict(whole.headers)
    assert int(head.headers["content-length"]) == len(whole.content)


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("files/roads.csv", 404, "no layer is called 'roads'"),
        ("files/parks.dwg", 404, "no format ends in 'dwg'"),
        ("files/parks", 404, "no format ends in ''"),
        ("files/parks.csv?crs=EPSG:3857", 400, "not served; ask for one of EPSG:4326"),
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
    assert message in answer.json()["error"]


def test_post_is_not_served(client: TestClient) -> None:
    assert client.post("files/parks.csv").status_code == 405


def test_assets_are_served_at_the_addresses_of_the_map(plan: Plan) -> None:
    for base in ("", "/yuantu"):
        client = TestClient(Starlette(routes=routes(base, plan)))
        for links in asset_urls(base).values():
            for _, address in [*links.js, *links.css]:
                answer = client.get(address)
                assert answer.status_code == 200
                assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
                assert answer.headers["content-type"].split(";")[0] in {"text/javascript", "text/css"}


def test_an_asset_without_version_is_asked_again(client: TestClient) -> None:
    answer = client.get("assets/leaflet/leaflet.css")
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
    client = TestClient(Starlette(routes=routes("", plan)))
    assert client.get("/assets/own.js").text == "own"
    assert client.get("/assets/link.js").status_code == 404


def test_map_data_is_made_once_and_cached_for_good(plan: Plan) -> None:
    calls = []

    def make(given: Plan) -> bytes:
        calls.append(given)
        return made(given)

    client = TestClient(Starlette(routes=routes("", plan, map_layers={"parks": make})))
    answer = client.get("/map/parks.geojson?v=1")
    assert answer.content == made(plan)
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert client.get("/map/parks.geojson", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    assert calls == [plan]


def test_health_says_plan_and_release(client: TestClient, plan: Plan) -> None:
    assert client.get("health").json() == {
        "status": "ok", "plan": "xiamen-2021-2025", "release": plan.release, "parks": 28, "extents": 41
    }  # fmt: skip
