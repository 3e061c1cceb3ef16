"""Larger plan packages for the interaction benchmark: the shipped one, its parks cut into many more parts."""

from __future__ import annotations

import csv
import json
import math
import random
import shutil
from typing import TYPE_CHECKING, Any

from shapely.geometry import Point, Polygon, mapping, shape

from geo.plan import DEFAULT_PATH

if TYPE_CHECKING:
    from pathlib import Path

_SEED = 41


def package_with_parts(folder: Path, count: int) -> Path:
    """
    Write a package with the shipped parks and this many parts; what it adds is invented, for measuring only.

    Parameters
    ----------
    folder
        Where to write it.
    count
        Parts in all, at least those of the shipped package.

    Returns
    -------
    folder
        The package's.
    """
    target = folder / f"parts-{count}"
    if target.exists():
        return target
    shutil.copytree(DEFAULT_PATH, target)
    file = target / "extents.geojson"
    content = json.loads(file.read_text(encoding="utf-8"))
    rows = _rows(target / "parts.csv")
    known = {(row["park_id"], row["part_id"]): row for row in rows}
    draw = random.Random(_SEED)  # noqa: S311  (seeded on purpose)
    shipped = list(content["features"])
    for number in range(count - len(shipped)):
        pattern = shipped[number % len(shipped)]
        park, part = pattern["properties"]["park_id"], f"x{number + 1}"
        content["features"].append(_feature(pattern, park, part, draw))
        rows.append(
            {
                **known[park, pattern["properties"]["part_id"]],
                "part_id": part,
                "order": str(100 + number),
                "name_zh": f"虚构地块{number + 1}",
                "name_en": f"Invented part {number + 1}",
                "aliases": "",
            }
        )
    file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    with (target / "parts.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return target


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _feature(pattern: dict[str, Any], park: str, part: str, draw: random.Random) -> dict[str, Any]:
    """A block of some 100 m with a dozen corners, near the part that it is patterned on."""
    middle = shape(pattern["geometry"]).representative_point()
    centre = Point(middle.x + draw.gauss(0, 0.02), middle.y + draw.gauss(0, 0.02))
    corners = sorted(draw.uniform(0, 2 * math.pi) for _ in range(12))
    size = [draw.uniform(0.0005, 0.0012) for _ in corners]
    block = Polygon(
        [
            (round(centre.x + far * math.cos(angle), 7), round(centre.y + far * math.sin(angle), 7))
            for angle, far in zip(corners, size, strict=True)
        ]
    ).convex_hull
    own = {**pattern["properties"], "extent_id": f"{park}/{part}", "part_id": part, "area_published_km2": None}
    return {"type": "Feature", "properties": own, "geometry": mapping(block)}
