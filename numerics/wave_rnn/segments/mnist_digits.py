"""MNIST as stored: unsigned bytes and labels, from which the segmentation sets are made."""

from typing import NamedTuple

import numpy as np

from numerics.images.arguments import require_split
from numerics.images.idx import read_idx
from numerics.images.idx_set import PREFIX
from numerics.images.mnist import BASE_URL, MNIST
from numerics.images.original_files import original_file

CLASSES = ("background", *MNIST.class_names)
"""A digit's label is the digit + 1."""


class Digits(NamedTuple):
    """Images (M, 28, 28) and labels (M,) from 0 to 9, both unsigned bytes."""

    images: np.ndarray
    labels: np.ndarray

    def at(self, places: np.ndarray) -> "Digits":
        """Digits at these places."""
        return Digits(self.images[places], self.labels[places])


def digits_as_stored(split: str) -> Digits:
    """60,000 digits of the split ``train`` or 10,000 of ``test``.

    The files come from the folder that the environment variable MODEWISE_DATA names, or are
    downloaded once; either way their SHA-256 is checked.

    Raises
    ------
    ArgumentError
        On an unknown split, a file that is missing, altered or unreachable.
    """
    require_split(split)
    names = [f"{PREFIX[split]}-{kind}-ubyte.gz" for kind in ("images-idx3", "labels-idx1")]
    images, labels = (
        read_idx(original_file(name, MNIST.sha256[name], BASE_URL, MNIST.name)) for name in names
    )
    return Digits(images, labels)
