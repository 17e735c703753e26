"""One network learns to segment: what is updated, watched and kept.

The same seed gives the same bits on the same machine with the same number of torch's threads; one is
best for small networks, and `many_runs` sees to it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from numerics.adam import Adam
from numerics.batches import EpochBatches
from numerics.torch_networks import take_weights, weights
from numerics.wave_rnn.networks.nwm import WaveNetwork
from numerics.wave_rnn.segments.segment_set import Splits
from numerics.wave_rnn.training.evaluation import evaluated
from numerics.wave_rnn.training.metrics import require_masks
from numerics.wave_rnn.training.protocol import Protocol
from theory.errors import ArgumentError, DivergenceError

Watch = Callable[[nn.Module, int], Mapping[str, Any]]
BEST, AVERAGED, WATCHED = "best weight ", "averaged ", "watched "  # beginnings of names in a state


class SegmentationLearner:
    """Adam on the cross-entropy of all pixels; a `numerics.training.Learner`.

    It observes the scores on the validation set and keeps the weights with which its loss was lowest.

    Parameters
    ----------
    network : torch module
        From images (B, C_in, H, W) to logits (B, N, H, W); trained in place.
    splits : Splits
        `train` and `validation` are used.
    protocol : Protocol
    seed : int
        Of the order of the images.
    watch : callable, optional
        Called with the network that is judged and the number of updates made; what it returns, arrays
        by their names, is recorded. It must leave the network as it is.
    watched_at : collection of int
        At which numbers of updates; 0 is before the first.

    Raises
    ------
    ArgumentError
        For a batch larger than the training set, or numbers of updates that do not occur.
    """

    def __init__(
        self,
        network: nn.Module,
        splits: Splits,
        protocol: Protocol,
        *,
        seed: int,
        watch: Watch | None = None,
        watched_at: Collection[int] = (),
    ):
        images = len(splits.train)
        self.network = network
        self.updates = protocol.total(images)
        self._protocol = protocol
        self._splits = splits
        self._device = next(network.parameters()).device
        slowed = {name: protocol.wave_rate for name in _of_waves(network)}
        self._adam = Adam(network, protocol.learning_rate, slowed=slowed)
        self._batches = EpochBatches(
            images, protocol.batch, seed=seed, drop_last=protocol.drop_last
        )
        self._average = None if protocol.average is None else _average(network, protocol.average)
        self._watch = watch
        self._watched_at = _moments(watched_at, self.updates)
        self._watched: list[dict[str, np.ndarray]] = []
        self._made = 0
        self._losses = np.full((2, self.updates), np.nan)  # and the gradients' norms
        self._best_loss, self.best_update = math.inf, 0
        self.best = weights(self.judged)
        self._begun = time.process_time()

    @property
    def step_size(self) -> tuple[str, float]:
        """The learning rate, by its name; of a wave network that has learnt nothing yet, the time step."""
        if not self._made and isinstance(self.network, WaveNetwork):
            return "time_step", self.network.architecture.time_step
        return "learning_rate", self._protocol.learning_rate

    @property
    def judged(self) -> nn.Module:
        """The network whose weights are judged and kept: the one that learns, or its average."""
        return self.network if self._average is None else self._average.module

    @property
    def losses(self) -> np.ndarray:
        """Loss of each update on its batch, in nats, (updates,)."""
        return self._losses[0]

    @property
    def gradient_norms(self) -> np.ndarray:
        """Norm of the whole gradient at each update, before it is clipped, (updates,)."""
        return self._losses[1]

    @property
    def seconds(self) -> float:
        """Of CPU that this process has spent since the start, with those before it was resumed."""
        return time.process_time() - self._begun

    @property
    def watched(self) -> dict[str, np.ndarray]:
        """What was watched, moments first, and under `updates` the numbers of updates made."""
        if not self._watched:
            return {}
        seen = {name: np.stack([one[name] for one in self._watched]) for name in self._watched[0]}
        return seen | {"updates": self._watched_at[: len(self._watched)]}

    def update(self, index: int) -> None:
        """Make one update on the batch of that number.

        Raises
        ------
        DivergenceError
            If its loss is not finite.
        """
        self._look(index)
        rate, beta1 = self._protocol.rates(index, self.updates)
        loss = self._loss(index)
        value = loss.item()
        if not math.isfinite(value):
            raise DivergenceError(
                *self.step_size, f"the loss was {value} at update {index}", self._remedy()
            )
        norm = self._adam.descend(loss, rate, beta1=beta1, clip=self._protocol.clip)
        self._losses[:, index] = value, norm.item()
        if self._average is not None:
            self._average.update_parameters(self.network)
        self._made = index + 1
        if self._made == self.updates:
            self._look(self._made)

    def observe(self) -> dict[str, np.ndarray]:
        """Return the scores on the validation set by their names; keep the weights if they are best."""
        found = evaluated(self.judged, self._splits.validation).summary()
        if self._made and self._best_loss - found["loss"] > self._protocol.least_gain:
            self._best_loss, self.best_update = found["loss"], self._made
            self.best = weights(self.judged)
        return {name: np.array(value) for name, value in found.items()}

    def state(self) -> dict[str, np.ndarray]:
        """Return weights, averaged and best ones, Adam's moments, the order, and all that was seen."""
        seen = {
            "updates made": np.array(self._made),
            "losses": self._losses.copy(),
            "best loss": np.array(self._best_loss),
            "best update": np.array(self.best_update),
            "seconds": np.array(self.seconds),
        }
        average = {} if self._average is None else weights(self._average)
        return (
            weights(self.network)
            | {AVERAGED + name: values for name, values in average.items()}
            | {BEST + name: values for name, values in self.best.items()}
            | {WATCHED + name: values for name, values in self.watched.items()}
            | self._adam.state()
            | self._batches.state()
            | seen
        )

    def load(self, state: dict[str, np.ndarray]) -> None:
        """Take up all of it.

        Raises
        ------
        ArgumentError
            If it is of a training of another length.
        """
        if state["losses"].shape != self._losses.shape:
            raise ArgumentError(
                "checkpoint",
                f"of {state['losses'].shape[1]} updates",
                f"this training has {self.updates}",
                "give each training a checkpoint of its own, or begin anew",
            )
        take_weights(self.network, state)
        if self._average is not None:
            take_weights(self._average, _named(state, AVERAGED))
        self._adam.load(state)
        self._batches.load(state)
        self._made, self.best_update = int(state["updates made"]), int(state["best update"])
        self._losses, self._best_loss = state["losses"].copy(), float(state["best loss"])
        self.best = _named(state, BEST)
        self._begun = time.process_time() - float(state["seconds"])
        seen = _named(state, WATCHED)
        count = len(seen.pop("updates", ()))
        self._watched = [{name: x[i] for name, x in seen.items()} for i in range(count)]

    def _loss(self, index: int) -> torch.Tensor:
        images, masks = self._splits.train.batch(self._batches.take(index).numpy())
        targets = torch.as_tensor(masks)
        mixed = self._protocol.mixed_precision
        self.network.train()
        with torch.autocast(self._device.type, torch.bfloat16, enabled=mixed):
            logits = self.network(torch.as_tensor(images, device=self._device))
        require_masks(targets, logits)
        return nn.functional.cross_entropy(logits.float(), targets.to(self._device))

    def _remedy(self) -> str:
        """Return what helps against a loss that is not finite."""
        if self.step_size[0] == "time_step":
            return "choose a smaller time step"
        return "choose a smaller learning rate, a smaller time step, or clip the gradient"

    def _look(self, made: int) -> None:
        if self._watch is None or made not in self._watched_at:
            return
        with torch.no_grad():
            seen = self._watch(self.judged, made)
        self._watched.append({name: np.array(values) for name, values in seen.items()})


def _of_waves(network: nn.Module) -> list[str]:
    parts = ("kernel", "stiffness", "damping")
    return [name for name, _ in network.named_parameters() if name.split(".")[0] in parts]


def _average(network: nn.Module, kept: float) -> AveragedModel:
    average = get_ema_multi_avg_fn(kept)
    return AveragedModel(network, multi_avg_fn=average, use_buffers=True)


def _named(state: Mapping[str, np.ndarray], beginning: str) -> dict[str, np.ndarray]:
    return {
        name.removeprefix(beginning): values.copy()
        for name, values in state.items()
        if name.startswith(beginning)
    }


def _moments(watched_at: Collection[int], updates: int) -> np.ndarray:
    moments = np.unique(np.asarray(list(watched_at), dtype=int))
    if len(moments) and (moments[0] < 0 or moments[-1] > updates):
        raise ArgumentError(
            "watched_at", moments.tolist(), f"must be from 0 to {updates}", "leave out the others"
        )
    return moments
