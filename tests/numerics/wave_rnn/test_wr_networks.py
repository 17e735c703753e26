"""The four networks: what they compute, what a pixel sees, what they read, what they refuse."""

import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

from numerics.torch_networks import take_weights, weights
from numerics.wave_rnn.networks.architecture import READOUTS, Architecture
from numerics.wave_rnn.networks.build import build
from numerics.wave_rnn.networks.nwm import laplacian_kernel
from numerics.wave_rnn.networks.recurrence import plain_history
from theory.errors import ArgumentError

SMALL = Architecture("nwm", 1, 4, encoder=8, steps=16, time_step=0.6, head=(32, 32))
TAPS = ((0.0,) * 15 + (1.0,), (0.5,) * 16, tuple(range(16)))


def images(batch=3, channels=1, sides=(10, 12), seed=0):
    draws = torch.Generator().manual_seed(seed)
    return torch.rand(batch, channels, *sides, generator=draws)


def with_readout(kind, **changes):
    taps = TAPS if kind == "given" else None
    return dataclasses.replace(SMALL, readout=kind, taps=taps, **changes)


EVERY = [
    with_readout("linear", model="conv_lstm", lstm_input="image"),
    *[with_readout(kind, model=model) for kind in READOUTS for model in ("nwm", "conv_lstm")],
    *[
        dataclasses.replace(SMALL, model="cnn", bottleneck=bottleneck)
        for bottleneck in ("release", "no_relu", "wide")
    ],
    dataclasses.replace(SMALL, model="unet"),
]


@pytest.mark.parametrize(
    "architecture", EVERY, ids=lambda a: f"{a.model}-{a.readout}-{a.lstm_input}"
)
@pytest.mark.parametrize(("channels", "classes"), [(1, 4), (3, 6)])
def test_from_images_to_logits(architecture, channels, classes):
    """(B, C_in, H, W) to (B, N, H, W), rectangular; same seed, same logits; autocast and float64."""
    architecture = dataclasses.replace(architecture, channels_in=channels, classes=classes)
    network, seen = build(architecture, seed=3), images(2, channels, (16, 32))
    logits = network(seen)
    assert network.architecture == architecture
    assert logits.shape == (2, classes, 16, 32)
    torch.testing.assert_close(build(architecture, seed=3)(seen), logits, rtol=0, atol=0)
    assert not torch.equal(build(architecture, seed=4)(seen), logits)
    with torch.autocast("cpu", torch.bfloat16):
        half = network(seen)
        nn.functional.cross_entropy(half, torch.zeros(2, 16, 32, dtype=torch.int64)).backward()
    assert (half.float() - logits).abs().max() < 0.1 * logits.abs().max()
    assert network.double()(seen.double()).dtype == torch.float64


def test_building_leaves_the_random_numbers_of_torch():
    """The next draw is what it would have been."""
    torch.manual_seed(0)
    wanted = torch.rand(3)
    torch.manual_seed(0)
    build(SMALL, seed=5)
    assert torch.equal(torch.rand(3), wanted)


# --- the wave network -----------------------------------------------------------------------------


def test_the_wave_network_is_the_paper_s_recursion():
    """Eq 9 as released, in NumPy float64 with explicit neighbours, from the network's own fields."""
    network, seen = build(SMALL, seed=0).double(), images().double()
    with torch.no_grad():
        fields = network.fields(seen)
        network.kernel += 0.2 * torch.randn(2, 2, 3, 3, generator=torch.Generator().manual_seed(1))
        found = network.history(fields).numpy()
    y, omega, alpha = (field.numpy() for field in fields)
    kernel, z = network.kernel.detach().numpy(), np.zeros_like(y)
    for n in range(SMALL.steps + 1):
        np.testing.assert_allclose(found[n], y, rtol=0, atol=1e-12)
        force = np.zeros_like(y)
        for i in range(3):
            for j in range(3):
                beside = np.roll(y, (1 - i, 1 - j), (2, 3))  # y at (row + i - 1, column + j - 1)
                force += np.einsum("oc,bchw->bohw", kernel[:, :, i, j], beside)
        z = z + 0.6 * (np.tanh(force) - omega * y - alpha * z)
        y = y + 0.6 * z


