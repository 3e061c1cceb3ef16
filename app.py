"""园图 Yuantu: `streamlit run app.py` starts pages and file routes in one process on one port."""

import gc
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from threading import Event, Thread

import streamlit as st
from starlette.middleware import Middleware

from layers.served import BROWSER_LAYERS, browser_layer, searched_words
from views.atlas_files import bundle_routes
from views.cache import plan_of, shared_plan, store_state, warm
from views.large_files import data_folder, file_called
from views.opening import opened, opening_routes
from views.packing import StaticPacking
from views.routes import routes
from views.settings import base_path, security_class, setting
from views.tile_routes import tile_routes

#: Seconds between looks at how many objects are not frozen, and how many of them are many.
_LOOK_S, _MANY = 5.0, 15_000
#: Seconds after which all objects are looked at in any case.
_LONGEST_S = 300.0


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Prepare the plan beside the start of the server."""
    ended = Event()
    Thread(target=_prepare, args=(ended,), name="warm", daemon=True).start()
    yield
    ended.set()


def _prepare(ended: Event) -> None:
    """
    Compute what every visitor needs, and keep what stays out of the garbage collector's rounds.

    Streamlit asks for a whole round after every rerun, and each looks at all that the process holds. So what has lived
    for a while is frozen, the sessions' own too; from time to time all is looked at again, and what has ended is freed.
    """
    warm()
    _freeze_living()
    frozen = time.monotonic()
    while not ended.wait(_LOOK_S):
        if len(gc.get_objects()) > _MANY or time.monotonic() - frozen > _LONGEST_S:
            _freeze_living()
            frozen = time.monotonic()


def _freeze_living() -> None:
    """Look at all objects once, free those that have ended, and freeze the others."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


app = st.App(
    "views/main.py",
    lifespan=lifespan,
    middleware=[Middleware(StaticPacking, written=partial(opened, base=base_path()))],
    routes=bundle_routes(base_path())
    + opening_routes(base_path())
    + tile_routes(base_path(), file_called, data_folder, allowed=security_class)
    + routes(
        base_path(),
        shared_plan,
        map_layers={name: partial(browser_layer, name=name) for name in BROWSER_LAYERS} | {"search": searched_words},
        plan_of=plan_of,
        store_state=store_state,
        cors_origins=[origin.strip() for origin in setting("cors").split(",") if origin.strip()],
        allowed=security_class,
    ),
)
