"""Why something is refused, in the session's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from views.words import either

if TYPE_CHECKING:
    from geo.errors import GeoError


def refusal(error: GeoError) -> str:
    """Say why something is refused: in Chinese where the error knows it and the session reads it, else in English."""
    return either(getattr(error, "zh", None) or str(error), str(error))
