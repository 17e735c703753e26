"""Closed forms of the linear step: powers, frequencies, velocities, against the stepped network."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.wave_rnn.waves.chebyshev import closed_history, scaled_chebyshev, step_powers
from numerics.wave_rnn.waves.dispersion import dispersion, fitted_mode, group_velocity
from numerics.wave_rnn.waves.kernels import (
    LAPLACIAN,
    laplacian_kernel,
    symmetric_part,
)
from numerics.wave_rnn.waves.one_mode import OneMode, tanh_network
from numerics.wave_rnn.waves.step_matrix import position_powers, spectral_radii, step_matrix
from numerics.wave_rnn.waves.stepping import stepped
from numerics.wave_rnn.waves.symbol import laplacian_eigenvalue, symbol, wavevectors
from theory.errors import ArgumentError

REGIMES = {
    "oscillating": (0.3, 0.2),
    "no fields": (0.0, 0.0),
    "partly overdamped": (0.3, 3.0),
    "overdamped": (0.0, 9.9),
    "double root at k = 0": (1.0, 1.9),  # (1 - sqrt d)^2 = dt^2 omega: d = .81
    "near the limit": (390.0, 0.05),
}


@pytest.mark.parametrize("velocity", [False, True])
@pytest.mark.parametrize("name", REGIMES)
def test_closed_history(name, velocity):
    """W02: random field 16 x 16, 137 steps, linear: stepped against Chebyshev, 1e-12 relative."""
    omega, alpha = REGIMES[name]
    y, z = np.random.default_rng(0).normal(size=(2, 1, 16, 16))
    z = z if velocity else None
    walked = stepped(y, LAPLACIAN, omega, alpha, 0.1, 137, velocity=z, nonlinear=False).positions
    closed = closed_history(y, LAPLACIAN, omega, alpha, 0.1, 137, velocity=z)
    assert np.abs(closed - walked).max() < 1e-12 * np.abs(walked).max()


def test_closed_history_of_an_asymmetric_kernel():
    """A kernel that advects and grows: complex Chebyshev, 1e-12 of the largest value."""
    random = np.random.default_rng(3)
    y, kernel = random.normal(size=(2, 1, 8, 9)), random.normal(size=(3, 3))
    walked = stepped(y, kernel, 0.3, 0.2, 0.1, 60, nonlinear=False).positions
    closed = closed_history(y, kernel, 0.3, 0.2, 0.1, 60)
    assert closed.shape == walked.shape
    assert np.abs(closed - walked).max() < 1e-12 * np.abs(walked).max()


@settings(deadline=None, max_examples=100)
@given(
    dt=st.floats(0.01, 1.0),
    omega=st.floats(0, 5),
    loss=st.floats(0, 0.99),
    k=st.tuples(st.floats(0, np.pi), st.floats(0, np.pi)),
    steps=st.integers(0, 60),
)
def test_powers_in_closed_form(dt, omega, loss, k, steps):
    """Any stable or unstable mode: M^n by Chebyshev against the product; det M = d."""
    matrix = step_matrix(LAPLACIAN, omega, loss / dt, dt, *k)
    assert np.linalg.det(matrix) == pytest.approx(1 - loss, abs=1e-12)
    expected = np.linalg.matrix_power(matrix, steps)
    (found,) = step_powers(omega + laplacian_eigenvalue(*k), loss / dt, dt, [steps])
    largest = np.linalg.norm(matrix, 2) ** min(steps, 3) * np.abs(expected).max()
    np.testing.assert_allclose(found, expected, atol=1e-10 * max(1.0, largest))


def test_chebyshev_at_its_edges():
    """C = 1: U_m = m + 1; c = -1: (-1)^m (m + 1); U_{-1} = 0, U_{-2} = -1; no overflow far out."""
    orders = np.arange(-2, 9)
    np.testing.assert_allclose(scaled_chebyshev(2.0, 1.0, orders), orders + 1, atol=1e-14)
    signs = np.where(orders % 2, -1, 1)
    np.testing.assert_allclose(
        scaled_chebyshev(-2.0, 1.0, orders), signs * (orders + 1), atol=1e-14
    )
    near = scaled_chebyshev(2 * np.cos(1e-9), 1.0, [1000])
    np.testing.assert_allclose(near, 1001, rtol=1e-9)
    np.testing.assert_allclose(scaled_chebyshev(1.001, 1e-3, [3000]), 1 / 0.999, rtol=1e-10)
    above, below = (scaled_chebyshev(1.001 + side * 0.5j, 1e-3, [2000])[0] for side in (1, -1))
    assert np.isfinite(above)
    assert np.isclose(above, np.conj(below))


def test_measured_omega_and_gamma():
    """W04: fit of the stepped history of a mode against acos(tau/2 sqrt d), -ln d/2 dt: 1e-9."""
    for damping in (0.0, 0.05, 1.5):
        mode = OneMode(LAPLACIAN, (32, 8), (4, 1), 1.0, 0.3, damping, 0.1, 200)
        found = fitted_mode(tanh_network(mode, nonlinear=False)[:, 0], 0.1)
        exact = dispersion(0.3 + laplacian_eigenvalue(*mode.wavevector), damping, 0.1)
        assert exact.regime == "oscillating"
        np.testing.assert_allclose(found.frequency, exact.frequency, rtol=1e-9)
        np.testing.assert_allclose(found.decay, exact.decay, rtol=1e-9, atol=1e-12)
        assert found.misfit < 1e-12


@settings(deadline=None, max_examples=100)
@given(dt=st.floats(0.01, 1), loss=st.floats(0, 0.95), pull=st.floats(0.01, 50))
def test_the_root_that_decays_least(dt, loss, pull):
    """In every regime |mu| = exp(-gamma dt) and arg mu = Omega dt of the leading eigenvalue."""
    d = 1 - loss
    roots = np.roots([1, -(1 + d - dt**2 * pull), d])
    leading = roots[np.argmax(np.abs(roots))]
    found = dispersion(pull, loss / dt, dt)
    np.testing.assert_allclose(np.exp(-found.decay * dt), np.abs(leading), rtol=1e-6)
    if found.regime != "oscillating":
        assert np.isclose(found.frequency * dt, 0.0 if leading.real > 0 else np.pi)
    else:
        np.testing.assert_allclose(
            np.cos(found.frequency * dt), leading.real / np.abs(leading), atol=1e-6
        )


@pytest.mark.parametrize(
    "kernel",
    [LAPLACIAN, symmetric_part(np.random.default_rng(5).normal(size=(3, 3)) / 9 + LAPLACIAN)],
)
def test_group_velocity_is_the_slope(kernel):
    """dOmega/dk by central differences, 1e-6; the Laplacian's is at most 1 without damping."""
    k, h = np.array([0.7, -1.1]), 1e-5

    def frequency(kx, ky):
        return dispersion(2.0 - symbol(kernel, kx, ky)[0, 0].real, 0.1, 0.2).frequency

    slopes = [(frequency(*(k + h * e)) - frequency(*(k - h * e))) / (2 * h) for e in np.eye(2)]
    np.testing.assert_allclose(group_velocity(kernel, 2.0, 0.1, 0.2, *k), slopes, rtol=1e-6)


