"""Bad and hostile files, made in code: what each is called, how it is made and how its reading must end."""

import io
import json
import sqlite3
import stat
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from shapely.affinity import translate
from shapely.geometry import mapping

from geo.datum import shift
from geo.plan import read_plan
from tests.geo.workbooks import workbook

# A square kilometre of land in Tong'an, in degrees and in metres of EPSG:4527.
WEST, SOUTH = 118.15, 24.72
SIDE = 0.01
SQUARE = shapely.box(WEST, SOUTH, WEST + SIDE, SOUTH + SIDE)
PLANE = shapely.box(39_616_400, 2_735_500, 39_617_400, 2_736_500)


@dataclass(frozen=True)
class Case:
    """One file: `error` is the kind with which it is refused, else `faults` and `questions` are those it must raise."""

    name: str
    what: str
    make: Callable[[], bytes]
    error: str | None = None
    faults: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    limits: dict[str, int] = field(default_factory=dict)


CASES: list[Case] = []


def case(name: str, what: str, **expected: Any) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    def registered(make: Callable[[], bytes]) -> Callable[[], bytes]:
        CASES.append(Case(name, what, make, **expected))
        return make

    return registered


def collection(*geometries: Any, names: list[str] | None = None, **members: Any) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {"name": names[number]} if names else {},
            "geometry": shape if isinstance(shape, dict) or shape is None else mapping(shape),
        }
        for number, shape in enumerate(geometries)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features, **members}).encode()


def ring(*points: tuple[float, ...]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(point) for point in points]]}


def zipped(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


def written(driver: str, name: str, table: gpd.GeoDataFrame, **options: Any) -> dict[str, bytes]:
    """Files that GDAL writes for a table."""
    with TemporaryDirectory() as folder:
        table.to_file(Path(folder) / name, driver=driver, **options)
        found = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def parks(geometry: Any = SQUARE, crs: int | None = 4326, name: str = "某产业园", **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"名称": [name], **{k: [v] for k, v in columns.items()}}, geometry=[geometry], crs=crs)


def shapefile(
    table: gpd.GeoDataFrame | None = None,
    *,
    encoding: str = "UTF-8",
    drop: tuple[str, ...] = (),
    cpg: str | None = None,
) -> bytes:
    files = written("ESRI Shapefile", "parks.shp", parks() if table is None else table, encoding=encoding)
    files = {name: data for name, data in files.items() if not name.endswith(drop or ("none",))}
    if cpg is not None:
        files["parks.cpg"] = cpg.encode()
    return zipped(files)


def geopackage(*statements: str) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.gpkg"
        parks().to_file(path, driver="GPKG", layer="parks")
        with sqlite3.connect(path) as database:
            for statement in statements:
                database.execute(statement)
        database.close()
        return path.read_bytes()


def parquet(table: gpd.GeoDataFrame | None = None) -> bytes:
    content = io.BytesIO()
    (parks() if table is None else table).to_parquet(content)
    return content.getvalue()


def kml(inner: str, head: str = "") -> bytes:
    start = f'<?xml version="1.0" encoding="UTF-8"?>{head}<kml xmlns="http://www.opengis.net/kml/2.2">'
    return f"{start}<Document>{inner}</Document></kml>".encode()


def virtual(path: str) -> bytes:
    layer = f'<OGRVRTLayer name="parks"><SrcDataSource>{path}</SrcDataSource></OGRVRTLayer>'
    return f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>".encode()


def placemark(coordinates: str, name: str = "某园") -> str:
    return (
        f"<Placemark><name>{name}</name><Polygon><outerBoundaryIs><LinearRing><coordinates>{coordinates}"
        "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
    )


CORNERS = f"{WEST},{SOUTH} {WEST + SIDE},{SOUTH} {WEST + SIDE},{SOUTH + SIDE} {WEST},{SOUTH}"


def dxf(entities: str, *, head: str = "AC1021", encoding: str = "utf-8") -> bytes:
    header = f"0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\n{head}\n0\nENDSEC\n"
    return f"{header}0\nSECTION\n2\nENTITIES\n{entities}0\nENDSEC\n0\nEOF\n".encode(encoding)


