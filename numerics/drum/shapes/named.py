"""Polygons with a name: those whose spectrum is known, the L, the isospectral pair, random stars."""

from __future__ import annotations

import numpy as np

from numerics.drum.drums import require_whole
from numerics.drum.shapes.polygon import Polygon
from numerics.drum.shapes.rings import polygon, require_length
from theory.errors import ArgumentError

# Gordon, Webb, Wolpert 1992: seven right isosceles triangles with legs of 1 make either of them
ISOSPECTRAL = (
    ((0, 0), (0, 1), (2, 3), (2, 2), (3, 2), (2, 1), (1, 1), (1, 0)),
    ((1, 0), (0, 1), (0, 2), (2, 2), (2, 3), (3, 2), (2, 1), (1, 1)),
)
FEWEST_CORNERS, MOST_CORNERS = 3, 9
SHARPEST = np.radians(15)  # corner of a random star
NEAREST = 0.3  # vertex of a random star, of the farthest one's distance 1


def square(side: float = 1.0) -> Polygon:
    """Return the square [0, side]^2."""
    return rectangle(side, require_length("side", side))


def rectangle(width: float, height: float) -> Polygon:
    """Return the rectangle [0, width] x [0, height]."""
    a, b = require_length("width", width), require_length("height", height)
    return polygon([(0, 0), (a, 0), (a, b), (0, b)])


def equilateral(side: float = 1.0) -> Polygon:
    """Return the triangle with three equal sides, one of them from (0, 0) to (side, 0)."""
    a = require_length("side", side)
    return polygon([(0, 0), (a, 0), (a / 2, a * np.sqrt(3) / 2)])


def right_isosceles(leg: float = 1.0) -> Polygon:
    """Return the triangle with two equal sides along the axes, its right angle at (0, 0)."""
    a = require_length("leg", leg)
    return polygon([(0, 0), (a, 0), (0, a)])


def l_shape(arm: float = 1.0) -> Polygon:
    """Return the L of three squares with sides of `arm`: [0, 2 arm]^2 without its upper right."""
    a = require_length("arm", arm)
    return polygon([(0, 0), (2 * a, 0), (2 * a, a), (a, a), (a, 2 * a), (0, 2 * a)])


def isospectral_pair(leg: float = 1.0) -> tuple[Polygon, Polygon]:
    """Return two polygons of seven right isosceles triangles each, with one spectrum.

    References
    ----------
    Gordon, Webb, Wolpert 1992, "One cannot hear the shape of a drum".

    Examples
    --------
    >>> [drum.area for drum in isospectral_pair()]
    [3.5, 3.5]
    """
    scale = require_length("leg", leg)
    first, second = (polygon(scale * np.array(vertices)) for vertices in ISOSPECTRAL)
    return first, second


def random_star(generator: np.random.Generator | int, corners: int | None = None) -> Polygon:
    """Return a random polygon of which (0, 0) sees every point.

    Directions are uniform, distances uniform from 0.3 to 1. A draw is thrown away where (0, 0) does
    not see all of it, a corner is below 15 degrees (or above 345), or a side below a tenth of the
    root of the area.

    Parameters
    ----------
    generator : Generator or int
        Or the seed of one.
    corners : int, optional
        From 3 to 9; drawn if not given.

    Raises
    ------
    ArgumentError
        For another number of corners.

    Examples
    --------
    >>> len(random_star(0, corners=5).vertices)
    5
    """
    generator = np.random.default_rng(generator)
    if corners is None:
        corners = int(generator.integers(FEWEST_CORNERS, MOST_CORNERS + 1))
    require_whole("corners", corners, FEWEST_CORNERS)
    if corners > MOST_CORNERS:
        raise ArgumentError("corners", corners, f"must be at most {MOST_CORNERS}", "take fewer")
    while True:  # at least one draw in five is taken
        directions = np.sort(generator.uniform(0, 2 * np.pi, corners))
        distances = generator.uniform(NEAREST, 1, corners)
        around = np.stack([np.cos(directions), np.sin(directions)], axis=1)
        star = Polygon(distances[:, None] * around)
        if _sees_all(directions) and _is_ordinary(star):
            return star


def _sees_all(directions: np.ndarray) -> bool:
    """Whether no gap between directions reaches pi: then (0, 0) is inside."""
    gaps = np.diff(directions, append=directions[0] + 2 * np.pi)
    return bool((gaps < np.pi).all())


def _is_ordinary(star: Polygon) -> bool:
    """Whether its corners and sides are such as a mesh of triangles can have."""
    blunt_enough = np.minimum(star.angles, 2 * np.pi - star.angles) >= SHARPEST
    long_enough = star.lengths >= 0.1 * np.sqrt(star.area)
    return bool(blunt_enough.all() and long_enough.all())
