"""The measurement of square drums: the network struck and heard, and NumPy stepping beside it."""

from __future__ import annotations

import numpy as np
import xarray as xr

from numerics.drum.estimators.one_line import ESTIMATORS
from numerics.drum.estimators.peaks import fft_bin
from numerics.drum.forms import FORMS, Form
from numerics.drum.lines import Lines
from numerics.drum.stepping import Stepper, struck
from numerics.files import kept
from numerics.sweep import sweep
from theory.drum.dispersion import time_step_frequency
from theory.errors import ArgumentError
from validation.drum import sound
from validation.drum.fundamental import FUNDAMENTAL, frequency_of_bins
from validation.drum.listening import Struck, bins_heard, network_hears
from validation.drum.square import exhibits, film, forecasting
from validation.drum.square.setting import Run, Setting
from validation.experiment import Measurement, Work

COMPARED = 500  # samples in which the network has to agree with NumPy stepping to rounding
SHORT = {"2000 samples": 2000, "1000 samples": 1000}
LEAST_CYCLES = 8  # in a part of a signal, or the image at negative frequency decides


def measured(setting: Setting, work: Work) -> Measurement:
    """Run the network and read its bins; step, record and film what checks and figures need.

    The network goes on from where it was cut off; stepping and survey are kept when they are done.
    """
    heard = _network(setting, work)
    stepping = kept(work.store / "stepping.nc", lambda: _stepping(setting, work))
    survey = kept(work.store / "survey.nc", lambda: _survey(setting, work).to_dataset())
    bins = bins_heard(heard, lambda time_step, side: setting.run(side, time_step).share)
    spectrum = np.abs(np.fft.rfft(heard.values[0, 0]))
    runs = stepping.drop_vars("chosen").assign(
        bin=bins,
        loudest_bin=xr.apply_ufunc(
            lambda x: np.abs(np.fft.rfft(x)).argmax(axis=-1), heard, input_core_dims=[["sample"]]
        ),
        network_error=abs(heard.isel(sample=slice(COMPARED)) - stepping["chosen"]).max("sample"),
        estimate=_estimates(setting, heard),
    )
    observed = xr.DataTree.from_dict(
        {
            "runs": runs,
            "survey": survey,
            "spectrum": xr.Dataset({"magnitude": forecasting.magnitude(setting, spectrum)}),
            "sound": sound.recorded(
                heard,
                lambda time_step, side: setting.run(side, time_step).share,
                lambda time_step, side: setting.run(side, time_step).lines(setting.config.form),
            ),
            "film": film.shot(),
            "energies": exhibits.energies(),
            "speed_field": exhibits.trained_speed(),
        }
    )
    frequency = frequency_of_bins(bins, setting.config.steps)
    return Measurement({FUNDAMENTAL: frequency}, observed)


def _network(setting: Setting, work: Work) -> xr.DataArray:
    """Strike the network's drums, all in one batch, and listen, (time_step, side, sample)."""
    runs = [setting.run(side, step) for step in setting.time_steps for side in setting.sides]
    steps = [step for step in setting.time_steps for _ in setting.sides]
    config = setting.config
    return network_hears(
        [
            Struck(setting.drum(run.spacings), step, run.strike, run.listen)
            for run, step in zip(runs, steps, strict=True)
        ],
        setting.points,
        samples=config.steps,
        form=config.form,
        device=config.device,
        work=work,
    )


def _heard_stepping(setting: Setting, form: Form, time_step: float, runs: list[Run]) -> np.ndarray:
    """Return what NumPy stepping hears of some drums, (run, sample)."""
    drums = [setting.drum(run.spacings) for run in runs]
    strikes = [struck(drum, run.strike) for drum, run in zip(drums, runs, strict=True)]
    stepper = Stepper(drums, strikes, [time_step] * len(runs), form)
    return stepper.listen([run.listen for run in runs], setting.config.steps)


def _stepping(setting: Setting, work: Work) -> xr.Dataset:
    """Step all forms in NumPy; hold each signal against the modal one, and its spectrum."""
    samples, sides = setting.config.steps, {"side": list(setting.sides)}
    chosen = {}

    def errors(form: Form, time_step: float) -> xr.DataArray:
        runs = [setting.run(side, time_step) for side in setting.sides]
        signals = _heard_stepping(setting, form, time_step, runs)
        if form == setting.config.form:
            chosen[time_step] = signals[:, :COMPARED]
        of_spectrum = _spectrum_error if form == setting.config.form else lambda x, lines: np.nan
        lines = [run.lines(form) for run in runs]
        found = [
            (np.abs(x - of.signal(samples)).max(), of_spectrum(x, of))
            for x, of in zip(signals, lines, strict=True)
        ]
        return xr.DataArray(
            found, dims=("side", "source"), coords=sides | {"source": ["signal", "spectrum"]}
        )

    found = sweep(
        errors,
        {"form": FORMS, "time_step": setting.time_steps},
        name="error",
        long_name="largest difference of stepping from the closed form",
        progress=work.stage("stepping"),
    )
    first = np.stack([chosen[step] for step in setting.time_steps])
    return xr.Dataset(
        {
            "signal_error": found.sel(source="signal", drop=True),
            "spectrum_error": found.sel(source="spectrum", form=setting.config.form, drop=True),
            "chosen": (("time_step", "side", "sample"), first),
        }
    )


def _spectrum_error(signal: np.ndarray, lines: Lines) -> float:
    """Return how far the closed-form spectrum is from the transform of a signal, of its maximum."""
    spectrum = np.fft.rfft(signal)
    closed = lines.spectrum(len(signal), np.arange(len(spectrum)))
    return float(np.abs(spectrum - closed).max() / np.abs(spectrum).max())


def _survey(setting: Setting, work: Work) -> xr.DataArray:
    """Read the bin of every form, time step and number of spacings off NumPy stepping."""
    points = dict(setting.survey_points)
    spacings = points.pop("spacings")

    def bins(form: Form, time_step: float) -> xr.DataArray:
        runs = [setting.run_of(m, time_step) for m in spacings]
        signals = _heard_stepping(setting, form, time_step, runs)
        found = [fft_bin(x, share=run.share) for x, run in zip(signals, runs, strict=True)]
        return xr.DataArray(found, dims="spacings", coords={"spacings": list(spacings)})

    return sweep(bins, points, name="bin", long_name="measured bin", progress=work.stage("survey"))


def _estimates(setting: Setting, heard: xr.DataArray) -> xr.DataArray:
    """Return the frequency that each estimator reads off the whole signal and off its beginning."""
    windows = {"all samples": setting.config.steps} | SHORT
    truth = forecasting.stepped(setting, time_step_frequency())

    def estimate(window: str, estimator: str, time_step: float, side: int) -> float:
        at = {"time_step": time_step, "side": side}
        samples = windows[window]
        if samples > heard.sizes["sample"] or samples * time_step * truth.sel(at) < LEAST_CYCLES:
            return np.nan
        share = setting.run(side, time_step).share
        try:
            return ESTIMATORS[estimator](heard.sel(at).values[:samples], time_step, share=share)
        except ArgumentError:  # it finds no line in a signal like this
            return np.nan

    coords = {"window": list(windows), "estimator": list(ESTIMATORS), **setting.points}
    return sweep(
        estimate,
        coords,
        name="estimate",
        long_name="frequency of the fundamental",
        units="1/time",
    )
