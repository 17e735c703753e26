"""How wide a mesh may be at a point: one spacing, and less near short sides."""

from __future__ import annotations

import dataclasses

import numpy as np

from numerics.drum.shapes.polygon import Polygon

GROWTH = 0.5  # of the width, for each unit of distance from a short side


@dataclasses.dataclass(frozen=True, eq=False)
class Widths:
    """The width at a point: a spacing, or the length of a short side and half the distance to its end.

    Parameters
    ----------
    spacing : float
        Where no short side is near.
    ends : ndarray, (end, 2)
        Of short sides.
    lengths : ndarray, (end,)
        Of the side, the shorter one where two meet.
    """

    spacing: float
    ends: np.ndarray
    lengths: np.ndarray

    def at(self, points: np.ndarray) -> np.ndarray:
        """Return the widths at points, (point, 2)."""
        from scipy.spatial import cKDTree

        found = np.full(len(points), self.spacing)
        octaves = np.floor(np.log2(self.spacing / self.lengths))
        for octave in np.unique(octaves):  # of one: the nearest is about the least
            ends, lengths = self.ends[octaves == octave], self.lengths[octaves == octave]
            distances, nearest = cKDTree(ends).query(points)
            found = np.minimum(found, lengths[nearest] + GROWTH * distances)
        return found

    def with_sides(self, sides: np.ndarray) -> Widths:
        """Return the widths if there are more short sides, (side, 2, 2)."""
        lengths = np.linalg.norm(sides[:, 1] - sides[:, 0], axis=1)
        return Widths(
            self.spacing,
            np.concatenate([self.ends, sides.reshape(-1, 2)]),
            np.concatenate([self.lengths, np.repeat(lengths, 2)]),
        )


def widths_of(polygon: Polygon, spacing: float) -> Widths:
    """Return the widths in a polygon: its sides below spacing/sqrt(2) are short."""
    none = Widths(spacing, np.empty((0, 2)), np.empty(0))
    return none.with_sides(polygon.sides[polygon.lengths < spacing / np.sqrt(2)])
