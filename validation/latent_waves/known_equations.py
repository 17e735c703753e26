"""Films whose equation is known: what fits find under noise, forecast from equation and noise alone.

Ladders, one a form, of coefficients over their true values: law > fit without noise > fit with noise.
What is left is the noise drawn; the weak form's share of it has a forecast deviation.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from numerics.latent_waves.field import Field
from numerics.latent_waves.known_films import KNOWN_FILMS, KnownFilm, known_film
from numerics.latent_waves.recovery import (
    expected_errors,
    strong_errors,
    true_values,
    weak_errors,
)
from numerics.latent_waves.sparse_regression import best_support
from numerics.latent_waves.travelling_wave import travelling_wave
from numerics.latent_waves.weak_form import weak_rows
from numerics.latent_waves.weak_noise import identify
from numerics.schema import quantity
from theory.latent_waves.equations import Term
from validation.checks import Finding
from validation.experiment import Forecast, Measurement, Report, Work
from validation.ladder import Ladder, Rung
from validation.latent_waves import check_table as table
from validation.latent_waves import known_report
from validation.latent_waves.options import require_options

if TYPE_CHECKING:
    from validation.latent_waves import Config

FORMS = {"strong": strong_errors, "weak": weak_errors}
LAW, CLEAN, NOISY = "law", "fit without noise", "fit with noise"
DISCRETE = "discrete rows"


class KnownEquations:
    """Advection, Burgers, KdV and modified KdV under noise."""

    name = table.EQUATIONS

    def __init__(self, config: Config):
        self.config = config
        require_options(config, self.name)
        self.trials = list(range(config.seed, config.seed + config.seeds))

    def notes(self) -> list[str]:
        """Return what runs."""
        shares = ", ".join(f"{100 * share:g} %" for share in self.config.noise)
        return [
            f"Exact films of {', '.join(name.replace('_', ' ') for name in KNOWN_FILMS)}; noise of "
            f"{shares} of the deviation of u, {len(self.trials)} seeds.",
            "Strong form: differences of second order, as in the paper. Weak form: integrals against "
            "bumps; how far noise moves its coefficients is forecast from film and equation alone.",
        ]

    def prepare(self, work: Work) -> xr.Dataset:
        """Return the films without noise, one array each, and how far each is one travelling wave."""
        parts: dict[str, tuple] = {}
        for name in KNOWN_FILMS:
            field = known_film(name).field
            parts[name] = ((f"x_{name}", f"t_{name}"), field.values)
        scores = [travelling_wave(known_film(name).field) for name in KNOWN_FILMS]
        parts["score"] = ("film", [wave.score for wave in scores])
        parts["speed"] = ("film", [wave.speed for wave in scores])
        return xr.Dataset(parts, coords={"film": list(KNOWN_FILMS)})

    def forecast(self, setup: xr.Dataset, work: Work) -> Forecast:
        """Return the law, the fit without noise, and the deviations that noise will give the weak form."""
        clean = {name: known_film(name).field for name in KNOWN_FILMS}
        law = _coefficients(np.ones(len(_terms())), _terms())
        ladders = tuple(
            Ladder(
                name=form,
                rungs=(
                    Rung(LAW, law),
                    Rung(CLEAN, _coefficients(1 + _joined(errors, clean), _terms()), DISCRETE),
                ),
                measurement=NOISY,
                scale=xr.DataArray(1.0),
                scale_name="of the coefficient",
                averaged=("trial",),
            )
            for form, errors in FORMS.items()
        )
        deviations = [
            np.concatenate([expected_errors(known_film(name), share) for name in KNOWN_FILMS])
            for share in self.config.noise
        ]
        deviation = quantity(
            np.transpose(deviations),
            ["term", "noise"],
            name="deviation",
            long_name="forecast deviation of a coefficient in weak form, of its true value",
            coords={"term": _terms(), "noise": list(self.config.noise)},
        )
        return Forecast(ladders, xr.Dataset({"deviation": deviation}))

    def measure(self, forecast: Forecast, work: Work) -> Measurement:
        """Draw the noise, fit both forms on the true terms, and look for the terms themselves."""
        shape = (len(self.config.noise), len(self.trials))
        errors = {form: np.empty((len(_terms()), *shape)) for form in FORMS}
        found = {name: np.zeros((len(KNOWN_FILMS), *shape), bool) for name in known_report.CHOICES}
        for done, place in enumerate(np.ndindex(shape), 1):
            fields = self._fields(*place)
            for form, find in FORMS.items():
                errors[form][:, *place] = _joined(find, fields)
            for number, (name, field) in enumerate(fields.items()):
                for choice, hit in _chosen(known_film(name), field).items():
                    found[choice][number, *place] = hit
            work.progress("fits under noise", done, shape[0] * shape[1])
        coords = {"noise": list(self.config.noise), "trial": self.trials}
        measured = {
            form: _coefficients(1 + values, _terms(), coords) for form, values in errors.items()
        }
        observed = xr.Dataset(
            {name: (("film", "noise", "trial"), hits) for name, hits in found.items()},
            coords={"film": list(KNOWN_FILMS), **coords},
        )
        return Measurement(measured, observed)

    def _fields(self, noise: int, trial: int) -> dict[str, Field]:
        """Return every film with its noise, each drawn from a generator of its own."""
        return {
            name: known_film(name).with_noise(
                self.config.noise[noise], np.random.default_rng([self.trials[trial], number])
            )
            for number, name in enumerate(KNOWN_FILMS)
        }

    def findings(self, result: xr.DataTree) -> dict[str, Finding]:
        """Return what the checks of this case found."""
        return known_report.findings(result, enough=len(self.trials) >= 5)

    def report(self, result: xr.DataTree) -> Report:
        """Return errors against noise, their table, and what the films identify."""
        return Report(known_report.figures(result), known_report.tables(result))


@functools.cache
def _terms() -> list[str]:
    """Return film and term of each coefficient, in the order of the errors."""
    labels = []
    for name in KNOWN_FILMS:
        rows = weak_rows(known_film(name).field)
        values = true_values(known_film(name), rows)
        labels += [f"{name}: {t!r}" for t, value in zip(rows.terms, values, strict=True) if value]
    return labels


def _joined(
    find: Callable[[KnownFilm, Field], np.ndarray], fields: Mapping[str, Field]
) -> np.ndarray:
    """Return relative errors of all films, one after the other, (coefficients,)."""
    return np.concatenate([find(known_film(name), field) for name, field in fields.items()])


def _coefficients(values: np.ndarray, terms: list[str], coords: dict | None = None) -> xr.DataArray:
    coords = coords or {}
    return quantity(
        values,
        ["term", *coords],
        name="coefficient",
        long_name="coefficient over its true value",
        coords={"term": terms, **coords},
    )


def _chosen(film: KnownFilm, field: Field) -> dict[str, bool]:
    """Return whether each way to choose terms finds the true ones, and whether the data are one wave."""
    rows = weak_rows(field)
    truth = tuple(np.flatnonzero(true_values(film, rows)))
    weighted = identify(field)
    moving = (rows.terms.index(Term(1, 1, conservative=True)),)
    return {
        known_report.CRITERION: best_support(rows.columns, rows.rates) == truth,
        known_report.WEIGHTED: weighted.support == truth,
        known_report.ONE_WAVE_FOUND: weighted.support == moving and weighted.explained,
    }
