"""Soft boundaries: a plane wave at a jump of omega between two lattice columns (3.8)."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from numerics.lambdify import lambdify


def wavenumber(squared: ArrayLike, stiffness: ArrayLike, along: ArrayLike = 0.0) -> np.ndarray:
    """Return k of 4 sin^2(k/2) = w^2 - omega - 4 sin^2(k_along/2), complex, Im k >= 0.

    Parameters
    ----------
    squared : array_like
        w^2 = (4/dt^2) sin^2(Omega dt/2), common to both sides of a jump.
    stiffness : array_like
        omega.
    along : array_like, optional
        Wavenumber along the boundary, 0 at normal incidence.

    Returns
    -------
    complex ndarray
        Real in the band; i kappa below it (4 sinh^2(kappa/2) = omega - w^2), depth 1/kappa;
        pi + i kappa above it.

    Examples
    --------
    >>> k = wavenumber([1.0, 0.0, 5.0], [0.0, 1.0, 0.0])
    >>> [round(float(part), 4) for part in k.real], [round(float(part), 4) for part in k.imag]
    ([1.0472, 0.0, 3.1416], [0.0, 0.9624, 0.9624])
    """
    across = np.asarray(squared) - stiffness - 4 * np.sin(np.asarray(along) / 2) ** 2
    k = np.arccos((1 - across / 2).astype(complex))
    return k.real + 1j * np.abs(k.imag)


def reflection(incoming: ArrayLike, outgoing: ArrayLike) -> np.ndarray:
    """Return R = (e^{i k2} - e^{i k1})/(e^{-i k1} - e^{i k2}); the transmitted amplitude is 1 + R.

    Parameters
    ----------
    incoming, outgoing : array_like
        k1 and k2 of `wavenumber` at the common frequency; k1 real.

    Notes
    -----
    Section 3.8; the claim "wave_rnn.matching". Long waves: (k1 - k2)/(k1 + k2). |R| = 1 where k2
    is not real.
    """
    return _reflection()(np.asarray(incoming, dtype=complex), np.asarray(outgoing, dtype=complex))


@functools.cache
def _reflection() -> Callable[..., np.ndarray]:
    from theory.wave_rnn.boundary import K1, K2, reflection

    return lambdify(reflection(), (K1, K2))


def jump_reflection(
    from_stiffness: ArrayLike, to_stiffness: ArrayLike, k: ArrayLike, along: ArrayLike = 0.0
) -> np.ndarray:
    """Return R of a wave k on the side of omega_1 that meets omega_2, whatever dt is.

    Examples
    --------
    >>> round(float(np.abs(jump_reflection(0.0, 0.5, 1.0)) ** 2), 5)
    0.05274
    """
    beside = 4 * np.sin(np.asarray(along) / 2) ** 2
    squared = np.asarray(from_stiffness) + 4 * np.sin(np.asarray(k) / 2) ** 2 + beside
    return reflection(k, wavenumber(squared, to_stiffness, along))


def depth(from_stiffness: ArrayLike, to_stiffness: ArrayLike, k: ArrayLike) -> np.ndarray:
    """Return 1/kappa, how deep a totally reflected wave enters, in pixels; infinite if it passes."""
    squared = np.asarray(from_stiffness) + 4 * np.sin(np.asarray(k) / 2) ** 2
    with np.errstate(divide="ignore"):
        return 1 / wavenumber(squared, to_stiffness).imag


def closing_contrast(k: ArrayLike) -> np.ndarray:
    """Return the omega_2 - omega_1 above which a wave k is totally reflected, 4 sin^2(k/2)."""
    return 4 * np.sin(np.asarray(k) / 2) ** 2
