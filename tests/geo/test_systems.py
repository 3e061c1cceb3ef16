"""Which systems files leave in, and why others are refused."""

from pathlib import Path

import geopandas as gpd
import pyproj
import pytest
from shapely import LineString, Point

from geo.crs import CGCS2000, CGCS2000_CM117, WGS84, geodesic_length_m
from geo.datum import in_system
from geo.errors import CRSError
from geo.systems import DATUMS, SERVED, XIAMEN92, crs_names, in_degrees, served_crs, served_systems

CITY = (117.88, 24.42, 118.45, 24.91)


@pytest.mark.parametrize(
    ("spoken", "code"),
    [
        ("EPSG:4548", CGCS2000_CM117),
        ("epsg:4548", CGCS2000_CM117),
        (" 4548 ", CGCS2000_CM117),
        ("WGS84", WGS84),
        ("4326", WGS84),
        ("OGC:CRS84", WGS84),
        ("cgcs2000", CGCS2000),
        ("EPSG:4490", CGCS2000),
        ("CGCS2000-117E", CGCS2000_CM117),
        ("4527", "EPSG:4527"),
        ("epsg: 3857", "EPSG:3857"),
        ("gcj02", "GCJ-02"),
        ("GCJ-02", "GCJ-02"),
        ("BD09", "BD-09"),
        ("bd-09", "BD-09"),
    ],
)
def test_a_served_system_is_known_by_its_names(spoken: str, code: str) -> None:
    assert served_crs(spoken) == code


@pytest.mark.parametrize("spoken", ["EPSG:32650", "mars", "EPSG:三", ""])
def test_a_system_that_is_not_served_is_refused_with_those_that_are(spoken: str) -> None:
    with pytest.raises(CRSError, match=r"is not served; ask for one of EPSG:4326, EPSG:4490, EPSG:4548"):
        served_crs(spoken)


def test_every_served_code_is_known_to_proj_and_serves_itself() -> None:
    assert [served_crs(code) for code in SERVED] == list(SERVED)
    assert all(pyproj.CRS(code).to_epsg() for code in SERVED if code not in DATUMS)
    assert list(served_systems()) == list(SERVED)


@pytest.mark.parametrize("code", ["EPSG:32650", "EPSG:3395", "EPSG:4498", "EPSG:8857"])
def test_a_code_whose_area_holds_the_city_is_served(code: str) -> None:
    assert served_crs(code, around=CITY) == code
    assert crs_names(code)[2] == code.lower().replace(":", "")
    assert not in_degrees(code)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("EPSG:4549", r"its area of use \(China - onshore between 118°30'E .* does not hold the city"),
        ("EPSG:5070", "does not hold the city"),
        ("EPSG:900913", "EPSG has withdrawn it"),
        ("EPSG:4978", "it is a Geocentric CRS"),
        ("EPSG:4979", "it is a Geographic 3D CRS"),
        ("EPSG:5773", "it is a Vertical CRS"),
        ("EPSG:9518", "it is a Compound CRS"),
        ("EPSG:4214", r"no published transformation leads to its datum \(Beijing 1954\)"),
        ("EPSG:4610", "no published transformation leads to its datum"),
        ("EPSG:999999", "no coordinate reference system has the code 'EPSG:999999'"),
    ],
)
def test_a_code_that_does_not_fit_is_refused_with_the_reason(code: str, reason: str) -> None:
    with pytest.raises(CRSError, match=reason):
        served_crs(code, around=CITY)


@pytest.mark.parametrize("spoken", ["xiamen92", "厦门92", "Xiamen 92", "xm92"])
def test_xiamen_92_is_refused_because_its_parameters_are_secret(spoken: str) -> None:
    with pytest.raises(CRSError, match=r"依法保密.*secret by regulation.*YUANTU_XIAMEN92_PIPELINE"):
        served_crs(spoken, around=CITY)


# A made-up plane at 118 E with a turn of 1 degree: it shows the mechanism and is not Xiamen 92.
SYNTHETIC = (
    "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad"
    " +step +proj=tmerc +lon_0=118 +x_0=50000 +y_0=-2700000 +ellps=GRS80"
    " +step +proj=affine +s11=0.99985 +s12=-0.01745 +s21=0.01745 +s22=0.99985"
)


def test_an_operators_pipeline_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "pipeline.txt"
    file.write_text(SYNTHETIC, encoding="utf-8")
    monkeypatch.setenv("YUANTU_XIAMEN92_PIPELINE", str(file))
    assert served_crs("厦门92") == XIAMEN92
    assert list(served_systems()) == [*SERVED, XIAMEN92]
    assert crs_names(XIAMEN92)[2] == "xiamen92"
    assert not in_degrees(XIAMEN92)
    spot = gpd.GeoDataFrame(geometry=[Point(118.0, 24.5)], crs=WGS84)
    moved = in_system(spot, XIAMEN92)
    north = geodesic_length_m(gpd.GeoSeries([LineString([(118, 0), (118, 24.5)])], crs=CGCS2000))[0] - 2_700_000
    assert moved.crs is None
    expected = (0.99985 * 50000 - 0.01745 * north, 0.01745 * 50000 + 0.99985 * north)
    assert (moved.geometry[0].x, moved.geometry[0].y) == pytest.approx(expected, abs=0.001)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "cannot be read as text"), (b"\xff\xfe", "cannot be read as text"), (b"+proj=nothing", "PROJ cannot use"),
     (b"", "PROJ cannot use"), (b"+proj=pipeline +step +proj=axisswap +order=9", "PROJ cannot use")],
)  # fmt: skip
def test_a_pipeline_that_cannot_be_used_is_told_without_its_words(
    content: bytes | None, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "pipeline.txt"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv("YUANTU_XIAMEN92_PIPELINE", str(file))
    with pytest.raises(CRSError, match=reason) as caught:
        served_crs("xiamen92")
    assert "+proj" not in str(caught.value)


def test_a_pipeline_inside_the_repository_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUANTU_XIAMEN92_PIPELINE", __file__)
    with pytest.raises(CRSError, match="inside the repository"):
        served_crs("xiamen92")
