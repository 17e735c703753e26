"""Equations refitted to random halves of the images."""

import numpy as np
import pytest
from film_sets import SETS, gaussian, moments

from numerics.latent_waves.eigenimages import eigenimages
from numerics.latent_waves.identification import Regression
from numerics.latent_waves.moments import image_halves
from numerics.latent_waves.paper_rows import PAPER_ROWS
from numerics.latent_waves.resampling import stability
from numerics.latent_waves.ring_film import ring_film
from theory.errors import ArgumentError
from theory.latent_waves.equations import Term

TERMS = (Term(0, 1), Term(0, 2))


def regression_of(images, start=10, end=90):
    """Of the scaled film of some images."""
    film = ring_film(eigenimages(moments(images)))
    return Regression(film.field(start, end).scaled())


def test_equal_subsets_have_no_spread():
    regression = regression_of(gaussian(12, 2, 2.0, 600))
    found = stability([regression, regression], TERMS)
    assert found.terms == TERMS
    np.testing.assert_array_equal(found.spread, 0)
    np.testing.assert_array_equal(found.coefficients[0], found.coefficients[1])


def test_spread_is_that_of_the_coefficients():
    images = gaussian(12, 2, 2.0, 1200)
    found = stability((regression_of(images[mask]) for mask in image_halves(1200, 4)), TERMS)
    expected = np.std(found.coefficients, axis=0, ddof=1) / np.abs(found.coefficients.mean(axis=0))
    np.testing.assert_allclose(found.spread, expected)
    assert (found.spread > 0).all()
    assert len(found.fits) == len(found.selected) == 4


def test_one_subset_is_refused():
    regression = regression_of(gaussian(12, 2, 2.0, 600))
    with pytest.raises(
        ArgumentError, match="regressions: got 1; must be at least 2; draw more halves"
    ):
        stability([regression], TERMS)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "expected"), [("mnist", (0.36, 0.33)), ("fashion_mnist", (0.46, 0.36, 0.34))]
)
def test_printed_rows_depend_on_the_images(name, expected):
    """LW34: six random halves; coefficients spread by a third, few halves select the printed terms."""
    images, row = SETS[name](), PAPER_ROWS[name]
    halves = image_halves(len(images), 6)
    found = stability(
        (regression_of(images[mask], row.start, row.end) for mask in halves), row.coefficients
    )
    np.testing.assert_allclose(found.spread, expected, atol=0.01)
    assert (found.spread > 0.15).all()
    assert found.selected.sum() == 2
