"""The wave network (NWM): locally coupled oscillators whose history is read pixel by pixel."""

from __future__ import annotations

import torch
from torch import nn

from numerics.wave_rnn.networks.architecture import Architecture
from numerics.wave_rnn.networks.encoders import encoder, position_encoder, require_images
from numerics.wave_rnn.networks.fields import Fields
from numerics.wave_rnn.networks.heads import PixelHead
from numerics.wave_rnn.networks.readouts import TimeReadout
from numerics.wave_rnn.networks.recurrence import wave_history


class WaveNetwork(nn.Module):
    """``y'' = tanh(W * y) - omega y - alpha y'``; the image gives y_0, omega and alpha, y'_0 = 0.

    Parameters
    ----------
    architecture : Architecture
        Its model is "nwm".

    Attributes
    ----------
    kernel : Parameter (C, C, 2 r + 1, 2 r + 1)
        W, from channel (second) to channel (first); starts as the Laplacian of each channel.

    Source: "Traveling Waves Integrate Spatial Information Through Time", Eq 9, as released.
    """

    def __init__(self, architecture: Architecture):
        super().__init__()
        a = self.architecture = architecture
        bound = nn.ReLU if a.damping == "relu" else nn.Softplus
        self.position = position_encoder(a.channels_in, a.encoder, a.hidden)
        self.stiffness = encoder(a.channels_in, a.encoder, a.hidden, layers=3).append(nn.ReLU())
        self.damping = encoder(a.channels_in, a.encoder, a.hidden, layers=3).append(bound())
        self.kernel = nn.Parameter(laplacian_kernel(a.hidden, a.radius))
        self.readout = TimeReadout(a)
        self.head = PixelHead(a.features, a.head, a.classes)

    def fields(self, images: torch.Tensor) -> Fields:
        """Return y_0, omega and alpha of images (B, C_in, H, W).

        Raises
        ------
        ArgumentError
            For images of another shape, or integers.
        """
        require_images(images, self.architecture.channels_in)
        return Fields(self.position(images), self.stiffness(images), self.damping(images))

    def history(self, fields: Fields) -> torch.Tensor:
        """Return the positions y_0..y_T, (T + 1, B, C, H, W)."""
        a = self.architecture
        return wave_history(fields, self.kernel, a.time_step, a.steps)

    def features(self, history: torch.Tensor) -> torch.Tensor:
        """Return what the readout makes of a history, (B, F, H, W)."""
        return self.readout(history)

    def classify(self, features: torch.Tensor) -> torch.Tensor:
        """Return the logits of features, (B, N, H, W)."""
        return self.head(features)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the logits (B, N, H, W) of images (B, C_in, H, W)."""
        return self.classify(self.features(self.history(self.fields(images))))


def laplacian_kernel(channels: int, radius: int = 1) -> torch.Tensor:
    """Return (C, C, 2 r + 1, 2 r + 1): each channel its own five-point Laplacian, in the middle.

    Examples
    --------
    >>> laplacian_kernel(1)[0, 0].tolist()
    [[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]]
    """
    kernel = torch.zeros(channels, channels, 2 * radius + 1, 2 * radius + 1)
    own = torch.arange(channels)
    kernel[own, own, radius, radius] = -4
    for row, column in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        kernel[own, own, radius + row, radius + column] = 1
    return kernel
