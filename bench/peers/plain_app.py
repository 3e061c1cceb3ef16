"""The app that a planner would otherwise write: the whole folium map, rebuilt at every rerun, through st_folium."""

from __future__ import annotations

import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route

from layers.assets import STATIC_FOLDER


async def asset(request: Request) -> FileResponse:
    """Leaflet and the plugins, from the same files as ours."""
    return FileResponse(STATIC_FOLDER / request.path_params["path"], headers={"Cache-Control": "public, max-age=3600"})


app = st.App("plain_page.py", routes=[Route("/assets/{path:path}", asset)])
