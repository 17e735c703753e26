"""Spectra of real images, and the half plane of frequencies with its real basis."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.images import cosine_sums, pure_cosines
from numerics.images.image_set import image_set
from numerics.linear_cnn import spectra
from numerics.singular_modes import singular_modes
from theory import fourier
from theory.errors import ArgumentError
from validation.properties import image_sides, images, kernels

SIDES = range(2, 8)
quickly = settings(deadline=None, max_examples=40)


def convolved(kernel, image):
    """(k*x)[i, j] = sum k[a, b] x[i-a, j-b], entry by entry."""
    n = len(kernel)
    result = np.zeros((n, n))
    for i, j, a, b in np.ndindex(n, n, n, n):
        result[i, j] += kernel[a, b] * image[(i - a) % n, (j - b) % n]
    return result


def by_fourier(kernel, image):
    """The same on flattened arrays, h^ = n k^ x^."""
    side = spectra.image_side(len(kernel))
    return spectra.from_spectrum(side * spectra.to_spectrum(kernel) * spectra.to_spectrum(image))


sides_with = image_sides(2, 7).flatmap


@quickly
@given(sides_with(lambda n: st.tuples(kernels(n), kernels(n), kernels(n))), st.integers(0, 6))
def test_convolution(three, shift):
    """dbc(k) x = ifft(n k^ x^); it commutes with shifts; dbc(k) dbc(l) = dbc(dbc(k) l)."""
    k, m, x = three
    side = spectra.image_side(len(k))
    square = (side, side)
    direct = convolved(k.reshape(square), x.reshape(square)).ravel()
    np.testing.assert_allclose(by_fourier(k, x), direct, atol=1e-11)
    rolled = np.roll(x.reshape(square), (shift, 2 * shift), axis=(0, 1)).ravel()
    expected = np.roll(direct.reshape(square), (shift, 2 * shift), axis=(0, 1)).ravel()
    np.testing.assert_allclose(by_fourier(k, rolled), expected, atol=1e-11)
    np.testing.assert_allclose(
        by_fourier(k, by_fourier(m, x)), by_fourier(by_fourier(k, m), x), atol=1e-10
    )
    np.testing.assert_allclose(by_fourier(k, x), by_fourier(x, k), atol=1e-11)


@quickly
@given(sides_with(kernels))
def test_spectra_of_real_images(image):
    """x^_f~ = conj(x^_f); there and back is the image; Q preserves lengths."""
    side = spectra.image_side(len(image))
    spectrum = spectra.to_spectrum(image)
    turned = spectrum[spectra.conjugate_indices(side)]
    np.testing.assert_allclose(turned, spectrum.conj(), atol=1e-13)
    np.testing.assert_allclose(spectra.from_spectrum(spectrum), image, atol=1e-13)
    assert np.linalg.norm(spectrum) == pytest.approx(np.linalg.norm(image), abs=1e-12)
    outputs = spectra.to_outputs(image)
    np.testing.assert_allclose(outputs, spectrum.conj(), atol=1e-13)  # W conj(Q) of a real row
    np.testing.assert_allclose(spectra.from_outputs(outputs), image, atol=1e-13)


@pytest.mark.parametrize("side", [2, 3, 4])
def test_spectrum_is_the_theorys_matrix(side):
    """Q x with the exact Q of `theory.fourier`, and W conj(Q), for stacks of images."""
    q = np.array(fourier.dft_2d_matrix(side).evalf(20).tolist(), dtype=complex)
    x = np.random.default_rng(side).normal(size=(2, 3, side * side))
    np.testing.assert_allclose(spectra.to_spectrum(x), x @ q.T, atol=1e-14)
    np.testing.assert_allclose(spectra.to_outputs(x), x @ q.conj(), atol=1e-14)


@pytest.mark.parametrize("side", SIDES)
def test_conjugate_indices(side):
    """An involution with 1 (odd n) or 4 (even n) fixed points, as in the theory."""
    indices = spectra.conjugate_indices(side)
    assert indices.tolist() == [fourier.conjugate_index(f, side) for f in range(side**2)]
    np.testing.assert_array_equal(indices[indices], np.arange(side**2))
    assert (indices == np.arange(side**2)).sum() == (1 if side % 2 else 4)


@pytest.mark.parametrize("pixels", [2, 15, 17])
def test_refuses_pixels(pixels):
    """The number of pixels is a square."""
    with pytest.raises(ArgumentError, match=f"pixels: got {pixels}; must be a square number; use"):
        spectra.to_spectrum(np.zeros(pixels))


@quickly
@given(sides_with(lambda n: images(n, 1)))
def test_gain_is_between_1_and_n(image):
    """sum_f |v^_f|^2 = 1, so 1 <= n max_f |v^_f| <= n, for any image."""
    side = image.shape[-1]
    vector = image[0].ravel() / np.linalg.norm(image)
    magnitudes = abs(spectra.to_spectrum(vector))
    assert (magnitudes**2).sum() == pytest.approx(1, abs=1e-13)
    assert 1 - 1e-12 <= side * magnitudes.max() <= side * (1 + 1e-12)


def one_image(pixels):
    return singular_modes(
        image_set(pixels[None], np.array([0]), name="one", class_names=["a"], source={})
    )


@pytest.mark.parametrize("side", SIDES)
def test_extreme_gains(side):
    """One bright pixel has the gain n vmax = 1, a constant image n; a Nyquist wave (even n) too."""
    bright = np.zeros((side, side))
    bright[0, 1] = 3.0
    checkered = (-1.0) ** np.arange(side)[:, None] * np.ones(side)
    gains = [
        side * spectra.mode_spectra(one_image(pixels)).largest[0]
        for pixels in (bright, np.ones((side, side)), checkered)
    ]
    assert gains[:2] == pytest.approx([1, side], abs=1e-12)
    assert (gains[2] == pytest.approx(side, abs=1e-12)) == (side % 2 == 0)


@pytest.mark.parametrize("side", [15, 16])
def test_self_conjugate_frequencies(side):
    """Vbar = 1 at (0, 0); at (8, 8) and (8, 0) for n = 16 only: for n = 15 they are pairs."""
    data = pure_cosines(
        image_side=side, frequencies=[(0, 0), (8, 8), (8, 0), (0, 4)], amplitudes=[4, 3, 2, 1]
    )
    found = spectra.mode_spectra(singular_modes(data)).largest
    pair = np.sqrt(0.5)
    by_length = [1, 1, 1, pair] if side == 16 else [1, pair, pair, pair]
    np.testing.assert_allclose(found, by_length, atol=1e-10)


def test_support_is_free_of_rounding():
    """A pair has two frequencies, (5, 2) and its conjugate; all else is 0 exactly."""
    data = pure_cosines(image_side=8, frequencies=[(5, 2)], amplitudes=[1])
    magnitudes = spectra.mode_spectra(singular_modes(data)).magnitudes
    assert np.flatnonzero(magnitudes[0]).tolist() == [3 * 8 + 6, 5 * 8 + 2]


def test_overlap():
    """Modes that share no frequency have none; class images (1, 0) and (cos, 1) share a half."""
    disjoint = spectra.mode_spectra(singular_modes(pure_cosines()))
    assert disjoint.overlap == 0.0
    disjoint.require_disjoint()
    single = spectra.ModeSpectra(disjoint.spectra[:1], disjoint.magnitudes[:1])
    assert single.overlap == 0.0
    together = np.array([[1.0, 0, 0, 0], [0.8, 0.6, 0, 0]])
    shared = spectra.ModeSpectra(together[:, None] + 0j, together)
    assert shared.overlap == pytest.approx(0.64)


def test_refuses_overlap():
    """The overlap, the limit, and the flow that holds for such data."""
    noise = np.random.default_rng(0).normal(size=(2, 4, 4))
    data = image_set(noise, np.arange(2), name="noise", class_names=["a", "b"], source={})
    with pytest.raises(ArgumentError, match=r"images: got spectral overlap 0\.\d+ of .*<= 1e-12"):
        spectra.mode_spectra(singular_modes(data)).require_disjoint()


@pytest.mark.parametrize("side", SIDES)
def test_half_plane_counts(side):
    """Generic images use (n^2 + s)/2 frequencies; pairs count twice, and all together n^2."""
    pixels = np.random.default_rng(side).normal(size=(3, side**2))
    plane = spectra.half_plane(spectra.to_spectrum(pixels))
    alone = 1 if side % 2 else 4
    assert len(plane.indices) == (side**2 + alone) // 2
    assert plane.weights.sum() == side**2
    assert (~plane.pairs).sum() == alone


@quickly
@given(sides_with(lambda n: st.tuples(images(n, 3), images(n, 2))))
def test_half_plane_basis_is_orthogonal(two):
    """Products of real vectors are those of the images; a map times a vector is its prediction."""
    first, second = (x.reshape(len(x), -1) for x in two)
    both = [spectra.to_spectrum(x) for x in (first, second)]
    plane = spectra.half_plane(*both)
    xs, ys = map(plane.real_vectors, both)
    np.testing.assert_allclose(xs @ ys.T, first @ second.T, atol=1e-10)
    maps = plane.real_maps(spectra.to_outputs(first)[:, plane.indices])
    np.testing.assert_allclose(maps @ ys.T, first @ second.T, atol=1e-10)


@quickly
@given(sides_with(lambda n: images(n, 2)))
def test_half_plane_maps_back_and_forth(pixels):
    """complex_maps(real_maps(x)) = x; full_plane of the kept half is the whole spectrum."""
    flat = pixels.reshape(2, -1)
    plane = spectra.half_plane(spectra.to_spectrum(flat))
    whole = spectra.to_outputs(flat)
    kept = whole[:, plane.indices]
    kept[:, ~plane.pairs] = kept[:, ~plane.pairs].real
    np.testing.assert_allclose(plane.complex_maps(plane.real_maps(kept)), kept, atol=1e-14)
    rows = plane.real_maps(kept)
    np.testing.assert_allclose(plane.real_maps(plane.complex_maps(rows)), rows, atol=1e-14)
    np.testing.assert_allclose(plane.full_plane(kept), whole, atol=1e-11)


def test_half_plane_leaves_out_absent_frequencies():
    """Seven cosines use seven frequencies, one of a pair each; the rest of the plane is 0."""
    data = cosine_sums(
        8, [[(0, 0, 1, 0), (1, 2, 1, 0)], [(3, 1, 1, 1), (4, 4, 1, 0), (7, 7, 1, 0)]]
    )
    modes = singular_modes(data)
    plane = spectra.half_plane(spectra.to_spectrum(modes.inputs))
    assert plane.indices.tolist() == [0, 1 * 8 + 1, 1 * 8 + 2, 3 * 8 + 1, 4 * 8 + 4]
    assert plane.pairs.tolist() == [False, True, True, True, False]
    whole = plane.full_plane(spectra.to_spectrum(modes.inputs)[:, plane.indices])
    np.testing.assert_allclose(whole, spectra.to_spectrum(modes.inputs), atol=1e-13)
