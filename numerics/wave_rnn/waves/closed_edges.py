"""Which edges of objects a stiffness map closes to long waves (3.8)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from numerics.wave_rnn.waves.boundary import closing_contrast, jump_reflection
from theory.errors import ArgumentError


class ClosedEdges(NamedTuple):
    """What waves of one length meet at the edges of objects.

    Attributes
    ----------
    edges : int
        Pairs of neighbouring pixels with different labels.
    closed : float
        Share of them that reflect such a wave totally, from whichever side has the lower omega.
    reflection : float
        Mean |R| over all of them; 0 where omega does not change.
    contrast : float
        Median |omega_2 - omega_1| over them.
    """

    edges: int
    closed: float
    reflection: float
    contrast: float


def closed_edges(stiffness: np.ndarray, masks: np.ndarray, wavelength: float) -> ClosedEdges:
    """Judge the edges of labelled objects under a map of omega.

    Parameters
    ----------
    stiffness : ndarray, (..., H, W)
        omega >= 0 of one channel.
    masks : ndarray of int, (..., H, W)
        Labels; an edge is where neighbours along a row or a column differ (not around the border).
    wavelength : float
        In pixels, above 2, on the side of the lower omega, at normal incidence: an object's size.

    Raises
    ------
    ArgumentError
        For shapes that differ, a wavelength of 2 or less, or masks without an edge.

    Examples
    --------
    >>> masks = np.array([[0, 0, 1, 1]])
    >>> found = closed_edges(0.5 * masks, masks, 16.0)
    >>> found.edges, found.closed, round(found.reflection, 12)
    (1, 1.0, 1.0)
    """
    if np.shape(stiffness) != np.shape(masks):
        raise ArgumentError(
            "masks",
            np.shape(masks),
            f"must have stiffness' shape {np.shape(stiffness)}",
            "match it",
        )
    if not wavelength > 2:
        raise ArgumentError("wavelength", wavelength, "must be above 2 pixels", "pass 16, say")
    low, high = _pairs_at_edges(np.asarray(stiffness, dtype=float), np.asarray(masks))
    if not low.size:
        raise ArgumentError("masks", "one label everywhere", "must have an edge", "skip this image")
    k = 2 * np.pi / wavelength
    return ClosedEdges(
        edges=int(low.size),
        closed=float(np.mean(high - low > closing_contrast(k))),
        reflection=float(np.abs(jump_reflection(low, high, k)).mean()),
        contrast=float(np.median(high - low)),
    )


def _pairs_at_edges(omega: np.ndarray, masks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    lower, upper = [], []
    for axis in (-2, -1):
        first = [slice(None)] * omega.ndim
        second = list(first)
        first[axis], second[axis] = slice(None, -1), slice(1, None)
        differ = masks[tuple(first)] != masks[tuple(second)]
        here, there = omega[tuple(first)][differ], omega[tuple(second)][differ]
        lower.append(np.minimum(here, there))
        upper.append(np.maximum(here, there))
    return np.concatenate(lower), np.concatenate(upper)
