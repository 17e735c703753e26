"""The paper's autoencoders: fully connected, trained by Adam on the mean squared error."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from torch import nn

from numerics.adam import Adam
from numerics.batches import EpochBatches
from numerics.torch_networks import started_by, take_weights, weights
from theory.errors import ArgumentError

CHUNK = 4096  # images that are looked at together


@dataclasses.dataclass(frozen=True)
class Protocol:
    """How an autoencoder is trained: every epoch sees each image once, in batches of random order."""

    learning_rate: float
    batch: int
    epochs: int

    def updates(self, images: int) -> int:
        """Return the number of updates; the last batch of an epoch may be smaller."""
        return self.epochs * -(-images // self.batch)


SHORT = Protocol(2e-3, 256, 50)
"""The paper's learning rate; stops while the loss still falls."""
LONG = Protocol(3e-4, 64, 60)
"""Smaller steps and more of them: in a bottleneck no unit dies."""


def autoencoder(
    widths: Sequence[int], *, linear: bool = False, bias: bool = True, seed: int
) -> nn.Sequential:
    """Return an autoencoder in float32 with torch's default start; images are rows (sample, n).

    Parameters
    ----------
    widths : sequence of int
        Of all layers of nodes, n first and last.
    linear : bool
        Without ReLU. Else there is one between all layers, at the bottleneck too; the outputs are
        linear.
    seed : int
        Of the start weights. torch's own random numbers go on as if none had been drawn.
    """
    if len(widths) < 2:
        raise ArgumentError("widths", tuple(widths), "at least inputs and outputs", "add a layer")
    with started_by(seed):
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise(widths):
            layers.append(nn.Linear(inputs, outputs, bias=bias))
            if not linear:
                layers.append(nn.ReLU())
    return nn.Sequential(*(layers if linear else layers[:-1]))


class AdamDescent:
    """Adam on the mean squared error of reconstructions; a `numerics.training.Learner`.

    Parameters
    ----------
    network : torch module
        From images (sample, n) to reconstructions; trained in place.
    images : ndarray, (m, n)
        Pixel values.
    protocol : Protocol
    seed : int
        Of the order of the images, from a generator of its own.
    """

    def __init__(self, network: nn.Module, images: np.ndarray, protocol: Protocol, *, seed: int):
        self._batches = EpochBatches(len(images), protocol.batch, seed=seed)
        self.network = network
        self.learning_rate = protocol.learning_rate
        self._images = torch.tensor(images).to(next(network.parameters()))
        self._adam = Adam(network, protocol.learning_rate)

    @property
    def step_size(self) -> tuple[str, float]:
        """The learning rate, by its name."""
        return "learning_rate", self.learning_rate

    def update(self, index: int) -> None:
        """Make one update on the batch of that number; an epoch begins with a new order."""
        batch = self._images[self._batches.take(index).to(self._images.device)]
        self._adam.descend(nn.functional.mse_loss(self.network(batch), batch))

    def observe(self) -> dict[str, np.ndarray]:
        """Return the mean squared error on all images, summed up in float64."""
        with torch.no_grad():
            missed = sum(
                float((self.network(part) - part).double().square().sum())
                for part in self._images.split(CHUNK)
            )
        return {"loss": np.array(missed / self._images.numel())}

    def state(self) -> dict[str, np.ndarray]:
        """Return weights, Adam's moments, the order of this epoch and the generator of the next."""
        return weights(self.network) | self._adam.state() | self._batches.state()

    def load(self, state: dict[str, np.ndarray]) -> None:
        """Take up all of it."""
        take_weights(self.network, state)
        self._adam.load(state)
        self._batches.load(state)
