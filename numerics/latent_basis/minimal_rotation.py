"""The smallest rotation that takes one direction to another; no basis, and no right angle, is needed."""

from __future__ import annotations

import math

import numpy as np

from numerics.latent_basis.subject import require_latents
from theory.errors import ArgumentError

OPPOSITE = 1e-12  # 1 + u.v, at and below which the plane of the rotation is not defined


def minimal_rotation(latents: np.ndarray, source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return latents rotated in the plane of two directions, by the angle between them.

    R = 1 + K + K^2/(1 + u.v), K = v u^T - u v^T, as two reflections: across the plane normal to u, then
    to u + v. With the quotient the error of |z|^2 grows like that of 1/(1 + u.v); without, it does not.

    Parameters
    ----------
    latents : ndarray, (N, M)
    source, target : ndarray, (M,)
        Of any length; u and v are their directions.

    Returns
    -------
    ndarray, (N, M)
        Of the same lengths; what is orthogonal to both directions stays.

    Raises
    ------
    ArgumentError
        For opposite directions, or one of length zero.

    Examples
    --------
    >>> minimal_rotation(np.array([[3.0, 1.0, 4.0]]), np.array([2, 0, 0]), np.array([0, 5, 0])).round(12)
    array([[-1.,  3.,  4.]])
    """
    u, v = _directions(source, target)
    require_latents(latents, len(u))
    return _reflected(_reflected(latents, u), (u + v) / np.linalg.norm(u + v))


def partway(source: np.ndarray, target: np.ndarray, part: float) -> np.ndarray:
    """Return the direction at a part of the angle from one direction to another, shape (M,).

    Parameters
    ----------
    source, target : ndarray, (M,)
        Of any length.
    part : float
        0 is the source, 1 the target.

    Raises
    ------
    ArgumentError
        As `minimal_rotation`.
    """
    u, v = _directions(source, target)
    aside = v - (u @ v) * u
    sine = np.linalg.norm(aside)
    if sine == 0:
        return u
    angle = part * math.atan2(sine, u @ v)
    return math.cos(angle) * u + math.sin(angle) * aside / sine


def _reflected(latents: np.ndarray, normal: np.ndarray) -> np.ndarray:
    return latents - np.outer(2 * (latents @ normal), normal)


def _directions(source: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return both directions, unless they are opposite."""
    u, v = _direction("source", source), _direction("target", target)
    # |u + v|^2/2 is 1 + u.v without its cancellation
    above = (u + v) @ (u + v) / 2
    if above <= OPPOSITE:
        raise ArgumentError(
            "source, target",
            f"u.v = -1 + {above:.1e}",
            f"must be above -1 + {OPPOSITE:g}: opposite directions have no plane",
            "go through a third direction",
        )
    return u, v


def _direction(name: str, vector: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(vector)
    if not (math.isfinite(length) and length > 0):
        raise ArgumentError(
            name, f"a vector of length {length:g}", "must have a direction", "pass another"
        )
    return vector / length
