"""Disk and annulus by quadratic elements whose boundary sides are curved."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from numerics.drum.drums import require_whole
from numerics.drum.shapes.curved import Annulus, Disk
from numerics.drum.spectra.finite_elements import LEAST_UNKNOWNS
from numerics.drum.spectra.mesh_spectra import nested_spectrum, unknowns
from numerics.drum.spectra.spectrum import Spectrum
from theory.errors import ArgumentError

if TYPE_CHECKING:
    from skfem import MeshTri, MeshTri2

FEWEST_UNKNOWNS = 400  # of the coarsest mesh
FEWEST_AROUND = 8  # triangles' sides on each circle of the coarsest ring


def curved_spectrum(domain: Disk | Annulus, count: int) -> Spectrum:
    """Return eigenvalues by isoparametric quadratic elements on three meshes, each half as wide.

    The coarsest has 400 unknowns, five for each eigenvalue, and two layers across. The errors are twice
    `three_level_estimate`. A mesh follows the wall to the fourth power of its width, on either side
    of it, so that the eigenvalues bound nothing.

    Raises
    ------
    ArgumentError
        For a count that is not a whole number from 1 on; for other domains, a sector among them:
        its corner is singular, and no curved mesh here is graded towards one.
    """
    require_whole("count", count, 1)
    level, least = 1, max(FEWEST_UNKNOWNS, LEAST_UNKNOWNS * count)
    while unknowns(curved_mesh(domain, level)) < least:
        level += 1
    meshes = [curved_mesh(domain, level + finer) for finer in range(3)]
    return nested_spectrum(meshes, count, "isoparametric quadratic elements")


def curved_mesh(domain: Disk | Annulus, refinements: int) -> MeshTri2:
    """Return a mesh of curved triangles: middles of boundary sides lie on the wall.

    Parameters
    ----------
    refinements : int
        Of four triangles of a disk; of rings of 16 triangles or more, about as high as wide.

    Raises
    ------
    ArgumentError
        For other domains; for refinements that are not a whole number from 0 on.
    """
    from skfem import MeshTri2

    require_whole("refinements", refinements, 0)
    if isinstance(domain, Disk):
        straight = _disk_mesh(domain, refinements)
    elif isinstance(domain, Annulus):
        straight = _ring_mesh(domain, refinements)
    else:
        raise ArgumentError(
            "domain",
            type(domain).__name__,
            "must be a Disk or an Annulus: no curved mesh is graded towards corners",
            "use the exact spectrum of a sector, finite_element_spectrum for a polygon",
        )
    mesh = MeshTri2.from_mesh(straight)
    places = mesh.doflocs.copy()
    rim = mesh.dofs.get_facet_dofs(mesh.boundary_facets()).flatten()
    places[:, rim] *= _wall_radii(domain, places[:, rim]) / np.hypot(*places[:, rim])
    return dataclasses.replace(mesh, doflocs=places)


def _disk_mesh(disk: Disk, refinements: int) -> MeshTri:
    from skfem import MeshTri

    return MeshTri.init_circle(refinements).scaled(disk.radius)


def _ring_mesh(annulus: Annulus, refinements: int) -> MeshTri:
    """Squares in the plane of log r and the polar angle, each cut along one diagonal."""
    from skfem import MeshTri

    depth = np.log(annulus.outer / annulus.inner)
    around = max(FEWEST_AROUND, round(2 * np.pi / depth))
    across = max(1, round(depth * around / (2 * np.pi))) * 2**refinements
    around *= 2**refinements
    radii = annulus.inner * np.exp(depth * np.arange(across + 1) / across)
    turns = 2 * np.pi * np.arange(around) / around
    points = np.stack(
        [np.outer(radii, np.cos(turns)).ravel(), np.outer(radii, np.sin(turns)).ravel()]
    )
    row, column = (part.ravel() for part in np.indices((across, around)))
    onward = (column + 1) % around
    a, b = row * around + column, row * around + onward
    c, d = a + around, b + around
    return MeshTri(points, np.hstack([[a, b, d], [a, d, c]]))


def _wall_radii(domain: Disk | Annulus, points: np.ndarray) -> np.ndarray:
    """The radius of the circle that each point, (2, point), is to lie on."""
    if isinstance(domain, Disk):
        return np.full(points.shape[1], domain.radius)
    outside = np.hypot(*points) > (domain.inner + domain.outer) / 2
    return np.where(outside, domain.outer, domain.inner)
