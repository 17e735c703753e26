"""What `wave_rnn` says before a network is run, and how it looks at one: modes, reach, cones, fields."""

import dataclasses

import numpy as np
import pytest
import torch
import xarray as xr

from numerics.wave_rnn.networks.architecture import Architecture
from numerics.wave_rnn.networks.build import build
from numerics.wave_rnn.networks.nwm import WaveNetwork
from numerics.wave_rnn.segments.segment_set import ArraySet, Splits
from numerics.wave_rnn.waves.kernels import laplacian_kernel
from numerics.wave_rnn.waves.one_mode import discrete_step
from numerics.wave_rnn.waves.stepping import stepped
from validation.wave_rnn import borders, fields, forecasting, measuring, modes, reach, watching
from validation.wave_rnn.cones import ENCODER, MOST, leak_of
from validation.wave_rnn.setting import AFTER, START

SMALL = Architecture(
    "nwm",
    channels_in=1,
    classes=4,
    encoder=8,
    steps=8,
    time_step=0.6,
    head=(8,),
    omega_start="twice",
    position_start="kaiming",
)
LAPLACIAN = np.array([[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]])


def network(scale=1.0, **changes):
    """A wave network as it starts, its kernel scaled."""
    made = build(dataclasses.replace(SMALL, **changes), 0).eval()
    with torch.no_grad():
        made.kernel.mul_(scale)
    return made


def splits(count=6, side=18):
    """Squares of 6 px and grey .5 on black; the three splits alike."""
    images = np.zeros((count, 1, side, side), np.float32)
    masks = np.zeros((count, side, side), np.uint8)
    images[:, 0, 6:12, 6:12], masks[:, 6:12, 6:12] = 0.5, 1
    images_set = ArraySet(images, masks, ("background", "I", "O", "T"))
    return Splits("squares", images_set, images_set, images_set, object_sizes=(6.0, 6.0), told={})


# --- one mode at the start ------------------------------------------------------------------------


def test_the_mode_whose_sizes_are_known():
    """Section 3.11: 32 cells, wavelength 8, omega = .3, lambda A = .3, lambda = 2 - 2 cos(pi/4)."""
    mode = modes.start_mode()
    force = 2 - 2 * np.cos(np.pi / 4)
    assert mode.wavevector == pytest.approx([np.pi / 4, 0], abs=1e-12)
    assert float(mode.amplitudes[0]) * force == pytest.approx(0.3, rel=1e-12)
    assert (mode.steps, mode.time_step) == (100, 0.1)
    assert mode.stiffness == pytest.approx([0.3])
    assert mode.damping == pytest.approx([0.0])


def test_the_start_ladder():
    """Each rung drops one idealisation; three of the sources have a size, the fourth is a remainder."""
    ladder = modes.start_ladder()
    assert [rung.name for rung in ladder.rungs] == [
        modes.EQUATION,
        modes.LATTICE,
        modes.STEP,
        modes.BALANCE,
    ]
    assert set(ladder.predictions) == {modes.SPACE, modes.TIME, modes.TANH}
    assert ladder.measurement == modes.NETWORK
    values = [rung.value.values for rung in ladder.rungs]
    pairs = zip((modes.SPACE, modes.TIME, modes.TANH), values, values[1:], strict=False)
    for source, upper, lower in pairs:
        predicted = ladder.predictions[source]
        missed = np.abs(upper - lower - predicted.value.values)
        assert missed.max() <= predicted.uncertainty.values.max(), source
        assert missed.max() < 0.2 * np.abs(lower - upper).max(), source


def test_the_network_on_the_start_mode():
    """It is the recurrence with tanh: the same as the NumPy reference in float64."""
    mode = modes.start_mode()
    found = modes.run_mode(mode, torch.from_numpy(mode.kernel))[:, 0]
    start = mode.start()
    field = np.full(start.shape, 0.3)
    motion = stepped(start, mode.kernel, field, 0 * field, mode.time_step, mode.steps)
    expected = mode.amplitude(motion.positions)[:, 0]
    np.testing.assert_allclose(found, expected, atol=1e-13)
    linear = discrete_step(mode)[:, 0]
    assert np.abs(found - linear).max() > 1e-2 * mode.amplitudes[0], "the tanh is felt"


