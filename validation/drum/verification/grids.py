"""Grids that grow fine: do their eigenvalues tend to those of the domain, by the right powers?"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from numerics.drum.shapes.curved import Disk
from numerics.drum.shapes.grid_masks import level_set
from numerics.drum.shapes.named import l_shape
from numerics.drum.spectra.exact import disk_spectrum
from numerics.drum.spectra.masks import extrapolated_spectrum
from numerics.drum.spectra.unequal_arms import arms, unequal_eigenvalues
from validation.drum.verification.literature import L_SHAPE

DISK_DIVISIONS = (8, 16, 32, 64)  # spacings a radius


def d25() -> float:
    """First eigenvalue of the L, six grids extrapolated by the five powers of its corners, relative."""
    return abs(float(extrapolated_spectrum(l_shape(), 1).eigenvalues[0]) / L_SHAPE - 1)


@functools.cache
def disk_ratios() -> np.ndarray:
    """Return by how much the error of the disk's first eigenvalue falls with each halving, (halving,)."""
    disk, truth = Disk(), disk_spectrum(1.0, 1).eigenvalues[0]
    grids = [arms(lambda p: level_set(disk, p), disk.box, 1 / n) for n in DISK_DIVISIONS]
    errors = np.array([unequal_eigenvalues(grid, 1)[0].real for grid in grids]) - truth
    return errors[:-1] / errors[1:]


FUNCTIONS: dict[str, Callable[[], float]] = {
    "D25": d25,
    "D33": lambda: float(disk_ratios().min()),
    "D33h": lambda: float(disk_ratios().max()),
}
