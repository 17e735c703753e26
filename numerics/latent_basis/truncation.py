"""Latents with fewer amplitudes: the largest of them, or those of the first set of labels."""

from __future__ import annotations

import numpy as np

from numerics.latent_basis.basis import Basis
from numerics.latent_basis.subject import require_latents
from theory.errors import ArgumentError


def truncated(basis: Basis, latents: np.ndarray, kept: int) -> np.ndarray:
    """Return latents made of their largest amplitudes alone; shorter than they were, and left so.

    Parameters
    ----------
    basis : Basis
        Of K vectors. What lies outside their span is dropped too.
    latents : ndarray, (N, M)
    kept : int
        r, from 1 to K: how many of the largest |c_k| stay.

    Returns
    -------
    ndarray, (N, M)
        |z|^2 - |result|^2 is C times the sum of the dropped c_k^2, for a full basis.

    Raises
    ------
    ArgumentError
        For r out of range.

    Source: Toledo-Marin and Glazier 2021, section IV B.
    """
    if not 1 <= kept <= len(basis):
        raise ArgumentError(
            "kept", kept, f"must be from 1 to K = {len(basis)}", "keep fewer amplitudes, or more"
        )
    require_latents(latents, basis.latent_size)
    amplitudes = basis.amplitudes(latents)
    dropped = np.abs(amplitudes).argsort(axis=1)[:, : len(basis) - kept]
    np.put_along_axis(amplitudes, dropped, 0.0, axis=1)
    return basis.synthesis(amplitudes)


def first_set_part(basis: Basis, latents: np.ndarray) -> np.ndarray:
    """Return the part of latents (N, M) in the span of the l vectors of the first set, (N, M)."""
    require_latents(latents, basis.latent_size)
    units = basis.unit_vectors[: basis.labels]
    return latents @ units.T @ units


def complement(basis: Basis, latents: np.ndarray) -> np.ndarray:
    """Return what the first set leaves of latents (N, M): orthogonal to all its vectors, (N, M)."""
    return latents - first_set_part(basis, latents)


def rescaled(latents: np.ndarray, squared_norm: float) -> np.ndarray:
    """Return latents (N, M) brought to one squared length.

    Raises
    ------
    ArgumentError
        For a latent of length zero, which has no direction.
    """
    lengths = np.linalg.norm(latents, axis=-1, keepdims=True)
    if not lengths.all():
        row = int(np.flatnonzero(lengths.ravel() == 0)[0])
        raise ArgumentError(
            "latents", f"length 0 of row {row}", "must be positive", "leave that latent out"
        )
    return latents * (np.sqrt(squared_norm) / lengths)
