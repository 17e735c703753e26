"""What is read of a history, pixel by pixel: n = 1..T, the initial state is not read."""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn.functional import pad

from numerics.wave_rnn.networks.architecture import Architecture
from theory.errors import ArgumentError


class TimeReadout(nn.Module):
    """From a history (T + 1, B, C, H, W) to features (B, F, H, W), feature k C + c.

    ``last``, ``max`` and ``mean`` give C features; ``fft``, the amplitudes |rfft| of the K lowest
    frequencies, ``real``, their real parts, and ``linear``, a trained K x T matrix, K C; ``given`` as many
    as its taps have rows. All but ``max`` and ``fft`` are linear in the history.

    The release has the trained matrix in every network, also where nothing reads it; so it is here,
    except beside taps that are given.
    """

    def __init__(self, architecture: Architecture):
        super().__init__()
        self.kind = architecture.readout
        bins, steps = architecture.time_bins, architecture.steps
        if self.kind == "given":
            taps = torch.tensor(architecture.taps)
            self.register_buffer("taps", taps, persistent=False)  # the architecture has them
        else:
            bound = 1 / math.sqrt(steps)  # of a linear layer of torch without bias
            self.taps = nn.Parameter(torch.empty(bins, steps).uniform_(-bound, bound))

    def forward(self, history: torch.Tensor) -> torch.Tensor:
        """Return the features."""
        state = history.movedim(1, -1)[0].shape  # the wave network's history runs batch last
        read = self._read(history.movedim(1, -1).flatten(1))
        return _pixel_by_pixel(read.unflatten(-1, state))

    def matrix(self) -> torch.Tensor:
        """Return the rows that act on y_1..y_T in a readout that is linear in the history, (K, T).

        The real part of bin k is a sum with the weights cos(2 pi k (n - 1)/T).

        Raises
        ------
        ArgumentError
            For ``max`` and ``fft``, which are not linear.
        """
        bins, steps = self.taps.shape
        if self.kind in ("linear", "given"):
            return self.taps
        if self.kind == "last":
            rows = torch.eye(steps)[-1:]
        elif self.kind == "mean":
            rows = torch.full((1, steps), 1 / steps, dtype=torch.float64)
        elif self.kind == "real":
            turns = torch.outer(torch.arange(bins), torch.arange(steps)) % steps
            rows = torch.cos(2 * math.pi * turns.double() / steps)
        else:
            raise ArgumentError(
                "readout", self.kind, "must be linear in the history", "take real, say"
            )
        return rows.to(self.taps)

    def _read(self, history: torch.Tensor) -> torch.Tensor:
        """Return what is read of (T + 1, values): (values,), or (K, values)."""
        if self.kind == "last":
            return history[-1]
        if self.kind == "max":
            return history[1:].amax(0)
        if self.kind == "mean":
            return history[1:].mean(0)
        if self.kind in ("fft", "real"):
            single = torch.promote_types(history.dtype, torch.float32)  # no rfft in bfloat16
            spectrum = torch.fft.rfft(history[1:].to(single), dim=0)[: len(self.taps)]
            return spectrum.abs() if self.kind == "fft" else spectrum.real
        # a zero for n = 0, since a slice of the history would be copied, and its gradient too
        return pad(self.taps, (1, 0)) @ history


def _pixel_by_pixel(read: torch.Tensor) -> torch.Tensor:
    """Return (C, H, W, B) or (K, C, H, W, B) as (B, F, H, W), a pixel's features side by side."""
    pixels = read.movedim((-1, -3, -2), (0, 1, 2)).flatten(3)
    return pixels.contiguous().movedim(-1, 1)
