"""Adam on one network that learns from labelled images; what its loss is, each kind tells.

The same seed gives the same bits on the same machine with the same number of torch's threads. One is
best for networks of this size: the caller says `torch.set_num_threads(1)`, and
`torch.set_flush_denormal(True)`, without which vanishing moments of Adam cost time.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from numerics.adam import Adam
from numerics.batches import DrawnBatches, EpochBatches
from numerics.latent_basis.descent import Descent
from numerics.latent_basis.own_random import OwnRandom
from numerics.torch_networks import take_weights, weights
from theory.errors import ArgumentError

OBSERVED = 2048  # images, the first ones, on which the losses are observed
NOISE = 1  # beside a seed: of noise and dropout, apart from the batches of the same seed


class NetworkDescent:
    """Adam on one network; all but its loss and what is observed of it (a `Learner` needs both).

    Parameters
    ----------
    network : torch module
        Trained in place.
    classifier : torch module
        From images (N, pixels) to logits (N, l): the network itself, or one that judges it.
    images : ndarray, (N, pixels)
        In [-1, 1].
    labels : ndarray of int, (N,)
    descent : Descent
    seed : int
        Of batches, noise and dropout.

    Raises
    ------
    ArgumentError
        For images out of [-1, 1], labels that are none of 0 to l - 1, batches that are none.
    """

    def __init__(
        self,
        network: nn.Module,
        classifier: nn.Module,
        images: np.ndarray,
        labels: np.ndarray,
        descent: Descent,
        *,
        seed: int,
    ):
        require_rows(images)
        require_labels(labels, len(images))
        device = next(network.parameters()).device
        self.network = network
        self.updates = descent.updates(len(images))
        self._descent = descent
        self._adam = Adam(network, descent.learning_rate, descent.betas)
        self._batches = batches_of(descent, len(images), seed)
        self._random = OwnRandom(noise_seed(seed), device)
        self._images = torch.as_tensor(images, dtype=torch.float32, device=device)
        self._labels = torch.as_tensor(labels, dtype=torch.int64, device=device)
        _require_known(self._labels, classifier, self._images[:1])

    @property
    def step_size(self) -> tuple[str, float]:
        """The learning rate, by its name."""
        return "learning_rate", self._descent.learning_rate

    def loss(self, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return the loss of a batch, scalar; what it draws, it draws from torch."""
        raise NotImplementedError

    def update(self, index: int) -> None:
        """Make one update on the batch of that number."""
        chosen = self._batches.take(index).to(self._images.device)
        self.network.train()
        with self._random.drawn():
            loss = self.loss(self._images[chosen], self._labels[chosen])
        self._adam.descend(loss, self._descent.rate(index, self.updates))

    def state(self) -> dict[str, np.ndarray]:
        """Return weights and running statistics, Adam's moments, and where all draws are."""
        drawn = self._batches.state() | self._random.state()
        return weights(self.network) | self._adam.state() | drawn

    def load(self, state: dict[str, np.ndarray]) -> None:
        """Take up all of it."""
        take_weights(self.network, state)
        for part in (self._adam, self._batches, self._random):
            part.load(state)


def batches_of(descent: Descent, images: int, seed: int) -> EpochBatches | DrawnBatches:
    """Return the batches of a training."""
    kind = EpochBatches if descent.steps is None else DrawnBatches
    return kind(images, descent.batch, seed=seed)


def noise_seed(seed: int, part: int = NOISE) -> int:
    """Return a seed that follows from another, for draws that are to be independent of its own."""
    return int(np.random.SeedSequence((seed, part)).generate_state(1)[0])


def require_rows(images: np.ndarray) -> None:
    """Raise ArgumentError unless images are rows (N, pixels) in [-1, 1]."""
    if images.ndim != 2 or not images.size:
        raise ArgumentError(
            "images", f"array of shape {images.shape}", "must be (N, pixels)", "pass images as rows"
        )
    least, most = float(images.min()), float(images.max())
    if not (least >= -1 and most <= 1):  # nan fails too
        raise ArgumentError(
            "images",
            (least, most),
            "pixels must be from -1 to 1",
            "scale them: 2 x - 1 from [0, 1]",
        )


def require_labels(labels: np.ndarray, images: int) -> None:
    """Raise ArgumentError unless labels are integers (images,), none below 0."""
    if labels.shape != (images,) or labels.dtype.kind not in "iu":
        raise ArgumentError(
            "labels",
            f"{labels.dtype} of shape {labels.shape}",
            f"must be integers of shape ({images},)",
            "give each image its label",
        )
    if labels.min() < 0:
        raise ArgumentError("labels", int(labels.min()), "must be 0 or more", "count from 0")


def _require_known(labels: torch.Tensor, classifier: nn.Module, image: torch.Tensor) -> None:
    """Refuse a label that the classifier has no output for; a GPU would end the process."""
    with torch.no_grad():
        known = classifier.eval()(image).shape[1]
    if int(labels.max()) >= known:
        raise ArgumentError(
            "labels",
            int(labels.max()),
            f"must be from 0 to {known - 1}, the outputs of the classifier",
            "give it more outputs",
        )
