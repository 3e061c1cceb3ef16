"""The map's scripts in one file and its styles in another, as whole as they were apart."""

import re

import pytest

from layers.assets import BROWSER_FOLDER, STATIC_FOLDER
from layers.atlas_files import bundle, bundle_links, bundle_names


@pytest.mark.parametrize("name", bundle_names())
def test_a_bundle_holds_every_file_whole(name: str) -> None:
    content = bundle(name).content.decode()
    if name.endswith(".js"):
        assert (STATIC_FOLDER / "leaflet" / "leaflet.js").read_text(encoding="utf-8") in content
        assert content.endswith((BROWSER_FOLDER / "atlas.js").read_text(encoding="utf-8"))
        assert ("L.Draw" in content) == (".draw." in name) or ".draw." not in name


@pytest.mark.parametrize("name", [name for name in bundle_names() if name.endswith(".css")])
def test_every_picture_that_a_style_names_is_there(name: str) -> None:
    urls = re.findall(r"url\(\s*[\"']?([^\"')]+)", bundle(name).content.decode())
    places = [url for url in urls if not url.startswith(("data:", "#"))]
    assert places
    for place in places:
        assert place.startswith("../assets/"), place
        assert (STATIC_FOLDER / place.removeprefix("../assets/")).is_file(), place


def test_links_stand_below_the_base_path_and_carry_the_mark_of_the_content() -> None:
    links = bundle_links("/yuantu", language="en", draw=True)
    assert links.js[0][1] == f"/yuantu/bundles/map.en.draw.js?v={bundle('map.en.draw.js').sha256[:8]}"
    assert links.css[0][1].startswith("/yuantu/bundles/map.en.draw.css?v=")


def test_a_name_that_is_no_bundle_is_refused() -> None:
    with pytest.raises(KeyError):
        bundle("map.fr.js")
