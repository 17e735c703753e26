"""Stream of the pictures below a folder, decoded block by block."""

from __future__ import annotations

import contextlib
import hashlib
import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from numerics.images.picture_folder import (
    EIGHT_BIT_MODES,
    FORMATS,
    SUFFIXES,
    decode,
    decoding,
    unusable,
)
from numerics.images.stream import ImageStream
from numerics.images.streams.pixel_form import grey_bytes, pixel_form
from numerics.images.streams.sliced import sliced_stream
from theory.errors import ArgumentError

DEEP_MODES: dict[str, np.dtype] = {
    "I;16": np.dtype(np.uint16),
    "I;16L": np.dtype(np.uint16),
    "I;16B": np.dtype(np.uint16),
    "I": np.dtype(np.int32),
    "F": np.dtype(np.float32),
}
"""Grey pictures of more than 8 bits: Pillow's name, and the type of their values."""


class Header(NamedTuple):
    """What a picture announces: width, height, and the type of its grey values."""

    size: tuple[int, int]
    dtype: np.dtype


def folder_stream(folder: Path, *, scale: float | None, name: str, given: str) -> ImageStream:
    """Return the stream of all pictures below a folder, in the order of their sorted paths.

    Every header is read here; pixels are decoded when their block is asked for. Colours of 8 bits
    become grey by `grey_bytes`. Grey pictures of more bits are integers or floats, and need a
    scale as arrays of these do.

    Raises
    ------
    ArgumentError
        For a folder without pictures, pictures of different sizes or types (the first offender is
        named), deep colours, which Pillow would cut to 8 bits, transparency, and damage.
    """
    paths = _paths_below(folder, given)
    with _no_bombs():
        first = _header(paths[0], given)
        for path in paths[1:]:
            _require_same(path, _header(path, given), first, given)
    form = pixel_form((len(paths), first.size[1], first.size[0]), first.dtype, scale, given)
    pictures = _Pictures(paths, first, given)
    provenance = {
        "source": "folder",
        "path": folder.resolve().name,
        "listing_sha256": _listing_checksum(folder, paths),
        "stored_shape": [len(paths), *form.shape],
        "stored_type": str(first.dtype),
        "scale": form.scale,
    }
    return sliced_stream(
        lambda: contextlib.nullcontext(pictures),
        form,
        len(paths),
        name=name,
        provenance=provenance,
    )


class _Pictures:
    """Pictures as grey arrays; a slice of them is decoded when it is asked for."""

    def __init__(self, paths: Sequence[Path], header: Header, given: str):
        self.paths, self.header, self.given = paths, header, given

    def __getitem__(self, part: slice) -> np.ndarray:
        decoded = _decode_bytes if self.header.dtype == np.uint8 else _decode_deep
        with _no_bombs():
            return np.stack([decoded(path, self.header, self.given) for path in self.paths[part]])


def _paths_below(folder: Path, given: str) -> list[Path]:
    """Pictures at any depth, sorted; hidden files and folders are passed over."""
    found = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and path.is_file()
    )
    if not found:
        raise ArgumentError(
            "dataset",
            given,
            f"must hold pictures ({' '.join(SUFFIXES)}) at some depth, holds none",
            "add pictures to it, or pass another folder",
        )
    return found


def _header(path: Path, given: str) -> Header:
    """Size and type that a picture announces."""
    from PIL import Image

    with decoding(path, given), Image.open(path, formats=FORMATS) as opened:
        mode, size = opened.mode, opened.size
        # Pillow reads 16 bits a colour as 8, and says so only here.
        cut = mode in EIGHT_BIT_MODES and any(";16" in str(tile[3]) for tile in opened.tile)
    if cut or (mode not in EIGHT_BIT_MODES and mode not in DEEP_MODES):
        raise unusable(
            path,
            given,
            f"has the mode {mode}{' of 16 bits a channel' * cut}, which cannot be read as it is",
            "convert it to 8 bits, or to 16 bits of grey",
        )
    return Header(size, DEEP_MODES.get(mode, np.dtype(np.uint8)))


def _require_same(path: Path, header: Header, first: Header, given: str) -> None:
    """Raise ArgumentError unless a picture is of the size and type of the first."""
    if header.size != first.size:
        raise unusable(
            path,
            given,
            f"has {header.size[0]} x {header.size[1]} pixels, "
            f"the first picture {first.size[0]} x {first.size[1]}",
            "bring all pictures to one size",
        )
    if header.dtype != first.dtype:
        raise unusable(
            path,
            given,
            f"is {header.dtype}, the first picture {first.dtype}",
            "bring all pictures to one type",
        )


def _decode_bytes(path: Path, header: Header, given: str) -> np.ndarray:
    """Grey bytes (y, x) of one picture of 8 bits a channel."""
    return grey_bytes(decode(path, header.size, given))


def _decode_deep(path: Path, header: Header, given: str) -> np.ndarray:
    """Values (y, x) of one grey picture of more than 8 bits."""
    from PIL import Image

    with decoding(path, given), Image.open(path, formats=FORMATS) as opened:
        if opened.size != header.size or DEEP_MODES.get(opened.mode) != header.dtype:
            raise unusable(path, given, "has changed since it was listed", "begin anew")
        if getattr(opened, "n_frames", 1) != 1:
            raise unusable(path, given, "holds several frames", "keep one frame of it")
        return np.asarray(opened).astype(header.dtype)


@contextlib.contextmanager
def _no_bombs():
    """Refuse pictures that announce more pixels than Pillow thinks wise, instead of warning."""
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


def _listing_checksum(folder: Path, paths: Sequence[Path]) -> str:
    """SHA-256 of names and lengths of the files: their bytes may be more than one wants to read."""
    digest = hashlib.sha256()
    for path in paths:
        line = f"{path.relative_to(folder).as_posix()}\0{os.path.getsize(path)}\n"
        digest.update(line.encode(errors="surrogateescape"))
    return digest.hexdigest()
