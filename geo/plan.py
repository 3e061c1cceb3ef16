"""
A plan package on disk, read into a frozen set of validated tables.

A package is a folder with a Frictionless Data Package (version 2) in it: `datapackage.json` describes every table, so
that another city is another folder and no code. `geo.package` says what is wrong with one.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.agreement import TRUE_WORDS
from geo.crs import WGS84
from geo.descriptor import ENCODING, OPTIONAL_FIELDS, read_descriptor
from geo.errors import PlanError, UnknownNameError
from geo.features import features_of
from geo.package import check_plan

#: The package that comes with the project.
DEFAULT_PATH = Path(__file__).parents[1] / "layers" / "plans" / "xiamen-2021-2025"


@dataclass(frozen=True, eq=False, repr=False)
class Plan:
    """
    The validated tables of one plan package; nobody changes them.

    Parameters
    ----------
    path
        The package's folder.
    descriptor
        Content of `datapackage.json`.
    digest
        SHA-256 over all files of the package, in hexadecimal: it changes when any byte does.
    sources, sectors, subsectors, parks, parts, allocations, focuses, focus_mappings, terms, crosswalk, areas,
    indicators, carriers
        Tables as described in docs/plan-package.md; `sectors` holds sectors and future tracks.
    extents, districts, neighbours, land, metro_lines, metro_stations, places, subdistricts
        Geometry tables, WGS 84 longitude and latitude.
    extents_release
        Which release the extents are of, such as `extents.3`; empty when they are the package's own.
    """

    path: Path
    descriptor: dict[str, Any]
    digest: str
    sources: pd.DataFrame
    sectors: pd.DataFrame
    subsectors: pd.DataFrame
    parks: pd.DataFrame
    parts: pd.DataFrame
    allocations: pd.DataFrame
    focuses: pd.DataFrame
    focus_mappings: pd.DataFrame
    terms: pd.DataFrame
    crosswalk: pd.DataFrame
    areas: pd.DataFrame
    indicators: pd.DataFrame
    carriers: pd.DataFrame
    extents: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    neighbours: gpd.GeoDataFrame
    land: gpd.GeoDataFrame
    metro_lines: gpd.GeoDataFrame
    metro_stations: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    subdistricts: gpd.GeoDataFrame
    extents_release: str = ""

    def __repr__(self) -> str:
        return f"<Plan {self.release}>"

    @property
    def release(self) -> str:
        """Name, version, release of the extents and start of the digest: what a file or report was made from."""
        edition = "+".join(filter(None, (str(self.descriptor.get("version", "")), self.extents_release)))
        return f"{self.descriptor['name']} {edition} ({self.digest[:8]})"

    @property
    def main_sectors(self) -> pd.DataFrame:
        """Rows of `sectors` that are sectors, in the plan's order."""
        return self.sectors[self.sectors["kind"] == "sector"].sort_values("order", ignore_index=True)

    @property
    def tracks(self) -> pd.DataFrame:
        """Rows of `sectors` that are future tracks, in the plan's order."""
        return self.sectors[self.sectors["kind"] == "track"].sort_values("order", ignore_index=True)

    def table(self, name: str) -> pd.DataFrame:
        """
        Return one table by its resource name.

        Parameters
        ----------
        name
            Such as `parks` or `extents`.

        Returns
        -------
        table
            The table itself; treat it as read-only.

        Raises
        ------
        UnknownNameError
            If the package has no such table.
        """
        if name not in TABLES:
            msg = f"the plan has no table {name!r}; it has {', '.join(TABLES)}"
            raise UnknownNameError(msg)
        frame: pd.DataFrame = getattr(self, name)
        return frame


_NO_TABLES = frozenset({"path", "descriptor", "digest", "extents_release"})
TABLES = tuple(field.name for field in fields(Plan) if field.name not in _NO_TABLES)


def read_plan(path: str | Path = DEFAULT_PATH) -> Plan:
    """
    Read and validate a plan package.

    Parameters
    ----------
    path
        Folder that holds `datapackage.json`.

    Returns
    -------
    plan
        Its tables; geometry in WGS 84, longitude first.

    Raises
    ------
    PlanError
        If the package has any fault; all of them are listed.

    Examples
    --------
    >>> plan = read_plan()
    >>> len(plan.parks), len(plan.main_sectors), len(plan.tracks), len(plan.allocations)
    (28, 5, 6, 31)
    """
    folder = Path(path)
    faults = check_plan(folder)
    if faults:
        raise PlanError(folder, faults)
    descriptor = read_descriptor(folder)
    resources = {resource["name"]: resource for resource in descriptor["resources"]}
    tables: dict[str, Any] = {
        name: _read_table(folder, resources[name]) if name in resources else _empty_table(name) for name in TABLES
    }
    return Plan(path=folder, descriptor=descriptor, digest=_digest(folder, descriptor), **tables)


def _digest(folder: Path, descriptor: dict[str, Any]) -> str:
    total = hashlib.sha256()
    for name in ["datapackage.json", *(resource["path"] for resource in descriptor["resources"])]:
        total.update(name.encode())
        total.update((folder / name).read_bytes())
    return total.hexdigest()


def _empty_table(name: str) -> pd.DataFrame:
    columns = OPTIONAL_FIELDS[name]
    if name in GEOMETRY_TABLES:
        empty: pd.DataFrame = gpd.GeoDataFrame({column: [] for column in columns}, geometry=[], crs=WGS84)
        return empty
    return pd.DataFrame({column: pd.Series(dtype="object") for column in columns})


GEOMETRY_TABLES = frozenset(
    {"extents", "districts", "neighbours", "land", "metro_lines", "metro_stations", "places", "subdistricts"}
)


def _read_table(folder: Path, resource: dict[str, Any]) -> pd.DataFrame:
    columns = {field["name"]: field for field in resource["schema"]["fields"]}
    file = folder / resource["path"]
    if resource.get("format") == "geojson":
        features = features_of(json.loads(file.read_text(encoding=ENCODING)))
        table: pd.DataFrame = gpd.GeoDataFrame.from_features(features, columns=["geometry", *columns], crs=WGS84)
        return table
    text: pd.DataFrame = pd.read_csv(file, dtype=str, keep_default_na=False, na_values=[""], encoding=ENCODING)
    typed: pd.DataFrame = text.assign(**{name: _typed(text[name], field) for name, field in columns.items()})
    return typed


def _typed(column: pd.Series, field: dict[str, Any]) -> pd.Series:
    """Turn a column of text into the type that the descriptor states."""
    kind = field["type"]
    cells = [cell if isinstance(cell, str) else None for cell in column]
    if kind == "integer":
        numbers = [None if cell is None else int(cell) for cell in cells]
        return pd.Series(numbers, index=column.index, dtype="Int64")
    if kind == "number":
        return pd.Series([None if cell is None else float(cell) for cell in cells], index=column.index, dtype="float64")
    if kind == "boolean":
        truths = [None if cell is None else cell in TRUE_WORDS for cell in cells]
        return pd.Series(truths, index=column.index, dtype="boolean")
    if kind == "list":
        delimiter = field.get("delimiter", ",")
        return column.map(lambda cell: tuple(cell.split(delimiter)) if isinstance(cell, str) else ()).astype(object)
    return column
