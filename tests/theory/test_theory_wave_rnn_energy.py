"""Energies, growth and amplitude of the wave network: stepped lattices against its laws."""

import numpy as np
import pytest
import sympy

from theory import wave_rnn
from theory.claims import Invariant, System
from theory.errors import ArgumentError
from theory.fourier import symbols_of
from theory.kick_and_drift import DT
from theory.wave_rnn import amplitude, hamiltonian, invariants
from theory.wave_rnn.amplitude import AMPLITUDE, LAMBDA, A
from theory.wave_rnn.step import ALPHA, OMEGA, Y0, Z0, N

CELLS = 2


def stepped(y, z, push, omega, alpha, dt, steps):
    """Return all positions and velocities, Eq 9 written out; `push` gives the force of a field."""
    history = [(y, z)]
    for _ in range(steps):
        z = z + dt * (push(y) - omega * y - alpha * z)
        y = y + dt * z
        history.append((y, z))
    return tuple(map(np.array, zip(*history, strict=True)))


def on_cells(expression):
    """Return a function of (y, z, omega, W, dt) for a few cells."""
    y, z = invariants.positions(CELLS), invariants.velocities(CELLS)
    omega, coupling = symbols_of("omega", CELLS), invariants.operator(CELLS)
    upper = [coupling[i, j] for i in range(CELLS) for j in range(i, CELLS)]
    law = sympy.lambdify([list(y), list(z), list(omega), upper, OMEGA, DT], expression)
    corner = np.triu_indices(CELLS)
    return lambda y, z, omega, w, dt: law(y, z, np.broadcast_to(omega, CELLS), w[corner], omega, dt)


def symmetric(seed: int) -> np.ndarray:
    matrix = np.random.default_rng(seed).normal(size=(CELLS, CELLS))
    return matrix + matrix.T - 3 * np.eye(CELLS)


def test_conserved_over_many_steps():
    """Two cells, a random symmetric W, omega = (0.2, 1.9), 1000 steps of 0.2: Q stays to 1e-12."""
    coupling, omega, dt = symmetric(0), np.array([0.2, 1.9]), 0.2
    y, z = stepped(np.array([0.5, -1.0]), np.zeros(2), lambda y: coupling @ y, omega, 0, dt, 1000)
    (kept,) = wave_rnn.conserved(cells=CELLS).invariants
    found = on_cells(kept.expression)
    energies = np.array([found(a, b, omega, coupling, dt) for a, b in zip(y, z, strict=True)])
    assert np.ptp(energies) / abs(energies[0]) < 1e-12


def test_work_of_the_coupling():
    """With tanh, damping and any W the change of Q0 is the work, summed over 50 steps: 1e-13."""
    rng = np.random.default_rng(1)
    coupling, omega, alpha, dt = rng.normal(size=(2, 2)), rng.random(2), rng.random(2), 0.3
    y, z = stepped(
        rng.normal(size=2),
        rng.normal(size=2),
        lambda y: np.tanh(coupling @ y),
        omega,
        alpha,
        dt,
        50,
    )
    local = (z * z + omega * y * y - dt * omega * z * y).sum(axis=1)
    force = np.tanh(y[:-1] @ coupling.T)
    work = dt * ((force - alpha * z[:-1]) * (z[:-1] + z[1:])).sum(axis=1)
    assert np.diff(local) == pytest.approx(work, abs=1e-13)
    (kept,) = wave_rnn.tanh_balance(cells=CELLS).invariants
    law = sympy.lambdify(
        [
            list(invariants.positions(2)),
            list(invariants.velocities(2)),
            list(symbols_of("omega", 2)),
            list(symbols_of("alpha", 2)),
            list(symbols_of("W", 2, 2)),
            DT,
        ],
        kept.change,
    )
    assert law(y[0], z[0], omega, alpha, coupling.ravel(), dt) == pytest.approx(work[0], rel=1e-12)


@pytest.mark.parametrize(("which", "ratio"), [("energy", 2), ("modified_energy", 4)])
def test_energies_with_tanh(which, ratio):
    """H moves by O(dt) and H2 by O(dt^2) over t = 40: ratios 2 and 4 at a halved step."""
    coupling, omega = symmetric(2), 0.5
    found = on_cells(getattr(hamiltonian, which)(CELLS))
    spans = []
    for dt in (0.04, 0.02, 0.01):
        start = np.array([1.5, -0.7])
        y, z = stepped(
            start, np.zeros(2), lambda y: np.tanh(coupling @ y), omega, 0, dt, int(40 / dt)
        )
        spans.append(np.ptp([found(a, b, omega, coupling, dt) for a, b in zip(y, z, strict=True)]))
    assert np.array(spans[:-1]) / spans[1:] == pytest.approx([ratio, ratio], rel=0.1)


