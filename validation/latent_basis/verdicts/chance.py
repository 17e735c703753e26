"""What sampling alone can do to the numbers of a run, and how they are told."""

from __future__ import annotations

import functools
import operator

import numpy as np
import xarray as xr
from scipy.stats import norm, poisson

SURELY = 2.0  # standard errors of one difference
RARE = 1e-3  # of false alarms, that there are so many


def difference_error(*rates: xr.DataArray, images: int) -> xr.DataArray:
    """Return the standard error of a rate, or of the difference of two, over so many images.

    Images are the same in all trials and for all seeds: more of these make it no smaller. Where both
    rates are of the same images, it is less than this.
    """
    variances = [rate * (1 - rate) / images for rate in rates]
    return functools.reduce(operator.add, variances) ** 0.5


def surely(looks: int) -> float:
    """Return the standard errors that one of so many looks passes as seldom as one alone does `SURELY`."""
    return float(norm.isf(norm.sf(SURELY) / looks))


def rate_of_guesses(labels: int, vectors: int) -> float:
    """Return what share of vectors may show their label by chance: 1/l and three standard errors."""
    guess = 1 / labels
    return float(guess + 3 * np.sqrt(guess * (1 - guess) / vectors))


def too_many(flags: int, expected: float) -> bool:
    """Return whether so many false alarms are rarer than `RARE`, where `expected` are."""
    return bool(poisson.sf(flags - 1, expected) < RARE)


def spread(values: xr.DataArray) -> str:
    """Return the least and the largest value, or the one, as text."""
    low, high = float(values.min()), float(values.max())
    return f"{low:.3g}" if low == high else f"{low:.3g} to {high:.3g}"


def listed(values: xr.DataArray) -> str:
    """Return values as text."""
    return ", ".join(f"{value:.3g}" for value in values.values)
