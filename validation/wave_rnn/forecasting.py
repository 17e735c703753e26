"""The forecast: the modes' rungs, what theory says of every wave network, and the constant predictor."""

from __future__ import annotations

import numpy as np
import xarray as xr

from numerics.schema import quantity
from numerics.wave_rnn.segments.segment_set import Splits
from numerics.wave_rnn.training.collapse import constant_foreground_loss, entropy, plateau_loss
from validation.experiment import Forecast
from validation.wave_rnn import modes, reach
from validation.wave_rnn.setting import Setting
from validation.wave_rnn.subjects import Place, Subject


def forecast(
    setting: Setting, shares: np.ndarray, subjects: dict[Place, Subject], splits: Splits
) -> Forecast:
    """Return all rungs but the networks, and what is said of networks and image set beforehand."""
    predicted = {"/": constant(shares, splits)}
    warned: list[str] = []
    ladders = [modes.start_ladder()]
    if setting.waves:
        said = reach.reaches(setting, subjects, splits)
        predicted["/waves"] = said
        warned = reach.warnings_of(said)
        ladders.append(modes.network_ladder(_rungs(setting, said.isel(stage=-1), subjects)))
    return Forecast(tuple(ladders), xr.DataTree.from_dict(predicted), tuple(warned))


def _rungs(setting: Setting, said: xr.Dataset, subjects: dict[Place, Subject]) -> xr.Dataset:
    def one(name: str, seed: int) -> xr.Dataset:
        here = said.sel(wave_network=name, seed=seed)
        return modes.network_rungs(
            modes.modes_of(subjects[name, seed].waves(setting.stages[-1]), here)
        )

    return setting.over(one, setting.waves)


def constant(shares: np.ndarray, splits: Splits) -> xr.Dataset:
    """Return what a network that ignores the image scores, and how large the objects are."""
    told = {
        "constant_loss": (entropy(shares), "loss of the constant predictor", "nat"),
        "constant_foreground_loss": (
            constant_foreground_loss(shares),
            "objects' loss of the constant predictor",
            "nat",
        ),
        "constant_accuracy": (shares[0], "share of right pixels of the constant predictor", "1"),
        "plateau_loss": (plateau_loss(shares), "objects' loss without their classes", "nat"),
        "smallest_object": (splits.object_sizes[0], "smallest object", "px"),
        "largest_object": (splits.object_sizes[1], "largest object", "px"),
    }
    return xr.Dataset(
        {
            name: quantity(value, [], name=name, long_name=long_name, units=units)
            for name, (value, long_name, units) in told.items()
        }
    )
