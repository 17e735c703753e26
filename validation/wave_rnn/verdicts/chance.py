"""What seeds alone can do to the numbers of a run, and how these are told."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike
from scipy.stats import binomtest, fisher_exact, t

SURELY = 0.05  # of false alarms, over all looks of a row


def ordered(worse: xr.DataArray, better: xr.DataArray, looks: int) -> int:
    """Return 1 if the first is larger in more seeds than chance makes, -1 if the second is, else 0.

    Exact two-sided sign test over seeds; `looks` are as many tests as a row makes.
    """
    wins, losses = int((worse > better).sum()), int((worse < better).sum())
    if not wins + losses or binomtest(wins, wins + losses).pvalue > SURELY / looks:
        return 0
    return 1 if wins > losses else -1


def share_interval(found: int, of: int) -> tuple[float, float]:
    """Return what share of all seeds may be so, if so many are: exact binomial interval."""
    interval = binomtest(found, of).proportion_ci(1 - SURELY, "exact")
    return float(interval.low), float(interval.high)


def mean_interval(values: ArrayLike) -> tuple[float, float]:
    """Return where the mean over all seeds may lie, by Student's t; (-inf, inf) for a single seed."""
    seeds = np.asarray(values, float)
    if len(seeds) < 2:
        return -np.inf, np.inf
    wide = t.isf(SURELY / 2, len(seeds) - 1) * seeds.std(ddof=1) / np.sqrt(len(seeds))
    return float(seeds.mean() - wide), float(seeds.mean() + wide)


def rarer(fewer: int, more: int, of: int) -> float:
    """Return how likely chance alone makes the first of two counts, of as many runs, so much the fewer.

    Fisher's exact test, one-sided.
    """
    return float(fisher_exact([[more, of - more], [fewer, of - fewer]], "greater").pvalue)


def spread(values: xr.DataArray | Iterable[float]) -> str:
    """Return the least and the largest value, or the one, as text."""
    low, high = (f"{float(end(np.asarray(values))):.3g}" for end in (np.min, np.max))
    return low if low == high else f"{low} to {high}"


def listed(values: Iterable[float]) -> str:
    """Return values as text."""
    return ", ".join(f"{float(value):.3g}" for value in values)
