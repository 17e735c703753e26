"""The masks that domains leave on a grid: which nodes lie strictly inside, and where nodes are."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Protocol

import numpy as np

from numerics.drum.drums import Drum, from_mask
from numerics.drum.shapes.curved import Sector
from numerics.drum.shapes.polygon import Polygon
from numerics.drum.shapes.rings import require_length
from theory.errors import ArgumentError

ROUNDING = 1e-9  # of a spacing: what is nearer to the wall, or to a node, is on it
FINEST = 10_000  # spacings across an aligned polygon: beyond, any vertices would fit some grid
MOST_NODES = 16_000_000


class Domain(Protocol):
    """A plane domain: what masks, budgets and inequalities ask of it."""

    @property
    def area(self) -> float:
        """What it covers (length^2)."""

    @property
    def perimeter(self) -> float:
        """Length of its walls."""

    @property
    def heat_constant(self) -> float:
        """C of its heat trace."""

    @property
    def box(self) -> np.ndarray:
        """Lower left and upper right corner of what it fits into, (2, 2)."""

    def contains(self, points: np.ndarray) -> np.ndarray:
        """Return whether points, (..., 2), lie inside."""

    def distance(self, points: np.ndarray) -> np.ndarray:
        """Return the distance of points, (..., 2), to the wall."""


def mask_of(domain: Domain, spacing: float, *, component: str | None = None) -> Drum:
    """Return the drum whose free nodes lie strictly inside a domain; nodes on the wall are clamped.

    The grid runs through the lower left corner of the domain's box, or a sector's apex: `grid_origin`,
    and `node_places` tells where the nodes are. If all vertices of a polygon are nodes, inside and on are
    decided in whole numbers; otherwise a node within 1e-9 spacings of the wall counts as on it.

    Parameters
    ----------
    component : {"largest", "all"}, optional
        As in `from_mask`: what to take if the grid tears a narrow domain apart.

    Raises
    ------
    ArgumentError
        For a spacing that is not positive, or such that no node is free or there are more than 16
        million; for a mask that falls into parts, if none is chosen.

    Examples
    --------
    >>> from numerics.drum.shapes.named import right_isosceles
    >>> mask_of(right_isosceles(4.0), 1.0).free.astype(int)[1:-1, 1:-1]
    array([[1, 1, 0],
           [1, 0, 0],
           [0, 0, 0]])
    """
    spacing = require_length("spacing", spacing)
    size = _grid_size(domain, spacing)
    vertices = _in_spacings(domain, spacing) if isinstance(domain, Polygon) else None
    if vertices is not None:
        free = _strictly_inside(vertices, size)
    else:
        points = node_places(grid_origin(domain, spacing), spacing, size)
        free = domain.contains(points)
        free[free] = domain.distance(points[free]) > ROUNDING * spacing
    if not free.any():
        raise ArgumentError(
            "spacing", spacing, "leaves no node inside", f"try {spacing / 2:.3g}, say"
        )
    # from_mask judges the parts; its rim is one that the mask has already
    return from_mask(free[1:-1, 1:-1], spacing=spacing, component=component)


def node_places(origin: np.ndarray, spacing: float, size: tuple[int, ...]) -> np.ndarray:
    """Return where the nodes of a grid of some size are, (x, y, 2), node (0, 0) at its origin, (2,)."""
    return origin + spacing * np.moveaxis(np.indices(size), 0, -1)


def grid_origin(domain: Domain, spacing: float) -> np.ndarray:
    """Return where node (0, 0) of a domain's mask is, (2,).

    The lower left corner of the box; of a sector so that its apex is a node, or a slit along an axis
    would fall between two lines of the grid.
    """
    if not isinstance(domain, Sector):
        return domain.box[0]
    return -spacing * np.ceil(-domain.box[0] / spacing - ROUNDING)


def level_set(domain: Domain, points: np.ndarray) -> np.ndarray:
    """Return the signed distance of points, (..., 2), to the wall: negative inside."""
    distance = domain.distance(points)
    return np.where(domain.contains(points), -distance, distance)


def aligned_spacing(polygon: Polygon) -> float | None:
    """Return the largest spacing of which all vertices are multiples, None if there is none.

    They are counted from the lower left corner of the box. Halves, thirds, ... of the spacing are
    aligned too. A polygon more than 10,000 such spacings across counts as not aligned.

    Examples
    --------
    >>> from numerics.drum.shapes.named import equilateral, rectangle
    >>> aligned_spacing(rectangle(1.5, 1.0)), aligned_spacing(equilateral())
    (0.5, None)
    """
    offsets = np.unique(polygon.corners - polygon.box[0])
    across = float(offsets[-1])
    shares = [Fraction(float(x) / across).limit_denominator(FINEST) for x in offsets]
    whole = math.lcm(*(share.denominator for share in shares))
    parts = whole // math.gcd(
        *(int(share * whole) for share in shares)
    )  # whole: the last share is 1
    if parts > FINEST or _in_spacings(polygon, across / parts) is None:
        return None
    return across / parts


def follows_grid(polygon: Polygon, spacing: float) -> bool:
    """Return whether all vertices are nodes and all sides run along grid lines or their diagonals.

    Only then does the error of the mask's eigenvalues go in the clean powers of the spacing that the
    corners allow; vertices on nodes are not enough.
    """
    vertices = _in_spacings(polygon, spacing)
    if vertices is None:
        return False
    steps = np.concatenate([np.roll(ring, -1, axis=0) - ring for ring in vertices])
    straight = (steps == 0).any(axis=1)
    diagonal = np.abs(steps[:, 0]) == np.abs(steps[:, 1])
    return bool((straight | diagonal).all())


def sides_on_grid(domain: Polygon | Sector, spacing: float) -> np.ndarray:
    """Return which straight sides lie on a line of nodes of a domain's mask or on a diagonal of it, (side,).

    All nodes on such a side are clamped, whether its ends are nodes or not: no arm of the stencil
    crosses it between them. A polygon's sides are those of `Polygon.sides`, a sector's where its arc
    begins and ends.

    Examples
    --------
    >>> from numerics.drum.shapes.named import right_isosceles
    >>> sides_on_grid(right_isosceles(1.3), 0.5).tolist()
    [True, False, True]
    """
    sides = (
        np.stack([0 * domain.ends, domain.ends], axis=1)
        if isinstance(domain, Sector)
        else domain.sides
    )
    x, y = np.moveaxis((sides - grid_origin(domain, spacing)) / spacing, -1, 0)
    places = np.stack([x, y, x + y, x - y])  # each whole on a line of one of the four directions
    on_line = np.abs(places - np.rint(places[..., :1])) <= ROUNDING
    return on_line.all(axis=-1).any(axis=0)


def count_holes(free: np.ndarray) -> int:
    """Return the number of holes of a mask, (x, y): what is not free and does not reach the outside.

    Clamped nodes that touch at a corner are one hole: no wave passes between them.
    """
    from scipy import ndimage

    clamped = np.pad(~free, 1, constant_values=True)
    return ndimage.label(clamped, structure=np.ones((3, 3)))[1] - 1


def _grid_size(domain: Domain, spacing: float) -> tuple[int, int]:
    """How many nodes a grid has along x and y, both rims included."""
    reach = domain.box[1] - grid_origin(domain, spacing)
    counts = np.ceil(reach / spacing - ROUNDING)
    if np.prod(counts + 1) > MOST_NODES:
        raise ArgumentError(
            "spacing",
            spacing,
            f"makes {np.prod(counts + 1):,.0f} nodes; must make at most {MOST_NODES:,}",
            "enlarge it",
        )
    columns, rows = np.maximum(counts, 2).astype(int) + 1
    return int(columns), int(rows)


def _in_spacings(polygon: Polygon, spacing: float) -> list[np.ndarray] | None:
    """Rings in whole spacings from the lower left corner of the box, None if some vertex is off."""
    rings = [(ring - polygon.box[0]) / spacing for ring in polygon.rings]
    whole = [np.rint(ring) for ring in rings]
    if any((np.abs(a - b) > ROUNDING).any() for a, b in zip(rings, whole, strict=True)):
        return None
    return [ring.astype(int) for ring in whole]


def _strictly_inside(rings: list[np.ndarray], size: tuple[int, int]) -> np.ndarray:
    """Nodes inside rings of whole numbers, those on a side left out, (x, y): in whole numbers."""
    inside, wall = np.zeros(size, bool), np.zeros(size, bool)
    x = np.arange(size[0])[:, None]
    for ring in rings:
        for (x0, y0), (x1, y1) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
            (low, left), (high, right) = min((y0, x0), (y1, x1)), max((y0, x0), (y1, x1))
            y = np.arange(low, high + 1)
            # positive to the left of the side as it runs upward
            turn = (right - left) * (y - low) - (high - low) * (x - left)
            reach = (min(x0, x1) <= x) & (x <= max(x0, x1))
            wall[:, low : high + 1] |= (turn == 0) & reach
            inside[:, low:high] ^= turn[:, :-1] > 0
    return inside & ~wall
