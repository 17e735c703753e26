"""Wavelengths of a network's hidden states, as claims on them are to be judged: during training or after."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
import xarray as xr
from torch import nn

from numerics.wave_rnn.networks.conv_lstm import ConvLSTM
from numerics.wave_rnn.networks.nwm import WaveNetwork
from numerics.wave_rnn.networks.recurrence import plain_history
from numerics.wave_rnn.waves.wavelength import local_wavelengths, wavelength_shares

RUN_ON = 48  # steps of short networks: the phase needs more than a period
FIELDS = ("median", "above_4", "above_8", "above_unit", "unresolved")
EDGES = np.geomspace(np.sqrt(2), 256, 41)  # of the bins, px: no wave on the lattice is shorter


def wavelengths_of(
    network: nn.Module, update: int, *, images: np.ndarray
) -> Mapping[str, np.ndarray]:
    """Return how the local wavelengths of a recurrent network's states are spread, over all pixels.

    Its states are run on to 48 steps where it has fewer, for the phase of a wave needs a whole period.

    Parameters
    ----------
    network : WaveNetwork or ConvLSTM
        As `numerics.wave_rnn.training.segmentation.Watch` gives it.
    update : int
        Updates made; not used.
    images : ndarray, (B, C_in, H, W)
    """
    assert isinstance(network, WaveNetwork | ConvLSTM)
    return shares_of(run_on(network, images))


def run_on(network: WaveNetwork | ConvLSTM, images: np.ndarray) -> np.ndarray:
    """Return the states of a recurrent network over 48 steps, or as many as it has, (T, B, C, H, W)."""
    steps = max(network.architecture.steps, RUN_ON)
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
    """Return median and shares of the local wavelengths of states, (T, ..., H, W), and their histogram.

    `histogram` is the share of the resolved ones in each bin between `EDGES`.
    """
    # an unbounded network may leave the finite numbers: where it does there is no phase
    with np.errstate(invalid="ignore"):
        lengths = local_wavelengths(states)
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
