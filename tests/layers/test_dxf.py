"""Drawings are sound: the audit of ezdxf finds nothing, whatever the layer, the system and the names of the layers."""

import io
import zipfile
from dataclasses import replace

import ezdxf
import geopandas as gpd
import pytest
from ezdxf.document import Drawing
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely import box

from geo.extents import GRADES
from geo.plan import Plan, read_plan
from layers.catalog import catalog, layer_table
from layers.export import export_layer
from layers.extract import extract
from layers.filters import Filters
from layers.formats.dxf import dxf
from layers.formats.listed import FORMATS, formats_of

LAYERS = [found.id for found in catalog(read_plan()) if "dxf" in formats_of(found)]
DEGREES, METRES = ("EPSG:4326", "EPSG:4490"), ("EPSG:4548", "EPSG:4527")
#: Layers that every drawing has, whether anything lies on them or not.
OWN = {"0", "Defpoints", "名称"}
#: How far a corner may be from where the reprojected figure has it: a drawing keeps 16 digits.
EXACT = 1e-6


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan()


def drawing(content: bytes) -> Drawing:
    """Read the one drawing of a zip as CAD reads it: R2010 is UTF-8."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".dxf")]
        return ezdxf.read(io.StringIO(archive.read(name).decode("utf-8")))


def faults_of(document: Drawing) -> list[str]:
    """What the audit could not mend, and what it had to."""
    auditor = document.audit()
    return [entry.message for entry in (*auditor.errors, *auditor.fixes)]


def corners(document: Drawing) -> list[tuple[float, float]]:
    """Corners of all figures, texts left out."""
    lines = [point for line in document.modelspace().query("LWPOLYLINE") for point in line.get_points("xy")]
    return lines + [tuple(spot.dxf.location)[:2] for spot in document.modelspace().query("POINT")]


def test_drawings_are_offered_for_every_layer_with_figures(plan: Plan) -> None:
    assert [found.id for found in catalog(plan) if found.geometry is not None] == LAYERS


@pytest.mark.parametrize("by", FORMATS["dxf"].options["by"])
@pytest.mark.parametrize("crs", [*DEGREES, *METRES])
@pytest.mark.parametrize("layer_id", LAYERS)
def test_a_drawing_passes_the_audit_and_lies_in_its_place(plan: Plan, layer_id: str, crs: str, by: str) -> None:
    document = drawing(export_layer(plan, layer_id, format="dxf", crs=crs, options={"by": by}).content)
    assert faults_of(document) == []
    table = gpd.GeoDataFrame(layer_table(plan, layer_id)).to_crs(crs)
    shown = table[table.geometry.notna()]
    x, y = zip(*corners(document), strict=True)
    assert (min(x), min(y), max(x), max(y)) == pytest.approx(tuple(shown.total_bounds), abs=EXACT)
    assert len(document.modelspace().query("TEXT")) == len(shown)
    named = {layer.dxf.name for layer in document.layers} - OWN
    allowed = {*GRADES, "无等级"} if by == "grade" else {*plan.main_sectors["name_zh"], "无产业"}
    assert {name.removesuffix("_洞") for name in named} <= allowed
    # Nothing is drawn on a layer that the list of layers does not have: CAD would make one up, black.
    assert {entity.dxf.layer for entity in document.modelspace()} <= named | {"名称"}
    # CAD throws away extended data of an application that is not listed.
    assert "YUANTU" in document.appids


@pytest.mark.parametrize("crs", METRES)
def test_a_drawing_in_metres_says_so(plan: Plan, crs: str) -> None:
    assert drawing(export_layer(plan, "parks", format="dxf", crs=crs).content).units == ezdxf.units.M


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4490"])
def test_a_drawing_in_degrees_claims_no_unit(plan: Plan, crs: str) -> None:
    assert drawing(export_layer(plan, "parks", format="dxf", crs=crs).content).units == 0


def test_a_hole_lies_on_a_listed_layer_of_its_own(plan: Plan) -> None:
    """No figure of the package has a hole, so a square of 1000 m with one of 200 m stands for it."""
    rows = extract(plan, "districts", Filters(), "EPSG:4548")
    holed = box(610_000, 2_708_000, 611_000, 2_709_000) - box(610_400, 2_708_400, 610_600, 2_708_600)
    content, _ = dxf(replace(rows, table=rows.table[:1].set_geometry([holed])), by="grade")
    document = drawing(content)
    assert faults_of(document) == []
    lines = document.modelspace().query("LWPOLYLINE")
    assert [(line.dxf.layer, len(line), line.closed) for line in lines] == [("无等级", 4, True), ("无等级_洞", 4, True)]
    assert {line.dxf.layer for line in lines} <= {layer.dxf.name for layer in document.layers}


@settings(max_examples=40, deadline=None)
@given(name=st.text(max_size=60))
@example("甲\n乙")
@example("火炬（翔安）; \\P%%u{}^J")
@example("  0\nEOF\n")
def test_no_name_breaks_a_drawing(plan: Plan, name: str) -> None:
    rows = extract(plan, "districts", Filters(), "EPSG:4548")
    content, _ = dxf(replace(rows, table=rows.table.assign(name_zh=name)), by="sector")
    document = drawing(content)
    assert faults_of(document) == []
    assert len(document.modelspace().query("TEXT")) == len(rows.table)
