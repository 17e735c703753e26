"""Laws written for arrays, against theory's expressions of the same claims."""

import numpy as np
import pytest
import sympy

from numerics.lambdify import lambdify
from numerics.wave_rnn.waves.amplitude import standing_factor, travelling_factor
from numerics.wave_rnn.waves.boundary import depth, jump_reflection, wavenumber
from numerics.wave_rnn.waves.chebyshev import scaled_chebyshev, step_powers
from numerics.wave_rnn.waves.dispersion import dispersion, group_velocity
from numerics.wave_rnn.waves.growth import free_growth_bound, impulse_sums
from numerics.wave_rnn.waves.invariants import (
    hamiltonian,
    linear_energy,
    shadow_hamiltonian,
)
from numerics.wave_rnn.waves.kernels import LAPLACIAN, symmetric_part
from numerics.wave_rnn.waves.long_waves import long_waves
from numerics.wave_rnn.waves.mode_sizes import predicted_sizes
from numerics.wave_rnn.waves.one_mode import OneMode, damped_cosine
from numerics.wave_rnn.waves.range import front_radius, front_zeta, hard_cone, leading_amplitude
from numerics.wave_rnn.waves.stability import largest_stable_step, pixel_margin
from numerics.wave_rnn.waves.step_matrix import step_matrix
from numerics.wave_rnn.waves.stepping import Correlation, Motion
from numerics.wave_rnn.waves.symbol import laplacian_eigenvalue, symbol
from theory.kick_and_drift import DT
from theory.wave_rnn import (
    amplitude,
    boundary,
    chebyshev,
    growth,
    invariants,
    kernels,
    one_mode,
    reach,
    readouts,
    step,
)
from theory.wave_rnn import dispersion as waves
from theory.wave_rnn import hamiltonian as energies
from theory.wave_rnn import stability as limits
from theory.wave_rnn.group_velocity import group_velocity as theory_velocity
from theory.wave_rnn.kernels import KX, KY
from theory.wave_rnn.step import ALPHA, OMEGA, S

RANDOM = np.random.default_rng(0)
TAPS = RANDOM.normal(size=(3, 3))
KS = RANDOM.uniform(-3, 3, (2, 20))


def test_the_symbol():
    """What(k) of any 3 x 3 kernel, and lambda of the Laplacian."""
    expression = kernels.symbol_of(kernels.taps())
    expected = lambdify(expression, (*kernels.taps(), KX, KY))(*TAPS.ravel(), *KS)
    np.testing.assert_allclose(symbol(TAPS, *KS)[:, 0, 0], expected, atol=1e-13)
    expected = lambdify(kernels.lattice_laplacian(), (KX, KY))(*KS)
    np.testing.assert_allclose(laplacian_eigenvalue(*KS), expected, atol=1e-14)


def test_long_waves_of_a_kernel():
    """c_x^2, c_xy, c_y^2 and mass^2."""
    squares = lambdify(sympy.Matrix(kernels.squared_speed()), tuple(kernels.taps()))
    speeds, masses = long_waves(TAPS, 0.3)
    expected = squares(*TAPS.ravel())[:, 0]
    np.testing.assert_allclose(speeds[0][[0, 0, 1], [0, 1, 1]], expected, atol=1e-14)
    mass = lambdify(kernels.squared_mass(), (OMEGA, *kernels.taps()))
    np.testing.assert_allclose(masses, mass(0.3, *TAPS.ravel()))


def test_the_step_matrix():
    """One channel by s, alpha, dt; two coupled channels by their 4 x 4 matrix."""
    one = lambdify(step.step_matrix(), (S, ALPHA, DT))
    for k in KS.T:
        expected = one(0.7 - symbol(TAPS, *k)[0, 0], 0.4, 0.3)
        np.testing.assert_allclose(step_matrix(TAPS, 0.7, 0.4, 0.3, *k), expected, atol=1e-14)
    entries, dampings = sympy.Matrix(2, 2, sympy.symbols("s:4")), sympy.Matrix(sympy.symbols("a:2"))
    two = lambdify(step.channel_step_matrix(entries, dampings), (*entries, *dampings, DT))
    kernel = RANDOM.normal(size=(2, 2, 3, 3))
    stiff = np.diag([0.7, 0.2]) - symbol(kernel, 0.4, 1.3)
    found = step_matrix(kernel, [0.7, 0.2], [0.1, 0.3], 0.3, 0.4, 1.3)
    np.testing.assert_allclose(found, two(*stiff.ravel(), 0.1, 0.3, 0.3), atol=1e-14)


