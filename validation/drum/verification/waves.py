"""Particular solutions on the L: are their digits right, and does their bound cover?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from numerics.drum.shapes.named import l_shape
from numerics.drum.spectra.particular_solutions import particular_solution
from numerics.drum.spectra.spectrum import Spectrum
from validation.drum.verification.literature import L_SHAPE

NEAR = 9.62  # where to look; not the eigenvalue, or a search that stays where it is would find it
TERMS = (10, 15, 20, 30, 40)


def d23() -> float:
    """First eigenvalue by 60 waves at the corner of 270 degrees against the literature, relative."""
    return _error(particular_solution(l_shape(), NEAR)) / L_SHAPE


def d24() -> float:
    """Largest true error over Moler and Payne's bound, 10 to 40 waves: above 1 it does not cover."""
    found = (particular_solution(l_shape(), NEAR, terms=terms) for terms in TERMS)
    return float(np.max([_error(one) / one.errors[0] for one in found]))


def _error(found: Spectrum) -> float:
    return abs(float(found.eigenvalues[0]) - L_SHAPE)


FUNCTIONS: dict[str, Callable[[], float]] = {"D23": d23, "D24": d24}
