"""The measurement: what networks do on images kept from them, and what their waves do."""

from __future__ import annotations

import copy

import numpy as np
import torch
import xarray as xr
from torch import nn

from numerics.schema import quantity
from numerics.wave_rnn.networks.conv_lstm import ConvLSTM
from numerics.wave_rnn.networks.nwm import WaveNetwork
from numerics.wave_rnn.segments.segment_set import Splits
from numerics.wave_rnn.waves.growth import growth_bound
from numerics.wave_rnn.waves.stability import stability_of
from numerics.wave_rnn.waves.stepping import Correlation
from validation import results
from validation.experiment import Forecast, Measurement, Work
from validation.wave_rnn import exhibits, modes, pictures, scoring
from validation.wave_rnn.borders import border_of
from validation.wave_rnn.cones import leak_of
from validation.wave_rnn.fields import (
    FieldArrays,
    affordable,
    chunks,
    fields_of,
    history_of,
    images_of,
    kernel_of,
)
from validation.wave_rnn.reach import JUDGED, reach_of, warnings_of
from validation.wave_rnn.setting import Setting
from validation.wave_rnn.subjects import Place, Subject, training_times
from validation.wave_rnn.watching import images_to_watch, labelled, wavelengths_of

LOOKED_AT = 32  # test images whose histories are looked at; all of them at `paper`
EARLY = 4  # step at which linear theory is held against the network, beside the last
MARGINS = (4.1, 3.9)  # to which a network's stiffness is raised: beyond its bound, and inside

