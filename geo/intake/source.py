"""What a reader gets: a file in our own folder, what it was called, the answers and the limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from geo.intake.limits import Limits


@dataclass(frozen=True)
class Source:
    """
    A file to read.

    Parameters
    ----------
    path
        Where it lies: inside a private folder, under a name of our own.
    name
        What it was called outside; only shown, never opened.
    folder
        The private folder, to unpack into.
    limits
        Of the reading.
    answers
        Of the person, by kind of question.
    depth
        How many archives it lay in.

    Examples
    --------
    >>> Source(Path("upload"), "园区.geojson", Path(".")).stem
    '园区'
    """

    path: Path
    name: str
    folder: Path
    limits: Limits = field(default_factory=Limits)
    answers: dict[str, str] = field(default_factory=dict)
    depth: int = 0

    @property
    def stem(self) -> str:
        """Name without folders and ending."""
        return Path(self.name.replace("\\", "/")).stem

    @property
    def suffix(self) -> str:
        """Ending of the name in lower case, with the dot."""
        return Path(self.name).suffix.lower()