def test_an_energy_with_the_wrong_correction_is_caught():
    """In continuous time H with a half more of its omega term drifts; so does one without log cosh."""
    law = wave_rnn.nonlinear_energy(cells=2)
    y, coupling = invariants.positions(2), invariants.operator(2)
    energy = hamiltonian.energy(2)
    for wrong in (
        energy - OMEGA * y.dot(coupling * y) / 4,
        energy.replace(sympy.log, lambda _: sympy.S.Zero),
    ):
        faulty = System(
            name="faulty", law=law.law, time=law.time, invariants=(Invariant("H", wrong),)
        )
        assert faulty.residual() != 0


def test_growth_bound_is_reached():
    """From y = 1 with taps of 9 everywhere (W*y = 81): 51.5 after 100 steps of 0.1, 1253.5 after 500."""
    y, _ = stepped(1.0, 0.0, lambda y: np.tanh(81 * y), 0, 0, 0.1, 500)
    bound = sympy.lambdify([N, Y0, Z0, DT], wave_rnn.growth_bound())
    assert (y[100], y[500]) == pytest.approx((51.5, 1253.5), rel=1e-12)
    assert bound(np.arange(501), 1, 0, 0.1) == pytest.approx(y, rel=1e-12)


@pytest.mark.parametrize("alpha", [0, sympy.Rational(4, 5)])
def test_general_growth_bound(alpha):
    """Random forces of at most 1, omega = 2.3, dt = 0.5, 9 steps: |y_n| below the sum of |h_m|.

    Forces with the signs of h reach it.
    """
    given = {OMEGA: sympy.Rational(23, 10), ALPHA: alpha, DT: sympy.Rational(1, 2)}
    omega, dt, start = 2.3, 0.5, 0.9
    h = np.array([float(x.subs(given)) for x in wave_rnn.histories(10)])
    own = h[1:] - (1 - float(alpha) * dt) * h[:-1]
    bound = np.abs(own) * start + dt**2 * np.cumsum(np.abs(h[:-1]))
    assert (np.abs(h) <= np.arange(1, 11)).all()
    rng = np.random.default_rng(5)
    for forces in (*rng.uniform(-1, 1, (20, 9)), np.sign(own[-1]) * np.sign(h[8::-1])):
        flow = iter(forces)
        y, _ = stepped(start, 0.0, lambda _, flow=flow: next(flow), omega, float(alpha), dt, 9)
        assert (np.abs(y[1:]) <= bound * (1 + 1e-12)).all()
    assert abs(y[9]) == pytest.approx(bound[8], rel=1e-12)


@pytest.mark.parametrize("a", [0.05, 0.3])
@pytest.mark.parametrize("wave", ["travelling", "standing"])
def test_gain_against_quadrature(wave, a):
    """<tanh(a u) u>/(a <u^2>) on 64 x 64 phases is the expansion to O(a^6)."""
    p, q = np.meshgrid(*[2 * np.pi * np.arange(64) / 64] * 2)
    shape = np.cos(p) if wave == "travelling" else np.cos(p) * np.cos(q)
    found = (np.tanh(a * shape) * shape).mean() / (a * (shape**2).mean())
    assert float(wave_rnn.gain(wave).subs(A, a)) == pytest.approx(found, abs=a**6)


@pytest.mark.parametrize("wave", ["travelling", "standing"])
def test_strong_gain_against_quadrature(wave):
    """A g at a = 400 on a fine grid is 4/pi, 16/pi^2, to 1e-3."""
    p, q = np.meshgrid(*[2 * np.pi * (np.arange(1024) + 0.5) / 1024] * 2)
    shape = np.cos(p) if wave == "travelling" else np.cos(p) * np.cos(q)
    found = (np.tanh(400 * shape) * shape).mean() / (shape**2).mean()
    assert float(wave_rnn.strong_gain(wave)) == pytest.approx(found, rel=1e-3)


def test_slowing_of_a_stepped_wave():
    """A standing wave of 16 cells, omega = 0.3, dt = 0.005, lambda A = 0.2: slower as said, to 3 %.

    The frequency comes from the times at which its amplitude passes zero.
    """
    x, dt = np.arange(16), 0.005
    lam = 4 * np.sin(np.pi / 16) ** 2
    wave = np.cos(2 * np.pi * x / 16)

    def push(y):
        return np.tanh(np.roll(y, 1) + np.roll(y, -1) - 2 * y)

    def frequency(size):
        y, _ = stepped(size * wave, 0 * wave, push, 0.3, 0, dt, 20_000)
        heard = y @ wave
        (zeros,) = np.nonzero(heard[1:] * heard[:-1] < 0)
        times = zeros + heard[zeros] / (heard[zeros] - heard[zeros + 1])
        return np.pi * (len(times) - 1) / (dt * (times[-1] - times[0]))

    size = 0.2 / lam
    predicted = float(
        wave_rnn.frequency_shift("standing").subs({OMEGA: 0.3, LAMBDA: lam, AMPLITUDE: size})
    )
    assert frequency(1e-4) - frequency(size) == pytest.approx(predicted, rel=0.03)


def test_other_waves_are_refused():
    """Neither travelling nor standing: refused by name."""
    with pytest.raises(ArgumentError, match=r"^wave: got oblique"):
        amplitude.carrier("oblique")
