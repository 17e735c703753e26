"""Learning in Fourier variables: the derived law, autograd's gradients, and what is conserved."""

import dataclasses

import numpy as np
import pytest
import sympy
import torch
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from numerics.images import cosine_sums
from numerics.images.image_set import image_set
from numerics.lambdify import lambdify
from numerics.linear_cnn import starts
from numerics.linear_cnn.fourier_model import FourierDescent, FourierModel, unpack
from numerics.linear_cnn.network import LinearCNN
from numerics.linear_cnn.spectra import from_outputs, from_spectrum, mode_spectra, to_spectrum
from numerics.linear_cnn.weights import FourierWeights, PixelWeights
from numerics.singular_modes import one_hot, singular_modes
from numerics.torch_descent import TorchDescent
from numerics.training import record_grid, train
from theory.claims import registered
from theory.errors import ArgumentError
from validation.properties import cosine_sets, image_sides, images, labels

CPU = torch.device("cpu")


def modes_of(pixels, label):
    classes = int(np.max(label)) + 1
    return singular_modes(
        image_set(
            pixels, label, name="any", class_names=[str(c) for c in range(classes)], source={}
        )
    )


def random_modes(side, samples=20, classes=3, seed=0):
    pixels = np.random.default_rng(seed).normal(size=(samples, side, side))
    return modes_of(pixels, np.arange(samples) % classes)


def in_pixels(model, weights):
    """Kernels (trial, N) and outputs (trial, p, N) of weights on the half plane."""
    plane = model.plane
    return (
        from_spectrum(plane.full_plane(weights.kernel)),
        from_outputs(plane.full_plane(weights.outputs[:, :, 0])),
    )


def strengths(learner, grid):
    """A over the updates, (time, trial, mode, mode)."""
    return train(learner, grid).observations["strengths"]


@pytest.mark.parametrize("side", [2, 3])
def test_rates_are_the_derived_law(side):
    """The array law equals the registered System, for two outputs on n x n images, to 1e-12.

    At n = 2 all four frequencies are self-conjugate; at n = 3 all but one come in pairs.
    """
    modes = random_modes(side, samples=30, classes=2, seed=1)
    model = FourierModel(modes)
    start = starts.random_start(range(2), pixels=side**2, classes=2, scale=1.0)
    weights = model.weights(start)
    field = model.vector_field(weights)
    factories = {entry.name: entry.factory for entry in registered()}
    system = factories[field.system](n=side, p=2)
    law = lambdify(sympy.Matrix(list(system.law.values())), [*system.state, *system.parameters])
    values = {f"Syx_{i}_{j}": x for (i, j), x in np.ndenumerate(modes.output_input)}
    values |= {f"Sxx_{i}_{j}": x for (i, j), x in np.ndenumerate(modes.input_input)}
    rates = unpack(field.rates(field.start), like=weights)
    for trial in range(2):
        kernel = model.plane.full_plane(weights.kernel[trial])
        outputs = model.plane.full_plane(weights.outputs[trial, :, 0])
        found = np.concatenate(
            (
                model.plane.full_plane(rates.kernel[trial]),
                model.plane.full_plane(rates.outputs[trial, :, 0]).ravel(),
            )
        )
        expected = law(*kernel, *outputs.ravel(), *(values[str(s)] for s in system.parameters))
        np.testing.assert_allclose(found, expected[:, 0], atol=1e-12)


def test_packing_is_undone():
    """Complex weights as real arrays, and back: 2 (4 5 + 2 4 5 + 3 2 5) numbers a trial."""
    generator = np.random.default_rng(0)
    shapes = [(2, 4, 1, 5), (2, 2, 4, 5), (2, 3, 2, 5)]
    weights = FourierWeights(
        tuple(generator.normal(size=s) + 1j * generator.normal(size=s) for s in shapes)
    )
    start = FourierModel(random_modes(3)).vector_field(weights).start
    assert start.shape == (2, 180)
    assert start.dtype == float
    for back, layer in zip(unpack(start, like=weights).layers, weights.layers, strict=True):
        np.testing.assert_array_equal(back, layer)


