"""The least weights that fit a data set: a group lasso over frequencies.

Of all weights with one map P, the smallest have ||k||^2 + ||W||^2 = (2/n) sum_f ||P^_f||, with
P^ = P conj(Q) (AM-GM at each frequency; reached where |k^_f| = ||b_f||). The least norm of weights
that interpolate is therefore a convex problem: min sum_f ||P^_f|| with P X^T = Y^T.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from numerics.linear_cnn.spectra import (
    conjugate_indices,
    from_spectrum,
    image_side,
    to_spectrum,
)
from theory.errors import ArgumentError

RANK = 1e-10  # singular values of the images below it, relative to the largest, count as 0
INTERPOLATION = 1e-9  # residual relative to the largest target
ACTIVE = 1e-8  # relative to the largest group norm
CERTIFICATE = 1e-8
SMALLEST_SMOOTHING = 1e-14
# Factor of the smoothing in an iteration, and iterations. The slower ones are for frequencies that
# are nearly active: at ||D_f|| = 1 - q such a group shrinks only by the factor 1 - q an iteration.
SCHEDULES = ((0.98, 1_500), (0.998, 20_000), (0.9998, 200_000))


@dataclasses.dataclass(frozen=True)
class MinimalNorm:
    """The map of least parameter norm, and the certificate that none is less.

    D_f = L conj(X^_f) with the multiplier L. P is the least where D_f = P^_f/||P^_f|| on active
    frequencies and ||D_f|| <= 1 on all others.

    Parameters
    ----------
    effective_map : ndarray, (p, N)
        P, in pixels.
    group_norms : ndarray, (N,)
        ||P^_f||.
    multiplier : ndarray, (p, M)
        L; the least one where dependent images leave a choice.
    dual_norms : ndarray, (N,)
        ||D_f||.
    iterations : int
        Of all schedules that were run.
    """

    effective_map: np.ndarray
    group_norms: np.ndarray
    multiplier: np.ndarray
    dual_norms: np.ndarray
    iterations: int

    @property
    def norm(self) -> float:
        """||k||^2 + ||W||^2 of the least weights, (2/n) sum_f ||P^_f||."""
        return float(2 * self.group_norms.sum() / image_side(len(self.group_norms)))

    @property
    def active(self) -> np.ndarray:
        """Whether a frequency is used, ||P^_f|| > 1e-8 of the largest: shape (N,)."""
        return self.group_norms > ACTIVE * self.group_norms.max()

    @property
    def spread(self) -> float:
        """Largest | ||D_f|| - 1 | of the active frequencies; 0 at the minimum."""
        return float(np.abs(self.dual_norms[self.active] - 1).max())

    @property
    def largest_inactive(self) -> float:
        """Largest ||D_f|| of the inactive frequencies, at most 1 at the minimum; 0 without any."""
        return float(self.dual_norms[~self.active].max(initial=0.0))


def minimal_norm(inputs: np.ndarray, targets: np.ndarray) -> MinimalNorm:
    """Return the map of least parameter norm that takes images to their targets.

    Iteratively reweighted least squares: w_f = sqrt(||P^_f||^2 + d^2) with a smoothing d that
    shrinks, L = Y^T (conj(X^) diag(w) X^^T)^-1, P^_f = w_f L conj(X^_f). A slower schedule follows
    where the certificate asks for it. Dependent images are replaced by an orthonormal basis of
    their rows (thin SVD), so more images than pixels will do if the targets agree.

    Parameters
    ----------
    inputs : ndarray, (M, N)
        Square grey images as rows.
    targets : ndarray, (M, p)
        Any real targets that a linear map of the images can take, not all zero.

    Raises
    ------
    ArgumentError
        For arrays of other shapes, values that are not finite, zero targets; if the targets cannot
        be interpolated, with the residual; if the slowest schedule gives no certificate, as where
        an inactive ||D_f|| is within about 1e-4 of 1.

    Notes
    -----
    The text leaves the spectrum of the least kernel free but for one constraint a mode (App. F,
    S.73). It is not free: only frequencies with ||D_f|| = 1 are used.

    Examples
    --------
    One image needs only its strongest frequency: norm = 2 |y|/(n max_f |x^_f|) = 2/(2 * 8).

    >>> least = minimal_norm(np.array([[7.0, -1.0, 7.0, -1.0]]), np.array([[1.0]]))
    >>> round(least.norm, 12), np.flatnonzero(least.active)
    (0.125, array([1]))
    """
    inputs, targets = _checked(inputs, targets)
    left, values, right = np.linalg.svd(inputs, full_matrices=False)
    rank = int((values > RANK * values[0]).sum())
    left, values, right = left[:, :rank], values[:rank], right[:rank]
    largest = np.abs(targets).max()
    coordinates = left.T @ (targets / largest)
    _require_interpolation(targets, largest * (left @ coordinates), rank)
    problem = _group_lasso(right, (coordinates * (values[:1] / values)[:, None]).T)
    unit, to_samples = largest / values[0], (left / values).T
    iterations = 0
    for rate, count in SCHEDULES:
        multiplier, groups, duals = problem.solve(rate, count)
        iterations += count
        least = MinimalNorm(
            effective_map=unit * from_spectrum(problem.full_plane(groups).conj()),
            group_norms=unit * problem.full_plane(np.linalg.norm(groups, axis=0)),
            multiplier=multiplier @ to_samples,
            dual_norms=problem.full_plane(np.linalg.norm(duals, axis=0)),
            iterations=iterations,
        )
        if least.spread <= CERTIFICATE and least.largest_inactive <= 1 + CERTIFICATE:
            # nearly dependent images cost digits: condition number times rounding
            _require_interpolation(targets, inputs @ least.effective_map.T, rank)
            return least
    raise ArgumentError(
        "inputs",
        f"spread {least.spread:.3g}, largest inactive {least.largest_inactive:.9g} after "
        f"{iterations} iterations",
        f"the certificate needs active ||D_f|| within {CERTIFICATE} of 1 and no other above 1",
        "change the images or the targets a little",
    )


def parameter_norm(kernels: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """Return ||k||^2 + ||W||^2 of kernels (..., N) and outputs (..., p, N): shape (...)."""
    return (kernels**2).sum(axis=-1) + (outputs**2).sum(axis=(-2, -1))


def balanced_norm(effective_map: np.ndarray) -> np.ndarray:
    """Return (2/n) sum_f ||P^_f||, the least ||k||^2 + ||W||^2 of all weights with a map P.

    Parameters
    ----------
    effective_map : ndarray, (..., p, N)

    Returns
    -------
    ndarray, (...)

    Examples
    --------
    >>> print(balanced_norm(np.ones((1, 4))).round(12))
    2.0
    """
    groups = np.linalg.norm(to_spectrum(effective_map), axis=-2)
    return 2 * groups.sum(axis=-1) / image_side(effective_map.shape[-1])


def excess(kernels: np.ndarray, outputs: np.ndarray, least: MinimalNorm) -> np.ndarray:
    """Return norm^2/minimum - 1 of weights, shape (...).

    Parameters
    ----------
    kernels, outputs : ndarray, (..., N), (..., p, N)
        Weights after training. Not below 0 where they interpolate; weights that still miss the
        targets may be smaller than the minimum.
    least : MinimalNorm
        Of the data they were trained on.
    """
    return parameter_norm(kernels, outputs) / least.norm - 1


@dataclasses.dataclass(frozen=True)
class _GroupLasso:
    """Minimise sum_f ||P^_f|| with P X^T = Y^T for r orthonormal rows X, on half the plane.

    Parameters
    ----------
    kept : ndarray of int, (F,)
        One frequency of each pair {f, f~}.
    pairs : ndarray, (F,)
        How many frequencies it stands for: 2 or 1.
    parts : ndarray, (r, 2, F)
        Real and imaginary part of conj(X^).
    targets : ndarray, (p, r)
        Y^T.
    """

    kept: np.ndarray
    pairs: np.ndarray
    parts: np.ndarray
    targets: np.ndarray

    def solve(self, rate: float, iterations: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return L (p, r), P^ (p, F) and D (p, F)."""
        rows = self.parts.reshape(len(self.parts), -1)
        # with w = 1 the r x r matrix is the unit matrix: this is the least-squares map's largest
        # group, and in units of it the smoothing, so P is homogeneous in Y
        unit = _norms(self.targets @ rows).max()
        multiplier, weights, smoothing = self.targets / unit, np.ones(len(self.kept)), 1.0
        for _ in range(iterations):
            weights = np.hypot(weights * _norms(multiplier @ rows), smoothing)
            gram = (rows * np.tile(weights * self.pairs, 2)) @ rows.T
            multiplier = np.linalg.solve(gram, self.targets.T / unit).T
            smoothing = max(smoothing * rate, SMALLEST_SMOOTHING)
        real, imaginary = np.split(multiplier @ rows, 2, axis=-1)
        duals = real + 1j * imaginary
        return multiplier, unit * weights * duals, duals

    def full_plane(self, kept: np.ndarray) -> np.ndarray:
        """Return (..., N) values on the whole plane, conjugates filled in."""
        conjugate = conjugate_indices(image_side(int(self.pairs.sum())))
        plane = np.empty((*kept.shape[:-1], len(conjugate)), dtype=kept.dtype)
        plane[..., conjugate[self.kept]] = kept.conj()
        plane[..., self.kept] = kept
        return plane