@pytest.mark.parametrize("n", [0, 1, 2, 7, 12])
def test_powers_by_chebyshevs_polynomials(n):
    """d^(m/2) U_m(tau/(2 sqrt d)) from SymPy's polynomials, and M^n by exact products."""
    d, tau = sympy.Rational(4, 5), sympy.Rational(13, 10)
    exact = d ** sympy.Rational(n - 2, 2) * chebyshev.second_kind(n - 2, tau / (2 * sympy.sqrt(d)))
    found = scaled_chebyshev(1.3, 0.8, [n - 2])[0]
    assert found == pytest.approx(float(exact), abs=1e-14)
    values = {S: sympy.Rational(7, 2), ALPHA: sympy.Rational(1, 3), DT: sympy.Rational(2, 5)}
    power = (step.step_matrix().subs(values) ** n).evalf(30)
    (closed,) = step_powers(3.5, 1 / 3, 0.4, [n])
    np.testing.assert_allclose(closed, np.array(power.tolist(), dtype=float), atol=1e-14)


def test_frequency_and_decay():
    """Omega and gamma of oscillating waves."""
    pull = RANDOM.uniform(0.5, 20, 30)
    found = dispersion(pull, 0.4, 0.3)
    assert set(found.regime) == {"oscillating"}
    turned = lambdify(waves.frequency(), (S, ALPHA, DT))(pull, 0.4, 0.3)
    np.testing.assert_allclose(found.frequency, turned)
    decay = lambdify(waves.decay_rate(), (ALPHA, DT))(0.4, 0.3)
    np.testing.assert_allclose(found.decay, decay)
    edge = lambdify(waves.overdamped_below(), (ALPHA, DT))(2.0, 0.3)
    assert dispersion([0.99 * edge, 1.01 * edge], 2.0, 0.3).regime.tolist() == [
        "overdamped",
        "oscillating",
    ]


def test_velocities_of_packets():
    """An even kernel with a mixed term, damped."""
    kernel = LAPLACIAN + 0.2 * symmetric_part(TAPS)[0, 0]
    form = kernels.taps()
    expressions = theory_velocity(OMEGA - kernels.symbol_of(form))
    arguments = (*form, OMEGA, ALPHA, DT, KX, KY)
    numbers = (*kernel.ravel(), 2.0, 0.1, 0.2, *KS.astype(complex))
    expected = [lambdify(v, arguments)(*numbers) for v in expressions]
    np.testing.assert_allclose(
        group_velocity(kernel, 2.0, 0.1, 0.2, *KS), np.stack(expected, axis=-1).real, atol=1e-12
    )


def test_margins():
    """4 - margin and the largest stable step."""
    margin = lambdify(limits.stability_margin(), (S, ALPHA, DT))
    assert 4 - pixel_margin(3.0, 0.4, 0.3) == pytest.approx(margin(3.0, 0.4, 0.3))
    exact = limits.largest_step().subs({S: 9, ALPHA: sympy.Rational(1, 2)})
    assert largest_stable_step(9.0, 0.5) == pytest.approx(float(exact))


@pytest.fixture(scope="module")
def chain():
    """A ring of four cells with a symmetric kernel as theory numbers them, and a random state."""
    kernel = symmetric_part(RANDOM.normal(size=(3, 3)))
    y, z, omega = RANDOM.normal(size=(3, 1, 2, 2))
    images = Correlation(kernel, (4, 1, 2, 2))(np.eye(4).reshape(4, 1, 2, 2))
    return kernel, Motion(y, z), np.abs(omega), images.reshape(4, 4)


def test_the_linear_energy(chain):
    """Q of theory's numbered cells, S = diag(omega) - W as a dense matrix."""
    kernel, motion, omega, dense = chain
    stiffness = sympy.Matrix(np.diag(omega.ravel()) - dense)
    y, z = (sympy.Matrix(part.ravel()) for part in motion)
    expected = invariants.quadratic_invariant(y, z, stiffness).subs(DT, 0.3)
    assert linear_energy(motion, kernel, omega, 0.3) == pytest.approx(float(expected), rel=1e-12)


def test_the_hamiltonians(chain):
    """H and H2 of four numbered cells."""
    kernel, motion, _, dense = chain
    symbols = invariants.operator(4)
    values = {symbols[i, j]: dense[i, j] for i in range(4) for j in range(i, 4)}
    values |= dict(zip(invariants.positions(4), motion.positions.ravel(), strict=True))
    values |= dict(zip(invariants.velocities(4), motion.velocities.ravel(), strict=True))
    values |= {OMEGA: 0.5, DT: 0.3}
    for expression, found in (
        (energies.energy(4), hamiltonian(motion, kernel, 0.5)),
        (energies.modified_energy(4), shadow_hamiltonian(motion, kernel, 0.5, 0.3)),
    ):
        expected = lambdify(expression, tuple(values))(*values.values())
        assert found == pytest.approx(expected, rel=1e-12)


def test_growth():
    """h_m by recursion, and the bound without fields."""
    exact = lambdify(sympy.Matrix(growth.histories(8)), (OMEGA, ALPHA, DT))(3.0, 0.4, 0.5)
    np.testing.assert_allclose(impulse_sums(3.0, 0.4, 0.5, 7), exact[:, 0], atol=1e-13)
    bound = growth.growth_bound(9).subs({step.Y0: 0.5, step.Z0: 0.2, DT: 0.1})
    assert free_growth_bound(-0.5, 0.2, 0.1, 9)[-1] == pytest.approx(float(bound))


