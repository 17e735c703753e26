"""The fully connected network: its flow, its map, and the orders of what the flow leaves out."""

import numpy as np
import pytest
import scipy.integrate
import scipy.optimize
import sympy

from theory.gradient_flow import TAU
from theory.linear_network import (
    STEP,
    aligned_flow,
    descent_map,
    descent_time,
    descent_time_terms,
    discovery_time,
    error_average,
    fully_connected_flow,
    mode_law,
    modified_equation,
    modified_rates,
    rotation,
    step_errors,
    symmetric_symbols,
)
from theory.logistic import A0, A1, A, S

START, LIMIT = 0.01, 1.3


def descend(step: float, updates: int) -> np.ndarray:
    """The map (M), iterated from START."""
    path = [START]
    for _ in range(updates):
        path.append(path[-1] * (1 + step * (LIMIT - path[-1])) ** 2)
    return np.array(path)


def measured_order(error, steps=(0.01, 0.005)) -> float:
    """log2 of the ratio of the errors when the step is halved."""
    coarse, fine = (abs(error(step)) for step in steps)
    return float(np.log2(coarse / fine))


def random_network(nodes: int = 2, p: int = 2, n: int = 2, seed: int = 0):
    random = np.random.default_rng(seed)
    first, second = random.normal(size=(nodes, n)), random.normal(size=(p, nodes))
    x, y = random.normal(size=(5, n)), random.normal(size=(5, p))
    return first, second, y.T @ x / 5, x.T @ x / 5


def numeric_law(first, second, yx, xx):
    claim = fully_connected_flow(nodes=len(first), p=len(second), n=first.shape[1])
    data = sorted(set(claim.parameters), key=str)
    values = {f"Syx_{i}_{j}": yx[i, j] for i, j in np.ndindex(yx.shape)}
    values |= {f"Sxx_{i}_{j}": xx[i, j] for i, j in np.ndindex(xx.shape)}
    law = sympy.lambdify([claim.state, data], list(claim.law.values()))
    return lambda state: np.array(law(state, [values[str(s)] for s in data]))


@pytest.mark.parametrize("shape", [(2, 2, 2), (3, 2, 2), (1, 3, 2)], ids=str)
def test_flow_is_minus_the_gradient(shape):
    """Half the mean squared error over five samples, by central differences: equal to 1e-8."""
    nodes, p, n = shape
    random = np.random.default_rng(1)
    x, y = random.normal(size=(5, n)), random.normal(size=(5, p))
    state = random.normal(size=nodes * (n + p))

    def loss(q):
        first, second = q[: nodes * n].reshape(nodes, n), q[nodes * n :].reshape(p, nodes)
        return ((y - x @ first.T @ second.T) ** 2).sum(axis=1).mean() / 2

    first, second = state[: nodes * n].reshape(nodes, n), state[nodes * n :].reshape(p, nodes)
    rates = numeric_law(first, second, y.T @ x / 5, x.T @ x / 5)(state)
    unit = np.eye(len(state)) * 1e-5
    differences = [-(loss(state + e) - loss(state - e)) / 2e-5 for e in unit]
    assert np.abs(rates - differences).max() < 1e-8 * max(np.abs(rates).max(), 1)


def test_invariant_along_an_integrated_run():
    """W1 W1^T - W2^T W2 stays to 1e-9 while the weights move by order 1."""
    first, second, yx, xx = random_network()
    law = numeric_law(first, second, yx, xx)
    run = scipy.integrate.solve_ivp(
        lambda _, q: law(q),
        (0, 3),
        [*first.ravel(), *second.ravel()],
        rtol=1e-11,
        atol=1e-12,
        method="DOP853",
    )
    end = run.y[:, -1]
    moved = end[:4].reshape(2, 2), end[4:].reshape(2, 2)
    before, after = (w1 @ w1.T - w2.T @ w2 for w1, w2 in ((first, second), moved))
    assert np.abs(end - run.y[:, 0]).max() > 0.1
    assert np.abs(before - after).max() < 1e-9


