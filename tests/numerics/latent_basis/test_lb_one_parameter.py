"""The one-parameter law: a table, its limits, and draws that follow it."""

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad
from scipy.optimize import brentq

from numerics.lambdify import lambdify
from numerics.latent_basis.one_parameter import binomial_cdf, hit_rate, separation
from theory.errors import ArgumentError
from theory.latent_basis import chance_integrand

RHO = [2.0, 3.0, 4.0, 5.0]
# (competitors, absolute, top): section 3.7c of our notes
TABLE = {
    (99, True, 1): (0.2456489, 0.5963738, 0.8781039, 0.9809331),
    (99, True, 4): (0.4623917, 0.8116226, 0.9686505, 0.9977281),
    (9, False, 1): (0.6736455, 0.9024884, 0.9832222, 0.9983421),
    (9, True, 1): (0.5620916, 0.8496896, 0.9710895, 0.9969188),
}


@pytest.mark.parametrize("case", TABLE)
def test_table(case):
    """LB16: seven digits, all separations in one call and one by one."""
    competitors, absolute, top = case
    together = hit_rate(RHO, competitors, absolute=absolute, top=top)
    np.testing.assert_allclose(together, TABLE[case], rtol=0, atol=6e-8)
    single = [hit_rate(rho, competitors, absolute=absolute, top=top) for rho in RHO]
    np.testing.assert_allclose(single, together, rtol=0, atol=1e-11)


@pytest.mark.parametrize("absolute", [True, False])
@pytest.mark.parametrize(("among", "top"), [(2, 1), (3, 2), (6, 1), (6, 4)])
def test_integral_of_the_law_of_theory(among, top, absolute):
    """The integrand written out by theory for M directions, integrated on both sides of its kink."""
    t, rho = sympy.symbols("t rho", real=True)
    integrand = lambdify(chance_integrand(t, rho, among, top, signed=not absolute), (t, rho))
    sides = (quad(integrand, *side, (1.5,), epsabs=1e-12)[0] for side in ((-12, 0), (0, 14)))
    found = hit_rate(1.5, among - 1, absolute=absolute, top=top)
    assert found == pytest.approx(sum(sides), abs=1e-10)


def test_what_the_paper_reports_is_no_competition_among_all():
    """92 % among M = 100 needs rho = 4.262, and then top-4 is 0.983; among 10, rho = 3.427: 0.993.

    The paper has 0.989 for top-4 and 0.97 for top-2.
    """
    for competitors, rho, tops in (
        (99, 4.262, (0.962, 0.976, 0.983)),
        (9, 3.427, (0.972, 0.987, 0.993)),
    ):
        found = brentq(lambda r, n=competitors: hit_rate(r, n, absolute=True) - 0.92, 1, 8)
        assert found == pytest.approx(rho, abs=6e-4)
        rates = [hit_rate(found, competitors, absolute=True, top=top) for top in (2, 3, 4)]
        np.testing.assert_allclose(rates, tops, atol=6e-4)


@pytest.mark.parametrize("absolute", [True, False])
@pytest.mark.parametrize(("competitors", "top"), [(99, 1), (99, 4), (9, 2), (4, 4), (1, 1)])
def test_draws_follow_the_law(competitors, top, absolute):
    """100,000 draws at rho = 2: within four binomial deviations."""
    generator = np.random.default_rng(competitors + top)
    scores = generator.standard_normal((100_000, competitors + 1))
    scores[:, 0] += 2
    competing = np.abs(scores) if absolute else scores
    drawn = ((competing[:, 1:] > competing[:, :1]).sum(axis=1) < top).mean()
    law = hit_rate(2.0, competitors, absolute=absolute, top=top)
    assert abs(drawn - law) <= 4 * np.sqrt(law * (1 - law) / 100_000)


@pytest.mark.parametrize("rho", [-1.5, 0.0, 0.7, 2.5])
def test_one_signed_competitor(rho):
    """P(t > t') = Phi(rho/sqrt(2)) in closed form."""
    assert hit_rate(rho, 1, absolute=False) == pytest.approx(
        stats.norm.cdf(rho / 2**0.5), abs=1e-12
    )


@pytest.mark.parametrize("rho", [0.0, 0.7, 2.5])
def test_one_competitor_in_magnitude(rho):
    """|t| > |t'| if t + t' and t - t' have one sign: Phi^2 + (1 - Phi)^2 at rho/sqrt(2)."""
    p = stats.norm.cdf(rho / 2**0.5)
    assert hit_rate(rho, 1, absolute=True) == pytest.approx(p**2 + (1 - p) ** 2, abs=1e-12)


