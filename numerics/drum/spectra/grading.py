"""Meshes made finer towards corners where eigenfunctions are singular, level by level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from numerics.drum.shapes.polygon import Polygon

if TYPE_CHECKING:
    from skfem import MeshTri

MARGIN = 0.1  # above the least grading power; at the least one a logarithm is lost
STEEPEST = 0.9


def grading_power(angle: np.ndarray, degree: int = 2) -> np.ndarray:
    """Return beta of the rule "size <= h min(1, r)^beta" at corners of some angles.

    At a corner of angle w an eigenfunction goes as r^(pi/w). Elements of degree p keep their order
    if beta > 1 - (pi/w)/p; where pi/w is whole, or at least p, the mesh may be uniform.

    Parameters
    ----------
    angle : array_like, (corner,)
        w, in radians.
    degree : int
        p, of the elements.

    Returns
    -------
    ndarray, (corner,)
        min(0.9, 1 - (pi/w)/p + 0.1), and 0 where no grading is needed.

    Examples
    --------
    >>> grading_power(np.deg2rad([90, 135, 270])).round(3).tolist()
    [0.0, 0.433, 0.767]
    """
    powers = np.pi / np.asarray(angle, float)
    needed = (np.abs(powers - np.rint(powers)) > 1e-9) & (powers < degree)
    return np.where(needed, np.minimum(STEEPEST, 1 - powers / degree + MARGIN), 0.0)


def graded(mesh: MeshTri, polygon: Polygon, spacing: float, degree: int = 2) -> MeshTri:
    """Return a mesh refined until no element breaks the grading rule of `grading_power`.

    The size of an element is its longest side; r is the distance of its farthest vertex from the
    corner, in units of sqrt(area)/2. Refinement is red-green: a finite element space on `mesh`
    is part of the one on the result.

    Parameters
    ----------
    spacing : float
        h.
    """
    powers = grading_power(polygon.angles, degree)
    corners, powers = polygon.corners[powers > 0], powers[powers > 0]
    unit = np.sqrt(polygon.area) / 2
    while True:
        sizes = element_sizes(mesh)
        allowed = np.full(mesh.nelements, np.inf)
        for corner, power in zip(corners, powers, strict=True):
            far = np.linalg.norm(mesh.p - corner[:, None], axis=0)[mesh.t].max(axis=0)
            allowed = np.minimum(allowed, spacing * np.minimum(1, far / unit) ** power)
        marked = np.flatnonzero(sizes > allowed)
        if not marked.size:
            return mesh
        mesh = mesh.refined(marked)


def with_layers(mesh: MeshTri, corners: np.ndarray, layers: int) -> MeshTri:
    """Return a mesh in which the elements that touch some corners are refined again and again.

    Each layer halves them: the sizes fall geometrically towards the corner.

    Parameters
    ----------
    corners : ndarray, (corner, 2)
        Vertices of the mesh.
    """
    numbers = [np.linalg.norm(mesh.p - corner[:, None], axis=0).argmin() for corner in corners]
    for _ in range(layers if numbers else 0):
        mesh = mesh.refined(np.flatnonzero(np.isin(mesh.t, numbers).any(axis=0)))
    return mesh


def element_sizes(mesh: MeshTri) -> np.ndarray:
    """Return the longest side of each element, (element,)."""
    points = mesh.p[:, mesh.t]
    return np.linalg.norm(points - np.roll(points, 1, axis=1), axis=0).max(axis=0)
