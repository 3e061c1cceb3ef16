"""A small office for tests of pages: two accounts, and a survey in the form in which one comes."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import shapely

from geo.accounts import Actor, hash_password

EDITOR, PUBLISHER = "陈工", "林工"
PASSWORD = "tide tables of the strait"  # noqa: S105  (of accounts that the tests make)
PART = "torch-park/main"
#: Side of the surveyed square, metres of EPSG:4527.
SIDE_M = 1000.0


def accounts_file(folder: Path) -> Path:
    """Write an editor and a publisher, both with the same password."""
    line = hash_password(PASSWORD)
    roles = {EDITOR: ["editor"], PUBLISHER: ["publisher"]}
    rows = [
        f'[accounts.{json.dumps(name, ensure_ascii=False)}]\npassword = "{line}"\nroles = {json.dumps(own)}\n'
        for name, own in roles.items()
    ]
    path = folder / "accounts.toml"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def actor(name: str) -> Actor:
    """Give one of the two as the store knows them."""
    return Actor(name, frozenset({"editor" if name == EDITOR else "publisher"}))


def survey(extents: gpd.GeoDataFrame, *, name: str = "火炬园") -> bytes:
    """Make a Shapefile in a zip: GBK, EPSG:4527, neither .prj nor .cpg; a square about the middle of the Torch Park."""
    plane = extents[extents["extent_id"] == PART].to_crs("EPSG:4527").geometry.iloc[0].centroid
    square = shapely.box(plane.x - SIDE_M / 2, plane.y - SIDE_M / 2, plane.x + SIDE_M / 2, plane.y + SIDE_M / 2)
    table = gpd.GeoDataFrame({"园区名称": [name]}, geometry=[square], crs="EPSG:4527")
    content = io.BytesIO()
    with TemporaryDirectory() as folder, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        table.to_file(Path(folder) / "hongxian.shp", driver="ESRI Shapefile", encoding="GBK")
        for file in sorted(Path(folder).iterdir()):
            if file.suffix not in {".prj", ".cpg"}:
                archive.write(file, file.name)
    return content.getvalue()
