"""Deep networks: their layers one by one, plain SGD on `MSELoss`, and what is observed of them."""

import numpy as np
import pytest
import torch
from torch.nn import functional

import numerics.training
from numerics.linear_cnn.deep_network import DeepDescent, deep_network, squares
from numerics.singular_modes import Samples, modes_of, one_hot
from numerics.training import record_grid, train
from theory.errors import ArgumentError


@pytest.fixture(scope="module")
def modes():
    """Forty images of 8 x 8 pixels with two channels, in three classes."""
    generator = np.random.default_rng(0)
    return modes_of(
        Samples(generator.normal(size=(40, 128)), one_hot(np.arange(40) % 3), channels=2)
    )


def descent(modes, *, nonlinear=True, updates=30, rate=0.5, test=None, **options):
    network = deep_network(8, 2, 3, nonlinear=nonlinear, seed=4, kernels=5)
    samples = np.random.default_rng(1).integers(40, size=(updates, 6))
    return DeepDescent(network, modes, rate, samples, test, **options)


@pytest.mark.parametrize(
    ("side", "channels", "nonlinear", "flat"),
    [
        (14, 1, True, 16 * 3 * 3),  # 14, 7, 3: halves are rounded down
        (14, 1, False, 16 * 14 * 14),
        (8, 1, True, 16 * 2 * 2),
        (32, 3, True, 16 * 8 * 8),
        (32, 3, False, 16 * 32 * 32),
        (4, 1, True, 16),
        (2, 1, False, 16 * 4),
    ],
)
def test_shapes(side, channels, nonlinear, flat):
    """Four convolutions 3 x 3, C to 16 to 16 to 16 to 16, then flat to 16 to 10, all with biases."""
    network = deep_network(side, channels, 10, nonlinear=nonlinear, seed=0)
    shapes = [tuple(p.shape) for p in network.parameters()]
    convolutions = [(16, channels, 3, 3), *[(16, 16, 3, 3)] * 3]
    layers = [*convolutions, (16, flat), (10, 16)]
    assert shapes == [shape for layer in layers for shape in (layer, layer[:1])]
    assert network(torch.zeros(2, channels, side, side)).shape == (2, 10)


