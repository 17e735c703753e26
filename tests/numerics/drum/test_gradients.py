"""The gradient by the wave speed: three roads to one field, and the speed found from the sound."""

import dataclasses
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hypothesis_numpy

from numerics.drum.drums import Drum, disk, from_mask, l_shape, laplacian, square
from numerics.drum.wave_speed.gradients import autograd_gradient, reversible_gradient
from numerics.drum.wave_speed.listening import Listening, listen, loss
from numerics.drum.wave_speed.modal import eigenvalue_gradient, modal_speed_gradient, uniform_speed
from numerics.drum.wave_speed.motion import reconstructed_start
from numerics.drum.wave_speed.recovery import recover_speed
from theory.errors import ArgumentError


def field_drum(drum):
    """The drum with c2 = 1 + 0.15 sin(i/3) cos(j/4), indices with the rim."""
    x, y = np.indices(drum.free.shape)
    return dataclasses.replace(drum, speed=np.sqrt(1 + 0.15 * np.sin(x / 3) * np.cos(y / 4)))


def with_speed_squared(drum, values):
    """The drum with c2 at its free nodes."""
    return dataclasses.replace(drum, speed=np.sqrt(np.nan_to_num(drum.field(values), nan=1.0)))


def struck(drum, nodes):
    strike = np.zeros(drum.free.shape)
    for (x, y), height in nodes.items():
        strike[x, y] = height
    return strike


def some_nodes(drum, count, seed):
    chosen = np.random.default_rng(seed).choice(drum.nodes, count, replace=False)
    return [tuple(node) for node in np.argwhere(drum.free)[chosen].tolist()]


def random_listening(drum, *, listeners, steps, time_step, seed):
    """A random strike everywhere, random targets: no symmetry hides an error."""
    random = np.random.default_rng(seed)
    strike = np.where(drum.free, random.normal(size=drum.free.shape), np.nan)
    targets = random.normal(size=(listeners, steps))
    return Listening(strike, some_nodes(drum, listeners, seed), time_step, targets)


DRUMS = {
    "square": field_drum(square(12)),
    "L": field_drum(l_shape(5)),
    "disk": field_drum(disk(5)),
    "fine": dataclasses.replace(field_drum(square(7)), spacing=0.5),
}


