"""Discovery: forecasts against integrated modes, and the order of two modes."""

import numpy as np
import pytest
import scipy.integrate
import scipy.optimize
import sympy

from theory import linear_cnn, linear_network
from theory.gradient_flow import TAU
from theory.linear_cnn import discovery, modes
from theory.logistic import A0, A1, A, S

SIDE, SINGULAR, MAGNITUDE = 4, 0.7, 0.6


def in_numbers(expression, *symbols):
    values = {modes.N: SIDE, modes.V: MAGNITUDE, S: SINGULAR}
    return sympy.lambdify(symbols, sympy.sympify(expression).subs(values))


def half_time(start, singular=SINGULAR, magnitude=MAGNITUDE, side=SIDE) -> float:
    """When the sigmoid passes S/2, by a root: through no logarithm of the claims."""
    curve = sympy.lambdify([TAU, A0, S, modes.N, modes.V], linear_cnn.mode_law().closed_form[A])
    return scipy.optimize.brentq(
        lambda x: curve(x, start, singular, side, magnitude) - singular / 2, 0, 1e3, xtol=1e-14
    )


@pytest.mark.parametrize("start", [1e-8, 1e-3, 0.2])
def test_early_forecast_is_where_growth_alone_passes_half(start):
    """dA/dtau = 2 n v S A, integrated to the event A = S/2: both sides, to 1e-9."""

    def reached(_, a):
        return np.log(a[0] / (SINGULAR / 2))

    reached.terminal = True
    rate = 2 * SIDE * MAGNITUDE * SINGULAR
    run = scipy.integrate.solve_ivp(
        lambda _, a: rate * a, (0, 100), [start], events=reached, rtol=1e-12, atol=1e-300
    )
    claim = linear_cnn.early_forecast()
    for side in (claim.left, claim.right):
        assert in_numbers(side, A0)(start) == pytest.approx(run.t_events[0][0], rel=1e-9)


@pytest.mark.parametrize("start", [1e-12, 1e-3, 0.2])
def test_saturation_delay_is_the_sigmoids_time_beyond_the_forecast(start):
    """Both sides are the sigmoid's time to S/2 minus F0, to 1e-9; T1 at S/2 is that time."""
    time = half_time(start)
    assert in_numbers(linear_cnn.discovery_time().right, A0, A1)(
        start, SINGULAR / 2
    ) == pytest.approx(time, rel=1e-11)
    delay = time - in_numbers(linear_cnn.early_forecast().right, A0)(start)
    claim = linear_cnn.saturation_delay()
    for side in (claim.left, claim.right):
        assert in_numbers(side, A0)(start) == pytest.approx(delay, rel=1e-9)


def test_delay_does_not_vanish_with_the_start():
    """It tends to ln 2/(2 n v S), by -A0/S of the time unit: a first order that is measured."""
    unit = 2 * SIDE * MAGNITUDE * SINGULAR
    delays = [in_numbers(linear_cnn.saturation_delay().right, A0)(x) for x in (1e-3, 1e-4)]
    assert delays[1] * unit == pytest.approx(np.log(2), rel=1e-3)
    gaps = [np.log(2) - x * unit for x in delays]
    assert gaps[0] == pytest.approx(1e-3 / SINGULAR, rel=1e-3)
    assert gaps[0] / gaps[1] == pytest.approx(10, rel=0.01)


@pytest.mark.parametrize("claim", ["early_forecast", "saturation_delay"])
def test_fully_connected_network_has_no_n_v(claim):
    """The CNN's time is the fully connected one's divided by n v, for both sides."""
    fast, slow = getattr(linear_cnn, claim)(), getattr(linear_network, claim)()
    for side in ("left", "right"):
        ratio = getattr(slow, side) / getattr(fast, side)
        values = {A0: sympy.Rational(1, 7), S: 2, modes.N: 5, modes.V: sympy.Rational(3, 4)}
        assert float(ratio.subs(values)) == pytest.approx(5 * 3 / 4, rel=1e-12)


# n = 16: a pair and the constant image; the constant has the smaller S and the larger v S
PAIR, CONSTANT = (5.657, 1 / np.sqrt(2)), (4.8, 1.0)


def difference(starts) -> tuple[float, float]:
    """Both sides of `order_of_discovery` for the pair (1) and the constant (2)."""
    claim = linear_cnn.order_of_discovery()
    values = dict(zip(discovery.SINGULAR_VALUES, (PAIR[0], CONSTANT[0]), strict=True))
    values |= dict(zip(discovery.MAGNITUDES, (PAIR[1], CONSTANT[1]), strict=True))
    values |= dict(zip(discovery.STARTS, starts, strict=True)) | {modes.N: 16}
    return float(claim.left.subs(values)), float(claim.right.subs(values))


@pytest.mark.parametrize(
    ("starts", "inverted"),
    [((1e-6, 1e-6), True), ((1e-4, 1e-4), True), ((1e-4, 1e-7), False)],
)
def test_order_of_two_modes(starts, inverted):
    """The sigmoids' order is the sign of the claim: by v S and the logarithms, not by S.

    From equal starts the smaller singular value wins; a start 1000 times smaller undoes it.
    """
    times = [
        half_time(start, *mode, side=16)
        for start, mode in zip(starts, (PAIR, CONSTANT), strict=True)
    ]
    left, right = difference(starts)
    forecasts = [
        np.log(s / (2 * a)) / (32 * v * s)
        for a, (s, v) in zip(starts, (PAIR, CONSTANT), strict=True)
    ]
    assert left == pytest.approx(forecasts[1] - forecasts[0], rel=1e-9)
    assert right == pytest.approx(left, rel=1e-9)
    assert (right < 0) == inverted
    assert (times[1] < times[0]) == inverted
    assert CONSTANT[0] < PAIR[0]


@pytest.mark.parametrize("relative", [1e-6, 1e-2, 0.3])
def test_faster_mode_is_first(relative):
    """At equal A0/S the sides are the times of the two sigmoids, to 1e-9: v S decides, S does not."""
    claim = linear_cnn.faster_mode_first()
    (s1, s2), (v1, _) = discovery.SINGULAR_VALUES, discovery.MAGNITUDES
    (ahead,) = claim.attained
    room = next(s for s in claim.right.free_symbols if str(s) == "r")
    gap = PAIR[1] * PAIR[0]
    values = {
        s1: PAIR[0],
        s2: CONSTANT[0],
        v1: PAIR[1],
        modes.N: 16,
        ahead: CONSTANT[1] * CONSTANT[0] - gap,
        room: 1 / relative - 2,
    }
    times = [half_time(relative * s, s, v, side=16) for s, v in (PAIR, CONSTANT)]
    assert float(claim.right.subs(values)) == pytest.approx(times[0], rel=1e-9)
    assert float(claim.left.subs(values)) == pytest.approx(times[1], rel=1e-9)
    assert times[1] < times[0]
    equal = values | {ahead: 0}
    assert float(claim.left.subs(equal)) == pytest.approx(float(claim.right.subs(equal)), rel=1e-12)