def polyline(points: list[tuple[float, float]], *, closed: int = 1, layer: str = "park", extra: str = "") -> str:
    rows = "".join(f"10\n{x}\n20\n{y}\n{extra}" for x, y in points)
    return f"0\nLWPOLYLINE\n8\n{layer}\n90\n{len(points)}\n70\n{closed}\n{rows}"


DXF_SQUARE = list(PLANE.exterior.coords)[:-1]


def patched(content: bytes, changes: dict[str, bytes]) -> bytes:
    """A zip with some members put in place of its own, or added."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return zipped({**files, **changes})


def landtxt(*lines: str) -> bytes:
    head = ["[属性描述]", "坐标系=2000国家大地坐标系", "几度分带=3", "投影类型=高斯克吕格", "计量单位=米"]
    head += ["带号=39", "精度=0.001", "转换参数=,,,,,,", "[地块坐标]"]
    return "\r\n".join([*head, *lines, ""]).encode("gb18030")


def present(park_id: str) -> Any:
    extents = read_plan().extents
    return extents[extents["park_id"] == park_id].geometry.iloc[0]


def displayed(datum: str) -> bytes:
    """The present extents of some parks, in the coordinates of a web map."""
    plan = read_plan()
    rows = plan.extents.merge(plan.parks[["park_id", "name_zh"]], on="park_id").drop_duplicates("park_id").iloc[:8]
    shapes = shapely.transform(
        rows.geometry.to_numpy(), lambda cells: pd.DataFrame(shift(cells[:, 0], cells[:, 1], target=datum)).to_numpy().T
    )
    return collection(*shapes, names=list(rows["name_zh"]))


# --- archives


@case("bomb-ratio.zip", "a zip that unpacks to a thousand times its size", error="limit-ratio")
def _() -> bytes:
    return zipped({"parks.shp": bytes(30_000_000), "parks.shx": b"", "parks.dbf": b""})


@case(
    "bomb-size.zip", "more unpacked bytes than the limit", error="limit-unpacked_bytes", limits={"unpacked_bytes": 100}
)
def _() -> bytes:
    return shapefile()


@case("bomb-count.zip", "a thousand members", error="limit-members")
def _() -> bytes:
    return zipped({f"{n}.txt": b"x" for n in range(1000)})


@case("bomb-nested.zip", "a zip in a zip", error="archive-nested")
def _() -> bytes:
    return zipped({"inner.zip": shapefile()})


@case("bomb-kmz-in-kmz.kmz", "a KMZ in a KMZ in a zip", error="archive-nested")
def _() -> bytes:
    return zipped({"a.kmz": zipped({"b.kmz": zipped({"doc.kml": kml(placemark(CORNERS))})})})


@case("bomb-lying-header.zip", "headers state ten bytes where 30 MB come out", error="archive-broken")
def _() -> bytes:
    content = bytearray(zipped({"parks.shp": bytes(30_000_000), "parks.shx": b"", "parks.dbf": b""}))
    real = struct.pack("<I", 30_000_000)
    while (place := content.find(real)) >= 0:
        content[place : place + 4] = struct.pack("<I", 10)
    return bytes(content)


@case("traversal.zip", "a member called ../../evil.shp", error="archive-path")
def _() -> bytes:
    return zipped({"../../evil.shp": b"x"})


@case("traversal-backslash.zip", "a member called ..\\evil.shp", error="archive-path")
def _() -> bytes:
    return zipped({"..\\evil.shp": b"x"})


@case("absolute.zip", "a member with an absolute path", error="archive-path")
def _() -> bytes:
    return zipped({"/etc/evil.shp": b"x"})


@case("drive.zip", "a member with a drive letter", error="archive-path")
def _() -> bytes:
    return zipped({"C:/evil.shp": b"x"})


@case("symlink.zip", "a member that is a symbolic link", error="archive-link")
def _() -> bytes:
    info = zipfile.ZipInfo("parks.shp")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    return content.getvalue()


@case("twice.zip", "two members of one name but for the case", error="archive-duplicate")
def _() -> bytes:
    return zipped({"parks.shp": b"x", "PARKS.SHP": b"y"})


@case("encrypted.zip", "a member that says it is encrypted", error="archive-encrypted")
def _() -> bytes:
    content = bytearray(shapefile())
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(signature)
        while at >= 0:
            content[at + place] |= 1
            at = content.find(signature, at + 4)
    return bytes(content)


@case("lzma.zip", "a member packed with LZMA", error="archive-method")
def _() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("parks.shp", b"x" * 100)
    return content.getvalue()


@case("truncated.zip", "the first half of a Shapefile zip", error="archive-broken")
def _() -> bytes:
    content = shapefile()
    return content[: len(content) // 2]


@case("empty.zip", "a zip without members", error="archive-content")
def _() -> bytes:
    return zipped({})


@case("pictures.zip", "a zip of pictures", error="archive-content")
def _() -> bytes:
    return zipped({"a.png": b"\x89PNG"})


@case("import.zip", "a Python module beside the data, where the reader might import it", questions=())
def _() -> bytes:
    return patched(shapefile(), {"json.py": b"raise SystemExit(1)", "geo/__init__.py": b"raise SystemExit(1)"})


@case("parks.rar", "a RAR archive", error="archive-kind")
def _() -> bytes:
    return b"Rar!\x1a\x07\x01\x00" + bytes(100)


# --- virtual and remote


@case("parks.vrt", "a VRT over a remote file", error="virtual")
def _() -> bytes:
    return virtual("/vsicurl/http://127.0.0.1:9/a.geojson")


@case("vrt.geojson", "a VRT called GeoJSON, over a local file", error="virtual")
def _() -> bytes:
    return virtual("/etc/passwd")


@case("vrt-in.zip", "a VRT called .shp in a zip", error="broken")
def _() -> bytes:
    return patched(shapefile(), {"parks.shp": virtual("/vsicurl/http://127.0.0.1:9/")})


@case("vsicurl.geojson", "a GeoJSON file that is but a remote path", error="not-geojson")
def _() -> bytes:
    return b'{"type": "/vsicurl/http://127.0.0.1:9/a.geojson"}'


@case("crs-link.geojson", "a crs member that is a link", questions=("crs",))
def _() -> bytes:
    return collection(
        SQUARE, crs={"type": "link", "properties": {"href": "http://127.0.0.1:9/crs.wkt", "type": "ogcwkt"}}
    )


@case("network-link.kml", "a KML NetworkLink to an inner address", error="remote")
def _() -> bytes:
    return kml("<NetworkLink><Link><href>http://169.254.169.254/latest</href></Link></NetworkLink>")


# --- markup


@case("laughs.kml", "billion laughs", error="markup-entities")
def _() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10))
    return kml("<name>&l9;</name>", f"<!DOCTYPE kml [{entities}]>")


@case("entity.kml", "an external entity that reads a file", error="markup-entities")
def _() -> bytes:
    return kml("<name>&x;</name>", '<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]>')


@case("entity-utf16.kml", "the same in UTF-16", error="markup-entities")
def _() -> bytes:
    return '<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml>&x;</kml>'.encode("utf-16")


@case("utf7.kml", "a KML that says it is UTF-7", error="markup-encoding")
def _() -> bytes:
    return b'<?xml version="1.0" encoding="UTF-7"?><kml/>'


@case("drawing.svg", "an SVG with a document type", error="markup-entities")
def _() -> bytes:
    return b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://127.0.0.1:9/svg.dtd"><svg/>'


@case("track.gpx", "a GPX track: XML of another kind", error="unknown-format")
def _() -> bytes:
    return b'<?xml version="1.0"?><gpx><trk/></gpx>'


@case("deep.kml", "folders a thousand deep", error="limit-depth")
def _() -> bytes:
    return kml("<Folder>" * 1000 + "</Folder>" * 1000)


@case("truncated.kml", "a KML that is cut off", error="broken")
def _() -> bytes:
    return kml(placemark(CORNERS))[:-40]


@case("open.kml", "a KML ring that is not closed", faults=("unclosed",))
def _() -> bytes:
    return kml(placemark(CORNERS.rsplit(" ", 1)[0]))


@case("heights.kml", "a KML polygon with heights", faults=("z",))
def _() -> bytes:
    return kml(placemark(" ".join(f"{point},12" for point in CORNERS.split())))


@case("words.kml", "a KML whose coordinates are words", faults=("non-finite",))
def _() -> bytes:
    return kml(placemark("a,b c,d e,f a,b"))


@case("markup-names.geojson", "names that are scripts and formulas", questions=())
def _() -> bytes:
    names = ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", "'; DROP TABLE parks; --"]
    return collection(*[translate(SQUARE, 0.02 * n) for n in range(3)], names=names)


# --- GeoPackage


@case("trigger.gpkg", "a GeoPackage with a trigger of its own", error="geopackage-code")
def _() -> bytes:
    return geopackage("CREATE TRIGGER evil AFTER INSERT ON parks BEGIN DELETE FROM parks; END")


@case("view.gpkg", "a GeoPackage with a view that would load an extension", error="geopackage-code")
def _() -> bytes:
    return geopackage("CREATE VIEW evil AS SELECT load_extension('/tmp/evil.so') AS geom, 1 AS fid")


@case("truncated.gpkg", "a GeoPackage that is cut off", error="broken")
def _() -> bytes:
    return geopackage()[:5000]


@case("no-tables.gpkg", "an SQLite file that is no GeoPackage", error="broken")
def _() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE a (b)")
        database.close()
        return path.read_bytes()


@case("layers.gpkg", "two layers", questions=("layer",))
def _() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.gpkg"
        parks().to_file(path, driver="GPKG", layer="parks")
        parks(translate(SQUARE, 0.02)).to_file(path, driver="GPKG", layer="others")
        return path.read_bytes()


# --- broken and disguised


@case("empty.geojson", "an empty file", error="empty-file")
def _() -> bytes:
    return b""


@case("noise.geojson", "zeros called GeoJSON", error="unknown-format")
def _() -> bytes:
    return bytes(1000)


@case("magic.fgb", "text called FlatGeobuf", error="unknown-format")
def _() -> bytes:
    return b"hello"


@case("truncated.fgb", "a FlatGeobuf that is cut off", error="broken")
def _() -> bytes:
    content = written("FlatGeobuf", "a.fgb", parks())["a.fgb"]
    return content[: len(content) - 60]


@case("truncated.parquet", "a GeoParquet that is cut off", error="broken")
def _() -> bytes:
    return parquet()[:-20]


@case("plain.parquet", "a Parquet without geometry metadata", error="parquet-metadata")
def _() -> bytes:
    content = io.BytesIO()
    pq.write_table(pa.table({"name": ["a"], "geometry": [b"x"]}), content)
    return content.getvalue()


@case("truncated.geojson", "a GeoJSON that is cut off", error="broken")
def _() -> bytes:
    return collection(SQUARE)[:-30]


@case("deep.geojson", "brackets a hundred thousand deep", error="limit-depth")
def _() -> bytes:
    return b'{"type": "Polygon", "coordinates": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


@case("truncated.xlsx", "a workbook that is cut off", error="archive-broken")
def _() -> bytes:
    content = workbook(("wkt",), (SQUARE.wkt,))
    return content[: len(content) // 2]


@case("binary.dxf", "a binary DXF", error="dxf-binary")
def _() -> bytes:
    return b"AutoCAD Binary DXF\r\n\x1a\x00" + bytes(100)


@case("plan.dwg", "a DWG", error="dwg")
def _() -> bytes:
    return b"AC1032" + bytes(100)


@case("truncated.dxf", "a DXF that is cut off", error="broken")
def _() -> bytes:
    return dxf(polyline(DXF_SQUARE))[:150]


@case("no-lines.dxf", "a DXF of texts alone", error="no-features")
def _() -> bytes:
    return dxf("0\nTEXT\n8\na\n10\n0.0\n20\n0.0\n40\n1\n1\nabc\n")


@case("truncated-gdb.zip", "a FileGDB with damaged tables", error="broken")
def _() -> bytes:
    files = written("OpenFileGDB", "a.gdb", parks(), layer="parks")
    return zipped({name: data[:20] for name, data in files.items()})


@case("lone.shp", "a .shp alone", error="shapefile-parts")
def _() -> bytes:
    return written("ESRI Shapefile", "parks.shp", parks())["parks.shp"]


@case("no-dbf.zip", "a Shapefile without .dbf", error="shapefile-parts")
def _() -> bytes:
    return shapefile(drop=(".dbf",))


@case("no-shx.zip", "a Shapefile without .shx", error="shapefile-parts")
def _() -> bytes:
    return shapefile(drop=(".shx",))


@case("short-dbf.zip", "a Shapefile whose table is cut off", error="broken")
def _() -> bytes:
    files = written("ESRI Shapefile", "parks.shp", parks())
    return zipped({**files, "parks.dbf": files["parks.dbf"][:20]})


@case("short-shp.zip", "a Shapefile whose shapes are cut off", error="broken")
def _() -> bytes:
    files = written("ESRI Shapefile", "parks.shp", parks())
    return zipped({**files, "parks.shp": files["parks.shp"][:50]})


# --- limits


@case("large.geojson", "more bytes than the limit", error="limit-file_bytes", limits={"file_bytes": 100})
def _() -> bytes:
    return collection(SQUARE)


@case("many.geojson", "more features than the limit", error="limit-features", limits={"features": 10})
def _() -> bytes:
    return collection(*[translate(SQUARE, 0.02 * n) for n in range(11)])


@case(
    "points.geojson",
    "a million coordinates in one ring",
    error="limit-vertices_per_feature",
    limits={"vertices_per_feature": 10_000},
)
def _() -> bytes:
    return (
        b'{"type": "Polygon", "coordinates": [['
        + b"[118.1,24.5],[118.2,24.5],[118.2,24.6]," * 333_333
        + b"[118.1,24.5]]]}"
    )


@case("vertices.geojson", "many features with many points together", error="limit-vertices", limits={"vertices": 1000})
def _() -> bytes:
    return collection(*[SQUARE.centroid.buffer(0.01, quad_segs=50) for _ in range(10)])


@case("fields.geojson", "more fields than the limit", error="limit-fields")
def _() -> bytes:
    properties = {f"f{n}": n for n in range(300)}
    return json.dumps({"type": "Feature", "properties": properties, "geometry": mapping(SQUARE)}).encode()


@case("cell.geojson", "a cell of a hundred thousand characters", error="limit-text_length")
def _() -> bytes:
    return collection(SQUARE, names=["园" * 100_000])


@case("memory.geojson", "more memory than the limit", error="limit-memory_mb", limits={"memory_mb": 700})
def _() -> bytes:
    return b'{"type": "Polygon", "coordinates": [[' + b"[118.1,24.5]," * 3_000_000 + b"[118.1,24.5]]]}"


@case("slow.kml", "markup that takes very long to look through", error="limit-seconds", limits={"seconds": 6})
def _() -> bytes:
    return b"<kml>" + b"<!--" * 1_000_000


# --- where it lies


@case("no-prj.zip", "a Shapefile in EPSG:4527 without .prj", questions=("crs",))
def _() -> bytes:
    return shapefile(parks(PLANE, 4527), drop=(".prj",))


@case("no-zone.zip", "a Shapefile in EPSG:4548 without .prj", questions=("crs",))
def _() -> bytes:
    return shapefile(parks(translate(PLANE, -39_000_000), 4548), drop=(".prj",))


@case("local.zip", "a .prj of a local system", questions=("crs",))
def _() -> bytes:
    prj = b'LOCAL_CS["Xiamen 92",UNIT["metre",1]]'
    return patched(shapefile(parks(translate(PLANE, -39_600_000, -2_700_000), 4527)), {"parks.prj": prj})


@case("beijing54.zip", "a .prj of Beijing 1954", questions=("crs",))
def _() -> bytes:
    return shapefile(parks().to_crs(2437))


@case("wrong-prj.zip", "a .prj of another zone", questions=("crs",))
def _() -> bytes:
    return shapefile(parks(PLANE, 4527).set_crs(4528, allow_override=True))


@case("nowhere.csv", "coordinates that fit no system", questions=("crs",))
def _() -> bytes:
    return '名称,WKT\na,"POLYGON ((5e7 5e7, 6e7 5e7, 6e7 6e7, 5e7 5e7))"\n'.encode()


@case("swapped.geojson", "latitude before longitude", questions=("axes",))
def _() -> bytes:
    return collection(shapely.box(SOUTH, WEST, SOUTH + SIDE, WEST + SIDE))


@case("survey.csv", "X is the northing, as surveyors write", questions=("crs", "axes"))
def _() -> bytes:
    corners = [(2_735_500, 39_616_400), (2_735_500, 39_617_400), (2_736_500, 39_617_400), (2_735_500, 39_616_400)]
    return "\n".join(["地块名称,X,Y", *(f"甲,{x},{y}" for x, y in corners)]).encode()


@case("amap.geojson", "coordinates of Amap", faults=("overlap",), questions=("datum",))
def _() -> bytes:
    return displayed("GCJ-02")


@case("baidu.geojson", "coordinates of Baidu", faults=("overlap",), questions=("datum",))
def _() -> bytes:
    return displayed("BD-09")


@case("高德采集.geojson", "a file whose name says Amap", questions=("datum",))
def _() -> bytes:
    return collection(SQUARE)


@case("abroad.geojson", "a polygon in another country", faults=("outside-city",))
def _() -> bytes:
    return collection(shapely.box(2.3, 48.8, 2.4, 48.9))


# --- encoding


@case("gbk-no-cpg.zip", "GBK without .cpg", questions=("encoding",))
def _() -> bytes:
    return shapefile(encoding="GB18030", drop=(".cpg",))


@case("wrong-cpg.zip", "GBK with a .cpg that says UTF-8", questions=("encoding",))
def _() -> bytes:
    return shapefile(encoding="GB18030", drop=(".cpg",), cpg="UTF-8")


@case("noise-text.csv", "text in no encoding", error="encoding")
def _() -> bytes:
    return b"name,WKT\n\xff\xff\xff\x81,POINT (118 24)\n"


# --- shapes


@case("bow-tie.geojson", "a bow tie", faults=("self-crossing",))
def _() -> bytes:
    a, b = (WEST, SOUTH), (WEST + SIDE, SOUTH + SIDE)
    return collection(ring(a, b, (WEST + SIDE, SOUTH), (WEST, SOUTH + SIDE), a))


@case("open.geojson", "a ring that is not closed", faults=("unclosed",))
def _() -> bytes:
    return collection(ring((WEST, SOUTH), (WEST + SIDE, SOUTH), (WEST + SIDE, SOUTH + SIDE)))


@case("open.dxf", "a polyline that is not closed", faults=("unclosed",), questions=("crs",))
def _() -> bytes:
    return dxf(polyline(DXF_SQUARE, closed=0))


@case("arcs.dxf", "a polyline with arcs", faults=("curve",), questions=("crs",))
def _() -> bytes:
    return dxf(polyline(DXF_SQUARE, extra="42\n0.3\n"))


@case("open.csv", "an open ring in well-known text", faults=("unclosed",), questions=("crs",))
def _() -> bytes:
    return f'name,WKT\na,"POLYGON (({WEST} {SOUTH}, {WEST + SIDE} {SOUTH}, {WEST} {SOUTH + SIDE}))"\n'.encode()


@case("twice.geojson", "the same polygon twice", faults=("duplicate",))
def _() -> bytes:
    return collection(SQUARE, shapely.Polygon(SQUARE.exterior.coords[1:]))


@case("sliver.geojson", "a strip ten centimetres wide", faults=("sliver",))
def _() -> bytes:
    return collection(shapely.MultiPolygon([SQUARE, shapely.box(WEST + 0.02, SOUTH, WEST + 0.020001, SOUTH + SIDE)]))


@case("spike.geojson", "a spike two kilometres long", faults=("spike",))
def _() -> bytes:
    corners = [(WEST, SOUTH), (WEST + SIDE, SOUTH), (WEST + SIDE, SOUTH + 0.005), (WEST + 0.03, SOUTH + 0.005)]
    return collection(ring(*corners, (WEST + SIDE, SOUTH + 0.0050001), (WEST, SOUTH + SIDE), (WEST, SOUTH)))


@case("hole-outside.geojson", "a hole outside its shell", faults=("hole-outside",))
def _() -> bytes:
    shell, hole = mapping(SQUARE)["coordinates"][0], mapping(translate(SQUARE, 0.05))["coordinates"][0]
    return collection({"type": "Polygon", "coordinates": [shell, hole]})


@case("overlap.geojson", "two parks that overlap", faults=("overlap",))
def _() -> bytes:
    return collection(SQUARE, translate(SQUARE, SIDE / 2), names=["甲", "乙"])


@case(
    "district.geojson",
    "a park of Huli drawn in Tong'an, over a park that is there",
    faults=("overlap", "outside-district", "area-published", "area-present"),
)
def _() -> bytes:
    return collection(shapely.box(WEST, SOUTH, WEST + 0.03, SOUTH + 0.03), names=["火炬园"])


@case("sea.geojson", "a park in the strait", faults=("sea",))
def _() -> bytes:
    return collection(shapely.box(118.2, 24.4, 118.21, 24.41))


@case("nan.geojson", "NaN and infinity among the coordinates", faults=("non-finite", "non-finite"))
def _() -> bytes:
    bad = collection(SQUARE, translate(SQUARE, 0.02)).decode()
    return bad.replace(str(WEST + SIDE), "NaN", 1).replace(str(WEST + 0.02 + SIDE), "1e999", 1).encode()


@case("words.geojson", "coordinates that are words", faults=("non-finite",))
def _() -> bytes:
    return collection({"type": "Polygon", "coordinates": [[["a", "b"], ["c", "d"], ["e", "f"], ["a", "b"]]]})


@case("two-points.geojson", "a ring of two points", faults=("too-few-points",))
def _() -> bytes:
    return collection(ring((WEST, SOUTH), (WEST + SIDE, SOUTH), (WEST, SOUTH)))


@case("null.geojson", "features without geometry", faults=("empty", "empty"))
def _() -> bytes:
    return collection(None, {"type": "Polygon", "coordinates": []})


@case("types.geojson", "points and lines", faults=("wrong-type", "wrong-type"))
def _() -> bytes:
    return collection(shapely.Point(WEST, SOUTH), shapely.LineString([(WEST, SOUTH), (WEST + SIDE, SOUTH)]))


@case("repeated.geojson", "a point twice in a row", faults=("repeated-points",))
def _() -> bytes:
    points = list(SQUARE.exterior.coords)
    return collection(ring(points[0], points[0], *points[1:]))


@case("unclosed-wkb.parquet", "a GeoParquet whose ring is open", faults=("unclosed",))
def _() -> bytes:
    points = [(WEST, SOUTH), (WEST + SIDE, SOUTH), (WEST + SIDE, SOUTH + SIDE), (WEST, SOUTH + SIDE)]
    wkb = struct.pack("<BIII", 1, 3, 1, 4) + b"".join(struct.pack("<dd", *point) for point in points)
    table = pq.read_table(io.BytesIO(parquet()))
    place = table.column_names.index("geometry")
    bad = table.set_column(place, "geometry", pa.array([wkb], pa.binary())).replace_schema_metadata(
        table.schema.metadata
    )
    content = io.BytesIO()
    pq.write_table(bad, content)
    return content.getvalue()


# --- sheets and 国土TXT


@case("links.xlsx", "a workbook with links to other files and formulas", faults=("empty",), questions=("crs",))
def _() -> bytes:
    book = workbook(("名称", "WKT"), ("甲", SQUARE.wkt), ("乙", '=WEBSERVICE("http://127.0.0.1:9/")'))
    link = b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    return patched(book, {"xl/externalLinks/externalLink1.xml": link})


@case("entities.xlsx", "a workbook whose sheet declares entities", error="markup-entities")
def _() -> bytes:
    return patched(workbook(("WKT",)), {"xl/worksheets/sheet1.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>'})


@case("no-columns.csv", "a table without coordinates", error="no-coordinates")
def _() -> bytes:
    return "名称,面积\n甲,1\n".encode()


@case("words.csv", "coordinates that are words", faults=("non-finite",), questions=())
def _() -> bytes:
    return "名称,经度,纬度\n甲,东经一百一十八度,北纬二十四度\n".encode()


@case("bad-wkt.csv", "well-known text that is none", faults=("empty",))
def _() -> bytes:
    return "名称,WKT\n甲,圆形\n".encode()


@case("binary.csv", "a picture called CSV", error="unknown-format")
def _() -> bytes:
    return b"\x89PNG\r\n\x1a\n" + bytes(100)


@case("short.txt", "a 国土TXT with a point too few", error="land-text")
def _() -> bytes:
    return landtxt("4,1.0,1,甲,面,,,,@", "J1,1,2735500,39616400", "J2,1,2735500,39617400", "J1,1,2735500,39616400")


@case("words.txt", "a 国土TXT with words for numbers", error="land-text")
def _() -> bytes:
    return landtxt("2,1.0,1,甲,面,,,,@", "J1,1,北,东", "J1,1,北,东")


@case("note.txt", "a text that is no 国土TXT", error="land-text")
def _() -> bytes:
    return "园区范围见附图。\n".encode()
