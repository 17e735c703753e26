"""What an encoder ends in: the mean and the log standard deviation of a latent, each by its head."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn

from theory.errors import ArgumentError

HEADS = ("linear", "release")
LEAST, MOST = -10.0, 10.0  # of log sigma: exp stays within 4.5e-5 and 2.2e4


def head(kind: str, inputs: int, outputs: int) -> nn.Module:
    """Return one head.

    Parameters
    ----------
    kind : {"linear", "release"}
        A linear layer; or as the release has it, linear, BatchNorm, LeakyReLU(0.01). The latter is
        one-sided: what is below 0 shrinks to a hundredth, so means lie to one side and no standard
        deviation is much below 1.
    inputs, outputs : int

    Raises
    ------
    ArgumentError
        For another kind.

    Source: arXiv 2102.05132, its published scripts.
    """
    if kind not in HEADS:
        raise ArgumentError("head", kind, f"must be one of {', '.join(HEADS)}", "choose one")
    linear = nn.Linear(inputs, outputs)
    if kind == "linear":
        return linear
    return nn.Sequential(linear, nn.BatchNorm1d(outputs), nn.LeakyReLU(0.01))


class Encoder(nn.Module):
    """From images to a Gaussian of latents: N(mu, diag sigma^2), sigma = exp(s).

    Parameters
    ----------
    trunk : torch module
        From rows (N, pixels) to features (N, features).
    features, latent_size : int
    kind : {"linear", "release"}
        Of both heads.
    """

    def __init__(self, trunk: nn.Module, features: int, latent_size: int, kind: str):
        super().__init__()
        self.trunk = trunk
        self.mean = head(kind, features, latent_size)
        self.log_deviation = head(kind, features, latent_size)

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return mu and s = log sigma, each (N, M), of images (N, pixels); s within [-10, 10]."""
        features = self.trunk(images)
        return self.mean(features), self.log_deviation(features).clamp(LEAST, MOST)


def dense_trunk(widths: tuple[int, ...]) -> nn.Sequential:
    """Return linear layers, each with BatchNorm and LeakyReLU(0.01); widths with the pixels first."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(widths):
        layers += [nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs), nn.LeakyReLU(0.01)]
    return nn.Sequential(*layers)
