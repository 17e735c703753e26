"""The operator that the paper calls a rotation: a projector with a shift, of rank one.

R(dt, t) = |u(t + dt)><u(t)|, u(t) = cos(t) xi_i + sin(t) xi_j. Whatever goes in, a multiple of u(t + dt)
comes out; brought to one length it is +u or -u, by the sign of <u(t), z>.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from numerics.latent_basis.basis import Basis
from numerics.latent_basis.rotations import require_angle, require_pair
from numerics.latent_basis.subject import require_latents
from numerics.latent_basis.truncation import rescaled
from theory.errors import ArgumentError

CALLS = 3  # of the operator from one label to the next
STEPS = {False: math.pi / 3, True: math.pi / 6}  # of Algorithm 1: as printed, corrected
PATHS = ("circle", "blend")


def rank_one(
    basis: Basis,
    latents: np.ndarray,
    i: int,
    j: int,
    angle: float,
    step: float,
    *,
    normalised: bool = True,
) -> np.ndarray:
    """Return what the paper's operator makes of latents, from one angle to the next.

    Parameters
    ----------
    basis : Basis
    latents : ndarray, (N, M)
    i, j : int
        Vectors of the basis; the angle is 0 at the first and pi/2 at the second.
    angle, step : float
        t and dt, in radians.
    normalised : bool
        Whether the result has |z|^2 = M, as the paper's steps end; otherwise it is R z/C, of |z|^2 at
        most that of the input.

    Returns
    -------
    ndarray, (N, M)
        Of rank one.

    Raises
    ------
    ArgumentError
        For angles that are not finite, i = j, numbers outside 0 .. K-1, or a latent orthogonal to u(t).

    Source: Toledo-Marin and Glazier 2021, Eq 11.
    """
    require_angle(angle)
    require_angle(step)
    require_pair(i, j, len(basis))
    require_latents(latents, basis.latent_size)
    moved = _outer(basis, latents, _circle(basis, i, j, angle), _circle(basis, i, j, angle + step))
    return rescaled(moved, basis.latent_size) if normalised else moved


def algorithm_1(
    basis: Basis, latents: np.ndarray, i: int, j: int, *, corrected: bool = False
) -> np.ndarray:
    """Return latents after each of the three calls that shall lead from vector i to vector j.

    As printed, call r is R(r dt, (r - 1) dt) with dt = pi/3: it aims at (2r - 1) dt, 60, 180 and 300
    degrees. Corrected, it is R(dt, (r - 1) dt) with dt = pi/6: 30, 60 and 90 degrees.

    Parameters
    ----------
    basis : Basis
    latents : ndarray, (N, M)
    i, j : int
        Vectors of the basis.
    corrected : bool

    Returns
    -------
    ndarray, (3, N, M)

    Source: Toledo-Marin and Glazier 2021, Algorithm 1; the text has pi/6.
    """
    step = STEPS[corrected]
    stages = []
    for call in range(1, CALLS + 1):
        reach = step if corrected else call * step
        latents = rank_one(basis, latents, i, j, (call - 1) * step, reach)
        stages.append(latents)
    return np.stack(stages)


class ReleaseStep(NamedTuple):
    """A step of the released code: what it decodes, and what it goes on with, both (N, M)."""

    decoded: np.ndarray
    carried: np.ndarray


def release_step(
    basis: Basis,
    latents: np.ndarray,
    i: int,
    j: int,
    start: float,
    stop: float,
    *,
    path: str = "circle",
) -> ReleaseStep:
    """Return a step of the released code, which decodes before it rescales.

    Its operator is not divided by C: after a first step |z|^2/M of what it decodes is about C^2. Then
    each latent is divided by the deviation of its M entries.

    Parameters
    ----------
    basis : Basis
    latents : ndarray, (N, M)
    i, j : int
        Vectors of the basis.
    start, stop : float
        On the circle cos(t) xi_i + sin(t) xi_j, in radians; on the blend (1 - s) xi_i + s xi_j.
    path : {"circle", "blend"}
        On the blend the mean of the entries is taken out too.

    Returns
    -------
    ReleaseStep

    Raises
    ------
    ArgumentError
        As `rank_one`; for another path, or a result whose entries are all equal.

    Source: released code of Toledo-Marin and Glazier 2021.
    """
    if path not in PATHS:
        raise ArgumentError("path", path, f"must be one of {', '.join(PATHS)}", "choose one")
    require_angle(start)
    require_angle(stop)
    require_pair(i, j, len(basis))
    require_latents(latents, basis.latent_size)
    point = _circle if path == "circle" else _blend
    ends = point(basis, i, j, start), point(basis, i, j, stop)
    decoded = basis.norm * _outer(basis, latents, *ends)
    return ReleaseStep(decoded, _of_deviation_1(decoded, centred=path == "blend"))


def _of_deviation_1(latents: np.ndarray, *, centred: bool) -> np.ndarray:
    """Divide each latent by the deviation of its entries, as the release does."""
    deviations = latents.std(axis=1, ddof=1, keepdims=True)
    if not deviations.all():
        row = int(np.flatnonzero(deviations.ravel() == 0)[0])
        raise ArgumentError(
            "latents", f"deviation 0 of row {row}", "must be positive", "leave that latent out"
        )
    centre = latents.mean(axis=1, keepdims=True) if centred else 0.0
    return (latents - centre) / deviations


def _circle(basis: Basis, i: int, j: int, angle: float) -> np.ndarray:
    return math.cos(angle) * basis.vectors[i] + math.sin(angle) * basis.vectors[j]


def _blend(basis: Basis, i: int, j: int, part: float) -> np.ndarray:
    return (1 - part) * basis.vectors[i] + part * basis.vectors[j]


def _outer(basis: Basis, latents: np.ndarray, read: np.ndarray, written: np.ndarray) -> np.ndarray:
    """Return |written><read| z/C of each latent."""
    return np.outer(latents @ read / basis.norm, written)
