"""From features to logits: the same MLP at every pixel."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn


class PixelHead(nn.Module):
    """From features (B, F, H, W) to logits (B, N, H, W): linear layers, ReLU between.

    Parameters
    ----------
    features, classes : int
        F and N.
    widths : tuple of int
        Of the hidden layers.
    """

    def __init__(self, features: int, widths: tuple[int, ...], classes: int):
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise((features, *widths, classes)):
            layers += [nn.Linear(inputs, outputs), nn.ReLU()]
        self.layers = nn.Sequential(*layers[:-1])

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return the logits."""
        return self.layers(features.movedim(1, -1)).movedim(-1, 1)