def test_the_fields_of_the_wave_network():
    """|y_0| < 1, omega and alpha >= 0; the kernel starts as each channel's own Laplacian."""
    network = build(SMALL, seed=0)
    fields = network.fields(images())
    assert [field.shape for field in fields] == [(3, 2, 10, 12)] * 3
    assert fields.position.abs().max() < 1
    assert min(fields.stiffness.min(), fields.damping.min()) >= 0
    assert torch.equal(network.kernel[1, 1], torch.tensor([[0, 1, 0], [1, -4, 1], [0, 1, 0.0]]))
    assert network.kernel[0, 1].abs().max() == network.kernel[1, 0].abs().max() == 0


@pytest.mark.parametrize("radius", [1, 2, 3])
def test_a_wider_kernel_starts_as_the_same_wave(radius):
    """The Laplacian stands in the middle: the same history as with 3 x 3."""
    network = build(dataclasses.replace(SMALL, radius=radius), seed=0)
    fields = network.fields(images())
    wanted = plain_history(fields, laplacian_kernel(2), 0.6, 16)
    torch.testing.assert_close(network.history(fields), wanted, rtol=1e-4, atol=1e-5)


def test_softplus_keeps_the_damping_alive():
    """With every encoder output at -3: alpha = 0 and no gradient behind ReLU, both not with softplus."""
    for kind, is_alive in (("relu", False), ("softplus", True)):
        network = build(dataclasses.replace(SMALL, damping=kind), seed=0)
        last = network.damping[-2]
        with torch.no_grad():
            last.weight.zero_()
            last.bias.fill_(-3)
        network(images()).square().sum().backward()
        assert (network.fields(images()).damping > 0).all().item() is is_alive
        assert bool(last.bias.grad.abs().sum() > 0) is is_alive


# --- what a pixel sees ----------------------------------------------------------------------------