def _norms(columns: np.ndarray) -> np.ndarray:
    """Return ||D_f|| of (p, 2 F) real and imaginary parts."""
    return np.sqrt((columns**2).sum(axis=0).reshape(2, -1).sum(axis=0))


def _group_lasso(rows: np.ndarray, targets: np.ndarray) -> _GroupLasso:
    conjugate = conjugate_indices(image_side(rows.shape[1]))
    kept = np.flatnonzero(np.arange(len(conjugate)) <= conjugate)
    spectrum = to_spectrum(rows)[:, kept].conj()
    return _GroupLasso(
        kept=kept,
        pairs=np.where(kept == conjugate[kept], 1.0, 2.0),
        parts=np.stack((spectrum.real, spectrum.imag), axis=1),
        targets=targets,
    )


def _checked(inputs: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    inputs, targets = np.asarray(inputs, dtype=float), np.asarray(targets, dtype=float)
    for name, values in (("inputs", inputs), ("targets", targets)):
        if values.ndim != 2 or 0 in values.shape:
            raise ArgumentError(
                name, f"shape {values.shape}", "rows (M, ...) are needed", "one row a sample"
            )
        if not np.isfinite(values).all():
            bad = int((~np.isfinite(values)).sum())
            raise ArgumentError(name, f"{bad} values", "must be finite", "mend them")
    if len(inputs) != len(targets):
        raise ArgumentError(
            "targets",
            f"{len(targets)} rows",
            f"must be as many as the {len(inputs)} images",
            "match",
        )
    if image_side(inputs.shape[1]) < 2:
        raise ArgumentError("inputs", "1 pixel", "must be 2 x 2 at least", "use larger images")
    if not targets.any():
        raise ArgumentError(
            "targets", "all zero", "the least weights are zero then", "pass targets to fit"
        )
    return inputs, targets


def _require_interpolation(targets: np.ndarray, fitted: np.ndarray, rank: int) -> None:
    residual = np.abs(targets - fitted).max() / np.abs(targets).max()
    if not residual <= INTERPOLATION:
        raise ArgumentError(
            "targets",
            f"a residual of {residual:.3g} of the largest target",
            f"{len(targets)} images of rank {rank} need targets that agree on dependent images "
            f"(residual <= {INTERPOLATION})",
            "leave out images that (nearly) depend on others, or pass targets of a linear map",
        )
