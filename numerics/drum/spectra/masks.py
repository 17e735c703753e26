"""Eigenvalues of drums on a grid, and of the polygons behind them as the grid grows fine."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from numerics.drum.drums import Drum, require_whole
from numerics.drum.modes import operator
from numerics.drum.shapes.grid_masks import aligned_spacing, follows_grid, mask_of
from numerics.drum.shapes.polygon import Polygon, strengths
from numerics.drum.spectra.spectrum import Spectrum
from theory.errors import ArgumentError

ROUNDING = 1e-12  # relative, of the lowest eigenvalues by shift and invert
SMALL_DRUM = 60  # nodes, up to which a dense decomposition is as good
SAFETY = 2.0  # of estimates
MOST_NODES = 12_288  # of the finest grid: the L with 64 spacings an arm
FINENESS = (0.125, 0.15625, 0.25, 0.3125, 0.625, 1.0)  # of the grids, in units of the finest


# --- one grid -------------------------------------------------------------------------------------


def mask_spectrum(drum: Drum, count: int) -> Spectrum:
    """Return the lowest eigenvalues of minus the five-point stencil on a drum's free nodes.

    The network's own: exact for the grid up to rounding, whatever the polygon behind it. The wave
    speed is not in them.

    Raises
    ------
    ArgumentError
        Unless count is a whole number from 1 to one less than the free nodes.

    Examples
    --------
    >>> from numerics.drum.drums import square
    >>> mask_spectrum(square(3), 3).eigenvalues.round(12).tolist()
    [2.0, 4.0, 4.0]
    """
    values, _ = mask_modes(drum, count)
    return Spectrum(values, ROUNDING * values, "five-point grid", drum.nodes)


def mask_modes(drum: Drum, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the lowest eigenvalues, (mode,), and orthonormal eigenvectors, (node, mode).

    Raises
    ------
    ArgumentError
        As `mask_spectrum`.
    """
    _require_count(count, drum.nodes)
    matrix = operator(dataclasses.replace(drum, speed=1.0))
    if drum.nodes <= SMALL_DRUM or 2 * count > drum.nodes:
        values, vectors = np.linalg.eigh(matrix.toarray())
        return values[:count], vectors[:, :count]
    return _by_inverse(matrix, count)


def _by_inverse(matrix, count: int) -> tuple[np.ndarray, np.ndarray]:
    from scipy.sparse.linalg import eigsh

    start = np.ones(matrix.shape[0])  # fixed, or no two runs give the same digits
    values, vectors = eigsh(matrix.tocsc(), k=count, sigma=0, v0=start)
    order = np.argsort(values)
    return values[order], vectors[:, order]


# --- grids that grow fine -------------------------------------------------------------------------


