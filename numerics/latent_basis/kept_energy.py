"""How much of a latent's energy some of its amplitudes keep: by size, or by set."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.integrate import quad
from scipy.special import ndtr

from numerics.latent_basis.basis import Basis
from numerics.latent_basis.label_means import REACH, normal_density
from numerics.latent_basis.one_parameter import binomial_cdf
from numerics.latent_basis.subject import Encoding
from theory.errors import ArgumentError


def kept_energy_of_noise(size: int, kept: int) -> float:
    """Return K_r, the share of energy in the r largest of M standard normal amplitudes.

    K_r = int_0^inf 2 t^2 phi(t) P(Binomial(M - 1, 2 (1 - Phi(t))) < r) dt: expected energy kept over
    expected energy. It is what r terms keep of a latent that says nothing.

    Parameters
    ----------
    size : int
        M.
    kept : int
        r, from 1 to M.

    Raises
    ------
    ArgumentError
        For r out of range.

    Source: section 3.6 of our notes on Toledo-Marin and Glazier 2021; the integrand is written out by
    `kept_energy_density` in the theory.

    Examples
    --------
    >>> round(kept_energy_of_noise(100, 4), 4)
    0.2311
    """
    _require_kept(kept, size)

    def integrand(t: float) -> float:
        among = binomial_cdf(kept - 1, size - 1, 2 * ndtr(-t))
        return float(2 * t**2 * normal_density(t) * among)

    value, _ = quad(integrand, 0, REACH, points=[1, 2, 3, 4, 6], epsabs=1e-12, limit=200)
    return value


def kept_energies(amplitudes: np.ndarray, kept: Sequence[int]) -> np.ndarray:
    """Return the share of energy in the r largest amplitudes of each latent, (N, r).

    Parameters
    ----------
    amplitudes : ndarray, (N, K)
        Of a full basis: then their squares are the energy.
    kept : sequence of int
        Each r, from 1 to K.

    Raises
    ------
    ArgumentError
        For an r out of range, or a latent without energy.

    Source: section 3.6 of our notes on Toledo-Marin and Glazier 2021.

    Examples
    --------
    >>> kept_energies(np.array([[3.0, 0.0, -4.0]]), [1, 2])
    array([[0.64, 1.  ]])
    """
    for r in kept:
        _require_kept(r, amplitudes.shape[1])
    largest_first = -np.sort(-np.square(amplitudes), axis=1)
    within = np.cumsum(largest_first, axis=1)
    empty = np.flatnonzero(~(within[:, -1] > 0))
    if empty.size:
        raise ArgumentError(
            "amplitudes",
            f"latent {empty[0]} without energy, or not finite",
            "must have some",
            "leave it out",
        )
    return within[:, np.asarray(kept) - 1] / within[:, -1:]


def expected_energy_share(basis: Basis, encoding: Encoding) -> float:
    """Return the share of the energy of encoded latents in the first set, before any is drawn.

    sum over images of |P mu|^2 + sum_{k < l} s_k^2, over the sum of |mu|^2 + sum_j sigma_j^2: expected
    energy over expected energy; s_k^2 = sum_j e_kj^2 sigma_j^2.

    Raises
    ------
    ArgumentError
        For latents of another length, or encodings without energy.

    Source: section 3.6 of our notes on Toledo-Marin and Glazier 2021.
    """
    if encoding.mean.ndim != 2 or encoding.mean.shape[1] != basis.latent_size:
        raise ArgumentError(
            "encoding",
            f"latents of shape {encoding.mean.shape}",
            f"must be (N, {basis.latent_size})",
            "take the basis of the same encoder",
        )
    units = basis.unit_vectors[: basis.labels]
    variances = np.square(encoding.deviation)
    own = np.square(encoding.mean @ units.T) + variances @ np.square(units).T
    total = np.square(encoding.mean).sum() + variances.sum()
    if not total > 0:
        raise ArgumentError(
            "encoding", f"energy {total:g}", "must have some", "look at the encoder"
        )
    return float(own.sum() / total)


def _require_kept(kept: int, size: int) -> None:
    if not 1 <= kept <= size:
        raise ArgumentError(
            "kept", kept, f"must be from 1 to the {size} amplitudes", "keep that many"
        )
