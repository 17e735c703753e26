"""Streams of what lies at a path: array files, with labels or without, and folders of pictures."""

from __future__ import annotations

import hashlib
import math
import os
from pathlib import Path

import numpy as np

from numerics.images.arguments import reading
from numerics.images.array_files import npz_images
from numerics.images.netcdf_files import nc_images
from numerics.images.own_path import own_path
from numerics.images.stream import ImageStream
from numerics.images.streams.pictures import folder_stream
from numerics.images.streams.sliced import array_stream, lazy_stream


def _mapped(path: Path, given: str, max_bytes: int) -> np.ndarray:
    """Images of a .npy file, which stay there until they are asked for."""
    return np.lib.format.open_memmap(path, mode="r")


READERS = {".npy": _mapped, ".npz": npz_images, ".nc": nc_images}


def path_stream(
    path: str | os.PathLike, *, scale: float | None, name: str | None, max_bytes: int
) -> ImageStream:
    """Return the stream of what lies at a path: a folder of pictures, or an array file.

    A .npy file is mapped, so that it may be larger than the memory; the images of .npz and .nc
    files are read at once, up to `max_bytes`.

    Raises
    ------
    ArgumentError
        For a path without a file, another ending, and damaged files.
    """
    location, given, read = own_path(
        path,
        READERS,
        (None, "a folder of pictures"),
        example="numpy.save(path, images)",
    )
    if read is None:
        called = name or location.resolve().name
        return folder_stream(location, scale=scale, name=called, given=given)
    with reading(given):
        images = read(location, given, max_bytes)
        with location.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    source = {"source": "file", "path": location.resolve().name, "file_sha256": sha256}
    images, build = (images, lazy_stream) if read is _mapped else (_folded(images), array_stream)
    return build(images, scale=scale, name=name or location.stem, given=given, source=source)


def _folded(images: np.ndarray) -> np.ndarray:
    """Images (m, n, n) from rows of n*n pixels; others as they are."""
    side = math.isqrt(images.shape[1]) if images.ndim == 2 else 0
    return images.reshape(-1, side, side) if side and side**2 == images.shape[1] else images
