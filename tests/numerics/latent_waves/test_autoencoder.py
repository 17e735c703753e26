"""Autoencoders of the paper: their widths, their layers, Adam as its authors wrote it, and resumption."""

import numpy as np
import pytest
import torch

import numerics.training
from numerics.latent_waves.autoencoder import AdamDescent, Protocol, autoencoder, weights
from numerics.latent_waves.in_double import InDouble
from numerics.latent_waves.layer_sizes import rank_bound, sizes
from numerics.training import record_grid, train
from theory.errors import ArgumentError, DivergenceError

IMAGES = np.random.default_rng(0).uniform(size=(50, 12))


def descent(widths=(12, 7, 3, 7, 12), protocol=None, seed=4, linear=False):
    network = autoencoder(widths, linear=linear, seed=seed)
    return AdamDescent(network, IMAGES, protocol or Protocol(1e-2, 16, 3), seed=seed)


# --- widths ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("depth", "widths"),
    [
        (2, (784, 784)),
        (3, (784, 49, 784)),
        (4, (784, 49, 49, 784)),
        (5, (784, 416, 49, 416, 784)),
        (6, (784, 416, 49, 49, 416, 784)),
    ],
)
def test_widths_of_the_release(depth, widths):
    """For n = 784, d = 49: h = int((784 + 49)/2) = 416; depth 2 has no bottleneck at all."""
    assert sizes(784, 49, depth) == widths


@pytest.mark.parametrize("depth", range(3, 12))
@pytest.mark.parametrize("pixels", [16, 64, 729, 784])
def test_widths_are_linspace_cut_to_integers(pixels, depth):
    """The code of the paper: linspace(n, d, .) as integers and back; odd depths share the middle."""
    for bottleneck in range(1, pixels + 1, 5):
        points = depth // 2 + depth % 2
        down = np.linspace(pixels, bottleneck, points).astype(int).tolist()
        up = np.linspace(bottleneck, pixels, points).astype(int).tolist()
        assert list(sizes(pixels, bottleneck, depth)) == down + up[depth % 2 :]


@pytest.mark.parametrize(
    ("pixels", "bottleneck", "depth", "argument", "words"),
    [
        (64, 65, 3, "bottleneck", "from 1 to 64"),
        (64, 0, 3, "bottleneck", "from 1 to 64"),
        (64, 4, 1, "depth", "at least 2"),
    ],
)
def test_widths_that_are_none(pixels, bottleneck, depth, argument, words):
    """Argument, value and bound."""
    with pytest.raises(ArgumentError, match=words) as refused:
        sizes(pixels, bottleneck, depth)
    assert refused.value.argument == argument


@pytest.mark.parametrize(
    ("depth", "linear", "bias", "bound"),
    [
        (3, False, True, 5),
        (4, False, True, 5),
        (5, False, True, 35),
        (6, False, True, 35),
        (5, False, False, 34),
        (5, True, True, 5),
        (6, True, False, 4),
        (2, False, True, 64),
    ],
)
def test_rank_bounds(depth, linear, bias, bound):
    """For n = 64, d = 4: d + 1 at depths 3 and 4, h + 1 = 35 at 5 and 6; linear ones never pass d + 1."""
    assert rank_bound(sizes(64, 4, depth), linear=linear, bias=bias) == bound


# --- layers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("linear", [True, False])
@pytest.mark.parametrize("bias", [True, False])
def test_the_network_is_what_its_layers_say(linear, bias):
    """Matrices and biases one after another, ReLU between them, at the bottleneck too, none at the end."""
    network = autoencoder((12, 7, 3, 7, 12), linear=linear, bias=bias, seed=1)
    stored = weights(network)
    assert len(stored) == (8 if bias else 4)
    values = IMAGES
    parameters = list(stored.values())
    step = 2 if bias else 1
    for layer in range(4):
        values = values @ parameters[layer * step].T.astype(float)
        if bias:
            values = values + parameters[layer * step + 1]
        if not linear and layer < 3:
            values = np.maximum(values, 0)
    np.testing.assert_allclose(InDouble(network)(IMAGES), values, rtol=1e-13, atol=1e-14)


def test_start_weights_are_those_of_a_seed_and_of_torch():
    """The same seed gives the same start, another another; torch's own numbers go on undisturbed."""
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    first, again, other = (autoencoder((12, 4, 12), seed=seed) for seed in (0, 0, 1))
    assert torch.equal(torch.rand(2), expected)
    assert all(
        torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters(), strict=True)
    )
    assert not torch.equal(first[0].weight, other[0].weight)
    torch.manual_seed(0)
    assert torch.equal(torch.nn.Linear(12, 4).weight, first[0].weight)