def reach(function, sides=(23, 23)):
    """The largest Chebyshev distance from the middle at which an image pixel changes the middle."""
    seen = images(1, 1, sides, seed=2).double().requires_grad_()
    middle = function(seen)[..., sides[0] // 2, sides[1] // 2]
    (gradient,) = torch.autograd.grad(middle.sum(), seen)
    rows, columns = np.nonzero(gradient[0, 0].numpy())
    return int(max(np.abs(rows - sides[0] // 2).max(), np.abs(columns - sides[1] // 2).max()))


def test_the_fields_see_9_and_7_pixels():
    """Four layers: radius 4 for y_0; three: radius 3 for omega and alpha."""
    network = build(dataclasses.replace(SMALL, damping="softplus"), seed=1).double()
    assert reach(network.position) == 4
    assert reach(network.stiffness[:-1]) == 3
    assert reach(network.damping) == 3


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_a_cnn_sees_2_l_plus_1_pixels(depth):
    """Radius L: no wider, and with positive weights no narrower."""
    network = build(dataclasses.replace(SMALL, model="cnn", depth=depth), seed=0).double()
    with torch.no_grad():
        for layer in network.layers[::2]:
            layer.weight.abs_()
    assert reach(network) == depth


@pytest.mark.parametrize(("model", "changed"), [("nwm", "kernel"), ("conv_lstm", "gates.weight")])
def test_one_pixel_changes_nothing_outside_the_hard_cone(model, changed):
    """T = 4, drawn kernels: history beyond n + 4 and logits beyond T + 4 = 8 differ by exactly 0.0."""
    network = build(dataclasses.replace(SMALL, model=model, steps=4), seed=0)
    with torch.no_grad():
        parameter = dict(network.named_parameters())[changed]
        parameter += 0.3 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(0))
    first = images(1, 1, (20, 20))
    second = first.clone()
    second[..., 10, 10] += 0.5
    away = (torch.arange(20) - 10).abs()
    distance = torch.maximum(away[:, None], away)

    def history(seen):
        return network.history(network.fields(seen) if model == "nwm" else seen)

    with torch.no_grad():
        states = history(first) - history(second)
        logits = network(first) - network(second)
    for n, state in enumerate(states):
        assert state[..., distance > n + 4].abs().max() == 0
        assert state[..., distance == n + 4].abs().max() > 0
    assert logits[..., distance > 8].abs().max() == 0
    assert logits[..., distance <= 8].abs().max() > 0


# --- readouts -------------------------------------------------------------------------------------


def read_by_numpy(kind, y, taps):
    """Section 2.2 on y_1..y_T (T, B, C, H, W); features bin by bin, then channel by channel."""
    if kind in ("last", "max", "mean"):
        return {"last": y[-1], "max": y.max(0), "mean": y.mean(0)}[kind]
    spectrum = np.fft.rfft(y, axis=0)[: len(taps)]
    bins = {"fft": np.abs(spectrum), "real": spectrum.real}.get(kind, np.tensordot(taps, y, 1))
    return np.stack([state[:, c] for state in bins for c in range(y.shape[2])], axis=1)


@pytest.mark.parametrize("layout", ["batch first", "batch last"])
@pytest.mark.parametrize("frequencies", [None, 8, 1])
@pytest.mark.parametrize("kind", READOUTS)
def test_readouts(kind, frequencies, layout):
    """They read n = 1..T without the start, feature k C + c, however the history lies in memory."""
    network = build(with_readout(kind, frequencies=frequencies), seed=0).double()
    values = np.random.default_rng(0).normal(size=(17, 3, 2, 5, 4))
    history = torch.from_numpy(values)
    if layout == "batch last":
        history = history.movedim(1, -1).contiguous().movedim(-1, 1)
    found = network.features(history).detach().numpy()
    taps = network.readout.taps.detach().numpy()
    np.testing.assert_allclose(found, read_by_numpy(kind, values[1:], taps), rtol=0, atol=1e-12)
    assert found.shape[1] == network.architecture.features


@pytest.mark.parametrize("kind", ["last", "mean", "real", "linear", "given"])
@pytest.mark.parametrize("frequencies", [None, 8])
def test_the_matrix_of_a_readout_that_is_linear_in_time(kind, frequencies):
    """Its rows on y_1..y_T give the features that the network reads: cosines are the real part."""
    network = build(with_readout(kind, frequencies=frequencies), seed=0).double()
    history = torch.from_numpy(np.random.default_rng(1).normal(size=(17, 3, 2, 5, 4)))
    wanted = torch.einsum("kn,nbchw->bkchw", network.readout.matrix(), history[1:]).flatten(1, 2)
    torch.testing.assert_close(network.features(history), wanted, rtol=0, atol=1e-6)


@pytest.mark.parametrize("kind", ["fft", "max"])
def test_readouts_that_have_no_matrix(kind):
    """Amplitudes and maxima are not linear."""
    with pytest.raises(ArgumentError, match=f"readout: got {kind}; must be linear in the history"):
        build(with_readout(kind), seed=0).readout.matrix()


@pytest.mark.parametrize("model", ["nwm", "conv_lstm"])
def test_a_given_matrix_reads_what_the_trained_one_would(model):
    """The trained K x T matrix handed over as taps, all else equal: the same logits."""
    trained = build(dataclasses.replace(SMALL, model=model), seed=0)
    state = weights(trained)
    taps = tuple(tuple(row) for row in state["readout.taps"].tolist())
    given = build(dataclasses.replace(SMALL, model=model, readout="given", taps=taps), seed=1)
    take_weights(given, state)
    assert "readout.taps" not in weights(given)
    torch.testing.assert_close(given(images()), trained(images()), rtol=0, atol=0)


def test_the_trained_matrix_starts_as_a_linear_layer():
    """U(-1/sqrt T, 1/sqrt T): inside the bound, and up to 1 % of it."""
    taps = build(Architecture("nwm", 1, 4), seed=0).readout.taps
    assert taps.shape == (51, 100)
    assert 0.099 < taps.abs().max() < 0.1


def test_the_amplitude_of_a_pixel_at_rest_has_a_gradient():
    """|rfft| of zeros has a corner there: its gradient is taken as 0, not nan."""
    history = torch.zeros(17, 1, 2, 3, 3, requires_grad=True)
    build(with_readout("fft"), seed=0).features(history).sum().backward()
    assert history.grad.abs().max() == 0


# --- ConvLSTM, CNN, U-Net -------------------------------------------------------------------------


def test_the_convlstm_is_torch_s_lstm_where_there_is_one_pixel():
    """On 1 x 1 all nine taps meet the same pixel: LSTMCell with the summed kernel, gates i, f, g, o."""
    network = build(with_readout("last", model="conv_lstm"), seed=0).double()
    seen = images(5, 1, (1, 1)).double()
    cell = nn.LSTMCell(2, 2).double()
    with torch.no_grad():
        summed = network.gates.weight.sum((2, 3))
        cell.weight_ih.copy_(summed[:, :2])
        cell.weight_hh.copy_(summed[:, 2:])
        cell.bias_ih.copy_(network.gates.bias)
        cell.bias_hh.zero_()
        u, h, c = (f(seen)[..., 0, 0] for f in (network.position, network.memory, network.cell))
        for output in network.history(seen):
            torch.testing.assert_close(output[..., 0, 0], u, rtol=0, atol=1e-12)
            h, c = cell(u, (h, c))
            u = network.read_back.layers(h)
    assert u.abs().max() > 0


def test_the_convlstm_that_sees_the_image_at_every_step():
    """Eqs 10-15 on one pixel: torch's LSTMCell with the image as its input, h recorded."""
    network = build(
        with_readout("last", model="conv_lstm", lstm_input="image", channels_in=3), seed=0
    ).double()
    seen = images(5, 3, (1, 1)).double()
    cell = nn.LSTMCell(3, 2).double()
    with torch.no_grad():
        summed = network.gates.weight.sum((2, 3))
        cell.weight_ih.copy_(summed[:, :3])
        cell.weight_hh.copy_(summed[:, 3:])
        cell.bias_ih.copy_(network.gates.bias)
        cell.bias_hh.zero_()
        h, c = (f(seen)[..., 0, 0] for f in (network.memory, network.cell))
        for state in network.history(seen):
            torch.testing.assert_close(state[..., 0, 0], h, rtol=0, atol=1e-12)
            h, c = cell(seen[..., 0, 0], (h, c))
    assert h.abs().max() > 0


@pytest.mark.parametrize(
    ("bottleneck", "is_dead"), [("release", True), ("no_relu", False), ("wide", True)]
)
def test_a_dead_bottleneck_ignores_the_image(bottleneck, is_dead):
    """Biases of -9 in the last convolution: constant logits and no gradient above, but with no_relu."""
    network = build(dataclasses.replace(SMALL, model="cnn", bottleneck=bottleneck), seed=0)
    last = [layer for layer in network.layers if isinstance(layer, nn.Conv2d)][-1]
    assert last.out_channels == (8 if bottleneck == "wide" else 2)
    with torch.no_grad():
        last.bias.fill_(-9)
    logits = network(images())
    logits.square().sum().backward()
    assert bool((logits.std((0, 2, 3)) < 1e-6).all()) is is_dead
    assert bool(last.weight.grad.abs().max() == 0) is is_dead


def test_the_first_channels_of_a_unet_are_the_skip():
    """Last level deaf to what comes from below (channels c..2c): two double convolutions, radius 4."""
    network = build(dataclasses.replace(SMALL, model="unet"), seed=0).double().eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.abs_()  # no ReLU is closed
    assert reach(network, (32, 32)) > 4
    with torch.no_grad():
        network.up[-1][0].weight[:, 2:] = 0
    assert reach(network, (32, 32)) == 4


def test_the_sides_of_a_unet():
    """18 x 33 is refused with 16 and the way out; padded it gives 18 x 33; below 16 there is none."""
    refusing = build(dataclasses.replace(SMALL, model="unet"), seed=0)
    padding = build(dataclasses.replace(SMALL, model="unet", unet_padding=True), seed=0)
    with pytest.raises(ArgumentError, match=r"got \(18, 33\); .* by 16 .*; set unet_padding or"):
        refusing(images(2, 1, (18, 33)))
    assert padding(images(2, 1, (18, 33))).shape == (2, 4, 18, 33)
    with pytest.raises(ArgumentError, match=r"got \(15, 33\); sides must be at least 16"):
        padding(images(2, 1, (15, 33)))
    even = images(2, 1, (32, 16))
    torch.testing.assert_close(padding(even), refusing(even), rtol=0, atol=0)


@pytest.mark.parametrize("model", ["nwm", "conv_lstm", "cnn", "unet"])
@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (torch.rand(2, 3, 16, 16), r"images: got \(2, 3, 16, 16\); must be \(B, 1, H, W\)"),
        (torch.rand(2, 16, 16), r"images: got \(2, 16, 16\)"),
        (torch.zeros(2, 1, 16, 16, dtype=torch.uint8), "images: got torch.uint8; .* divide by 255"),
    ],
)
def test_images_that_are_refused(model, seen, told):
    """Other channels or dimensions, and integers."""
    with pytest.raises(ArgumentError, match=told):
        build(dataclasses.replace(SMALL, model=model), seed=0)(seen)
