"""The torch network is the circulant matrix of the theory, with the kernel flipped."""

import itertools

import numpy as np
import pytest
import sympy
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.linear_cnn import starts
from numerics.linear_cnn.network import LinearCNN, flip
from numerics.linear_cnn.spectra import image_side, to_outputs, to_spectrum
from numerics.linear_cnn.weights import PixelWeights
from theory.circulant import doubly_block_circulant
from validation.properties import image_sides, images, kernels

CPU = torch.device("cpu")


def network_of(kernel, outputs):
    start = PixelWeights.single(np.asarray(kernel)[None], np.asarray(outputs)[None])
    return LinearCNN(start, torch.float64, CPU)


def matrix_of(kernel, operation="convolution"):
    """The theory's matrix, from exact numbers."""
    exact = sympy.ImmutableMatrix([sympy.Rational(str(x)) for x in kernel])
    return np.array(doubly_block_circulant(exact, operation).tolist(), dtype=float)


@pytest.fixture
def three():
    """N = 3: an asymmetric kernel, two outputs, four images; all in eighths, exact in binary."""
    draw = np.random.default_rng(0).integers(-16, 16, size=(7, 9)) / 8
    return draw[0], draw[1:3], draw[3:]


def test_forward_is_the_circulant_matrix(three):
    """N = 3: predictions are W dbc(k) x, exactly in binary fractions."""
    kernel, outputs, pixels = three
    expected = pixels @ (outputs @ matrix_of(kernel)).T
    found = network_of(kernel, outputs)(torch.tensor(pixels))[0].detach().numpy()
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize("widths", [(3, 1), (1, 2), (3, 2), (1, 1, 1), (2, 3, 2)])
def test_channels_kernels_and_layers_are_block_matrices(widths):
    """Predictions are W D^(2) D^(1) x, blocks dbc(k) for each kernel and channel, for two trials.

    Entries are in eighths: exact in binary, to the rounding of their products.
    """
    generator = np.random.default_rng(len(widths))

    def eighths(*shape):
        return generator.integers(-16, 16, size=shape) / 8

    layers = [eighths(2, after, before, 9) for before, after in itertools.pairwise((*widths, 2))]
    images = eighths(4, widths[0] * 9)
    network = LinearCNN(PixelWeights(tuple(layers)), torch.float64, CPU)
    found = network(torch.tensor(images)).detach().numpy()
    seen = np.array([[0, 3, 1], [2, 2, 0]])
    each = network.forward_each(torch.tensor(images[seen])).detach().numpy()
    for trial in range(2):
        hidden = images.T
        for layer in layers[:-1]:
            blocks = [[matrix_of(kernel) for kernel in row] for row in layer[trial]]
            hidden = np.block(blocks) @ hidden
        expected = (layers[-1][trial].reshape(2, -1) @ hidden).T
        bar = 1e-13 * abs(expected).max()
        np.testing.assert_allclose(found[trial], expected, rtol=0, atol=bar)
        np.testing.assert_allclose(each[trial], expected[seen[trial]], rtol=0, atol=bar)


def test_a_colour_image_by_loops():
    """One kernel a channel, n = 4: h[i, j] = sum over channels and pixels of k[a, b] x[i-a, j-b]."""
    generator = np.random.default_rng(5)
    kernel, image = generator.normal(size=(2, 3, 4, 4))
    hidden = np.zeros((4, 4))
    for c, i, j, a, b in np.ndindex(3, 4, 4, 4, 4):
        hidden[i, j] += kernel[c, a, b] * image[c, (i - a) % 4, (j - b) % 4]
    start = PixelWeights((kernel.reshape(1, 1, 3, 16), np.eye(16).reshape(1, 16, 1, 16)))
    network = LinearCNN(start, torch.float64, CPU)
    found = network(torch.tensor(image.reshape(1, 48))).detach().numpy()
    np.testing.assert_allclose(found.ravel(), hidden.ravel(), atol=1e-13)


def test_torch_correlates(three):
    """Without the flip it would be the correlation matrix, wrong by order 1 for this kernel."""
    kernel, outputs, pixels = three
    network = network_of(kernel, outputs)
    with torch.no_grad():
        network.kernels[0].copy_(torch.tensor(kernel.reshape(1, 1, 3, 3)))
    unflipped = network(torch.tensor(pixels))[0].detach().numpy()
    correlation = pixels @ (outputs @ matrix_of(kernel, "correlation")).T
    convolution = pixels @ (outputs @ matrix_of(kernel)).T
    np.testing.assert_allclose(unflipped, correlation, rtol=0, atol=1e-13)
    assert abs(unflipped - convolution).max() > 1


def test_symmetric_kernels_hide_the_difference(three):
    """For k = flip k both are the same: a test with such a kernel would prove nothing."""
    kernel = three[0]
    square = kernel.reshape(3, 3)
    even = (square + flip(square)).ravel() / 2
    np.testing.assert_array_equal(matrix_of(even), matrix_of(even, "correlation"))
    assert abs(matrix_of(kernel) - matrix_of(kernel, "correlation")).max() > 0.5


