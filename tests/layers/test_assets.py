"""The map's scripts and styles are whole, listed, and ask no other host for anything."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import folium
import pytest
from folium.plugins import Fullscreen, MeasureControl, MousePosition

from layers.assets import STATIC_FOLDER, asset_urls, faults, read_manifest, use_local_assets

ELEMENTS = (folium.Map, Fullscreen, MeasureControl, MousePosition)
TEXTS = sorted(path for path in STATIC_FOLDER.rglob("*") if path.suffix in {".js", ".css", ".svg"})
CSS = [path for path in TEXTS if path.suffix == ".css"]
# Names, not addresses: a browser opens these only when a person follows the link, or never.
UNFETCHED = {
    "http://www.w3.org/2000/svg": "a namespace",
    "http://www.w3.org/1999/xlink": "a namespace",
    "https://leafletjs.com": "the link behind Leaflet's name in the attribution",
    "http://example.com": "a base against which protomaps-leaflet reads relative addresses",
    "https://protomaps.com": "the link in protomaps-leaflet's own attribution, which ours replaces",
    "https://openstreetmap.org/copyright": "as above",
}


def without_comments(text: str) -> str:
    """Drop block comments, and lines that are nothing but a comment; scripts keep `//` inside strings."""
    return re.sub(r"^\s*//.*$", "", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL), flags=re.MULTILINE)


def style_references(style: Path) -> list[str]:
    """Files that a style asks for; `url(#…)` is a name inside the page and `data:` carries its own content."""
    text = without_comments(style.read_text(encoding="utf-8"))
    found = re.findall(r"url\(\s*['\"]?([^'\")]+)", text) + re.findall(r"@import\s+['\"]([^'\"]+)", text)
    return [url for url in found if not url.startswith(("#", "data:"))]


def copied_assets(folder: Path) -> Path:
    return shutil.copytree(STATIC_FOLDER, folder / "static")


@pytest.fixture
def folium_defaults() -> Iterator[None]:
    """Put folium's own links back, since they are set for the whole process."""
    before = [(element, element.default_js, element.default_css) for element in ELEMENTS]
    yield
    for element, js, css in before:
        element.default_js, element.default_css = js, css


def test_manifest_and_files_agree() -> None:
    assert faults() == []


def test_a_changed_file_is_a_fault(tmp_path: Path) -> None:
    folder = copied_assets(tmp_path)
    script = folder / "leaflet" / "leaflet.js"
    content = script.read_bytes()
    script.write_bytes(content[:-1] + b"!")
    assert faults(folder) == ["leaflet/leaflet.js differs from its checksum in the manifest."]


def test_a_cut_file_is_a_fault(tmp_path: Path) -> None:
    folder = copied_assets(tmp_path)
    (folder / "leaflet" / "leaflet.css").write_bytes(b"a{}")
    size = (STATIC_FOLDER / "leaflet" / "leaflet.css").stat().st_size
    assert faults(folder) == [f"leaflet/leaflet.css has 3 bytes; the manifest says {size}."]


def test_a_missing_and_an_unlisted_file_are_faults(tmp_path: Path) -> None:
    folder = copied_assets(tmp_path)
    (folder / "leaflet" / "LICENSE").rename(folder / "leaflet" / "stray.js")
    assert faults(folder) == [
        "leaflet/LICENSE is in the manifest but missing.",
        "leaflet/stray.js is not in the manifest.",
    ]


def test_every_package_says_version_licence_and_archive_and_carries_its_licence() -> None:
    for package in read_manifest():
        assert package["source"] == f"{package['package']}-{package['version']}.tgz"
        assert package["licence"] in {"MIT", "BSD-2-Clause", "BSD-3-Clause"}
        assert f"{package['package']}/LICENSE" in [file["path"] for file in package["files"]]


@pytest.mark.parametrize("style", CSS, ids=lambda path: path.name)
def test_styles_ask_only_for_files_that_are_there(style: Path) -> None:
    # Leaflet names a behaviour of Internet Explorer 8 that no present browser knows.
    asked = [url for url in style_references(style) if url != "#default#VML"]
    assert [url for url in asked if not (style.parent / url).is_file()] == []


def test_the_style_check_sees_references() -> None:
    assert sorted(set(style_references(STATIC_FOLDER / "leaflet" / "leaflet.css"))) == [
        "images/layers-2x.png",
        "images/layers.png",
        "images/marker-icon.png",
    ]


@pytest.mark.parametrize("asset", TEXTS, ids=lambda path: path.name)
def test_assets_name_no_address_that_a_browser_would_fetch(asset: Path) -> None:
    text = without_comments(asset.read_text(encoding="utf-8"))
    assert set(re.findall(r"(?:https?:)?//[\w.-]+\.[a-z]{2,}[^\s\"'`<>)]*", text)) <= UNFETCHED.keys()


@pytest.mark.parametrize("asset", TEXTS, ids=lambda path: path.name)
def test_assets_name_no_source_map(asset: Path) -> None:
    assert "sourceMappingURL" not in asset.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("base", "start"), [("", "/assets/"), ("/yuantu", "/yuantu/assets/"), ("/yuantu/", "/yuantu/assets/")]
)
def test_addresses_start_at_the_base_path_and_lead_to_files_of_that_checksum(base: str, start: str) -> None:
    checksums = {file["path"]: file["sha256"] for package in read_manifest() for file in package["files"]}
    urls = [url for links in asset_urls(base).values() for _, url in [*links.js, *links.css]]
    assert len(urls) == 2 * len(ELEMENTS)
    for url in urls:
        parts = urlsplit(url)
        assert parts.path.startswith(start)
        assert parts.query == f"v={checksums[parts.path.removeprefix(start)][:8]}"


@pytest.mark.parametrize(
    ("language", "script"),
    [("zh_CN", "leaflet-measure.cn.js"), ("zh", "leaflet-measure.cn.js"), ("en", "leaflet-measure.js")],
)
def test_the_measuring_tool_speaks_the_language_of_the_page(language: str, script: str) -> None:
    [(_, url)] = asset_urls("", language=language)[MeasureControl].js
    assert urlsplit(url).path == f"/assets/leaflet-measure/{script}"


@pytest.mark.usefixtures("folium_defaults")
def test_a_map_with_local_assets_links_to_no_other_host() -> None:
    use_local_assets("/yuantu")
    park_map = folium.Map([24.479, 118.089], tiles=None)
    for tool in (Fullscreen(), MeasureControl(), MousePosition()):
        tool.add_to(park_map)
    page = park_map.get_root().render()
    linked = re.findall(r"<(?:script|link)[^>]+(?:src|href)=\"([^\"]+)\"", page)
    expected = [url for links in asset_urls("/yuantu").values() for _, url in [*links.js, *links.css]]
    assert sorted(linked) == sorted(expected)
    assert re.findall(r"https?://[^\s\"'<>]+", without_comments(page)) == []


def test_the_manifest_is_plain_json_of_known_keys() -> None:
    packages = json.loads((STATIC_FOLDER / "manifest.json").read_text(encoding="utf-8"))
    keys = {key for package in packages for file in package["files"] for key in file}
    assert keys == {"path", "sha256", "bytes", "changed", "renamed_from"}
