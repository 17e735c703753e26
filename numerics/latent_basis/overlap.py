"""The overlap law: a vector that depends on those before it still leans on its own mean.

The span of noisy means misses a part of the true ones, and Gram-Schmidt leaves it in the vector. It
vanishes like 1/sqrt(V): that further directions show nothing of the label is true of many latents.
"""

from __future__ import annotations

import numpy as np

from numerics.latent_basis.leverage import dependence, noisy_copies
from theory.errors import ArgumentError


def expected_cosines(true: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return E cos(xi_k, m_k), (K,), of vector k of Gram-Schmidt and the true mean of its label.

    With S = sum_j w_j^2/V_j, it is (|r|^2 + (M - k) S)/(|m| sqrt(|r|^2 + (M - k)(1/V_k + S))). For a
    mean in the span of those before it (r = 0) and equal counts it is
    sqrt((M - k)/V) |w|^2/(sqrt(1 + |w|^2) |m|). The unit amplitude of xi_k, of length sqrt(M), along
    m_k is sqrt(M) times it. Parameters and further errors: those of `leverage.dependence`.

    Raises
    ------
    ArgumentError
        For a mean of length zero.

    Source: section 3.2 of our notes on Toledo-Marin and Glazier 2021.
    """
    off, weights = dependence(true, counts)
    lengths = _lengths(true)
    freedom = true.shape[1] - np.arange(len(true))
    residual = np.sqrt(off + freedom * (1 / counts + weights))
    return (off + freedom * weights) / (residual * lengths)


def simulated_cosines(
    true: np.ndarray, counts: np.ndarray, copies: int, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of cos(xi_k, m_k) over copies H = T + N(0, I/V), both (K,).

    Parameters and errors: those of `expected_cosines` and `leverage.simulated_residuals`.
    """
    copied = noisy_copies(true, counts, copies, generator)
    units = true / _lengths(true)[:, None]
    drawn = [np.einsum("mk,km->k", _directions(noisy), units) for noisy in copied]
    return np.mean(drawn, axis=0), np.std(drawn, axis=0, ddof=1)


def _directions(rows: np.ndarray) -> np.ndarray:
    """Return the unit vectors of Gram-Schmidt as columns, (M, K)."""
    q, r = np.linalg.qr(rows.T)
    return q * np.sign(np.diagonal(r))


def _lengths(true: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(true, axis=1)
    if not lengths.all():
        k = int(lengths.argmin())
        raise ArgumentError(
            "means", f"mean {k} of length 0", "must have a direction", "leave it out"
        )
    return lengths
