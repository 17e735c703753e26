"""Equations fitted to the film of an image set, each with the evidence that it deserves.

Two films: with the rings that the paper used, and with rings of the set's own shape that share no point.
Held against each equation: frames held out, films in which there is nothing, halves of the images, its
well-posedness, and, where it can be run, its forecast of the frames held out.
"""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from numerics.latent_waves.eigenimages import Eigenimages, eigenimages
from numerics.latent_waves.field import Field
from numerics.latent_waves.identification import (
    Fit,
    Regression,
    by_criterion,
    by_held_out_error,
)
from numerics.latent_waves.lattice import DC, radius, spiral
from numerics.latent_waves.moments import image_halves, subset_moments
from numerics.latent_waves.null_models import stationary_set
from numerics.latent_waves.null_test import null_test
from numerics.latent_waves.paper_rows import PaperRow
from numerics.latent_waves.resampling import Stability, stability
from numerics.latent_waves.ring_film import RingFilm, Rings, ring_film
from numerics.latent_waves.second_order import hann_power_spectrum
from numerics.latent_waves.simulation import judge, wrong_share
from numerics.latent_waves.travelling_wave import travelling_wave
from theory.latent_waves.equations import Equation, Term
from theory.latent_waves.well_posedness import WellPosedness
from validation.experiment import Work
from validation.latent_waves.halves import Halves
from validation.latent_waves.held_out_frames import BY_HANN, BY_P, HeldOutFrames
from validation.latent_waves.paper_tables import remade
from validation.latent_waves.setting import Setting

PAPER, OWN = "paper", "own"
PRINTED, REFITTED = "as printed", "printed terms, fitted"
HELD_OUT, CRITERION, DENSE = "least error held out", "least BIC", "all terms"
FILMS = {PAPER: "rings as in the paper", OWN: "rings of the set's own shape"}
HALVES = 6


@dataclasses.dataclass(frozen=True)
class FittedFilm:
    """A film with its frames, scaled to [0, 1], and the regression on it.

    Parameters
    ----------
    film : RingFilm
        Its window taken.
    start, end : int
        Frames start <= j < end.
    """

    film: RingFilm
    start: int
    end: int

    @functools.cached_property
    def raw(self) -> Field:
        """U over radius and frame, in its own units."""
        return self.film.field(self.start, self.end)

    @functools.cached_property
    def field(self) -> Field:
        """u, x and t scaled to [0, 1]."""
        return self.raw.scaled()

    @functools.cached_property
    def regression(self) -> Regression:
        """Of u_t on the twelve terms, the first four fifths of the frames."""
        return Regression(self.field, gap=self.film.window - 1)

    @functools.cached_property
    def path(self) -> list[Fit]:
        """Every support that some threshold selects."""
        return self.regression.path()

    def candidates(self, printed: PaperRow | None) -> dict[str, Fit]:
        """Return the equations that are judged, by how they came about."""
        found = {}
        if printed is not None:
            found[PRINTED] = self.regression.as_given(printed.coefficients)
            found[REFITTED] = self._on_terms(printed.equation.terms)
        some = [fit for fit in self.path if fit.coefficients]
        found[HELD_OUT] = by_held_out_error(some)
        found[CRITERION] = by_criterion(some)
        found[DENSE] = self.regression.dense()
        return found

    def _on_terms(self, terms: tuple[Term, ...]) -> Fit:
        """Return the fit on some terms, with the thresholds that select them, if any do."""
        selected = (fit for fit in self.path if fit.support == set(terms))
        return next(selected, self.regression.on_support(terms))


def of_set(
    setting: Setting,
    halves: Halves,
    images: Eigenimages,
    predicted: xr.Dataset | xr.DataTree,
    work: Work,
) -> xr.DataTree:
    """Return the equations of both films with their evidence, one group a film.

    Parameters
    ----------
    predicted : Dataset or DataTree
        Of the forecast: the frames, and p, the shape of the rings of the second film.
    """
    config = setting.config
    p, start, end = (predicted[name].item() for name in ("p", "start", "end"))
    parts = _some_halves(setting)
    nothing = eigenimages(
        stationary_set(halves.whole, halves.whole.count, np.random.default_rng(config.seed))
    )
    orders = {
        BY_P: spiral(radius(images.shape, p)),
        BY_HANN: spiral(-hann_power_spectrum(halves.whole)),
    }
    groups = {}
    if setting.paper_row is not None and setting.as_it_comes:
        groups["/paper_tables"] = remade(setting.name, setting.paper_row, images)
    films = {PAPER: Rings(), OWN: Rings(p=p, half_width=0.5, centre=DC)}
    for done, (name, rings) in enumerate(films.items()):
        work.progress("equations", 4 * done, 4 * len(films))
        fitted, null = (
            FittedFilm(ring_film(of, rings, window=config.window), start, end)
            for of in (images, nothing)
        )
        found = fitted.candidates(setting.paper_row if name == PAPER else None)
        work.progress("equations", 4 * done + 1, 4 * len(films))
        halved = [
            FittedFilm(ring_film(part, rings, window=config.window), start, end).regression
            for part in parts
        ]
        stable = {name: stability(halved, fit.coefficients) for name, fit in found.items()}
        work.progress("equations", 4 * done + 2, 4 * len(films))
        ahead = HeldOutFrames(images, fitted, rings, orders)
        groups[f"/{name}"] = xr.merge(
            [_equations(fitted, found), _stabilities(stable), ahead.forecasts(found, null)],
            join="outer",
        ).assign_attrs(_described(fitted, rings, ahead))
        groups[f"/{name}/path"] = _path(fitted.path)
        work.progress("equations", 4 * done + 3, 4 * len(films))
        groups[f"/{name}/nulls"] = null_test(
            halves.whole,
            start,
            end,
            windows=setting.windows,
            seeds=setting.null_seeds,
            rings=rings,
            progress=lambda null, seed: work.progress(
                f"{null} films", seed - config.seed, config.nulls
            ),
        )
    work.progress("equations", 4 * len(films), 4 * len(films))
    return xr.DataTree.from_dict(groups)


