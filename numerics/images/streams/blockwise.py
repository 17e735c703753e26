"""Streams of blocks that a function, or a collection, gives one after the other."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from numerics.images.arguments import in_one_line
from numerics.images.stream import ImageStream
from numerics.images.streams.pixel_form import PixelForm, pixel_form
from theory.errors import ArgumentError


def block_stream(
    new_pass: Callable[[], Iterable[Any]], *, scale: float | None, name: str, given: str
) -> ImageStream:
    """Return the stream of blocks (images, y, x[, 3]) of any lengths, all of one size and type.

    They are passed through once here, which counts the images, judges them and takes their
    checksum; every later pass must give as many.

    Raises
    ------
    ArgumentError
        For no image, blocks of different sizes or types, and whatever a `PixelForm` refuses.
    """
    digest = hashlib.sha256()
    form, count = None, 0
    for block_form, _, stored in _judged(new_pass, scale, given):
        digest.update(np.ascontiguousarray(stored).data)
        form, count = block_form, count + len(stored)
    if form is None:
        raise ArgumentError(
            "dataset", given, "must give at least one image, gave none", "pass what holds images"
        )

    def blocks() -> Iterator[np.ndarray]:
        given_now = 0
        for _, grey, _ in _judged(new_pass, scale, given):
            given_now += len(grey)
            yield grey
        if given_now != count:
            raise ArgumentError(
                "dataset",
                given,
                f"must give the same images in each pass, gave {count}, then {given_now}",
                "let every call begin anew",
            )

    provenance = {
        "source": "blocks",
        "stored_type": str(form.dtype),
        "scale": form.scale,
        "sha256": digest.hexdigest(),
    }
    return ImageStream(name, form.shape, count, form.scale, blocks, provenance)


def one_array(images: Sequence[Any], given: str) -> np.ndarray | None:
    """Return a list of single images, (y, x) or (y, x, 3), as one array; None for a list of blocks.

    Raises
    ------
    ArgumentError
        For images of different sizes or types, naming the first that differs.
    """
    if not images or not _is_single(_array(images[0], given)):
        return None
    arrays = [_array(image, given) for image in images]
    for number, array in enumerate(arrays):
        if array.shape != arrays[0].shape:
            raise _ragged(given, number, array.shape, arrays[0].shape)
        if array.dtype != arrays[0].dtype:
            raise _mixed(given, number, array.dtype, arrays[0].dtype)
    return np.stack(arrays)


def _judged(
    new_pass: Callable[[], Iterable[Any]], scale: float | None, given: str
) -> Iterator[tuple[PixelForm, np.ndarray, np.ndarray]]:
    """Form, grey values and stored values of each block that holds an image."""
    form, first_shape, start = None, (), 0
    for block in _pass(new_pass, given):
        stored = _array(block, given)
        if stored.ndim > 0 and len(stored) == 0:
            continue
        if form is None:
            form, first_shape = pixel_form(stored.shape, stored.dtype, scale, given), stored.shape
        if stored.shape[1:] != first_shape[1:]:
            raise _ragged(given, start, stored.shape[1:], first_shape[1:])
        if stored.dtype != form.dtype:
            raise _mixed(given, start, stored.dtype, form.dtype)
        yield form, form.grey(stored, start), stored
        start += len(stored)


def _pass(new_pass: Callable[[], Iterable[Any]], given: str) -> Iterator[Any]:
    """Blocks of one pass."""
    blocks = new_pass()
    try:
        return iter(blocks)
    except TypeError:
        raise ArgumentError(
            "dataset",
            given,
            f"must return an iterator over blocks, returned {type(blocks).__name__}",
            "write it as a generator function: it yields arrays (images, y, x)",
        ) from None


def _array(block: Any, given: str) -> np.ndarray:
    """Array of one block, or of one image."""
    try:
        array = np.asarray(block)
    # ragged lists, tensors that need their gradient, ...
    except (TypeError, ValueError, RuntimeError) as error:
        raise ArgumentError(
            "dataset",
            given,
            f"each block must be an array ({in_one_line(error)})",
            "give arrays of numbers",
        ) from error
    return array


def _is_single(array: np.ndarray) -> bool:
    """Whether an array is one image: a block of images 3 pixels wide would be refused anyway."""
    return array.ndim == 2 or (array.ndim == 3 and array.shape[2] == 3)


def _ragged(
    given: str, number: int, shape: tuple[int, ...], first: tuple[int, ...]
) -> ArgumentError:
    """Error that names the first image of another size."""
    return ArgumentError(
        "dataset",
        given,
        f"image {number}, counted from 0, has the shape {shape}, the first {first}",
        "bring all images to one size",
    )


def _mixed(given: str, number: int, dtype: np.dtype, first: np.dtype) -> ArgumentError:
    """Error that names the first image of another type."""
    return ArgumentError(
        "dataset",
        given,
        f"image {number}, counted from 0, is {dtype}, the first {first}",
        "bring all images to one type",
    )
