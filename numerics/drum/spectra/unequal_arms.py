"""Curved walls on a square grid: arms that end at the wall, by Shortley and Weller."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from numerics.drum.drums import require_whole
from numerics.drum.shapes.curved import Annulus, Disk
from numerics.drum.shapes.grid_masks import level_set
from numerics.drum.shapes.rings import require_length
from numerics.drum.spectra.masks import sorted_spectrum
from numerics.drum.spectra.spectrum import Spectrum
from theory.errors import ArgumentError

BISECTIONS = 52  # of an arm: to the last digit
SHORTEST = 1e-8  # arm, in spacings; a node nearer to the wall is on it
DIVISIONS, MOST_DIVISIONS = 32, 80  # of the longer side of the box, on the coarsest grid
ACROSS = 2  # its spacings, at least, across a ring and along the radius of a hole
NODES = 12  # of it for each eigenvalue, at least: lambda h^2 is about 1 for the highest
NEIGHBOURS = np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
OPPOSITE = [1, 0, 3, 2]
ROUNDING = 1e-9  # of a spacing

LevelSet = Callable[[np.ndarray], np.ndarray]
"""Of points, (..., 2): negative inside, positive outside, continuous."""


@dataclasses.dataclass(frozen=True, eq=False)
class Arms:
    """The nodes inside a domain and how far it is from each to its neighbour or to the wall.

    Parameters
    ----------
    free : ndarray of bool, (x, y)
        The outermost nodes are not.
    lengths : ndarray, (node, 4)
        East, west, north, south, in spacings, at most 1.
    spacing : float
    """

    free: np.ndarray
    lengths: np.ndarray
    spacing: float


def arms(level: LevelSet, box: np.ndarray, spacing: float) -> Arms:
    """Return nodes and arms of a domain on the grid through the lower left corner of its box.

    Arms end where the level set changes its sign, by bisection; what is narrower than a spacing may
    be stepped over.

    Parameters
    ----------
    level : callable
        See `LevelSet`.
    box : array, (2, 2)
        Lower left and upper right corner of what the domain fits into.

    Raises
    ------
    ArgumentError
        For a spacing that is not positive, or leaves no node inside.
    """
    points = _grid(np.asarray(box, float), require_length("spacing", spacing))
    free = level(points) < 0
    free[[0, -1]] = free[:, [0, -1]] = False
    lengths = _lengths(level, points, free, spacing)
    on_wall = lengths.min(axis=1, initial=1) < SHORTEST
    if on_wall.any():  # an arm of 0 would divide by 0
        free[free] = ~on_wall
        lengths = _lengths(level, points, free, spacing)
    if not free.any():
        raise ArgumentError("spacing", spacing, "leaves no node inside", f"try {spacing / 2:.3g}")
    return Arms(free, lengths, spacing)


def unequal_stencil(arms: Arms):
    """Return minus the Laplacian on the free nodes, a sparse matrix that is not symmetric.

    With s and o the arms to a neighbour and opposite it, in spacings, -2/(s (s + o)) for the
    neighbour and 2/(s o) on the diagonal for each axis, over h^2: the second derivative of the
    parabola through both ends (Shortley and Weller 1938). All arms 1: the five-point stencil.
    """
    from scipy import sparse

    s, o = arms.lengths, arms.lengths[:, OPPOSITE]
    number = np.full(arms.free.shape, -1)
    number[arms.free] = nodes = np.arange(len(s))
    places = np.argwhere(arms.free)[:, None] + NEIGHBOURS
    neighbours = number[places[..., 0], places[..., 1]]
    linked = neighbours >= 0
    rows = np.broadcast_to(nodes[:, None], linked.shape)
    links = -2 / (s * (s + o))
    shape = (len(s), len(s))
    stencil = sparse.coo_array((links[linked], (rows[linked], neighbours[linked])), shape=shape)
    own = (1 / (s * o)).sum(axis=1)  # each axis twice, so 1 for 2
    return ((stencil + sparse.diags_array(own)) / arms.spacing**2).tocsr()


def unequal_eigenvalues(arms: Arms, count: int) -> np.ndarray:
    """Return the lowest eigenvalues of `unequal_stencil`, complex, their real parts ascending, (mode,).

    A double eigenvalue of the domain may become a conjugate pair: the stencil is not symmetric.

    Raises
    ------
    ArgumentError
        Unless count is a whole number from 1 to two less than the nodes.
    """
    from scipy.sparse.linalg import eigs

    nodes = len(arms.lengths)
    require_whole("count", count, 1)
    if count >= nodes - 1:
        raise ArgumentError(
            "count", count, f"must be below {nodes - 1}, of {nodes} free nodes", "refine the grid"
        )
    matrix = unequal_stencil(arms).tocsc()
    found = eigs(matrix, k=count, sigma=0, v0=np.ones(nodes), return_eigenvectors=False)
    return np.sort_complex(found)


def unequal_arms_spectrum(
    level: LevelSet, box: np.ndarray, count: int, *, divisions: int = DIVISIONS
) -> Spectrum:
    """Return the lowest eigenvalues of a domain with a smooth wall, extrapolated in h^2.

    From two grids, one twice as fine as the other. The error is the longer one of the steps to it
    from the finer grid and from what grids twice as coarse give, and what is not real; relatively, it
    is never below that of a lower eigenvalue. Either step alone is small by accident where nodes fall
    badly: the factor of h^2 is erratic. It covers if the coarsest grid resolves the domain, which
    `round_spectrum` sees to.

    Parameters
    ----------
    level, box
        As in `arms`.
    divisions : int
        Spacings of the coarsest of the three grids along the longer side of the box.

    Raises
    ------
    ArgumentError
        As `arms` and `unequal_eigenvalues`; for divisions that are no whole number from 2 on.

    Examples
    --------
    >>> circle = lambda points: np.linalg.norm(points, axis=-1) - 1
    >>> found = unequal_arms_spectrum(circle, [[-1, -1], [1, 1]], 1)
    >>> found.covers(np.array([5.783185962946784])).tolist(), bool(found.errors[0] < 1e-2)
    ([True], True)
    """
    require_whole("divisions", divisions, 2)
    box = np.asarray(box, float)
    spacings = (box[1] - box[0]).max() / (divisions * 2.0 ** np.arange(3))
    grids = [arms(level, box, spacing) for spacing in spacings]
    values = np.stack([unequal_eigenvalues(grid, count) for grid in grids])
    coarse, fine = values[1:].real + np.diff(values.real, axis=0) / 3
    steps = np.maximum(np.abs(fine - coarse), np.abs(fine - values[-1].real))
    errors = steps + np.abs(values[-1].imag)
    unknowns = len(grids[-1].lengths)
    return sorted_spectrum(fine, errors, "unequal arms, extrapolated", unknowns)


def round_spectrum(domain: Disk | Annulus, count: int, *, divisions: int | None = None) -> Spectrum:
    """Return eigenvalues of a round drum by `unequal_arms_spectrum`, on grids that resolve it.

    Two spacings of the coarsest, or more, fit across a ring and into the radius of its hole, and 12
    of its nodes belong to each eigenvalue.

    Parameters
    ----------
    divisions : int, optional
        Spacings of the coarsest grid across; as many as that takes, and at least 32, by default.

    Raises
    ------
    ArgumentError
        For other domains; if the coarsest grid would have more than 80 spacings across; for divisions
        that do not do; for a count that is not a whole number from 1 on.

    Examples
    --------
    >>> round_spectrum(Disk(2.0), 1).covers(np.array([5.783185962946784 / 4])).tolist()
    [True]
    """
    require_whole("count", count, 1)
    if not isinstance(domain, Disk | Annulus):
        raise ArgumentError(
            "domain",
            type(domain).__name__,
            "must be a Disk or an Annulus: arms are of second order at smooth walls only",
            "use finite_element_spectrum for a polygon, the exact spectrum of a sector",
        )
    across = float((domain.box[1] - domain.box[0]).max())
    narrowest = (
        across if isinstance(domain, Disk) else min(domain.inner, domain.outer - domain.inner)
    )
    spacing = min(narrowest / ACROSS, np.sqrt(domain.area / (NODES * count)))
    needed = int(np.ceil(across / spacing - ROUNDING))
    if divisions is None:
        divisions = max(DIVISIONS, needed)
    if not needed <= divisions <= MOST_DIVISIONS:
        raise ArgumentError(
            "domain",
            f"{narrowest:.3g} at its narrowest, {across:.3g} across, {count} eigenvalues",
            f"needs {needed} spacings across on the coarsest grid; must fit into "
            f"{min(divisions, MOST_DIVISIONS)}",
            "use curved_spectrum, or ask for fewer eigenvalues",
        )
    return unequal_arms_spectrum(
        lambda points: level_set(domain, points), domain.box, count, divisions=divisions
    )


def _grid(box: np.ndarray, spacing: float) -> np.ndarray:
    """Nodes (x, y, 2) that cover a box; the outermost are not inside it."""
    counts = np.maximum(np.ceil((box[1] - box[0]) / spacing - ROUNDING), 2).astype(int) + 1
    return box[0] + spacing * np.moveaxis(np.indices(counts), 0, -1)


def _lengths(level: LevelSet, points: np.ndarray, free: np.ndarray, spacing: float) -> np.ndarray:
    """Return the share of a spacing to the wall in the four directions, 1 where a free node is."""
    places = np.argwhere(free)
    lengths = np.ones((len(places), 4))
    for side, step in enumerate(NEIGHBOURS):
        to_wall = ~free[tuple((places + step).T)]
        start = points[free][to_wall]
        inside, outside = np.zeros(len(start)), np.ones(len(start))
        for _ in range(BISECTIONS):
            middle = (inside + outside) / 2
            within = level(start + spacing * middle[:, None] * step) < 0
            inside, outside = np.where(within, middle, inside), np.where(within, outside, middle)
        lengths[to_wall, side] = (inside + outside) / 2
    return lengths
