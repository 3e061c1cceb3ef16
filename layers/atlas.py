"""The map of parks: what is drawn, what the browser's script is told at first and at every change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import folium
from branca.element import MacroElement
from folium.elements import JSCSSMixin
from folium.plugins import Fullscreen, MeasureControl, MousePosition
from jinja2 import Template

from geo.selection import LISTED_VERDICTS, filter_values, park_answers, park_facets
from layers.atlas_files import bundle_links
from layers.legend import legend
from layers.palette import darker, sector_colours
from layers.served import served_group

if TYPE_CHECKING:
    from geo.plan import Plan

#: Signs of places on the map, with their kinds in words.
PLACE_MARKS = {
    "airport": {"zh": ("✈", "机场"), "en": ("✈", "airport")},
    "rail": {"zh": ("铁", "铁路客站"), "en": ("R", "railway station")},
    "port": {"zh": ("港", "港区"), "en": ("P", "port area")},
    "ferry": {"zh": ("渡", "客运码头"), "en": ("F", "ferry terminal")},
    "university": {"zh": ("校", "高校"), "en": ("U", "university")},
    "laboratory": {"zh": ("研", "实验室"), "en": ("L", "laboratory")},
    "platform": {"zh": ("台", "平台"), "en": ("T", "platform")},
    "chain_leader": {"zh": ("企", "链主企业"), "en": ("C", "chain leader")},
}
_WORDS = {
    "zh": {
        "legend": "图例",
        "failed": "图层未能载入：",
        "box_only": "布局未列，仅见于专栏",
        "base": "离线底图",
        "online": "（联网）",
        "districts": "行政区",
        "metro": "地铁",
        "stations": "地铁车站",
        "anchors": "机场、港口、车站",
        "carriers": "创新载体与链主企业",
        "subdistricts": "街道与镇",
        "halos": "位置误差",
        "parks": "园区示意范围",
        "indicative": "示意范围，非法定边界",
        "internal": "内部使用",
        "review": "审图号：",
        "fullscreen": "全屏",
        "exit": "退出全屏",
        "pointer": "WGS 84 经度, 纬度：",
    },
    "en": {
        "legend": "Legend",
        "failed": "Layer not loaded:",
        "box_only": "not in the layout, box only",
        "base": "Offline base map",
        "online": " (online)",
        "districts": "Districts",
        "metro": "Metro",
        "stations": "Metro stations",
        "anchors": "Airports, ports, stations",
        "carriers": "Carriers and chain leaders",
        "subdistricts": "Subdistricts",
        "halos": "Doubt of position",
        "parks": "Indicative park extents",
        "indicative": "Indicative extents, not legal boundaries",
        "internal": "Internal use",
        "review": "Map review no. ",
        "fullscreen": "Full screen",
        "exit": "Leave full screen",
        "pointer": "WGS 84 lon, lat: ",
    },
}
_ATTRIBUTION = "© OpenStreetMap contributors · 天地图 · MetroMap"


@dataclass(frozen=True)
class OnlineMap:
    """
    A base map that a person may turn on; it then leaves the host.

    Parameters
    ----------
    title
        What the layer control calls it.
    tiles
        Address template of its tiles.
    attribution
        Who made it.
    """

    title: str
    tiles: str
    attribution: str


@dataclass(frozen=True)
class AtlasSettings:
    """
    What one deployment sets about its maps.

    Parameters
    ----------
    base
        Path below which the app is served: "" or such as "/yuantu".
    language
        `zh` or `en`.
    review_number
        审图号 of the map; without one the map says that it is for internal use.
    online
        Base maps from other hosts, off until a person turns one on.
    draw
        Whether a person can draw a point or a polygon on the map.
    """

    base: str = ""
    language: str = "zh"
    review_number: str = ""
    online: tuple[OnlineMap, ...] = field(default=())
    draw: bool = False


class Atlas(folium.Map):
    """
    A map that is rendered once; what is added to it later is rendered by itself.

    Rendering compiles a template for every script and style that a layer links to, which takes most of a page's run;
    streamlit-folium asks for it twice in every one.
    """

    _rendered: str | None = None

    def render(self, **kwargs: Any) -> str:  # noqa: ANN401  (the library's)
        """Render, or leave the map as it was rendered."""
        if self._rendered is None:
            self._rendered = str(super().render(**kwargs))  # type: ignore[no-untyped-call]
        return self._rendered


class AtlasScript(JSCSSMixin, MacroElement):
    """
    Start of the browser's script on a map.

    Parameters
    ----------
    options
        What `atlas_options` returned.
    base
        Path below which the app is served.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "yuantu.start({{ this._parent.get_name() }}, {{ this.options_json|tojson }});"
        "{% endmacro %}"
    )

    def __init__(self, options: dict[str, Any], base: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "AtlasScript"
        self.options_json = options
        links = bundle_links(base, language=options["language"], draw=options["draw"])
        self.default_js, self.default_css = links.js, links.css


class AtlasState(MacroElement):
    """
    What the map shows now; sent at every change, while the map itself stays.

    Parameters
    ----------
    state
        `shown` (extent ids), `selected` (park id or None), `sectors` (ids switched on), `counts` (parks by sector); and
        where they are wanted `site` (GeoJSON geometry to mark), `over` (sectors by extent id, in place of the plan's),
        `filters` (what the page has switched, by the keys of `geo.selection.filter_values`; `rest`: extents that its
        search lets through, None without one), so that the browser can decide the next switch itself,
        `focus` (corners to move to, once, as of `leaflet_bounds`), `draft` (GeoJSON of parks that the plan lacks),
        `sync` (name that maps of one page share to move together).
    """

    _template = Template("{% macro script(this, kwargs) %}yuantu.apply({{ this.state|tojson }});{% endmacro %}")

    def __init__(self, state: dict[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "AtlasState"
        self.state = state


def atlas_state(state: dict[str, Any]) -> folium.FeatureGroup:
    """
    Wrap a state as the moving part that `st_folium` adds to a standing map.

    Parameters
    ----------
    state
        As for `AtlasState`.

    Returns
    -------
    group
        Holds no geometry.

    Examples
    --------
    >>> group = atlas_state({"shown": [], "selected": None})
    >>> [child.state["shown"] for child in group._children.values()]
    [[]]
    """
    group = folium.FeatureGroup(name="state", control=False)
    AtlasState(state).add_to(group)
    return group


def atlas_options(plan: Plan, settings: AtlasSettings) -> dict[str, Any]:
    """
    Everything that the browser's script must know about the plan besides geometry.

    Parameters
    ----------
    plan
        The plan.
    settings
        Of the deployment.

    Returns
    -------
    options
        Plain values: colours, names, legend, words, bounds as [[lat, lon], [lat, lon]] (Leaflet's order).

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> atlas_options(read_plan(), AtlasSettings())["notice"]
    '内部使用 · 示意范围，非法定边界'
    """
    language = settings.language
    words = _WORDS[language]
    colours = sector_colours(plan)
    listed = plan.allocations.merge(plan.main_sectors[["sector_id"]].reset_index(), on="sector_id").sort_values("index")
    mixtures = {tuple(group) for _, group in listed.groupby("park_id")["sector_id"] if len(group) > 1}
    sign = f"{words['review']}{settings.review_number}" if settings.review_number else words["internal"]
    return {
        "language": language,
        "notice": f"{sign} · {words['indicative']}",
        "colours": colours,
        "strokes": {sector: darker(colour) for sector, colour in colours.items()},
        "names": dict(zip(plan.main_sectors["sector_id"], plan.main_sectors[f"name_{language}"], strict=True)),
        "mixtures": sorted(list(mixture) for mixture in mixtures),
        "legend": legend(plan, language),
        "marks": {
            kind: dict(zip(("sign", "label"), words_of[language], strict=True))
            for kind, words_of in PLACE_MARKS.items()
        },
        "words": {key: words[key] for key in ("legend", "failed", "box_only")},
        "attribution": _ATTRIBUTION,
        "draw": settings.draw,
        "filters": filter_values(plan),
        "listed": {listing: list(verdicts) for listing, verdicts in LISTED_VERDICTS.items()},
        "parks": park_answers(park_facets(plan)),
        "searched": f"{settings.base}/map/search.geojson?v={plan.digest[:12]}",
        "bounds": leaflet_bounds(plan.extents.total_bounds, margin=0.015),
    }


def leaflet_bounds(bounds: Any, *, margin: float = 0.0) -> list[list[float]]:  # noqa: ANN401
    """
    Turn lon/lat bounds into Leaflet's lat/lon corners: the one place where the order turns.

    Parameters
    ----------
    bounds
        West, south, east, north in degrees.
    margin
        Degrees to add on every side.

    Returns
    -------
    corners
        [[south, west], [north, east]].

    Examples
    --------
    >>> leaflet_bounds((118, 24, 119, 25))
    [[24.0, 118.0], [25.0, 119.0]]
    """
    west, south, east, north = (float(value) for value in bounds)
    return [[south - margin, west - margin], [north + margin, east + margin]]


def atlas(plan: Plan, settings: AtlasSettings) -> Atlas:
    """
    Compose the map of parks; the same for every visitor of one language.

    Parameters
    ----------
    plan
        The plan.
    settings
        Of the deployment.

    Returns
    -------
    atlas
        Links only to the app's own addresses; draws its layers from `/map/<name>.geojson`.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> any("://" in href for _, href in atlas(read_plan(), AtlasSettings()).default_js)
    False
    """
    words = _WORDS[settings.language]
    center = [float(value) for value in plan.extents.union_all().centroid.coords[0]]
    base = Atlas(
        location=center[::-1],
        zoom_start=11,
        tiles=None,
        min_zoom=9,
        max_zoom=17,
        zoom_snap=0.25,
        zoom_delta=0.5,
        wheel_px_per_zoom_level=90,
        track_resize=False,  # the script follows the frame and keeps the first view fitted
    )
    # All scripts and styles come in one bundle each, which the script below links to.
    base.default_js, base.default_css = [], []
    AtlasScript(atlas_options(plan, settings), settings.base).add_to(base)
    _add_layers(base, plan, settings)
    _add_controls(base, words)
    base.get_root().render()
    return base


def _add_layers(base: folium.Map, plan: Plan, settings: AtlasSettings) -> None:
    words = _WORDS[settings.language]

    def url(name: str) -> str:
        return f"{settings.base}/map/{name}.geojson?v={plan.digest[:12]}"

    served_group("land", url("land"), words["base"], overlay=False).add_to(base)
    for online in settings.online:
        folium.TileLayer(
            online.tiles, name=online.title + words["online"], attr=online.attribution, overlay=False, show=False
        ).add_to(base)
    for name, title, show in (
        ("districts", "districts", True),
        ("metro_lines", "metro", True),
        ("metro_stations", "stations", False),
        ("anchors", "anchors", True),
        ("carriers", "carriers", False),
        ("subdistricts", "subdistricts", False),
        ("halos", "halos", True),
        ("parks", "parks", True),
    ):
        served_group(name, url(name), words[title], show=show).add_to(base)


def _add_controls(base: folium.Map, words: dict[str, str]) -> None:
    measure = MeasureControl(
        position="topleft",
        primary_length_unit="meters",
        secondary_length_unit="kilometers",
        primary_area_unit="hectares",
        secondary_area_unit="sqmeters",
        active_color="#0B6E99",
        completed_color="#0B6E99",
    )
    pointer = MousePosition(
        position="bottomleft", separator=", ", num_digits=5, lng_first=True, empty_string="", prefix=words["pointer"]
    )
    controls = (Fullscreen(position="topleft", title=words["fullscreen"], title_cancel=words["exit"]), measure, pointer)
    for control in controls:
        control.default_js, control.default_css = [], []
        control.add_to(base)
    folium.LayerControl(position="topright", collapsed=True).add_to(base)
