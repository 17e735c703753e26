"""Start weights other than torch's own: a stiffness that is the image, a Kaiming-normal position.

The release's initialiser is never called, and called as it stands it would leave channels dead: the
damping starts at exactly 0 behind a ReLU, and only some channels of omega read the image.
"""

from __future__ import annotations

import torch
from torch import nn


@torch.no_grad()
def start_stiffness(encoder: nn.Sequential, gain: float) -> None:
    """Let omega start as `gain` times the image (the mean of its channels) in every channel.

    Hidden channel 0 carries the image through the centre taps. What else it would write or read is
    zero, and so is every other tap of the last layer; all remaining weights stay as they are, and
    behind a zero tap the gradient is not zero.

    Parameters
    ----------
    encoder : nn.Sequential
        Of `numerics.wave_rnn.networks.encoders.encoder`, for images that are nowhere negative.
    gain : float
    """
    first, *between, last = _convolutions(encoder)
    for weight, _ in (first, *between):
        weight[0] = 0
    first[0][0, :, 1, 1] = gain / first[0].shape[1]
    for weight, _ in between:
        weight[:, 0] = 0
        weight[0, 0, 1, 1] = 1
    for _, bias in (first, *between):
        bias[0] = 0
    for tensor in last:
        tensor.zero_()
    last[0][:, 0, 1, 1] = 1


@torch.no_grad()
def start_position(encoder: nn.Sequential) -> None:
    """Draw the convolutions of the position encoder Kaiming-normal and set their biases to zero."""
    for weight, bias in _convolutions(encoder):
        nn.init.kaiming_normal_(weight)
        bias.zero_()


def _convolutions(encoder: nn.Sequential) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Return weight and bias of each convolution."""
    layers = [layer for layer in encoder if isinstance(layer, nn.Conv2d)]
    return [(layer.weight, layer.bias) for layer in layers if layer.bias is not None]
