"""The standard normal density as a histogram shows it."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr


def normal_density(middles: np.ndarray) -> np.ndarray:
    """Return the density of N(0, 1), averaged over bins of equal width, by their middles."""
    half = (middles[1] - middles[0]) / 2
    return (ndtr(middles + half) - ndtr(middles - half)) / (2 * half)
