"""How well strong and weak form find a known equation under noise, and what was to be expected."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from numerics.latent_waves.field import Field
from numerics.latent_waves.known_films import KnownFilm
from numerics.latent_waves.library import design
from numerics.latent_waves.sparse_regression import least_squares
from numerics.latent_waves.weak_form import WeakRows, conservative, weak_rows
from numerics.latent_waves.weak_noise import coefficient_errors, noise_level, without_noise_powers
from theory.latent_waves.equations import Term


def strong_errors(film: KnownFilm, field: Field) -> np.ndarray:
    """Return relative errors (terms,) of the coefficients on the true support, from differences."""
    regression = design(field)
    truth = {term: float(value) for term, value in film.equation.parts}
    return _relative_errors(regression.columns, regression.rates, regression.terms, truth)


def weak_errors(film: KnownFilm, field: Field) -> np.ndarray:
    """Return relative errors (terms,) of the coefficients on the true support, from the weak form.

    What noise adds to the means of u^2 and u^3 is taken away, its level read off the field. What is
    left of a bias is of second order: noise in the columns draws coefficients towards 0.
    """
    rows = without_noise_powers(field, noise_level(field))
    return _relative_errors(rows.columns, rows.rates, rows.terms, conservative(film.equation))


def expected_errors(film: KnownFilm, share: float) -> np.ndarray:
    """Return the relative standard deviations (terms,) that noise gives `weak_errors`.

    From the film without noise and its equation alone, before any noise is drawn.

    Parameters
    ----------
    film : KnownFilm
    share : float
        Standard deviation of the noise over that of u.
    """
    rows = weak_rows(film.field)
    values = true_values(film, rows)
    errors = coefficient_errors(rows, film.field, values, share * film.field.values.std())
    return errors[values != 0] / np.abs(values[values != 0])


def true_values(film: KnownFilm, rows: WeakRows) -> np.ndarray:
    """Return the true coefficients of a film's equation, (terms,), for the columns of rows."""
    truth = conservative(film.equation)
    return np.array([truth.get(term, 0.0) for term in rows.terms])


def _relative_errors(
    columns: np.ndarray, rates: np.ndarray, terms: Sequence[Term], truth: dict[Term, float]
) -> np.ndarray:
    support = tuple(i for i, term in enumerate(terms) if term in truth)
    found = least_squares(columns, rates, support)[list(support)]
    return found / np.array([truth[terms[i]] for i in support]) - 1
