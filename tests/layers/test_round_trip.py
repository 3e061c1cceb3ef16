"""What leaves in a format comes back from it: figures within its precision, texts intact."""

import importlib.util
import sys
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, affinity, box

from geo.datum import from_datum, in_system
from geo.plan import Plan, read_plan
from geo.systems import SERVED
from layers.catalog import layer, layer_table
from layers.export import export_layer
from layers.extract import Extract
from layers.fields import Field, typed
from layers.filters import Filters
from layers.formats.listed import FORMATS, options_of

_spec = importlib.util.spec_from_file_location("reading", Path(__file__).with_name("reading.py"))
assert _spec is not None
assert _spec.loader is not None
reading = importlib.util.module_from_spec(_spec)
sys.modules["reading"] = reading
_spec.loader.exec_module(reading)

FIELDS = (
    Field("number", "integer", "编号", "Number"),
    Field("name_zh", "string", "名称", "Name"),
    Field("aliases", "list", "别名", "Aliases"),
    Field("length", "number", "长度", "Length"),
    Field("as_of", "string", "截至", "As of"),
    Field("note", "string", "备注", "Note"),
)
#: Formats that hold figures and columns whole; 国土TXT holds a name alone, PMTiles pieces of figures.
CARRIERS = [name for name in FORMATS if name not in {"landtxt", "pmtiles"}]
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"], include_characters="\n\t"), max_size=400)
LONG = "厦门火炬高技术产业开发区（翔安片区）" * 30
HOSTILE = ["\"'", "a\nb", "=1+1", "-5", "'quoted", "甲,乙;丙；丁", "<b>&amp;", "\\P%%d", LONG, "@x", "2026-11-22"]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return the_plan()


@lru_cache(maxsize=1)
def the_plan() -> Plan:
    """Give the plan to tests of hypothesis, which would print it whole as an argument."""
    return read_plan()


def rows_of(texts: list[str | None], figures: list[Any], crs: str) -> Extract:
    columns = {
        "number": range(1, len(texts) + 1),
        "name_zh": [text or "无名" for text in texts],
        "aliases": [() if text is None else (text, "乙") for text in texts],
        "length": [0.1 + number if text else None for number, text in enumerate(texts)],
        "as_of": ["2026-11-22"] * len(texts),
        "note": texts,
    }
    table = in_system(gpd.GeoDataFrame(columns, geometry=figures, crs="EPSG:4326"), crs)
    table = table.assign(**{field.name: typed(table[field.name], field.kind) for field in FIELDS})
    chosen = replace(layer(the_plan(), "parks"), id="made_up", key=("number",), geometry="MultiPolygon", filters=())
    return Extract(the_plan(), chosen, FIELDS, table, crs, Filters())


@st.composite
def figures(draw: st.DrawFn) -> MultiPolygon:
    """Figures of one to three parts in Xiamen, with up to two holes each."""
    parts = []
    for place in range(draw(st.integers(1, 3))):
        west = 118.0 + place * 0.13 + draw(st.integers(0, 900)) / 10_000
        south = 24.4 + draw(st.integers(0, 3_500)) / 10_000
        side = draw(st.integers(20, 300)) / 10_000
        outer = affinity.rotate(box(west, south, west + side / 3, south + side), draw(st.integers(0, 89)))
        holes = [affinity.scale(outer, 0.2, 0.2, origin=outer.centroid).exterior] if draw(st.booleans()) else []
        parts.append(Polygon(outer.exterior, holes))
    return MultiPolygon(parts)


def assert_same_figures(found: gpd.GeoSeries, rows: Extract, format_id: str) -> None:
    near = reading.PRECISION_M.get(format_id, 0.012)
    assert len(found) == len(rows.table)
    for there, here in zip(found, rows.table.geometry, strict=True):
        if here is None:
            assert there is None or there.is_empty
            continue
        parts = [sum(1 + len(part.interiors) for part in getattr(f, "geoms", [f])) for f in (there, here)]
        assert parts[0] == parts[1], "parts and holes"
        unit = 1e-5 if rows.in_degrees else 1
        assert there.hausdorff_distance(here) < near * unit
        assert there.area == pytest.approx(here.area, rel=1e-3)


def told(text: str | None, format_id: str) -> str:
    """Text as a format tells it: nothing and an empty text are one, and some drop blanks at the ends."""
    plain = text or ""
    if format_id in {"shp", "tab"}:
        return plain.strip(" ")
    return plain


def cell(value: Any) -> str:
    if hasattr(value, "date"):
        # GDAL takes a text that looks like a date for one.
        return value.date().isoformat()
    return value if isinstance(value, str) else ""


