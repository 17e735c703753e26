"""The fully connected network: its flow is the derived law, its descent the exact map."""

import numpy as np
import pytest
import sympy
import torch
import xarray as xr

from numerics import linear_network
from numerics.images import cosine_sums, pure_cosines
from numerics.images.image_set import image_set
from numerics.lambdify import lambdify
from numerics.laws import evaluate, integrate
from numerics.linear_network import LayerDescent, LayerModel, LayerWeights
from numerics.singular_modes import singular_modes
from numerics.torch_descent import TorchDescent
from numerics.training import record_grid, train
from theory import linear_network as theory
from theory.claims import registered
from theory.errors import ArgumentError


def random_modes(side, samples, classes, seed):
    generator = np.random.default_rng(seed)
    data = image_set(
        generator.normal(size=(samples, side, side)),
        np.arange(samples) % classes,
        name="random",
        class_names=[str(c) for c in range(classes)],
        source={},
    )
    return singular_modes(data)


@pytest.fixture
def cosine_modes():
    """S in the ratio 1.5 : 1/sqrt 2 : 0.3 sqrt 2, far apart."""
    return singular_modes(
        pure_cosines(image_side=6, frequencies=[(0, 0), (1, 2), (0, 1)], amplitudes=[1.5, 1.0, 0.6])
    )


def test_rates_are_the_derived_law():
    """The array law equals the registered System at 4 inputs, 2 nodes, 2 outputs, to 1e-12."""
    modes = random_modes(side=2, samples=5, classes=2, seed=1)
    start = linear_network.random_start(range(3), pixels=4, classes=2, hidden=2, scale=1.0)
    field = LayerModel(modes).vector_field(start)
    factories = {entry.name: entry.factory for entry in registered()}
    system = factories[field.system](nodes=2, p=2, n=4)
    values = {f"Syx_{i}_{j}": modes.output_input[i, j] for i in range(2) for j in range(4)}
    values |= {f"Sxx_{i}_{j}": modes.input_input[i, j] for i in range(4) for j in range(4)}
    law = lambdify(sympy.Matrix(list(system.law.values())), [*system.state, *system.parameters])
    for trial in range(3):
        expected = law(*field.start[trial], *(values[str(s)] for s in system.parameters))
        np.testing.assert_allclose(field.rates(field.start)[trial], expected[:, 0], atol=1e-12)


def test_packing_is_undone():
    """Weights as one real vector, and back."""
    start = linear_network.random_start(range(2), pixels=9, classes=2, hidden=3, scale=1.0)
    field = LayerModel(random_modes(3, 4, 2, seed=0)).vector_field(start)
    back = linear_network.unpack(field.start, like=start)
    np.testing.assert_array_equal(back.first, start.first)
    np.testing.assert_array_equal(back.second, start.second)


def test_random_start_draws_in_the_stated_order():
    """default_rng(seed): first layer, then second; each trial by its own seed."""
    start = linear_network.random_start(range(3, 5), pixels=4, classes=2, hidden=3, scale=0.1)
    generator = np.random.default_rng(4)
    np.testing.assert_array_equal(start.first[1], generator.normal(0, 0.1, (3, 4)))
    np.testing.assert_array_equal(start.second[1], generator.normal(0, 0.1, (2, 3)))


def test_flow_conserves_the_balance():
    """W1 W1^T - W2^T W2 is constant along the flow, as a matrix."""
    modes = random_modes(side=3, samples=7, classes=3, seed=2)
    start = linear_network.random_start(range(2), pixels=9, classes=3, hidden=4, scale=0.5)
    field = LayerModel(modes).vector_field(start)
    states = field.flow(
        np.array([0.0, 1.0, 20.0]), relative_tolerance=1e-11, absolute_tolerance=1e-12
    )

    def balance(state):
        w = linear_network.unpack(state, like=start)
        return w.first @ w.first.swapaxes(1, 2) - w.second.swapaxes(1, 2) @ w.second

    assert abs(states[-1] - states[0]).max() > 0.1
    np.testing.assert_allclose(balance(states[1]), balance(states[0]), atol=1e-9)
    np.testing.assert_allclose(balance(states[2]), balance(states[0]), atol=1e-9)


