"""CNN-L: L convolutions without memory, a narrow last one, and the same MLP as behind the waves."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn

from numerics.wave_rnn.networks.architecture import Architecture
from numerics.wave_rnn.networks.counts import WIDE
from numerics.wave_rnn.networks.encoders import require_images
from numerics.wave_rnn.networks.heads import PixelHead


class CNN(nn.Module):
    """L convolutions 3x3 with zero padding, each with ReLU; a pixel sees 2 L + 1 pixels across.

    The last one has C channels. Where all of these are 0 behind their ReLU everywhere, no gradient
    comes through any more and the logits no longer depend on the image; ``no_relu`` and ``wide``
    (8 channels) are the two ways out. A 1x1 convolution makes bins * C features of them.

    Parameters
    ----------
    architecture : Architecture
        Its model is "cnn".

    Source: "Traveling Waves Integrate Spatial Information Through Time", Eq 16, as released.
    """

    def __init__(self, architecture: Architecture):
        super().__init__()
        a = self.architecture = architecture
        narrow = WIDE if a.bottleneck == "wide" else a.hidden
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise((a.channels_in, *[a.width] * (a.depth - 1), narrow)):
            layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU()]
        self.layers = nn.Sequential(*(layers[:-1] if a.bottleneck == "no_relu" else layers))
        self.spread = nn.Conv2d(narrow, a.features, 1)
        self.head = PixelHead(a.features, a.head, a.classes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the logits (B, N, H, W) of images (B, C_in, H, W).

        Raises
        ------
        ArgumentError
            For images of another shape, or integers.
        """
        require_images(images, self.architecture.channels_in)
        return self.head(self.spread(self.layers(images)))
