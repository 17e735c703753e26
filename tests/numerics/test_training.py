"""Updates one after another: the record, and a killed run that ends where it would have ended."""

import numpy as np
import pytest
import torch

from numerics import linear_network, training
from numerics.images import pure_cosines
from numerics.linear_cnn import starts
from numerics.linear_cnn.fourier_model import FourierDescent, FourierModel
from numerics.linear_cnn.network import LinearCNN
from numerics.singular_modes import Samples, singular_modes
from numerics.torch_descent import TorchDescent
from theory.errors import ArgumentError

MODES = singular_modes(
    pure_cosines(image_side=5, frequencies=[(0, 0), (1, 2), (0, 1)], amplitudes=[1.5, 1.0, 0.6])
)
SAMPLES = np.random.default_rng(5).integers(0, 3, size=(2, 60, 1))
BATCHES = np.random.default_rng(6).integers(0, 3, size=(2, 60, 4))
TEST = Samples(np.random.default_rng(7).normal(size=(5, 25)), np.eye(3)[[0, 1, 2, 0, 1]])
PIXELS = starts.random_start(range(2), pixels=25, classes=3, scale=0.02)
DEEP = starts.random_start(range(2), pixels=25, classes=3, scale=0.2, widths=(1, 2, 2))
LAYERS = linear_network.random_start(range(2), pixels=25, classes=3, hidden=4, scale=0.02)


def fourier_descent(rate, samples=None):
    model = FourierModel(MODES)
    return FourierDescent(model, model.weights(PIXELS), rate, loss_scale=2 / 3, samples=samples)


def deep_fourier_descent(rate):
    model = FourierModel(MODES, test=TEST)
    return FourierDescent(model, model.weights(DEEP), rate, 2 / 3, BATCHES)


def layer_descent(rate, samples=None):
    model = linear_network.LayerModel(MODES, test=TEST)
    return linear_network.LayerDescent(model, model.weights(LAYERS), rate, 2 / 3, samples)


def torch_descent(rate, samples=None, dtype=torch.float64, start=PIXELS):
    network = LinearCNN(start, dtype, torch.device("cpu"))
    return TorchDescent(network, MODES, MODES, rate, samples, test=TEST)


def torch_layers(rate, samples=None):
    network = linear_network.torch_network(LAYERS, torch.float64, torch.device("cpu"))
    return TorchDescent(network, MODES, MODES, rate, samples)


LEARNERS = {
    "Fourier": fourier_descent,
    "Fourier, online": lambda rate: fourier_descent(rate, SAMPLES),
    "Fourier, two layers, batches": deep_fourier_descent,
    "layers": layer_descent,
    "layers, online": lambda rate: layer_descent(rate, SAMPLES),
    "torch": torch_descent,
    "torch, online": lambda rate: torch_descent(rate, SAMPLES),
    "torch, two layers, batches": lambda rate: torch_descent(rate, BATCHES, start=DEEP),
    "torch, float32": lambda rate: torch_descent(rate, dtype=torch.float32),
    "torch layers": torch_layers,
    "torch layers, online": lambda rate: torch_layers(rate, SAMPLES),
}


class Counter:
    """A learner whose observation is the number of updates made; it can be killed at one."""

    step_size = ("learning_rate", 0.1)

    def __init__(self, killed_at=None):
        self.made, self.indices, self.killed_at = 0, [], killed_at

    def update(self, index):
        if index == self.killed_at:
            raise KeyboardInterrupt
        self.indices.append(index)
        self.made += 1

    def observe(self):
        return np.array([float(self.made)])

    def state(self):
        return {"made": np.array(self.made)}

    def load(self, state):
        self.made = int(state["made"])


def test_the_grid():
    """0, every, 2 every, ..., and the last: once each."""
    assert training.record_grid(7, 3).tolist() == [0, 3, 6, 7]
    assert training.record_grid(6, 3).tolist() == [0, 3, 6]
    assert training.record_grid(2, 5).tolist() == [0, 2]


