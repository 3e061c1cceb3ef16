"""What one deployment sets: by environment variables, or by `[yuantu]` in `.streamlit/secrets.toml`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from geo.plan import DEFAULT_PATH
from geo.releases import store_address
from geo.security import DEFAULT, stated_class
from layers.atlas import AtlasSettings, OnlineMap

_TIANDITU = "https://t0.tianditu.gov.cn/DataServer?T=vec_w&x={x}&y={y}&l={z}&tk="
_OSM = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"


def setting(name: str, default: str = "") -> str:
    """
    Value of one setting: environment variable `YUANTU_<NAME>`, else `[yuantu]` in the secrets, else the default.

    Parameters
    ----------
    name
        Such as `review_number`.
    default
        When nothing is set.
    """
    from_environment = os.environ.get(f"YUANTU_{name.upper()}")
    if from_environment is not None:
        return from_environment
    try:
        section: Any = st.secrets.get("yuantu", {})
    except StreamlitSecretNotFoundError:
        return default
    return str(section.get(name, default))


def base_path() -> str:
    """Path below which the app is served: "" or such as "/yuantu"."""
    stated = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{stated}" if stated else ""


def security_class() -> str:
    """
    Highest security class that this deployment hands out: setting `security_class`, else internal.

    Raises
    ------
    SecurityError
        If the setting names no class.
    """
    return stated_class(setting("security_class"), "YUANTU_SECURITY_CLASS") or DEFAULT


def plan_path() -> Path:
    """Folder of the plan package: setting `plan`, else the one shipped."""
    return Path(setting("plan", str(DEFAULT_PATH)))


def releases_address() -> str | Path:
    """Where releases of the extents are kept: settings `database` (a URL) or `data` (a folder), else `var`."""
    return store_address({"YUANTU_DATABASE": setting("database"), "YUANTU_DATA": setting("data")})


def secret(name: str) -> dict[str, Any]:
    """
    One table of the secrets as plain values, empty where there is none.

    Parameters
    ----------
    name
        Such as `auth`, or `yuantu.accounts` for a table inside another.
    """
    try:
        found: Any = st.secrets
        for part in name.split("."):
            found = found.get(part, {})
    except StreamlitSecretNotFoundError:
        return {}
    return dict(found.to_dict() if hasattr(found, "to_dict") else found) if found else {}


def online_maps(language: str) -> tuple[OnlineMap, ...]:
    """Base maps from other hosts that a person may turn on; setting `online_maps` = `off` offers none."""
    if setting("online_maps", "on").lower() in {"off", "false", "0", "no"}:
        return ()
    key = setting("tianditu_key")
    tianditu = OnlineMap("天地图" if language == "zh" else "Tianditu", _TIANDITU + key, "天地图")
    osm = OnlineMap("OpenStreetMap", _OSM, "© OpenStreetMap contributors")
    return (tianditu, osm) if key else (osm,)


def atlas_settings(language: str) -> AtlasSettings:
    """Settings of the maps for one language."""
    return AtlasSettings(
        base=base_path(), language=language, review_number=setting("review_number"), online=online_maps(language)
    )
