"""The isospectral pair: two ways of gluing seven copies of any triangle by reflections.

Gordon, Webb and Wolpert 1992, "One cannot hear the shape of a drum". A triangle has vertices with
the labels 0, 1, 2; its side c is the one opposite vertex c. Two triangles that share a side c are
mirror images in it, so that they share the two vertices of the other labels. Both gluings are
trees: all else follows from them and one triangle.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools

import numpy as np

from numerics.drum.shapes.polygon import Polygon
from theory.drum.transplantation import GLUINGS, TRIANGLES, Gluing, alternating_signs
from theory.errors import ArgumentError

RIGHT_ISOSCELES = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0]])  # by label: 0 at the right angle
TOUCH = 1e-9  # of the triangle's size: what overlaps by less only touches


@dataclasses.dataclass(frozen=True, eq=False)
class Tiling:
    """A drum made of seven mirror images of one triangle.

    Parameters
    ----------
    triangles : ndarray, (triangle, label, 2)
        Vertices, by label.
    gluing : tuple of (triangle, triangle, side)
        Which triangles share which side.
    """

    triangles: np.ndarray
    gluing: Gluing

    @property
    def area(self) -> float:
        """Seven times the triangle's; a drum that overlaps itself has it too."""
        (x1, y1), (x2, y2) = (self.triangles[0, k] - self.triangles[0, 0] for k in (1, 2))
        return float(TRIANGLES * abs(x1 * y2 - x2 * y1) / 2)

    @functools.cached_property
    def free_sides(self) -> list[tuple[int, int]]:
        """The sides that are clamped: (triangle, side)."""
        glued = {(t, side) for one, other, side in self.gluing for t in (one, other)}
        every = itertools.product(range(TRIANGLES), range(3))
        return [place for place in every if place not in glued]

    @functools.cached_property
    def signs(self) -> np.ndarray:
        """1 for triangles turned as the first, -1 for its mirror images, (triangle,)."""
        return np.array(alternating_signs(self.gluing), int).ravel()

    @functools.cached_property
    def overlapping(self) -> list[tuple[int, int]]:
        """The pairs of triangles that lie on each other: none, unless the drum is only immersed."""
        pairs = itertools.combinations(range(TRIANGLES), 2)
        return [pair for pair in pairs if _overlap(*self.triangles[list(pair)])]

    @functools.cached_property
    def ring(self) -> np.ndarray:
        """The clamped sides end to end, counter-clockwise, (corner, 2), straight angles left out."""
        corners = _ring(self)
        onward = np.roll(corners, -1, axis=0) - corners
        backward = corners - np.roll(corners, 1, axis=0)
        turn = backward[:, 0] * onward[:, 1] - backward[:, 1] * onward[:, 0]
        straight = (np.abs(turn) <= TOUCH * self.area) & ((backward * onward).sum(axis=1) > 0)
        return corners[~straight]

    def outline(self) -> Polygon:
        """Return the drum as a polygon.

        Raises
        ------
        ArgumentError
            If it overlaps or touches itself: then it is a drum, but no polygon.
        """
        if self.overlapping:
            raise ArgumentError(
                "tiling",
                f"triangles {', '.join(map(str, self.overlapping))} overlap",
                "must not overlap: this drum lies in several sheets over the plane",
                "use its triangles as a mesh, or choose another base",
            )
        polygon = Polygon(self.ring)
        _require_simple(polygon)
        return polygon


def unfolded_pair(
    base: np.ndarray = RIGHT_ISOSCELES, *, immersed: bool = False
) -> tuple[Tiling, Tiling]:
    """Return two drums of one spectrum, unfolded from any triangle.

    Triangle 0 of the first drum is the base, triangle 0 of the second its mirror image in side 0, so
    that the default gives the drums where they are usually drawn.

    Parameters
    ----------
    base : ndarray, (label, 2)
        Vertices of a triangle, by label. Another order of them is another pair.
    immersed : bool
        Whether triangles may overlap: such a drum lies in several sheets over the plane, and is
        isospectral as well.

    Raises
    ------
    ArgumentError
        For a base that is no triangle; for drums that overlap themselves, unless that is allowed.

    Examples
    --------
    >>> first, second = unfolded_pair()
    >>> first.area, second.outline().vertices[:3].astype(int).tolist()
    (3.5, [[0, 1], [1, 0], [1, 1]])
    """
    base = _triangle(base)
    starts = (base, mirrored(base, 0))
    pair = [Tiling(unfolded(g, s), g) for g, s in zip(GLUINGS, starts, strict=True)]
    for number, tiling in enumerate(pair, 1):
        if tiling.overlapping and not immersed:
            raise ArgumentError(
                "base",
                base.tolist(),
                f"triangles {', '.join(map(str, tiling.overlapping))} of drum {number} overlap",
                "choose another triangle, or another order of its vertices, or immersed=True",
            )
    return pair[0], pair[1]


