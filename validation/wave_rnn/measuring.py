"""The measurement: what networks do on images kept from them, and what their waves do."""

from __future__ import annotations

import warnings

import numpy as np
import torch
import xarray as xr

from numerics.schema import quantity
from numerics.wave_rnn.networks.conv_lstm import ConvLSTM
from numerics.wave_rnn.networks.nwm import WaveNetwork
from numerics.wave_rnn.segments.segment_set import Splits
from numerics.wave_rnn.waves.growth import growth_bound
from numerics.wave_rnn.waves.stability import StabilityWarning, stability_of
from numerics.wave_rnn.waves.stepping import Correlation
from validation import results
from validation.experiment import Forecast, Measurement, Work
from validation.wave_rnn import exhibits, modes, pictures, scoring
from validation.wave_rnn.cones import leak_of
from validation.wave_rnn.fields import (
    FieldArrays,
    fields_of,
    first_images,
    history_of,
    kernel_of,
)
from validation.wave_rnn.setting import Setting
from validation.wave_rnn.subjects import Place, Subject
from validation.wave_rnn.watching import labelled, run_on, shares_of

LOOKED_AT = 32  # test images whose histories are looked at
EARLY = 4  # step at which linear theory is held against the network, beside the last
MARGINS = (4.1, 3.9)  # to which a network's stiffness is raised: beyond its bound, and inside

# what is seen of each wave network: its name, in words, unit
SEEN = {
    "bound_ratio": ("largest |y| over its bound, every pixel and step", "1"),
    "largest_state": ("largest |y|", "1"),
    "test_margin": ("dt^2 omega + 2 alpha dt, largest, on test images", "1"),
    "saturation": ("share of |W * y| > 1, all pixels and steps", "1"),
    "linear_error_early": ("error of linear theory after 4 steps, relative", "1"),
    "linear_error": ("error of linear theory after T steps, relative", "1"),
    "leak_states": ("one pixel changed: largest change of states outside the cone", "1"),
    "leak_logits": ("one pixel changed: largest change of logits outside the cone", "1"),
    "reach": ("distance to which one pixel is heard", "px"),
    "warned_beyond": ("warning at margin 4.1", "1"),
    "warned_inside": ("warning at margin 3.9", "1"),
    "small_wave_error": ("small waves against powers of the step's matrix, relative", "1"),
}


def measure(
    setting: Setting,
    forecast: Forecast,
    shares: np.ndarray,
    subjects: dict[Place, Subject],
    splits: Splits,
    work: Work,
) -> Measurement:
    """Run every network: its modes, its scores, its states; and the waves of the figures.

    Parameters
    ----------
    shares : ndarray, (N,)
        Of the classes, among the pixels of the training images.
    """
    ladders = {modes.START: _start_mode()}
    observed = {f"exhibits/{name}": waves for name, waves in exhibits.shown(work).items()}
    if setting.waves:
        assert isinstance(forecast.predicted, xr.DataTree)
        said = results.dataset(forecast.predicted, "waves").isel(stage=-1)
        ladders[modes.TRAINED] = _network_modes(setting, said, subjects, work)
        observed["waves"] = _seen(setting, subjects, splits, work)
    if setting.is_trained:
        observed["scores"] = scoring.scored(setting, subjects, splits, shares, work)
    if setting.recurrent:
        observed["wavelengths"] = _wavelengths(setting, subjects, splits)
    if setting.recurrent and setting.config.watch is not None:
        observed["watched"] = _watched(setting, subjects)
    pictured = pictures.taken(setting, subjects, splits)
    return Measurement(ladders, xr.DataTree.from_dict(observed | pictured))


def _start_mode() -> xr.DataArray:
    mode = modes.start_mode()
    return modes.over_time(mode, modes.run_mode(mode, torch.from_numpy(mode.kernel))[:, 0])


def _network_modes(
    setting: Setting, said: xr.Dataset, subjects: dict[Place, Subject], work: Work
) -> xr.DataArray:
    """Return what every wave network's own recurrence makes of its modes."""
    done, total = 0, len(setting.waves) * len(setting.seeds)

    def one(name: str, seed: int) -> xr.Dataset:
        nonlocal done
        network = subjects[name, seed].waves(setting.stages[-1])
        here = said.sel(wave_network=name, seed=seed)
        found = modes.run_modes(modes.modes_of(network, here), network.kernel)
        done += 1
        work.progress("modes", done, total)
        return xr.Dataset({"mode_amplitude": found})

    return setting.over(one, setting.waves)["mode_amplitude"]


