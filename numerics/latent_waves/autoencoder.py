"""The paper's autoencoders: fully connected, trained by Adam on the mean squared error."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from torch import nn

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
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)  # a layer's default start takes no generator of one's own
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
        if not 1 <= protocol.batch <= len(images):
            raise ArgumentError(
                "batch", protocol.batch, f"must be from 1 to {len(images)} images", "change it"
            )
        self.network = network
        self.learning_rate = protocol.learning_rate
        self._parameters = list(network.parameters())
        self._images = torch.tensor(images).to(self._parameters[0])
        self._batch = protocol.batch
        self._generator = torch.Generator().manual_seed(seed)
        self._order = torch.arange(len(images))
        self._adam = torch.optim.Adam(self._parameters, lr=protocol.learning_rate)
        for parameter in self._parameters:  # as Adam itself would before the first update
            self._adam.state[parameter] = {
                "step": torch.tensor(0.0),
                "exp_avg": torch.zeros_like(parameter),
                "exp_avg_sq": torch.zeros_like(parameter),
            }

    @property
    def step_size(self) -> tuple[str, float]:
        """The learning rate, by its name."""
        return "learning_rate", self.learning_rate

    def update(self, index: int) -> None:
        """Make one update on the batch of that number; an epoch begins with a new order."""
        place = index % -(-len(self._order) // self._batch)
        if place == 0:
            self._order = torch.randperm(len(self._order), generator=self._generator)
        chosen = self._order[place * self._batch : (place + 1) * self._batch]
        batch = self._images[chosen.to(self._images.device)]
        self._adam.zero_grad()
        nn.functional.mse_loss(self.network(batch), batch).backward()
        self._adam.step()

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
        kept = {
            f"{name} {part}": value.cpu().numpy().copy()
            for name, parameter in self.network.named_parameters()
            for part, value in self._adam.state[parameter].items()
        }
        drawn = {"order": self._order.numpy(), "generator": self._generator.get_state().numpy()}
        return weights(self.network) | kept | drawn

    def load(self, state: dict[str, np.ndarray]) -> None:
        """Take up all of it."""
        take_weights(self.network, state)
        for name, parameter in self.network.named_parameters():
            for part, value in self._adam.state[parameter].items():
                value.copy_(torch.from_numpy(state[f"{name} {part}"]))
        self._order = torch.from_numpy(state["order"])
        self._generator.set_state(torch.from_numpy(state["generator"]))


def weights(network: nn.Module) -> dict[str, np.ndarray]:
    """Return all parameters by their names."""
    return {n: p.detach().cpu().numpy().copy() for n, p in network.named_parameters()}


def take_weights(network: nn.Module, state: dict[str, np.ndarray]) -> None:
    """Set all parameters."""
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.copy_(torch.from_numpy(state[name]))