# --- modes of the networks ------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1.0, 3.0])
def test_small_waves_stay_small(scale):
    """|W * y| is at most 1e-5 in every step, however fast the wave grows; full ones start at 1."""
    kernel = scale * laplacian_kernel(2)
    found = modes.network_modes(kernel, np.full(2, 0.5), np.full(2, 0.1), 0.6, 16)
    assert set(found) == {(size, wave) for size in modes.AMPLITUDES for wave in range(1, 6)}
    reaches = np.abs(kernel).sum(axis=(2, 3))
    for (size, _), mode in found.items():
        pull = (np.abs(discrete_step(mode)) @ reaches.T).max()
        if size == "small":
            assert mode.amplitudes.max() <= 1e-7
            assert pull <= modes.SMALL_WAVE * (1 + 1e-12)
        else:
            assert mode.amplitudes == pytest.approx(1.0)


def test_small_waves_are_linear():
    """Powers of the step's matrix in closed form, to 1e-9 of the largest (W29)."""
    assert modes.small_wave_error(network()) < 1e-9
    assert modes.small_wave_error(network(-0.5)) < 1e-9, "a kernel whose waves grow"


def test_small_waves_of_another_recurrence(monkeypatch):
    """A step that is a thousandth too long shows."""
    run = modes.run_mode

    def longer(mode, kernel):
        return run(dataclasses.replace(mode, time_step=mode.time_step * 1.001), kernel)

    monkeypatch.setattr(modes, "run_mode", longer)
    assert modes.small_wave_error(network()) > 1e-4


def test_the_network_ladder():
    """Five laws, one after the other; small waves are the discrete step's, full ones are not."""
    net = network()
    said = xr.Dataset({f"mean_{f}": ("hidden", np.full(2, 0.3)) for f in ("stiffness", "damping")})
    found = modes.modes_of(net, said)
    rungs = modes.network_rungs(found)
    ladder = modes.network_ladder(rungs)
    assert [rung.name for rung in ladder.rungs] == [name for name, _, _ in modes.LAWS]
    value = {rung.name: rung.value for rung in ladder.rungs}
    run = modes.run_modes(found, net.kernel)
    for amplitude, largest in (("small", 1e-9), ("full", 1.0)):
        apart = abs(value[modes.STEP] - run).sel(amplitude=amplitude).max()
        scale = abs(run.sel(amplitude=amplitude)).max()
        assert float(apart / scale) < largest
    full = {
        name: float(abs(value[name] - run).sel(amplitude="full").max())
        for name in (modes.STEP, modes.ONE, modes.TWELVE)
    }
    assert full[modes.TWELVE] < full[modes.ONE] < full[modes.STEP]


@pytest.mark.parametrize("radius", [7, 8, 17])
def test_modes_under_wide_kernels(radius):
    """The same five wavevectors, on a grid that is wider where the kernel is: W is found by its symbol."""
    kernel = np.random.default_rng(0).standard_normal((1, 1, 2 * radius + 1, 2 * radius + 1))
    found = modes.network_modes(kernel, np.full(1, 0.5), np.full(1, 0.1), 0.1, 3)
    narrow = modes.network_modes(laplacian_kernel(), np.full(1, 0.5), np.full(1, 0.1), 0.1, 3)
    for place, mode in found.items():
        np.testing.assert_allclose(mode.wavevector, narrow[place].wavevector, atol=1e-12)
        assert min(mode.start().shape[-2:]) >= kernel.shape[-1]
    small = found["small", 5]
    run = modes.run_mode(small, torch.from_numpy(kernel))
    np.testing.assert_allclose(run, discrete_step(small), rtol=0, atol=1e-9 * np.abs(run).max())


# --- reach ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1.0, 0.25])
def test_the_reach_of_a_network(scale):
    """W = s L has c = sqrt s, no odd part and no coupling; margins by hand from the fields."""
    net = network(scale)
    found = reach.reach_of(net, splits())
    assert float(found["speed"]) == pytest.approx(np.sqrt(scale), abs=1e-6)
    np.testing.assert_allclose(found["speed_squared"], scale, atol=1e-6)
    assert float(found["travelled"]) == pytest.approx(np.sqrt(scale) * 8 * 0.6, abs=1e-5)
    assert float(found["antisymmetric_share"]) == pytest.approx(0, abs=1e-12)
    assert float(found["coupling_share"]) == pytest.approx(0, abs=1e-12)
    seen = fields.fields_of(net, splits().validation.batch(np.arange(6)).images)
    omega, alpha = seen.stiffness, seen.damping
    assert float(found["margin"]) == pytest.approx((0.36 * omega + 1.2 * alpha).max(), rel=1e-6)
    assert float(found["largest_stiffness"]) == pytest.approx(omega.max(), rel=1e-6)
    np.testing.assert_allclose(found["mean_damping"], alpha.mean(axis=(0, 2, 3)), rtol=1e-6)
    # omega = 2 x: 0 on all but 36 of 324 pixels
    np.testing.assert_allclose(found["mean_stiffness"], 36 / 324, rtol=1e-5)
    np.testing.assert_allclose(found["dead_stiffness"], 1 - 36 / 324, atol=1e-12)


