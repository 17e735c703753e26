"""What is made of a stream's images, such as their reconstructions: a stream as well."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np

from numerics.images.stream import ImageStream
from theory.errors import ArgumentError

Rows = Callable[[np.ndarray], np.ndarray]
"""From images as rows of pixel values in float64, (k, n), to something of each, (k, ...)."""


def image_rows(stream: ImageStream) -> Iterator[np.ndarray]:
    """Yield the images of each block as rows of pixel values in float64, (k, n)."""
    for block in stream.blocks():
        yield block.reshape(len(block), -1) * stream.scale


def made_of(
    stream: ImageStream,
    source: np.ndarray | Rows,
    name: str,
    shape: tuple[int, int] | None = None,
) -> ImageStream:
    """Return as a stream what is made of each image.

    Parameters
    ----------
    stream : ImageStream
    source : ndarray (m, ...), or callable
        Of all images in their order, or a function of some.
    name : str
        By which an error speaks of it.
    shape : (int, int), optional
        Of what is made of an image; that of the images by default.

    Raises
    ------
    ArgumentError
        For another number of things than of images, at once; for another size and for values that
        are not finite, in the block that has them.
    """
    if isinstance(source, np.ndarray) and len(source) != stream.count:
        raise ArgumentError(
            name, f"{len(source)} rows", f"must have {stream.count}, one an image", "give all"
        )
    shape = shape or stream.shape

    def blocks() -> Iterator[np.ndarray]:
        start = 0
        for rows in image_rows(stream):
            stop = start + len(rows)
            made = source[start:stop] if isinstance(source, np.ndarray) else source(rows)
            yield _checked(made, len(rows), name, shape)
            start = stop

    return dataclasses.replace(
        stream,
        name=f"{name} of {stream.name}",
        shape=shape,
        scale=1.0,
        blocks=blocks,
        provenance={"made of": dict(stream.provenance)},
    )


def _checked(made: object, count: int, name: str, shape: tuple[int, int]) -> np.ndarray:
    values = np.asarray(made, dtype=float)
    if values.size != count * shape[0] * shape[1] or len(values) != count:
        raise ArgumentError(
            name,
            f"the shape {values.shape} for {count} images",
            f"must have {shape[0] * shape[1]} values an image",
            "give a row an image",
        )
    if not np.isfinite(values).all():
        raise ArgumentError(
            name,
            f"{(~np.isfinite(values)).sum()} values that are not finite",
            "must be finite",
            "train with a smaller step",
        )
    return values.reshape(count, *shape)
