"""Answers over HTTP: marks that save a way, parts, compression, and who may read them from elsewhere."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from geo.plan import Plan
from layers.export import cached_export
from views.routes import routes


@pytest.fixture(scope="module")
def client(plan: Plan) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=routes("", lambda: plan, map_layers={"parks": lambda _: b"{}" * 21}))) as opened:
        yield opened


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
    ("wanted", "part"),
    [("bytes=0-99", (0, 99)), ("bytes=100-", (100, None)), ("bytes=-50", (-50, None)), ("bytes=10-10", (10, 10))],
)
def test_a_part_is_sent_alone(client: TestClient, plan: Plan, wanted: str, part: tuple[int, int | None]) -> None:
    whole = cached_export(plan, "parks", format="fgb").content
    answer = client.get("files/parks.fgb", headers={"Range": wanted})
    start, end = part[0] % len(whole), len(whole) - 1 if part[1] is None else part[1]
    assert answer.status_code == 206
    assert answer.content == whole[start : end + 1]
    assert answer.headers["content-range"] == f"bytes {start}-{end}/{len(whole)}"
    assert answer.headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize("wanted", ["bytes=0-99999999", "bytes=-99999999"])
def test_a_part_longer_than_the_file_is_the_file(client: TestClient, plan: Plan, wanted: str) -> None:
    whole = cached_export(plan, "parks", format="fgb").content
    answer = client.get("files/parks.fgb", headers={"Range": wanted})
    assert (answer.status_code, answer.content) == (206, whole)
    assert answer.headers["content-range"] == f"bytes 0-{len(whole) - 1}/{len(whole)}"


def test_the_last_byte_is_a_part_and_the_one_after_it_is_none(client: TestClient, plan: Plan) -> None:
    whole = cached_export(plan, "parks", format="fgb").content
    last = client.get("files/parks.fgb", headers={"Range": f"bytes={len(whole) - 1}-"})
    assert (last.status_code, last.content) == (206, whole[-1:])
    after = client.get("files/parks.fgb", headers={"Range": f"bytes={len(whole)}-"})
    assert (after.status_code, after.headers["content-range"]) == (416, f"bytes */{len(whole)}")


def test_of_a_head_no_part_is_asked(client: TestClient, plan: Plan) -> None:
    head = client.head("files/parks.fgb", headers={"Range": "bytes=0-9"})
    assert head.status_code == 200
    assert int(head.headers["content-length"]) == len(cached_export(plan, "parks", format="fgb").content)


def test_parts_join_to_the_whole(client: TestClient, plan: Plan) -> None:
    whole = cached_export(plan, "parks", format="gpkg").content
    parts = [
        client.get("files/parks.gpkg", headers={"Range": f"bytes={at}-{at + 99_999}"}).content
        for at in range(0, len(whole), 100_000)
    ]
    assert b"".join(parts) == whole


@pytest.mark.parametrize("wanted", ["bytes=99999999-", "bytes=-0"])
def test_a_part_beyond_the_end_is_refused(client: TestClient, plan: Plan, wanted: str) -> None:
    answer = client.get("files/parks.fgb", headers={"Range": wanted})
    size = len(cached_export(plan, "parks", format="fgb").content)
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{size}")


@pytest.mark.parametrize("wanted", ["bytes=9-5", "bytes=0-1,5-6", "lines=1-2", "bytes=-", "bytes=a-b"])
def test_a_range_that_is_not_understood_is_passed_over(client: TestClient, wanted: str) -> None:
    assert client.get("files/parks.fgb", headers={"Range": wanted}).status_code == 200


def test_a_part_of_another_version_is_not_sent(client: TestClient) -> None:
    first = client.get("files/parks.fgb")
    for name, status in [
        (first.headers["etag"], 206), ('"other"', 200), (f"W/{first.headers['etag']}", 200),
        (first.headers["last-modified"], 206), ("Sun, 22 Nov 2020 00:00:00 GMT", 200), ("yesterday", 200),
    ]:  # fmt: skip
        answer = client.get("files/parks.fgb", headers={"Range": "bytes=0-9", "If-Range": name})
        assert (name, answer.status_code) == (name, status)


def test_text_is_compressed_when_asked_and_nothing_else_is(client: TestClient, plan: Plan) -> None:
    packed = client.get("files/parks.geojson", headers={"Accept-Encoding": "br, gzip;q=0.5"})
    plain = client.get("files/parks.geojson", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert packed.content == plain.content == cached_export(plan, "parks", format="geojson").content
    assert int(packed.headers["content-length"]) < len(plain.content) / 3
    assert packed.headers["etag"] != plain.headers["etag"]
    known = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["etag"]}
    assert client.get("files/parks.geojson", headers=known).status_code == 304
    for path, accepted in [("files/parks.gpkg", "gzip"), ("files/parks.geojson", "gzip;q=0"), ("health", "gzip")]:
        assert "content-encoding" not in client.get(path, headers={"Accept-Encoding": accepted}).headers
    anything = client.get("files/parks.geojson", headers={"Accept-Encoding": "*"})
    assert anything.headers["content-encoding"] == "gzip"
    small = client.get("map/parks.geojson", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in small.headers, "packing makes 42 bytes no fewer"


def test_a_part_is_never_compressed(client: TestClient, plan: Plan) -> None:
    answer = client.get("files/parks.geojson", headers={"Accept-Encoding": "gzip", "Range": "bytes=0-99"})
    assert answer.content == cached_export(plan, "parks", format="geojson").content[:100]
    assert "content-encoding" not in answer.headers
    whole = client.get("files/parks.geojson", headers={"Accept-Encoding": "identity"})
    assert answer.headers["etag"] == whole.headers["etag"]


@pytest.mark.parametrize(
    ("origins", "allowed"), [((), None), (("https://a.example",), "https://a.example"), (("*",), "*")]
)
def test_other_origins_may_read_when_the_setting_says_so(
    plan: Plan, origins: tuple[str, ...], allowed: str | None
) -> None:
    client = TestClient(Starlette(routes=routes("", lambda: plan, cors_origins=origins)))
    asked = {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
    for answer in (
        client.get("/files/sectors.csv", headers=asked),
        client.options("/files/sectors.csv", headers=asked),
    ):
        assert answer.headers.get("access-control-allow-origin") == allowed
    other = client.get("/files/sectors.csv", headers={"Origin": "https://b.example"})
    # What depends on who asks must not be kept for others.
    assert ("Origin" in other.headers.get("vary", "")) == (allowed == "https://a.example")
    assert other.headers.get("access-control-allow-origin") == ("*" if allowed == "*" else None)
    before = client.options("/files/sectors.csv", headers=asked)
    assert before.status_code == 204
    assert ("Range" in before.headers.get("access-control-allow-headers", "")) == (allowed is not None)
