"""Eigenvalues of polygons by finite elements: graded quadratic, layered quartic, and lower bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from numerics.drum.drums import require_whole
from numerics.drum.shapes.polygon import Polygon
from numerics.drum.spectra.estimates import SAFETY, two_level_estimate
from numerics.drum.spectra.grading import (
    equal_sizes,
    graded,
    grading_power,
    halved,
    short_sides_are_smooth,
    with_layers,
    with_two_layers,
)
from numerics.drum.spectra.mesh_spectra import (
    mesh_eigenvalues,
    mesh_lower_bounds,
    nested_spectrum,
    unknowns,
)
from numerics.drum.spectra.polygon_mesh import polygon_mesh
from numerics.drum.spectra.spectrum import Spectrum
from numerics.drum.spectra.widths import Widths, widths_of
from theory.errors import ArgumentError

if TYPE_CHECKING:
    from skfem import MeshTri

LEAST_UNKNOWNS = 5  # of the coarsest level, for each eigenvalue
MOST_UNKNOWNS = 500_000
LAYERS = 14  # at a corner of 270 degrees
FINE = 1 / 8  # of the spacing: a mesh so narrow is left, where that is safe
QUARTIC_UNKNOWNS = 8  # of quartic elements for each triangle
ROUNDING = 1e-9  # of a number of layers
LAYER_UNKNOWNS = 100  # of quartic elements in each layer of each corner, about
LARGEST_POWER = 2.0  # of a mesh width squared, counted on where no corner is singular


def finite_element_spectrum(polygon: Polygon, count: int) -> Spectrum:
    """Return eigenvalues by quadratic elements on three graded nested meshes.

    The first mesh has spacing sqrt(A)/4, or less until it has five unknowns for each eigenvalue;
    every next one half of it.

    Raises
    ------
    ArgumentError
        For a count that is not a whole number from 1 on; for a polygon with so many corners that
        500,000 unknowns do not do; as `polygon_mesh`.
    """
    return nested_spectrum(graded_meshes(polygon, count), count, "graded quadratic elements")


def graded_meshes(polygon: Polygon, count: int, levels: int = 3) -> list[MeshTri]:
    """Return nested meshes of a polygon for quadratic elements, graded by `grading.graded`.

    Parameters
    ----------
    count : int
        Even the coarsest has five unknowns for so many eigenvalues each.
    levels : int
        Each half as wide as the one before.

    Raises
    ------
    ArgumentError
        As `finite_element_spectrum`.
    """
    mesh, widths = _coarsest(polygon, count, levels)
    meshes = [mesh]
    for level in range(1, levels):
        spacing = widths.spacing / 2**level
        smooth = short_sides_are_smooth(polygon, widths, spacing, FINE)
        finer = halved(meshes[-1], widths, spacing, FINE) if smooth else meshes[-1].refined()
        _require_affordable(polygon, unknowns(finer))
        meshes.append(graded(finer, polygon, spacing))
    _require_affordable(polygon, unknowns(meshes[-1]))
    return meshes


def accurate_spectrum(polygon: Polygon, count: int, *, refinements: int = 2) -> Spectrum:
    """Return eigenvalues by quartic elements with geometric layers at singular corners.

    14 at one of 270 degrees, elsewhere as many as leave the same error (`grading.equal_sizes`),
    counted from the sides' length where it is short. The errors are twice `two_level_estimate`
    against a mesh each of whose elements is four of the last one's: no part of the error falls
    slower than the one of the widest corner w, by 4^(pi/w).

    Parameters
    ----------
    refinements : int
        Of the mesh on which `finite_element_spectrum` begins, before the layers: the last one
        everywhere, others where it is not narrow already. 1 serves for hundreds of eigenvalues.

    Raises
    ------
    ArgumentError
        As `finite_element_spectrum`, and for no refinement.
    """
    require_whole("refinements", refinements, 1)
    mesh, widths = _coarsest(polygon, count)
    needed = grading_power(polygon.angles, 4) > 0
    for level in range(1, refinements):
        mesh = halved(mesh, widths, widths.spacing / 2**level, 1)
    corners, layers = polygon.corners[needed], _layers(polygon, widths, refinements)[needed]
    _require_affordable(
        polygon, 4 * (QUARTIC_UNKNOWNS * mesh.nelements + LAYER_UNKNOWNS * int(layers.sum()))
    )
    wide = with_layers(mesh, corners, layers)
    narrow = wide.refined()  # layers on a refined mesh would share elements with these
    slowest = 4.0 ** min(np.pi / polygon.angles[needed], default=LARGEST_POWER)
    values = mesh_eigenvalues(narrow, count, "P4")
    errors = two_level_estimate(mesh_eigenvalues(wide, count, "P4"), values, slowest)
    method = "quartic elements with corner layers"
    return Spectrum(values, SAFETY * errors, method, unknowns(narrow, "P4"))


def lower_bounds(polygon: Polygon, count: int, *, refinements: int = 3) -> np.ndarray:
    """Return guaranteed lower bounds of the lowest eigenvalues, (mode,), by `mesh_lower_bounds`.

    Parameters
    ----------
    refinements : int
        Of a mesh of spacing sqrt(A)/4, or less until it has five unknowns for each eigenvalue, not
        graded, of two layers at least across a thin polygon; each makes the gap four times less.

    Raises
    ------
    ArgumentError
        As `finite_element_spectrum`.
    """
    coarsest, _ = _coarsest(polygon, count)
    return mesh_lower_bounds(with_two_layers(coarsest).refined(refinements), count)


def _coarsest(polygon: Polygon, count: int, levels: int = 0) -> tuple[MeshTri, Widths]:
    """A mesh and its widths, of spacing sqrt(A)/4 or so much less that it has unknowns enough.

    If it is the first of some levels of quadratic elements, it is graded, and a thin polygon has
    two layers across: what one says about the next to come tells little.
    """
    require_whole("count", count, 1)
    spacing = np.sqrt(polygon.area) / 4
    while True:
        mesh, widths = polygon_mesh(polygon, spacing), widths_of(polygon, spacing)
        if levels:
            _require_affordable(polygon, _least_unknowns(mesh, polygon, widths, levels))
            mesh = graded(mesh, polygon, spacing)
        if unknowns(mesh) >= LEAST_UNKNOWNS * count:
            return with_two_layers(mesh) if levels else mesh, widths
        spacing /= np.sqrt(2)


def _least_unknowns(mesh: MeshTri, polygon: Polygon, widths: Widths, levels: int) -> int:
    """Of quadratic elements on the last level, if no corner were graded."""
    spacings = widths.spacing / 2.0 ** np.arange(1, levels)
    smooth = [short_sides_are_smooth(polygon, widths, spacing, FINE) for spacing in spacings]
    return unknowns(mesh) * 4 ** smooth.count(False)


def _layers(polygon: Polygon, widths: Widths, refinements: int) -> np.ndarray:
    """The number of layers at each corner of a mesh refined so often, at the end everywhere, (corner,)."""
    unit, spacing = np.sqrt(polygon.area) / 2, widths.spacing / 2**refinements
    sizes = unit * equal_sizes(polygon.angles, spacing / unit / 2**LAYERS)
    local = np.minimum(widths.at(polygon.corners) / 2, spacing)
    return np.ceil(np.log2(np.maximum(1, local / sizes)) - ROUNDING).astype(int)


def _require_affordable(polygon: Polygon, needed: int) -> None:
    if needed > MOST_UNKNOWNS:
        corners = len(polygon.corners)
        raise ArgumentError(
            "polygon",
            f"{corners} corners",
            f"needs about {needed} unknowns; {MOST_UNKNOWNS} fit",
            f"keep about {max(3, corners * MOST_UNKNOWNS // needed)} corners, "
            "the sharpest, or ask for fewer eigenvalues",
        )
