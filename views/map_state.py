"""What the map of parks is told to show, from filters and a chosen park."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.selection import Selection, selected_extents
from views.cache import shared_answer, shared_facets, shared_plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.plan import Plan

_LISTED = ("aligned", "layout_only", "unreflected")


def atlas_values(extent_ids: Sequence[str], chosen: Selection, park_id: str | None) -> dict[str, Any]:
    """State of a map whose parts were chosen by these filters, as of `layers.atlas.AtlasState`."""
    return {
        "shown": list(extent_ids),
        "selected": park_id,
        "sectors": list(chosen.sectors),
        "counts": dict(shared_answer(sector_counts, shared_plan(), tuple(extent_ids))),
        "ranks": {},
        "site": None,
        "filters": _switches(chosen),
    }


def _switches(chosen: Selection) -> dict[str, Any]:
    """What the page has switched and what its search lets through, so that the browser can go on by itself."""
    rest = selected_extents(shared_facets(), Selection(text=chosen.text)) if chosen.text.strip() else None
    return {
        "sector": list(chosen.sectors),
        "district": list(chosen.districts),
        "track": list(chosen.tracks),
        "listing": list(chosen.listings),
        "verdict": list(chosen.verdicts),
        "grade": list(chosen.grades),
        "rest": rest,
    }


def sector_counts(_plan: Plan, extent_ids: tuple[str, ...]) -> dict[str, int]:
    """How many of the shown parks the layout lists for each sector."""
    facets = shared_facets()
    shown = facets.parts.loc[facets.parts["extent_id"].isin(extent_ids), "park_id"]
    pairs = facets.fit[facets.fit["verdict"].isin(_LISTED) & facets.fit["park_id"].isin(shown)]
    counts = pairs.groupby("sector_id")["park_id"].nunique()
    return {str(sector): int(count) for sector, count in counts.items()}
