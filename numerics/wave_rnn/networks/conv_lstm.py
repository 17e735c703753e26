"""The convolutional LSTM: its input is its own output, or the image at every step."""

from __future__ import annotations

import torch
from torch import nn

from numerics.wave_rnn.networks.architecture import Architecture
from numerics.wave_rnn.networks.encoders import encoder, position_encoder, require_images
from numerics.wave_rnn.networks.heads import PixelHead
from numerics.wave_rnn.networks.readouts import TimeReadout


class ConvLSTM(nn.Module):
    """``c' = sig(f) c + sig(i) tanh(g)``, ``h' = sig(o) tanh(c')``, ``u' = P(h')``.

    One convolution of [u, h] gives i, f, g, o in this order; P is a linear layer, ReLU and a linear
    layer at every pixel. u is recorded, and the image is seen only at n = 0. With the image as its input
    u is the image at every step: there is neither P nor an encoder of u_0, and h is recorded.

    Parameters
    ----------
    architecture : Architecture
        Its model is "conv_lstm".

    Source: "Traveling Waves Integrate Spatial Information Through Time", Eqs 10-15: its own output as
    released, the image as printed.
    """

    def __init__(self, architecture: Architecture):
        super().__init__()
        a = self.architecture = architecture
        c, own = a.hidden, a.lstm_input == "own"
        self.position = position_encoder(a.channels_in, a.encoder, c) if own else None
        self.memory = encoder(a.channels_in, a.encoder, c, layers=3)
        self.cell = encoder(a.channels_in, a.encoder, c, layers=3)
        inputs = c if own else a.channels_in
        self.gates = nn.Conv2d(inputs + c, 4 * c, 3, padding=1, padding_mode="circular")
        self.read_back = PixelHead(c, (2 * c,), c) if own else None
        self.readout = TimeReadout(a)
        self.head = PixelHead(a.features, a.head, a.classes)

    def history(self, images: torch.Tensor, steps: int | None = None) -> torch.Tensor:
        """Return u_0..u_T, or h_0..h_T of one that is given the image, (T + 1, B, C, H, W).

        Parameters
        ----------
        images : tensor, (B, C_in, H, W)
        steps : int, optional
            T, where its states are run on beyond what is read.

        Raises
        ------
        ArgumentError
            For images of another shape, or integers.
        """
        require_images(images, self.architecture.channels_in)
        h, c = self.memory(images), self.cell(images)
        u = images if self.position is None else self.position(images)
        recorded = [h if self.position is None else u]
        for _ in range(self.architecture.steps if steps is None else steps):
            i, f, g, o = self.gates(torch.cat((u, h), 1)).chunk(4, 1)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
            if self.read_back is not None:
                u = self.read_back(h)
            recorded.append(h if self.read_back is None else u)
        return torch.stack(recorded)

    def features(self, history: torch.Tensor) -> torch.Tensor:
        """Return what the readout makes of a history, (B, F, H, W)."""
        return self.readout(history)

    def classify(self, features: torch.Tensor) -> torch.Tensor:
        """Return the logits of features, (B, N, H, W)."""
        return self.head(features)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the logits (B, N, H, W) of images (B, C_in, H, W)."""
        return self.classify(self.features(self.history(images)))
