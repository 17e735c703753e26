"""How a network is trained: in a cycle as torch does, with clipped gradients, and what is refused."""

import numpy as np
import pytest
import torch
from torch import nn

from numerics.adam import Adam
from numerics.batches import EpochBatches
from numerics.torch_networks import started_by
from numerics.wave_rnn.training.protocol import PAPER, SMALL, Protocol
from theory.errors import ArgumentError

X = torch.randn(12, 3, generator=torch.Generator().manual_seed(0))
Y = X @ torch.tensor([[1.0], [-2.0], [0.5]]) + 0.3


def line():
    with started_by(1):
        return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))


def test_a_cycle_trains_as_torchs():
    """Thirty updates of Adam by the closed functions, and by torch's own scheduler: the same weights."""
    ours, theirs = line(), line()
    protocol = Protocol(batch=1, learning_rate=2e-2, updates=30, schedule="one_cycle")
    adam = Adam(ours, protocol.learning_rate)
    other = torch.optim.Adam(theirs.parameters(), lr=2e-2)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(
        other, max_lr=2e-2, total_steps=30, pct_start=0.2
    )
    for update in range(30):
        rate, beta1 = protocol.rates(update, 30)
        adam.descend((ours(X) - Y).square().mean(), rate, beta1=beta1)
        other.zero_grad()
        (theirs(X) - Y).square().mean().backward()
        other.step()
        if update < 29:
            scheduler.step()
    for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
        np.testing.assert_allclose(p.detach().numpy(), q.detach().numpy(), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("clip", [1e-3, 0.1, 1e6])
def test_a_gradient_is_clipped_as_by_torch(clip):
    """The norm that comes back is that of the whole gradient; the update that of the shortened one."""
    ours, theirs = line(), line()
    adam, other = Adam(ours, 1e-2), torch.optim.Adam(theirs.parameters(), lr=1e-2)
    for _ in range(5):
        other.zero_grad()
        (theirs(X) - Y).square().mean().backward()
        expected = np.sqrt(sum(float(p.grad.square().sum()) for p in theirs.parameters()))
        nn.utils.clip_grad_norm_(theirs.parameters(), clip)
        other.step()
        found = adam.descend((ours(X) - Y).square().mean(), clip=clip)
        assert float(found) == pytest.approx(expected, rel=1e-5)
    for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.equal(p, q)


def test_what_is_not_clipped_tells_its_norm():
    """With and without a bound that is never reached: the same norms, the same weights."""
    free, bound = line(), line()
    for _ in range(5):
        norms = [
            float(adam.descend((network(X) - Y).square().mean(), clip=clip))
            for network, adam, clip in (
                (free, Adam(free, 1e-2), None),
                (bound, Adam(bound, 1e-2), 1e9),
            )
        ]
        assert norms[0] == norms[1] > 0
    assert all(map(torch.equal, free.parameters(), bound.parameters()))


@pytest.mark.parametrize("share", [1.0, 0.1, 1e-3])
def test_a_slowed_parameter(share):
    """By torch's own groups: one weight at a share of the rate, a schedule moves both; the same bits."""
    ours, theirs = line(), line()
    adam = Adam(ours, 1e-2, slowed={"0.weight": share})
    slow, *others = theirs.parameters()
    other = torch.optim.Adam([{"params": others}, {"params": [slow]}], lr=1e-2)
    for update in range(5):
        rate = 1e-2 / (update + 1)
        for group, relative in zip(other.param_groups, (1.0, share), strict=True):
            group["lr"] = rate * relative
        other.zero_grad()
        (theirs(X) - Y).square().mean().backward()
        other.step()
        adam.descend((ours(X) - Y).square().mean(), rate)
    for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.equal(p, q)


def test_a_slowed_state_goes_on():
    """Moments are kept by names: three updates at once, or two and one of another Adam."""
    whole, broken = line(), line()
    adams = [Adam(network, 1e-2, slowed={"2.bias": 0.1}) for network in (whole, broken, broken)]
    for _ in range(3):
        adams[0].descend((whole(X) - Y).square().mean())
    for _ in range(2):
        adams[1].descend((broken(X) - Y).square().mean())
    adams[2].load(adams[1].state())
    adams[2].descend((broken(X) - Y).square().mean())
    assert all(map(torch.equal, whole.parameters(), broken.parameters()))


def test_a_parameter_that_is_not_there():
    """It is named."""
    with pytest.raises(
        ArgumentError, match="slowed: got kernel; the network has no such parameter"
    ):
        Adam(line(), 1e-2, slowed={"kernel": 0.1, "0.bias": 1.0})


def test_incomplete_batches_are_dropped():
    """10 samples in batches of 4: two whole ones an epoch, its two last samples left out."""
    batches = EpochBatches(10, 4, seed=1, drop_last=True)
    taken = [batches.take(index) for index in range(6)]
    assert [len(batch) for batch in taken] == [4] * 6
    for start in (0, 2, 4):
        assert len(set(torch.cat(taken[start : start + 2]).tolist())) == 8
    left = [set(range(10)) - set(torch.cat(taken[k : k + 2]).tolist()) for k in (0, 2, 4)]
    assert left[0] != left[1] or left[1] != left[2]


def test_dropping_nothing_changes_nothing():
    """12 samples in batches of 4: no batch is incomplete, and the orders are the same."""
    one, two = (EpochBatches(12, 4, seed=3, drop_last=drop) for drop in (True, False))
    for index in range(7):
        assert torch.equal(one.take(index), two.take(index))


@pytest.mark.parametrize(
    ("images", "batches"), [(51000, 796), (10000, 156)], ids=["MNIST", "tetrominoes"]
)
def test_the_papers_length(images, batches):
    """Section 4.2: 300 epochs of 796 or 156 batches, judged after each, rate 1e-3, no cycle."""
    assert PAPER.total(images) == 300 * batches
    np.testing.assert_array_equal(PAPER.grid(images), batches * np.arange(301))
    assert PAPER.rates(17, PAPER.total(images)) == (1e-3, 0.9)


def test_the_small_protocol():
    """Section 7.1: 1200 updates of 16, four evaluations, the peak 5e-3 after a fifth."""
    assert SMALL.total(4000) == 1200
    assert SMALL.grid(4000).tolist() == [0, 300, 600, 900, 1200]
    assert SMALL.rates(239, 1200) == (5e-3, 0.85)


@pytest.mark.parametrize("updates", [3, 7, 10, 1000])
@pytest.mark.parametrize("evaluations", [1, 3, 4, 7])
def test_evaluations_are_equally_spaced(updates, evaluations):
    """From 0 to the last update, neighbours within one of updates/evaluations."""
    protocol = Protocol(batch=1, learning_rate=1e-3, updates=updates, evaluations=evaluations)
    grid = protocol.grid(5)
    assert (grid[0], grid[-1]) == (0, updates)
    spacing = max(updates / evaluations, 1)
    assert (abs(np.diff(grid) - spacing) <= 1).all()


GOOD = {"batch": 4, "learning_rate": 1e-3, "updates": 10}


@pytest.mark.parametrize(
    ("change", "name", "words"),
    [
        ({"updates": None}, "updates, epochs", "one of them"),
        ({"epochs": 3}, "updates, epochs", "one of them"),
        ({"updates": 0}, "updates, epochs", "at least 1"),
        ({"batch": 0}, "batch", "at least 1"),
        ({"evaluations": 0}, "evaluations", "at least 1"),
        ({"learning_rate": 0.0}, "learning_rate", "positive"),
        ({"learning_rate": np.nan}, "learning_rate", "positive and finite"),
        ({"wave_rate": 0.0}, "wave_rate", "positive"),
        ({"clip": 0.0}, "clip", "positive"),
        ({"average": 1.0}, "average", "between 0 and 1"),
        ({"least_gain": -1e-3}, "least_gain", "0 or more"),
        ({"schedule": "cosine"}, "schedule", "constant or one_cycle"),
        ({"schedule": "one_cycle", "warm_up": 1.0}, "warm_up", "between 0 and 1"),
        ({"schedule": "one_cycle", "warm_up": 0.1}, "warm_up", "above 1/10"),
    ],
)
def test_protocols_that_are_none(change, name, words):
    """The error names the argument and what is allowed."""
    with pytest.raises(ArgumentError, match=words) as error:
        Protocol(**(GOOD | change))
    assert error.value.argument == name
