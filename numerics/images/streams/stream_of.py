"""Whatever holds images, as a stream of grey images."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import numpy as np
import xarray as xr

from numerics.images.arguments import LARGEST_BYTES, in_one_line, require_integer
from numerics.images.image_set import require_image_set, steps_of
from numerics.images.stream import ImageStream
from numerics.images.streams.blockwise import block_stream, one_array
from numerics.images.streams.paths import path_stream
from numerics.images.streams.sliced import array_stream, lazy_stream
from theory.errors import ArgumentError


def stream_of(
    source: Any,
    *,
    scale: float | None = None,
    name: str | None = None,
    max_bytes: int = LARGEST_BYTES,
) -> ImageStream:
    """Stream of grey images from whatever holds images; labels are left aside.

    - array (m, h, w) or (m, h, w, 3), in memory, mapped, or of dask (its chunks are the blocks);
    - list of images of one size;
    - image set of `numerics.images`;
    - path of a folder of pictures at any depth, or of a .npy, .npz or .nc file;
    - function that returns an iterator over blocks (images, y, x[, 3]), or a collection of them;
    - a stream, which is returned as it is.

    Colours of bytes become grey by the 8-bit rule, L = (19595 R + 38470 G + 7471 B + 2^15) >> 16,
    and stay bytes; others by 0.299 R + 0.587 G + 0.114 B. Arrays in memory and functions are gone
    through once here: their images are judged and get a checksum. Mapped files, dask arrays and
    pictures are judged as they are read.

    Parameters
    ----------
    source : array, list, Dataset, path, callable or ImageStream
        The images; at least one, of at least 4 x 4 pixels.
    scale : float, optional
        A pixel value is a stored value times this. By default 1/255 for bytes, and 1 for floats,
        which must lie in [0, 1] then; integers of more bits have no default.
    name : str, optional
        Short name of the set.
    max_bytes : int
        Limit to what the images of a .npz or .nc file take; the rest takes a block at a time.

    Raises
    ------
    ArgumentError
        For values that are not finite, or beyond [0, 1] without a scale (with the number of the
        first such image); sizes that differ; what can be gone through only once; anything else.

    Examples
    --------
    >>> import numpy as np
    >>> stream_of(np.zeros((3, 8, 8), np.uint8), name="black")
    ImageStream(name='black', shape=(8, 8), count=3, scale=0.00392156862745098)
    """
    if isinstance(source, ImageStream):
        return _as_it_is(source, scale, name)
    if isinstance(source, str | os.PathLike):
        max_bytes = require_integer("max_bytes", max_bytes, 1, None, f"pass {LARGEST_BYTES}, say")
        return path_stream(source, scale=scale, name=name, max_bytes=max_bytes)
    if isinstance(source, xr.Dataset):
        return _image_set_stream(source, scale, name)
    given = _described(source)
    if isinstance(source, xr.DataArray):
        source = source.data
    if isinstance(source, np.ndarray) and source.dtype == object:
        source = list(source)  # images of different sizes: the first that differs is named
    if isinstance(source, list | tuple):
        together = one_array(source, given)
        source = source if together is None else together
    if _has_slices(source):
        return _sliced(source, scale, name or "images", given, {"source": "array"})
    if hasattr(source, "__array__"):
        return _sliced(
            _converted(source, given), scale, name or "images", given, {"source": "array"}
        )
    return _from_blocks(source, scale, name or "images", given)


def _as_it_is(stream: ImageStream, scale: float | None, name: str | None) -> ImageStream:
    """The stream itself; it has a scale and a name."""
    for argument, value in (("scale", scale), ("name", name)):
        if value is not None:
            raise ArgumentError(
                argument,
                value,
                f"the stream {stream.name!r} has its {argument}",
                "leave it out, or use dataclasses.replace",
            )
    return stream


def _image_set_stream(images: xr.Dataset, scale: float | None, name: str | None) -> ImageStream:
    """Stream of an image set of this room."""
    require_image_set(images, "dataset")
    called = name or images.attrs.get("name", "images")
    given = f"image set {called!r}"
    source = {"source": "image_set", "steps": steps_of(images)}
    return _sliced(images["image"].data, scale, called, given, source)


def _sliced(
    source: Any, scale: float | None, name: str, given: str, recorded: dict[str, Any]
) -> ImageStream:
    """Stream of an array, in memory or not."""
    if np.ma.isMaskedArray(source):
        if np.ma.is_masked(source):
            raise ArgumentError(
                "dataset",
                given,
                f"must have no masked values, has {np.ma.count_masked(source):,}",
                "fill them, or leave these images out",
            )
        source = np.ma.getdata(source)
    in_memory = isinstance(source, np.ndarray) and not isinstance(source, np.memmap)
    build = array_stream if in_memory else lazy_stream
    return build(source, scale=scale, name=name, given=given, source=recorded)


def _from_blocks(source: Any, scale: float | None, name: str, given: str) -> ImageStream:
    """Stream of a function that returns blocks, or of a collection of them."""
    if callable(source):
        return block_stream(source, scale=scale, name=name, given=given)
    if not isinstance(source, Iterable):
        raise ArgumentError(
            "dataset",
            given,
            "must be an array, a list of images, an image set, a path, or a function that returns "
            "an iterator over blocks",
            "convert it with numpy.asarray",
        )
    if iter(source) is source:
        raise ArgumentError(
            "dataset",
            given,
            "can be gone through only once, and the images are needed more often",
            "pass a function that returns it, such as `lambda: blocks()`",
        )
    return block_stream(lambda: source, scale=scale, name=name, given=given)


def _has_slices(source: Any) -> bool:
    """Whether it is an array in what it can do, with a type that NumPy knows."""
    return (
        isinstance(getattr(source, "shape", None), tuple)
        and isinstance(getattr(source, "dtype", None), np.dtype)
        and hasattr(source, "__getitem__")
    )


def _converted(source: Any, given: str) -> np.ndarray:
    """Array of another library as one of NumPy."""
    try:
        return np.asarray(source)
    except Exception as error:
        raise ArgumentError(
            "dataset",
            given,
            f"must convert to a NumPy array ({in_one_line(error)})",
            "convert it first",
        ) from error


def _described(source: Any) -> str:
    """What was passed, in a few words: the values of an array say nothing."""
    shape, dtype = getattr(source, "shape", None), getattr(source, "dtype", None)
    kind = type(source).__name__
    if shape is not None and dtype is not None:
        return f"{kind} of shape {tuple(shape)}, {dtype}"
    return f"{kind} of length {len(source)}" if hasattr(source, "__len__") else repr(source)
