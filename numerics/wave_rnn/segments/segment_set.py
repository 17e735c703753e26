"""Images with a class for every pixel, taken batch by batch, and three such sets as splits."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from theory.errors import ArgumentError

LARGEST_CLASSES = 256
"""Masks are kept as unsigned bytes."""

AT_ONCE = 250
"""Images a set is read by where all of it is needed."""


class Segments(NamedTuple):
    """A batch: images (B, C_in, H, W), float32 in [0, 1], and masks (B, H, W), int64, 0 = background."""

    images: np.ndarray
    masks: np.ndarray


class SegmentSet(Protocol):
    """What a network that segments is trained on."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the N classes, the background first."""
        ...

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, rows and columns of an image."""
        ...

    def __len__(self) -> int: ...

    def batch(self, indices: Sequence[int] | np.ndarray) -> Segments:
        """Images and masks at these places, in this order."""
        ...

    def checksum(self) -> str:
        """SHA-256 over everything a batch depends on."""
        ...


@dataclass(frozen=True, eq=False)
class ArraySet:
    """Images and masks that lie in memory.

    Parameters
    ----------
    images : ndarray, (M, C_in, H, W)
        uint8, divided by 255 when a batch is taken, or float32 in [0, 1].
    masks : ndarray, (M, H, W)
        Class of each pixel, uint8, 0 = background.
    classes : tuple of str
        Names of the N classes, the background first.

    Raises
    ------
    ArgumentError
        On arrays of another type, on sizes that differ, without an image, on a label that is N or larger.

    Examples
    --------
    >>> dot = np.array([[[0, 1]]], dtype=np.uint8)
    >>> ArraySet(255 * dot[:, None], dot, ("background", "dot")).batch([0]).images
    array([[[[0., 1.]]]], dtype=float32)
    """

    images: np.ndarray
    masks: np.ndarray
    classes: tuple[str, ...]

    def __post_init__(self):
        _require_types(self.images, self.masks)
        _require_sizes(self.images, self.masks)
        _require_labels(self.masks, self.classes)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, rows and columns of an image."""
        return self.images.shape[1:]

    def __len__(self) -> int:
        return len(self.images)

    def batch(self, indices: Sequence[int] | np.ndarray) -> Segments:
        """Images and masks at these places, in this order."""
        images = self.images[np.asarray(indices)]
        if images.dtype == np.uint8:
            images = images / np.float32(255)
        return Segments(images, self.masks[np.asarray(indices)].astype(np.int64))

    def checksum(self) -> str:
        """SHA-256 over the names of the classes, the images and the masks."""
        return digest(self.classes, self.images, self.masks)


@dataclass(frozen=True, eq=False)
class Splits:
    """A set to train on, one to choose the weights by, one to report.

    Parameters
    ----------
    name : str
        Such as ``tetrominoes``.
    train, validation, test : SegmentSet
        Of the same classes and shape.
    object_sizes : (float, float)
        Smallest and largest object in px, each by the longer side of its bounding box.
    told : dict
        Where the images come from, with what parameters: what the provenance tells.
    """

    name: str
    train: SegmentSet
    validation: SegmentSet
    test: SegmentSet
    object_sizes: tuple[float, float]
    told: dict[str, object]


def class_shares(segment_set: SegmentSet) -> np.ndarray:
    """Share of each class among the pixels of a set, (N,): the marginals p_c of section 3.10.

    Examples
    --------
    >>> masks = np.array([[[0, 0], [0, 2]]], dtype=np.uint8)
    >>> class_shares(ArraySet(masks[:, None], masks, ("background", "I", "O")))
    array([0.75, 0.  , 0.25])
    """
    counts = np.zeros(len(segment_set.classes), dtype=np.int64)
    for start in range(0, len(segment_set), AT_ONCE):
        places = np.arange(start, min(start + AT_ONCE, len(segment_set)))
        masks = segment_set.batch(places).masks
        counts += np.bincount(masks.ravel(), minlength=len(counts))
    return counts / counts.sum()


def digest(classes: tuple[str, ...], *arrays: np.ndarray) -> str:
    """SHA-256 over names, and over types, shapes and bytes of arrays."""
    total = hashlib.sha256(repr(classes).encode())
    for array in arrays:
        total.update(f"{array.dtype.str} {array.shape}".encode())
        total.update(np.ascontiguousarray(array).data)
    return total.hexdigest()


def _require_types(images: np.ndarray, masks: np.ndarray) -> None:
    """Images of unsigned bytes or float32, masks of unsigned bytes."""
    if images.dtype not in (np.uint8, np.float32) or images.ndim != 4:
        raise ArgumentError(
            "images",
            f"{images.dtype} of shape {images.shape}",
            "must be uint8 or float32 of shape (M, C_in, H, W)",
            "convert them",
        )
    if masks.dtype != np.uint8 or masks.ndim != 3:
        raise ArgumentError(
            "masks",
            f"{masks.dtype} of shape {masks.shape}",
            "must be uint8 of shape (M, H, W)",
            "number the classes 0, 1, 2, ... and convert them",
        )


def _require_sizes(images: np.ndarray, masks: np.ndarray) -> None:
    """One mask an image, of its size, and at least one of them."""
    if (len(images), *images.shape[2:]) != masks.shape or not images.size:
        raise ArgumentError(
            "masks",
            f"shape {masks.shape}",
            f"must be (M, H, W) of images with the shape {images.shape}, none of these 0",
            "give each image a mask of its size",
        )


def _require_labels(masks: np.ndarray, classes: tuple[str, ...]) -> None:
    """Names for all labels; at least the background and one class."""
    if not 2 <= len(classes) <= LARGEST_CLASSES:
        raise ArgumentError(
            "classes",
            classes,
            f"must be from 2 to {LARGEST_CLASSES} names, the background first",
            "name every class",
        )
    largest = int(masks.max())
    if largest >= len(classes):
        raise ArgumentError(
            "masks",
            f"label {largest}",
            f"must be below N = {len(classes)}, the number of classes with the background",
            "name every class, or number the labels from 0",
        )
