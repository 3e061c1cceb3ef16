"""What must hold for every file: of limits, encodings, systems and shapes."""

import io
import zipfile
from dataclasses import fields

import geopandas as gpd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.crs import transform_point
from geo.intake import IntakeError, Limits, read_limits
from geo.intake.archive import members_of
from geo.intake.encoding import decide
from geo.intake.faults import shape_faults
from geo.intake.layer import raw_layer
from geo.intake.markup import plain_xml
from geo.intake.placing import place
from geo.intake.rings import built_polygons, finite
from geo.intake.statement import stated_crs
from geo.intake.surroundings import Surroundings, surroundings
from geo.plan import Plan

LON, LAT = st.floats(118.0, 118.4), st.floats(24.4, 24.8)


@pytest.fixture(scope="module")
def around(plan: Plan) -> Surroundings:
    return surroundings(plan)


@pytest.mark.parametrize("name", [field.name for field in fields(Limits)])
def test_each_limit_has_a_setting_and_a_name_in_both_languages(name: str) -> None:
    limits = read_limits({f"YUANTU_INTAKE_{name.upper()}": "7"})
    assert getattr(limits, name) == 7
    with pytest.raises(IntakeError, match=f"YUANTU_INTAKE_{name.upper()}") as caught:
        limits.refuse_above(name, 8)
    assert (caught.value.kind, "上限为 7" in caught.value.zh) == (f"limit-{name}", True)


@pytest.mark.parametrize("text", ["many", "-1", "0", "1.5"])
def test_a_setting_that_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(IntakeError, match="YUANTU_INTAKE_SECONDS"):
        read_limits({"YUANTU_INTAKE_SECONDS": text})


@settings(max_examples=50)
@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=12))
def test_chinese_text_is_read_back_in_both_encodings(name: str) -> None:
    for encoding in ("UTF-8", "GB18030"):
        raw = name.encode(encoding)
        answered = decide([raw], answers={"encoding": encoding})
        assert raw.decode(answered.encoding) == name
        assert answered.question is None
    assert decide([name.encode()], answers={}).question is None


@settings(max_examples=50)
@given(LON, LAT, st.sampled_from(["EPSG:4527", "EPSG:4548", "EPSG:4490"]))
def test_a_system_is_guessed_from_magnitude_and_never_silently(
    around: Surroundings, lon: float, lat: float, code: str
) -> None:
    x, y = transform_point(lon, lat, target=code) if code != "EPSG:4490" else (lon, lat)
    side = 0.01 if code == "EPSG:4490" else 1000
    raw = raw_layer("a", {}, [finite(shapely.box(x, y, x + side, y + side))], Limits(), crs=None, encoding="UTF-8")
    placed = place(raw, around, {})
    assert (placed.crs, next(q.guess for q in placed.questions if q.kind == "crs")) == (code, code)
    assert placed.geometry.iloc[0].distance(shapely.Point(lon, lat)) < 1e-6


@settings(max_examples=50)
@given(LON, LAT)
def test_swapped_axes_are_asked_about_and_put_right(around: Surroundings, lon: float, lat: float) -> None:
    swapped = [finite(shapely.box(lat, lon, lat + 0.01, lon + 0.01))]
    placed = place(raw_layer("a", {}, swapped, Limits(), crs="EPSG:4326", encoding="UTF-8"), around, {})
    assert [question.kind for question in placed.questions][:1] == ["axes"]
    assert placed.geometry.iloc[0].equals(shapely.box(lon, lat, lon + 0.01, lat + 0.01))


@settings(max_examples=50)
@given(st.lists(st.tuples(LON, LAT), min_size=3, max_size=8, unique=True))
def test_any_ring_is_drawn_as_written_or_named(points: list[tuple[float, float]]) -> None:
    cells = [list(point) for point in points]
    opened, closed = built_polygons([[cells]]), built_polygons([[[*cells, cells[0]]]])
    assert [mark.kind for mark in opened.marks] == ["unclosed"]
    assert closed.marks == ()
    assert closed.geometry is not None
    table = gpd.GeoDataFrame({"feature": [1]}, geometry=[closed.geometry], crs="EPSG:4326")
    kinds = {fault.kind for fault in shape_faults(table, {})}
    assert ("self-crossing" in kinds) == (not closed.geometry.is_valid)


@settings(max_examples=50)
@given(LON, LAT, st.floats(0.001, 0.05), st.floats(0.001, 0.05))
def test_a_rectangle_has_no_fault(lon: float, lat: float, width: float, height: float) -> None:
    table = gpd.GeoDataFrame({"feature": [1]}, geometry=[shapely.box(lon, lat, lon + width, lat + height)], crs=4326)
    assert shape_faults(table, {}) == []


def test_a_system_that_only_borrows_a_name_is_not_taken_for_it() -> None:
    wkt = (
        'PROJCS["CGCS2000 / 3-degree Gauss-Kruger CM 117E",GEOGCS["China Geodetic Coordinate System 2000",'
        'DATUM["China_2000",SPHEROID["CGCS2000",6378137,298.257222101]],PRIMEM["Greenwich",0],'
        'UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],'
        'PARAMETER["central_meridian",118.5],PARAMETER["scale_factor",1],PARAMETER["false_easting",40000],'
        'PARAMETER["false_northing",-2600000],UNIT["metre",1]]'
    )
    assert stated_crs(wkt)[0] is None
    assert stated_crs("EPSG:4548")[0] == "EPSG:4548"


@pytest.mark.parametrize("declared", ["<!DOCTYPE a>", "<!ENTITY a 'b'>", "<!doctype a>", "<!ELEMENT a ANY>"])
def test_no_declaration_passes(declared: str) -> None:
    for encoding in ("utf-8", "utf-16"):
        with pytest.raises(IntakeError) as caught:
            plain_xml(f"{declared}<a/>".encode(encoding), Limits())
        assert caught.value.kind == "markup-entities"


def test_a_declaration_in_a_comment_or_quoted_text_passes() -> None:
    text = "<a><!-- <!DOCTYPE b> --><![CDATA[<!ENTITY c>]]></a>"
    assert plain_xml(text.encode(), Limits()) == text


def test_names_packed_by_chinese_windows_are_read(tmp_path: object) -> None:
    info = zipfile.ZipInfo("园区.shp".encode("gbk").decode("cp437"))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(info, b"x")
    packed = content.getvalue()
    # Python marks the name as UTF-8; Chinese Windows writes the bytes of GBK without that mark.
    wrong, right = info.filename.encode(), "园区.shp".encode("gbk")
    bare = packed.replace(wrong, right + b" " * (len(wrong) - len(right)))
    path = tmp_path / "a.zip"  # type: ignore[operator]
    path.write_bytes(b"".join([bare]).replace(b"\x14\x00\x00\x08", b"\x14\x00\x00\x00"))
    assert [member.name.strip() for member in members_of(path, Limits())] == ["园区.shp"]
