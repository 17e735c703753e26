"""Reach, boundaries, readouts, collapse and the ladder of one mode, against stepped networks."""

import math

import numpy as np
import pytest
import sympy

from theory import wave_rnn
from theory.claims import Identity
from theory.errors import ArgumentError
from theory.kick_and_drift import DT
from theory.wave_rnn import boundary, one_mode, predictor, reach, readouts
from theory.wave_rnn.amplitude import AMPLITUDE, LAMBDA
from theory.wave_rnn.boundary import FREQUENCY, K1, K2, LOCAL
from theory.wave_rnn.kernels import KX, KY
from theory.wave_rnn.step import ALPHA, TAU, Y0, D, N, S, Y, Z


def stepped(y, push, stiffness, alpha, dt, steps):
    """Return all positions and velocities from rest, Eq 9 written out."""
    z = 0 * y
    history = [(y, z)]
    for _ in range(steps):
        z = z + dt * (push(y) - stiffness * y - alpha * z)
        y = y + dt * z
        history.append((y, z))
    return tuple(map(np.array, zip(*history, strict=True)))


def laplacian(y):
    """Five points, circular."""
    return sum(np.roll(y, shift, axis) for axis in (0, 1) for shift in (1, -1)) - 4 * y


@pytest.mark.parametrize("n", [1, 3, 6])
@pytest.mark.parametrize("kernel", ["laplacian", "full"])
def test_cone(kernel, n):
    """An impulse of 17 x 17 cells after n steps with tanh: n^2 + (n+1)^2, (2n+1)^2 cells moved."""

    def full(y):
        return sum(np.roll(y, (a, b), (0, 1)) for a in (-1, 0, 1) for b in (-1, 0, 1))

    start = np.zeros((17, 17))
    start[8, 8] = 1
    push = laplacian if kernel == "laplacian" else full
    y, _ = stepped(start, lambda y: np.tanh(push(y)), 0.3, 0.1, 0.2, n)
    assert np.count_nonzero(y[n]) == wave_rnn.cone(kernel=kernel).right.subs(N, n)


@pytest.mark.parametrize(("n", "distance"), [(3, 3), (5, 2), (9, 4)])
def test_leading_amplitude(n, distance):
    """An impulse on 24 x 24 cells with dt = 1e-3: y_n on the axis is dt^(2r) C(n + r, 2r) to 1e-4."""
    start = np.zeros((24, 24))
    start[12, 12] = 1
    y, _ = stepped(start, laplacian, 0, 0, 1e-3, n)
    expected = float(wave_rnn.front_amplitude(n, distance).subs(DT, 1e-3))
    assert y[n][12 + distance, 12] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(("dt", "without"), [(0.1, 0.004), (0.6, 0.098)])
def test_front_is_an_airy_function(dt, without):
    """A step function on a line, t = 240: the front falls as the integral of Ai, to .007.

    dt enters through 1 - c^2 dt^2: a width without it is off by .098 at dt = .6.
    """
    special = pytest.importorskip("scipy.special")
    sites, steps = np.arange(-480, 480), round(240 / dt)
    start = ((sites <= 0) & (sites > -360)).astype(float)
    y, _ = stepped(start[:, None], laplacian, 0, 0, dt, steps)
    time = (steps + 0.5) * dt  # the kick comes first: half a step ahead
    places = np.arange(228, 252)

    def error(small):
        width = float(reach.front_width().subs({reach.C: 1, reach.TIME: time, DT: small}))
        # half of the step runs to the right; its edge lies between the sites 0 and 1
        tail = special.itairy((places - 0.5 - time) / width)[0]
        return np.abs(y[-1][480 + places, 0] - (1 / 3 - tail) / 2).max()

    assert error(dt) < 0.007
    assert error(0) == pytest.approx(without, rel=0.05)