def corner_powers(angles: np.ndarray, count: int) -> tuple[float, ...]:
    """Return the lowest powers of h in the grid's error at a polygon that lies on the grid.

    Sums of 2, from the stencil, and of 2 pi/w at every corner of an angle w that pi/w is not whole
    for: there eigenfunctions grow as r^(pi/w).

    Parameters
    ----------
    angles : ndarray, (corner,)
        Interior, radians.

    Examples
    --------
    >>> [round(power, 3) for power in corner_powers(np.array([0.5, 1.5]) * np.pi, 5)]
    [1.333, 2.0, 2.667, 3.333, 4.0]
    """
    singular = 2 * np.pi / angles[strengths(angles) > 0]
    highest, sums = 2.0 * count, {0.0: 0.0}
    for base in (2.0, *singular):
        several = base * np.arange(highest // base + 1)
        # a power reached in two ways is one, whatever the last digits
        sums = {round(p, 6): p for p in (float(a + b) for a in sums.values() for b in several)}
    return tuple(sums[key] for key in sorted(sums)[1 : count + 1])


def extrapolated(
    spacings: np.ndarray, values: np.ndarray, powers: Sequence[float]
) -> tuple[np.ndarray, np.ndarray]:
    """Return what values tend to as the spacing goes to 0, and how far off that may be.

    Richardson: value = limit + sum c_p h^p is solved for the limit. The estimate is the largest step
    to the limits without the coarsest grid, and without the two coarsest, and as many powers: on
    those, levels may have crossed.

    Parameters
    ----------
    spacings : ndarray, (grid,)
        h, descending.
    values : ndarray, (grid, ...)
    powers : sequence of float, (grid - 1,)
        p, ascending.

    Returns
    -------
    limit, estimate : ndarray, (...)

    Raises
    ------
    ArgumentError
        Unless there are at least four grids, each finer than the last, and one power less.

    Examples
    --------
    >>> h = np.array([0.4, 0.3, 0.2, 0.1])
    >>> limit, _ = extrapolated(h, 3 + h**2 - 5 * h**4, (2, 4, 6))
    >>> round(float(limit), 12)
    3.0
    """
    spacings = np.asarray(spacings, float)
    if spacings.size < 4 or (np.diff(spacings) >= 0).any():
        raise ArgumentError(
            "spacings", spacings, "must be four or more, descending", "pass the finest grid last"
        )
    if len(powers) != spacings.size - 1:
        raise ArgumentError(
            "powers", tuple(powers), f"must be {spacings.size - 1} for as many grids", "add a grid"
        )
    limit = _limit(spacings, values, powers)
    fewer = [_limit(spacings[k:], values[k:], powers[:-k]) for k in (1, 2)]
    return limit, np.abs(limit - np.array(fewer)).max(axis=0)


def extrapolated_spectrum(polygon: Polygon, count: int) -> Spectrum:
    """Return the lowest eigenvalues of a polygon on grid lines and diagonals, from six grids.

    Sorted values are extrapolated place by place. Where levels cross from grid to grid, the
    estimate grows with the step they take.

    Raises
    ------
    ArgumentError
        For a polygon that no grid fits with all its sides, or only one too fine for six grids; if
        the coarsest has not more nodes than eigenvalues are asked for.
    """
    whole = _require_on_grid(polygon)
    divisions = _divisions(polygon, whole)
    drums = [mask_of(polygon, whole / division) for division in divisions]
    values = np.stack([mask_spectrum(drum, count).eigenvalues for drum in drums])
    powers = corner_powers(polygon.angles, len(divisions) - 1)
    limits, estimates = extrapolated(whole / divisions, values, powers)
    errors = np.maximum(SAFETY * estimates, ROUNDING * limits)
    return sorted_spectrum(limits, errors, "grid, extrapolated", drums[-1].nodes)


def sorted_spectrum(
    eigenvalues: np.ndarray, errors: np.ndarray, method: str, unknowns: int
) -> Spectrum:
    """Return a spectrum in order, no relative error smaller than that of a lower eigenvalue.

    A difference of two grids may change its sign on the way up: there it is accidentally small.
    """
    order = np.argsort(eigenvalues)
    ascending = eigenvalues[order]
    shares = np.maximum.accumulate(errors[order] / ascending)
    return Spectrum(ascending, shares * ascending, method, unknowns)


def _limit(spacings: np.ndarray, values: np.ndarray, powers: Sequence[float]) -> np.ndarray:
    scaled = (spacings / spacings[0])[:, None] ** np.array([0.0, *powers])
    return np.tensordot(np.linalg.inv(scaled)[0], values, axes=1)


def _divisions(polygon: Polygon, whole: float) -> np.ndarray:
    """Return into how many spacings of each grid the spacing of the vertices falls, ascending."""
    finest = np.sqrt(MOST_NODES * whole**2 / polygon.area)
    divisions = np.unique(np.rint(int(finest) * np.array(FINENESS)).astype(int))
    if divisions[0] < 1 or divisions.size < len(FINENESS):
        raise ArgumentError(
            "polygon",
            f"vertices {whole:.3g} apart on an area of {polygon.area:.3g}",
            f"six different grids up to {MOST_NODES} nodes do not fit",
            "use finite elements",
        )
    return divisions


def _require_on_grid(polygon: Polygon) -> float:
    whole = aligned_spacing(polygon)
    if whole is None or not follows_grid(polygon, whole):
        raise ArgumentError(
            "polygon",
            f"{len(polygon.corners)} vertices",
            "all sides must run along lines or diagonals of one grid",
            "use finite elements",
        )
    return whole


def _require_count(count: int, nodes: int) -> None:
    require_whole("count", count, 1)
    if count >= nodes:
        raise ArgumentError(
            "count", count, f"must be below the {nodes} free nodes", "ask for fewer, or refine"
        )
