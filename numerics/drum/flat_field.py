"""A field stored flat, whose five-point sum is taken without new arrays."""

from __future__ import annotations

import numpy as np


class FlatField:
    """A field (x, y) on contiguous memory, so that neighbours are shifted slices of one array.

    `inside` is all but the first and the last row. Its first and last columns see neighbours of
    another row: they are clamped, and whoever uses the sum clamps.

    Parameters
    ----------
    values : ndarray, (x, y)
        Copied.
    """

    def __init__(self, values: np.ndarray):
        self.shape = values.shape
        columns = values.shape[1]
        self.flat = values.astype(float).ravel()
        self.inside = self.flat[columns:-columns]
        self._neighbours = (
            self.flat[2 * columns :],
            self.flat[: -2 * columns],
            self.flat[columns + 1 : self.flat.size - columns + 1],
            self.flat[columns - 1 : -columns - 1],
        )
        self._four = np.empty_like(self.inside)

    def field(self) -> np.ndarray:
        """Return the field as it lies in memory, (x, y)."""
        return self.flat.reshape(self.shape)

    def five_point_sum(self, out: np.ndarray) -> None:
        """Write q_E + q_W + q_N + q_S - 4 q at the inside into `out`."""
        below, above, right, left = self._neighbours
        np.add(below, above, out=out)
        out += right
        out += left
        np.multiply(self.inside, 4.0, out=self._four)
        out -= self._four
