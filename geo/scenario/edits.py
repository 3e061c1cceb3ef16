"""
Edits of a plan's allocation: six kinds, each a small value that reads from JSON, writes to it and says itself in words.

Amounts are in 100 million yuan (亿元), lengths in metres, positions in WGS 84 with longitude first.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

import geopandas as gpd
from shapely import Polygon

from geo.crs import WGS84, geodesic_area_m2

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Rings of a polygon, the outer one first; each a tuple of (longitude, latitude), closed.
Rings = tuple[tuple[tuple[float, float], ...], ...]


@dataclass(frozen=True)
class AddAllocation:
    """
    List a park under a sector.

    Parameters
    ----------
    sector_id, park_id
        The pair; the park may be one that an earlier edit drafts.
    """

    kind: ClassVar[str] = "add"
    sector_id: str
    park_id: str


@dataclass(frozen=True)
class RemoveAllocation:
    """
    Take a park off a sector's list.

    Parameters
    ----------
    sector_id, park_id
        The pair.
    """

    kind: ClassVar[str] = "remove"
    sector_id: str
    park_id: str


@dataclass(frozen=True)
class MoveAllocation:
    """
    List another park in a park's place.

    Parameters
    ----------
    sector_id, park_id
        The pair as it stands.
    to
        Park that takes its place.
    """

    kind: ClassVar[str] = "move"
    sector_id: str
    park_id: str
    to: str


@dataclass(frozen=True)
class DraftPark:
    """
    A park that someone drew on the map.

    Parameters
    ----------
    park_id
        New id: small letters, digits and hyphens.
    name_zh
        Its name; no other park's.
    rings
        Outline and holes, WGS 84 longitude and latitude in degrees.
    position_accuracy_m
        How far its outline may be off, metres. Its grade is D, whatever the accuracy: nothing evidences it.
    """

    kind: ClassVar[str] = "draft_park"
    park_id: str
    name_zh: str
    rings: Rings
    position_accuracy_m: float

    @property
    def polygon(self) -> Polygon:
        """The rings as a polygon, WGS 84."""
        return Polygon(self.rings[0], self.rings[1:])

    @property
    def area_km2(self) -> float:
        """Area on the ellipsoid, square kilometres."""
        return float(geodesic_area_m2(gpd.GeoSeries([self.polygon], crs=WGS84)).iloc[0] / 1e6)


@dataclass(frozen=True)
class SetTarget:
    """
    Give a sector another scale target.

    Parameters
    ----------
    sector_id
        The sector.
    value
        100 million yuan (亿元).
    """

    kind: ClassVar[str] = "target"
    sector_id: str
    value: float


@dataclass(frozen=True)
class SplitTarget:
    """
    Say which share of a sector's target falls to which park, instead of by area.

    Parameters
    ----------
    sector_id
        The sector.
    shares
        Pairs of park id and share (0 to 1, together 1), kept in the order of the ids; a listed park that is not here
        gets nothing.

    Examples
    --------
    >>> SplitTarget("it", (("b", 0.4), ("a", 0.6))) == SplitTarget("it", (("a", 0.6), ("b", 0.4)))
    True
    """

    kind: ClassVar[str] = "split"
    sector_id: str
    shares: tuple[tuple[str, float], ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "shares", tuple(sorted(self.shares)))


Edit = AddAllocation | RemoveAllocation | MoveAllocation | DraftPark | SetTarget | SplitTarget
KINDS: dict[str, type[Edit]] = {
    edit.kind: edit for edit in (AddAllocation, RemoveAllocation, MoveAllocation, DraftPark, SetTarget, SplitTarget)
}


def edit_json(edit: Edit) -> dict[str, Any]:
    """
    Write an edit as JSON.

    Parameters
    ----------
    edit
        Any of the six kinds.

    Returns
    -------
    content
        Object as `geo/data/scenario.schema.json` describes it.

    Examples
    --------
    >>> edit_json(MoveAllocation("it", "a", to="b"))
    {'edit': 'move', 'sector_id': 'it', 'park_id': 'a', 'to': 'b'}
    """
    content = {"edit": edit.kind} | {field.name: getattr(edit, field.name) for field in fields(edit)}
    if isinstance(edit, DraftPark):
        rings = [[list(position) for position in ring] for ring in content.pop("rings")]
        content |= {"polygon": {"type": "Polygon", "coordinates": rings}, "grade": "D"}
    if isinstance(edit, SplitTarget):
        content["shares"] = dict(edit.shares)
    return content


def edit_from_json(content: Mapping[str, Any]) -> Edit:
    """
    Read an edit from JSON that the schema has found sound.

    Parameters
    ----------
    content
        As `edit_json` writes it; numbers become floats.

    Returns
    -------
    edit
        The value.

    Examples
    --------
    >>> edit_from_json({"edit": "target", "sector_id": "it", "value": 8000})
    SetTarget(sector_id='it', value=8000.0)
    """
    given = dict(content)
    kind = KINDS[given.pop("edit")]
    if kind is DraftPark:
        given.pop("grade")
        rings = given.pop("polygon")["coordinates"]
        given["rings"] = tuple(tuple((float(lon), float(lat)) for lon, lat in ring) for ring in rings)
        given["position_accuracy_m"] = float(given["position_accuracy_m"])
    elif kind is SetTarget:
        given["value"] = float(given["value"])
    elif kind is SplitTarget:
        given["shares"] = tuple((park, float(share)) for park, share in given["shares"].items())
    return kind(**given)


def edit_words(edit: Edit, sectors: Mapping[str, str], parks: Mapping[str, str], language: str) -> str:
    """
    Say an edit in a sentence.

    Parameters
    ----------
    edit
        Any of the six kinds.
    sectors, parks
        Names by id in the language asked for; an id without a name stands for itself.
    language
        `zh` or `en`.

    Returns
    -------
    words
        Without a full stop.

    Examples
    --------
    >>> edit_words(AddAllocation("it", "a"), {"it": "信息技术"}, {"a": "甲园"}, "zh")
    '增加布局：“信息技术”列入甲园'
    >>> edit_words(SetTarget("it", 8000.0), {"it": "IT"}, {}, "en")
    'set the scale target of IT to 8 000 (100 million yuan)'
    """
    sector = sectors.get(getattr(edit, "sector_id", ""), getattr(edit, "sector_id", ""))
    park = parks.get(getattr(edit, "park_id", ""), getattr(edit, "park_id", ""))
    say = _said_zh if language == "zh" else _said_en
    return say(edit, sector, park, parks)


def _said_zh(edit: Edit, sector: str, park: str, parks: Mapping[str, str]) -> str:
    match edit:
        case AddAllocation():
            return f"增加布局：“{sector}”列入{park}"
        case RemoveAllocation():
            return f"取消布局：“{sector}”不再列入{park}"
        case MoveAllocation():
            return f"调整布局：“{sector}”由{park}改列{parks.get(edit.to, edit.to)}"
        case DraftPark():
            accuracy = f"{edit.position_accuracy_m:g}"
            return f"草拟园区：{edit.name_zh}，约{edit.area_km2:.2f}平方千米，精度±{accuracy}米，等级D"
        case SetTarget():
            return f"规模目标：“{sector}”定为{_amount(edit.value)}亿元"
        case SplitTarget():
            return f"目标分解：“{sector}”按{_split(edit, parks, '、')}"


def _said_en(edit: Edit, sector: str, park: str, parks: Mapping[str, str]) -> str:
    match edit:
        case AddAllocation():
            return f"list {park} under {sector}"
        case RemoveAllocation():
            return f"take {park} off the list of {sector}"
        case MoveAllocation():
            return f"under {sector}, list {parks.get(edit.to, edit.to)} in place of {park}"
        case DraftPark():
            accuracy = f"{edit.position_accuracy_m:g}"
            return f"draft the park {edit.name_zh}, about {edit.area_km2:.2f} km2, known to {accuracy} m, grade D"
        case SetTarget():
            return f"set the scale target of {sector} to {_amount(edit.value)} (100 million yuan)"
        case SplitTarget():
            return f"split the target of {sector}: {_split(edit, parks, ', ')}"


def _amount(value: float) -> str:
    return f"{value:,.10g}".replace(",", " ")


def _split(edit: SplitTarget, parks: Mapping[str, str], comma: str) -> str:
    return comma.join(f"{parks.get(park, park)} {share * 100:.6g}%" for park, share in edit.shares)