@pytest.mark.parametrize("name", DRUMS)
def test_what_is_heard_is_the_kick_first_step(name):
    """Written out with whole fields: v += dt c2 Lap q, q += dt v, listened to after each step."""
    drum = DRUMS[name]
    given_strike = random_listening(drum, listeners=3, steps=1, time_step=0.2, seed=0).strike
    listeners = some_nodes(drum, 3, 1)
    q = np.nan_to_num(given_strike)
    v = np.zeros_like(q)
    expected = np.empty((3, 200))
    for step in range(200):
        v += 0.2 * drum.speed_squared() * laplacian(q, drum.spacing)
        q += 0.2 * v
        expected[:, step] = [q[node] for node in listeners]
    heard = listen(drum, given_strike, listeners, 0.2, 200)
    np.testing.assert_allclose(heard, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", DRUMS)
@pytest.mark.parametrize("listeners", [1, 4])
def test_reversible_equals_autograd(name, listeners):
    """D36: the waves walked back, and torch's autograd: 1e-11; also the loss, and where nan is."""
    drum = DRUMS[name]
    listening = random_listening(drum, listeners=listeners, steps=400, time_step=0.3, seed=2)
    found, gradient = reversible_gradient(drum, listening)
    expected, by_autograd = autograd_gradient(drum, listening)
    assert found == pytest.approx(expected, rel=1e-12)
    assert found == pytest.approx(loss(drum, listening), rel=1e-14)
    largest = np.nanmax(np.abs(by_autograd))
    np.testing.assert_allclose(gradient, by_autograd, rtol=0, atol=1e-11 * largest)
    np.testing.assert_array_equal(np.isfinite(gradient), drum.free)


def test_reversible_equals_central_differences():
    """D37: each of the 121 entries, step 1e-6, within 1e-7 of the largest."""
    drum = DRUMS["square"]
    strike = struck(drum, {(6, 6): 1.0, (3, 8): 0.5})
    listeners = [(4, 9)]
    heard_elsewhere = listen(square(12), strike, listeners, 0.3, 400)
    listening = Listening(strike, listeners, 0.3, heard_elsewhere)
    _, gradient = reversible_gradient(drum, listening)
    centre = drum.speed_squared()[drum.free]
    differences = np.empty(drum.nodes)
    for node in range(drum.nodes):
        ends = []
        for sign in (1, -1):
            moved = centre.copy()
            moved[node] += sign * 1e-6
            ends.append(loss(with_speed_squared(drum, moved), listening))
        differences[node] = (ends[0] - ends[1]) / 2e-6
    found = gradient[drum.free]
    np.testing.assert_allclose(found, differences, rtol=0, atol=1e-7 * np.abs(found).max())


@settings(deadline=None, max_examples=25)
@given(
    mask=hypothesis_numpy.arrays(
        bool, st.tuples(st.integers(1, 6), st.integers(1, 6)), elements=st.booleans()
    ).filter(np.any),
    seed=st.integers(0, 2**32 - 1),
    share=st.floats(0.05, 0.9),
    steps=st.integers(1, 40),
)
def test_directional_derivative(mask, seed, share, steps):
    """Any mask, any field of speeds, any direction: the slope of the loss, to 1e-7 of its scale."""
    drum = from_mask(mask, component="largest")
    random = np.random.default_rng(seed)
    drum = dataclasses.replace(drum, speed=random.uniform(0.7, 1.2, drum.free.shape))
    listening = random_listening(
        drum,
        listeners=min(2, drum.nodes),
        steps=steps,
        time_step=share * drum.largest_step_bound,
        seed=seed,
    )
    direction = random.normal(size=drum.nodes)
    total, gradient = reversible_gradient(drum, listening)
    slope = gradient[drum.free] @ direction
    centre = drum.speed_squared()[drum.free]

    def at(distance):
        moved = with_speed_squared(drum, centre + distance * direction)
        return loss(moved, listening)

    step = 1e-4  # differences of fourth order
    difference = (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step)
    scale = total + np.linalg.norm(gradient[drum.free]) * np.linalg.norm(direction)
    assert slope == pytest.approx(difference, rel=0, abs=1e-7 * scale)


@pytest.mark.parametrize(
    "drum",
    [square(12), from_mask(np.ones((8, 5), bool), spacing=0.5, speed=1.3)],
    ids=["square", "rectangle, h = 1/2, c = 1.3"],
)
def test_modes_give_the_gradient_by_a_uniform_speed(drum):
    """D38: lambda, asin and cos differentiated, and the field summed, dJ/dc = 2 c sum dJ/dc2: 1e-10."""
    listening = random_listening(
        drum, listeners=2, steps=400, time_step=0.4 * drum.spacing / drum.speed, seed=3
    )
    found, slope = modal_speed_gradient(drum, listening)
    expected, field = reversible_gradient(drum, listening)
    assert found == pytest.approx(expected, rel=1e-11)
    assert slope == pytest.approx(2 * drum.speed * np.nansum(field), rel=1e-10)


@pytest.mark.parametrize("time_step", [0.3, 0.5])
def test_the_start_comes_back(time_step):
    """D39: 40,000 steps forth and back on M = 12 with a field of speeds: 1e-11."""
    drum = DRUMS["square"]
    strike = struck(drum, {(6, 6): 1.0, (3, 8): 0.5})
    assert max(reconstructed_start(drum, strike, time_step, 40_000)) < 1e-11


def test_memory_does_not_grow_with_the_steps():
    """Ten times the steps, the same peak."""
    drum = square(32)
    peaks = []
    for steps in (50, 500):
        listening = random_listening(drum, listeners=1, steps=steps, time_step=0.3, seed=0)
        tracemalloc.start()
        reversible_gradient(drum, listening)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.05 * peaks[0]


def test_speed_from_twelve_listeners():
    """D38b: 121 unknown c2 from 12 nodes over 150 steps, two struck at once: 1e-8, measured 1e-14."""
    truth = DRUMS["square"]
    strike = struck(truth, {(6, 6): 1.0, (3, 8): 0.5})
    listeners = some_nodes(truth, 12, 0)
    heard = listen(truth, strike, listeners, 0.4, 150)
    found = recover_speed(square(12), [Listening(strike, listeners, 0.4, heard)])
    assert found.loss < 1e-20
    assert 0 < found.iterations < 2000
    np.testing.assert_array_equal(np.isfinite(found.speed_squared), truth.free)
    error = (found.speed_squared - truth.speed_squared())[truth.free]
    assert np.abs(error).max() < 1e-8


def test_speed_from_two_strikes():
    """Two sounds of one L, each heard at its own nodes, with its own time step: 1e-8."""
    truth = DRUMS["L"]
    listenings = []
    for node, time_step, seed in (((2, 2), 0.4, 0), ((7, 3), 0.3, 1)):
        strike, listeners = struck(truth, {node: 1.0}), some_nodes(truth, 8, seed)
        heard = listen(truth, strike, listeners, time_step, 120)
        listenings.append(Listening(strike, listeners, time_step, heard))
    found = recover_speed(l_shape(5), listenings)
    error = (found.speed_squared - truth.speed_squared())[truth.free]
    assert np.abs(error).max() < 1e-8


def test_uniform_speed_from_one_heard_frequency():
    """The first mode of the square alone: q_{n+1} + q_{n-1} = 2 cos(theta) q_n gives f, f gives c."""
    drum = square(9, spacing=0.5, speed=1.7)
    wave = np.sin(np.pi * np.arange(10) / 9)
    before, now, after = listen(
        drum, np.where(drum.free, np.outer(wave, wave), 0.0), [(4, 4)], 0.1, 3
    )[0]
    frequency = np.arccos((before + after) / (2 * now)) / (2 * np.pi * 0.1)
    eigenvalue = 2 * (2 / 0.5 * np.sin(np.pi / 18)) ** 2
    assert uniform_speed(frequency, 0.1, eigenvalue) == pytest.approx(1.7, rel=1e-12)


def spectrum(drum):
    """Eigenvalues of -c2 Lap, not symmetrised: neighbours counted one by one."""
    nodes = [tuple(node) for node in np.argwhere(drum.free).tolist()]
    matrix = 4.0 * np.eye(len(nodes))
    for row, (x, y) in enumerate(nodes):
        for neighbour in ((x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)):
            if neighbour in nodes:
                matrix[row, nodes.index(neighbour)] = -1.0
    squares = drum.speed_squared()[drum.free]
    return np.sort(np.linalg.eigvals(squares[:, None] * matrix / drum.spacing**2).real)


@pytest.mark.parametrize("name", ["L", "fine"])
@pytest.mark.parametrize("mode", [1, 4])
def test_eigenvalue_gradient(name, mode):
    """Central differences of the eigenvalue; c2 . gradient is the eigenvalue: it is homogeneous."""
    drum = DRUMS[name]
    eigenvalue, gradient = eigenvalue_gradient(drum, mode)
    assert eigenvalue == pytest.approx(spectrum(drum)[mode - 1], rel=1e-11)
    centre, found = drum.speed_squared()[drum.free], gradient[drum.free]
    assert centre @ found == pytest.approx(eigenvalue, rel=1e-12)
    for node in range(0, drum.nodes, 7):
        moved = [centre + sign * 1e-5 * np.eye(drum.nodes)[node] for sign in (1, -1)]
        ends = [spectrum(with_speed_squared(drum, one))[mode - 1] for one in moved]
        assert found[node] == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=0, abs=1e-8)


