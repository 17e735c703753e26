"""The isospectral pair: one spectrum on grids, on mirrored meshes, and for any triangle."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from numerics.drum.isospectral.tilings import RIGHT_ISOSCELES, unfolded_pair
from numerics.drum.isospectral.transplantation import (
    GridTiling,
    grid_pair,
    orthogonal_transplantation,
    transplantation_matrix,
    transplanted,
    triangle_eigenvalue,
)
from numerics.drum.modes import operator
from numerics.drum.spectra.masks import mask_modes, mask_spectrum
from numerics.drum.spectra.mesh_spectra import mesh_eigenvalues
from numerics.drum.spectra.polygon_mesh import mesh_of_triangles
from validation.drum.verification.literature import PAIR

DIVISIONS = (8, 16, 32, 64)  # spacings a leg
LOWEST = 10
REFINEMENTS, LAYERS = 3, 12
SCALENE = np.array([[0.0, 0.0], [1.0, 0.0], [0.2, 0.8]])
MEMBERS = {9: (2, 1), 21: (3, 1)}  # numbers in both spectra of the triangle's modes
MOVED = (0, 1, 5)  # modes that are carried over, from 0
MOVED_ON = 8  # spacings a leg


def d26() -> float:
    """Largest relative difference of the pair's lowest ten eigenvalues on grids of 8 to 64 spacings."""
    pairs = (
        [mask_spectrum(grid.drum, LOWEST).eigenvalues for grid in grid_pair(n)] for n in DIVISIONS
    )
    return float(np.max([_difference(*pair) for pair in pairs]))


@functools.cache
def _mirrored() -> tuple[np.ndarray, np.ndarray]:
    """Return 25 eigenvalues of each drum, quartic elements on meshes that mirror each other."""
    return _by_mirrored_meshes(RIGHT_ISOSCELES, len(PAIR))


def _by_mirrored_meshes(base: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    first, second = (
        mesh_eigenvalues(mesh_of_triangles(drum.triangles, REFINEMENTS, LAYERS), count, "P4")
        for drum in unfolded_pair(base)
    )
    return first, second


def d27() -> float:
    """Largest relative difference of the pair's 25 eigenvalues on mirrored meshes."""
    return _difference(*_mirrored())


def d27_published() -> float:
    """The same eigenvalues against those published, either drum, relative."""
    return float(np.max([_difference(found, PAIR) for found in _mirrored()]))


def d27c() -> float:
    """The same difference for the pair of a scalene triangle, six eigenvalues."""
    return _difference(*_by_mirrored_meshes(SCALENE, 6))


def d27d() -> float:
    """How badly transplanted grid modes fit, leave the rim, or miss being modes of the other drum.

    Largest jump at a shared node, value on the rim, and residual over 8/h^2, by four matrices.
    """
    source, target = grid_pair(MOVED_ON)
    values, vectors = mask_modes(source.drum, max(MOVED) + 1)
    weights = ((1.0, 0.0), (0.0, 1.0), (1.0, 2.0))
    matrices = [orthogonal_transplantation(), *(transplantation_matrix(*w) for w in weights)]
    defects = [
        _defect(matrix, source.drum.field(vectors[:, mode]), values[mode], source, target)
        for matrix in matrices
        for mode in MOVED
    ]
    return float(np.max(defects))


def _defect(
    matrix: np.ndarray,
    field: np.ndarray,
    eigenvalue: float,
    source: GridTiling,
    target: GridTiling,
) -> float:
    image = transplanted(matrix, field / np.nanmax(np.abs(field)), source, target)
    found = image.field[target.drum.free] / np.abs(image.field).max()
    left = np.abs(operator(target.drum) @ found - eigenvalue * found).max()
    return float(np.max([image.gap, image.rim, left * target.drum.spacing**2 / 8]))


def d28() -> float:
    """Members 9 and 21 of both spectra against the triangle's 5 pi^2 and 10 pi^2, relative."""
    truth = np.array([triangle_eigenvalue(m, n) for m, n in MEMBERS.values()])
    places = np.array(list(MEMBERS)) - 1
    return float(np.max([_difference(found[places], truth) for found in _mirrored()]))


def _difference(found: np.ndarray, reference: np.ndarray) -> float:
    return float(np.abs(found / reference - 1).max())


FUNCTIONS: dict[str, Callable[[], float]] = {
    "D26": d26,
    "D27": d27,
    "D27l": d27_published,
    "D27c": d27c,
    "D27d": d27d,
    "D28": d28,
}
