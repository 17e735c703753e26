"""The fully connected linear network: its matrices by hand, its flow, its start, and torch's."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from numerics.laws import VectorField
from numerics.singular_modes import Samples, SingularModes
from theory.errors import ArgumentError

if TYPE_CHECKING:
    import torch

    from numerics.torch_descent import TrialNetwork

SHOWN_ROWS = 2  # of the first layer, of each trial: enough to see what a row becomes


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
    """The fully connected flow for one data set (`theory.linear_network.fully_connected_flow`).

    Parameters
    ----------
    modes : SingularModes
    test : Samples, optional
        On which the loss is observed too; no weight ever sees them.
    """

    def __init__(self, modes: SingularModes, test: Samples | None = None):
        self.modes = modes
        self.test = test
        # directions that no image has never move: with few images learning is in their span
        self._span = np.linalg.qr(modes.inputs.T)[0] if modes.is_few and test is None else None
        self.data = Samples(self._in_span(modes.inputs), modes.targets)
        self._projection = self.data.apply_input_input(self._in_span(modes.right.T)).T

    def _in_span(self, rows: np.ndarray) -> np.ndarray:
        return rows if self._span is None else rows @ self._span

    def weights(self, start: LayerWeights) -> LayerWeights:
        """Return a start without what never moves nor shows: the same map of the images, exactly.

        Hidden directions that neither the outputs nor the images reach at the start are left out.
        """
        first = self._in_span(start.first)
        reached = np.concatenate((np.swapaxes(start.second, 1, 2), first), axis=2)
        if self._span is None or reached.shape[2] >= reached.shape[1]:
            return LayerWeights(first, start.second)
        hidden = np.linalg.qr(reached)[0]
        return LayerWeights(np.swapaxes(hidden, 1, 2) @ first, start.second @ hidden)

    def strengths(self, weights: LayerWeights) -> np.ndarray:
        """Return A, (trial, r, r)."""
        return self._strengths(weights.second @ weights.first)

    def _strengths(self, effective: np.ndarray) -> np.ndarray:
        return self.modes.left.T @ effective @ self._projection

    def observe(self, weights: LayerWeights) -> dict[str, np.ndarray]:
        """Return strengths and losses."""
        effective = weights.second @ weights.first
        seen = {
            "strengths": self._strengths(effective),
            "train_loss": self.data.loss(effective),
        }
        return seen if self.test is None else seen | {"test_loss": self.test.loss(effective)}

    def rates(self, weights: LayerWeights) -> LayerWeights:
        """Return dW1/dtau = W2^T E and dW2/dtau = E W1^T."""
        error = self.data.error(weights.second @ weights.first)
        return _rates_of_error(weights, error)

    def sample_rates(self, weights: LayerWeights, samples: np.ndarray) -> LayerWeights:
        """Return the rates that a few samples a trial give, (trial, batch): online learning."""
        seen = self.data.inputs[samples]
        hidden = seen @ np.swapaxes(weights.first, 1, 2)
        miss = self.modes.targets[samples] - hidden @ np.swapaxes(weights.second, 1, 2)
        return _rates_of_error(weights, np.swapaxes(miss, 1, 2) @ seen / samples.shape[1])

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


def _rates_of_error(weights: LayerWeights, error: np.ndarray) -> LayerWeights:
    return LayerWeights(
        np.swapaxes(weights.second, 1, 2) @ error, error @ np.swapaxes(weights.first, 1, 2)
    )


def unpack(state: np.ndarray, like: LayerWeights) -> LayerWeights:
    """Return the weights of a state of `LayerModel.vector_field`, shaped as `like`."""
    size = like.first[0].size
    return LayerWeights(
        state[:, :size].reshape(like.first.shape), state[:, size:].reshape(like.second.shape)
    )


class LayerDescent:
    """Gradient descent by matrices, full batch or online; a `numerics.training.Learner`.

    Parameters
    ----------
    samples : ndarray of int, (trial, update, batch), optional
        Online: which samples each trial sees at each update. Full batch without it.
    """

    def __init__(
        self,
        model: LayerModel,
        start: LayerWeights,
        learning_rate: float,
        loss_scale: float,
        samples: np.ndarray | None = None,
    ):
        self.model = model
        self.samples = samples
        self.learning_rate = learning_rate
        self._take(start)
        self._step = loss_scale * learning_rate

    @property
    def step_size(self) -> tuple[str, float]:
        """The learning rate, by its name."""
        return "learning_rate", self.learning_rate

    def update(self, index: int) -> None:
        """Make one update of all trials."""
        if self.samples is None:
            rates = self.model.rates(self.weights)
        else:
            rates = self.model.sample_rates(self.weights, self.samples[:, index])
        # in place: matrices of all trials are large, and so many new ones take most of the time
        for weight, rate in (
            (self.weights.first, rates.first),
            (self.weights.second, rates.second),
        ):
            rate *= self._step
            weight += rate

    def observe(self) -> dict[str, np.ndarray]:
        """Return what `LayerModel.observe` does."""
        return self.model.observe(self.weights)

    def state(self) -> dict[str, np.ndarray]:
        """Return the weights."""
        return {"first": self.weights.first.copy(), "second": self.weights.second.copy()}

    def load(self, state: dict[str, np.ndarray]) -> None:
        """Take up weights."""
        self._take(LayerWeights(state["first"], state["second"]))

    def _take(self, weights: LayerWeights) -> None:
        self.weights = LayerWeights(weights.first.copy(), weights.second.copy())


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
            hidden = torch.einsum("tmn,thn->tmh", images, self.first)
            return torch.einsum("tmh,tph->tmp", hidden, self.second)

        def observables(self) -> dict[str, np.ndarray]:
            shown = self.first[:, :SHOWN_ROWS]
            return {"rows": shown.detach().cpu().double().numpy().copy()}

    return LinearNetwork()