def _seen(
    setting: Setting, subjects: dict[Place, Subject], splits: Splits, work: Work
) -> xr.Dataset:
    done, total = 0, len(setting.waves) * len(setting.seeds)

    def one(name: str, seed: int) -> xr.Dataset:
        nonlocal done
        found = waves_of(subjects[name, seed].waves(setting.stages[-1]), seed, splits)
        done += 1
        work.progress("waves", done, total)
        return found

    return setting.over(one, setting.waves)


def waves_of(network: WaveNetwork, seed: int, splits: Splits) -> xr.Dataset:
    """Return what is seen of one wave network: on test images, on one changed pixel, in small waves."""
    images = first_images(network, splits.test, LOOKED_AT).images
    fields = fields_of(network, images)
    history = history_of(network, images)
    leak = leak_of(network, seed)
    early, late = _linear_errors(network, images, history)
    beyond, inside = (_is_warned(network, fields, margin) for margin in MARGINS)
    found = {
        "bound_ratio": _bound_ratio(network, fields, history),
        "largest_state": float(np.abs(history).max()),
        "test_margin": stability_of(
            fields.stiffness, fields.damping, network.architecture.time_step, pull=0.0
        ).margin,
        "saturation": _saturation(network, history),
        "linear_error_early": early,
        "linear_error": late,
        "leak_states": np.nan if leak is None else leak.states,
        "leak_logits": np.nan if leak is None else leak.logits,
        "reach": np.nan if leak is None else leak.reach,
        "warned_beyond": float(beyond),
        "warned_inside": float(inside),
        "small_wave_error": modes.small_wave_error(network),
    }
    return xr.Dataset(
        {
            name: quantity(value, [], name=name, long_name=SEEN[name][0], units=SEEN[name][1])
            for name, value in found.items()
        }
    )


def _bound_ratio(network: WaveNetwork, fields: FieldArrays, history: np.ndarray) -> float:
    """Return the largest |y| in units of what no kernel can exceed, over pixels and steps.

    Where a start is 0 to rounding, the bound of step 0 is 0, too: steps count from 1.
    """
    a = network.architecture
    bound = growth_bound(*fields, a.time_step, a.steps)
    return float((np.abs(history[1:]) / bound[1:]).max())


def _saturation(network: WaveNetwork, history: np.ndarray) -> float:
    """Return the share of pixels and steps at which the tanh is past its linear part."""
    correlation = Correlation(kernel_of(network), history.shape[1:])
    shares = [(np.abs(correlation(state)) > 1).mean() for state in history[:-1]]
    return float(np.mean(shares))


def _linear_errors(
    network: WaveNetwork, images: np.ndarray, history: np.ndarray
) -> tuple[float, float]:
    """Return how far linear theory is from the network after 4 steps and after T, in the state's norm."""
    # in float64: the square of what grows without bound would leave float32
    linear = history_of(network, images, nonlinear=False).astype(float)
    history = history.astype(float)
    places = (min(EARLY, len(history) - 1), len(history) - 1)
    early, late = (
        float(np.linalg.norm(linear[n] - history[n]) / np.linalg.norm(history[n])) for n in places
    )
    return early, late


def _is_warned(network: WaveNetwork, fields: FieldArrays, margin: float) -> bool:
    """Return whether a network is warned of whose stiffness is raised until its margin is this."""
    dt = network.architecture.time_step
    here = stability_of(fields.stiffness, fields.damping, dt, pull=0.0)
    raised = fields.stiffness + (margin - here.bound) / dt**2
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        stability_of(raised, fields.damping, dt, pull=0.0, unstable_ok=True).warn()
    return any(issubclass(warning.category, StabilityWarning) for warning in caught)


def _wavelengths(setting: Setting, subjects: dict[Place, Subject], splits: Splits) -> xr.Dataset:
    """Return how wavelengths are spread, of recurrent networks at their start and as they are now."""

    def one(name: str, seed: int) -> xr.Dataset:
        subject = subjects[name, seed]
        rows = [_shares(subject.recurrent(stage), splits) for stage in setting.stages]
        return xr.concat(rows, xr.DataArray(list(setting.stages), dims="stage", name="stage"))

    return setting.over(one, setting.recurrent)


def _shares(network: WaveNetwork | ConvLSTM, splits: Splits) -> xr.Dataset:
    images = first_images(network, splits.test, LOOKED_AT).images
    return labelled(shares_of(run_on(network, images)))


def _watched(setting: Setting, subjects: dict[Place, Subject]) -> xr.Dataset:
    """Return wavelengths and validation loss over the updates at which they were watched."""

    def one(name: str, seed: int) -> xr.Dataset:
        run = subjects[name, seed].training
        assert run is not None
        seen = dict(run.watched)
        updates = seen.pop("updates")
        return labelled(seen, "update").assign_coords(update=updates)

    return setting.over(one, setting.recurrent)