@pytest.mark.parametrize("online", [False, True])
@pytest.mark.parametrize("side", range(2, 8))
def test_descent_is_autograd(side, online):
    """300 updates of two trials (learning rate 0.02, M = 20, p = 3) = those of torch, to 1e-12."""
    modes = random_modes(side)
    start = starts.random_start(range(2), pixels=side**2, classes=3, scale=0.1)
    samples = np.random.default_rng(2).integers(0, 20, size=(2, 300, 1)) if online else None
    model = FourierModel(modes)
    weights = model.weights(start)
    ours = FourierDescent(model, weights, 0.02, loss_scale=2 / 3, samples=samples)
    network = LinearCNN(start, torch.float64, CPU)
    theirs = TorchDescent(network, modes, modes, 0.02, samples)
    grid = record_grid(300, 100)
    found, expected = (train(learner, grid).observations for learner in (ours, theirs))
    assert expected.keys() - found.keys() == {"kernel"}  # phases of a kernel are not in the law
    for name, values in found.items():
        np.testing.assert_allclose(values, expected[name], atol=1e-12)
    kernels, outputs = in_pixels(model, ours.weights)
    np.testing.assert_allclose(kernels, network.weights().kernel, atol=1e-12)
    np.testing.assert_allclose(outputs, network.weights().outputs[:, :, 0], atol=1e-12)
    np.testing.assert_array_equal(expected["kernel"][-1][:, 0, 0], network.weights().kernel)
    assert abs(kernels - start.kernel).max() > 0.02


def loss_of(modes, kernel, outputs):
    """Half the squared error, averaged, with the convolution written as shifts of the images."""
    n = round(np.sqrt(len(kernel)))
    squares = modes.inputs.reshape(-1, n, n)
    hidden = sum(
        kernel[a * n + b] * np.roll(squares, (a, b), axis=(1, 2))
        for a in range(n)
        for b in range(n)
    )
    errors = modes.targets - hidden.reshape(len(squares), -1) @ outputs.T
    return (errors**2).sum() / (2 * len(squares))


def modes_or_rejected(pixels, label):
    """Images that cancel in every class have no mode: hypothesis is to draw others."""
    try:
        return modes_of(pixels, label)
    except ArgumentError:
        assert abs(one_hot(label).T @ pixels.reshape(len(pixels), -1)).max() < 1e-12
        reject()


@st.composite
def any_problems(draw):
    """Images, real targets that are no labels, and weights."""
    side = draw(image_sides(2, 5))
    samples = draw(st.integers(2, 5))
    modes = modes_or_rejected(draw(images(side, samples)), np.zeros(samples, dtype=int))
    targets = draw(images(side, samples)).reshape(samples, -1)[:, :2]
    kernel = draw(images(side, 1)).reshape(1, -1)
    outputs = draw(images(side, 2)).reshape(1, 2, -1)
    return dataclasses.replace(modes, targets=targets), kernel, outputs


@settings(deadline=None, max_examples=30)
@given(any_problems(), st.integers(0, 10_000))
def test_gradient_of_any_problem(problem, seed):
    """Rates in pixels = minus the finite difference of the loss, and = minus torch's gradient.

    The loss is written out as sums of shifted images; targets are any real numbers. Central
    differences of a quartic along a random direction, extrapolated, are exact up to rounding.
    """
    modes, kernel, outputs = problem
    model = FourierModel(modes)
    rates = in_pixels(model, model.rates(model.weights(PixelWeights.single(kernel, outputs))))
    generator = np.random.default_rng(seed)
    turn_k, turn_w = generator.normal(size=kernel.shape), generator.normal(size=outputs.shape)

    def along(step):
        up = loss_of(modes, (kernel + step * turn_k)[0], (outputs + step * turn_w)[0])
        down = loss_of(modes, (kernel - step * turn_k)[0], (outputs - step * turn_w)[0])
        return (up - down) / (2 * step)

    slope = (4 * along(1e-2) - along(2e-2)) / 3
    found = -(rates[0] * turn_k).sum() - (rates[1] * turn_w).sum()
    size = loss_of(modes, kernel[0], outputs[0])
    assert found == pytest.approx(slope, rel=1e-6, abs=1e-9 * (1 + size))

    network = LinearCNN(PixelWeights.single(kernel, outputs), torch.float64, CPU)
    inputs, targets = torch.tensor(modes.inputs), torch.tensor(modes.targets)
    loss = (network(inputs)[0] - targets).square().sum() / (2 * len(inputs))
    assert loss.item() == pytest.approx(size, rel=1e-12, abs=1e-12)
    loss.backward()
    for parameter in network.parameters():
        parameter.data = parameter.grad
    pulled = network.weights()  # the gradient, in the convolution convention
    bar = 1e-12 * (1 + abs(pulled.kernel).max() + abs(pulled.outputs).max())
    np.testing.assert_allclose(rates[0], -pulled.kernel, atol=bar)
    np.testing.assert_allclose(rates[1], -pulled.outputs[:, :, 0], atol=bar)


