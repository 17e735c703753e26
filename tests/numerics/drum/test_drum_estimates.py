"""Estimates of errors from levels: sequences whose limit and error are known."""

import numpy as np
import pytest

from numerics.drum.spectra.estimates import ROUNDING, three_level_estimate, two_level_estimate
from theory.errors import ArgumentError


def levels(ratio, limit=7.0, first=0.3, count=3):
    """The sequence limit + first/ratio^level, as eigenvalues of one mode."""
    return [np.array([limit + first / ratio**level]) for level in range(count)]


@pytest.mark.parametrize("ratio", [2.0, 2 ** (4 / 3), 4.0, 16.0])
def test_one_power_is_estimated_exactly(ratio):
    """With limit + c q^-level: the error of the last is c/q^2, for both estimates."""
    coarse, middle, fine = levels(ratio)
    error = fine - 7
    np.testing.assert_allclose(three_level_estimate(coarse, middle, fine), error, rtol=1e-12)
    np.testing.assert_allclose(two_level_estimate(middle, fine, ratio), error, rtol=1e-12)


@pytest.mark.parametrize(("ratio", "used"), [(1.1, 1.5), (100.0, 16.0), (-3.0, 1.5)])
def test_ratios_are_kept_within_bounds(ratio, used):
    """Slower than 1.5, to and fro, or faster than 16: the estimate is the bound's."""
    coarse, middle, fine = levels(ratio)
    expected = np.abs(middle - fine) / (used - 1)
    np.testing.assert_allclose(three_level_estimate(coarse, middle, fine), expected, rtol=1e-12)


@pytest.mark.parametrize("step", [0.0, 1e-15])
def test_what_does_not_move_is_known_to_rounding(step):
    """d2 = 0 or of rounding: 1e-12 of the eigenvalue."""
    coarse, middle, fine = np.array([[5 + 2 * step], [5 + step], [5.0]])
    expected = [5 * ROUNDING]
    np.testing.assert_allclose(three_level_estimate(coarse, middle, fine), expected, rtol=1e-12)
    np.testing.assert_allclose(two_level_estimate(middle, fine, 2), expected, rtol=1e-12)


def test_a_crossing_does_not_hide_an_error():
    """A second mode that happens not to move takes the relative estimate of the first."""
    coarse, middle, fine = np.array([[4.64, 8.0], [4.04, 8.0], [4.0025, 8.0]])
    single = three_level_estimate(coarse, middle, fine, monotone=False)
    assert single[1] == 8 * ROUNDING
    for estimate in (
        three_level_estimate(coarse, middle, fine),
        two_level_estimate(middle, fine, 16),
    ):
        assert estimate[1] == pytest.approx(8 * 0.0025 / 4.0025, rel=1e-9)


def test_the_slowest_power_covers_faster_ones():
    """Errors with parts that fall by 2.5 and by 256: two levels with ratio 2.5 cover the sum."""
    wide, narrow = 9 + np.array([1e-5 + 1e-3]), 9 + np.array([1e-5 / 2.5 + 1e-3 / 256])
    assert two_level_estimate(wide, narrow, 2.5) > narrow - 9
    assert two_level_estimate(wide, narrow, 16) > (narrow - 9) / 2
    assert three_level_estimate(wide + 0.02, wide, narrow) < two_level_estimate(wide, narrow, 2.5)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (([1.0], [1.0], [1.0, 2.0]), r"levels: got .*; must all be \(mode,\); cut them to one"),
        (([[1.0]], [[1.0]], [[1.0]]), r"must all be \(mode,\)"),
        (([1.0], [0.0], [1.0]), "levels: got 0.0; must be positive; pass eigenvalues"),
        (([1.0], [np.nan], [1.0]), "must be positive"),
    ],
)
def test_what_are_no_levels_is_refused(given, text):
    """Different lengths, tables, what is not positive."""
    with pytest.raises(ArgumentError, match=text):
        three_level_estimate(*given)


@pytest.mark.parametrize("ratio", [1.0, 0.5, np.nan])
def test_a_ratio_that_does_not_fall_is_refused(ratio):
    """A ratio q <= 1 has no limit."""
    with pytest.raises(ArgumentError, match=r"ratio: got .*; must be above 1"):
        two_level_estimate([2.0], [1.0], ratio)


def test_near_eigenvalues_share_the_estimate_of_their_sum():
    """Errors .8, .8 > .1, .1 > .0245, .0005 of 10 and 10.01: their sum falls by 8 and 8, so .025 is left.

    Alone the first would be told to have .0755/(.7/.0755 - 1) = .009; far from it the second has no part.
    """
    errors = np.array([[0.8, 0.8], [0.1, 0.1], [0.0245, 0.0005]])
    near = three_level_estimate(*(np.array([10.0, 10.01]) + errors), monotone=False)
    np.testing.assert_allclose(near, 0.025, rtol=1e-9)
    apart = three_level_estimate(*(np.array([10.0, 15.0]) + errors), monotone=False)
    np.testing.assert_allclose(apart[0], 0.0755 / (0.7 / 0.0755 - 1), rtol=1e-9)
