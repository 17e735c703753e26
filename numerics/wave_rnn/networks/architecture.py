"""What a segmentation network is made of: every number of it, and what is refused beforehand."""

from __future__ import annotations

import dataclasses
from typing import Literal

from numerics.wave_rnn.networks.counts import parameters_of
from theory.errors import ArgumentError

Model = Literal["nwm", "conv_lstm", "cnn", "unet"]
Readout = Literal["last", "max", "mean", "fft", "real", "linear", "given"]
Count = Literal["release", "used"]

MODELS = ("nwm", "conv_lstm", "cnn", "unet")
READOUTS = ("last", "max", "mean", "fft", "real", "linear", "given")
BINNED = ("fft", "real", "linear")  # readouts of K features a channel
CHOICES = {
    "model": MODELS,
    "readout": READOUTS,
    "bottleneck": ("release", "no_relu", "wide"),
    "omega_start": ("default", "identity", "twice"),
    "position_start": ("default", "kaiming"),
    "damping": ("relu", "softplus"),
    "lstm_input": ("own", "image"),
}
SIZES = (
    "channels_in",
    "classes",
    "hidden",
    "encoder",
    "depth",
    "width",
    "bins",
    "unet_width",
    "radius",
)


@dataclasses.dataclass(frozen=True)
class Architecture:
    """One network; what its model has no part for is left alone.

    Parameters
    ----------
    model : {"nwm", "conv_lstm", "cnn", "unet"}
    channels_in, classes : int
        Of the images; N, background included.
    hidden : int
        C, the channels of the hidden state; the CNN's bottleneck has as many.
    encoder : int
        m, the channels of the encoders' hidden layers (wave network, ConvLSTM).
    steps : int
        T. The paper has 100 for the wave network, 20 for the ConvLSTM.
    time_step : float
        dt of the wave network.
    readout : {"last", "max", "mean", "fft", "real", "linear", "given"}
        What is read of the history, n = 1..T (wave network, ConvLSTM).
    frequencies : int, optional
        K, the lowest frequencies that "fft" and "real" keep and the rows of the trained matrix. Default:
        all T // 2 + 1, as released; the paper has T // 2.
    head : tuple of int
        Widths of the hidden layers of the pixelwise MLP (not in the U-Net).
    depth, width, bins : int
        L and the channels of the CNN; the 1x1 convolution behind it makes bins * C features.
    bottleneck : {"release", "no_relu", "wide"}
        The CNN's last convolution: C channels and ReLU, without this ReLU, or 8 channels and ReLU.
    unet_width : int
        c, the channels of the U-Net's first level.
    unet_padding : bool
        Whether the U-Net takes sides that 16 does not divide, its upsampled maps padded with zeros.
    radius : int
        r of the recurrent kernel, 2 r + 1 wide (wave network).
    omega_start : {"default", "identity", "twice"}
        Start of the stiffness encoder: torch's own, omega = x or omega = 2 x in every channel.
    position_start : {"default", "kaiming"}
        Start of the position encoder: torch's own, or Kaiming-normal without biases.
    damping : {"relu", "softplus"}
        What keeps alpha from being negative. Behind a ReLU it may stay 0 for ever; softplus starts
        near ln 2, which damps a wave to 3 % in t = 10.
    lstm_input : {"own", "image"}
        What the ConvLSTM is given at each step: its own output, as released, or the image.
    taps : tuple of tuples of float, optional
        The matrix (K, T) of the readout "given".

    Raises
    ------
    ArgumentError
        For an unknown choice, a size below 1, fewer than 2 classes, a time step that is not positive,
        T < 1, T < 2 with "fft", "real" or "linear", K beyond T // 2 + 1, or taps that are not K x T.

    Examples
    --------
    >>> Architecture("nwm", channels_in=1, classes=11).parameters()
    176545
    """

    model: Model
    channels_in: int
    classes: int
    hidden: int = 2
    encoder: int = 16
    steps: int = 100
    time_step: float = 0.1
    readout: Readout = "linear"
    frequencies: int | None = None
    head: tuple[int, ...] = (256, 256, 256)
    depth: int = 2
    width: int = 16
    bins: int = 49
    bottleneck: Literal["release", "no_relu", "wide"] = "release"
    unet_width: int = 2
    unet_padding: bool = False
    radius: int = 1
    omega_start: Literal["default", "identity", "twice"] = "default"
    position_start: Literal["default", "kaiming"] = "default"
    damping: Literal["relu", "softplus"] = "relu"
    lstm_input: Literal["own", "image"] = "own"
    taps: tuple[tuple[float, ...], ...] | None = None

    def __post_init__(self) -> None:
        # what was written as JSON comes back with lists
        object.__setattr__(self, "head", tuple(self.head))
        if self.taps is not None:
            object.__setattr__(self, "taps", tuple(tuple(map(float, row)) for row in self.taps))
        for name, allowed in CHOICES.items():
            _require_choice(name, getattr(self, name), allowed)
        for name in SIZES:
            _require_size(name, getattr(self, name))
        for width in self.head:
            _require_size("head", width)
        if self.classes < 2:
            raise ArgumentError(
                "classes", self.classes, "must be at least 2", "count the background as one"
            )
        if self.is_recurrent:
            self._require_time()

    @property
    def is_recurrent(self) -> bool:
        """Whether there is a history to read."""
        return self.model in ("nwm", "conv_lstm")

    @property
    def time_bins(self) -> int:
        """K: the frequencies of T real values, all or so many; with "given" the rows of the taps."""
        if self.readout == "given" and self.taps is not None:
            return len(self.taps)
        return self.frequencies or self.steps // 2 + 1

    @property
    def features(self) -> int:
        """F: what the MLP reads of a pixel."""
        if not self.is_recurrent:
            return self.bins * self.hidden
        per_bin = self.readout in (*BINNED, "given")
        return self.hidden * (self.time_bins if per_bin else 1)

    def parameters(self, count: Count = "release") -> int:
        """Return how many parameters the network has, in closed form.

        Parameters
        ----------
        count : {"release", "used"}
            With the K x T matrix that every recurrent network of the release has, or without where
            its readout does not use it.

        Source: "Traveling Waves Integrate Spatial Information Through Time", Tables 1, 2, 4.
        """
        _require_choice("count", count, ("release", "used"))
        return parameters_of(self, count)

    def _require_time(self) -> None:
        if not 0 < self.time_step < float("inf"):
            raise ArgumentError(
                "time_step", self.time_step, "must be positive and finite", "pass 0.1, say"
            )
        if self.steps != int(self.steps):
            raise ArgumentError("steps", self.steps, "must be a whole number", "round it")
        least = 2 if self.readout in BINNED else 1
        if self.steps < least:
            what = f"must be at least {least} with the readout {self.readout}"
            raise ArgumentError("steps", self.steps, what, "take more steps")
        if self.frequencies is not None:
            self._require_frequencies(self.frequencies)
        if self.readout == "given":
            self._require_taps()

    def _require_frequencies(self, count: int) -> None:
        most = self.steps // 2 + 1
        if count != int(count) or not 1 <= count <= most:
            what = f"must be a whole number from 1 to {most}, the frequencies of {self.steps} steps"
            raise ArgumentError("frequencies", count, what, "take fewer, or more steps")

    def _require_taps(self) -> None:
        lengths = sorted({len(row) for row in self.taps or ()})
        if lengths != [self.steps]:
            what = f"must be a matrix K x T, T = {self.steps}"
            raise ArgumentError(
                "taps", f"rows of lengths {lengths}", what, "pass K rows of T values"
            )
        values = [value for row in self.taps or () for value in row]
        if not all(abs(value) < float("inf") for value in values):
            raise ArgumentError("taps", "values not finite", "must be finite", "look at the matrix")


def _require_choice(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ArgumentError(name, value, f"must be one of {', '.join(allowed)}", "choose one")


def _require_size(name: str, value: int) -> None:
    if value != int(value) or value < 1:
        raise ArgumentError(name, value, "must be a whole number, at least 1", "pass 1 or more")
