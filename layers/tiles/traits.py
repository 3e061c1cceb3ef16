"""What a large layer can be coloured by: its columns, their kinds, their commonest values or their classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import geopandas as gpd

#: How many values of a category get a colour of their own, and from how many on a column is plain text.
MOST_COLOURED = 9
_MOST_VALUES = 100
_CLASSES = 5
_FEW_NUMBERS = 8


@dataclass(frozen=True)
class Trait:
    """
    One column of a large layer.

    Parameters
    ----------
    name
        As in the file.
    kind
        `category` (few values), `number` (classes of equal count) or `text` (colours nothing).
    values
        Commonest values with their counts, the commonest first; of a category only.
    breaks
        Upper bounds of all classes but the last, ascending; of a number only.
    low, high
        Least and greatest value; of a number only.
    missing
        Rows without a value.
    """

    name: str
    kind: str
    values: tuple[tuple[str, int], ...] = ()
    breaks: tuple[float, ...] = ()
    low: float | None = None
    high: float | None = None
    missing: int = 0


def layer_traits(features: gpd.GeoDataFrame) -> tuple[Trait, ...]:
    """
    Traits of all columns but the geometry.

    Parameters
    ----------
    features
        Any table.

    Returns
    -------
    traits
        In the order of columns.

    Examples
    --------
    >>> import geopandas as gpd
    >>> table = gpd.GeoDataFrame(
    ...     {"use": ["a", "b", "a"], "area": [1.5, 2.5, None]}, geometry=gpd.points_from_xy([1, 2, 3], [0, 0, 0])
    ... )
    >>> [(trait.name, trait.kind, trait.values, trait.missing) for trait in layer_traits(table)]
    [('use', 'category', (('a', 2), ('b', 1)), 0), ('area', 'category', (('1.5', 1), ('2.5', 1)), 1)]
    """
    return tuple(_trait(str(name), features[name]) for name in features.columns if name != features.geometry.name)


def _trait(name: str, column: pd.Series[Any]) -> Trait:
    missing = int(column.isna().sum())
    present = column.dropna()
    is_number = pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)
    if is_number and present.nunique() > _FEW_NUMBERS:
        return _number(name, present.to_numpy(dtype=float), missing)
    counts = tile_text(present).value_counts()
    # Numbers that are nearly all different are ids; texts likewise.
    if len(counts) == 0 or len(counts) > _MOST_VALUES:
        return Trait(name, "text", missing=missing)
    top = sorted(((str(value), int(count)) for value, count in counts.items()), key=lambda pair: (-pair[1], pair[0]))
    return Trait(name, "category", values=tuple(top), missing=missing)


def _number(name: str, values: np.ndarray[Any, Any], missing: int) -> Trait:
    finite = values[np.isfinite(values)]
    if len(finite) == 0 or _is_numbering(finite):
        return Trait(name, "text", missing=missing)
    breaks = np.unique(np.quantile(finite, np.arange(1, _CLASSES) / _CLASSES, method="lower"))
    return Trait(
        name,
        "number",
        breaks=tuple(float(value) for value in breaks),
        low=float(finite.min()),
        high=float(finite.max()),
        missing=missing + len(values) - len(finite),
    )


def _is_numbering(values: np.ndarray[Any, Any]) -> bool:
    """Whether numbers only count rows: whole, all different, without a gap."""
    return bool(
        len(values) > _MOST_VALUES
        and values.max() - values.min() == len(values) - 1
        and len(np.unique(values)) == len(values)
    )


def tile_text(column: pd.Series[Any]) -> pd.Series[Any]:
    """
    Values as a tile carries them, in text: what the browser compares with.

    Parameters
    ----------
    column
        Any column.

    Returns
    -------
    texts
        `true` and `false` for truth values; whole numbers without a decimal point; missing stays missing.

    Examples
    --------
    >>> import pandas as pd
    >>> list(tile_text(pd.Series([1.0, 2.5]))), list(tile_text(pd.Series([True, False])))
    (['1', '2.5'], ['true', 'false'])
    """

    def text(value: Any) -> str:  # noqa: ANN401
        if isinstance(value, bool | np.bool_):
            return "true" if value else "false"
        if isinstance(value, float | np.floating) and float(value).is_integer():
            return str(int(value))
        return str(value)

    return column.map(text, na_action="ignore").astype(object)
