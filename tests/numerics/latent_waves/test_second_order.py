"""Power, amplitude and lags from the moments alone, against the images themselves."""

import numpy as np
import pytest
from film_sets import halves, moments
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.latent_waves.eigenimages import eigenimages
from numerics.latent_waves.film import spectral_energies
from numerics.latent_waves.moments import SecondMoments
from numerics.latent_waves.second_order import (
    area_fraction,
    autocorrelation,
    hann_power_spectrum,
    hann_window,
    lag_sums,
    local_amplitude,
    power_spectrum,
)
from theory.errors import ArgumentError
from theory.latent_waves.phase_space import area_fraction as theory_fraction

quickly = settings(deadline=None, max_examples=30)
SHAPES = [(6, 6), (7, 7), (5, 8), (8, 4)]


def random_images(shape, stored, count=9):
    """Images as bytes or floats, and their pixel values."""
    generator = np.random.default_rng(shape[0])
    if stored == "bytes":
        images = generator.integers(0, 256, (count, *shape), dtype=np.uint8)
        return images, images / 255
    images = generator.random((count, *shape))
    return images, images


def mean_power(images):
    spectra = np.fft.fftshift(np.fft.fft2(images), axes=(1, 2))
    return (np.abs(spectra) ** 2).mean(axis=0) / images[0].size


every_set = pytest.mark.parametrize("shape", SHAPES)
stored_as = pytest.mark.parametrize("stored", ["bytes", "floats"])


@every_set
@stored_as
def test_power_spectra(shape, stored):
    """S(k) = mean |fft2(x)|^2/n; under a Hann window that of w (x - mean of all pixels)."""
    images, values = random_images(shape, stored)
    found = moments(images)
    np.testing.assert_allclose(power_spectrum(found), mean_power(values), rtol=1e-11)
    windowed = (values - values.mean()) * hann_window(shape)
    np.testing.assert_allclose(hann_power_spectrum(found), mean_power(windowed), rtol=1e-9)


@every_set
@stored_as
def test_local_amplitude(shape, stored):
    """g^2 = mean of the square of each pixel; f = (sum g^2)^2/(n sum g^4)."""
    images, values = random_images(shape, stored)
    squares = (values**2).mean(axis=0)
    amplitude = local_amplitude(moments(images))
    np.testing.assert_allclose(amplitude, np.sqrt(squares), rtol=1e-13)
    expected = squares.sum() ** 2 / (squares.size * (squares**2).sum())
    assert area_fraction(amplitude) == pytest.approx(expected)


@quickly
@given(st.integers(0, 2**32 - 1), st.floats(1, 5))
def test_area_fraction_is_that_of_theory(seed, decay):
    """At any alpha; and g times 1e100, whose fourth power overflows, fills as much."""
    amplitude = np.random.default_rng(seed).uniform(0.1, 1, (3, 4))
    expected = float(theory_fraction(amplitude.ravel().tolist(), decay))
    assert area_fraction(amplitude, decay) == pytest.approx(expected, rel=1e-12)
    assert area_fraction(1e100 * amplitude, decay) == pytest.approx(expected, rel=1e-12)


def test_decay_of_an_area_fraction_is_positive():
    with pytest.raises(ArgumentError, match="decay: got 0; must be positive"):
        area_fraction(np.ones((2, 2)), 0)


@every_set
def test_lag_sums(shape):
    """The sum over pairs of pixels with b - a = l, pair by pair; the autocorrelation of the images."""
    images, values = random_images(shape, "floats")
    height, width = shape
    expected = np.zeros((2 * height - 1, 2 * width - 1))
    products = np.einsum("myx,mij->yxij", values, values)
    for y, x, i, j in np.ndindex(*shape, *shape):
        expected[i - y + height - 1, j - x + width - 1] += products[y, x, i, j]
    found = moments(images)
    np.testing.assert_allclose(lag_sums(found.products, shape), expected, rtol=1e-12)
    np.testing.assert_allclose(autocorrelation(found), expected / len(images), rtol=1e-12)


@quickly
@given(st.integers(2, 7), st.integers(2, 7), st.integers(0, 2**32 - 1))
def test_power_is_that_of_the_eigenimages(height, width, seed):
    """S(k) = sum_j s_j^2 E(k, j)/m: two roads, one over lags and one over the film."""
    images = np.random.default_rng(seed).random((12, height, width))
    found = moments(images)
    eigen = eigenimages(found)
    by_film = spectral_energies(eigen.vectors, found.shape) @ eigen.singular_values**2
    np.testing.assert_allclose(power_spectrum(found).ravel() * 12, by_film, rtol=1e-9)


def test_pixels_in_another_order():
    """Singular values stay, the power spectrum does not: order in space is what a film shows."""
    images = random_images((6, 6), "floats")[0]
    mixed = images.reshape(9, 36)[:, np.random.default_rng(1).permutation(36)].reshape(9, 6, 6)
    one, other = moments(images), moments(mixed)
    np.testing.assert_allclose(
        eigenimages(one).singular_values[:9], eigenimages(other).singular_values[:9], rtol=1e-9
    )
    assert np.abs(power_spectrum(one) / power_spectrum(other) - 1).max() > 0.5


def test_constant_images_have_no_power_under_a_window():
    """The mean of all pixels is subtracted: what is left is rounding."""
    constant = SecondMoments(4, (6, 6), np.full(36, 2.0), np.full((36, 36), 1.0), 1.0)
    assert power_spectrum(constant)[3, 3] == pytest.approx(36 / 4)
    assert hann_power_spectrum(constant).max() < 1e-14


def test_window():
    """Of mean square 1, positive, and symmetric in both directions."""
    window = hann_window((6, 9))
    assert (window**2).mean() == pytest.approx(1)
    assert window.min() > 0
    np.testing.assert_allclose(window, window[::-1, ::-1], rtol=1e-12)


@pytest.mark.parametrize(
    ("name", "fraction"),
    [("digits", 0.531), ("mnist", 0.373), ("fashion_mnist", 0.670), ("cifar10", 0.987)],
)
def test_area_fractions(name, fraction):
    """Objects on empty ground fill a part of the image, photographs all of it."""
    first, second = halves(name)
    assert area_fraction(local_amplitude(first + second)) == pytest.approx(fraction, abs=0.002)