def test_balanced_start(cosine_modes):
    """A = diag(A0) exactly, and W1 W1^T = W2^T W2."""
    strengths = np.array([[1e-4, 2e-4, 3e-4], [1e-3, 0.1, 0.01]])
    start = linear_network.balanced_start(cosine_modes, strengths, hidden=5)
    model = LayerModel(cosine_modes)
    found = model.strengths(model.weights(start))
    np.testing.assert_allclose(found, strengths[:, None, :] * np.eye(3), atol=1e-15)
    np.testing.assert_allclose(
        start.first @ start.first.swapaxes(1, 2),
        start.second.swapaxes(1, 2) @ start.second,
        atol=1e-15,
    )


def test_balanced_start_needs_enough_nodes(cosine_modes):
    """Three modes do not fit into two hidden nodes."""
    with pytest.raises(
        ArgumentError, match="hidden: got 2; 3 modes need 3 hidden nodes; take more"
    ):
        linear_network.balanced_start(cosine_modes, np.full((1, 3), 0.1), hidden=2)


def test_descent_is_the_map(cosine_modes):
    """3000 updates by matrices, from a balanced start: A' = A (1 + a (S - A))^2, to 1e-11 S."""
    strengths = np.array([[1e-4, 2e-4, 3e-4], [1e-3, 0.1, 0.01]])
    start = linear_network.balanced_start(cosine_modes, strengths, hidden=4)
    rate, scale = 0.03, 2 / 3
    grid = record_grid(3000, 100)
    model = LayerModel(cosine_modes)
    learner = LayerDescent(model, model.weights(start), rate, scale)
    found = train(learner, grid).observations["strengths"]
    values = xr.Dataset(
        {
            "singular_value": ("mode", cosine_modes.singular_values),
            "initial_strength": (("trial", "mode"), strengths),
            "step_size": scale * rate,
        }
    )
    path = integrate(theory.descent_map(), values, xr.DataArray(grid, dims="update"))
    expected = path.transpose("update", "trial", "mode").values
    assert (found[-1].diagonal(axis1=1, axis2=2) > 0.99 * cosine_modes.singular_values).all()
    bar = 1e-11 * cosine_modes.singular_values
    assert (abs(found.diagonal(axis1=2, axis2=3) - expected) < bar).all()
    assert abs(found * (1 - np.eye(3))).max() < 1e-12


@pytest.mark.parametrize("batch", [None, 1, 3])
def test_autograd_is_the_matrices(batch):
    """300 updates of the torch network = those by hand, to 1e-12, on any images.

    A full batch, one sample an update, or three; losses on what is learnt and on other samples too.
    """
    modes = random_modes(side=3, samples=11, classes=3, seed=4)
    test = random_modes(side=3, samples=14, classes=3, seed=5)
    samples = np.random.default_rng(6).integers(0, 11, size=(2, 300, batch)) if batch else None
    start = linear_network.random_start(range(2), pixels=9, classes=3, hidden=4, scale=0.3)
    network = linear_network.torch_network(start, torch.float64, torch.device("cpu"))
    measured = TorchDescent(network, modes, modes, 0.02, samples, test)
    model = LayerModel(modes, test)
    by_hand = LayerDescent(model, start, 0.02, loss_scale=2 / 3, samples=samples)
    grid = record_grid(300, 60)
    expected, found = (train(learner, grid).observations for learner in (measured, by_hand))
    assert expected.keys() - found.keys() == {"rows"}
    for name, values in found.items():
        np.testing.assert_allclose(values, expected[name], atol=1e-12)
    np.testing.assert_array_equal(expected["rows"][-1], measured.state()["first"][:, :2])
    for name, array in measured.state().items():
        np.testing.assert_allclose(array, by_hand.state()[name], atol=1e-12)
    assert abs(by_hand.weights.first - start.first).max() > 0.1


def test_images_of_each_trial():
    """`forward_each` gives each trial the rows of `forward` that belong to its images."""
    start = linear_network.random_start(range(3), pixels=9, classes=2, hidden=4, scale=0.3)
    network = linear_network.torch_network(start, torch.float64, torch.device("cpu"))
    images = torch.tensor(np.random.default_rng(0).normal(size=(5, 9)))
    seen = np.array([[4, 1], [0, 3], [2, 2]])
    each = network.forward_each(images[seen])
    whole = network(images)[[[0], [1], [2]], seen]
    torch.testing.assert_close(each, whole, rtol=0, atol=1e-15)