def test_mean_of_the_samples_is_the_batch():
    """The rates of single samples average to those of all."""
    modes = random_modes(4, samples=6)
    model = FourierModel(modes)
    start = starts.random_start(range(6), pixels=16, classes=3, scale=1.0)
    weights = model.weights(PixelWeights(tuple(np.repeat(x[:1], 6, axis=0) for x in start.layers)))
    each = model.sample_rates(weights, np.arange(6)[:, None])
    batch = model.rates(weights)
    for samples, all_of_them in zip(each.layers, batch.layers, strict=True):
        np.testing.assert_allclose(samples.mean(axis=0), all_of_them[0], atol=1e-12)


@settings(deadline=None, max_examples=30)
@given(
    image_sides(2, 6).flatmap(
        lambda n: st.tuples(images(n, 4), labels(4, 2), images(n, 1), images(n, 2))
    ),
    st.floats(1e-3, 1.0),
)
def test_increment_of_the_balance(problem, step):
    """One update: I_f grows by a^2 (|b^H e|^2 - ||e||^2 |k^|^2), as predicted, to 1e-14.

    Relative to the weights' power after the update; for balanced weights it never grows.
    """
    pixels, label, kernel, outputs = problem
    model = FourierModel(modes_or_rejected(pixels, label))
    start = PixelWeights.single(kernel.reshape(1, -1), outputs.reshape(1, 2, -1))
    weights = model.weights(start)
    learner = FourierDescent(model, weights, step, loss_scale=1.0)
    learner.update(0)
    moved = learner.weights
    power = (abs(moved.kernel) ** 2).max() + (abs(moved.outputs) ** 2).sum(axis=1).max() + 1
    (after,), (before,) = model.balances(moved), model.balances(weights)
    (predicted,) = model.balance_increments(weights, step)
    found = after - before
    np.testing.assert_allclose(found, predicted, atol=2e-14 * power)
    norms = np.linalg.norm(weights.outputs[:, :, 0], axis=1)
    kernels = norms * np.exp(1j * np.angle(weights.kernel))
    balanced = FourierWeights.single(kernels, weights.outputs[:, :, 0])
    rates = model.rates(balanced)
    terms = step**2 * ((abs(rates.kernel) ** 2).max() + (abs(rates.outputs) ** 2).max())
    (increment,) = model.balance_increments(balanced, step)
    assert (increment.real <= 1e-14 * terms).all()


def test_increments_add_up_over_200_updates():
    """I_f(200) - I_f(0) is the sum of the predicted increments, each right to 1e-14."""
    modes = random_modes(6)
    model = FourierModel(modes)
    start = starts.random_start(range(2), pixels=36, classes=3, scale=0.1)
    learner = FourierDescent(model, model.weights(start), 0.03, 2 / 3)
    (first,) = model.balances(learner.weights)
    before = first
    total = np.zeros_like(first)
    for index in range(200):
        (predicted,) = model.balance_increments(learner.weights, 0.02)
        learner.update(index)
        (after,) = model.balances(learner.weights)
        np.testing.assert_allclose(after - before, predicted, rtol=0, atol=1e-14)
        total, before = total + predicted, after
    np.testing.assert_allclose(before - first, total, atol=1e-13)
    assert abs(total).max() > 1e-5


def test_flow_conserves_the_balance():
    """Along the flow itself |k^_f|^2 - ||b_f||^2 stays, to 1e-10."""
    model = FourierModel(random_modes(4))
    start = starts.random_start(range(2), pixels=16, classes=3, scale=0.3)
    weights = model.weights(start)
    balances = model.vector_field(weights).flow(
        np.array([0.0, 1.0, 5.0]),
        relative_tolerance=1e-12,
        absolute_tolerance=1e-13,
        observe=lambda state: model.balances(unpack(state, like=weights))[0],
    )
    np.testing.assert_allclose(balances[1:], balances[[0, 0]], atol=1e-10)


def test_descent_approaches_the_flow_at_first_order():
    """Half the step, half the distance to the flow at the same tau: 2 to within 0.2."""
    model = FourierModel(random_modes(5))
    start = starts.random_start(range(2), pixels=25, classes=3, scale=0.1)
    weights = model.weights(start)
    flow = model.vector_field(weights).flow(
        np.array([1.5]), relative_tolerance=1e-10, absolute_tolerance=1e-12
    )
    expected = model.strengths(unpack(flow[0], like=weights))
    errors = []
    for updates in (100, 200):
        learner = FourierDescent(model, weights, 1.5 / updates, loss_scale=1.0)
        errors.append(abs(strengths(learner, np.array([0, updates]))[-1] - expected).max())
    assert errors[0] / errors[1] == pytest.approx(2, abs=0.2)


