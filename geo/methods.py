"""
Published methods by their formulas: location quotient, specialisation, and three ways to put alternatives in order.

Tables go in and come out with their labels; nothing here knows of parks or projects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.errors import GeoError

if TYPE_CHECKING:
    from collections.abc import Mapping


def location_quotients(activity: pd.DataFrame) -> pd.DataFrame:
    """
    How much larger an industry's share is in a region than in all regions together.

    Parameters
    ----------
    activity
        Regions in rows, industries in columns: jobs, output or another amount, in one unit, 0 or more.

    Returns
    -------
    quotients
        As `activity`: (amount / region's total) / (industry's total / grand total), without unit; 1 is average, NaN
        where a region or an industry has nothing at all. After Balassa (1965), as in EconGeo's `location.quotient`.

    Raises
    ------
    GeoError
        If an amount is negative or missing.

    Examples
    --------
    Half of a's jobs are in x, of all jobs a quarter (2 of 8):

    >>> jobs = pd.DataFrame({"x": [2, 0], "y": [2, 4]}, index=["a", "b"])
    >>> location_quotients(jobs).loc["a"].round(3).tolist()
    [2.0, 0.667]
    """
    _require_amounts(activity)
    shares = activity.div(activity.sum(axis=1), axis=0)
    quotients: pd.DataFrame = shares / (activity.sum() / activity.to_numpy().sum())
    return quotients


def krugman_specialisation(activity: pd.DataFrame) -> pd.Series:
    """
    How far each region's industries are from those of all regions together.

    Parameters
    ----------
    activity
        As for `location_quotients`.

    Returns
    -------
    specialisation
        Sum over industries of |share in the region - share in all regions|, 0 (the same) to below 2, one value a
        region; NaN where a region has nothing. After Krugman (1991), as in EconGeo's `spec.coeff` before halving.

    Raises
    ------
    GeoError
        If an amount is negative or missing.

    Examples
    --------
    a has halves, the whole has a quarter and three quarters: 1/4 + 1/4.

    >>> jobs = pd.DataFrame({"x": [2, 0], "y": [2, 4]}, index=["a", "b"])
    >>> krugman_specialisation(jobs).tolist()
    [0.5, 0.5]
    """
    _require_amounts(activity)
    shares = activity.div(activity.sum(axis=1), axis=0)
    total = activity.sum() / activity.to_numpy().sum()
    distances: pd.Series = (shares - total).abs().sum(axis=1, skipna=False)
    return distances.rename("specialisation")


def column_shares(scores: pd.DataFrame) -> pd.DataFrame:
    """
    Each value as a share of its column's sum.

    Parameters
    ----------
    scores
        Alternatives in rows, criteria in columns, 0 or more.

    Returns
    -------
    shares
        As `scores`; every column adds up to 1.

    Raises
    ------
    GeoError
        If a value is negative or missing, or a column adds up to 0.

    Examples
    --------
    >>> column_shares(pd.DataFrame({"c": [1, 3]}))["c"].tolist()
    [0.25, 0.75]
    """
    _require_amounts(scores)
    if (scores.sum() == 0).any():
        empty = ", ".join(map(str, scores.columns[scores.sum() == 0]))
        msg = f"the criterion {empty} is 0 everywhere, so it has no shares; leave it out"
        raise GeoError(msg)
    return scores / scores.sum()


def normalised_weights(weights: Mapping[str, float]) -> pd.Series:
    """
    Bring weights to a sum of 1.

    Parameters
    ----------
    weights
        0 or more by criterion, in any unit; at least one above 0.

    Returns
    -------
    weights
        In the given order.

    Raises
    ------
    GeoError
        If a weight is negative or not a number, or none is above 0.

    Examples
    --------
    >>> normalised_weights({"a": 30, "b": 10}).tolist()
    [0.75, 0.25]
    """
    return pd.Series(_shares(weights), index=list(weights))


def _shares(weights: Mapping[str, float]) -> np.ndarray:
    given = np.array(list(weights.values()), dtype="float64")
    if not np.isfinite(given).all() or (given < 0).any() or given.max(initial=0.0) <= 0:
        msg = f"weights must be numbers of 0 or more and one of them above 0; these are {dict(weights)}"
        raise GeoError(msg)
    # Divided by the largest first: the sum of very large weights is not a number.
    scaled = given / given.max()
    shares: np.ndarray = scaled / scaled.sum()
    return shares


def weighted_sum(scores: pd.DataFrame, weights: Mapping[str, float]) -> pd.Series:
    """
    Sum over criteria of weight times score.

    Parameters
    ----------
    scores
        Alternatives in rows, criteria in columns, already on one scale, more is better.
    weights
        By criterion, 0 or more; only their proportions count.

    Returns
    -------
    sums
        One value an alternative, on the scale of `scores`. Simple additive weighting (Fishburn 1967).

    Raises
    ------
    GeoError
        If a weight is missing or negative.

    Examples
    --------
    Three quarters of 1 and a quarter of 0.2:

    >>> weighted_sum(pd.DataFrame({"a": [1.0], "b": [0.2]}), {"a": 3, "b": 1}).tolist()
    [0.8]
    """
    sums = (scores.to_numpy(dtype="float64") * _aligned(scores, weights)).sum(axis=1)
    return pd.Series(sums, index=scores.index, name="weighted_sum")


def weighted_product(scores: pd.DataFrame, weights: Mapping[str, float]) -> pd.Series:
    """
    Product over criteria of score to the power of its weight.

    Parameters
    ----------
    scores
        Alternatives in rows, criteria in columns, 0 or more, more is better.
    weights
        By criterion, 0 or more; only their proportions count.

    Returns
    -------
    products
        One value an alternative; 0 where a criterion that has a weight is 0. After Miller and Starr (1969).

    Raises
    ------
    GeoError
        If a weight is missing or negative, or a score is negative or missing.

    Examples
    --------
    The square root of 4 times that of 9:

    >>> weighted_product(pd.DataFrame({"a": [4.0], "b": [9.0]}), {"a": 1, "b": 1}).tolist()
    [6.0]
    """
    _require_amounts(scores)
    products = (scores.to_numpy(dtype="float64") ** _aligned(scores, weights)).prod(axis=1)
    return pd.Series(products, index=scores.index, name="weighted_product")


def topsis(scores: pd.DataFrame, weights: Mapping[str, float]) -> pd.Series:
    """
    Closeness to the best and distance from the worst that any alternative reaches.

    Parameters
    ----------
    scores
        Alternatives in rows, criteria in columns, 0 or more, more is better.
    weights
        By criterion, 0 or more; only their proportions count.

    Returns
    -------
    closeness
        0 (worst in everything) to 1 (best in everything), 0.5 where all alternatives are alike. Criteria are scaled
        by the root of their sum of squares, after Hwang and Yoon (1981); example in Tzeng and Huang (2011). It
        depends on which alternatives are compared.

    Raises
    ------
    GeoError
        If a weight is missing or negative, or a score is negative or missing.

    Examples
    --------
    The first is best and the second worst in both:

    >>> topsis(pd.DataFrame({"a": [2.0, 1.0], "b": [4.0, 3.0]}), {"a": 1, "b": 1}).tolist()
    [1.0, 0.0]
    """
    _require_amounts(scores)
    values = scores.to_numpy(dtype="float64")
    lengths = np.sqrt((values**2).sum(axis=0))
    # A criterion that is 0 everywhere tells no alternative from another.
    weighted = values / np.where(lengths > 0, lengths, 1.0) * _aligned(scores, weights)
    to_best = np.sqrt(((weighted.max(axis=0) - weighted) ** 2).sum(axis=1))
    to_worst = np.sqrt(((weighted - weighted.min(axis=0)) ** 2).sum(axis=1))
    apart = to_best + to_worst
    is_apart = apart > np.finfo(float).eps
    closeness = np.where(is_apart, to_worst / np.where(is_apart, apart, 1.0), 0.5)
    return pd.Series(closeness, index=scores.index, name="topsis")


def _aligned(scores: pd.DataFrame, weights: Mapping[str, float]) -> np.ndarray:
    lacking = [str(criterion) for criterion in scores.columns if criterion not in weights]
    if lacking:
        msg = f"the criterion {', '.join(lacking)} has no weight; give one, 0 to leave it out"
        raise GeoError(msg)
    return _shares({criterion: weights[criterion] for criterion in scores.columns})


def _require_amounts(table: pd.DataFrame) -> None:
    values = table.to_numpy(dtype="float64")
    if not np.isfinite(values).all() or (values < 0).any():
        msg = "every value must be a number of 0 or more; mend or leave out the rows or columns that are not"
        raise GeoError(msg)
