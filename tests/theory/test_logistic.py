"""The sigmoid against an integrated law, and integrals by partial fractions against quadrature."""

import numpy as np
import pytest
import scipy.integrate
import sympy

from theory.claims import check_claim
from theory.gradient_flow import TAU
from theory.logistic import A0, A, S, definite_integral, logistic_law

RATE = sympy.Symbol("g", positive=True)
LAW = logistic_law(RATE, "logistic")
CURVE = sympy.lambdify([TAU, A0, S, RATE], LAW.closed_form[A])


@pytest.mark.parametrize(
    ("start", "limit", "rate"), [(1e-6, 0.3, 1.0), (0.01, 1.7, 4.5), (0.5, 0.6, 11.3)]
)
def test_closed_form_is_the_integrated_law(start, limit, rate):
    """dA/dtau = 2 g A (S - A) by SciPy, from A0 up to 0.999999 S: equal to 1e-9 S."""
    end = (np.log(limit / start) + 14) / (2 * rate * limit)
    time = np.linspace(0, end, 50)
    numeric = scipy.integrate.solve_ivp(
        lambda _, a: 2 * rate * a * (limit - a),
        (0, end),
        [start],
        t_eval=time,
        method="DOP853",
        rtol=1e-12,
        atol=1e-15,
    ).y[0]
    assert np.abs(CURVE(time, start, limit, rate) - numeric).max() < 1e-9 * limit
    assert numeric[-1] > 0.999 * limit


def test_closed_form_at_the_ends():
    """A0 at time zero; S exactly, not nan, at times where a growing exponential overflows."""
    values = CURVE(np.array([0.0, 1e3, 1e300]), 1e-3, 0.7, 2.0)
    assert values == pytest.approx([1e-3, 0.7, 0.7], rel=1e-15)
    assert values[1] == values[2] == 0.7


def test_half_way():
    """A = S/2 at tau = ln(S/A0 - 1)/(2 g S), exactly."""
    half = sympy.log(S / A0 - 1) / (2 * RATE * S)
    assert sympy.cancel(LAW.closed_form[A].subs(TAU, half) - S / 2) == 0


@pytest.mark.parametrize("rate", [sympy.S.One, RATE, sympy.sqrt(2) / 2, 3 * RATE])
def test_any_rate(rate):
    """The derivation does not depend on what the rate is; no fault survives."""
    assert check_claim(logistic_law(rate, "logistic")).failures == ()


def test_derivation_ends_in_the_law():
    """Seven steps; the last one is the closed form."""
    assert len(LAW.derivation) == 7
    assert LAW.derivation[-1].expression == sympy.Eq(A, LAW.closed_form[A], evaluate=False)
    assert "partial fractions" in repr(LAW.explain())


@pytest.mark.parametrize(
    "integrand",
    [
        1 / (A * (S - A)),
        1 / (2 * A * (S - A)),
        A**2 / (S - A),
        (3 * A - S) / (A * (S - A) * (A + 1)),
        A + 2,
        sympy.Rational(1, 3) * S,
        1 / (A + 1) ** 2,
        1 / (A**2 + 1),
    ],
    ids=str,
)
@pytest.mark.parametrize(("start", "end"), [(0.1, 0.6), (0.7, 0.2)])
def test_integral_is_the_quadrature(integrand, start, end):
    """From A0 to A with S = 0.9, by adaptive quadrature: equal to 1e-12, forward and backward."""
    _, integral = definite_integral(integrand, A, A0)
    exact = sympy.lambdify([A, A0, S], integral)(end, start, 0.9)
    function = sympy.lambdify([A, S], integrand)
    numeric, _ = scipy.integrate.quad(lambda a: function(a, 0.9), start, end, epsabs=1e-13)
    assert exact == pytest.approx(numeric, rel=1e-11, abs=1e-12)


def test_fractions_add_up():
    """1/(A (S - A)) = 1/(S A) + 1/(S (S - A))."""
    fractions, _ = definite_integral(1 / (A * (S - A)), A, A0)
    assert len(sympy.Add.make_args(fractions)) == 2
    assert sympy.cancel(fractions - 1 / (A * (S - A))) == 0
