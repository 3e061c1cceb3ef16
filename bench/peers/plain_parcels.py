"""The page that a planner would otherwise write for parcels: all of them as GeoJSON in a folium map, by st_folium."""

from __future__ import annotations

import os

import folium
import geopandas as gpd
import streamlit as st
from streamlit_folium import st_folium

from layers.assets import asset_urls

COLOURS = {"1001": "#DDCC77", "0901": "#117733", "1401": "#CC6677", "1101": "#88CCEE", "0804": "#882255"}
DECADES = ("#FFFFCC", "#A1DAB4", "#41B6C4", "#2C7FB8", "#253494")


@st.cache_data
def parcels() -> gpd.GeoDataFrame:
    """Read all, once."""
    return gpd.read_parquet(os.environ["YUANTU_PARCELS"])


def colour(properties: dict[str, object], by: str) -> str:
    """Colour of a parcel by the column that was chosen."""
    if by == "built_year":
        return DECADES[min(4, (int(str(properties[by])) - 1980) // 10)]
    return COLOURS.get(str(properties[by]), "#4477AA")


def page() -> None:
    """Build the map, show it."""
    st.set_page_config(layout="wide")
    by = st.selectbox("按字段着色", ["use", "built_year"])
    links = asset_urls("")[folium.Map]
    whole = folium.Map(location=[24.6, 118.2], zoom_start=11, tiles=None, prefer_canvas=True)
    whole.default_js, whole.default_css = links.js, links.css
    folium.GeoJson(
        parcels(),
        style_function=lambda feature: {
            "fillColor": colour(feature["properties"], by), "color": "#FFFFFF", "weight": 0.5, "fillOpacity": 0.8,
        },
        tooltip=folium.GeoJsonTooltip(["id", "use_zh", "area_ha"]),
    ).add_to(whole)  # fmt: skip
    st_folium(whole, use_container_width=True, height=640, returned_objects=[])


page()
