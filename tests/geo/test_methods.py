"""Published methods give the published numbers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geo.errors import GeoError
from geo.methods import (
    column_shares,
    krugman_specialisation,
    location_quotients,
    normalised_weights,
    topsis,
    weighted_product,
    weighted_sum,
)
from geo.screening.landuse import floor_area_ratio, output_per_mu_score, per_hectare, per_mu, site_share

# EconGeo's example, after Balassa (1965).
REGIONS = pd.DataFrame(
    [[100, 0, 0, 0, 0], [0, 15, 5, 70, 10], [0, 20, 10, 20, 50], [0, 25, 30, 5, 40], [0, 40, 55, 5, 0]]
)
# Weighted sum against weighted product: one table, two orders.
THREE = pd.DataFrame([[25, 20, 15, 30], [10, 30, 20, 30], [30, 10, 30, 10]], columns=list("abcd"))
THREE_WEIGHTS = dict(zip("abcd", (20, 15, 40, 25), strict=True))
# Huangyan district (2022): benchmarks and weights of the six items.
HUANGYAN = {
    "tax_per_mu": (24.097, 30),
    "value_added_per_mu": (136.16, 20),
    "value_added_per_energy": (2.694, 20),
    "value_added_per_emission": (4929.81, 10),
    "labour_productivity": (18.14, 10),
    "rd_share": (0.0302, 10),
}
BENCHMARKS = {item: benchmark for item, (benchmark, _) in HUANGYAN.items()}
WEIGHTS = {item: weight for item, (_, weight) in HUANGYAN.items()}

positive_tables = arrays(np.float64, (4, 3), elements=st.floats(0.01, 100))
weight_lists = st.lists(st.floats(0.1, 100), min_size=3, max_size=3)


def table(values: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(values, columns=list("abc"))


def test_location_quotients_of_the_published_matrix() -> None:
    quotients = location_quotients(REGIONS)
    assert quotients.loc[1].tolist() == pytest.approx([0, 0.75, 0.25, 3.5, 0.5])
    assert quotients.loc[3].tolist() == pytest.approx([0, 1.25, 1.5, 0.25, 2])


def test_krugman_specialisation_of_the_published_matrix() -> None:
    assert krugman_specialisation(REGIONS).tolist() == pytest.approx([1.6, 1.0, 0.6, 0.7, 1.1])


def test_a_region_without_activity_has_no_quotient_and_no_specialisation() -> None:
    empty = pd.DataFrame([[1.0, 1.0], [0.0, 0.0]])
    assert location_quotients(empty).loc[1].isna().all()
    assert krugman_specialisation(empty).isna().tolist() == [False, True]


def test_topsis_of_tzeng_and_huang() -> None:
    scores = table(np.array([[5, 8, 4], [7, 6, 8], [8, 8, 6], [7, 4, 6]]))
    closeness = topsis(scores, {"a": 0.3, "b": 0.4, "c": 0.3})
    assert closeness.round(4).tolist() == [0.5037, 0.6581, 0.7482, 0.3340]


def test_sum_and_product_order_the_published_table_the_other_way_round() -> None:
    shares = column_shares(THREE)
    sums, products = weighted_sum(shares, THREE_WEIGHTS), weighted_product(shares, THREE_WEIGHTS)
    assert sums.round(6).tolist() == [0.326374, 0.335989, 0.337637]
    assert np.log10(products).round(8).tolist() == [-0.50128589, -0.50448471, -0.52947246]
    assert sums.rank(ascending=False).tolist() == [3, 2, 1]
    assert products.rank(ascending=False).tolist() == [1, 2, 3]


def test_every_item_at_its_benchmark_scores_100() -> None:
    assert output_per_mu_score(BENCHMARKS, BENCHMARKS, WEIGHTS).sum() == pytest.approx(100)


def test_the_output_per_mu_score_of_huangyan() -> None:
    figures = dict(zip(HUANGYAN, (30, 120, 3, 5000, 20, 0.02), strict=True))
    assert round(output_per_mu_score(figures, BENCHMARKS, WEIGHTS).sum(), 3) == 105.037


def test_an_item_without_a_figure_is_no_score_of_zero() -> None:
    figures = {item: value for item, value in BENCHMARKS.items() if item != "rd_share"}
    with pytest.raises(GeoError, match="look at rd_share"):
        output_per_mu_score(figures, BENCHMARKS, WEIGHTS)


def test_the_formulas_of_the_land_standard() -> None:
    assert floor_area_ratio(30_000, 2) == 1.5
    assert floor_area_ratio(30_000, 2, tall_floor_area_m2=10_000) == 2.0
    assert per_hectare(12_000, 2) == 6_000
    assert per_mu(12_000, 2) == 400
    assert site_share(9_000, 2) == 0.45


def test_land_figures_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(GeoError, match="part of all"):
        floor_area_ratio(10, 1, tall_floor_area_m2=11)
    with pytest.raises(GeoError, match="do not fit"):
        site_share(10_001, 1)
    with pytest.raises(GeoError, match="above 0 ha"):
        per_mu(1, 0)


@pytest.mark.parametrize("method", [weighted_sum, weighted_product, topsis])
@given(values=positive_tables, weights=weight_lists, factor=st.floats(0.001, 1000))
def test_scaling_all_weights_changes_nothing(method, values, weights, factor) -> None:  # noqa: ANN001
    given_weights = dict(zip("abc", weights, strict=True))
    scaled = {criterion: weight * factor for criterion, weight in given_weights.items()}
    np.testing.assert_allclose(method(table(values), scaled), method(table(values), given_weights), atol=1e-9)


@pytest.mark.parametrize("method", [weighted_sum, weighted_product, topsis])
@given(values=positive_tables, weights=weight_lists, order=st.permutations(range(4)))
def test_the_order_of_alternatives_changes_nothing(method, values, weights, order) -> None:  # noqa: ANN001
    given_weights = dict(zip("abc", weights, strict=True))
    shuffled = method(table(values).loc[order], given_weights).sort_index()
    np.testing.assert_allclose(shuffled, method(table(values), given_weights), atol=1e-9)


def test_alternatives_that_are_alike_are_half_way_and_a_criterion_of_zeros_tells_nothing() -> None:
    scores = pd.DataFrame({"a": [1.0, 1.0], "b": [0.0, 0.0]})
    assert topsis(scores, {"a": 1, "b": 1}).tolist() == [0.5, 0.5]


@pytest.mark.parametrize("weight", [5e-324, 1.0, 1e308])
def test_weights_of_any_size_that_are_alike_are_halves(weight: float) -> None:
    assert normalised_weights({"a": weight, "b": weight}).tolist() == [0.5, 0.5]


def test_weights_and_scores_that_cannot_be_used_are_refused() -> None:
    scores = pd.DataFrame({"a": [1.0], "b": [2.0]})
    with pytest.raises(GeoError, match="b has no weight"):
        weighted_sum(scores, {"a": 1})
    for weights in ({"a": -1.0, "b": 2.0}, {"a": 0.0, "b": 0.0}, {"a": float("nan"), "b": 1.0}):
        with pytest.raises(GeoError, match="above 0"):
            normalised_weights(weights)
    with pytest.raises(GeoError, match="0 or more"):
        topsis(-scores, {"a": 1, "b": 1})
    with pytest.raises(GeoError, match="b is 0 everywhere"):
        column_shares(pd.DataFrame({"a": [1.0], "b": [0.0]}))
