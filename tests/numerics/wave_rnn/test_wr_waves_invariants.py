"""What the step keeps, the balances of damping and tanh, and how large a network can become."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.wave_rnn.waves.growth import (
    free_growth_bound,
    growth_bound,
    impulse_sums,
    start_amplification,
)
from numerics.wave_rnn.waves.invariants import (
    damping_work,
    hamiltonian,
    linear_energy,
    local_energy,
    shadow_hamiltonian,
    tanh_work,
)
from numerics.wave_rnn.waves.kernels import LAPLACIAN, laplacian_kernel, symmetric_part
from numerics.wave_rnn.waves.stepping import Motion, stepped
from theory.errors import ArgumentError


def test_the_linear_energy_stays():
    """W07: Q over 2000 steps under random omega(x): 1e-13 of its value."""
    random = np.random.default_rng(0)
    y, omega = random.normal(size=(2, 16, 16)), random.uniform(0, 3, (2, 16, 16))
    kernel = laplacian_kernel(2) + 0.2 * symmetric_part(random.normal(size=(2, 2, 3, 3)))
    for taps in (laplacian_kernel(2), kernel):
        motion = stepped(y, taps, omega, 0.0, 0.1, 2000, nonlinear=False)
        energy = linear_energy(motion, taps, omega, 0.1)
        assert np.ptp(energy) < 1e-13 * energy[0]


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 2**32 - 1), channels=st.integers(1, 3), dt=st.floats(0.02, 0.3))
def test_the_linear_energy_of_any_symmetric_kernel(seed, channels, dt):
    """Any symmetric coupled kernel, any omega(x), any start: 60 steps, 1e-11 of the largest term."""
    random = np.random.default_rng(seed)
    kernel = symmetric_part(random.normal(size=(channels, channels, 3, 3)))
    y, z = random.normal(size=(2, channels, 5, 4))
    omega = random.uniform(0, 4, (channels, 5, 4))
    motion = stepped(y, kernel, omega, 0.0, dt, 60, velocity=z, nonlinear=False)
    energy = linear_energy(motion, kernel, omega, dt)
    largest = (motion.velocities**2).sum(axis=(1, 2, 3)).max() + 1
    assert np.ptp(energy) < 1e-11 * largest


def test_what_damping_takes():
    """W08: Q_{n+1} - Q_n = -dt sum alpha z_n (z_n + z_{n+1}), alpha(x): 1e-13 relative."""
    random = np.random.default_rng(0)
    y, omega = random.normal(size=(2, 16, 16)), random.uniform(0, 3, (2, 16, 16))
    alpha = random.uniform(0, 2, (2, 16, 16))
    motion = stepped(y, laplacian_kernel(2), omega, alpha, 0.1, 300, nonlinear=False)
    energy = linear_energy(motion, laplacian_kernel(2), omega, 0.1)
    work = damping_work(motion, alpha, 0.1)
    assert np.abs(np.diff(energy) - work).max() < 1e-13 * energy[0]
    assert (work > 0).any() or work.min() < -1  # it is not a balance of nothing


def test_what_the_tanh_gives():
    """W09: Q0_{n+1} - Q0_n for any kernel, omega(x), alpha(x): 1e-11 absolute."""
    random = np.random.default_rng(0)
    y, kernel = random.normal(size=(2, 16, 16)), random.normal(size=(2, 2, 3, 3))
    omega, alpha = random.uniform(0, 2, (2, 2, 16, 16))
    motion = stepped(y, kernel, omega, alpha, 0.1, 300)
    work = tanh_work(motion, kernel, alpha, 0.1)
    difference = np.diff(local_energy(motion, omega, 0.1)) - work
    assert np.abs(difference).max() < 1e-11
    assert np.abs(work).max() > 1


@pytest.mark.parametrize("seed", [0, 1])
def test_the_hamiltonian_swings_with_the_step(seed):
    """W10: 16 x 16, y_0 = 2 N(0, 1), omega .5, t = 200: H ~ dt, H2 ~ dt^2, no drift."""
    y = 2 * np.random.default_rng(seed).normal(size=(1, 16, 16))
    swing, flatter, drift = [], [], []
    for dt in (0.1, 0.05):
        motion = stepped(y, LAPLACIAN, 0.5, 0.0, dt, round(200 / dt))
        energies = (
            hamiltonian(motion, LAPLACIAN, 0.5),
            shadow_hamiltonian(motion, LAPLACIAN, 0.5, dt),
        )
        for found, sizes in zip(energies, (swing, flatter), strict=True):
            sizes.append(np.ptp(found) / np.abs(found.mean()))
        halves = np.array_split(energies[1], 2)
        drift.append(abs(halves[1].mean() / halves[0].mean() - 1))
    assert 1.8 < swing[0] / swing[1] < 2.2
    assert 0.07 < swing[0] < 0.1
    assert max(flatter[0] / swing[0], flatter[1] / swing[1]) < 0.1
    assert 3 < flatter[0] / flatter[1] < 5
    assert max(drift) < 2e-4


def test_the_hamiltonian_in_plain_words():
    """Large values: log cosh does not overflow; W z enters with a minus."""
    y, z = np.random.default_rng(0).normal(size=(2, 1, 5, 4))
    rolled = sum(np.roll(y, s, a) for s in (1, -1) for a in (1, 2)) - 4 * y
    moved = sum(np.roll(z, s, a) for s in (1, -1) for a in (1, 2)) - 4 * z
    expected = -(z * moved).sum() / 2 + np.log(np.cosh(rolled)).sum() - 0.5 * (y * rolled).sum() / 2
    motion = Motion(y[None], z[None])
    np.testing.assert_allclose(hamiltonian(motion, LAPLACIAN, 0.5), expected)
    far = Motion(1e4 * y[None], z[None])
    assert np.isfinite(hamiltonian(far, LAPLACIAN, 0.5)).all()


def test_what_invariants_refuse():
    """Asymmetric kernels have no Q and no H; H wants one omega."""
    motion = Motion(*np.ones((2, 3, 1, 4, 4)))
    with pytest.raises(ArgumentError, match="symmetric as an operator"):
        linear_energy(motion, np.eye(3)[[1, 2, 0]], 0.1, 0.1)
    with pytest.raises(ArgumentError, match="must be one number"):
        hamiltonian(motion, LAPLACIAN, np.ones((1, 4, 4)))


def test_the_free_bound_is_attained():
    """W11: y_0 = 1, W = 9 everywhere, without fields: 51.5 at n = 100, 1253.5 at n = 500, 1e-12."""
    motion = stepped(np.ones((1, 8, 8)), np.full((3, 3), 9.0), 0.0, 0.0, 0.1, 500)
    largest = motion.positions.max(axis=(1, 2, 3))
    np.testing.assert_allclose(largest[[100, 500]], [51.5, 1253.5], rtol=1e-12)
    np.testing.assert_allclose(largest, free_growth_bound(1.0, 0.0, 0.1, 500), rtol=1e-12)
    np.testing.assert_allclose(largest, growth_bound(1.0, 0.0, 0.0, 0.1, 500), rtol=1e-12)


@settings(deadline=None, max_examples=100)
@given(
    seed=st.integers(0, 2**32 - 1),
    scale=st.floats(1e-3, 1e3),
    dt=st.floats(0.01, 1),
    shares=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_no_network_exceeds_the_bound(seed, scale, dt, shares):
    """Any kernel of any size, fields with a margin up to 4: |y_n| at every pixel, and A's form."""
    random = np.random.default_rng(seed)
    y = random.uniform(-1, 1, (2, 5, 4))
    kernel = scale * random.normal(size=(2, 2, 3, 3))
    margin, split = shares
    omega = 4 * margin * split / dt**2 * random.uniform(0, 1, y.shape)
    alpha = 2 * margin * (1 - split) / dt * random.uniform(0, 1, y.shape)
    positions = np.abs(stepped(y, kernel, omega, alpha, dt, 60).positions)
    bound = growth_bound(y, omega, alpha, dt, 60)
    assert (positions <= bound * (1 + 1e-10) + 1e-12).all()
    n = np.arange(61).reshape(-1, 1, 1, 1)
    simple = start_amplification(omega, alpha, dt, 60) * np.abs(y) + dt**2 * n * (n + 1) / 2
    assert (bound <= simple * (1 + 1e-10) + 1e-12).all()