def test_the_largest_stable_step():
    """At the step that is named dt^2 omega_max + 2 alpha_max dt is 4, and the margin no larger."""
    net = network()
    found = reach.reach_of(net, splits())
    step, omega, alpha = (
        float(found[f"largest_{name}"]) for name in ("stable_step", "stiffness", "damping")
    )
    assert step**2 * omega + 2 * alpha * step == pytest.approx(4, rel=1e-9)
    again = network(time_step=step)
    again.load_state_dict(net.state_dict())
    # omega and alpha need not be largest at the same pixel
    assert 3.5 < float(reach.reach_of(again, splits())["margin"]) <= 4 + 1e-5


def test_every_scalar_has_words_and_a_unit():
    """So that tables and page can name it."""
    found = reach.reach_of(network(), splits())
    assert set(found) == set(reach.SCALARS) | set(reach.CHANNELS) | {"speed_squared"}
    for name, array in found.items():
        assert array.attrs["long_name"], name
        assert array.attrs["units"], name


def said_of(margins):
    """What is said of two networks and seeds at two stages, with these margins at the last."""
    dims = ("seed", "wave_network")
    last = np.asarray(margins, float)
    both = np.stack([np.full_like(last, 9.0), last])
    names = ("largest_stiffness", "largest_damping", "largest_stable_step")
    arrays = {"margin": (("stage", *dims), both)}
    arrays |= {
        name: (dims, np.full(last.shape, x))
        for name, x in zip(names, (7.5, 0.25, 0.7), strict=True)
    }
    coords = {"stage": [START, AFTER], "seed": [0, 1], "wave_network": ["nwm fft", "nwm max"]}
    return xr.Dataset(arrays, coords=coords)


def test_no_warning_below_four():
    """The last stage counts, whatever the start was."""
    assert reach.warnings_of(said_of([[0.1, 3.99], [1, 2]])) == []


def test_warnings_from_four_on():
    """One line for each network: its name and seed, margin, omega, alpha, largest stable step."""
    told = reach.warnings_of(said_of([[0.1, 4.0], [5.25, 2]]))
    assert [line.split(":")[0] for line in told] == ["nwm fft, seed 1", "nwm max, seed 0"]
    assert f"unbounded at {AFTER}, margin 5.25 >= 4" in told[0]
    for words in ("omega_max 7.5", "alpha_max 0.25", "largest stable time step is 0.7"):
        assert words in told[0]


def test_walls_where_there_are_none():
    """Masks without an edge, objects of 2 px and less: no wall is judged, all else is."""
    one = splits()
    whole = ArraySet(one.train.images, np.ones_like(one.train.masks), one.train.classes)
    for held in (
        Splits("whole", whole, whole, whole, object_sizes=(18.0, 18.0), told={}),
        dataclasses.replace(one, object_sizes=(1.0, 2.0)),
    ):
        found = reach.reach_of(network(), held)
        missing = {name for name in reach.SCALARS if np.isnan(float(found[name]))}
        assert missing == {"closed_edges", "edge_reflection", "edge_contrast"}, held.name


# --- how long states are run ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "steps"),
    [
        ({"steps": 16}, 67),
        ({"steps": 100, "time_step": 0.1}, 400),
        ({"steps": 500, "time_step": 0.1}, 500),
        ({"steps": 16, "time_step": 1e-6}, 1000),
        ({"steps": 2000, "time_step": 1e-6}, 2000),
    ],
)
def test_states_are_run_on(changes, steps):
    """Section 4.4: to t = 40; no shorter than T, and no more than 1000 steps beyond it."""
    architecture = dataclasses.replace(SMALL, **changes)
    assert watching.steps_of(architecture) == steps
    if steps <= 67:
        images = splits().test.batch(np.arange(1)).images
        assert len(watching.run_on(network(**changes), images)) == steps


def test_a_conv_lstm_is_run_on():
    """It has no time: 48 steps at least."""
    lstm = Architecture("conv_lstm", channels_in=1, classes=4, encoder=8, steps=16, head=(8,))
    assert watching.steps_of(lstm) == 48
    assert watching.steps_of(dataclasses.replace(lstm, steps=60)) == 60


