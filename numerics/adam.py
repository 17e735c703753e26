"""Adam whose whole state is arrays: what was interrupted goes on bit for bit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import torch
from torch import nn

from theory.errors import ArgumentError


class Adam:
    """Adam on the parameters of one network.

    Parameters
    ----------
    network : torch module
        Changed in place.
    learning_rate : float
    betas : (float, float)
        How much of the old mean of gradients and of their squares is kept at an update.
    slowed : mapping, optional
        Rates of single parameters by their names, relative to that of all others.

    Raises
    ------
    ArgumentError
        If the network has no parameter of such a name.

    Source: D. P. Kingma, J. Ba, Adam, ICLR 2015, algorithm 1; `torch.optim.Adam`.
    """

    def __init__(
        self,
        network: nn.Module,
        learning_rate: float,
        betas: tuple[float, float] = (0.9, 0.999),
        *,
        slowed: Mapping[str, float] | None = None,
    ):
        self._named = dict(network.named_parameters())
        self._adam = torch.optim.Adam(_groups(self._named, slowed or {}), learning_rate, betas)
        self._set_rate(learning_rate)
        for parameter in self._named.values():  # as Adam itself would before the first update
            self._adam.state[parameter] = {
                "step": torch.tensor(0.0),
                "exp_avg": torch.zeros_like(parameter),
                "exp_avg_sq": torch.zeros_like(parameter),
            }

    def descend(
        self,
        loss: torch.Tensor,
        learning_rate: float | None = None,
        *,
        beta1: float | None = None,
        clip: float | None = None,
    ) -> torch.Tensor:
        """Make one update; no other network that the loss went through gets a gradient.

        Parameters
        ----------
        loss : tensor, scalar
        learning_rate, beta1 : float, optional
            From now on, where they follow a schedule.
        clip : float, optional
            The largest norm of the whole gradient, all parameters together: a longer one is
            shortened to it.

        Returns
        -------
        tensor, scalar
            That norm, before it is shortened.
        """
        if learning_rate is not None:
            self._set_rate(learning_rate)
        if beta1 is not None:
            for group in self._adam.param_groups:
                group["betas"] = (beta1, group["betas"][1])
        # a parameter that the loss does not know of has the gradient 0, and stays
        gradients = torch.autograd.grad(loss, list(self._named.values()), materialize_grads=True)
        for parameter, gradient in zip(self._named.values(), gradients, strict=True):
            parameter.grad = gradient
        norm = _norm(gradients)
        if clip is not None:
            nn.utils.clip_grad_norm_(self._named.values(), clip)
        self._adam.step()
        self._adam.zero_grad()
        return norm

    def _set_rate(self, learning_rate: float) -> None:
        for group in self._adam.param_groups:
            group["lr"] = learning_rate * group["relative"]

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


def _groups(named: Mapping[str, nn.Parameter], slowed: Mapping[str, float]) -> list[dict[str, Any]]:
    unknown = sorted(slowed.keys() - named.keys())
    if unknown:
        raise ArgumentError(
            "slowed", ", ".join(unknown), "the network has no such parameter", "leave it out"
        )
    shares = {name: slowed.get(name, 1.0) for name in named}
    return [
        {"params": [named[name] for name in named if shares[name] == share], "relative": share}
        for share in sorted(set(shares.values()))
    ]


def _norm(gradients: Iterable[torch.Tensor]) -> torch.Tensor:
    """Return the norm of the whole gradient, as `clip_grad_norm_` does."""
    return torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(g) for g in gradients]))
