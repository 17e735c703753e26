"""The step of the wave network: stepped cells, eigenvalues and measured waves against its laws."""

import numpy as np
import pytest
import sympy

from theory import wave_rnn
from theory.claims import Invariant, System, check_claim
from theory.errors import ArgumentError
from theory.kick_and_drift import DT
from theory.lattice import FIVE_POINT
from theory.wave_rnn import dispersion, kernels, stability
from theory.wave_rnn.kernels import KX, KY
from theory.wave_rnn.step import ALPHA, OMEGA, Y0, Z0, N, S, Y, Z

REGIMES = {
    "oscillating": (0.1, 0.3, 2.7),
    "undamped": (0.3, 0.0, 5.1),
    "overdamped": (0.2, 2.5, 0.4),
    "flipping": (0.6, 0.4, 9.0),
}


def stepped(y, z, push, omega, alpha, dt, steps):
    """Return all positions and velocities, Eq 9 written out; `push` gives the force of a field."""
    history = [(y, z)]
    for _ in range(steps):
        z = z + dt * (push(y) - omega * y - alpha * z)
        y = y + dt * z
        history.append((y, z))
    return map(np.array, zip(*history, strict=True))


def correlated(field: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Cross-correlate a field with a 3 x 3 kernel, circularly."""
    return sum(
        kernel[1 + a, 1 + b] * np.roll(field, (-a, -b), (0, 1))
        for a in (-1, 0, 1)
        for b in (-1, 0, 1)
    )


def values(expression, **given):
    """Evaluate at named symbols, complex."""
    names = {str(s): s for s in expression.free_symbols}
    return complex(expression.subs({names[k]: v for k, v in given.items() if k in names}))


@pytest.mark.parametrize("regime", REGIMES)
def test_closed_form_against_steps(regime):
    """A wave of stiffness s stepped 40 times by hand: y_n and z_n of the closed form, to 1e-11."""
    dt, alpha, s = REGIMES[regime]
    y, z = stepped(0.7, -0.4, lambda y: 0, s, alpha, dt, 40)
    closed = wave_rnn.mode_map().closed_form
    law = sympy.lambdify([N, DT, ALPHA, S, Y0, Z0], [closed[Y], closed[Z]])
    found = [law(n, dt + 0j, alpha, s, 0.7, -0.4) for n in range(41)]
    assert [f[0] for f in found] == pytest.approx(y, rel=1e-11, abs=1e-11)
    assert [f[1] for f in found] == pytest.approx(z, rel=1e-11, abs=1e-11)


def test_the_phase_without_its_half_step_is_caught():
    """y0 cos(n theta) solves another start: residual and check see it."""
    law = wave_rnn.undamped_mode()
    theta = 2 * sympy.asin(DT * sympy.sqrt(S) / 2)
    faulty = System(
        name="faulty",
        law=law.law,
        time=N,
        is_map=True,
        initial=law.initial,
        closed_form=dict(law.closed_form) | {Y: Y0 * sympy.cos(N * theta)},
        given=law.given,
    )
    assert faulty.residual() != 0
    assert check_claim(faulty, mutate=False).failures != ()


@pytest.mark.parametrize("regime", REGIMES)
def test_eigenvalues(regime):
    """`eigenvalues` and NumPy's of the step matrix, to 1e-13; their modulus and angle where complex."""
    dt, alpha, s = REGIMES[regime]
    matrix = np.array(wave_rnn.step_matrix().subs({DT: dt, ALPHA: alpha, S: s}), float)
    found = sorted((values(e, dt=dt, alpha=alpha, s=s) for e in wave_rnn.eigenvalues()), key=abs)
    assert found == pytest.approx(sorted(np.linalg.eigvals(matrix), key=abs), abs=1e-13)
    if abs(found[0].imag) > 0:
        assert abs(np.angle(found[0])) == pytest.approx(
            values(wave_rnn.frequency(), dt=dt, alpha=alpha, s=s).real * dt, rel=1e-12
        )
        assert -np.log(abs(found[0])) / dt == pytest.approx(
            values(wave_rnn.decay_rate(), dt=dt, alpha=alpha).real, rel=1e-12, abs=1e-15
        )


@pytest.mark.parametrize("n", [-1, 0, 1, 4])
def test_polynomials_of_the_third_kind(n):
    """V_n(cos x) = cos((n + 1/2) x)/cos(x/2) = the binomial sum at 2 - 2 cos x, at x = 0.7."""
    x = 0.7
    expected = np.cos((n + 0.5) * x) / np.cos(x / 2)
    assert float(wave_rnn.third_kind(n, np.cos(x))) == pytest.approx(expected, rel=1e-13)
    if n >= 0:
        summed = wave_rnn.binomial_sum(n, 2 - 2 * np.cos(x))
        assert float(summed) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("channels", [2, 3])
def test_coupled_channels(channels):
    """The 2C x 2C matrix moves C coupled channels as the step written out does, to 1e-14."""
    rng = np.random.default_rng(channels)
    coupling, dampings = rng.normal(size=(channels, channels)), rng.random(channels)
    matrix = wave_rnn.channel_step_matrix(sympy.Matrix(coupling), sympy.Matrix(dampings))
    y, z = rng.normal(size=(2, channels))
    after_y, after_z = stepped(y, z, lambda y: -coupling @ y, 0, dampings, 0.3, 1)
    found = np.array(matrix.subs(DT, 0.3), float) @ np.concatenate([y, z])
    assert found == pytest.approx(np.concatenate([after_y[1], after_z[1]]), abs=1e-14)


def test_symbol_of_an_asymmetric_kernel():
    """A random kernel on a plane wave of a 6 x 5 lattice is What(k) times the wave, to 1e-13."""
    rng = np.random.default_rng(0)
    kernel = rng.normal(size=(3, 3))
    rows, columns = np.mgrid[:6, :5]
    kx, ky = 2 * np.pi * 2 / 6, 2 * np.pi / 5
    wave = np.exp(1j * (kx * rows + ky * columns))
    symbol = complex(kernels.symbol_of(sympy.Matrix(kernel)).subs({KX: kx, KY: ky}))
    assert correlated(wave, kernel) / wave == pytest.approx(np.full((6, 5), symbol), abs=1e-13)


def test_transpose_of_a_kernel():
    """<u, W v> = <W^T u, v> with the taps flipped, on a random 5 x 4 lattice, to 1e-13."""
    rng = np.random.default_rng(1)
    kernel, u, v = rng.normal(size=(3, 3)), rng.normal(size=(5, 4)), rng.normal(size=(5, 4))
    turned = np.array(kernels.flipped(sympy.Matrix(kernel)), float)
    assert np.vdot(u, correlated(v, kernel)) == pytest.approx(
        np.vdot(correlated(u, turned), v), abs=1e-13
    )


def test_speed_and_mass_of_a_kernel():
    """The Laplacian has speed 1 along both axes and mass^2 omega; c_xy sees the diagonals alone."""
    given = dict(zip(kernels.taps(), FIVE_POINT, strict=True))
    assert [speed.subs(given) for speed in wave_rnn.squared_speed()] == [1, 0, 1]
    assert wave_rnn.squared_mass().subs(given) == OMEGA
    diagonal = dict(zip(kernels.taps(), [1, 0, 0, 0, -2, 0, 0, 0, 1], strict=True))
    assert [speed.subs(diagonal) for speed in wave_rnn.squared_speed()] == [1, 1, 1]


@pytest.mark.parametrize("alpha", [0.0, 0.7])
def test_group_velocity_against_differences(alpha):
    """Slopes of the frequency at k = (0.9, 0.4), omega = 0.3, dt = 0.4, by differences: 1e-8."""
    at = {OMEGA: 0.3, ALPHA: alpha, DT: 0.4}
    frequency = sympy.lambdify(
        [KX, KY],
        wave_rnn.frequency().subs(S, OMEGA + wave_rnn.lattice_laplacian()).subs(at),
    )
    velocity = [float(v.subs(at | {KX: 0.9, KY: 0.4})) for v in wave_rnn.group_velocity()]
    step = 1e-5
    slopes = [
        (frequency(0.9 + step, 0.4) - frequency(0.9 - step, 0.4)) / (2 * step),
        (frequency(0.9, 0.4 + step) - frequency(0.9, 0.4 - step)) / (2 * step),
    ]
    assert velocity == pytest.approx(slopes, rel=1e-8)


def test_no_packet_is_faster_than_one():
    """20000 random (omega, stable dt, k): |v| <= 1; at the largest step v = 1 on the diagonal."""
    law = sympy.lambdify([OMEGA, ALPHA, DT, KX, KY], wave_rnn.group_velocity())
    rng = np.random.default_rng(2)
    omega, share = 3 * rng.random(20_000), rng.random(20_000)
    dt = 0.999 * 2 / np.sqrt(omega + 8) * share
    kx, ky = rng.uniform(-np.pi, np.pi, (2, 20_000))
    assert np.hypot(*law(omega, 0, dt, kx, ky)).max() <= 1 + 1e-12
    largest = float(wave_rnn.largest_step().subs({ALPHA: 0, S: 8}))
    assert np.hypot(*law(0, 0, largest, 1.1, 1.1)) == pytest.approx(1, rel=1e-9)


def test_triangle_of_stability():
    """5000 random (dt, alpha, s): both eigenvalues inside the circle exactly where Jury says so."""
    rng = np.random.default_rng(3)
    dt = rng.uniform(0.01, 1, 5000)
    alpha, s = rng.uniform(-0.5, 3 / dt), rng.uniform(-1, 6 / dt**2)
    matrix = sympy.lambdify([DT, ALPHA, S], list(wave_rnn.step_matrix()))(dt, alpha, s)
    stacked = np.moveaxis(np.array(np.broadcast_arrays(*matrix)).reshape(2, 2, -1), -1, 0)
    inside = np.abs(np.linalg.eigvals(stacked)).max(axis=1) < 1
    margin = sympy.lambdify([DT, ALPHA, S], wave_rnn.stability_margin())(dt, alpha, s)
    says = (s > 0) & (margin > 0) & (alpha > 0)
    assert 0.1 < inside.mean() < 0.9
    assert np.array_equal(inside, says)


def test_price_of_advection():
    """5000 random complex s: stable exactly below `largest_advection`; never without damping."""
    rng = np.random.default_rng(4)
    dt, alpha = rng.uniform(0.05, 0.7, 5000), rng.uniform(0, 2, 5000)
    real, imaginary = rng.uniform(-0.5, 5, 5000), rng.uniform(-3, 3, 5000)
    s = real + 1j * imaginary
    d, tau = 1 - alpha * dt, 2 - alpha * dt - dt**2 * s
    root = np.sqrt(tau**2 / 4 - d)
    inside = np.maximum(np.abs(tau / 2 + root), np.abs(tau / 2 - root)) < 1
    limit = sympy.lambdify([DT, ALPHA, stability.REAL], wave_rnn.largest_advection())
    assert 0.1 < inside.mean() < 0.9
    assert np.array_equal(inside, imaginary**2 < limit(dt, alpha, real))
    assert wave_rnn.largest_advection().subs(ALPHA, 0) == 0


@pytest.mark.parametrize(("alpha", "s"), [(0, 8), (0.5, 9.3), (2, 1)])
def test_largest_step(alpha, s):
    """At dt = 4/(alpha + sqrt(alpha^2 + 4 s)) the step has the eigenvalue -1: det(M + 1) = 0."""
    limit = float(wave_rnn.largest_step().subs({ALPHA: alpha, S: s}))
    matrix = np.array(wave_rnn.step_matrix().subs({DT: limit, ALPHA: alpha, S: s}), float)
    assert np.linalg.det(matrix + np.eye(2)) == pytest.approx(0, abs=1e-13)
    assert np.abs(np.linalg.eigvals(matrix)).max() == pytest.approx(1, abs=1e-7)


def test_frequency_expansions_shrink():
    """Omega^2 minus its expansion up to dt^2 falls as dt^3: ratios of 8 at halved steps."""
    expanded = wave_rnn.small_steps().right
    left = []
    for dt in (0.1, 0.05, 0.025):
        exact = float((dispersion.frequency() ** 2).subs({DT: dt, ALPHA: 0.6, S: 1.7}))
        left.append(abs(exact - float(expanded.subs({DT: dt, ALPHA: 0.6, S: 1.7}))))
    assert np.array(left[:-1]) / left[1:] == pytest.approx([8, 8], rel=0.15)


def test_a_wrong_invariant_of_the_step_is_caught():
    """Q with the other sign of its cross term drifts."""
    law = wave_rnn.conserved(cells=1)
    (kept,) = law.invariants
    wrong = Invariant("Q", kept.expression.subs(DT, -DT))
    faulty = System(name="faulty", law=law.law, time=N, is_map=True, invariants=(wrong,))
    assert faulty.residual() != 0


@pytest.mark.parametrize(
    ("factory", "size", "argument"),
    [
        (wave_rnn.chebyshev_power, {"n": 1}, "n"),
        (wave_rnn.third_kind_sum, {"n": 0}, "n"),
        (wave_rnn.second_kind, {"n": -3, "x": 1}, "n"),
        (wave_rnn.stiffest_wave, {"rows": 3}, "rows"),
    ],
)
def test_sizes_that_say_nothing(factory, size, argument):
    """Each is refused by the name of its argument."""
    with pytest.raises(ArgumentError) as refused:
        factory(**size)
    assert refused.value.argument == argument
