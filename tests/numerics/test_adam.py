"""Shared parts of training: Adam as its authors wrote it, batches, starts, and states as arrays."""

import numpy as np
import pytest
import torch
from torch import nn

from numerics.adam import Adam
from numerics.batches import DrawnBatches, EpochBatches
from numerics.torch_networks import started_by, take_weights, weights
from theory.errors import ArgumentError

TARGET = torch.tensor([1.0, -2.0, 3.0], dtype=torch.float64)


class Point(nn.Module):
    """Three numbers."""

    def __init__(self):
        super().__init__()
        self.x = nn.Parameter(torch.zeros(3, dtype=torch.float64))

    def loss(self):
        return (self.x - TARGET).square().sum()


# --- Adam -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("betas", [(0.9, 0.999), (0.5, 0.99)])
@pytest.mark.parametrize("schedule", [lambda k: None, lambda k: 1e-2 / (k + 1)])
def test_adam_as_written(betas, schedule):
    """Kingma and Ba, algorithm 1, on |x - target|^2, gradient 2 (x - target), by hand: equal to 1e-12.

    The rate of an update is that of the schedule, or the one it was made with.
    """
    point = Point()
    adam = Adam(point, 1e-2, betas)
    theta, first, second = np.zeros(3), np.zeros(3), np.zeros(3)
    for update in range(20):
        gradient = 2 * (theta - TARGET.numpy())
        first = betas[0] * first + (1 - betas[0]) * gradient
        second = betas[1] * second + (1 - betas[1]) * gradient**2
        m, v = first / (1 - betas[0] ** (update + 1)), second / (1 - betas[1] ** (update + 1))
        theta = theta - (schedule(update) or 1e-2) * m / (np.sqrt(v) + 1e-8)
        adam.descend(point.loss(), schedule(update))
    np.testing.assert_allclose(point.x.detach().numpy(), theta, rtol=1e-12)


def test_only_its_own_network_gets_gradients():
    """A loss through two networks: the other neither moves nor holds a gradient."""
    with started_by(0):
        own, other = nn.Linear(3, 2), nn.Linear(2, 1)
    before, start = weights(other), weights(own)
    Adam(own, 1e-2).descend(other(own(torch.ones(4, 3))).square().mean())
    assert not np.array_equal(weights(own)["weight"], start["weight"])
    for name, values in weights(other).items():
        np.testing.assert_array_equal(values, before[name])
    assert all(p.grad is None for network in (own, other) for p in network.parameters())


def test_a_state_goes_on_where_it_was():
    """Ten updates at once, or four, a state, and six of another Adam from it: the same bits."""
    whole, broken, resumed = Point(), Point(), Point()
    adams = [Adam(point, 1e-2) for point in (whole, broken, resumed)]
    for _ in range(10):
        adams[0].descend(whole.loss())
    for _ in range(4):
        adams[1].descend(broken.loss())
    kept = weights(broken) | adams[1].state()
    adams[1].descend(broken.loss())  # a state is a copy
    take_weights(resumed, kept)
    adams[2].load(kept)
    for _ in range(6):
        adams[2].descend(resumed.loss())
    assert weights(resumed)["x"].tobytes() == weights(whole)["x"].tobytes()


# --- batches --------------------------------------------------------------------------------------


def test_an_epoch_sees_each_sample_once():
    """10 samples in batches of 4: 4, 4 and 2, another order in the next epoch."""
    batches = EpochBatches(10, 4, seed=1)
    taken = [batches.take(index) for index in range(6)]
    assert [len(batch) for batch in taken] == [4, 4, 2] * 2
    epochs = [torch.cat(taken[start : start + 3]).tolist() for start in (0, 3)]
    assert [sorted(epoch) for epoch in epochs] == [list(range(10))] * 2
    assert epochs[0] != epochs[1]


def test_draws_with_replacement_are_even():
    """20000 draws of 5 samples: each in 4000 +- 5 sd (57); a batch may be larger than the set."""
    batches = DrawnBatches(5, 100, seed=1)
    taken = torch.cat([batches.take(index) for index in range(200)])
    counts = torch.bincount(taken, minlength=5)
    assert len(taken) == 20_000
    assert (counts - 4000).abs().max() < 5 * 57


@pytest.mark.parametrize("kind", [EpochBatches, DrawnBatches])
@pytest.mark.parametrize("stopped", [0, 2, 3])
def test_batches_go_on_where_they_were(kind, stopped):
    """From the state after some updates another one takes the same batches."""
    whole, resumed = kind(10, 4, seed=1), kind(10, 4, seed=2)
    for index in range(stopped):
        whole.take(index)
    resumed.load({name: values.copy() for name, values in whole.state().items()})
    for index in range(stopped, 8):
        assert torch.equal(whole.take(index), resumed.take(index))


@pytest.mark.parametrize(
    ("kind", "batch", "words"),
    [
        (EpochBatches, 0, "from 1 to 10"),
        (EpochBatches, 11, "from 1 to 10"),
        (DrawnBatches, 0, "at least 1"),
    ],
)
def test_batches_that_are_none(kind, batch, words):
    """From one sample to all; with replacement to any number."""
    with pytest.raises(ArgumentError, match=f"batch: got {batch}; must be {words}"):
        kind(10, batch, seed=0)


# --- starts and weights ---------------------------------------------------------------------------


def test_a_start_follows_from_its_seed():
    """The layers of torch's own start with that seed; its random numbers go on undisturbed."""
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    with started_by(7):
        made = nn.Linear(4, 3)
    assert torch.equal(torch.rand(2), expected)
    torch.manual_seed(7)
    assert torch.equal(nn.Linear(4, 3).weight, made.weight)


def test_weights_hold_running_statistics():
    """BatchNorm in training mode moves its buffers: they are among the weights, and come back."""
    network, other = (nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3)) for _ in range(2))
    start = weights(network)
    network(torch.arange(8.0).reshape(4, 2))
    kept = weights(network)
    assert kept["1.num_batches_tracked"] == 1
    assert not np.array_equal(kept["1.running_mean"], start["1.running_mean"])
    take_weights(other, kept | {"beside": np.zeros(1)})
    for name, values in weights(other).items():
        np.testing.assert_array_equal(values, kept[name])