def test_a_degenerate_eigenvalue_has_a_gradient_only_as_a_whole():
    """Modes 2 and 3 of the square: their sum has one, the same from either; one alone is refused."""
    drum = square(6)
    total, gradient = eigenvalue_gradient(drum, 2, whole_cluster=True)
    assert total == pytest.approx(spectrum(drum)[1:3].sum(), rel=1e-12)
    _, same = eigenvalue_gradient(drum, 3, whole_cluster=True)
    np.testing.assert_allclose(gradient, same, atol=1e-13)
    np.testing.assert_allclose(gradient, gradient.T, atol=1e-13)
    direction = np.random.default_rng(0).normal(size=drum.nodes)
    ends = [spectrum(with_speed_squared(drum, 1 + s * 1e-4 * direction)) for s in (1, -1)]
    slope = (ends[0][1:3].sum() - ends[1][1:3].sum()) / 2e-4
    assert gradient[drum.free] @ direction == pytest.approx(slope, rel=1e-5)
    with pytest.raises(
        ArgumentError, match=r"^mode: got 2; is one of 2 .* no gradient; pass whole_cluster=True$"
    ):
        eigenvalue_gradient(drum, 2)


SMALL = square(4)
MIDDLE = struck(SMALL, {(2, 2): 1.0})


