"""Energies of the frames of a film: bookkeeping laws that hold for every orthonormal basis."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.latent_waves.film import moving_mean, spectral_energies
from numerics.latent_waves.lattice import radius, ring_partition
from theory.errors import ArgumentError

quickly = settings(deadline=None, max_examples=40)
shapes = st.tuples(st.integers(2, 8), st.integers(2, 8))
seeds = st.integers(0, 2**32 - 1)


def basis(shape, seed):
    """A random orthonormal basis, images as columns."""
    pixels = shape[0] * shape[1]
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(pixels, pixels)))[0]


@quickly
@given(shapes, seeds)
def test_energies_are_doubly_stochastic(shape, seed):
    """sum_k E(k, j) = 1 for every frame and sum_j E(k, j) = 1 for every frequency; E >= 0."""
    energies = spectral_energies(basis(shape, seed), shape)
    assert (energies >= 0).all()
    np.testing.assert_allclose(energies.sum(axis=0), 1, atol=1e-11)
    np.testing.assert_allclose(energies.sum(axis=1), 1, atol=1e-11)


def test_energies_of_a_large_basis():
    """LW04: the same sums within 1e-11 for 1024 frames of 32 x 32 pixels."""
    energies = spectral_energies(basis((32, 32), 0), (32, 32))
    np.testing.assert_allclose(energies.sum(axis=0), 1, atol=1e-11)
    np.testing.assert_allclose(energies.sum(axis=1), 1, atol=1e-11)


@pytest.mark.parametrize("shape", [(4, 4), (5, 5), (3, 6)])
def test_energies_by_the_definition(shape):
    """E(k, j) = |sum_a v_j(a) exp(-2 pi i (k0 a0/h + k1 a1/w))|^2/n, k from -(h//2) on."""
    height, width = shape
    vectors = basis(shape, 1)
    energies = spectral_energies(vectors, shape)
    a0, a1 = np.divmod(np.arange(height * width), width)
    for i, j in np.ndindex(shape):
        k0, k1 = i - height // 2, j - width // 2
        wave = np.exp(-2j * np.pi * (k0 * a0 / height + k1 * a1 / width))
        expected = np.abs(wave @ vectors) ** 2 / (height * width)
        np.testing.assert_allclose(energies[i * width + j], expected, atol=1e-14)


@quickly
@given(shapes, seeds, st.integers(0, 7), st.integers(0, 7))
def test_energies_ignore_shifts_and_signs(shape, seed, down, right):
    """Cyclic shifts of the images and signs of the vectors change nothing; nor does ifftshift."""
    vectors = basis(shape, seed)
    energies = spectral_energies(vectors, shape)
    images = vectors.T.reshape(-1, *shape)
    signs = np.random.default_rng(seed).choice([-1, 1], len(images))
    for moved in (
        np.roll(images, (down, right), axis=(1, 2)) * signs[:, None, None],
        np.fft.ifftshift(images, axes=(1, 2)),
    ):
        found = spectral_energies(moved.reshape(len(images), -1).T, shape)
        np.testing.assert_allclose(found, energies, atol=1e-13)


@quickly
@given(shapes, seeds, st.floats(0.3, 4))
def test_rings_conserve_energy(shape, seed, p):
    """Each frame uses one unit of the rings' capacity: 0 <= M(r, J) <= min(J, N_p(r)), equal at the ends."""
    rings = ring_partition(radius(shape, p))
    energies = rings @ spectral_energies(basis(shape, seed), shape)
    np.testing.assert_allclose(energies.sum(axis=0), 1, atol=1e-11)
    np.testing.assert_allclose(energies.sum(axis=1), rings.sum(axis=1), atol=1e-11)
    used = energies.cumsum(axis=0).cumsum(axis=1)
    capacity = np.cumsum(rings.sum(axis=1))
    frames = np.arange(1, used.shape[1] + 1)
    assert (used <= np.minimum(frames[None, :], capacity[:, None]) + 1e-11).all()
    np.testing.assert_allclose(used[:, -1], capacity, atol=1e-11)
    np.testing.assert_allclose(used[-1], frames, atol=1e-11)


@pytest.mark.parametrize("side", [7, 8, 28])
def test_mean_magnitudes_are_bounded(side):
    """LW05: u <= 1/sqrt(c) on a ring of c points, and sum c u^2 <= 1 over rings that part the plane."""
    magnitudes = np.sqrt(spectral_energies(basis((side, side), side), (side, side)))
    rings = ring_partition(radius((side, side)))
    points = rings.sum(axis=1)
    means = (rings @ magnitudes) / points[:, None]
    assert (means <= 1 / np.sqrt(points)[:, None] + 1e-12).all()
    assert ((points[:, None] * means**2).sum(axis=0) <= 1 + 1e-12).all()


@pytest.mark.parametrize(("k", "spikes"), [((3, 1), 2), ((4, 4), 1), ((0, 4), 1), ((0, 0), 1)])
def test_a_cosine_is_two_spikes(k, spikes):
    """1/sqrt(2) at k and -k, so that u = sqrt(2)/c on its ring; u = 1/c where k is its own mirror image."""
    y, x = np.indices((8, 8))
    wave = np.cos(2 * np.pi * (k[0] * y + k[1] * x) / 8).ravel()
    magnitudes = np.sqrt(spectral_energies(wave[:, None] / np.linalg.norm(wave), (8, 8)))
    rings = ring_partition(radius((8, 8)))
    ring = round(np.hypot(*k))
    points = rings.sum(axis=1)[ring]
    assert (rings @ magnitudes)[ring, 0] / points == pytest.approx(np.sqrt(spikes) / points)
    assert np.count_nonzero(magnitudes > 1e-12) == spikes


@quickly
@given(shapes, seeds, st.booleans())
def test_window_of_one_changes_nothing(shape, seed, whole):
    """Property 11: to the last bit, whole windows or not."""
    film = spectral_energies(basis(shape, seed), shape)
    np.testing.assert_array_equal(moving_mean(film, 1, whole=whole), film)


@pytest.mark.parametrize("window", [1, 2, 3, 10])
def test_moving_mean(window):
    """np.convolve with ones/w, "same" or "valid"; a window of 1 is the identity."""
    film = np.random.default_rng(0).normal(size=(3, 10))
    ones = np.ones(window) / window
    for whole, mode in ((False, "same"), (True, "valid")):
        found = moving_mean(film, window, whole=whole)
        for row, expected in zip(found, film, strict=True):
            np.testing.assert_allclose(row, np.convolve(expected, ones, mode), atol=1e-15)
    if window == 1:
        np.testing.assert_array_equal(moving_mean(film, 1), film)


@pytest.mark.parametrize("window", [0, 11])
def test_refuses_windows_beyond_the_film(window):
    """The error names the frames that there are."""
    text = f"window: got {window}; must be from 1 to 10, the frames of the film; shorten it"
    with pytest.raises(ArgumentError) as caught:
        moving_mean(np.zeros((3, 10)), window)
    assert str(caught.value) == text
