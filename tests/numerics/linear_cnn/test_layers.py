"""Channels, kernels and layers: autograd's gradients, what is conserved, aligned and small starts."""

import numpy as np
import pytest
import sympy
import torch
import xarray as xr

from numerics.lambdify import lambdify
from numerics.laws import integrate
from numerics.linear_cnn import starts
from numerics.linear_cnn.fourier_model import FourierDescent, FourierModel, unpack
from numerics.linear_cnn.network import LinearCNN
from numerics.linear_cnn.spectra import (
    from_outputs,
    from_spectrum,
    mode_spectra,
    to_outputs,
    to_spectrum,
)
from numerics.linear_cnn.weights import FourierWeights, PixelWeights
from numerics.singular_modes import Samples, modes_of
from numerics.torch_descent import TorchDescent
from numerics.training import record_grid, train
from theory import linear_cnn
from theory.claims import registered
from theory.errors import ArgumentError

CPU = torch.device("cpu")
WIDTHS = [(1, 1), (3, 1), (1, 2), (3, 2), (1, 1, 1), (2, 3, 2, 1)]
named = pytest.mark.parametrize("widths", WIDTHS, ids=lambda w: "-".join(map(str, w)))


def random_samples(count, side, channels, classes=3, seed=0):
    inputs = np.random.default_rng(seed).normal(size=(count, channels * side**2))
    return Samples(inputs, np.eye(classes)[np.arange(count) % classes], channels)


def random_model(widths, side=4, count=20, seed=0):
    return FourierModel(modes_of(random_samples(count, side, widths[0], seed=seed)))


def random_weights(model, widths, scale=0.2, trials=2):
    classes = model.modes.targets.shape[1]
    return starts.random_start(range(trials), model.side**2, classes, scale, widths)


def in_pixels(model, weights):
    """The layers (trial, out, in, N) of weights on the half plane."""
    *kernels, outputs = map(model.plane.full_plane, weights.layers)
    return (*map(from_spectrum, kernels), from_outputs(outputs))


@pytest.mark.parametrize(
    ("side", "widths"),
    [
        (2, (2, 1)),
        (2, (1, 2)),
        (2, (1, 1, 1)),
        *(
            pytest.param(side, widths, marks=pytest.mark.slow)
            for side, widths in ((2, (2, 3)), (2, (1, 2, 1)), (3, (2, 1)), (3, (1, 2)))
        ),
    ],
)
def test_rates_are_the_derived_law(side, widths):
    """The array law equals the registered System of these widths, for two outputs, to 1e-12.

    The System's state has the whole plane: kernel after kernel, channel after channel, outputs last.
    """
    modes = modes_of(random_samples(30, side, widths[0], classes=2, seed=1))
    model = FourierModel(modes)
    weights = model.weights(random_weights(model, widths, scale=1.0))
    field = model.vector_field(weights)
    factories = {entry.name: entry.factory for entry in registered()}
    system = factories[field.system](n=side, p=2, widths=widths)
    law = lambdify(sympy.Matrix(list(system.law.values())), [*system.state, *system.parameters])
    values = {f"Syx_{i}_{j}": x for (i, j), x in np.ndenumerate(modes.output_input)}
    values |= {f"Sxx_{i}_{j}": x for (i, j), x in np.ndenumerate(modes.input_input)}
    rates = unpack(field.rates(field.start), like=weights)

    def in_order(layers, trial):
        return np.concatenate([model.plane.full_plane(x[trial]).ravel() for x in layers])

    for trial in range(2):
        state = in_order(weights.layers, trial)
        expected = law(*state, *(values[str(s)] for s in system.parameters))[:, 0]
        found = in_order(rates.layers, trial)
        np.testing.assert_allclose(found, expected, atol=1e-12 * abs(expected).max())


@pytest.mark.parametrize("batch", [None, 1, 4])
@pytest.mark.parametrize("side", [3, 4])
@named
def test_descent_is_autograd(widths, side, batch):
    """100 updates of two trials = those of torch, to 1e-12 of the largest: all that is observed, too.

    The learning rate keeps n^L lambda_max(Sxx) eta at 0.4, so that every network moves, and none far.
    """
    model = random_model(widths, side)
    modes = model.modes
    start = random_weights(model, widths)
    curvature = side ** (len(widths) - 1) * np.linalg.eigvalsh(modes.input_input)[-1]
    rate = 0.4 / curvature
    samples = (
        np.random.default_rng(3).integers(0, 20, size=(2, 100, batch))
        if batch is not None
        else None
    )
    network = LinearCNN(start, torch.float64, CPU)
    theirs = TorchDescent(network, modes, modes, rate, samples)
    ours = FourierDescent(model, model.weights(start), rate, loss_scale=2 / 3, samples=samples)
    grid = record_grid(100, 25)
    found, expected = (train(learner, grid).observations for learner in (ours, theirs))
    for name, values in found.items():
        np.testing.assert_allclose(values, expected[name], atol=1e-12 * abs(values).max())
    layers = zip(
        in_pixels(model, ours.weights), network.weights().layers, start.layers, strict=True
    )
    for layer, measured, before in layers:
        np.testing.assert_allclose(layer, measured, atol=1e-12 * abs(measured).max())
        assert abs(measured - before).max() > 1e-2 * abs(before).max()


