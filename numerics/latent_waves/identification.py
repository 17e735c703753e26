"""Equations u_t = sum c u^a d_x^k u fitted to a film, and how much of u_t they explain."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from numerics.latent_waves.field import Field
from numerics.latent_waves.library import DEGREE, ORDER, Design, design, library_terms, pde_library
from numerics.latent_waves.sparse_regression import (
    ALPHA,
    NormalEquations,
    bayes_criterion,
    least_squares,
    stlsq,
    threshold_intervals,
    threshold_path,
)
from theory.latent_waves.equations import Term

TRAINING_SHARE = 0.8

Coefficients = Mapping[Term, float]


@dataclasses.dataclass(frozen=True)
class Fit:
    """An equation with its shares of the variance of u_t.

    Parameters
    ----------
    coefficients : mapping of Term to float
        Without the terms that are 0.
    train, held_out : float
        R2 of u_t about its own mean on the first 80 percent of the times and on the rest, u_t
        differentiated within each part.
    intervals : tuple of (float, float)
        Thresholds, above and up to, that select the terms; none for a fit on a given support.
    criterion : float
        n log(RSS/n) + k log n on the training part.
    """

    coefficients: Coefficients
    train: float
    held_out: float
    intervals: tuple[tuple[float, float], ...]
    criterion: float

    @property
    def support(self) -> frozenset[Term]:
        """The terms."""
        return frozenset(self.coefficients)


class Regression:
    """The regression of a film's u_t on the library, on a training and a held-out part.

    Parameters
    ----------
    field : Field
        Scaled or raw: R2 is the same, coefficients and thresholds are not.
    share : float
        Share of the times that trains.
    gap : int
        Last times of the training part that are left out: those of a film of window means reach
        into the part held out.
    degree, order : int
        Largest power and derivative of the library.
    """

    def __init__(
        self,
        field: Field,
        *,
        share: float = TRAINING_SHARE,
        gap: int = 0,
        degree: int = DEGREE,
        order: int = ORDER,
    ):
        train, held_out = field.split(share)
        train = train.between(0, len(train.times) - gap)
        self.train, self.held_out = (
            design(part, degree=degree, order=order) for part in (train, held_out)
        )
        self.normal = NormalEquations(self.train.columns, self.train.rates)

    @property
    def terms(self) -> tuple[Term, ...]:
        """The terms of the library, in the order of its columns."""
        return self.train.terms

    def on_support(
        self,
        support: frozenset[Term] | set[Term] | tuple[Term, ...],
        intervals: tuple[tuple[float, float], ...] = (),
    ) -> Fit:
        """Return least squares on the terms given."""
        kept = tuple(i for i, term in enumerate(self.terms) if term in support)
        values = least_squares(self.train.columns, self.train.rates, kept)
        return self._judged(values, {self.terms[i]: float(values[i]) for i in kept}, intervals)

    def _judged(
        self,
        values: np.ndarray,
        coefficients: Coefficients,
        intervals: tuple[tuple[float, float], ...],
    ) -> Fit:
        residual = self.train.rates - self.train.columns @ values
        return Fit(
            coefficients,
            explained(self.train, values),
            explained(self.held_out, values),
            intervals,
            bayes_criterion(float(residual @ residual), len(residual), len(coefficients)),
        )

    def as_given(self, coefficients: Coefficients) -> Fit:
        """Return an equation as it is, nothing fitted; its terms must be of the library."""
        values = np.array([float(coefficients.get(term, 0.0)) for term in self.terms])
        return self._judged(values, dict(coefficients), ())

    def dense(self) -> Fit:
        """Return least squares on all terms: no choice of few explains more of the training part."""
        return self.on_support(self.terms)

    def at_threshold(self, threshold: float, *, alpha: float = ALPHA) -> Fit:
        """Return the fit that PySINDy's thresholded least squares finds at a threshold."""
        selection = stlsq(self.normal, threshold, alpha=alpha)
        interval = (max(selection.above, 0.0), selection.upto)
        return self.on_support(tuple(self.terms[i] for i in selection.support), (interval,))

    def path(self, *, alpha: float = ALPHA) -> list[Fit]:
        """Return a fit for each support that some threshold selects, in the order in which it first does."""
        selections = threshold_intervals(threshold_path(self.normal, alpha=alpha))
        return [
            self.on_support(tuple(self.terms[i] for i in support), tuple(intervals))
            for support, intervals in selections.items()
        ]


def explained(regression: Design, values: np.ndarray) -> float:
    """Return R2 of u_t about its mean: 1 - |u_t - columns values|^2/|u_t - mean|^2; can be negative."""
    residual = regression.rates - regression.columns @ values
    centred = regression.rates - regression.rates.mean()
    return float(1 - residual @ residual / (centred @ centred))


def by_criterion(fits: list[Fit]) -> Fit:
    """Return the fit of the smallest n log(RSS/n) + k log n."""
    return min(fits, key=lambda fit: fit.criterion)


def by_held_out_error(fits: list[Fit]) -> Fit:
    """Return the fit of the smallest error on the held-out part.

    The release of the paper sorts the errors and takes the last, the largest.
    """
    return max(fits, key=lambda fit: fit.held_out)


def pysindy_model(
    field: Field, threshold: float, *, alpha: float = ALPHA, order: int = ORDER
) -> Any:
    """Return PySINDy's model of a field at a threshold, fitted as the paper does.

    Parameters
    ----------
    field : Field
        The training part; thresholds of the paper hold for scaled fields.
    threshold, alpha : float
    order : int
        Largest derivative.
    """
    import pysindy

    model = pysindy.SINDy(
        feature_library=pde_library(field.positions, order=order),
        optimizer=pysindy.STLSQ(threshold=threshold, alpha=alpha, normalize_columns=True),
    )
    return model.fit(field.values[:, :, None], t=field.time_step)


def coefficients_of(model: Any) -> dict[Term, float]:
    """Return the coefficients of a fitted PySINDy model of one field, by terms, without zeros.

    Equal terms in several columns, such as the constant of two libraries, are added up.
    """
    coefficients: dict[Term, float] = {}
    terms = library_terms(model.feature_library)
    for term, value in zip(terms, model.coefficients()[0], strict=True):
        if value != 0:
            coefficients[term] = coefficients.get(term, 0.0) + float(value)
    return coefficients
