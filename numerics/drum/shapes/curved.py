"""Domains with a curved wall whose spectrum is known: disk, annulus, sector."""

from __future__ import annotations

import dataclasses

import numpy as np

from numerics.drum.shapes.heat_constants import of_arc, of_corners, of_smooth_walls
from numerics.drum.shapes.rings import require_length
from theory.errors import ArgumentError


@dataclasses.dataclass(frozen=True)
class Disk:
    """The disk of a radius around (0, 0).

    Raises
    ------
    ArgumentError
        For a radius that is not positive and finite.

    Examples
    --------
    >>> Disk(2.0).contains([[0.0, 1.9], [0.0, 2.1]]).tolist()
    [True, False]
    """

    radius: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "radius", require_length("radius", self.radius))

    @property
    def area(self) -> float:
        """Pi R^2."""
        return np.pi * self.radius**2

    @property
    def perimeter(self) -> float:
        """2 pi R."""
        return 2 * np.pi * self.radius

    @property
    def heat_constant(self) -> float:
        """C of the heat trace."""
        return of_smooth_walls(holes=0)

    @property
    def box(self) -> np.ndarray:
        """Lower left and upper right corner of what it fits into, (2, 2)."""
        return self.radius * np.array([[-1.0, -1.0], [1.0, 1.0]])

    def contains(self, points: np.ndarray) -> np.ndarray:
        """Return whether points, (..., 2), lie inside."""
        return _radii(points) < self.radius

    def distance(self, points: np.ndarray) -> np.ndarray:
        """Return the distance of points, (..., 2), to the wall."""
        return np.abs(_radii(points) - self.radius)


@dataclasses.dataclass(frozen=True)
class Annulus:
    """What lies between two circles around (0, 0).

    Raises
    ------
    ArgumentError
        For radii that are not positive and finite, or an inner one not below the outer one.
    """

    inner: float = 0.5
    outer: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "inner", require_length("inner", self.inner))
        object.__setattr__(self, "outer", require_length("outer", self.outer))
        if self.inner >= self.outer:
            raise ArgumentError(
                "inner", self.inner, f"must be below the outer radius {self.outer}", "make it less"
            )

    @property
    def area(self) -> float:
        """Pi (R^2 - r^2)."""
        return np.pi * (self.outer - self.inner) * (self.outer + self.inner)

    @property
    def perimeter(self) -> float:
        """2 pi (R + r): both circles."""
        return 2 * np.pi * (self.inner + self.outer)

    @property
    def heat_constant(self) -> float:
        """C of the heat trace."""
        return of_smooth_walls(holes=1)

    @property
    def box(self) -> np.ndarray:
        """Lower left and upper right corner of what it fits into, (2, 2)."""
        return self.outer * np.array([[-1.0, -1.0], [1.0, 1.0]])

    def contains(self, points: np.ndarray) -> np.ndarray:
        """Return whether points, (..., 2), lie inside."""
        radii = _radii(points)
        return (self.inner < radii) & (radii < self.outer)

    def distance(self, points: np.ndarray) -> np.ndarray:
        """Return the distance of points, (..., 2), to the nearer circle."""
        radii = _radii(points)
        return np.minimum(np.abs(radii - self.inner), np.abs(radii - self.outer))


@dataclasses.dataclass(frozen=True)
class Sector:
    """Polar angles from 0 to `angle`, radii below `radius`: straight sides and an arc.

    The angle 2 pi is a disk slit along the positive x axis.

    Raises
    ------
    ArgumentError
        For an angle outside (0, 2 pi], a radius that is not positive and finite.
    """

    angle: float
    radius: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "angle", require_length("angle", self.angle))
        object.__setattr__(self, "radius", require_length("radius", self.radius))
        if self.angle > 2 * np.pi:
            raise ArgumentError(
                "angle", self.angle, f"must lie in (0, 2 pi], 2 pi = {2 * np.pi}", "pass radians"
            )

    @property
    def area(self) -> float:
        """Beta R^2/2."""
        return self.angle * self.radius**2 / 2

    @property
    def perimeter(self) -> float:
        """(2 + beta) R: two straight sides, lips of one slit if beta is 2 pi, and the arc."""
        return (2 + self.angle) * self.radius

    @property
    def heat_constant(self) -> float:
        """C of the heat trace: of the corners beta, pi/2, pi/2 and of the arc."""
        return of_corners(np.array([self.angle, np.pi / 2, np.pi / 2])) + of_arc(self.angle)

    @property
    def ends(self) -> np.ndarray:
        """Where the arc begins and ends, (2, 2)."""
        last = [np.cos(self.angle), np.sin(self.angle)]
        if self.angle == 2 * np.pi:
            last = [1.0, 0.0]  # the sine of the float 2 pi is not 0
        return self.radius * np.array([[1.0, 0.0], last])

    @property
    def box(self) -> np.ndarray:
        """Lower left and upper right corner of what it fits into, (2, 2)."""
        on_axes = self.radius * np.array([[0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
        reached = on_axes[np.pi / 2 * np.arange(1, 4) <= self.angle]
        outermost = np.concatenate([np.zeros((1, 2)), self.ends, reached])
        return np.stack([outermost.min(axis=0), outermost.max(axis=0)])

    def contains(self, points: np.ndarray) -> np.ndarray:
        """Return whether points, (..., 2), lie inside."""
        angles = _angles(points)
        return (angles > 0) & (angles < self.angle) & (_radii(points) < self.radius)

    def distance(self, points: np.ndarray) -> np.ndarray:
        """Return the distance of points, (..., 2), to the nearest of the two sides and the arc."""
        points = np.asarray(points, float)
        nearest = np.full(points.shape[:-1], np.inf)
        for end in self.ends:
            share = np.clip(points @ end / self.radius**2, 0, 1)
            nearest = np.minimum(nearest, _radii(points - share[..., None] * end))
            nearest = np.minimum(nearest, _radii(points - end))
        to_arc = np.abs(_radii(points) - self.radius)
        return np.where(_angles(points) <= self.angle, np.minimum(nearest, to_arc), nearest)


def _radii(points: np.ndarray) -> np.ndarray:
    x, y = np.moveaxis(np.asarray(points, float), -1, 0)
    return np.hypot(x, y)


def _angles(points: np.ndarray) -> np.ndarray:
    """Polar angles in [0, 2 pi)."""
    x, y = np.moveaxis(np.asarray(points, float), -1, 0)
    return np.arctan2(y, x) % (2 * np.pi)