def unfolded(gluing: Gluing, first: np.ndarray) -> np.ndarray:
    """Return all triangles of a gluing, (triangle, label, 2), given the first, (label, 2).

    In floats what `theory.drum.transplantation.unfolded` is exactly.
    """
    triangles = np.empty((TRIANGLES, 3, 2))
    triangles[0] = first
    for known, new, side in gluing:
        triangles[new] = mirrored(triangles[known], side)
    return triangles


def mirrored(triangle: np.ndarray, side: int) -> np.ndarray:
    """Return a triangle's mirror image in one of its sides: the vertex opposite is moved."""
    apex = triangle[side]
    start, end = np.delete(triangle, side, axis=0)
    along = end - start
    foot = start + along * ((apex - start) @ along) / (along @ along)
    image = triangle.copy()
    image[side] = 2 * foot - apex
    return image


def _triangle(base: np.ndarray) -> np.ndarray:
    base = np.array(base, float)
    if base.shape != (3, 2) or not np.isfinite(base).all():
        raise ArgumentError(
            "base", base.tolist(), "must be three points with finite coordinates", "pass (3, 2)"
        )
    (x1, y1), (x2, y2) = base[1:] - base[0]
    size = max(np.linalg.norm(base - np.roll(base, 1, axis=0), axis=1))
    if not abs(x1 * y2 - x2 * y1) > 1e-6 * size**2:
        raise ArgumentError("base", base.tolist(), "must not lie on one line", "open its angle")
    return base


def _overlap(one: np.ndarray, other: np.ndarray) -> bool:
    """Return whether the insides of two triangles meet: no side separates them."""
    size = np.ptp(one, axis=0).max()
    for triangle in (one, other):
        for start, end in zip(triangle, np.roll(triangle, -1, axis=0), strict=True):
            normal = np.array([start[1] - end[1], end[0] - start[0]])
            normal /= np.linalg.norm(normal)
            a, b = one @ normal, other @ normal
            if min(a.max(), b.max()) - max(a.min(), b.min()) <= TOUCH * size:
                return False
    return True


def _ring(tiling: Tiling) -> np.ndarray:
    """Return the corners of the clamped sides in order, by which vertices are glued to which."""
    corner = _glued_vertices(tiling)
    onward = {}
    for triangle, side in tiling.free_sides:
        start, end = (side + 1) % 3, (side + 2) % 3
        if _clockwise(tiling.triangles[triangle]):
            start, end = end, start
        onward[corner[triangle, start]] = (corner[triangle, end], (triangle, start))
    points, here = [], corner[tiling.free_sides[0][0], (tiling.free_sides[0][1] + 1) % 3]
    for _ in onward:
        here, (triangle, label) = onward[here]
        points.append(tiling.triangles[triangle, label])
    return np.array(points)


def _glued_vertices(tiling: Tiling) -> np.ndarray:
    """Return a number for each vertex, (triangle, label), the same for those glued together."""
    number = np.arange(3 * TRIANGLES).reshape(-1, 3)
    for known, new, side in tiling.gluing:
        shared = [label for label in range(3) if label != side]
        number[new, shared] = number[known, shared]
    return number


def _clockwise(triangle: np.ndarray) -> bool:
    (x1, y1), (x2, y2) = triangle[1:] - triangle[0]
    return bool(x1 * y2 < x2 * y1)


def _require_simple(polygon: Polygon) -> None:
    # triangles that do not overlap may still touch along sides or at corners that are not glued
    count, size = len(polygon.vertices), np.sqrt(polygon.area)
    for k, point in enumerate(polygon.vertices):
        others = np.delete(polygon.sides, [k, (k - 1) % count], axis=0)
        if _distances(point, others).min() <= TOUCH * size:
            raise ArgumentError(
                "tiling",
                f"the corner ({point[0]:.6g}, {point[1]:.6g})",
                "must not touch a side that is not its own",
                "use its triangles as a mesh, or choose another base",
            )


def _distances(point: np.ndarray, sides: np.ndarray) -> np.ndarray:
    starts, along = sides[:, 0], sides[:, 1] - sides[:, 0]
    shares = ((point - starts) * along).sum(axis=1) / (along**2).sum(axis=1)
    nearest = starts + np.clip(shares, 0, 1)[:, None] * along
    return np.linalg.norm(point - nearest, axis=1)
