"""Rotations of latents in the plane of two directions; all else stays, and so does the length.

The generator of the turn from e_i to e_j is J = e_j e_i^T - e_i e_j^T, with J^3 = -J, so that
exp(t J) = 1 + sin(t) J + (1 - cos(t)) J^2 and a latent costs O(M).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np

from numerics.latent_basis.basis import Basis
from numerics.latent_basis.subject import require_latents
from theory.errors import ArgumentError

QUARTER = math.pi / 2
SQUARE = 1e-9  # how far two directions may be from orthonormal; a turn is wrong by as much


def plane_rotation(
    latents: np.ndarray, first: np.ndarray, second: np.ndarray, angle: float
) -> np.ndarray:
    """Return latents turned by an angle in the plane of two directions, from the first to the second.

    Parameters
    ----------
    latents : ndarray, (N, M)
    first, second : ndarray, (M,)
        Orthogonal, of length 1.
    angle : float
        In radians.

    Returns
    -------
    ndarray, (N, M)

    Raises
    ------
    ArgumentError
        For an angle that is not finite, or directions that are not orthonormal.

    Examples
    --------
    >>> plane_rotation(np.array([[1.0, 2.0, 5.0]]), *np.eye(3)[:2], angle=np.pi / 2).round(12)
    array([[-2.,  1.,  5.]])
    """
    require_angle(angle)
    plane = np.stack([first, second])
    require_latents(latents, plane.shape[1])
    _require_orthonormal(plane)
    cos, sin = math.cos(angle), math.sin(angle)
    change = np.array([[cos - 1, sin], [-sin, cos - 1]])
    return latents + (latents @ plane.T) @ (change @ plane)


def turned(basis: Basis, latents: np.ndarray, i: int, j: int, angle: float) -> np.ndarray:
    """Return latents (N, M) turned by an angle in radians from vector i of a basis to vector j, (N, M).

    Raises
    ------
    ArgumentError
        For an angle that is not finite, i = j, or numbers outside 0 .. K-1.
    """
    require_pair(i, j, len(basis))
    units = basis.unit_vectors
    return plane_rotation(latents, units[i], units[j], angle)


def turned_amplitudes(
    amplitudes: np.ndarray, i: int, j: int, angle: float, *, out: np.ndarray | None = None
) -> np.ndarray:
    """Return amplitudes turned by an angle: two columns change, whatever M is.

    Parameters
    ----------
    amplitudes : ndarray, (N, K)
        Fastest with contiguous columns.
    i, j : int
        From 0 to K - 1, different.
    angle : float
        In radians.
    out : ndarray, (N, K), optional
        Where the result goes; `amplitudes` itself turns them in place, in O(N). Default: a new array.

    Raises
    ------
    ArgumentError
        As `turned`.
    """
    require_angle(angle)
    require_pair(i, j, amplitudes.shape[1])
    if out is None:
        out = amplitudes.copy(order="K")
    elif out is not amplitudes:
        out[...] = amplitudes
    cos, sin = math.cos(angle), math.sin(angle)
    first, second = out[:, i], out[:, j]
    out[:, i], out[:, j] = cos * first - sin * second, sin * first + cos * second
    return out


def chain(
    basis: Basis, latents: np.ndarray, stops: Sequence[int], angle: float = QUARTER
) -> np.ndarray:
    """Return latents turned from the first stop to the second, from there to the third, and so on.

    Quarter turns through 0, 1, .., l-1 are a signed cycle: e_0 -> e_{l-1}, e_j -> -e_{j-1}.

    Parameters
    ----------
    basis : Basis
    latents : ndarray, (N, M)
    stops : sequence of int
        Numbers of vectors, neighbours different; a vector may come twice.
    angle : float
        Of each turn, in radians.

    Returns
    -------
    ndarray, (N, M)

    Raises
    ------
    ArgumentError
        As `turned`.
    """
    require_latents(latents, basis.latent_size)
    for i, j in itertools.pairwise(stops):
        require_pair(i, j, len(basis))
    # only the vectors on the way are turned: two thin products, and columns between them
    visited = sorted(set(stops))
    units = basis.unit_vectors[visited]
    before = (units @ latents.T).T
    after = before.copy(order="K")
    for i, j in itertools.pairwise(stops):
        turned_amplitudes(after, visited.index(i), visited.index(j), angle, out=after)
    return latents + (after - before) @ units


def reflected(basis: Basis, latents: np.ndarray, i: int, j: int) -> np.ndarray:
    """Return latents (N, M) with their amplitudes i and j exchanged: z - (e_i - e_j)<e_i - e_j, z>.

    Raises
    ------
    ArgumentError
        For i = j, or numbers outside 0 .. K-1.
    """
    require_pair(i, j, len(basis))
    require_latents(latents, basis.latent_size)
    units = basis.unit_vectors
    normal = units[i] - units[j]
    return latents - np.outer(latents @ normal, normal)


def require_pair(i: int, j: int, count: int) -> None:
    """Raise ArgumentError unless `i` and `j` are two different whole numbers from 0 to count - 1."""
    for name, number in (("i", i), ("j", j)):
        if not isinstance(number, int | np.integer) or not 0 <= number < count:
            raise ArgumentError(
                name, number, f"must be a whole number from 0 to {count - 1}", "choose another"
            )
    if i == j:
        raise ArgumentError("j", int(j), "must differ from i", "two directions make a plane")


def require_angle(angle: float) -> None:
    """Raise ArgumentError unless `angle` is finite."""
    if not math.isfinite(angle):
        raise ArgumentError("angle", angle, "must be finite", "pass radians")


def _require_orthonormal(plane: np.ndarray) -> None:
    gram = plane @ plane.T
    if not np.abs(gram - np.eye(2)).max() < SQUARE:
        raise ArgumentError(
            "first, second",
            f"products {gram[0, 0]:.6g}, {gram[0, 1]:.3g}, {gram[1, 1]:.6g}",
            "must be orthogonal and of length 1: products 1, 0, 1",
            "for directions that are not orthogonal take `minimal_rotation`",
        )