@pytest.mark.parametrize(("inside", "behind"), [(0.0, 0.5), (0.3, 0.0), (0.0, 2.0)])
def test_reflection_solves_the_two_columns(inside, behind):
    """Incoming + reflected on one side, transmitted on the other: a lattice solution, to 1e-12.

    The frequency is that of k_1 = 1; for omega_2 = 2 the wave behind is evanescent and |R| = 1.
    """
    dt = 0.1
    square = inside + 4 * np.sin(0.5) ** 2  # (4/dt^2) sin^2(Omega dt/2)
    frequency = 2 / dt * np.arcsin(dt / 2 * np.sqrt(square))
    at = {FREQUENCY: frequency, DT: dt}
    ahead = complex(boundary.wave_number().subs(at | {LOCAL: inside}))
    after = complex(boundary.wave_number().subs(at | {LOCAL: behind}))
    assert ahead == pytest.approx(1, rel=1e-12)
    after = complex(after.real, abs(after.imag))
    ratio = complex(wave_rnn.reflection().subs({K1: 1.0, K2: after}))
    column = np.arange(-3, 5)
    left = np.exp(1j * column) + ratio * np.exp(-1j * column)
    y = np.where(column <= 0, left, (1 + ratio) * np.exp(1j * after * column))
    omega = np.where(column <= 0, inside, behind)
    force = y[2:] + y[:-2] - 2 * y[1:-1] - omega[1:-1] * y[1:-1]
    assert force == pytest.approx(-square * y[1:-1], abs=1e-12)
    if behind == 2.0:
        assert abs(ratio) == pytest.approx(1, abs=1e-12)
        assert 1 / after.imag == pytest.approx(float(boundary.depth().subs(at | {LOCAL: behind})))
    else:
        share = float(wave_rnn.reflected_share().subs({K1: 1.0, K2: after.real}))
        assert abs(ratio) ** 2 == pytest.approx(share, rel=1e-12)


def test_depth_above_the_band():
    """A wave too fast for the columns behind: (-1)^i exp(-kappa i) with 4 cosh^2(kappa/2) = 4.5."""
    dt = 0.1
    frequency = 2 / dt * np.arcsin(dt / 2 * np.sqrt(4.5))
    kappa = 1 / float(wave_rnn.depth("above").subs({FREQUENCY: frequency, DT: dt, LOCAL: 0}))
    assert 4 * np.cosh(kappa / 2) ** 2 == pytest.approx(4.5, rel=1e-12)
    with pytest.raises(ArgumentError, match=r"^branch: got beside"):
        wave_rnn.depth("beside")


def test_a_reflection_of_the_continuum_is_caught():
    """(k_1 - k_2)/(k_1 + k_2) is not the lattice's reflection."""
    claim = wave_rnn.reflection_by_sines()
    faulty = Identity(name="faulty", left=claim.left, right=(K1 - K2) / (K1 + K2))
    assert faulty.residual() != 0


