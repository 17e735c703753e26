"""A classifier learns labels by cross entropy, from images with a little noise on them."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from numerics.latent_basis.descent import Descent
from numerics.latent_basis.network_descent import OBSERVED, NetworkDescent


class ClassifierDescent(NetworkDescent):
    """Adam on the cross entropy of labels; a `numerics.training.Learner`.

    Parameters
    ----------
    network : torch module
        From images (N, pixels) to logits (N, l).
    images : ndarray, (N, pixels)
        In [-1, 1].
    labels : ndarray of int, (N,)
        From 0 to l - 1.
    descent : Descent
    noise : float
        Standard deviation of what is added to each pixel, anew at each update.
    seed : int
    """

    def __init__(
        self,
        network: nn.Module,
        images: np.ndarray,
        labels: np.ndarray,
        descent: Descent,
        *,
        noise: float,
        seed: int,
    ):
        super().__init__(network, network, images, labels, descent, seed=seed)
        self._noise = noise

    def loss(self, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return the mean cross entropy, in nats, of noisy images."""
        noisy = images + self._noise * torch.randn_like(images)
        return nn.functional.cross_entropy(self.network(noisy), labels)

    def observe(self) -> dict[str, np.ndarray]:
        """Return cross entropy and accuracy on the first images, without noise and dropout."""
        self.network.eval()
        with torch.no_grad():
            logits = self.network(self._images[:OBSERVED])
        labels = self._labels[:OBSERVED]
        right = (logits.argmax(1) == labels).double().mean()
        loss = nn.functional.cross_entropy(logits, labels)
        return {"loss": np.array(float(loss)), "accuracy": np.array(float(right))}
