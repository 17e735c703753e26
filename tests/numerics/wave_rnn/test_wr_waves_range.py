"""How far the network hears, and how fast strong waves are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.wave_rnn.waves.amplitude import (
    measured_standing_frequency,
    measured_travelling_frequency,
    standing_factor,
    standing_frequency,
    travelling_factor,
    travelling_frequency,
    zero_crossings,
)
from numerics.wave_rnn.waves.kernels import LAPLACIAN, laplacian_kernel
from numerics.wave_rnn.waves.range import (
    front_amplitude,
    front_radius,
    front_zeta,
    hard_cone,
    impulse_response,
    largest_speed,
    leading_amplitude,
    measured_radius,
    range_of,
)
from numerics.wave_rnn.waves.stepping import stepped
from theory.errors import ArgumentError

MODE, CELLS, STIFFNESS = 4, 32, 0.3
K = 2 * np.pi * MODE / CELLS
FORCE = 4 * np.sin(K / 2) ** 2


def impulse(side):
    field = np.zeros((1, side, side))
    field[0, side // 2, side // 2] = 1.0
    return field


@pytest.mark.parametrize("nonlinear", [False, True])
def test_nothing_outside_the_hard_cone(nonlinear):
    """W13: an impulse, 7 steps: exactly 0.0 outside the diamond or the square, not 0.0 inside."""
    full = np.random.default_rng(0).normal(size=(3, 3))
    for kernel in (LAPLACIAN, full, np.pad(full, 1)):
        cells = hard_cone(kernel, 7)
        grid = (
            np.zeros((21 + 14, 21 + 14), dtype=bool)
            if len(kernel) == 5
            else np.zeros((21, 21), bool)
        )
        edge = (len(grid) - len(cells)) // 2
        grid[edge : edge + len(cells), edge : edge + len(cells)] = cells
        last = stepped(impulse(len(grid)), kernel, 0.3, 0.1, 0.3, 7, nonlinear=nonlinear).positions[
            -1, 0
        ]
        assert (last[~grid] == 0.0).all()
        assert (last[grid] != 0.0).all() or len(kernel) == 5


def test_sizes_of_the_cone():
    """2 n^2 + 2 n + 1 cells for the Laplacian, (2 n + 1)^2 for a full kernel, none ahead of time."""
    for n in (0, 1, 5, 20):
        assert hard_cone(LAPLACIAN, n).sum() == 2 * n**2 + 2 * n + 1
        assert hard_cone(np.ones((3, 3)), n).sum() == (2 * n + 1) ** 2


def test_the_cone_of_a_one_sided_kernel():
    """A tap at the left neighbour carries an impulse to the right."""
    kernel = np.zeros((3, 3))
    kernel[1, 0] = 1.0
    last = stepped(impulse(9), kernel, 0.0, 0.0, 0.5, 3, nonlinear=False).positions[-1, 0]
    np.testing.assert_array_equal(last[1:8, 1:8] != 0, hard_cone(kernel, 3))
    assert last[4, 7] != 0


def test_the_impulse_response_is_stepped():
    """By powers of the step's matrix and by stepping, two coupled channels, 1e-12 relative."""
    kernel = laplacian_kernel(2) + 0.2 * np.random.default_rng(0).normal(size=(2, 2, 3, 3))
    found = impulse_response(kernel, [0.3, 0.1], 0.1, 0.3, 10)
    for channel in range(2):
        start = np.zeros((2, 21, 21))
        start[channel, 10, 10] = 1.0
        omega = np.array([0.3, 0.1])[:, None, None]
        last = stepped(start, kernel, omega, 0.1, 0.3, 10, nonlinear=False).positions[-1]
        assert np.abs(found[:, channel] - last).max() < 1e-12 * np.abs(last).max()