def test_strengths_are_those_of_the_predictions():
    """A from the half plane = A measured on the network's predictions, 1e-13."""
    modes = random_modes(5)
    model = FourierModel(modes)
    start = starts.random_start(range(3), pixels=25, classes=3, scale=1.0)
    network = LinearCNN(start, torch.float64, CPU)
    measured = TorchDescent(network, modes, modes, 0.1).observe()["strengths"]
    found = model.strengths(model.weights(start))
    np.testing.assert_allclose(found, measured, atol=1e-12)


def test_gauge():
    """k^_f e^{i alpha_f}, b_f e^{-i alpha_f} with alpha_f~ = -alpha_f: the same map."""
    model = FourierModel(random_modes(5))
    start = starts.random_start(range(1), pixels=25, classes=3, scale=1.0)
    weights = model.weights(start)
    angle = np.where(model.plane.pairs, np.random.default_rng(0).uniform(0, 6, 13), 0.0)
    kernel, outputs = weights.layers
    turned = FourierWeights((kernel * np.exp(1j * angle), outputs * np.exp(-1j * angle)))
    np.testing.assert_allclose(model.map_rows(turned), model.map_rows(weights), atol=1e-13)
    assert abs(in_pixels(model, turned)[0] - start.kernel).max() > 0.1


def learnt(data, kernels, rate, updates=60):
    """A(t) from a balanced start with the given kernels."""
    modes = singular_modes(data)
    spectra = mode_spectra(modes)
    count = len(kernels)
    start = starts.balanced_start(range(count), modes, spectra, 1.0)
    model = FourierModel(modes)
    weights = model.weights(start)
    scale = np.linalg.norm(kernels, axis=1)
    scaled = FourierWeights(tuple(x * scale[:, None, None, None] for x in weights.layers))
    learner = FourierDescent(model, scaled, rate, loss_scale=1.0)
    return modes, spectra, strengths(learner, record_grid(updates, 10))


def size_and_step(data, step=0.2, start=1e-2):
    """A kernel's scale so that A0/S is about `start`, and h with h n max v S = step."""
    modes = singular_modes(data)
    spectra = mode_spectra(modes)
    gain = (spectra.side * spectra.largest * modes.singular_values).max()
    wide = (
        spectra.side * (modes.variances / modes.singular_values * spectra.magnitudes.sum(1)).max()
    )
    return np.full((2, 1), np.sqrt(start / wide)), step / gain


@settings(deadline=None, max_examples=25)
@given(cosine_sets(), st.integers(0, 8), st.integers(0, 8), st.booleans())
def test_shifted_and_flipped_cosines(cosines, down, right, flipped):
    """All images rolled, or flipped: S, gains and A(t) of an aligned start are unchanged."""
    data = cosines.images()
    pixels = np.roll(data.image.values, (down, right), axis=(1, 2))
    other = data.assign(image=(data.image.dims, pixels[:, ::-1, ::-1] if flipped else pixels))
    kernels, rate = size_and_step(data)
    modes, spectra, curve = learnt(data, kernels, rate)
    modes_2, spectra_2, curve_2 = learnt(other, kernels, rate)
    largest = modes.singular_values[0]
    np.testing.assert_allclose(modes_2.singular_values, modes.singular_values, atol=1e-12 * largest)
    np.testing.assert_allclose(spectra_2.largest, spectra.largest, atol=1e-10)
    diagonals = [abs(c.diagonal(axis1=2, axis2=3)) for c in (curve, curve_2)]
    np.testing.assert_allclose(diagonals[1], diagonals[0], atol=1e-10 * largest)


@settings(deadline=None, max_examples=25)
@given(cosine_sets(), st.floats(0.1, 10))
def test_brighter_images(cosines, brightness):
    """X -> s x: S -> s S, lambda -> s^2 lambda, n vmax stays; time runs s times as fast.

    Kernels by 1/sqrt(s) and the learning rate by 1/s: A(t) -> s A(t), update by update.
    """
    data = cosines.images()
    brighter = data.assign(image=data.image * brightness)
    kernels, rate = size_and_step(data)
    modes, spectra, curve = learnt(data, kernels, rate)
    modes_2, spectra_2, curve_2 = learnt(brighter, kernels / np.sqrt(brightness), rate / brightness)
    np.testing.assert_allclose(
        modes_2.singular_values, brightness * modes.singular_values, rtol=1e-10
    )
    np.testing.assert_allclose(modes_2.variances, brightness**2 * modes.variances, rtol=1e-10)
    np.testing.assert_allclose(spectra_2.largest, spectra.largest, atol=1e-10)
    bar = 1e-10 * brightness * modes.singular_values[0]
    np.testing.assert_allclose(abs(curve_2), brightness * abs(curve), atol=bar)


