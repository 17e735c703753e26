"""Sets and films in which there is nothing to find: they have the moments of the set, and no more."""

import numpy as np
import pytest
from film_sets import gaussian, moments

from numerics.latent_waves.eigenimages import eigenimages
from numerics.latent_waves.identification import Regression
from numerics.latent_waves.null_models import (
    locally_stationary_set,
    shuffled_in_blocks,
    stationary_set,
    travelling_hump,
)
from numerics.latent_waves.predictors import locally_stationary
from numerics.latent_waves.second_order import power_spectrum
from theory.errors import ArgumentError

SIDE, MANY = 8, 200_000


@pytest.fixture(scope="module")
def source():
    """Images with a mean, brighter in the middle: neither stationary nor centred."""
    images = gaussian(SIDE, 2, 2.0, 3000) + 0.4
    across = np.exp(-((np.arange(SIDE) - 3.5) ** 2) / 12)
    return moments(images * np.multiply.outer(across, across))


def relative(found, expected):
    return np.abs(found - expected).max() / np.abs(expected).max()


def moved(products):
    """Products of pixels that lie three rows and one column further on, around the borders."""
    pairs = products.reshape(SIDE, SIDE, SIDE, SIDE)
    return np.roll(pairs, (3, 1, 3, 1), axis=(0, 1, 2, 3)).reshape(products.shape)


def test_stationary_set_has_the_power_and_nothing_else(source):
    """Of 200,000 images: S(k) that of the set to 4/sqrt(m), covariance a function of the lag."""
    found = stationary_set(source, MANY, np.random.default_rng(0))
    assert found.count == MANY
    np.testing.assert_allclose(power_spectrum(found) / power_spectrum(source), 1, atol=4 / 300)
    assert relative(moved(found.products), found.products) < 0.02
    assert relative(moved(source.products), source.products) > 0.5


def test_locally_stationary_set_has_the_covariance_of_the_model(source):
    """Its part without negative eigenvalues, to 1 percent of the largest variance."""
    found = locally_stationary_set(source, MANY, np.random.default_rng(0))
    model = locally_stationary(source)
    values, vectors = np.linalg.eigh(model)
    assert relative(found.products / MANY, (vectors * np.clip(values, 0, None)) @ vectors.T) < 0.01


@pytest.mark.parametrize("count", [40, 100])
@pytest.mark.parametrize("draw", [stationary_set, locally_stationary_set])
def test_sums_and_products_have_one_law(source, draw, count):
    """The sum has the covariance of an image times m, the mean of the products: over 300 draws.

    Of fewer and of more images than their 64 pixels: two ways to draw them.
    """
    draws = [draw(source, count, np.random.default_rng(seed)) for seed in range(300)]
    outer = np.mean([np.outer(one.sums, one.sums) for one in draws], axis=0)
    products = np.mean([one.products for one in draws], axis=0)
    assert relative(outer, products) < 0.4
    assert np.abs(np.mean([one.sums for one in draws], axis=0)).max() < 4 * np.sqrt(
        products.max() / 300
    )
    centred = [one.products - np.outer(one.sums, one.sums) / count for one in draws]
    assert min(np.linalg.eigvalsh(one)[0] for one in centred) > -1e-8
    assert eigenimages(draws[0]).rank <= min(count, SIDE**2)


def test_same_seed_same_set(source):
    one, other = (stationary_set(source, 1000, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(one.products, other.products)


def test_no_images(source):
    with pytest.raises(ArgumentError, match="count: got 0; must be at least 1; draw more images"):
        stationary_set(source, 0, np.random.default_rng(0))


def test_shuffle_keeps_blocks():
    """Frames 0..9 stay among themselves and so on; what is over stays where it is."""
    film = np.arange(2 * 37).reshape(2, 37)
    found = shuffled_in_blocks(film, np.random.default_rng(0))
    for start in (0, 10, 20):
        np.testing.assert_array_equal(
            np.sort(found[:, start : start + 10]), film[:, start : start + 10]
        )
        assert (found[:, start : start + 10] != film[:, start : start + 10]).any()
    np.testing.assert_array_equal(found[:, 30:], film[:, 30:])


@pytest.mark.parametrize(
    ("noise", "train", "held_out"), [(0.0, 0.999, 0.996), (1e-3, 0.992, 0.976), (1e-2, 0.61, 0.34)]
)
def test_positive_control(noise, train, held_out):
    """LW31: where there is an equation the twelve terms explain it, above .9 without noise."""
    dense = Regression(travelling_hump(noise, np.random.default_rng(0))).dense()
    assert dense.train == pytest.approx(train, abs=0.01)
    assert dense.held_out == pytest.approx(held_out, abs=0.05 if noise == 1e-2 else 0.01)


def test_noise_needs_a_generator():
    with pytest.raises(ArgumentError, match="generator: got None; is needed for noise"):
        travelling_hump(0.1)
