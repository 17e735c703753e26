"""Stepped drums: what they keep, undo and repeat, and how they grow above the limit."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.drum.drums import Drum, disk, from_mask, l_shape, laplacian, square
from numerics.drum.energies import shadow_energy, true_energy
from numerics.drum.estimators.peaks import fft_bin
from numerics.drum.forms import FORMS
from numerics.drum.lines import SHIFT
from numerics.drum.modes import largest_step, modes_of
from numerics.drum.square_modes import square_eigenvalues, square_largest_step, square_lines
from numerics.drum.stepping import Stepper, mallet, struck
from theory.drum.steps import KICK_AND_DRIFT
from theory.errors import ArgumentError
from validation.properties import (
    masked_drums,
    nodes_of,
    square_drums,
    stable_steps,
    step_forms,
)


def random_state(drum, seed):
    """Normal displacement and velocity, of the size that c/h gives it."""
    random = np.random.default_rng(seed)
    q, v = (np.where(drum.free, random.normal(size=drum.free.shape), 0.0) for _ in range(2))
    return q, v * np.max(drum.speed) / drum.spacing


def with_field(drum):
    """The drum with c between 0.7 and 1.3, without symmetry."""
    x, y = np.indices(drum.free.shape)
    return dataclasses.replace(drum, speed=1 + 0.3 * np.sin(x / 2 + 1) * np.cos(y / 3))


def courant(drum, time_step):
    return float(drum.speed * time_step / drum.spacing)


DRUMS = {
    "square": square(7, spacing=0.5, speed=1.7),
    "L": with_field(l_shape(4)),
    "disk": with_field(disk(4)),
    "two nodes": from_mask([[1, 1]]),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", DRUMS)
def test_kicks_and_drifts_written_out(name, form):
    """Theory's table of kicks and drifts on whole fields: v += part dt c2 Lap q, q += part dt v."""
    drum = DRUMS[name]
    dt = 0.9 * drum.largest_step_bound
    start, moving = random_state(drum, 0)
    q, v = start.copy(), moving.copy()
    for _ in range(100):
        for move, part in KICK_AND_DRIFT[form]:
            if move == "kick":
                v += float(part) * dt * drum.speed_squared() * laplacian(q, drum.spacing)
            else:
                q += float(part) * dt * v
    stepper = Stepper([drum], [start], [dt], form, [moving])
    stepper.step(100)
    np.testing.assert_allclose(stepper.displacement(), q, rtol=0, atol=1e-12)
    np.testing.assert_allclose(stepper.velocity(), v, rtol=0, atol=1e-11)


@settings(deadline=None, max_examples=80)
@given(data=st.data(), drum=square_drums(), form=step_forms())
def test_the_square_sounds_as_its_modes_say(data, drum, form):
    """Any M, c, h, dt below the limit, nodes and form: stepped and modal signal, 500 steps, 1e-9."""
    spacings = len(drum.free) - 1
    dt = data.draw(stable_steps(square_largest_step(spacings, drum.spacing, drum.speed)))
    strike, listen = data.draw(nodes_of(drum)), data.draw(nodes_of(drum))
    heard = Stepper([drum], [struck(drum, strike)], [dt], form).listen([listen], 501)
    lines = square_lines(spacings, courant(drum, dt), form, strike, listen)
    np.testing.assert_allclose(heard[0], lines.signal(501), rtol=0, atol=1e-9)


@settings(deadline=None, max_examples=60)
@given(data=st.data(), drum=masked_drums(), form=step_forms())
def test_any_drum_sounds_as_its_modes_say(data, drum, form):
    """Any mask with a speed at every node: 500 steps of the signal and the field at the end, 1e-9."""
    modes = modes_of(drum)
    dt = data.draw(stable_steps(modes.largest_step))
    strike, listen = data.draw(nodes_of(drum)), data.draw(nodes_of(drum))
    stepper = Stepper([drum], [struck(drum, strike)], [dt], form)
    lines = modes.lines(dt, strike, listen, form)
    np.testing.assert_allclose(
        stepper.listen([listen], 501)[0], lines.signal(501), rtol=0, atol=1e-9
    )
    jumped = modes.jump(struck(drum, strike), dt, 500, form)
    np.testing.assert_allclose(stepper.displacement(), jumped, rtol=0, atol=1e-9)


