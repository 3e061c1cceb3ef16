"""园图 Yuantu: `streamlit run app.py` starts pages and file routes in one process on one port."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from threading import Thread

import streamlit as st
from starlette.middleware import Middleware

from layers.served import BROWSER_LAYERS, browser_layer
from views.atlas_files import bundle_routes
from views.cache import plan_of, shared_plan, store_state, warm
from views.large_files import data_folder, large_setting
from views.opening import opened, opening_routes
from views.packing import StaticPacking
from views.routes import routes
from views.settings import base_path, setting
from views.tile_routes import tile_routes


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Prepare the plan beside the start of the server."""
    Thread(target=_prepare, name="warm", daemon=True).start()
    yield


def _prepare() -> None:
    """Compute what every visitor needs, and take it out of the garbage collector's rounds, which follow every rerun."""
    warm()
    gc.collect()
    gc.freeze()


app = st.App(
    "views/main.py",
    lifespan=lifespan,
    middleware=[Middleware(StaticPacking, written=partial(opened, base=base_path()))],
    routes=bundle_routes(base_path())
    + opening_routes(base_path())
    + tile_routes(base_path(), large_setting, data_folder)
    + routes(
        base_path(),
        shared_plan,
        map_layers={name: partial(browser_layer, name=name) for name in BROWSER_LAYERS},
        plan_of=plan_of,
        store_state=store_state,
        cors_origins=[origin.strip() for origin in setting("cors").split(",") if origin.strip()],
    ),
)
