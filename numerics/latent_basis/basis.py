"""Quasi-eigenvectors: class means made orthogonal, of one length.

Rows of Xi (K, M) with <xi_i, xi_j> = C delta_ij. The amplitude of a latent is c_k = <xi_k, z>/C; the unit
amplitude a_k = <e_k, z> with e_k = xi_k/sqrt(C) has variance 1 for z ~ N(0, I).
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import scipy.linalg

from numerics.latent_basis.class_means import ClassMeans
from theory.errors import ArgumentError

METHODS = ("qr", "symmetric")
DEPENDENT = 1e-10  # of its own length: what must be left of a mean when the others are taken out


@dataclasses.dataclass(frozen=True)
class Basis:
    """Orthogonal vectors of one length, the first l of which belong to the labels.

    Parameters
    ----------
    vectors : ndarray, (K, M)
        Xi, <xi_i, xi_j> = C delta_ij.
    norm : float
        C, the squared length.
    labels : int
        l.
    method : {"qr", "symmetric"}
    residuals : ndarray, (K,)
        R_kk: what is left of mean k when the span of the means before it is taken out; for
        ``symmetric`` those of the first set are <eta_k, e_k>. nan for vectors that no mean belongs to.
    cosines : ndarray, (K,)
        Of the mean and its vector; nan likewise.
    """

    vectors: np.ndarray
    norm: float
    labels: int
    method: str
    residuals: np.ndarray
    cosines: np.ndarray

    def __len__(self) -> int:
        return len(self.vectors)

    @property
    def latent_size(self) -> int:
        """M, the length of the latents."""
        return self.vectors.shape[1]

    @property
    def unit_vectors(self) -> np.ndarray:
        """e_k = xi_k/sqrt(C), shape (K, M)."""
        return self.vectors / math.sqrt(self.norm)

    @property
    def label(self) -> np.ndarray:
        """Label of each vector, (K,)."""
        return np.arange(len(self)) % self.labels

    def amplitudes(self, latents: np.ndarray) -> np.ndarray:
        """Return c_k = <xi_k, z>/C of latents (N, M), shape (N, K)."""
        return latents @ self.vectors.T / self.norm

    def synthesis(self, amplitudes: np.ndarray) -> np.ndarray:
        """Return sum_k c_k xi_k of amplitudes (N, K), shape (N, M)."""
        return amplitudes @ self.vectors


def basis_of(
    means: ClassMeans,
    method: str = "symmetric",
    *,
    norm: float | None = None,
    generator: np.random.Generator | None = None,
) -> Basis:
    """Return the quasi-eigenvectors of class means.

    Parameters
    ----------
    means : ClassMeans
        From l to M rows; the last set may be cut.
    method : {"qr", "symmetric"}
        ``qr`` is Gram-Schmidt in the order of the rows. ``symmetric`` makes the first set orthogonal at
        once, nearest to the means (Loewdin), and goes on by Gram-Schmidt.
    norm : float, optional
        C. Default: M.
    generator : numpy Generator, optional
        Completes fewer than M rows by random orthogonal directions, which belong to no label.

    Raises
    ------
    ArgumentError
        For an unknown method, a norm that is not positive, fewer than l rows or more than M, or means
        that depend on one another.

    Source: Toledo-Marin and Glazier 2021, Eqs 6 and 7; section 3.3 of our notes on them for the signs.
    """
    if method not in METHODS:
        raise ArgumentError("method", method, f"must be one of {', '.join(METHODS)}", "choose one")
    size = means.means.shape[1]
    squared = float(size) if norm is None else norm
    if not (math.isfinite(squared) and squared > 0):
        raise ArgumentError("norm", norm, "must be positive", "leave it out: C = M")
    rows = means.means
    if not means.labels <= len(rows) <= size:
        raise ArgumentError(
            "means",
            f"K = {len(rows)} rows",
            f"must be from l = {means.labels} to M = {size}",
            "take a whole set at least, and no more sets than the latents hold",
        )
    units, residuals = _gram_schmidt(rows, means.labels)
    if method == "symmetric":
        units, residuals = _symmetric_first(rows, units, residuals, means.labels)
    lengths = np.linalg.norm(rows, axis=1)
    if generator is not None:
        units = completed(units, generator)
    missing = np.full(len(units) - len(rows), np.nan)
    return Basis(
        vectors=units * math.sqrt(squared),
        norm=squared,
        labels=means.labels,
        method=method,
        residuals=np.append(residuals, missing),
        cosines=np.append(residuals / lengths, missing),
    )


def _gram_schmidt(rows: np.ndarray, labels: int) -> tuple[np.ndarray, np.ndarray]:
    """Return unit vectors and residuals: QR by Householder, signs such that residuals are positive."""
    q, r = scipy.linalg.qr(rows.T, mode="economic")
    diagonal = np.diag(r)
    lengths = np.linalg.norm(rows, axis=1)
    dependent = np.flatnonzero(np.abs(diagonal) <= DEPENDENT * lengths)
    if dependent.size:
        k = int(dependent[0])
        ratio = abs(diagonal[k]) / lengths[k] if lengths[k] else 0.0
        raise ArgumentError(
            "means",
            f"mean {k} (label {k % labels}, set {k // labels + 1})",
            f"depends on those before it: {ratio:.1e} of its length is left, at most {DEPENDENT:g} counts "
            "as nothing",
            "means of random latents sum to zero with their shares: their rank is l - 1; take fewer rows",
        )
    signs = np.sign(diagonal)
    return (q * signs).T, np.abs(diagonal)


def _symmetric_first(
    rows: np.ndarray, units: np.ndarray, residuals: np.ndarray, labels: int
) -> tuple[np.ndarray, np.ndarray]:
    """Replace the first l unit vectors by those nearest to the means; the span stays the same."""
    first = rows[:labels]
    left, values, right = np.linalg.svd(first, full_matrices=False)
    if values[-1] <= DEPENDENT * values[0]:
        raise ArgumentError(
            "means",
            f"smallest singular value {values[-1]:.1e}, largest {values[0]:.3g}",
            f"the {len(first)} means of the first set must be independent (ratio above {DEPENDENT:g})",
            "means of random latents sum to zero with their shares: take those of an encoder, or one less",
        )
    polar = left @ right
    own = np.sum(polar * first, axis=1)
    return np.vstack([polar, units[labels:]]), np.append(own, residuals[labels:])


def completed(units: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Return orthonormal rows (K, M) with random ones up to M; projected out twice, for rounding."""
    missing = units.shape[1] - len(units)
    if missing == 0:
        return units
    rows = generator.standard_normal((missing, units.shape[1]))
    for _ in range(2):
        rows -= rows @ units.T @ units
    q, _ = scipy.linalg.qr(rows.T, mode="economic")
    return np.vstack([units, q.T])