@named
def test_one_sample_is_its_outer_product(widths):
    """A batch of one = (y - P x) x^T of that sample; a batch of three is the mean of its samples."""
    model = random_model(widths)
    modes = model.modes
    weights = model.weights(random_weights(model, widths))
    samples = np.array([[4, 9, 9], [0, 13, 2]])
    singles = [model.sample_rates(weights, samples[:, [index]]) for index in range(3)]
    batch = model.sample_rates(weights, samples)
    for layer, *each in zip(batch.layers, *(one.layers for one in singles), strict=True):
        np.testing.assert_allclose(layer, np.mean(each, axis=0), atol=1e-13 * abs(layer).max())
    inputs, targets = modes.inputs[samples[:, 0]], modes.targets[samples[:, 0]]
    for trial in range(2):
        alone = FourierModel(modes_of(Samples(inputs[[trial]], targets[[trial]], modes.channels)))
        for found, expected in zip(singles[0].layers, alone.rates(weights).layers, strict=True):
            np.testing.assert_allclose(
                found[trial], expected[trial], atol=1e-13 * abs(expected).max()
            )


@named
def test_flow_conserves_the_balances(widths):
    """K_l K_l^H - K_(l+1)^H K_(l+1) stays along the flow, for every l and f, to 1e-9."""
    model = random_model(widths)
    start = model.weights(random_weights(model, widths, scale=0.3))
    times = np.array([0.0, 0.1, 0.4])
    states = model.vector_field(start).flow(
        times, relative_tolerance=1e-12, absolute_tolerance=1e-13
    )
    first, *later = [model.balances(unpack(state, like=start)) for state in states]
    assert len(first) == len(widths) - 1
    assert abs(states[-1] - states[0]).max() > 0.1
    for balances in later:
        for balance, before, width in zip(balances, first, widths[1:], strict=True):
            assert balance.shape == (2, width, width, len(model.plane.indices))
            np.testing.assert_allclose(balance, before, atol=1e-9)


@named
def test_increments_of_the_balances(widths):
    """An update adds h^2 times the balances of the rates, to 1e-14 of the weights' power."""
    model = random_model(widths)
    learner = FourierDescent(
        model, model.weights(random_weights(model, widths)), 0.02, loss_scale=1.0
    )
    largest = 0.0
    for index in range(30):
        before = learner.weights
        learner.update(index)
        power = 1 + max(abs(x).max() ** 2 for x in learner.weights.layers)
        changes = zip(
            model.balances(learner.weights),
            model.balances(before),
            model.balance_increments(before, 0.02),
            strict=True,
        )
        for after, old, predicted in changes:
            np.testing.assert_allclose(after - old, predicted, rtol=0, atol=1e-14 * power)
            largest = max(largest, abs(predicted).max())
    assert largest > 1e-6


COUNTS = {"few": 5, "fewer than inputs": 12, "many": 60}


@pytest.mark.parametrize("count", COUNTS.values(), ids=COUNTS)
@pytest.mark.parametrize("widths", [(1, 1), (3, 2, 1)], ids=["grey", "colour, two layers"])
def test_losses_are_those_of_the_predictions(widths, count):
    """Both losses = the mean squared error of the torch network on the images, to 1e-12.

    The first samples use three frequencies, the test images all: nothing is left out of either.
    """
    side, channels = 4, widths[0]
    samples = random_samples(count, side, channels)
    spectra = to_spectrum(samples.images)
    unused = np.ones(16, dtype=bool)
    unused[[0, 1, 3, 10]] = False
    spectra[..., unused] = 0
    narrow = Samples(from_spectrum(spectra).reshape(count, -1), samples.targets, channels)
    test = random_samples(30, side, channels, seed=1)
    start = starts.random_start(range(2), 16, 3, 0.5, widths)
    network = LinearCNN(start, torch.float64, CPU)
    for shown, present in ((samples, 10), (narrow, 3)):
        model = FourierModel(modes_of(shown), test)
        seen = model.observe(model.weights(start))
        for name, data in (("train_loss", shown), ("test_loss", test)):
            predictions = network(torch.tensor(data.inputs)).detach().numpy()
            plain = ((predictions - data.targets) ** 2).mean(axis=(1, 2))
            np.testing.assert_allclose(seen[name], plain, rtol=1e-12)
        assert len(FourierModel(modes_of(shown)).plane.indices) == present
        assert len(model.plane.indices) == 10


