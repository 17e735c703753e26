"""Starts: drawn in the stated order; aligned, A is diagonal; of a random one a part grows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.images import cosine_sums, digits, pure_cosines
from numerics.linear_cnn import starts
from numerics.linear_cnn.fourier_model import FourierModel
from numerics.linear_cnn.spectra import mode_spectra, to_outputs, to_spectrum
from numerics.linear_cnn.weights import PixelWeights
from numerics.singular_modes import singular_modes
from theory.errors import ArgumentError
from validation.properties import cosine_sets

SUMS = [[(0, 1, 1.0, 0.3), (1, 2, 0.7, 1.0)], [(1, 0, 0.8, 0.0), (4, 4, 0.2, 0.0)]]


def aligned(data, scale=1e-2, seeds=range(3)):
    modes = singular_modes(data)
    spectra = mode_spectra(modes)
    return modes, spectra, starts.balanced_start(seeds, modes, spectra, scale)


def test_random_start_draws_in_the_stated_order():
    """default_rng(seed): the kernel, then the outputs; each trial by its own seed."""
    start = starts.random_start(range(5, 7), pixels=9, classes=2, scale=0.1)
    generator = np.random.default_rng(6)
    np.testing.assert_array_equal(start.kernel[1], generator.normal(0, 0.1, 9))
    np.testing.assert_array_equal(start.outputs[1, :, 0], generator.normal(0, 0.1, (2, 9)))


def test_random_layers_are_drawn_first_to_last():
    """Widths (3, 2, 1): kernels (2, 3, N) and (1, 2, N), then outputs (p, 1, N), of one generator."""
    start = starts.random_start(range(5, 7), 9, 2, scale=0.1, widths=(3, 2, 1))
    generator = np.random.default_rng(6)
    for layer, shape in zip(start.layers, [(2, 3, 9), (1, 2, 9), (2, 1, 9)], strict=True):
        np.testing.assert_array_equal(layer[1], generator.normal(0, 0.1, shape))


def test_published_start():
    """Seed 0 on the default cosines, scale 1e-3: A0 as published with the default run."""
    modes, spectra, start = aligned(pure_cosines(), scale=1e-3, seeds=range(1))
    found = starts.balanced_strengths(start, modes, spectra)
    np.testing.assert_allclose(found, [[2.115e-6, 9.672e-4, 1.0624e-4, 2.981e-5]], rtol=3e-4)


@settings(deadline=None, max_examples=30)
@given(cosine_sets(), st.integers(0, 1000))
def test_aligned_with_any_cosines(cosines, seed):
    """A is diagonal and A0_m = n lambda_m sum_f v_f |k^_f|^2, to 1e-12."""
    modes, spectra, start = aligned(cosines.images(), scale=0.1, seeds=range(seed, seed + 2))
    model = FourierModel(modes)
    strengths = model.strengths(model.weights(start))
    formula = starts.balanced_strengths(start, modes, spectra)
    expected = formula[:, :, None] * np.eye(len(modes.singular_values))
    np.testing.assert_allclose(strengths, expected, atol=1e-11 * formula.max())


def test_aligned_with_sums_of_cosines():
    """The same where a mode has several frequencies; each is balanced, |k^_f| = ||b_f||."""
    modes, spectra, start = aligned(cosine_sums(8, SUMS))
    model = FourierModel(modes)
    weights = model.weights(start)
    formula = starts.balanced_strengths(start, modes, spectra)
    np.testing.assert_allclose(
        model.strengths(weights), formula[:, :, None] * np.eye(2), atol=1e-13 * formula.max()
    )
    (balance,) = model.balances(weights)
    np.testing.assert_allclose(balance, 0, atol=1e-17)


def test_outputs_are_zero_where_there_is_no_mode():
    """Only the data's frequencies have outputs: 2 for each pair, 1 for (4, 4)."""
    _, spectra, start = aligned(cosine_sums(8, SUMS))
    used = abs(to_outputs(start.outputs)).max(axis=(0, 1, 2)) > 1e-12
    np.testing.assert_array_equal(used, spectra.magnitudes.any(axis=0))
    assert used.sum() == 7


def test_refuses_shared_frequencies():
    """Digits share all their frequencies."""
    modes = singular_modes(digits())
    with pytest.raises(ArgumentError, match=r"images: got spectral overlap .*share no frequency"):
        starts.balanced_start(range(1), modes, mode_spectra(modes), 1e-3)


def test_growing_part_of_an_aligned_start():
    """All of a balanced start grows, q_f = |k^_f|; with the outputs' sign turned nothing does."""
    modes, spectra, start = aligned(cosine_sums(8, SUMS))
    grown = starts.growing_amplitudes(start, modes, spectra)
    expected = abs(to_spectrum(start.kernel))[:, None, :] * (spectra.magnitudes > 0)
    np.testing.assert_allclose(grown, expected, atol=1e-15)
    turned = PixelWeights((start.layers[0], -start.outputs))
    np.testing.assert_allclose(starts.growing_amplitudes(turned, modes, spectra), 0, atol=1e-15)


def test_growing_part_of_a_random_start():
    """q_f = |k^_f v^_f/|v^_f| + conj((U^T B)_f)|/2 by loops; 0 off the mode's support."""
    modes = singular_modes(cosine_sums(8, SUMS))
    spectra = mode_spectra(modes)
    start = starts.random_start(range(2), pixels=64, classes=2, scale=1.0)
    grown = starts.growing_amplitudes(start, modes, spectra)
    kernels, outputs = to_spectrum(start.kernel), to_outputs(start.outputs[:, :, 0])
    for trial, mode, f in np.ndindex(*grown.shape):
        v = np.fft.fft2(modes.right[:, mode].reshape(8, 8), norm="ortho").ravel()[f]
        expected = 0.0
        if abs(v) > 1e-9:
            along = modes.left[:, mode] @ outputs[trial, :, f]
            expected = abs(kernels[trial, f] * v / abs(v) + along.conjugate()) / 2
        assert grown[trial, mode, f] == pytest.approx(expected, abs=1e-13)