@pytest.mark.parametrize("alpha", [0.0, 0.4])
def test_readouts_of_a_stepped_wave(alpha):
    """T = 40 steps of a wave: mean and all 21 Fourier bins from the ends alone, to 1e-10."""
    s, dt, updates = 1.3, 0.2, 40
    y, z = stepped(np.array(0.8), lambda y: 0, s, alpha, dt, updates + 1)
    law = sympy.lambdify([Y, Z, S, ALPHA, DT], readouts.running_sum())
    summed = law(y[updates], z[updates], s, alpha, dt) - law(y[0], z[0], s, alpha, dt)
    assert summed == pytest.approx(y[1 : updates + 1].sum(), rel=1e-10)
    d, tau = 1 - alpha * dt, 2 - alpha * dt - dt**2 * s
    roots = np.exp(-2j * np.pi * np.arange(updates // 2 + 1) / updates)
    bins = wave_rnn.fourier_sum(
        sympy.Symbol("w"), tuple(sympy.symbols("a b")), tuple(sympy.symbols("p q"))
    )
    found = sympy.lambdify([*sympy.symbols("w a b p q"), TAU, D], bins)(
        roots, y[0], y[1], y[updates], y[updates + 1], tau, d
    )
    assert found == pytest.approx(np.fft.rfft(y[1 : updates + 1]), abs=1e-10)
    powers = [float(readouts.position_power(n).subs({TAU: tau, D: d})) for n in (1, 2, 7)]
    assert 0.8 * np.array(powers) == pytest.approx(y[[1, 2, 7]], rel=1e-11)


def test_constant_predictor_of_digits():
    """p_0 = .867 and 10 equal classes: loss .698 and FG-loss 4.32, the paper's failed runs."""
    given = {predictor.BACKGROUND: 0.867, predictor.CLASSES: 11}
    losses = [float(loss.subs(given)) for loss in wave_rnn.equal_objects()]
    assert losses == pytest.approx([0.698, 4.32], abs=6e-4)
    share = 0.133 / 10
    assert losses[1] == pytest.approx(-math.log(share), rel=1e-12)


def test_jaccard_of_random_masks():
    """200 random masks of 4 classes: intersections over unions are a/(2 - a), to 1e-15."""
    rng = np.random.default_rng(6)
    masks, guesses = rng.integers(0, 4, (2, 200, 64))
    ratio = sympy.lambdify(predictor.ACCURACY, wave_rnn.jaccard())
    for mask, guess in zip(masks, guesses, strict=True):
        sets = [(mask == c, guess == c) for c in range(4)]
        both = sum((m & g).sum() for m, g in sets)
        union = sum((m | g).sum() for m, g in sets)
        assert both / union == pytest.approx(ratio((mask == guess).mean()), abs=1e-15)


def ladder_of_one_mode():
    """32 cells along x, k = 2 pi 4/32, omega = .3, dt = .1, T = 100, lambda A = .3: the four rungs."""
    cells, omega, dt, steps = 32, 0.3, 0.1, 100
    k = 2 * np.pi * 4 / cells
    lam = 4 * np.sin(k / 2) ** 2
    size = 0.3 / lam
    wave = np.cos(k * np.arange(cells))[:, None] * np.ones(4)
    heard = []
    for push in (laplacian, lambda y: np.tanh(laplacian(y))):
        y, _ = stepped(size * wave, push, omega, 0, dt, steps)
        heard.append(2 * (y * wave).mean(axis=(1, 2)) / size)
    time = dt * np.arange(steps + 1)
    smooth = [np.cos(np.sqrt(omega + square) * time) for square in (k**2, lam)]
    given = {
        one_mode.FREQUENCY: np.sqrt(omega + lam),
        KX: k,
        KY: 0,
        DT: dt,
        LAMBDA: lam,
        AMPLITUDE: size,
    }
    return time, (*smooth, *heard), given


@pytest.mark.parametrize(
    ("rung", "source", "sign", "size", "share"),
    [
        (1, wave_rnn.space_source, 1, 0.1363, 0.05),
        (2, wave_rnn.time_source, -1, 0.0500, 0.005),
        (3, wave_rnn.tanh_source, 1, 0.0436, 0.05),
    ],
)
def test_sizes_of_the_ladder(rung, source, sign, size, share):
    """Largest differences of neighbouring rungs .1363, .0500, .0436 A; the sources say them before."""
    time, rungs, given = ladder_of_one_mode()
    found = rungs[rung] - rungs[rung - 1]
    said = sign * sympy.lambdify(one_mode.TIME, source().subs(given))(time)
    assert np.abs(found).max() == pytest.approx(size, abs=6e-5)
    assert np.abs(said).max() == pytest.approx(np.abs(found).max(), rel=share)
    assert np.abs(found - said).max() < 0.15 * size


def test_damped_mode_of_small_steps():
    """exp(-alpha t/2)(...) of the continuous law at s = 1.3, alpha = 0.4, t = 5, against dt = 1e-4."""
    y, _ = stepped(np.array(1.0), lambda y: 0, 1.3, 0.4, 1e-4, 50_000)
    law = sympy.lambdify([S, ALPHA, one_mode.TIME], wave_rnn.continuum_mode())
    assert y[-1] == pytest.approx(law(1.3, 0.4, 5.0), abs=1e-4)


@pytest.mark.parametrize(
    ("factory", "size", "argument"),
    [
        (wave_rnn.cone, {"kernel": "hexagon"}, "kernel"),
        (wave_rnn.leading_amplitude, {"n": 2, "distance": 3}, "distance"),
        (wave_rnn.linear_readout, {"updates": 1}, "updates"),
        (wave_rnn.stationary_answer, {"classes": 1}, "classes"),
        (wave_rnn.collapsed_loss, {"classes": 1}, "classes"),
        (wave_rnn.forced_history, {"n": 0}, "n"),
    ],
)
def test_sizes_that_say_nothing(factory, size, argument):
    """Each is refused by the name of its argument."""
    with pytest.raises(ArgumentError) as refused:
        factory(**size)
    assert refused.value.argument == argument


def test_start_is_not_read():
    """The filters begin at n = 1: the first weight reads M_11 = tau - d."""
    claim = wave_rnn.linear_readout(updates=2)
    first = sympy.expand(claim.left).coeff(sympy.Symbol("R_1", real=True))
    assert sympy.expand(first - (TAU - D) * Y0) == 0
