"""Points inside a polygon and on its sides: to integrate, and to fit."""

from __future__ import annotations

import itertools

import numpy as np

from numerics.drum.shapes.polygon import Polygon


def quadrature(polygon: Polygon, order: int = 24) -> tuple[np.ndarray, np.ndarray]:
    """Return Gauss points, (point, 2), and weights, (point,), of a polygon.

    Between the heights of two neighbouring vertices it falls into trapezia, `order` points each way.
    """
    places, weights = np.polynomial.legendre.leggauss(order)
    places, weights = (places + 1) / 2, weights / 2
    points, shares = [], []
    for low, high in itertools.pairwise(np.unique(polygon.corners[:, 1])):
        y = low + (high - low) * places
        crossings = _crossings(polygon, low, high, y)
        for left, right in zip(crossings[::2], crossings[1::2], strict=True):
            x = left + (right - left) * places[:, None]
            points.append(np.stack(np.broadcast_arrays(x, y), axis=-1).reshape(-1, 2))
            shares.append(np.ravel((high - low) * np.outer(weights, weights * (right - left))))
    return np.concatenate(points), np.concatenate(shares)


def _crossings(polygon: Polygon, low: float, high: float, y: np.ndarray) -> list[np.ndarray]:
    """Where the sides that span a strip are at heights within it, from left to right, (y,) each."""
    start, end = np.moveaxis(polygon.sides, 1, 0)
    span = (np.minimum(start, end)[:, 1] <= low) & (np.maximum(start, end)[:, 1] >= high)
    span &= start[:, 1] != end[:, 1]
    share = (y - start[span, 1, None]) / (end - start)[span, 1, None]
    across = start[span, 0, None] + share * (end - start)[span, 0, None]
    return list(across[np.argsort(across.mean(axis=1))])


def side_points(polygon: Polygon, count: int) -> np.ndarray:
    """Return points on the sides, denser towards their ends, (point, 2).

    The two sides of a single singular corner are left out: its waves are 0 there.
    """
    (corners,), sides = np.nonzero(polygon.singular), polygon.sides
    if len(corners) == 1:
        own = polygon.corners[corners[0]]
        sides = sides[~(sides == own).all(axis=2).any(axis=1)]
    share = (1 - np.cos(np.pi * (np.arange(count) + 0.5) / count)) / 2
    return np.concatenate([start + share[:, None] * (end - start) for start, end in sides])


def interior_points(polygon: Polygon, count: int, generator: np.random.Generator) -> np.ndarray:
    """Return points drawn evenly from the inside, (point, 2)."""
    (low, high), found = polygon.box, np.empty((0, 2))
    while len(found) < count:
        drawn = generator.uniform(low, high, size=(2 * count, 2))
        found = np.concatenate([found, drawn[polygon.contains(drawn)]])
    return found[:count]
