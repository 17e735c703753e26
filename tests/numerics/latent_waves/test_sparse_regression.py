"""Sequentially thresholded least squares at every threshold, and the search of all supports."""

import itertools
import warnings

import numpy as np
import pysindy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.latent_waves.sparse_regression import (
    NormalEquations,
    Selection,
    bayes_criterion,
    best_by_size,
    best_support,
    least_squares,
    stlsq,
    threshold_intervals,
    threshold_path,
)
from theory.errors import ArgumentError

quickly = settings(deadline=None, max_examples=25)
seeds = st.integers(0, 2**32 - 1)


def regression(seed, rows=40, terms=7, correlated=1.0):
    """Columns of sizes that differ by orders, correlated with one another; three terms matter."""
    generator = np.random.default_rng(seed)
    columns = generator.standard_normal((rows, terms))
    columns += correlated * columns[:, :1]
    truth = np.zeros(terms)
    truth[generator.permutation(terms)[:3]] = generator.uniform(0.5, 2, 3)
    rates = columns @ truth + 0.3 * generator.standard_normal(rows)
    return columns * 10.0 ** generator.integers(-2, 3, terms), rates


def assert_same(columns, found, expected):
    """Coefficients to 1e-8 of the largest, each times the norm of its column."""
    norms = np.linalg.norm(columns, axis=0)
    assert np.abs((found - expected) * norms).max() <= 1e-8 * np.abs(expected * norms).max()


def pysindy_coefficients(columns, rates, threshold, alpha=1e-5):
    optimizer = pysindy.STLSQ(threshold=threshold, alpha=alpha, normalize_columns=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that nothing is left
        return optimizer.fit(columns, rates).coef_[0]


@quickly
@given(seeds, st.floats(0, 30))
def test_equals_pysindy(seed, threshold):
    """Same support and coefficients at any threshold."""
    columns, rates = regression(seed)
    support = stlsq(NormalEquations(columns, rates), threshold).support
    expected = pysindy_coefficients(columns, rates, threshold)
    assert support == tuple(np.flatnonzero(expected))
    assert_same(columns, least_squares(columns, rates, support), expected)


@quickly
@given(seeds)
def test_threshold_zero_is_least_squares_and_infinity_nothing(seed):
    columns, rates = regression(seed)
    normal = NormalEquations(columns, rates)
    everything = stlsq(normal, 0.0).support
    norms = np.linalg.norm(columns, axis=0)
    expected = np.linalg.pinv(columns / norms) @ rates / norms
    assert_same(columns, least_squares(columns, rates, everything), expected)
    assert stlsq(normal, np.inf).support == ()
    assert not least_squares(columns, rates, ()).any()


@quickly
@given(seeds)
def test_path_has_no_gaps_and_each_interval_holds(seed):
    """Thresholds from 0 to infinity, each in one interval; inside it PySINDy selects its support."""
    columns, rates = regression(seed)
    normal = NormalEquations(columns, rates)
    path = threshold_path(normal)
    assert path[-1].support == ()
    assert path[-1].upto == np.inf
    for one, following in itertools.pairwise(path):
        assert following.above <= np.nextafter(one.upto, np.inf)
        assert following.upto > one.upto
    start = 0.0
    for selection in path:
        for share in (0.01, 0.5, 0.99):
            threshold = start + share * (min(selection.upto, 2 * start + 1) - start)
            assert stlsq(normal, threshold).support == selection.support
            selected = pysindy_coefficients(columns, rates, threshold)
            assert tuple(np.flatnonzero(selected)) == selection.support
        start = selection.upto


def test_intervals_of_a_support_that_comes_back():
    """Neighbours of one support are joined; a support that comes back has two intervals."""
    path = [
        Selection((0, 1, 2), -np.inf, 1.0),
        Selection((0, 1), 0.9, 2.0),
        Selection((0, 1), 0.9, 3.0),
        Selection((1, 2), 1.5, 4.0),
        Selection((0, 1), 4.0, 5.0),
        Selection((), 5.0, np.inf),
    ]
    assert threshold_intervals(path) == {
        (0, 1, 2): [(0.0, 1.0)],
        (0, 1): [(1.0, 3.0), (4.0, 5.0)],
        (1, 2): [(3.0, 4.0)],
        (): [(5.0, np.inf)],
    }


@quickly
@given(seeds)
def test_search_finds_the_least_residual_of_each_size(seed):
    """Against plain least squares on every support of 1 to 3 of 6 columns."""
    columns, rates = regression(seed, rows=20, terms=6)

    def residual(support):
        return float(((rates - columns @ least_squares(columns, rates, support)) ** 2).sum())

    found = best_by_size(columns, rates, largest=3)
    for size, (support, rest) in enumerate(found, start=1):
        least = min(map(residual, itertools.combinations(range(6), size)))
        assert rest == pytest.approx(least, rel=1e-8)
        assert residual(support) == pytest.approx(least, rel=1e-8)
    criteria = [bayes_criterion(rest, 20, len(support)) for support, rest in found]
    assert best_support(columns, rates, largest=3) == found[int(np.argmin(criteria))][0]


def test_noise_free_rates_need_no_more_terms_than_theirs():
    """Rates of two columns but for rounding: the criterion alone would fit the rounding."""
    columns, _ = regression(3)
    rates = 2 * columns[:, 1] - columns[:, 4]
    rates += 1e-9 * np.random.default_rng(0).standard_normal(len(rates)) * np.abs(rates).max()
    assert best_support(columns, rates) == (1, 4)


@pytest.mark.parametrize(
    ("residual", "expected"), [(20.0, 10 * np.log(2) + 3 * np.log(10)), (0.0, -np.inf)]
)
def test_criterion(residual, expected):
    """The criterion n log(RSS/n) + k log n with n = 10, k = 3."""
    assert bayes_criterion(residual, 10, 3) == pytest.approx(expected)


def test_bad_arguments():
    columns, rates = regression(0)
    with pytest.raises(ArgumentError, match=r"threshold: got -1\.0; must be at least 0"):
        stlsq(NormalEquations(columns, rates), -1.0)
    columns[:, 2] = 0
    with pytest.raises(ArgumentError, match="columns: got column 2 is 0 everywhere"):
        NormalEquations(columns, rates)
    with pytest.raises(ArgumentError, match="columns: got column 2 is 0 everywhere"):
        best_support(columns, rates)
