"""Which park part a feature is: proposals by name, alias and place, each with its reason; a person confirms."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from rapidfuzz import fuzz

from geo.crs import CGCS2000_CM117
from geo.names import folded, unbracketed

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd

    from geo.intake.surroundings import Surroundings
    from geo.intake.values import Intake

#: Names of columns that hold names of parks, the likelier first.
NAME_COLUMNS = (
    "园区名称", "园区", "片区名称", "片区", "名称", "地块名称", "part_zh", "park_zh", "name_zh", "short_zh", "name",
    "text", "park", "title", "extent_id", "label",
)  # fmt: skip
#: From this likeness of two names (0 to 100, rapidfuzz's ratio) on they may mean the same.
LIKE_NAMES = 70.0
#: From this shared area (of both together) on a feature lies where a part lies.
LIKE_PLACES = 0.3
_NEAR_M = 2000.0
_MOST = 3


class Match(NamedTuple):
    """
    A proposal: this feature may be that park part.

    Parameters
    ----------
    feature
        Number of the feature, from 1.
    park_id, part_id
        The part.
    score
        0 to 1; proposals of one feature are ordered by it.
    by
        `name`, `alias`, `similar name` or `place`.
    why, why_en
        The reason, in Chinese and English.
    is_by_name
        Whether the name alone points to this part.
    """

    feature: int
    park_id: str
    part_id: str
    score: float
    by: str
    why: str
    why_en: str

    @property
    def is_by_name(self) -> bool:
        """Whether a name of the park or part is the very name in the file."""
        return self.by in {"name", "alias"}


def name_column(attributes: pd.DataFrame, around: Surroundings) -> str | None:
    """
    Find the column that holds the features' names.

    Parameters
    ----------
    attributes
        Columns of the file.
    around
        The city: the column with the most names of its parks wins, then one that is called like a name.

    Returns
    -------
    column
        None where no column holds text that could be names.

    Examples
    --------
    >>> import pandas as pd
    >>> from geo.intake.surroundings import surroundings
    >>> from geo.plan import read_plan
    >>> around = surroundings(read_plan())
    >>> name_column(pd.DataFrame({"备注": ["无"], "DKMC": ["同翔高新城"]}), around)
    'DKMC'
    """
    known = {folded(name) for names in around.parts["names"] for name in names}
    texts = [
        column for column in attributes.columns if attributes[column].map(lambda cell: isinstance(cell, str)).any()
    ]
    hits = {
        column: sum(folded(cell) in known for cell in attributes[column] if isinstance(cell, str)) for column in texts
    }
    best = max(hits, key=lambda column: hits[column], default=None)
    if best is not None and hits[best]:
        return str(best)
    called = {folded(str(column)): str(column) for column in reversed(texts)}
    return next((called[name] for name in NAME_COLUMNS if name in called), None)


def propose_matches(intake: Intake, around: Surroundings) -> tuple[Match, ...]:
    """
    Propose park parts for each feature, the likeliest first.

    Parameters
    ----------
    intake
        The file as read.
    around
        The city.

    Returns
    -------
    matches
        At most three a feature, in the order of the features; none where nothing comes near.

    Examples
    --------
    >>> from geo.intake.surroundings import surroundings
    >>> from geo.plan import read_plan
    >>> plan = read_plan()
    >>> table = plan.extents[plan.extents["extent_id"] == "torch-park/main"].to_crs("EPSG:4326")
    >>> table = table[["geometry"]].assign(feature=1, name="火炬园")
    >>> from geo.intake.values import Intake
    >>> intake = Intake("a", "", 0, "geojson", "EPSG:4326", "UTF-8", "wgs84", "a", table, name_column="name")
    >>> best = propose_matches(intake, surroundings(plan))[0]
    >>> best.park_id, best.part_id, best.score
    ('torch-park', 'main', 1.0)
    """
    names: Sequence[str | None] = intake.names if intake.name_column else [None] * len(intake.table)
    return matched(intake.table, names, around)


def matched(table: gpd.GeoDataFrame, names: Sequence[str | None], around: Surroundings) -> tuple[Match, ...]:
    """
    Propose park parts for features of a table.

    Parameters
    ----------
    table
        `feature` and geometry, in WGS 84; without a system only names count.
    names
        Name of each feature, None where unknown.
    around
        The city.

    Returns
    -------
    matches
        As of `propose_matches`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from geo.intake.surroundings import surroundings
    >>> from geo.plan import read_plan
    >>> table = gpd.GeoDataFrame({"feature": [1]}, geometry=[None], crs="EPSG:4326")
    >>> [match.by for match in matched(table, ["同翔产业基地"], surroundings(read_plan()))]
    ['alias']
    """
    shares = _shared_places(table, around) if table.crs is not None else {}
    by_name = {name: _by_name(name, around) for name in set(names) if name}
    found: list[Match] = []
    for row, (feature, name) in enumerate(zip(table["feature"], names, strict=True)):
        proposals = dict(by_name.get(name, {})) if name else {}
        for part, (share, distance) in shares.get(row, {}).items():
            proposals[part] = _with_place(proposals.get(part), share, distance)
        ordered = sorted(proposals.items(), key=lambda item: (-item[1][0], item[0]))
        for part, (score, by, why, why_en) in ordered[:_MOST]:
            if score > 0:
                ids = around.parts.iloc[part]
                found.append(Match(int(feature), ids["park_id"], ids["part_id"], round(score, 3), by, why, why_en))
    return tuple(found)


_Proposal = tuple[float, str, str, str]


def _by_name(name: str, around: Surroundings) -> dict[int, _Proposal]:
    """Parts that a name may mean, by their place in the table."""
    plain, short = folded(name), folded(unbracketed(name))
    found: dict[int, _Proposal] = {}
    for part, (names, own, park, label) in enumerate(
        zip(
            around.parts["names"],
            around.parts["part_names"],
            around.parts["park_zh"],
            around.parts["label"],
            strict=True,
        )
    ):
        exact = next(
            (known for known in names if folded(known) in {plain, short} or folded(unbracketed(known)) == plain), None
        )
        if exact is not None or folded(label) == plain or folded(f"{park}{own[0]}") == plain:
            shown = exact or label
            is_main = shown in own or exact is None
            by = "name" if shown in {own[0], park} or exact is None else "alias"
            # A park's name means each of its parts; a part's own name means that part.
            score = 1.0 if is_main else 0.9
            found[part] = (score, by, f"名称与“{shown}”相同", f"the name is {shown!r}")
            continue
        likeness, like = max((fuzz.ratio(plain, folded(known)), known) for known in names)
        if likeness >= LIKE_NAMES:
            found[part] = (
                likeness / 100 * 0.8,
                "similar name",
                f"名称与“{like}”相近（{likeness:.0f}%）",
                f"the name is like {like!r} ({likeness:.0f} %)",
            )
    return found


def _with_place(proposal: _Proposal | None, share: float, distance_m: float) -> _Proposal:
    where = f"与现有范围重叠 {share:.0%}" if share else f"距现有范围 {distance_m:.0f} 米"
    where_en = f"shares {share:.0%} with the present extent" if share else f"{distance_m:.0f} m from the present extent"
    if proposal is None:
        return (share * 0.7 if share >= LIKE_PLACES else 0.0, "place", where, where_en)
    score, by, why, why_en = proposal
    # Place decides between parts of one name, never against a name.
    return (min(1.0, score + 0.1 * share), by, f"{why}；{where}", f"{why_en}; {where_en}")


def _shared_places(table: gpd.GeoDataFrame, around: Surroundings) -> dict[int, dict[int, tuple[float, float]]]:
    """Share of the union that feature and part have in common and their distance, for those near each other."""
    present = around.parts.geometry.to_crs(CGCS2000_CM117).to_numpy()
    shapes = table.geometry.to_crs(CGCS2000_CM117).to_numpy()
    usable = np.array([shape is not None and not shape.is_empty and shape.is_valid for shape in shapes], dtype=bool)
    rows = np.nonzero(usable)[0]
    pairs = shapely.STRtree(present).query(shapes[usable], predicate="dwithin", distance=_NEAR_M)
    found: dict[int, dict[int, tuple[float, float]]] = {}
    for place, part in pairs.T:
        shape, extent = shapes[rows[place]], present[part]
        common = shapely.area(shapely.intersection(shape, extent))
        share = float(common / (shapely.area(shape) + shapely.area(extent) - common)) if shapely.area(shape) else 0.0
        found.setdefault(int(rows[place]), {})[int(part)] = (share, float(shapely.distance(shape, extent)))
    return found
