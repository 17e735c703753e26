"""The wave network in torch: the same numbers as NumPy stepping and as the modes, clamped exactly."""

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.drum.drums import disk, from_mask, l_shape, square
from numerics.drum.estimators.one_line import hann_two_point
from numerics.drum.estimators.peaks import fft_bin
from numerics.drum.forms import FORMS
from numerics.drum.modes import modes_of
from numerics.drum.network import STENCIL, StruckNetwork, WaveNetwork
from numerics.drum.square_modes import square_largest_step, square_lines
from numerics.drum.stepping import Stepper, mallet, struck
from theory.drum.stencil import FIVE_POINT
from theory.errors import ArgumentError
from validation.properties import masked_drums, nodes_of, stable_steps, step_forms

SIDES = range(13, 22)


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Convolutions this small gain nothing from a second core, and lose much if it is busy."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def with_field(drum):
    """The drum with c between 0.7 and 1.3, without symmetry."""
    x, y = np.indices(drum.free.shape)
    return dataclasses.replace(drum, speed=1 + 0.3 * np.sin(x / 2 + 1) * np.cos(y / 3))


# different sizes, spacings, speeds and shares of the stability limit: drum, share, strike, listen
BATCH = [
    (square(13), 0.14, (6, 6), (6, 6)),
    (square(8, spacing=0.5, speed=2.0), 0.99, (3, 4), (7, 1)),
    (with_field(l_shape(5)), 0.9, (2, 8), (7, 3)),
    (with_field(disk(6)), 0.5, (6, 2), (9, 9)),
    (from_mask([[1, 1, 1, 1, 1, 1, 1, 1, 1, 1]], spacing=0.1, speed=0.3), 0.7, (1, 1), (1, 10)),
    (from_mask([[1]]), 1e-3, (1, 1), (1, 1)),
]


def test_the_kernel_is_theorys_stencil():
    """The recurrent kernel is the five-point stencil, and nothing in the network is trained."""
    np.testing.assert_array_equal(STENCIL, np.array(FIVE_POINT, float))
    assert not list(WaveNetwork([square(3)], [0.5]).parameters())


@pytest.mark.parametrize("form", FORMS)
def test_three_roads_in_one_batch(form):
    """Network, NumPy stepping and modes: 500 steps of six drums with six time steps, 1e-12."""
    drums, shares, strikes, nodes = map(list, zip(*BATCH, strict=True))
    modes = [modes_of(drum) for drum in drums]
    steps = [share * of.largest_step for share, of in zip(shares, modes, strict=True)]
    starts = [struck(drum, node) for drum, node in zip(drums, strikes, strict=True)]
    network = WaveNetwork(drums, steps, form).listen(starts, nodes, 501)
    stepped = Stepper(drums, starts, steps, form).listen(nodes, 501)
    np.testing.assert_allclose(network, stepped, rtol=0, atol=1e-12)
    for k, of in enumerate(modes):
        modal = of.lines(steps[k], strikes[k], nodes[k], form).signal(501)
        np.testing.assert_allclose(network[k], modal, rtol=0, atol=1e-12)


@settings(deadline=None, max_examples=25)
@given(
    data=st.data(),
    drums=st.lists(masked_drums(), min_size=1, max_size=4),
    form=step_forms(),
)
def test_three_roads_of_any_drums(data, drums, form):
    """Any masks, fields of speeds, nodes and steps to 0.9 of the limit: 500 steps, 1e-12 of the loudest."""
    modes = [modes_of(drum) for drum in drums]
    steps = [data.draw(stable_steps(of.largest_step, 0.9)) for of in modes]
    strikes = [data.draw(nodes_of(drum)) for drum in drums]
    nodes = [data.draw(nodes_of(drum)) for drum in drums]
    starts = [struck(drum, node) for drum, node in zip(drums, strikes, strict=True)]
    network = WaveNetwork(drums, steps, form).listen(starts, nodes, 501)
    stepped = Stepper(drums, starts, steps, form).listen(nodes, 501)
    for k, of in enumerate(modes):
        modal = of.lines(steps[k], strikes[k], nodes[k], form).signal(501)
        # a wave is louder where it runs faster
        bar = 1e-12 * max(1.0, of.speeds.max() / of.speeds.min())
        np.testing.assert_allclose(network[k], stepped[k], rtol=0, atol=bar)
        np.testing.assert_allclose(network[k], modal, rtol=0, atol=bar)


