"""What networks make of images: fields, and the histories that run under them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch

from numerics.wave_rnn.networks.conv_lstm import ConvLSTM
from numerics.wave_rnn.networks.fields import Fields
from numerics.wave_rnn.networks.nwm import WaveNetwork
from numerics.wave_rnn.networks.recurrence import plain_history
from numerics.wave_rnn.segments.segment_set import Segments, SegmentSet

MEMORY = 1e7  # numbers that histories in memory may have


class FieldArrays(NamedTuple):
    """Fields of images, each (B, C, H, W), float64."""

    position: np.ndarray
    stiffness: np.ndarray
    damping: np.ndarray


def images_of(images: SegmentSet, most: int) -> Segments:
    """Return the first images of a set, at most `most`."""
    return images.batch(np.arange(min(most, len(images))))


def affordable(network: WaveNetwork | ConvLSTM, images: np.ndarray) -> int:
    """Return how many images (B, C_in, H, W) have histories of `MEMORY` numbers in all: 1 at least."""
    a = network.architecture
    each = (a.steps + 1) * a.hidden * int(np.prod(images.shape[-2:]))
    return int(np.clip(MEMORY / each, 1, len(images)))


def chunks(network: WaveNetwork | ConvLSTM, images: np.ndarray) -> Iterator[np.ndarray]:
    """Return images (B, C_in, H, W) in their order, so many at a time that their histories fit."""
    count = affordable(network, images)
    for start in range(0, len(images), count):
        yield images[start : start + count]


def fields_of(network: WaveNetwork, images: np.ndarray) -> FieldArrays:
    """Return y_0, omega and alpha of images (B, C_in, H, W)."""
    with torch.no_grad():
        fields = network.fields(torch.from_numpy(images))
    return FieldArrays(*(field.double().numpy() for field in fields))


def history_of(
    network: WaveNetwork, images: np.ndarray, steps: int | None = None, *, nonlinear: bool = True
) -> np.ndarray:
    """Return y_0..y_T of images in float32 as the network runs, (T + 1, B, C, H, W).

    Parameters
    ----------
    steps : int, optional
        T, where it is run on, or shorter.
    nonlinear : bool
        False drops the tanh.
    """
    a = network.architecture
    with torch.no_grad():
        fields = network.fields(torch.from_numpy(images))
        steps = steps or a.steps
        if nonlinear and steps == a.steps:
            history = network.history(fields)
        else:
            history = plain_history(
                Fields(*fields), network.kernel, a.time_step, steps, nonlinear=nonlinear
            )
    return history.numpy()


def kernel_of(network: WaveNetwork) -> np.ndarray:
    """Return the recurrent kernel, (C, C, s, s), float64."""
    return network.kernel.detach().double().numpy()


def dead_share(field: np.ndarray) -> np.ndarray:
    """Return the share of pixels at which a field is 0, by channel: its ReLU has nothing to say there."""
    return (field == 0).mean(axis=(0, 2, 3))