def test_two_aligned_modes_do_not_touch_each_other():
    """Both modes moving: A = diag of U^T P Sxx V follows 2 A (S - A) twice, nothing off it."""
    u, v, r = (
        np.array(rotation(sympy.Rational(c, d), sympy.Rational(s, d)), dtype=float)
        for c, s, d in ((3, 4, 5), (5, 12, 13), (8, 15, 17))
    )
    singular, variance, start = np.array([1.4, 0.6]), np.array([2.0, 0.7]), np.array([0.2, 0.3])
    yx, xx = u @ np.diag(singular) @ v.T, v @ np.diag(variance) @ v.T
    amplitude = np.sqrt(start / variance)  # balanced
    first, second = r @ np.diag(amplitude) @ v.T, u @ np.diag(amplitude) @ r.T
    law = numeric_law(first, second, yx, xx)
    run = scipy.integrate.solve_ivp(
        lambda _, q: law(q),
        (0, 2),
        [*first.ravel(), *second.ravel()],
        rtol=1e-11,
        atol=1e-12,
        method="DOP853",
    )
    end = run.y[:, -1]
    strengths = u.T @ end[4:].reshape(2, 2) @ end[:4].reshape(2, 2) @ xx @ v
    curve = sympy.lambdify([TAU, A0, S], mode_law().closed_form[A])
    predicted = [curve(2.0, a0, s) for a0, s in zip(start, singular, strict=True)]
    assert np.abs(strengths - np.diag(predicted)).max() < 1e-9


def test_average_error_is_stated_for_any_map():
    """The identity holds for numbers drawn at random too; P on the data is not assumed aligned."""
    claim = error_average()
    symbols = sorted(claim.left.free_symbols, key=str)
    values = np.random.default_rng(3).normal(size=len(symbols))
    left, right = (sympy.lambdify([symbols], e)(values) for e in (claim.left, claim.right))
    assert left == pytest.approx(right, rel=1e-12)
    assert left > 0


@pytest.mark.parametrize("balanced", [True, False])
def test_map_is_descent_on_both_layers(balanced):
    """A = lambda g h with g' = g + a h (S - A), h' alike: (M) to 1e-14 S if g = h, else not."""
    (g_symbol, h_symbol), lam, step = aligned_flow().state, 1.7, 0.02
    rates = sympy.lambdify(
        [g_symbol, h_symbol, S, sympy.Symbol("lambda", positive=True)],
        list(aligned_flow().law.values()),
    )
    g = np.sqrt(START / lam)
    h = g if balanced else 2 * g
    moved = sympy.lambdify([A, S, STEP], descent_map().law[A])
    strength, worst = lam * g * h, 0.0
    for _ in range(400):
        dg, dh = rates(g, h, LIMIT, lam)
        g, h = g + step * dg, h + step * dh
        strength = moved(strength, LIMIT, step)
        worst = max(worst, abs(strength - lam * g * h))
    assert lam * g * h == pytest.approx(LIMIT, rel=1e-3)
    assert worst < 1e-14 * LIMIT if balanced else worst > 1e-2 * LIMIT


@pytest.mark.parametrize(
    ("step", "stays"), [(0.2, True), (0.99 / LIMIT, True), (1.01 / LIMIT, False)]
)
def test_stability_of_the_map(step, stays):
    """The multiplier at A = S is 1 - 2 a S: the fixed point is stable where a S < 1."""
    multiplier = sympy.diff(descent_map().law[A], A).subs(A, S)
    assert sympy.expand(multiplier - (1 - 2 * STEP * S)) == 0
    assert (abs(float(multiplier.subs({S: LIMIT, STEP: step}))) < 1) == stays
    end = descend(step, 3000)[-2:]
    assert (np.abs(end - LIMIT).max() < 1e-6) == stays


@pytest.mark.parametrize("terms", [1, 2, 3])
def test_order_of_the_modified_equation(terms):
    """One update of (M) against dA/dt = sum_{k <= terms} a^k f_k over one time: a^(terms + 1)."""
    rates = modified_rates()
    field = sympy.lambdify([A, S, STEP], sum(STEP**k * rates[k] for k in range(1, terms + 1)))

    def error(step):
        run = scipy.integrate.solve_ivp(
            lambda _, a: field(a, LIMIT, step),
            (0, 1),
            [0.8],
            rtol=1e-13,
            atol=1e-16,
            method="DOP853",
        )
        return run.y[0, -1] - 0.8 * (1 + step * (LIMIT - 0.8)) ** 2

    assert measured_order(error, (0.02, 0.01)) == pytest.approx(terms + 1, abs=0.1)


