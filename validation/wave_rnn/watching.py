"""Wavelengths of a network's hidden states, as claims on them are to be judged: during training or after."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import torch
import xarray as xr
from torch import nn

from numerics.wave_rnn.networks.architecture import Architecture
from numerics.wave_rnn.networks.conv_lstm import ConvLSTM
from numerics.wave_rnn.networks.nwm import WaveNetwork
from numerics.wave_rnn.networks.recurrence import plain_history
from numerics.wave_rnn.segments.segment_set import SegmentSet
from numerics.wave_rnn.waves.wavelength import local_wavelengths, wavelength_shares
from validation.wave_rnn.fields import chunks, images_of

RUN_ON = 48  # steps of networks without a time step
TIME = 40.0  # to which the others are run on: the phase of a long wave needs a whole period
MOST_STEPS = 1000  # with time steps below 1/25 the longest waves stay unresolved
ROOM = 2e8  # numbers that the states of all watched images may have
FIELDS = ("median", "above_4", "above_8", "above_unit", "unresolved")
EDGES = np.geomspace(np.sqrt(2), 256, 41)  # of the bins, px: no wave on the lattice is shorter


def wavelengths_of(
    network: nn.Module, update: int, *, images: np.ndarray
) -> Mapping[str, np.ndarray]:
    """Return how the local wavelengths of a recurrent network's states are spread, over all pixels.

    Its states are run on, see `steps_of`: the phase of a wave needs a whole period.

    Parameters
    ----------
    network : WaveNetwork or ConvLSTM
        As `numerics.wave_rnn.training.segmentation.Watch` gives it.
    update : int
        Updates made; not used.
    images : ndarray, (B, C_in, H, W)
    """
    assert isinstance(network, WaveNetwork | ConvLSTM)
    parts = [lengths_of(run_on(network, part)).ravel() for part in chunks(network, images)]
    return shares_of_lengths(np.concatenate(parts))


def steps_of(architecture: Architecture) -> int:
    """Return to how many steps a recurrent network is run: to t = 40, or T where that is more.

    A ConvLSTM has no time: 48 steps. More than 1000 are not made beyond T.

    Source: wave_rnn, 4.4.

    Examples
    --------
    >>> steps_of(Architecture("nwm", channels_in=1, classes=4, steps=16, time_step=0.6))
    67
    """
    a = architecture
    least = RUN_ON if a.model == "conv_lstm" else min(math.ceil(TIME / a.time_step), MOST_STEPS)
    return max(a.steps, least)


def images_to_watch(architecture: Architecture, images: SegmentSet, most: int) -> np.ndarray:
    """Return the first images of a set: so many that their states fit, one at least, (B, C_in, H, W)."""
    each = steps_of(architecture) * architecture.hidden * int(np.prod(images.shape[1:]))
    return images_of(images, int(np.clip(ROOM / each, 1, most))).images


def run_on(network: WaveNetwork | ConvLSTM, images: np.ndarray) -> np.ndarray:
    """Return the states of a recurrent network, run on to `steps_of` steps, (T, B, C, H, W)."""
    steps = steps_of(network.architecture)
    device = next(network.parameters()).device
    pictures = torch.from_numpy(images).to(device)
    with torch.no_grad():
        if isinstance(network, WaveNetwork):
            a = network.architecture
            history = plain_history(network.fields(pictures), network.kernel, a.time_step, steps)
        else:
            history = network.history(pictures, steps)
    return history[1:].double().cpu().numpy()


def shares_of(states: np.ndarray) -> dict[str, np.ndarray]:
    """Return median and shares of the local wavelengths of states, (T, ..., H, W), and their histogram."""
    return shares_of_lengths(lengths_of(states))


def lengths_of(states: np.ndarray) -> np.ndarray:
    """Return the local wavelengths of states, (T, ..., H, W), px."""
    # one channel of one image at a time: the transform takes several copies of what it is given
    each = np.moveaxis(states.reshape(len(states), -1, *states.shape[-2:]), 1, 0)
    # an unbounded network may leave the finite numbers: where it does there is no phase
    with np.errstate(invalid="ignore"):
        found = np.stack([local_wavelengths(one) for one in each], axis=1)
    return found.reshape(len(found), *states.shape[1:])


def shares_of_lengths(lengths: np.ndarray) -> dict[str, np.ndarray]:
    """Return median and shares of local wavelengths, and their histogram.

    `histogram` is the share of the resolved ones in each bin between `EDGES`.
    """
    found = wavelength_shares(lengths)
    known = lengths[np.isfinite(lengths)]
    counts = np.histogram(known, EDGES)[0] / max(known.size, 1)
    return {name: np.array(getattr(found, name)) for name in FIELDS} | {"histogram": counts}


def labelled(shares: Mapping[str, np.ndarray], *dims: str) -> xr.Dataset:
    """Return shares with the names of their dimensions: those that all have, and the histogram's own."""
    middles = np.sqrt(EDGES[1:] * EDGES[:-1])
    arrays = {
        name: ((*dims, "value") if name == "histogram" else dims, values)
        for name, values in shares.items()
    }
    return xr.Dataset(arrays, coords={"value": middles})
