"""One page: filters beside the map of park parts, joined with their sectors, as most Streamlit maps are written."""

from __future__ import annotations

import os

import folium
import geopandas as gpd
import streamlit as st
from folium.plugins import Fullscreen, MeasureControl, MousePosition
from streamlit_folium import st_folium

from geo.plan import DEFAULT_PATH, read_plan
from layers.assets import asset_urls
from layers.palette import sector_colours

GREY = "#8A8F98"


@st.cache_resource
def plan() -> tuple[gpd.GeoDataFrame, dict[str, str], dict[str, str], dict[str, gpd.GeoDataFrame]]:
    """Parts joined with the sectors of the layout, colours, names, and the base map."""
    given = read_plan(os.environ.get("YUANTU_PLAN", DEFAULT_PATH))
    first = given.allocations.drop_duplicates("park_id")[["park_id", "sector_id"]]
    listed = given.allocations.groupby("park_id")["sector_id"].agg(list).rename("sectors").reset_index()
    parts = given.extents[["extent_id", "park_id", "grade", "position_accuracy_m", "geometry"]]
    parts = parts.merge(first, on="park_id", how="left").merge(listed, on="park_id", how="left")
    parts = parts.merge(given.parks[["park_id", "name_zh"]], on="park_id")
    parts["sectors"] = parts["sectors"].map(lambda own: own if isinstance(own, list) else [])
    sectors = given.main_sectors
    base = {name: given.table(name)[["geometry"]] for name in ("land", "districts", "metro_lines")}
    return parts, sector_colours(given), dict(zip(sectors["sector_id"], sectors["short_zh"], strict=True)), base


def main() -> None:
    """Filter, build the map anew, show it."""
    st.set_page_config(layout="wide")
    parts, colours, names, base = plan()
    links = asset_urls("")
    with st.sidebar:
        chosen = st.pills(
            "产业", list(names), format_func=lambda sector: names[sector], selection_mode="multi", key="sector"
        )
        typed = st.text_input("搜索", key="q")
        grades = st.pills("等级", sorted(parts["grade"].unique()), selection_mode="multi", key="grade")
    if chosen:
        parts = parts[parts["sectors"].map(lambda own: bool(set(own) & set(chosen)))]
    if grades:
        parts = parts[parts["grade"].isin(grades)]
    if typed:
        parts = parts[parts["name_zh"].str.contains(typed, regex=False)]
    whole = folium.Map(location=[24.6, 118.15], zoom_start=11, tiles=None)
    whole.default_js, whole.default_css = links[folium.Map].js, links[folium.Map].css
    for name, table in base.items():
        folium.GeoJson(table, name=name, style_function=lambda _: {"color": "#9AA3A0", "weight": 1}).add_to(whole)
    folium.GeoJson(
        parts[["extent_id", "name_zh", "grade", "sector_id", "geometry"]],
        name="园区",
        style_function=lambda feature: {
            "fillColor": colours.get(feature["properties"]["sector_id"], GREY), "color": "#374151", "weight": 1.5,
            "fillOpacity": 0.6, "className": "part",
        },
        tooltip=folium.GeoJsonTooltip(["name_zh", "grade"]),
    ).add_to(whole)  # fmt: skip
    for control in (Fullscreen(), MeasureControl(), MousePosition()):
        control.default_js, control.default_css = links[type(control)].js, links[type(control)].css
        control.add_to(whole)
    st_folium(whole, use_container_width=True, height=640)
    st.dataframe(parts[["name_zh", "grade"]], hide_index=True)


main()
