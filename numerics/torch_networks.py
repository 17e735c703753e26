"""Networks of torch: a start that follows from a seed, and all weights as arrays by their names."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

import numpy as np
import torch
from torch import nn


@contextlib.contextmanager
def started_by(seed: int) -> Iterator[None]:
    """Let the layers that are made inside take their start weights from a seed.

    A layer's default start takes no generator of one's own; torch's random numbers go on
    afterwards as if none had been drawn.
    """
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)  # torch.manual_seed would reseed the GPUs too
        yield


def weights(network: nn.Module) -> dict[str, np.ndarray]:
    """Return all parameters and buffers, such as the running statistics of BatchNorm, by their names."""
    return {name: x.detach().cpu().numpy().copy() for name, x in network.state_dict().items()}


def take_weights(network: nn.Module, state: Mapping[str, np.ndarray]) -> None:
    """Set all parameters and buffers; whatever else `state` has is left."""
    with torch.no_grad():
        for name, values in network.state_dict().items():
            values.copy_(torch.from_numpy(state[name]))