@pytest.mark.parametrize(
    ("steps", "share", "radius"),
    [(20, 1e-3, 4), (50, 1e-3, 8), (100, 1e-3, 14), (20, 1e-6, 6), (50, 1e-6, 11), (100, 1e-6, 17)],
)
def test_the_front(steps, share, radius):
    """W12: largest distance on the axis above a share of the maximum at n, against Airy's rule."""
    response = impulse_response(LAPLACIAN, 0.0, 0.0, 0.1, steps)[0, 0]
    assert measured_radius(response, share) == radius
    assert abs(front_radius(0.1 * steps, share, 0.1) - radius) < 1


def test_the_front_by_the_derivative_of_airys_square():
    """-(2/t) Ai Ai' one and two pixels ahead of t: the stepped front to 8 % at t = 10, 3 % at 50."""
    for steps, bound in ((100, 0.08), (500, 0.03)):
        time = 0.1 * steps
        response = impulse_response(LAPLACIAN, 0.0, 0.0, 0.1, steps)[0, 0]
        axis = response[steps, steps:]
        ahead = round(time) + np.arange(1, 3)
        np.testing.assert_allclose(axis[ahead] / front_amplitude(ahead, time, 0.1), 1, atol=bound)


def test_the_front_relative_to_the_start_is_another():
    """4, 7, 12 px at 1e-3 of the initial impulse: not the rule's."""
    found = []
    for steps in (20, 50, 100):
        response = impulse_response(LAPLACIAN, 0.0, 0.0, 0.1, steps)[0, 0]
        found.append(measured_radius(response, 1e-3 / np.abs(response).max()))
    assert found == [4, 7, 12]


def test_the_first_term_on_the_axis():
    """dt^(2r) C(n + r, 2r): exact at the tip r = n, and the leading order in dt before it."""
    response = impulse_response(LAPLACIAN, 0.0, 0.0, 0.5, 4)[0, 0]
    assert response[4, 8] == pytest.approx(leading_amplitude(0.5, 4, 4), rel=1e-10)
    small = stepped(impulse(13), LAPLACIAN, 0.0, 0.0, 1e-3, 6, nonlinear=False).positions[-1, 0]
    assert small[6, 9] == pytest.approx(leading_amplitude(1e-3, 6, 3), rel=1e-4)


def test_the_range_at_the_start_of_training():
    """The paper's dt = .1, T = 100: 10 px by speed, 14 at 1e-3, though the cone is 104."""
    found = range_of(laplacian_kernel(2), 0.0, 0.0, 0.1, 100)
    assert (found.hard, found.speed, found.front) == (104, 1.0, 14)
    assert found.travelled == pytest.approx(10)


def test_the_range_of_many_steps():
    """T = 500, as for polygons: 50 px by speed; the grid that it is measured on changes nothing."""
    found = range_of(laplacian_kernel(), 0.0, 0.0, 0.1, 500)
    whole = impulse_response(laplacian_kernel(), 0.0, 0.0, 0.1, 500)
    assert found.front == measured_radius(whole, 1e-3) == 56


def test_the_front_of_waves_that_leave_the_numbers(recwarn):
    """Growth of 286 a step: 286^200 has no float64. The front needs none: it is relative to the largest."""
    strong = 100 * laplacian_kernel()
    few, many = (range_of(strong, 0.5, 0.1, 0.6, steps).front for steps in (50, 200))
    response = impulse_response(strong, 0.5, 0.1, 0.6, 50)
    assert few == measured_radius(response, 1e-3)
    # the strongest waves, of two pixels, spread as sqrt(n)
    assert many == pytest.approx(2 * few, abs=2)
    assert not recwarn.list


def test_a_response_is_divided_by_powers_of_its_growth():
    """By 2^n exactly: no digit is another."""
    kernel = 3 * laplacian_kernel(2)
    whole = impulse_response(kernel, 0.5, 0.1, 0.6, 20)
    assert np.array_equal(impulse_response(kernel, 0.5, 0.1, 0.6, 20, growth=2.0), whole / 2.0**20)


