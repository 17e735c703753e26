"""Weights as layers: which axis is which, and what is not one kernel."""

import numpy as np
import pytest

from numerics.linear_cnn.weights import FourierWeights, PixelWeights
from theory.errors import ArgumentError


@pytest.mark.parametrize("kind", [PixelWeights, FourierWeights])
def test_the_papers_network(kind):
    """One kernel: `single` puts it where `kernel` and `outputs` find it, for three trials."""
    generator = np.random.default_rng(0)
    kernel, outputs = generator.normal(size=(3, 9)), generator.normal(size=(3, 2, 9))
    weights = kind.single(kernel, outputs)
    assert isinstance(weights, kind)
    assert [layer.shape for layer in weights.layers] == [(3, 1, 1, 9), (3, 2, 1, 9)]
    assert weights.depth == 1
    np.testing.assert_array_equal(weights.kernel, kernel)
    np.testing.assert_array_equal(weights.outputs[:, :, 0], outputs)


SHAPES = {
    "colour": [(1, 3), (2, 1)],
    "two kernels": [(2, 1), (2, 2)],
    "two layers": [(1, 1), (1, 1), (2, 1)],
}


@pytest.mark.parametrize("what", SHAPES)
def test_more_than_one_kernel(what):
    """Their number of kernels and channels is named; `layers` has them all."""
    weights = PixelWeights(tuple(np.zeros((4, *shape, 9)) for shape in SHAPES[what]))
    assert weights.depth == len(SHAPES[what]) - 1
    with pytest.raises(ArgumentError, match=r"layers: got .*; one convolution layer of one kernel"):
        _ = weights.kernel


def test_magnitudes():
    """The norm of first and last layer over everything but the trial and the frequency."""
    generator = np.random.default_rng(1)
    shapes = [(2, 3, 2, 5), (2, 4, 3, 5), (2, 2, 4, 5)]
    layers = [generator.normal(size=s) + 1j * generator.normal(size=s) for s in shapes]
    found = FourierWeights(tuple(layers)).magnitudes()
    assert list(found) == ["kernel_magnitude", "output_magnitude"]
    for values, layer in zip(found.values(), (layers[0], layers[-1]), strict=True):
        for trial, f in np.ndindex(2, 5):
            expected = np.linalg.norm(layer[trial, :, :, f].ravel())
            assert values[trial, f] == pytest.approx(expected, rel=1e-13)
