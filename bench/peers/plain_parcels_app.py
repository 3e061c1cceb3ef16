"""Serves the plain page of parcels with the map's assets, from the same files as ours."""

from __future__ import annotations

import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route

from layers.assets import STATIC_FOLDER


async def asset(request: Request) -> FileResponse:
    """Leaflet."""
    return FileResponse(STATIC_FOLDER / request.path_params["path"], headers={"Cache-Control": "public, max-age=3600"})


app = st.App("plain_parcels.py", routes=[Route("/assets/{path:path}", asset)])