# what is seen of each wave network: its name, in words, unit
SEEN = {
    "images": ("test images that are looked at", "1"),
    "bound_ratio": ("largest |y| over its bound, every pixel and step", "1"),
    "largest_state": ("largest |y|", "1"),
    "test_margin": ("dt^2 omega + 2 alpha dt, largest, on test images", "1"),
    "saturation": ("share of |W * y| > 1, all pixels and steps", "1"),
    "linear_error_early": ("error of linear theory after 4 steps, relative", "1"),
    "linear_error": ("error of linear theory after T steps, relative", "1"),
    "leak_states": ("one pixel changed: largest change of states outside the cone", "1"),
    "leak_logits": ("one pixel changed: largest change of logits outside the cone", "1"),
    "border_change": ("change of objects' logits where waves come round, relative", "1"),
    "padding_change": ("change of objects' logits by the encoders' zeros, relative", "1"),
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
    tree = xr.DataTree.from_dict(observed | pictured)
    return Measurement(ladders, tree, training_times(subjects, setting))


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
        network = subjects[name, seed].waves(setting.stages[-1])
        found = waves_of(network, seed, splits, _looked_at(setting, network, splits))
        done += 1
        work.progress("waves", done, total)
        return found

    return setting.over(one, setting.waves)


def _looked_at(setting: Setting, network: WaveNetwork | ConvLSTM, splits: Splits) -> np.ndarray:
    """Return the test images whose histories are run: below `paper` as many as are at hand at once."""
    images = images_of(splits.test, LOOKED_AT).images
    return images if setting.config.preset == "paper" else images[: affordable(network, images)]


def waves_of(network: WaveNetwork, seed: int, splits: Splits, images: np.ndarray) -> xr.Dataset:
    """Return what is seen of one wave network: on test images, on one changed pixel, in small waves."""
    leak = leak_of(network, seed)
    border = border_of(network, images_of(splits.test, LOOKED_AT))
    beyond, inside = (is_warned(network, seed, splits, margin) for margin in MARGINS)
    found = _of_histories(network, images) | {
        "images": len(images),
        "leak_states": np.nan if leak is None else leak.states,
        "leak_logits": np.nan if leak is None else leak.logits,
        "border_change": border.circle,
        "padding_change": border.padding,
        "reach": np.nan if leak is None else leak.reach,
        "warned_beyond": beyond,
        "warned_inside": inside,
        "small_wave_error": modes.small_wave_error(network),
    }
    return xr.Dataset(
        {
            name: quantity(value, [], name=name, long_name=SEEN[name][0], units=SEEN[name][1])
            for name, value in found.items()
        }
    )


def _of_histories(network: WaveNetwork, images: np.ndarray) -> dict[str, float]:
    """Return the largest numbers of all images' histories, and the means, part by part."""
    dt = network.architecture.time_step
    rows, squares = [], []
    for part in chunks(network, images):
        fields, history = fields_of(network, part), history_of(network, part)
        margin = stability_of(fields.stiffness, fields.damping, dt, pull=0.0).margin
        largest = float(np.abs(history).max())
        rows.append((_bound_ratio(network, fields, history), largest, margin))
        saturated = _saturation(network, history) * len(part) / len(images)
        squares.append((saturated, *_linear_squares(network, part, history)))
    bound_ratio, largest, margin = np.max(rows, axis=0)
    saturation, off_early, early, off, late = np.sum(squares, axis=0)
    return {
        "bound_ratio": float(bound_ratio),
        "largest_state": float(largest),
        "test_margin": float(margin),
        "saturation": float(saturation),
        "linear_error_early": float(np.sqrt(off_early / early)),
        "linear_error": float(np.sqrt(off / late)),
    }


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


def _linear_squares(network: WaveNetwork, images: np.ndarray, history: np.ndarray) -> list[float]:
    """Return the squares of linear theory's error and of the state, after 4 steps and after T."""
    # in float64: the square of what grows without bound would leave float32
    linear = history_of(network, images, nonlinear=False).astype(float)
    history = history.astype(float)
    places = (min(EARLY, len(history) - 1), len(history) - 1)
    pairs = [(linear[n] - history[n], history[n]) for n in places]
    return [float(np.sum(values**2)) for pair in pairs for values in pair]


def is_warned(network: WaveNetwork, seed: int, splits: Splits, margin: float) -> float:
    """Return 1 if a run warns of a network whose stiffness is raised until its margin is this, else 0.

    The warning has to name the largest stiffness and damping of the raised network and the largest
    stable time step; nan where damping alone is beyond the margin.
    """
    images = images_of(splits.validation, JUDGED).images
    raised = with_margin(network, images, margin)
    if raised is None:
        return np.nan
    told = warnings_of(
        reach_of(raised, splits).expand_dims(
            stage=["raised"], wave_network=[network.architecture.model], seed=[seed]
        )
    )
    return float(len(told) == 1 and all(words in told[0] for words in _named(raised, images)))


def with_margin(network: WaveNetwork, images: np.ndarray, margin: float) -> WaveNetwork | None:
    """Return the network with another last bias of its stiffness: so that its margin is this on images.

    None where 2 alpha dt alone is as large.
    """
    dt = network.architecture.time_step
    with torch.no_grad():
        pictures = torch.from_numpy(images)
        # before the ReLU: what a bias is added to
        pressed = network.stiffness[:-1](pictures).double()
        left = (margin - 2 * dt * network.damping(pictures).double()) / dt**2
        if float(left.min()) <= 0:
            return None
        raised = copy.deepcopy(network)
        last = raised.stiffness[-2]
        assert isinstance(last, nn.Conv2d)
        assert last.bias is not None
        last.bias += float((left - pressed).min())
    return raised


def _named(network: WaveNetwork, images: np.ndarray) -> tuple[str, ...]:
    """Return the words with which a warning names what is too large, and what would not be."""
    fields, dt = fields_of(network, images), network.architecture.time_step
    found = stability_of(fields.stiffness, fields.damping, dt, pull=0.0)
    return (
        f"omega_max {fields.stiffness.max():.3g}",
        f"alpha_max {fields.damping.max():.3g}",
        f"largest stable time step is {found.largest_stable_step:.3g}",
    )


def _wavelengths(setting: Setting, subjects: dict[Place, Subject], splits: Splits) -> xr.Dataset:
    """Return how wavelengths are spread, of recurrent networks at their start and as they are now."""

    def one(name: str, seed: int) -> xr.Dataset:
        networks = [subjects[name, seed].recurrent(stage) for stage in setting.stages]
        images = images_to_watch(networks[0].architecture, splits.test, LOOKED_AT)
        images = images[: len(_looked_at(setting, networks[0], splits))]
        rows = [_shares(network, images) for network in networks]
        return xr.concat(rows, xr.DataArray(list(setting.stages), dims="stage", name="stage"))

    return setting.over(one, setting.recurrent)


def _shares(network: WaveNetwork | ConvLSTM, images: np.ndarray) -> xr.Dataset:
    shares = labelled(wavelengths_of(network, 0, images=images))
    return shares.assign(images=len(images))


def _watched(setting: Setting, subjects: dict[Place, Subject]) -> xr.Dataset:
    """Return wavelengths and validation loss over the updates at which they were watched."""

    def one(name: str, seed: int) -> xr.Dataset:
        seen = dict(subjects[name, seed].trained.watched)
        updates = seen.pop("updates")
        return labelled(seen, "update").assign_coords(update=updates)

    return setting.over(one, setting.recurrent)
