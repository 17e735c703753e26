"""The real network: torch's convolution, all trials as output channels of one layer, autograd."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from numerics.linear_cnn.spectra import image_side
from numerics.linear_cnn.starts import PixelWeights


class LinearCNN(torch.nn.Module):
    """Circular convolution with an image-size kernel, then a fully connected layer; no biases.

    Every trial is an output channel of its own with its own outputs: parameters are separate, so
    each trial trains as if it were alone.

    Parameters
    ----------
    start : PixelWeights
        In the convolution convention; torch correlates, so the kernel is stored flipped.
    """

    def __init__(self, start: PixelWeights, dtype: torch.dtype, device: torch.device):
        super().__init__()
        trials, pixels = start.kernels.shape
        self.side = image_side(pixels)
        flipped = flip(start.kernels.reshape(trials, 1, self.side, self.side))
        self.kernel = torch.nn.Parameter(torch.tensor(flipped, dtype=dtype, device=device))
        self.outputs = torch.nn.Parameter(torch.tensor(start.outputs, dtype=dtype, device=device))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return predictions (trial, sample, p) of images (sample, N), the same for all trials."""
        padded = self._wrapped(images.reshape(len(images), 1, self.side, self.side))
        hidden = functional.conv2d(padded, self.kernel)
        return torch.einsum("mtn,tpn->tmp", hidden.flatten(2), self.outputs)

    def forward_each(self, images: torch.Tensor) -> torch.Tensor:
        """Return predictions (trial, p) of one image for each trial, (trial, N)."""
        padded = self._wrapped(images.reshape(1, len(images), self.side, self.side))
        hidden = functional.conv2d(padded, self.kernel, groups=len(images))
        return torch.einsum("tn,tpn->tp", hidden[0].flatten(1), self.outputs)

    def _wrapped(self, images: torch.Tensor) -> torch.Tensor:
        reach = self.side - 1
        return functional.pad(images, (0, reach, 0, reach), mode="circular")

    def weights(self) -> PixelWeights:
        """Return the weights in the convolution convention."""
        kernel = self.kernel.detach().cpu().double().numpy()
        return PixelWeights(
            flip(kernel).reshape(len(kernel), -1), self.outputs.detach().cpu().double().numpy()
        )


def flip(kernels: np.ndarray) -> np.ndarray:
    """Move pixel (a, b) of the last two axes to (-a, -b) mod n: Q Q k."""
    return np.roll(kernels[..., ::-1, ::-1], (1, 1), axis=(-2, -1))
