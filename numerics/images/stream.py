"""Grey images without labels, block by block: as many as there are, in the memory of one block."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from numerics.images.arguments import require_integer
from theory.errors import ArgumentError

BLOCK = 256
"""Most images a block where the source has no blocks of its own."""

LEAST_SIDE = 4
"""Pixels that an image has at least along each side: 16 in all."""


@dataclasses.dataclass(frozen=True)
class ImageStream:
    """Grey images that come in blocks, and can be asked for more than once.

    Parameters
    ----------
    name : str
        Short name of the set.
    shape : (int, int)
        Pixels along y and x.
    count : int
        Number of images.
    scale : float
        A pixel value is a stored value times this: 1/255 where bytes are stored, 1 for floats.
    blocks : callable
        Returns a new iterator over blocks, (images, y, x), uint8 or float64, finite; they may be
        views of the source, not to be written to.
    provenance : mapping
        Where the images come from; JSON can hold it. Options are listed under `options`.

    Examples
    --------
    >>> from numerics.images import streams
    >>> streams.digits().first(100).average_pooled(2)
    ImageStream(name='digits', shape=(4, 4), count=100, scale=0.0625)
    """

    name: str
    shape: tuple[int, int]
    count: int
    scale: float
    blocks: Callable[[], Iterator[np.ndarray]] = dataclasses.field(repr=False)
    provenance: Mapping[str, Any] = dataclasses.field(repr=False)

    def first(self, count: int) -> ImageStream:
        """Return the stream of the first `count` images; what follows is not read.

        Raises
        ------
        ArgumentError
            Unless `count` is an integer from 1 to the number of images.
        """
        remedy = f"the set has {self.count} images"
        count = require_integer("count", count, 1, self.count, remedy)

        def blocks() -> Iterator[np.ndarray]:
            left = count
            for block in self.blocks():
                yield block[:left]
                left -= len(block)
                if left <= 0:
                    return

        return self._with({"option": "first", "count": count}, blocks, count=count)

    def selected(self, mask: np.ndarray) -> ImageStream:
        """Return the stream of the images whose entry of the mask is true, in their order.

        Parameters
        ----------
        mask : ndarray of bool, (count,)

        Raises
        ------
        ArgumentError
            For a mask of another shape or type, and one that leaves no image.
        """
        chosen = np.array(mask)
        if chosen.dtype != bool or chosen.shape != (self.count,) or not chosen.any():
            raise ArgumentError(
                "mask",
                f"{chosen.dtype} of shape {chosen.shape}, {np.count_nonzero(chosen)} true",
                f"must be one bool for each of the {self.count} images, at least one true",
                "make it with numpy.zeros(count, bool), then set those that are wanted",
            )

        def blocks() -> Iterator[np.ndarray]:
            start = 0
            for block in self.blocks():
                kept = block[chosen[start : start + len(block)]]
                start += len(block)
                if len(kept):
                    yield kept

        count = int(chosen.sum())
        return self._with({"option": "selected", "count": count}, blocks, count=count)

    def permuted_pixels(self, permutation: np.ndarray) -> ImageStream:
        """Return the stream of images whose pixel i, row by row, is the old pixel permutation[i].

        One permutation for all images: singular values stay, spectra do not.

        Raises
        ------
        ArgumentError
            Unless `permutation` has each of 0 to n-1 once.
        """
        order = np.array(permutation)
        pixels = self.shape[0] * self.shape[1]
        if order.dtype.kind not in "iu" or not np.array_equal(np.sort(order), np.arange(pixels)):
            raise ArgumentError(
                "permutation",
                permutation,
                f"must have each integer from 0 to {pixels - 1} once, for {pixels} pixels",
                f"pass numpy.random.default_rng(seed).permutation({pixels})",
            )

        def blocks() -> Iterator[np.ndarray]:
            for block in self.blocks():
                yield block.reshape(len(block), pixels)[:, order].reshape(block.shape)

        return self._with({"option": "permuted_pixels"}, blocks)

    def average_pooled(self, factor: int) -> ImageStream:
        """Return the stream of means over factor x factor pixels, as float64.

        Raises
        ------
        ArgumentError
            Unless `factor` is an integer, at least 2, that divides both sides and leaves 4 pixels.
        """
        sides = " x ".join(map(str, self.shape))
        largest = min(self.shape) // LEAST_SIDE
        factor = require_integer("factor", factor, 2, largest, f"the images have {sides} pixels")
        if any(side % factor for side in self.shape):
            raise ArgumentError(
                "factor", factor, f"must divide both sides of {sides}", "choose another factor"
            )
        shape = (self.shape[0] // factor, self.shape[1] // factor)

        def blocks() -> Iterator[np.ndarray]:
            for block in self.blocks():
                cells = block.reshape(len(block), shape[0], factor, shape[1], factor)
                yield cells.mean(axis=(2, 4), dtype=np.float64)

        return self._with({"option": "average_pool", "factor": factor}, blocks, shape=shape)

    def _with(
        self, step: dict[str, object], blocks: Callable[[], Iterator[np.ndarray]], **changed: Any
    ) -> ImageStream:
        """Stream with other blocks, and one more option in its provenance."""
        options = [*self.provenance.get("options", []), step]
        provenance = {**self.provenance, "options": options}
        return dataclasses.replace(self, blocks=blocks, provenance=provenance, **changed)
