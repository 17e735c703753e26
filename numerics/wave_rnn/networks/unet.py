"""The U-Net: four halvings, four doublings, and what was before each halving beside them."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn
from torch.nn.functional import max_pool2d, pad

from numerics.wave_rnn.networks.architecture import Architecture
from numerics.wave_rnn.networks.counts import UNET_HALVINGS
from numerics.wave_rnn.networks.encoders import require_images
from theory.errors import ArgumentError


class UNet(nn.Module):
    """Channels c, 2 c, 4 c, 8 c, 16 c downwards and back, then a 1x1 convolution to the logits.

    Parameters
    ----------
    architecture : Architecture
        Its model is "unet".

    Source: "Traveling Waves Integrate Spatial Information Through Time", Table 4, as released.
    """

    def __init__(self, architecture: Architecture):
        super().__init__()
        a = self.architecture = architecture
        widths = [a.unet_width * 2**level for level in range(UNET_HALVINGS + 1)]
        steps = pairwise((a.channels_in, *widths))
        self.down = nn.ModuleList(_double_convolution(*pair) for pair in steps)
        self.widen = nn.ModuleList(
            nn.ConvTranspose2d(2 * c, c, 2, stride=2) for c in reversed(widths[:-1])
        )
        self.up = nn.ModuleList(_double_convolution(2 * c, c) for c in reversed(widths[:-1]))
        self.logits = nn.Conv2d(a.unet_width, a.classes, 1)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the logits (B, N, H, W) of images (B, C_in, H, W).

        Raises
        ------
        ArgumentError
            For images of another shape, integers, or sides that 16 does not divide, unless the
            architecture pads them; below 16 in any case.
        """
        require_images(images, self.architecture.channels_in)
        self._require_sides(images)
        levels = [self.down[0](images)]
        for convolve in list(self.down)[1:]:
            levels.append(convolve(max_pool2d(levels[-1], 2)))
        field = levels.pop()
        for widen, convolve in zip(self.widen, self.up, strict=True):
            skip = levels.pop()
            field = convolve(torch.cat((skip, _padded(widen(field), skip)), 1))
        return self.logits(field)

    def _require_sides(self, images: torch.Tensor) -> None:
        sides, unit = tuple(images.shape[2:]), 2**UNET_HALVINGS
        if min(sides) < unit:
            what = f"sides must be at least {unit} for the U-Net"
            raise ArgumentError("images", sides, what, "take a larger canvas")
        if any(side % unit for side in sides) and not self.architecture.unet_padding:
            what = f"sides must be divisible by {unit} for the U-Net"
            raise ArgumentError("images", sides, what, "set unet_padding or crop the images")


def _double_convolution(inputs: int, outputs: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for channels in (inputs, outputs):
        layers += [
            nn.Conv2d(channels, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
        ]
    return nn.Sequential(*layers)


def _padded(field: torch.Tensor, skip: torch.Tensor) -> torch.Tensor:
    """Return the field with zeros on all sides, the odd one below and to the right, as large as skip."""
    rows, columns = (skip.shape[i] - field.shape[i] for i in (2, 3))
    return pad(field, [columns // 2, columns - columns // 2, rows // 2, rows - rows // 2])
