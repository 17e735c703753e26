"""Adam whose whole state is arrays: what was interrupted goes on bit for bit."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import nn


class Adam:
    """Adam on the parameters of one network.

    Parameters
    ----------
    network : torch module
        Changed in place.
    learning_rate : float
    betas : (float, float)
        How much of the old mean of gradients and of their squares is kept at an update.

    Source: D. P. Kingma, J. Ba, Adam, ICLR 2015, algorithm 1; `torch.optim.Adam`.
    """

    def __init__(
        self, network: nn.Module, learning_rate: float, betas: tuple[float, float] = (0.9, 0.999)
    ):
        self._named = dict(network.named_parameters())
        self._adam = torch.optim.Adam(self._named.values(), lr=learning_rate, betas=betas)
        for parameter in self._named.values():  # as Adam itself would before the first update
            self._adam.state[parameter] = {
                "step": torch.tensor(0.0),
                "exp_avg": torch.zeros_like(parameter),
                "exp_avg_sq": torch.zeros_like(parameter),
            }

    def descend(self, loss: torch.Tensor, learning_rate: float | None = None) -> None:
        """Make one update; no other network that the loss went through gets a gradient.

        Parameters
        ----------
        loss : tensor, scalar
        learning_rate : float, optional
            From now on, where it follows a schedule.
        """
        if learning_rate is not None:
            self._adam.param_groups[0]["lr"] = learning_rate
        gradients = torch.autograd.grad(loss, list(self._named.values()))
        for parameter, gradient in zip(self._named.values(), gradients, strict=True):
            parameter.grad = gradient
        self._adam.step()
        self._adam.zero_grad()

    def state(self) -> dict[str, np.ndarray]:
        """Return the number of updates and both moments of each parameter."""
        return {
            f"{name} {part}": value.cpu().numpy().copy()
            for name, parameter in self._named.items()
            for part, value in self._adam.state[parameter].items()
        }

    def load(self, state: Mapping[str, np.ndarray]) -> None:
        """Take up all of it."""
        for name, parameter in self._named.items():
            for part, value in self._adam.state[parameter].items():
                value.copy_(torch.from_numpy(state[f"{name} {part}"]))
