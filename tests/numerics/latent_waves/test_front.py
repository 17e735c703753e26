"""The front of a film: medians, the order in which frequencies are used, and the laws of both."""

import functools

import numpy as np
import pytest
from film_sets import energies, gaussian, halves, moments
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.latent_waves.eigenimages import eigenimages
from numerics.latent_waves.film import spectral_energies
from numerics.latent_waves.front import (
    area_radius,
    explained_variance,
    frame_of_use,
    front_fit,
    inner_frames,
    lattice_radius,
    median_radius,
    rank_width,
    sampling_width,
)
from numerics.latent_waves.lattice import disc_area, radius, spiral
from numerics.latent_waves.predictors import circulant_energies
from numerics.latent_waves.second_order import area_fraction, local_amplitude
from theory.errors import ArgumentError

quickly = settings(deadline=None, max_examples=40)
seeds = st.integers(0, 2**32 - 1)


def random_film(shape, seed):
    pixels = shape[0] * shape[1]
    vectors = np.linalg.qr(np.random.default_rng(seed).normal(size=(pixels, pixels)))[0]
    return vectors, spectral_energies(vectors, shape)


@functools.cache
def gaussian_film(count, seed):
    """Of stationary Gaussian images, 32 x 32, of power |k|^-3."""
    found = moments(gaussian(32, 3, 2, count, seed))
    return spectral_energies(eigenimages(found).vectors, found.shape)


def test_median_radius_by_hand():
    """Half of the energy lies within R: of spikes, the middle one; of two equal ones, the inner."""
    radii = radius((4, 4), 1)
    film = np.zeros((16, 3))
    film[[2 * 4 + 2, 2 * 4 + 3, 0], 0] = [0.3, 0.3, 0.4]
    film[[2 * 4 + 1, 0], 1] = 0.5
    film[0, 2] = 1
    assert median_radius(film, radii).tolist() == [1, 1, 4]


@quickly
@given(st.integers(3, 6), st.integers(3, 6), seeds)
def test_frames_of_use_have_one_mean(height, width, seed):
    """Every frequency and every frame is used once: the mean of t(k) is (n - 1)/2, 0 <= t <= n - 1."""
    _, film = random_film((height, width), seed)
    used = frame_of_use(film)
    assert used.mean() == pytest.approx((len(used) - 1) / 2)
    assert used.min() >= 0
    assert used.max() <= len(used) - 1


@quickly
@given(seeds, st.integers(2, 14))
def test_null_vectors_count_together(seed, rank):
    """t(k) of the frames up to the rank is the same whatever basis the null space has."""
    vectors, film = random_film((4, 4), seed)
    by_rank = frame_of_use(film[:, :rank])
    null = vectors[:, rank:]
    # the mean over all orders of the null vectors is what is given
    orders = [np.roll(null, shift, axis=1) for shift in range(null.shape[1])]
    found = [
        frame_of_use(spectral_energies(np.hstack([vectors[:, :rank], order]), (4, 4)))
        for order in orders
    ]
    np.testing.assert_allclose(np.mean(found, axis=0), by_rank, atol=1e-11)


@pytest.mark.parametrize("p", [0.7, 1, 1.4, 2, 3])
@pytest.mark.parametrize("shape", [(64, 64), (64, 32)])
def test_area_law_is_the_lattice_in_the_large(p, shape):
    """R(j) = sqrt((j + 1/2)/C_p) against the sorted lattice: one percent, diamonds in steps of 4 R points."""
    frames = inner_frames(p, shape, first=100)
    law = area_radius(np.arange(shape[0] * shape[1]), p, shape)[frames]
    ratio = lattice_radius(radius(shape, p))[frames] / law
    assert ratio.mean() == pytest.approx(1, abs=0.01)
    assert ratio.std() < 0.02


def test_area_law_with_a_fraction():
    """Objects that fill a quarter of the image run ahead twice; j = C_p R^2 by the definition of C_p."""
    frames = np.arange(5)
    whole = area_radius(frames, 1.3, (8, 8))
    np.testing.assert_allclose(area_radius(frames, 1.3, (8, 8), fraction=0.25), 2 * whole)
    np.testing.assert_allclose(disc_area(1.3) * whole**2, frames + 0.5)


def test_inner_frames():
    """10 <= j < f C_p (N/2 - 1)^2: 706.9 for N = 32, p = 2."""
    assert inner_frames(2, (32, 32)) == slice(10, 707)
    assert inner_frames(2, (32, 32), fraction=0.5) == slice(10, 354)
    with pytest.raises(ArgumentError, match=r"shape: got \(4, 4\); holds fewer than two frames"):
        inner_frames(2, (4, 4))