@pytest.mark.parametrize(
    ("wave", "factor"), [("travelling", travelling_factor), ("standing", standing_factor)]
)
def test_factors_of_strong_waves(wave, factor):
    """The series up to a^4 for a = .1: 1e-7; the strong limit at a = 150: 1e-3."""
    weak = amplitude.gain(wave).subs(amplitude.A, 0.1)
    assert factor(0.1) == pytest.approx(float(weak), abs=1e-7)
    assert factor(0.1) != pytest.approx(
        float(amplitude.gain(wave, 2).subs(amplitude.A, 0.1)), abs=1e-6
    )
    assert factor(150.0) * 150 == pytest.approx(float(amplitude.strong_gain(wave)), rel=1e-3)


def test_the_sizes_of_one_mode():
    """A times theory's three sources, where no grid point aliases the third harmonic."""
    mode = OneMode(LAPLACIAN, (32, 32), (4, 3), 0.5, 0.3, 0.0, 0.1, 100)
    force = laplacian_eigenvalue(*mode.wavevector)
    sources = (one_mode.space_source(), one_mode.time_source(), one_mode.tanh_source())
    names = (one_mode.TIME, one_mode.FREQUENCY, DT, KX, KY, amplitude.LAMBDA, amplitude.AMPLITUDE)
    values = (mode.times, np.sqrt(0.3 + force), 0.1, *mode.wavevector, force, 0.5)
    for source, size in zip(sources, predicted_sizes(mode), strict=True):
        expected = 0.5 * np.abs(lambdify(source, names)(*values))
        np.testing.assert_allclose(size, expected, rtol=1e-12, atol=1e-15)


def test_a_damped_cosine():
    """exp(-alpha t/2) [cos W t + alpha/(2 W) sin W t] where it oscillates."""
    t = np.linspace(0, 10, 50)
    expected = lambdify(one_mode.continuum_mode(), (S, ALPHA, one_mode.TIME))(0.9, 0.4, t)
    np.testing.assert_allclose(damped_cosine(0.9, 0.4, t), expected, atol=1e-14)


def test_positions_of_a_wave_from_rest():
    """(M^n)_11 = d^(n/2) [U_n - sqrt(d) U_(n-1)], which multipliers are made of."""
    dt, damping, pull = 0.4, 1 / 3, 3.5
    d = 1 - damping * dt
    values = {step.D: d, step.TAU: 1 + d - dt**2 * pull}
    found = step_powers(pull, damping, dt, np.arange(1, 9))[:, 0, 0]
    expected = [float(readouts.position_power(n).subs(values)) for n in range(1, 9)]
    np.testing.assert_allclose(found, expected, atol=1e-13)


def test_the_share_that_a_jump_reflects():
    """|R|^2 as a ratio of sines; the depth below the band."""
    k = np.array([0.4, 1.0, 2.5])
    k2 = wavenumber(4 * np.sin(k / 2) ** 2, 0.1).real
    share = lambdify(boundary.reflected_share(), (boundary.K1, boundary.K2))(k, k2)
    np.testing.assert_allclose(np.abs(jump_reflection(0.0, 0.1, k)) ** 2, share, rtol=1e-10)
    turning = dispersion(4 * np.sin(0.5) ** 2, 0.0, 0.1).frequency
    names = (boundary.FREQUENCY, DT, boundary.LOCAL)
    expected = lambdify(boundary.depth("below"), names)(turning, 0.1, 2.0)
    assert depth(0.0, 2.0, 1.0) == pytest.approx(expected)


def test_the_depth_above_the_band():
    """A fast wave of omega = 3 meets omega = 0, whose band ends at 4."""
    k = 2.0
    turning = dispersion(3 + 4 * np.sin(k / 2) ** 2, 0.0, 0.1).frequency
    names = (boundary.FREQUENCY, DT, boundary.LOCAL)
    expected = lambdify(boundary.depth("above"), names)(turning, 0.1, 0.0)
    assert depth(3.0, 0.0, k) == pytest.approx(expected)


def test_reach():
    """Cells of both cones, the front's distance and the first term on the axis."""
    for kernel, name in ((LAPLACIAN, "laplacian"), (np.ones((3, 3)), "full")):
        expected = reach.cone(kernel=name).right.subs(step.N, 6)
        assert hard_cone(kernel, 6).sum() == expected
    values = {reach.C: 2, DT: 0.1, reach.TIME: 5, reach.TAIL: front_zeta(1e-3)}
    expected = float(reach.front_distance().subs(values))
    assert front_radius(5.0, 1e-3, 0.1, speed=2.0) == pytest.approx(expected)
    assert leading_amplitude(0.3, 7, 4) == pytest.approx(
        float(reach.front_amplitude(7, 4).subs(DT, 0.3))
    )
