"""All scripts of the map in one file, all styles in another: streamlit-folium fetches links one after another."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from folium import Map
from folium.plugins import Fullscreen, MeasureControl, MousePosition

from layers.assets import BROWSER_FOLDER, STATIC_FOLDER, AssetLinks, asset_urls, draw_links

if TYPE_CHECKING:
    from pathlib import Path

_ASSETS = "/assets/"
#: An address in a style sheet that is neither data nor absolute nor a place in the page.
_RELATIVE = re.compile(r"""url\(\s*(["']?)(?!data:|/|#|[a-z]+://)([^"')]+)\1\s*\)""")


class Bundle(NamedTuple):
    """
    Several files in one.

    Parameters
    ----------
    content
        UTF-8 text.
    media_type
        For HTTP.
    sha256
        Of the content, hexadecimal.
    """

    content: bytes
    media_type: str
    sha256: str


def bundle_names() -> tuple[str, ...]:
    """
    Every bundle there is: for each language, without and with the drawing tool, scripts and styles.

    Returns
    -------
    names
        As in addresses.

    Examples
    --------
    >>> bundle_names()[:2]
    ('map.zh.js', 'map.zh.css')
    """
    return tuple(
        f"map.{language}{'.draw' if draw else ''}.{kind}"
        for language in ("zh", "en")
        for draw in (False, True)
        for kind in ("js", "css")
    )


@cache
def bundle(name: str) -> Bundle:
    """
    One bundle by its name.

    Parameters
    ----------
    name
        One of `bundle_names`.

    Returns
    -------
    bundle
        The vendored files with their licences' comments, then the project's own; addresses in styles lead to `/assets`.

    Raises
    ------
    KeyError
        If there is no such bundle.

    Examples
    --------
    >>> bundle("map.zh.css").media_type
    'text/css'
    """
    if name not in bundle_names():
        raise KeyError(name)
    kind = name.rsplit(".", 1)[1]
    paths = _paths("zh" if ".zh." in name else "en", kind, draw=".draw." in name)
    join, media_type = (";\n", "text/javascript") if kind == "js" else ("\n", "text/css")
    content = join.join(_text(path, kind) for path in paths).encode()
    return Bundle(content, media_type, hashlib.sha256(content).hexdigest())


def bundle_links(base: str, *, language: str, draw: bool) -> AssetLinks:
    """
    Addresses of the scripts and styles of a map.

    Parameters
    ----------
    base
        Path below which the app is served: "" or such as "/yuantu".
    language
        `zh` or `en`.
    draw
        With the drawing tool.

    Returns
    -------
    links
        One script and one style, each with a mark that changes when the content does.

    Examples
    --------
    >>> bundle_links("/yuantu", language="zh", draw=False).js[0][1].split("?")[0]
    '/yuantu/bundles/map.zh.js'
    """
    stem = f"map.{language}{'.draw' if draw else ''}"

    def link(kind: str) -> list[tuple[str, str]]:
        name = f"{stem}.{kind}"
        return [(f"yuantu_{kind}", f"{base.rstrip('/')}/bundles/{name}?v={bundle(name).sha256[:8]}")]

    return AssetLinks(js=link("js"), css=link("css"))


def _paths(language: str, kind: str, *, draw: bool) -> list[str]:
    """Files of a bundle, relative to `/assets`, in the order in which they need each other."""
    links = asset_urls("", language="zh_CN" if language == "zh" else "en")
    chosen = [links[Map], *([draw_links("")] if draw else [])]
    chosen += [links[element] for element in (Fullscreen, MeasureControl, MousePosition)]
    urls = [url for one in chosen for _, url in (one.js if kind == "js" else one.css)]
    return [*(urlsplit(url).path.removeprefix(_ASSETS) for url in urls), f"atlas.{kind}"]


def _text(path: str, kind: str) -> str:
    text = _file(path).read_text(encoding="utf-8")
    if kind == "js":
        return text
    folder = path.rpartition("/")[0]
    return _RELATIVE.sub(lambda found: f"url(..{_ASSETS}{f'{folder}/' if folder else ''}{found[2]})", text)


def _file(path: str) -> Path:
    own = BROWSER_FOLDER / path
    return own if own.is_file() else STATIC_FOLDER / path
