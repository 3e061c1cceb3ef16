"""An outside file as a large layer: shown to who uploaded it, kept for everybody by an editor, taken off again."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from geo.errors import GeoError
from geo.security import CLASSES, classes_up_to
from layers.tiles import keep_upload, kept_files, put_upload, take_off
from views import state
from views.accounts import show_hint
from views.large_files import data_folder, forget_upload, named_files, own_uploads, remember_upload
from views.refusals import refusal
from views.settings import security_class
from views.words import either, word

if TYPE_CHECKING:
    from geo.accounts import Actor
    from geo.intake import Intake
    from layers.tiles import LargeFile

#: What an outside file can be: new extents of parks, or a layer of its own.
USES = ("extents", "layer")
#: Faults of an extent that are none of a layer: a point is no extent, and a layer may hold what lies elsewhere.
ONLY_OF_EXTENTS = frozenset({"wrong-type", "not-compared"})
_AREAS = ("Polygon", "MultiPolygon")
_TOLD, _FAULT = "upload_told", "upload_fault"
_SAID = ("title", "source", "as_of", "licence")


def show_use(intake: Intake, most: int) -> str:
    """Ask what the file is; a layer is proposed where it has many features, or no area that could be an extent."""
    if state.value("intake_use") is None:
        is_layer = len(intake.table) >= most or not intake.table.geom_type.isin(_AREAS).any()
        state.set_value("intake_use", USES[is_layer])
    st.segmented_control(
        word("upload_use"), USES, format_func=lambda use: word(f"upload_use_{use}"), key="intake_use", required=True
    )
    return str(state.value("intake_use"))


def show_upload(intake: Intake) -> None:
    """Offer to show the file as a large layer."""
    faulty = len({fault.feature for fault in intake.faults if fault.feature and fault.kind not in ONLY_OF_EXTENTS})
    st.caption(word("upload_help", count=f"{len(intake.table):,}"))
    if faulty:
        st.caption(word("upload_faulty", count=f"{faulty:,}"))
    if not st.button(word("upload_show"), type="primary", icon=":material/layers:", key="upload_show"):
        return
    try:
        with st.spinner(word("upload_writing")):
            file = put_upload(intake, data_folder())
    except (GeoError, OSError) as error:
        reason = refusal(error) if isinstance(error, GeoError) else word("upload_folder", folder=str(data_folder()))
        st.error(word("titled", title=word("upload_failed"), text=reason), icon=":material/error:")
        return
    remember_upload(file)
    state.set_value("large_layer", file.name)
    st.switch_page(state.page("large"))


def told() -> None:
    """Say once what was kept or taken off, or why not."""
    if text := state.value(_TOLD):
        st.success(text, icon=":material/check_circle:")
        state.set_value(_TOLD, None)
    if text := state.value(_FAULT):
        st.error(text, icon=":material/error:")
        state.set_value(_FAULT, None)


def show_keeping(file: LargeFile, actor: Actor | None) -> None:
    """Offer an editor to keep an upload for everybody, or to take a kept layer off."""
    is_editor = actor is not None and actor.may("editor")
    if file in own_uploads():
        with st.expander(word("upload_keep"), icon=":material/save:"):
            st.caption(word("upload_private"))
            if is_editor:
                _form(file, actor)
            else:
                st.caption(word("upload_no_role"))
                if actor is None:
                    show_hint()
    elif is_editor and file in kept_files(data_folder()):
        with st.expander(word("upload_take_off"), icon=":material/layers_clear:"):
            st.caption(word("upload_take_off_help"))
            st.button(word("upload_take_off_do", title=escape(file.title)), on_click=_take_off, args=(file, actor))


def _form(file: LargeFile, actor: Actor | None) -> None:
    with st.form("upload_form", border=False):
        for key in _SAID:
            st.text_input(
                word(f"upload_{key}"), value=file.title.rpartition(".")[0] if key == "title" else "",
                key=f"upload_{key}", max_chars=200, placeholder=word(f"upload_{key}_hint"),
            )  # fmt: skip
        st.selectbox(
            word("security"), classes_up_to(security_class()), index=None, key="upload_security",
            format_func=lambda own: either(*CLASSES[own]), help=word("security_help"),
            placeholder=word("upload_security_hint"),
        )  # fmt: skip
        st.form_submit_button(word("upload_keep_do"), type="primary", on_click=_keep, args=(file, actor))


def _keep(file: LargeFile, actor: Actor | None) -> None:
    said = {key: str(state.value(f"upload_{key}") or "") for key in (*_SAID, "security")}
    try:
        taken = frozenset(one.name for one in named_files())
        kept = keep_upload(file, data_folder(), said, actor=actor, taken=taken)
    except GeoError as error:
        state.set_value(_FAULT, refusal(error))
        return
    forget_upload(file)
    state.set_value("large_layer", kept.name)
    state.set_value(_TOLD, word("upload_kept", title=kept.title))


def _take_off(file: LargeFile, actor: Actor | None) -> None:
    try:
        path = take_off(file.name, data_folder(), actor=actor)
    except GeoError as error:
        state.set_value(_FAULT, refusal(error))
        return
    state.set_value("large_layer", None)
    state.set_value(_TOLD, word("upload_taken_off", title=file.title, file=path.name))