def _some_halves(setting: Setting) -> list[Eigenimages]:
    """Return the eigenimages of six random halves of the images."""
    masks = image_halves(setting.stream.count, HALVES, seed=setting.config.seed)
    return [eigenimages(part) for part in subset_moments(setting.stream, masks)]


def _equations(fitted: FittedFilm, found: dict[str, Fit]) -> xr.Dataset:
    """Return coefficients, R2, thresholds and well-posedness of each equation, and the film itself."""
    judged = {
        name: judge(Equation(f.coefficients), fitted.field.values) for name, f in found.items()
    }
    raw = {name: fitted.raw.gauge.raw_units(f.coefficients) for name, f in found.items()}
    coords = {"equation": list(found)}
    along = {"ring": fitted.raw.positions, "frame": fitted.raw.times}
    return xr.Dataset(
        {
            "coefficient": _by_term({n: f.coefficients for n, f in found.items()}, fitted),
            "raw_coefficient": _by_term(raw, fitted),
            "train": ("equation", [fit.train for fit in found.values()]),
            "held_out": ("equation", [fit.held_out for fit in found.values()]),
            "thresholds": ("equation", [_intervals(fit.intervals) for fit in found.values()]),
            "verdict": ("equation", [one.verdict for one in judged.values()]),
            "reason": ("equation", [_reason(one) for one in judged.values()]),
            "wrong_share": (
                "equation",
                [wrong_share(one, fitted.field.values) for one in judged.values()],
            ),
            "film": (("ring", "frame"), fitted.raw.values),
        },
        coords=coords | along,
    )


def _by_term(coefficients: Mapping[str, Mapping[Term, float]], fitted: FittedFilm) -> xr.DataArray:
    """Return coefficients as (equation, term), nan where a term is left out."""
    terms = fitted.regression.terms
    values = [[float(one.get(term, np.nan)) for term in terms] for one in coefficients.values()]
    return xr.DataArray(values, dims=("equation", "term"), coords={"term": list(map(repr, terms))})


def _intervals(intervals: Sequence[tuple[float, float]]) -> str:
    return ", ".join(f"{low:.4g} to {high:.4g}" for low, high in intervals)


def _reason(found: WellPosedness) -> str:
    """Return why, with the intervals of u at fault."""
    wrong = ", ".join(f"{float(low):.3g} < u < {float(high):.3g}" for low, high in found.wrong)
    return f"{found.reason}: {wrong}" if wrong else found.reason


def _stabilities(stable: dict[str, Stability]) -> xr.Dataset:
    """Return the spread of each coefficient over halves of the images, and how often it is selected."""
    spreads = {name: dict(zip(one.terms, one.spread, strict=True)) for name, one in stable.items()}
    terms = sorted({term for one in stable.values() for term in one.terms})
    values = [[float(one.get(term, np.nan)) for term in terms] for one in spreads.values()]
    return xr.Dataset(
        {
            "spread": (("equation", "term"), values),
            "selected_share": ("equation", [float(one.selected.mean()) for one in stable.values()]),
        },
        coords={"equation": list(stable), "term": list(map(repr, terms))},
    )


def _path(path: list[Fit]) -> xr.Dataset:
    """Return every support that some threshold selects: terms, R2 and thresholds."""
    kept = [fit for fit in path if fit.coefficients]
    return xr.Dataset(
        {
            "terms": ("support", [", ".join(map(repr, sorted(f.coefficients))) for f in kept]),
            "count": ("support", [len(fit.coefficients) for fit in kept]),
            "train": ("support", [fit.train for fit in kept]),
            "held_out": ("support", [fit.held_out for fit in kept]),
            "thresholds": ("support", [_intervals(fit.intervals) for fit in kept]),
        }
    )


def _described(fitted: FittedFilm, rings: Rings, ahead: HeldOutFrames) -> dict[str, object]:
    """Return gauge, frames, rings and the travelling-wave score as attributes."""
    wave = travelling_wave(fitted.raw)
    return {
        "wave_score": wave.score,
        "wave_speed": wave.speed,
        "gauge": json.dumps(dataclasses.asdict(fitted.raw.gauge)),
        "rings": json.dumps(dataclasses.asdict(rings)),
        "start": fitted.start,
        "end": fitted.end,
        "window": fitted.film.window,
        "origin": ahead.origin,
        "lead": ahead.lead,
    }