def test_too_few_layers():
    """One layer of nodes is no network."""
    with pytest.raises(ArgumentError, match="at least inputs and outputs"):
        autoencoder((12,), seed=0)


# --- in float64 -----------------------------------------------------------------------------------


def test_the_last_hidden_layer_is_after_its_activation():
    """Of a Sequential the layer before the last; of any other module the one that is named."""
    network = autoencoder((12, 7, 3, 7, 12), seed=1)
    double = InDouble(network)
    matrix, bias = double.last_layer(IMAGES[:9])
    hidden = double.hidden(IMAGES)
    assert hidden.shape == (50, 7)
    assert hidden.min() == 0 < hidden.max()
    np.testing.assert_allclose(hidden @ matrix.T + bias, double(IMAGES), rtol=1e-13)
    np.testing.assert_array_equal(InDouble(network, last_hidden="5").hidden(IMAGES), hidden)
    before = InDouble(network, last_hidden="4").hidden(IMAGES)
    np.testing.assert_array_equal(np.maximum(before, 0), hidden)
    assert next(network.parameters()).dtype == torch.float32
    every = double.every_hidden(IMAGES)
    assert [values.shape for values in every] == [(50, 7), (50, 3), (50, 7)]
    np.testing.assert_array_equal(every[-1], hidden)


def test_a_network_of_images():
    """Convolutions take (1, 3, 4); their outputs come back as rows."""
    torch.manual_seed(0)
    network = torch.nn.Sequential(
        torch.nn.Conv2d(1, 2, 3, padding=1), torch.nn.ReLU(), torch.nn.Conv2d(2, 1, 3, padding=1)
    )
    double = InDouble(network, shape=(1, 3, 4))
    assert double(IMAGES).shape == (50, 12)
    assert double.hidden(IMAGES).shape == (50, 24)
    with pytest.raises(ArgumentError, match=r"got no nn\.Linear; must end in nn\.Linear"):
        double.last_layer(IMAGES)


class Backwards(torch.nn.Module):
    """Declares its last layer first, and calls it last."""

    def __init__(self, behind=None):
        super().__init__()
        torch.manual_seed(2)
        self.decode = torch.nn.Linear(5, 12)
        self.act = torch.nn.ReLU(inplace=True)
        self.encode = torch.nn.Linear(12, 5)
        self.behind = behind

    def forward(self, x):
        made = self.decode(self.act(self.encode(x)))
        return made if self.behind is None else self.behind(made)


def test_the_last_layer_is_the_last_that_is_called():
    """Whatever the order of declaration: x^ = W h + b, to rounding."""
    network = Backwards()
    double = InDouble(network, last_hidden="act")
    matrix, bias = double.last_layer(IMAGES)
    np.testing.assert_array_equal(matrix, network.decode.weight.detach().double().numpy())
    hidden = double.hidden(IMAGES)
    np.testing.assert_allclose(hidden @ matrix.T + bias, double(IMAGES), rtol=1e-13, atol=1e-14)
    before = InDouble(network, last_hidden="encode").hidden(IMAGES)
    assert before.min() < 0, "what a layer in place makes of them does not come back"
    np.testing.assert_array_equal(np.maximum(before, 0), hidden)


@pytest.mark.parametrize(
    ("behind", "last_hidden", "words"),
    [
        (torch.sigmoid, "act", "outputs that differ from W h \\+ b by"),
        (None, "encode", "outputs that differ from W h \\+ b by"),
        (None, "decode", "nn.Linear from 5 to 12, 12 units and 12 pixels"),
    ],
)
def test_outputs_that_are_not_those_of_the_last_layer(behind, last_hidden, words):
    """A function behind the last layer; activations before ReLU; the outputs themselves."""
    with pytest.raises(ArgumentError, match=words):
        InDouble(Backwards(behind), last_hidden=last_hidden).last_layer(IMAGES)