def colour_cosines(side, classes):
    """One image a class: a class lists (u, v, amplitudes and phases of the channels)."""
    i, j = np.mgrid[:side, :side]
    images = [
        sum(
            np.array(
                [
                    a * np.cos(2 * np.pi * (u * i + v * j) / side + phase).ravel()
                    for a, phase in zip(amplitudes, phases, strict=True)
                ]
            )
            for u, v, amplitudes, phases in waves
        )
        for waves in classes
    ]
    inputs = np.array(images).reshape(len(classes), -1)
    channels = images[0].shape[0]
    return modes_of(Samples(inputs, np.eye(len(classes)), channels))


# pairs in the first two classes, the self-conjugate (4, 4) in the third; no channel is alike
PURE = [
    [(1, 2, (1.0, 0.5, 0.2), (0.3, 1.1, -0.4))],
    [(3, 1, (0.1, 0.7, 0.4), (1.0, 0.0, 2.0))],
    [(4, 4, (0.3, 0.2, -0.1), (0.0, 0.0, 0.0))],
]
SUMS = [
    [*PURE[0], (0, 3, (0.6, 0.1, 0.3), (0.2, 0.9, 0.0))],
    [*PURE[1], (2, 2, (0.2, 0.5, 0.1), (-1.0, 0.4, 0.3))],
]
GREY = [[(1, 2, (1.0,), (0.3,))], [(3, 1, (0.7,), (1.0,))]]


def test_gain_is_the_norm_over_the_channels():
    """v_f = ||v^_f|| over channels: 1/sqrt(2) on a pair, 1 on a frequency that is its own conjugate."""
    modes = colour_cosines(8, PURE)
    spectra = mode_spectra(modes)
    np.testing.assert_allclose(spectra.largest, [np.sqrt(0.5), np.sqrt(0.5), 1.0], atol=1e-12)
    used = [np.flatnonzero(m).tolist() for m in spectra.magnitudes]
    assert used == [[10, 62], [25, 47], [36]]
    assert spectra.overlap == 0.0
    for mode, f in ((0, 10), (1, 47), (2, 36)):
        lengths = np.linalg.norm(spectra.directions[mode], axis=0)
        assert lengths[f] == pytest.approx(1.0, rel=1e-13)
        assert (lengths > 0).sum() == len(used[mode])


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("waves", [GREY, PURE, SUMS], ids=["grey", "colour", "sums in colour"])
def test_balanced_start(waves, layers):
    """A = diag(A0) with A0 = n^L lambda sum_f v_f |kappa_f|^(L+1), and balanced at every frequency."""
    modes = colour_cosines(8, waves)
    spectra = mode_spectra(modes)
    start = starts.balanced_start(range(3), modes, spectra, 0.3, layers)
    assert (start.depth, start.layers[0].shape[1:3]) == (layers, (1, modes.channels))
    model = FourierModel(modes)
    weights = model.weights(start)
    expected = starts.balanced_strengths(start, modes, spectra)
    assert (expected > 0).all()
    np.testing.assert_allclose(
        model.strengths(weights),
        expected[:, :, None] * np.eye(len(waves)),
        atol=1e-13 * expected.max(),
    )
    for balance in model.balances(weights):
        np.testing.assert_allclose(balance, 0, atol=1e-15)


def descended(size, modes, spectra, layers, step, grid):
    """A = C u^(L+1) by the deep map, from u of all layers (trial, mode): (time, trial, mode).

    The law of one frequency has C = n^L lambda v; the two of a pair count alike, C = n^L lambda 2 v.
    """
    frequencies = (spectra.magnitudes > 0).sum(axis=1)
    values = xr.Dataset(
        {
            "initial_amplitude": (("trial", "mode"), size),
            "singular_value": ("mode", modes.singular_values),
            "variance": ("mode", frequencies * modes.variances),
            "spectral_magnitude": ("mode", spectra.largest),
            "image_side": float(spectra.side),
            "flow_time_step": step,
        }
    )
    updates = xr.DataArray(grid, dims="update")
    path = integrate(linear_cnn.deep_descent_map(layers), values, updates)
    strength = spectra.side**layers * modes.variances * spectra.magnitudes.sum(axis=1)
    return strength * path.transpose("update", "trial", "mode").values ** (layers + 1)


