"""From images to fields: 3x3 convolutions with zero padding and biases, ReLU between."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn

from theory.errors import ArgumentError


def encoder(channels_in: int, width: int, channels: int, layers: int) -> nn.Sequential:
    """Return `layers` convolutions, ReLU between and nothing behind the last.

    Parameters
    ----------
    channels_in, width, channels : int
        Of the images, between the layers, and of the field.
    layers : int
        Each widens what a pixel sees by 1 in every direction.
    """
    widths = (channels_in, *[width] * (layers - 1), channels)
    made: list[nn.Module] = []
    for inputs, outputs in pairwise(widths):
        made += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU()]
    return nn.Sequential(*made[:-1])


def position_encoder(channels_in: int, width: int, channels: int) -> nn.Sequential:
    """Return the encoder of y_0: four layers and a tanh, |y_0| < 1."""
    return encoder(channels_in, width, channels, layers=4).append(nn.Tanh())


def require_images(images: torch.Tensor, channels_in: int) -> None:
    """Refuse what is not (B, C_in, H, W) in floating point.

    Raises
    ------
    ArgumentError
        For other dimensions, channels, or integers.
    """
    if images.ndim != 4 or images.shape[1] != channels_in:
        what = f"must be (B, {channels_in}, H, W)"
        raise ArgumentError("images", tuple(images.shape), what, "put the channels second")
    if not images.is_floating_point():
        raise ArgumentError(
            "images", str(images.dtype), "must be floating point in [0, 1]", "divide by 255"
        )
