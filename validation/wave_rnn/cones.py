"""Where a changed pixel is heard: never outside the cone of the steps and the encoder."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch

from numerics.wave_rnn.networks.nwm import WaveNetwork

ENCODER = 4  # radius of the receptive field of y_0
MOST = 110  # steps: the canvas has to hold two cones


class Leak(NamedTuple):
    """What one changed pixel does to a network.

    Parameters
    ----------
    states, logits : float
        Largest change outside the cone of each step; of the last one and the encoder.
    reach : int
        Distance at which anything changes after T steps, px.
    """

    states: float
    logits: float
    reach: int


def leak_of(network: WaveNetwork, seed: int) -> Leak | None:
    """Change one pixel of a random image, and look outside the cone; None where T is too large for it.

    The canvas is large enough that no wave meets itself on the other side.
    """
    steps = network.architecture.steps
    if steps > MOST:
        return None
    side = 2 * (steps + ENCODER) + 2
    generator = np.random.default_rng(seed)
    images = generator.random((2, network.architecture.channels_in, side, side), np.float32)
    images[1] = images[0]
    middle = side // 2
    images[1, :, middle, middle] = 1 - images[0, :, middle, middle]
    radii = abs(np.arange(side) - middle)
    distance = np.maximum(radii[:, None], radii[None, :])
    with torch.no_grad():
        history = network.history(network.fields(torch.from_numpy(images)))
        logits = network.classify(network.features(history))
    moved = (history[:, 1] - history[:, 0]).abs().amax(dim=1).numpy()
    said = (logits[1] - logits[0]).abs().amax(dim=0).numpy()
    outside = [
        float(np.max(change, where=distance > n + ENCODER, initial=0))
        for n, change in enumerate(moved)
    ]
    return Leak(
        states=max(outside),
        logits=float(np.max(said, where=distance > steps + ENCODER, initial=0)),
        reach=int(distance[moved[-1] > 0].max(initial=0)),
    )
