"""园图 Yuantu: `streamlit run app.py` starts pages and file routes in one process on one port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from threading import Thread

import streamlit as st

from layers.served import BROWSER_LAYERS, browser_layer
from views.cache import shared_plan, warm
from views.routes import routes
from views.settings import base_path


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Prepare the plan beside the start of the server."""
    Thread(target=warm, name="warm", daemon=True).start()
    yield


app = st.App(
    "views/main.py",
    lifespan=lifespan,
    routes=routes(
        base_path(), shared_plan(), map_layers={name: partial(browser_layer, name=name) for name in BROWSER_LAYERS}
    ),
)
