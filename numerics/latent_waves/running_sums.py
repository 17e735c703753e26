"""Sums of images and of their outer products, by matrix products of groups of rows.

Bytes are taken less 128, so that groups of 1024 rows stay exact in float32, which multiplies twice as
fast as float64; what that changes is put back at the end, in integers.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from theory.errors import ArgumentError

MIDDLE = 128
GROUP = 1024
"""Rows that are multiplied together. Less the middle, bytes are at most 128 in size, and 1024 * 128^2
= 2^24: each sum of so few products is an integer that float32 holds exactly, in any order."""
PANEL = 128
"""Columns of products at a time, from the first pixel to the diagonal: the other triangle is equal."""


class RunningSums:
    """Sums that grow by images in whatever blocks they come: uint8, exactly, or float64.

    Parameters
    ----------
    shape : (int, int)
        Pixels along y and x, n in all. The memory is n^2 values and two groups of rows.
    """

    def __init__(self, shape: tuple[int, int]) -> None:
        self.shape = shape
        self.count = 0
        pixels = shape[0] * shape[1]
        self._sums, self._products = np.zeros(pixels), np.zeros((pixels, pixels))
        self._dtype: np.dtype | None = None
        self._filled = 0

    def add(self, images: np.ndarray) -> None:
        """Add a block of images, (images, y, x)."""
        if self._dtype is None:
            self._prepare(images.dtype)
        if images.dtype != self._dtype:
            raise ArgumentError(
                "images", str(images.dtype), f"must be {self._dtype} like those before", "convert"
            )
        rows = images.reshape(len(images), self._sums.size)
        for begin in _cuts(len(rows), GROUP, self._filled):
            part = rows[begin : begin + GROUP - self._filled]
            group = self._group[self._filled : self._filled + len(part)]
            np.subtract(part, self._middle, out=group, casting="same_kind")
            self._filled += len(part)
            if self._filled == GROUP:
                self._multiply()
        self.count += len(rows)

    def finished(self) -> tuple[np.ndarray, np.ndarray]:
        """Return sums (n,) and products (n, n) of all that was added; they are not to grow any more."""
        if self._filled:
            self._multiply()
        if not np.isfinite(self._sums).all():
            raise ArgumentError("images", "nan or inf", "must be finite", "leave such images out")
        # a product is at most the larger of two squares
        if not np.isfinite(np.diag(self._products)).all():
            raise ArgumentError(
                "images", "values whose squares overflow", "must be below 1e150", "divide them"
            )
        sums, products, middle = self._sums, self._products, float(self._middle)
        _mirror(products)
        products += middle * sums + middle**2 * self.count
        products += (middle * sums)[:, None]
        return sums + middle * self.count, products

    def _prepare(self, dtype: np.dtype) -> None:
        if dtype not in (np.uint8, np.float64):
            raise ArgumentError("images", str(dtype), "must be uint8 or float64", "convert them")
        self._dtype = np.dtype(dtype)
        exact = np.dtype(np.float32 if dtype == np.uint8 else np.float64)
        self._middle = exact.type(MIDDLE if dtype == np.uint8 else 0)
        self._group: np.ndarray = np.empty((GROUP, self._sums.size), exact)
        self._panel: np.ndarray = np.empty(PANEL * self._sums.size, exact)

    def _multiply(self) -> None:
        """Add the products of a group to the lower triangle, panel by panel in place."""
        group, self._filled = self._group[: self._filled], 0
        self._sums += group.sum(0)
        for begin in range(0, group.shape[1], PANEL):
            end = min(begin + PANEL, group.shape[1])
            panel = self._panel[: (end - begin) * end].reshape(end - begin, end)
            with np.errstate(over="ignore", invalid="ignore"):  # refused when all is added
                np.matmul(group[:, begin:end].T, group[:, :end], out=panel)
                self._products[begin:end, :end] += panel


def _cuts(length: int, group: int, filled: int) -> Iterator[int]:
    """Where a block is cut, so that the first part completes a group that has begun."""
    yield from (0,) if length else ()
    yield from range(group - filled, length, group)


def _mirror(products: np.ndarray) -> None:
    """Fill the upper triangle from the lower one."""
    for begin in range(0, len(products), PANEL):
        rows = slice(begin, begin + PANEL)
        products[:begin, rows] = products[rows, :begin].T
        corner = products[rows, rows]
        corner[:] = np.tril(corner) + np.tril(corner, -1).T