def listening(**changes):
    given = {
        "strike": MIDDLE,
        "listeners": [(1, 1)],
        "time_step": 0.3,
        "targets": np.zeros((1, 5)),
    }
    return Listening(**(given | changes))


REFUSED = {
    r"targets: got \(5,\); must have the shape \(1 listeners, steps\)": lambda: listening(
        targets=np.zeros(5)
    ),
    r"targets: got \(1, 0\); must have the shape": lambda: listening(targets=np.zeros((1, 0))),
    r"targets: got nan or inf; must be finite": lambda: listening(targets=np.full((1, 5), np.nan)),
    r"time_step: got 0; must be positive": lambda: listening(time_step=0),
    r"listeners: got \(1, 1\); comes twice; name each node once": lambda: listening(
        listeners=[(1, 1), (1, 1)], targets=np.zeros((2, 5))
    ),
    r"listeners: got none; someone has to listen": lambda: listening(
        listeners=[], targets=np.zeros((0, 5))
    ),
    r"listeners: got \(0, 1\); must be a free node": lambda: loss(
        SMALL, listening(listeners=[(0, 1)])
    ),
    r"strike: got \(3, 3\); must have the drum's shape \(5, 5\)": lambda: loss(
        SMALL, listening(strike=np.zeros((3, 3)))
    ),
    r"strike: got nan or inf; must be finite at free": lambda: reversible_gradient(
        SMALL, listening(strike=MIDDLE / 0.0)
    ),
    r"strike: got \(0, 3\); is a clamped node; strike a free": lambda: autograd_gradient(
        SMALL, listening(strike=struck(SMALL, {(0, 3): 1.0}))
    ),
    r"time_step: got 0\.8; must be below h/\(sqrt\(2\) max c\) = 0\.707107, max c = 1; sh": (
        lambda: reversible_gradient(SMALL, listening(time_step=0.8))
    ),
    r"steps: got 0; must be a whole number from 1 on": lambda: reconstructed_start(
        SMALL, MIDDLE, 0.3, 0
    ),
    r"mode: got 10; must be a whole number from 1 to 9": lambda: eigenvalue_gradient(SMALL, 10),
    r"speed: got a field; must be one number": lambda: modal_speed_gradient(
        DRUMS["fine"], listening()
    ),
    r"drum: got 16 nodes; must be a rectangle": lambda: modal_speed_gradient(
        l_shape(3), listening()
    ),
    r"listenings: got none; something has to be heard": lambda: recover_speed(SMALL, []),
    r"bounds: got \(0, 2\); must be 0 < lower < upper": lambda: recover_speed(
        SMALL, [listening()], bounds=(0, 2)
    ),
    r"drum: got c\^2 from 4 to 4; must start within the bounds, 0\.5 to 1\.5; change its sp": (
        lambda: recover_speed(square(4, speed=2.0), [listening()])
    ),
    r"time_step: got 0\.55; must be below 0\.95 h/\(sqrt\(2\) max c\) = 0\.548483, max c\^2 = 1\.5": (
        lambda: recover_speed(SMALL, [listening(time_step=0.55)])
    ),
    r"eigenvalue: got -1\.0; must be positive": lambda: uniform_speed(0.1, 0.1, -1.0),
    r"frequency: got 6\.0; must lie between 0 and 1/\(2 dt\) = 5 Hz": (
        lambda: uniform_speed(6.0, 0.1, 1.0)
    ),
}


@pytest.mark.parametrize("text", REFUSED)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_refused(text):
    """One line: argument, value, what is allowed, remedy."""
    with pytest.raises(ArgumentError, match=rf"^{text}") as refusal:
        REFUSED[text]()
    assert "\n" not in str(refusal.value)


def test_a_clamped_drum_stays_clamped():
    """Nothing crosses a wall one node thick: the other room stays silent, exactly."""
    free = np.zeros((5, 9), bool)
    free[1:-1, 1:4] = free[1:-1, 5:8] = True
    drum = Drum(free)
    heard = listen(drum, struck(drum, {(2, 2): 1.0}), [(2, 3), (2, 5)], 0.5, 100)
    assert np.abs(heard[0]).max() > 0.1
    assert not heard[1].any()
