"""The real network: torch's convolutions, all trials as groups of channels, autograd."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from numerics.linear_cnn.spectra import image_side, to_outputs, to_spectrum
from numerics.linear_cnn.weights import FourierWeights, PixelWeights


class LinearCNN(torch.nn.Module):
    """Circular convolutions with image-size kernels, then a fully connected layer; no biases.

    Every trial is a group of channels with its own outputs: parameters are separate, so each trial
    trains as if it were alone.

    Parameters
    ----------
    start : PixelWeights
        In the convolution convention; torch correlates, so kernels are stored flipped.
    """

    def __init__(self, start: PixelWeights, dtype: torch.dtype, device: torch.device):
        super().__init__()
        self.trials, _, self.channels, pixels = start.layers[0].shape
        self.side = image_side(pixels)

        def parameter(values: np.ndarray) -> torch.nn.Parameter:
            return torch.nn.Parameter(torch.tensor(values, dtype=dtype, device=device))

        self.kernels = torch.nn.ParameterList(
            parameter(flip(x.reshape(-1, x.shape[2], self.side, self.side)))
            for x in start.layers[:-1]
        )
        self.outputs = parameter(start.outputs)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return predictions (trial, sample, p) of images (sample, C N), the same for all trials."""
        hidden = self._convolved(self._squares(images, self.channels), groups=1)
        return torch.einsum("mtn,tpn->tmp", hidden, self.outputs.flatten(2))

    def forward_each(self, images: torch.Tensor) -> torch.Tensor:
        """Return predictions (trial, sample, p) of images of each trial, (trial, sample, C N)."""
        squares = self._squares(images.transpose(0, 1), self.trials * self.channels)
        hidden = self._convolved(squares, groups=self.trials)
        return torch.einsum("mtn,tpn->tmp", hidden, self.outputs.flatten(2))

    def _squares(self, images: torch.Tensor, channels: int) -> torch.Tensor:
        return images.reshape(len(images), channels, self.side, self.side)

    def _convolved(self, images: torch.Tensor, groups: int) -> torch.Tensor:
        """Return hidden values (sample, trial, C_L N); the first layer has `groups`."""
        reach = self.side - 1
        for kernel in self.kernels:
            padded = functional.pad(images, (0, reach, 0, reach), mode="circular")
            images = functional.conv2d(padded, kernel, groups=groups)
            groups = self.trials
        return images.reshape(len(images), self.trials, -1)

    def weights(self) -> PixelWeights:
        """Return the weights in the convolution convention."""
        arrays = (x.detach().cpu().double().numpy() for x in self.kernels)
        kernels = (
            flip(x).reshape(self.trials, -1, x.shape[1], self.side**2).copy() for x in arrays
        )
        return PixelWeights((*kernels, self.outputs.detach().cpu().double().numpy().copy()))

    def observables(self) -> dict[str, np.ndarray]:
        """Return the first kernels, and the magnitudes of first and last layer at each frequency."""
        weights = self.weights()
        first, last = weights.ends
        spectra = FourierWeights((to_spectrum(first), to_outputs(last)))
        return {"kernel": first, **spectra.magnitudes()}


def flip(kernels: np.ndarray) -> np.ndarray:
    """Move pixel (a, b) of the last two axes to (-a, -b) mod n: Q Q k."""
    return np.roll(kernels[..., ::-1, ::-1], (1, 1), axis=(-2, -1))
