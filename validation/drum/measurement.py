"""The measurement of square drums: the network struck and heard, and NumPy stepping beside it."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from numerics.drum.drums import Drum
from numerics.drum.estimators import ESTIMATORS, fft_bin
from numerics.drum.stepping import FORMS, Form, Stepper, struck
from numerics.files import kept_arrays
from numerics.schema import quantity
from numerics.sweep import sweep
from theory.drum.dispersion import time_step_frequency
from validation.drum import exhibits, film, forecast, sound
from validation.drum.setting import Setting
from validation.experiment import Measurement, Progress

COMPARED = 500  # samples in which the network has to agree with NumPy stepping to rounding
SHORT = {"2000 samples": 2000, "1000 samples": 1000}
LEAST_CYCLES = 8  # in a part of a signal, or the image at negative frequency decides


def measured(setting: Setting, store: Path, progress: Progress) -> Measurement:
    """Run the network and read its bins; step, record and film what checks and figures need.

    Signals of the network, what stepping found and the survey are kept in `store` as they come.
    """
    s = setting
    network = kept_arrays(store / "network.npz", lambda: _network_signals(s, progress))
    stepping = kept_arrays(store / "stepped.npz", lambda: _stepped_signals(s, progress))
    surveyed = kept_arrays(store / "survey.npz", lambda: {"bin": _survey(s, progress).values})
    heard = _labelled(s, network["heard"])
    bins = _bins(s, heard)
    spectrum = np.abs(np.fft.rfft(heard.values[0, 0]))
    survey = forecast.survey(s).copy(data=surveyed["bin"]).assign_attrs(long_name="measured bin")
    observed = xr.DataTree.from_dict(
        {
            "runs": _runs(s, heard, bins, stepping),
            "survey": xr.Dataset({"bin": survey}),
            "spectrum": xr.Dataset({"magnitude": forecast.spectrum_magnitude(s, spectrum)}),
            "sound": sound.recorded(s, heard),
            "film": film.shot(),
            "energies": exhibits.energies(),
            "speed_field": exhibits.trained_speed(),
        }
    )
    return Measurement({forecast.FUNDAMENTAL: forecast.frequency_of(s, bins)}, observed)


def _runs(
    setting: Setting, heard: xr.DataArray, bins: xr.DataArray, stepping: dict[str, np.ndarray]
) -> xr.Dataset:
    """Return what was read off the network at each time step and side, and how far it is off."""
    here = ("time_step", "side")
    disagreement = np.abs(heard.values[..., :COMPARED] - stepping["chosen"]).max(axis=-1)
    return xr.Dataset(
        {
            "bin": bins,
            "loudest_bin": (here, np.abs(np.fft.rfft(heard.values)).argmax(axis=-1)),
            "network_error": (here, disagreement),
            "signal_error": (("form", *here), stepping["error"]),
            "spectrum_error": (here, stepping["spectrum_error"]),
            "estimate": _estimates(setting, heard),
        },
        coords={"form": list(FORMS)},
    )


def _labelled(setting: Setting, signals: np.ndarray) -> xr.DataArray:
    """Return signals, (run, sample), as (time_step, side, sample)."""
    shape = [len(values) for values in setting.points.values()]
    return quantity(
        signals.reshape(*shape, -1),
        [*setting.points, "sample"],
        name="heard",
        long_name="displacement heard",
        coords={dim: list(values) for dim, values in setting.points.items()},
    )


@dataclasses.dataclass(frozen=True)
class _Band:
    """Drums that play together: each with its time step, struck once, heard at one node."""

    drums: list[Drum]
    strikes: list[np.ndarray]
    time_steps: list[float]
    nodes: list[tuple[int, int]]


def _band(setting: Setting, convention: str, time_steps: Sequence[float]) -> _Band:
    """Return all drums at some time steps, these outermost."""
    pairs = [(step, side) for step in time_steps for side in setting.sides]
    drums = [setting.drum(side, convention) for _, side in pairs]
    runs = [setting.run(side, step, convention) for step, side in pairs]
    strikes = [struck(drum, run.strike) for drum, run in zip(drums, runs, strict=True)]
    return _Band(drums, strikes, [step for step, _ in pairs], [run.listen for run in runs])


def _network_signals(setting: Setting, progress: Progress) -> dict[str, np.ndarray]:
    from numerics.devices import find_device
    from numerics.drum.network import WaveNetwork

    config = setting.config
    band = _band(setting, config.side_means, setting.time_steps)
    device = find_device(config.device)
    network = WaveNetwork(band.drums, band.time_steps, config.form, device=device)

    def told(done: int, total: int) -> None:
        progress("network", done, total)

    return {"heard": network.listen(band.strikes, band.nodes, config.steps, told)}


def _step(setting: Setting, form: Form, convention: str, time_steps: Sequence[float]) -> np.ndarray:
    """Return what NumPy stepping hears of all drums, (run, sample)."""
    band = _band(setting, convention, time_steps)
    stepper = Stepper(band.drums, band.strikes, band.time_steps, form)
    return stepper.listen(band.nodes, setting.config.steps)


def _stepped_signals(setting: Setting, progress: Progress) -> dict[str, np.ndarray]:
    """Step all forms in NumPy; hold each signal against the modal one, the spectrum of one too."""
    config, errors, kept = setting.config, [], {}
    for done, form in enumerate(FORMS, 1):
        signals = _labelled(setting, _step(setting, form, config.side_means, setting.time_steps))

        def modal_error(time_step: float, side: int, signals=signals, form=form) -> float:
            lines = setting.run(side, time_step).lines(form)
            heard = signals.sel(time_step=time_step, side=side).values
            return float(np.abs(heard - lines.signal(len(heard))).max())

        def spectrum_error(time_step: float, side: int, signals=signals, form=form) -> float:
            lines = setting.run(side, time_step).lines(form)
            spectrum = np.fft.rfft(signals.sel(time_step=time_step, side=side).values)
            closed = lines.spectrum(config.steps, np.arange(len(spectrum)))
            return float(np.abs(spectrum - closed).max() / np.abs(spectrum).max())

        errors.append(_over(setting, modal_error, "largest difference from the modal signal"))
        if form == config.form:
            kept["chosen"] = signals.values[..., :COMPARED]
            kept["spectrum_error"] = _over(
                setting, spectrum_error, "of the largest magnitude"
            ).values
        progress("stepping", done, len(FORMS))
    return kept | {"error": np.stack(errors)}


def _over(setting: Setting, function: Callable[..., float], long_name: str) -> xr.DataArray:
    return sweep(function, setting.points, name="error", long_name=long_name)


def _survey(setting: Setting, progress: Progress) -> xr.DataArray:
    """Read the bin of every form, meaning of the side, time step and side off NumPy stepping."""

    @functools.lru_cache(maxsize=1)  # all sides are stepped together
    def heard(form: Form, convention: str, time_step: float) -> np.ndarray:
        return _step(setting, form, convention, [time_step])

    def bin_of(form: Form, convention: str, time_step: float, side: int) -> int:
        signal = heard(form, convention, time_step)[setting.sides.index(side)]
        return fft_bin(signal, share=setting.share(setting.run(side, time_step, convention)))

    def told(done: int, total: int) -> None:
        progress("survey", done, total)

    predicted = forecast.survey(setting)
    coords = {dim: predicted[dim].values.tolist() for dim in map(str, predicted.dims)}
    return sweep(bin_of, coords, name="bin", long_name="measured bin", progress=told)


def _bins(setting: Setting, heard: xr.DataArray) -> xr.DataArray:
    """Return the bin of the fundamental in what the network was heard to do."""

    def bin_of(time_step: float, side: int) -> int:
        share = setting.share(setting.run(side, time_step))
        return fft_bin(heard.sel(time_step=time_step, side=side).values, share=share)

    return sweep(bin_of, setting.points, name="bin", long_name="measured bin")


def _estimates(setting: Setting, heard: xr.DataArray) -> xr.DataArray:
    """Return the frequency that each estimator reads off the whole signal and off its beginning."""
    windows = {"all samples": setting.config.steps} | SHORT
    truth = forecast.stepped(setting, time_step_frequency())

    def estimate(window: str, estimator: str, time_step: float, side: int) -> float:
        at = {"time_step": time_step, "side": side}
        samples = windows[window]
        if samples > heard.sizes["sample"] or samples * time_step * truth.sel(at) < LEAST_CYCLES:
            return np.nan
        share = setting.share(setting.run(side, time_step))
        return ESTIMATORS[estimator](heard.sel(at).values[:samples], time_step, share=share)

    coords = {"window": list(windows), "estimator": list(ESTIMATORS), **setting.points}
    return sweep(
        estimate,
        coords,
        name="estimate",
        long_name="frequency of the fundamental",
        units="1/time",
    )