@pytest.mark.parametrize("batch", [None, 1, 2])
@pytest.mark.parametrize("hidden", [4, 20])
def test_what_never_moves_is_left_out(hidden, batch):
    """Three images of 36 pixels, p = 3: 200 updates in their span = those of all weights, to 1e-12.

    Of 20 hidden nodes 6 directions are reached, of 4 all; the images have 3. The map of the images
    is the same.
    """
    modes = random_modes(side=6, samples=3, classes=3, seed=4)
    samples = np.random.default_rng(6).integers(0, 3, size=(2, 200, batch)) if batch else None
    start = linear_network.random_start(range(2), pixels=36, classes=3, hidden=hidden, scale=0.1)
    network = linear_network.torch_network(start, torch.float64, torch.device("cpu"))
    measured = TorchDescent(network, modes, modes, 0.01, samples)
    model = LayerModel(modes)
    weights = model.weights(start)
    nodes = min(hidden, 6)
    assert (weights.first.shape, weights.second.shape) == ((2, nodes, 3), (2, 3, nodes))
    by_hand = LayerDescent(model, weights, 0.01, loss_scale=2 / 3, samples=samples)
    grid = record_grid(200, 40)
    expected, found = (train(learner, grid).observations for learner in (measured, by_hand))
    for name, values in found.items():
        np.testing.assert_allclose(values, expected[name], atol=1e-12)
    assert abs(found["strengths"][-1] - found["strengths"][0]).max() > 0.1


@pytest.mark.parametrize("count", [5, 12, 40])
def test_losses_are_those_of_the_predictions(count):
    """Fewer samples than inputs or more: the mean squared error of the torch network, to 1e-12."""
    modes, test = random_modes(4, count, 3, seed=1), random_modes(4, 30, 3, seed=2)
    start = linear_network.random_start(range(2), pixels=16, classes=3, hidden=5, scale=0.5)
    seen = LayerModel(modes, test).observe(start)
    network = linear_network.torch_network(start, torch.float64, torch.device("cpu"))
    for name, data in (("train_loss", modes), ("test_loss", test)):
        predictions = network(torch.tensor(data.inputs)).detach().numpy()
        plain = ((predictions - data.targets) ** 2).mean(axis=(1, 2))
        np.testing.assert_allclose(seen[name], plain, rtol=1e-12)
    model = LayerModel(modes)
    without = model.observe(model.weights(start))
    assert without.keys() == seen.keys() - {"test_loss"}
    np.testing.assert_allclose(without["train_loss"], seen["train_loss"], rtol=1e-12)


def error_of_the_growing_part(scale):
    """Largest |A - sigmoid|/S over the rise of one mode, from three random starts."""
    modes = singular_modes(cosine_sums(4, [[(0, 1, 1.0, 0.0), (1, 1, 0.5, 0.2)]]))
    start = linear_network.random_start(range(3), pixels=16, classes=1, hidden=8, scale=scale)
    model = LayerModel(modes)
    values = xr.Dataset(
        {
            "singular_value": ("mode", modes.singular_values),
            "initial_strength": (
                ("trial", "mode"),
                linear_network.growing_strengths(start, modes),
            ),
        }
    )
    times = np.linspace(0.5, 6.0, 23)
    law = evaluate(theory.mode_law(), values, xr.DataArray(times, dims="time"))
    expected = law.transpose("time", "trial", "mode").values
    assert expected[0].max() < 0.1 * modes.singular_values < 0.99 * expected[-1].min()
    weights = model.weights(start)
    found = model.vector_field(weights).flow(
        times,
        relative_tolerance=1e-11,
        absolute_tolerance=1e-15,
        observe=lambda state: model.strengths(linear_network.unpack(state, like=weights)),
    )
    return float(abs(found[..., 0] - expected).max() / modes.singular_values[0])


def test_small_random_start_grows_as_its_growing_part():
    """From random weights A follows the sigmoid from A0 = lambda |W1 v + W2^T u|^2/4.

    The part that shrinks is of the size of the start, s, and its error is O(s^2).
    """
    errors = [error_of_the_growing_part(scale) for scale in (1e-2, 1e-3)]
    assert errors[0] < 1e-2
    assert 50 < errors[0] / errors[1] < 200


def test_growing_strengths_of_an_aligned_start(cosine_modes):
    """For a balanced start all of it grows: A0. With the second layer's sign turned: nothing."""
    strengths = np.array([[1e-4, 2e-4, 3e-4]])
    start = linear_network.balanced_start(cosine_modes, strengths, hidden=3)
    grown = linear_network.growing_strengths(start, cosine_modes)
    np.testing.assert_allclose(grown, strengths, rtol=1e-12)
    turned = LayerWeights(start.first, -start.second)
    np.testing.assert_allclose(
        linear_network.growing_strengths(turned, cosine_modes), 0, atol=1e-30
    )