@pytest.mark.parametrize(("updates", "every", "name"), [(0, 1, "updates"), (5, -1, "every")])
def test_the_grid_refuses(updates, every, name):
    """Numbers below 1, by name."""
    with pytest.raises(ArgumentError, match=f"{name}: got -?[01]; must be at least 1; choose"):
        training.record_grid(updates, every)


def test_observed_before_any_update():
    """After k updates the counter shows k, beginning with 0; progress tells the same numbers."""
    told = []
    record = training.train(
        Counter(), np.array([0, 2, 5]), progress=lambda done, total: told.append((done, total))
    )
    assert record.updates.tolist() == record.observations[:, 0].tolist() == [0, 2, 5]
    assert told == [(0, 5), (2, 5), (5, 5)]


def test_a_killed_run_goes_on(tmp_path, monkeypatch):
    """Killed at update 9, kept after each, between observations too: the rest alone is made afterwards.

    What goes on says at once from where.
    """
    monkeypatch.setattr(training, "SECONDS_BETWEEN_CHECKPOINTS", -1.0)
    path = tmp_path / "state.npz"
    grid = training.record_grid(10, 5)
    with pytest.raises(KeyboardInterrupt):
        training.train(Counter(killed_at=9), grid, checkpoint=path)
    second = Counter()
    told = []
    record = training.train(second, grid, checkpoint=path, progress=lambda *made: told.append(made))
    assert second.indices == [9]
    assert told[0] == (9, 10)
    assert record.observations[:, 0].tolist() == grid.tolist()
    finished = Counter()
    training.train(finished, grid, checkpoint=path)
    assert finished.indices == []


@pytest.mark.parametrize("name", LEARNERS)
def test_resumed_bit_for_bit(name, tmp_path, monkeypatch):
    """60 updates in one run, and in runs killed after 23 and 41: same record, same weights.

    Each learner moves: the strengths at the end differ from those at the start.
    """
    monkeypatch.setattr(training, "SECONDS_BETWEEN_CHECKPOINTS", -1.0)
    grid = training.record_grid(60, 7)
    whole = LEARNERS[name](0.02)
    record = training.train(whole, grid)
    strengths = record.observations["strengths"]
    assert abs(strengths[-1] - strengths[0]).max() > 1e-4
    path = tmp_path / "state.npz"
    for killed_at in (23, 41):
        learner = LEARNERS[name](0.02)
        kill_at(learner, killed_at)
        with pytest.raises(KeyboardInterrupt):
            training.train(learner, grid, checkpoint=path)
    last = LEARNERS[name](0.02)
    resumed = training.train(last, grid, checkpoint=path)
    assert list(resumed.observations) == list(record.observations)
    for key, array in record.observations.items():
        assert resumed.observations[key].tobytes() == array.tobytes()
    for key, array in whole.state().items():
        assert last.state()[key].tobytes() == array.tobytes()


def kill_at(learner, number):
    update = learner.update

    def killed(index):
        if index == number:
            raise KeyboardInterrupt
        update(index)

    learner.update = killed


def test_a_state_is_a_copy():
    """What a checkpoint holds does not change when the learner goes on."""
    learner = torch_descent(0.1)
    kept = {name: array.copy() for name, array in learner.state().items()}
    state = learner.state()
    learner.update(0)
    for name, array in kept.items():
        np.testing.assert_array_equal(state[name], array)
        assert not np.array_equal(learner.state()[name], array)


@pytest.mark.parametrize("name", LEARNERS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_stops_where_weights_are_not_finite(name):
    """A learning rate of 1e4 diverges: the error names it and the number of updates."""
    message = r"learning_rate: got 10000.0; the state was not finite any more after \d+ updates; "
    with pytest.raises(ArgumentError, match=message + "choose a smaller learning rate"):
        training.train(LEARNERS[name](1e4), training.record_grid(60, 10))