cases = st.tuples(st.integers(1, 200), st.booleans()).flatmap(
    lambda case: st.tuples(st.just(case[0]), st.just(case[1]), st.integers(1, case[0]))
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(cases, st.floats(0, 6), st.floats(0.01, 3))
def test_the_law_rises_and_falls_as_it_must(case, rho, further):
    """Up with rho and r, down with the number of competitors; signed at least as good as magnitudes."""
    competitors, absolute, top = case
    rate = hit_rate(rho, competitors, absolute=absolute, top=top)
    slack = 1e-10
    assert -slack <= rate <= 1 + slack
    assert hit_rate(rho + further, competitors, absolute=absolute, top=top) >= rate - slack
    assert hit_rate(rho, competitors, absolute=absolute, top=top + 1) >= rate - slack
    assert hit_rate(rho, competitors + 5, absolute=absolute, top=top) <= rate + slack
    signed, magnitude = (hit_rate(rho, competitors, absolute=a, top=top) for a in (False, True))
    assert signed >= magnitude - slack


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(cases)
def test_limits(case):
    """r/M at rho = 0, where all scores are alike; 1 far out; 1 if all may win."""
    competitors, absolute, top = case
    nothing, far = hit_rate([0.0, 1000.0], competitors, absolute=absolute, top=top)
    assert nothing == pytest.approx(top / (competitors + 1), abs=1e-11)
    assert far == pytest.approx(1, abs=1e-11)
    assert hit_rate(0.3, competitors, absolute=absolute, top=competitors + 1) == pytest.approx(1)


def test_shapes_and_signs():
    """Any shape; a magnitude has no sign; nobody to compete with."""
    rho = np.array([[-2.0, 2.0, 0.5]])
    found = hit_rate(rho, 9, absolute=True)
    assert found.shape == (1, 3)
    assert found[0, 0] == pytest.approx(found[0, 1], abs=1e-12)
    assert hit_rate(-1000.0, 9, absolute=False) == pytest.approx(0, abs=1e-12)
    assert hit_rate(1.0, 0, absolute=False) == pytest.approx(1, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 300), st.integers(0, 300), st.floats(1e-200, 1))
def test_binomial_distribution(most, trials, probability):
    """Against the sum of its terms, as SciPy has it."""
    exact = stats.binom.pmf(np.arange(min(most, trials) + 1), trials, probability).sum()
    assert binomial_cdf(most, trials, probability) == pytest.approx(exact, abs=1e-10)


def test_binomial_of_small_probabilities():
    """1 - P is 3e-18: it rounds to 1, and none of 3 at 1e-200 is 1."""
    np.testing.assert_array_equal(binomial_cdf(0, 3, [1e-18, 1e-200, 0.0, 1.0]), [1, 1, 1, 0])


@pytest.mark.parametrize("absolute", [True, False])
@pytest.mark.parametrize("rho", [0.5, 4.0])
def test_separation_of_scores_that_follow_the_law(rho, absolute):
    """50,000 images of 10 scores, deviation 3, a shift of all that only magnitudes would feel."""
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 10, 50_000)
    scores = generator.standard_normal((50_000, 10))
    scores[np.arange(50_000), labels] += rho
    shift = 0.0 if absolute else 7.0
    found = separation(3 * scores + shift, labels, absolute=absolute)
    assert found == pytest.approx(rho, abs=0.03)


def test_separation_of_labels_below_the_others():
    """Negative where signed scores compete; magnitudes do not feel it."""
    scores = np.array([[-3.0, 1.0], [0.0, -5.0], [-4.0, -1.0], [1.0, -4.0]])
    labels = np.array([0, 1, 0, 1])
    own, others = np.array([-3, -5, -4, -4]), np.array([1, 0, -1, 1])
    signed = (own.mean() - others.mean()) / np.sqrt((own.var() + others.var()) / 2)
    assert separation(scores, labels, absolute=False) == pytest.approx(signed)
    magnitude = 4 / np.sqrt((own.var() + np.mean(others**2)) / 2)
    assert separation(scores, labels, absolute=True) == pytest.approx(magnitude)


ONES = np.ones((3, 2))

REFUSED = {
    "labels of another length": (
        lambda: separation(ONES, np.array([0, 1]), absolute=True),
        r"scores: got shapes \(3, 2\) and \(2,\); must be \(N, K\), with N labels",
    ),
    "labels that are no integers": (
        lambda: separation(ONES, np.zeros(3), absolute=True),
        "labels: got float64; must be integers",
    ),
    "scores that are not finite": (
        lambda: separation(ONES * [1, np.nan], np.zeros(3, int), absolute=True),
        "scores: got nan; must be finite; row 0, score 1 is not",
    ),
    "no number": (lambda: hit_rate([1.0, np.nan], 9, absolute=True), "separation: got .*finite"),
    "no winner": (lambda: hit_rate(1.0, 9, absolute=True, top=0), "top: got 0; must be at least 1"),
    "fewer than none": (
        lambda: hit_rate(1.0, -1, absolute=False),
        "most and trials: got 0 and -1; must not be negative",
    ),
    "no noise": (
        lambda: separation(ONES, np.array([0, 1, 0]), absolute=False),
        "scores: got no noise; must differ from image to image",
    ),
    "one score": (
        lambda: separation(ONES[:, :1], np.zeros(3, int), absolute=False),
        r"scores: got shape \(3, 1\); must be 2 x 2 at least",
    ),
    "a label too many": (
        lambda: separation(ONES, np.array([0, 2, 0]), absolute=False),
        "labels: got 2; must be from 0 to 1",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refusals(what):
    """With the value and the bound."""
    call, text = REFUSED[what]
    with pytest.raises(ArgumentError, match=text):
        call()
