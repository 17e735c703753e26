"""Does something rise along a row of means, beyond the spread of the trials that they are means of?"""

from __future__ import annotations

import dataclasses

import numpy as np
import scipy.stats
import xarray as xr

from validation.verdicts import CONSISTENT, OPEN, REFUTED

BY_CHANCE = 1e-3  # that a difference of nothing passes what decides
ROUNDING = 1 / 12  # variance of what is left when a number is made whole


@dataclasses.dataclass(frozen=True)
class Trend:
    """A row of means against the claim that it rises.

    Parameters
    ----------
    fall : float
        The largest fall from one place to any later one, in its standard errors; 0 for none.
    rise : float
        Last over first, likewise.
    """

    fall: float
    rise: float


def trend(means: np.ndarray, errors: np.ndarray) -> Trend:
    """Return how a row of means falls and rises.

    Parameters
    ----------
    means, errors : ndarray, (k,)
        k of 2 or more; standard errors of the means, above 0, independent of each other.

    Examples
    --------
    >>> trend(np.array([3.0, 9.0, 5.0]), np.array([0.6, 0.6, 0.8]))
    Trend(fall=4.0, rise=2.0)
    """
    fall = max(
        (means[early] - means[late]) / np.hypot(errors[early], errors[late])
        for late in range(1, len(means))
        for early in range(late)
    )
    rise = (means[-1] - means[0]) / np.hypot(errors[-1], errors[0])
    return Trend(max(0.0, float(fall)), float(rise))


def standard_error(values: xr.DataArray) -> xr.DataArray:
    """Return the standard error of a mean of trials, with the spread of all bottlenecks of a depth.

    A few trials say little of the spread of one form; its square is averaged over the forms of a depth.
    Frames are whole numbers: trials that all agree may still hide their rounding.
    """
    square = values.var("trial", ddof=1).mean("bottleneck") + ROUNDING
    return (square / values.sizes["trial"]) ** 0.5


def deciding(values: xr.DataArray) -> float:
    """Return how many standard errors decide: Student's t with the degrees of freedom of a depth.

    Parameters
    ----------
    values : DataArray, (bottleneck, trial, ...)
        Two trials at least.
    """
    freedom = values.sizes["bottleneck"] * (values.sizes["trial"] - 1)
    return float(scipy.stats.t.isf(BY_CHANCE, freedom))


def judged(trends: list[Trend], beyond: float) -> str:
    """Return refuted for a fall beyond the spread, consistent for rises beyond it without one, or open."""
    if any(found.fall > beyond for found in trends):
        return REFUTED
    return CONSISTENT if all(found.rise > beyond for found in trends) else OPEN
