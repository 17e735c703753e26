"""How well strong and weak form find a known equation under noise, and what was to be expected."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from numerics.latent_waves.field import Field
from numerics.latent_waves.known_films import KnownFilm, known_film
from numerics.latent_waves.library import design
from numerics.latent_waves.sparse_regression import best_support, least_squares
from numerics.latent_waves.weak_form import WeakRows, conservative, weak_rows
from numerics.latent_waves.weak_noise import coefficient_errors, identify
from theory.latent_waves.equations import Term

FORMS = ("strong", "weak")


def strong_errors(film: KnownFilm, field: Field) -> np.ndarray:
    """Return relative errors (terms,) of the coefficients on the true support, from differences."""
    regression = design(field)
    truth = {term: float(value) for term, value in film.equation.parts}
    return _relative_errors(regression.columns, regression.rates, regression.terms, truth)


def weak_errors(film: KnownFilm, field: Field) -> np.ndarray:
    """Return relative errors (terms,) of the coefficients on the true support, from the weak form."""
    rows = weak_rows(field)
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


def recovery_table(
    names: Sequence[str], noises: Sequence[float], seeds: Sequence[int]
) -> xr.Dataset:
    """Return worst coefficient errors and supports found, by film, share of noise and seed.

    Parameters
    ----------
    names : sequence of str
        Among `KNOWN_FILMS`.
    noises : sequence of float
        Standard deviation of the noise over that of u.
    seeds : sequence of int

    Returns
    -------
    Dataset
        ``error`` (form, film, noise, trial), the largest relative error of a coefficient on the true
        support; ``expected`` (film, noise), the largest standard deviation that the noise predicts
        for it in weak form; ``by_criterion`` and ``by_noise`` (film, noise, trial), whether the true
        support is found from weak rows by `best_support` and by `weak_noise.identify`.
    """
    shape = (len(names), len(noises), len(seeds))
    error = np.empty((len(FORMS), *shape))
    expected = np.array([[expected_errors(known_film(n), s).max() for s in noises] for n in names])
    found = np.empty((2, *shape), dtype=bool)
    for place in np.ndindex(shape):
        film = known_film(names[place[0]])
        field = film.with_noise(noises[place[1]], np.random.default_rng(seeds[place[2]]))
        for form, errors in enumerate((strong_errors, weak_errors)):
            error[form][place] = np.abs(errors(film, field)).max()
        rows = weak_rows(field)
        truth = tuple(np.flatnonzero(true_values(film, rows)))
        found[0][place] = best_support(rows.columns, rows.rates) == truth
        found[1][place] = identify(field).support == truth
    dims = ("film", "noise", "trial")
    return xr.Dataset(
        {
            "error": (("form", *dims), error),
            "expected": (dims[:2], expected),
            "by_criterion": (dims, found[0]),
            "by_noise": (dims, found[1]),
        },
        {"form": list(FORMS), "film": list(names), "noise": list(noises), "trial": list(seeds)},
    )
