"""What is made of a stream's images, such as their reconstructions: a stream as well."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterator
from typing import Any

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
    source: Any,
    name: str,
    shape: tuple[int, int] | None = None,
) -> ImageStream:
    """Return as a stream what is made of each image.

    Parameters
    ----------
    stream : ImageStream
    source : ndarray, tensor or list (m, ...), or callable
        Of all images in their order, or a function of some.
    name : str
        By which an error speaks of it.
    shape : (int, int), optional
        Of what is made of an image; that of the images by default.

    Raises
    ------
    ArgumentError
        For another number of things than of images, at once, and for a torch module, which takes no
        arrays; for another size and for values that are not finite, in the block that has them.
    """
    source = rows_or_array(source, name)
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


def rows_or_array(source: Any, name: str) -> np.ndarray | Rows:
    """Return a function of rows as it is, and anything else as an array of real numbers.

    Raises
    ------
    ArgumentError
        For a torch module, and what no array of real numbers, one row an image, can be made of.
    """
    torch = sys.modules.get("torch")  # whoever has a module has imported it
    if torch is not None and isinstance(getattr(source, "__self__", source), torch.nn.Module):
        raise ArgumentError(
            name,
            f"the torch module {type(getattr(source, '__self__', source)).__name__}",
            "must take and return arrays of float64",
            "wrap it: numerics.latent_waves.in_double.InDouble(network)",
        )
    return source if callable(source) else _array(source, name)


def _array(values: Any, name: str) -> np.ndarray:
    """Return an array of real numbers, (k, ...)."""
    if hasattr(values, "detach"):  # a tensor, with its gradients or on a device
        values = values.detach().cpu()
    try:
        array = np.asarray(values)
    except (TypeError, ValueError) as error:
        raise _no_rows(name, type(values).__name__) from error
    if array.dtype.kind not in "biuf" or array.ndim == 0:
        raise _no_rows(name, f"{type(values).__name__} of shape {array.shape}, {array.dtype}")
    return array


def _no_rows(name: str, given: str) -> ArgumentError:
    return ArgumentError(
        name, given, "must be an array of real numbers, or a function of rows", "convert it"
    )


def _checked(made: object, count: int, name: str, shape: tuple[int, int]) -> np.ndarray:
    values = _array(made, name).astype(float)
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
