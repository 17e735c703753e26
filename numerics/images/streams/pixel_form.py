"""How the images of a source are stored, and how a block of them becomes grey."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Iterator

import numpy as np

from numerics.images.arguments import require_finite
from numerics.images.options import LUMA
from numerics.images.stream import BLOCK, LEAST_SIDE
from theory.errors import ArgumentError

BYTE_LUMA = (19595, 38470, 7471)
"""Weights of red, green and blue in units of 2^-16; they add up to 2^16."""

VALUES_A_BLOCK = 2**22


def grey_bytes(colours: np.ndarray) -> np.ndarray:
    """Return L = (19595 R + 38470 G + 7471 B + 2^15) >> 16 of bytes, (..., 3) to (...), as bytes.

    The rule of Pillow's mode L; where R = G = B it changes nothing.

    Examples
    --------
    >>> grey_bytes(np.array([[255, 0, 0], [0, 0, 255], [7, 7, 7]], np.uint8)).tolist()
    [76, 29, 7]
    """
    red, green, blue = np.moveaxis(colours.astype(np.uint32), -1, 0)
    r, g, b = BYTE_LUMA
    return ((r * red + g * green + b * blue + 2**15) >> 16).astype(np.uint8)


@dataclasses.dataclass(frozen=True)
class PixelForm:
    """Type and shape of stored images, and their scale.

    Parameters
    ----------
    given : str
        What the user passed, for errors.
    shape : (int, int)
        Pixels along y and x.
    channels : int or None
        1 or 3 where the images have an axis of channels, the last one.
    dtype : dtype
        Of stored values.
    scale : float
        A pixel value is a stored value times this.
    declared : bool
        Whether the user gave the scale; otherwise values other than bytes must lie in [0, 1].
    """

    given: str
    shape: tuple[int, int]
    channels: int | None
    dtype: np.dtype
    scale: float
    declared: bool

    def grey(self, stored: np.ndarray, start: int) -> np.ndarray:
        """Return a block (images, y, x), uint8 from bytes and otherwise float64.

        Parameters
        ----------
        stored : ndarray, (images, y, x[, channels])
        start : int
            Number of its first image in the set, for errors.

        Raises
        ------
        ArgumentError
            For an image with values that are not finite, or beyond [0, 1] without a scale.
        """
        if self.channels == 1:
            stored = stored[..., 0]
        if stored.dtype == np.uint8:
            return grey_bytes(stored) if self.channels == 3 else stored
        values = stored.astype(np.float64)
        self._refuse_not_finite(values, start)
        if not self.declared:
            self._refuse_beyond_one(values, start)
        return values @ np.array(LUMA) if self.channels == 3 else values

    def _refuse_not_finite(self, values: np.ndarray, start: int) -> None:
        """Name the first image with a value that is nan or infinite."""
        usable = np.isfinite(values).reshape(len(values), -1).all(axis=1)
        if not usable.all():
            raise ArgumentError(
                "dataset",
                self.given,
                f"images must be finite; image {start + int(usable.argmin())}, counted from 0, "
                "has nan or infinite values",
                "replace them, or leave this image out",
            )

    def _refuse_beyond_one(self, values: np.ndarray, start: int) -> None:
        """Name the first image with a value outside [0, 1]."""
        flat = values.reshape(len(values), -1)
        inside = (flat.min(axis=1) >= 0) & (flat.max(axis=1) <= 1)
        if not inside.all():
            offender = int(inside.argmin())
            raise ArgumentError(
                "dataset",
                self.given,
                f"{self.dtype} images must lie in [0, 1] unless a scale is declared; "
                f"image {start + offender}, counted from 0, has values from "
                f"{flat[offender].min():.6g} to {flat[offender].max():.6g}",
                "pass scale=1 to take the values as they are, or the factor that brings them "
                "to [0, 1]",
            )


def pixel_form(
    stored_shape: tuple[int, ...], dtype: np.dtype, scale: float | None, given: str
) -> PixelForm:
    """Return the form of images stored as an array of this shape and type.

    Parameters
    ----------
    stored_shape : tuple of int
        (m, h, w), (m, h, w, 1) or (m, h, w, 3).
    dtype : dtype
        Bytes are 0 to 255; floats and bools need no scale within [0, 1]; other integers do.
    scale : float, optional
        Factor from a stored value to a pixel value.
    given : str
        What the user passed, for errors.

    Raises
    ------
    ArgumentError
        For other shapes, no image, sides below 4, types that are not real numbers, and a scale
        that is missing or not positive.
    """
    shape = _shape(stored_shape, given)
    if dtype.kind not in "buif":
        raise ArgumentError(
            "dataset", given, f"images must be real numbers, are {dtype}", "convert them to float64"
        )
    return PixelForm(
        given,
        shape,
        stored_shape[3] if len(stored_shape) == 4 else None,
        dtype,
        _scale(dtype, scale, given),
        scale is not None,
    )


def block_starts(count: int, shape: tuple[int, int]) -> range:
    """Return where blocks begin: each has at most BLOCK images and 2^22 pixels.

    Examples
    --------
    >>> list(block_starts(600, (8, 8)))
    [0, 256, 512]
    """
    return range(0, count, max(1, min(BLOCK, VALUES_A_BLOCK // (shape[0] * shape[1]))))


def block_bounds(starts: Iterable[int], count: int) -> Iterator[tuple[int, int]]:
    """Return where each block begins and ends, the last one at `count`; empty ones are left out.

    Examples
    --------
    >>> list(block_bounds([0, 4, 4], 6))
    [(0, 4), (4, 6)]
    """
    edges = itertools.pairwise(itertools.chain(starts, [count]))
    return ((start, stop) for start, stop in edges if stop > start)


def _shape(stored: tuple[int, ...], given: str) -> tuple[int, int]:
    """Pixels along y and x."""
    expected = "must be images shaped (m, h, w), (m, h, w, 1) or (m, h, w, 3)"
    if len(stored) not in (3, 4) or (len(stored) == 4 and stored[3] not in (1, 3)):
        raise ArgumentError(
            "dataset",
            given,
            f"{expected}, have the shape {stored}",
            "reshape flat or single images to (m, h, w); channels go last, without transparency",
        )
    if stored[0] < 1:
        raise ArgumentError("dataset", given, f"must hold at least one image, {stored}", "add some")
    if min(stored[1:3]) < LEAST_SIDE:
        raise ArgumentError(
            "dataset",
            given,
            f"images must have at least {LEAST_SIDE} x {LEAST_SIDE} pixels, have the shape "
            f"{stored[1]} x {stored[2]}",
            "pass larger images",
        )
    return int(stored[1]), int(stored[2])


def _scale(dtype: np.dtype, scale: float | None, given: str) -> float:
    """Factor from a stored value to a pixel value."""
    if scale is not None:
        remedy = "pass 1/65535 for 16 bits, say"
        number = require_finite("scale", scale, "must be a positive number", remedy)
        if number <= 0:
            raise ArgumentError("scale", scale, "must be a positive number", remedy)
        return number
    if dtype == np.uint8:
        return 1 / 255
    if dtype.kind in "iu":
        raise ArgumentError(
            "dataset",
            given,
            f"{dtype} images need a declared scale, the factor from a stored value to [0, 1]",
            f"pass scale=1/{np.iinfo(dtype).max}, say, or convert them to uint8",
        )
    return 1.0