def test_an_adversary_attains_the_general_bound():
    """f_m = sign h_{n-1-m} at one pixel: y_n is the bound itself, under omega and alpha."""
    omega, alpha, dt, steps = 3.0, 0.4, 0.5, 60
    sums = impulse_sums(omega, alpha, dt, steps)
    start = sums[steps] - (1 - alpha * dt) * sums[steps - 1]
    y, z = np.sign(start), 0.0
    for m in range(steps):
        z += dt * (np.sign(sums[steps - 1 - m]) - omega * y - alpha * z)
        y += dt * z
    assert y == pytest.approx(growth_bound(1.0, omega, alpha, dt, steps)[-1], rel=1e-12)


def test_without_a_margin_there_is_no_simple_bound():
    """Margin 4.1: refused with the margin; the general form goes on and grows."""
    with pytest.raises(ArgumentError, match=r"margin of at most 4, not 4\.1"):
        start_amplification(410.0, 0.0, 0.1, 10)
    assert growth_bound(1.0, 410.0, 0.0, 0.1, 200)[-1] > 1e6


def test_undamped_amplification():
    """A is at most 1/sqrt(1 - dt^2 omega/4) for alpha = 0."""
    omega = np.linspace(0, 15.9, 50)
    found = start_amplification(omega, 0.0, 0.5, 2000)
    assert (found <= 1 / np.sqrt(1 - omega / 16) + 1e-9).all()
    assert found.max() > 5
