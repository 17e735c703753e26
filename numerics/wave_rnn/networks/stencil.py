"""A circular correlation that is taken again and again, in memory made once.

Fields lie batch last, (C, H, W, B): a shift by a row is then an offset in memory, and the kernel
becomes one small matrix for each of its rows. With few channels a CPU is several times faster so
than with a convolution of torch, above all backwards; with 16 both take as long.
"""

from __future__ import annotations

import torch


class Stencil:
    """``out += W * field`` for the field that stands in its memory.

    Parameters
    ----------
    kernel : tensor (C, C, 2 r + 1, 2 r + 1)
        From channel (second) to channel (first), a correlation.
    shape : tuple of int
        (C, H, W, B).

    Attributes
    ----------
    field : tensor (C, H, W, B)
        Write here, then call `spread`.
    rows : list of tensor (C (2 r + 1), H W B)
        For each row of the kernel what lies under it: the field shifted to each of its columns.
    """

    def __init__(self, kernel: torch.Tensor, shape: tuple[int, ...]):
        channels, height, width, batch = shape
        side = kernel.shape[-1]
        radius = side // 2
        shifted = kernel.new_empty(channels, side, height + 2 * radius, width, batch)
        self.field = shifted[:, radius, radius : radius + height]
        self._copies = _copies(shifted, radius)
        flat, row = shifted.view(channels * side, -1), width * batch
        self.rows = [flat[:, i * row : (i + height) * row] for i in range(side)]
        taps = kernel.detach().permute(2, 0, 1, 3).reshape(side, channels, channels * side)
        self._taps = list(taps)

    def spread(self) -> None:
        """Make the shifts of the field."""
        for shift, origin in self._copies:
            shift.copy_(origin)

    def add_to(self, out: torch.Tensor) -> None:
        """Add the correlation of what was spread to `out`, (C, H W B)."""
        for taps, row in zip(self._taps, self.rows, strict=True):
            out.addmm_(taps, row)

    def write_to(self, out: torch.Tensor) -> None:
        """Write the correlation of what was spread into `out`, (C, H W B)."""
        torch.mm(self._taps[0], self.rows[0], out=out)
        for taps, row in zip(self._taps[1:], self.rows[1:], strict=True):
            out.addmm_(taps, row)


def _copies(shifted: torch.Tensor, radius: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Return what goes where: each column shift in two parts, then the rim of rows."""
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
    if radius:
        pairs.append((shifted[:, :, :radius], shifted[:, :, height : height + radius]))
        pairs.append((shifted[:, :, height + radius :], shifted[:, :, radius : 2 * radius]))
    return [(to, origin) for to, origin in pairs if to.numel()]
