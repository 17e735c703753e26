"""An encoder learns to send images where a frozen generator and classifier find their labels.

Its loss, averaged over a batch, with z = mu + sigma eps, xhat = G(z)::

    misfit(x, xhat) + lambda * cross entropy(Cl(xhat), y) + KL(N(mu, sigma^2) || N(0, I))

Source: arXiv 2102.05132 and its published scripts.
"""

from __future__ import annotations

import copy

import numpy as np
import torch
from torch import nn

from numerics.latent_basis.descent import Descent
from numerics.latent_basis.network_descent import OBSERVED, NetworkDescent
from theory.errors import ArgumentError

LIKELIHOODS = ("hinge", "gaussian")
NOISE_VARIANCE = 0.1  # of a pixel, for the Gaussian likelihood


def misfit(images: torch.Tensor, made: torch.Tensor, likelihood: str) -> torch.Tensor:
    """Return how far images (N, pixels) are from those that were made of them, averaged over N.

    Parameters
    ----------
    images, made : tensor, (N, pixels)
        x and xhat, in [-1, 1].
    likelihood : {"hinge", "gaussian"}
        The mean over pixels of max(0, 1 - xhat x), as released: in [-1, 1] it is 1 - xhat x, a
        correlation whose whole range is 2 nats. Or the sum over pixels of (x - xhat)^2/(2 v) with
        the variance v = 0.1, minus the logarithm of a Gaussian density up to a constant.

    Raises
    ------
    ArgumentError
        For another likelihood.
    """
    if likelihood == "hinge":
        return (1 - made * images).clamp(min=0).mean()
    require_likelihood(likelihood)
    return (images - made).square().sum(1).mean() / (2 * NOISE_VARIANCE)


def divergence(mean: torch.Tensor, log_deviation: torch.Tensor) -> torch.Tensor:
    """Return KL(N(mu, sigma^2) || N(0, I)) = sum (sigma^2 + mu^2 - 1 - 2 s)/2 in nats, averaged over N.

    Parameters
    ----------
    mean, log_deviation : tensor, (N, M)
        mu and s = log sigma.
    """
    terms = (2 * log_deviation).exp() + mean.square() - 1 - 2 * log_deviation
    return terms.sum(1).mean() / 2


class EncoderDescent(NetworkDescent):
    """Adam on an encoder's loss; a `numerics.training.Learner`.

    Parameters
    ----------
    network : torch module
        From images (N, pixels) to mu and log sigma, each (N, M).
    generator, classifier : torch module
        Taken as they are, frozen: neither their weights nor their running statistics change.
    images : ndarray, (N, pixels)
        In [-1, 1].
    labels : ndarray of int, (N,)
    descent : Descent
    label_weight : float
        lambda.
    likelihood : {"hinge", "gaussian"}
    noise : float
        Standard deviation of what is added to the pixels that the encoder sees, not to those that
        it is to make.
    seed : int

    Raises
    ------
    ArgumentError
        For another likelihood; where an epoch would end with a batch of one image, of which
        BatchNorm has no deviation.
    """

    def __init__(
        self,
        network: nn.Module,
        generator: nn.Module,
        classifier: nn.Module,
        images: np.ndarray,
        labels: np.ndarray,
        descent: Descent,
        *,
        label_weight: float = 100.0,
        likelihood: str = "hinge",
        noise: float = 0.0,
        seed: int,
    ):
        require_likelihood(likelihood)
        _require_pairs(descent, len(images))
        self._generator, self._classifier = frozen(generator), frozen(classifier)
        super().__init__(network, self._classifier, images, labels, descent, seed=seed)
        self._label_weight = label_weight
        self._likelihood = likelihood
        self._noise = noise

    def loss(self, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return the loss with one latent drawn for each image."""
        parts = self._parts(images, labels)
        return parts["misfit"] + self._label_weight * parts["cross_entropy"] + parts["divergence"]

    def observe(self) -> dict[str, np.ndarray]:
        """Return the three parts of the loss, in nats, on the first images at fixed draws."""
        self.network.eval()
        with torch.no_grad(), self._random.set_back():
            parts = self._parts(self._images[:OBSERVED], self._labels[:OBSERVED])
        return {name: np.array(float(value)) for name, value in parts.items()}

    def _parts(self, images: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
        seen = images + self._noise * torch.randn_like(images) if self._noise else images
        mean, log_deviation = self.network(seen)
        made = self._generator(mean + log_deviation.exp() * torch.randn_like(mean))
        return {
            "misfit": misfit(images, made, self._likelihood),
            "cross_entropy": nn.functional.cross_entropy(self._classifier(made), labels),
            "divergence": divergence(mean, log_deviation),
        }


def frozen(network: nn.Module) -> nn.Module:
    """Return a copy in evaluation mode whose weights take no gradient.

    Gradients still flow through it, to what its inputs came from. The network itself stays as it is.
    """
    return copy.deepcopy(network).eval().requires_grad_(False)


def require_likelihood(likelihood: str) -> None:
    """Raise ArgumentError for another than hinge or gaussian."""
    if likelihood not in LIKELIHOODS:
        raise ArgumentError(
            "likelihood", likelihood, f"must be one of {', '.join(LIKELIHOODS)}", "choose one"
        )


def _require_pairs(descent: Descent, images: int) -> None:
    if 1 in (descent.batch, descent.steps is None and images % descent.batch):
        raise ArgumentError(
            "batch",
            descent.batch,
            f"leaves a batch of one image of {images}, of which BatchNorm has no deviation",
            "change it by one, or train by steps",
        )
