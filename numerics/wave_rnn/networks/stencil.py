"""A circular correlation that is taken again and again, in memory made once.

Fields lie batch last, (C, H, W, B): a shift by a row is then an offset in memory. With few channels
the kernel becomes one small matrix for each of its rows, which on a CPU is several times faster than
a convolution of torch, above all backwards. With 16 channels, or a multiple, oneDNN's convolution is
the faster one: all images stand side by side in one, and the kernel is dilated by their number.
"""

from __future__ import annotations

from typing import Protocol

import torch
from torch.nn.functional import conv2d
from torch.nn.grad import conv2d_weight

BLOCK = 16  # channels that oneDNN takes at once


class Stencil(Protocol):
    """``W * field`` for the field that stands in its memory.

    Attributes
    ----------
    field : tensor (C, H, W, B)
        Write here, then call `spread`.
    """

    field: torch.Tensor

    def spread(self) -> None:
        """Repeat the field beyond its edges."""

    def write_to(self, out: torch.Tensor) -> None:
        """Write the correlation of what was spread into `out`, (C, H W B)."""

    def add_to(self, out: torch.Tensor) -> None:
        """Add the correlation of what was spread to `out`, (C, H W B)."""

    def take(self, other: torch.Tensor) -> None:
        """Add up, over all positions, products of `other`, (C, H W B), and what lies under each tap."""

    def taken(self) -> torch.Tensor:
        """Return what was added up, in the kernel's shape; the channels of `other` come first."""


def stencil_of(kernel: torch.Tensor, shape: tuple[int, ...]) -> Stencil:
    """Return the faster one for a kernel (C, C, 2 r + 1, 2 r + 1) and fields (C, H, W, B).

    The kernel goes from channel (second) to channel (first), a correlation.
    """
    single = kernel.device.type == "cpu" and kernel.dtype == torch.float32
    is_blocked = single and torch.backends.mkldnn.is_available() and shape[0] % BLOCK == 0
    return DilatedStencil(kernel, shape) if is_blocked else RowStencil(kernel, shape)


class RowStencil:
    """Products with one small matrix for each row of the kernel; a `Stencil`."""

    def __init__(self, kernel: torch.Tensor, shape: tuple[int, ...]):
        channels, height, width, batch = shape
        side = kernel.shape[-1]
        radius = side // 2
        shifted = kernel.new_empty(channels, side, height + 2 * radius, width, batch)
        self.field = shifted[:, radius, radius : radius + height]
        self._copies = _shifts(shifted, radius) + _rim(shifted, radius, dim=2)
        flat, row = shifted.view(channels * side, -1), width * batch
        # for each row of the kernel what lies under it: the field shifted to each of its columns
        self._rows = [flat[:, i * row : (i + height) * row] for i in range(side)]
        taps = kernel.detach().permute(2, 0, 1, 3).reshape(side, channels, channels * side)
        self._taps = list(taps)
        self._taken = torch.zeros_like(taps)

    def spread(self) -> None:
        """Make the shifts of the field."""
        for shift, origin in self._copies:
            shift.copy_(origin)

    def write_to(self, out: torch.Tensor) -> None:
        """Write the correlation, row by row of the kernel."""
        torch.mm(self._taps[0], self._rows[0], out=out)
        for taps, row in zip(self._taps[1:], self._rows[1:], strict=True):
            out.addmm_(taps, row)

    def add_to(self, out: torch.Tensor) -> None:
        """Add the correlation, row by row of the kernel."""
        for taps, row in zip(self._taps, self._rows, strict=True):
            out.addmm_(taps, row)

    def take(self, other: torch.Tensor) -> None:
        """Add up row by row of the kernel: one convolution over all steps is slower."""
        for taken, row in zip(self._taken, self._rows, strict=True):
            taken.addmm_(other, row.T)

    def taken(self) -> torch.Tensor:
        """Return the sums, (C, C, 2 r + 1, 2 r + 1)."""
        side, channels, _ = self._taken.shape
        return self._taken.view(side, channels, channels, side).permute(1, 2, 0, 3)


class DilatedStencil:
    """One convolution of one wide image, whose columns are those of all images in turn; a `Stencil`."""

    def __init__(self, kernel: torch.Tensor, shape: tuple[int, ...]):
        channels, height, width, batch = shape
        radius = kernel.shape[-1] // 2
        framed = kernel.new_empty(channels, height + 2 * radius, width + 2 * radius, batch)
        self.field = framed[:, radius : radius + height, radius : radius + width]
        inner = framed[:, radius : radius + height]
        self._copies = _rim(inner, radius, dim=2) + _rim(framed, radius, dim=1)
        self._image = framed.view(1, channels, height + 2 * radius, -1)
        self._kernel, self._dilation = kernel.detach(), (1, batch)
        self._taken = torch.zeros_like(self._kernel)

    def spread(self) -> None:
        """Fill the frame."""
        for rim, origin in self._copies:
            rim.copy_(origin)

    def write_to(self, out: torch.Tensor) -> None:
        """Write the correlation."""
        out.copy_(self._correlation().view_as(out))

    def add_to(self, out: torch.Tensor) -> None:
        """Add the correlation."""
        out.add_(self._correlation().view_as(out))

    def take(self, other: torch.Tensor) -> None:
        """Add up, all taps at once."""
        image = other.view(1, len(other), self.field.shape[1], -1)
        self._taken += conv2d_weight(
            self._image, self._kernel.shape, image, dilation=self._dilation
        )

    def taken(self) -> torch.Tensor:
        """Return the sums, (C, C, 2 r + 1, 2 r + 1)."""
        return self._taken

    def _correlation(self) -> torch.Tensor:
        return conv2d(self._image, self._kernel, dilation=self._dilation)


Copies = list[tuple[torch.Tensor, torch.Tensor]]


def _shifts(shifted: torch.Tensor, radius: int) -> Copies:
    """Return what goes where: the field shifted to each other column, in two parts."""
    height, width = shifted.shape[2] - 2 * radius, shifted.shape[3]
    inner = shifted[:, :, radius : radius + height]
    field = inner[:, radius]
    pairs = []
    for column in range(2 * radius + 1):
        if column != radius:
            to, cut = inner[:, column], (column - radius) % width
            pairs += [
                (to[:, :, : width - cut], field[:, :, cut:]),
                (to[:, :, width - cut :], field[:, :, :cut]),
            ]
    return [(to, origin) for to, origin in pairs if to.numel()]


def _rim(framed: torch.Tensor, radius: int, dim: int) -> Copies:
    """Return what goes where: on either side of a frame what lies at the other."""
    if not radius:
        return []
    end = framed.shape[dim] - radius
    pairs = [(0, end - radius), (end, radius)]
    return [
        (framed.narrow(dim, to, radius), framed.narrow(dim, origin, radius)) for to, origin in pairs
    ]
