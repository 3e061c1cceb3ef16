"""园图 Yuantu: `streamlit run app.py` starts pages and file routes in one process on one port."""

from functools import partial

import streamlit as st

from layers.served import BROWSER_LAYERS, browser_layer
from views.cache import shared_plan
from views.routes import routes
from views.settings import base_path

app = st.App(
    "views/main.py",
    routes=routes(
        base_path(), shared_plan(), map_layers={name: partial(browser_layer, name=name) for name in BROWSER_LAYERS}
    ),
)
