"""Square drums: Fig 2 of the paper, predicted to the last bin.

Ladder, in logarithms: continuum formula > space step > time step > spectral bin > network.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from numerics.drum.estimators import ESTIMATORS, fft_bin
from numerics.drum.modes import Lines
from numerics.drum.stepping import FORMS, Stepper, struck
from numerics.files import read_arrays, write_arrays
from numerics.lambdify import lambdify
from numerics.schema import quantity
from theory.drum.dispersion import (
    NU,
    Z,
    space_error,
    space_step_frequency,
    time_error,
    time_step_frequency,
)
from theory.drum.membrane import COLUMN, LENGTH, ROW, C, square_frequency
from theory.drum.stencil import SPACING, SPACINGS
from theory.drum.steps import DT
from validation import results
from validation.checks import Finding
from validation.drum import exhibits, figures, film, findings, sound, tables
from validation.drum.findings import BIN, SPACE, TIME
from validation.drum.setting import Run, setting_of
from validation.experiment import Forecast, Measurement, Progress, Report
from validation.ladder import Ladder, Prediction, Rung

if TYPE_CHECKING:
    from validation.drum import Config

FUNDAMENTAL = "fundamental"
MEANING = "meaning of the side"
STEPPED = "grid in time steps"
COMPARED = 500  # samples in which the network has to agree with NumPy stepping to rounding
SHORT = {"2000 samples": 2000, "1000 samples": 1000}
LEAST_CYCLES = 8  # in a part of a signal, or the image at negative frequency decides
LOWEST = {ROW: 1, COLUMN: 1}
ROUNDING = 1e-15
BETWEEN = 0.01  # a fundamental this near to the middle of two bins may fall into either


class SquareDrums:
    """Square drums of several sides, struck once, at several time steps."""

    name = "square"

    def __init__(self, config: Config):
        self.setting = setting_of(config)

    def notes(self) -> list[str]:
        """Return what runs."""
        s, config = self.setting, self.setting.config
        steps = ", ".join(f"{step:.6g}" for step in s.time_steps)
        readings = len(FORMS) * len(s.conventions) * len(s.survey_steps) * len(s.sides)
        return [
            f"Square drums of side {', '.join(map(str, s.sides))} (in spacings of {config.spacing:g}; "
            f"counted: {config.side_means.replace('_', ' ')}), wave speed {config.speed:g}, time steps "
            f"{steps}, {config.steps} samples, {config.form.replace('_', ' ')}.",
            f"The network (torch, float64) runs all of them; NumPy stepping reads {readings} more: "
            f"{len(FORMS)} forms, {len(s.conventions)} meanings of the side, "
            f"{len(s.survey_steps)} time steps.",
        ]

    def prepare(self) -> xr.Dataset:
        """Return drums, strikes and time steps."""
        s = self.setting
        runs = [s.run(side, s.time_steps[0]) for side in s.sides]
        end = {"end": ["x", "y"]}
        return xr.Dataset(
            {
                "spacings": ("side", [run.spacings for run in runs]),
                "strike": (("side", "end"), [run.strike for run in runs]),
                "listen": (("side", "end"), [run.listen for run in runs]),
                "share": ("side", [s.share(run) for run in runs]),
                "speed": s.config.speed,
                "spacing": s.config.spacing,
                "samples": s.config.steps,
            },
            coords={"side": list(s.sides), "time_step": list(s.time_steps), **end},
            attrs={"form": s.config.form},
        )

    # --- forecast ---------------------------------------------------------------------------

    def forecast(self, setup: xr.Dataset) -> Forecast:
        """Return all rungs to the closed-form bin, and the closed-form bins of the survey."""
        return Forecast((self._ladder(),), self._predicted())

    def _ladder(self) -> Ladder:
        s = self.setting
        bins, place = self._closed_form_bins()
        rungs = [Rung("continuum formula", self._formula(np.array(s.sides)))]
        if s.config.side_means != "spacings":
            own = self._formula(self._spacings)
            rungs.append(Rung("continuum, spacings of the grid", own, MEANING))
        duration = s.config.steps * xr.DataArray(list(s.time_steps), dims="time_step")
        rungs += [
            Rung("grid", self._stepped(space_step_frequency()), SPACE),
            Rung(STEPPED, self._stepped(time_step_frequency()), TIME),
            Rung("closed-form bin", self._frequency(bins / duration.values[:, None]), BIN),
        ]
        return Ladder(
            name=FUNDAMENTAL,
            rungs=tuple(rungs),
            measurement="network",
            scale=xr.DataArray(1.0),
            scale_name="log",
            compare="log",
            predictions=self._predictions(place),
        )

    def _formula(self, spacings: np.ndarray) -> xr.DataArray:
        """Return c/(sqrt(2) L) for each side, (side,)."""
        config = self.setting.config
        law = square_frequency().subs(LOWEST)
        values = lambdify(law, (C, LENGTH))(config.speed, spacings * config.spacing)
        return quantity(
            values,
            ["side"],
            name="frequency",
            long_name="frequency of the fundamental",
            units="1/time",
            coords={"side": list(self.setting.sides)},
        )

    def _stepped(self, law) -> xr.DataArray:
        """Return a law of the grid for every side, and time step if it knows of any."""
        s, config = self.setting, self.setting.config
        function = lambdify(law.subs(LOWEST), (C, SPACING, SPACINGS, DT))
        steps = np.array(s.time_steps)[:, None]
        values = function(config.speed, config.spacing, self._spacings, steps)
        if DT not in law.free_symbols:
            return self._formula(self._spacings).copy(data=values)
        return self._frequency(values)

    @property
    def _spacings(self) -> np.ndarray:
        s = self.setting
        return np.array([s.spacings(side, s.config.side_means) for side in s.sides])

    def _frequency(self, values: np.ndarray) -> xr.DataArray:
        return quantity(
            values,
            ["time_step", "side"],
            name="frequency",
            long_name="frequency of the fundamental",
            units="1/time",
            coords={"time_step": list(self.setting.time_steps), "side": list(self.setting.sides)},
        )

    def _predictions(self, place: np.ndarray) -> dict[str, Prediction]:
        """Return the sizes of the sources beforehand.

        Space and time: leading order, with the next one as uncertainty. Bin: the nearest one, by
        which k0 is rounded; right in the middle of two, either.
        """
        z = np.pi / (2 * self._spacings)
        nu = np.array([[self.setting.courant(step)] for step in self.setting.time_steps])
        predictions = {}
        for source, law in ((SPACE, space_error()), (TIME, time_error())):
            leading, next_order = (
                lambdify(e, (Z, NU))(z, nu) + 0 * nu * z for e in (law.right, law.left - law.right)
            )
            # the ladder subtracts the lower rung from the upper one
            predictions[source] = Prediction(
                self._frequency(-leading), self._frequency(np.abs(next_order))
            )
        between = np.abs(place % 1 - 0.5) < BETWEEN
        predictions[BIN] = Prediction(
            self._frequency(np.log(place / np.maximum(np.round(place), 1))),
            self._frequency(np.where(between, 1 / place, ROUNDING)),
        )
        return predictions

    def _runs(self) -> list[list[Run]]:
        """Return the runs of the configuration, by time step and side."""
        s = self.setting
        return [[s.run(side, step) for side in s.sides] for step in s.time_steps]

    def _closed_form_bins(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the bin of the fundamental and its exact place k0, (time_step, side)."""
        form, samples = self.setting.config.form, self.setting.config.steps
        found = np.array(
            [[r.lines(form).fundamental_bin(samples) for r in row] for row in self._runs()]
        )
        return found[..., 0].astype(int), found[..., 1]

    def _predicted(self) -> xr.DataTree:
        """Return the closed-form bins of the survey and the spectrum of the first run."""
        s = self.setting
        form = s.config.form
        first = s.run(s.sides[0], s.time_steps[0]).lines(form)
        samples = s.config.steps
        survey = np.array(
            [
                [
                    [
                        [
                            s.run(side, step, c).lines(f).fundamental_bin(samples)[0]
                            for side in s.sides
                        ]
                        for step in s.survey_steps
                    ]
                    for c in s.conventions
                ]
                for f in FORMS
            ]
        )
        closed = np.abs(first.spectrum(samples, np.arange(samples // 2 + 1)))
        heard = {
            "magnitude": self._spectrum(closed, "magnitude of the spectrum in closed form"),
            "line_frequency": ("line", first.angles / (2 * np.pi * s.time_steps[0])),
            "line_amplitude": ("line", first.amplitudes),
        }
        return xr.DataTree.from_dict(
            {
                "survey": xr.Dataset({"bin": self._survey(survey, "closed-form bin")}),
                "spectrum": xr.Dataset(heard),
            }
        )

    def _survey(self, values: np.ndarray, long_name: str) -> xr.DataArray:
        s = self.setting
        return quantity(
            values,
            ["form", "convention", "time_step", "side"],
            name="bin",
            long_name=long_name,
            coords={
                "form": list(FORMS),
                "convention": list(s.conventions),
                "time_step": list(s.survey_steps),
                "side": list(s.sides),
            },
        )

    def _spectrum(self, values: np.ndarray, long_name: str) -> xr.DataArray:
        s = self.setting
        frequency = np.arange(len(values)) / (s.config.steps * s.time_steps[0])
        return quantity(
            values,
            ["frequency"],
            name="magnitude",
            long_name=long_name,
            coords={"frequency": frequency},
        )

    # --- measurement ------------------------------------------------------------------------

    def measure(self, forecast: Forecast, store: Path, progress: Progress) -> Measurement:
        """Run the network; step, strike and film what the checks and figures need beside it."""
        heard = _kept(store / "network.npz", lambda: self._network_signals(progress))["heard"]
        stepped = _kept(store / "stepped.npz", lambda: self._stepped_signals(progress))
        surveyed = _kept(store / "survey.npz", lambda: self._survey_bins(progress))
        s = self.setting
        bins = self._read_bins(heard)
        duration = s.config.steps * np.array(s.time_steps)[:, None]
        spectrum = np.abs(np.fft.rfft(heard[0, 0]))
        observed = xr.DataTree.from_dict(
            {
                "runs": self._observed_runs(heard, bins, stepped),
                "survey": xr.Dataset({"bin": self._survey(surveyed["bins"], "measured bin")}),
                "spectrum": xr.Dataset(
                    {"magnitude": self._spectrum(spectrum, "magnitude of the spectrum")}
                ),
                "sound": sound.recorded(s, heard),
                "film": film.shot(),
                "energies": exhibits.energies(),
                "speed_field": exhibits.trained_speed(),
            }
        )
        return Measurement({FUNDAMENTAL: self._frequency(bins / duration)}, observed)

    def _observed_runs(
        self, heard: np.ndarray, bins: np.ndarray, stepped: dict[str, np.ndarray]
    ) -> xr.Dataset:
        """Return what was read off the network at each time step and side, and how far it is off."""
        here = ("time_step", "side")
        disagreement = np.abs(heard[..., :COMPARED] - stepped["chosen"]).max(axis=-1)
        loudest = np.abs(np.fft.rfft(heard)).argmax(axis=-1)
        return xr.Dataset(
            {
                "bin": (here, bins),
                "loudest_bin": (here, loudest),
                "network_error": (here, disagreement),
                "signal_error": (("form", *here), stepped["error"]),
                "spectrum_error": (here, stepped["spectrum_error"]),
                "estimate": self._estimates(heard),
            },
            coords={
                "form": list(FORMS),
                "time_step": list(self.setting.time_steps),
                "side": list(self.setting.sides),
            },
        )

    def _drums(self):
        """Return drums, strikes, time steps and listening nodes, time steps outermost."""
        s = self.setting
        pairs = [(step, side) for step in s.time_steps for side in s.sides]
        drums = [s.drum(side) for _, side in pairs]
        runs = [s.run(side, step) for step, side in pairs]
        strikes = [struck(d, r.strike) for d, r in zip(drums, runs, strict=True)]
        return drums, strikes, [step for step, _ in pairs], [run.listen for run in runs]

    def _shaped(self, signals: np.ndarray) -> np.ndarray:
        s = self.setting
        return signals.reshape(len(s.time_steps), len(s.sides), -1)

    def _network_signals(self, progress: Progress) -> dict[str, np.ndarray]:
        from numerics.devices import find_device
        from numerics.drum.network import WaveNetwork

        config = self.setting.config
        drums, strikes, steps, nodes = self._drums()
        network = WaveNetwork(drums, steps, config.form, device=find_device(config.device))

        def told(done: int, total: int) -> None:
            progress("network", done, total)

        heard = network.listen(strikes, nodes, config.steps, told)
        return {"heard": self._shaped(heard)}

    def _stepped_signals(self, progress: Progress) -> dict[str, np.ndarray]:
        """Step all forms in NumPy; hold each signal against the modal one, the spectrum of one too."""
        s, samples = self.setting, self.setting.config.steps
        drums, strikes, steps, nodes = self._drums()
        runs = self._runs()
        errors, result = [], {}
        for done, form in enumerate(FORMS, 1):
            signals = self._shaped(Stepper(drums, strikes, steps, form).listen(nodes, samples))
            lines = [[run.lines(form) for run in row] for row in runs]
            errors.append(_over(signals, lines, lambda x, of: np.abs(x - of.signal(samples)).max()))
            if form == s.config.form:
                result["chosen"] = signals[..., :COMPARED]
                result["spectrum_error"] = _over(signals, lines, _spectrum_error)
            progress("stepping", done, len(FORMS))
        return result | {"error": np.array(errors)}

    def _survey_bins(self, progress: Progress) -> dict[str, np.ndarray]:
        """Read the bin of every form, meaning of the side, time step and side."""
        s, samples = self.setting, self.setting.config.steps
        found = np.empty((len(FORMS), len(s.conventions), len(s.survey_steps), len(s.sides)), int)
        total, done = len(FORMS) * len(s.survey_steps), 0
        for f, form in enumerate(FORMS):
            for t, step in enumerate(s.survey_steps):
                pairs = [(side, c) for c in s.conventions for side in s.sides]
                drums = [s.drum(side, c) for side, c in pairs]
                runs = [s.run(side, step, c) for side, c in pairs]
                strikes = [struck(d, r.strike) for d, r in zip(drums, runs, strict=True)]
                stepper = Stepper(drums, strikes, [step] * len(runs), form)
                signals = stepper.listen([r.listen for r in runs], samples)
                bins = [
                    fft_bin(x, share=s.share(run)) for x, run in zip(signals, runs, strict=True)
                ]
                found[f, :, t] = np.reshape(bins, (len(s.conventions), len(s.sides)))
                done += 1
                progress("survey", done, total)
        return {"bins": found}

    def _read_bins(self, heard: np.ndarray) -> np.ndarray:
        s = self.setting
        shares = [s.share(s.run(side, s.time_steps[0])) for side in s.sides]
        return np.array(
            [[fft_bin(x, share=q) for x, q in zip(row, shares, strict=True)] for row in heard]
        )

    def _estimates(self, heard: np.ndarray) -> xr.DataArray:
        """Return the frequency that each estimator reads off the whole signal and off short parts."""
        s = self.setting
        truth = self._stepped(time_step_frequency()).values
        windows = {"all samples": s.config.steps} | SHORT
        values = np.full((len(windows), len(ESTIMATORS), *heard.shape[:2]), np.nan)
        for w, samples in enumerate(windows.values()):
            for t, k in np.ndindex(*heard.shape[:2]):
                step = s.time_steps[t]
                if samples > s.config.steps or samples * step * truth[t, k] < LEAST_CYCLES:
                    continue
                share = s.share(s.run(s.sides[k], step))
                for e, estimate in enumerate(ESTIMATORS.values()):
                    values[w, e, t, k] = estimate(heard[t, k, :samples], step, share=share)
        return quantity(
            values,
            ["window", "estimator", "time_step", "side"],
            name="estimate",
            long_name="frequency of the fundamental",
            units="1/time",
            coords={"window": list(windows), "estimator": list(ESTIMATORS)},
        )

    # --- judgement --------------------------------------------------------------------------

    def findings(self, result: xr.DataTree) -> dict[str, Finding]:
        """Return what the checks of this case found."""
        return findings.of_square(result, results.ladder(result, FUNDAMENTAL), self.setting)

    def report(self, result: xr.DataTree) -> Report:
        """Return Fig 2 with its budget, spectrum, dispersion, energies, speed field and film."""
        ladder = results.ladder(result, FUNDAMENTAL)
        drawn = {
            "fundamental": figures.fundamental(result, ladder),
            "spectrum": figures.spectrum(result),
            "dispersion": figures.dispersion(),
            "energy": figures.energies(result),
            "speed field": figures.speed_field(result),
            "film": figures.film(result),
        }
        media = {".gif": film.gif(result), **sound.files(result)}
        return Report(drawn, tables.of_square(result, ladder), media)


def _over(
    signals: np.ndarray, lines: list[list[Lines]], error: Callable[[np.ndarray, Lines], float]
) -> np.ndarray:
    """Return a number for every time step and side."""
    return np.array(
        [
            [error(x, of) for x, of in zip(row, row_lines, strict=True)]
            for row, row_lines in zip(signals, lines, strict=True)
        ]
    )


def _spectrum_error(signal: np.ndarray, lines: Lines) -> float:
    """Return how far the closed-form spectrum is from the transform of a signal, of its maximum."""
    spectrum = np.fft.rfft(signal)
    closed = lines.spectrum(len(signal), np.arange(len(spectrum)))
    return float(np.abs(spectrum - closed).max() / np.abs(spectrum).max())


def _kept(path: Path, compute: Callable[[], dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Return arrays from an earlier part of this run, or compute and keep them."""
    if not path.exists():
        write_arrays(path, compute())
    return read_arrays(path)