@pytest.mark.parametrize("p", [1, 1.5, 2])
def test_a_front_without_leakage(p):
    """Power that falls with |k|_p, periodic: the front is the lattice itself."""
    radii = radius((16, 16), p)
    film = circulant_energies(np.exp(-radii))
    np.testing.assert_allclose(median_radius(film, radii), lattice_radius(radii), atol=1e-9)
    fit = front_fit(median_radius(film, radii), inner_frames(p, (16, 16)), p, (16, 16))
    assert fit.exponent == pytest.approx(0.5, abs=0.05)
    assert fit.ratio == pytest.approx(1, abs=0.03)


def test_exact_fit():
    """R = 3 (j + 1/2)^0.4 has the exponent 0.4."""
    front = 3 * (np.arange(60) + 0.5) ** 0.4
    fit = front_fit(front, slice(10, 50), 2, (16, 16))
    assert fit.exponent == pytest.approx(0.4)


def test_width_of_a_lorentzian():
    """Energy G/(pi ((s - j)^2 + G^2)): the median distance is G, the half width at half maximum."""
    ranks, frames = np.arange(4000)[:, None], np.arange(4000)[None, 1900:2101]
    film = np.zeros((4000, 2101))
    film[:, 1900:] = 12.5 / (np.pi * ((ranks - frames) ** 2 + 12.5**2))
    assert rank_width(film, np.arange(4000), 2000) == pytest.approx(12.5, abs=0.6)
    with pytest.raises(ArgumentError, match="frame: got 2095; must be from 20 to 2080"):
        rank_width(film, np.arange(4000), 2095)


def test_explained_variance():
    """1 for equal ring energies, 0 for each ring's mean over the frames, whatever the rings' sizes."""
    measured = np.random.default_rng(0).random((3, 20)) * [[1], [10], [100]]
    means = np.broadcast_to(measured.mean(axis=1, keepdims=True), measured.shape)
    assert explained_variance(measured, measured) == 1
    assert explained_variance(means, measured) == pytest.approx(0)
    assert explained_variance(2 * measured - means, measured) == pytest.approx(0)


@pytest.mark.slow
def test_mean_radius_of_a_stationary_ensemble():
    """LW06: 40000 Gaussian images, 20 < j < .95 C_p (N/2)^2: the lattice, to an rms of 1 percent.

    The lattice without the zero frequency, for the images have no mean. With the zero frequency in
    its place the count is one off; the area law is worse still.
    """
    film = gaussian_film(40_000, 0)
    radii = radius((32, 32))
    frames = np.arange(21, int(np.ceil(0.95 * np.pi * 16**2)))
    mean = (radii.ravel() @ film)[frames]

    def error(law):
        return np.sqrt(((mean / law - 1) ** 2).mean())

    without = error(lattice_radius(radii, zero_last=True)[frames])
    assert without < 0.01
    assert error(lattice_radius(radii)[frames]) > 2 * without
    assert error(area_radius(frames, 2, (32, 32))) > 2 * without


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("frame", [200, 300])
def test_width_of_a_finite_sample(frame, seed):
    """LW07: 5000 Gaussian images: 4 pi j^2/(alpha^2 m), 11.2 and 25.1 modes, to 25 percent."""
    order = spiral(radius((32, 32)), zero_last=True)
    law = sampling_width(frame, 3, 5000)
    assert law == pytest.approx({200: 11.17, 300: 25.13}[frame], abs=0.005)
    assert rank_width(gaussian_film(5000, seed), order, frame) == pytest.approx(law, rel=0.25)


@pytest.mark.slow
def test_front_of_a_photograph():
    """LW17: flower.jpg, 32 x 32, p = 2.6: exponent 1/2 and ratio 1, to .03."""
    film, _ = energies("flower_32")
    frames = inner_frames(2.6, (32, 32))
    fit = front_fit(median_radius(film, radius((32, 32), 2.6)), frames, 2.6, (32, 32))
    assert fit.exponent == pytest.approx(0.5, abs=0.03)
    assert fit.ratio == pytest.approx(1, abs=0.03)


def test_front_of_objects_on_empty_ground():
    """MNIST runs ahead of the area law, by 1.47; 1/sqrt(f) = 1.64 says so to 11 percent."""
    film, _ = energies("mnist", "b")
    fraction = area_fraction(local_amplitude(halves("mnist")[1]))
    frames = inner_frames(2, (28, 28), fraction=fraction)
    fit = front_fit(median_radius(film, radius((28, 28))), frames, 2, (28, 28))
    assert fit.ratio == pytest.approx(1.472, abs=0.01)
    assert 0.85 < fit.ratio * np.sqrt(fraction) < 1
