"""Finite elements: their order at graded corners, their bounds from both sides, curved walls."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from numerics.drum.isospectral.tilings import unfolded_pair
from numerics.drum.shapes.curved import Disk
from numerics.drum.shapes.named import square
from numerics.drum.spectra.curved_elements import curved_mesh
from numerics.drum.spectra.exact import disk_spectrum, rectangle_spectrum
from numerics.drum.spectra.finite_elements import finite_element_spectrum, lower_bounds
from numerics.drum.spectra.grading import graded
from numerics.drum.spectra.mesh_spectra import mesh_eigenvalues
from numerics.drum.spectra.polygon_mesh import mesh_of_triangles
from validation.drum.verification.literature import PAIR
from validation.drum.verification.polygons import COUNT, FIRST_OF_PAIR, estimated, polygon

SPACINGS = (1 / 2, 1 / 4, 1 / 8, 1 / 16)
DISK_REFINEMENTS = 5  # 8065 unknowns


@functools.cache
def graded_ratios() -> np.ndarray:
    """Return by how much the error of the pair's first eigenvalue falls with each halving, (halving,)."""
    drum = unfolded_pair()[0]
    mesh, errors = mesh_of_triangles(drum.triangles), []
    for spacing in SPACINGS:
        mesh = graded(mesh.refined(), drum.outline(), spacing)
        errors.append(mesh_eigenvalues(mesh, 1)[0] - PAIR[0])
    return np.divide(errors[:-1], errors[1:])


def d31() -> float:
    """Eigenvalues of the square and of a drum of the pair that are not between both bounds."""
    known = rectangle_spectrum(1, 1, COUNT).eigenvalues, PAIR[:COUNT]
    above = finite_element_spectrum(square(), COUNT), estimated(FIRST_OF_PAIR)
    below = (lower_bounds(shape, COUNT) for shape in (square(), polygon(FIRST_OF_PAIR)))
    return float(
        sum(
            np.count_nonzero(~((low <= truth) & (truth <= high.eigenvalues)))
            for low, truth, high in zip(below, known, above, strict=True)
        )
    )


def d32() -> float:
    """First eigenvalue of the disk by curved elements, 8065 unknowns, against j01^2, relative."""
    found = mesh_eigenvalues(curved_mesh(Disk(), DISK_REFINEMENTS), 1)[0]
    return abs(float(found) / float(disk_spectrum(1.0, 1).eigenvalues[0]) - 1)


FUNCTIONS: dict[str, Callable[[], float]] = {
    "D29": lambda: float(graded_ratios().min()),
    "D29h": lambda: float(graded_ratios().max()),
    "D31": d31,
    "D32": d32,
}
