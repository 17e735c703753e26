"""Forecasts of the frames held out: equations run forwards, beside persistence, the shift and a null."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from numerics.latent_waves.eigenimages import Eigenimages
from numerics.latent_waves.equation_forecast import WINDOW, FilmToForecast
from numerics.latent_waves.field import Gauge
from numerics.latent_waves.identification import TRAINING_SHARE, Fit
from numerics.latent_waves.ring_film import Rings
from numerics.latent_waves.simulation import judge
from theory.errors import DivergenceError
from theory.latent_waves.equations import Equation, Term

if TYPE_CHECKING:
    from validation.latent_waves.discovery import FittedFilm

PERSISTENCE, TIME_MEAN = "persistence", "time mean"
BY_P, BY_HANN = "shift, p of half A", "shift, order of the Hann spectrum"
LEAD = 30
RUN = "well-posed"  # the verdict of an equation that is run


class HeldOutFrames:
    """The window after the frames that trained, forecast from the window before.

    Parameters
    ----------
    fitted : FittedFilm
        The film that equations were fitted to.
    orders : mapping of str to ndarray (n,)
        The modes from the innermost to the outermost, each a way to shift.

    Attributes
    ----------
    origin : int
        First frame held out, counted from the first frame of the film.
    lead : int
        Frames from it to the window that is forecast; 0 where no two windows fit.
    """

    def __init__(
        self,
        images: Eigenimages,
        fitted: FittedFilm,
        rings: Rings,
        orders: Mapping[str, np.ndarray],
    ):
        frames = fitted.end - fitted.start
        self.origin = int(TRAINING_SHARE * frames)
        self.lead = max(0, min(LEAD, frames - self.origin - WINDOW))
        self._orders, self._fitted = orders, fitted
        self._film = FilmToForecast(images, fitted.start, fitted.end, rings=rings)

    @property
    def possible(self) -> bool:
        """Whether both windows lie within the film."""
        return self.lead > 0 and self.origin >= WINDOW

    def forecasts(self, found: Mapping[str, Fit], null: FittedFilm) -> xr.Dataset:
        """Return profiles and root mean square errors of every forecast.

        Returns
        -------
        Dataset
            ``simulated`` (equation, ring), ``rmse`` (equation) and ``null_rmse`` (equation), of the
            same terms fitted to a film in which there is nothing: nan where an equation is not
            run; ``baseline`` (way, ring), ``baseline_rmse`` (way) and ``target`` (ring).
        """
        if not self.possible:
            return xr.Dataset()
        target = self._film.target(self.origin, self.lead)
        baselines = self._baselines()
        runs = {name: self._run(fit, self._fitted) for name, fit in found.items()}
        nulls = [
            self._run(null.regression.on_support(tuple(fit.coefficients)), null)
            for fit in found.values()
        ]

        def errors(profiles: list[np.ndarray]) -> np.ndarray:
            return np.sqrt(((np.array(profiles) - target) ** 2).mean(axis=1))

        return xr.Dataset(
            {
                "simulated": (("equation", "ring"), list(runs.values())),
                "rmse": ("equation", errors(list(runs.values()))),
                "null_rmse": ("equation", errors(nulls)),
                "baseline": (("way", "ring"), list(baselines.values())),
                "baseline_rmse": ("way", errors(list(baselines.values()))),
                "target": ("ring", target),
            },
            coords={
                "equation": list(found),
                "way": list(baselines),
                "ring": self._fitted.raw.positions,
            },
        )

    def _baselines(self) -> dict[str, np.ndarray]:
        """Return the forecasts without an equation, (ring,) each."""
        ahead = self.lead + WINDOW
        known = {
            PERSISTENCE: self._film.known(self.origin),
            TIME_MEAN: self._film.field.values[:, : self.origin].mean(axis=1),
        }
        shifted = {
            name: self._film.by_shift(order, self.origin, ahead)
            for name, order in self._orders.items()
        }
        return known | shifted

    def _run(self, fit: Fit, of: FittedFilm) -> np.ndarray:
        """Return an equation fitted to a film, run from the window before to that after.

        It is nan where the equation is not to be run, and where the run stops on its way.
        """
        equation = Equation(self._in_this_gauge(fit.coefficients, of.raw.gauge))
        values = self._film.field.values
        if judge(equation, values).verdict == RUN:
            try:
                return self._film.by_equation(equation, self.origin, self.lead + WINDOW)
            except DivergenceError:
                pass  # told beside the verdict, which is that of a well-posed equation
        return np.full(len(values), np.nan)

    def _in_this_gauge(
        self, coefficients: Mapping[Term, float], gauge: Gauge
    ) -> Mapping[Term, float]:
        """Return coefficients for u, x and t scaled as in this film, from those of another scaling."""
        if gauge == self._film.gauge:  # through raw units, zeros would come back as rounding
            return coefficients
        return self._film.gauge.unit_interval(gauge.raw_units(coefficients))
