"""How many parameters each network has, in closed form."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numerics.wave_rnn.networks.architecture import Architecture, Count

WIDE = 8  # channels of the CNN's bottleneck "wide"
UNET_HALVINGS = 4


def parameters_of(architecture: Architecture, count: Count) -> int:
    """Return the parameters of a network; see `Architecture.parameters`."""
    if architecture.model == "unet":
        return _unet(architecture)
    total = _head(architecture)
    if architecture.model == "cnn":
        return total + _cnn(architecture)
    total += _nwm(architecture) if architecture.model == "nwm" else _conv_lstm(architecture)
    return total + _time_matrix(architecture, count)


def _conv(inputs: int, outputs: int, side: int = 3) -> int:
    """A convolution with bias."""
    return (side**2 * inputs + 1) * outputs


def _encoder(a: Architecture, layers: int) -> int:
    first, last = _conv(a.channels_in, a.encoder), _conv(a.encoder, a.hidden)
    return first + (layers - 2) * _conv(a.encoder, a.encoder) + last


def _nwm(a: Architecture) -> int:
    return _encoder(a, 4) + 2 * _encoder(a, 3) + ((2 * a.radius + 1) * a.hidden) ** 2


def _conv_lstm(a: Architecture) -> int:
    c = a.hidden
    states = 2 * _encoder(a, 3)
    if a.lstm_input == "image":
        return states + _conv(a.channels_in + c, 4 * c)
    read_back = _conv(c, 2 * c, 1) + _conv(2 * c, c, 1)
    return _encoder(a, 4) + states + _conv(2 * c, 4 * c) + read_back


def _time_matrix(a: Architecture, count: Count) -> int:
    is_there = a.readout != "given" and (count == "release" or a.readout == "linear")
    return a.time_bins * a.steps if is_there else 0


def _head(a: Architecture) -> int:
    return sum(
        (inputs + 1) * outputs for inputs, outputs in pairwise((a.features, *a.head, a.classes))
    )


def _cnn(a: Architecture) -> int:
    narrow = WIDE if a.bottleneck == "wide" else a.hidden
    widths = (a.channels_in, *[a.width] * (a.depth - 1), narrow)
    return sum(_conv(*pair) for pair in pairwise(widths)) + _conv(narrow, a.features, 1)


def _unet(a: Architecture) -> int:
    widths = [a.unet_width * 2**level for level in range(UNET_HALVINGS + 1)]
    down = sum(_double(*pair) for pair in pairwise((a.channels_in, *widths)))
    up = sum(_conv(2 * c, c, 2) + _double(2 * c, c) for c in widths[:-1])
    return down + up + _conv(a.unet_width, a.classes, 1)


def _double(inputs: int, outputs: int) -> int:
    """Two convolutions without bias, a BatchNorm with its two parameters a channel behind each."""
    return 9 * outputs * (inputs + outputs) + 4 * outputs
