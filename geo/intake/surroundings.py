"""What an outside file is compared with: a plan's present extents, districts and land, in a form that travels."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from geo.crs import WGS84
from geo.extents import measured_extents

if TYPE_CHECKING:
    from pathlib import Path

    from geo.plan import Plan


@dataclass(frozen=True, eq=False)
class Surroundings:
    """
    The city around an outside file.

    Parameters
    ----------
    parts
        One row a park part: `park_id`, `part_id`, `park_zh`, `part_zh`, `label` (park and part as one reads them),
        `names` (tuple of all names of the part, then of the park), `part_names` (tuple, of the part alone),
        `districts_zh` (tuple, as stated), `grade`, `position_accuracy_m` (m), `area_km2`, `area_published_km2`,
        geometry in WGS 84.
    districts
        `name_zh`, geometry in WGS 84.
    land
        Geometry in WGS 84; empty where the plan has no coast.
    bounds
        West, south, east, north of the city, degrees.
    line_accuracy_m
        How far the district lines may be off, metres.
    """

    parts: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    land: gpd.GeoDataFrame
    bounds: tuple[float, float, float, float]
    line_accuracy_m: float


_TUPLES = ("names", "part_names", "districts_zh")
_PART_COLUMNS = (
    "park_id", "part_id", "park_zh", "part_zh", "label", *_TUPLES, "grade", "position_accuracy_m", "area_km2",
    "area_published_km2", "geometry",
)  # fmt: skip


def surroundings(plan: Plan) -> Surroundings:
    """
    Gather what an outside file is compared with.

    Parameters
    ----------
    plan
        The plan, with the extents of today.

    Returns
    -------
    surroundings
        In WGS 84.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> around = surroundings(read_plan())
    >>> len(around.parts), around.bounds
    (41, (117.4, 24.1, 118.9, 25.15))
    """
    extents = measured_extents(plan)
    parks = {row["park_id"]: row for row in plan.parks.to_dict("records")}
    parts = {(row["park_id"], row["part_id"]): row for row in plan.parts.to_dict("records")}
    described = [
        _described(parks[park], parts[park, part])
        for park, part in zip(extents["park_id"], extents["part_id"], strict=True)
    ]
    table = extents.assign(**pd.DataFrame(described, index=extents.index))[list(_PART_COLUMNS)]
    bounds = plan.descriptor.get("bounds") or plan.districts.total_bounds.tolist()
    return Surroundings(
        table,
        plan.districts[["name_zh", "geometry"]],
        plan.land[["geometry"]],
        tuple(float(value) for value in bounds),  # type: ignore[arg-type]  # four by the package's schema
        float(plan.descriptor.get("district_line_accuracy_m", 0.0)),
    )


def _described(park: dict[Any, Any], part: dict[Any, Any]) -> dict[str, Any]:
    own = [part["name_zh"], part["name_en"], *part["aliases"]]
    of_park = [park["name_zh"], park["short_zh"], park["name_en"], park["short_en"], *park["aliases"]]
    stated = (
        [part["district_zh"], *park["districts_zh"]] if part["relation"] in {"main", "whole"} else [part["district_zh"]]
    )
    is_whole = part["name_zh"] in {park["name_zh"], park["short_zh"]}
    return {
        "label": park["short_zh"] if is_whole else f"{park['short_zh']} · {part['name_zh']}",
        "names": tuple(name for name in dict.fromkeys([*own, *of_park]) if isinstance(name, str)),
        "part_names": tuple(name for name in dict.fromkeys(own) if isinstance(name, str)),
        "districts_zh": tuple(name for name in dict.fromkeys(stated) if isinstance(name, str)),
    }


def write_surroundings(around: Surroundings, folder: Path) -> None:
    """
    Write them into a folder, for the process that reads the file.

    Parameters
    ----------
    around
        What to write.
    folder
        An existing folder.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from geo.plan import read_plan
    >>> with tempfile.TemporaryDirectory() as name:
    ...     write_surroundings(surroundings(read_plan()), pathlib.Path(name))
    ...     read_surroundings(pathlib.Path(name)).line_accuracy_m
    500.0
    """
    parts = around.parts.assign(**{name: [json.dumps(cells) for cells in around.parts[name]] for name in _TUPLES})
    for name, table in (("parts", parts), ("districts", around.districts), ("land", around.land)):
        table.to_feather(folder / f"{name}.feather")
    about = {"bounds": around.bounds, "line_accuracy_m": around.line_accuracy_m}
    (folder / "surroundings.json").write_text(json.dumps(about), encoding="utf-8")


def read_surroundings(folder: Path) -> Surroundings:
    """
    Read back what `write_surroundings` wrote.

    Parameters
    ----------
    folder
        Where it was written.

    Returns
    -------
    around
        As it was.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from geo.plan import read_plan
    >>> with tempfile.TemporaryDirectory() as name:
    ...     write_surroundings(surroundings(read_plan()), pathlib.Path(name))
    ...     read_surroundings(pathlib.Path(name)).parts.crs.to_string()
    'EPSG:4326'
    """
    parts, districts, land = (
        gpd.read_feather(folder / f"{name}.feather").to_crs(WGS84) for name in ("parts", "districts", "land")
    )
    about = json.loads((folder / "surroundings.json").read_text(encoding="utf-8"))
    parts = parts.assign(**{name: [tuple(json.loads(cells)) for cells in parts[name]] for name in _TUPLES})
    return Surroundings(parts, districts, land, tuple(about["bounds"]), about["line_accuracy_m"])
