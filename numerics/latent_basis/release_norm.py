"""The length that the released code gives its basis, and how little it differs from C = M."""

from __future__ import annotations

import numpy as np

from theory.errors import ArgumentError


def release_norm(units: np.ndarray) -> float:
    """Return C of the released code: all unit vectors times one factor, 1/mean_k std(e_k).

    Parameters
    ----------
    units : ndarray, (K, M)
        Unit vectors e_k as rows, M at least 2. The deviation is that of the M entries, with M - 1.

    Raises
    ------
    ArgumentError
        For rows that are not of length 1, or of fewer than 2 entries.

    Source: released code of Toledo-Marin and Glazier 2021; their text has C = M (Eq 7).
    """
    if units.ndim != 2 or units.shape[1] < 2:
        raise ArgumentError(
            "units", f"array of shape {units.shape}", "must be (K, M), M >= 2", "pass rows"
        )
    lengths = np.linalg.norm(units, axis=1)
    worst = int(np.abs(lengths - 1).argmax())
    if not abs(lengths[worst] - 1) < 1e-9:
        raise ArgumentError(
            "units",
            f"length {lengths[worst]:g} of vector {worst}",
            "must be 1",
            "divide each vector by its length",
        )
    return float(units.std(axis=1, ddof=1).mean() ** -2)


def release_norm_bounds(size: int) -> tuple[float, float]:
    """Return the least and the largest C of the released code for M orthogonal vectors.

    With q_k = (sum of the entries of e_k)^2/M, std(e_k)^2 = (1 - q_k)/(M - 1), and sum_k q_k = 1 for a
    full basis: M if all q_k are equal, M^2/(M - 1) if one vector is parallel to (1, ..., 1).

    Parameters
    ----------
    size : int
        M, at least 2.

    Examples
    --------
    >>> release_norm_bounds(5)
    (5.0, 6.25)
    """
    if size < 2:
        raise ArgumentError("size", size, "must be at least 2", "take a larger latent space")
    return float(size), size**2 / (size - 1)
