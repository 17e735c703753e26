"""Waves that fit the singular corners of a polygon: 0 on both sides of theirs, smooth inside."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from numerics.drum.shapes.polygon import Polygon
from theory.errors import ArgumentError


@dataclasses.dataclass(frozen=True, eq=False)
class CornerWaves:
    """J_{k alpha}(sqrt(lambda) r) sin(k alpha theta), k = 1, ..., N, at the singular corners.

    theta runs from the side that starts at the corner; its branch is cut along the bisector outside.
    N is the number of terms at each corner.
    """

    polygon: Polygon
    terms: int

    @property
    def corners(self) -> np.ndarray:
        """Numbers of the singular corners, (corner,)."""
        return np.flatnonzero(self.polygon.singular)

    @property
    def orders(self) -> np.ndarray:
        """Orders k alpha, corner by corner, (wave,)."""
        alpha = np.pi / self.polygon.angles[self.corners]
        return np.ravel(alpha[:, None] * np.arange(1, self.terms + 1))

    def at(self, points: np.ndarray) -> Callable[[float], np.ndarray]:
        """Return the function that gives all waves at points, (point, 2), for a lambda: (point, wave)."""
        from scipy.special import jv

        polar = [self._polar(corner, points) for corner in self.corners]
        radii = np.repeat(np.stack([r for r, _ in polar], axis=1), self.terms, axis=1)
        turns = np.repeat(np.stack([theta for _, theta in polar], axis=1), self.terms, axis=1)
        orders, sines = self.orders, np.sin(self.orders * turns)
        return lambda eigenvalue: jv(orders, np.sqrt(eigenvalue) * radii) * sines

    def _polar(self, corner: int, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        x, y = (points - self.polygon.corners[corner]).T
        cut = self.polygon.angles[corner] / 2 - np.pi
        turn = np.arctan2(y, x) - _direction(self.polygon, corner)
        return np.hypot(x, y), (turn - cut) % (2 * np.pi) + cut


def _direction(polygon: Polygon, corner: int) -> float:
    (x0, y0), (x1, y1) = polygon.sides[corner]
    return float(np.arctan2(y1 - y0, x1 - x0))


def require_free_cuts(waves: CornerWaves) -> None:
    """Raise `ArgumentError` if the bisector outside of one of the corners meets the polygon again."""
    polygon = waves.polygon
    for corner in waves.corners:
        place = polygon.corners[corner]
        turn = _direction(polygon, corner) + polygon.angles[corner] / 2 + np.pi
        if _meets(polygon, place, np.array([np.cos(turn), np.sin(turn)])):
            raise ArgumentError(
                "polygon",
                f"a singular corner at {tuple(place.tolist())}",
                "its bisector outside must not meet the polygon again: waves would jump there",
                "use finite elements",
            )


def _meets(polygon: Polygon, place: np.ndarray, ray: np.ndarray) -> bool:
    """Return whether a ray from a corner meets a side that does not end there."""
    sides = polygon.sides[~(polygon.sides == place).all(axis=2).any(axis=1)] - place
    across = sides[..., 1] * ray[0] - sides[..., 0] * ray[1]
    ahead = sides @ ray
    crosses = (across[:, 0] > 0) != (across[:, 1] > 0)
    gap = np.where(crosses, across[:, 0] - across[:, 1], 1.0)
    at = ahead[:, 0] + across[:, 0] / gap * (ahead[:, 1] - ahead[:, 0])
    return bool((crosses & (at > 0)).any())