def magnitudes_of(start, spectra):
    """|kappa_f| on each mode's frequencies, all alike, (trial, mode)."""
    kernel = to_spectrum(start.layers[0][:, 0])
    along = abs(np.einsum("tcf,mcf->tmf", kernel, spectra.directions))
    return along.max(axis=-1)


@pytest.mark.parametrize("network", ["torch", "Fourier"])
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("waves", [GREY, PURE], ids=["grey", "colour"])
def test_balanced_modes_follow_their_map(waves, layers, network):
    """400 updates of one layer, two or three: A is diagonal for ever and as its map, to 1e-11 S."""
    modes = colour_cosines(8, waves)
    spectra = mode_spectra(modes)
    scale = 8**layers
    strength = scale * modes.variances * spectra.magnitudes.sum(axis=1)
    end = (modes.singular_values / strength) ** (1 / (layers + 1))  # of every layer
    step = 0.2 / (scale * spectra.largest * modes.singular_values * end ** (layers - 1)).max()
    start = starts.balanced_start(range(2), modes, spectra, 0.4 * end.min(), layers)
    size = magnitudes_of(start, spectra)
    classes = len(waves)
    if network == "torch":
        cnn = LinearCNN(start, torch.float64, CPU)
        learner = TorchDescent(cnn, modes, modes, step * classes / 2)
    else:
        model = FourierModel(modes)
        learner = FourierDescent(model, model.weights(start), step, 1.0)
    grid = record_grid(400, 25)
    found = train(learner, grid).observations["strengths"]
    expected = descended(size, modes, spectra, layers, step, grid)
    assert (abs(expected[-1] - expected[0]).max(axis=0) > 0.5 * modes.singular_values).any()
    largest = modes.singular_values[0]
    assert abs(found.diagonal(axis1=2, axis2=3) - expected).max() < 1e-11 * largest
    assert abs(found * (1 - np.eye(classes))).max() < 1e-11 * largest


def equal_start(modes, spectra, layers, size, seeds):
    """Every kernel of magnitude `size` at each frequency with any phases; the outputs undo them."""
    drawn = np.stack([np.random.default_rng(s).normal(size=(layers, 64)) for s in seeds])
    phases = np.exp(1j * np.angle(to_spectrum(drawn)))
    towards = (modes.left @ spectra.directions[:, 0].conj())[None]  # (1, p, N)
    outputs = size * phases.prod(axis=1).conj()[:, None] * towards
    kernels = np.moveaxis(from_spectrum(size * phases), 1, 0)[:, :, None, None]
    return PixelWeights((*kernels, from_outputs(outputs)[:, :, None]))


@pytest.mark.parametrize(("layers", "size"), [(1, 0.02), (2, 0.08), (3, 0.05), (3, 0.15)])
def test_deep_map(layers, size):
    """Cosines (1, 2), a = 1, and (3, 1), a = 0.7, on 8 x 8 images: 3000 updates by autograd (C35).

    eta = eps/(c D n^L v C^(2/D-1) S^(2-2/D)) of the first mode, eps = 0.02; all of A to 1e-11 S.
    The last start lies above S, A0 = 2.1 S, and comes down.
    """
    modes = colour_cosines(8, GREY)
    spectra = mode_spectra(modes)
    start = equal_start(modes, spectra, layers, size, range(2))
    degree, scale = layers + 1, 8**layers
    c = scale * modes.variances[0] * spectra.magnitudes[0].sum()
    speed = degree * scale * spectra.largest[0] * c ** (2 / degree - 1)
    step = 0.02 / (speed * modes.singular_values[0] ** (2 - 2 / degree))
    network = LinearCNN(start, torch.float64, CPU)
    learner = TorchDescent(network, modes, modes, step)  # c = 2/p = 1
    grid = record_grid(3000, 50)
    found = train(learner, grid).observations["strengths"]
    expected = descended(np.full((2, 2), size), modes, spectra, layers, step, grid)
    moved = abs(expected[-1] - expected[0]) / modes.singular_values
    assert (moved[:, 0] > 0.7).all()
    assert expected[-1, :, 0] == pytest.approx(modes.singular_values[0], rel=1e-2)
    errors = abs(found - expected[..., None] * np.eye(2))
    assert errors.max() < 1e-11 * modes.singular_values[0]


