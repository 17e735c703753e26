"""Streams of what has a shape, a type and slices: arrays, memory maps, dask arrays, files."""

from __future__ import annotations

import contextlib
import hashlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from numerics.images.arguments import in_one_line
from numerics.images.stream import ImageStream
from numerics.images.streams.pixel_form import PixelForm, block_bounds, block_starts, pixel_form
from theory.errors import ArgumentError


def sliced_stream(
    opened: Callable[[], AbstractContextManager[Any]],
    form: PixelForm,
    count: int,
    *,
    starts: Sequence[int] | None = None,
    name: str,
    provenance: Mapping[str, Any],
) -> ImageStream:
    """Return the stream of source[start:stop] from each start to the next, one slice at a time.

    Parameters
    ----------
    opened : callable
        Returns a context whose value has slices along its first axis; one a pass.
    form : PixelForm
        Of the images in it.
    count : int
        Number of images.
    starts : sequence of int, optional
        Where blocks begin, where the source has blocks of its own.
    """
    begin = block_starts(count, form.shape) if starts is None else starts

    def blocks() -> Iterator[np.ndarray]:
        with opened() as source:
            for start, stop in block_bounds(begin, count):
                yield form.grey(np.asarray(source[start:stop]), start)

    return ImageStream(name, form.shape, count, form.scale, blocks, provenance)


def array_stream(
    array: np.ndarray, *, scale: float | None, name: str, given: str, source: Mapping[str, Any]
) -> ImageStream:
    """Return the stream of an array in memory, its values looked through; a checksum is recorded."""
    form = pixel_form(array.shape, array.dtype, scale, given)
    provenance = {**source, **_stored(array, form), "sha256": _checksum(array, form)}
    stream = sliced_stream(
        lambda: contextlib.nullcontext(array), form, len(array), name=name, provenance=provenance
    )
    if array.dtype != np.uint8:
        for _ in stream.blocks():
            pass
    return stream


def lazy_stream(
    lazy: Any, *, scale: float | None, name: str, given: str, source: Mapping[str, Any]
) -> ImageStream:
    """Return the stream of what is read or computed slice by slice, and judged as it comes.

    The chunks of a dask array are its blocks, each computed when its turn comes.

    Raises
    ------
    ArgumentError
        For a dask array whose chunks have no known sizes.
    """
    is_dask = type(lazy).__module__.partition(".")[0] == "dask"
    if is_dask and any(math.isnan(length) for length in lazy.shape):
        raise ArgumentError(
            "dataset",
            given,
            f"its chunks must have known sizes, the shape is {lazy.shape}",
            "call its compute_chunk_sizes() first",
        )
    form = pixel_form(lazy.shape, lazy.dtype, scale, given)
    starts = [0, *np.cumsum(lazy.chunks[0][:-1]).tolist()] if is_dask else None
    return sliced_stream(
        lambda: contextlib.nullcontext(_Computed(lazy, given)),
        form,
        lazy.shape[0],
        starts=starts,
        name=name,
        provenance={**source, **_stored(lazy, form)},
    )


class _Computed:
    """Slices of a lazy array as arrays; what fails there is told with what the user passed."""

    def __init__(self, lazy: Any, given: str):
        self.lazy, self.given = lazy, given

    def __getitem__(self, part: slice) -> np.ndarray:
        try:
            return np.asarray(self.lazy[part])
        # whatever the library behind the array raises: its file, its cluster, its graph
        except Exception as error:
            raise ArgumentError(
                "dataset",
                self.given,
                f"images {part.start} to {part.stop - 1} cannot be read ({in_one_line(error)})",
                "check where they come from",
            ) from error


def _stored(array: Any, form: PixelForm) -> dict[str, Any]:
    """Shape, type and scale for the provenance."""
    return {
        "stored_shape": [int(length) for length in array.shape],
        "stored_type": str(array.dtype),
        "scale": form.scale,
    }


def _checksum(array: np.ndarray, form: PixelForm) -> str:
    """SHA-256 of the values, row by row, in native byte order or as they are."""
    digest = hashlib.sha256()
    for start, stop in block_bounds(block_starts(len(array), form.shape), len(array)):
        digest.update(np.ascontiguousarray(array[start:stop]).data)
    return digest.hexdigest()
