"""Reader of the binary distribution of CIFAR-10: batches of records in a packed tar archive."""

import tarfile
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import IO

import numpy as np

from numerics.images.arguments import in_one_line, refuse_larger
from numerics.images.image_set import new_labels
from theory.errors import ArgumentError

BATCHES = {
    "train": tuple(f"data_batch_{number}.bin" for number in range(1, 6)),
    "test": ("test_batch.bin",),
}

SIDE = 32
VALUES = 3 * SIDE * SIDE
RECORD = 1 + VALUES
"""Bytes of one image: its label, then its red, green and blue plane, each row by row."""

RECORDS_AT_ONCE = 1000


def read_archive(
    path: Path, split: str, classes: Sequence[int], count: int | None, max_bytes: int
) -> tuple[np.ndarray, np.ndarray]:
    """Images (sample, y, x, channel) as uint8 and their labels, of these classes, in file order.

    The archive is read from front to back, and nothing of it is unpacked elsewhere; images of
    other classes, and those beyond the first `count`, are passed over.

    Raises
    ------
    ArgumentError
        If the archive is damaged or lacks a batch, or if the images of these classes, as float64,
        take more than `max_bytes`.

    Source: A. Krizhevsky, The CIFAR-10 dataset, "Binary version".
    """
    given = str(path)
    names = BATCHES[split]
    found: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    try:
        with tarfile.open(path, "r|gz") as archive:
            for member in archive:
                name = PurePosixPath(member.name).name
                opened = archive.extractfile(member) if name in names else None
                if opened is None:
                    continue
                # The batches come in any order, so each may have to give the first `count`.
                found[name] = _read_batch(opened, member.size, name, classes, count, given)
                kept = sum(len(labels) for _, labels in found.values())
                kept = kept if count is None else min(kept, count)
                refuse_larger(given, 8 * VALUES * kept, max_bytes, "the images, as float64,")
                if len(found) == len(names):
                    break
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise _damaged(given, f"must be an intact archive ({in_one_line(error)})") from error
    missing = [name for name in names if name not in found]
    if missing:
        raise _damaged(given, f"must hold {', '.join(names)}; lacks {', '.join(missing)}")
    pixels, labels = (np.concatenate([found[name][part] for name in names]) for part in (0, 1))
    return pixels[:count], labels[:count]


def _read_batch(
    file: IO[bytes], size: int, name: str, classes: Sequence[int], count: int | None, given: str
) -> tuple[np.ndarray, np.ndarray]:
    """Images and labels of these classes in one batch of `size` bytes, at most `count`."""
    if size == 0 or size % RECORD:
        raise _damaged(
            given,
            f"{name} must hold whole records of {RECORD:,} bytes, at least one; has {size:,} bytes",
        )
    pixels, labels = [], []
    left = size // RECORD if count is None else count
    for _ in range(0, size, RECORDS_AT_ONCE * RECORD):
        records = np.frombuffer(file.read(RECORDS_AT_ONCE * RECORD), np.uint8).reshape(-1, RECORD)
        if records[:, 0].max() > 9:
            raise _damaged(given, f"{name} must have labels from 0 to 9, has {records[:, 0].max()}")
        records = records[new_labels(records[:, 0], classes) >= 0][:left]
        left -= len(records)
        planes = records[:, 1:].reshape(-1, 3, SIDE, SIDE)
        pixels.append(np.ascontiguousarray(planes.transpose(0, 2, 3, 1)))
        labels.append(records[:, 0].copy())
    return np.concatenate(pixels), np.concatenate(labels)


def _damaged(given: str, expected: str) -> ArgumentError:
    """Error for a file that is no intact archive of CIFAR-10."""
    return ArgumentError("dataset", given, expected, "delete it, and it is downloaded again")
