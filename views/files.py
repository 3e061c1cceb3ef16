"""Files: every layer with what it is and where it is from, to download or to open by address."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from geo.errors import GeoError
from geo.security import class_words
from geo.selection import selected_extents
from geo.systems import served_systems
from layers.catalog import catalog, layer, layer_fields, layer_table
from layers.formats.listed import FORMATS, formats_of
from views import state
from views.cache import shared_facets, shared_plan
from views.handing import handed_file
from views.refusals import refusal
from views.settings import base_path
from views.words import column, either, listed, word

if TYPE_CHECKING:
    from layers.catalog import Layer

_CATALOGUE = "files_catalogue"
_FIRST = "parks"
_KILO = 1024


def page() -> None:
    """Draw the page."""
    layers = catalog(shared_plan())
    st.html(f"<h1 class='yt-h1'>{word('files_title')}</h1><p class='yt-lead'>{escape(word('files_intro'))}</p>")
    left, right = st.columns([1, 1.25], gap="medium")
    with left:
        chosen = _catalogue(layers)
    with right:
        _layer(chosen)
        _everything()


def _catalogue(layers: tuple[Layer, ...]) -> Layer:
    ids = [found.id for found in layers]
    chosen = state.value("layer") if state.value("layer") in ids else _FIRST
    state.mark_row(_CATALOGUE, ids.index(chosen))
    table = pd.DataFrame(
        {
            word("files_layer"): [either(found.title_zh, found.title_en) for found in layers],
            word("files_rows"): [len(layer_table(shared_plan(), found.id)) for found in layers],
            word("files_what"): [either(found.what_zh, found.what_en) for found in layers],
        }
    )
    st.dataframe(
        table,
        key=_CATALOGUE,
        hide_index=True,
        on_select=lambda: state.row_event(_CATALOGUE, "layer", ids),
        selection_mode="single-row",
        height="content",
        column_config={word("files_rows"): st.column_config.NumberColumn(width="small")},
    )
    return layer(shared_plan(), chosen)


def _layer(chosen: Layer) -> None:
    plan = shared_plan()
    with st.container(border=True):
        st.html(
            f"<div class='yt-card'><h3>{escape(either(chosen.title_zh, chosen.title_en))} "
            f"<code>{chosen.id}</code></h3>{_facts(chosen)}</div>"
        )
        kinds = formats_of(chosen)
        titles = {kind: either(FORMATS[kind].title_zh, FORMATS[kind].title_en) for kind in kinds}
        kind = st.pills(
            word("files_format"), kinds, format_func=lambda k: titles[k], default=kinds[0], required=True,
            key=f"format_{chosen.id}",
        )  # fmt: skip
        systems = served_systems()
        crs = next(iter(systems))
        if chosen.geometry and FORMATS[kind].fixed_crs is None:
            crs = st.selectbox(
                word("files_crs"), list(systems), format_func=lambda code: f"{code} · {either(*systems[code][:2])}",
                key="files_crs", persist_state="session",
            )  # fmt: skip
        options = {
            name: st.radio(
                _option_title(name),
                values,
                format_func=_option_word,
                horizontal=True,
                key=f"files_{name}_{kind}",
            )
            for name, values in FORMATS[kind].options.items()
        }
        filters = _scope(chosen)
        _download(chosen, str(kind), crs, filters, options)
    with st.expander(word("files_fields")):
        st.dataframe(
            pd.DataFrame(
                {
                    word("files_field_name"): [field.name for field in layer_fields(plan, chosen.id)],
                    word("files_field_title"): [either(f.title_zh, f.title_en) for f in layer_fields(plan, chosen.id)],
                    word("files_field_type"): [field.kind for field in layer_fields(plan, chosen.id)],
                }
            ),
            hide_index=True,
        )


def _everything() -> None:
    """Addresses of the files that hold every layer."""
    st.markdown(f"**{word('files_everything')}**")
    root = "/".join((st.context.url or "").split("/")[:3]) + base_path()
    told = {"all.zip": word("files_all_zip"), "all.gpkg": word("files_all_gpkg")}
    st.markdown("\n".join(f"- [{name}]({root}/files/{name}) {text}" for name, text in told.items()))


def _facts(chosen: Layer) -> str:
    sources = shared_plan().sources
    known = dict(zip(sources["source_id"], sources[column("title")], strict=True))
    titles = [known[source] for source in chosen.source_ids if source in known]
    shown = titles[:4] + ([f"… +{len(titles) - 4}"] if len(titles) > 4 else [])  # noqa: PLR2004
    rows = [
        (word("files_what"), either(chosen.what_zh, chosen.what_en)),
        (word("files_geometry"), word(f"geometry_{chosen.geometry}") if chosen.geometry else word("files_none")),
        (word("files_source"), listed(shown)),
        (word("files_licence"), chosen.licence),
        (word("security"), either(*class_words(chosen.security))),
        (word("files_as_of"), chosen.as_of or word("sources_unknown_date")),
        (word("files_release"), shared_plan().release),
    ]
    return (
        "<table class='yt-facts'>"
        + "".join(f"<tr><th>{escape(title)}</th><td>{escape(str(text))}</td></tr>" for title, text in rows)
        + "</table>"
    )


def _scope(chosen: Layer) -> dict[str, list[str]]:
    """Ask for all or for the filter of the map, as far as the layer can follow it."""
    can = dict(chosen.filters)
    if state.selection().is_empty or not {"extent_ids", "parks"} & set(can):
        return {}
    extent_ids = selected_extents(shared_facets(), state.selection())
    scopes = {"all": word("files_scope_all"), "filter": word("files_scope_filter", count=len(extent_ids))}
    scope = st.radio(
        word("files_scope"), list(scopes), format_func=lambda s: scopes[s], horizontal=True, key="files_scope",
        persist_state="session",
    )  # fmt: skip
    if scope == "all":
        return {}
    if "extent_ids" in can:
        return {"extent_ids": extent_ids}
    return {"parks": list(dict.fromkeys(extent_id.split("/")[0] for extent_id in extent_ids))}


def _option_title(name: str) -> str:
    titles = {"encoding": word("files_encoding"), "by": word("files_by"), "geometry": word("files_geometry")}
    return titles[name]


def _option_word(value: str) -> str:
    """Encodings and WKT speak for themselves."""
    titles = {
        "grade": word("files_by_grade"),
        "sector": word("files_by_sector"),
        "both": word("files_geometry_both"),
        "lonlat": word("files_geometry_lonlat"),
        "wkt": "WKT",
    }
    return titles.get(value, value)


def _download(chosen: Layer, kind: str, crs: str, filters: dict[str, Any], options: dict[str, str]) -> None:
    try:
        file = handed_file(chosen.id, format=kind, crs=crs, options=options, **filters)
    except GeoError as error:
        st.error(word("files_failed", reason=refusal(error)))
        return
    size = f"{len(file.content) / _KILO:.1f} KB"
    st.download_button(
        f"{word('files_download', name=file.name)} · {size}", file.content, file.name, file.media_type,
        on_click="ignore", icon=":material/download:", type="primary",
    )  # fmt: skip
    for note in file.notes:
        st.caption(either(note.zh, note.en))
    st.markdown(f"**{word('files_address')}**")
    st.code(address(chosen, kind, crs, filters, options), language=None, wrap_lines=True)


def address(chosen: Layer, kind: str, crs: str, filters: dict[str, Any], options: dict[str, str]) -> str:
    """Stable address of a file, as the browser and QGIS can ask for it; serves the bytes of the button."""
    question: list[tuple[str, str]] = [("crs", crs)] if crs != next(iter(served_systems())) else []
    names = {"extent_ids": "extent", "parks": "park"}
    question += [(names[name], value) for name, values in filters.items() for value in values]
    defaults = FORMATS[kind].options
    question += [(name, value) for name, value in options.items() if value != defaults[name][0]]
    host = st.context.url or ""
    root = "/".join(host.split("/")[:3])
    path = f"{root}{base_path()}/files/{chosen.id}{FORMATS[kind].ending}"
    return f"{path}?{urlencode(question)}" if question else path
