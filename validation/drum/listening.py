"""The network, struck and listened to: what any drums are heard to do, and the bins read off it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from numerics.drum.drums import Drum
from numerics.drum.estimators.peaks import fft_bin
from numerics.drum.forms import Form
from numerics.drum.stepping import struck
from numerics.schema import quantity
from numerics.sweep import sweep
from numerics.training import train
from validation.experiment import Work


@dataclasses.dataclass(frozen=True, eq=False)
class Struck:
    """One drum, struck by 1 at one node and heard at another."""

    drum: Drum
    time_step: float
    strike: tuple[int, int]
    listen: tuple[int, int]


def network_hears(
    runs: Sequence[Struck],
    points: Mapping[str, Sequence[Any]],
    *,
    samples: int,
    form: Form,
    device: str,
    work: Work,
) -> xr.DataArray:
    """Strike the network's drums, all in one batch, and listen, (*points, sample).

    It goes on from where it was cut off.

    Parameters
    ----------
    runs : sequence of Struck
        In the order of the points, the last dimension fastest.
    points : mapping of str to sequence
        Dimensions and their values.
    """
    from numerics.devices import find_device
    from numerics.drum.network import StruckNetwork, WaveNetwork

    drums = [run.drum for run in runs]
    network = WaveNetwork(drums, [run.time_step for run in runs], form, device=find_device(device))
    strikes = [struck(run.drum, run.strike) for run in runs]
    record = train(
        StruckNetwork(network, strikes, [run.listen for run in runs]),
        np.arange(samples),
        checkpoint=work.store / "network.npz",
        progress=work.stage("network"),
    )
    return quantity(
        record.observations.T.reshape(*map(len, points.values()), samples),
        [*points, "sample"],
        name="heard",
        long_name="displacement heard",
        coords={dim: list(values) for dim, values in points.items()},
    )


def bins_heard(heard: xr.DataArray, share_at: Callable[..., float]) -> xr.DataArray:
    """Return the bin of the fundamental in what was heard, at every point.

    Parameters
    ----------
    heard : xr.DataArray, (..., sample)
    share_at : callable
        From which share of the largest magnitude on a peak counts, at a point.
    """
    points = {str(dim): heard[dim].values.tolist() for dim in heard.dims[:-1]}

    def bin_of(**point: Any) -> int:
        return fft_bin(heard.sel(point).values, share=share_at(**point))

    return sweep(bin_of, points, name="bin", long_name="measured bin")