@settings(deadline=None, max_examples=25)
@given(
    image_sides(3, 5).flatmap(lambda n: st.tuples(images(n, 7), labels(7, 3))),
    st.permutations(range(7)),
    st.permutations(range(3)),
)
def test_order_of_samples_and_of_labels(problem, order, names):
    """Samples in another order: the same A(t). Labels renamed, rows of W too: |A| the same."""
    pixels, label = problem
    modes = modes_or_rejected(pixels, label)
    # the modes of equal singular values are arbitrary
    assume(
        modes.smallest_gap > 1e-3 and modes.singular_values[-1] > 1e-3 * modes.singular_values[0]
    )
    start = starts.random_start(range(2), pixels=pixels[0].size, classes=3, scale=0.1)
    side = pixels.shape[-1]
    curvature = 0.1 * side**2 * np.linalg.eigvalsh(modes.input_input)[-1]
    rate = 0.1 / (side * modes.singular_values[0] + curvature)

    def curve(other, outputs):
        model = FourierModel(other)
        weights = model.weights(PixelWeights((start.layers[0], outputs)))
        return strengths(FourierDescent(model, weights, rate, 1.0), record_grid(40, 10))

    plain = curve(modes, start.outputs)
    bar = 1e-9 * (1 + abs(plain).max())
    shuffled = modes_of(pixels[order], label[order])
    np.testing.assert_allclose(abs(curve(shuffled, start.outputs)), abs(plain), atol=bar)
    renamed = modes_of(pixels, np.array(names)[label])
    outputs = np.empty_like(start.outputs)
    outputs[:, names] = start.outputs
    np.testing.assert_allclose(abs(curve(renamed, outputs)), abs(plain), atol=bar)


def test_absent_frequencies_change_nothing():
    """Cosines use 5 of 34 frequencies: the rest of the kernel stays, and training is torch's."""
    data = cosine_sums(
        8, [[(0, 0, 1, 0), (1, 2, 1, 0)], [(3, 1, 1, 1), (4, 4, 1, 0), (0, 1, 1, 0)]]
    )
    modes = singular_modes(data)
    start = starts.random_start(range(2), pixels=64, classes=2, scale=0.02)
    model = FourierModel(modes)
    learner = FourierDescent(model, model.weights(start), 0.02, 1.0)
    network = LinearCNN(start, torch.float64, CPU)
    measured = TorchDescent(network, modes, modes, 0.02)
    grid = record_grid(100, 20)
    found, expected = strengths(learner, grid), strengths(measured, grid)
    np.testing.assert_allclose(found, expected, atol=1e-12)
    after, before = to_spectrum(network.weights().kernel), to_spectrum(start.kernel)
    used = model.plane.full_plane(np.ones(len(model.plane.indices))).astype(bool)
    np.testing.assert_allclose(after[:, ~used], before[:, ~used], atol=1e-14)
    assert abs(after[:, used] - before[:, used]).max() > 0.1


@settings(deadline=None, max_examples=30)
@given(
    image_sides(2, 5).flatmap(lambda n: st.tuples(images(n, 4), labels(4, 2))),
    st.floats(0.1, 10.0),
)
def test_brighter_images_are_learnt_faster(problem, brightness):
    """X -> s x: S -> s S, lambda -> s^2 lambda, n v unchanged, time constants 1/s.

    From weights 1/sqrt(s) as large, 1/s of the learning rate gives s A after the same updates, exactly.
    """
    pixels, label = problem
    learnt = []
    for factor in (1.0, brightness):
        modes = modes_or_rejected(factor * pixels, label)
        assume(modes.smallest_gap > 1e-3)
        model = FourierModel(modes)
        size = modes.singular_values[0]
        start = starts.random_start(range(2), modes.inputs.shape[1], 2, 0.1 / np.sqrt(size))
        learner = FourierDescent(model, model.weights(start), 0.2 / size / model.side, 1.0)
        record = train(learner, record_grid(40, 20)).observations["strengths"]
        gains = mode_spectra(modes).largest
        learnt.append((modes.singular_values, np.sqrt(modes.variances), gains, record))
    plain, brighter = learnt
    for before, after, power in zip(plain, brighter, (1, 1, 0, 1), strict=True):
        bar = 1e-9 * np.abs(after).max()
        np.testing.assert_allclose(abs(after), brightness**power * abs(before), atol=bar)