@pytest.mark.parametrize("form", FORMS)
def test_a_state_in_motion(form):
    """Displacement and velocity of a whole field after 200 steps, both as NumPy steps them: 1e-12."""
    drum = with_field(l_shape(5))
    dt = 0.9 * drum.largest_step_bound
    random = np.random.default_rng(0)
    q, v = (np.where(drum.free, random.normal(size=drum.free.shape), 0.0) for _ in range(2))
    network, stepper = WaveNetwork([drum], [dt], form), Stepper([drum], [q], [dt], form, [v])
    displacement, velocity = (torch.from_numpy(field)[None, None] for field in (q, v))
    for _ in range(200):
        displacement, velocity = network(displacement, velocity)
    stepper.step(200)
    np.testing.assert_allclose(displacement[0, 0], stepper.displacement(), rtol=0, atol=1e-12)
    np.testing.assert_allclose(velocity[0, 0], stepper.velocity(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("form", FORMS)
def test_clamped_nodes_stay_exactly_zero(form, dtype):
    """Rim, walls and padding, displacement and velocity, over 200 steps; a wall of one node holds."""
    rooms = from_mask([[1, 1, 1, 0, 1, 1, 1]] * 3, component="all")
    drums = [square(9), rooms, with_field(l_shape(3))]
    network = WaveNetwork(drums, [0.7, 0.5, 0.3], form, dtype)
    clamped = network.free == 0
    q, v = network.state([mallet(drum, (2, 2), 1.0) for drum in drums])
    q[1, 0, :, 4:] = 0.0  # the other room is not struck
    for _ in range(200):
        q, v = network(q, v)
        assert not q[clamped].any()
        assert not v[clamped].any()
    assert q[1, 0, :, :4].abs().max() > 0.01
    assert not q[1, 0, :, 4:].any()


def test_the_start_is_at_rest_and_clamped():
    """What stands on clamped nodes, nan among it, is ignored; smaller drums are padded with zeros."""
    drums = [square(3), square(5)]
    fields = [drum.field(np.arange(1.0, drum.nodes + 1)) for drum in drums]
    q, v = WaveNetwork(drums, [0.5, 0.5]).state(fields)
    assert q.shape == v.shape == (2, 1, 6, 6)
    assert not v.any()
    np.testing.assert_array_equal(q[0, 0, 1:3, 1:3], [[1, 2], [3, 4]])
    assert q.sum() == 10 + 136
    heard = WaveNetwork(drums, [0.5, 0.5]).listen(fields, [(1, 1), (2, 2)], 20)
    assert np.isfinite(heard).all()


@pytest.mark.parametrize("form", FORMS)
def test_rubbish_on_clamped_nodes_is_gone_after_a_step(form):
    """A state that was not clamped is, displacement and velocity, from the first step on."""
    network = WaveNetwork([square(6), l_shape(2)], [0.5, 0.5], form)
    q, v = network(torch.ones(2, 1, 7, 7, dtype=torch.float64), torch.ones(2, 1, 7, 7).double())
    clamped = network.free == 0
    assert not q[clamped].any()
    assert not v[clamped].any()
    assert q[~clamped].any()


def test_gradients_flow_through_the_steps():
    """By reciprocity, dq_n(b)/dq_0 is the whole drum n steps after a strike at b: 1e-13."""
    drum = from_mask([[1, 1, 1, 1], [0, 1, 1, 1], [1, 1, 0, 1]])
    network = WaveNetwork([drum], [0.6], "kick_first")
    start, velocity = network.state([mallet(drum, (2, 3), 1.5)])
    start.requires_grad_()
    displacement = start
    for _ in range(30):
        displacement, velocity = network(displacement, velocity)
    displacement[0, 0, 1, 1].backward()
    stepper = Stepper([drum], [struck(drum, (1, 1))], [0.6], "kick_first")
    stepper.step(30)
    found, expected = start.grad[0, 0].numpy(), stepper.displacement()
    np.testing.assert_allclose(found[drum.free], expected[drum.free], rtol=0, atol=1e-13)


def test_the_state_of_the_network_moves_with_it():
    """Kernel, mask, speeds and time steps are buffers: they follow a change of type."""
    network = WaveNetwork([square(4)], [0.5]).to(torch.float32)
    assert {name: buffer.dtype for name, buffer in network.named_buffers()} == dict.fromkeys(
        ["kernel", "free", "speed_squared", "time_step"], torch.float32
    )
    heard = network.listen([struck(square(4), (2, 2))], [(2, 2)], 10)
    assert heard.dtype == np.float32


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_a_struck_network_is_taken_up_where_it_stopped(dtype):
    """Its stored state, loaded into another one: the same samples to the last bit, those of listen."""
    drums, steps = [square(5), with_field(l_shape(3))], [0.5, 0.3]
    strikes, nodes = [struck(drum, (2, 2)) for drum in drums], [(2, 3), (1, 4)]
    network = WaveNetwork(drums, steps, dtype=dtype)
    first = StruckNetwork(network, strikes, nodes)
    assert first.step_size == ("time_step", 0.5)
    heard = [first.observe()]
    for n in range(1, 20):
        first.update(n)
        heard.append(first.observe())
    stored = {name: values.copy() for name, values in first.state().items()}
    second = StruckNetwork(network, [0 * strike for strike in strikes], nodes)
    second.load(stored)
    for n in range(20, 40):
        for one in (first, second):
            one.update(n)
        heard.append(first.observe())
        np.testing.assert_array_equal(first.observe(), second.observe())
    np.testing.assert_array_equal(network.listen(strikes, nodes, 40), np.transpose(heard))
    assert heard[-1].dtype == network.free.numpy().dtype


def test_progress_is_told():
    """Every 1000 samples, with the total."""
    drum, told = from_mask([[1]]), []
    network = WaveNetwork([drum], [0.5])
    network.listen([struck(drum, (1, 1))], [(1, 1)], 2500, lambda *now: told.append(now))
    assert told == [(1000, 2500), (2000, 2500)]


# --- float32


def single_precision(samples, dt):
    """Drums of side 13 to 21 in float32: network and modal signals, (drum, sample)."""
    drums, nodes = [square(m) for m in SIDES], [(m // 2, m // 2) for m in SIDES]
    strikes = [struck(drum, node) for drum, node in zip(drums, nodes, strict=True)]
    network = WaveNetwork(drums, [dt] * len(drums), dtype=torch.float32)
    heard = network.listen(strikes, nodes, samples)
    return heard, np.array([square_lines(m, dt).signal(samples) for m in SIDES])


@pytest.mark.parametrize("dt", [0.1, 0.5])
def test_single_precision_is_near(dt):
    """2000 samples in float32: off by less than 8e-5, but by more than rounding of float64."""
    heard, exact = single_precision(2000, dt)
    assert heard.dtype == np.float32
    assert 1e-7 < np.abs(heard - exact).max() < 8e-5


@pytest.mark.slow
@pytest.mark.parametrize(("dt", "frequency_bar"), [(0.1, 2e-7), (0.5, 4e-8)])
def test_single_precision_over_the_papers_run(dt, frequency_bar):
    """40,000 samples: off by 8e-5 at most, the bin right, Hann's frequency to 2e-7 and 4e-8."""
    heard, exact = single_precision(40_000, dt)
    assert 1e-6 < np.abs(heard - exact).max() < 8e-5
    for signal, m in zip(heard.astype(float), SIDES, strict=True):
        lines = square_lines(m, dt)
        assert fft_bin(signal) == lines.fundamental_bin(40_000)[0]
        frequency = lines.angles[0] / (2 * np.pi * dt)
        assert hann_two_point(signal, dt) == pytest.approx(frequency, rel=frequency_bar)


# --- refusals

SMALL = square(3)
AT = struck(SMALL, (1, 1))


def listen(starts=(AT,), nodes=((1, 1),), samples=5):
    return WaveNetwork([SMALL], [0.5]).listen(list(starts), list(nodes), samples)


REFUSED = {
    r"form: got explicit_euler; must be one of velocity_verlet, position_verlet, kick_first, "
    r"drift_first; choose one$": lambda: WaveNetwork([SMALL], [0.5], "explicit_euler"),
    r"drums: got none; something has to move; pass a drum$": lambda: WaveNetwork([], []),
    r"time_steps: got 2; must be as many as drums, 1; pass one a drum$": lambda: WaveNetwork(
        [SMALL], [0.5, 0.5]
    ),
    r"time_steps: got -0\.5; must be positive and finite; pass 0\.1 h/c, say$": (
        lambda: WaveNetwork([SMALL], [-0.5])
    ),
    r"time_steps: got inf; must be positive and finite; ": lambda: WaveNetwork([SMALL], [np.inf]),
    r"displacements: got 2; must be as many as drums, 1; pass one a drum$": lambda: listen(
        (AT, AT)
    ),
    r"displacements: got \(3, 4\); must have the drum's shape \(4, 4\); reshape$": lambda: listen(
        (AT[1:],)
    ),
    r"displacements: got nan or inf; must be finite at free nodes; change it$": lambda: listen(
        (np.full((4, 4), np.nan),)
    ),
    r"nodes: got 2; must be as many as drums, 1; pass one a drum$": lambda: listen(
        nodes=[(1, 1), (2, 2)]
    ),
    r"nodes: got \(3, 3\); must be a free node of the 4 x 4 grid, .*; choose one inside$": (
        lambda: listen(nodes=[(3, 3)])
    ),
    r"nodes: got \(0, 3\); must be a free node of": lambda: StruckNetwork(
        WaveNetwork([SMALL], [0.5]), [AT], [(0, 3)]
    ),
    r"displacements: got \(2, 4\); must have the drum's shape": lambda: StruckNetwork(
        WaveNetwork([SMALL], [0.5]), [AT[:2]], [(1, 1)]
    ),
    r"samples: got 0; must be a whole number from 1 on; enlarge$": lambda: listen(samples=0),
    r"time_steps: got 1\.1; the drum left the finite numbers; the step was above the stability "
    r"limit; choose a smaller one$": lambda: WaveNetwork([SMALL, SMALL], [0.5, 1.1]).listen(
        [AT, AT], [(1, 1), (2, 2)], 1500
    ),
}


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text):
    """One line: argument, value, what is allowed, remedy."""
    with pytest.raises(ArgumentError, match=rf"^{text}") as refusal:
        REFUSED[text]()
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("form", FORMS)
def test_growth_above_the_limit(form):
    """The network is stepped by the same law: the sharpest mode grows by exp(2 arccosh(1.01)), 1e-6."""
    drum, dt = square(6), 1.01 * square_largest_step(6)
    wave = np.sin(5 * np.pi * np.arange(7) / 6)
    heard = WaveNetwork([drum], [dt], form).listen([np.outer(wave, wave)], [(3, 3)], 60)[0]
    assert -heard[-1] / heard[-2] == pytest.approx(np.exp(2 * np.arccosh(1.01)), rel=1e-6)
