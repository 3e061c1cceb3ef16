"""
Putting alternatives in order, and whether the order holds: other weights, another aggregation, another method.

Criteria come as ratios to a benchmark, 0 to 1, more is better; an unknown ratio counts as 0 and is shown as such. The
order is that of the weighted sum; weighted product, TOPSIS and weights 20 % up and down are the checks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geo.methods import normalised_weights, topsis, weighted_product, weighted_sum

if TYPE_CHECKING:
    from collections.abc import Mapping

#: How far each weight is moved, up and down.
SWING = 0.2
#: What a ratio of 0 counts in the weighted product, so that one nought does not make all other criteria idle.
LEAST_RATIO = 0.01
_DECIMALS = 9


class Flip(NamedTuple):
    """
    Two alternatives whose order a check turns round.

    Parameters
    ----------
    check
        Which check.
    first, second
        The alternatives, as the weighted sum has them.
    """

    check: str
    first: str
    second: str


def check_scores(ratios: pd.DataFrame, weights: Mapping[str, float]) -> pd.DataFrame:
    """
    Score of every alternative by the weighted sum and by every check.

    Parameters
    ----------
    ratios
        Alternatives in rows, criteria in columns, 0 to 1, NaN where unknown.
    weights
        By criterion, 0 or more, one above 0; only their proportions count.

    Returns
    -------
    scores
        Alternatives in rows; columns `weighted_sum`, `weighted_product`, `topsis`, then each criterion with `+20%`
        and `-20%`; rounded to nine decimals, so that rounding makes no order.

    Raises
    ------
    GeoError
        If a weight is missing or negative, or all are 0.

    Examples
    --------
    >>> ratios = pd.DataFrame({"a": [1.0, 0.0], "b": [0.5, 1.0]}, index=["p", "q"])
    >>> check_scores(ratios, {"a": 1, "b": 1})["weighted_sum"].tolist()
    [0.75, 0.5]
    """
    known = ratios.fillna(0.0)
    scores = {
        "weighted_sum": weighted_sum(known, weights),
        "weighted_product": weighted_product(known.clip(lower=LEAST_RATIO), weights),
        "topsis": topsis(known, weights),
    }
    given = np.array([float(weights[criterion]) for criterion in ratios.columns])
    factors = [(n, sign, factor) for n in range(len(given)) for sign, factor in (("+", 1 + SWING), ("-", 1 - SWING))]
    # One product of tables instead of a weighted sum for every swing.
    moved = np.tile(given, (len(factors), 1))
    for row, (criterion, _, factor) in enumerate(factors):
        moved[row, criterion] *= factor
    swung = known.to_numpy() @ (moved / moved.sum(axis=1, keepdims=True)).T
    names = [f"{ratios.columns[criterion]}{sign}{SWING:.0%}" for criterion, sign, _ in factors]
    table = np.column_stack([*scores.values(), swung]).round(_DECIMALS)
    return pd.DataFrame(table, index=ratios.index, columns=[*scores, *names])


def ranks_of(scores: pd.DataFrame) -> pd.DataFrame:
    """
    Rank of every alternative by every score.

    Parameters
    ----------
    scores
        What `check_scores` returned.

    Returns
    -------
    ranks
        1 for the highest; equal scores share the better rank.

    Examples
    --------
    >>> ranks_of(pd.DataFrame({"s": [0.5, 0.9, 0.5]}))["s"].tolist()
    [2, 1, 2]
    """
    return scores.rank(ascending=False, method="min").astype("int64")


def order_flips(scores: pd.DataFrame) -> list[Flip]:
    """
    Pairs whose order a check turns round.

    Parameters
    ----------
    scores
        What `check_scores` returned.

    Returns
    -------
    flips
        By check, then by rank of the weighted sum; ties are no order.

    Examples
    --------
    >>> scores = pd.DataFrame({"weighted_sum": [0.6, 0.5], "topsis": [0.4, 0.7]}, index=["p", "q"])
    >>> order_flips(scores)
    [Flip(check='topsis', first='p', second='q')]
    """
    columns = {str(check): {str(name): float(score) for name, score in scores[check].items()} for check in scores}
    base = columns.pop("weighted_sum")
    order = sorted(base, key=lambda name: (-base[name], name))
    return [
        Flip(check, first, second)
        for check, other in columns.items()
        for number, first in enumerate(order)
        for second in order[number + 1 :]
        if base[first] > base[second] and other[first] < other[second]
    ]


def points_of(ratios: pd.DataFrame, weights: Mapping[str, float]) -> pd.DataFrame:
    """
    Points of every alternative by criterion, of 100 in all.

    Parameters
    ----------
    ratios, weights
        As for `check_scores`.

    Returns
    -------
    points
        As `ratios`; unknown ones 0. Rows add up to 100 times the weighted sum.

    Raises
    ------
    GeoError
        If the weights cannot be used.

    Examples
    --------
    >>> points_of(pd.DataFrame({"a": [1.0], "b": [0.5]}), {"a": 30, "b": 10}).iloc[0].tolist()
    [75.0, 12.5]
    """
    shares = normalised_weights({str(criterion): weights[criterion] for criterion in ratios.columns})
    return ratios.fillna(0.0) * shares * 100
