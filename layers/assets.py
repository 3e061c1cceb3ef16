"""
Scripts and styles of the map, served by the app itself.

Folium links to content delivery networks; on a closed network that leaves a blank map. `layers/static` holds the same
assets, with licence and checksum in `manifest.json`, and `use_local_assets` points folium at them.

Folium's jQuery, Bootstrap, Font Awesome and marker icons are left out, as the map uses none. `folium.Popup` and
`Map.keep_in_front` do need jQuery: bind popups with `GeoJsonPopup`, which does not. Leaflet's picture for a plain
marker is looked for before streamlit-folium has loaded the style that names it, and so is not found: draw points as
circles, or with a `DivIcon`.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict, cast

from folium import Map
from folium.elements import JSCSSMixin
from folium.plugins import Fullscreen, MeasureControl, MousePosition

STATIC_FOLDER = Path(__file__).parent / "static"
#: The project's own scripts and styles.
BROWSER_FOLDER = Path(__file__).parent / "browser"
MANIFEST = "manifest.json"

Links = list[tuple[str, str]]


class AssetFile(TypedDict):
    """One file as the manifest lists it; `path` is relative to `layers/static`."""

    path: str
    sha256: str
    bytes: int


class AssetPackage(TypedDict):
    """One npm package as the manifest lists it; `source` is the name of its archive."""

    package: str
    version: str
    licence: str
    source: str
    files: list[AssetFile]


@dataclass(frozen=True)
class AssetLinks:
    """What folium links to for one class: pairs of name and address."""

    js: Links
    css: Links


def read_manifest(folder: Path = STATIC_FOLDER) -> list[AssetPackage]:
    """
    Read which packages and files a folder of assets holds.

    Parameters
    ----------
    folder
        The folder with `manifest.json`.

    Returns
    -------
    packages
        One entry a package.

    Examples
    --------
    >>> [package["package"] for package in read_manifest()]
    ['leaflet', 'leaflet.fullscreen', 'leaflet-measure', 'leaflet-mouse-position', 'leaflet-draw', 'protomaps-leaflet']
    """
    return cast("list[AssetPackage]", json.loads((folder / MANIFEST).read_text(encoding="utf-8")))


def asset_urls(base: str, *, language: str = "zh_CN") -> dict[type[JSCSSMixin], AssetLinks]:
    """
    Addresses of scripts and styles for each folium class that the map uses.

    Parameters
    ----------
    base
        Path below which the app is served: "" or, with Streamlit's `server.baseUrlPath`, such as "/yuantu".
    language
        Locale of the page; every `zh` locale gets the Chinese measuring tool.

    Returns
    -------
    links
        For each class its addresses, absolute from the host's root, because the map sits in a page of its own. Each
        ends in the first 8 digits of the file's SHA-256, so that a cache never serves an older file.

    Examples
    --------
    >>> asset_urls("/yuantu")[MousePosition].js[0][1].split("?")[0]
    '/yuantu/assets/leaflet-mouse-position/L.Control.MousePosition.js'
    """

    def link(name: str, path: str) -> Links:
        return [(name, _vendored_url(base, path))]

    measure = "leaflet-measure.cn.js" if language.startswith("zh") else "leaflet-measure.js"
    return {
        Map: AssetLinks(js=link("leaflet", "leaflet/leaflet.js"), css=link("leaflet_css", "leaflet/leaflet.css")),
        # 4.0: later plain builds lack L.control.fullscreen, which folium calls.
        Fullscreen: AssetLinks(
            js=link("fullscreen", "leaflet.fullscreen/Control.FullScreen.js"),
            css=link("fullscreen_css", "leaflet.fullscreen/Control.FullScreen.css"),
        ),
        MeasureControl: AssetLinks(
            js=link("measure", f"leaflet-measure/{measure}"),
            css=link("measure_css", "leaflet-measure/leaflet-measure.css"),
        ),
        MousePosition: AssetLinks(
            js=link("mouse_position", "leaflet-mouse-position/L.Control.MousePosition.js"),
            css=link("mouse_position_css", "leaflet-mouse-position/L.Control.MousePosition.css"),
        ),
    }


def draw_links(base: str) -> AssetLinks:
    """
    Addresses of the drawing tool, which no folium class of the map asks for.

    Parameters
    ----------
    base
        Path below which the app is served, as for `asset_urls`.

    Returns
    -------
    links
        As of `asset_urls`.

    Examples
    --------
    >>> draw_links("/yuantu").js[0][1].split("?")[0]
    '/yuantu/assets/leaflet-draw/leaflet.draw.js'
    """
    return AssetLinks(
        js=[("leaflet_draw", _vendored_url(base, "leaflet-draw/leaflet.draw.js"))],
        css=[("leaflet_draw_css", _vendored_url(base, "leaflet-draw/leaflet.draw.css"))],
    )


def _vendored_url(base: str, path: str) -> str:
    checksums = {file["path"]: file["sha256"] for package in read_manifest() for file in package["files"]}
    return f"{base.rstrip('/')}/assets/{path}?v={checksums[path][:8]}"


def use_local_assets(base: str, *, language: str = "zh_CN") -> None:
    """
    Point folium's classes at the app's own assets, for the whole process.

    Parameters
    ----------
    base
        Path below which the app is served, as for `asset_urls`.
    language
        Locale of the page, as for `asset_urls`.
    """
    for element, links in asset_urls(base, language=language).items():
        element.default_js = links.js
        element.default_css = links.css


def faults(folder: Path = STATIC_FOLDER) -> list[str]:
    """
    Differences between the manifest and the files beside it.

    Parameters
    ----------
    folder
        The folder with `manifest.json`.

    Returns
    -------
    faults
        One sentence a fault, in the order of paths; empty when all is well.

    Examples
    --------
    >>> faults()
    []
    """
    listed = {file["path"]: file for package in read_manifest(folder) for file in package["files"]}
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {MANIFEST}
    paths = sorted(listed.keys() | present)
    return [fault for path in paths if (fault := _fault(folder, path, listed.get(path), present=path in present))]


def _fault(folder: Path, path: str, listed: AssetFile | None, *, present: bool) -> str | None:
    if listed is None:
        return f"{path} is not in the manifest."
    if not present:
        return f"{path} is in the manifest but missing."
    content = (folder / path).read_bytes()
    if len(content) != listed["bytes"]:
        return f"{path} has {len(content)} bytes; the manifest says {listed['bytes']}."
    if hashlib.sha256(content).hexdigest() != listed["sha256"]:
        return f"{path} differs from its checksum in the manifest."
    return None


def own_url(base: str, name: str) -> str:
    """
    Address of one of the project's own browser files, with a mark that changes when the file does.

    Parameters
    ----------
    base
        Path below which the app is served, as for `asset_urls`.
    name
        File in `layers/browser`.

    Returns
    -------
    url
        Absolute from the host's root.

    Examples
    --------
    >>> own_url("/yuantu", "atlas.js").split("?")[0]
    '/yuantu/assets/atlas.js'
    """
    digest = hashlib.sha256((BROWSER_FOLDER / name).read_bytes()).hexdigest()
    return f"{base.rstrip('/')}/assets/{name}?v={digest[:8]}"
