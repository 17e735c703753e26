"""What noise does to the weak form, before it is measured: errors of coefficients, and their cure.

White noise of standard deviation sigma on a field goes into the row of a bump phi through

    -phi_t - sum_i c_i a_i u^(a_i - 1) (-d_x)^k_i phi,

so the residuals of rows whose bumps overlap are correlated, with a covariance that field, equation
and sigma determine. It gives the errors of least squares; its inverse weighs rows so that they are
smallest; and it tells which residuals noise explains and which ask for another term.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import scipy.linalg
from scipy import stats
from scipy.ndimage import convolve1d

from numerics.latent_waves.field import Field
from numerics.latent_waves.sparse_regression import (
    best_by_size,
    best_support,
    exact_support,
    least_squares,
)
from numerics.latent_waves.weak_form import WeakRows, weak_rows

SMOOTH = np.array([1.0, -4.0, 6.0, -4.0, 1.0])
"""Fourth differences: a smooth field leaves little behind, white noise keeps its size."""

UNLIKELY = 1e-3
"""Residuals that noise alone would exceed this rarely ask for another term."""

ROUNDS = 3
ROUNDING = 1e-12


@dataclasses.dataclass(frozen=True)
class WeakFit:
    """An equation from the weak form, with the errors that noise gives its coefficients.

    Parameters
    ----------
    support : tuple of int
        Columns of the rows.
    coefficients : ndarray, (terms,)
        0 off the support.
    errors : ndarray, (terms,)
        Standard deviations that the noise level predicts, to first order in the noise; 0 without.
    excess : float
        Squared residuals over what noise explains, 1 on average for the true support; 0 where the
        support leaves nothing but rounding. What fourth differences leave of a smooth field counts as
        noise, so that a field without noise that no support explains has an excess by orders above
        1; infinity where they leave less than 1e-12 of it.
    explained : bool
        Noise, or rounding, explains the residuals.
    """

    support: tuple[int, ...]
    coefficients: np.ndarray
    errors: np.ndarray
    excess: float
    explained: bool


def noise_level(field: Field) -> float:
    """Return the standard deviation of white noise on a smooth field, by fourth differences both ways."""
    weights = SMOOTH / np.linalg.norm(SMOOTH)
    edge = len(weights) // 2
    rest = convolve1d(convolve1d(field.values, weights, axis=0), weights, axis=1)
    return float(np.sqrt((rest[edge:-edge, edge:-edge] ** 2).mean()))


def residual_covariance(rows: WeakRows, field: Field, coefficients: np.ndarray) -> np.ndarray:
    """Return the covariance (rows, rows) of the residuals for white noise of variance 1.

    To first order in the noise. The weight of a row is a difference of two products of a function
    of x (and, in the second, of t) and one of t; their sums over x and over t are taken in turn.

    Parameters
    ----------
    rows : WeakRows
    field : Field
        That the rows are of.
    coefficients : ndarray, (terms,)
    """
    bump = rows.along_x.integrals[0]
    still, moving = rows.along_t.integrals
    response = _response(rows, field, coefficients)
    across = np.moveaxis(response @ np.swapaxes(response, 1, 2), 0, 2)
    mixed = np.moveaxis(bump @ np.swapaxes(response, 1, 2), 0, 2)
    # (x centre, x centre) by (t centre, t centre), then rows by rows
    square = np.multiply.outer(bump @ bump.T, moving @ moving.T)
    square += np.tensordot(across, still[:, None] * still[None, :], (2, 2))
    crossed = np.tensordot(mixed, moving[:, None] * still[None, :], (2, 2))
    square -= crossed + crossed.transpose(1, 0, 3, 2)
    count = len(rows.rates)
    return square.transpose(0, 2, 1, 3).reshape(count, count)


def _response(rows: WeakRows, field: Field, coefficients: np.ndarray) -> np.ndarray:
    """What noise at (x, t) adds to the right side of each bump along x, (t, x centres, x)."""
    derivatives = (
        value
        * term.power
        * rows.along_x.integrals[term.order][:, None, :]
        * (field.values.T ** (term.power - 1))[None, :, :]
        for term, value in zip(rows.terms, coefficients, strict=True)
        if value != 0
    )
    shape = (rows.along_x.integrals.shape[1], *field.values.T.shape)
    return np.moveaxis(sum(derivatives, np.zeros(shape)), 1, 0)


def coefficient_errors(
    rows: WeakRows, field: Field, coefficients: np.ndarray, noise: float
) -> np.ndarray:
    """Return the standard deviations (terms,) of plain least squares on the support of an equation.

    Parameters
    ----------
    rows : WeakRows
    field : Field
    coefficients : ndarray, (terms,)
        Those of the equation; its support is where they are not 0.
    noise : float
        Standard deviation of the noise.
    """
    support = np.flatnonzero(coefficients)
    solver = np.linalg.pinv(rows.columns[:, support])
    covariance = residual_covariance(rows, field, coefficients)
    errors = np.zeros(len(coefficients))
    errors[support] = noise * np.sqrt(np.einsum("ir,rs,is->i", solver, covariance, solver))
    return errors


def without_noise_powers(field: Field, noise: float) -> WeakRows:
    """Return the rows of u, u^2 - sigma^2 and u^3 - 3 sigma^2 u: noise adds nothing to their means."""
    u = field.values
    powers = {1: u, 2: u**2 - noise**2, 3: u**3 - 3 * noise**2 * u}
    return weak_rows(field, powers)


def identify(field: Field) -> WeakFit:
    """Return the smallest equation of up to four terms whose residuals noise explains.

    The noise level comes from the field itself. For each number of terms in turn, from none for a
    field at rest, the best of all supports is found with rows weighted by the inverse of their
    covariance, which in turn depends on the coefficients: a few rounds settle it. A chi-square test
    accepts or goes on to one term more. Fields without noise are settled first, by the relative
    residual below 1e-6 of `best_support`.

    Parameters
    ----------
    field : Field
        Smooth but for white noise.

    Examples
    --------
    >>> from numerics.latent_waves.known_films import known_film
    >>> noisy = known_film("burgers").with_noise(0.1, np.random.default_rng(0))
    >>> found = identify(noisy)
    >>> [weak_rows(noisy).terms[i] for i in found.support], found.explained
    ([(u^2)_x, u_xx], True)
    """
    plain = weak_rows(field)
    if _is_at_rest(plain, field):
        nothing = np.zeros(len(plain.terms))
        return WeakFit((), nothing, nothing, 0.0, True)
    exact = exact_support(best_by_size(plain.columns, plain.rates), plain.rates)
    if exact is not None:
        values = least_squares(plain.columns, plain.rates, exact)
        return WeakFit(exact, values, np.zeros(len(values)), 0.0, True)
    noise = noise_level(field)
    if noise <= ROUNDING * np.abs(field.values).max():
        return _unexplained(plain)
    rows = without_noise_powers(field, noise)
    fits = []
    for support in ((), *(best for best, _ in best_by_size(rows.columns, rows.rates))):
        fits.append(_settled(rows, field, support, noise))
        if fits[-1].explained:
            return fits[-1]
    return min(fits, key=lambda fit: fit.excess)


def _is_at_rest(rows: WeakRows, field: Field) -> bool:
    """Whether the rates are but the rounding of the sums that they are."""
    bump, moving = np.abs(rows.along_x.integrals[0]), np.abs(rows.along_t.integrals[1])
    sizes = bump @ (np.abs(field.values) @ moving.T)
    return float(np.linalg.norm(rows.rates)) <= ROUNDING * float(np.linalg.norm(sizes))


def _unexplained(rows: WeakRows) -> WeakFit:
    """The support of the smallest criterion, for a field whose noise is but rounding."""
    support = best_support(rows.columns, rows.rates)
    values = least_squares(rows.columns, rows.rates, support)
    return WeakFit(support, values, np.zeros(len(values)), np.inf, False)


def _settled(rows: WeakRows, field: Field, support: tuple[int, ...], noise: float) -> WeakFit:
    """The best fit of a number of terms, rows weighted by the covariance that it implies."""
    values = least_squares(rows.columns, rows.rates, support)
    for _ in range(ROUNDS):
        weighted, rates = _whitened(rows, field, values, noise)
        before = support
        if support:
            support = best_by_size(weighted, rates, largest=len(support))[-1][0]
        values = least_squares(weighted, rates, support)
        if support == before:
            break
    errors = np.zeros(len(values))
    errors[list(support)] = _deviations(weighted[:, list(support)])
    rest = float(((rates - weighted @ values) ** 2).sum())
    freedom = len(rates) - len(support)
    explained = bool(rest < stats.chi2.isf(UNLIKELY, freedom))
    return WeakFit(support, values, errors, rest / freedom, explained)


def _deviations(columns: np.ndarray) -> np.ndarray:
    """Standard deviations of least squares on rows of noise 1, by a solver that keeps the condition."""
    norms = np.linalg.norm(columns, axis=0)
    return np.linalg.norm(np.linalg.pinv(columns / norms), axis=1) / norms


def _whitened(
    rows: WeakRows, field: Field, coefficients: np.ndarray, noise: float
) -> tuple[np.ndarray, np.ndarray]:
    """Columns and rates in which the noise of every row is 1 and independent of the others."""
    covariance = noise**2 * residual_covariance(rows, field, coefficients)
    root = scipy.linalg.cholesky(covariance, lower=True)
    both = np.column_stack([rows.columns, rows.rates])
    whitened = scipy.linalg.solve_triangular(root, both, lower=True)
    return whitened[:, :-1], whitened[:, -1]
