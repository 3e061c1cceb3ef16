"""大图层: the office's own large files on the map, coloured by any column, with attributes at a click."""

from __future__ import annotations

import time
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st
from streamlit_folium import st_folium

from geo.errors import GeoError
from geo.security import SecurityError, class_words, refuse_above
from layers.atlas import atlas_state
from layers.large import LargeLayer, large_state, layer_style, swatches, with_state
from layers.palette import sector_colours
from layers.tiles import (
    COPY_FORMATS,
    LargeFile,
    TileState,
    begin_tiles,
    feature_count,
    tile_about,
    tile_state,
    tiles_path,
)
from views import state, uploads
from views.accounts import show_account
from views.cache import new_atlas, shared_plan
from views.large_files import data_folder, named_files, own_uploads, tile_from
from views.refusals import refusal
from views.settings import base_path, security_class
from views.tile_routes import tiles_mark
from views.words import either, titled, word

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from geo.accounts import Actor

_MAP = "large_map"
_CHOSEN = "large_chosen"
_ROW = "_row"
_WAIT_S = 60.0
_SETTING = (
    """YUANTU_LARGE='parcels=/srv/data/parcels.parquet|title=宗地|source=资源规划局|as_of=2025-06|security=internal'"""
)


def page() -> None:
    """Draw the page."""
    st.html(f"<h1 class='yt-h1'>{word('large_title')}</h1><p class='yt-lead'>{escape(word('large_intro'))}</p>")
    try:
        files = own_uploads() + named_files()
        actor = show_account() if files else None
        uploads.told()
        if not files:
            _how()
            return
        _layer(files, actor)
    except GeoError as error:
        st.error(word("large_fault", reason=refusal(error)), icon=":material/error:")


def _how() -> None:
    st.html(f"<div class='yt-card yt-box yt-empty'><p>{escape(word('large_upload'))}</p></div>")
    st.page_link(state.page("intake"), label=word("large_to_intake"), icon=":material/upload_file:")
    st.html(f"<p class='yt-note'>{escape(word('large_none'))}</p>")
    st.code(_SETTING, language="bash", wrap_lines=True)
    st.caption(word("large_formats"))


def _layer(files: tuple[LargeFile, ...], actor: Actor | None) -> None:
    left, middle, right = st.columns([1.4, 1.4, 1.2], vertical_alignment="bottom")
    titles = {file.name: file.title or file.name for file in files}
    name = left.selectbox(word("large_layer"), list(titles), format_func=titles.__getitem__, key="large_layer")
    file = next(one for one in files if one.name == name)
    if file.security:
        refuse_above(file.security, security_class(), titles[name])
    tiles = tiles_path(file, data_folder())
    parks = right.toggle(word("large_parks"), key="large_parks")
    # The map keeps its place whatever is shown beside it, or the browser would build it anew.
    wide, narrow = st.columns([2.6, 1], gap="medium")
    with narrow:
        progress = _made(file, tiles)
    if progress.stage != "done":
        with wide:
            _show(None, {"url": None}, parks=parks)
        return
    about = tile_about(tiles)
    traits = {trait["name"]: trait for trait in about["traits"] if trait["kind"] != "text"}
    by = middle.selectbox(
        word("large_by"), [None, *traits],
        format_func=lambda name: word("large_one_colour") if name is None else name, key=f"large_by_{name}",
    )  # fmt: skip
    style = layer_style(traits.get(by), sector_colours(shared_plan()))
    url = f"{base_path()}/tiles/{file.name}.pmtiles?v={tiles_mark(tiles)}"
    with wide:
        _show(url, large_state(url, about, style, _attribution(file, about)), parks=parks)
    with narrow:
        _legend(style, traits.get(by), about)
        _attributes(url)
        _told(file, about)
        uploads.show_keeping(file, actor)
        st.page_link(state.page("intake"), label=word("large_to_intake"), icon=":material/upload_file:")


def _made(file: LargeFile, tiles: Path) -> TileState:
    """Make the tiles: few features while the page waits, many in the background with a bar."""
    progress = tile_state(tiles)
    if progress.stage == "done":
        return progress
    is_few = progress.stage == "none" and feature_count(file.path) < tile_from()
    progress = begin_tiles(file, data_folder())
    if is_few:
        with st.spinner(word("large_tiling")):
            until = time.monotonic() + _WAIT_S
            while progress.is_running and time.monotonic() < until:
                time.sleep(0.1)
                progress = begin_tiles(file, data_folder())
    if progress.is_running:
        _bar(file)
    elif progress.stage == "failed":
        _failed(file, progress)
    return progress


@st.fragment(run_every=1.0)
def _bar(file: LargeFile) -> None:
    # Asked to begin at each look: a file that waits for others begins when there is room.
    progress = begin_tiles(file, data_folder())
    if not progress.is_running:
        st.rerun()
    st.progress(progress.share, text=titled("large_tiling", word(f"large_stage_{progress.stage}")))
    st.caption(word("large_meanwhile"))


