"""Gradient descent on a torch network by autograd: the measurement that laws are held against."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
import torch

from numerics.singular_modes import Samples, SingularModes, effective_singular_values


class TrialNetwork(Protocol):
    """A torch module that holds all trials."""

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        """Return predictions (trial, sample, p) of images (sample, N), the same for all trials."""

    def forward_each(self, images: torch.Tensor) -> torch.Tensor:
        """Return predictions (trial, sample, p) of images of each trial, (trial, sample, N)."""

    def observables(self) -> dict[str, np.ndarray]:
        """Return what of the weights is worth a record, each (trial, ...)."""

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
    shown : Samples
        What it is trained on: all images, or rows equivalent to them.
    learning_rate : float
    samples : ndarray of int, (trial, update, batch), optional
        Online: which samples each trial sees at each update. Full batch without it.
    test : Samples, optional
        On which the loss is observed too; no weight ever sees them.
    """

    def __init__(
        self,
        network: TrialNetwork,
        modes: SingularModes,
        shown: Samples,
        learning_rate: float,
        samples: np.ndarray | None = None,
        test: Samples | None = None,
    ):
        self.network = network
        self.modes = modes
        self.learning_rate = learning_rate
        self._shown = self._on_device(shown)
        self._test = None if test is None else self._on_device(test.equivalent_rows())
        # what no linear map changes of the losses, and equivalent rows lack
        self._constant = modes.unexplained_by_rows(shown)
        self._test_constant = (
            0.0 if test is None else test.unexplained_by_rows(test.equivalent_rows())
        )
        self._samples = samples
        self._parameters = list(network.parameters())

    def _on_device(self, samples: Samples) -> tuple[torch.Tensor, torch.Tensor]:
        like = next(self.network.parameters())
        inputs, targets = (
            torch.tensor(x, dtype=like.dtype, device=like.device)
            for x in (samples.inputs, samples.targets)
        )
        return inputs, targets

    @property
    def step_size(self) -> tuple[str, float]:
        """The learning rate, by its name."""
        return "learning_rate", self.learning_rate

    def update(self, index: int) -> None:
        """Make one update of all trials by autograd."""
        inputs, targets = self._shown
        if self._samples is None:
            errors = self.network(inputs) - targets
        else:
            seen = self._samples[:, index]
            errors = self.network.forward_each(inputs[seen]) - targets[seen]
        loss = errors.square().sum() / errors[0].numel()
        gradients = torch.autograd.grad(loss, self._parameters)
        with torch.no_grad():
            for parameter, gradient in zip(self._parameters, gradients, strict=True):
                parameter.sub_(gradient, alpha=self.learning_rate)

    def observe(self) -> dict[str, np.ndarray]:
        """Return strengths and losses, in float64, and what the network shows of its weights.

        A comes from the network's predictions on what it is trained on, (trial, r, r).
        """
        predictions, loss = self._seen(*self._shown)
        rows = self._shown[0].double().cpu().numpy()
        seen = {
            "strengths": effective_singular_values(self.modes, [(rows, predictions)]),
            "train_loss": loss + self._constant,
        }
        if self._test is not None:
            seen["test_loss"] = self._seen(*self._test)[1] + self._test_constant
        return seen | self.network.observables()

    def _seen(self, inputs: torch.Tensor, targets: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
        """Return predictions (trial, sample, p) and their mean squared error (trial,)."""
        with torch.no_grad():
            predictions = self.network(inputs).double()
            loss = (predictions - targets.double()).square().mean(dim=(1, 2))
        return predictions.cpu().numpy(), loss.cpu().numpy()

    def state(self) -> dict[str, np.ndarray]:
        """Return the parameters."""
        return {n: p.detach().cpu().numpy().copy() for n, p in self.network.named_parameters()}

    def load(self, state: dict[str, np.ndarray]) -> None:
        """Take up parameters."""
        with torch.no_grad():
            for name, parameter in self.network.named_parameters():
                parameter.copy_(torch.from_numpy(state[name]))
