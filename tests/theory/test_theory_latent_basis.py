"""Class means of latents, against quadrature, enumeration and linear algebra in numbers."""

import itertools

import mpmath
import numpy as np
import pytest
import sympy
from scipy import integrate, stats

from theory import latent_basis
from theory.claims import registered
from theory.errors import ArgumentError


def at(expression, **values):
    """Return the value of an expression whose symbols are given by name."""
    return float(expression.subs({s: values[s.name] for s in expression.free_symbols}))


def entries():
    return [e for e in registered() if e.name.startswith("latent_basis.")]


@pytest.mark.parametrize("entry", entries(), ids=lambda e: e.name)
def test_every_claim_explains_itself(entry):
    """A derivation has at least one step and prints its number and its text."""
    claim = entry.factory(**entry.sizes[0])
    shown = repr(claim.explain())
    assert claim.derivation
    assert shown.startswith("1. ")
    assert all(step.text in shown for step in claim.derivation)


def test_total_expectation_of_a_hard_label():
    """Points -1, 1, 3 with all weight on one label each: the first mean is -1, E z = sum w z."""
    claim = latent_basis.total_expectation(2, 3)
    weights = {"w_0_0": 2, "w_0_1": 0, "w_1_0": 0, "w_1_1": 1, "w_2_0": 0, "w_2_1": 5}
    values = {**weights, "z_0": -1, "z_1": 1, "z_2": 3}
    assert [at(side, **values) for side in claim.left] == [2 * -1 + 1 + 15, 2 + 1 + 45]
    assert at(claim.derivation[1].expression[0], **values) == -1


@pytest.mark.parametrize("labels", [2, 3, 10])
def test_rank_of_zero_sum_means(labels):
    """Random means of l labels in 12 dimensions with sum p m = 0: l - 1 singular values are not 0."""
    generator = np.random.default_rng(labels)
    shares = generator.dirichlet(np.ones(labels))
    means = generator.standard_normal((labels, 12))
    means[-1] = -shares[:-1] @ means[:-1] / shares[-1]
    values = np.linalg.svd(means, compute_uv=False)
    assert values[-1] < 1e-12 * values[0]
    assert values[-2] > 1e-3 * values[0]


@pytest.mark.parametrize("labels", [2, 3])
def test_minor_in_numbers(labels):
    """The bordered minor is the volume of the other means over p_last, and not 0."""
    left, right = latent_basis.mean_rank(labels).left, latent_basis.mean_rank(labels).right
    generator = np.random.default_rng(0)
    symbols = sorted(left.free_symbols, key=str)
    values = {s.name: generator.uniform(0.1, 0.4) for s in symbols}
    assert at(left[0], **values) == pytest.approx(0, abs=1e-15)
    assert at(left[1], **values) == pytest.approx(at(right[1], **values), rel=1e-9)
    assert abs(at(left[1], **values)) > 1e-4


@pytest.mark.parametrize("count", [1, 2, 5])
def test_mean_of_coins(count):
    """Latents m +- s with equal chances: E eta^2 over all 2^V outcomes is m^2 + s^2/V."""
    mean, width = 0.7, 1.3
    outcomes = itertools.product((mean - width, mean + width), repeat=count)
    expected = np.mean([np.mean(o) ** 2 for o in outcomes])
    law = latent_basis.mean_of_samples()
    (second,) = law.closed_form.values()
    assert at(second, v=count - 1, m=mean, s=width) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("threshold", "softness"), [(0.0, 0.5), (1.2, 0.1), (-0.7, 2.0)])
def test_mean_of_a_soft_half_space(threshold, softness):
    """The integral of t phi(t) Phi((t - tau)/s), by adaptive quadrature: phi(tau/c)/c."""
    expected, _ = integrate.quad(
        lambda t: t * stats.norm.pdf(t) * stats.norm.cdf((t - threshold) / softness), -12, 12
    )
    law = latent_basis.soft_half_space().right
    assert at(law, tau=threshold, s=softness) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("threshold", [-1.0, 0.0, 1.2815515655446004])
def test_half_space_in_numbers(threshold):
    """Share, mean and second moment beyond tau are those of the truncated normal law."""
    share, mean, second = (at(side, tau=threshold) for side in latent_basis.half_space_mean().right)
    tail = stats.truncnorm(threshold, np.inf)
    assert share == pytest.approx(stats.norm.sf(threshold), rel=1e-12)
    assert mean / share == pytest.approx(tail.mean(), rel=1e-10)
    assert second / share == pytest.approx(tail.moment(2), rel=1e-10)


