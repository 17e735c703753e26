"""Laws of accuracies and energies, against quadrature, enumeration and the noncentral beta law."""

import itertools

import numpy as np
import pytest
import sympy
from scipy import integrate, special, stats

from theory import latent_basis
from theory.errors import ArgumentError

T, RHO = sympy.symbols("t rho", real=True)


def at(expression, **values):
    """Return the value of an expression whose symbols are given by name."""
    return float(expression.subs({s: values[s.name] for s in expression.free_symbols}))


def chance(rho, among, first=1, *, signed=False):
    """Return P(the label is among the r first) by quadrature of the integrand of theory."""
    law = latent_basis.chance_integrand(T, RHO, among, first, signed=signed)
    integrand = sympy.lambdify((T, RHO), law, modules=["scipy", "numpy"])
    return integrate.quad(integrand, rho - 9, rho + 9, args=(rho,), points=[0.0], limit=400)[0]


@pytest.mark.parametrize(
    ("rho", "size_100", "first_four", "signed_10", "size_10"),
    [
        (2, 0.2456489, 0.4623917, 0.6736455, 0.5620916),
        (3, 0.5963738, 0.8116226, 0.9024884, 0.8496896),
        (4, 0.8781039, 0.9686505, 0.9832222, 0.9710895),
        (5, 0.9809331, 0.9977281, 0.9983421, 0.9969188),
    ],
)
def test_one_parameter_law(rho, size_100, first_four, signed_10, size_10):
    """The table of the one-parameter law: rule of size and top 4 of 100, signed and size of 10."""
    found = (
        chance(rho, 100),
        chance(rho, 100, 4),
        chance(rho, 10, signed=True),
        chance(rho, 10),
    )
    assert found == pytest.approx((size_100, first_four, signed_10, size_10), abs=6e-8)


@pytest.mark.parametrize(("among", "first"), [(10, 1), (100, 4)])
def test_noise_is_first_by_chance(among, first):
    """Without a signal, rho = 0: r/M by quadrature, and by the claim at x = 1."""
    assert chance(0, among, first) == pytest.approx(first / among, abs=1e-8)
    claim = latent_basis.chance_of_noise(10, 4)
    assert at(claim.left, x=1) == pytest.approx(0.4, rel=1e-12)


@pytest.mark.parametrize("rho", [0.0, 0.7, 2.5])
def test_two_directions_in_closed_form(rho):
    """Phi(rho/sqrt 2), and the sum of squares of it and its rest, against quadrature."""
    (signed,) = latent_basis.two_signed().closed_form.values()
    (in_size,) = latent_basis.two_in_size().closed_form.values()
    assert at(signed, rho=rho) == pytest.approx(chance(rho, 2, signed=True), abs=1e-9)
    assert at(in_size, rho=rho) == pytest.approx(chance(rho, 2), abs=1e-9)


@pytest.mark.parametrize(("mean", "own", "other"), [(1.0, 0.5, 2.0), (-0.3, 1.1, 0.2)])
def test_two_noises(mean, own, other):
    """E Phi(t/s_1) over t ~ N(m, s_0^2) by quadrature: Phi(m/sqrt(s_0^2 + s_1^2))."""
    expected, _ = integrate.quad(
        lambda t: stats.norm.pdf(t, mean, own) * stats.norm.cdf(t / other), -30, 30, points=[mean]
    )
    (law,) = latent_basis.two_with_noise().closed_form.values()
    assert at(law, m=mean, s_0=own, s_1=other) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("directions", [2, 3])
def test_slope_at_chance(directions):
    """Central difference of the signed law at rho = 0: e_l/l; the rule of size has slope 0."""
    step = 1e-3
    ends = [chance(side * step, directions, signed=True) for side in (1, -1)]
    slope = float(latent_basis.slope_at_zero(directions).right[1])
    assert (ends[0] - ends[1]) / (2 * step) == pytest.approx(slope, abs=1e-6)
    assert float(latent_basis.greatest_of(directions).right[1]) / directions == pytest.approx(slope)
    ends = [chance(side * step, directions) for side in (1, -1)]
    assert ends[0] == pytest.approx(ends[1], abs=1e-10)


def test_rank_of_the_label_counts():
    """Equal chances: the binomial law; unequal ones: all 2^4 outcomes."""
    assert latent_basis.count_chances([0.3] * 6) == pytest.approx(stats.binom.pmf(range(7), 6, 0.3))
    chances = np.array([0.1, 0.5, 0.7, 0.95])
    expected = np.zeros(5)
    for outcome in itertools.product((0, 1), repeat=4):
        expected[sum(outcome)] += np.prod(np.where(outcome, chances, 1 - chances))
    assert latent_basis.count_chances(chances) == pytest.approx(expected, rel=1e-12)


def test_scatter_of_trials():
    """Three images with one chance: the binomial variance over 9; at 1/2 the bound 1/12."""
    law, bound = latent_basis.trial_variance(3).right[1], latent_basis.scatter_bound(3)
    for p in (0.2, 0.5, 0.9):
        values = dict.fromkeys(("P_0", "P_1", "P_2"), p)
        assert at(law, **values) == pytest.approx(stats.binom.var(3, p) / 9, rel=1e-12)
        assert at(bound.left, **values) <= float(bound.right) + 1e-15
    assert bound.right == sympy.Rational(1, 12)


