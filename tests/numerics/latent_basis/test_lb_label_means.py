"""Label means: how long, how few, and never longer than a half space's."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import ndtr, ndtri

from numerics.latent_basis.label_means import (
    argmax_mean_square,
    argmax_means,
    expected_largest,
    mean_square_bound,
    normal_density,
)
from theory.errors import ArgumentError
from theory.latent_basis import greatest_of

# l: e_l, |m|^2, bound; section 3.1 of our notes
TABLE = {
    2: (0.5641895835, 0.6366197724, 0.6366197724),
    3: (0.8462843753, 1.0742958659, 1.1898431653),
    5: (1.1629644736, 1.6906079587, 1.9594669220),
    10: (1.5387527308, 2.6308444074, 3.0799664511),
    20: (1.8674750598, 3.6710137884, 4.2547841263),
}


@pytest.mark.parametrize("labels", TABLE)
def test_table(labels):
    """LB12: ten digits of e_l, |m|^2 and of its bound at p = 1/l."""
    found = expected_largest(labels), argmax_mean_square(labels), mean_square_bound(1 / labels)
    np.testing.assert_allclose(found, TABLE[labels], rtol=0, atol=6e-11)


@pytest.mark.parametrize(("labels", "factor"), [(2, 1.0), (3, 1.5)])
def test_largest_of_few_is_that_of_theory(labels, factor):
    """1/sqrt(pi) and 3/(2 sqrt(pi)), to rounding."""
    exact = float(greatest_of(labels).right[1])
    assert exact == pytest.approx(factor / math.sqrt(math.pi), rel=1e-15)
    assert expected_largest(labels) == pytest.approx(exact, rel=1e-14)


@pytest.mark.parametrize("labels", [2, 4, 7, 50, 1000, 100_000])
def test_largest_by_the_area_above_its_distribution(labels):
    """e_l = int_0^inf 1 - Phi^l(t) - Phi^l(-t) dt: no density, no integration by parts."""

    def above(t):
        return -math.expm1(labels * math.log1p(-ndtr(-t))) - ndtr(-t) ** labels

    area, _ = quad(above, 0, 12, points=[1, 2, 3, 4, 5, 6], epsabs=1e-12, limit=300)
    assert expected_largest(labels) == pytest.approx(area, abs=1e-10)


@pytest.mark.parametrize("labels", [2, 3, 10])
def test_means_of_an_argmax(labels):
    """They sum to zero; l - 1 equal singular values e_l l/(l - 1); squares e_l^2 l/(l - 1)."""
    means = argmax_means(labels, 12)
    values = np.linalg.svd(means, compute_uv=False)
    expected = np.full(labels, expected_largest(labels) * labels / (labels - 1))
    expected[-1] = 0
    np.testing.assert_allclose(values, expected, atol=1e-14)
    np.testing.assert_allclose(means.sum(axis=0), 0, atol=1e-15)
    np.testing.assert_allclose(np.square(means).sum(axis=1), argmax_mean_square(labels), rtol=1e-14)


def test_means_of_drawn_latents():
    """400,000 latents labelled by the largest of 5 of their 6 coordinates; sd of an entry 0.004."""
    drawn = np.random.default_rng(0).standard_normal((400_000, 6))
    labels = drawn[:, :5].argmax(axis=1)
    means = np.stack([drawn[labels == label].mean(axis=0) for label in range(5)])
    np.testing.assert_allclose(means, argmax_means(5, 6), atol=0.016)


@given(st.floats(1e-12, 1 - 1e-9))
def test_half_spaces_reach_the_bound(share):
    """Label t > tau of share p: its mean by the density of the tail is phi(tau)/p."""
    tau = -ndtri(share)
    mean, _ = quad(lambda t: t * normal_density(t), tau, max(tau, 0) + 12, points=[0.0])
    assert mean_square_bound(share) == pytest.approx((mean / share) ** 2, rel=1e-6, abs=1e-14)


@given(st.integers(3, 2000))
def test_an_argmax_of_more_than_two_stays_below_the_bound(labels):
    """Only half spaces reach it, and an argmax of two is one."""
    assert argmax_mean_square(labels) < mean_square_bound(1 / labels)


def test_the_bound_keeps_the_shape_of_the_shares():
    """A label that is everything has no mean."""
    found = mean_square_bound([[0.5, 1.0]])
    assert found.shape == (1, 2)
    assert found[0, 1] == 0


REFUSED = {
    "one label": (lambda: expected_largest(1), "labels: got 1; must be at least 2"),
    "more labels than coordinates": (
        lambda: argmax_means(4, 3),
        "labels: got 4; must be at most the size 3",
    ),
    "a label that never occurs": (
        lambda: mean_square_bound([0.5, 0.0]),
        "shares: got 0.0; must be above 0 and at most 1; leave labels out that never occur",
    ),
    "no share": (lambda: mean_square_bound([np.nan]), "shares: got nan"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refusals(what):
    """With the value and the bound."""
    call, text = REFUSED[what]
    with pytest.raises(ArgumentError, match=text):
        call()