def test_torchs_same_padding_is_rolled():
    """`padding="same"` with a 6 x 6 kernel gives our output rolled by (6 - 1)//2 in both axes."""
    generator = np.random.default_rng(1)
    kernel, image = generator.normal(size=(2, 36))
    hidden = network_of(kernel, np.eye(36))(torch.tensor(image[None])).detach()
    ours = hidden.reshape(1, 1, 6, 6)
    layer = torch.nn.Conv2d(
        1, 1, 6, padding="same", padding_mode="circular", bias=False, dtype=torch.float64
    )
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(flip(kernel.reshape(1, 1, 6, 6))))
    same = layer(torch.tensor(image.reshape(1, 1, 6, 6))).detach()
    torch.testing.assert_close(same, torch.roll(ours, (2, 2), (2, 3)), rtol=0, atol=1e-12)
    assert (same - ours).abs().max() > 0.1


@settings(deadline=None, max_examples=30)
@given(
    image_sides(2, 6).flatmap(lambda n: st.tuples(images(n, 2), images(n, 3), images(n, 4))),
)
def test_network_in_fourier_variables(three):
    """P conj(Q) has the columns n k^_f b_f, for two trials at once; images of its own for each agree."""
    ks, ws, xs = (x.reshape(len(x), -1) for x in three)
    side = image_side(ks.shape[1])
    start = PixelWeights.single(ks, np.stack((ws, ws[::-1])))
    network = LinearCNN(start, torch.float64, CPU)
    found = network(torch.tensor(xs)).detach().numpy()
    spectrum = to_spectrum(ks)[:, None, :]
    rows = side * spectrum * to_outputs(start.outputs[:, :, 0])
    expected = (to_spectrum(xs) @ np.swapaxes(rows, 1, 2)).real
    bar = 1e-13 * (1 + abs(expected).max())
    np.testing.assert_allclose(found, expected, atol=10 * bar)
    seen = np.array([[3, 0, 2], [1, 1, 3]])
    each = network.forward_each(torch.tensor(xs[seen])).detach().numpy()
    np.testing.assert_allclose(each, found[[[0], [1]], seen], atol=10 * bar)


@settings(deadline=None, max_examples=25)
@given(
    image_sides(2, 6).flatmap(lambda n: st.tuples(kernels(n), images(n, 2), images(n, 4))),
    st.integers(0, 5),
    st.integers(0, 5),
)
def test_rolled_images(three, down, right):
    """Images and the outputs' weights rolled alike, the same kernel: identical predictions."""
    kernel, ws, xs = three

    def rolled(pixels):
        return np.roll(pixels, (down, right), axis=(1, 2)).reshape(len(pixels), -1)

    before = network_of(kernel, ws.reshape(2, -1))(torch.tensor(xs.reshape(4, -1)))
    after = network_of(kernel, rolled(ws))(torch.tensor(rolled(xs)))
    torch.testing.assert_close(after, before, rtol=1e-12, atol=1e-10)


def test_weights_come_back():
    """In the convolution convention, bit for bit, of any widths; the flip is its own inverse."""
    for widths in ((1, 1), (3, 2, 4)):
        start = starts.random_start(range(3), pixels=25, classes=2, scale=1.0, widths=widths)
        back = LinearCNN(start, torch.float64, CPU).weights()
        for layer, expected in zip(back.layers, start.layers, strict=True):
            np.testing.assert_array_equal(layer, expected)
        square = start.layers[0].reshape(-1, 5, 5)
        np.testing.assert_array_equal(flip(flip(square)), square)


def test_what_it_shows():
    """The first kernels in the convolution convention, and magnitudes at all frequencies."""
    start = starts.random_start(range(3), pixels=25, classes=2, scale=1.0, widths=(3, 2, 4))
    seen = LinearCNN(start, torch.float64, CPU).observables()
    np.testing.assert_array_equal(seen["kernel"], start.layers[0])
    for name, spectra in (
        ("kernel_magnitude", to_spectrum(start.layers[0])),
        ("output_magnitude", to_outputs(start.outputs)),
    ):
        power = (abs(spectra) ** 2).sum(axis=(1, 2))
        np.testing.assert_allclose(seen[name] ** 2, power, rtol=1e-12)


@pytest.mark.parametrize("side", [2, 3, 4, 5])
def test_flip_conjugates_the_spectrum(side):
    """(flip k)^ = conj(k^) = Q Q Q k: pixel (a, b) moves to (-a, -b) mod n."""
    kernel = np.random.default_rng(side).normal(size=(side, side))
    flipped = flip(kernel)
    for a, b in np.ndindex(side, side):
        assert flipped[-a % side, -b % side] == kernel[a, b]
    np.testing.assert_allclose(
        to_spectrum(flipped.ravel()), to_spectrum(kernel.ravel()).conj(), atol=1e-14
    )


def test_no_biases_and_one_kernel_a_trial():
    """Parameters: kernels (trial, 1, n, n) and outputs (trial, p, 1, N), nothing else."""
    start = starts.random_start(range(3), pixels=16, classes=2, scale=1.0)
    shapes = {
        name: tuple(p.shape) for name, p in LinearCNN(start, torch.float32, CPU).named_parameters()
    }
    assert shapes == {"kernels.0": (3, 1, 4, 4), "outputs": (3, 2, 1, 16)}
