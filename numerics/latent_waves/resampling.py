"""How far an equation depends on which images were drawn: the same fit to random subsets of the set.

Resampling the points of the film instead, as the paper's code does, cannot see this: all points
come from the same images.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import numpy as np

from numerics.latent_waves.identification import Fit, Regression
from theory.errors import ArgumentError
from theory.latent_waves.equations import Term


@dataclasses.dataclass(frozen=True)
class Stability:
    """An equation refitted to subsets of the images.

    Parameters
    ----------
    terms : tuple of Term
    coefficients : ndarray, (subsets, terms)
        On these terms, u, x and t scaled to [0, 1] for each subset.
    selected : ndarray of bool, (subsets,)
        Some threshold selects exactly these terms.
    fits : tuple of Fit
    """

    terms: tuple[Term, ...]
    coefficients: np.ndarray
    selected: np.ndarray
    fits: tuple[Fit, ...]

    @property
    def spread(self) -> np.ndarray:
        """Standard deviation over the mean's absolute value of each coefficient, (terms,)."""
        means = np.abs(self.coefficients.mean(axis=0))
        return self.coefficients.std(axis=0, ddof=1) / means


def stability(regressions: Iterable[Regression], terms: Iterable[Term]) -> Stability:
    """Refit an equation to the films of subsets of the images.

    Parameters
    ----------
    regressions : iterable of Regression
        Of at least two subsets, such as those of `moments.image_halves`, each of its scaled film.
    terms : iterable of Term
        Of the equation.

    Raises
    ------
    ArgumentError
        For fewer than two subsets.
    """
    chosen = tuple(sorted(terms))
    fits, selected = [], []
    for regression in regressions:
        fits.append(regression.on_support(chosen))
        selected.append(any(fit.support == set(chosen) for fit in regression.path()))
    if len(fits) < 2:
        raise ArgumentError("regressions", len(fits), "must be at least 2", "draw more halves")
    coefficients = np.array([[fit.coefficients[term] for term in chosen] for fit in fits])
    return Stability(chosen, coefficients, np.array(selected), tuple(fits))
