"""Polygons without a formula: what finite elements say of them, and what is known far better."""

from __future__ import annotations

import functools

import numpy as np

from numerics.drum.shapes import named
from numerics.drum.shapes.polygon import Polygon
from numerics.drum.spectra.finite_elements import accurate_spectrum, finite_element_spectrum
from numerics.drum.spectra.spectrum import Spectrum
from validation.drum.verification.literature import PAIR, PAIR_ERROR

COUNT = 20
L, FIRST_OF_PAIR, STARS = 0, 1, 2  # their numbers; from STARS on random stars


def polygon(number: int) -> Polygon:
    """Return the L, the first drum of the isospectral pair, or a random star, by its number."""
    known = (named.l_shape, lambda: named.isospectral_pair()[0])
    return known[number]() if number < STARS else named.random_star(number - STARS)


@functools.cache
def estimated(number: int) -> Spectrum:
    """Return 20 eigenvalues by graded quadratic elements, with the errors that are to cover."""
    return finite_element_spectrum(polygon(number), COUNT)


@functools.cache
def reference(number: int) -> Spectrum:
    """Return 20 eigenvalues by quartic elements with 14 layers at singular corners; the pair's, published."""
    if number == FIRST_OF_PAIR:
        return Spectrum(PAIR[:COUNT], np.full(COUNT, PAIR_ERROR), "published", 0)
    return accurate_spectrum(polygon(number), COUNT)