@settings(deadline=None, max_examples=60)
@given(
    k=st.tuples(st.floats(0.01, 3.1), st.floats(0.01, 3.1)),
    omega=st.floats(0, 5),
    part=st.floats(0.01, 1),
)
def test_no_packet_outruns_one_pixel_a_unit_of_time(k, omega, part):
    """|v| <= 1 for every stable dt of the Laplacian without damping."""
    dt = part * 0.999 * 2 / np.sqrt(omega + 8)
    assert np.linalg.norm(group_velocity(LAPLACIAN, omega, 0.0, dt, *k)) <= 1 + 1e-9


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_powers_of_the_channels_matrix(channels):
    """Coupled asymmetric kernels: y_n of any start field by the 2C x 2C matrices, 1e-12 relative."""
    random = np.random.default_rng(channels)
    kernel = laplacian_kernel(channels) + 0.2 * random.normal(size=(channels, channels, 3, 3))
    omega, alpha = random.uniform(0, 1, (2, channels))
    y = random.normal(size=(channels, 6, 5))
    spread = np.s_[:, None, None]
    walked = stepped(y, kernel, omega[spread], alpha[spread], 0.3, 20, nonlinear=False).positions
    blocks = position_powers(step_matrix(kernel, omega, alpha, 0.3, *wavevectors((6, 5))), 20)
    spectra = np.einsum("nxycd,dxy->ncxy", blocks, np.fft.fft2(y))
    closed = np.fft.ifft2(spectra).real
    assert np.abs(closed - walked).max() < 1e-12 * np.abs(walked).max()


def test_spectral_radius_is_the_rate_of_growth():
    """A kernel with a negative mass grows by its largest |mu| per step, in the long run."""
    kernel = LAPLACIAN + 0.5 * (np.indices((3, 3)).sum(axis=0) == 2)
    radii = spectral_radii(kernel, 0.1, 0.05, 0.3, (8, 8))
    y = np.random.default_rng(0).normal(size=(1, 8, 8))
    sizes = np.abs(stepped(y, kernel, 0.1, 0.05, 0.3, 400, nonlinear=False).positions).max(
        axis=(1, 2, 3)
    )
    assert radii.max() > 1.1
    assert (sizes[400] / sizes[300]) ** 0.01 == pytest.approx(radii.max(), rel=1e-3)


def test_what_closed_forms_refuse():
    """Alpha dt >= 1, several channels, complex s, fields of space, kernels that advect."""
    y = np.ones((1, 4, 4))
    with pytest.raises(ArgumentError, match=r"below 1/dt = 10.* use step_matrix\.p"):
        closed_history(y, LAPLACIAN, 0.3, 10.0, 0.1, 5)
    with pytest.raises(ArgumentError, match="must have one channel"):
        closed_history(np.ones((2, 4, 4)), laplacian_kernel(2), 0.3, 0.0, 0.1, 5)
    with pytest.raises(ArgumentError, match="must be real"):
        dispersion(1 + 1j, 0.0, 0.1)
    with pytest.raises(ArgumentError, match="vary in space"):
        step_matrix(LAPLACIAN, np.ones((1, 4, 4)), 0.0, 0.1, 0.0, 0.0)
    with pytest.raises(ArgumentError, match="symmetric as an operator"):
        group_velocity(np.eye(3)[[1, 2, 0]], 1.0, 0.0, 0.1, 0.5, 0.5)
    with pytest.raises(ArgumentError, match="roots are real"):
        fitted_mode(np.exp(-np.arange(6.0)) + np.exp(-2 * np.arange(6.0)), 0.1)
    with pytest.raises(ArgumentError, match="at least 4"):
        fitted_mode(np.ones(3), 0.1)
