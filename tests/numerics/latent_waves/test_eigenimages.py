"""Eigenimages against the singular value decomposition of all images, by both methods."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.images.idx import read_idx
from numerics.images.stream import ImageStream
from numerics.latent_waves.eigenimages import (
    PRODUCTS,
    TRIANGLE,
    Eigenimages,
    eigenimages,
    eigenimages_of,
    resolved_by_products,
)
from numerics.latent_waves.film import spectral_energies
from numerics.latent_waves.front import frame_of_use
from numerics.latent_waves.moments import moments_of
from numerics.latent_waves.second_order import power_spectrum
from numerics.latent_waves.tall_skinny_qr import triangular_factor
from theory.errors import ArgumentError

METHODS = {PRODUCTS: None, TRIANGLE: 1e-9}


def stream_of(images, block=400):
    scale = 1 / 255 if images.dtype == np.uint8 else 1.0
    return ImageStream(
        "test",
        images.shape[1:],
        len(images),
        scale,
        lambda: (images[begin : begin + block] for begin in range(0, len(images), block)),
        {},
    )


def random_bytes(count, shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, *shape), dtype=np.uint8)


def known(values, count, shape, seed=0):
    """Images U diag(s) V^T of chosen singular values s, and V."""
    rng, pixels = np.random.default_rng(seed), shape[0] * shape[1]
    left = np.linalg.qr(rng.normal(size=(count, pixels)))[0]
    right = np.linalg.qr(rng.normal(size=(pixels, pixels)))[0]
    return ((left * values) @ right.T).reshape(count, *shape), right


def decomposed(images):
    """The same by a singular value decomposition of all images as rows, in pixel values."""
    rows = images.reshape(len(images), -1) / (255 if images.dtype == np.uint8 else 1)
    _, values, vectors = np.linalg.svd(rows, full_matrices=False)
    rank = int((values > rows.shape[1] * np.finfo(float).eps * values[0]).sum())
    return Eigenimages(values, vectors.T, images.shape[1:], rank, "svd")


def frame_difference(found, expected, frames):
    """The largest difference of two films of magnitudes in their first frames."""
    films = [
        np.sqrt(spectral_energies(images.vectors[:, :frames], images.shape))
        for images in (found, expected)
    ]
    return float(abs(films[0] - films[1]).max())


@pytest.fixture(scope="module")
def mnist_images():
    folder = os.environ.get("MODEWISE_DATA")
    if not folder:
        pytest.skip("MODEWISE_DATA is not set: no folder with the MNIST files")
    return read_idx(Path(folder) / "train-images-idx3-ubyte.gz")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shape", [(8, 8), (5, 9)])
def test_they_are_the_singular_vectors(method, shape):
    """600 images of random bytes: s_j, v_j up to the sign and the rank of A = U diag(s) V^T."""
    images = random_bytes(600, shape)
    found = eigenimages_of(stream_of(images), smallest=METHODS[method])
    expected = decomposed(images)
    assert (found.method, found.shape) == (method, shape)
    assert found.rank == expected.rank == shape[0] * shape[1]
    np.testing.assert_allclose(found.singular_values, expected.singular_values, rtol=1e-12)
    overlaps = (found.vectors * expected.vectors).sum(0)
    np.testing.assert_allclose(abs(overlaps), 1, rtol=1e-12)


def test_frames_of_mnist(mnist_images):
    """LW29: 20000 images: frames and s_j above 1e-3 s_0 are those of the decomposition to 1e-8."""
    check_frames(mnist_images[:20_000])


@pytest.mark.slow
def test_frames_of_all_mnist(mnist_images):
    """LW29: the same for 60000."""
    check_frames(mnist_images)


def check_frames(images):
    found, expected = eigenimages(moments_of(images, 1 / 255)), decomposed(images)
    frames = int((expected.singular_values > 1e-3 * expected.singular_values[0]).sum())
    assert frames > 400
    assert frame_difference(found, expected, frames) < 1e-8
    np.testing.assert_allclose(
        found.singular_values[:frames], expected.singular_values[:frames], rtol=1e-10
    )


def test_small_singular_values_of_mnist(mnist_images):
    """LW37: 20000 images: the triangle has s_j down to 1e-5 s_0 to 1e-10, products not to 1e-9."""
    images = mnist_images[:20_000]
    expected = decomposed(images).singular_values
    wanted = expected >= 1e-5 * expected[0]

    def error(smallest):
        found = eigenimages_of(stream_of(images, 4096), smallest=smallest).singular_values
        return float(abs(found[wanted] / expected[wanted] - 1).max())

    assert error(1e-7) < 1e-10
    assert error(None) > 1e-9


def test_the_triangle_resolves_what_products_round_away():
    """s_j = 1, 1e-1, ..., 1e-11 and four 0, V known: to eps s_0 in value, eps s_0 / s_j in angle."""
    values = np.concatenate([10.0 ** -np.arange(12), np.zeros(4)])
    images, right = known(values, 300, (4, 4))
    fine, coarse = (eigenimages_of(stream_of(images), smallest=small) for small in (1e-11, None))
    assert (fine.method, coarse.method) == (TRIANGLE, PRODUCTS)
    assert (fine.rank, coarse.rank) == (12, 8)
    np.testing.assert_allclose(fine.singular_values, values, atol=1e-14)
    np.testing.assert_allclose(coarse.singular_values[:7], values[:7], rtol=1e-3)
    assert abs(coarse.singular_values - values).max() > 1e-10
    sines = [
        np.linalg.norm(found.vectors - right * (found.vectors * right).sum(0), axis=0)
        for found in (fine, coarse)
    ]
    assert (sines[0][:12] < 1e-14 / values[:12]).all()
    assert sines[1][8] > 0.1


@pytest.mark.parametrize(
    ("smallest", "method"),
    [(None, PRODUCTS), (0.1, PRODUCTS), (1e-6, PRODUCTS), (9.9e-7, TRIANGLE), (1e-15, TRIANGLE)],
)
def test_the_method_is_the_one_that_resolves(smallest, method):
    """Products down to 1e-6 of the largest singular value."""
    assert eigenimages_of(stream_of(random_bytes(30, (4, 4))), smallest=smallest).method == method


@pytest.mark.parametrize(("pixels", "limit"), [(16, 1e-6), (784, 1e-6), (20_000, 2.1073e-6)])
def test_products_resolve_what_is_not_rounding(pixels, limit):
    """1e-6, and with many pixels not below their rounding, sqrt(n 2^-52)."""
    assert resolved_by_products(pixels) == pytest.approx(limit, rel=1e-4)


@pytest.mark.parametrize("block", [1, 7, 1024, 3000])
@pytest.mark.parametrize("shape", [(2, 3), (7, 7)])
def test_the_triangle_has_the_products_of_the_images(block, shape):
    """R^T R = A^T A in integers, R upper triangular, whatever the blocks, and for m < n too."""
    for count in (4, 2500) if block > 1 else (4, 90):
        images = random_bytes(count, shape)
        factor = triangular_factor(stream_of(images, block))
        np.testing.assert_array_equal(factor, np.triu(factor))
        np.testing.assert_allclose(
            factor.T @ factor, moments_of(images, 1.0).products, rtol=1e-11, atol=1e-6
        )


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("count", [2, 17, 64])
def test_the_first_ones_are_those_of_all(method, count):
    """Only the first frames: the same values and vectors; a rank that does not reach beyond them."""
    images, _ = known(2.0 ** -np.arange(64) * (np.arange(64) < 20), 200, (8, 8))
    whole = eigenimages_of(stream_of(images), smallest=METHODS[method])
    part = eigenimages_of(stream_of(images), count, smallest=METHODS[method])
    assert part.vectors.shape == (64, count)
    assert part.rank == min(count, 20) == min(count, whole.rank)
    np.testing.assert_allclose(part.singular_values, whole.singular_values[:count], atol=1e-7)
    overlaps = abs((part.vectors * whole.vectors[:, :count]).sum(0))[: part.rank]
    np.testing.assert_allclose(overlaps, 1, atol=1e-3)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("rank", [2, 3, 30])
def test_the_rank_is_the_number_of_independent_images(method, rank):
    """500 copies of a few images of random bytes, for 6 x 6 pixels."""
    few = random_bytes(rank, (6, 6))
    images = few[np.random.default_rng(1).permutation(np.arange(500) % rank)]
    assert eigenimages_of(stream_of(images), smallest=METHODS[method]).rank == rank


@pytest.mark.parametrize("side", range(2, 9))
def test_energies_are_doubly_stochastic(side):
    """LW04: sum_k E = 1 of every frame, sum_j E = 1 of every frequency, null frames included."""
    images = random_bytes(side**2 // 2 + 1, (side, side))
    found = eigenimages(moments_of(images, 1 / 255))
    energies = spectral_energies(found.vectors, found.shape)
    np.testing.assert_allclose(energies.sum(0), 1, atol=1e-11)
    np.testing.assert_allclose(energies.sum(1), 1, atol=1e-11)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_pixels_does_not_matter_to_singular_values(seed):
    """Property 3: all smooth images permuted alike: s_j are the same, power and order t(k) are not."""
    images = random_bytes(200, (6, 6)).astype(float).cumsum(axis=1).cumsum(axis=2)
    order = np.random.default_rng(seed).permutation(36)
    permuted = images.reshape(200, 36)[:, order].reshape(200, 6, 6)
    both = [moments_of(given_, 1.0) for given_ in (images, permuted)]
    first, second = (eigenimages(moments) for moments in both)
    np.testing.assert_allclose(first.singular_values, second.singular_values, rtol=1e-9)
    overlaps = (first.vectors[order] * second.vectors).sum(0)
    np.testing.assert_allclose(abs(overlaps), 1, rtol=1e-9)
    powers = [power_spectrum(moments) for moments in both]
    assert abs(powers[1] / powers[0] - 1).max() > 0.5
    used = [frame_of_use(spectral_energies(one.vectors, (6, 6))) for one in (first, second)]
    assert abs(used[1] - used[0]).max() > 3


def multiples():
    return np.arange(1, 9)[:, None, None] * np.random.default_rng(0).random((4, 4))


HUGE = ImageStream("huge", (200, 101), 1, 1.0, lambda: iter([]), {})
BYTES = random_bytes(9, (2, 3))

REFUSED = {
    "constant": (
        lambda: eigenimages(moments_of(np.full((5, 4, 4), 7, np.uint8), 1 / 255)),
        "images: got constant images only, or multiples of one; rank 1 < 2; pass images that differ",
    ),
    "multiples": (lambda: eigenimages(moments_of(multiples(), 1.0)), "rank 1 < 2"),
    "black": (lambda: eigenimages(moments_of(np.zeros((5, 4, 4)), 1.0)), "rank 0 < 2"),
    "constant, triangle": (
        lambda: eigenimages_of(stream_of(np.ones((5, 4, 4))), smallest=1e-9),
        "rank 1 < 2",
    ),
    "count 1": (
        lambda: eigenimages(moments_of(BYTES, 1.0), 1),
        "count: got 1; must be an integer, from 2 to 6; leave it out for all",
    ),
    "count above n": (lambda: eigenimages_of(stream_of(BYTES), 7), "count: got 7"),
    "smallest": (
        lambda: eigenimages_of(stream_of(BYTES), smallest=0.0),
        "smallest: got 0.0; must be between 0 and 1",
    ),
    "many pixels": (lambda: eigenimages_of(HUGE), "would take 3,264,320,000 bytes"),
    "many pixels, triangle": (lambda: triangular_factor(HUGE), "would take 3,264,320,000 bytes"),
    "nan, triangle": (
        lambda: triangular_factor(stream_of(np.full((3, 2, 2), np.nan))),
        "images: got nan or inf",
    ),
    "none, triangle": (lambda: triangular_factor(stream_of(BYTES[:0])), "images: got 0 images"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_has_no_eigenimages_is_refused(what):
    """With argument, value and remedy."""
    call, text = REFUSED[what]
    with pytest.raises(ArgumentError, match=text):
        call()
