"""Which rows of a layer are asked for: filters with their names resolved."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from geo.errors import GeoError
from geo.fit import fit_table
from geo.lookup import district_of, looked_up, park_id_of, parks_in, sector_id_of
from geo.names import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geo.plan import Plan

#: Filters, with their words in Chinese and English.
FILTER_WORDS = {
    "sectors": ("产业", "sector"),
    "districts": ("行政区", "district"),
    "parks": ("园区", "park"),
    "extent_ids": ("范围", "extent"),
}


@dataclass(frozen=True)
class Filters:
    """
    Filters of a question; equal selections are equal questions, however they were spelled.

    Parameters
    ----------
    sectors, districts, parks
        Ids of sectors, Chinese names of districts, ids of parks; empty for all.
    extent_ids
        Ids of park parts; None for all.

    Examples
    --------
    >>> Filters().is_filtered, Filters(sectors=("marine",)).is_filtered
    (False, True)
    """

    sectors: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    parks: tuple[str, ...] = ()
    extent_ids: tuple[str, ...] | None = None

    @property
    def is_filtered(self) -> bool:
        """Whether anything is filtered at all."""
        return bool(self.sectors or self.districts or self.parks) or self.extent_ids is not None

    def asked(self) -> dict[str, tuple[str, ...]]:
        """
        Filters that are set.

        Returns
        -------
        asked
            Values by name of the filter.

        Examples
        --------
        >>> Filters(parks=("torch-park",)).asked()
        {'parks': ('torch-park',)}
        """
        filters = {name: getattr(self, name) for name in FILTER_WORDS}
        return {name: values for name, values in filters.items() if values or (name == "extent_ids" and values == ())}

    def keeps(self, plan: Plan, layer_id: str, columns: Mapping[str, str]) -> list[tuple[str, tuple[str, ...]]]:
        """
        Columns and the values that they must have.

        Parameters
        ----------
        plan
            The plan.
        layer_id
            The layer, for the message.
        columns
            Column that each filter goes by in the layer.

        Returns
        -------
        keeps
            One pair a filter; a row must pass all.

        Raises
        ------
        GeoError
            If a filter cannot apply to the layer.

        Examples
        --------
        >>> from geo.plan import read_plan
        >>> Filters(sectors=("marine",)).keeps(read_plan(), "allocations", {"sectors": "sector_id"})
        [('sector_id', ('marine',))]
        """
        keeps = []
        for name, values in self.asked().items():
            if name not in columns:
                can = ", ".join(FILTER_WORDS[known][1] for known in columns) or "none"
                word = FILTER_WORDS[name][1]
                msg = f"the layer {layer_id!r} cannot be filtered by {word}; drop that filter (it can be by: {can})"
                raise GeoError(msg)
            column = columns[name]
            by_park = column == "park_id"
            if name == "sectors" and by_park:
                keeps.append((column, _parks_of_sectors(plan, values)))
            elif name == "districts" and by_park:
                keeps.append((column, _parks_of_districts(plan, values)))
            else:
                keeps.append((column, values))
        return keeps


def filters_of(
    plan: Plan,
    *,
    sectors: Sequence[str] = (),
    districts: Sequence[str] = (),
    parks: Sequence[str] = (),
    extent_ids: Sequence[str] | None = None,
) -> Filters:
    """
    Resolve names as people write them.

    Parameters
    ----------
    plan
        The plan.
    sectors, districts, parks
        Ids or names; empty for all.
    extent_ids
        Ids of park parts; None for all, empty for none.

    Returns
    -------
    filters
        Each value once, in the plan's order.

    Raises
    ------
    UnknownNameError
        If a name is not known; the message offers the nearest ones.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> filters_of(read_plan(), sectors=["海洋高新", "marine"], districts=["翔安"])
    Filters(sectors=('marine',), districts=('翔安区',), parks=(), extent_ids=None)
    """
    ids = None if extent_ids is None else [_extent_id(plan, name) for name in extent_ids]
    return Filters(
        sectors=_ordered((sector_id_of(plan, name) for name in sectors), plan.main_sectors["sector_id"]),
        districts=_ordered((district_of(plan, name) for name in districts), plan.districts["name_zh"]),
        parks=_ordered((park_id_of(plan, name) for name in parks), plan.parks["park_id"]),
        extent_ids=None if ids is None else _ordered(ids, plan.extents["extent_id"]),
    )


def _ordered(wanted: Iterable[str], order: Iterable[str]) -> tuple[str, ...]:
    chosen = set(wanted)
    return tuple(name for name in order if name in chosen)


def _extent_id(plan: Plan, name: str) -> str:
    ids = plan.extents["extent_id"]
    return looked_up(name, {folded(extent): extent for extent in ids}, "extent", sorted(ids))


@lru_cache(maxsize=64)
def _parks_of_sectors(plan: Plan, sectors: tuple[str, ...]) -> tuple[str, ...]:
    fit = fit_table(plan)
    borne = fit[fit["sector_id"].isin(sectors) & (fit["verdict"] != "none")]
    return tuple(dict.fromkeys(borne["park_id"]))


@lru_cache(maxsize=64)
def _parks_of_districts(plan: Plan, districts: tuple[str, ...]) -> tuple[str, ...]:
    # Placing parks in districts takes most of a second.
    return tuple(parks_in(plan, districts))
