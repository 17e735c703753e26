"""Polygons, with holes or without: their geometry, and what of it a spectrum knows."""

from __future__ import annotations

import dataclasses
import functools
import itertools

import numpy as np

from numerics.drum.shapes.heat_constants import of_corners

WHOLE = 1e-9  # pi over an angle counts as a whole number up to here
NEIGHBOURS = 16  # pieces of sides among which the nearest is sought first
AT_ONCE = 1_000_000  # pairs of a point and a piece


def strengths(angles: np.ndarray) -> np.ndarray:
    """Return how far pi over an angle is from the nearest whole number from 1 on; 0 where it is one.

    An eigenfunction goes as r^alpha, alpha = pi/w, at a corner of angle w. Near a whole alpha = m it
    is r^m, which is smooth, and what is left has a strength of alpha - m.

    Parameters
    ----------
    angles : array_like, (corner,)
        w, in radians.

    Examples
    --------
    >>> strengths(np.deg2rad([90, 135, 270])).round(3).tolist()
    [0.0, 0.333, 0.333]
    """
    powers = np.pi / np.asarray(angles, float)
    found = np.abs(powers - np.maximum(1, np.rint(powers)))
    return np.where(found > WHOLE, found, 0.0)


@dataclasses.dataclass(frozen=True, eq=False)
class Polygon:
    """A plane domain with straight sides.

    `polygon` in `numerics.drum.shapes.rings` makes one of vertices as a user gives them.

    Parameters
    ----------
    vertices : ndarray, (vertex, 2)
        Of the outer ring, counter-clockwise, none repeated.
    holes : tuple of ndarray, (vertex, 2)
        Rings inside it, clockwise: the domain lies to the left of every side.
    """

    vertices: np.ndarray
    holes: tuple[np.ndarray, ...] = ()

    @property
    def rings(self) -> tuple[np.ndarray, ...]:
        """The outer ring, then the holes."""
        return (self.vertices, *self.holes)

    @functools.cached_property
    def corners(self) -> np.ndarray:
        """All vertices, ring by ring, (corner, 2)."""
        return np.concatenate(self.rings)

    @functools.cached_property
    def sides(self) -> np.ndarray:
        """From vertex to vertex, ring by ring: start and end, (side, 2, 2); side i starts at corner i."""
        ends = np.concatenate([np.roll(ring, -1, axis=0) for ring in self.rings])
        return np.stack([self.corners, ends], axis=1)

    @functools.cached_property
    def area(self) -> float:
        """What the rings enclose, holes taken out."""
        (x0, y0), (x1, y1) = np.moveaxis(self.sides - self.vertices[0], (1, 2), (0, 1))
        return float(np.sum(x0 * y1 - x1 * y0) / 2)

    @functools.cached_property
    def lengths(self) -> np.ndarray:
        """Of the sides, (side,)."""
        return np.linalg.norm(self.sides[:, 1] - self.sides[:, 0], axis=1)

    @property
    def perimeter(self) -> float:
        """Length of all rings."""
        return float(self.lengths.sum())

    @functools.cached_property
    def angles(self) -> np.ndarray:
        """Interior angle at each corner, (corner,), in (0, 2 pi)."""
        onward = self.sides[:, 1] - self.sides[:, 0]
        starts = np.cumsum([0, *map(len, self.rings)])
        backward = -np.concatenate(
            [np.roll(onward[a:b], 1, axis=0) for a, b in itertools.pairwise(starts)]
        )
        cross = onward[:, 0] * backward[:, 1] - onward[:, 1] * backward[:, 0]
        return np.arctan2(cross, (onward * backward).sum(axis=1)) % (2 * np.pi)

    @property
    def singular(self) -> np.ndarray:
        """Whether eigenfunctions are singular at a corner: pi over its angle is not whole, (corner,)."""
        return strengths(self.angles) > 0

    @property
    def heat_constant(self) -> float:
        """C of the heat trace."""
        return of_corners(self.angles)

    @property
    def box(self) -> np.ndarray:
        """Lower left and upper right corner of what it fits into, (2, 2)."""
        return np.stack([self.vertices.min(axis=0), self.vertices.max(axis=0)])

    def contains(self, points: np.ndarray) -> np.ndarray:
        """Return whether points, (..., 2), lie inside, by counting crossings; on a side is undecided."""
        points = np.asarray(points, float)
        x, y = points.reshape(-1, 2).T
        upward = np.argsort(y, kind="stable")
        x, y = x[upward], y[upward]
        inside = np.zeros(len(x), bool)
        firsts, lasts = np.searchsorted(y, np.sort(self.sides[:, :, 1], axis=1)).T
        for ((x0, y0), (x1, y1)), first, last in zip(self.sides, firsts, lasts, strict=True):
            if first < last:  # at their height the side crosses the ray of these alone
                at = slice(first, last)
                inside[at] ^= x[at] < x0 + (y[at] - y0) * (x1 - x0) / (y1 - y0)
        found = np.empty(len(x), bool)
        found[upward] = inside
        return found.reshape(points.shape[:-1])

    def distance(self, points: np.ndarray) -> np.ndarray:
        """Return the distance of points, (..., 2), to the nearest side."""
        points = np.asarray(points, float)
        flat, found = points.reshape(-1, 2), np.empty(points.size // 2)
        left, number = np.arange(len(flat)), NEIGHBOURS
        while len(left):
            chunks = np.array_split(left, len(left) * number // AT_ONCE + 1)
            nearest = [self._nearest(flat[chunk], number) for chunk in chunks]
            found[left], sure = (np.concatenate(parts) for parts in zip(*nearest, strict=True))
            left, number = left[~sure], 8 * number
        return found.reshape(points.shape[:-1])

    def _nearest(self, points: np.ndarray, number: int) -> tuple[np.ndarray, np.ndarray]:
        """The distance of points, (point, 2), to some sides around them, and whether none is nearer."""
        tree, owners, reach = self._pieces
        number = min(number, len(owners))
        gaps, near = tree.query(points, np.arange(1, number + 1))
        found = _distances(points[:, None], self.sides[owners[near]]).min(axis=1)
        return found, (gaps[:, -1] - reach > found) | (number == len(owners))

    @functools.cached_property
    def _pieces(self) -> tuple:
        """Middles of the sides cut to about one length, as a tree; their sides; half the longest."""
        from scipy.spatial import cKDTree

        number = np.ceil(self.lengths / self.lengths.mean()).astype(int)
        owners = np.repeat(np.arange(len(number)), number)
        place = np.arange(len(owners)) - np.repeat(np.cumsum(number) - number, number)
        start, end = np.moveaxis(self.sides[owners], 1, 0)
        middles = start + ((place + 0.5) / number[owners])[:, None] * (end - start)
        return cKDTree(middles), owners, float((self.lengths / number).max()) / 2


def _distances(points: np.ndarray, sides: np.ndarray) -> np.ndarray:
    """Distances of points, (..., 2), to sides, (..., 2, 2)."""
    start, along = sides[..., 0, :], sides[..., 1, :] - sides[..., 0, :]
    share = ((points - start) * along).sum(axis=-1) / (along**2).sum(axis=-1)
    gaps = points - start - np.clip(share, 0, 1)[..., None] * along
    return np.linalg.norm(gaps, axis=-1)
