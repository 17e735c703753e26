"""Autograd on a torch network: the loss is `MSELoss`, trials are alone, online is one sample."""

import numpy as np
import pytest
import torch

from numerics.images import digits, first
from numerics.images.image_set import image_set
from numerics.linear_cnn import starts
from numerics.linear_cnn.network import LinearCNN
from numerics.singular_modes import Samples, modes_of, singular_modes
from numerics.torch_descent import TorchDescent
from numerics.training import record_grid, train


@pytest.fixture(scope="module")
def modes():
    generator = np.random.default_rng(0)
    return singular_modes(
        image_set(
            generator.normal(size=(12, 4, 4)),
            np.arange(12) % 3,
            name="random",
            class_names=["a", "b", "c"],
            source={},
        )
    )


def descent(modes, trials, rate=0.02, samples=None, dtype=torch.float64, shown=None, test=None):
    start = starts.random_start(trials, pixels=16, classes=3, scale=0.1)
    network = LinearCNN(start, dtype, torch.device("cpu"))
    return TorchDescent(network, modes, shown or modes, rate, samples, test)


def test_one_update_is_sgd_on_the_mean_squared_error(modes):
    """The same step as `torch.optim.SGD` on `MSELoss(reduction="mean")`: c = 2/p."""
    learner = descent(modes, range(1))
    other = LinearCNN(learner.network.weights(), torch.float64, torch.device("cpu"))
    optimiser = torch.optim.SGD(other.parameters(), lr=0.02)
    loss = torch.nn.MSELoss()(other(torch.tensor(modes.inputs))[0], torch.tensor(modes.targets))
    loss.backward()
    optimiser.step()
    learner.update(0)
    for ours, theirs in zip(learner.network.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("online", [False, True])
def test_trials_do_not_touch_each_other(modes, online):
    """Three trials together train as each does alone."""
    samples = np.random.default_rng(1).integers(0, 12, size=(3, 40, 2)) if online else None
    grid = record_grid(40, 10)
    together = train(descent(modes, range(3), samples=samples), grid).observations
    for trial in range(3):
        own = samples[trial : trial + 1] if online else None
        alone = train(descent(modes, range(trial, trial + 1), samples=own), grid).observations
        for name, values in alone.items():
            np.testing.assert_allclose(together[name][:, trial], values[:, 0], atol=1e-14)
    strengths = together["strengths"]
    assert abs(strengths[:, 0] - strengths[:, 1]).max() > 1e-3


def test_a_batch_is_the_mean_of_its_samples(modes):
    """Three samples, one of them twice: the step is the mean of the single steps."""
    together = descent(modes, range(2), samples=np.array([[[3, 8, 8]], [[0, 1, 2]]]))
    before = together.state()
    together.update(0)
    steps = []
    for drawn in ([3, 0], [8, 1], [8, 2]):
        single = descent(modes, range(2), samples=np.array(drawn)[:, None, None])
        single.update(0)
        steps.append(single.state())
    for name, array in together.state().items():
        mean = np.mean([step[name] for step in steps], axis=0)
        np.testing.assert_allclose(array, mean, atol=1e-15)
        assert abs(array - before[name]).max() > 1e-5


def test_online_is_full_batch_on_the_drawn_sample(modes):
    """An update with sample 7 = a full-batch update on that image alone."""
    online = descent(modes, range(2), samples=np.full((2, 1, 1), 7))
    single = descent(modes, range(2), shown=Samples(modes.inputs[7:8], modes.targets[7:8]))
    online.update(0)
    single.update(0)
    for name, array in online.state().items():
        np.testing.assert_allclose(array, single.state()[name], atol=1e-15)


def test_equivalent_rows_train_alike():
    """50 updates on 64 rows = 50 updates on 300 digits, to 1e-12; A from either, too."""
    modes = singular_modes(first(digits(), 300))
    start = starts.random_start(range(2), pixels=64, classes=10, scale=1e-2)
    records = []
    for shown in (modes, modes.equivalent_rows()):
        network = LinearCNN(start, torch.float64, torch.device("cpu"))
        learner = TorchDescent(network, modes, shown, 0.03)
        records.append(train(learner, record_grid(50, 10)).observations["strengths"])
    np.testing.assert_allclose(records[1], records[0], atol=1e-12)
    assert abs(records[0][-1] - records[0][0]).max() > 1e-2


COUNTS = {"fewer than inputs": 9, "as many": 48, "many": 70}


@pytest.mark.parametrize("count", COUNTS.values(), ids=COUNTS)
def test_losses_are_those_of_the_images(count):
    """Trained on the images or on equivalent rows: both losses are those of all images, to 1e-12."""
    generator = np.random.default_rng(count)
    shown, test = (
        Samples(generator.normal(size=(m, 48)), np.eye(3)[np.arange(m) % 3], channels=3)
        for m in (count, 100)
    )
    modes = modes_of(shown)
    start = starts.random_start(range(2), 16, 3, 0.3, widths=(3, 2))
    for rows in (modes, modes.equivalent_rows()):
        network = LinearCNN(start, torch.float64, torch.device("cpu"))
        learner = TorchDescent(network, modes, rows, 1e-3, test=test)
        for update in range(3):
            seen = learner.observe()
            for name, data in (("train_loss", shown), ("test_loss", test)):
                predictions = network(torch.tensor(data.inputs)).detach().numpy()
                plain = ((predictions - data.targets) ** 2).mean(axis=(1, 2))
                np.testing.assert_allclose(seen[name], plain, rtol=1e-12)
            learner.update(update)


def test_no_test_loss_without_a_test(modes):
    """Nothing is observed of what was not given."""
    assert "test_loss" not in descent(modes, range(1)).observe()


def test_observed_in_double_precision(modes):
    """A float32 network is measured in float64: off by rounding of the weights, not of the sums."""
    single = descent(modes, range(2), dtype=torch.float32)
    double = descent(modes, range(2))
    for name, values in single.observe().items():
        assert values.dtype == np.float64
        np.testing.assert_allclose(values, double.observe()[name], atol=1e-5)
    assert next(single.network.parameters()).dtype == torch.float32


def test_gradients_leave_no_trace(modes):
    """No gradient stays on the parameters: the next update does not add to it."""
    learner = descent(modes, range(1))
    learner.update(0)
    assert all(p.grad is None for p in learner.network.parameters())
