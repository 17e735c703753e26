"""CIFAR-10: colour photographs of 32 x 32 pixels, from a folder (a subset) or downloaded once."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import xarray as xr

from numerics.images.arguments import (
    LARGEST_BYTES,
    require_classes,
    require_integer,
    require_split,
)
from numerics.images.cifar_archive import read_archive
from numerics.images.cifar_mosaics import read_mosaics
from numerics.images.image_set import image_set, new_labels
from numerics.images.original_files import data_folder, downloaded_file, file_in_folder

BASE_URL = "https://www.cs.toronto.edu/~kriz/"

ARCHIVE = "cifar-10-binary.tar.gz"
ARCHIVE_SHA256 = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"
"""The original distribution in its binary form."""

SUBSET = "cifar10_subset.npz"
SUBSET_SHA256 = "965625731445874d8c1de80d3dc83060a097111202b4b1ff2d49e1cf37a29fa7"
"""The first images of each class, packed without loss."""

CLASS_NAMES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)

IMAGES_PER_CLASS = {"train": 5000, "test": 1000}
"""In the whole set."""


def cifar10(
    split: str = "train",
    *,
    classes: Sequence[int] | None = None,
    count: int | None = None,
    max_bytes: int = LARGEST_BYTES,
    base_url: str = BASE_URL,
) -> xr.Dataset:
    """Photographs of ten kinds, 32 x 32 pixels in colour, in [0, 1] (0 to 255, divided by 255).

    Where the environment variable MODEWISE_DATA names a folder, they are the subset in its file
    cifar10_subset.npz, ordered by class: training images of classes 0 to 9, test images of 0 to 3.
    Otherwise they are the whole set, downloaded once from `base_url` and kept, in the official
    order. Either way the SHA-256 is checked; the name and the provenance tell the two apart.

    Parameters
    ----------
    split : {"train", "test"}
        Training or test images.
    classes : sequence of int, optional
        Only these classes, labelled from 0 in the order given; by default all that are there.
    count : int, optional
        Only the first `count` images. Of the subset these are of one class before the next.
    max_bytes : int
        Limit to the bytes of the images as float64: 24,576 an image.
    base_url : str
        Address of the folder to download from.

    Returns
    -------
    Dataset
        `image` (sample, y, x, channel), red, green, blue, and `label` (sample,).

    Raises
    ------
    ArgumentError
        On an argument out of range, a class that the subset does not have, more bytes than
        allowed, a file that is missing, altered or unreachable, and Pillow without WebP.

    Source: A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images (2009).
    """
    require_split(split)
    wanted = None if classes is None else require_classes(classes, CLASS_NAMES)
    if count is not None:
        count = require_integer("count", count, 1, None, "pass 1000, say")
    max_bytes = require_integer("max_bytes", max_bytes, 1, None, f"pass {LARGEST_BYTES}, say")
    read = read_pixels(split, wanted, count, max_bytes, base_url)
    if count is not None:
        require_integer(
            "count", count, 1, len(read.pixels), f"the {split} split has no more of these classes"
        )
    return image_set(
        read.pixels / 255.0,
        new_labels(read.labels, read.classes),
        name=read.name,
        class_names=[CLASS_NAMES[c] for c in read.classes],
        source={
            "source": "cifar10",
            "split": split,
            "classes": read.classes,
            "count": count,
            "files": {read.path.name: read.sha256},
            "subset": read.subset,
            "divided_by": 255,
        },
    )


class CifarPixels(NamedTuple):
    """Images (sample, y, x, channel) as uint8, their labels, and the file they come from."""

    pixels: np.ndarray
    labels: np.ndarray
    classes: list[int]
    name: str
    path: Path
    sha256: str
    subset: dict[str, object] | None


def read_pixels(
    split: str, wanted: list[int] | None, count: int | None, max_bytes: int, base_url: str
) -> CifarPixels:
    """Images as stored, of the subset in the user's folder or of the whole set."""
    folder = data_folder()
    if folder is not None:
        path = file_in_folder(folder, SUBSET, SUBSET_SHA256, "cifar10")
        pixels, labels, there = read_mosaics(path, split, wanted, count, max_bytes)
        subset: dict[str, object] = {
            "images_per_class": {CLASS_NAMES[c]: number for c, number in there.items()},
            "of": IMAGES_PER_CLASS[split],
        }
        return CifarPixels(
            pixels, labels, list(there), "cifar10_subset", path, SUBSET_SHA256, subset
        )
    path = downloaded_file(ARCHIVE, ARCHIVE_SHA256, base_url, "cifar10", instead=[SUBSET])
    classes = list(range(len(CLASS_NAMES))) if wanted is None else wanted
    pixels, labels = read_archive(path, split, classes, count, max_bytes)
    return CifarPixels(pixels, labels, classes, "cifar10", path, ARCHIVE_SHA256, None)
