"""The wall of a polygon in pieces, short enough for a mesh, and cut where a mesh misses one."""

from __future__ import annotations

import dataclasses

import numpy as np

from numerics.drum.shapes.polygon import Polygon
from numerics.drum.spectra.widths import Widths

SLACK = 1e-9  # of the longest piece, relative; of a piece, from its ends to where it is cut
WHOLE = 1e-12  # of a number of parts
ASIDE = 0.25  # of a piece, from its ends to where it is cut only to be shorter


@dataclasses.dataclass(frozen=True, eq=False)
class Wall:
    """Points on the sides of a polygon, ring by ring; piece i begins at point i.

    Parameters
    ----------
    points : ndarray, (point, 2)
    rings : ndarray of int, (point,)
        The number of the ring that each is on, ascending.
    """

    points: np.ndarray
    rings: np.ndarray

    @property
    def ends(self) -> np.ndarray:
        """The number of the point where each piece ends, (piece,)."""
        after = np.arange(1, len(self.rings) + 1)
        firsts = np.searchsorted(self.rings, self.rings)
        return np.where(np.append(np.diff(self.rings), 1) > 0, firsts, after)

    @property
    def pieces(self) -> np.ndarray:
        """From point to point, (piece, 2, 2)."""
        return np.stack([self.points, self.points[self.ends]], axis=1)

    def narrowed(self, widths: Widths, most: float, *, facing: bool = False) -> Wall:
        """Return a wall cut until no piece is longer than the width at its middle, or there are too many.

        Parameters
        ----------
        most : float
            Where there are more pieces no one is cut again.
        facing : bool
            Cut opposite a point of the wall's other side, if it is near and in the middle half of a
            piece; otherwise, always halve.
        """
        wall = self
        while len(wall.points) <= most:
            middles, lengths = _measures(wall.pieces)
            long = np.flatnonzero(lengths > (1 + SLACK) * widths.at(middles))
            if not len(long):
                break
            wall = wall._cut(long, wall._opposite(long, ASIDE) if facing else middles[long])
        return wall

    def cut(self, missed: np.ndarray) -> tuple[Wall, np.ndarray]:
        """Return a wall in which some pieces are cut opposite its other side, and the parts, (part, 2, 2).

        A mesh misses a piece only if a point lies in the circle over it. Cut opposite that point,
        where there is one; so the two sides of a gap, be it a wedge, come to face each other point
        by point. Halves alone never do: towards the tip of a wedge they miss each other again.

        Parameters
        ----------
        missed : ndarray of bool, (piece,)
        """
        chosen = np.flatnonzero(missed)
        start, end = np.moveaxis(self.pieces[chosen], 1, 0)
        places = self._opposite(chosen, SLACK)
        parts = np.stack([np.stack([start, places], axis=1), np.stack([places, end], axis=1)])
        return self._cut(chosen, places), parts.reshape(-1, 2, 2)

    def _cut(self, chosen: np.ndarray, places: np.ndarray) -> Wall:
        return Wall(
            np.insert(self.points, chosen + 1, places, axis=0),
            np.insert(self.rings, chosen + 1, self.rings[chosen]),
        )

    def _opposite(self, chosen: np.ndarray, aside: float) -> np.ndarray:
        """Opposite the nearest point of the wall; in the middle if that is far, or too much aside."""
        from scipy.spatial import cKDTree

        pieces = self.pieces[chosen]
        middles, lengths = _measures(pieces)
        distances, nearest = cKDTree(self.points).query(middles)
        start, along = pieces[:, 0], pieces[:, 1] - pieces[:, 0]
        shares = ((self.points[nearest] - start) * along).sum(axis=1) / lengths**2
        facing = (distances < (1 - SLACK) * lengths / 2) & (np.abs(shares - 1 / 2) < 1 / 2 - aside)
        return np.where(facing[:, None], start + shares[:, None] * along, middles)


def wall_of(polygon: Polygon, spacing: float) -> Wall:
    """Return the wall of a polygon, each side in equal pieces of at most one spacing."""
    number = np.maximum(np.ceil(polygon.lengths / spacing - WHOLE).astype(int), 1)
    side = np.repeat(np.arange(len(number)), number)
    place = np.arange(len(side)) - np.repeat(np.cumsum(number) - number, number)
    start, end = np.moveaxis(polygon.sides[side], 1, 0)
    rings = np.repeat(np.arange(len(polygon.rings)), [len(ring) for ring in polygon.rings])
    return Wall(start + (place / number[side])[:, None] * (end - start), rings[side])


def _measures(pieces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Middles and lengths of pieces."""
    return pieces.mean(axis=1), np.linalg.norm(pieces[:, 1] - pieces[:, 0], axis=1)