def _failed(file: LargeFile, progress: TileState) -> None:
    reason = either(progress.fault_zh or progress.fault, progress.fault)
    st.error(word("large_fault", reason=reason), icon=":material/error:")
    if st.button(word("large_again"), icon=":material/refresh:"):
        begin_tiles(file, data_folder(), again=True)
        st.rerun()


def _show(url: str | None, shown: dict[str, Any], *, parks: bool) -> None:
    atlas = new_atlas(state.language())
    layer = LargeLayer(base_path(), state.language())
    layer.add_to(atlas)
    layer.render()  # type: ignore[no-untyped-call]
    extents = list(shared_plan().extents["extent_id"]) if parks else []
    group = atlas_state({"shown": extents, "selected": None, "sectors": [], "counts": {}})
    with st.container(key="large_map_frame"):
        st_folium(
            atlas,
            key=_MAP,
            height=640,
            use_container_width=True,
            render=False,
            returned_objects=[],
            feature_group_to_add=with_state(group, shown | {"parks": parks}),
            on_change=lambda: _clicked(url),
        )


def _clicked(url: str | None) -> None:
    """Keep what was clicked, with the layer it belongs to."""
    event = state.value(_MAP) or {}
    if event.get("type") == "feature" and event.get("url") == url:
        state.set_value(_CHOSEN, {"url": url, "properties": event.get("properties")})


def _legend(style: Mapping[str, Any], trait: Mapping[str, Any] | None, about: Mapping[str, Any]) -> None:
    words = {"other": word("large_other"), "missing": word("large_missing"), "plain": word("large_feature")}
    lines = "".join(
        f"<tr><td><i style='background:{one.colour}'></i>{escape(words.get(one.kind) or one.label)}</td>"
        f"<td class='yt-num'>{'' if one.count is None else f'{one.count:,}'}</td></tr>"
        for one in swatches(style, trait, about["count"] - about["empty"])
    )
    title = word("large_feature") if trait is None else trait["name"]
    css = "display:inline-block;width:12px;height:12px;border-radius:2px;margin-right:.45rem;border:1px solid #D5D9DE"
    st.html(
        f"<div class='yt-card yt-box'><style>.yt-large i{{{css}}}</style>"
        f"<h4 style='margin-top:0'>{escape(str(title))}</h4>"
        f"<table class='yt-facts yt-grid yt-large'>{lines}</table></div>"
    )


def _attributes(url: str) -> None:
    chosen = state.value(_CHOSEN) or {}
    properties = chosen.get("properties") if chosen.get("url") == url else None
    if not properties:
        st.caption(word("large_click"))
        return
    rows = [(name, str(value)) for name, value in properties.items() if name != _ROW]
    st.dataframe(pd.DataFrame(rows, columns=[word("large_column"), word("large_value")]), hide_index=True)


def _attribution(file: LargeFile, about: Mapping[str, Any]) -> str:
    source = file.source or about["stated"].get("source") or word("large_no_source")
    return f"{file.title or about['stated'].get('title') or file.name} · {source}"


def _told(file: LargeFile, about: Mapping[str, Any]) -> None:
    stated = about["stated"]
    facts = [
        (word("large_count"), f"{about['count'] - about['empty']:,}"),
        (word("large_source"), file.source or stated.get("source") or word("large_no_source")),
        (word("large_as_of"), file.as_of or stated.get("as_of") or word("large_unstated")),
        (word("large_licence"), file.licence or stated.get("licence") or word("large_unstated")),
        (word("security"), either(*class_words(file.security))),
    ]
    cells = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in facts)
    notes = [word("large_given")]
    if about["whole_from"] > about["zooms"][0]:
        notes.append(word("large_overview", zoom=about["whole_from"] + 1))
    if about["empty"]:
        notes.append(word("large_empty", count=about["empty"]))
    if about["narrow"]:
        notes.append(word("large_narrow", count=about["narrow"]))
    told = "".join(f"<p class='yt-note'>{escape(note)}</p>" for note in notes)
    downloads = f"<p class='yt-note'>{_downloads(file)}</p>"
    st.html(f"<div class='yt-card yt-box'><table class='yt-facts'>{cells}</table>{told}{downloads}</div>")


def _downloads(file: LargeFile) -> str:
    """Links to the file in every format, or why this deployment hands none out."""
    try:
        refuse_above(file.security, security_class(), file.title or file.name)
    except SecurityError as error:
        return escape(refusal(error))
    address = f"{base_path()}/files/large/{file.name}"
    links = " · ".join(f"<a href='{address}.{ending}' download>{ending}</a>" for ending in COPY_FORMATS)
    return f"{escape(word('large_download'))} {links}"
