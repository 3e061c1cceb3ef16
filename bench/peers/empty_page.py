"""Streamlit's own least app: what no page can be lighter than."""

import streamlit as st

st.pills("产业", ["甲", "乙", "丙"], selection_mode="multi")
st.write("空")
