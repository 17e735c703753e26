"""Polygons, with holes or without: their geometry, and what of it a spectrum knows."""

from __future__ import annotations

import dataclasses
import functools
import itertools

import numpy as np

WHOLE = 1e-9  # pi over an angle counts as a whole number up to here


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
        powers = np.pi / self.angles
        return np.abs(powers - np.rint(powers)) > WHOLE

    @property
    def heat_constant(self) -> float:
        """C of the heat trace: the sum over corners of (pi^2 - w^2)/(24 pi w)."""
        return float(np.sum((np.pi**2 - self.angles**2) / (24 * np.pi * self.angles)))

    @property
    def box(self) -> np.ndarray:
        """Lower left and upper right corner of what it fits into, (2, 2)."""
        return np.stack([self.vertices.min(axis=0), self.vertices.max(axis=0)])

    def contains(self, points: np.ndarray) -> np.ndarray:
        """Return whether points, (..., 2), lie inside, by counting crossings; on a side is undecided."""
        x, y = np.moveaxis(np.asarray(points, float), -1, 0)
        inside = np.zeros(x.shape, bool)
        for (x0, y0), (x1, y1) in self.sides:
            if y0 != y1:
                crosses = (y0 > y) != (y1 > y)
                inside ^= crosses & (x < x0 + (y - y0) * (x1 - x0) / (y1 - y0))
        return inside

    def distance(self, points: np.ndarray) -> np.ndarray:
        """Return the distance of points, (..., 2), to the nearest side."""
        points = np.asarray(points, float)
        nearest = np.full(points.shape[:-1], np.inf)
        for start, end in self.sides:
            along = end - start
            share = np.clip((points - start) @ along / (along @ along), 0, 1)
            gap = points - start - share[..., None] * along
            nearest = np.minimum(nearest, np.linalg.norm(gap, axis=-1))
        return nearest