def test_wavelengths_part_by_part(monkeypatch):
    """Watched with room for one image at a time, or for all: the same spread."""
    net, images = network(), splits().test.batch(np.arange(6)).images
    images = images * np.random.default_rng(0).random(images.shape, np.float32)
    whole = watching.wavelengths_of(net, 0, images=images)
    monkeypatch.setattr(fields, "MEMORY", 1)
    for name, values in watching.wavelengths_of(net, 0, images=images).items():
        np.testing.assert_allclose(values, whole[name], rtol=1e-3, err_msg=name)
    assert np.isfinite(whole["median"])


def test_how_many_images_are_watched():
    """As many as asked for, no more than there are, and one where even that has no room."""
    held = splits(count=6).test
    assert len(watching.images_to_watch(SMALL, held, 4)) == 4
    assert len(watching.images_to_watch(SMALL, held, 32)) == 6
    long = dataclasses.replace(SMALL, steps=10**6)
    assert len(watching.images_to_watch(long, held, 32)) == 1


# --- cones ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("readout", ["linear", "fft", "last"])
@pytest.mark.parametrize(("radius", "damping"), [(1, "relu"), (2, "relu"), (2, "softplus")])
def test_nothing_is_heard_outside_the_cone(readout, radius, damping):
    """Exactly zero beyond r n + 4 px; inside something is, with a random kernel nearly up to its edge."""
    net = network(readout=readout, radius=radius, damping=damping, steps=9)
    with torch.no_grad():
        net.kernel.add_(
            0.1 * torch.randn(net.kernel.shape, generator=torch.Generator().manual_seed(0))
        )
    leak = leak_of(net, 3)
    assert leak.states == leak.logits == 0
    assert 9 * radius < leak.reach <= 9 * radius + ENCODER


class Telling(WaveNetwork):
    """A wave network whose pixels all hear of one another, a little."""

    def history(self, given):
        made = super().history(given)
        return made + 1e-6 * made.mean(dim=(-2, -1), keepdim=True)


def test_a_leak_is_seen():
    """States and logits outside the cone, and a reach to the canvas's edge."""
    net = Telling(SMALL).eval()
    net.load_state_dict(network().state_dict())
    leak = leak_of(net, 3)
    assert leak.states > 0
    assert leak.logits > 0
    assert leak.reach == 8 + ENCODER + 1


