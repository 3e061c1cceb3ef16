"""Addresses of large layers answer in ranges, from disk, and say when there is nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bench.city import write_parcels
from layers.tiles import LargeFile, large_files, make_tiles, tiles_path
from views.tile_routes import tile_routes, tiles_mark


@pytest.fixture(scope="module")
def parcels(tmp_path_factory: pytest.TempPathFactory) -> LargeFile:
    path = tmp_path_factory.mktemp("routes") / "p.parquet"
    write_parcels(path, 200, seed=5)
    file = LargeFile("宗地", path)
    make_tiles(path, tiles_path(file, path.parent))
    return file


@pytest.fixture(params=["", "/yuantu"])
def client(request: pytest.FixtureRequest, parcels: LargeFile) -> Iterator[TestClient]:
    folder = parcels.path.parent
    path, own = parcels.path, "|security=internal"
    files = large_files(f"宗地={path}{own};gone={folder / 'gone.fgb'}{own};bare={path}{own};unsaid={path}")
    called = {file.name: file for file in files}.get
    routes = tile_routes(request.param, called, lambda: folder, cors_origins=["https://office.example"])
    with TestClient(Starlette(routes=routes), base_url=f"http://host{request.param}") as opened:
        yield opened


def test_a_range_of_the_tiles_is_the_same_part_of_the_file(client: TestClient, parcels: LargeFile) -> None:
    content = tiles_path(parcels, parcels.path.parent).read_bytes()
    part = client.get("/tiles/宗地.pmtiles", headers={"Range": "bytes=100-299"})
    assert (part.status_code, part.content) == (206, content[100:300])
    assert part.headers["content-range"] == f"bytes 100-299/{len(content)}"
    last = client.get("/tiles/宗地.pmtiles", headers={"Range": "bytes=-50"})
    assert last.content == content[-50:]
    beyond = client.get("/tiles/宗地.pmtiles", headers={"Range": f"bytes={len(content)}-"})
    assert beyond.status_code == 416


def test_head_tells_the_size_and_a_known_tag_gets_nothing_again(client: TestClient, parcels: LargeFile) -> None:
    tiles = tiles_path(parcels, parcels.path.parent)
    head = client.head("/tiles/宗地.pmtiles")
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) == tiles.stat().st_size
    assert head.headers["accept-ranges"] == "bytes"
    assert head.headers["content-type"] == "application/vnd.pmtiles"
    again = client.get("/tiles/宗地.pmtiles", headers={"If-None-Match": head.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/tiles/宗地.pmtiles", headers={"If-None-Match": '"other"'}).status_code == 200


def test_only_the_address_with_the_files_mark_is_kept_for_good(client: TestClient, parcels: LargeFile) -> None:
    mark = tiles_mark(tiles_path(parcels, parcels.path.parent))
    assert "immutable" in client.head(f"/tiles/宗地.pmtiles?v={mark}").headers["cache-control"]
    assert client.head("/tiles/宗地.pmtiles?v=0").headers["cache-control"] == "no-cache"


def test_what_is_not_there_is_said(client: TestClient) -> None:
    assert client.get("/tiles/nobody.pmtiles").status_code == 404
    assert "there is no file" in client.get("/tiles/gone.pmtiles").json()["error"]
    assert "there are no tiles" in client.get("/tiles/bare.pmtiles").json()["error"]
    assert client.get("/files/large/nobody.fgb").status_code == 404
    found = client.get("/files/large/宗地.shp")
    assert (found.status_code, "ask for fgb, parquet" in found.json()["error"]) == (400, True)


def test_the_file_itself_is_sent_as_it_is(client: TestClient, parcels: LargeFile) -> None:
    found = client.get("/files/large/宗地.parquet")
    assert found.content == parcels.path.read_bytes()
    assert found.headers["content-disposition"] == "attachment; filename*=UTF-8''%E5%AE%97%E5%9C%B0.parquet"


def test_another_format_holds_the_same_parcels(client: TestClient, parcels: LargeFile, tmp_path: Path) -> None:
    found = client.get("/files/large/宗地.fgb")
    assert found.headers["content-type"] == "application/vnd.flatgeobuf"
    copy = tmp_path / "copy.fgb"
    copy.write_bytes(found.content)
    assert sorted(gpd.read_file(copy)["id"]) == list(gpd.read_parquet(parcels.path)["id"])


def test_other_origins_read_only_where_allowed(client: TestClient) -> None:
    allowed = client.get("/tiles/宗地.pmtiles", headers={"Origin": "https://office.example", "Range": "bytes=0-6"})
    assert allowed.headers["access-control-allow-origin"] == "https://office.example"
    other = client.get("/tiles/宗地.pmtiles", headers={"Origin": "https://other.example", "Range": "bytes=0-6"})
    assert "access-control-allow-origin" not in other.headers
    asked = client.options("/tiles/宗地.pmtiles", headers={"Origin": "https://office.example"})
    assert "Range" in asked.headers["access-control-allow-headers"]


@pytest.mark.parametrize(
    ("own", "allowed", "tiles", "copy"),
    [
        ("internal", "internal", 200, 200),
        ("public", "internal", 200, 200),
        ("internal", "public", 403, 403),
        ("classified", "internal", 403, 403),
        ("", "classified", 200, 403),
    ],
)
def test_nothing_leaves_above_the_deployments_class(
    parcels: LargeFile, own: str, allowed: str, tiles: int, copy: int
) -> None:
    file = LargeFile("宗地", parcels.path, security=own)
    routes = tile_routes("", lambda _: file, lambda: parcels.path.parent, allowed=lambda: allowed)
    with TestClient(Starlette(routes=routes)) as client:
        assert client.get("/tiles/宗地.pmtiles").status_code == tiles
        found = client.get("/files/large/宗地.fgb")
        assert found.status_code == copy
        assert copy == 200 or "宗地" in found.json()["error"]
