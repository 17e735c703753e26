"""STL-10: photographs of 96 x 96 pixels, read from their packed archive."""

from __future__ import annotations

import contextlib
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

import numpy as np

from numerics.images.arguments import in_one_line
from numerics.images.original_files import original_file
from numerics.images.stream import ImageStream
from numerics.images.streams.pixel_form import block_bounds, block_starts, grey_bytes
from theory.errors import ArgumentError

BASE_URL = "http://ai.stanford.edu/~acoates/stl10/"
ARCHIVE = "stl10_binary.tar.gz"
ARCHIVE_MD5 = "md5:91f7769df0f17e558f3565bffb0c7dfb"

MEMBERS = {"train": "train_X.bin", "test": "test_X.bin", "unlabeled": "unlabeled_X.bin"}
SIDE = 96
RECORD = 3 * SIDE * SIDE
"""Bytes of one image: its red, green and blue plane, each column by column."""


def stl10(split: str = "train", *, base_url: str = BASE_URL) -> ImageStream:
    """Photographs of 96 x 96 pixels, grey by the 8-bit rule, as bytes.

    The archive, stl10_binary.tar.gz (2.6 GB), comes from the folder that MODEWISE_DATA names, or is
    downloaded once from `base_url`; its checksum is verified. Each pass unpacks it from its front to
    the images, and holds one block of them.

    Parameters
    ----------
    split : {"train", "test", "unlabeled"}
        5,000, 8,000 or 100,000 images.
    base_url : str
        Address of the folder to download from.

    Raises
    ------
    ArgumentError
        On an unknown split, and an archive that is missing, altered, damaged or unreachable.

    Source: A. Coates, H. Lee, A. Y. Ng, AISTATS (2011).
    """
    if split not in tuple(MEMBERS):  # a tuple compares unhashable values too
        raise ArgumentError("split", split, f"must be among {', '.join(MEMBERS)}", "choose one")
    path = original_file(ARCHIVE, ARCHIVE_MD5, base_url, "stl10")
    with _opened(path, MEMBERS[split]) as (_, size):
        count = size // RECORD
    bounds = list(block_bounds(block_starts(count, (SIDE, SIDE)), count))

    def blocks() -> Iterator[np.ndarray]:
        with _opened(path, MEMBERS[split]) as (file, _):
            for start, stop in bounds:
                yield grey_bytes(_images(file, stop - start))

    source = {"source": "stl10", "split": split, "files": {path.name: ARCHIVE_MD5}}
    return ImageStream("stl10", (SIDE, SIDE), count, 1 / 255, blocks, source)


def _images(file: IO[bytes], count: int) -> np.ndarray:
    """The next images (sample, y, x, channel) of an open file."""
    stored = file.read(count * RECORD)
    if len(stored) != count * RECORD:
        raise EOFError(f"{count} images of {RECORD:,} bytes must follow, {len(stored):,} bytes do")
    planes = np.frombuffer(stored, np.uint8).reshape(-1, 3, SIDE, SIDE)
    return planes.transpose(0, 3, 2, 1)


@contextlib.contextmanager
def _opened(path: Path, wanted: str) -> Iterator[tuple[IO[bytes], int]]:
    """File of a packed archive and its size, unpacked from front to back."""
    try:
        with tarfile.open(path, "r|gz") as archive:
            yield _member(archive, wanted, path)
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise _damaged(path, f"must be an intact archive ({in_one_line(error)})") from error


def _member(archive: tarfile.TarFile, wanted: str, path: Path) -> tuple[IO[bytes], int]:
    """The one file of this name, which holds whole images."""
    for member in archive:
        opened = None if PurePosixPath(member.name).name != wanted else archive.extractfile(member)
        if opened is None:
            continue
        if member.size == 0 or member.size % RECORD:
            raise _damaged(
                path,
                f"{wanted} must hold whole images of {RECORD:,} bytes, at least one; "
                f"has {member.size:,} bytes",
            )
        return opened, member.size
    raise _damaged(path, f"must hold {wanted}")


def _damaged(path: Path, expected: str) -> ArgumentError:
    """Error for a file that is no intact archive of STL-10."""
    return ArgumentError("dataset", str(path), expected, "delete it, and it is downloaded again")
