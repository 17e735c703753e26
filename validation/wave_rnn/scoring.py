"""How well the networks segment: on the images that chose their weights, and on images kept from them."""

from __future__ import annotations

import numpy as np
import xarray as xr
from torch import nn

from numerics.devices import find_device
from numerics.schema import quantity
from numerics.wave_rnn.segments.segment_set import SegmentSet, Splits
from numerics.wave_rnn.training.collapse import is_collapsed
from numerics.wave_rnn.training.evaluation import evaluated
from numerics.wave_rnn.training.trained import LONG_NAMES
from validation.experiment import Work
from validation.wave_rnn.setting import Setting
from validation.wave_rnn.subjects import Place, Subject

VALIDATION, TEST = "validation", "test"


def scored(
    setting: Setting,
    subjects: dict[Place, Subject],
    splits: Splits,
    shares: np.ndarray,
    work: Work,
) -> xr.Dataset:
    """Return every score by network, seed and split, and which networks are the constant predictor.

    Networks run where they are trained: on the device of the configuration.

    Parameters
    ----------
    shares : ndarray, (N,)
        Of the classes, among the pixels of the training images.
    """
    sets = {VALIDATION: splits.validation, TEST: splits.test}
    device = find_device(setting.config.device)
    done, total = 0, len(subjects)

    def one(name: str, seed: int) -> xr.Dataset:
        nonlocal done
        network = subjects[name, seed].network().to(device)
        rows = [_scores(network, images, shares) for images in sets.values()]
        done += 1
        work.progress("scores", done, total)
        return xr.concat(rows, xr.DataArray(list(sets), dims="split", name="split"))

    return setting.over(one)


def _scores(network: nn.Module, images: SegmentSet, shares: np.ndarray) -> xr.Dataset:
    found = evaluated(network, images).summary()
    told = {
        name: quantity(found[name], [], name=name, long_name=long_name, units=units)
        for name, (long_name, units) in LONG_NAMES.items()
    }
    collapsed = is_collapsed(found["loss"], found["foreground_accuracy"], shares)
    return xr.Dataset(told).assign(collapsed=collapsed)
