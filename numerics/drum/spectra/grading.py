"""Meshes made finer towards corners where eigenfunctions are singular, level by level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from numerics.drum.shapes.polygon import Polygon, strengths
from numerics.drum.spectra.widths import Widths
from theory.errors import ArgumentError

if TYPE_CHECKING:
    from skfem import MeshTri

MARGIN = 0.1  # above the least grading power; at the least one a logarithm is lost
STEEPEST = 0.9
NEGLIGIBLE = 0.1  # of the error of the rest
SMALLEST = 1 / 4  # of the size at 270 degrees that leaves as much: with 1/2 a corner of 135 shows
REENTRANT = np.radians(270)  # a corner by which others are measured
MOST_ELEMENTS = 300_000  # from here on quadratic ones have 500,000 unknowns, about
THIN = 0.1  # of the area
GREEN = 3  # elements more, at least, for each that is refined
NEIGHBOURS = 8  # corners among which one is sought first whose rule an element breaks
AT_ONCE = 1_000_000  # pairs of an element and a corner


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
    needed = (strengths(angle) > 0) & (powers < degree)
    return np.where(needed, np.minimum(STEEPEST, 1 - powers / degree + MARGIN), 0.0)


def equal_sizes(angle: np.ndarray, size: float) -> np.ndarray:
    """Return how large elements at corners may be to leave as much error as others at 270 degrees.

    With alpha = pi/w and m the nearest whole number, r^alpha is r^m, which elements follow, and a
    rest of strength |alpha - m|. Elements of size d at the corner leave a share of an eigenvalue's
    error that goes as (alpha - m)^2 d^(2 alpha).

    Parameters
    ----------
    angle : array_like, (corner,)
        w, in radians.
    size : float
        At 270 degrees, in units of sqrt(area)/2.

    Returns
    -------
    ndarray, (corner,)
        In the same unit; inf where pi/w is whole.

    Examples
    --------
    >>> equal_sizes(np.deg2rad([90, 135, 175, 270]), 1e-4).round(5).tolist()
    [inf, 0.01, 0.02784, 0.0001]
    """
    angle = np.asarray(angle, float)
    left = strengths(REENTRANT) * size ** (np.pi / REENTRANT)
    with np.errstate(divide="ignore"):
        return (left / strengths(angle)) ** (angle / np.pi)


def graded(mesh: MeshTri, polygon: Polygon, spacing: float, degree: int = 2) -> MeshTri:
    """Return a mesh refined until no element breaks the grading rule of `grading_power`.

    The size of an element is its longest side; r is the distance of its farthest vertex from the
    corner, in units of sqrt(area)/2. No element need be smaller than what leaves as much error as the
    rule does at 270 degrees (`equal_sizes`). Refinement is red-green: a finite element space on
    `mesh` is part of the one on the result.

    Parameters
    ----------
    spacing : float
        h.

    Raises
    ------
    ArgumentError
        If that takes more than 300,000 elements; it is told before they are made.
    """
    unit = np.sqrt(polygon.area) / 2
    powers = grading_power(polygon.angles, degree)
    smallest = SMALLEST * (spacing / unit) ** (1 / (1 - grading_power(REENTRANT, degree)))
    floors = unit * equal_sizes(polygon.angles, smallest)
    rule = (powers > 0) & (floors < spacing)
    corners = polygon.corners[rule], powers[rule], floors[rule]
    while rule.any():
        marked = _too_large(mesh, spacing, unit, *corners)
        if not marked.size:
            break
        _require_few(polygon, mesh.nelements + GREEN * len(marked))
        mesh = mesh.refined(marked)
    return mesh


def _require_few(polygon: Polygon, elements: int) -> None:
    if elements > MOST_ELEMENTS:
        corners = len(polygon.corners)
        raise ArgumentError(
            "polygon",
            f"{corners} corners",
            f"needs more than {MOST_ELEMENTS} elements, graded towards its corners",
            "keep the sharper half of them, or ask for fewer eigenvalues",
        )


def _too_large(
    mesh: MeshTri,
    spacing: float,
    unit: float,
    corners: np.ndarray,
    powers: np.ndarray,
    floors: np.ndarray,
) -> np.ndarray:
    """The numbers of the elements that break the rule at some corner, ascending.

    The nearest corners are looked at first: of those farther away even the strictest rule allows an
    element most sizes.
    """
    from scipy.spatial import cKDTree

    def allowed(far: np.ndarray, power: np.ndarray, floor: np.ndarray) -> np.ndarray:
        return np.maximum(floor, spacing * np.minimum(1, far / unit) ** power)

    tree, points, sizes = cKDTree(corners), mesh.p[:, mesh.t], element_sizes(mesh)
    left, number, broken = np.arange(mesh.nelements), NEIGHBOURS, [np.empty(0, int)]
    while len(left):
        number = min(number, len(corners))
        unsure = []
        for chunk in np.array_split(left, len(left) * number // AT_ONCE + 1):
            at = points[:, :, chunk, None]
            gaps, near = tree.query(at[..., 0].mean(axis=1).T, np.arange(1, number + 1))
            far = np.linalg.norm(at - corners.T[:, None][:, :, near], axis=0).max(axis=0)
            breaks = sizes[chunk] > allowed(far, powers[near], floors[near]).min(axis=1)
            others = allowed(gaps[:, -1], powers.max(), floors.min())
            broken.append(chunk[breaks])
            unsure.append(chunk[~breaks & (sizes[chunk] > others)])
        left = np.concatenate(unsure) if number < len(corners) else left[:0]
        number *= 4
    return np.sort(np.concatenate(broken))


def halved(mesh: MeshTri, widths: Widths, spacing: float, fine: float) -> MeshTri:
    """Return a mesh half as wide, except near short sides where it is fine enough already.

    Parameters
    ----------
    widths : Widths
        Of the first mesh.
    spacing : float
        Of the result.
    fine : float
        Elements are left where the first mesh was `fine * spacing` wide, or less.
    """
    wide = widths.at(mesh.p[:, mesh.t].mean(axis=1).T) > fine * spacing
    return mesh.refined() if wide.all() else mesh.refined(np.flatnonzero(wide))


def short_sides_are_smooth(polygon: Polygon, widths: Widths, spacing: float, fine: float) -> bool:
    """Whether corners where `halved` leaves a mesh as it is keep far below the error of the rest.

    The gradient near such corners is at most that around the tip of a slit, r^(-1/2), which they may
    round off. So a corner between sides of length s leaves a share of strength^2 s; the rest of
    quadratic elements one of h^4, in units of sqrt(area)/2.
    """
    unit, local = np.sqrt(polygon.area) / 2, widths.at(polygon.corners)
    left = np.where(local <= fine * spacing, strengths(polygon.angles) ** 2 * local / unit, 0)
    return bool(left.sum() <= NEGLIGIBLE * (spacing / unit) ** 4)


def with_layers(mesh: MeshTri, corners: np.ndarray, layers: np.ndarray | int) -> MeshTri:
    """Return a mesh in which the elements that touch some corners are refined again and again.

    Each layer halves them: the sizes fall geometrically towards the corner.

    Parameters
    ----------
    corners : ndarray, (corner, 2)
        Vertices of the mesh.
    layers : array_like of int, (corner,) or one for all
    """
    from scipy.spatial import cKDTree

    layers = np.broadcast_to(layers, len(corners))
    _, numbers = cKDTree(mesh.p.T).query(corners)
    for layer in range(layers.max(initial=0)):
        mesh = mesh.refined(np.flatnonzero(np.isin(mesh.t, numbers[layers > layer]).any(axis=0)))
    return mesh


def with_two_layers(mesh: MeshTri) -> MeshTri:
    """Return a mesh of a thin polygon with the elements that reach from wall to wall refined.

    All their vertices are on the rim, but not two of their sides: those are in a corner. Thin is a
    polygon of which they fill more than a tenth; of others the mesh is returned as it is.
    """
    on_the_rim = np.isin(mesh.t, mesh.boundary_nodes()).all(axis=0)
    across = on_the_rim & (np.isin(mesh.t2f, mesh.boundary_facets()).sum(axis=0) < 2)
    sides = mesh.p[:, mesh.t[1:]] - mesh.p[:, mesh.t[:1]]
    areas = np.abs(np.linalg.det(sides.transpose(2, 0, 1)))
    thin = areas[across].sum() > THIN * areas.sum()
    return mesh.refined(np.flatnonzero(across)) if thin else mesh


def element_sizes(mesh: MeshTri) -> np.ndarray:
    """Return the longest side of each element, (element,)."""
    points = mesh.p[:, mesh.t]
    return np.linalg.norm(points - np.roll(points, 1, axis=1), axis=0).max(axis=0)