@settings(deadline=None, max_examples=80)
@given(
    data=st.data(),
    drum=square_drums() | masked_drums(uniform=True),
    form=step_forms(),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_shadow_energy_stays(data, drum, form, seed):
    """Random displacement and velocity, any dt below the limit, 500 steps: constant to 1e-11."""
    dt = data.draw(stable_steps(largest_step(drum)))
    q, v = random_state(drum, seed)
    stepper = Stepper([drum], [q], [dt], form, [v])
    energies = [shadow_energy(drum, q, v, dt, form)]
    for _ in range(5):
        stepper.step(100)
        state = stepper.displacement(), stepper.velocity()
        energies.append(shadow_energy(drum, *state, dt, form))
    np.testing.assert_allclose(energies, energies[0], rtol=1e-11)


@pytest.mark.parametrize("form", FORMS)
def test_the_true_energy_swings(form):
    """M = 13, dt = 0.5, random state: by more than a tenth within 100 steps, the shadow by 1e-13."""
    drum = square(13)
    q, v = random_state(drum, 0)
    stepper = Stepper([drum], [q], [0.5], form, [v])
    true, shadow = [], []
    for _ in range(100):
        state = stepper.displacement(), stepper.velocity()
        true.append(true_energy(drum, *state) / true_energy(drum, q, v))
        shadow.append(shadow_energy(drum, *state, 0.5, form) / shadow_energy(drum, q, v, 0.5, form))
        stepper.step()
    assert np.ptp(true) > 0.1
    assert np.ptp(shadow) < 1e-13


@settings(deadline=None, max_examples=60)
@given(data=st.data(), drum=masked_drums(), form=step_forms())
def test_reciprocity(data, drum, form):
    """Strike a, hear b, times c_a^2, is strike b, hear a, times c_b^2; for one speed the same sound."""
    dt = data.draw(stable_steps(drum.largest_step_bound))
    a, b = data.draw(nodes_of(drum)), data.draw(nodes_of(drum))
    there, back = Stepper([drum, drum], [struck(drum, a), struck(drum, b)], [dt, dt], form).listen(
        [b, a], 501
    )
    squares = drum.speed_squared()
    scale = max(squares[a], squares[b])
    np.testing.assert_allclose(
        there * squares[a] / scale, back * squares[b] / scale, rtol=0, atol=1e-12
    )


# what steps back when the velocity is turned round
BACKWARDS = {
    "velocity_verlet": "velocity_verlet",
    "position_verlet": "position_verlet",
    "kick_first": "drift_first",
    "drift_first": "kick_first",
}


@settings(deadline=None, max_examples=60)
@given(data=st.data(), drum=masked_drums(), form=step_forms(), seed=st.integers(0, 2**32 - 1))
def test_time_reversal(data, drum, form, seed):
    """500 steps, v to -v, 500 steps: the start, 1e-12. A Verlet undoes itself, the others each other."""
    dt = data.draw(stable_steps(drum.largest_step_bound))
    q, v = random_state(drum, seed)
    there = Stepper([drum], [q], [dt], form, [v])
    there.step(500)
    back = Stepper([drum], [there.displacement()], [dt], BACKWARDS[form], [-there.velocity()])
    back.step(500)
    unit = np.max(drum.speed) / drum.spacing
    np.testing.assert_allclose(back.displacement(), q, rtol=0, atol=1e-12)
    np.testing.assert_allclose(-back.velocity() / unit, v / unit, rtol=0, atol=1e-12)


@settings(deadline=None, max_examples=40)
@given(data=st.data(), drum=masked_drums(uniform=True), steps=st.integers(0, 200))
def test_half_the_steps_tell_the_whole_sound(data, drum, steps):
    """T_2n = 2 T_n^2 - 1: the sound at 2n where struck is 2 <q_n, q_n> - 1, velocity Verlet, 1e-12."""
    dt = data.draw(stable_steps(drum.largest_step_bound))
    node = data.draw(nodes_of(drum))
    stepper = Stepper([drum], [struck(drum, node)], [dt])
    stepper.step(steps)
    half = stepper.displacement()
    stepper.step(steps)
    expected = 2 * (half**2).sum() - 1
    assert stepper.displacement()[node] == pytest.approx(expected, rel=0, abs=1e-12)


@settings(deadline=None, max_examples=30)
@given(
    data=st.data(),
    drums=st.lists(masked_drums(), min_size=2, max_size=4),
    form=step_forms(),
    seed=st.integers(0, 2**32 - 1),
)
def test_drums_that_move_together_do_not_meet(data, drums, form, seed):
    """Different sizes, speeds and time steps in one stepper: each as if alone, to the last bit."""
    steps = [data.draw(stable_steps(drum.largest_step_bound)) for drum in drums]
    nodes = [data.draw(nodes_of(drum)) for drum in drums]
    q, v = zip(*[random_state(drum, seed + k) for k, drum in enumerate(drums)], strict=True)
    together = Stepper(drums, q, steps, form, v)
    heard = together.listen(nodes, 60)
    for k, drum in enumerate(drums):
        alone = Stepper([drum], [q[k]], [steps[k]], form, [v[k]])
        np.testing.assert_array_equal(heard[k], alone.listen([nodes[k]], 60)[0])
        np.testing.assert_array_equal(together.displacement(k), alone.displacement())
        np.testing.assert_array_equal(together.velocity(k), alone.velocity())


@settings(deadline=None, max_examples=40)
@given(data=st.data(), drum=masked_drums(), form=step_forms(), steps=st.integers(0, 6))
def test_a_wave_passes_one_node_a_step(data, drum, form, steps):
    """After n steps everything further than n links from the strike, and every wall, is exactly 0."""
    dt = data.draw(stable_steps(drum.largest_step_bound))
    node = data.draw(nodes_of(drum))
    stepper = Stepper([drum], [struck(drum, node)], [dt], form)
    stepper.step(steps)
    reached = struck(drum, node) > 0
    for _ in range(steps):
        reached = drum.free & (reached | (laplacian(reached) > 0))
    assert not stepper.displacement()[~reached].any()
    assert not stepper.velocity()[~drum.free].any()


def test_a_wall_one_node_thick_holds():
    """Two rooms in one drum: the other one stays silent, exactly."""
    drum = from_mask([[1, 1, 1, 0, 1, 1, 1]] * 3, component="all")
    stepper = Stepper([drum], [struck(drum, (2, 2))], [0.5])
    stepper.step(100)
    q = stepper.displacement()
    assert np.abs(q[:, :4]).max() > 0.1
    assert not q[:, 4:].any()


def test_listening_goes_on_from_now():
    """The samples 40, ..., 99 are those after 40 steps; sample 0 is the state itself."""
    drum = DRUMS["L"]
    heard = Stepper([drum], [struck(drum, (1, 2))], [0.3]).listen([(2, 3)], 100)[0]
    later = Stepper([drum], [struck(drum, (1, 2))], [0.3])
    later.step(40)
    np.testing.assert_array_equal(later.listen([(2, 3)], 60)[0], heard[40:])
    assert later.listen([(2, 3)], 1)[0, 0] == heard[-1]


def test_the_start_comes_out_as_it_went_in():
    """Displacement and velocity before the first step, walls cleared; copies, not windows."""
    drum = DRUMS["disk"]
    q, v = random_state(drum, 3)
    dirty = [np.where(drum.free, field, np.nan) for field in (q, v)]
    stepper = Stepper([drum], dirty[:1], [0.25], "kick_first", dirty[1:])
    np.testing.assert_array_equal(stepper.displacement(), q)
    np.testing.assert_allclose(stepper.velocity(), v, rtol=1e-15)
    stepper.displacement()[:] = stepper.velocity()[:] = 7.0
    np.testing.assert_array_equal(stepper.displacement(), q)


def test_progress_is_told():
    """Every 4000 samples, with the total."""
    drum, told = from_mask([[1]]), []
    Stepper([drum], [struck(drum, (1, 1))], [0.5]).listen(
        [(1, 1)], 9000, lambda *now: told.append(now)
    )
    assert told == [(4000, 9000), (8000, 9000)]


# --- starts


def test_a_strike_is_one_node():
    """1 there, 0 elsewhere."""
    drum = DRUMS["L"]
    field = struck(drum, (3, 2))
    assert field[3, 2] == field.sum() == 1
    assert field.shape == drum.free.shape


def test_a_mallet_is_a_bell():
    """exp(-1/8) one spacing of width 2 away, exp(-1/4) on the diagonal, 0 on every wall."""
    drum = DRUMS["L"]
    field = mallet(drum, (2, 2), 2.0)
    assert field[2, 2] == 1
    assert field[3, 2] == field[2, 1] == pytest.approx(np.exp(-1 / 8), rel=1e-15)
    assert field[3, 3] == pytest.approx(np.exp(-1 / 4), rel=1e-15)
    assert not field[~drum.free].any()
    assert (field[drum.free] > 0).all()
    np.testing.assert_array_equal(mallet(drum, (2, 2), 0.01), struck(drum, (2, 2)))


# --- the paper's experiment: sides 13 to 21, 40,000 samples, struck and heard at (M//2, M//2)

SIDES = range(13, 22)
STEPS = (0.1, 0.5, 2**-0.5)


def check_bins(form, dt):
    drums = [square(side) for side in SIDES]
    nodes = [(side // 2, side // 2) for side in SIDES]
    strikes = [struck(drum, node) for drum, node in zip(drums, nodes, strict=True)]
    heard = Stepper(drums, strikes, [dt] * len(drums), form).listen(nodes, 40_000)
    for side, signal in zip(SIDES, heard, strict=True):
        lines = square_lines(side, dt, form)
        assert fft_bin(signal) == lines.fundamental_bin(40_000)[0]
        np.testing.assert_allclose(signal, lines.signal(40_000), rtol=0, atol=1e-10)


@pytest.mark.parametrize("dt", STEPS)
def test_measured_bins(dt):
    """D4, D5: the measured bin is the one in closed form; stepped and modal sound agree to 1e-10."""
    check_bins("velocity_verlet", dt)


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS[1:])
@pytest.mark.parametrize("dt", STEPS)
def test_measured_bins_of_the_other_forms(form, dt):
    """The same for the three other signals."""
    check_bins(form, dt)


# --- above the limit


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("above", [1.0001, 1.01, 1.3])
def test_growth_above_the_limit(form, above):
    """The sharpest mode of M = 8 turns by theta = pi + 2i arccosh(dt/dt_max): 2.87 % a step at 1.0001.

    From rest q_n = cos((n + s) theta)/cos(s theta) as below the limit, to 1e-11 of itself.
    """
    drum, dt = square(8), above * square_largest_step(8)
    wave = np.sin(7 * np.pi * np.arange(9) / 8)
    mode = np.where(drum.free, np.outer(wave, wave), 0.0)
    signal = Stepper([drum], [mode], [dt], form).listen([(4, 4)], 60)[0] / mode[4, 4]
    theta, n = np.pi + 2j * np.arccosh(above), np.arange(60)
    expected = np.cos((n + SHIFT[form]) * theta) / np.cos(SHIFT[form] * theta)
    np.testing.assert_allclose(signal, expected.real, rtol=1e-11)
    growth = np.exp(2 * np.arccosh(above))
    assert -signal[-1] / signal[-2] == pytest.approx(growth, rel=0.12 if above < 1.001 else 2e-6)
    if above == 1.0001:
        assert growth == pytest.approx(1.0287, abs=5e-5)


@pytest.mark.parametrize("form", FORMS)
def test_growth_from_any_strike(form):
    """One node struck, 1.0001 of the limit: in the end the norm grows by exp(2 arccosh) a step, 1e-9."""
    drum, dt = square(6), 1.0001 * square_largest_step(6)
    stepper = Stepper([drum], [struck(drum, (2, 3))], [dt], form)
    stepper.step(1000)
    before = np.linalg.norm(stepper.displacement())
    stepper.step(100)
    growth = (np.linalg.norm(stepper.displacement()) / before) ** (1 / 100)
    assert growth == pytest.approx(np.exp(2 * np.arccosh(1.0001)), rel=1e-9)


@pytest.mark.parametrize("form", FORMS)
def test_no_growth_below_the_limit(form):
    """0.9999 of the limit, 20,000 steps: never louder than the amplitudes 1/cos(s theta) add up to."""
    lines = square_lines(6, 0.9999 * square_largest_step(6), form, (2, 3))
    drum, dt = square(6), 0.9999 * square_largest_step(6)
    heard = Stepper([drum], [struck(drum, (2, 3))], [dt], form).listen([(2, 3)], 20_000)
    assert np.abs(heard).max() < 1.0001 * np.abs(lines.phasors).sum()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_drum_that_leaves_the_numbers_is_refused(form, place):
    """3000 steps at 1.1 of the limit: exp(0.887 n) overflows. Its own time step is named, no other's."""
    drums, steps = [square(5), square(7)], [0.5, 0.3]
    drums.insert(place, square(6))
    steps.insert(place, 1.1 * square_largest_step(6))
    strikes = [struck(drum, (2, 2)) for drum in drums]
    with pytest.raises(
        ArgumentError,
        match=r"^time_steps: got 0\.8052\d*; the drum left the finite numbers; the step was above "
        r"the stability limit; choose a smaller one$",
    ):
        Stepper(drums, strikes, steps, form).listen([(2, 2)] * 3, 3000)


def test_the_limit_is_where_the_trace_is_minus_two():
    """2 - dt^2 mu_max = -2 at dt = h/(sqrt(2) c cos(pi/(2M))): above h/(sqrt(2) c), the textbook's."""
    for spacings in (2, 13):
        limit = square_largest_step(spacings)
        top = square_eigenvalues(spacings).max()
        assert 2 - limit**2 * top == pytest.approx(-2, rel=1e-14)
        assert limit > square(spacings).largest_step_bound


# --- refusals

SMALL = square(3)
AT = struck(SMALL, (1, 1))
NAN = np.full((4, 4), np.nan)


def listen(nodes=((1, 1),), samples=5):
    return Stepper([SMALL], [AT], [0.5]).listen(list(nodes), samples)


REFUSED = {
    r"form: got explicit_euler; must be one of velocity_verlet, position_verlet, kick_first, "
    r"drift_first; choose one$": lambda: Stepper([SMALL], [AT], [0.5], "explicit_euler"),
    r"drums: got none; something has to move; pass a drum$": lambda: Stepper([], [], []),
    r"displacements: got 2; must be as many as drums, 1; pass one a drum$": lambda: Stepper(
        [SMALL], [AT, AT], [0.5]
    ),
    r"time_steps: got 0; must be as many as drums, 1; pass one a drum$": lambda: Stepper(
        [SMALL], [AT], []
    ),
    r"velocities: got 0; must be as many as drums, 1; pass one a drum$": lambda: Stepper(
        [SMALL], [AT], [0.5], velocities=[]
    ),
    r"time_steps: got 0\.0; must be positive and finite; pass 0\.1 h/c, say$": lambda: Stepper(
        [SMALL], [AT], [0]
    ),
    r"time_steps: got -0\.5; must be positive and finite; ": lambda: Stepper(
        [SMALL, SMALL], [AT, AT], [0.5, -0.5]
    ),
    r"time_steps: got nan; must be positive and finite; ": lambda: Stepper([SMALL], [AT], [np.nan]),
    r"displacements: got \(4,\); must have the drum's shape \(4, 4\); reshape$": lambda: Stepper(
        [SMALL], [np.ones(4)], [0.5]
    ),
    r"displacements: got nan or inf; must be finite at free nodes; change it$": lambda: Stepper(
        [SMALL], [NAN], [0.5]
    ),
    r"velocities: got \(5, 5\); must have the drum's shape \(4, 4\); reshape$": lambda: Stepper(
        [SMALL], [AT], [0.5], velocities=[np.zeros((5, 5))]
    ),
    r"velocities: got nan or inf; must be finite at free nodes; change it$": lambda: Stepper(
        [SMALL], [AT], [0.5], velocities=[NAN]
    ),
    r"nodes: got 0; must be as many as drums, 1; pass one a drum$": lambda: listen([]),
    r"nodes: got \(0, 1\); must be a free node of the 4 x 4 grid, .*; choose one inside$": (
        lambda: listen([(0, 1)])
    ),
    r"nodes: got \(1, 1\.5\); must be two whole numbers, \(x, y\); name a node$": lambda: listen(
        [(1, 1.5)]
    ),
    r"samples: got 0; must be a whole number from 1 on; enlarge$": lambda: listen(samples=0),
    r"samples: got 2\.5; must be a whole number from 1 on; enlarge$": lambda: listen(samples=2.5),
    r"node: got \(3, 1\); must be a free node": lambda: struck(SMALL, (3, 1)),
    r"node: got \(3, 1\); must be a free node of": lambda: mallet(SMALL, (3, 1), 1.0),
    r"width: got 0; must be positive; choose some spacings$": lambda: mallet(SMALL, (1, 1), 0),
    r"width: got nan; must be positive; ": lambda: mallet(SMALL, (1, 1), np.nan),
    r"free: got a free node on the rim; ": lambda: Stepper([Drum(~SMALL.free)], [AT], [0.5]),
}


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text):
    """One line: argument, value, what is allowed, remedy."""
    with pytest.raises(ArgumentError, match=rf"^{text}") as refusal:
        REFUSED[text]()
    assert "\n" not in str(refusal.value)
