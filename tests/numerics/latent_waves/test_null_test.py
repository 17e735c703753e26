"""R2 of u_t on a film and on its nulls: a claim has to be above the largest of them."""

import functools

import numpy as np
import pytest
from film_sets import gaussian, halves, moments

from numerics.latent_waves.eigenimages import eigenimages
from numerics.latent_waves.field import Field
from numerics.latent_waves.identification import Regression
from numerics.latent_waves.null_models import travelling_hump
from numerics.latent_waves.null_test import above_nulls, null_test, scores
from numerics.latent_waves.ring_film import ring_film
from theory.errors import ArgumentError


@functools.cache
def film(name):
    first, second = halves(name)
    return ring_film(eigenimages(first + second))


@pytest.mark.parametrize(
    ("name", "window", "dense"),
    [
        ("mnist", 1, (0.021, -0.016)),
        ("mnist", 10, (0.428, -0.057)),
        ("fashion_mnist", 1, (0.082, 0.004)),
        ("fashion_mnist", 10, (0.246, 0.164)),
    ],
)
def test_twelve_terms(name, window, dense):
    """R2 of all twelve terms, training part and held out, and how much a window adds."""
    start = {"mnist": 10, "fashion_mnist": 15}[name]
    found = scores(film(name).averaged(window).field(start, 150))
    np.testing.assert_allclose(found[0], dense, atol=6e-4)
    assert found[1, 0] < found[0, 0]
    assert found[2, 0] < found[0, 0]


def test_libraries_on_films_that_they_explain():
    """Advection explains a hump that moves; radial transport the ideal front, w = x u, w_t + w_s = 0."""
    moving = travelling_hump()
    steady = Field(
        np.exp(-((moving.positions[:, None] - 0.1 - 0.6 * moving.times) ** 2) / 0.08),
        1 + moving.positions,
        moving.times,
    )
    found = scores(steady)
    assert (found[1] > 0.98).all()
    radius, count = np.linspace(4, 16, 60), np.linspace(200, 400, 200)
    front = np.exp(-((np.pi * radius[:, None] ** 2 - count) ** 2) / 2e4) / radius[:, None]
    found = scores(Field(front, radius, count))
    assert (found[2] > 0.98).all()
    assert found[2, 1] > found[1, 1] + 0.1


def test_scores_are_those_of_the_dense_fit():
    field = travelling_hump(1e-2, np.random.default_rng(1))
    dense = Regression(field).dense()
    raw = Field(3 + field.values, 1 + 13 * field.positions, 139 * field.times)
    np.testing.assert_allclose(scores(raw)[0], (dense.train, dense.held_out), atol=1e-8)


def test_shape_and_seeds_of_a_null_test():
    """Three nulls by four seeds, two windows, three libraries, two parts; a seed gives the same again."""
    source = moments(gaussian(12, 2, 2.0, 600))
    found = null_test(source, 10, 90)
    assert found["nulls"].shape == (3, 4, 2, 3, 2)
    assert np.isfinite(found["nulls"]).all()
    np.testing.assert_array_equal(found["nulls"], null_test(source, 10, 90)["nulls"])
    held_out = found.sel(part="held out", window=10, library="advection")
    expected = float(held_out["film"] - held_out["nulls"].max())
    assert above_nulls(found).sel(window=10, library="advection").item() == pytest.approx(expected)
    chosen = above_nulls(found, window=10)
    assert chosen.dims == ("library",)
    assert chosen.sel(library="advection").item() == pytest.approx(expected)
    for number in range(3):
        assert len(np.unique(found["nulls"][number, :, 0, 0, 0])) == 4


def test_too_few_seeds():
    with pytest.raises(ArgumentError, match="seeds: got 3 of them; must be at least 4"):
        null_test(moments(gaussian(12, 2, 2.0, 600)), 10, 90, seeds=range(3))


@pytest.mark.slow
def test_mnist_is_not_above_its_nulls():
    """LW31: held out, twelve terms, no window: not above the largest null of four seeds + .05."""
    first, second = halves("mnist")
    found = above_nulls(null_test(first + second, 10, 150))
    assert found.sel(window=1, library="twelve terms").item() <= 0.05
    assert found.sel(window=10, library="twelve terms").item() <= 0.05
