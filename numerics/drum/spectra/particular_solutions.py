"""The method of particular solutions: waves that fit the corners, one eigenvalue at a time.

Every J_{k alpha}(sqrt(lambda) r) sin(k alpha theta), alpha = pi/w, has the eigenvalue lambda and is 0
on both sides of a corner of angle w. Where a sum of them can vanish on the other sides too without
vanishing inside, lambda is an eigenvalue of the polygon (Betcke and Trefethen 2005).
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Sequence

import numpy as np

from numerics.drum.drums import require_whole
from numerics.drum.shapes.polygon import Polygon
from numerics.drum.spectra.spectrum import Spectrum
from theory.errors import ArgumentError

TERMS_ALONE, TERMS_TOGETHER = 60, 24  # at a single singular corner, at each of several
SIDE_POINTS = 80
INSIDE_POINTS = 120
DENSE_POINTS = 2000  # a side, where the bound is looked for
DEPENDENT = 1e-14  # what is left of a column, relatively, that the others contain
SCAN = 16  # steps across the range, of which the lowest is refined
NARROWEST = 1e-15  # range, relative


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


def particular_solution(
    polygon: Polygon,
    near: float | Sequence[float],
    *,
    within: float = 0.01,
    terms: int | None = None,
    seed: int = 0,
) -> Spectrum:
    """Return the eigenvalue next to each value given, with the bound of Moler and Payne.

    With u the best sum of waves, eps = sqrt(A) max|u| on the boundary/||u||: SOME eigenvalue lies
    between lambda/(1 + eps) and lambda/(1 - eps). Which one, the bound does not say.

    Parameters
    ----------
    near : float, or sequence of float, (mode,)
        Eigenvalues as finite elements or a grid give them, ascending.
    within : float
        How far around them to look, relatively.
    terms : int, optional
        Waves at each corner; 60 at a single one, 24 at each of several by default. Many more become
        dependent on each other and do not help.
    seed : int
        Of the points inside, where u must not vanish.

    Raises
    ------
    ArgumentError
        For a polygon without a singular corner, or with one whose bisector outside meets the polygon
        again; for values that are not positive and ascending; if nothing is found within the range,
        or the sum leaves so much on the boundary that there is no bound.
    """
    values = np.atleast_1d(np.array(near, float))
    _require_near(values, within)
    waves = CornerWaves(polygon, _terms(polygon, terms))
    _require_free_cuts(polygon, waves.corners)
    search, proof = _Search(waves, seed), _Proof(waves)
    found = np.array([search.lowest(value, within) for value in values])
    bounds = np.array([proof.bound(one, *search.fit(one)) for one in found])
    if (bounds >= 1).any():
        raise ArgumentError(
            "terms",
            waves.terms,
            f"leave a boundary value of {bounds.max():.2g} of the norm; it must be below 1",
            "take more, or use finite elements",
        )
    return Spectrum(found, found * bounds / (1 - bounds), "particular solutions", waves.orders.size)


def _terms(polygon: Polygon, terms: int | None) -> int:
    singular = int(np.count_nonzero(polygon.singular))
    if not singular:
        raise ArgumentError(
            "polygon",
            f"{len(polygon.corners)} corners, none singular",
            "pi over some angle must not be whole",
            "use the exact formula if it has one, else finite elements",
        )
    if terms is None:
        return TERMS_ALONE if singular == 1 else TERMS_TOGETHER
    require_whole("terms", terms, 1)
    return terms


class _Search:
    """How little of a sum of waves can be on the boundary, for 1 in all, as lambda varies."""

    def __init__(self, waves: CornerWaves, seed: int):
        boundary = side_points(waves.polygon, SIDE_POINTS)
        inside = interior_points(waves.polygon, INSIDE_POINTS, np.random.default_rng(seed))
        self.boundary = len(boundary)
        self.values = waves.at(np.concatenate([boundary, inside]))

    def tension(self, eigenvalue: float) -> float:
        """Return sigma, the smallest singular value of the boundary's rows of an orthonormal basis."""
        from scipy.linalg import svdvals

        basis, *_ = self._basis(eigenvalue)
        return float(svdvals(basis[: self.boundary])[-1])

    def fit(self, eigenvalue: float) -> tuple[np.ndarray, np.ndarray]:
        """Return which waves the best sum has, and how much of each."""
        from scipy.linalg import solve_triangular, svd

        basis, triangle, chosen, sizes = self._basis(eigenvalue)
        best = svd(basis[: self.boundary], full_matrices=False)[2][-1]
        return chosen, solve_triangular(triangle, best) / sizes[chosen]

    def lowest(self, near: float, within: float) -> float:
        """Return where sigma has its lowest minimum in a range: V-shaped, so by golden section."""
        places = near * (1 + within * np.linspace(-1, 1, SCAN + 1))
        best = int(np.argmin([self.tension(place) for place in places]))
        if best in (0, SCAN):
            raise ArgumentError(
                "near",
                float(near),
                f"must be within {within:.2g} of an eigenvalue, relatively; "
                "sigma has no minimum there",
                "start from finite elements",
            )
        return _golden(self.tension, places[best - 1], places[best + 1])

    def _basis(self, eigenvalue: float) -> tuple[np.ndarray, ...]:
        """Orthonormal columns, the triangle and the waves behind them, and the size of each wave."""
        from scipy.linalg import qr

        values = self.values(eigenvalue)
        sizes = np.linalg.norm(values, axis=0)
        basis, triangle, order = qr(values / sizes, mode="economic", pivoting=True)
        left = np.abs(np.diag(triangle))
        rank = int(np.count_nonzero(left > DEPENDENT * left[0]))
        return basis[:, :rank], triangle[:rank, :rank], order[:rank], sizes


def _golden(function: Callable[[float], float], low: float, high: float) -> float:
    share = (np.sqrt(5) - 1) / 2
    left, right = high - share * (high - low), low + share * (high - low)
    at_left, at_right = function(left), function(right)
    while high - low > NARROWEST * high and low < left < right < high:
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - share * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + share * (high - low)
            at_right = function(right)
    return float(left if at_left < at_right else right)


class _Proof:
    """What a sum of waves leaves on a dense boundary, over its norm inside."""

    def __init__(self, waves: CornerWaves):
        points, self.weights = quadrature(waves.polygon)
        self.inside = waves.at(points)
        self.wall = waves.at(side_points(waves.polygon, DENSE_POINTS))
        self.area = waves.polygon.area

    def bound(self, eigenvalue: float, chosen: np.ndarray, shares: np.ndarray) -> float:
        """Return eps = sqrt(A) max|u| on the boundary/||u||."""
        left = np.abs(self.wall(eigenvalue)[:, chosen] @ shares).max()
        norm = np.sqrt(self.weights @ (self.inside(eigenvalue)[:, chosen] @ shares) ** 2)
        return float(np.sqrt(self.area) * left / norm)


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


def _direction(polygon: Polygon, corner: int) -> float:
    (x0, y0), (x1, y1) = polygon.sides[corner]
    return float(np.arctan2(y1 - y0, x1 - x0))


def _require_free_cuts(polygon: Polygon, corners: np.ndarray) -> None:
    for corner in corners:
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


def _require_near(values: np.ndarray, within: float) -> None:
    positive = values.ndim == 1 and values.size and (np.isfinite(values) & (values > 0)).all()
    if not positive or (np.diff(values) < 0).any():
        raise ArgumentError(
            "near", values, "must be positive, finite and ascending", "pass sorted eigenvalues"
        )
    if not 0 < within < 1:
        raise ArgumentError("within", within, "must lie between 0 and 1", "pass 0.01, say")