@pytest.mark.parametrize("nonlinear", [True, False])
def test_the_network_is_what_its_layers_say(nonlinear):
    """The same outputs, written out: zeros around, ReLU, the largest of 2 x 2 after layers 2 and 4."""
    network = deep_network(9, 2, 3, nonlinear=nonlinear, seed=1, kernels=4)
    *weights, w5, b5, w6, b6 = network.parameters()
    images = torch.randn(7, 2, 9, 9, generator=torch.Generator().manual_seed(0))
    hidden = images
    for layer in range(4):
        hidden = functional.conv2d(
            functional.pad(hidden, (1, 1, 1, 1)), weights[2 * layer], weights[2 * layer + 1]
        )
        if nonlinear:
            hidden = hidden.clamp(min=0)
            if layer in (1, 3):
                even = 2 * (hidden.shape[-1] // 2)
                tiles = hidden[..., :even, :even].reshape(7, 4, even // 2, 2, even // 2, 2)
                hidden = tiles.amax(dim=(3, 5))
    hidden = hidden.reshape(7, -1) @ w5.T + b5
    if nonlinear:
        hidden = hidden.clamp(min=0)
    torch.testing.assert_close(network(images), hidden @ w6.T + b6, rtol=1e-5, atol=1e-6)


def test_the_start_is_torch_default_and_of_its_seed_alone():
    """Uniform within 1/sqrt(inputs); the same from the same seed; torch's own numbers go on as before."""
    torch.manual_seed(123)
    before = torch.get_rng_state()
    first, again, other = (
        list(deep_network(8, 1, 10, nonlinear=True, seed=s).parameters()) for s in (3, 3, 4)
    )
    assert torch.equal(torch.get_rng_state(), before)
    for one, same, different in zip(first, again, other, strict=True):
        assert torch.equal(one, same)
        assert not torch.equal(one, different)
    for weight, bias in zip(first[::2], first[1::2], strict=True):
        bound = weight[0].numel() ** -0.5
        assert 0.9 * bound < weight.abs().max() <= bound * (1 + 1e-6)
        assert bias.abs().max() <= bound * (1 + 1e-6)


def test_images_too_small_for_the_nonlinear_network():
    """3 pixels halve to 1 and then to none; the linear network takes them."""
    with pytest.raises(ArgumentError, match=r"side: got 3; .*4 pixels a side at least; .*linear"):
        deep_network(3, 1, 2, nonlinear=True, seed=0)
    assert deep_network(3, 1, 2, nonlinear=False, seed=0)(torch.zeros(1, 1, 3, 3)).shape == (1, 2)


def test_updates_are_sgd_on_the_mean_squared_error(modes):
    """Twenty batches as `torch.optim.SGD` on `MSELoss` takes them."""
    learner = descent(modes)
    other = deep_network(8, 2, 3, nonlinear=True, seed=4, kernels=5)
    optimiser = torch.optim.SGD(other.parameters(), lr=0.5)
    batches = np.random.default_rng(1).integers(40, size=(30, 6))
    x, y = (torch.tensor(a, dtype=torch.float32) for a in (squares(modes), modes.targets))
    for index in range(20):
        learner.update(index)
        optimiser.zero_grad()
        torch.nn.MSELoss()(other(x[batches[index]]), y[batches[index]]).backward()
        optimiser.step()
    for ours, theirs in zip(learner.network.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-7)


def test_what_is_observed(modes):
    """A = U^T <y^ x^T> V and the mean squared errors, from the network's outputs written out."""
    generator = np.random.default_rng(5)
    test = Samples(generator.normal(size=(9, 128)), one_hot(np.arange(9) % 3), channels=2)
    learner = descent(modes, test=test)
    seen = learner.observe()
    assert set(seen) == {"strengths", "train_loss", "test_loss"}
    for samples, name in ((modes, "train_loss"), (test, "test_loss")):
        images = torch.tensor(samples.images.reshape(-1, 2, 8, 8), dtype=torch.float32)
        outputs = learner.network(images).detach().double().numpy()
        expected = sum(((o - y) ** 2).sum() for o, y in zip(outputs, samples.targets, strict=True))
        assert seen[name] == pytest.approx(expected / outputs.size, rel=1e-6)
        if samples is modes:
            a = np.einsum(
                "pl,mp,mn,nk->lk", modes.left, outputs, modes.inputs, modes.right, optimize=True
            )
            np.testing.assert_allclose(seen["strengths"], a / 40, atol=1e-8)


@pytest.mark.parametrize("chunk", [1, 7, 39, 40, 1000])
def test_how_many_images_are_looked_at_together_does_not_matter(modes, chunk):
    """A and loss are the same to float32 rounding."""
    whole, parts = descent(modes).observe(), descent(modes, chunk=chunk).observe()
    for name, values in whole.items():
        np.testing.assert_allclose(parts[name], values, atol=1e-7)


@pytest.mark.parametrize("nonlinear", [True, False])
def test_resumed_is_uninterrupted_bit_for_bit(modes, tmp_path, monkeypatch, nonlinear):
    """Stopped at update 17 of 30; another learner goes on from the checkpoint at 15."""
    monkeypatch.setattr(numerics.training, "SECONDS_BETWEEN_CHECKPOINTS", 0.0)
    grid, file = record_grid(30, 5), tmp_path / "state.npz"
    undisturbed = descent(modes, nonlinear=nonlinear)
    whole = train(undisturbed, grid).observations

    stopped = descent(modes, nonlinear=nonlinear)
    update = stopped.update

    def until_17(index):
        if index == 17:
            raise KeyboardInterrupt
        update(index)

    stopped.update = until_17
    with pytest.raises(KeyboardInterrupt):
        train(stopped, grid, checkpoint=file)
    assert file.exists()
    later = descent(modes, nonlinear=nonlinear)
    resumed = train(later, grid, checkpoint=file).observations
    for name, values in whole.items():
        np.testing.assert_array_equal(resumed[name], values)
        assert values.std() > 0
    for name, values in undisturbed.state().items():
        np.testing.assert_array_equal(later.state()[name], values)
