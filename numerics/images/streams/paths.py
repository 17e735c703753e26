"""Streams of what lies at a path: array files, with labels or without, and folders of pictures."""

from __future__ import annotations

import hashlib
import math
import os
from pathlib import Path

import numpy as np

from numerics.images.arguments import in_one_line, reading
from numerics.images.array_files import npz_images
from numerics.images.netcdf_files import nc_images
from numerics.images.stream import ImageStream
from numerics.images.streams.pictures import folder_stream
from numerics.images.streams.sliced import array_stream, lazy_stream
from theory.errors import ArgumentError

IN_MEMORY = {".npz": npz_images, ".nc": nc_images}


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
    given = os.fsdecode(path)
    location = Path(given)
    try:
        is_folder, is_file = location.is_dir(), location.is_file()
    except (OSError, ValueError) as error:
        raise ArgumentError(
            "dataset", given, f"must be a usable path ({in_one_line(error)})", "pass another path"
        ) from error
    suffix = location.suffix.lower()
    # An empty text would be the current folder: an unset variable rather than a choice.
    if given and is_folder:
        called = name or location.resolve().name
        return folder_stream(location, scale=scale, name=called, given=given)
    if not is_file:
        raise ArgumentError(
            "dataset", given, "must be a file or folder that exists", "check the path"
        )
    if suffix not in (".npy", *IN_MEMORY):
        raise ArgumentError(
            "dataset",
            given,
            f"must end in .npy, {', '.join(IN_MEMORY)} or be a folder of pictures",
            "convert it, for instance with numpy.save(path, images)",
        )
    images, sha256 = _read(location, suffix, given, max_bytes)
    source = {"source": "file", "path": location.resolve().name, "file_sha256": sha256}
    build = lazy_stream if suffix == ".npy" else array_stream
    return build(images, scale=scale, name=name or location.stem, given=given, source=source)


def _read(location: Path, suffix: str, given: str, max_bytes: int) -> tuple[np.ndarray, str]:
    """Images of one array file, mapped or in memory, and the checksum of the file."""
    with reading(given):
        if suffix == ".npy":
            images: np.ndarray = np.lib.format.open_memmap(location, mode="r")
        else:
            images = _folded(IN_MEMORY[suffix](location, given, max_bytes))
        with location.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return images, sha256


def _folded(images: np.ndarray) -> np.ndarray:
    """Images (m, n, n) from rows of n*n pixels; others as they are."""
    side = math.isqrt(images.shape[1]) if images.ndim == 2 else 0
    return images.reshape(-1, side, side) if side and side**2 == images.shape[1] else images
