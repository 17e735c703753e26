"""Weights of a linear CNN as its layers, one after another, in pixels or in Fourier variables."""

from __future__ import annotations

import dataclasses
from typing import Self

import numpy as np

from theory.errors import ArgumentError


@dataclasses.dataclass(frozen=True)
class Layers:
    """The convolution layers, then the fully connected one; no biases.

    Parameters
    ----------
    layers : tuple of ndarray, each (trial, out, in, position)
        The first `in` is the number of input channels, the last `out` that of outputs; a position
        is a pixel or a frequency.
    """

    layers: tuple[np.ndarray, ...]

    @classmethod
    def single(cls, kernel: np.ndarray, outputs: np.ndarray) -> Self:
        """Return the paper's network: kernel (trial, position), outputs (trial, p, position)."""
        return cls((kernel[:, None, None, :], outputs[:, :, None, :]))

    @property
    def depth(self) -> int:
        """Number L of convolution layers."""
        return len(self.layers) - 1

    @property
    def outputs(self) -> np.ndarray:
        """The fully connected layer, (trial, p, C_L, position)."""
        return self.layers[-1]

    @property
    def kernel(self) -> np.ndarray:
        """The kernel of a network with one convolution layer, one channel and one kernel.

        Returns
        -------
        ndarray, (trial, position)

        Raises
        ------
        ArgumentError
            If there are more.
        """
        first = self.layers[0]
        if self.depth != 1 or first.shape[1:3] != (1, 1):
            raise ArgumentError(
                "layers",
                [layer.shape[1:3] for layer in self.layers],
                "one convolution layer of one kernel and one channel has `kernel`",
                "take its `layers`",
            )
        return first[:, 0, 0]

    def magnitudes(self) -> dict[str, np.ndarray]:
        """Return the norm of the first and of the last layer at each position, (trial, position)."""
        first, last = (np.sqrt((np.abs(x) ** 2).sum(axis=(1, 2))) for x in self.ends)
        return {"kernel_magnitude": first, "output_magnitude": last}

    @property
    def ends(self) -> tuple[np.ndarray, np.ndarray]:
        """The first and the last layer."""
        return self.layers[0], self.layers[-1]


class PixelWeights(Layers):
    """In pixels: kernels in the convolution convention."""


class FourierWeights(Layers):
    """In Fourier variables, on the half plane: k^ = Q k and B = W conj(Q), complex."""