def test_a_faster_kernel_hears_farther():
    """Four times the Laplacian: speed 2 and the same front at half the time, to the time step."""
    fast = range_of(4 * laplacian_kernel(), 0.0, 0.0, 0.1, 50)
    assert fast.speed == 2.0
    assert abs(fast.front - front_radius(5.0, 1e-3, 0.1, speed=2.0)) < 1
    assert np.isnan(largest_speed(-LAPLACIAN))


def test_what_the_front_refuses():
    """Shares that no front has."""
    for share in (0.0, 0.5):
        with pytest.raises(ArgumentError, match=r"between 0 and 0\.1"):
            front_zeta(share)


@pytest.mark.parametrize("strength", [0.06, 0.29, 0.59, 1.17])
def test_strong_waves_are_slower(strength):
    """W15: travelling and standing wave, k = pi/4, omega .3, dt .02, lambda A <= 1.2: 5e-3 and 1e-2."""
    amplitude = strength / FORCE
    travelling = measured_travelling_frequency(amplitude, MODE, CELLS, STIFFNESS)
    standing = measured_standing_frequency(amplitude, MODE, CELLS, STIFFNESS)
    assert abs(travelling / travelling_frequency(amplitude, K, 0.0, STIFFNESS) - 1) < 5e-3
    assert abs(standing / standing_frequency(amplitude, K, 0.0, STIFFNESS) - 1) < 1e-2
    if strength < 0.5:
        other = travelling_frequency(amplitude, K, 0.0, STIFFNESS)
        mine = standing_frequency(amplitude, K, 0.0, STIFFNESS)
        assert abs(standing / mine - 1) < abs(standing / other - 1) / 5


def test_factors_at_both_ends():
    """G = 1 - a^2/4, g_s = 1 - 3 a^2/16 for small a; g = 4/(pi a), g_s = 16/(pi^2 a) for large."""
    a = 1e-2
    np.testing.assert_allclose(
        [travelling_factor(a), standing_factor(a)], [1 - a**2 / 4, 1 - 3 * a**2 / 16], atol=2e-9
    )
    assert travelling_factor(0.0) == standing_factor(0.0) == pytest.approx(1)
    np.testing.assert_allclose(travelling_factor(200.0) * 200, 4 / np.pi, rtol=1e-4)
    np.testing.assert_allclose(standing_factor(100.0) * 100, 16 / np.pi**2, rtol=1e-3)


@settings(deadline=None, max_examples=20)
@given(a=st.floats(0.01, 20))
def test_factors_by_adaptive_quadrature(a):
    """The same integrals by SciPy's quad: 1e-10."""
    from scipy.integrate import quad

    travelling = quad(
        lambda p: np.tanh(a * np.cos(p)) * np.cos(p), 0, np.pi / 2, epsabs=0, epsrel=1e-13
    )[0]
    np.testing.assert_allclose(travelling_factor(a), 4 * travelling / (np.pi * a), rtol=1e-10)
    standing = quad(
        lambda q: travelling_factor(a * np.cos(q)) * np.cos(q) ** 2,
        0,
        np.pi / 2,
        epsabs=0,
        epsrel=1e-12,
    )[0]
    np.testing.assert_allclose(standing_factor(a), 4 * standing / np.pi, rtol=1e-10)


def test_zero_crossings():
    """Cos(0.3 n) crosses at (pi/2 + j pi)/0.3, to the error of straight lines; a dead wave never."""
    found = zero_crossings(np.cos(0.3 * np.arange(100)))
    expected = (np.pi / 2 + np.pi * np.arange(len(found))) / 0.3
    np.testing.assert_allclose(found, expected, atol=0.02)
    with pytest.raises(ArgumentError, match="two zero crossings"):
        measured_standing_frequency(1.0, MODE, CELLS, STIFFNESS, duration=2.0)