def test_modified_equation_as_printed():
    """f1 = 2A(S-A), f2 = A(S-A)(3A-S), f3 = A(S-A)(21A^2 - 15AS + 2S^2)/3, derived."""
    gap = A * (S - A)
    printed = [2 * gap, gap * (3 * A - S), gap * (21 * A**2 - 15 * A * S + 2 * S**2) / 3]
    derived = modified_rates()
    assert [sympy.expand(derived[k + 1] - f) for k, f in enumerate(printed)] == [0, 0, 0]
    assert modified_equation().order == 3


@pytest.mark.parametrize("target", [0.02, 0.65, 1.29])
def test_discovery_time(target):
    """T1 is where the sigmoid passes A1, by a root search on the sigmoid."""
    curve = sympy.lambdify([TAU, A0, S], mode_law().closed_form[A])
    root = scipy.optimize.brentq(lambda x: curve(x, START, LIMIT) - target, 0, 20, xtol=1e-14)
    time = sympy.lambdify([A0, A1, S], discovery_time().right)(START, target, LIMIT)
    assert time == pytest.approx(root, rel=1e-11)


def time_error(terms: int):
    """Index of an update minus the first terms of T3 at the strength reached there."""
    law = sympy.lambdify(
        [A, A0, S, STEP],
        sum(STEP ** (k - 1) * term for k, term in enumerate(descent_time_terms()[:terms])),
    )

    def error(step):
        updates = round(2.0 / step)
        return updates - law(descend(step, updates)[-1], START, LIMIT, step)

    return error


@pytest.mark.parametrize("terms", [1, 2, 3])
def test_order_of_the_descent_time(terms):
    """With one, two, three terms of T3 the error is constant, falls as a, as a^2."""
    error = time_error(terms)
    assert 0.1 * LIMIT < descend(0.01, 200)[-1] < 0.9 * LIMIT
    assert measured_order(error) == pytest.approx(terms - 1, abs=0.1)


@pytest.mark.parametrize("step", [0.02, 0.005])
def test_delay_of_descent_is_a_number_of_updates(step):
    """The second term of T3, l1/4 + l2/2, is what one term leaves, whatever the step: to 2 %."""
    reached = descend(step, round(2.0 / step))[-1]
    delay = sympy.lambdify([A, A0, S], descent_time_terms()[1])(reached, START, LIMIT)
    by_hand = np.log(reached / START) / 4 + np.log((LIMIT - reached) / (LIMIT - START)) / 2
    assert delay == pytest.approx(by_hand, rel=1e-12)
    assert time_error(1)(step) == pytest.approx(delay, rel=0.02)


def test_descent_time_as_printed():
    """(l1 - l2)/(2 a S) + l1/4 + l2/2 + a [5/8 (A - A0) + S l2/6 - S l1/24], in numbers."""
    a0, a, s = 0.03, 0.8, 1.1
    l1, l2 = np.log(a / a0), np.log((s - a) / (s - a0))
    expected = [(l1 - l2) / (2 * s), l1 / 4 + l2 / 2, 5 / 8 * (a - a0) + s * l2 / 6 - s * l1 / 24]
    found = [sympy.lambdify([A, A0, S], term)(a, a0, s) for term in descent_time_terms()]
    assert found == pytest.approx(expected, rel=1e-12)
    total = sympy.lambdify([A, A0, S, STEP], descent_time().right)(a, a0, s, 0.1)
    assert total == pytest.approx(expected[0] + 0.1 * expected[1] + 0.01 * expected[2], rel=1e-12)


@pytest.mark.parametrize("terms", [0, 1, 2])
def test_order_of_the_step_error(terms):
    """Flow minus descent after one flow time falls as a; less its first term as a^2; less both a^3.

    Evaluated at the strength that the flow has.
    """
    curve = sympy.lambdify([TAU, A0, S], mode_law().closed_form[A])
    predicted = sympy.lambdify([A, A0, S, STEP], sum(step_errors()[:terms], sympy.S.Zero))

    def error(step):
        updates = round(1.6 / step)
        reached = descend(step, updates)[-1]
        flow = curve(updates * step, START, LIMIT)
        return flow - reached - predicted(flow, START, LIMIT, step)

    assert measured_order(error) == pytest.approx(terms + 1, abs=0.1)


def test_symmetric_symbols():
    """One symbol for both halves; rotations are exact."""
    matrix = symmetric_symbols("s", 3)
    assert matrix == matrix.T
    assert len(matrix.free_symbols) == 6
    turn = rotation(sympy.Rational(3, 5), sympy.Rational(4, 5))
    assert turn * turn.T == sympy.eye(2)
