"""What the reading of an outside file gives: a table, its faults, and questions to the person."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import geopandas as gpd

#: Faults that keep a feature from becoming an extent until they are repaired.
BLOCKING = frozenset(
    {
        "empty",
        "wrong-type",
        "non-finite",
        "too-few-points",
        "unclosed",
        "self-crossing",
        "hole-outside",
        "duplicate",
        "z",
        "outside-city",
    }
)


@dataclass(frozen=True)
class FeatureFault:
    """
    One thing that is wrong with one feature.

    Parameters
    ----------
    feature
        Number of the feature in the file, from 1; 0 for the file as a whole.
    kind
        Short code, such as `self-crossing`.
    reason, reason_en
        What is wrong, in Chinese and English.
    lon, lat
        Where, WGS 84 degrees; None where no place is known.
    repair
        Code of the repair that is offered, None if there is none.

    Examples
    --------
    >>> FeatureFault(2, "z", "带高程", "has heights", 118.1, 24.5, "drop-z").to_json()["repair"]
    'drop-z'
    """

    feature: int
    kind: str
    reason: str
    reason_en: str
    lon: float | None = None
    lat: float | None = None
    repair: str | None = None

    @property
    def is_blocking(self) -> bool:
        """Whether the feature cannot become an extent before this is repaired."""
        return self.kind in BLOCKING

    def to_json(self) -> dict[str, Any]:
        """Give the fault as a JSON object."""
        place = {"lon": _rounded(self.lon), "lat": _rounded(self.lat)}
        return (
            {"feature": self.feature, "kind": self.kind, "reason": self.reason}
            | place
            | {
                "reason_en": self.reason_en,
                "repair": self.repair,
                "blocking": self.is_blocking,
            }
        )

    @classmethod
    def from_json(cls, fault: dict[str, Any]) -> FeatureFault:
        """Give back a fault of which `to_json` made an object."""
        names = ("feature", "kind", "reason", "reason_en", "lon", "lat", "repair")
        return cls(**{name: fault[name] for name in names})


def _rounded(degrees: float | None) -> float | None:
    return None if degrees is None else round(degrees, 7)


@dataclass(frozen=True)
class Question:
    """
    Something that the file does not say for sure and that a person decides.

    Parameters
    ----------
    kind
        `layer`, `encoding`, `crs`, `axes` or `datum`: the key of the answer.
    guess
        The likeliest answer, by which the preview is made; None where nothing is likely.
    why, why_en
        What speaks for it, in Chinese and English.
    choices
        Answers to offer; others may be given for `crs` and `encoding`.
    preview
        Names as the guess reads them.

    Examples
    --------
    >>> Question("axes", "swap", "……", "…", ("keep", "swap")).to_json()["guess"]
    'swap'
    """

    kind: str
    guess: str | None
    why: str
    why_en: str
    choices: tuple[str, ...] = ()
    preview: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Give the question as a JSON object."""
        return {
            "kind": self.kind,
            "guess": self.guess,
            "why": self.why,
            "why_en": self.why_en,
            "choices": list(self.choices),
            "preview": list(self.preview),
        }

    @classmethod
    def from_json(cls, question: dict[str, Any]) -> Question:
        """Give back a question of which `to_json` made an object."""
        return cls(
            kind=question["kind"],
            guess=question["guess"],
            why=question["why"],
            why_en=question["why_en"],
            choices=tuple(question["choices"]),
            preview=tuple(question["preview"]),
        )


@dataclass(frozen=True, eq=False)
class Intake:
    """
    An outside file as read, with nothing repaired.

    Parameters
    ----------
    name, sha256, bytes
        Of the file.
    format
        Such as `shapefile` or `geojson`.
    crs
        Code of the system that the coordinates were read in; None where neither the file nor their size tells it.
    encoding
        In which the text was read.
    datum
        `wgs84`, `gcj02` or `bd09`: what the coordinates were read as.
    layer
        Name of the layer that was read.
    table
        One row a feature: `feature` (from 1), the file's own columns, geometry in WGS 84 (without a CRS and as in the
        file when `crs` is None). Made by the guesses where questions are open.
    faults
        In the order of the features.
    questions
        Those without an answer.
    answers
        Those that were given.
    name_column
        Column of `table` that holds the features' names, None where there is none.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> table = gpd.GeoDataFrame({"feature": [1]}, geometry=[box(118, 24.5, 118.01, 24.51)], crs="EPSG:4326")
    >>> intake = Intake("a.geojson", "0" * 64, 10, "geojson", "EPSG:4326", "UTF-8", "wgs84", "a", table)
    >>> intake.to_json()["features"], intake.names
    (1, ('1',))
    """

    name: str
    sha256: str
    bytes: int
    format: str
    crs: str | None
    encoding: str
    datum: str
    layer: str
    table: gpd.GeoDataFrame
    faults: tuple[FeatureFault, ...] = ()
    questions: tuple[Question, ...] = ()
    answers: dict[str, str] = field(default_factory=dict)
    name_column: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Name of each feature; its number where the file has no column of names."""
        if self.name_column is None:
            return tuple(str(number) for number in self.table["feature"])
        cells = zip(self.table[self.name_column], self.table["feature"], strict=True)
        return tuple(cell if isinstance(cell, str) and cell.strip() else str(number) for cell, number in cells)

    def to_json(self) -> dict[str, Any]:
        """Give what the command prints: format, crs, encoding, features, faults, questions and what the file is."""
        return {
            "format": self.format,
            "crs": self.crs,
            "encoding": self.encoding,
            "features": len(self.table),
            "faults": [fault.to_json() for fault in self.faults],
            "questions": [question.to_json() for question in self.questions],
            "name": self.name,
            "sha256": self.sha256,
            "bytes": self.bytes,
            "layer": self.layer,
            "datum": self.datum,
            "answers": dict(self.answers),
        }
