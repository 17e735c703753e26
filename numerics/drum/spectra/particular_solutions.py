"""The method of particular solutions: waves that fit the corners, one eigenvalue at a time.

Every J_{k alpha}(sqrt(lambda) r) sin(k alpha theta), alpha = pi/w, has the eigenvalue lambda and is 0
on both sides of a corner of angle w. Where a sum of them can vanish on the other sides too without
vanishing inside, lambda is an eigenvalue of the polygon (Betcke and Trefethen 2005).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from numerics.drum.drums import require_whole
from numerics.drum.shapes.polygon import Polygon
from numerics.drum.spectra.corner_waves import CornerWaves, require_free_cuts
from numerics.drum.spectra.polygon_points import interior_points, quadrature, side_points
from numerics.drum.spectra.spectrum import Spectrum
from theory.errors import ArgumentError

TERMS_ALONE, TERMS_TOGETHER = 60, 24  # at a single singular corner, at each of several
SIDE_POINTS = 80
INSIDE_POINTS = 120
DENSE_POINTS = 2000  # a side, where the bound is looked for
DEPENDENT = 1e-14  # what is left of a column, relatively, that the others contain
SCAN = 16  # steps across the range, of which the lowest is refined
NARROWEST = 1e-15  # range, relative


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
    require_free_cuts(waves)
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


def _require_near(values: np.ndarray, within: float) -> None:
    positive = values.ndim == 1 and values.size and (np.isfinite(values) & (values > 0)).all()
    if not positive or (np.diff(values) < 0).any():
        raise ArgumentError(
            "near", values, "must be positive, finite and ascending", "pass sorted eigenvalues"
        )
    if not 0 < within < 1:
        raise ArgumentError("within", within, "must lie between 0 and 1", "pass 0.01, say")
