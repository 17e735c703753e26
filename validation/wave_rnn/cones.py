"""Where a changed pixel is heard: never outside the cone of the steps and the encoder."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch

from numerics.wave_rnn.networks.nwm import WaveNetwork

ENCODER = 4  # radius of the receptive field of y_0
MOST = 110  # px that a kernel reaches in T steps: the canvas has to hold two cones


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
    """Change one pixel of a random image, and look outside the cone; None where it is too wide for that.

    The canvas is large enough that no wave meets itself on the other side.
    """
    steps, radius = network.architecture.steps, network.architecture.radius
    if radius * steps > MOST:
        return None
    side = 2 * (radius * steps + ENCODER) + 2
    generator = np.random.default_rng(seed)
    images = generator.random((2, network.architecture.channels_in, side, side), np.float32)
    images[1] = images[0]
    middle = side // 2
    images[1, :, middle, middle] = 1 - images[0, :, middle, middle]
    radii = abs(np.arange(side) - middle)
    distance = np.maximum(radii[:, None], radii[None, :])
    # one at a time: in a batch the same number may be rounded differently at another place
    pairs = [_run(network, torch.from_numpy(image[None])) for image in images]
    history, logits = (
        torch.cat(parts, dim) for parts, dim in zip(zip(*pairs, strict=True), (1, 0), strict=True)
    )
    moved = (history[:, 1] - history[:, 0]).abs().amax(dim=1).numpy()
    said = (logits[1] - logits[0]).abs().amax(dim=0).numpy()
    outside = [
        float(np.max(change, where=distance > radius * n + ENCODER, initial=0))
        for n, change in enumerate(moved)
    ]
    return Leak(
        states=max(outside),
        logits=float(np.max(said, where=distance > radius * steps + ENCODER, initial=0)),
        reach=int(distance[moved[-1] > 0].max(initial=0)),
    )


def _run(network: WaveNetwork, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    with torch.no_grad():
        history = network.history(network.fields(images))
        return history, network.classify(network.features(history))
