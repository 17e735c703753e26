"""Square drums: Fig 2 of the paper, predicted to the last bin.

Ladder, in logarithms: continuum formula > space step > time step > spectral bin > network.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import xarray as xr

from validation import results
from validation.checks import Finding
from validation.drum import film, sound
from validation.drum.square import figures, findings, forecasting, measuring, tables
from validation.drum.square.film import NAME, exact
from validation.drum.square.mallet import under_mallet
from validation.drum.square.setting import setting_of
from validation.experiment import Forecast, Measurement, Report, Work

if TYPE_CHECKING:
    from validation.drum import Config


class SquareDrums:
    """Square drums of several sides, struck once, at several time steps."""

    name = "square"

    def __init__(self, config: Config):
        self.setting = setting_of(config)

    def notes(self) -> list[str]:
        """Return what runs."""
        s, config = self.setting, self.setting.config
        steps = ", ".join(f"{step:.6g}" for step in s.time_steps)
        survey = {name: len(values) for name, values in s.survey_points.items()}
        return [
            f"Square drums of side {', '.join(map(str, s.sides))} (in spacings of {config.spacing:g}; "
            f"counted: {config.side_means.replace('_', ' ')}), wave speed {config.speed:g}, time steps "
            f"{steps}, {config.steps} samples, {config.form.replace('_', ' ')}.",
            "The network (torch, float64) runs all of them; NumPy stepping gives "
            f"{math.prod(survey.values())} readings: forms {survey['form']}, time steps "
            f"{survey['time_step']}, grids {survey['spacings']}.",
        ]

    def prepare(self, work: Work) -> xr.Dataset:
        """Return drums, strikes and time steps."""
        s = self.setting
        runs = [s.run(side, s.time_steps[0]) for side in s.sides]
        end = {"end": ["x", "y"]}
        return xr.Dataset(
            {
                "spacings": ("side", [run.spacings for run in runs]),
                "strike": (("side", "end"), [run.strike for run in runs]),
                "listen": (("side", "end"), [run.listen for run in runs]),
                "share": ("side", [run.share for run in runs]),
                "speed": s.config.speed,
                "spacing": s.config.spacing,
                "samples": s.config.steps,
            },
            coords={"side": list(s.sides), "time_step": list(s.time_steps), **end},
            attrs={"form": s.config.form},
        )

    def forecast(self, setup: xr.Dataset, work: Work) -> Forecast:
        """Return all rungs to the closed-form bin, and the closed-form bins of the survey."""
        predicted = {
            "survey": xr.Dataset({"bin": forecasting.survey(self.setting)}),
            "spectrum": forecasting.spectrum(self.setting),
        }
        return Forecast((forecasting.ladder(self.setting),), xr.DataTree.from_dict(predicted))

    def measure(self, forecast: Forecast, work: Work) -> Measurement:
        """Run the network; step, strike and film what checks and figures need beside it."""
        return measuring.measured(self.setting, work)

    def findings(self, result: xr.DataTree) -> dict[str, Finding]:
        """Return what the checks of this case found."""
        return findings.of_square(result, self.setting)

    def report(self, result: xr.DataTree) -> Report:
        """Return Fig 2 with its budget, spectrum, dispersion, energies, speed field, film and sound."""
        drawn = {
            "fundamental": figures.fundamental(result),
            "spectrum": figures.spectrum(result),
            "dispersion": figures.dispersion(),
            "energy": figures.energies(result),
            "speed field": figures.speed_field(result),
            "film": figures.film(result),
        }
        setup = results.dataset(result, "setup")
        heard = sound.files(result, {"sides": setup["side"].values.tolist()}, under_mallet(setup))
        media = {".gif": film.gif(result, exact(), NAME), **heard}
        return Report(drawn, tables.of_square(result), media)