@pytest.mark.parametrize("format_id", CARRIERS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(TEXTS | st.sampled_from(HOSTILE) | st.none(), min_size=1, max_size=4),
    shapes=st.lists(figures(), min_size=4, max_size=4),
    crs=st.sampled_from(["EPSG:4326", "EPSG:4548", "EPSG:4527"]),
)
@example(texts=HOSTILE, shapes=[MultiPolygon([box(118, 24.4, 118.1, 24.5)])] * len(HOSTILE), crs="EPSG:4548")
@example(
    texts=[None, "", " ", "末"], shapes=[None, MultiPolygon([box(118, 24.4, 118.1, 24.5)]), None, None], crs="EPSG:4326"
)
def test_figures_and_texts_come_back(
    format_id: str, tmp_path: Path, texts: list[str | None], shapes: list[Any], crs: str
) -> None:
    system = FORMATS[format_id].fixed_crs or crs
    rows = rows_of(texts, shapes[: len(texts)], system)
    content, _ = FORMATS[format_id].write(rows)
    found = reading.read_back(content, format_id, tmp_path)
    found = found.assign(number=found["number"].astype(int)).sort_values("number", ignore_index=True)
    assert found["number"].tolist() == list(range(1, len(texts) + 1))
    # Formats that write no carriage return and no control character are asked about the rest.
    assert [told(cell(t), format_id) for t in found["name_zh"]] == [told(t, format_id) for t in rows.table["name_zh"]]
    assert [told(cell(t), format_id) for t in found.get("note", [""] * len(texts))] == [
        told(t, format_id) for t in texts
    ]
    assert_same_figures(found.geometry, rows, format_id)


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
@pytest.mark.parametrize("format_id", ["shp", "tab"])
def test_chinese_comes_back_in_either_encoding(format_id: str, encoding: str, tmp_path: Path) -> None:
    rows = rows_of([LONG, "火炬", None], [MultiPolygon([box(118, 24.4, 118.1, 24.5)])] * 3, "EPSG:4548")
    content, _ = FORMATS[format_id].write(rows, encoding=encoding)
    found = reading.read_back(content, format_id, tmp_path)
    assert [cell(text) for text in found["note"]] == [LONG, "火炬", ""]


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
@settings(max_examples=20, deadline=None)
@given(shapes=st.lists(figures(), min_size=1, max_size=3))
def test_land_txt_brings_back_figures_and_names(encoding: str, shapes: list[MultiPolygon]) -> None:
    rows = rows_of(["甲, 乙\n丙"] * len(shapes), shapes, "EPSG:4527")
    content, notes = FORMATS["landtxt"].write(rows, encoding=encoding)
    found = reading.read_back(content, "landtxt", Path())
    assert found["number"].tolist() == [str(number) for number in range(1, len(shapes) + 1)]
    assert set(found["name_zh"]) == {"甲， 乙 丙"}
    assert any(f"{2 * len(shapes)} commas or control characters" in note.en for note in notes)
    assert_same_figures(found.geometry, rows, "landtxt")


def test_tiles_cover_the_figures(tmp_path: Path) -> None:
    shape = MultiPolygon([box(118, 24.4, 118.1, 24.5), box(118.2, 24.4, 118.25, 24.45)])
    rows = rows_of(["甲\n“乙”"], [shape], "EPSG:3857")
    content, _ = FORMATS["pmtiles"].write(rows)
    found = reading.read_back(content, "pmtiles", tmp_path)
    assert set(found["note"]) == {"甲\n“乙”"}
    assert found.geometry.union_all().symmetric_difference(rows.table.geometry[0]).area / rows.table.area[0] < 1e-3


@pytest.mark.parametrize("crs", SERVED)
@pytest.mark.parametrize("format_id", FORMATS)
def test_every_system_is_named_and_leads_back(plan: Plan, format_id: str, crs: str, tmp_path: Path) -> None:
    file = export_layer(plan, "parks", format=format_id, crs=crs)
    fixed = {"zone": "EPSG:4527"}.get(str(FORMATS[format_id].fixed_crs), FORMATS[format_id].fixed_crs)
    written = fixed or crs
    assert file.crs == written
    assert f"_{SERVED[written][2]}_" in file.name
    assert (written == crs) == (not any("by its standard" in note.en for note in file.notes))
    if format_id == "pmtiles":
        return
    found = reading.read_back(file.content, format_id, tmp_path)
    figures = gpd.GeoSeries(found.geometry.to_numpy())
    if written in {"GCJ-02", "BD-09"}:
        assert any("for display alone" in note.en for note in file.notes)
        back = from_datum(figures, written)
    else:
        stated = found.crs
        # MapInfo takes CGCS2000 for WGS 84.
        near = {4326} if (format_id, written) == ("tab", "EPSG:4490") else set()
        assert stated is None or stated.to_epsg() in {int(written[5:]), None, *near}
        back = figures.set_crs(written, allow_override=True).to_crs("EPSG:4326")
    keys = "number" if format_id == "landtxt" else "extent_id"
    there = gpd.GeoDataFrame({"key": found[keys].tolist()}, geometry=back).sort_values("key", ignore_index=True)
    here = gpd.GeoDataFrame(layer_table(plan, "parks")).sort_values("extent_id", ignore_index=True)
    apart = there.to_crs("EPSG:4548").hausdorff_distance(here.to_crs("EPSG:4548"), align=False)
    assert apart.max() < 0.02


@pytest.mark.parametrize("format_id", FORMATS)
def test_every_option_gives_the_same_bytes_again(plan: Plan, format_id: str) -> None:
    kind = FORMATS[format_id]
    names = set()
    for asked in [{}, *({name: value} for name, values in kind.options.items() for value in values)]:
        first, again = (
            export_layer(plan, "parks", format=format_id, crs="EPSG:4548", options=asked, sectors=["marine"])
            for _ in range(2)
        )
        assert first.content == again.content
        names.add((first.name, options_of(format_id, asked)))
    assert len({name for name, _ in names}) == len({options for _, options in names})
