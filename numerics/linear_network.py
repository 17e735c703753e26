"""The fully connected linear network: its matrices by hand, its flow, its start, and torch's."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from numerics.laws import VectorField
from numerics.singular_modes import SingularModes
from theory.errors import ArgumentError

if TYPE_CHECKING:
    import torch

    from numerics.torch_descent import TrialNetwork


@dataclasses.dataclass(frozen=True)
class LayerWeights:
    """Weights of all trials: first (trial, H, N), second (trial, p, H)."""

    first: np.ndarray
    second: np.ndarray


def random_start(
    seeds: range, pixels: int, classes: int, hidden: int, scale: float
) -> LayerWeights:
    """Draw normal weights of standard deviation `scale`, the first layer first."""
    first, second = [], []
    for seed in seeds:
        generator = np.random.default_rng(seed)
        first.append(generator.normal(0.0, scale, (hidden, pixels)))
        second.append(generator.normal(0.0, scale, (classes, hidden)))
    return LayerWeights(np.stack(first), np.stack(second))


def balanced_start(modes: SingularModes, strengths: np.ndarray, hidden: int) -> LayerWeights:
    """Align both layers with the modes so that mode m starts at a given strength.

    W1 = R diag(g) V^T, W2 = U diag(g) R^T with the first r unit vectors as R, g = sqrt(A0/lambda).

    Parameters
    ----------
    strengths : ndarray, (trial, mode)
        A0, positive.
    """
    trials, rank = strengths.shape
    if hidden < rank:
        raise ArgumentError("hidden", hidden, f"{rank} modes need {rank} hidden nodes", "take more")
    amplitudes = np.sqrt(strengths / modes.variances)
    first = np.zeros((trials, hidden, modes.right.shape[0]))
    second = np.zeros((trials, modes.left.shape[0], hidden))
    first[:, :rank] = amplitudes[:, :, None] * modes.right.T
    second[:, :, :rank] = modes.left * amplitudes[:, None, :]
    return LayerWeights(first, second)


def growing_strengths(start: LayerWeights, modes: SingularModes) -> np.ndarray:
    """Return A0_m = lambda_m ||W1 v_m + W2^T u_m||^2/4, (trial, mode): what grows of a small start."""
    growing = start.first @ modes.right + np.swapaxes(start.second, 1, 2) @ modes.left
    return modes.variances * (growing**2).sum(axis=1) / 4


class LayerModel:
    """The fully connected flow for one data set (`theory.linear_network.fully_connected_flow`)."""

    def __init__(self, modes: SingularModes):
        self.modes = modes

    def strengths(self, weights: LayerWeights) -> np.ndarray:
        """Return A, (trial, r, r)."""
        return self.modes.strengths(weights.second @ weights.first)

    def rates(self, weights: LayerWeights) -> LayerWeights:
        """Return dW1/dtau = W2^T E and dW2/dtau = E W1^T."""
        error = self.modes.output_input - (weights.second @ weights.first) @ self.modes.input_input
        return LayerWeights(
            np.swapaxes(weights.second, 1, 2) @ error, error @ np.swapaxes(weights.first, 1, 2)
        )

    def vector_field(self, start: LayerWeights) -> VectorField:
        """Return the flow as real arrays, (trial, H (N + p))."""
        trials = len(start.first)

        def pack(weights: LayerWeights) -> np.ndarray:
            parts = (weights.first.reshape(trials, -1), weights.second.reshape(trials, -1))
            return np.concatenate(parts, axis=1)

        return VectorField(
            system="linear_network.fully_connected_flow",
            start=pack(start),
            rates=lambda state: pack(self.rates(unpack(state, start))),
        )


def unpack(state: np.ndarray, like: LayerWeights) -> LayerWeights:
    """Return the weights of a state of `LayerModel.vector_field`, shaped as `like`."""
    size = like.first[0].size
    return LayerWeights(
        state[:, :size].reshape(like.first.shape), state[:, size:].reshape(like.second.shape)
    )


class LayerDescent:
    """Full-batch gradient descent by matrices; a `numerics.training.Learner`."""

    def __init__(
        self, model: LayerModel, start: LayerWeights, learning_rate: float, loss_scale: float
    ):
        self.model = model
        self.learning_rate = learning_rate
        self.weights = start
        self._step = loss_scale * learning_rate

    @property
    def step_size(self) -> tuple[str, float]:
        """The learning rate, by its name."""
        return "learning_rate", self.learning_rate

    def update(self, index: int) -> None:
        """Make one update of all trials."""
        rates = self.model.rates(self.weights)
        self.weights = LayerWeights(
            self.weights.first + self._step * rates.first,
            self.weights.second + self._step * rates.second,
        )

    def observe(self) -> np.ndarray:
        """Return A, (trial, r, r)."""
        return self.model.strengths(self.weights)

    def state(self) -> dict[str, np.ndarray]:
        """Return the weights."""
        return {"first": self.weights.first, "second": self.weights.second}

    def load(self, state: dict[str, np.ndarray]) -> None:
        """Take up weights."""
        self.weights = LayerWeights(state["first"], state["second"])


def torch_network(start: LayerWeights, dtype: torch.dtype, device: torch.device) -> TrialNetwork:
    """Return the network in torch, all trials in one batch, with the interface of `LinearCNN`."""
    import torch

    class LinearNetwork(torch.nn.Module):
        """Two layers, no biases; predictions (trial, sample, p)."""

        def __init__(self) -> None:
            super().__init__()
            self.first = torch.nn.Parameter(torch.tensor(start.first, dtype=dtype, device=device))
            self.second = torch.nn.Parameter(torch.tensor(start.second, dtype=dtype, device=device))

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            hidden = torch.einsum("mn,thn->tmh", images, self.first)
            return torch.einsum("tmh,tph->tmp", hidden, self.second)

        def forward_each(self, images: torch.Tensor) -> torch.Tensor:
            hidden = torch.einsum("tn,thn->th", images, self.first)
            return torch.einsum("th,tph->tp", hidden, self.second)

    return LinearNetwork()