@pytest.mark.parametrize(
    ("labels", "bound"),
    [
        (2, 0.6366197724),
        (3, 1.1898431653),
        (5, 1.9594669220),
        (10, 3.0799664511),
        (20, 4.2547841263),
    ],
)
def test_bound_for_equal_shares(labels, bound):
    """(phi(tau)/p)^2 at p = 1/l: the longest |m|^2; half spaces of a curved label stay below."""
    share, mean, _ = latent_basis.half_space_mean().right
    values = [at(side, tau=stats.norm.isf(1 / labels)) for side in (share, mean)]
    assert (values[1] / values[0]) ** 2 == pytest.approx(bound, abs=1e-9)


def test_labels_that_are_no_half_space_are_shorter():
    """Random labels on a grid of one direction with the share of a half space: a smaller mean."""
    grid = np.linspace(-5, 5, 401)
    weights = stats.norm.pdf(grid)
    generator = np.random.default_rng(0)
    for _ in range(20):
        label = generator.uniform(0, 1, grid.size)
        share = weights @ label / weights.sum()
        threshold = np.cumsum(weights[::-1])[::-1] / weights.sum()
        half_space = np.clip(
            (share - np.append(threshold[1:], 0)) / (weights / weights.sum()), 0, 1
        )
        assert weights @ half_space == pytest.approx(weights @ label, rel=1e-12)
        assert (weights * grid) @ label < (weights * grid) @ half_space


def test_bound_of_points_in_numbers():
    """Four points 0, 1, 2, 3: the first two give 5; half of the best moved to the least costs 1.5."""
    bound = latent_basis.half_space_bound(4, 2)
    values = dict.fromkeys(("d_1", "d_2", "d_3"), 1) | {"t_min": 0}
    values |= {"s_02": 0, "s_03": 0.5, "s_12": 0, "s_13": 0}
    assert (at(bound.left, **values), at(bound.right, **values)) == (3.5, 5)


@pytest.mark.parametrize("labels", [2, 3])
def test_greatest_by_quadrature(labels):
    """E max of l normals: the integral of t l phi Phi^(l-1) to 25 digits."""
    mpmath.mp.dps = 30
    expected = mpmath.quad(
        lambda t: t * labels * mpmath.npdf(t) * mpmath.ncdf(t) ** (labels - 1), [-15, -4, 0, 4, 15]
    )
    value = sympy.N(latent_basis.greatest_of(labels).right[1], 30)
    assert abs(value - sympy.Float(str(expected), 30)) < 1e-25


def test_means_of_argmax_labels_by_draws():
    """Labels argmax of three coordinates, z and -z drawn in pairs: the means, and their zero sum."""
    draws = np.random.default_rng(0).standard_normal((100_000, 3))
    draws = np.concatenate([draws, -draws])
    winner = draws.argmax(axis=1)
    means = np.array([draws[winner == a].mean(axis=0) for a in range(3)])
    shares = np.bincount(winner) / len(winner)
    greatest = float(latent_basis.greatest_of(3).right[1])
    own, other, square = (at(side, l=3, e=greatest) for side in latent_basis.argmax_means().right)
    expected = np.where(np.eye(3) == 1, own, other)
    assert np.abs(means - expected).max() < 0.012  # four sd of an entry
    assert np.abs(shares @ means).max() < 1e-12
    assert square == pytest.approx(1.0742958659, abs=1e-10)


@pytest.mark.parametrize("labels", [3, 5])
def test_spectrum_of_argmax_means(labels):
    """Means e l/(l-1) (I - J/l) have l - 1 singular values e l/(l-1), one is 0."""
    claim = latent_basis.argmax_spectrum(labels)
    rows = claim.derivation[0].expression
    means = np.array(rows.subs(dict.fromkeys(rows.free_symbols, 1)), dtype=float)
    values = np.linalg.svd(means, compute_uv=False)
    assert values[:-1] == pytest.approx(labels / (labels - 1), rel=1e-12)
    assert values[-1] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("factory", "arguments", "name"),
    [
        (latent_basis.total_expectation, (1,), "labels"),
        (latent_basis.mean_rank, (1,), "labels"),
        (latent_basis.half_space_bound, (4, 4), "kept"),
        (latent_basis.greatest_of, (4,), "labels"),
        (latent_basis.argmax_spectrum, (1,), "labels"),
        (latent_basis.mirror_basis, (1,), "dimension"),
    ],
)
def test_bad_sizes_are_refused(factory, arguments, name):
    """At least two labels, a point left out, a closed form that exists: refused, by name."""
    with pytest.raises(ArgumentError, match=f"{name}: got {arguments[-1]}"):
        factory(*arguments)