@pytest.mark.parametrize("name", ["9", "", None])
def test_a_layer_that_is_not_there(name):
    """The layers that are there are named."""

    class Own(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = torch.nn.Linear(12, 12)

    with pytest.raises(ArgumentError, match="must be among inner"):
        InDouble(Own(), last_hidden=name)


# --- training -------------------------------------------------------------------------------------


def test_adam_as_written():
    """Kingma and Ba, algorithm 1, by hand in float64 on the same batches: the same weights to 1e-5."""
    rate, (beta1, beta2), epsilon = 1e-2, (0.9, 0.999), 1e-8
    learner = descent((12, 4, 12), Protocol(rate, 16, 3), linear=True)
    theta = [p.astype(float) for p in weights(learner.network).values()]
    first, second = ([np.zeros_like(p) for p in theta] for _ in range(2))
    generator = torch.Generator().manual_seed(4)
    for update in range(12):
        if update % 4 == 0:
            order = torch.randperm(50, generator=generator).numpy()
        batch = IMAGES[order[16 * (update % 4) : 16 * (update % 4) + 16]]
        hidden = batch @ theta[0].T + theta[1]
        error = 2 * (hidden @ theta[2].T + theta[3] - batch) / batch.size
        back = error @ theta[2]
        gradients = [back.T @ batch, back.sum(0), error.T @ hidden, error.sum(0)]
        for i, gradient in enumerate(gradients):
            first[i] = beta1 * first[i] + (1 - beta1) * gradient
            second[i] = beta2 * second[i] + (1 - beta2) * gradient**2
            m, v = first[i] / (1 - beta1 ** (update + 1)), second[i] / (1 - beta2 ** (update + 1))
            theta[i] = theta[i] - rate * m / (np.sqrt(v) + epsilon)
        learner.update(update)
    for found, expected in zip(weights(learner.network).values(), theta, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_every_epoch_sees_each_image_once():
    """50 images in batches of 16: 16, 16, 16 and 2, in another order the next time."""
    learner, shown = descent(), []
    learner.network.register_forward_hook(lambda module, inputs, outputs: shown.append(inputs[0]))
    for update in range(8):
        learner.update(update)
    assert [len(batch) for batch in shown] == [16, 16, 16, 2] * 2
    epochs = [torch.cat(shown[start : start + 4]).numpy() for start in (0, 4)]
    assert not np.array_equal(*epochs)
    expected = np.sort(IMAGES.astype(np.float32), axis=0)
    for epoch in epochs:
        np.testing.assert_array_equal(np.sort(epoch, axis=0), expected)
    assert Protocol(1e-2, 16, 3).updates(50) == 12
    assert Protocol(1e-2, 25, 3).updates(50) == 6


def test_the_loss_is_of_all_images():
    """Mean over images and pixels, as MSELoss has it; it falls."""
    learner = descent()
    record = train(learner, record_grid(12, 4))
    assert record.observations["loss"].shape == (4,)
    outputs = InDouble(learner.network)(IMAGES)
    expected = np.square(outputs - IMAGES).mean()
    assert record.observations["loss"][-1] == pytest.approx(expected, rel=1e-5)
    assert np.all(np.diff(record.observations["loss"]) < 0)


@pytest.mark.parametrize("stopped", [0, 3, 4, 7])
def test_resumed_is_uninterrupted_bit_for_bit(tmp_path, monkeypatch, stopped):
    """Stopped within an epoch or between two, at Adam's first update or later: the same weights."""
    monkeypatch.setattr(numerics.training, "SECONDS_BETWEEN_CHECKPOINTS", 0.0)
    whole = descent()
    expected = train(whole, np.arange(13)).observations["loss"]
    broken = descent()
    update = broken.update

    def interrupted(index):
        if index == stopped:
            raise KeyboardInterrupt
        update(index)

    broken.update = interrupted
    with pytest.raises(KeyboardInterrupt):
        train(broken, np.arange(13), checkpoint=tmp_path / "state.npz")
    resumed = descent()
    found = train(resumed, np.arange(13), checkpoint=tmp_path / "state.npz").observations["loss"]
    np.testing.assert_array_equal(found, expected)
    for name, value in weights(whole.network).items():
        np.testing.assert_array_equal(weights(resumed.network)[name], value)


def test_a_seed_is_all_that_differs():
    """The same seed gives the same losses bit for bit, another gives others."""
    first, again, other = (
        train(descent(seed=seed), np.arange(13)).observations["loss"] for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).all()


@pytest.mark.parametrize("batch", [0, 51])
def test_batches_that_are_none(batch):
    """From one image to all."""
    with pytest.raises(ArgumentError, match="from 1 to 50 images"):
        descent(protocol=Protocol(1e-2, batch, 3))


def test_a_step_that_diverges():
    """A linear network at a rate of 1e30 leaves the finite numbers; the rate is named."""
    with pytest.raises(DivergenceError, match="learning_rate: got 1e\\+30"):
        train(descent(protocol=Protocol(1e30, 16, 3), linear=True), np.arange(13))
