"""Zeros of Bessel functions: all of them, in order, where sines give them."""

import itertools

import numpy as np
import pytest

from numerics.drum.spectra.bessel_zeros import at_both_rims, at_the_rim, lowest_zeros
from theory.errors import ArgumentError


@pytest.mark.parametrize(
    ("radial", "gap"), [(at_the_rim, np.pi), (at_both_rims(0.25), np.pi / 0.75)]
)
def test_order_one_half_is_a_sine(radial, gap):
    """J_1/2 is sin(s)/sqrt(s) but for a factor, Y_1/2 is -cos(s)/sqrt(s): zeros k pi, k pi/(1 - a/b)."""
    far = (
        0.5 + 1000 * n for n in itertools.count()
    )  # the next order begins above all that is asked
    found = lowest_zeros(radial, far, 100, both=False)
    assert found == pytest.approx(gap * np.arange(1, 101), rel=1e-14)


def test_a_count_below_one_is_refused():
    with pytest.raises(ArgumentError) as refused:
        lowest_zeros(at_the_rim, map(float, itertools.count()), 0, both=True)
    assert refused.value.argument == "count"