@pytest.mark.parametrize("widths", [(3, 1), (3, 4)], ids=["one kernel", "four kernels"])
def test_small_colour_starts_grow(widths):
    """Of a random start of 1e-10, q_f (1 + h g_f)^t is left after t updates, g_f = n S_m v_mf.

    To 1e-6, and to twice the largest A/S; A is then n lambda sum_f v_f q_f^2, of what has grown.
    """
    modes = colour_cosines(8, SUMS)
    spectra = mode_spectra(modes)
    start = starts.random_start(range(2), 64, 2, 1e-10, widths)
    model = FourierModel(modes)
    growth = 8 * modes.singular_values[:, None] * spectra.magnitudes
    step, updates = 0.1 / growth.max(), 110
    learner = FourierDescent(model, model.weights(start), step, 1.0)
    for index in range(updates):
        learner.update(index)
    before = starts.growing_amplitudes(start, modes, spectra)
    after = starts.growing_amplitudes(
        PixelWeights(in_pixels(model, learner.weights)), modes, spectra
    )
    grown = before * (1 + step * growth) ** updates
    used = spectra.magnitudes > 0
    assert before[:, used].min() > 1e-12
    assert grown.max() > 1e4 * before.max()
    np.testing.assert_allclose(after, grown, rtol=1e-6, atol=0)
    strengths = model.strengths(learner.weights).diagonal(axis1=1, axis2=2)
    left = strengths.max() / modes.singular_values.min()
    assert left < 1e-6
    assert abs(after - grown).max() < max(2 * left, 1e-12) * grown.max()
    predicted = 8 * modes.variances * (spectra.magnitudes * grown**2).sum(axis=-1)
    np.testing.assert_allclose(strengths, predicted, rtol=1e-2)


@pytest.mark.parametrize("widths", [(3, 1), (3, 2)])
def test_growing_part_by_loops(widths):
    """q_f^2 = sum over kernels of |k^_f . v^_f/v_f + conj((U^T B)_f)|^2/4; 0 off the mode's support."""
    modes = colour_cosines(8, SUMS)
    spectra = mode_spectra(modes)
    start = starts.random_start(range(2), 64, 2, 1.0, widths)
    grown = starts.growing_amplitudes(start, modes, spectra)
    kernels, outputs = to_spectrum(start.layers[0]), to_outputs(start.outputs)
    vectors = np.fft.fft2(modes.right.T.reshape(2, 3, 8, 8), norm="ortho").reshape(2, 3, 64)
    for trial, mode, f in np.ndindex(*grown.shape):
        v = vectors[mode, :, f]
        total = 0.0
        if np.linalg.norm(v) > 1e-9:
            for kernel in range(widths[1]):
                along = sum(kernels[trial, kernel, c, f] * v[c] for c in range(3))
                towards = modes.left[:, mode] @ outputs[trial, :, kernel, f]
                total += abs(along / np.linalg.norm(v) + towards.conjugate()) ** 2 / 4
        assert grown[trial, mode, f] == pytest.approx(np.sqrt(total), abs=1e-13)


def test_deep_starts_have_no_growing_part():
    """Two layers: the number of layers is named."""
    modes = colour_cosines(8, GREY)
    start = starts.random_start(range(1), 64, 2, 1.0, (1, 1, 1))
    with pytest.raises(ArgumentError, match="layers: got 2; one convolution layer has a growing"):
        starts.growing_amplitudes(start, modes, mode_spectra(modes))


def test_gauge_of_layers():
    """K_1 -> G K_1, K_2 -> K_2 G^-1 with G_f~ = conj(G_f): the same map, other weights."""
    model = random_model((2, 3, 2))
    first, second, outputs = model.weights(random_weights(model, (2, 3, 2), scale=1.0)).layers
    generator = np.random.default_rng(0)
    count = len(model.plane.indices)
    turn = generator.normal(size=(count, 3, 3)) + 1j * generator.normal(size=(count, 3, 3))
    turn[~model.plane.pairs] = turn[~model.plane.pairs].real
    back = np.linalg.inv(turn)
    turned = FourierWeights(
        (
            np.einsum("fab,tbcf->tacf", turn, first),
            np.einsum("tabf,fbc->tacf", second, back),
            outputs,
        )
    )
    before = model.map_rows(FourierWeights((first, second, outputs)))
    np.testing.assert_allclose(model.map_rows(turned), before, atol=1e-12 * abs(before).max())
    assert abs(turned.layers[0] - first).max() > 0.1
