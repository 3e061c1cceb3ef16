"""Imports run app -> views -> layers -> geo, and some words have one home each."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# From the ground up: a floor may import those before it, never those after it.
FLOORS = ("geo", "layers", "views", "app")
FOREIGN = {"geo": {"streamlit", "streamlit_folium", "folium", "branca"}, "layers": {"streamlit", "streamlit_folium"}}
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc"}
HOMES = {"session_state": "views/state.py", "cache_data": "views/cache.py", "cache_resource": "views/cache.py"}


def sources() -> Iterator[tuple[str, str]]:
    for path in sorted(ROOT.rglob("*.py")):
        place = path.relative_to(ROOT)
        # Environments and caches lie in hidden folders.
        if not any(part.startswith(".") for part in place.parts):
            yield place.as_posix(), path.read_text(encoding="utf-8")


def floor_of(path: str) -> str:
    return path.split("/", maxsplit=1)[0].removesuffix(".py")


def imported(path: str, tree: ast.AST) -> Iterator[str]:
    """Give every module that the source imports, at the top or inside a function, by its full name."""
    package = path.split("/")[:-1]
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom(level=0):
                yield node.module or ""
            case ast.ImportFrom():
                parents = package[: len(package) - node.level + 1]
                names = [node.module] if node.module else [alias.name for alias in node.names]
                yield from (".".join([*parents, name]) for name in names)
            case ast.Call(func=ast.Name(id="__import__") | ast.Attribute(attr="import_module")):
                yield from (arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant))


def violations(path: str, source: str) -> list[str]:
    nameless = bool(NAMELESS & set(path.removesuffix(".py").split("/")))
    found = [f"{path} has no name of its own"] if nameless else []
    floor = floor_of(path)
    # Tests, benchmarks and documentation stand beside the house: they may import every floor.
    return found + (floor_violations(path, floor, ast.parse(source)) if floor in FLOORS else [])


def floor_violations(path: str, floor: str, tree: ast.AST) -> list[str]:
    modules = [module.split(".")[0] for module in imported(path, tree)]
    above = FLOORS[FLOORS.index(floor) + 1 :]
    found = [f"{path} imports {module}, which stands above it" for module in modules if module in above]
    found += [f"{path} imports {module}" for module in modules if module in FOREIGN.get(floor, set())]
    return found + [f"{path} says {word}: that is for {HOMES[word]}" for word in streamlit_words(tree, path)]


def streamlit_words(tree: ast.AST, path: str) -> list[str]:
    """Give each word of Streamlit that has one home, whether said as `st.x` or imported by name."""
    said = [node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    said += [
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("streamlit")
        for alias in node.names
    ]
    return [word for word in said if word in HOMES and path != HOMES[word]]


def test_the_source_keeps_to_the_architecture() -> None:
    found = [violation for path, source in sources() for violation in violations(path, source)]
    assert not found, "\n".join(found)


def test_the_checker_reads_sources() -> None:
    assert {floor_of(path) for path, _ in sources()} >= {"geo", "layers"}


@pytest.mark.parametrize(
    ("path", "source", "fault"),
    [
        ("geo/fit.py", "import layers", "geo/fit.py imports layers, which stands above it"),
        ("geo/fit.py", "from layers.parks import parks_layer", "geo/fit.py imports layers, which stands above it"),
        ("geo/fit.py", "def draw():\n    import views.map", "geo/fit.py imports views, which stands above it"),
        ("geo/fit.py", "from ..layers import parks", "geo/fit.py imports layers, which stands above it"),
        (
            "geo/fit.py",
            "import importlib\nimportlib.import_module('app')",
            "geo/fit.py imports app, which stands above it",
        ),
        ("geo/fit.py", "import streamlit as st", "geo/fit.py imports streamlit"),
        ("geo/fit.py", "from folium.plugins import Draw", "geo/fit.py imports folium"),
        ("layers/parks.py", "from views import state", "layers/parks.py imports views, which stands above it"),
        ("layers/parks.py", "def show():\n    import streamlit", "layers/parks.py imports streamlit"),
        ("views/map.py", "import app", "views/map.py imports app, which stands above it"),
        ("geo/utils.py", "", "geo/utils.py has no name of its own"),
        ("tests/helpers.py", "", "tests/helpers.py has no name of its own"),
        ("layers/common/colours.py", "", "layers/common/colours.py has no name of its own"),
        (
            "views/map.py",
            "import streamlit as st\nst.session_state['a'] = 1",
            "views/map.py says session_state: that is for views/state.py",
        ),
        (
            "views/map.py",
            "from streamlit import cache_data",
            "views/map.py says cache_data: that is for views/cache.py",
        ),
        (
            "app.py",
            "import streamlit as st\n@st.cache_resource\ndef plan(): ...",
            "app.py says cache_resource: that is for views/cache.py",
        ),
        (
            "views/cache.py",
            "import streamlit as st\nst.session_state",
            "views/cache.py says session_state: that is for views/state.py",
        ),
    ],
)
def test_a_violation_is_caught(path: str, source: str, fault: str) -> None:
    assert violations(path, source) == [fault]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("app.py", "import views.main\nimport layers\nimport geo"),
        ("views/map.py", "from layers.parks import parks_layer\nfrom geo import fit\nimport streamlit"),
        ("layers/parks.py", "import folium\nfrom geo.plan import Plan\nfrom . import palette"),
        ("geo/fit.py", "from .crs import to_geodesic\nfrom geo.plan import Plan\nimport geopandas"),
        ("views/state.py", "import streamlit as st\nst.session_state['a'] = 1"),
        ("views/cache.py", "import streamlit as st\n@st.cache_data\ndef plan(): ..."),
        ("tests/views/test_map.py", "import app\nimport geo\nassert test.session_state"),
        ("geo/fit.py", '"""Not for views; the session_state is no business of geo."""'),
    ],
)
def test_what_is_allowed_passes(path: str, source: str) -> None:
    assert violations(path, source) == []
