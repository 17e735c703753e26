"""Which few columns explain a rate: thresholded least squares at every threshold, and all supports."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import scipy.linalg

from theory.errors import ArgumentError

ALPHA = 1e-5
LARGEST_SUPPORT = 4
EXACT = 1e-6
"""Relative residual below which a support explains the rates but for rounding."""


@dataclasses.dataclass(frozen=True)
class Selection:
    """A support, and an interval of thresholds that lead to it.

    Parameters
    ----------
    support : tuple of int
        Columns, ascending.
    above, upto : float
        Every threshold with above < threshold <= upto gives this support.
    """

    support: tuple[int, ...]
    above: float
    upto: float


def least_squares(columns: np.ndarray, rates: np.ndarray, support: tuple[int, ...]) -> np.ndarray:
    """Return the coefficients (terms,) of plain least squares on a support, 0 elsewhere.

    Columns are brought to norm 1 for the solution: their sizes differ by many orders.
    """
    coefficients = np.zeros(columns.shape[1])
    if support:
        chosen = columns[:, support]
        norms = np.linalg.norm(chosen, axis=0)
        coefficients[list(support)] = np.linalg.lstsq(chosen / norms, rates, rcond=None)[0] / norms
    return coefficients


def column_norms(columns: np.ndarray) -> np.ndarray:
    """Return the root of the sum of squares of each column, (terms,).

    Raises
    ------
    ArgumentError
        For a column that is 0 everywhere.
    """
    norms = np.linalg.norm(columns, axis=0)
    if not norms.all():
        raise ArgumentError(
            "columns",
            f"column {int(np.flatnonzero(norms == 0)[0])} is 0 everywhere",
            "must each hold something",
            "leave it out",
        )
    return norms


class NormalEquations:
    """Products of columns of norm 1 with each other and with the rates: all that a selection needs.

    Parameters
    ----------
    columns : ndarray, (points, terms)
    rates : ndarray, (points,)

    Raises
    ------
    ArgumentError
        For a column that is 0 everywhere.
    """

    def __init__(self, columns: np.ndarray, rates: np.ndarray):
        normed = columns / column_norms(columns)
        self.products = normed.T @ normed
        self.moments = normed.T @ rates

    def ridge(self, support: np.ndarray, alpha: float) -> np.ndarray:
        """Return the coefficients (kept,) of ridge regression on columns of norm 1."""
        kept = np.ix_(support, support)
        system = self.products[kept] + alpha * np.eye(int(support.sum()))
        return scipy.linalg.solve(system, self.moments[support], assume_a="pos")


def stlsq(normal: NormalEquations, threshold: float, *, alpha: float = ALPHA) -> Selection:
    """Select by sequentially thresholded ridge regression on columns of norm 1, as PySINDy 2.1 does.

    Solve on the columns kept, drop those whose coefficient is below the threshold, until none is.
    Thresholds compare with coefficients of columns of norm 1: they grow with the square root of the
    number of points.

    Parameters
    ----------
    normal : NormalEquations
    threshold : float
        At least 0.
    alpha : float
        Weight of the squared coefficients. It acts on the selection only: coefficients come from
        `least_squares` on the support.

    Returns
    -------
    Selection
        With the interval of thresholds that take the same path: from the largest coefficient that
        was dropped to the smallest that was kept.

    Raises
    ------
    ArgumentError
        For a negative threshold.

    Source: S. L. Brunton, J. L. Proctor, J. N. Kutz, PNAS 113, 3932 (2016).
    """
    if not threshold >= 0:
        raise ArgumentError("threshold", threshold, "must be at least 0", "pass 0 to keep all")
    kept = np.ones(len(normal.moments), dtype=bool)
    above, upto = -np.inf, np.inf
    while kept.any():
        sizes = np.abs(normal.ridge(kept, alpha))
        stays = sizes >= threshold
        above = max(above, sizes[~stays].max(initial=-np.inf))
        upto = min(upto, sizes[stays].min(initial=np.inf))
        kept[np.flatnonzero(kept)[~stays]] = False
        if stays.all():
            break
    return Selection(tuple(map(int, np.flatnonzero(kept))), float(above), float(upto))


def threshold_path(normal: NormalEquations, *, alpha: float = ALPHA) -> list[Selection]:
    """Return the selections for all thresholds from 0 to infinity, without gaps.

    Each starts where the one before ends, so that none is missed. Neighbours may have the same
    support, and a support can come back further up: supports are neither nested nor monotone.
    """
    path = [stlsq(normal, 0.0, alpha=alpha)]
    while path[-1].upto < np.inf:
        path.append(stlsq(normal, np.nextafter(path[-1].upto, np.inf), alpha=alpha))
    return path


def threshold_intervals(path: list[Selection]) -> dict[tuple[int, ...], list[tuple[float, float]]]:
    """Return for each support of a path the intervals (above, upto] over which it holds, joined."""
    intervals: dict[tuple[int, ...], list[tuple[float, float]]] = {}
    before: tuple[int, ...] | None = None
    start = 0.0
    for selection in path:
        found = intervals.setdefault(selection.support, [])
        if selection.support == before:
            found[-1] = (found[-1][0], selection.upto)
        else:
            found.append((start, selection.upto))
        before, start = selection.support, selection.upto
    return intervals


def bayes_criterion(residual: float, points: int, terms: int) -> float:
    """Return n log(RSS/n) + k log n; minus infinity where nothing is left."""
    if residual <= 0:
        return -np.inf
    return points * np.log(residual / points) + terms * np.log(points)


def best_by_size(
    columns: np.ndarray, rates: np.ndarray, *, largest: int = LARGEST_SUPPORT
) -> list[tuple[tuple[int, ...], float]]:
    """Return for 1, 2, ..., `largest` columns the support of the smallest squared residual, and this.

    Of all supports: at 4 of 12 columns, 793 of them.

    Parameters
    ----------
    columns : ndarray, (rows, terms)
    rates : ndarray, (rows,)
    largest : int

    Raises
    ------
    ArgumentError
        For a column that is 0 everywhere.
    """
    # an orthogonal basis first: products of the columns would square their condition
    basis, reduced = np.linalg.qr(columns / column_norms(columns))
    target = basis.T @ rates
    outside = rates - basis @ target
    found = []
    for size in range(1, largest + 1):
        supports = np.array(list(itertools.combinations(range(columns.shape[1]), size)))
        residuals = float(outside @ outside) + _residuals(reduced, target, supports)
        least = int(np.argmin(residuals))
        found.append((tuple(map(int, supports[least])), float(residuals[least])))
    return found


def best_support(
    columns: np.ndarray, rates: np.ndarray, *, largest: int = LARGEST_SUPPORT
) -> tuple[int, ...]:
    """Return the best of all supports of up to `largest` columns.

    The smallest that leaves a relative residual below 1e-6, or else that of the smallest criterion
    n log(RSS/n) + k log n: on data without noise the criterion alone adds terms that fit rounding.

    Parameters
    ----------
    columns : ndarray, (rows, terms)
    rates : ndarray, (rows,)
    largest : int

    Examples
    --------
    >>> columns = np.random.default_rng(0).standard_normal((50, 12))
    >>> best_support(columns, 2 * columns[:, 3] - columns[:, 8])
    (3, 8)
    """
    candidates = best_by_size(columns, rates, largest=largest)
    exact = exact_support(candidates, rates)
    if exact is not None:
        return exact
    return min(candidates, key=lambda c: bayes_criterion(c[1], len(rates), len(c[0])))[0]


def exact_support(
    candidates: list[tuple[tuple[int, ...], float]], rates: np.ndarray
) -> tuple[int, ...] | None:
    """Return the first candidate that leaves a relative residual below 1e-6, if there is one."""
    smallest = EXACT * np.linalg.norm(rates)
    return next((support for support, rest in candidates if np.sqrt(rest) < smallest), None)


def _residuals(reduced: np.ndarray, target: np.ndarray, supports: np.ndarray) -> np.ndarray:
    """Squared residuals of least squares on each support, (supports,)."""
    chosen = np.moveaxis(reduced[:, supports], 0, 1)  # (supports, rows, size)
    basis = np.linalg.qr(chosen)[0]
    left = target - np.einsum("srk,sk->sr", basis, np.einsum("srk,r->sk", basis, target))
    return np.einsum("sr,sr->s", left, left)
