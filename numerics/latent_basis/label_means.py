"""Means of the latents of one label: how long they can be, and how long those of an ideal label are."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import quad
from scipy.special import ndtr, ndtri

from theory.errors import ArgumentError

REACH = 40.0  # beyond it the standard normal density is zero in float64


def normal_density(values: ArrayLike) -> np.ndarray:
    """Return phi(t) = exp(-t^2/2)/sqrt(2 pi)."""
    return np.exp(-0.5 * np.square(values)) / math.sqrt(2 * math.pi)


def expected_largest(labels: int) -> float:
    """Return e_l = int t l phi(t) Phi(t)^(l-1) dt, the mean of the largest of l standard normal numbers.

    Integrated by parts, it is l (l - 1) int phi^2 Phi^(l-2) dt, of which no part is negative.

    Parameters
    ----------
    labels : int
        l, at least 2.

    Raises
    ------
    ArgumentError
        For fewer than two labels.

    Source: section 3.1 of our notes on Toledo-Marin and Glazier 2021; `theory.latent_basis.greatest_of`
    has the closed forms for l = 2, 3.

    Examples
    --------
    >>> round(expected_largest(2) ** 2 * math.pi, 12)
    1.0
    """
    _require_labels(labels)
    pairs = labels * (labels - 1)
    value, _ = quad(
        lambda t: pairs * normal_density(t) ** 2 * ndtr(t) ** (labels - 2),
        -REACH,
        REACH,
        points=[0.0, -float(ndtri(1 / labels))],
        epsabs=1e-13,
        epsrel=1e-13,
        limit=200,
    )
    return value


def argmax_mean_square(labels: int) -> float:
    """Return |m|^2 = e_l^2 l/(l - 1), where the label is the largest of l orthonormal coordinates.

    m_alpha = e_l l/(l - 1) (u_alpha - ubar), all labels equally frequent.

    Raises
    ------
    ArgumentError
        For fewer than two labels.

    Source: section 3.1 of our notes on Toledo-Marin and Glazier 2021.
    """
    return expected_largest(labels) ** 2 * labels / (labels - 1)


def argmax_means(labels: int, size: int) -> np.ndarray:
    """Return m_alpha = e_l l/(l - 1) (u_alpha - ubar) for u the first l unit vectors, (l, size).

    Raises
    ------
    ArgumentError
        For fewer than two labels, or more than `size`.
    """
    _require_labels(labels)
    if labels > size:
        raise ArgumentError(
            "labels", labels, f"must be at most the size {size}", "take longer latents"
        )
    units = np.eye(labels, size)
    return expected_largest(labels) * labels / (labels - 1) * (units - units.mean(axis=0))


def mean_square_bound(shares: ArrayLike) -> np.ndarray:
    """Return (phi(Phi^-1(p))/p)^2, the largest |m|^2 of a label of share p; half spaces reach it.

    Parameters
    ----------
    shares : array_like
        p, above 0 and at most 1.

    Raises
    ------
    ArgumentError
        For shares out of range.

    Source: section 3.1 of our notes on Toledo-Marin and Glazier 2021.

    Examples
    --------
    >>> float(mean_square_bound(0.5).round(12)) == round(2 / math.pi, 12)
    True
    """
    shares = np.asarray(shares, dtype=float)
    wrong = shares[~((shares > 0) & (shares <= 1))]
    if wrong.size:
        raise ArgumentError(
            "shares",
            float(wrong.flat[0]),
            "must be above 0 and at most 1",
            "leave labels out that never occur",
        )
    return np.square(normal_density(ndtri(shares)) / shares)


def _require_labels(labels: int) -> None:
    if labels < 2:
        raise ArgumentError("labels", labels, "must be at least 2", "one label has nothing to tell")