@pytest.mark.parametrize(
    ("kept", "share"), [(1, 0.0771), (2, 0.1362), (3, 0.1865), (4, 0.2311), (10, 0.4322)]
)
def test_kept_energy_of_noise(kept, share):
    """The r largest of 100 standard normal amplitudes keep the share K_r of the energy."""
    law = sympy.lambdify(T, latent_basis.kept_energy_density(T, kept, 100), modules="scipy")
    assert integrate.quad(law, 0, 12, limit=200)[0] == pytest.approx(share, abs=5e-5)


def test_kept_energy_of_two_by_angle():
    """Mean of the larger of cos^2 and sin^2 over the circle: 1/2 + 1/pi."""
    expected, _ = integrate.quad(
        lambda a: max(np.cos(a) ** 2, np.sin(a) ** 2) / (2 * np.pi),
        0,
        2 * np.pi,
        points=np.pi / 4 * np.arange(1, 8),
    )
    assert float(latent_basis.kept_energy_of_two().right[0]) == pytest.approx(expected, rel=1e-9)


def test_covariance_of_amplitudes_in_numbers():
    """At theta = 0.4, sigma = (1, 3): e^T diag(sigma^2) e' of the turned basis."""
    turned = np.array([[np.cos(0.4), np.sin(0.4)], [-np.sin(0.4), np.cos(0.4)]])
    expected = turned @ np.diag([1, 9]) @ turned.T
    values = {"theta": 0.4, "sigma_0": 1, "sigma_1": 3, "mu_0": 2, "mu_1": -1}
    found = [at(side, **values) for side in latent_basis.amplitude_covariance().right]
    assert found[:2] == pytest.approx(turned @ [2, -1], rel=1e-12)
    assert found[2:] == pytest.approx([expected[0, 0], expected[1, 1], expected[0, 1]], rel=1e-12)


@pytest.mark.parametrize(
    ("rho", "dimension", "samples"), [(4, 100, 200), (3, 100, 200), (4, 3, 50)]
)
def test_cosine_of_a_class_mean(rho, dimension, samples):
    """The cos^2 of a noisy mean is noncentral beta: its mean mixes (1/2 + j)/(M/2 + j), Poisson in j.

    The ratio of expectations is too high by (M-1)/(V rho^2)^2, to leading order.
    """
    half = samples * rho**2 / 2
    j = np.arange(int(half + 40 * np.sqrt(half)) + 40)
    weights = np.exp(special.xlogy(j, half) - half - special.gammaln(j + 1))
    expected = weights @ ((0.5 + j) / (dimension / 2 + j))
    law = latent_basis.cosine_of_the_mean().right
    found = at(law, rho=rho, M=dimension, v=1 / samples)
    ratio = rho**2 / (rho**2 + (dimension - 1) / samples)
    third = (dimension / (samples * rho**2)) ** 3
    assert found == pytest.approx(expected, abs=1.5 * third)
    excess = (dimension - 1) / (samples * rho**2) ** 2
    assert ratio - expected == pytest.approx(excess, rel=0.3)


def test_linear_control_by_draws():
    """Accuracy before and after a quarter turn, energies, rank-one side; rho = 3, M = 12, l = 4."""
    generator = np.random.default_rng(0)
    count, dimension, labels, rho = 100_000, 12, 4, 3
    latents = generator.standard_normal((count, dimension))
    latents[:, 0] += rho
    law = chance(rho, labels, signed=True)
    sd = np.sqrt(law * (1 - law) / count)
    assert (latents[:, :labels].argmax(axis=1) == 0).mean() == pytest.approx(law, abs=4 * sd)
    turned = latents[:, :labels].copy()
    turned[:, 0], turned[:, 2] = -latents[:, 2], latents[:, 0]
    assert (turned.argmax(axis=1) == 2).mean() == pytest.approx(law, abs=4 * sd)
    (side,) = latent_basis.rank_one_success().closed_form.values()
    assert (latents[:, 0] > 0).mean() == pytest.approx(at(side, rho=rho), abs=5e-4)
    whole, part = latent_basis.energy_share().right
    assert at(whole, rho=rho) == 3 + rho**2
    expected = (at(part, rho=rho) - 2 + labels) / (at(whole, rho=rho) - 3 + dimension)
    share = (latents[:, :labels] ** 2).sum() / (latents**2).sum()
    assert share == pytest.approx(expected, abs=0.002)


@pytest.mark.parametrize(
    ("factory", "arguments", "name"),
    [
        (latent_basis.chance_of_noise, (3, 3), "first"),
        (latent_basis.slope_at_zero, (4,), "directions"),
        (latent_basis.rank_of_the_label, (1,), "events"),
        (latent_basis.trial_variance, (0,), "images"),
        (latent_basis.best_terms, (3, 3), "kept"),
    ],
)
def test_bad_sizes_are_refused(factory, arguments, name):
    """All places first, no closed form, nobody to compete with: refused, by name."""
    with pytest.raises(ArgumentError, match=f"{name}: got {arguments[-1]}"):
        factory(*arguments)
