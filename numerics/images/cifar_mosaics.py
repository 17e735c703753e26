"""Reader of the subset of CIFAR-10: one lossless picture a class, a mosaic of its images."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from numerics.images.arguments import refuse_larger
from theory.errors import ArgumentError

SIDE = 32
TILES_A_ROW = 50


def read_mosaics(
    path: Path, split: str, classes: Sequence[int] | None, count: int | None, max_bytes: int
) -> tuple[np.ndarray, np.ndarray, dict[int, int]]:
    """Images (sample, y, x, channel) as uint8, their labels, and how many the file has of each class.

    The images come by class, within a class as stored. Only the pictures that are needed are
    decoded. The third value lists the classes asked for in their order, or all that are there.

    Raises
    ------
    ArgumentError
        If the split has none of a class, if the images, as float64, take more than `max_bytes`,
        or if Pillow cannot read WebP.
    """
    with np.load(path) as stored:
        sizes = {
            c: len(stored[f"{split}_{c}_index"])
            for c in range(10)
            if f"{split}_{c}_index" in stored
        }
        chosen = list(sizes) if classes is None else list(classes)
        missing = [c for c in chosen if c not in sizes]
        if missing:
            raise ArgumentError(
                "classes",
                chosen,
                f"{path.name} has only the classes {list(sizes)} in its {split} split",
                "choose among these, or unset MODEWISE_DATA to download the whole set",
            )
        left = sum(sizes[c] for c in chosen)
        left = left if count is None else min(left, count)
        refuse_larger("cifar10", 8 * 3 * SIDE**2 * left, max_bytes, "the images, as float64,")
        _require_webp()
        pixels, labels = [], []
        for c in sorted(chosen):
            if left == 0:
                break
            tiles = _tiles(stored[f"{split}_{c}_webp"].tobytes())[:left]
            left -= len(tiles)
            pixels.append(tiles)
            labels.append(np.full(len(tiles), c))
    return np.concatenate(pixels), np.concatenate(labels), {c: sizes[c] for c in chosen}


def _tiles(picture: bytes) -> np.ndarray:
    """Images (sample, y, x, channel) of one mosaic, row by row."""
    from PIL import Image

    with Image.open(io.BytesIO(picture), formats=["WEBP"]) as opened:
        mosaic = np.asarray(opened.convert("RGB"))
    rows = mosaic.reshape(-1, SIDE, TILES_A_ROW, SIDE, 3)
    return rows.swapaxes(1, 2).reshape(-1, SIDE, SIDE, 3)


def _require_webp() -> None:
    """Raise ArgumentError if this Pillow was built without WebP."""
    import PIL
    from PIL import features

    if not features.check("webp"):
        raise ArgumentError(
            "dataset",
            "cifar10",
            f"its pictures are WebP, which this Pillow {PIL.__version__} was built without",
            "install the Pillow of PyPI, or unset MODEWISE_DATA to download the whole set",
        )
