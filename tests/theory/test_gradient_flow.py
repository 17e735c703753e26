"""Gradient flow of a loss against finite differences; descent as its discrete form."""

import numpy as np
import pytest
import sympy

from theory.claims import Invariant, check_claim
from theory.errors import ArgumentError
from theory.fourier import symbols_of
from theory.gradient_flow import TAU, UPDATE, averaged_loss, descent_of, gradient_flow

STATE = sympy.symbols("q0:4", real=True)
STEP = sympy.Symbol("h", positive=True)


def random_polynomial(seed: int) -> sympy.Expr:
    """Eight monomials of degree 1 to 5 with integer coefficients."""
    random = np.random.default_rng(seed)
    return sympy.Add(
        *(
            int(random.integers(1, 9))
            * sympy.Mul(*(STATE[i] for i in random.integers(0, 4, size=random.integers(1, 6))))
            for _ in range(8)
        )
    )


@pytest.mark.parametrize("seed", range(5))
def test_flow_is_minus_the_gradient(seed):
    """Central differences of a random polynomial loss, step 1e-5: equal to 1e-8, relative."""
    loss = random_polynomial(seed)
    flow = gradient_flow(loss, STATE)
    value = sympy.lambdify([STATE], loss)
    rates = sympy.lambdify([STATE], list(flow.law.values()))
    point = np.random.default_rng(seed).normal(size=4)
    step = 1e-5
    differences = [
        -(value(point + step * unit) - value(point - step * unit)) / (2 * step)
        for unit in np.eye(4)
    ]
    scale = max(np.abs(differences).max(), 1.0)
    assert np.abs(np.array(rates(point)) - differences).max() / scale < 1e-8
    assert check_claim(flow, mutate=False).failures == ()
    assert (flow.state, flow.time, flow.potential) == (STATE, TAU, loss)


@pytest.mark.parametrize("seed", range(3))
def test_averaged_loss_is_the_average_over_samples(seed):
    """Half the mean squared error of y = P x over 7 samples, less <||y||^2>/2."""
    random = np.random.default_rng(seed)
    x, y, p = random.normal(size=(7, 3)), random.normal(size=(7, 2)), random.normal(size=(2, 3))
    shown = averaged_loss(*(sympy.Matrix(m) for m in (p, y.T @ x / 7, x.T @ x / 7)))
    errors, constant = y - x @ p.T, (y**2).sum(axis=1).mean() / 2
    assert float(shown) == pytest.approx((errors**2).sum(axis=1).mean() / 2 - constant, rel=1e-12)


def test_averaged_loss_pulls_to_the_least_squares_map():
    """The gradient in P is P Sxx - Syx: zero at P = Syx Sxx^-1."""
    p, yx = symbols_of("P", 2, 2), symbols_of("Y", 2, 2)
    xx = sympy.Matrix([[2, 1], [1, 3]])
    flow = gradient_flow(averaged_loss(p, yx, xx), tuple(p))
    at_optimum = dict(zip(p, yx * xx.inv(), strict=True))
    assert [sympy.expand(rate.subs(at_optimum)) for rate in flow.law.values()] == [0] * 4


def test_invariants_are_judged():
    """(x y - 1)^2/2 conserves x^2 - y^2 along the flow, and not x^2 + y^2."""
    x, y = STATE[:2]
    loss = (x * y - 1) ** 2 / 2
    flow = gradient_flow(loss, (x, y), invariants=[Invariant("balance", x**2 - y**2)])
    assert flow.residual() == 0
    wrong = gradient_flow(loss, (x, y), invariants=[Invariant("sum", x**2 + y**2)])
    assert sympy.expand(wrong.residual() + 4 * x * y * (x * y - 1)) == 0


def test_descent_adds_the_rate_times_the_step():
    """The map x' = x - h dL/dx; x^2 - y^2 changes by -h^2 (x y - 1)^2 (x^2 - y^2)."""
    x, y = STATE[:2]
    flow = gradient_flow((x * y - 1) ** 2 / 2, (x, y))
    change = -((STEP * (x * y - 1)) ** 2) * (x**2 - y**2)
    steps = descent_of(flow, STEP, (Invariant("balance", x**2 - y**2, change),))
    assert steps.law == {x: x - STEP * y * (x * y - 1), y: y - STEP * x * (x * y - 1)}
    assert (steps.is_map, steps.time) == (True, UPDATE)
    assert steps.residual() == 0
    assert len(steps.derivation) == len(flow.derivation) + 1


def test_descent_without_an_invariant_is_refused():
    """A map with nothing to judge it by says nothing."""
    x, y = STATE[:2]
    with pytest.raises(ArgumentError, match="needs a closed form, an origin, a potential or an in"):
        descent_of(gradient_flow((x * y - 1) ** 2 / 2, (x, y)), STEP)