def test_histories_too_long_for_a_canvas():
    """Not looked at above 110 px that the kernel reaches."""
    assert leak_of(network(steps=MOST + 1), 0) is None
    assert leak_of(network(steps=MOST // 2 + 1, radius=2), 0) is None


# --- fields ---------------------------------------------------------------------------------------


def test_the_fields_of_images():
    """Omega is twice the image in every channel, |y_0| < 1, all in float64."""
    images = splits().test.batch(np.arange(6)).images
    found = fields.fields_of(network(), images)
    assert {field.dtype for field in found} == {np.dtype(float)}
    np.testing.assert_allclose(found.stiffness, np.repeat(2 * images, 2, axis=1), atol=1e-6)
    assert np.abs(found.position).max() < 1
    assert found.damping.min() >= 0


def test_histories():
    """As the network runs, without its tanh, and run on: the beginning is the same."""
    net, images = network(), splits().test.batch(np.arange(2)).images
    own = fields.history_of(net, images)
    assert own.shape == (9, 2, 2, 18, 18)
    longer = fields.history_of(net, images, 12)
    np.testing.assert_allclose(longer[:9], own, atol=1e-6)
    given = fields.fields_of(net, images)
    kernel = fields.kernel_of(net)
    for nonlinear in (True, False):
        expected = stepped(*_kernel_second(given, kernel), 0.6, 8, nonlinear=nonlinear).positions
        found = fields.history_of(net, images, nonlinear=nonlinear)
        np.testing.assert_allclose(found, expected, atol=1e-5)


def _kernel_second(given, kernel):
    return given.position, kernel, given.stiffness, given.damping


def test_how_many_images_are_looked_at():
    """At most so many, whatever their histories; these are run in parts of 1e7 numbers, one at least."""
    held = splits(count=6).test
    assert len(fields.images_of(held, 4).images) == 4
    images = fields.images_of(held, 99).images
    for steps, counts in ((8, [6]), (4000, [3, 3]), (8000, [1] * 6)):
        net = network(steps=steps)
        each = (steps + 1) * 2 * 18 * 18
        assert fields.affordable(net, images) == np.clip(fields.MEMORY // each, 1, 6)
        parts = list(fields.chunks(net, images))
        assert [len(part) for part in parts] == counts
        np.testing.assert_array_equal(np.concatenate(parts), images)


def test_histories_in_parts(monkeypatch):
    """What is seen of six images at once, and of one at a time, is the same."""
    net, held = network(), splits(count=6)
    images = held.test.batch(np.arange(6)).images
    images = images * np.random.default_rng(0).random(images.shape, np.float32)
    whole = measuring.waves_of(net, 0, held, images)
    assert int(whole["images"]) == 6
    monkeypatch.setattr(fields, "MEMORY", 1)
    parts = measuring.waves_of(net, 0, held, images)
    for name in ("bound_ratio", "largest_state", "test_margin", "saturation", "linear_error"):
        assert float(parts[name]) == pytest.approx(float(whole[name]), rel=1e-5), name
    one = measuring.waves_of(net, 0, held, images[:1])
    assert float(one["linear_error"]) != pytest.approx(float(whole["linear_error"]), rel=1e-3)


# --- warnings of raised networks, and borders -----------------------------------------------------


@pytest.mark.parametrize("margin", [3.9, 4.1])
@pytest.mark.parametrize("time_step", [0.6, 1.9])
def test_a_network_with_a_given_margin(margin, time_step):
    """Its stiffness is raised, or lowered, through its last bias alone; a run warns of it from 4 on."""
    net, held = network(time_step=time_step), splits()
    images = held.validation.batch(np.arange(6)).images
    raised = measuring.with_margin(net, images, margin)
    assert float(reach.reach_of(raised, held)["margin"]) == pytest.approx(margin, rel=1e-5)
    old, new = net.state_dict(), raised.state_dict()
    assert {n for n in old if not torch.equal(old[n], new[n])} == {"stiffness.4.bias"}
    assert measuring.is_warned(net, 0, held, margin) == (margin > 4)


def test_a_warning_that_names_nothing(monkeypatch):
    """Without the largest stiffness in it a warning is none."""
    monkeypatch.setattr(measuring, "warnings_of", lambda said: ["unbounded"])
    assert measuring.is_warned(network(), 0, splits(), 4.1) == 0


def test_damping_alone_beyond_the_margin():
    """Where 2 alpha dt is above 4 no stiffness makes the margin 3.9."""
    net = network(time_step=3.0)
    with torch.no_grad():
        net.damping[-2].bias += 1
    assert measuring.with_margin(net, splits().validation.batch([0]).images, 3.9) is None
    assert np.isnan(measuring.is_warned(net, 0, splits(), 3.9))


def test_where_waves_come_round():
    """At c = 1 an object of 6 px hears itself around 18 px after T dt = 19.2, not after 1.2."""
    held = splits().test.batch([0])
    near, far = (borders.border_of(network(steps=steps), held).circle for steps in (2, 32))
    assert near < 1e-5 < 1e-2 < far
    nothing = held._replace(masks=0 * held.masks)
    assert np.isnan(borders.border_of(network(), nothing).circle)


def test_dead_pixels():
    """The share of exact zeros, by channel."""
    field = np.ones((2, 2, 4, 4))
    field[0, 1, :2] = 0
    assert fields.dead_share(field).tolist() == [0, 0.25]


def test_kernels_are_laplacians_at_the_start():
    """In float64, without coupling."""
    np.testing.assert_array_equal(
        fields.kernel_of(network()), np.eye(2)[:, :, None, None] * LAPLACIAN
    )


# --- the constant predictor -----------------------------------------------------------------------


def test_the_constant_predictor():
    """Shares .7, .2, .1: entropy .8018; -(2/3 ln .2 + 1/3 ln .1); entropy of (2/3, 1/3) for the plateau."""
    said = forecasting.constant(np.array([0.7, 0.2, 0.1]), splits())
    assert float(said["constant_loss"]) == pytest.approx(0.801819, abs=1e-6)
    objects = -(2 / 3 * np.log(0.2) + 1 / 3 * np.log(0.1))
    assert float(said["constant_foreground_loss"]) == pytest.approx(objects, rel=1e-12)
    assert float(said["constant_accuracy"]) == 0.7
    assert float(said["plateau_loss"]) == pytest.approx(0.636514, abs=1e-6)
    assert (float(said["smallest_object"]), float(said["largest_object"])) == (6, 6)
