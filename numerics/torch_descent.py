"""Gradient descent on a torch network by autograd: the measurement that laws are held against."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
import torch

from numerics.singular_modes import SingularModes, effective_singular_values


class TrialNetwork(Protocol):
    """A torch module that holds all trials."""

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        """Return predictions (trial, sample, p) of images (sample, N), the same for all trials."""

    def forward_each(self, images: torch.Tensor) -> torch.Tensor:
        """Return predictions (trial, p) of one image for each trial, (trial, N)."""

    def parameters(self) -> Iterator[torch.nn.Parameter]:
        """Yield the parameters."""

    def named_parameters(self) -> Iterator[tuple[str, torch.nn.Parameter]]:
        """Yield the parameters with their names."""


class TorchDescent:
    """Plain gradient descent on the mean squared error; a `numerics.training.Learner`.

    The loss is the sum over trials of each trial's mean over samples and outputs, as
    ``MSELoss(reduction="mean")`` has it: its scale is c = 2/p.

    Parameters
    ----------
    network : TrialNetwork
    modes : SingularModes
        By which its strengths are measured.
    inputs, targets : ndarray, (sample, N) and (sample, p)
        What it is trained on: all images, or rows equivalent to them.
    learning_rate : float
    samples : ndarray of int, (trial, update), optional
        Online: which sample each trial sees at each update. Full batch without it.
    """

    def __init__(
        self,
        network: TrialNetwork,
        modes: SingularModes,
        inputs: np.ndarray,
        targets: np.ndarray,
        learning_rate: float,
        samples: np.ndarray | None = None,
    ):
        self.network = network
        self.modes = modes
        self.learning_rate = learning_rate
        parameter = next(network.parameters())
        self._inputs = torch.tensor(inputs, dtype=parameter.dtype, device=parameter.device)
        self._targets = torch.tensor(targets, dtype=parameter.dtype, device=parameter.device)
        self._samples = samples
        self._parameters = list(network.parameters())

    @property
    def step_size(self) -> tuple[str, float]:
        """The learning rate, by its name."""
        return "learning_rate", self.learning_rate

    def update(self, index: int) -> None:
        """Make one update of all trials by autograd."""
        if self._samples is None:
            errors = self.network(self._inputs) - self._targets
            loss = errors.square().sum() / self._targets.numel()
        else:
            seen = self._samples[:, index]
            errors = self.network.forward_each(self._inputs[seen]) - self._targets[seen]
            loss = errors.square().sum() / self._targets.shape[1]
        gradients = torch.autograd.grad(loss, self._parameters)
        with torch.no_grad():
            for parameter, gradient in zip(self._parameters, gradients, strict=True):
                parameter.sub_(gradient, alpha=self.learning_rate)

    def observe(self) -> np.ndarray:
        """Return A from the network's predictions on what it is trained on, (trial, r, r)."""
        with torch.no_grad():
            predictions = self.network(self._inputs).double().cpu().numpy()
        return effective_singular_values(
            self.modes, [(self._inputs.double().cpu().numpy(), predictions)]
        )

    def state(self) -> dict[str, np.ndarray]:
        """Return the parameters."""
        return {n: p.detach().cpu().numpy().copy() for n, p in self.network.named_parameters()}

    def load(self, state: dict[str, np.ndarray]) -> None:
        """Take up parameters."""
        with torch.no_grad():
            for name, parameter in self.network.named_parameters():
                parameter.copy_(torch.from_numpy(state[name]))
